"""Everything that happened to one client, newest first, in one list, narrowed by module, kind, period and text."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.clock import today
from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import _, _n, format_date
from app.services import SERVICES, SPECS
from ui.screens import entry_words, words
from ui.screens.chips import ChipRow
from ui.screens.from_to import FromTo
from ui.screens.periods import EVER, OWN, Period, periods
from ui.screens.story import Entry
from ui.screens.words import fold
from ui.theme import button, colours, label

Index = QModelIndex | QPersistentModelIndex
MOST_CHIPS = 6
"""So many kinds have a chip at first: a client's life has more than forty."""
ENTRY = Qt.ItemDataRole.UserRole + 1
TITLE = Qt.ItemDataRole.UserRole + 2
BODY = Qt.ItemDataRole.UserRole + 3
DAY = Qt.ItemDataRole.UserRole + 4


class TimelineModel(QAbstractListModel):
    """The entries that pass the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: Sequence[Entry] = ()
        self.shown: list[int] = []
        self.kinds: frozenset[str] = frozenset()
        self.period = EVER
        self.text = ""
        self._bodies: list[str] = []
        self._folded: list[str] = []
        self._today = today()

    def load(self, entries: Sequence[Entry], ours: CoachingPhases = USUAL) -> None:
        """Take a client's entries; what they say is worked out once."""
        self.all = entries
        self._today = today()
        self._bodies = [entry_words.summary(entry.kind, entry.row, ours) for entry in entries]
        self._folded = []
        self._apply()

    def filter(
        self, *, kinds: frozenset[str] | None = None, text: str | None = None, period: Period | None = None
    ) -> None:
        """Show only these kinds (none chosen means all), of this period, and what holds every word of the text."""
        self.kinds = self.kinds if kinds is None else kinds
        self.period = self.period if period is None else period
        self.text = self.text if text is None else fold(text)
        self._apply()

    def _apply(self) -> None:
        parts = self.text.split()
        if parts and not self._folded:
            self._folded = [self._searched(number) for number in range(len(self.all))]
        self.beginResetModel()
        self.shown = [
            number
            for number, entry in enumerate(self.all)
            if (not self.kinds or entry.kind in self.kinds)
            and self.period.holds(entry.on)
            and all(part in self._folded[number] for part in parts)
        ]
        self.endResetModel()

    def _searched(self, number: int) -> str:
        """Return what the filter looks at: the kind and everything written in the entry."""
        entry = self.all[number]
        written = " ".join(value for value in entry.row.values() if isinstance(value, str))
        return fold(f"{self._title(entry)} {self._bodies[number]} {written}")

    @staticmethod
    def _title(entry: Entry) -> str:
        return _(SPECS[entry.kind].one)

    def _day(self, day: date | None) -> str:
        if day is None:
            return ""
        return words.short_day(day) if day.year == self._today.year else format_date(day)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        number = self.shown[index.row()]
        entry, body = self.all[number], self._bodies[number]
        if role == TITLE:
            return self._title(entry)
        if role == BODY:
            return body
        if role == DAY:
            return self._day(entry.on)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self._day(entry.on)} {self._title(entry)}: {body}"
        return entry if role == ENTRY else None


class EntryDelegate(QStyledItemDelegate):
    """Draws an entry: the day at the left, its kind in bold, and below it what it says, in two lines."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = QFontMetrics(option.font)
        width = cast(QListView, option.widget).viewport().width() - _left(metrics) - 16
        lines = 1 if metrics.horizontalAdvance(index.data(BODY)) <= width else 2
        return QSize(200, metrics.lineSpacing() * (lines + 1) + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = option.widget
        style = view.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, view)
        ink, quiet = QColor(colours().text), QColor(colours().quiet)
        area = option.rect.adjusted(8, 8, -8, -8)
        metrics = QFontMetrics(option.font)
        left = _left(metrics)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(quiet)
        painter.drawText(area, Qt.AlignmentFlag.AlignTop, index.data(DAY))
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(ink)
        text = area.adjusted(left, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, index.data(TITLE))
        painter.setFont(option.font)
        below = QRect(
            text.left(), text.top() + metrics.lineSpacing(), text.width(), metrics.lineSpacing() * 2
        )
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(below, int(flags), _two_lines(index.data(BODY), metrics, below.width()))
        painter.setPen(QColor(colours().line))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()


def _left(metrics: QFontMetrics) -> int:
    """Return how much room the day takes."""
    return metrics.horizontalAdvance("00 Mmm 0000") + 16


def _two_lines(text: str, metrics: QFontMetrics, width: int) -> str:
    """Shorten a text to what two lines hold."""
    return metrics.elidedText(
        text, Qt.TextElideMode.ElideRight, max(0, width * 2 - metrics.averageCharWidth() * 8)
    )


class EntryView(QListView):
    """The list itself: Enter or a click opens the entry."""

    def __init__(self, open_entry: Callable[[str, UUID], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open_entry = open_entry
        self.setItemDelegate(EntryDelegate(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY) if index.isValid() else None
        if entry is not None:
            self._open_entry(entry.kind, entry.id)


class Timeline(QWidget):
    """The list with its filters."""

    def __init__(self, open_entry: Callable[[str, UUID], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = TimelineModel(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Filter the timeline"))
        self.search.setAccessibleName(_("Filter the timeline"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda text: self._filter(text=text))
        self.module, self.period = QComboBox(), QComboBox()
        self.module.setAccessibleName(_("Part of the service"))
        self.period.setAccessibleName(_("Period"))
        self.module.activated.connect(lambda _row: self._module_chosen())
        self.period.activated.connect(lambda _row: self._period_chosen())
        self.from_to = FromTo()
        self.from_to.changed.connect(lambda: self._filter(period=self._period()))
        self.from_to.hide()
        self.chips = ChipRow(_("Kinds of entries"))
        self.chips.changed.connect(lambda: self._filter(kinds=self._kinds()))
        self.more = button("", "link")
        self.more.clicked.connect(self._more)
        self._counts: Counter[str] = Counter()
        self._all_chips = False
        self.view = EntryView(open_entry)
        self.view.setModel(self.model)
        self.view.setAccessibleName(_("Timeline"))
        self.empty = label(
            _("Nothing has been written yet. The first visit or plan begins the story."), "quiet"
        )
        self.count = label("", "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._choices = QWidget()
        row = QHBoxLayout(self._choices)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.module, 1)
        row.addWidget(self.period, 1)
        for box in (self.module, self.period):
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for widget in (
            self.search,
            self._choices,
            self.from_to,
            self.chips,
            self.more,
            self.count,
            self.empty,
        ):
            column.addWidget(widget)
        column.addWidget(self.view, 1)

    def show_entries(self, entries: Sequence[Entry], ours: CoachingPhases = USUAL) -> None:
        """Show a client's entries; the chosen filters stay."""
        self._counts = Counter(entry.kind for entry in entries)
        self._offer_modules()
        _offer(self.period, [(period.title, period) for period in periods(entries, today())])
        self._offer_kinds()
        self.model.load(entries, ours)
        self.from_to.setVisible(self.period.currentData().key == OWN)
        self._filter(kinds=self._kinds(), period=self._period())

    def _period(self) -> Period:
        """Return the period to be shown: the chosen one, or the one that the two days are."""
        chosen: Period = self.period.currentData()
        return self.from_to.period() if chosen.key == OWN else chosen

    def _period_chosen(self) -> None:
        # The keyboard stays: the arrow keys may be on their way to another period, and Tab leads to the days.
        self.from_to.setVisible(self.period.currentData().key == OWN)
        self._filter(period=self._period())

    def _offer_modules(self) -> None:
        """Offer the parts of the service from which there is something."""
        there = [s for s in SERVICES if any(spec.kind in self._counts for spec in s.records)]
        _offer(self.module, [(_("All parts of the service"), ""), *((_(s.title), s.key) for s in there)])
        self._choices.setVisible(bool(self._counts))

    def _in_module(self) -> list[str]:
        """Return the kinds of the chosen part of which there is something, the commonest first."""
        key = self.module.currentData()
        own = {spec.kind for s in SERVICES if s.key == key for spec in s.records}
        return [kind for kind, _count in self._counts.most_common() if not key or kind in own]

    def _offer_kinds(self) -> None:
        kinds = self._in_module()
        chosen = set(self.chips.chosen())
        few = kinds if self._all_chips else [k for k in kinds[:MOST_CHIPS] if k not in chosen]
        shown = [kind for kind in kinds if kind in few or kind in chosen]
        self.chips.offer([(kind, f"{_(SPECS[kind].title)} {self._counts[kind]}") for kind in shown])
        self.chips.setVisible(len(kinds) > 1)
        self.more.setVisible(len(kinds) > MOST_CHIPS)
        hidden = len(kinds) - len(shown)
        text = _n("{count} more kind", "{count} more kinds", hidden).format(count=hidden)
        self.more.setText(_("Fewer kinds") if self._all_chips else text)

    def _kinds(self) -> frozenset[str]:
        """Return the kinds to be shown: those chosen, else all of the chosen part."""
        chosen = frozenset(self.chips.chosen())
        return chosen or (frozenset(self._in_module()) if self.module.currentData() else frozenset())

    def _module_chosen(self) -> None:
        self._all_chips = False
        self._offer_kinds()
        self._filter(kinds=self._kinds())

    def _more(self) -> None:
        self._all_chips = not self._all_chips
        self._offer_kinds()
        self._filter(kinds=self._kinds())

    def _filter(
        self, *, kinds: frozenset[str] | None = None, text: str | None = None, period: Period | None = None
    ) -> None:
        self.model.filter(kinds=kinds, text=text, period=period)
        shown, every = self.model.rowCount(), len(self.model.all)
        self.empty.setVisible(not every)
        self.search.setVisible(bool(every))
        self.view.setVisible(bool(every))
        narrowed = shown != every
        self.count.setVisible(narrowed)
        self.count.setText(
            _n("{shown} of {count} entry", "{shown} of {count} entries", every).format(
                shown=shown, count=every
            )
        )


def _offer(box: QComboBox, choices: Sequence[tuple[str, Any]]) -> None:
    """Offer these (text, value); what was chosen and is still offered stays chosen, else the first."""
    before = box.currentData()
    box.clear()
    for text, value in choices:
        box.addItem(text, value)
    values = [value for _text, value in choices]
    box.setCurrentIndex(values.index(before) if before in values else 0)
