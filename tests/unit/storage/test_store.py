"""The open store: one write is row, outbox, history, index and log together; nothing by halves."""

from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.clock import new_id
from app.errors import KnownError, Refused, StoreLocked, WrongPassphrase
from app.record import fields, to_row
from app.services import SPECS
from app.services.coaching.records import CareerPlan
from app.signing import seal
from storage.slots import FLOOR
from storage.store import Store
from tests.stores import PASSPHRASE, add_client, make, new_store, store
from tests.strategies import PARTY, rows_of

__all__ = ["store"]
CLIENT_KINDS = [k for k, s in SPECS.items() if s.scope == "client" and k not in ("client", "conflict")]


@pytest.mark.parametrize("kind", CLIENT_KINDS)
def test_a_valid_record_of_every_kind_survives(store: Store, kind: str) -> None:
    client = add_client(store)
    parents = {
        "relationship_id": make("coaching_relationship", client_id=client, started_on="2026-01-01"),
        "employment_id": make(
            "employment", client_id=client, employer="Kahvila", title="Apu", started_on="2026-01-01"
        ),
        "consent_id": make("consent", client_id=client, purpose="Työ", parties=[PARTY], groups=["work"]),
    }
    store.save(*parents.values())

    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def survives(data: st.DataObject) -> None:
        fixed = {
            name: str(parent.id) for name, parent in parents.items() if name in fields(SPECS[kind].table)
        }
        fixed["client_id"] = str(client)
        if kind == "employment":  # one job at a time with an employer
            fixed["employer"] = str(new_id())
        row = data.draw(rows_of(kind, **fixed))
        record = make(kind, **row)
        changes = store.save(record)
        assert record.id in changes.ids
        assert client in changes.clients
        kept = store.row(kind, record.id)
        assert kept is not None
        own = {name: to_row(record)[name] for name in row}
        assert {name: kept[name] for name in row} == own
        assert store.history(kind, record.id)[0]["op"] == "create"
        assert store.access_log(client)[0]["record_id"] == str(record.id)

    survives()


def test_an_edit_is_queued_with_old_and_new_and_folded_until_it_is_sent(store: Store) -> None:
    client = add_client(store, phone="1")
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'kept'")
    row = store.row("client", client)
    assert row is not None
    for phone in ("2", "3"):
        store.save(make("client", **{**row, "phone": phone}))
    with store.read() as connection:
        waiting = connection.exec_driver_sql("SELECT op, patch FROM outbox WHERE state = 'new'").all()
    assert [tuple(w) for w in waiting] == [("update", '{"phone":["1","3"]}')]
    store.save(make("client", **{**row, "phone": "1"}))
    assert store.unsent().count == 0
    assert next(entry["patch"] for entry in store.history("client", client)) == {"phone": ["3", "1"]}


def test_saving_the_same_again_writes_nothing(store: Store) -> None:
    client = add_client(store)
    row = store.row("client", client)
    assert row is not None
    before = store.unsent(), store.access_log()
    assert not store.save(make("client", **row))
    assert (store.unsent(), store.access_log()) == before


def test_a_batch_with_one_bad_row_changes_nothing_and_names_it(store: Store) -> None:
    client = add_client(store)
    good = [make("support_visit", client_id=client, on="2026-01-01", notes=str(n)) for n in range(999)]
    bad = make("support_visit", client_id=new_id(), on="2026-01-01")
    before = store.counts(), store.unsent()
    with pytest.raises(Refused) as caught:
        store.save(*good[:500], bad, *good[500:])
    assert caught.value.row == 501
    assert [p.field for p in caught.value.problems] == ["client_id"]
    assert (store.counts(), store.unsent()) == before


def test_a_new_client_is_assigned_to_her_maker(store: Store) -> None:
    client = add_client(store)
    (assigned,) = store.rows("assignment", client_id=client)
    assert assigned["worker_id"] == str(store.worker)
    assert assigned["role"] == "job-coach"
    assert assigned["scope"] == f"client:{client}:core"


def test_each_kind_lies_in_its_compartment(store: Store) -> None:
    client = add_client(store)
    store.save(make("profile_health", client_id=client, noted_on="2026-01-01", limits="Selkä"))
    store.save(make("client_finances", client_id=client, as_of="2026-01-01", debts="Vuokravelka"))
    store.save(make("profile_criminal_record", client_id=client, noted_on="2026-01-01"))
    scopes = {
        kind: store.rows(kind)[0]["scope"].split(":")[2]
        for kind in ("profile_health", "client_finances", "profile_criminal_record")
    }
    assert scopes == {
        "profile_health": "health",
        "client_finances": "finances",
        "profile_criminal_record": "legal",
    }


def test_a_signed_plan_does_not_change(store: Store) -> None:
    client = add_client(store)
    plan = make("career_plan", client_id=client, made_on="2026-01-01", goals=[{"text": "Töihin"}])
    store.save(plan)
    row = to_row(plan)
    stroke = {"role": "client", "name": "A", "strokes": [[[0.1, 0.2], [0.3, 0.4]]]}
    signing = {"signed_on": "2026-01-02", "content_hash": seal(CareerPlan, row), "signatures": [stroke]}
    store.save(make("career_plan", **{**row, **signing}))
    signed = store.row("career_plan", plan.id)
    assert signed is not None
    with pytest.raises(Refused, match="signed"):
        store.save(
            make(
                "career_plan",
                **{**signed, **{n: row[n] for n in ("signed_on", "content_hash", "signatures")}},
            )
        )
    assert store.row("career_plan", plan.id) == signed
    store.save(make("career_plan", **{**row, "id": new_id(), "version_no": 2, "replaces": plan.id}))
    case = store.case(client)
    assert case is not None
    assert case.plan is not None
    assert case.plan["version_no"] == 2


def test_what_is_written_once_is_not_changed(store: Store) -> None:
    client = add_client(store)
    entry = make("plan_progress", client_id=client, step_id=new_id(), on="2026-01-01", state="started")
    store.save(entry)
    with pytest.raises(Refused):
        store.save(make("plan_progress", **{**to_row(entry), "state": "done"}))


def test_only_the_centre_writes_workers(store: Store) -> None:
    with pytest.raises(Refused):
        store.save(make("worker", name="Keksitty Nimi"))


def test_a_code_outside_its_list_is_refused_but_an_old_one_stays(store: Store) -> None:
    client = add_client(store)
    with pytest.raises(Refused, match="choices"):
        store.save(make("support_visit", client_id=client, on="2026-01-01", topics=["dancing"]))
    visit = make("support_visit", client_id=client, on="2026-01-01")
    store.save(visit)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE support_visit SET place = 'moon'")
    row = store.row("support_visit", visit.id)
    assert row is not None
    store.save(make("support_visit", **{**row, "notes": "Uusi"}))
    kept = store.row("support_visit", visit.id)
    assert kept is not None
    assert (kept["place"], kept["notes"]) == ("moon", "Uusi")


def test_deleting_can_be_undone(store: Store) -> None:
    client = add_client(store)
    store.delete("client", client)
    assert store.rows("client") == []
    assert store.search("Testinen") == []
    with pytest.raises(KnownError):
        store.delete("client", client)
    store.undelete("client", client)
    assert [row["id"] for row in store.rows("client")] == [str(client)]
    assert [hit.id for hit in store.search("Testinen")] == [client]


def test_reading_a_client_is_logged(store: Store) -> None:
    client = add_client(store)
    store.get("client", client)
    store.opened(client)
    assert [entry["action"] for entry in store.access_log(client)][:2] == ["opened", "read"]
    assert {entry["worker"] for entry in store.access_log()} == {str(store.worker)}


def test_search_finds_words_beginnings_folded_letters_and_endings(store: Store) -> None:
    client = add_client(store, "Åke", "Hämäläinen", notes="Pitää puutarhatöistä")
    visit = make(
        "support_visit", client_id=client, on="2026-01-01", notes="Lähetimme hakemuksen keittiöapulaiseksi"
    )
    store.save(visit)
    for wanted in ("hamalai", "HÄMÄLÄINEN", "ake", "puutarha"):
        assert client in [hit.id for hit in store.search(wanted)], wanted
    for wanted in ("hakemus", "keittioap", "lähetimme hakemuksen", "hakemukseen"):
        assert [hit.id for hit in store.search(wanted)] == [visit.id], wanted
    assert store.search("Hämäläinen")[0].kind == "client"


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=30))
def test_any_text_is_a_legal_question(store: Store, text: str) -> None:
    assert isinstance(store.search(text), list)


def test_a_case_says_phase_level_contacts_and_plan(store: Store) -> None:
    client = add_client(store)
    relation = make("coaching_relationship", client_id=client, started_on="2026-01-01", decision="accepted")
    phases = [
        make("phase_change", client_id=client, relationship_id=relation.id, phase="support", on="2026-02-01"),
        make(
            "phase_change",
            client_id=client,
            relationship_id=relation.id,
            phase="maintenance",
            level="light",
            on="2026-03-01",
        ),
    ]
    visits = [
        make("support_visit", client_id=client, on="2026-03-05", place="workplace"),
        make("support_visit", client_id=client, on="2026-03-20", place="phone"),
        make("support_visit", client_id=client, on="2030-01-07", state="planned"),
        make("support_visit", client_id=client, on="2026-03-25", state="missed"),
    ]
    store.save(relation, *phases, *visits)
    case = store.case(client)
    assert case is not None
    assert (case.phase, case.level, case.phase_since) == ("maintenance", "light", date(2026, 3, 1))
    assert (case.last_visit, case.last_contact) == (date(2026, 3, 5), date(2026, 3, 20))
    assert [v["on"] for v in case.planned] == ["2030-01-07"]
    assert store.clients() == [case]


def test_a_draft_outlives_the_process(tmp_path: Path) -> None:
    first = new_store(tmp_path / "p")
    first.save_draft("support_visit::", {"notes": "Kesken"}, kind="support_visit")
    first.engine.dispose()  # the process dies: nothing is closed in order
    first._lock.release()
    second = Store.open(tmp_path / "p", PASSPHRASE)
    assert second.draft("support_visit::") == {"notes": "Kesken"}
    second.drop_draft("support_visit::")
    assert second.drafts() == []
    second.close()


def test_a_draft_goes_with_the_save_and_stays_when_it_is_refused(store: Store) -> None:
    store.save_draft("client:-:new", {"first_name": "Aino"}, kind="client")
    wrong = make("network_member", client_id=new_id(), name="Eero Malli")
    with pytest.raises(Refused):
        store.save(wrong, draft_key="client:-:new")
    assert store.draft("client:-:new") == {"first_name": "Aino"}
    points: list[str] = []
    client = make("client", first_name="Aino", last_name="Esimerkki")
    release = clock.hold(at_point=points.append)
    try:
        store.save(client, draft_key="client:-:new")
    finally:
        release()
    assert points.count("db.committed") == 1
    assert store.drafts() == []


@pytest.mark.failure(1)
def test_a_crash_before_the_commit_leaves_nothing_of_the_write(store: Store) -> None:
    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == "db.before_commit":
            raise Died

    client = add_client(store)
    before = store.counts(), store.unsent(), store.access_log(), store.search("Kesken")
    release = clock.hold(at_point=die)
    try:
        with pytest.raises(Died):
            store.save(make("support_visit", client_id=client, on="2026-01-01", notes="Kesken"))
    finally:
        release()
    assert (store.counts(), store.unsent(), store.access_log(), store.search("Kesken")) == before


def test_a_locked_store_gives_nothing(tmp_path: Path) -> None:
    made = new_store(tmp_path / "p")
    made.close()
    made.close()
    with pytest.raises(StoreLocked):
        made.rows("client")
    with pytest.raises(WrongPassphrase):
        Store.open(tmp_path / "p", "something else entirely")
    with pytest.raises(KnownError, match="already"):
        Store.create(tmp_path / "p", PASSPHRASE)


def test_nothing_of_a_client_stands_in_the_files(tmp_path: Path) -> None:
    made = new_store(tmp_path / "p")
    add_client(made, "Salainen", "Henkilönimi", notes="Arkaluonteinen asia")
    made.close()
    for file in (tmp_path / "p").rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert "Henkilönimi".encode() not in data
            assert b"Arkaluonteinen" not in data
            assert "Salainen" not in file.name


@pytest.mark.parametrize(
    "place", ["keys.first_copy", "keys.second_copy", "db.made", "db.placed", "migrate.before_commit"]
)
def test_a_first_start_cut_short_can_be_begun_again(tmp_path: Path, place: str) -> None:
    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == place:
            raise Died

    release = clock.hold(at_point=die)
    try:
        with pytest.raises(Died):
            Store.create(tmp_path / "p", PASSPHRASE, cost=FLOOR)
    finally:
        release()
    if Store.exists(tmp_path / "p"):
        store = Store.open(tmp_path / "p", PASSPHRASE)
    else:
        store, _ = Store.create(tmp_path / "p", PASSPHRASE, cost=FLOOR)
    assert add_client(store)
    assert store.role == "job-coach"
    store.close()


def test_what_an_entry_points_to_is_here_and_the_same_clients(store: Store) -> None:
    aino, eero = (make("client", first_name=name, last_name="Testinen") for name in ("Aino", "Eero"))
    plan = make("career_plan", client_id=eero.id, made_on="2026-01-02")
    store.save(aino, eero, plan)
    agreement = {"client_id": aino.id, "made_on": "2026-01-02"}
    for plan_id in (new_id(), plan.id):
        with pytest.raises(Refused) as refused:
            store.save(make("cooperation_agreement", **agreement, plan_id=plan_id))
        assert [problem.field for problem in refused.value.problems] == ["plan_id"]
    later = make("career_plan", client_id=aino.id, made_on="2026-01-02")
    store.save(make("cooperation_agreement", **agreement, plan_id=later.id), later)
    store.delete("career_plan", later.id)
    (row,) = store.rows("cooperation_agreement")
    store.save(make("cooperation_agreement", **{**row, "meetings": "Kerran viikossa"}))


def test_what_follows_from_what_was_read_is_written_before_anybody_else_writes(store: Store) -> None:
    client = add_client(store)
    order: list[str] = []

    def edit(name: str, value: str) -> None:
        with store.alone():
            row = store.row("client", client)
            assert row is not None
            store.save(make("client", **{**row, name: value}))
            order.append(name)

    arriving = Thread(target=edit, args=("phone", "050 1"))
    with store.alone():
        row = store.row("client", client)
        assert row is not None
        arriving.start()
        arriving.join(0.2)  # as long as it likes: it must not come in
        store.save(make("client", **{**row, "notes": "Soitettu"}))
        order.append("notes")
    arriving.join()
    assert order == ["notes", "phone"]
    found = store.row("client", client)
    assert found is not None
    assert (found["phone"], found["notes"]) == ("050 1", "Soitettu")
