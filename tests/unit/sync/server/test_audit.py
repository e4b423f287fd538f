"""The audit: whatever is changed afterwards is found, and what the law wants erased can be erased."""

import pytest
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError

from sync.server import accounts, setup, wall
from sync.server.database import connect, is_postgres, writing
from sync.server.tables import AUDIT, RECORDS, SCOPE
from tests.unit.sync.server.conftest import Device, Office, core

Pair = tuple[Device, Device, str]


def why(office: Office) -> set[str]:
    return {finding.why for finding in office.findings()}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"action": "merged"}, {"hash"}),
        ({"person": "somebody"}, {"hash"}),
        ({"patch": '{"op":"update"}'}, {"patch"}),
        ({"hash": "0" * 64}, {"hash", "end"}),
        ({"prev": "0" * 64}, {"link", "hash"}),
        ({"n": 99}, {"gap", "hash", "end"}),
    ],
)
def test_tampering_is_found(office: Office, pair: Pair, changed: dict[str, str], found: set[str]) -> None:
    client = pair[2]
    assert not office.findings()
    with writing(office.engine) as connection:
        last = (
            (AUDIT.c.scope == core(client)) & (AUDIT.c.action == "applied") & (AUDIT.c.kind == "assignment")
        )
        n = connection.execute(AUDIT.select().where(last).order_by(AUDIT.c.n.desc())).first()
        assert n is not None
        connection.execute(
            update(AUDIT).where(AUDIT.c.scope == core(client), AUDIT.c.n == n.n).values(**changed)
        )
    assert why(office) == found


def test_a_removed_end_is_found(office: Office, pair: Pair) -> None:
    with writing(office.engine) as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.scope == core(pair[2]), AUDIT.c.n > 1))
    assert why(office) == {"end"}


def test_a_row_changed_beside_the_program_is_found(office: Office, pair: Pair) -> None:
    with writing(office.engine) as connection:
        wall.open_to_centre(connection)  # whoever can write here can open it
        connection.execute(update(RECORDS["client"]).values(version=7))
    assert why(office) == {"rows"}
    with writing(office.engine) as connection:
        wall.open_to_centre(connection)
        connection.execute(update(RECORDS["client"]).values(version=1))
        connection.execute(delete(SCOPE).where(SCOPE.c.id == core(pair[2])))
    assert why(office) == {"end"}


def test_a_lawful_erasure_keeps_the_chain(office: Office, pair: Pair) -> None:
    with writing(office.engine) as connection:
        connection.execute(update(AUDIT).values(patch=None, salt=None))
    assert not office.findings()


@pytest.fixture
def walled(database_url: str) -> Engine:
    """A centre made by its migrations, with their wall around the audit."""
    engine = connect(database_url)
    setup.prepare(engine)
    with writing(engine) as connection:
        accounts.add_user(connection, "anna", "job-coach")
    return engine


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM audit", "UPDATE audit SET action = 'x'", "UPDATE audit SET patch = '{}', salt = '00'"],
)
def test_the_database_itself_refuses_to_change_the_audit(walled: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only ever added"), writing(walled) as connection:
        connection.execute(text(statement))
    with writing(walled) as connection:
        connection.execute(text("UPDATE audit SET patch = NULL, salt = NULL"))
        assert is_postgres(connection) == ("postgresql" in str(walled.url))
    walled.dispose()
