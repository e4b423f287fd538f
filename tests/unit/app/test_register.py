"""Notes for the official register: their text in three languages, which of them wait, and when a mark falls."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import register
from app.clock import new_id, today
from app.patch import diff
from app.record import Row, fields, from_row, to_row, validated
from app.services import SPECS
from app.signing import seal
from storage.store import Store
from tests.stores import add_client, make, store
from tests.strategies import TEXTS, rows_of

__all__ = ["store"]
KINDS = [spec.kind for spec in register.kinds()]
DAY = "2026-11-24"
WORDS = {
    "support_visit": ("participants", "notes", "next_steps"),
    "career_plan": ("client_view", "strengths"),
}


def note(kind: str, **values: Any) -> Row:
    """A note of a kind with nothing but what is needed and what is given."""
    spec = SPECS[kind]
    own = {"client_id": new_id(), spec.dated: DAY}
    own |= {name: DAY for name, value in [register.HAPPENED.get(kind, ("", ""))] if name and not value}
    return to_row(validated(spec.table, {**own, **values}))


def test_the_notes_that_the_register_holds_are_copied() -> None:
    wanted = {"support_visit", "career_plan", "initial_assessment", "cooperation_agreement"}
    assert wanted | {"search_plan", "support_plan"} <= set(KINDS)


def test_a_visit_says_when_where_with_whom_what_and_what_next() -> None:
    visit = note(
        "support_visit",
        start_time="09:05",
        minutes=45,
        place="workplace",
        participants="Asiakas, esimies",
        topics=["induction", "tax_card"],
        notes="Käytiin läpi työtehtävät.",
        next_steps="Soitetaan perjantaina.",
        next_on="2026-12-01",
    )
    assert register.text(SPECS["support_visit"], visit, "en").splitlines() == [
        "Support visit 24 Nov 2026, at 9:05, 45 min",
        "Place: Workplace",
        "Participants: Asiakas, esimies",
        "Topics: Induction, Tax card",
        "What was done: Käytiin läpi työtehtävät.",
        "Agreed next steps: Soitetaan perjantaina.",
        "Next visit: 1 Dec 2026",
    ]
    finnish = register.text(SPECS["support_visit"], visit, "fi")
    assert "24.11.2026" in finnish
    assert "1.12.2026" in finnish
    assert "Työpaikka" in finnish


def test_a_visit_that_was_missed_says_so() -> None:
    missed = register.text(SPECS["support_visit"], note("support_visit", state="missed"), "en")
    assert missed.splitlines()[0] == "Support visit 24 Nov 2026, Client did not come"


def test_a_plan_says_its_goals_with_their_steps() -> None:
    plan = note(
        "career_plan",
        goals=[
            {"text": "Töihin keittiöön", "steps": [{"what": "CV", "by": "together", "by_when": "2026-12-01"}]}
        ],
        services=[{"service": "Valmennus", "purpose": "Työn löytäminen", "responsible": ""}],
    )
    text = register.text(SPECS["career_plan"], plan, "en")
    assert "Goal 1: Töihin keittiöön\n- CV, Together, 1 Dec 2026" in text
    assert "Services:\n- Valmennus, Työn löytäminen" in text


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_note_becomes_plain_text_in_every_language(kind: str, data: st.DataObject) -> None:
    spec = SPECS[kind]
    row = to_row(validated(spec.table, data.draw(rows_of(kind, client_id=str(new_id())))))
    for tongue in ("fi", "sv", "en"):
        text = register.text(spec, row, tongue)
        assert text.strip()
        assert all(line.strip() for line in text.split("\n") if line)
        assert row["id"] not in text
        assert row["client_id"] not in text
        for name in WORDS.get(kind, ()):
            assert row[name].strip() in text


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_mark_falls_exactly_when_the_text_is_another(kind: str, data: st.DataObject) -> None:
    spec = SPECS[kind]
    rows = rows_of(kind, client_id=str(new_id()), copied_on=DAY)
    old = to_row(validated(spec.table, data.draw(rows)))
    new = {**old, **data.draw(st.sampled_from([{}, data.draw(rows)]))}
    saved = register.after_change(spec, old, new)
    same = register.text(spec, old, "en") == register.text(spec, new, "en")
    assert saved == {**new, "copied_on": DAY if same else None}


@given(TEXTS)
def test_a_mark_that_comes_with_the_text_stays(text: str) -> None:
    old = note("support_visit", copied_on="2026-11-01")
    again = {**old, "notes": text, "copied_on": DAY}
    assert register.after_change(SPECS["support_visit"], old, again) == again
    assert register.after_change(SPECS["support_visit"], None, again) == again
    unmarked = {**old, "copied_on": None}
    assert register.after_change(SPECS["support_visit"], unmarked, again) == again


# ---- where two people's changes meet ----


def edited(kind: str, *saved: Row) -> dict[str, list[Any]]:
    """The change that a person's saves of a row are, one after the other, as it travels: the row as it was first."""
    spec = SPECS[kind]
    patch: dict[str, list[Any]] = {}
    for seen, row in pairwise(saved):
        after = register.after_change(spec, seen, row)
        made = register.carried(spec, seen, diff(seen, after, fields(spec.table), spec.sync.together))
        patch = register.folded(spec, seen, patch, made) if patch else made
    return patch


MARKS = st.sampled_from([None, "2026-11-01", "2026-11-20"])


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_mark_after_two_changes_is_of_the_text_that_came_of_them(kind: str, data: st.DataObject) -> None:
    """In both orders, whatever each side did: a mark is the day on which just this text was copied, or none."""
    spec = SPECS[kind]
    text = WORDS.get(kind, ("summary",) if kind == "initial_assessment" else ())
    rows = rows_of(kind, client_id=str(new_id()), copied_on=data.draw(MARKS))
    base = to_row(validated(spec.table, data.draw(rows)))
    copies = {(register.text(spec, base, "en"), base["copied_on"])}
    sides = []
    for _side in range(2):
        change = {name: data.draw(TEXTS) for name in text if data.draw(st.booleans())}
        side = written = register.after_change(spec, base, {**base, **change})
        if data.draw(st.booleans()):
            side = {**side, "copied_on": data.draw(MARKS)}
        copies.add((register.text(spec, side, "en"), side["copied_on"]))
        sides.append((side, edited(kind, base, written, side)))
    found = []
    for (first, one), (_second, other) in (sides, sides[::-1]):
        row = register.laid(spec, base, one)
        assert row == first
        row = register.laid(spec, row, other)
        mark = row["copied_on"]
        assert mark is None or (register.text(spec, row, "en"), mark) in copies
        found.append((register.text(spec, row, "en"), mark))
    if found[0][0] == found[1][0] and base["copied_on"] is None:
        assert found[0] == found[1]


def test_a_mark_of_a_text_that_has_changed_meanwhile_does_not_stand() -> None:
    spec = SPECS["support_visit"]
    base = note("support_visit", notes="Sovittiin.")
    marking = edited("support_visit", base, {**base, "copied_on": DAY})
    writing = edited("support_visit", base, {**base, "notes": "Sovittiin uudesta ajasta."})
    assert register.laid(spec, base, marking)["copied_on"] == DAY
    for one, other in ((marking, writing), (writing, marking)):
        row = register.laid(spec, register.laid(spec, base, one), other)
        assert (row["notes"], row["copied_on"]) == ("Sovittiin uudesta ajasta.", None)


def test_who_changed_the_text_and_copied_it_is_right_about_it() -> None:
    spec = SPECS["support_visit"]
    base = note("support_visit", notes="Sovittiin.")
    early = edited("support_visit", base, {**base, "copied_on": "2026-11-20"})
    late = edited("support_visit", base, {**base, "notes": "Sovittiin muuta.", "copied_on": DAY})
    for one, other in ((early, late), (late, early)):
        row = register.laid(spec, register.laid(spec, base, one), other)
        assert (row["notes"], row["copied_on"]) == ("Sovittiin muuta.", DAY)


def test_taking_a_mark_away_is_heard() -> None:
    spec = SPECS["support_visit"]
    base = note("support_visit", copied_on=DAY)
    unmarking = edited("support_visit", base, {**base, "copied_on": None})
    assert register.laid(spec, base, unmarking)["copied_on"] is None


@pytest.mark.parametrize(
    ("kind", "values", "waits"),
    [
        ("support_visit", {"state": "done"}, True),
        ("support_visit", {"state": "planned"}, False),
        ("support_visit", {"state": "missed"}, False),
        ("support_visit", {"copied_on": DAY}, False),
        ("support_visit", {"deleted": True}, False),
        ("initial_assessment", {"finished_on": None}, False),
        ("initial_assessment", {}, True),
        ("career_plan", {}, True),
        ("search_plan", {"copied_on": DAY}, False),
    ],
)
def test_what_waits_has_happened_and_is_not_marked(kind: str, values: Row, waits: bool) -> None:
    assert register.waits(SPECS[kind], {**note(kind), **values}) is waits


# ---- in the store ----


def test_the_store_counts_and_lists_what_waits_oldest_first(store: Store) -> None:
    client = add_client(store)
    assert store.uncopied() == (0, None)
    rows = [
        make("support_visit", client_id=client, on="2026-03-02"),
        make("support_visit", client_id=client, on="2026-03-01"),
        make("support_visit", client_id=client, on="2026-01-01", copied_on="2026-01-02"),
        make("support_visit", client_id=client, on=today() + timedelta(days=3), state="planned"),
        make("career_plan", client_id=client, made_on="2026-02-01"),
        make("initial_assessment", client_id=client, begun_on="2026-01-01"),
        make("initial_assessment", client_id=client, begun_on="2026-01-05", finished_on="2026-02-05"),
    ]
    store.save(*rows)
    gone = make("support_visit", client_id=client, on="2025-12-01")
    store.save(gone)
    store.delete("support_visit", gone.id)
    assert store.uncopied() == (4, date(2026, 1, 5))
    found = store.uncopied_notes()
    assert [(kind, day) for kind, _id, _client, day in found] == [
        ("initial_assessment", "2026-01-05"),
        ("career_plan", "2026-02-01"),
        ("support_visit", "2026-03-01"),
        ("support_visit", "2026-03-02"),
    ]
    assert {UUID(owner) for _kind, _id, owner, _day in found} == {client}
    assert store.uncopied_notes(2) == found[:2]
    for kind, identity, _client, _day in found:
        row = store.row(kind, identity)
        assert row is not None
        assert register.waits(SPECS[kind], row)


def test_a_copied_visit_is_listed_again_when_its_text_changes(store: Store) -> None:
    client = add_client(store)
    visit = make("support_visit", client_id=client, on="2026-01-02", notes="a")
    store.save(visit)

    def change(**values: Any) -> Row:
        row = store.row("support_visit", visit.id)
        assert row is not None
        store.save(from_row(SPECS["support_visit"].table, {**row, **values}))
        changed = store.row("support_visit", visit.id)
        assert changed is not None
        return changed

    assert change(copied_on="2026-11-01")["copied_on"] == "2026-11-01"
    assert store.uncopied()[0] == 0
    assert change(seen_by_employer=True)["copied_on"] == "2026-11-01"  # not part of the text
    assert change(notes="b")["copied_on"] is None
    assert store.uncopied()[0] == 1
    latest = store.history("support_visit", visit.id)[0]["patch"]
    assert latest == {"notes": ["a", "b"], "copied_on": ["2026-11-01", None]}
    (case,) = store.clients()
    assert case.uncopied == 1


def test_a_signed_plan_can_be_marked_and_nothing_else(store: Store) -> None:
    client = add_client(store)
    table = SPECS["career_plan"].table
    plan = to_row(make("career_plan", client_id=client, made_on="2026-01-02", client_view="x"))
    plan |= {
        "signed_on": "2026-01-03",
        "signatures": [{"role": "client", "name": "A", "strokes": [[(0.1, 0.2)]]}],
    }
    plan = to_row(validated(table, plan))
    plan["content_hash"] = seal(table, plan)
    store.save(validated(table, plan))
    row = store.row("career_plan", plan["id"])
    assert row is not None
    store.save(from_row(table, {**row, "copied_on": "2026-01-04"}))
    marked = store.row("career_plan", plan["id"])
    assert marked is not None
    assert marked["copied_on"] == "2026-01-04"
    assert store.uncopied()[0] == 0
