"""What those who run the centre ask of it: whether it is alive, whether it can answer, how it fares.

`/live` asks nothing but the process itself: start it anew where this fails. `/ready` asks the database too: send no
requests here while this fails. `/health` is what a device asks.
"""

import hmac
import os

import structlog
from fastapi import Request, Response

from app.clock import now
from app.record import iso
from sync import protocol
from sync.server import metrics, push, state
from sync.server.bodies import Stop
from sync.server.centre import Centre, Route
from sync.server.database import head, revision, snapshot
from sync.server.limits import SOON

log = structlog.get_logger("tyopari.centre")

SECRET = "TYOPARI_METRICS_SECRET"
"""The variable of the environment that holds the word by which the figures may be read from elsewhere."""
LOOPBACK = ("127.0.0.1", "::1")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def health(centre: Centre, _request: Request, _body: bytes) -> protocol.HealthReply:
    """Tell that the centre is there."""
    with snapshot(centre.engine) as connection:
        return protocol.HealthReply(epoch=state.epoch(connection), server_time=iso(now()))


def live(_centre: Centre, _request: Request, _body: bytes) -> protocol.LiveReply:
    """Tell that this process answers."""
    return protocol.LiveReply()


def ready(centre: Centre, _request: Request, _body: bytes) -> protocol.ReadyReply:
    """Tell that this process can do its work: its database answers, and is of the program's own version."""
    with snapshot(centre.engine) as connection:
        has = revision(connection)
        epoch = state.epoch(connection) if has == head() else ""
    if not epoch:
        log.error("not ready", has=has, needs=head())
        raise Stop("busy", retry_after=SOON)
    return protocol.ReadyReply(revision=str(has), epoch=epoch)


def figures(centre: Centre, request: Request, _body: bytes) -> Response:
    """Give the figures to this machine itself, or to whoever knows the word for them."""
    if not _may_watch(request):
        raise Stop("not_found")
    with snapshot(centre.engine) as connection:
        return Response(metrics.text(connection, push.waiting(connection)), media_type=metrics.MEDIA_TYPE)


def _may_watch(request: Request) -> bool:
    secret = os.environ.get(SECRET, "")
    if secret:
        said = request.headers.get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {secret}".encode())
    here = request.client is not None and request.client.host in LOOPBACK
    return here and not any(name in request.headers for name in _FORWARDED)


ROUTES = (
    Route("/health", health, protocol.HealthReply, method="GET", signed=False),
    Route("/live", live, protocol.LiveReply, method="GET", signed=False, quick=True),
    Route("/ready", ready, protocol.ReadyReply, method="GET", signed=False),
    Route("/metrics", figures, None, method="GET", signed=False),
)
