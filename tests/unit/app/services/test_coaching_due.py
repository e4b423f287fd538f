"""What is due around work and the search for it, as seen on a day: months, leap days and year ends by property."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from app.clock import new_id
from app.due import COPY, MEET, Case, DueItem, due
from app.services.coaching import codes, dates, rules, search, work

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
ANSWERS = st.lists(
    st.tuples(st.sampled_from(work.KEPT_MONTHS), st.sampled_from(["yes", "no", "unknown"])), max_size=4
)


def case(**values: Any) -> Case:
    return Case(**{"client_id": new_id(), "name": "Esimerkki Aino", **values})


def job(**values: Any) -> dict[str, Any]:
    blank = {"id": str(new_id()), "started_on": "2026-01-01", "ended_on": None, "wage_subsidy_until": None}
    return {**blank, **values}


def checks(row: dict[str, Any], answers: list[tuple[int, str]]) -> tuple[dict[str, Any], ...]:
    return tuple({"employment_id": row["id"], "months": m, "kept": kept} for m, kept in answers)


def of_title(items: Any, title: Any) -> list[DueItem]:
    return [item for item in items if item.title == title]


# ---- working days ----


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),  # Good Friday
        date(2026, 4, 6),  # Easter Monday
        date(2026, 5, 1),
        date(2026, 5, 14),  # Ascension Day
        date(2026, 6, 19),  # Midsummer's Eve
        date(2027, 6, 25),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2027, 12, 6),
        date(2024, 3, 29),
        date(2025, 5, 29),
    ],
)
def test_offices_are_closed_on_holidays(day: date) -> None:
    assert day.weekday() < 5
    assert not dates.is_working_day(day)


@given(DAYS)
def test_the_next_working_day_is_the_first_one_on_which_an_office_is_open(day: date) -> None:
    found = dates.working_day(day)
    assert dates.is_working_day(found)
    assert not any(dates.is_working_day(day + timedelta(days=number)) for number in range((found - day).days))
    assert (found - day).days <= 5


@given(st.integers(2000, 2100))
def test_a_year_has_its_holidays_and_they_lie_in_it(year: int) -> None:
    found = dates.holidays(year)
    # Ascension Day may fall on May Day.
    assert len(found) in (12, 13)
    assert {day.year for day in found} == {year}


@given(DAYS, st.sampled_from([dates.WEEK, dates.TWO_WEEKS, dates.MONTH]), st.integers(1, 26))
def test_repeated_visits_follow_each_other_on_working_days(first: date, every: str, count: int) -> None:
    days = dates.repeated(first, every, count)
    assert len(days) == count
    assert days[0] == first
    assert all(dates.is_working_day(day) for day in days[1:])
    assert days == sorted(set(days))
    step = {
        dates.WEEK: relativedelta(weeks=1),
        dates.TWO_WEEKS: relativedelta(weeks=2),
        dates.MONTH: relativedelta(months=1),
    }[every]
    for number, day in enumerate(days):
        assert 0 <= (day - (first + step * number)).days <= 5


def test_monthly_visits_come_back_to_the_31st() -> None:
    days = dates.repeated(date(2026, 3, 31), dates.MONTH, 4)
    assert days == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 6, 1), date(2026, 6, 30)]


@pytest.mark.parametrize("wrong", [("week", 0), ("week", 27), ("day", 2)])
def test_an_unknown_rhythm_is_refused(wrong: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match=r"week|day"):
        dates.repeated(date(2026, 1, 1), *wrong)


@given(
    st.sampled_from([c.value for c in codes.PHASES]), st.sampled_from([c.value for c in codes.LEVELS]), DAYS
)
def test_the_proposed_day_is_one_on_which_an_office_is_open(phase: str, level: str, visit: date) -> None:
    day = rules.next_visit_proposal(phase, level, visit)
    assert day > visit
    assert dates.is_working_day(day)


# ---- jobs ----


@given(DAYS, ANSWERS, st.none() | DAYS)
def test_each_job_is_asked_after_at_its_times_until_it_is_answered(
    begun: date, answers: list[tuple[int, str]], ended: date | None
) -> None:
    ended = ended if ended is None or ended >= begun else begun
    row = job(started_on=begun.isoformat(), ended_on=ended.isoformat() if ended else None)
    one = case(
        phase=codes.SUPPORT, phase_since=begun, rows={"employment": (row,), "job_check": checks(row, answers)}
    )
    asked = {item.on: item for item in work.due_employment(one, begun) if item.kind == "job_check"}
    for months in work.KEPT_MONTHS:
        day = begun + relativedelta(months=months)
        said = {m for m, _kept in answers}
        implied = any(kept == "yes" and m > months for m, kept in answers)
        lost = any(kept == "no" and m < months for m, kept in answers)
        wanted = months not in said and not implied and not lost and (ended is None or ended >= day)
        assert (day in asked) == wanted
        if wanted:
            item = asked[day]
            assert (item.title, item.about, item.record_id) == (work.JOB_KEPT[months], UUID(row["id"]), None)
            assert work.kept_values(item)["months"] == months
            assert work.kept_values(item)["employment_id"] == row["id"]


@pytest.mark.parametrize(
    ("begun", "days"),
    [
        ("2023-11-30", ["2024-02-29", "2024-05-30", "2024-11-30"]),
        ("2024-02-29", ["2024-05-29", "2024-08-29", "2025-02-28"]),
        ("2025-08-31", ["2025-11-30", "2026-02-28", "2026-08-31"]),
        ("2025-12-31", ["2026-03-31", "2026-06-30", "2026-12-31"]),
    ],
)
def test_a_job_begun_at_a_months_end_is_asked_after_at_a_months_end(begun: str, days: list[str]) -> None:
    one = case(phase=codes.SUPPORT, rows={"employment": (job(started_on=begun),)})
    assert [item.on.isoformat() for item in work.due_employment(one, date(2026, 1, 1))] == days


@given(DAYS, st.integers(-400, 400))
def test_a_wage_subsidy_is_spoken_of_from_six_weeks_before_its_end_to_four_after(
    ends: date, away: int
) -> None:
    row = job(started_on="2019-01-01", wage_subsidy_until=ends.isoformat())
    one = case(phase=codes.MAINTENANCE, rows={"employment": (row,)})
    on = ends + timedelta(days=away)
    found = of_title(work.due_employment(one, on), work.SUBSIDY_ENDS)
    assert [item.on for item in found] == ([ends] if -42 <= away <= 28 else [])
    # Whoever looks no further than two weeks ahead, or only at today, is told as early.
    for ahead in (0, 14):
        told = of_title(due([one], on, on + timedelta(days=ahead)), work.SUBSIDY_ENDS)
        assert told == found
    assert [item.to_begin(on) for item in found] == ([away < 0] if found else [])
    over = case(phase=codes.MAINTENANCE, rows={"employment": ({**row, "ended_on": "2019-06-01"},)})
    assert not of_title(work.due_employment(over, on), work.SUBSIDY_ENDS)


def test_a_job_that_went_on_from_a_trial_begins_the_day_after() -> None:
    trial = {
        "id": str(new_id()),
        "employer": "Koulun keittiö",
        "title": "Apulainen",
        "industry": "I",
        "ended_on": "2024-02-28",
        "agreed_until": None,
    }
    values = work.job_after(trial)
    assert values["started_on"] == "2024-02-29"
    assert (values["trial_id"], values["employer"], values["found_by"]) == (
        trial["id"],
        "Koulun keittiö",
        "trial",
    )


# ---- contacts ----


@given(DAYS, st.integers(0, 400), st.integers(-100, 300))
def test_the_light_level_wants_a_contact_at_the_renewal_of_a_subsidy(
    last: date, until: int, later: int
) -> None:
    ends = last + timedelta(days=until)
    facts: dict[str, Any] = {
        "phase": codes.MAINTENANCE,
        "level": codes.LIGHT,
        "phase_since": last - timedelta(days=300),
        "last_visit": last,
        "last_contact": last,
        "rows": {"employment": (job(started_on="2019-01-01", wage_subsidy_until=ends.isoformat()),)},
    }
    on = last + timedelta(days=later)
    (item,) = rules.due_contact(case(**facts), on)
    half_a_year, renewal = last + relativedelta(months=6), ends - timedelta(weeks=6)
    if last >= renewal:  # has been talked over already
        assert (item.on, item.title) == (half_a_year, rules.VISIT_DUE)
    else:
        assert item.on == min(half_a_year, renewal)
        assert (item.title == rules.CONTACT_AT_RENEWAL) == (renewal <= half_a_year)
    met = {**facts, "last_contact": max(last, renewal)}
    (after,) = rules.due_contact(case(**met), on)
    assert after.title == rules.VISIT_DUE


def test_the_other_levels_have_no_contact_of_their_own_at_a_renewal() -> None:
    rows = {"employment": (job(wage_subsidy_until="2026-06-01"),)}
    for level in (codes.ACTIVE, codes.SUFFICIENT):
        one = case(
            phase=codes.MAINTENANCE,
            level=level,
            phase_since=date(2026, 1, 1),
            last_visit=date(2026, 4, 10),
            rows=rows,
        )
        assert [item.title for item in rules.due_contact(one, date(2026, 5, 1))] == [rules.VISIT_DUE]


def test_a_meeting_agreed_before_the_subsidys_end_answers_for_its_renewal() -> None:
    facts: dict[str, Any] = {
        "phase": codes.MAINTENANCE,
        "level": codes.LIGHT,
        "phase_since": date(2026, 1, 1),
        "last_contact": date(2026, 1, 5),
        "rows": {"employment": (job(wage_subsidy_until="2026-06-01"),)},
    }
    on = date(2026, 5, 1)
    for agreed, told in (("2026-05-20", 0), ("2026-06-10", 1)):
        planned = ({"id": str(new_id()), "on": agreed, "start_time": "", "place": "office"},)
        assert len(list(rules.due_contact(case(**facts, planned=planned), on))) == told


# ---- the search, trials, plans ----


@given(DAYS, st.none() | st.integers(1, 90))
def test_a_search_plan_is_reviewed_within_ninety_days(made: date, review: int | None) -> None:
    on = made + timedelta(days=review) if review else None
    plan = {"id": str(new_id()), "made_on": made.isoformat(), "review_on": on.isoformat() if on else None}
    old = {"id": str(new_id()), "made_on": (made - timedelta(days=1)).isoformat(), "review_on": None}
    one = case(phase=codes.SEARCH, rows={"search_plan": (plan, old)})
    (item,) = search.due_search_plan(one, made)
    assert item.on == (on or made + timedelta(days=90))
    assert item.record_id == UUID(plan["id"])
    assert not list(search.due_search_plan(case(phase=codes.SUPPORT, rows=one.rows), made))


@given(
    DAYS, st.integers(-400, 400), st.integers(-400, 400), st.none() | st.integers(0, 400), st.integers(0, 400)
)
def test_nobody_reviews_a_search_plan_by_which_a_job_was_found(
    made: date, searched: int, begins: int, lasts: int | None, later: int
) -> None:
    since, begun, on = (made + timedelta(days=days) for days in (searched, begins, later))
    ended = None if lasts is None else begun + timedelta(days=lasts)
    work_ = job(started_on=begun.isoformat(), ended_on=ended.isoformat() if ended else None)
    plan = {"id": str(new_id()), "made_on": made.isoformat(), "review_on": None}
    sent = {"id": str(new_id()), "on": made.isoformat(), "state": "sent", "apply_by": None}
    rows = {"search_plan": (plan,), "employment": (work_,), "job_application": (sent,)}
    one = case(phase=codes.SEARCH, phase_since=since, rows=rows)
    goes_on = ended is None or ended > on
    found = goes_on and begun >= made and begun >= since  # another job beside an older one may be looked for
    assert bool(list(search.due_search_plan(one, on))) == (not found)
    answered = goes_on and begun >= made
    assert bool(list(search.due_application(one, on))) == (not answered)


@given(DAYS, st.sampled_from([c.value for c in codes.APPLICATION_STATES]), st.none() | DAYS)
def test_applications_are_asked_after_until_they_are_answered(on: date, state: str, by: date | None) -> None:
    row = {
        "id": str(new_id()),
        "on": on.isoformat(),
        "state": state,
        "apply_by": by.isoformat() if by else None,
    }
    found = list(search.due_application(case(phase=codes.SEARCH, rows={"job_application": (row,)}), on))
    if state == "sent":
        assert [(i.on, i.title) for i in found] == [(on + timedelta(weeks=3), search.ANSWER_WAITED)]
    elif state == "draft" and by:
        assert [(i.on, i.title) for i in found] == [(by, search.APPLY_BY)]
    else:
        assert not found


@given(DAYS, DAYS, st.sampled_from([c.value for c in codes.INTERVIEW_STATES]))
def test_an_interview_is_an_appointment_until_it_is_written_down(day: date, on: date, state: str) -> None:
    row = {"id": str(new_id()), "on": day.isoformat(), "start_time": "10:00", "state": state}
    found = list(search.due_interview(case(phase=codes.SEARCH, rows={"interview": (row,)}), on))
    if state != "agreed":
        assert not found
        return
    (item,) = found
    assert (item.on, item.time, item.act) == (day, "10:00", MEET)
    assert item.title == (search.INTERVIEW_AGREED if day >= on else search.INTERVIEW_UNWRITTEN)


@given(DAYS, st.none() | DAYS, st.none() | DAYS)
def test_a_trial_wants_its_feedback_talk_at_its_end(
    agreed: date, ended: date | None, talk: date | None
) -> None:
    row = {
        "id": str(new_id()),
        "started_on": "2019-01-01",
        "agreed_until": agreed.isoformat(),
        "ended_on": ended.isoformat() if ended else None,
        "feedback_on": talk.isoformat() if talk else None,
    }
    found = [
        item.on for item in work.due_trial(case(phase=codes.SEARCH, rows={"work_trial": (row,)}), agreed)
    ]
    assert found == ([] if talk else [ended or agreed])


def test_only_the_newest_support_plan_is_reviewed_and_only_while_support_is_given() -> None:
    plans = (
        {"id": str(new_id()), "employment_id": None, "made_on": "2026-01-01", "review_on": "2026-02-01"},
        {"id": str(new_id()), "employment_id": None, "made_on": "2026-03-01", "review_on": "2026-05-01"},
    )
    for phase, told in ((codes.SUPPORT, 1), (codes.MAINTENANCE, 1), (codes.ENDED, 0), (codes.SEARCH, 0)):
        found = list(
            rules.due_support_plan(case(phase=phase, rows={"support_plan": plans}), date(2026, 4, 1))
        )
        assert [item.on for item in found] == [date(2026, 5, 1)] * told


@given(DAYS, st.none() | DAYS, st.booleans())
def test_a_support_plan_is_not_reviewed_after_its_job(on: date, ended: date | None, of_it: bool) -> None:
    row = job(started_on="2019-01-01", ended_on=ended.isoformat() if ended else None)
    plan = {
        "id": str(new_id()),
        "employment_id": row["id"] if of_it else str(new_id()),
        "made_on": "2020-01-01",
        "review_on": "2020-06-01",
    }
    one = case(phase=codes.MAINTENANCE, rows={"employment": (row,), "support_plan": (plan,)})
    over = of_it and ended is not None and ended <= on
    assert bool(list(rules.due_support_plan(one, on))) == (not over)


# ---- the end ----


ALL_ROWS: dict[str, Any] = {
    "employment": (job(wage_subsidy_until="2026-05-01"),),
    "work_trial": (
        {
            "id": str(new_id()),
            "started_on": "2026-01-01",
            "agreed_until": "2026-03-01",
            "ended_on": None,
            "feedback_on": None,
        },
    ),
    "job_application": ({"id": str(new_id()), "on": "2026-03-01", "state": "sent", "apply_by": None},),
    "interview": ({"id": str(new_id()), "on": "2026-03-20", "start_time": "", "state": "agreed"},),
    "search_plan": ({"id": str(new_id()), "made_on": "2026-01-02", "review_on": None},),
    "support_plan": (
        {"id": str(new_id()), "employment_id": None, "made_on": "2026-01-01", "review_on": "2026-02-01"},
    ),
    "disclosure_decision": ({"id": str(new_id()), "on": "2026-01-01", "review_on": "2026-02-01"},),
    "referral": (
        {
            "id": str(new_id()),
            "direction": "out",
            "state": "made",
            "made_on": "2026-01-01",
            "received_on": None,
        },
    ),
}
PLANNED = ({"id": str(new_id()), "on": "2026-03-01", "start_time": "", "place": "office"},)
PLAN = {"id": str(new_id()), "made_on": "2025-01-01", "signed_on": None, "review_on": None}


def everything(phase: str, **values: Any) -> Case:
    """Return a client with whom everything is due that can be, in a phase."""
    level = codes.LIGHT if phase == codes.MAINTENANCE else ""
    facts: dict[str, Any] = {
        "phase": phase,
        "level": level,
        "phase_since": date(2026, 1, 1),
        "plan": PLAN,
        "planned": PLANNED,
        "uncopied": 1,
        "uncopied_since": date(2026, 1, 2),
        "rows": ALL_ROWS,
    }
    return case(**{**facts, **values})


def test_when_coaching_has_ended_only_notes_referrals_and_kept_jobs_are_left() -> None:
    on = date(2026, 4, 1)
    left = {item.title.text for item in due([everything(codes.ENDED)], on)}
    assert left == {
        rules.VISIT_UNWRITTEN.text,
        "Visits not in the official register: {count}",
        "Referral without an answer",
        *(title.text for title in work.JOB_KEPT.values()),
    }


@given(st.sampled_from([c.value for c in codes.PHASES]), st.integers(-30, 30))
def test_with_a_closed_matter_only_notes_are_left(phase: str, later: int) -> None:
    on = date(2026, 4, 1)
    closed = everything(phase, closed_on=on - timedelta(days=later), rows={**ALL_ROWS, "interview": ()})
    left = {item.title.text for item in due([closed], on)}
    notes = {rules.VISIT_UNWRITTEN.text, "Visits not in the official register: {count}"}
    assert notes <= left
    assert (left == notes) == (later >= 0)


@given(DAYS, st.sampled_from([c.value for c in codes.PHASES]))
def test_what_is_to_begin_is_told_to_everybody_and_never_late(on: date, phase: str) -> None:
    one = everything(phase)
    items = due([one], on)
    begun = [item for item in items if item.to_begin(on)]
    assert [item.title for item in begun] == (
        [work.SUBSIDY_ENDS] if date(2026, 3, 20) <= on < date(2026, 5, 1) and phase != codes.ENDED else []
    )
    assert due([one], on, on) == [item for item in items if item.on <= on or item in begun]


# ---- the register ----


def test_visits_that_are_not_in_the_register_are_told_of_in_one_line() -> None:
    (item,) = rules.due_copying(case(uncopied=3, uncopied_since=date(2026, 1, 5)), date(2026, 3, 1))
    assert (item.on, item.act, item.title.values) == (date(2026, 1, 5), COPY, {"count": 3})
    assert not list(rules.due_copying(case(), date(2026, 3, 1)))


def test_every_kind_of_due_thing_has_words_of_its_own() -> None:
    rows: dict[str, Any] = {
        "employment": (job(wage_subsidy_until="2026-05-01"),),
        "work_trial": (
            {
                "id": str(new_id()),
                "started_on": "2026-01-01",
                "agreed_until": "2026-03-01",
                "ended_on": None,
                "feedback_on": None,
            },
        ),
        "job_application": (
            {"id": str(new_id()), "on": "2026-03-01", "state": "sent", "apply_by": None},
            {"id": str(new_id()), "on": "2026-03-01", "state": "draft", "apply_by": "2026-04-01"},
        ),
        "interview": ({"id": str(new_id()), "on": "2026-04-01", "start_time": "", "state": "agreed"},),
    }
    one = case(
        phase=codes.SUPPORT,
        phase_since=date(2026, 1, 1),
        uncopied=1,
        uncopied_since=date(2026, 1, 2),
        rows=rows,
    )
    titles = [str(item.title) for item in due([one], date(2026, 4, 1))]
    assert len(titles) == len(set(titles)) == 11
