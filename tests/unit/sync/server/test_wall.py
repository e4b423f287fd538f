"""The wall in the database: it stands when the program's own check does not, and it is in nobody's way."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.exc import IntegrityError

from app import access, clock, roles
from app.record import Row
from sync.server import accounts, push, wall
from sync.server.batch import settle
from sync.server.database import snapshot, writing
from sync.server.faults import BUGS
from sync.server.rights import allowed_scopes
from sync.server.statements import put
from sync.server.tables import ASSIGNMENT, CLIENT, CONSENT, RECORDS, WITHDRAWAL
from tests.unit.app.test_access import ASSIGNMENTS, CLIENTS, of
from tests.unit.app.test_consent import DAYS, START, histories
from tests.unit.sync.server.conftest import Device, Office, core, ident, new_client, visit

Pair = tuple[Device, Device, str]
pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture
def rights_open() -> Iterator[None]:
    """The program says yes to everything."""
    BUGS.add("rights_open")
    yield
    BUGS.discard("rights_open")


@pytest.fixture
def stranger(office: Office, pair: Pair) -> tuple[Device, Device, str]:
    """A device that holds the client, one that does not, and the client."""
    anna, _, client = pair
    eve = office.device("eve")
    eve.pull()
    return anna, eve, client


def test_the_wall_stops_a_push_that_the_program_lets_through(
    office: Office, stranger: Pair, rights_open: None
) -> None:
    anna, eve, client = stranger
    own, made = new_client(eve, "Oma")
    note = visit(eve, client)
    change = eve.mutation("client", "update", client, core(client), phone=["", "1"])
    gone = eve.mutation("client", "delete", client, core(client))
    results = eve.push(made, visit(eve, own), note, change, gone)
    assert [r["status"] for r in results] == ["applied", "applied", *["quarantined"] * 3]
    assert all(r.get("row") is None for r in results)
    BUGS.discard("rights_open")
    anna.pull()
    assert anna.row("client", client)["phone"] == ""
    assert ("support_visit", note["row"]) not in anna.rows[core(client)]
    assert not office.findings()


def test_the_wall_stops_a_pull_that_the_program_lets_through(stranger: Pair, rights_open: None) -> None:
    anna, eve, client = stranger
    anna.push(visit(anna, client))
    body = {"epoch": eve.epoch, "schema_version": 1, "device": eve.id, "have": {}, "limit": 5000}
    told = eve.post("/sync/pull", body).json()["scopes"]
    assert core(client) in {page["scope"] for page in told}, "the program has let it through"
    assert {row["row"]["scope"] for page in told for row in page["rows"]} == {"reference"}


def test_what_is_refused_shows_no_row_from_beyond_the_wall(stranger: Pair, rights_open: None) -> None:
    anna, eve, client = stranger
    made = visit(anna, client)
    anna.push(made)
    nonsense = eve.mutation("support_visit", "update", made["row"], core(client), minutes=[60, "many"])
    (result,) = eve.push(nonsense)
    assert (result["status"], result["row"]) == ("refused", None)
    (result,) = anna.push({**nonsense, "id": ident(), "author": anna.worker})
    assert result["row"]["id"] == made["row"]


@pytest.mark.parametrize("op", ["create", "update"])
def test_nobody_assigns_herself_what_she_has_not(stranger: Pair, rights_open: None, op: str) -> None:
    anna, eve, client = stranger
    values = {
        "client_id": client,
        "worker_id": eve.worker,
        "role": roles.JOB_COACH,
        "valid_from": "2020-01-01",
    }
    if op == "create":
        patch: dict[str, Any] = {name: [None, value] for name, value in values.items()}
        wanted = eve.mutation("assignment", "create", ident(), core(client), **patch)
    else:
        row = next(row for (kind, _), row in anna.rows[core(client)].items() if kind == "assignment")
        patch = {"worker_id": [row["worker_id"], eve.worker]}
        wanted = eve.mutation("assignment", "update", row["id"], core(client), **patch)
    assert [r["status"] for r in eve.push(wanted, visit(eve, client))] == ["quarantined"] * 2


def test_a_transaction_that_has_not_entered_writes_nothing(engine: Engine, pair: Pair) -> None:
    change = update(CLIENT).values(phone="1")
    with pytest.raises(IntegrityError, match="may hold"), writing(engine) as connection:
        connection.execute(change)
    with writing(engine) as connection:
        wall.open_to_centre(connection)
        connection.execute(change)
    with pytest.raises(IntegrityError, match="may hold"), writing(engine) as connection:
        connection.execute(change)


def test_no_row_is_taken_from_beyond_the_wall_into_ones_own_place(engine: Engine, stranger: Pair) -> None:
    _, eve, client = stranger
    move = update(CLIENT).where(CLIENT.c.id == client).values(scope=f"staff:{eve.worker}")

    def moved() -> None:
        with writing(engine) as connection:
            wall.enter(connection, eve.worker)
            connection.execute(move)

    with pytest.raises(IntegrityError, match="may hold"):
        moved()


def test_the_wall_stands_in_front_of_every_record(engine: Engine) -> None:
    with writing(engine) as connection:
        assert wall.stands(connection)
        connection.exec_driver_sql("DROP TRIGGER tyopari_wall_update ON career_plan")
        assert not wall.stands(connection)
        wall.build(connection)
        assert wall.stands(connection)


def test_a_database_that_takes_no_such_triggers_is_told_and_serves(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported'; END $$"
    with engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("DROP TRIGGER tyopari_wall_insert ON phrase")
        monkeypatch.setattr(wall, "_set_guards", lambda connection: connection.exec_driver_sql(refuses))
        wall.build(connection)
        assert not wall.stands(connection)
        wall.enter(connection, ident())
        assert wall.readable(connection, {"reference", core(ident())}) == {"reference"}
        transaction.rollback()


def test_a_client_is_registered_also_where_the_database_refuses_something_else(
    office: Office, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is then halved: the client comes without the assignment that opens her, which the wall knows."""
    anna = pair[0]
    client, made = new_client(anna, "Uusi")
    good = [visit(anna, client) for _ in range(3)]

    def in_parts(
        connection: Connection, sender: Any, states: Any, rows: Any, works: Any, careful: bool
    ) -> Any:
        states, rows = settle(connection, sender, states, rows, works[:1], careful=careful)
        return settle(connection, sender, states, rows, works[1:], careful=careful)

    monkeypatch.setattr(push, "settle", in_parts)
    assert {r["status"] for r in anna.push(made, *good)} == {"applied"}
    assert not office.findings()


# ---- wall and program say the same --------------------------------------------------------------------------------


def _stamped(table: Any, row: Row, number: int) -> Row:
    """Return a whole row of a table from what matters of it."""
    blank = {c.name: ([] if "json" in str(c.type).lower() else "") for c in table.columns if not c.nullable}
    whole = {**dict.fromkeys(table.columns.keys()), **blank, "id": ident(), "version": 1, "deleted": False}
    whole |= {"extra": {}, "seq": number, "scope": f"client:{row['client_id']}:core"}
    return whole | {name: value for name, value in row.items() if name in table.columns}


_UUIDS = {name: f"00000000-0000-4000-9000-00000000000{n}" for n, name in enumerate((*CLIENTS, "worker-1"))}


def _known(row: Row) -> Row:
    return {
        name: _UUIDS.get(value, value) if isinstance(value, str) else value for name, value in row.items()
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ASSIGNMENTS, histories(), DAYS, st.booleans())
def test_the_wall_is_never_narrower_than_the_program_and_seldom_wider(
    engine: Engine, rows: list[Row], history: tuple[list[Row], list[Row]], number: int, named: bool
) -> None:
    """With every consent naming the worker's own organisation, and nothing taken back on a day of giving, equal."""
    day = START + timedelta(days=number)
    worker = {
        "id": _UUIDS["worker-1"],
        "name": "Lääkäri",
        "role": "",
        "organisation": "Terveysasema",
        "unit": "Kallio",
    }
    consents, back = (of(CLIENTS[0], part) for part in history)
    if named:
        party = {"organisation": "terveysasema", "unit": "", "person": "", "receives": True}
        consents = [{**row, "parties": [party]} for row in consents]
        taken = {row["on"] for row in back}
        back = (
            back
            if taken and max(taken) < min((row["given_on"] or "9" for row in consents), default="")
            else []
        )
    rows = [_known({**row, "worker_id": "worker-1"}) for row in rows]
    consents, back = [_known(row) for row in consents], [{**_known(row), "id": ident()} for row in back]
    with engine.connect() as connection, connection.begin() as transaction:
        wall.open_to_centre(connection)
        for table, lines in ((ASSIGNMENT, rows), (CONSENT, consents), (WITHDRAWAL, back)):
            put(connection, table, [_stamped(table, line, n) for n, line in enumerate(lines)])
        query = text("SELECT * FROM tyopari_may_hold(CAST(:worker AS uuid), :day)")
        found = set(connection.execute(query, {"worker": worker["id"], "day": day}).scalars())
        transaction.rollback()
    program = access.scopes(worker, rows, consents, back, day)
    assert program <= found
    if named:
        assert found == program


def test_a_consent_of_a_batch_opens_nothing_for_it(office: Office, pair: Pair, engine: Engine) -> None:
    client = pair[2]
    abe = office.device("abe", roles.WORK_ABILITY_COORDINATOR)
    with writing(engine) as connection:
        accounts.set_place(connection, "abe", "Kaupunki", "")
    office.assign(client, "abe")
    abe.pull()
    given_ = {"client_id": client, "groups": ["health"], "method": "paper", "given_on": clock.today().isoformat(),
        "purpose": "Työkyky", "parties": [{"id": ident(), "organisation": "Kaupunki"}]}  # fmt: skip
    consent = abe.mutation(
        "consent", "create", ident(), core(client), **{n: [None, v] for n, v in given_.items()}
    )
    note = {"client_id": client, "noted_on": "2026-05-03", "limits": "no lifting"}

    def noted() -> Row:
        patch = {name: [None, value] for name, value in note.items()}
        return abe.mutation("profile_health", "create", ident(), f"client:{client}:health", **patch)

    assert [r["status"] for r in abe.push(consent, noted())] == ["applied", "quarantined"]
    assert [r["status"] for r in abe.push(noted())] == ["applied"]
    with snapshot(engine) as connection:
        assert f"client:{client}:health" in allowed_scopes(connection, abe.worker)
    assert len(RECORDS) > 30
