"""A bad line between a device and its centre: slow, cut, silent or refusing, as the test says; all bytes counted."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any

PIECE = 4_096
_STEP = 0.02
"""Seconds of the line's speed that go through at once: a slow line is a trickle, not lumps."""


class Proxy:
    """Passes bytes on to a port of this computer; every method may be called from the test's thread.

    `rate` is in bytes a second for each direction, None for as fast as it goes.
    """

    def __init__(self, target: int, rate: int | None = None) -> None:
        self.target, self.rate = target, rate
        self.up = self.down = self.connections = 0
        self.happened = Event()
        """Set when the cut or the halt that was planned has come."""
        self._left: int | None = None
        self._at_the_end: Callable[[], Any] = self._break
        self._refuses = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="proxy")
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Break everything and listen no more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        """The address that a device takes for its centre's."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def passed(self) -> int:
        """How many bytes went through, both ways."""
        return self.up + self.down

    # ---- what the test orders ----

    def cut(self) -> None:
        """Break every connection now."""
        self._do(self._break)

    def cut_after(self, count: int) -> None:
        """Break every connection when so many more bytes have gone through; the next ones hold."""
        self._plan(count, self._break)

    def halt_after(self, count: int) -> None:
        """Let nothing more through after so many bytes, and say nothing of it to either side."""
        self._plan(count, self._flows.clear)

    def _plan(self, count: int, then: Callable[[], Any]) -> None:
        def plan() -> None:
            self.happened.clear()
            self._left, self._at_the_end = count, then

        self._do(plan)

    def refuse(self) -> None:
        """Break every connection, and each new one at once."""

        def refused() -> None:
            self._refuses = True
            self._break()

        self._do(refused)

    def heal(self) -> None:
        """Be a good line again; connections that stood still go on."""

        def healed() -> None:
            self._left, self._refuses = None, False
            self._flows.set()

        self._do(healed)

    def _do(self, what: Callable[[], Any]) -> None:
        done = Event()

        def do() -> None:
            what()
            done.set()

        self._loop.call_soon_threadsafe(do)
        done.wait()

    # ---- the line itself ----

    def _break(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._refuses:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, back}
        self._open |= ends
        try:
            await asyncio.gather(self._pass(reader, back, "up"), self._pass(there, writer, "down"))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: str) -> None:
        with suppress(OSError):
            while True:
                rate = self.rate
                data = await source.read(max(1, int(rate * _STEP)) if rate else PIECE)
                await self._flows.wait()
                if not data:
                    break
                if rate:
                    await asyncio.sleep(len(data) / rate)
                now = len(data) if self._left is None else min(len(data), self._left)
                self._write(sink, data[:now], way)
                await sink.drain()
                if now < len(data):
                    await self._flows.wait()
                    self._write(sink, data[now:], way)
        sink.close()

    def _write(self, sink: asyncio.StreamWriter, data: bytes, way: str) -> None:
        setattr(self, way, getattr(self, way) + len(data))
        sink.write(data)
        if self._left is not None:
            self._left -= len(data)
            if self._left <= 0:
                self._left = None
                self._at_the_end()
                self.happened.set()

    async def _end(self) -> None:
        self._server.close()
        self._flows.set()
        self._break()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.gather(*others, return_exceptions=True)
