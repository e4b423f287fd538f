"""What waits on a device until an older centre is updated, and that everything else goes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from app import schema
from app.record import Row
from app.services import SPECS
from storage import eviction, outbox, skew
from storage.answers import Answer, acknowledge
from storage.state import set_state
from storage.store import Store
from tests.stores import add_client, make, store

__all__ = ["store"]


def sent(store: Store, version: int, **how: Any) -> list[Row]:
    """Return what goes to a centre of a schema, as it goes."""
    with store.write() as connection:
        set_state(connection, skew.NAME, version)
        batch = outbox.batch(connection, 1_000_000, 1000, version=version, **how)
        return [from_json(text) for text in (*batch.sealed, *batch.mutations)]


def taken(store: Store) -> None:
    """Let the centre have taken everything so far."""
    with store.write() as connection:
        batch = outbox.batch(connection, 1_000_000, 1000)
        acknowledge(connection, [Answer(one, "applied") for one in batch.ids])


def edit(store: Store, kind: str, record_id: Any, **values: Any) -> None:
    row = store.row(kind, record_id)
    assert row is not None
    store.save(make(kind, **{**row, **values}))


def test_a_kind_that_the_centre_does_not_know_waits_and_the_rest_goes(store: Store) -> None:
    client = add_client(store)
    store.save(make("client_finances", client_id=client, as_of="2026-03-02", debts="no"))
    store.save(make("support_visit", client_id=client, on="2026-03-02"))
    assert [(m["kind"], m["schema_version"]) for m in sent(store, 2)] == [
        ("client", 2),
        ("assignment", 2),
        ("support_visit", 2),
    ]
    assert (store.unsent().count, store.unsent().later) == (4, 1)
    assert [m["kind"] for m in sent(store, outbox.SCHEMA)][-2:] == ["client_finances", "support_visit"]
    assert store.unsent().later == 0


def test_what_waits_is_not_under_way(store: Store) -> None:
    client = add_client(store)
    store.save(make("client_finances", client_id=client, as_of="2026-03-02", debts="no"))
    sent(store, 2)
    with store.read() as connection:
        states = dict(connection.exec_driver_sql("SELECT kind, state FROM outbox").fetchall())
        assert not outbox.has_news(connection), "files need not wait for it"
    assert states == {"client": "sent", "assignment": "sent", "client_finances": "new"}
    store.save(make("support_visit", client_id=client, on="2026-03-02"))
    with store.read() as connection:
        assert outbox.has_news(connection)


def test_a_newer_field_waits_whole_with_later_edits_of_its_row(store: Store) -> None:
    client = add_client(store)
    trial = make("work_trial", client_id=client, employer="A", title="B", started_on="2026-01-01")
    store.save(trial)
    taken(store)
    edit(store, "work_trial", trial.id, feedback="Hyvin", title="C")
    with store.write() as connection:
        outbox.batch(connection, 1_000_000, 1000)  # under way to a centre that then was another
    edit(store, "work_trial", trial.id, employer="D")
    edit(store, "client", client, phone="1")
    assert [m["kind"] for m in sent(store, 1)] == ["client"]
    whole = [m["patch"] for m in sent(store, outbox.SCHEMA) if m["kind"] == "work_trial"]
    assert whole == [{"feedback": ["", "Hyvin"], "title": ["B", "C"]}, {"employer": ["A", "D"]}]


def test_what_hangs_on_a_row_that_waits_waits_too(store: Store) -> None:
    other = add_client(store)
    waiting = add_client(store, died_on="2026-02-01")
    for client in (other, waiting):
        store.save(make("support_visit", client_id=client, on="2026-01-05"))
    relation = make("coaching_relationship", client_id=other, started_on="2026-01-01", wants_work="yes")
    change = make(
        "phase_change", client_id=other, relationship_id=relation.id, phase="support", on="2026-02-01"
    )
    store.save(relation, change)
    assert {(m["kind"], m["scope"].split(":")[1]) for m in sent(store, 1)} == {
        (kind, str(other)) for kind in ("client", "assignment", "support_visit")
    }


def test_an_edit_of_a_row_that_is_there_holds_nothing_else_up(store: Store) -> None:
    client = add_client(store)
    taken(store)
    edit(store, "client", client, died_on="2026-02-01")
    store.save(make("support_visit", client_id=client, on="2026-01-05"))
    assert [m["kind"] for m in sent(store, 1)] == ["support_visit"]


def test_a_deletion_goes_without_fields_that_never_said_anything(store: Store) -> None:
    client = add_client(store)
    plain, said = (
        make("work_trial", client_id=client, employer=name, title="B", started_on="2026-01-01", feedback=text)
        for name, text in (("A", ""), ("B", "Hyvin"))
    )
    store.save(plain, said)
    taken(store)
    for trial in (plain, said):
        store.delete("work_trial", trial.id)
    (gone,) = sent(store, 1)
    assert gone["row"] == str(plain.id)
    assert gone["patch"]["employer"] == ["A", None]
    assert not {name for name in gone["patch"] if schema.since("work_trial", name) > 1}


def test_a_device_that_is_drained_sends_everything(store: Store) -> None:
    client = add_client(store, died_on="2026-02-01")
    store.save(make("client_finances", client_id=client, as_of="2026-03-02", debts="no"))
    told = sent(store, 1, everything=True)
    assert {m["kind"] for m in told} == {"client", "assignment", "client_finances"}
    assert {m["schema_version"] for m in told} == {1}, "an older centre would not read the message else"
    assert told[0]["patch"]["died_on"] == [None, "2026-02-01"]


def test_sealed_it_waits_as_well(store: Store) -> None:
    client = add_client(store)
    taken(store)
    edit(store, "client", client, died_on="2026-02-01")
    store.save(make("support_visit", client_id=client, on="2026-01-05"))
    with store.write() as connection:
        eviction.evict(connection, [f"client:{client}:core"], lambda _id, text: text[::-1])
    (visit,) = sent(store, 1)
    assert '"support_visit"' in visit["sealed"][::-1]
    assert store.unsent().later == 1
    later = sent(store, 2)
    assert ['"died_on"' in m["sealed"][::-1] for m in later] == [True, False]


CASES = st.sampled_from(sorted(SPECS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.dictionaries(
            st.sampled_from(sorted(SPECS[kind].table.model_fields)),
            st.tuples(st.sampled_from((None, "", "x", 0, [])), st.sampled_from((None, "", "y", 1, []))).map(
                list
            ),
        ),
        st.integers(1, outbox.SCHEMA),
    )
)


@given(CASES)
def test_what_a_version_has_a_place_for_is_said_in_its_words(
    case: tuple[str, dict[str, list[Any]], int],
) -> None:
    kind, patch, version = case
    told = schema.without_newer(kind, patch, version)
    assert told.items() <= patch.items()
    if schema.needs(kind, patch) <= version:
        assert all(schema.since(kind, name) <= version for name in told)
    left_out = patch.keys() - told.keys()
    assert schema.needs(kind, {name: patch[name] for name in left_out}) == schema.since(kind), (
        "it said nothing"
    )
    assert schema.needs(kind, told) == schema.needs(kind, patch)
