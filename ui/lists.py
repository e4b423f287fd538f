"""A service's lists: its kinds of record, and the list of the chosen one; each made when first shown.

The kinds stand on the left where there is room, else in a box above.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast
from uuid import UUID

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from app.i18n import _
from app.spec import RecordSpec
from ui.context import Context
from ui.theme import px, spacing

Screen = Callable[[], QWidget]
WIDE = 760  # at the usual text size, from which the kinds stand beside the list
KINDS = 210


class Listed(Protocol):
    """What a service lists: a kind of record, or a page of its own."""

    @property
    def kind(self) -> str:
        """Its key."""

    @property
    def title(self) -> str:
        """Its (untranslated) title."""


class Lists(QWidget):
    """Shows one list of several. `screens` gives the kinds that have a screen of their own instead of a list."""

    def __init__(
        self,
        context: Context,
        title: str,
        specs: Sequence[Listed],
        client_id: UUID | None = None,
        screens: Mapping[str, Screen] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context, self.specs, self.client_id = context, specs, client_id
        self._screens = dict(screens or {})
        self._made: dict[str, QWidget] = {}
        self.setAccessibleName(title)
        self.kinds = QListWidget()
        self.kinds.setAccessibleName(title)
        self.kinds.setFixedWidth(px(KINDS))
        self.kinds.setWordWrap(True)
        self.kinds.setStyleSheet("QListWidget { border: none; background: transparent; }")
        self.kinds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.above = QComboBox()
        self.above.setAccessibleName(title)
        for spec in specs:
            self._add(_(spec.title))
        self.stack = QStackedWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(spacing(1), spacing(1), 0, 0)
        self._row.setSpacing(spacing(1))
        self._row.addWidget(self.kinds)
        self._row.addWidget(self.above)
        self._row.addWidget(self.stack, 1)
        self._arrange()
        self.kinds.currentRowChanged.connect(self._show)
        self.above.activated.connect(self.kinds.setCurrentRow)
        self.kinds.setCurrentRow(0)
        self.setFocusProxy(self.stack)

    def _add(self, text: str) -> None:
        item = QListWidgetItem(text)
        room = QRect(0, 0, px(KINDS) - 28, 1000)
        flags = int(Qt.TextFlag.TextWordWrap)
        needed = QFontMetrics(self.kinds.font()).boundingRect(room, flags, text).height()
        item.setSizeHint(QSize(0, max(px(36), needed + px(14))))
        item.setToolTip(text)
        self.kinds.addItem(item)
        self.above.addItem(text)

    def _arrange(self) -> None:
        wide, several = self.width() >= px(WIDE), len(self.specs) > 1
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._row.setDirection(way)
        self.kinds.setVisible(several and wide)
        self.above.setVisible(several and not wide)

    def minimumSizeHint(self) -> QSize:
        """Ask for the room of the list alone: where there is no more, the kinds stand above it."""
        beside = self.kinds.width() + self._row.spacing() if self.kinds.isVisible() else 0
        size = super().minimumSizeHint()
        return QSize(max(0, size.width() - beside), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def show_kind(self, kind: str) -> None:
        """Show the list of a kind."""
        for number, spec in enumerate(self.specs):
            if spec.kind == kind:
                self.kinds.setCurrentRow(number)

    def _show(self, number: int) -> None:
        from ui.records import RecordsPage

        spec = self.specs[number]
        self.above.setCurrentIndex(number)
        page = self._made.get(spec.kind)
        if page is None:
            own = self._screens.get(spec.kind)
            page = self._made[spec.kind] = (
                own() if own else RecordsPage(self.context, cast(RecordSpec, spec), self.client_id)
            )
            if own is None:
                page.setContentsMargins(*[spacing(2)] * 4)
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
