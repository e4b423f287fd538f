"""The rules of job coaching: what is due when, what may be signed, which dates can be."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.clock import new_id
from app.due import Case, due
from app.record import to_row
from app.services.coaching import codes, rules
from app.services.coaching.dates import months_after
from app.services.coaching.records import CareerPlan
from app.signing import seal
from tests.stores import make

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
PHASES = st.sampled_from([choice.value for choice in codes.PHASES])
LEVELS = st.sampled_from(["", *(choice.value for choice in codes.LEVELS)])


@given(PHASES, LEVELS, DAYS, st.none() | DAYS)
def test_the_next_contact_is_never_before_the_phase_and_always_after_the_last(
    phase: str, level: str, since: date, last: date | None
) -> None:
    day = rules.next_contact(phase, level, last, since)
    if phase in (codes.REFERRAL, codes.ENDED):
        assert day is None
    else:
        assert day is not None
        assert day > since
        assert last is None or day > last


@given(DAYS)
def test_each_level_has_its_rhythm(last: date) -> None:
    since = last - timedelta(days=400)
    active, sufficient, light = (
        rules.next_contact(codes.MAINTENANCE, level, last, since)
        for level in (codes.ACTIVE, codes.SUFFICIENT, codes.LIGHT)
    )
    assert active
    assert sufficient
    assert light
    assert 28 <= (active - last).days <= 31
    assert 89 <= (sufficient - last).days <= 92
    assert 181 <= (light - last).days <= 184


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2023, 1, 31), date(2023, 2, 28)),
        (date(2023, 12, 31), date(2024, 1, 31)),
    ],
)
def test_a_month_ends_where_the_calendar_says(last: date, expected: date) -> None:
    assert rules.next_contact(codes.MAINTENANCE, codes.ACTIVE, last, date(2020, 1, 1)) == expected


@given(DAYS, st.integers(1, 12))
def test_months_are_counted_as_the_calendar_library_counts_them(day: date, months: int) -> None:
    assert months_after(day, months) == day + relativedelta(months=months)


@given(st.lists(DAYS, max_size=8), DAYS, st.integers(0, 400))
def test_what_is_due_up_to_a_day_is_the_beginning_of_all_that_is_due(
    since: list[date], on: date, ahead: int
) -> None:
    cases = [_case(phase=codes.SUPPORT, phase_since=day) for day in since]
    last = on + timedelta(days=ahead)
    everything = due(cases, on)
    assert [item.on for item in everything] == sorted(item.on for item in everything)
    assert due(cases, on, last) == [item for item in everything if item.on <= last]


@given(PHASES, LEVELS, DAYS)
def test_the_proposed_day_is_a_working_day_after_the_visit(phase: str, level: str, visit: date) -> None:
    day = rules.next_visit_proposal(phase, level, visit)
    assert day > visit
    assert day.weekday() < 5


def _case(**values: object) -> Case:
    return Case(**{"client_id": new_id(), "name": "A", **values})


def _visit_items(case: Case, on: date) -> list[date]:
    return [item.on for item in rules.due_contact(case, on)]


def test_a_call_replaces_a_visit_on_the_lighter_levels_only() -> None:
    facts = {
        "phase": codes.MAINTENANCE,
        "phase_since": date(2026, 1, 1),
        "last_visit": date(2026, 1, 10),
        "last_contact": date(2026, 3, 1),
    }
    on = date(2026, 3, 2)
    assert _visit_items(_case(level=codes.ACTIVE, **facts), on) == [date(2026, 2, 10)]
    assert _visit_items(_case(level=codes.SUFFICIENT, **facts), on) == [date(2026, 6, 1)]
    assert _visit_items(_case(level=codes.LIGHT, **facts), on) == [date(2026, 9, 1)]


def test_an_agreed_visit_stands_for_the_due_one_until_its_day_is_past() -> None:
    agreed = {"id": str(new_id()), "on": "2026-03-10", "start_time": "09:00", "place": "office"}
    case = _case(
        phase=codes.SEARCH, phase_since=date(2026, 1, 1), last_visit=date(2026, 2, 1), planned=(agreed,)
    )
    before = due([case], date(2026, 3, 9))
    assert [(i.on, i.kind) for i in before if i.kind == "support_visit"] == [
        (date(2026, 3, 10), "support_visit")
    ]
    after = [i for i in due([case], date(2026, 3, 11)) if i.kind == "support_visit"]
    assert [i.on for i in after] == [date(2026, 2, 15), date(2026, 3, 10)]


@given(DAYS, st.none() | DAYS)
def test_a_plan_is_reviewed_at_least_yearly(made: date, review: date | None) -> None:
    plan = {
        "id": str(new_id()),
        "made_on": made.isoformat(),
        "signed_on": None,
        "review_on": review.isoformat() if review else None,
    }
    (item,) = rules.due_plan(_case(phase=codes.SUPPORT, phase_since=made, plan=plan), made)
    assert item.on <= made + timedelta(days=366)
    assert review is None or item.on <= review


def test_a_client_without_a_plan_is_told_of_while_coaching_goes_on() -> None:
    for phase, told in ((codes.ASSESSMENT, 1), (codes.ENDED, 0), (codes.REFERRAL, 0)):
        assert (
            len(list(rules.due_plan(_case(phase=phase, phase_since=date(2026, 1, 1)), date(2026, 5, 1))))
            == told
        )


@given(st.lists(st.tuples(DAYS, st.booleans()), max_size=5), DAYS)
def test_what_is_due_comes_oldest_first(planned: list[tuple[date, bool]], on: date) -> None:
    rows = tuple(
        {"id": str(new_id()), "on": d.isoformat(), "start_time": "", "place": "office"} for d, _ in planned
    )
    items = due([_case(phase=codes.SUPPORT, phase_since=date(2020, 1, 1), planned=rows)], on)
    assert [i.on for i in items] == sorted(i.on for i in items)


def test_a_visit_in_the_future_cannot_be_done() -> None:
    tomorrow = clock.today() + timedelta(days=1)
    visit = make("support_visit", client_id=new_id(), on=tomorrow, state="done")
    assert [p.field for p in rules.check_visit(visit)] == ["on"]
    planned = make("support_visit", client_id=new_id(), on=tomorrow, state="planned")
    assert rules.check_visit(planned) == []


def test_maintenance_needs_a_level_and_the_end_a_reason() -> None:
    base = {"client_id": new_id(), "relationship_id": new_id(), "on": "2026-01-01"}
    level = make("phase_change", phase="maintenance", **base)
    assert [p.field for p in rules.check_phase(level)] == ["level"]
    ended = make("phase_change", phase="ended", **base)
    assert [p.field for p in rules.check_phase(ended)] == ["end_reason"]
    assert rules.check_phase(make("phase_change", phase="support", **base)) == []


def _plan(**values: object):
    return make("career_plan", client_id=new_id(), made_on="2026-01-01", goals=[{"text": "Töihin"}], **values)


def test_a_signed_plan_is_what_was_signed() -> None:
    plan = _plan()
    sealed_with = seal(CareerPlan, to_row(plan))
    signature = {"role": "client", "name": "A", "strokes": []}
    signing = {"content_hash": sealed_with, "signed_on": "2026-01-02", "signatures": [signature]}
    signed = make("career_plan", **{**to_row(plan), **signing})
    assert rules.check_plan(signed) == []
    changed = make("career_plan", **{**to_row(signed), "strengths": "Toinen"})
    assert "content_hash" in [p.field for p in rules.check_plan(changed)]


def test_a_seal_without_signatures_is_refused() -> None:
    plan = _plan()
    sealed = make("career_plan", **{**to_row(plan), "content_hash": seal(CareerPlan, to_row(plan))})
    assert [p.field for p in rules.check_plan(sealed)] == ["signatures"]


def test_two_clients_things_of_one_day_are_two_things() -> None:
    """A list that looks an item up must never find another client's."""
    cases = [_case(phase=codes.SUPPORT, phase_since=date(2026, 1, 1)) for _ in range(2)]
    first, second = (next(iter(rules.due_plan(case, date(2026, 5, 1)))) for case in cases)
    assert first.on == second.on
    assert first != second
    assert len({first, second}) == 2


def test_every_phase_but_the_end_is_one_of_thls_five() -> None:
    assert [codes.THL_PHASE_OF.get(phase.value) for phase in codes.PHASES] == ["1", "2", "3", "4", "5", None]
    assert {*codes.THL_PHASE_OF.values()} == {phase.value for phase in codes.THL_PHASES}
