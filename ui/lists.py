"""A service's lists: its kinds of record on the left, the list of the chosen one beside; each made when first shown."""

from collections.abc import Callable, Mapping
from uuid import UUID

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from app.i18n import _
from app.spec import RecordSpec
from ui.context import Context
from ui.theme import px, spacing

Screen = Callable[[], QWidget]


class Lists(QWidget):
    """Shows one list of several. `screens` gives the kinds that have a screen of their own instead of a list."""

    def __init__(
        self,
        context: Context,
        title: str,
        specs: tuple[RecordSpec, ...],
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
        self.kinds.setFixedWidth(px(210))
        self.kinds.setWordWrap(True)
        self.kinds.setStyleSheet("QListWidget { border: none; background: transparent; }")
        self.kinds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for spec in specs:
            item = QListWidgetItem(_(spec.title))
            item.setSizeHint(QSize(0, px(36)))
            item.setToolTip(_(spec.title))
            self.kinds.addItem(item)
        self.stack = QStackedWidget()
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing(1), spacing(1), 0, 0)
        row.setSpacing(spacing(1))
        row.addWidget(self.kinds)
        row.addWidget(self.stack, 1)
        self.kinds.setVisible(len(specs) > 1)
        self.kinds.currentRowChanged.connect(self._show)
        self.kinds.setCurrentRow(0)
        self.setFocusProxy(self.stack)

    def show_kind(self, kind: str) -> None:
        """Show the list of a kind."""
        for number, spec in enumerate(self.specs):
            if spec.kind == kind:
                self.kinds.setCurrentRow(number)

    def _show(self, number: int) -> None:
        from ui.records import RecordsPage

        spec = self.specs[number]
        page = self._made.get(spec.kind)
        if page is None:
            own = self._screens.get(spec.kind)
            page = self._made[spec.kind] = own() if own else RecordsPage(self.context, spec, self.client_id)
            if own is None:
                page.setContentsMargins(*[spacing(2)] * 4)
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
