"""The centre's figures, in the form that Prometheus reads: how much is asked, how long it takes, what waits.

No figure is told apart by a person, a device or a client, so that the figures may go where people's data may not.
With several processes each writes its own numbers to a file in the folder `PROMETHEUS_MULTIPROC_DIR`, and whichever
is asked adds all up.
"""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, event, func, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import monotonic, now
from sync.server.tables import DEVICE

MEDIA_TYPE = CONTENT_TYPE_LATEST
MANY = "PROMETHEUS_MULTIPROC_DIR"
_OWN = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter("tyopari_requests", "Requests answered.", ("path", "method", "code"), registry=_OWN)
SECONDS = Histogram(
    "tyopari_request_seconds", "How long requests took.", ("path",), buckets=_SECONDS, registry=_OWN
)
MUTATIONS = Counter(
    "tyopari_mutations", "What became of the changes that were sent.", ("status",), registry=_OWN
)
LOCK_WAIT = Histogram(
    "tyopari_lock_wait_seconds",
    "How long a change waited for the compartments that it writes to.",
    buckets=_SECONDS,
    registry=_OWN,
)
INSIDE = Gauge(
    "tyopari_requests_inside", "Requests now carried out.", registry=_OWN, multiprocess_mode="livesum"
)
CONNECTIONS = Gauge(
    "tyopari_pool_connections_used",
    "Connections to the database that are in use.",
    registry=_OWN,
    multiprocess_mode="livesum",
)
POOL = Gauge(
    "tyopari_pool_connections",
    "Connections to the database that may be used.",
    registry=_OWN,
    multiprocess_mode="livesum",
)


def watch_pool(engine: Engine, most: int) -> None:
    """Keep the figures of a process's connections; called once for each engine."""
    POOL.set(most)
    event.listen(engine, "checkout", lambda *_: CONNECTIONS.inc())
    event.listen(engine, "checkin", lambda *_: CONNECTIONS.dec())


class Counting:
    """Counts each request by its path as declared (never as asked), its method and what it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it when it is done."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, code = monotonic(), 500

        async def sending(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        INSIDE.inc()
        try:
            await self.app(scope, receive, sending)
        finally:
            INSIDE.dec()
            path = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in ("GET", "POST", "PUT") else "other"
            REQUESTS.labels(path, method, str(code)).inc()
            SECONDS.labels(path).observe(monotonic() - began)


class _Stored(Collector):
    """What stands in the database, read when it is asked for."""

    def __init__(self, connection: Connection, waiting: Mapping[str, int]) -> None:
        self.connection, self.waiting = connection, waiting

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures."""
        waiting = GaugeMetricFamily(
            "tyopari_quarantine", "Changes that wait in quarantine.", labels=("reason",)
        )
        for reason, count in self.waiting.items():
            waiting.add_metric((reason,), count)
        yield waiting
        devices = GaugeMetricFamily(
            "tyopari_devices", "Devices by what is ordered of them.", labels=("status",)
        )
        for status, count in self._counts(DEVICE.c.status).items():
            devices.add_metric((status,), count)
        yield devices
        oldest = self.connection.execute(
            select(func.min(DEVICE.c.last_seen)).where(DEVICE.c.status == "active")
        ).scalar()
        yield GaugeMetricFamily(
            "tyopari_oldest_contact_seconds",
            "How long ago the active device that was seen least lately was seen.",
            value=0 if oldest is None else (now() - datetime.fromisoformat(str(oldest))).total_seconds(),
        )

    def _counts(self, column: Any) -> Mapping[str, int]:
        query = select(column, func.count()).group_by(column)
        return {str(value): int(count) for value, count in self.connection.execute(query)}


def text(connection: Connection, waiting: Mapping[str, int]) -> bytes:
    """Return all figures, those of the other processes of this centre too; `waiting` is in quarantine, by reason."""
    registry = CollectorRegistry()
    if os.environ.get(MANY):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(_Stored(connection, waiting))
        return generate_latest(registry)
    registry.register(_Stored(connection, waiting))
    return generate_latest(_OWN) + generate_latest(registry)
