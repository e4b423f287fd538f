"""The agenda of the coming two weeks: day by day, when, whom, what kind of meeting; and a calendar without names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.calendar import FILE_NAME, calendar
from app.due import MEET, DueItem
from app.i18n import _, _n
from app.services.coaching import codes
from app.services.coaching.dates import is_working_day
from ui import dialogs
from ui.context import Context
from ui.screens import words
from ui.screens.groups import Group, GroupView, Line
from ui.screens.pictured import pictured
from ui.theme import button, label, spacing

EXPORT_KEY = "Ctrl+E"


def meetings(items: Sequence[DueItem], first: date, last: date) -> list[DueItem]:
    """Return the appointments from a day to another, in their order."""
    return [item for item in items if item.act == MEET and first <= item.on <= last]


def kind_of_meeting(item: DueItem) -> str:
    """Say what kind of meeting it is, and where."""
    place = words.choice(codes.PLACES, item.place) if item.place else ""
    return ", ".join(part for part in (str(item.title), place) if part)


class AgendaView(QWidget):
    """Two weeks of appointments, each opened by Enter; days without any are left out, holidays are said."""

    def __init__(
        self, context: Context, open_item: Callable[[DueItem], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self._open = context, open_item
        self._items: Sequence[DueItem] = ()
        self._codes: dict[UUID, str] = {}
        self.setAccessibleName(_("Agenda of two weeks"))
        self.said = label("", "quiet")
        self.list = GroupView(_("Agenda of two weeks"))
        self.export = pictured(
            button(
                _("Save as a calendar file"),
                tip=_("For another calendar: codes and kinds of meetings, no names ({key})").format(
                    key=EXPORT_KEY
                ),
            ),
            "mdi6.calendar-export-outline",
        )
        self.export.clicked.connect(lambda: self.save_file())
        shortcut = QShortcut(QKeySequence(EXPORT_KEY), self, self.save_file)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(1))
        head = QHBoxLayout()
        head.addWidget(self.said, 1)
        head.addWidget(self.export, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.setFocusProxy(self.list)

    def show_items(
        self,
        items: Sequence[DueItem],
        names: Mapping[UUID, str],
        codes_: Mapping[UUID, str],
        today: date,
        last: date,
    ) -> None:
        """Show the appointments among what is due."""
        self._items, self._codes = meetings(items, today, last), dict(codes_)
        count = len(self._items)
        text = _n("{count} appointment in two weeks.", "{count} appointments in two weeks.", count)
        free = _(
            "Nothing is agreed for the coming two weeks. A next visit is agreed when a visit is written."
        )
        self.said.setText(text.format(count=count) if count else free)
        self.list.show_groups(list(self._days(names, today)))
        self.list.setVisible(bool(count))
        self.export.setEnabled(bool(count))

    def _days(self, names: Mapping[UUID, str], today: date) -> Iterator[Group]:
        for on, of_day in groupby(self._items, attrgetter("on")):
            title = words.long_day(on)
            if on == today:
                title = _("{day} (today)").format(day=title)
            elif on == today + timedelta(days=1):
                title = _("{day} (tomorrow)").format(day=title)
            elif not is_working_day(on):
                title = _("{day} (not a working day)").format(day=title)
            lines = [self._line(item, names) for item in sorted(of_day, key=attrgetter("time"))]
            yield Group(title, lines, counted=False)

    def _line(self, item: DueItem, names: Mapping[UUID, str]) -> Line:
        code = self._codes.get(item.client_id, "")
        who = _("{name} ({code})").format(name=names.get(item.client_id, ""), code=code)
        return Line(words.clock(item.time), who, kind_of_meeting(item), lambda: self._open(item))

    def save_file(self) -> None:
        """Ask where, and write the calendar; it holds no name."""
        if not self._items:
            return
        kinds = _("Calendar (*.ics)")
        path = dialogs.save_file(self, _("Save as a calendar file"), FILE_NAME, kinds)
        if path is None:
            return
        content, store = calendar(self._items, self._codes).encode(), self.context.store

        def op() -> Path:
            path.write_bytes(content)
            store.log("export", "client", detail="calendar")
            return path

        def done(_path: Any) -> None:
            self.context.say(_("The calendar was written; it holds codes and no names."))

        self.context.tasks.run(op, done, owner=self)
