"""What the running centre does for its own audit: today's signed head, and the number by which a restore is noticed."""

from pathlib import Path
from threading import Event, Thread

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.errors import KnownError
from app.i18n import N_, Message
from sync.server import heads, state
from sync.server.database import is_postgres, writing
from sync.server.events import event
from sync.server.logs import of_exception

log = structlog.get_logger("tyopari.centre")

MINUTES = 10
"""How often the number is counted on: a database that is older than this is noticed to be."""
_VOLUME = "volume"


def begin(engine: Engine, folder: Path | None) -> None:
    """Make sure that the database is the one that ran here last. Raises KnownError for one that came from a backup.

    A database in another cluster than before has been moved or restored: where the folder outside shows that nothing
    is missing it was moved, and that is booked.
    """
    if folder is not None:
        heads.check(engine, folder)
    with writing(engine) as connection:
        present, before = system(connection), state.noted(connection, _VOLUME)
        if present is None or present == before:
            return
        if before is not None:
            if folder is None or not heads.is_current(connection, folder):
                raise KnownError(
                    Message(N_("The centre's database lies in another PostgreSQL than before.")),
                    Message(
                        N_("If it came back from a backup, run tyopari-server restored; nothing was changed.")
                    ),
                )
            event(connection, "moved")
        state.note(connection, _VOLUME, present)


def system(connection: Connection) -> str | None:
    """Return the identity of PostgreSQL's cluster; None for SQLite, and where it does not tell."""
    if not is_postgres(connection):
        return None
    try:
        with connection.begin_nested():
            return str(
                connection.execute(text("SELECT system_identifier FROM pg_control_system()")).scalar_one()
            )
    except DBAPIError:  # distributed kinds of PostgreSQL have none
        return None


def note_system(connection: Connection) -> None:
    """Note where the database lies now."""
    present = system(connection)
    if present is not None:
        state.note(connection, _VOLUME, present)


class Keeping:
    """Signs the day's heads and counts on, in a thread of its own, for as long as the centre serves."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self._ended = Event()
        self._thread = Thread(target=self._go_on, name="heads", daemon=True)

    def __enter__(self) -> "Keeping":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.engine.dispose()

    def _go_on(self) -> None:
        while True:
            self.once()
            if self._ended.wait(60 * MINUTES):
                return

    def once(self) -> None:
        """Do what is due now. Whatever goes wrong is logged and tried again: the centre serves on."""
        try:
            heads.beat(self.engine, self.folder)
            heads.sign(self.engine, self.folder, daily=True)
        except Exception as error:
            log.error("heads", **of_exception(error))
