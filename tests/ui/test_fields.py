"""The editors: what a person types becomes the value, and what cannot be read is told and kept."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import i18n
from app.clock import today
from app.record import shape
from app.services import SPECS
from app.services.coaching import codes
from app.services.coaching.records import CareerPlan
from app.settings import Settings
from app.spec import Choice
from ui import theme
from ui.fields import (
    ChipsField,
    ComboField,
    DateField,
    Editor,
    Euros,
    ItemsField,
    Line,
    LongText,
    Number,
    ReadOnly,
    RefersChips,
    RefersField,
    Segments,
    TimeField,
    WholeChoice,
    YesNo,
    editor_for,
    parse_day,
    parse_time,
)
from ui.fields.days import FIRST_YEAR, LAST_YEAR, Unreadable, typed_day
from ui.fields.kinds import kind_of
from ui.screens.words import field_of

NOW = date(2026, 11, 24)
days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@pytest.fixture
def shown(qtbot: QtBot, qapp: QApplication) -> Callable[[Any], Any]:
    """Put a widget on the screen, active, so that keys go to it."""
    theme.apply(qapp, Settings())

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(700, 500)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        return widget

    return show


# ---- reading days and times ----


@given(days)
def test_every_day_that_is_written_is_read_back(day: date) -> None:
    assert parse_day(typed_day(day), NOW) == day
    assert parse_day(day.isoformat(), NOW) == day
    assert parse_day(f"{day.day:02d}.{day.month:02d}.{day.year}", NOW) == day
    assert parse_day(f" {day.day}. {day.month}. {day.year} ", NOW) == day
    with i18n.using_language("en"):
        assert parse_day(i18n.format_date(day), NOW) == day


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_nothing_or_told(text: str) -> None:
    read: date | str | None
    try:
        read = parse_day(text, NOW)
    except Unreadable as why:
        read = str(why.message)
    assert (read is None) == (not text.strip())
    assert read != ""


@given(st.integers(1, 99), st.integers(1, 99), st.integers(FIRST_YEAR, LAST_YEAR))
def test_a_day_that_does_not_exist_is_never_moved(day: int, month: int, year: int) -> None:
    try:
        read = parse_day(f"{day}.{month}.{year}", NOW)
    except Unreadable:
        with pytest.raises(ValueError, match=r"month must be|day .*"):
            date(year, month, day)
    else:
        assert read == date(year, month, day)


@given(st.integers(0, 999))
def test_offsets_count_from_today(count: int) -> None:
    for unit in ("d", "pv", "", " d"):
        assert parse_day(f"+{count}{unit}", NOW) == NOW + timedelta(days=count)
    for unit in ("w", "vk", "v"):
        assert parse_day(f"-{count}{unit}", NOW) == NOW - timedelta(weeks=count)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", date(2026, 11, 25)),
        ("Huomenna", date(2026, 11, 25)),
        ("i morgon", date(2026, 11, 25)),
        ("TÄNÄÄN", NOW),
        ("igår", date(2026, 11, 23)),
        ("+2w", date(2026, 12, 8)),
        ("+2vk", date(2026, 12, 8)),
        ("+1m", date(2026, 12, 24)),
        ("+3kk", date(2027, 2, 24)),
        ("3.5.", date(2026, 5, 3)),
        ("3.5", date(2026, 5, 3)),
        ("3/5/2026", date(2026, 5, 3)),
        ("29.2.2028", date(2028, 2, 29)),
    ],
)
def test_days_as_people_say_them(text: str, day: date) -> None:
    assert parse_day(text, NOW) == day


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31.11.", "month 11 of 2026 has 30 days"),
        ("29.2.2027", "month 2 of 2027 has 28 days"),
        ("3.5.26", "four digits"),
        ("3.13.2026", "not a date"),
        ("soon", "not a date"),
        ("0.0.2026", "not a date"),
        ("+2y", "not a date"),
    ],
)
def test_what_is_no_day_is_told_why(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_day(text, NOW)
    assert why in str(caught.value.message)


@given(st.integers(0, 23), st.integers(0, 59))
def test_times_are_read_in_every_way_they_are_written(hour: int, minute: int) -> None:
    wanted = f"{hour:02d}:{minute:02d}"
    for text in (wanted, f"{hour}.{minute:02d}", f"klo {hour}:{minute:02d}", f"{hour}{minute:02d}"):
        assert parse_time(text) == wanted


@pytest.mark.parametrize("text", ["24:00", "9:60", "noon", "9:3", "-1"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_time(text)


# ---- days in their field ----


def test_a_day_is_typed_and_then_written_in_full(qtbot: QtBot, shown: Any) -> None:
    field = shown(DateField("Day"))
    with qtbot.waitSignal(field.changed):
        qtbot.keyClicks(field.edit, "tomorrow")
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    tomorrow = today() + timedelta(days=1)
    assert field.value() == tomorrow.isoformat()
    assert field.edit.text() == typed_day(tomorrow)


def test_a_day_that_does_not_exist_stays_as_typed_and_is_told(qtbot: QtBot, shown: Any) -> None:
    field = shown(DateField("Day"))
    qtbot.keyClicks(field.edit, "31.11.2026")
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert field.edit.text() == "31.11.2026"
    assert field.value() == "31.11.2026"
    assert "30 days" in field.fault()
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert field.edit.text() == "31.11.2026"
    again = DateField("Day")
    qtbot.addWidget(again)
    again.set_value(field.value())
    assert (again.edit.text(), again.fault()) == ("31.11.2026", field.fault())


@given(day=days, ups=st.lists(st.booleans(), max_size=5))
def test_arrow_keys_go_day_by_day_and_never_out_of_bounds(
    qapp: QApplication, day: date, ups: list[bool]
) -> None:
    field = DateField("Day")
    field.set_value(day.isoformat())
    expected = day
    for up in ups:
        stepped = field.stepped(field.value(), up)
        if stepped is None:
            assert expected.year in (FIRST_YEAR, LAST_YEAR)
            continue
        field.enter(stepped)
        expected += timedelta(days=1 if up else -1)
    assert field.value() == expected.isoformat()
    assert not field.fault()


def test_arrow_keys_in_the_field(qtbot: QtBot, shown: Any) -> None:
    field = shown(DateField("Day"))
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert field.value() == today().isoformat()
    qtbot.keyClick(field.edit, Qt.Key.Key_Down)
    assert field.value() == (today() - timedelta(days=1)).isoformat()


def test_the_calendar_opens_by_key_and_gives_its_day(qtbot: QtBot, shown: Any) -> None:
    field = shown(DateField("Day"))
    field.set_value("2026-05-03")
    qtbot.keyClick(field.edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    calendar = field.calendar
    assert calendar is not None
    assert calendar.selectedDate() == QDate(2026, 5, 3)
    assert calendar.accessibleName() == "Day"
    with qtbot.waitSignal(field.changed):
        calendar.activated.emit(QDate(2026, 5, 9))
    assert field.value() == "2026-05-09"
    field.pick.trigger()
    with qtbot.waitSignal(field.calendar.destroyed):
        qtbot.keyClick(field.calendar, Qt.Key.Key_Escape)
    assert field.value() == "2026-05-09"
    assert field.calendar is None


# ---- numbers and times ----


@given(amount=st.decimals(0, 999_999, places=2))
def test_amounts_are_the_same_with_comma_and_point(qapp: QApplication, amount: Any) -> None:
    field = Euros("Wage")
    for text in (f"{amount:.2f}", f"{amount:.2f}".replace(".", ","), f" {amount:.2f} €"):
        field.edit.setText(text)
        assert field.value() == f"{amount:.2f}"
        assert field.fault() == ""


@pytest.mark.parametrize("text", ["12,505", "1e5", "twelve", "12,5,0", "٣"])
def test_what_is_no_amount_stays_and_is_told(qtbot: QtBot, shown: Any, text: str) -> None:
    field = shown(Euros("Wage"))
    field.edit.insert(text)  # a test's key clicks know Latin letters only
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert field.edit.text() == text
    assert field.fault()


def test_amounts_are_written_as_the_language_writes_them(qtbot: QtBot, shown: Any) -> None:
    field = shown(Euros("Wage"))
    with i18n.using_language("fi"):
        field.set_value("12.50")
        assert field.edit.text() == "12,50"
    field.set_value("12.50")
    assert field.edit.text() == "12.50"


def test_whole_numbers_step_and_refuse_others(qtbot: QtBot, shown: Any) -> None:
    field = shown(Number("Minutes", step=15))
    field.set_value(60)
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert field.value() == 75
    field.edit.selectAll()
    qtbot.keyClicks(field.edit, "1,5")
    assert field.value() == "1,5"
    assert "whole number" in field.fault()
    field.edit.clear()
    assert field.value() is None


def test_times_step_by_quarters(qtbot: QtBot, shown: Any) -> None:
    field = shown(TimeField("Begins at"))
    qtbot.keyClicks(field.edit, "9.40")
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert (field.value(), field.edit.text()) == ("09:45", "9:45")
    qtbot.keyClick(field.edit, Qt.Key.Key_Down)
    assert field.value() == "09:30"


# ---- choices ----

CHOICES = (Choice("a", "Äänekoski"), Choice("b", "Beta & Co"), Choice("c", "Gamma"))


def test_a_few_choices_by_keyboard_and_taken_back(qtbot: QtBot, shown: Any) -> None:
    field = shown(Segments("Place", CHOICES))
    field.entrance().setFocus()
    qtbot.keyClick(field.entrance(), Qt.Key.Key_Space)
    assert field.value() == "a"
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field.entrance(), Qt.Key.Key_Right)
    assert field.value() == "b"
    qtbot.keyClick(field.entrance(), Qt.Key.Key_Delete)
    assert field.value() == ""
    field.set_value("c")
    qtbot.mouseClick(field.entrance(), Qt.MouseButton.LeftButton)
    assert field.value() == ""


def test_a_needed_choice_cannot_be_taken_back(qtbot: QtBot, shown: Any) -> None:
    field = shown(Segments("State", CHOICES, optional=False))
    field.set_value("b")
    qtbot.keyClick(field.entrance(), Qt.Key.Key_Delete)
    qtbot.mouseClick(field.entrance(), Qt.MouseButton.LeftButton)
    assert field.value() == "b"


@pytest.mark.parametrize("make", [Segments, ComboField])
def test_a_stored_value_that_the_list_does_not_have_is_kept(qtbot: QtBot, make: Any) -> None:
    field: Any = make("Place", CHOICES)
    qtbot.addWidget(field)
    field.set_value("newer")
    assert field.value() == "newer"
    assert field.fault() == ""
    texts = [stop.text() for stop in field.stops()] if make is Segments else [field.combo.currentText()]
    assert texts[-1] == "Other (new)"


def test_many_choices_are_found_by_a_part_of_their_name(qtbot: QtBot, shown: Any) -> None:
    field = shown(ComboField("Role", CHOICES))
    field.combo.setFocus()
    qtbot.keyClicks(field.combo, "AANE")
    assert field.value() == "a"
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field.combo.line, Qt.Key.Key_Return)
    assert field.combo.currentText() == "Äänekoski"
    field.combo.line.selectAll()
    qtbot.keyClicks(field.combo, "a")
    assert field.fault() != "", "three choices hold an a"
    assert field.value() == "a"


def test_a_value_that_is_cut_is_shown_whole_under_the_mouse(shown: Any) -> None:
    from PySide6.QtCore import QEvent, QPoint
    from PySide6.QtGui import QHelpEvent
    from PySide6.QtWidgets import QToolTip

    long = "Supported employment with light maintenance afterwards, at the workplace"
    field = shown(ComboField("Role", (*CHOICES, Choice("l", long))))
    field.combo.setFixedWidth(160)
    told = []
    for value in ("l", "b"):
        field.set_value(value)
        QApplication.sendEvent(
            field.combo.line,
            QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), field.combo.mapToGlobal(QPoint(5, 5))),
        )
        told.append(QToolTip.text())
        QToolTip.hideText()
        QApplication.processEvents()
    assert told[0] == long
    assert told[1] != field.combo.currentText()


def test_the_wheel_changes_no_choice(qtbot: QtBot, shown: Any) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    field = shown(ComboField("Role", CHOICES))
    field.set_value("b")
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field.combo, event)
    assert field.value() == "b"


def test_several_choices_keep_their_order_and_what_is_unknown(qtbot: QtBot, shown: Any) -> None:
    field = shown(ChipsField("Topics", CHOICES))
    field.set_value(["c", "newer", "a"])
    assert field.value() == ["c", "newer", "a"]
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(field.stops()[1], Qt.Key.Key_Space)
    assert field.value() == ["c", "newer", "a", "b"]
    qtbot.keyClick(field.stops()[2], Qt.Key.Key_Space)
    assert field.value() == ["newer", "a", "b"]


def test_names_that_come_later_leave_the_value(qtbot: QtBot) -> None:
    field = RefersField("Worker")
    qtbot.addWidget(field)
    assert field.value() is None
    field.set_value("id-2")
    field.set_names([("id-1", "Aino Malli"), ("id-2", "Eero Malli")])
    assert field.value() == "id-2"
    assert field.combo.currentText() == "Eero Malli"


# ---- text ----


def test_a_long_text_grows_and_tab_leaves_it(qtbot: QtBot, shown: Any) -> None:
    page = QWidget()
    field, other = LongText("Notes", 3), Line("Next")
    from PySide6.QtWidgets import QVBoxLayout

    column = QVBoxLayout(page)
    column.addWidget(field)
    column.addWidget(other)
    shown(page)
    low = field.edit.height()
    field.edit.setFocus()
    for _ in range(8):
        qtbot.keyClicks(field.edit, "line")
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert field.edit.height() > low + 4 * field.edit.fontMetrics().lineSpacing()
    qtbot.keyClick(field.edit, Qt.Key.Key_Tab)
    assert other.edit.hasFocus()
    assert field.value().count("line") == 8


def test_setting_a_value_is_no_change_by_a_person(qtbot: QtBot) -> None:
    values: list[tuple[Editor, Any]] = [
        (Line("a"), "x"),
        (LongText("a"), "x"),
        (DateField("a"), "2026-05-03"),
        (TimeField("a"), "09:30"),
        (Number("a"), 3),
        (Euros("a"), "3.00"),
        (YesNo("a"), True),
        (Segments("a", CHOICES), "b"),
        (ComboField("a", CHOICES), "b"),
        (ChipsField("a", CHOICES), ["b"]),
        (ReadOnly("a", str), "x"),
    ]
    for editor, value in values:
        qtbot.addWidget(editor)
        heard: list[int] = []
        editor.changed.connect(lambda heard=heard: heard.append(1))
        editor.set_value(value)
        assert editor.value() == value
        assert heard == []


# ---- lists of entries ----


@pytest.fixture
def goals(shown: Any) -> ItemsField:
    declared = field_of("career_plan", "goals")
    assert declared is not None
    made: ItemsField = shown(editor_for(shape(CareerPlan), declared))
    return made


def test_goals_with_steps_by_keyboard_alone(qtbot: QtBot, goals: ItemsField) -> None:
    goals.add_button.setFocus()
    qtbot.keyClick(goals.add_button, Qt.Key.Key_Space)
    qtbot.keyClicks(QApplication.focusWidget(), "Work in a kitchen")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.keyClicks(QApplication.focusWidget(), "Visit one")
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_A, both)
    qtbot.keyClicks(QApplication.focusWidget(), "Write to it")
    value = goals.value()
    assert [goal["text"] for goal in value] == ["Work in a kitchen"]
    assert [step["what"] for step in value[0]["steps"]] == ["Visit one", "Write to it"]
    assert len({value[0]["id"], *(step["id"] for step in value[0]["steps"])}) == 3


def test_entries_are_moved_removed_and_brought_back_by_key(qtbot: QtBot, goals: ItemsField) -> None:
    first = {"id": "1", "text": "One", "steps": []}
    second = {"id": "2", "text": "Two", "steps": [{"id": "3", "what": "x", "by": "client", "by_when": None}]}
    goals.set_value([first, second])
    edit = goals.entries[1].boxes["text"].editor.entrance()
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert goals.value() == [second, first]
    assert QApplication.focusWidget() is edit
    qtbot.keyClick(edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert goals.value() == [first, second]
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(edit, Qt.Key.Key_Delete, both)
    assert goals.value() == [first]
    undo = QApplication.focusWidget()
    assert "Undo" in undo.accessibleName()
    qtbot.keyClick(undo, Qt.Key.Key_Space)
    assert goals.value() == [first, second]


def test_problems_go_to_their_entry(qtbot: QtBot, goals: ItemsField) -> None:
    goals.set_value([{"text": "One", "steps": [{"what": "x", "by": "client", "by_when": None}]}])
    assert goals.tell(["0", "text"], "Say more.")
    assert goals.entries[0].boxes["text"].problem.text() == "Say more."
    assert goals.tell(["0", "steps", "0", "by_when"], "Too late.")
    steps = goals.entries[0].boxes["steps"].editor
    assert isinstance(steps, ItemsField)
    assert steps.entries[0].boxes["by_when"].problem.text() == "Too late."
    assert not goals.tell(["7", "text"], "Nowhere.")
    goals.set_problem("")
    assert steps.entries[0].boxes["by_when"].problem.text() == ""


def test_what_an_entry_does_not_show_is_kept(goals: ItemsField) -> None:
    entry = {"id": "1", "text": "One", "steps": [], "later": {"a": 1}}
    goals.set_value([entry])
    assert goals.value() == [entry]


# ---- the right editor ----


@pytest.mark.parametrize("kind", SPECS)
def test_every_declared_field_gets_the_editor_of_its_type(qtbot: QtBot, kind: str) -> None:
    spec = SPECS[kind]
    fitting = {
        "yes_no": YesNo,
        "day": DateField,
        "time": TimeField,
        "amount": Euros,
        "id": RefersField,
        "texts": ChipsField,
        "items": ItemsField,
    }
    for field in spec.fields():
        editor = editor_for(shape(spec.table), field)
        qtbot.addWidget(editor)
        holds = kind_of(shape(spec.table), field.name).holds
        if field.read_only:
            assert isinstance(editor, ReadOnly)
        elif field.choices and holds in ("text", "whole"):
            assert isinstance(editor, WholeChoice if holds == "whole" else Segments | ComboField)
        elif holds == "texts":
            assert isinstance(editor, RefersChips if field.refers else ChipsField)
        elif holds == "text":
            assert isinstance(editor, LongText if field.rows > 1 else Line)
        else:
            assert isinstance(editor, fitting.get(holds, Number))


def test_places_are_chips_and_long_lists_filter(qtbot: QtBot) -> None:
    places, reasons = Segments("Place", codes.PLACES), ComboField("Role", codes.TOPICS)
    for field in (places, reasons):
        qtbot.addWidget(field)
    place, legal = field_of("support_visit", "place"), field_of("client", "legal_basis")
    assert place is not None
    assert legal is not None
    for declared, wanted in ((place, Segments), (legal, ComboField)):
        kind = "client" if declared is legal else "support_visit"
        editor = editor_for(shape(SPECS[kind].table), declared)
        qtbot.addWidget(editor)
        assert isinstance(editor, wanted)
