"""What the centre says, applied: answers, scopes, rows of other versions of the program, new epochs, evictions."""

from typing import Any
from uuid import UUID

import pytest
from pydantic_core import from_json

from app.clock import new_id
from app.record import Row
from storage import answers, eviction, incoming, outbox, search
from storage.answers import Answer
from storage.incoming import Arrived
from storage.rows import complete, shape
from storage.store import Store
from sync.protocol import EMPTY, checksum
from tests.stores import add_client, make, store

__all__ = ["store"]

THEM = "01990000-0000-7000-8000-0000000000aa"
AT = "2026-01-05T08:00:00Z"


def central(kind: str, row_id: UUID | str, scope: str, version: int = 1, **values: Any) -> Row:
    """A row as the centre would send it."""
    stamps = {"created_at": AT, "created_by": THEM, "saved_at": AT, "saved_by": THEM}
    return complete(kind, {"id": str(row_id), "scope": scope, "version": version, **stamps, **values})


def arrived(scope: str, *lines: tuple[str, Row], whole: bool = False, head: int = 5, **other: Any) -> Arrived:
    living = [(kind, row["id"], row["version"]) for kind, row in lines if not row["deleted"]]
    sums = {"count": len(living), "checksum": checksum(living)}
    return Arrived(scope, lines, head, **{**sums, **other}, whole=whole)


def take(store: Store, *scopes: Arrived) -> incoming.Applied:
    with store.write() as connection:
        return incoming.apply_scopes(connection, scopes, checksum)


def client_row(phone: str = "", version: int = 1, **values: Any) -> tuple[str, str, Row]:
    one = str(new_id())
    scope = f"client:{one}:core"
    return (
        one,
        scope,
        central("client", one, scope, version, first_name="Aino", last_name="V", phone=phone, **values),
    )


def answered(store: Store, status: str, row: Row | None = None) -> answers.Acknowledged:
    """Send everything that waits, and answer all of it alike."""
    with store.write() as connection:
        ids = outbox.batch(connection, 1_000_000, 1000).ids
        return answers.acknowledge(connection, [Answer(one, status, row) for one in ids])


def edit(store: Store, record_id: str, **values: Any) -> None:
    row = store.row("client", record_id)
    assert row is not None
    store.save(make("client", **{**row, **values}))


def shown(store: Store, record_id: str) -> Row:
    row = store.row("client", record_id)
    assert row is not None
    return row


def bases(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT row_id, fields FROM sync_base").all()
        return {row[0]: from_json(row[1]) if row[1] else None for row in found}


# ---- scopes -----------------------------------------------------------------------------------------------


@pytest.mark.failure(5)
def test_a_fresh_scope_arrives_in_any_order(store: Store) -> None:
    one, scope, client = client_row()
    visit = central("support_visit", new_id(), scope, client_id=one, on="2026-01-05", notes="kahvila")
    done = take(store, arrived(scope, ("support_visit", visit), ("client", client), whole=True))
    assert (done.rows, done.mismatched) == (2, ())
    assert done.changes.clients == {UUID(one)}
    assert [hit.kind for hit in store.search("kahvila")] == ["support_visit"]
    assert store.history("client", one) == []
    with store.read() as connection:
        assert incoming.held_scopes(connection) == {scope: incoming.Held(5, False)}


def many_scopes(scopes: int = 30, visits: int = 10) -> list[Arrived]:
    """Scopes as a first sync brings them: more rows than are put into the search index at once."""
    made = []
    for number in range(scopes):
        one, scope, row = client_row()
        lines = [("client", {**row, "last_name": f"{number:03}Nimi"})]
        for visit in range(visits):
            notes = f"{number:03}muistiinpano x{visit}"
            row = central("support_visit", new_id(), scope, client_id=one, on="2026-01-05", notes=notes)
            lines.append(("support_visit", row))
        made.append(arrived(scope, *lines, whole=True))
    return made


def test_what_comes_at_first_is_found_before_and_after_it_is_made_findable(store: Store) -> None:
    coming = many_scopes()
    take(store, *coming)
    with store.read() as connection:
        assert search.waits(connection)
    assert len(store.search("017muistiinpano", limit=100)) == 10, "a search waits for the words itself"
    assert not store.catch_up()
    assert len(store.search("029Nimi")) == 1
    first = store.clients()
    assert {case.name for case in first} >= {"000Nimi Aino", "029Nimi Aino"}


def test_an_edit_before_the_words_are_made_findable_is_found_once(store: Store) -> None:
    coming = many_scopes()
    take(store, *coming)
    client = coming[3].rows[0][1]
    edit(store, client["id"], last_name="Toisenlainen")
    while store.catch_up():
        pass
    assert len(store.search("Toisenlainen")) == 1
    assert store.search("003Nimi") == []


def test_what_went_again_is_not_made_findable(store: Store) -> None:
    coming = many_scopes()
    take(store, *coming)
    with store.write() as connection:
        eviction.evict(connection, [one.scope for one in coming], None)
    with store.read() as connection:
        assert not search.waits(connection)
    assert store.search("017muistiinpano") == []


def test_a_row_never_moves_to_another_scope(store: Store) -> None:
    one, scope, row = client_row()
    take(store, arrived(scope, ("client", row), whole=True))
    _, elsewhere, own = client_row()
    thief = {**row, "scope": elsewhere, "last_name": "Vieras"}
    done = take(store, arrived(elsewhere, ("client", own), ("client", thief), whole=True))
    assert done.mismatched == (elsewhere,)
    assert shown(store, one)["last_name"] == "V"
    assert shown(store, one)["scope"] == scope


def test_a_change_is_noted_in_the_history(store: Store) -> None:
    one, scope, client = client_row(phone="1")
    take(store, arrived(scope, ("client", client), whole=True))
    take(store, arrived(scope, ("client", {**client, "phone": "2", "version": 2})))
    (note,) = store.history("client", one)
    assert note == {"at": AT, "by": THEM, "op": "update", "patch": {"phone": ["1", "2"]}}


def test_unsent_edits_lie_over_what_arrives(store: Store) -> None:
    one, scope, client = client_row(phone="1")
    take(store, arrived(scope, ("client", client), whole=True))
    edit(store, one, phone="mine")
    done = take(store, arrived(scope, ("client", {**client, "phone": "2", "email": "a@b", "version": 2})))
    assert done.mismatched == ()
    assert (shown(store, one)["phone"], shown(store, one)["email"]) == ("mine", "a@b")
    assert (bases(store)[one]["phone"], bases(store)[one]["version"]) == ("2", 2)


def test_an_unsent_deletion_lies_over_what_arrives(store: Store) -> None:
    one, scope, client = client_row(phone="1")
    take(store, arrived(scope, ("client", client), whole=True))
    store.delete("client", one)
    assert take(store, arrived(scope, ("client", {**client, "phone": "2", "version": 2}))).mismatched == ()
    assert shown(store, one)["deleted"]


def test_a_whole_scope_takes_the_place_of_what_was_here(store: Store) -> None:
    one, scope, client = client_row()
    gone, kept = (
        central("support_visit", new_id(), scope, client_id=one, on="2026-01-05", notes=word)
        for word in ("poistuva", "jäävä")
    )
    take(
        store,
        arrived(scope, ("client", client), ("support_visit", gone), ("support_visit", kept), whole=True),
    )
    store.save(make("support_visit", client_id=one, on="2026-01-06"))
    take(store, arrived(scope, ("client", client), ("support_visit", kept), whole=True))
    assert len(store.rows("support_visit", deleted=True)) == 2
    assert store.search("poistuva") == []
    assert store.unsent().count == 1


def test_a_scope_that_does_not_match_is_asked_for_whole(store: Store) -> None:
    _, scope, client = client_row()
    assert take(store, arrived(scope, ("client", client), whole=True, count=2)).mismatched == (scope,)
    assert take(store, arrived(scope, ("client", client), checksum=EMPTY)).mismatched == (scope,)
    with store.read() as connection:
        assert incoming.held_scopes(connection)[scope].whole


def test_a_failed_arrival_changes_nothing(store: Store) -> None:
    one, scope, _ = client_row()
    orphan = central("support_visit", new_id(), scope, client_id=one, on="2026-01-05")
    with pytest.raises(Exception, match="IntegrityError"):
        take(store, arrived(scope, ("support_visit", orphan), whole=True))
    with store.read() as connection:
        assert incoming.held_scopes(connection) == {}


@pytest.mark.failure(16)
def test_fields_of_a_newer_centre_are_kept_and_not_sent_back(store: Store) -> None:
    one, scope, client = client_row()
    take(store, arrived(scope, ("client", {**client, "pronouns": "hän", "seq": 9}), whole=True))
    assert shown(store, one)["extra"] == {"pronouns": "hän"}
    edit(store, one, phone="1")
    with store.write() as connection:
        (mutation,) = outbox.batch(connection, 1000, 10).mutations
    assert from_json(mutation)["patch"] == {"phone": ["", "1"]}


def test_what_an_older_centre_does_not_say_stays(store: Store) -> None:
    one, scope, client = client_row(phone="1")
    take(store, arrived(scope, ("client", client), whole=True))
    older = {name: value for name, value in client.items() if name not in ("phone", "languages")}
    take(store, arrived(scope, ("client", {**older, "version": 2, "last_name": None})))
    assert (shown(store, one)["phone"], shown(store, one)["last_name"]) == ("1", "")


@pytest.mark.failure(16)
def test_rows_of_an_unknown_kind_are_kept_aside(store: Store) -> None:
    _, scope, client = client_row()
    new = {"id": str(new_id()), "scope": scope, "version": 1, "deleted": False, "what": "x"}
    assert take(store, arrived(scope, ("client", client), ("hobby", new), whole=True)).mismatched == ()
    changed = {**new, "version": 2}
    sums = [("client", client["id"], 1), ("hobby", new["id"], 2)]
    done = take(store, arrived(scope, ("hobby", changed), count=2, checksum=checksum(sums)))
    assert done.mismatched == ()
    with store.read() as connection:
        assert incoming.staged(connection, scope) == []


def test_pages_wait_until_the_scope_is_whole(store: Store) -> None:
    _, scope, client = client_row()
    with store.write() as connection:
        incoming.stage(connection, scope, 3, [{"kind": "client", "row": client}])
    with store.read() as connection:
        assert incoming.staged(connection, scope) == [("client", client)]
        assert incoming.held_scopes(connection) == {scope: incoming.Held(3, True)}


# ---- answers ----------------------------------------------------------------------------------------------


def test_an_applied_edit_is_kept_and_its_base_dropped(store: Store) -> None:
    add_client(store)
    done = answered(store, "applied")
    assert (done.taken, done.held, bool(done.changes)) == (2, 0, False)
    assert bases(store) == {}


def test_an_applied_edit_moves_the_base_of_a_newer_one(store: Store) -> None:
    one, scope, client = client_row(phone="1")
    take(store, arrived(scope, ("client", client), whole=True))
    edit(store, one, phone="2")
    with store.write() as connection:
        (sent,) = outbox.batch(connection, 1000, 10).ids
    edit(store, one, phone="3")
    with store.write() as connection:
        answers.acknowledge(connection, [Answer(sent, "applied")])
    assert bases(store)[one]["phone"] == "2"
    assert shown(store, one)["phone"] == "3"


@pytest.mark.parametrize("status", ["conflict", "merged", "quarantined", "refused"])
def test_a_row_becomes_what_the_centre_has(store: Store, status: str) -> None:
    one, scope, client = client_row(phone="1")
    take(store, arrived(scope, ("client", client), whole=True))
    edit(store, one, phone="mine")
    done = answered(store, status, {**client, "phone": "theirs", "version": 2})
    assert shown(store, one)["phone"] == "theirs"
    assert UUID(one) in done.changes.ids
    assert done.held == (status in ("quarantined", "refused"))
    assert store.history("client", one)[0]["patch"] == {"phone": ["mine", "theirs"]}
    assert bases(store) == {}


def test_newer_edits_stay_over_what_the_centre_has(store: Store) -> None:
    one, scope, client = client_row(phone="1")
    take(store, arrived(scope, ("client", client), whole=True))
    edit(store, one, phone="mine")
    with store.write() as connection:
        (sent,) = outbox.batch(connection, 1000, 10).ids
    edit(store, one, email="a@b")
    with store.write() as connection:
        answers.acknowledge(
            connection, [Answer(sent, "conflict", {**client, "phone": "theirs", "version": 2})]
        )
    assert (shown(store, one)["phone"], shown(store, one)["email"]) == ("theirs", "a@b")


def test_what_the_centre_does_not_have_goes_and_its_children_hide_it(store: Store) -> None:
    client = add_client(store)
    store.save(make("support_visit", client_id=client, on="2026-01-05"))
    with store.write() as connection:
        ids = outbox.batch(connection, 1_000_000, 2).ids  # the visit waits
        answers.acknowledge(connection, [Answer(one, "refused") for one in ids])
    assert store.clients() == []
    assert shown(store, str(client))["deleted"]
    answered(store, "quarantined")
    assert store.rows("support_visit", deleted=True) == []
    assert store.unsent().held == 3


def test_answers_to_nothing_are_passed_over(store: Store) -> None:
    add_client(store)
    with store.write() as connection:
        assert answers.acknowledge(connection, [Answer(str(new_id()), "applied")]).taken == 0


# ---- epochs and evictions ---------------------------------------------------------------------------------


def test_a_new_epoch_sends_again_what_was_taken(store: Store) -> None:
    one, scope, client = client_row()
    take(store, arrived(scope, ("client", client), whole=True))
    edit(store, one, phone="1")
    answered(store, "applied")
    edit(store, one, phone="2")
    answered(store, "refused", client)
    with store.write() as connection:
        incoming.begin_epoch(connection)
        assert incoming.held_scopes(connection) == {scope: incoming.Held(0, True)}
        assert len(outbox.batch(connection, 1000, 10)) == 1
    assert shown(store, one)["first_name"] == "Aino"  # stays on the screen until the centre's come


def test_an_evicted_client_leaves_nothing_readable(store: Store) -> None:
    client = add_client(store, phone="0401234567")
    other = add_client(store, "Bo")
    store.save_draft("a", {"notes": "x"}, kind="support_visit", client_id=client)
    store.save_draft("b", {"notes": "x"}, kind="profile_health", client_id=client)
    with store.write() as connection:
        changes = eviction.evict(
            connection, [f"client:{client}:core"], lambda name, text: f"sealed {len(text)}"
        )
    eviction.checkpoint(store.engine)
    assert changes.clients == {client}
    assert [case.client_id for case in store.clients()] == [other]
    assert store.search("Aino") == []
    assert store.history("client", client) == []
    assert [draft["key"] for draft in store.drafts()] == ["b"]
    with store.write() as connection:
        found = outbox.batch(connection, 1_000_000, 10)
    assert (len(found.sealed), len(found.mutations)) == (2, 2)
    assert from_json(found.sealed[0])["sealed"].startswith("sealed ")
    assert "0401234567" not in str(found)


def test_wiping_leaves_no_key(store: Store) -> None:
    from storage import backup

    add_client(store)
    backup.make_daily(store.folder, store.engine, store.key)
    eviction.wipe(store)
    assert [path.name for path in store.folder.iterdir()] == ["lock"]
    assert not store.is_open
    eviction.wipe(store)


def test_shapes_hold_every_column_of_their_tables() -> None:
    from app.services import SPECS

    for kind, spec in SPECS.items():
        assert set(shape(kind).columns) == set(spec.table.__table__.columns.keys())  # type: ignore[attr-defined]
