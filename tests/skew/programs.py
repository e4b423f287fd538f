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

    def __init__(self, script: str, program: Path) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(script))],
            cwd=program,
            env={**os.environ, "PYTHONPATH": str(program), "PYTHONUTF8": "1", "TYOPARI_LANGUAGE": "en"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def order(self, **order: Any) -> Any:
        """Give an order and return the answer; raises Refused."""
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        print(json.dumps(order), file=self.popen.stdin, flush=True)
        line = self.popen.stdout.readline()
        assert line, "the earlier program ended"
        told = json.loads(line)
        if "error" in told:
            raise Refused(told["error"])
        return told["answer"]

    def ask(self, do: str, kind: str = "", **values: Any) -> Any:
        """Have something done to a record, with these values."""
        return self.order(do=do, kind=kind, values=values)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        """Let it end by itself; where the test has failed already, end it."""
        if failed[0] is not None:
            self.popen.kill()
        with self.popen:  # closes its lines, and waits
            pass
        assert failed[0] is not None or self.popen.returncode == 0


@contextmanager
def earlier(program: Path) -> Iterator[tuple[Earlier, Earlier]]:
    """Yield an earlier version's centre and a device of it, each a process that has nothing open yet."""
    with Earlier("earlier_centre.py", program) as centre, Earlier("earlier_device.py", program) as device:
        yield centre, device


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
