"""Proposals of a phase: from the records, with reasons, and never what is already so."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import phases
from app.record import Row
from app.services.coaching import codes
from app.services.coaching.dates import months_after
from tests.starts import START, begun, day, everything, row


def coaching(*changes: tuple[str, str, int], **more: Any) -> dict[str, list[Row]]:
    """Return a client who came into these phases (phase, level, day)."""
    rows = begun(**more)
    relationship = rows["coaching_relationship"][0]["id"]
    rows["phase_change"] = [
        row("phase_change", relationship_id=relationship, phase=phase, level=level, on=day(number))
        for phase, level, number in changes
    ]
    return rows


def job(begins: int, ends: int | None = None, employer: str = "Kulma") -> Row:
    """Return a job."""
    ended = day(ends) if ends is not None else None
    return row("employment", employer=employer, title="Apulainen", started_on=day(begins), ended_on=ended)


def trial(begins: int, ends: int | None = None, **more: Any) -> Row:
    """Return a work trial."""
    ended = day(ends) if ends is not None else None
    return row("work_trial", employer="Aamu", title="Leipuri", started_on=day(begins), ended_on=ended, **more)


def visit(number: int, **more: Any) -> Row:
    """Return a visit that took place."""
    return row("support_visit", **{"on": day(number), "state": "done", "place": "office"} | more)


def proposed(rows: dict[str, list[Row]], number: int) -> tuple[str, str] | None:
    """Return phase and level proposed on a day."""
    found = phases.proposal(rows, START + timedelta(days=number))
    return (found.phase, found.level) if found else None


def test_the_first_phase_follows_from_the_coaching() -> None:
    assert phases.proposal({}, START) is None
    assert proposed(coaching(), 0) == (codes.REFERRAL, "")
    assert proposed(coaching(), -1) is None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"decision": "accepted"}, (codes.ASSESSMENT, "")),
        ({"decision": "accepted", "client_joins": "yes", "decided_on": day(1)}, (codes.ASSESSMENT, "")),
        ({"decision": "accepted", "client_joins": "later"}, None),
        ({"decision": "accepted", "client_joins": "no"}, None),
        ({"decision": "waiting"}, None),
        ({"decision": "refused", "refusal_reason": "syy"}, None),
    ],
)
def test_accepted_leads_to_the_assessment(more: dict[str, Any], expected: Any) -> None:
    assert proposed(coaching((codes.REFERRAL, "", 0), **more), 5) == expected


def test_a_complete_assessment_leads_to_the_search() -> None:
    rows = everything()
    assert proposed(rows, 40) == (codes.SEARCH, "")
    assert proposed(rows | {"kykyviisari_result": []}, 40) is None


@pytest.mark.parametrize("phase", [codes.REFERRAL, codes.ASSESSMENT, codes.SEARCH])
def test_work_that_begins_leads_to_support(phase: str) -> None:
    rows = coaching((phase, "", 0))
    assert proposed(rows | {"employment": [job(20)]}, 19) is None
    assert proposed(rows | {"employment": [job(20)]}, 20) == (codes.SUPPORT, "")
    assert proposed(rows | {"work_trial": [trial(20, 80)]}, 30) == (codes.SUPPORT, "")
    assert proposed(rows | {"work_trial": [trial(20, 80)]}, 90) is None


def test_who_looks_for_another_job_beside_the_present_one_is_left_in_peace() -> None:
    rows = coaching((codes.SUPPORT, "", 10), (codes.SEARCH, "", 90)) | {"employment": [job(10)]}
    assert proposed(rows, 100) is None
    rows["employment"].append(job(95, employer="Uusi"))
    assert proposed(rows, 100) == (codes.SUPPORT, "")


def support(*visits: Row, **more: list[Row]) -> dict[str, list[Row]]:
    """Return a client in support with a job since day 10."""
    return coaching((codes.SUPPORT, "", 10)) | {"employment": [job(10)], "support_visit": list(visits)} | more


def test_settled_work_leads_to_maintenance() -> None:
    away = [visit(15), visit(25)]
    assert proposed(support(*away), 39) is None
    assert proposed(support(*away), 50) == (codes.MAINTENANCE, codes.ACTIVE)
    assert proposed(support(visit(15)), 50) is None
    at_work = [visit(12, place="workplace"), visit(15, place="workplace")]
    assert proposed(support(*at_work), 20) == (codes.MAINTENANCE, codes.ACTIVE)
    assert proposed(support(*at_work, visit(18, topics=["induction"])), 20) is None
    assert proposed(support(*at_work, visit(18, topics=["induction"])), 49) == (
        codes.MAINTENANCE,
        codes.ACTIVE,
    )


def test_an_overdue_support_plan_keeps_in_support() -> None:
    rows = support(visit(15), visit(25))
    plan = row("support_plan", made_on=day(10), employment_id=rows["employment"][0]["id"], review_on=day(45))
    assert proposed(rows | {"support_plan": [plan]}, 50) is None
    assert proposed(rows | {"support_plan": [plan | {"review_on": day(60)}]}, 50) is not None


def test_a_trial_without_a_job_leads_back_to_the_search() -> None:
    rows = coaching((codes.SUPPORT, "", 10)) | {"work_trial": [trial(10, 70)]}
    assert proposed(rows, 60) is None
    found = phases.proposal(rows, START + timedelta(days=71))
    assert found is not None
    assert (found.phase, found.level) == (codes.SEARCH, "")
    assert "ended on" in str(found.reasons[0])
    assert "without a job" in str(found.reasons[0])
    rows["work_trial"] = [trial(10, 70, continued_as_job=True)]
    assert proposed(rows, 71) is None
    assert proposed(rows | {"work_trial": [trial(10, 70)], "employment": [job(71)]}, 72) is None


@pytest.mark.parametrize("level", [codes.ACTIVE, codes.SUFFICIENT, codes.LIGHT])
def test_a_job_that_ends_leads_from_any_level_back_to_the_search(level: str) -> None:
    rows = coaching((codes.MAINTENANCE, level, 50)) | {"employment": [job(10, 100)]}
    assert proposed(rows, 100) == (codes.SEARCH, "")
    assert proposed(rows | {"employment": [job(10, 40)]}, 100) is None


def maintenance(level: str, *visits: Row) -> dict[str, list[Row]]:
    """Return a client on a level of maintenance since day 50."""
    return coaching((codes.MAINTENANCE, level, 50)) | {"employment": [job(10)], "support_visit": list(visits)}


@pytest.mark.parametrize(
    ("level", "months", "lighter"),
    [(codes.ACTIVE, 3, codes.SUFFICIENT), (codes.SUFFICIENT, 6, codes.LIGHT)],
)
def test_steady_months_lead_to_a_lighter_level(level: str, months: int, lighter: str) -> None:
    rows = maintenance(level, visit(70))
    ripe = (months_after(START + timedelta(days=50), months) - START).days
    assert proposed(rows, ripe - 1) is None
    assert proposed(rows, ripe) == (codes.MAINTENANCE, lighter)
    assert proposed(maintenance(level), ripe) is None
    assert proposed(maintenance(level, visit(70), visit(ripe - 3, state="missed")), ripe) is None


def test_the_light_level_is_the_lightest() -> None:
    assert proposed(maintenance(codes.LIGHT, visit(70)), 900) is None


def test_changed_duties_lead_back_to_the_active_level() -> None:
    for level in (codes.SUFFICIENT, codes.LIGHT):
        rows = maintenance(level, visit(100, topics=["duties"]))
        assert proposed(rows, 110) == (codes.MAINTENANCE, codes.ACTIVE)
    assert proposed(maintenance(codes.ACTIVE, visit(150, topics=["duties"])), 160) is None


def test_a_new_job_in_maintenance_leads_to_support() -> None:
    rows = maintenance(codes.LIGHT, visit(70))
    rows["employment"] = [job(10, 90), job(95, employer="Uusi")]
    assert proposed(rows, 100) == (codes.SUPPORT, "")


def test_an_ended_coaching_is_left_in_peace() -> None:
    assert proposed(coaching((codes.ENDED, "", 50)) | {"employment": [job(60)]}, 70) is None


def test_the_form_begins_with_the_proposal_and_its_reasons() -> None:
    rows = coaching((codes.SEARCH, "", 0)) | {"employment": [job(20)]}
    on = START + timedelta(days=21)
    found = phases.proposal(rows, on)
    assert found is not None
    values = phases.values(found, rows, on)
    assert values["relationship_id"] == rows["coaching_relationship"][0]["id"]
    assert (values["phase"], values["level"], values["on"]) == (codes.SUPPORT, "", on.isoformat())
    assert values["reason"] == "Apulainen, Kulma began on 22 Mar 2026."


NUMBERS = st.integers(0, 400)
PHASES = st.sampled_from([choice.value for choice in codes.PHASES])
LEVELS = st.sampled_from([choice.value for choice in codes.LEVELS])
TOPICS = st.lists(st.sampled_from(["induction", "duties", "kela"]), max_size=2)
PLACES = st.sampled_from(["workplace", "office", "phone"])
STATES = st.sampled_from(["done", "missed", "planned"])


@st.composite
def stories(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Draw a client's story, however odd."""
    changes = draw(st.lists(st.tuples(PHASES, LEVELS, NUMBERS), max_size=5))
    told = [(phase, level if phase == codes.MAINTENANCE else "", on) for phase, level, on in changes]
    decision = draw(st.sampled_from(["waiting", "accepted", "refused"]))
    rows = coaching(*told, decision=decision, refusal_reason="syy")
    if draw(st.booleans()):
        rows |= {kind: of_kind for kind, of_kind in everything().items() if kind not in rows}
        rows["initial_assessment"][0] |= {"relationship_id": rows["coaching_relationship"][0]["id"]}
    works = st.tuples(NUMBERS, st.none() | st.integers(0, 300))
    for kind, make in (("employment", job), ("work_trial", trial)):
        rows[kind] = [
            make(begins, None if length is None else begins + length)
            for begins, length in draw(st.lists(works, max_size=3))
        ]
    rows["support_visit"] = rows.get("support_visit", []) + [
        visit(on, state=state, place=place, topics=topics)
        for on, state, place, topics in draw(st.lists(st.tuples(NUMBERS, STATES, PLACES, TOPICS), max_size=6))
    ]
    return rows


@settings(max_examples=150, deadline=None)
@given(stories(), NUMBERS, st.randoms(use_true_random=False))
def test_a_proposal_is_something_else_for_a_reason_whatever_the_order_of_rows(
    rows: dict[str, list[Row]], number: int, chance: Any
) -> None:
    on = START + timedelta(days=number)
    found = phases.proposal(rows, on)
    mixed = {kind: chance.sample(of_kind, len(of_kind)) for kind, of_kind in rows.items()}
    assert phases.proposal(mixed, on) == found
    if found is None:
        return
    assert found.reasons
    assert all(str(reason) for reason in found.reasons)
    assert bool(found.level) == (found.phase == codes.MAINTENANCE)
    past = [one for one in rows["phase_change"] if one["on"] <= on.isoformat()]
    present = max(past, key=lambda one: (one["on"], one["id"]), default={"phase": "", "level": ""})
    assert (found.phase, found.level) != (present["phase"], present["level"])


@settings(max_examples=60, deadline=None)
@given(stories(), NUMBERS)
def test_what_is_yet_to_come_proposes_nothing(rows: dict[str, list[Row]], number: int) -> None:
    on = START + timedelta(days=number)
    known = {
        kind: [one for one in of_kind if (one.get("on") or one.get("started_on") or "") <= on.isoformat()]
        for kind, of_kind in rows.items()
    }
    assert phases.proposal(known, on) == phases.proposal(rows, on)


# ---- put off ----


def waiting(number: int, *visits: Row) -> tuple[phases.Proposal, dict[str, list[Row]]]:
    """Return the proposal of the sufficient level for a client who has worked steadily, and the rows."""
    rows = coaching((codes.SUPPORT, "", 0), (codes.MAINTENANCE, codes.ACTIVE, 60))
    rows["employment"] = [job(0)]
    rows["support_visit"] = [visit(70), *visits]
    found = phases.proposal(rows, START + timedelta(days=number))
    assert found is not None
    return found, rows


@given(st.integers(0, 60), st.lists(st.integers(71, 160), max_size=3))
def test_what_was_put_off_is_silent_for_four_weeks_however_often_the_client_is_met(
    later: int, met: list[int]
) -> None:
    first, _rows = waiting(160)
    before = phases.PutOff(phases.mark(first), START + timedelta(days=160))
    again, _rows = waiting(160 + later, *map(visit, met))
    silent = phases.is_put_off(again, before, START + timedelta(days=160 + later))
    assert silent == (later < 28)
    assert not phases.is_put_off(again, None, START + timedelta(days=160 + later))


def test_what_was_put_off_is_proposed_again_as_soon_as_the_reasons_change() -> None:
    first, rows = waiting(160)
    on = START + timedelta(days=160)
    before = phases.PutOff(phases.mark(first), on)
    assert phases.is_put_off(first, before, on)
    moved = phases.proposal(rows | {"employment": [job(0), job(55, employer="Toinen")]}, on)
    over = phases.proposal(rows | {"employment": [job(0, 150)]}, on)
    assert moved is not None
    assert over is not None
    for other in (moved, over):
        assert not phases.is_put_off(other, before, on)


def test_a_mark_says_nothing_of_the_client() -> None:
    found, _rows = waiting(160)
    assert len(phases.mark(found)) == 64
    assert set(phases.mark(found)) <= set("0123456789abcdef")
