"""A centre on this computer: the real server on a loopback port, on an SQLite file, in a thread of its own."""

import logging
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import structlog
import uvicorn
from sqlalchemy import Engine, select

from app import roles
from app.clock import new_id, now
from app.demo.people import COACHES
from app.errors import KnownError
from app.i18n import N_, Message
from app.record import Record, fields, iso, to_row
from sync.protocol import Mutation
from sync.server import accounts, assignments, audit, office, push, setup
from sync.server.app import create_app
from sync.server.database import connect, snapshot, writing
from sync.server.tables import WORKER

FILE = "centre.db"


class EmbeddedCentre:
    """The centre of a demonstration. `start` and `stop` may follow each other: the address stays the same."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Ids alone are logged, and a demonstration needs no more than what goes wrong.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        self.engine: Engine = connect(f"sqlite:///{(folder / FILE).as_posix()}")
        setup.prepare(self.engine)
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        with writing(self.engine) as connection:
            for username, name in COACHES:
                if accounts.find_user(connection, username) is None:
                    accounts.add_user(connection, username, roles.JOB_COACH, name)

    @property
    def url(self) -> str:
        """The address at which devices find it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Answer from now on; calls that come before the thread is ready wait in the listening socket."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        listening.listen(64)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(create_app(self.engine), log_config=None, lifespan="off", access_log=False)
        config.timeout_graceful_shutdown = 5
        self._server = uvicorn.Server(config)
        self._thread = Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="centre", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Be gone, as when the network is down; what was taken stays."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._server = self._thread = None

    def close(self) -> None:
        """Stop, and let go of the database."""
        self.stop()
        self.engine.dispose()

    def code(self, username: str) -> str:
        """Return a one-time code with which a person's device joins."""
        with writing(self.engine) as connection:
            return accounts.make_code(connection, username)

    def worker(self, username: str) -> str:
        """Return a person's number."""
        with snapshot(self.engine) as connection:
            return str(accounts.user(connection, username)["worker_id"])

    def assign(self, client_id: str, username: str, begins: date) -> None:
        """Give a client to a person, as an administrator does."""
        with writing(self.engine) as connection:
            assignments.assign(connection, client_id, username, None, begins, None)

    def unassign(self, client_id: str, username: str) -> int:
        """Take a client from a person, as an administrator does; returns how many assignments ended."""
        with writing(self.engine) as connection:
            return assignments.unassign(connection, client_id, username)

    def keep(self, records: Iterable[Record]) -> None:
        """Write what the people of the centre keep for everybody."""
        mutations = []
        for record in records:
            row = to_row(record)
            patch = {name: (None, row[name]) for name in fields(type(record))}
            mutations.append(_mutation(str(record.__tablename__), row["id"], "create", patch))
        self._write(mutations)

    def employ(self, username: str, employment: Mapping[str, Any]) -> None:
        """Note since when and for how much of the time a person is employed."""
        worker = self.worker(username)
        with snapshot(self.engine) as connection:
            held = connection.execute(select(WORKER).where(WORKER.c.id == worker)).mappings().one()
            changed = {name: (held[name], value) for name, value in employment.items() if held[name] != value}
        self._write([_mutation("worker", worker, "update", changed)])

    def _write(self, mutations: Sequence[Mutation]) -> None:
        with writing(self.engine) as connection:
            results = push.write(connection, office.office(), mutations)
        if any(result["status"] != "applied" for result in results):
            raise KnownError(Message(N_("The data was not accepted.")))

    def findings(self) -> list[Any]:
        """Check the audit chain; return what is wrong with it."""
        with snapshot(self.engine) as connection:
            return list(audit.verify(connection))


def _mutation(kind: str, row: str, op: Any, patch: dict[str, tuple[Any, Any]]) -> Mutation:
    """Make a change that the centre itself writes."""
    return Mutation(
        id=str(new_id()),
        scope="reference",
        kind=kind,
        row=row,
        op=op,
        patch=patch,
        author=office.NOBODY,
        saved_at=iso(now()),
    )


@contextmanager
def running(folder: Path) -> Iterator[EmbeddedCentre]:
    """Have a centre for the time of a block."""
    centre = EmbeddedCentre(folder)
    try:
        centre.start()
        yield centre
    finally:
        centre.close()
