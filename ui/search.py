"""Search from anywhere (Ctrl+K): clients and everything written about them, and the actions by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
)
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _, _n
from ui import theme
from ui.actions import Act

if TYPE_CHECKING:
    from storage.search import Hit
    from storage.store import Store
    from ui.tasks import Tasks

MARK = ("\u2068", "\u2069")
LIMIT = 50
Index = QModelIndex | QPersistentModelIndex
_HEAD = Qt.ItemDataRole.UserRole + 1
_MARKED = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True)
class Found:
    """One line: a heading of a group (`open` is None), a hit or an action. `detail` may hold marks."""

    title: str
    detail: str = ""
    open: Callable[[], Any] | None = None
    keys: str = ""


def plain(text: str) -> str:
    """Return the text without its marks."""
    return text.replace(MARK[0], "").replace(MARK[1], "")


def marked(text: str) -> list[tuple[int, int]]:
    """Return start and length, in the plain text, of what the marks enclose."""
    found, at, start = [], 0, -1
    for char in text:
        if char == MARK[0]:
            start = at
        elif char == MARK[1]:
            if start >= 0:
                found.append((start, at - start))
            start = -1
        else:
            at += 1
    return found


def matching(acts: Sequence[Act], wanted: str) -> list[Act]:
    """Return the actions whose text has every word of what was typed."""
    words = wanted.casefold().split()
    return [act for act in acts if all(word in act.text.casefold() for word in words)]


def lines(
    hits: "Sequence[Hit]",
    names: dict[UUID, str],
    acts: Sequence[Act],
    open_hit: "Callable[[Hit], Any]",
) -> list[Found]:
    """Return everything that is shown: hits by kind, in the order of the best of each, then the actions."""
    from app.services import SPECS

    made: list[Found] = []
    for kind in dict.fromkeys(hit.kind for hit in hits):
        made.append(Found(_(SPECS[kind].title)))
        for hit in (hit for hit in hits if hit.kind == kind):
            who = names.get(hit.client_id, "") if hit.client_id else ""
            made.append(Found(who or _(SPECS[kind].one), hit.snippet, partial(open_hit, hit)))
    if acts:
        made.append(Found(_("Actions")))
        made.extend(Found(act.text, "", act.run, act.keys) for act in acts)
    return made


def look_up(store: "Store", wanted: str) -> "tuple[list[Hit], dict[UUID, str]]":
    """Search the store and name the clients of what was found. Runs on the thread of the store."""
    from app.services.clients.rules import name_of

    hits = store.search(wanted, LIMIT)
    rows = {one: store.row("client", one) for one in {hit.client_id for hit in hits if hit.client_id}}
    return hits, {one: name_of(row) for one, row in rows.items() if row}


class FoundModel(QAbstractListModel):
    """The lines; headings cannot be chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: list[Found] = []

    def show(self, found: list[Found]) -> None:
        """Show these lines from now on."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a line says."""
        if not index.isValid():
            return None
        line = self.found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == _HEAD:
            return line.open is None
        if role == _MARKED:
            return (line.detail, line.keys)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (line.title, plain(line.detail), line.keys) if part)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let hits and actions be chosen."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.found[index.row()].open is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Look(QStyledItemDelegate):
    """Draws a line: the name, the snippet with the match in bold and underlined, the key of an action."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of one or two lines of text."""
        height = QFontMetrics(option.font).height()
        detail, _keys = index.data(_MARKED)
        return QSize(0, height * (2 if detail else 1) + theme.spacing(2 if not index.data(_HEAD) else 1.5))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the line."""
        c = theme.colours()
        box = option.rect.adjusted(theme.spacing(1.5), theme.spacing(0.5), -theme.spacing(1.5), 0)
        detail, keys = index.data(_MARKED)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(c.accent_soft))
            painter.fillRect(
                QRect(option.rect.left(), option.rect.top(), 4, option.rect.height()), QColor(c.accent)
            )
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if index.data(_HEAD) else QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(QColor(c.quiet if index.data(_HEAD) else c.text))
        height = QFontMetrics(font).height()
        upper = QRect(box.left(), box.top(), box.width(), height)
        title = QFontMetrics(font).elidedText(index.data(), Qt.TextElideMode.ElideRight, upper.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, title)
        if keys:
            painter.setPen(QColor(c.quiet))
            painter.drawText(upper, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)
        if detail:
            _draw_marked(
                painter, QRect(box.left(), upper.bottom() + 1, box.width(), height), detail, option.font
            )
        painter.restore()


def _draw_marked(painter: QPainter, box: QRect, text: str, font: QFont) -> None:
    flat = plain(text).replace("\n", " ")
    layout, line = _laid_out(flat, marked(text), font)
    if line.naturalTextWidth() > box.width():
        fits = line.xToCursor(box.width() - QFontMetrics(font).horizontalAdvance(" …"))
        kept = flat[:fits].rstrip() + "…"
        layout, line = _laid_out(kept, [one for one in marked(text) if sum(one) < len(kept)], font)
    painter.setPen(QColor(theme.colours().quiet))
    painter.setClipRect(box)
    layout.draw(painter, box.topLeft())


def _laid_out(flat: str, marks: Sequence[tuple[int, int]], font: QFont) -> tuple[QTextLayout, QTextLine]:
    """Set a text on one line, its marks bold and underlined."""
    layout = QTextLayout(flat, font)
    ranges = []
    for start, length in marks:
        shown = QTextLayout.FormatRange()
        shown.start, shown.length = start, length
        look = QTextCharFormat()
        look.setFontWeight(QFont.Weight.DemiBold)
        look.setFontUnderline(True)
        look.setForeground(QColor(theme.colours().text))
        shown.format = look
        ranges.append(shown)
    layout.setFormats(ranges)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(100_000)
    layout.endLayout()
    return layout, line


class SearchPalette(QFrame):
    """Lies over everything in its window; arrows and Enter open, Esc closes. It keeps nothing when it closes."""

    def __init__(
        self,
        window: QWidget,
        store: "Store",
        tasks: "Tasks",
        acts: Callable[[], Sequence[Act]],
        open_hit: "Callable[[Hit], Any]",
    ) -> None:
        super().__init__(window)
        theme.look(self, "card")
        self.setAutoFillBackground(True)
        self._store, self._tasks, self._acts, self._open_hit = store, tasks, acts, open_hit
        self._asked = 0
        self._before: QWidget | None = None
        self.field, self.list, self.model = QLineEdit(), QListView(), FoundModel(self)
        self.told = theme.label("", "quiet")
        self.field.setPlaceholderText(_("Search clients, visits, plans, or an action"))
        self.field.setAccessibleName(_("Search"))
        self.field.setClearButtonEnabled(True)
        self.list.setAccessibleName(_("Found"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Look(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.clicked.connect(lambda index: self._open(index.row()))
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.told)
        self.field.textChanged.connect(self.ask)
        self.field.installEventFilter(self)
        window.installEventFilter(self)
        self.hide()

    # ---- opening and closing ----

    def begin(self) -> None:
        """Come up empty, with the focus in the field."""
        self._before = self.window().focusWidget()
        self.field.clear()
        self._show([])
        self.ask("")
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus()

    def end(self) -> None:
        """Go away, forget what was typed and found, and give the focus back."""
        self._asked += 1
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self.model.show([])
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()

    def _place(self) -> None:
        window = self.window()
        width = min(theme.px(720), window.width() - theme.spacing(4))
        height = min(theme.px(560), window.height() - theme.spacing(8))
        self.setGeometry((window.width() - width) // 2, theme.spacing(6), width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep in the middle of the window; let the arrows of the field move in the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event.key())
        if event.type() == QEvent.Type.Resize and self.isVisible() and watched is self.parentWidget():
            self._place()
        return super().eventFilter(watched, event)

    def _key(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            self.end()
        elif key == Qt.Key.Key_Down:
            self._move(1)
        elif key == Qt.Key.Key_Up:
            self._move(-1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.list.currentIndex().row())
        else:
            return False
        return True

    # ---- asking ----

    def ask(self, text: str) -> None:
        """Search for what is typed; only the answer to the latest question is shown."""
        self._asked += 1
        asked, wanted = self._asked, text.strip()
        acts = matching(self._acts(), wanted)
        if not wanted:
            self._show(lines([], {}, acts, self._open_hit))
            return

        def answered(found: "tuple[list[Hit], dict[UUID, str]]") -> None:
            if asked == self._asked:
                self._show(lines(*found, acts, self._open_hit), len(found[0]))

        store = self._store
        self._tasks.run(
            lambda: look_up(store, wanted) if asked == self._asked else ([], {}), answered, owner=self
        )

    def _show(self, found: list[Found], hits: int | None = None) -> None:
        self.model.show(found)
        first = next((row for row, line in enumerate(found) if line.open is not None), None)
        if first is not None:
            self.list.setCurrentIndex(self.model.index(first))
        if hits is None:
            self.told.setText(_("Arrows and Enter open, Esc closes."))
        elif hits:
            self.told.setText(_n("{count} found", "{count} found", hits).format(count=hits))
        else:
            self.told.setText(_("Nothing found. Try another word, or the beginning of one."))
        self.told.setAccessibleName(self.told.text())

    def _move(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        while 0 <= row < len(self.model.found):
            if self.model.found[row].open is not None:
                self.list.setCurrentIndex(self.model.index(row))
                return
            row += by

    def _open(self, row: int) -> None:
        if not 0 <= row < len(self.model.found):
            return
        act = self.model.found[row].open
        if act is not None:
            self.end()
            act()
