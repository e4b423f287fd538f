"""The caseload that an open store keeps: always what the store has, read anew only where something was written."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from app import roles
from app.clock import today
from app.due import due
from app.services.coaching import codes
from storage import adoption, caseload, eviction, incoming, rows
from storage.incoming import Arrived
from storage.store import Store
from tests.stores import add_client, make, store

__all__ = ["store"]


def fresh(store: Store) -> list[Any]:
    """Return the cases as the store has them, past what it keeps."""
    with store.read() as connection:
        return caseload.cases(connection)


def begin(store: Store, client: UUID, **values: Any) -> UUID:
    """Begin a client's coaching; return the relationship's id."""
    relationship = make("coaching_relationship", client_id=client, started_on="2026-01-05", **values)
    store.save(
        relationship,
        make(
            "phase_change",
            client_id=client,
            relationship_id=relationship.id,
            phase=codes.SEARCH,
            on="2026-01-06",
        ),
    )
    return relationship.id


def visit(client: UUID, days: int = -1, **values: Any) -> Any:
    """Make a visit so many days from today."""
    return make("support_visit", client_id=client, on=today() + timedelta(days=days), **values)


def test_it_follows_every_kind_of_write(store: Store) -> None:
    client, other = add_client(store), add_client(store, last="Toinen")
    relationship = begin(store, client, coach_id=store.worker)
    written = visit(client)
    steps: list[Callable[[], Any]] = [
        lambda: store.save(written),
        lambda: store.save(visit(other, 3, state="planned")),
        lambda: store.save(
            make(
                "phase_change",
                client_id=client,
                relationship_id=relationship,
                phase=codes.MAINTENANCE,
                level=codes.ACTIVE,
                on="2026-02-01",
            )
        ),
        lambda: store.save(
            make("career_plan", client_id=client, made_on="2026-02-02", review_on="2026-12-01")
        ),
        lambda: store.delete("support_visit", written.id),
        lambda: store.undelete("support_visit", written.id),
        lambda: store.save(
            make("client", **{**(store.row("client", other) or {}), "last_name": "Ensimmäinen"})
        ),
        lambda: store.delete("client", other),
        lambda: store.undelete("client", other),
    ]
    seen = [store.clients()]
    for step in steps:
        step()
        seen.append(store.clients())
        assert seen[-1] == fresh(store)
    assert all(before != after for before, after in pairwise(seen))


def test_it_follows_what_the_centre_sends_and_takes(store: Store) -> None:
    client = add_client(store)
    begin(store, client)
    assert store.clients()[0].last_visit is None
    scope = f"client:{client}:core"
    row = rows.complete(
        "support_visit",
        {"id": str(UUID(int=7)), "client_id": str(client), "on": "2026-01-07", "scope": scope, "version": 1},
    )
    with store.write() as connection:
        incoming.apply_scopes(connection, [Arrived(scope, [("support_visit", row)], 1, 1, "")], lambda _: "")
    assert store.clients() == fresh(store)
    assert store.clients()[0].last_visit is not None
    with store.write() as connection:
        eviction.evict(connection, [scope], None)
    assert store.clients() == fresh(store) == []


def test_it_follows_a_worker_who_joins_a_centre(store: Store) -> None:
    client = add_client(store)
    begin(store, client, coach_id=store.worker)
    assert store.clients()[0].coach_id == store.worker
    joined = UUID(int=9)
    with store.write() as connection:
        adoption.adopt(connection, joined, roles.JOB_COACH)
    assert store.clients()[0].coach_id == joined


def test_what_was_undone_leaves_it_right(store: Store) -> None:
    client = add_client(store)
    before = store.clients()

    def broken_off() -> None:
        with store.write() as connection:
            connection.exec_driver_sql("UPDATE client SET last_name = 'Muu'")
            caseload.touch(connection, [f"client:{client}:core"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert store.clients() == before == fresh(store)


def test_only_the_written_clients_are_read_anew(store: Store) -> None:
    clients = [add_client(store, last=f"Testinen {letter}") for letter in "abc"]
    before = {case.client_id: case for case in store.clients()}
    store.save(visit(clients[1]))
    after = {case.client_id: case for case in store.clients()}
    assert [after[one] is before[one] for one in clients] == [True, False, True]


def test_many_written_clients_are_read_with_everybody(store: Store) -> None:
    store.clients()
    many = [make("client", first_name="A", last_name=f"Testinen {number:03}") for number in range(250)]
    store.save(*many)
    assert [case.client_id for case in store.clients()] == [one.id for one in many]


def test_what_is_due_is_worked_out_anew_for_another_day(store: Store) -> None:
    client = add_client(store)
    begin(store, client)
    store.save(visit(client, 1, state="planned"))
    cases = store.clients()
    titles = [
        {str(item.title) for item in due(cases, today() + timedelta(days=days)) if item.record_id}
        for days in (0, 5, 0)
    ]
    assert titles[0] == titles[2] == {"Visit agreed"}
    assert titles[1] == {"Visit agreed: not written down yet"}


def test_a_closed_store_keeps_nobody(store: Store) -> None:
    add_client(store)
    assert store.clients()
    kept = store._caseload
    store.close()
    assert not kept._cases
    assert not kept._sorted


def test_who_is_held_is_asked_for_today(store: Store) -> None:
    client = add_client(store)
    assert store.held_clients() == {str(client)}
    assignment = store.rows("assignment")[0]
    past = [(today() - timedelta(days=days)).isoformat() for days in (9, 1)]
    store.save(make("assignment", **{**assignment, "valid_from": past[0], "valid_to": past[1]}))
    assert store.held_clients() == set()


@pytest.mark.parametrize(
    ("closed", "died", "expected"),
    [
        (None, None, None),
        ("2026-01-05", None, "2026-01-05"),
        (None, "2026-01-07", "2026-01-07"),
        ("2026-01-05", "2026-01-07", "2026-01-05"),
        ("2026-01-09", "2026-01-07", "2026-01-07"),
    ],
)
def test_a_case_knows_when_its_matter_was_closed(
    store: Store, closed: str | None, died: str | None, expected: str | None
) -> None:
    client = add_client(store)
    row = {**(store.row("client", client) or {}), "matter_closed_on": closed, "died_on": died}
    store.save(make("client", **row))
    (case,) = store.clients()
    assert case.closed_on == (date.fromisoformat(expected) if expected else None)
