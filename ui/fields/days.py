"""Days and times as people type them, and their editors."""

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from PySide6.QtCore import QDate, QEvent, QLocale, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCalendarWidget, QLineEdit, QToolButton, QWidget

from app.clock import today
from app.i18n import N_, Message, _, language
from ui.fields.base import Editor
from ui.fields.text import inside
from ui.theme import px

# What people type in the three languages; any of them is understood whatever the windows speak.
NEAR = {
    "today": 0,
    "tänään": 0,
    "idag": 0,
    "i dag": 0,
    "tomorrow": 1,
    "huomenna": 1,
    "imorgon": 1,
    "i morgon": 1,
    "yesterday": -1,
    "eilen": -1,
    "igår": -1,
    "i går": -1,
}
UNITS = {
    **dict.fromkeys(("d", "pv", "dag", "dagar"), "days"),
    **dict.fromkeys(("w", "vk", "v", "vko"), "weeks"),
    **dict.fromkeys(("m", "kk", "mån", "man"), "months"),
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1880, 2199
WIDTH = 260

NO_DATE = N_("This is not a date. Write it as 3.5.2026, tomorrow or +2w.")
NO_SUCH_DAY = N_("There is no such day: month {month} of {year} has {days} days.")
FULL_YEAR = N_("Write the year with four digits.")
NO_TIME = N_("This is not a time. Write it as 9:30.")


class Unreadable(ValueError):
    """What is typed is no day or time; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def parse_day(text: str, now: date) -> date | None:
    """Read a day: 3.5.2026, 3.5. (of this year), 2026-05-03, tomorrow, huomenna, +2w, -3pv. None when empty.

    Raises Unreadable for anything else; a day that does not exist (31.11.) is never moved to one that does.
    """
    plain = " ".join(text.lower().split())
    if not plain:
        return None
    if plain in NEAR:
        return now + timedelta(days=NEAR[plain])
    offset = re.fullmatch(r"([+-]) ?(\d{1,3}) ?([^\W\d_]*)\.?", plain)
    if offset and (offset[3] or "d") in UNITS:
        return _moved(now, int(offset[1] + offset[2]), UNITS[offset[3] or "d"])
    typed = re.fullmatch(r"(\d{1,2})[. /](?: ?(\d{1,2})(?:[. /] ?(\d+)?)?)", plain)
    if typed:
        return _day(int(typed[1]), int(typed[2]), typed[3] or str(now.year))
    written = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", plain)
    if written:
        return _day(int(written[3]), int(written[2]), written[1])
    named = re.fullmatch(r"(\d{1,2}) ([a-z]{3})[a-z]* (\d+)", plain)
    if named and named[2] in MONTHS:
        return _day(int(named[1]), MONTHS.index(named[2]) + 1, named[3])
    raise Unreadable(Message(NO_DATE))


def _moved(now: date, count: int, unit: str) -> date:
    steps = {unit: count}
    return now + relativedelta(**steps)  # type: ignore[arg-type]


def _day(day: int, month: int, year: str) -> date:
    if len(year) != 4:
        raise Unreadable(Message(FULL_YEAR))
    if not FIRST_YEAR <= int(year) <= LAST_YEAR or not 1 <= month <= 12 or day < 1:
        raise Unreadable(Message(NO_DATE))
    last = calendar.monthrange(int(year), month)[1]
    if day > last:
        raise Unreadable(Message(NO_SUCH_DAY, month=month, year=int(year), days=last))
    return date(int(year), month, day)


def typed_day(day: date) -> str:
    """Write a day as it is typed: 3.5.2026."""
    return f"{day.day}.{day.month}.{day.year}"


def parse_time(text: str) -> str:
    """Read a time of day: 9:30, 9.30, 930 or 9; returns 09:30, or nothing when empty. Raises Unreadable."""
    plain = text.strip().lower().removeprefix("klo").removeprefix("kl").strip(" .")
    if not plain:
        return ""
    found = re.fullmatch(r"(\d{1,2})(?:[:. ](\d{2}))?|(\d{1,2})(\d{2})", plain)
    if found:
        hour, minute = int(found[1] or found[3]), int(found[2] or found[4] or 0)
        if hour < 24 and minute < 60:
            return f"{hour:02d}:{minute:02d}"
    raise Unreadable(Message(NO_TIME))


class TypedField(Editor):
    """A line whose text is read as something: left, it is written out in full; unreadable, it is kept."""

    def __init__(self, title: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.edit = QLineEdit()
        self.edit.setAccessibleName(title)
        self.edit.setPlaceholderText(hint)
        self.edit.textEdited.connect(lambda _text: self.changed.emit())
        self.edit.editingFinished.connect(self._tidy)
        self.edit.installEventFilter(self)
        self.edit.setMaximumWidth(px(WIDTH))
        inside(self, self.edit)

    def read(self, text: str) -> Any:
        """Return the JSON value of what is typed; raises Unreadable."""
        raise NotImplementedError

    def written(self, value: Any) -> str:
        """Return a JSON value as it is typed."""
        raise NotImplementedError

    def stepped(self, value: Any, up: bool) -> Any:
        """Return the value that the arrow keys lead to, or None."""
        return None

    def value(self) -> Any:
        """Return the value, or what is typed when it cannot be read."""
        try:
            return self.read(self.edit.text())
        except Unreadable:
            return self.edit.text().strip()

    def set_value(self, value: Any) -> None:
        """Show a value; what is none is shown as it stands."""
        self.edit.setText("" if value is None else self.written(value))

    def fault(self) -> str:
        """Say why what is typed cannot be read."""
        try:
            self.read(self.edit.text())
        except Unreadable as why:
            return str(why.message)
        return ""

    def stops(self) -> Sequence[QWidget]:
        """Return the line."""
        return (self.edit,)

    def enter(self, value: Any) -> None:
        """Take a value as if a person had typed it."""
        self.set_value(value)
        self.changed.emit()

    def _tidy(self) -> None:
        if not self.fault():
            self.set_value(self.value())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys step the value."""
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self.key(event)
        return super().eventFilter(watched, event)

    def key(self, event: QKeyEvent) -> bool:
        """Handle a key of the line; True when it was for us."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.NoModifier:
            return False
        if event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down) or self.fault():
            return False
        stepped = self.stepped(self.value(), event.key() == Qt.Key.Key_Up)
        if stepped is None:
            return False
        self.enter(stepped)
        return True


class TimeField(TypedField):
    """A time of day; the arrow keys move it by a quarter of an hour."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, _("9:30"), parent)

    def read(self, text: str) -> Any:
        """Return hh:mm or nothing."""
        return parse_time(text)

    def written(self, value: Any) -> str:
        """Return the time without its leading nought: 9:30 in English, 9.30 in Finnish and Swedish."""
        text = str(value)
        short = text[1:] if re.fullmatch(r"0\d:\d\d", text) else text
        return short if language() == "en" else short.replace(":", ".")

    def stepped(self, value: Any, up: bool) -> Any:
        """Return the next quarter of an hour within the day."""
        if not value:
            return "09:00"
        minutes = int(value[:2]) * 60 + int(value[3:])
        moved = minutes // 15 * 15 + 15 if up else (minutes - 1) // 15 * 15
        moved = min(max(moved, 0), 23 * 60 + 45)
        return f"{moved // 60:02d}:{moved % 60:02d}"


class _Mark(QToolButton):
    """A button at the right end inside a line. A line's own actions do not grow with the text size."""

    def __init__(self, line: QLineEdit, action: QAction) -> None:
        super().__init__(line)
        self._line = line
        self.setDefaultAction(action)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setIconSize(QSize(px(18), px(18)))
        self.setStyleSheet("QToolButton { border: none; padding: 2px; }")
        line.setTextMargins(0, 0, px(18) + 8, 0)
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the line's end."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            size = self.sizeHint()
            y = (self._line.height() - size.height()) // 2
            self.setGeometry(self._line.width() - size.width() - 4, y, size.width(), size.height())
        return super().eventFilter(watched, event)


class DateField(TypedField):
    """A day; typed, stepped by the arrow keys, or picked from a calendar (button, or Alt+Down)."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        from ui.icons import icon

        super().__init__(title, _("3.5.2026, tomorrow, +2w"), parent)
        key = QKeySequence(Qt.Modifier.ALT | Qt.Key.Key_Down).toString(QKeySequence.SequenceFormat.NativeText)
        self.pick = QAction(icon("mdi6.calendar-month-outline", "quiet"), _("Choose from a calendar"), self)
        self.pick.setToolTip(_("Choose from a calendar ({key})").format(key=key))
        self.pick.triggered.connect(self.open_calendar)
        self._mark = _Mark(self.edit, self.pick)
        self.calendar: QCalendarWidget | None = None

    def read(self, text: str) -> Any:
        """Return the ISO day, or None."""
        day = parse_day(text, today())
        return day.isoformat() if day else None

    def written(self, value: Any) -> str:
        """Return the day as it is typed."""
        try:
            return typed_day(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)

    def stepped(self, value: Any, up: bool) -> Any:
        """Return the day after, or before."""
        if not value:
            return today().isoformat()
        day = date.fromisoformat(value)
        if (day.year, up) in ((FIRST_YEAR, False), (LAST_YEAR, True)):
            return None
        return (day + timedelta(days=1 if up else -1)).isoformat()

    def key(self, event: QKeyEvent) -> bool:
        """Open the calendar by Alt+Down or F4."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() == Qt.Key.Key_F4 or (alt and event.key() == Qt.Key.Key_Down):
            self.open_calendar()
            return True
        return super().key(event)

    def open_calendar(self) -> None:
        """Show a month under the field; Enter or a click takes a day, Escape none."""
        shown = self.calendar = QCalendarWidget(self)
        shown.setWindowFlag(Qt.WindowType.Popup)
        shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown.destroyed.connect(self._calendar_closed)
        shown.setAccessibleName(self.title)
        shown.setLocale(QLocale(language()))
        shown.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        shown.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.ISOWeekNumbers)
        day = date.fromisoformat(self.value()) if self.value() and not self.fault() else today()
        shown.setSelectedDate(QDate(day.year, day.month, day.day))
        shown.activated.connect(self._picked)
        shown.clicked.connect(self._picked)
        shown.move(self.edit.mapToGlobal(QPoint(0, self.edit.height() + 2)))
        shown.show()
        shown.setFocus()

    def _calendar_closed(self) -> None:
        self.calendar = None

    def _picked(self, day: QDate) -> None:
        if self.calendar is not None:
            self.calendar.close()
        self.enter(date(day.year(), day.month(), day.day()).isoformat())
        self.edit.setFocus()
