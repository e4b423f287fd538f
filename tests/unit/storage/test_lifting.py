"""What an older program kept for a newer one comes to its place at the upgrade, also where no network is."""

from typing import Any

from pydantic_core import to_json

from app.clock import new_id
from app.record import Row
from storage import incoming, lifting, rows
from storage.store import Store
from tests.stores import add_client, make, store

__all__ = ["store"]


def kept(store: Store, kind: str, record_id: Any, fields: Row) -> None:
    """Let a row be as an older program left it, that did not know these fields."""
    with store.write() as connection:
        statement = f'UPDATE "{kind}" SET extra = ? WHERE id = ?'
        connection.exec_driver_sql(statement, (to_json(fields).decode(), str(record_id)))


def lift(store: Store) -> None:
    with store.write() as connection:
        lifting.lift(connection)


def from_centre(kind: str, client: Any, **values: Any) -> Row:
    """Return a row as the centre sends it."""
    made = make(kind, client_id=client, **values)
    scope = f"client:{client}:{'finances' if kind == 'client_finances' else 'core'}"
    stamps = {"scope": scope, "version": 3, "saved_at": "2026-03-02T08:00:00Z", "saved_by": str(client)}
    return {**made.model_dump(mode="json"), **stamps}


def aside(store: Store) -> list[tuple[str, str]]:
    with store.read() as connection:
        return [(kind, row["id"]) for kind, row in incoming.aside(connection)]


def test_fields_come_to_their_columns_and_what_is_newer_still_stays(store: Store) -> None:
    client = add_client(store)
    other = add_client(store)
    kept(store, "client", client, {"died_on": "2026-02-01", "email": None, "of_the_tenth": [1]})
    before = store.row("client", other)
    lift(store)
    row = store.row("client", client)
    assert row is not None
    assert (row["died_on"], row["extra"]) == ("2026-02-01", {"of_the_tenth": [1]})
    assert row["email"] == "", "what must have a value has one"
    assert store.row("client", other) == before
    lift(store)
    assert store.row("client", client) == row, "once is enough"


def test_what_came_to_its_place_is_found_and_stands_in_the_history(store: Store) -> None:
    client = add_client(store)
    trial = make("work_trial", client_id=client, employer="A", title="B", started_on="2026-01-01")
    store.save(trial)
    kept(store, "work_trial", trial.id, {"feedback": "Erinomainen työpanos"})
    money = from_centre("client_finances", client, as_of="2026-03-01", debts="Vuokravelka")
    with store.write() as connection:
        incoming.keep_aside(connection, money["scope"], [("client_finances", money)])
    lift(store)
    assert [hit.id for hit in store.search("erinomainen")] == [trial.id]
    with store.read() as connection:
        noted = connection.exec_driver_sql("SELECT kind, op FROM history ORDER BY n DESC LIMIT 2").fetchall()
    assert [tuple(line) for line in noted] == [("client_finances", "create"), ("work_trial", "update")]


def test_rows_kept_aside_come_to_their_tables_and_unknown_ones_stay(store: Store) -> None:
    client = add_client(store)
    money = from_centre("client_finances", client, as_of="2026-03-01", debts="Vuokravelka")
    newer = {"id": str(new_id()), "scope": money["scope"], "version": 1}
    with store.write() as connection:
        incoming.keep_aside(connection, money["scope"], [("client_finances", money), ("of_the_tenth", newer)])
    lift(store)
    row = store.row("client_finances", money["id"])
    assert row is not None
    assert (row["debts"], row["version"]) == ("Vuokravelka", 3)
    assert aside(store) == [("of_the_tenth", newer["id"])]


def test_a_row_whose_parent_is_not_here_waits_for_the_centre(store: Store) -> None:
    client = add_client(store)
    stray = str(new_id())
    job = from_centre("employment", client, employer="A", title="B", started_on="2026-01-01")
    here = from_centre("job_check", client, employment_id=job["id"], months=3, on="2026-04-01", kept="yes")
    lost = from_centre("job_check", client, employment_id=stray, months=3, on="2026-04-01", kept="yes")
    core = job["scope"]
    with store.write() as connection:
        lines = [("job_check", here), ("job_check", lost), ("employment", job)]
        incoming.keep_aside(connection, core, lines)
    lift(store)
    assert store.row("job_check", here["id"])
    assert store.row("job_check", lost["id"]) is None
    assert aside(store) == [("job_check", lost["id"])]
    with store.read() as connection:
        assert rows.ask(connection, "PRAGMA foreign_key_check") == []
