"""Bringing an older store to the present schema: a verified backup first, then each step in one transaction."""

from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.errors import StoreTooNew
from app.i18n import N_, Message
from storage import db
from storage.keys import Key
from storage.migrations import HEAD

FOLDER = Path(__file__).with_name("migrations")
KNOWN = ("0001", "0002", "0003")
"""Every revision that this program can read, oldest first."""


def revision(engine: Engine) -> str | None:
    """Return the revision of a store's schema; None for a store without tables."""
    with db.read(engine) as connection:
        made = text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        if connection.execute(made).first() is None:
            return None
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def upgrade(engine: Engine, folder: Path, key: Key) -> None:
    """Bring the store to the present schema, if it is older. Raises StoreTooNew for a newer program's store.

    Alembic is imported only when there is something to do.
    """
    present = revision(engine)
    if present == HEAD:
        return
    if present is not None and present not in KNOWN:
        raise StoreTooNew(
            Message(N_("This store was written by a newer version of the program.")),
            Message(N_("Update the program on this computer, and open the store again.")),
        )
    if present is not None:
        from storage import backup

        backup.before_migration(folder, engine, key)
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    try:
        with db.write(engine) as connection:
            # Batch steps rebuild tables; the keys are checked again when the transaction ends.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
            if present is not None:
                from storage import lifting

                lifting.lift(connection)
            clock.point("migrate.before_commit")
    except DBAPIError as error:
        raise db.error_for(error) from error
