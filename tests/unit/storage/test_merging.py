"""Two clients become one, and two again: nothing is lost on the way, whatever their entries are."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from app import clock, merging
from app.errors import KnownError, Refused
from app.record import Id, Row, fields, iso, to_row, validated
from app.services import SPECS
from app.signing import seal
from storage import merging as stored
from storage import writing
from storage.store import Store
from storage.writing import Write
from tests.stores import add_client, make, new_store, store
from tests.strategies import rows_of

__all__ = ["store"]
PLAN = SPECS["career_plan"].table


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store for many examples: each brings clients of its own."""
    made = new_store(tmp_path_factory.mktemp("merging") / "profile")
    yield made
    made.close()


def pointers(kind: str) -> set[str]:
    table = SPECS[kind].table.__table__  # type: ignore[attr-defined]
    return {key.parent.name for key in table.foreign_keys} - {"client_id"}


@st.composite
def entries(draw: st.DrawFn, client_id: str) -> list[tuple[str, Row]]:
    """Return entries of any kinds of one client, whose references lead to each other."""
    made: dict[str, list[str]] = {}
    found: list[tuple[str, Row]] = []
    for kind in draw(st.lists(st.sampled_from(merging.movable()), max_size=8)):
        table = SPECS[kind].table.__table__  # type: ignore[attr-defined]
        fixed: dict[str, Any] = {"client_id": client_id}
        for column in table.columns:
            if not isinstance(column.type, Id) or column.name in (
                "id",
                "client_id",
                "created_by",
                "saved_by",
            ):
                continue
            key = next(iter(column.foreign_keys), None)
            known = (
                made.get(key.column.table.name, [])
                if key is not None
                else [one for ids in made.values() for one in ids]
            )
            if known:
                fixed[column.name] = draw(st.sampled_from(known))
            elif column.nullable:
                fixed[column.name] = None
            elif key is not None:
                break  # its parent is missing in this example
        else:
            row = to_row(validated(SPECS[kind].table, draw(rows_of(kind, **fixed))))
            made.setdefault(kind, []).append(row["id"])
            found.append((kind, row))
    return found


def put(store: Store, found: list[tuple[str, Row]]) -> None:
    now = iso(clock.now())
    order = merging.movable()
    writes = [
        Write(SPECS[kind], None, *writing.stamped(SPECS[kind], None, row, store.worker, now))
        for kind, row in sorted(found, key=lambda one: order.index(one[0]))
    ]

    def write(connection: Connection) -> None:
        writing.put(connection, writes)

    with store.write() as connection:
        write(connection)


def whole(store: Store, client_id: UUID) -> dict[str, dict[str, Row]]:
    """Return a client's living entries as their own fields."""
    kinds = ("client", *merging.movable())
    return {
        kind: {
            row["id"]: {name: row[name] for name in fields(SPECS[kind].table)}
            for row in store.rows(kind, client_id=client_id)
        }
        for kind in kinds
    }


@settings(max_examples=20)
@given(data=st.data())
def test_a_merge_brings_everything_over_and_undone_leaves_everything_as_it_was(
    shared: Store, data: st.DataObject
) -> None:
    kept = add_client(shared, **data.draw(rows_of("client", only=("phone", "notes", "languages"))))
    other = add_client(shared, **data.draw(rows_of("client", only=("phone", "address", "languages"))))
    put(shared, data.draw(entries(str(kept))))
    put(shared, data.draw(entries(str(other))))
    before = whole(shared, kept), whole(shared, other)
    choices = data.draw(
        st.dictionaries(st.sampled_from(["phone", "languages"]), st.sampled_from(["kept", "other", "both"]))
    )

    made = stored.merge(shared, kept, other, choices)

    after = whole(shared, kept)
    assert not any(whole(shared, other).values())
    for kind in merging.movable():
        assert len(after[kind]) == len(before[0][kind]) + len(before[1][kind])
    text = repr({kind: found for kind, found in after.items() if kind != "client"})
    assert not any(one in text for found in before[1].values() for one in found), "a reference led back"
    assert {row["client_id"] for kind in merging.movable() for row in after[kind].values()} <= {str(kept)}

    stored.undo(shared, made.id)

    assert (whole(shared, kept), whole(shared, other)) == before


def signed_plan(client_id: UUID, **values: Any) -> Any:
    row = to_row(make("career_plan", client_id=client_id, made_on="2026-01-05", **values))
    signature = {"id": str(clock.new_id()), "role": "client", "name": "A", "strokes": [[[0.1, 0.2]]]}
    row |= {"signatures": [signature], "signed_on": "2026-01-05"}
    return validated(PLAN, {**row, "content_hash": seal(PLAN, row)})


GOALS = [{"text": "Työ kahvilassa", "steps": [{"what": "Soitto", "by": "client"}]}]


def test_a_signed_plan_keeps_its_seal_and_what_belongs_to_it_follows(store: Store) -> None:
    kept, other = add_client(store), add_client(store, "Aino", "Testinenn")
    plan = signed_plan(other, goals=GOALS)
    store.save(plan)
    agreement = make("cooperation_agreement", client_id=other, plan_id=plan.id, made_on="2026-01-05")
    store.save(agreement)
    made = stored.merge(store, kept, other)
    (copy,) = store.rows("career_plan", client_id=kept)
    assert copy["content_hash"] == plan.content_hash == seal(PLAN, copy)
    assert store.rows("cooperation_agreement", client_id=kept)[0]["plan_id"] == copy["id"]

    # What is written about the plan afterwards goes back with it, what is written about the client stays.
    step = copy["goals"][0]["steps"][0]["id"]
    store.save(make("plan_progress", client_id=kept, step_id=step, on="2026-02-01", state="done"))
    store.save(make("network_member", client_id=kept, name="Vuokko Vuori"))
    stored.undo(store, made.id)
    assert [row["state"] for row in store.rows("plan_progress", client_id=other)] == ["done"]
    assert not store.rows("plan_progress", client_id=kept)
    assert [row["name"] for row in store.rows("network_member", client_id=kept)] == ["Vuokko Vuori"]
    assert [row["id"] for row in store.rows("career_plan", client_id=other)] == [str(plan.id)]


def test_changes_and_deletions_after_the_merge_survive_its_undoing(store: Store) -> None:
    kept, other = (
        add_client(store, phone=""),
        add_client(store, "Aino", "Testinenn", phone="040 1", email="a@b.fi"),
    )
    members = [make("network_member", client_id=other, name=name) for name in ("Yksi", "Kaksi")]
    store.save(*members)
    made = stored.merge(store, kept, other)
    here = {row["name"]: row for row in store.rows("network_member", client_id=kept)}
    store.save(make("network_member", **{**here["Yksi"], "phone": "050 2"}))
    store.delete("network_member", here["Kaksi"]["id"])
    row = store.row("client", kept)
    assert row is not None
    assert (row["phone"], row["email"]) == ("040 1", "a@b.fi")
    store.save(make("client", **{**row, "phone": "040 9"}))

    stored.undo(store, made.id)

    back = store.rows("network_member", client_id=other)
    assert [(one["id"], one["phone"]) for one in back] == [(str(members[0].id), "050 2")]
    row = store.row("client", kept)
    assert row is not None
    assert (row["phone"], row["email"]) == ("040 9", ""), "a number changed since stays"


def test_a_person_chooses_field_by_field(store: Store) -> None:
    kept = add_client(store, phone="1", municipality="Espoo", languages=["fi"], notes="Yksi")
    other = add_client(
        store, "Aino", "Toinen", phone="2", municipality="Vantaa", languages=["sv"], notes="Kaksi"
    )
    rows = store.rows("client", order=("created_at",))
    found = {one.field: one.both for one in merging.differences(rows[0], rows[1])}
    assert found == {
        "last_name": False, "phone": False, "municipality": False, "languages": True, "notes": True
    }  # fmt: skip
    choices = {"phone": "other", "languages": "both", "notes": "both"}
    stored.merge(store, kept, other, choices)
    row = store.row("client", kept)
    assert row is not None
    assert (row["last_name"], row["phone"], row["municipality"]) == ("Testinen", "2", "Espoo")
    assert (row["languages"], row["notes"]) == (["fi", "sv"], "Yksi\n\nKaksi")


def test_what_cannot_be_merged_is_refused_and_nothing_changes(store: Store) -> None:
    kept = add_client(store, born_on="1990-01-02")
    other = add_client(store, "Aino", "Toinen", identity_code="030392-937A")
    with pytest.raises(KnownError):
        stored.merge(store, kept, kept)
    with pytest.raises(Refused):  # the birth date of one, the identity code of the other
        stored.merge(store, kept, other, {"born_on": "kept"})
    assert store.row("client", other)["deleted"] is False  # type: ignore[index]
    assert not store.rows("client_merge")
    made = stored.merge(store, kept, other, {"born_on": "other"})
    third = add_client(store, "Aino", "Kolmas")
    later = stored.merge(store, third, kept, {"born_on": "other"})
    with pytest.raises(KnownError):  # undone in the order in which they were made
        stored.undo(store, made.id)
    stored.undo(store, later.id)
    stored.undo(store, made.id)
    with pytest.raises(KnownError):
        stored.undo(store, made.id)
    assert len(store.rows("client")) == 3
