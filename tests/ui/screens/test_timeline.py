"""The timeline's filters, and what it says of each kind of entry."""

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.clock import new_id, today
from app.record import to_row, validated
from app.services import SPECS
from tests.strategies import rows_of
from tests.ui.screens.conftest import show
from ui.screens import entry_words, periods
from ui.screens.timeline import MOST_CHIPS, Timeline

DATED = sorted(kind for kind, spec in SPECS.items() if spec.dated and spec.scope == "client")


@dataclass(frozen=True)
class Entry:
    """An entry as the store gives it."""

    kind: str
    on: date | None
    row: dict[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)


def entries() -> list[Entry]:
    """Return entries of nine kinds, three modules and three years."""
    day = today()
    visits = [
        Entry("support_visit", day - timedelta(n), {"notes": f"Käynti {n}", "state": "done"})
        for n in (1, 40, 500)
    ]
    others = [
        Entry("referral", day - timedelta(2), {"service": "Velkaneuvonta", "state": "made", "direction": "out"}),
        Entry("attachment", day - timedelta(3), {"name": "Ansioluettelo", "category": "cv"}),
        Entry("consent", day - timedelta(20), {"purpose": "Työnhaku", "groups": ["work"], "parties": []}),
        Entry("career_plan", day - timedelta(60), {"version_no": 1, "goals": []}),
        Entry("phase_change", day - timedelta(70), {"phase": "search"}),
        Entry("employment", day - timedelta(80), {"title": "Myyjä", "employer": "Kauppa"}),
        Entry("interview", None, {"job": "Kokki", "employer": "Ravintola"}),
        Entry("job_application", day + timedelta(5), {"job": "Siivooja", "employer": "Oy"}),
    ]  # fmt: skip
    return [*visits, *others]


@pytest.fixture
def timeline(qtbot: Any, context: Any) -> Timeline:
    made = Timeline(lambda *_: None)
    made.show_entries(entries())
    show(qtbot, made, 520, 800)
    return made


def shown(timeline: Timeline) -> list[str]:
    return [timeline.model.all[n].kind for n in timeline.model.shown]


def pick(qtbot: Any, box: Any, text: str) -> None:
    """Choose from a list by the keyboard."""
    box.setFocus()
    while box.currentText() != text:
        before = box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, text
    qtbot.keyClick(box, Qt.Key.Key_Return)


def test_a_part_of_the_service_narrows_the_kinds(qtbot: Any, timeline: Timeline) -> None:
    ModelTester(qtbot._request.config).check(timeline.model)
    assert len(shown(timeline)) == 11
    assert len(timeline.chips.boxes) == MOST_CHIPS
    assert timeline.more.text() == "3 more kinds"
    pick(qtbot, timeline.module, "Clients")
    assert shown(timeline) == ["referral", "attachment"]
    assert list(timeline.chips.boxes) == ["referral", "attachment"]
    assert not timeline.more.isVisible()
    qtbot.keyClick(timeline.chips.boxes["attachment"], Qt.Key.Key_Space)
    assert shown(timeline) == ["attachment"]
    timeline.show_entries(entries())
    assert shown(timeline) == ["attachment"], "filters stay when something changes"


def test_all_kinds_can_be_had(qtbot: Any, timeline: Timeline) -> None:
    qtbot.keyClick(timeline.more, Qt.Key.Key_Space)
    assert len(timeline.chips.boxes) == 9
    qtbot.keyClick(timeline.chips.boxes["interview"], Qt.Key.Key_Space)
    qtbot.keyClick(timeline.more, Qt.Key.Key_Space)
    assert "interview" in timeline.chips.boxes, "what is chosen stays"
    assert shown(timeline) == ["interview"]


def test_a_period_and_a_word_narrow_together(qtbot: Any, timeline: Timeline) -> None:
    pick(qtbot, timeline.period, "The last 30 days")
    assert shown(timeline) == ["support_visit", "referral", "attachment", "consent"]
    timeline.search.setText("velka")
    assert shown(timeline) == ["referral"]
    timeline.search.clear()
    pick(qtbot, timeline.period, str((today() - timedelta(500)).year))
    assert {entry.on.year for entry in (timeline.model.all[n] for n in timeline.model.shown) if entry.on} == {
        (today() - timedelta(500)).year
    }


def test_a_period_of_ones_own_is_given_by_two_days(qtbot: Any, timeline: Timeline) -> None:
    everything = shown(timeline)
    box = timeline.from_to
    assert not box.isVisible()
    pick(qtbot, timeline.period, "From a day to a day")
    assert box.isVisible()
    qtbot.keyClick(timeline.period, Qt.Key.Key_Tab)
    assert timeline.window().focusWidget() is box.begins.edit
    assert shown(timeline) == everything, "two open ends are the whole time"
    first, last = today() - timedelta(30), today() - timedelta(5)
    qtbot.keyClicks(box.begins.edit, f"{first.day}.{first.month}.{first.year}")
    qtbot.keyClick(box.begins.edit, Qt.Key.Key_Tab)
    assert timeline.window().focusWidget() is box.ends.edit
    qtbot.keyClicks(box.ends.edit, f"{last.day}.{last.month}.{last.year}")
    within = [one for one in timeline.model.all if one.on and first <= one.on <= last]
    assert [timeline.model.all[n] for n in timeline.model.shown] == within
    assert 0 < len(within) < len(everything)
    qtbot.keyClick(box.begins.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(box.begins.edit, "today")
    assert box.problems[1].isVisible()
    assert box.problems[1].text() == "The end is before the start."
    assert box.ends.edit.accessibleDescription() == "The end is before the start."
    assert [timeline.model.all[n] for n in timeline.model.shown] == within, "refused, so nothing is narrowed"
    timeline.show_entries(entries())
    assert box.isVisible(), "what is chosen stays"
    box.ends.edit.clear()
    qtbot.keyClicks(box.ends.edit, "31.11.2026")
    assert box.problems[1].text().startswith("There is no such day")
    pick(qtbot, timeline.period, str(today().year))
    assert not box.isVisible()


@given(day=st.dates(date(2000, 1, 1), date(2040, 1, 1)), now=st.dates(date(2001, 1, 1), date(2030, 1, 1)))
def test_periods_hold_their_days(day: date, now: date) -> None:
    found = {one.key: one for one in periods.periods([Entry("referral", day)], now)}
    assert found["ever"].holds(day)
    assert found["ever"].holds(None)
    assert found[str(day.year)].holds(day)
    assert not found["month"].holds(None)
    assert found["month"].holds(day) == (0 <= (now - day).days <= 30)
    assert found["ahead"].holds(day) == (day >= now)
    assert not found["year"].holds(now - timedelta(366))


@pytest.mark.parametrize("kind", DATED)
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_kind_is_said_in_words(kind: str, data: st.DataObject) -> None:
    row = to_row(validated(SPECS[kind].table, data.draw(rows_of(kind))))
    typed = re.sub(r"\b(?:null|true|false)\b", "", json.dumps(row))
    assume("None" not in typed and not re.search(r"\{\w+\}", typed))  # what a person typed may hold either
    said = entry_words.summary(kind, row)
    assert "None" not in said
    assert not re.search(r"\{(day|count|number|reason)\}", said)
    assert str(row["client_id"]) not in said
    assert not said.endswith(" · ")


def test_what_an_entry_says() -> None:
    consent = {
        "signed_on": "2026-01-05", "valid_until": "2026-06-30", "purpose": "Työnhaku", "groups": ["work", "health"],
        "parties": [{"organisation": "Kela", "person": "virkailija"}],
    }  # fmt: skip
    said = entry_words.summary("consent", consent)
    assert said.startswith("signed 5 Jan 2026 · until 30 Jun 2026 · Työnhaku · Work and studies, Health")
    assert said.endswith("Kela · virkailija")
    merge = {
        "moved": [{}, {}],
        "client_before": {"other": {"first_name": "A", "last_name": "B", "code_name": ""}},
    }
    assert entry_words.summary("client_merge", merge) == "B A · 2 entries came over"
    assert entry_words.summary(
        "client_merge", {"moved": [], "client_before": {}, "undone_on": "2026-01-05"}
    ) == ("0 entries came over · undone 5 Jan 2026")
    shared = {"party": "Kauppa", "shared_as": "talk", "groups": [], "override_reason": "Kiire"}
    assert "without a consent: Kiire" in entry_words.summary("sharing", shared)
