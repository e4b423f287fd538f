"""An opened program for tests: a session over a real store, a few clients, and a centre that answers."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app import clock
from app.i18n import Message
from app.record import Record, to_row, validated
from app.services import SPECS
from app.settings import Settings
from storage.state import set_state
from storage.store import Store
from storage.writing import Changes, table_of
from ui.bus import Bus
from ui.session import Session
from ui.sync_runner import Centre, SyncRunner
from ui.tasks import FakeTasks, Tasks


@dataclass
class Result:
    """What a sync brought."""

    changes: Changes = field(default_factory=Changes)
    warnings: tuple[Message, ...] = ()


@dataclass
class Office:
    """A centre that takes everything; `code` is the one-time code that it accepts."""

    address: str = ""
    code: str = "KOODI-1"
    synced: int = 0
    last: datetime | None = None
    refuse: Exception | None = None
    store: Store | None = None

    def sync(self) -> Result:
        """Count a sync."""
        self.synced += 1
        if self.refuse is not None:
            raise self.refuse
        self.last = clock.now()
        return Result()

    def enrol(self, address: str, code: str) -> Result:
        """Join, or raise what the centre says."""
        if self.refuse is not None:
            raise self.refuse
        assert code == self.code
        self.address = address
        if self.store is not None:
            worker = made("worker", id=self.store.worker, name="Maija Kallio")
            with self.store.write() as connection:
                connection.execute(table_of(SPECS["worker"]).insert().values(to_row(worker)))
                set_state(connection, "worker_role", "team-lead")
        return Result(warnings=(Message("The clock is wrong."),))

    def way(self) -> Centre:
        """Return the way to this centre."""
        return Centre(self.sync, self.enrol, lambda: self.address, lambda: self.last)


def session(
    store: Store, settings: Settings, *, office: Office | None = None, tasks: Tasks | None = None
) -> Session:
    """Open a session on a store; its sync has not been started."""
    tasks, bus = tasks or FakeTasks(), Bus()
    centre = office.way() if office else None
    return Session(store, tasks, bus, settings, SyncRunner(store, tasks, bus, centre), centre, store.role)


def made(kind: str, **values: Any) -> Record:
    """Make a record of a kind."""
    return validated(SPECS[kind].table, values)


def client(store: Store, first: str, last: str) -> UUID:
    """Save an invented client in coaching; return the id."""
    one = made("client", first_name=first, last_name=last)
    store.save(one)
    store.save(made("coaching_relationship", client_id=one.id, started_on=date(2026, 1, 5)))
    return one.id


def visit(store: Store, client_id: UUID, notes: str, on: date = date(2026, 5, 4)) -> UUID:
    """Save a visit that took place; return the id."""
    row = store.rows("coaching_relationship", client_id=client_id)[0]
    one = made(
        "support_visit", client_id=client_id, relationship_id=row["id"], on=on, state="done", notes=notes
    )
    store.save(one)
    return one.id
