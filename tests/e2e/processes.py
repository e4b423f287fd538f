"""A town of real processes: a centre over its database, and devices that reach it through a line of the test's."""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from typing import Any
from zlib import crc32

import psutil
from sqlalchemy import Engine

from app import clock
from storage.store import Store
from sync.enrol import _join
from sync.server import accounts, assignments, setup
from sync.server.database import connect, writing
from sync.transport import HttpTransport
from tests.e2e.proxy import Proxy
from tests.stores import PASSPHRASE, new_store

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds after which something that must come is taken for lost: for a test that fails, none waits for it."""


class Gone(Exception):
    """The process ended before it said what was waited for."""


class Process:
    """A process that is spoken to in lines."""

    def __init__(self, module: str, *words: str, log: Path, **around: str) -> None:
        command = [sys.executable, "-m", f"tests.e2e.{module}", *words]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1", **around}
        with open(log, "a", encoding="utf-8") as errors:
            self.popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )
        self._said: deque[dict[str, Any]] = deque()
        self._heard = Condition()
        self._over = False
        self._numbers = 0
        self.answers: dict[int, dict[str, Any]] = {}
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            try:
                told = json.loads(line)
            except ValueError:  # said in words, or cut off by a death
                told = {"event": "line", "text": line.strip()}
            with self._heard:
                if "n" in told:
                    self.answers[told["n"]] = told
                else:
                    self._said.append(told)
                self._heard.notify_all()
        with self._heard:
            self._over = True
            self._heard.notify_all()

    def _until(self, found: Callable[[], Any]) -> Any:
        """Return what `found` returns as soon as that is something. Raises Gone."""
        began = clock.monotonic()
        with self._heard:
            while True:
                result = found()
                if result is not None:
                    return result
                if self._over:
                    raise Gone
                if not self._heard.wait(began + PATIENCE - clock.monotonic()):
                    raise TimeoutError(list(self._said))

    # ---- the conversation ----

    def order(self, do: str, **more: Any) -> int:
        """Send an order and return its number; a process that has died does not hear it."""
        self._numbers += 1
        assert self.popen.stdin is not None
        with suppress(OSError):
            self.popen.stdin.write(json.dumps({"n": self._numbers, "do": do, **more}) + "\n")
            self.popen.stdin.flush()
        return self._numbers

    def answer(self, number: int) -> dict[str, Any]:
        """Return the answer to an order. Raises Gone."""
        found: dict[str, Any] = self._until(lambda: self.answers.get(number))
        return found

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Give an order and return its answer."""
        return self.answer(self.order(do, **more))

    def event(self, name: str) -> dict[str, Any]:
        """Return the next news of a name. Raises Gone."""

        def found() -> dict[str, Any] | None:
            for told in self._said:
                if told["event"] == name:
                    self._said.remove(told)
                    return told
            return None

        news: dict[str, Any] = self._until(found)
        return news

    def has_said(self, name: str) -> bool:
        """Tell whether there is news of a name that nobody has asked for yet."""
        with self._heard:
            return any(told["event"] == name for told in self._said)

    def forget(self) -> None:
        """Drop the news that nobody asked for."""
        with self._heard:
            self._said.clear()

    # ---- the machine ----

    def kill(self) -> None:
        """End the process as a power cut would, wherever it is."""
        with suppress(psutil.NoSuchProcess):
            psutil.Process(self.popen.pid).resume()
        self.popen.kill()
        self._end()

    def suspend(self) -> None:
        """Put it to sleep, as the lid of a computer does."""
        psutil.Process(self.popen.pid).suspend()

    def resume(self) -> None:
        """Wake it up."""
        psutil.Process(self.popen.pid).resume()

    def left(self) -> int:
        """Wait until it has ended by itself and return its exit code."""
        self.popen.wait(PATIENCE)
        self._end()
        return self.popen.returncode

    def _end(self) -> None:
        self.popen.wait()
        self._reader.join()
        for pipe in (self.popen.stdin, self.popen.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


class Centre:
    """The centre's process, which may die and come back."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.process: Process | None = None
        self.port = 0
        self.bug = ""

    def start(self) -> None:
        """Serve, on the port that it had."""
        self.process = Process(
            "centre", str(self.port), log=self.folder / "centre.log", TYOPARI_DATABASE_URL=self.url
        )
        said = self.process.event("line")["text"]
        assert said.startswith("listening on http"), said
        self.port = int(said.rpartition(":")[2])
        if self.bug:
            self.process.ask("plant", bug=self.bug)

    @property
    def runs(self) -> Process:
        """The process, which must be there."""
        assert self.process is not None
        return self.process

    def kill(self) -> None:
        """End it as a power cut would."""
        self.runs.kill()


@dataclass
class Device:
    """One worker's computer: its store, its line to the centre, and the process that runs on it now."""

    worker: str
    folder: Path
    line: Proxy
    program: str = "worker"
    process: Process | None = None
    bug: str = ""

    @property
    def runs(self) -> Process:
        """The process, which must be there."""
        assert self.process is not None
        return self.process

    def start(self) -> None:
        """Start the program and open the store."""
        self.process = Process(
            self.program, str(self.folder), PASSPHRASE, log=self.folder.with_suffix(".log")
        )
        self.process.event("open")
        if self.bug:
            self.process.ask("plant", bug=self.bug)

    def order_sync(self) -> None:
        """Let the program exchange; it says when it has, or has failed."""
        self.runs.forget()
        self.runs.order("sync")

    def sync(self) -> dict[str, Any]:
        """Exchange once and return what came of it."""
        self.order_sync()
        return self.runs.event("synced")

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something on the line or in the program, whichever comes first."""
        began = clock.monotonic()
        while not condition():
            self.line.happened.wait(0.005)
            if clock.monotonic() - began > PATIENCE:
                raise TimeoutError

    def kill(self) -> None:
        """End the program as a power cut would."""
        self.runs.kill()
        self.process = None

    def quit(self) -> int:
        """Leave the program and return its exit code."""
        self.runs.order("quit")
        code = self.runs.left()
        self.process = None
        return code

    def opened(self) -> Store:
        """Open the store here, while no program runs on it."""
        assert self.process is None
        return Store.open(self.folder, PASSPHRASE)


@dataclass
class Town:
    """The centre and everybody's devices; what is left running is ended with it."""

    folder: Path
    engine: Engine
    centre: Centre
    devices: list[Device] = field(default_factory=list)

    def add_worker(self, name: str) -> None:
        """Register a job coach."""
        with writing(self.engine) as connection:
            accounts.add_user(connection, name, "job-coach")

    def device(self, worker: str, program: str = "worker") -> Device:
        """Make a computer that has joined the centre and has not synced yet; nothing runs on it."""
        with writing(self.engine) as connection:
            code = accounts.make_code(connection, worker)
        line = Proxy(self.centre.port)
        made = Device(worker, self.folder / f"device{len(self.devices)}", line, program)
        self.devices.append(made)
        store = new_store(made.folder)
        way = HttpTransport(line.address)
        try:
            _join(store, line.address, code, way, None)
        finally:
            way.close()
            store.close()
        return made

    def assign(self, client: str, worker: str) -> None:
        """Give a client to a worker."""
        with writing(self.engine) as connection:
            assignments.assign(connection, client, worker, None, clock.today(), None)

    def close(self) -> None:
        """End everything."""
        for device in self.devices:
            if device.process is not None:
                device.kill()
            device.line.close()
        self.centre.kill()
        self.engine.dispose()


@contextmanager
def town_of_processes(folder: Path, url: str) -> Iterator[Town]:
    """Run a centre over an empty database."""
    engine = connect(url)
    setup.prepare(engine)
    centre = Centre(folder, url)
    centre.start()
    made = Town(folder, engine, centre)
    try:
        yield made
    finally:
        made.close()


class Dice:
    """Choices that look like chance and follow from a seed."""

    def __init__(self, seed: str) -> None:
        self.seed, self._thrown = seed, 0

    def upto(self, count: int) -> int:
        """Return a number from 0 to below `count`."""
        self._thrown += 1
        return crc32(f"{self.seed} {self._thrown}".encode()) % count

    def one_of(self, options: Any) -> Any:
        """Choose one."""
        return options[self.upto(len(options))]
