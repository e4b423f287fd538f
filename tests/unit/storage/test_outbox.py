"""The outbox: what an edit becomes on its way, and that the same edits come again until they are answered."""

from datetime import timedelta
from typing import Any

from pydantic_core import from_json

from app import clock
from app.record import Row
from storage import answers, outbox
from storage.answers import Answer
from storage.store import Store
from tests.stores import add_client, make, store

__all__ = ["store"]


def lines(store: Store) -> list[Row]:
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT * FROM outbox ORDER BY n").mappings()
        return [{**row, "patch": from_json(row["patch"])} for row in found]


def batch(store: Store, max_bytes: int = 1_000_000, max_count: int = 1000) -> list[Row]:
    with store.write() as connection:
        return [from_json(text) for text in outbox.batch(connection, max_bytes, max_count).mutations]


def edit(store: Store, kind: str, record_id: Any, **values: Any) -> None:
    row = store.row(kind, record_id)
    assert row is not None
    store.save(make(kind, **{**row, **values}))


def test_a_new_client_travels_with_what_was_said_of_her(store: Store) -> None:
    client = add_client(store, phone="040")
    made, assigned = batch(store)
    assert made == {
        "id": made["id"],
        "scope": f"client:{client}:core",
        "kind": "client",
        "row": str(client),
        "op": "create",
        "patch": {"first_name": [None, "Aino"], "last_name": [None, "Testinen"], "phone": [None, "040"]},
        "schema_version": outbox.SCHEMA,
        "author": str(store.worker),
        "saved_at": made["saved_at"],
    }
    assert (assigned["kind"], assigned["op"]) == ("assignment", "create")


def test_edits_are_folded_until_they_are_under_way(store: Store) -> None:
    client = add_client(store)
    edit(store, "client", client, phone="1")
    edit(store, "client", client, phone="2")
    assert lines(store)[0]["patch"]["phone"] == [None, "2"]
    batch(store)
    edit(store, "client", client, phone="3")
    edit(store, "client", client, phone="4", email="a@b")
    assert [line["state"] for line in lines(store)] == ["sent", "sent", "new"]
    assert lines(store)[2]["patch"] == {"phone": ["2", "4"], "email": ["", "a@b"]}
    edit(store, "client", client, phone="2", email="")
    assert [line["state"] for line in lines(store)] == ["sent", "sent"]


def test_a_group_travels_whole(store: Store) -> None:
    client = add_client(store)
    visit = make("support_visit", client_id=client, on="2026-01-05", start_time="09:30")
    store.save(visit)
    batch(store)
    edit(store, "support_visit", visit.id, on="2026-01-06", minutes=30)
    assert lines(store)[-1]["patch"] == {
        "on": ["2026-01-05", "2026-01-06"],
        "minutes": [60, 30],
        "state": ["done", "done"],
        "start_time": ["09:30", "09:30"],
    }


def test_a_deletion_tells_what_was_seen_and_its_undoing_what_comes_back(store: Store) -> None:
    client = add_client(store, phone="040")
    batch(store)
    store.delete("client", client)
    store.undelete("client", client)
    gone, back = lines(store)[-2:]
    assert (gone["op"], gone["patch"]["phone"], gone["patch"]["first_name"]) == (
        "delete",
        ["040", None],
        ["Aino", None],
    )
    assert (back["op"], back["patch"]["phone"], back["patch"]["first_name"]) == (
        "undelete",
        [None, "040"],
        [None, "Aino"],
    )


def test_the_same_edits_come_again_until_they_are_answered(store: Store) -> None:
    add_client(store)
    first = batch(store)
    add_client(store, "Bo")
    again = batch(store)
    assert again[: len(first)] == first
    assert len(again) == 4
    with store.write() as connection:
        answers.acknowledge(connection, [Answer(one["id"], "applied") for one in first])
    assert [one["id"] for one in batch(store)] == [one["id"] for one in again[2:]]


def test_a_batch_keeps_to_its_size_but_is_never_empty(store: Store) -> None:
    for name in ("Aino", "Bo", "Cilla"):
        add_client(store, name)
    assert len(batch(store, max_bytes=1)) == 1
    assert len(batch(store, max_count=4)) == 4
    size = len(str(batch(store, max_count=1)[0]))
    assert 2 <= len(batch(store, max_bytes=3 * size)) <= 3
    assert [line["state"] for line in lines(store)] == ["sent"] * 4 + ["new"] * 2


def test_what_waits_is_counted(store: Store) -> None:
    client = add_client(store)
    with store.read() as connection:
        assert outbox.unsent(connection).count == 2
        assert outbox.waiting_scopes(connection) == {f"client:{client}:core"}
    sent = batch(store)
    with store.write() as connection:
        answers.acknowledge(
            connection,
            [Answer(sent[0]["id"], "applied"), Answer(sent[1]["id"], "refused", None, ({"text": "x"},))],
        )
    with store.read() as connection:
        assert (outbox.unsent(connection).count, outbox.unsent(connection).held) == (0, 1)
        (held,) = outbox.held(connection)
    assert held["answer"]["problems"] == [{"text": "x"}]
    with store.write() as connection:
        outbox.let_go(connection, held["mutation_id"])
        assert outbox.held(connection) == []


def test_taken_edits_are_forgotten_after_their_time(store: Store) -> None:
    add_client(store)
    sent = batch(store)
    with store.write() as connection:
        answers.acknowledge(connection, [Answer(one["id"], "applied") for one in sent])
        assert outbox.forget_kept(connection) == 0
        later = clock.now() + outbox.KEPT_FOR + timedelta(minutes=1)
        release = clock.hold(now=lambda: later)
        try:
            assert outbox.forget_kept(connection) == 2
        finally:
            release()
