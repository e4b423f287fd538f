"""Making a centre ready: its schema, its epoch and keys, and whether all this is as the program needs it."""

from pathlib import Path

from sqlalchemy import Engine, inspect, update

from app.errors import KnownError, StoreTooNew
from app.i18n import N_, Message
from app.record import Row
from sync.server import heads, keeping, state, wall
from sync.server.database import revisions, snapshot, upgrade, writing
from sync.server.events import event
from sync.server.tables import DEVICE


def prepare(engine: Engine) -> None:
    """Bring the schema to this program's revision; a new centre gets its epoch and keys."""
    _refuse_newer(engine)
    upgrade(engine)
    with writing(engine) as connection:
        wall.build(connection)
        state.begin(connection)


def check_ready(engine: Engine) -> None:
    """Raise KnownError where the database was not set up, or not for this program."""
    _refuse_newer(engine)
    has, needs = revisions(engine)
    if has is None:
        raise KnownError(
            Message(N_("The centre's database is empty.")), Message(N_("Run tyopari-server init first."))
        )
    if has != needs:
        raise KnownError(
            Message(N_("The centre's database is of an older version.")),
            Message(N_("Make a backup, then run tyopari-server upgrade.")),
        )


def is_empty(engine: Engine) -> bool:
    """Tell whether nothing was ever set up here."""
    with snapshot(engine) as connection:
        return not inspect(connection).has_table("server_state")


def _refuse_newer(engine: Engine) -> None:
    has, _ = revisions(engine)
    if has is not None and has not in known_revisions():
        raise StoreTooNew(
            Message(N_("The centre's database is of a newer version than this program.")),
            Message(N_("Install the newer program; nothing was changed.")),
        )


def known_revisions() -> set[str]:
    """Return the revisions that this program knows."""
    from alembic.script import ScriptDirectory

    from sync.server.database import alembic_config

    return {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}


def restored(engine: Engine, heads_folder: Path | None = None) -> str:
    """Declare that the database came back from a backup; returns the new epoch.

    `heads_folder` is where signed heads are kept: what they tell of the time after the backup is then explained.
    """
    with writing(engine) as connection:
        fresh = state.new_epoch(connection)
        known: Row = heads.accept(connection, heads_folder) if heads_folder is not None else {}
        keeping.note_system(connection)
        # The turns that devices got since the backup are not known here: each begins anew.
        connection.execute(update(DEVICE).values(turn=None, turn_before=None))
        event(connection, "restored", epoch=fresh, **known)
    return fresh
