"""The clients: who, in which phase, met when, due when. Ten thousand are filtered while one types."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import _, _n
from app.record import Row
from app.services import SPECS
from storage.store import Store
from ui.context import Context
from ui.list_saving import KEY, SaveListButton, save_list
from ui.screens.chips import ChipRow
from ui.screens.client_list import (
    COACH,
    CONTACT,
    LEVEL,
    NAME,
    NEXT,
    ORDER,
    PHASE,
    ROW,
    ClientModel,
    ClientRow,
    gather,
)
from ui.screens.pictured import pictured
from ui.theme import button, colours, heading, label, px, spacing
from ui.widths import keep_width, kept_width, shared_out

MINE = "mine"
COLUMNS = {NAME: "name", PHASE: "phase", LEVEL: "level", CONTACT: "contact", NEXT: "next", COACH: "coach"}
NAME_TIGHT, NAME_LEAST, NAME_MOST = 140, 180, 360
SHORT = 90  # of a column that may be cut


class ClientsScreen(QWidget):
    """The list of clients with its filters. Enter opens, Ctrl+N registers a new client, Ctrl+Shift+S saves a file."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self._stale = True
        self.setAccessibleName(_("Clients"))
        self.model = ClientModel(self)
        self.count = label("", "quiet")
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Filter by name"))
        self.search.setAccessibleName(_("Filter by name"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda text: self._filter(text=text))
        self.search.returnPressed.connect(self._open_only_one)
        self.chips = ChipRow(_("Filter by phase"))
        self._offer(USUAL, frozenset())
        self.chips.changed.connect(self._chosen)
        self.table = _Table(self.model)
        self.table.opened.connect(self._open)
        self.empty = label("", "quiet")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build()
        for keys, press in (("Ctrl+F", self.search.setFocus), (KEY, self.save_shown)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(press)
        context.bus.changed.connect(self._changed)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(2))
        column.setSpacing(spacing(1.5))
        head = QHBoxLayout()
        head.addWidget(heading(_("Clients"), 1))
        head.addWidget(self.count, 1, Qt.AlignmentFlag.AlignBottom)
        self.list_button = SaveListButton(self.save_shown)
        head.addWidget(self.list_button)
        new = button(_("New client"), "primary", tip=_("Ctrl+N"))
        pictured(new, "mdi6.account-plus-outline", "on_accent")
        new.clicked.connect(self._new)
        head.addWidget(new)
        column.addLayout(head)
        column.addWidget(self.search)
        column.addWidget(self.chips)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        self.setFocusProxy(self.search)
        QWidget.setTabOrder(self.search, self.table)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.list_button.fit(self.width())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()
        self.search.setFocus()

    def _changed(self, changes: Any) -> None:
        self._stale = True
        if self.isVisible():
            self.reload()

    def reload(self) -> None:
        """Read the caseload again."""
        self._stale = False
        self.context.tasks.run(partial(gather, self.context.store), self._show)

    def _offer(self, ours: CoachingPhases, held: frozenset[str]) -> None:
        """Offer the phases in use as filters, and those out of use that somebody is in."""
        offered = ((one.value, one.name) for one in ours.seen(held))
        self.chips.offer([(MINE, _("Only mine")), *offered])

    def _show(self, read: tuple[list[ClientRow], CoachingPhases]) -> None:
        rows, ours = read
        self._offer(ours, frozenset(row.phase for row in rows))
        with self.table.place():
            self.model.load(rows, ours)
            self.model.filter(phases=set(self.chips.chosen()) - {MINE})
        self.table.fit()
        self._say()

    def _filter(self, **parts: Any) -> None:
        with self.table.place():
            self.model.filter(**parts)
        self._say()

    def _chosen(self) -> None:
        chosen = set(self.chips.chosen())
        self._filter(mine=MINE in chosen, phases=chosen - {MINE})

    def _say(self) -> None:
        shown, every = self.model.rowCount(), len(self.model.all)
        if shown == every:
            self.count.setText(_n("{count} client", "{count} clients", every).format(count=every))
        else:
            text = _n("{shown} of {count} client", "{shown} of {count} clients", every)
            self.count.setText(text.format(shown=shown, count=every))
        self.list_button.setEnabled(bool(shown))
        self.table.setVisible(bool(shown))
        self.empty.setVisible(not shown)
        self.empty.setText(
            _("Nobody matches. Take away a filter, or register a new client with Ctrl+N.")
            if every
            else _("No clients yet. Register the first one with Ctrl+N.")
        )

    def _open(self, row: Any) -> None:
        self.context.show_client(row.id)

    def _open_only_one(self) -> None:
        """Enter in the filter opens the first that matches."""
        if self.model.shown:
            self._open(self.model.shown[0])

    def save_shown(self) -> None:
        """Save the clients who are shown as a file, in their order, with every field."""
        ids = [str(one.id) for one in self.model.shown]

        def rows(store: Store) -> list[Row]:
            found = {row["id"]: row for row in store.rows("client")}
            return [found[one] for one in ids if one in found]

        if ids:
            save_list(self.context, SPECS["client"], rows, None, self)

    def _new(self) -> None:
        self.context.edit("client")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.table.setFocus()
            return
        if event.matches(QKeySequence.StandardKey.New):
            self._new()
            return
        super().keyPressEvent(event)


@lru_cache(maxsize=64)
def phase_icon(phase: str, size: int, accent: str, quiet: str) -> QIcon:
    """Draw a phase as a dot that fills clockwise from the first phase to the last."""
    picture = QPixmap(size * 2, size * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(1.5, 1.5, size - 3, size - 3)
    known = phase in ORDER
    painter.setPen(QPen(QColor(accent if known else quiet), 1.5))
    painter.drawEllipse(box)
    if known:
        painter.setBrush(QColor(accent))
        painter.setPen(Qt.PenStyle.NoPen)
        share = (ORDER[phase] + 1) / len(ORDER)
        painter.drawPie(box, 90 * 16, -round(360 * 16 * share))
    else:
        painter.drawLine(QPointF(size * 0.3, size / 2), QPointF(size * 0.7, size / 2))
    painter.end()
    return QIcon(picture)


class _Look(QStyledItemDelegate):
    """The name stands out, the phase has its dot, a day that has passed is seen to be late."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        row = index.data(ROW)
        if row is None:
            return
        c = colours()
        ink = c.text if index.column() in (NAME, PHASE) else c.quiet
        if index.column() == NAME:
            option.font.setWeight(QFont.Weight.Medium)
        elif index.column() == PHASE:
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationSize = QSize(px(16), px(16))
            option.icon = phase_icon(row.phase, px(16), c.accent, c.quiet)
        elif (
            index.column() == NEXT and row.next_on and row.next_on < cast(_Table, self.parent()).model().today
        ):
            ink = c.danger
            option.font.setWeight(QFont.Weight.Medium)
        option.palette.setColor(option.palette.ColorRole.Text, QColor(ink))
        option.palette.setColor(option.palette.ColorRole.HighlightedText, QColor(ink))


class _Table(QTableView):
    """The table itself: one row is one client, the header sorts, Enter or a double click opens."""

    opened = Signal(object)

    def __init__(self, model: ClientModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_Look(self))
        self.setAccessibleName(_("Clients"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(px(36))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self._fitting = False
        self.horizontalHeader().sectionResized.connect(self._dragged)
        self.horizontalHeader().setSortIndicator(NAME, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.activated.connect(self._open)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep the same client current across a reload, or the first one when it is gone."""
        index = self.currentIndex()
        before = index.data(ROW) if index.isValid() else None
        yield
        shown = self.model().shown
        row = next((n for n, one in enumerate(shown) if before and one.id == before.id), 0)
        if shown:
            self.setCurrentIndex(self.model().index(row, 0))

    def fit(self) -> None:
        """Give each column what its texts need, unless a person gave it a width; the name takes the rest."""
        self._fitting = True
        kept = {column: width for column, name in COLUMNS.items() if (width := kept_width("clients", name))}
        header = self.horizontalHeader()
        wanted = {one: max(header.sectionSizeHint(one), self._needed(one)) for one in COLUMNS if one != NAME}
        wanted[NAME] = px(NAME_LEAST)
        # Who, the level (one word under a long title) and the coach may become narrower; the days are read whole.
        least = {**wanted, NAME: px(NAME_TIGHT), LEVEL: px(SHORT), COACH: px(SHORT)}
        for column in kept:
            del wanted[column]
        rest = self.viewport().width() - sum(kept.values())
        given = shared_out(rest, wanted, least)
        if NAME in given:
            others = sum(given.values()) - given[NAME]
            given[NAME] = min(max(rest - others, given[NAME]), px(NAME_MOST))
        for column, width in (kept | given).items():
            self.setColumnWidth(column, width)
        self._fitting = False

    def _needed(self, column: int) -> int:
        """Return the width that the texts of a column take."""
        metrics = self.fontMetrics()
        words = max((metrics.horizontalAdvance(text) for text in self.model().texts(column)), default=0)
        return words * 21 // 20 + px(28) + (px(24) if column == PHASE else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _dragged(self, column: int, before: int, after: int) -> None:
        if not self._fitting and column != COACH and before != after:
            keep_width("clients", COLUMNS[column], after)

    def model(self) -> ClientModel:
        """Return the clients shown."""
        return cast(ClientModel, super().model())

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW)
        if row is not None:
            self.opened.emit(row)
