"""The schema's history leads to the declared tables, on both databases; a newer database is not touched."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy import inspect as sa_inspect

from app.errors import KnownError, StoreTooNew
from sync.server import setup, state
from sync.server.database import alembic_config, connect, revisions, snapshot, writing
from sync.server.tables import METADATA


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each sort: their steps differ."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    return str(request.getfixturevalue("postgres_url"))


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


SCOPE = "client:00000000-0000-7000-8000-000000000001:core"
CLIENT, MUTATION = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"
EARLIER = (
    f"INSERT INTO receipt VALUES ('{MUTATION}', '{CLIENT}', 'applied', '[]', '2026-05-01T10:00:00Z')",
    "INSERT INTO audit (scope, n, prev, hash, at, mutation_id, action, commitment) VALUES "
    f"('{SCOPE}', 1, '', 'x', '2026-05-01T10:00:00Z', '{MUTATION}', 'applied', '')",
)


def test_what_an_earlier_centre_holds_is_kept_and_keyed_by_scope(database_url: str) -> None:
    engine = connect(database_url)
    with writing(engine) as connection:
        command.upgrade(alembic_config(connection), "0002")
    with writing(engine) as connection:
        columns = sa_inspect(connection).get_columns("client")
        fixed = {
            "interpreter": False,
            "languages": "[]",
            "id": CLIENT,
            "scope": SCOPE,
            "version": 3,
            "deleted": False,
            "extra": "{}",
            "seq": 7,
        }
        values = {c["name"]: fixed.get(c["name"], None if c["nullable"] else "") for c in columns}
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO client ({', '.join(values)}) VALUES ({marks})"), values)
        for statement in EARLIER:
            connection.execute(text(statement))
    setup.prepare(engine)
    with snapshot(engine) as connection:
        assert [tuple(map(str, row)) for row in connection.execute(
            text("SELECT id, scope, version, seq FROM client")
        )] == [(CLIENT, SCOPE, "3", "7")]  # fmt: skip
        told = connection.execute(text("SELECT mutation_id, scope, status FROM receipt")).one()
        assert tuple(map(str, told)) == (MUTATION, SCOPE, "applied")
    engine.dispose()


def test_the_tables_can_be_distributed_by_scope() -> None:
    """No unique key spans scopes, no key leads from one to another, and no counter is shared by all."""
    small = {
        "account",
        "attempt",
        "challenge_used",
        "device",
        "enrol_code",
        "server_state",
        "signed_head",
        "worker",
    }  # a copy of these is everywhere
    by_hash = {"blob", "blob_piece"}  # these lie by the hash of the file
    for table in METADATA.tables.values():
        assert not table.foreign_keys, table.name
        assert not any(isinstance(c.autoincrement, bool) and c.autoincrement for c in table.columns), (
            table.name
        )
        part = "id" if table.name == "scope" else "sha256" if table.name in by_hash else "scope"
        keys = [c for c in table.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint)]
        for columns in [*(k.columns for k in keys), *(i.columns for i in table.indexes if i.unique)]:
            assert table.name in small or part in {column.name for column in columns}, table.name
