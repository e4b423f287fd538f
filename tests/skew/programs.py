"""Earlier versions of the program as processes, from the wheels kept in tests/data/wheels, and the present one here.

The wheels hold the program alone: the libraries are those of today.
"""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Any, Self

import uvicorn

from storage.store import Store
from sync.client import SyncResult, sync_once, transport_of
from sync.server import setup
from sync.server.app import create_app
from sync.server.database import connect
from tests.stores import PASSPHRASE

WHEELS = Path(__file__).parents[1] / "data" / "wheels"
EARLIER = (1, 2)
"""The schemas of which a wheel is kept."""


class Refused(Exception):
    """The earlier program says that it cannot be done, and why."""


@cache
def unpacked(schema: int, into: Path) -> Path:
    """Return the folder in which an earlier version of the program lies ready."""
    folder = into / f"schema-{schema}"
    (wheel,) = (WHEELS / f"schema-{schema}").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


class Earlier:
    """A process of an earlier version, spoken to in lines."""

    def __init__(self, script: str, program: Path, *words: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(script)), *words],
            cwd=program,
            env={**os.environ, "PYTHONPATH": str(program), "PYTHONUTF8": "1", "TYOPARI_LANGUAGE": "en"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def hear(self) -> Any:
        """Return the next line that it says."""
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line, "the earlier program ended"
        return json.loads(line)

    def ask(self, do: str, kind: str = "", **values: Any) -> Any:
        """Give an order and return the answer; raises Refused."""
        assert self.popen.stdin is not None
        order = {"do": do, "kind": kind, "values": values}
        print(json.dumps(order), file=self.popen.stdin, flush=True)
        told = self.hear()
        if "error" in told:
            raise Refused(told["error"])
        return told["answer"]

    def order(self, **order: Any) -> Any:
        """Give an order in its own words."""
        assert self.popen.stdin is not None
        print(json.dumps(order), file=self.popen.stdin, flush=True)
        return self.hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        """Let it end by itself; where the test has failed already, end it."""
        if failed[0] is not None:
            self.popen.kill()
        with self.popen:  # closes its lines, and waits
            pass
        assert failed[0] is not None or self.popen.returncode == 0


def earlier_device(program: Path, folder: Path) -> Earlier:
    """Open a store with an earlier version of the program; it is made where there is none."""
    return Earlier("earlier_device.py", program, str(folder), PASSPHRASE)


@contextmanager
def earlier_centre(program: Path, database: Path, *people: str) -> Iterator[dict[str, Any]]:
    """Run an earlier version's centre; yields its port and the people's enrolment codes."""
    with Earlier("earlier_centre.py", program, str(database), *people) as centre:
        yield centre.hear()


@contextmanager
def present_centre(database: Path, port: int) -> Iterator[None]:
    """Upgrade a centre's database to the present program, and run it at the port where the devices know it."""
    engine = connect(f"sqlite:///{database}")
    setup.prepare(engine)
    with create_server(("127.0.0.1", port)) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(engine), log_config=None))
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()
            engine.dispose()


@contextmanager
def present_device(folder: Path) -> Iterator[Store]:
    """Open a store with the present program."""
    store = Store.open(folder, PASSPHRASE)
    try:
        yield store
    finally:
        store.close()


def synced(store: Store) -> SyncResult:
    """Sync the present program's device once."""
    way = transport_of(store)
    try:
        return sync_once(store, way)
    finally:
        way.close()
