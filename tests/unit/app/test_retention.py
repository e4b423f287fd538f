"""How long a client's data is kept: by the service task, from the client's days, by dated rules."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import retention
from app.retention import BASIC, Rule, expires, in_force, years_after
from app.services.clients.codes import SERVICE_TASKS

TODAY = date(2026, 3, 2)
DAYS = st.dates(date(1990, 1, 1), date(2026, 1, 1))
TASKS = st.sampled_from([choice.value for choice in SERVICE_TASKS])


def client(task: str = "working_age", closed: date | None = None, died: date | None = None) -> dict[str, Any]:
    return {
        "service_task": task,
        "matter_closed_on": closed.isoformat() if closed else None,
        "died_on": died.isoformat() if died else None,
    }


@pytest.mark.parametrize(
    ("task", "years", "verified"),
    [
        ("working_age", 10, True),
        ("disability", 10, True),
        ("older", 10, False),
        ("substance", 10, False),
        ("child_family", 30, False),
    ],
)
def test_each_service_task_has_its_years(task: str, years: int, verified: bool) -> None:
    term = expires(client(task, date(2015, 6, 30)), retention.load(), TODAY)
    assert term is not None
    assert (term.on, term.rule.task, term.verified) == (date(2015 + years, 6, 30), task, verified)


def test_every_service_task_has_a_rule_with_its_source() -> None:
    rules = retention.load()
    assert {rule.task for rule in rules} == {choice.value for choice in SERVICE_TASKS} | {BASIC}
    assert all(rule.source and rule.address.startswith("https://") for rule in rules)


def test_an_open_matter_or_an_unknown_task_has_no_term() -> None:
    rules = retention.load()
    assert expires(client(), rules, TODAY) is None
    assert expires(client("", date(2015, 1, 1)), rules, TODAY) is None
    assert expires(client(died=date(2010, 1, 1)), rules, TODAY) is None
    assert retention.unknown(client("", date(2015, 1, 1)))
    assert retention.unknown(client(died=date(2010, 1, 1)))
    assert not retention.unknown(client())
    assert not retention.unknown(client("older", date(2015, 1, 1)))


def test_basic_data_outlives_the_matter_where_death_came_late() -> None:
    term = expires(client(closed=date(2010, 1, 5), died=date(2025, 2, 1)), retention.load(), TODAY)
    assert term is not None
    assert (term.on, term.rule.task) == (date(2027, 2, 1), BASIC)


def test_the_years_end_on_the_last_of_february_where_there_is_no_29th() -> None:
    assert years_after(date(2016, 2, 29), 10) == date(2026, 2, 28)
    assert years_after(date(2016, 2, 29), 4) == date(2020, 2, 29)
    assert years_after(date(2015, 2, 28), 1) == date(2016, 2, 28)
    assert years_after(date(2096, 2, 29), 4) == date(2100, 2, 28)


@given(day=DAYS, years=st.integers(0, 60))
def test_years_are_whole_years(day: date, years: int) -> None:
    end = years_after(day, years)
    assert (end.year, end.month) == (day.year + years, day.month)
    assert end.day == day.day or (day.month, day.day, end.day) == (2, 29, 28)
    assert years_after(day, years + 1) - end in (timedelta(365), timedelta(366))


@given(task=TASKS, closed=DAYS, died=st.none() | DAYS, later=st.integers(0, 4000))
def test_a_later_closing_never_ends_earlier(task: str, closed: date, died: date | None, later: int) -> None:
    rules = retention.load()
    first = expires(client(task, closed, died), rules, TODAY)
    second = expires(client(task, closed + timedelta(later), died), rules, TODAY)
    assert first is not None
    assert second is not None
    assert first.on <= second.on
    assert first.on >= years_after(closed, 10)
    assert died is None or first.on >= years_after(died, 2)


@given(on=DAYS, today=DAYS)
def test_a_term_is_over_on_the_day_after_its_last(on: date, today: date) -> None:
    term = retention.Term(on, retention.load()[0], True)
    assert term.has_passed(today) == (today > on)
    assert term.is_near(today) or on > today + timedelta(365)


def test_of_several_rules_the_latest_in_force_holds() -> None:
    def rule(years: int, since: date) -> Rule:
        return Rule("working_age", "matter_closed_on", years, since, "Act", "https://example.org", True)

    rules = (rule(12, date(2030, 1, 1)), rule(10, date(2024, 1, 1)), rule(30, date(2000, 1, 1)))
    assert [one.years for one in in_force(rules, TODAY)] == [10]
    assert [one.years for one in in_force(rules, date(2023, 12, 31))] == [30]
    assert [one.years for one in in_force(rules, date(2030, 1, 1))] == [12]
    assert not in_force(rules, date(1999, 1, 1))
