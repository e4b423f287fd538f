"""Versions told apart: what the pieces say is exactly the two texts, and every entry is found."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.clock import new_id
from app.compare import compare, entries, history_of, words
from app.record import Row, to_row
from app.services import SPECS
from tests.stores import make

PLAN = SPECS["career_plan"]
GOALS = next(field for field in PLAN.fields() if field.name == "goals").items
TEXTS = st.text(st.sampled_from("ab cä.\n"), max_size=60)


@given(TEXTS, TEXTS)
def test_the_pieces_are_the_texts(old: str, new: str) -> None:
    left, right = words(old, new)
    assert "".join(piece.text for piece in left) == old
    assert "".join(piece.text for piece in right) == new
    assert [p.text for p in left if p.state == "same"] == [p.text for p in right if p.state == "same"]
    assert {piece.state for piece in left} <= {"same", "removed"}
    assert {piece.state for piece in right} <= {"same", "added"}


def test_only_the_changed_word_is_marked() -> None:
    left, right = words("Haluan keittiöön töihin.", "Haluan kahvilaan töihin.")
    assert [(p.text, p.state) for p in left] == [
        ("Haluan ", "same"),
        ("keittiöön", "removed"),
        (" töihin.", "same"),
    ]
    assert right[1].text == "kahvilaan"


def test_a_long_text_is_told_apart_by_lines() -> None:
    old = "\n".join(f"rivi {n} sana sana sana" for n in range(600))
    left, right = words(old, old.replace("rivi 300 sana", "rivi 300 muu"))
    assert [p.text for p in left if p.state == "removed"] == ["rivi 300 sana sana sana\n"]
    assert [p.text for p in right if p.state == "added"] == ["rivi 300 muu sana sana\n"]


def goal(text: str, *steps: str) -> Row:
    """Return a goal with its steps."""
    made = [{"id": str(new_id()), "what": what, "by": "client", "by_when": None} for what in steps]
    return {"id": str(new_id()), "text": text, "steps": made}


def plan(*goals: Row, **more: Any) -> Row:
    """Return a plan."""
    return to_row(make("career_plan", client_id=new_id(), made_on="2026-03-03", goals=list(goals), **more))


def test_goals_and_steps_are_compared_entry_by_entry() -> None:
    kept, gone, changed = goal("Sama"), goal("Jää pois"), goal("Muuttuu", "CV", "Soitto")
    after = changed | {
        "steps": [changed["steps"][1], {**changed["steps"][0], "by": "coach"}, goal("", "Uusi")["steps"][0]]
    }
    added = goal("Uusi")
    old = plan(kept, gone, changed, strengths="Tarkka")
    (found,) = compare(PLAN, old, plan(kept, after, added, strengths="Tarkka"))
    assert found.field.name == "goals"
    assert [(e.state, (e.new or e.old)["text"]) for e in found.entries] == [  # type: ignore[index]
        ("same", "Sama"),
        ("removed", "Jää pois"),
        ("changed", "Muuttuu"),
        ("added", "Uusi"),
    ]
    (steps,) = found.entries[2].fields
    assert {(e.state, (e.new or e.old)["what"]) for e in steps.entries} == {  # type: ignore[index]
        ("moved", "Soitto"),
        ("changed", "CV"),
        ("added", "Uusi"),
    }
    (by,) = next(e for e in steps.entries if e.state == "changed").fields
    assert (by.field.name, by.old, by.new) == ("by", "client", "coach")


def test_what_was_written_anew_word_for_word_has_not_changed() -> None:
    old, new = goal("Sama", "Askel"), goal("Sama", "Askel")
    assert compare(PLAN, plan(old), plan(new)) == ()
    (entry,) = entries(GOALS, [old], [new])
    assert entry.state == "same"


def test_numbers_signatures_and_marks_are_no_difference() -> None:
    one = plan(goal("Sama"))
    assert (
        compare(PLAN, one, one | {"version_no": 7, "signed_on": "2026-04-04", "copied_on": "2026-04-05"})
        == ()
    )


@given(st.lists(st.integers(0, 6), unique=True), st.lists(st.integers(0, 6), unique=True))
def test_every_entry_is_told_of_once(before: list[int], after: list[int]) -> None:
    made = {n: goal(f"Tavoite {n}") for n in range(7)}
    found = entries(GOALS, [made[n] for n in before], [made[n] for n in after])
    assert [e.new["id"] for e in found if e.new] == [made[n]["id"] for n in after]
    assert {e.old["id"] for e in found if e.old} == {made[n]["id"] for n in before}
    assert {e.old["id"] for e in found if e.old and e.state == "removed"} == {
        made[n]["id"] for n in set(before) - set(after)
    }
    assert {e.new["id"] for e in found if e.new and e.state == "added"} == {
        made[n]["id"] for n in set(after) - set(before)
    }
    common = [n for n in after if n in before]
    if common == [n for n in before if n in after]:
        assert all(e.state != "moved" for e in found)


def entry(op: str, at: str, **patch: list[Any]) -> Row:
    """Return one line of a history."""
    return {"at": at, "by": "w", "op": op, "patch": patch}


def test_a_field_is_followed_through_versions() -> None:
    first = {"dream_job": "Kahvila", "version_no": 1, "created_at": "1", "created_by": "m"}
    second = {"dream_job": "Keittiö", "version_no": 2, "created_at": "4", "created_by": "m"}
    before = [
        entry("update", "2", dream_job=["Leipomo", "Kahvila"]),
        entry("create", "1", dream_job=[None, "Leipomo"]),
    ]
    after = [
        entry("update", "5", dream_job=["Kahvila", "Keittiö"]),
        entry("create", "4", dream_job=[None, "Kahvila"]),
    ]
    found = history_of("dream_job", [(first, before), (second, after)])
    assert [(past.value, past.at, past.version_no) for past in found] == [
        ("Keittiö", "5", 2),
        ("Kahvila", "2", 1),
        ("Leipomo", "1", 1),
    ]


def test_what_came_from_elsewhere_is_known_as_it_came() -> None:
    row = {"avoid": "Yövuoro", "version_no": 1, "created_at": "1", "created_by": "m"}
    (past,) = history_of("avoid", [(row, [])])
    assert (past.value, past.at, past.by) == ("Yövuoro", "1", "m")
    (late, early) = history_of("avoid", [(row, [entry("update", "3", avoid=["Melu", "Yövuoro"])])])
    assert (late.value, late.by, early.value, early.by) == ("Yövuoro", "w", "Melu", "m")
    assert history_of("avoid", [(row | {"avoid": ""}, [])]) == ()
