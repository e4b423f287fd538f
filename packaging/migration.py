"""Write the next migration of both databases, the device's and the centre's: `python packaging/migration.py "Message"`.

Each is what differs between the declared tables and those that the present steps make. Read both before they are
committed; after 1.0 a step only adds. Then name the new revision in storage/migrations/__init__.py and
storage/migrate.py, and keep a store of the new schema with packaging/earlier_store.py.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

import storage.tables  # noqa: E402, F401  (declares the device's tables)

STREAMS = ("storage/migrations", "sync/server/migrations")


def main(message: str) -> None:
    """Make one revision in each stream, against an empty database brought to the present step."""
    for stream in STREAMS:
        config = Config()
        config.set_main_option("script_location", str(ROOT / stream).replace("%", "%%"))
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        with tempfile.TemporaryDirectory() as folder:
            engine = create_engine(f"sqlite:///{Path(folder, 'empty.db').as_posix()}")
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
            engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
