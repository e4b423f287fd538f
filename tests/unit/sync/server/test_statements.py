"""What is put to the database by few words: answers that come together, parts that are undone by themselves."""

import pytest
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from app.clock import new_id
from app.record import Row
from sync.server.database import is_postgres, is_refusal, writing
from sync.server.statements import add, found_by, put, rows_of, tell, together
from sync.server.tables import RECEIPT

SECRET = "131052-308T"


def receipt(status: str = "applied") -> Row:
    return {
        "mutation_id": str(new_id()),
        "scope": "client:x:core",
        "device": str(new_id()),
        "status": status,
        "problems": [],
        "at": "2026-05-04T08:00:00Z",
    }


def kept(connection: Connection) -> set[str]:
    return {row.mutation_id for row in connection.execute(select(RECEIPT))}


def ids(*rows: Row) -> set[str]:
    return {row["mutation_id"] for row in rows}


def test_answers_that_come_together_are_those_that_come_alone(engine: Engine) -> None:
    rows = [receipt() for _ in range(5)]
    chosen = [row["mutation_id"] for row in rows[1:4]]
    with writing(engine) as connection:
        put(connection, RECEIPT, rows)
        with together(connection) as asking:
            some = asking.rows_of(RECEIPT, chosen, ("mutation_id", "at"), key="mutation_id")
            none = asking.rows_of(RECEIPT, [], key="mutation_id")
            all_of_it = asking.rows_of(RECEIPT, chosen[:1], key="mutation_id")
        alone = rows_of(connection, RECEIPT, chosen, ("mutation_id", "at"), key="mutation_id")
        assert sorted(map(str, some())) == sorted(map(str, alone))
        assert len(alone) == 3
        assert none() == []
        assert all_of_it() == found_by(connection, select(RECEIPT).where(RECEIPT.c.mutation_id == chosen[0]))
        assert all_of_it() == [rows[1]]


def test_what_is_refused_among_others_undoes_all_and_tells_no_value(engine: Engine) -> None:
    before, inside, later = (receipt() for _ in range(3))
    with writing(engine) as connection:
        put(connection, RECEIPT, [before])
    for _ in range(
        12
    ):  # the driver makes statements ready that it meets again: nothing of that may be left half done
        with pytest.raises(DBAPIError) as refused, writing(engine) as connection:
            say(connection, [inside], [{**before, "status": SECRET}], [later])
        assert is_refusal(refused.value)
        assert SECRET not in str(refused.value.statement)
        assert SECRET not in str(refused.value.params)
        with engine.connect() as connection:
            assert kept(connection) == ids(before)
    with writing(engine) as connection:
        say(connection, [inside], [later])
    with engine.connect() as connection:
        assert kept(connection) == ids(before, inside, later)


def say(connection: Connection, *of_rows: list[Row]) -> None:
    with together(connection):
        for rows in of_rows:
            put(connection, RECEIPT, rows, on_conflict="fail")


def test_many_rows_can_be_among_what_is_said_at_once(engine: Engine) -> None:
    rows = [receipt() for _ in range(100)]
    with writing(engine) as connection, together(connection):
        add(connection, RECEIPT, rows, len(rows))
    with engine.connect() as connection:
        assert kept(connection) == ids(*rows)


def test_connections_that_went_while_they_rested_are_opened_anew(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_postgres(engine):
        pytest.skip("a file does not go away")
    held = [engine.connect() for _ in range(4)]
    pids = [one.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() for one in held]
    for one in held[1:]:
        one.close()
    for pid in pids[1:]:
        held[0].exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    held[0].close()
    monkeypatch.setattr("sync.server.database._SURE", 0.0)  # they have rested
    row = receipt()
    others = [engine.connect() for _ in range(4)]
    for one in others:
        tell(one, "SELECT 1")
        one.close()
    with writing(engine) as connection:
        put(connection, RECEIPT, [row])
    with engine.connect() as connection:
        assert kept(connection) == ids(row)
