"""Today: what is due and overdue, oldest first, one key from its form; beside it the coming two weeks."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import groupby
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.clock import today
from app.due import Agenda, DueItem
from app.i18n import N_, _, _n, language
from app.record import Row
from app.services import SPECS
from ui.context import Context
from ui.screens import words
from ui.screens.groups import Group, GroupView, Line, Lines
from ui.screens.pictured import pictured
from ui.screens.register_list import RegisterList
from ui.screens.today_agenda import AgendaView, kind_of_meeting, meetings
from ui.screens.today_day import AHEAD, BEGIN_NOW, ON, PERIODS, Day, apart, gather, of_each_time, period
from ui.screens.today_open import open_due
from ui.theme import button, heading, label, px, spacing

SIDE_BY_SIDE = 960


# Which view Alt+1 and on show: its title and how the tab explains it.
DUE, AGENDA, REGISTER = range(3)
VIEWS = (N_("What is due"), N_("Two weeks"), N_("Official register"))


class TodayScreen(QWidget):
    """The first screen. `decide` asks for the screen where decisions are made."""

    decide = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.day = Day(today())
        self._known = Agenda()
        self.title = heading("", 1)
        self.said = label("", "quiet")
        self.unsent = label("", "small")
        self.list = GroupView(_("What is due"))
        self.empty = _Empty(lambda: context.edit("client"))
        self.agenda = GroupView(_("The coming two weeks"))
        self.fortnight = AgendaView(context, self._open)
        self.register = RegisterList(context)
        self._uncopied: tuple[int, date | None] = (0, None)
        self.views, self.stack = QTabBar(), QStackedWidget()
        self.agenda_empty = label(_("No appointments in the coming two weeks."), "quiet")
        self._build()
        context.bus.changed.connect(self._changed)
        self._midnight = QTimer(self)
        self._midnight.setInterval(60_000)
        self._midnight.timeout.connect(self._turn_the_page)
        self._midnight.start()

    def _build(self) -> None:
        self.setAccessibleName(_("Today"))
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(2))
        column.setSpacing(spacing(2))
        head = QHBoxLayout()
        said = QVBoxLayout()
        said.setSpacing(spacing(0.5))
        for text in (self.title, self.said, self.unsent):
            said.addWidget(text)
        head.addLayout(said, 1)
        visit = pictured(button(_("Write a visit"), "primary"), "mdi6.pencil-plus-outline", "on_accent")
        visit.clicked.connect(lambda: self.context.quick_visit())
        head.addWidget(visit, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self._make_views())
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(spacing(3))
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.empty, 1)
        right.setSpacing(spacing(1))
        right.addWidget(heading(_("The coming two weeks"), 3))
        right.addWidget(self.agenda, 1)
        right.addWidget(self.agenda_empty, 1, Qt.AlignmentFlag.AlignTop)
        self._sides.addLayout(left, 3)
        self._sides.addLayout(right, 2)
        due = QWidget()
        due.setLayout(self._sides)
        self._sides.setContentsMargins(0, 0, 0, 0)
        for view in (due, self.fortnight, self.register):
            self.stack.addWidget(view)
        column.addWidget(self.stack, 1)
        self.setFocusProxy(self.list)

    def _make_views(self) -> QTabBar:
        self.views.setAccessibleName(_("Views of Today"))
        self.views.setDrawBase(False)
        self.views.setExpanding(False)
        for number, title in enumerate(VIEWS, 1):
            self.views.addTab(_(title))
            self.views.setTabToolTip(number - 1, f"{_(title)} (Alt+{number})")
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self, partial(self.show_view, number - 1))
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.views.currentChanged.connect(self._view_chosen)
        return self.views

    def show_view(self, number: int) -> None:
        """Show a view and go into it."""
        self.views.setCurrentIndex(number)
        self._enter()

    def _enter(self) -> None:
        """Give the keyboard to the present view; where that has nothing to go through, to the names of the views."""
        self._places()[self.stack.currentIndex()].setFocus()
        if not self._has_keyboard():
            self.views.setFocus()

    def _has_keyboard(self) -> bool:
        here = self.window().focusWidget()  # also of a window that is not the active one
        return here is not None and self.isAncestorOf(here) and here.isVisible()

    def _places(self) -> tuple[QWidget, QWidget, QWidget]:
        return self.list if self.list.isVisibleTo(self) else self.empty, self.fortnight, self.register

    def _view_chosen(self, number: int) -> None:
        self.stack.setCurrentIndex(number)
        self.setFocusProxy(self._places()[number])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.reload()  # whatever has changed: the day may have turned, and a form may have left a draft
        self._enter()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(SIDE_BY_SIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._sides.direction() != way:
            self._sides.setDirection(way)

    def _changed(self, changes: Any) -> None:
        if self.isVisible():
            self.reload()

    def _turn_the_page(self) -> None:
        if self.isVisible() and today() != self.day.today:
            self.reload()

    def reload(self) -> None:
        """Read the day again."""
        self.context.tasks.run(partial(gather, self.context.store, self._known), self.show_day)
        # Counted after the day is shown: it looks at every plan there is.
        self.context.tasks.run(self.context.store.uncopied, self._count_uncopied)

    def _count_uncopied(self, found: tuple[int, date | None]) -> None:
        before, self._uncopied = self._uncopied, found
        title = _("{title} ({count})").format(title=_(VIEWS[REGISTER]), count=found[0])
        self.views.setTabText(REGISTER, title if found[0] else _(VIEWS[REGISTER]))
        if before != found:
            self._show_groups(self.day)

    def show_day(self, day: Day) -> None:
        """Show what a day brings."""
        here = self._has_keyboard()
        self.day = day
        self.title.setText(words.long_day(day.today))
        self.said.setText(self._sentence(day))
        self.unsent.setText(self._unsent(day))
        self.unsent.setVisible(bool(day.unsent) and day.joined)
        self._show_groups(day)
        self._show_agenda(day)
        if here and not self._has_keyboard():
            self._enter()  # the list in which it was is empty now

    def _show_groups(self, day: Day) -> None:
        groups = [group for group in self._groups(day) if group.lines]
        self.list.show_groups(groups)
        self.list.setVisible(bool(groups))
        self.empty.setVisible(not groups)
        self.empty.show_for(bool(day.names))

    def _show_agenda(self, day: Day) -> None:
        self.fortnight.show_items(day.items, day.names, day.codes, day.today, day.today + AHEAD)
        appointments = list(self._agenda(day))
        self.agenda.show_groups(appointments)
        self.agenda.setVisible(bool(appointments))
        self.agenda_empty.setVisible(not appointments)

    @staticmethod
    def _sentence(day: Day) -> str:
        late = bisect_left(day.items, day.today, key=ON)
        now = bisect_right(day.items, day.today, key=ON) - late
        parts = []
        if late:
            parts.append(_n("{count} thing is late", "{count} things are late", late).format(count=late))
        if now:
            parts.append(_n("{count} is for today", "{count} are for today", now).format(count=now))
        return ", ".join(parts) + "." if parts else _("Nothing is late and nothing is due today.")

    @staticmethod
    def _unsent(day: Day) -> str:
        text = _n(
            "{count} change waits for the centre, the oldest since {day}.",
            "{count} changes wait for the centre, the oldest since {day}.",
            day.unsent,
        )
        since = words.ago(day.unsent_since, day.today)
        return text.format(count=day.unsent, day=since)

    def _groups(self, day: Day) -> Iterator[Group]:
        yield Group(_("Decide"), [self._decision(client, count) for client, count in day.conflicts])
        yield Group(_("Unfinished"), [self._draft(row) for row in day.drafts])
        ends = [
            bisect_right(day.items, number, key=lambda item: period(item.on, day.today))
            for number in range(4)
        ]
        ahead, begun = apart(day.items[ends[2] :], day.today, ends[3] - ends[2])
        for name, start, end in zip(PERIODS[:3], [0, *ends], ends, strict=False):
            yield self._group(name, day.items[start:end])
            if name == "Today":
                yield from self._to_copy(day)
        yield self._group(BEGIN_NOW, begun)
        yield self._group(PERIODS[3], ahead)

    def _group(self, name: str, items: Sequence[DueItem]) -> Group:
        whens = {self._when(item) for item in of_each_time(items)}
        return Group(_(name), Lines(items, self._line, whens))

    def _to_copy(self, day: Day) -> Iterator[Group]:
        """Tell in one line what is to be copied to the official register."""
        count, oldest = self._uncopied
        if count:
            said = _n(
                "{count} note to copy",
                "{count} notes to copy",
                count,
            ).format(count=count)
            since = words.ago(oldest, day.today)
            open_it = partial(self.show_view, REGISTER)
            yield Group(_("Official register"), [Line(since, "", said, open_it, "today")], counted=False)

    def _when(self, item: DueItem) -> str:
        return _when(item.on, item.time, self.day.today, language())

    def _line(self, item: DueItem) -> Line:
        late = item.on < self.day.today
        return Line(
            when=self._when(item),
            who=self.day.names.get(item.client_id, ""),
            what=str(item.title),
            open=partial(self._open, item),
            tone="late" if late else "today" if item.on == self.day.today else "plain",
        )

    def _decision(self, client: UUID | None, count: int) -> Line:
        """Tell what two people changed; it is decided on the client's page."""
        text = _n("{count} entry needs a decision", "{count} entries need a decision", count)
        known = client is not None and client in self.day.names
        open_it = partial(self.context.show_client, client) if known and client else self.decide.emit
        return Line("", self.day.names[client] if known and client else "", text.format(count=count), open_it)

    def _draft(self, row: Row) -> Line:
        who = self.day.names.get(UUID(row["client_id"]), "") if row["client_id"] else ""
        spec = SPECS.get(row["kind"])
        what = _("Unfinished: {what}").format(what=_(spec.one) if spec else "")
        saved = words.ago(words.day_of(row["saved_at"]), self.day.today)
        return Line(saved, who, what, partial(self._resume, row), "today")

    def _agenda(self, day: Day) -> Iterator[Group]:
        """Group the appointments ahead by their day."""
        for on, of_day in groupby(meetings(day.items, day.today, day.today + AHEAD), ON):
            items = tuple(of_day)
            whens = map(words.clock, {item.time for item in items})
            yield Group(words.long_day(on), Lines(items, self._appointment, whens), counted=False)

    def _appointment(self, item: DueItem) -> Line:
        who = self.day.names.get(item.client_id, "")
        return Line(words.clock(item.time), who, kind_of_meeting(item), partial(self._open, item))

    def _open(self, item: DueItem) -> None:
        open_due(self.context, item)

    def _resume(self, row: Row) -> None:
        client = UUID(row["client_id"]) if row["client_id"] else None
        record = UUID(row["record_id"]) if row["record_id"] else None
        if row["kind"] == "support_visit":
            self.context.quick_visit(client, record)
        elif row["kind"] == "career_plan" and client:
            self.context.open_plan(client, record)
        else:
            self.context.edit(row["kind"], record, client_id=client)


@lru_cache(maxsize=4096)
def _when(day: date, time: str, present: date, _language: str) -> str:
    """Thousands of lines share a few hundred days."""
    return f"{words.when(day, present)} {words.clock(time, blank=True)}".rstrip()


class _Empty(QWidget):
    """What is said when nothing waits."""

    def __init__(self, register: Callable[[], None]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(spacing(1))
        self.new = pictured(button(_("New client"), "primary"), "mdi6.account-plus-outline", "on_accent")
        self.new.clicked.connect(lambda: register())
        self.head = heading("", 2)
        self.advice = label("", "quiet")
        for text in (self.head, self.advice):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        column.addWidget(self.head)
        column.addWidget(self.advice)
        column.addWidget(self.new, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def show_for(self, has_clients: bool) -> None:
        """Say what helps a worker with clients, or one who is only beginning."""
        self.new.setVisible(not has_clients)
        if has_clients:
            self.head.setText(_("Everything is done."))
            self.advice.setText(
                _(
                    "Nothing is waiting for two weeks. A good moment to call somebody whom you have not heard of."
                )
            )
        else:
            self.head.setText(_("Welcome."))
            self.advice.setText(
                _("Register your first client. Then Today tells by itself what is due and when.")
            )
