"""Serving the centre with uvicorn; says where it listens once it does."""

import gc
import socket

import uvicorn
from sqlalchemy import Engine

from app.errors import KnownError
from app.i18n import N_, Message
from sync.server import logs
from sync.server.app import create_app


class _Announcing(uvicorn.Server):
    """Prints one line when it is ready: whoever started it waits for that."""

    where = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"listening on {self.where}", flush=True)  # noqa: T201


def serve(engine: Engine, host: str, port: int, cert: str | None = None, key: str | None = None) -> None:
    """Serve until a signal stops it; port 0 takes a free one. Raises KnownError where the port is taken."""
    logs.configure()
    config = uvicorn.Config(
        create_app(engine),
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=cert,
        ssl_keyfile=key,
        timeout_graceful_shutdown=10,
    )
    try:
        listening = _listen(host, port)
    except OSError as error:
        raise KnownError(
            Message(N_("Cannot listen on port {port}."), port=port),
            Message(N_("Another program may use it: give another --port.")),
        ) from error
    server = _Announcing(config)
    shown = f"[{host}]" if ":" in host else host
    server.where = f"{'https' if cert else 'http'}://{shown}:{listening.getsockname()[1]}"
    gc.freeze()  # what was loaded stays: it need not be searched again
    with listening:
        server.run([listening])
    engine.dispose()


def _listen(host: str, port: int) -> socket.socket:
    """Open a port. The protocol is named, since asyncio sends small answers at once only where it is.

    Without that the end of each answer waits for the other side's delayed acknowledgement: 40 ms a request.
    """
    family = _family(host)
    made = socket.create_server((host, port), family=family)
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
