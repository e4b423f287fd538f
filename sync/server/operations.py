"""What those who run the centre ask of it: whether it is there, and how it fares."""

from fastapi import Request

from app.clock import now
from app.record import iso
from sync import protocol
from sync.server import state
from sync.server.centre import Centre, Route
from sync.server.database import snapshot


def health(centre: Centre, _request: Request, _body: bytes) -> protocol.HealthReply:
    """Tell that the centre is there."""
    with snapshot(centre.engine) as connection:
        return protocol.HealthReply(epoch=state.epoch(connection), server_time=iso(now()))


ROUTES = (Route("/health", health, protocol.HealthReply, method="GET"),)
