"""Serving the centre with uvicorn, in one process or several; says where it listens once it does."""

import gc
import signal
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection as pipes
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from os import environ
from threading import Thread
from typing import Any

import structlog
import uvicorn
from anyio.to_thread import current_default_thread_limiter
from prometheus_client.multiprocess import mark_process_dead
from sqlalchemy import Engine

from app import i18n
from app.errors import KnownError
from app.i18n import N_, Message
from sync.server import logs, metrics
from sync.server.app import create_app
from sync.server.database import capacity, connect

log = structlog.get_logger("tyopari.centre")


@dataclass(frozen=True)
class Serving:
    """How the centre is served."""

    host: str = "127.0.0.1"
    port: int = 8735
    cert: str | None = None
    key: str | None = None
    proxies: str = ""
    """Addresses of the proxies before it, with commas: they alone are believed when they say who asks."""
    workers: int = 1


class _Server(uvicorn.Server):
    """Tells when it is ready; has as many threads as there are connections to the database."""

    def __init__(self, config: uvicorn.Config, threads: int, started: Callable[[], object]) -> None:
        super().__init__(config)
        self.threads, self.tell = threads, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        current_default_thread_limiter().total_tokens = self.threads
        await super().startup(sockets)
        if self.started:
            self.tell()


def serve(url: str, options: Serving) -> None:
    """Serve until a signal stops it; port 0 takes a free one. Raises KnownError where the port is taken."""
    logs.configure()
    try:
        listening = _listen(options.host, options.port)
    except OSError as error:
        raise KnownError(
            Message(N_("Cannot listen on port {port}."), port=options.port),
            Message(N_("Another program may use it: give another --port.")),
        ) from error
    shown = f"[{options.host}]" if ":" in options.host else options.host
    where = f"{'https' if options.cert else 'http'}://{shown}:{listening.getsockname()[1]}"

    def announce() -> None:
        print(f"listening on {where}", flush=True)  # noqa: T201

    with listening:
        if options.workers > 1:
            _Workers(url, options, listening, announce).serve()
        else:
            _serve_here(connect(url), options, listening, announce)


def _serve_here(
    engine: Engine, options: Serving, listening: socket.socket, started: Callable[[], object]
) -> None:
    config = uvicorn.Config(
        create_app(engine),
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=options.cert,
        ssl_keyfile=options.key,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=options.proxies,
        timeout_graceful_shutdown=10,
    )
    threads = capacity(engine)
    metrics.watch_pool(engine, threads)
    server = _Server(config, threads, started)
    if parent_process() is not None:
        Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    gc.freeze()  # what was loaded stays: it need not be searched again
    server.run([listening])
    engine.dispose()


def _end_with_parent(server: uvicorn.Server) -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    server.should_exit = True


def _work(url: str, options: Serving, listening: socket.socket, told: Any, language: str) -> None:
    """Serve in one of several processes."""
    i18n.set_language(language)
    logs.configure()
    _serve_here(connect(url, options.workers), options, listening, lambda: told.send(True))


class _Workers:
    """The processes that share one listening socket. One that dies is started anew; all end together.

    They are started afresh, not forked: a library of the system may not bear to be forked.
    """

    def __init__(
        self, url: str, options: Serving, listening: socket.socket, announce: Callable[[], object]
    ) -> None:
        self.url, self.options, self.listening, self.announce = url, options, listening, announce
        self.context = get_context("spawn")
        self.running: dict[BaseProcess, Any] = {}
        self.waited_for = options.workers
        self.stopping = False

    def serve(self) -> None:
        """Serve until a signal comes; raises KnownError where a process ends before it could serve."""
        with tempfile.TemporaryDirectory(prefix="tyopari-centre-", ignore_cleanup_errors=True) as folder:
            environ[metrics.MANY] = folder
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self._stop())
            for _ in range(self.options.workers):
                self._start()
            try:
                while self.running:
                    self._wait(folder)
            finally:
                self._stop()
                for process in self.running:
                    process.join()
        if self.waited_for:
            raise KnownError(Message(N_("A process of the centre ended before it could serve.")))

    def _start(self) -> None:
        told, tells = self.context.Pipe(duplex=False)
        arguments = (self.url, self.options, self.listening, tells, i18n.language())
        process = self.context.Process(target=_work, args=arguments)
        process.start()
        tells.close()
        self.running[process] = told
        if self.stopping:  # the signal came meanwhile
            process.terminate()

    def _stop(self) -> None:
        self.stopping = True
        for process in list(self.running):
            process.terminate()

    def _wait(self, folder: str) -> None:
        """Wait until a process says that it serves, or ends."""
        by_sentinel = {process.sentinel: process for process in self.running}
        telling = [told for told in self.running.values() if told is not None]
        for ready in pipes.wait([*by_sentinel, *telling]):
            if ready in by_sentinel:
                self._ended(by_sentinel[ready], folder)
            else:
                self._heard(ready)

    def _heard(self, told: Any) -> None:
        process = next((process for process, pipe in self.running.items() if pipe is told), None)
        if process is None:
            return
        self.running[process] = None
        with suppress(EOFError):  # it ended: its sentinel says so
            told.recv()
            if self.waited_for:
                self.waited_for -= 1
                if not self.waited_for:
                    self.announce()
        told.close()

    def _ended(self, process: BaseProcess, folder: str) -> None:
        process.join()
        told = self.running.pop(process)
        mark_process_dead(process.pid, folder)  # type: ignore[no-untyped-call]
        if self.stopping:
            return
        log.error("process ended", code=process.exitcode)
        if self.waited_for or told is not None:  # it never served: another one would not either
            self._stop()
        else:
            self._start()


def _listen(host: str, port: int) -> socket.socket:
    """Open a port. The protocol is named, since asyncio sends small answers at once only where it is.

    Without that the end of each answer waits for the other side's delayed acknowledgement: 40 ms a request.
    """
    family = _family(host)
    made = socket.create_server((host, port), family=family)
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
