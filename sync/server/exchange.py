"""The exchange itself: a device sends its changes and asks for what changed."""

from collections import Counter

import structlog
from fastapi import Request
from pydantic import ValidationError
from pydantic_core import from_json
from sqlalchemy import Connection

from app.clock import now
from app.record import Row, iso
from sync import protocol
from sync.protocol import MIN_SCHEMA, SCHEMA_VERSION, PullRequest, PushRequest
from sync.server import devices, metrics, quarantine
from sync.server.bodies import Stop
from sync.server.centre import Centre, Route, check_age, check_epoch, parse
from sync.server.database import snapshot
from sync.server.pull import pull
from sync.server.push import newest_schema, parse_one_by_one, parse_sealed, push, refused
from sync.server.rights import Sender

log = structlog.get_logger("tyopari.centre")


def push_changes(centre: Centre, request: Request, body: bytes) -> Row:
    """Take a device's changes."""
    asked, bad = _push_request(body)
    named = centre.named(request, asked.device)
    if len(asked.mutations) + len(bad) + len(asked.sealed) > protocol.MAX_MUTATIONS:
        raise Stop("too_large")
    opened = [parse_sealed(centre.keys.sealing, one.id, one.sealed) for one in asked.sealed]
    bad |= {
        one.id: refused(one.id) for one, mutation in zip(asked.sealed, opened, strict=True) if not mutation
    }
    found: Row = {}

    def admit(connection: Connection) -> Sender:
        found.update(centre.admitted(connection, *named))
        check_epoch(found["epoch"], asked.epoch)
        check_age(asked.schema_version, newest_schema(asked.mutations))
        draining = found["status"] == "drain"
        return Sender(found["id"], found["worker_id"], found["role"], draining=draining)

    results = push(centre.engine, admit, [*(m for m in opened if m is not None), *asked.mutations])
    if bad:
        done = {**bad, **{result["id"]: result for result in results}}
        sent = [*(one.id for one in asked.sealed), *(raw["id"] for raw in from_json(body)["mutations"])]
        results = [done[one] for one in sent]
    for status, number in Counter(result["status"] for result in results).items():
        metrics.MUTATIONS.labels(status).inc(number)
    log.info("pushed", device=found["id"], mutations=len(results))
    return {
        "epoch": found["epoch"],
        "server_time": iso(now()),
        "schema_version": SCHEMA_VERSION,
        "results": results,
    }


def _push_request(body: bytes) -> tuple[PushRequest, dict[str, Row]]:
    """Read a push; a mutation that is not understood is refused alone."""
    try:
        if b"NaN" not in body and b"Infinity" not in body:
            return PushRequest.model_validate_json(body), {}
    except ValidationError:
        pass
    try:
        raw = from_json(body)
        good, bad = parse_one_by_one(raw["mutations"])
        return PushRequest.model_validate({**raw, "mutations": good}), bad
    except (ValueError, TypeError, KeyError):
        raise Stop("message") from None


def pull_changes(centre: Centre, request: Request, body: bytes) -> Row:
    """Give a device what changed."""
    asked = parse(PullRequest, body)
    if len(asked.have) > protocol.MAX_SCOPES:
        raise Stop("too_large")
    named = centre.named(request, asked.device)
    with snapshot(centre.engine) as connection:
        found = centre.admitted(connection, *named)
        order = devices.order_of(found, centre.keys)
        if order is not None:
            raise Stop("revoked", order=order)
        check_epoch(found["epoch"], asked.epoch)  # of whatever schema: everybody gets all there is
        evict, scopes = pull(connection, found["worker_id"], asked.have, asked.limit)
        decided = quarantine.decided(connection, found["worker_id"], asked.held) if asked.held else []
    log.info("pulled", device=found["id"], scopes=len(scopes), evicted=len(evict))
    return {
        "epoch": found["epoch"],
        "server_time": iso(now()),
        "schema_version": SCHEMA_VERSION,
        "min_schema": MIN_SCHEMA,
        "evict": evict,
        "scopes": scopes,
        "decided": decided,
    }


ROUTES = (
    Route("/sync/push", push_changes, protocol.PushReply, PushRequest),
    Route("/sync/pull", pull_changes, protocol.PullReply, PullRequest),
)
