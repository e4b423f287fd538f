"""The schema's history leads to the declared tables, on both databases; a newer database is not touched."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from app.errors import KnownError, StoreTooNew
from sync.server import setup, state
from sync.server.database import connect, revisions, snapshot, writing
from sync.server.tables import METADATA


def test_the_migrations_make_the_declared_tables(database_url: str) -> None:
    engine = connect(database_url)
    assert setup.is_empty(engine)
    with pytest.raises(KnownError):
        setup.check_ready(engine)
    setup.prepare(engine)
    setup.check_ready(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_preparing_again_keeps_epoch_and_keys(database_url: str) -> None:
    engine = connect(database_url)
    setup.prepare(engine)
    with snapshot(engine) as connection:
        before = state.epoch(connection), state.keys(connection).token
    setup.prepare(engine)
    with snapshot(engine) as connection:
        assert (state.epoch(connection), state.keys(connection).token) == before
    engine.dispose()


def test_a_newer_database_is_refused(database_url: str) -> None:
    engine = connect(database_url)
    setup.prepare(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (setup.prepare, setup.check_ready):
        with pytest.raises(StoreTooNew):
            act(engine)
    assert revisions(engine)[0] == "9999"
    engine.dispose()


def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        connect("mysql://somewhere/else")
