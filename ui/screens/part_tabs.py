"""A client's page as parts beside each other: the story first, the rest made when it is first shown."""

from functools import partial
from uuid import UUID

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.i18n import _
from ui.context import Context
from ui.icons import icon
from ui.screens.parts import PARTS, build


class PartTabs(QTabWidget):
    """Alt+1 is the story, Alt+2 and on the other parts."""

    def __init__(self, story: QWidget, context: Context, client_id: UUID) -> None:
        super().__init__()
        self._context, self._client_id = context, client_id
        self._places: list[QVBoxLayout] = []
        self.setDocumentMode(True)
        self.setAccessibleName(_("Parts of the client's page"))
        self.tabBar().setAccessibleName(_("Parts of the client's page"))
        self.tabBar().setExpanding(False)
        self.addTab(story, icon("mdi6.book-open-page-variant-outline"), _("Story"))
        for part in PARTS:
            place = QWidget()
            column = QVBoxLayout(place)
            column.setContentsMargins(0, 0, 0, 0)
            self._places.append(column)
            self.addTab(place, icon(part.icon), _(part.title))
        for number in range(self.count()):
            self.setTabToolTip(number, f"{self.tabText(number)} (Alt+{number + 1})")
            shortcut = QShortcut(QKeySequence(f"Alt+{number + 1}"), self)
            shortcut.activated.connect(partial(self.setCurrentIndex, number))
        self.currentChanged.connect(self._fill)

    def show_part(self, key: str) -> QWidget:
        """Show a part by its key, and return its widget."""
        number = 1 + next(place for place, part in enumerate(PARTS) if part.key == key)
        self.setCurrentIndex(number)
        self._fill(number)
        widget = self.part(number)
        assert widget is not None
        return widget

    def part(self, number: int) -> QWidget | None:
        """Return the widget of a part, if it has been made."""
        item = self._places[number - 1].itemAt(0) if number else None
        return item.widget() if item is not None else None

    def _fill(self, number: int) -> None:
        if number == 0 or self.part(number) is not None:
            return
        self._places[number - 1].addWidget(build(PARTS[number - 1], self._context, self._client_id))
