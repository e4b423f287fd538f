"""A client's page as parts beside each other: the story first, the rest made when it is first shown."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _
from ui.context import Context
from ui.fields.flow import Flow
from ui.icons import icon
from ui.screens.parts import PARTS, build
from ui.theme import by_enter, colours, px, spacing


class _Tab(QPushButton):
    """The name of a part. The words are never cut: where a line is full the next names go below it."""

    def __init__(self, text: str, picture: str, number: int) -> None:
        super().__init__(icon(picture, "quiet"), text.replace("&", "&&"))
        by_enter(self)
        self.setCheckable(True)
        self.setIconSize(QSize(px(16), px(16)))
        keys = QKeySequence(f"Alt+{number + 1}").toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(f"{text} ({keys})")
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Keep room for the words in bold, which they are when chosen."""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Medium)
        metrics = QFontMetrics(bold)
        return QSize(metrics.horizontalAdvance(self.text()) + px(16) + 25, metrics.height() + 14)


class PartBar(QFrame):
    """The names of the parts; the arrow keys go through them, Tab stops at the chosen one."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.tabs: list[_Tab] = []
        self._group = QButtonGroup(self)
        sides = QVBoxLayout(self)
        sides.setContentsMargins(spacing(1.5), spacing(0.5), spacing(1.5), 0)
        self._flow = Flow(gap=0)
        sides.addLayout(self._flow)
        self._group.idClicked.connect(self.chosen)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        c = colours()
        self.setStyleSheet(
            f"PartBar {{ border: none; border-bottom: 1px solid {c.line}; }}"
            f"QPushButton {{ background: transparent; border: 2px solid transparent; border-radius: 0;"
            f" color: {c.quiet}; padding: 3px 6px; font-weight: 400; min-height: 0; }}"
            f"QPushButton:hover {{ background: {c.accent_soft}; }}"
            f"QPushButton:checked {{ color: {c.text}; border-bottom: 2px solid {c.accent}; font-weight: 500;"
            " background: transparent; }"
            f"QPushButton:focus {{ border: 2px solid {c.accent}; border-radius: 4px; }}"
        )

    def add(self, text: str, picture: str) -> None:
        """Put a name at the end."""
        tab = _Tab(text, picture, len(self.tabs))
        self._group.addButton(tab, len(self.tabs))
        self.tabs.append(tab)
        self._flow.addWidget(tab)


class PartTabs(QWidget):
    """Alt+1 is the story, Alt+2 and on the other parts."""

    def __init__(self, story: QWidget, context: Context, client_id: UUID) -> None:
        super().__init__()
        self._context, self._client_id = context, client_id
        self._parts: list[QWidget | None] = [story, *(None for _part in PARTS)]
        self.setAccessibleName(_("Parts of the client's page"))
        self.bar, self.stack = PartBar(), QStackedWidget()
        self.bar.setAccessibleName(_("Parts of the client's page"))
        self.bar.add(_("Story"), "mdi6.book-open-page-variant-outline")
        for part in PARTS:
            self.bar.add(_(part.title), part.icon)
        self.stack.addWidget(story)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.stack, 1)
        for number in range(self.count()):
            shortcut = QShortcut(QKeySequence(f"Alt+{number + 1}"), self)
            shortcut.activated.connect(partial(self.go, number))
        self.bar.chosen.connect(self.show_number)
        self.show_number(0)

    def count(self) -> int:
        """Return how many parts there are, the story with them."""
        return len(self._parts)

    def currentIndex(self) -> int:
        """Return the number of the part that is shown; 0 is the story."""
        return self._parts.index(self.stack.currentWidget())

    def tabText(self, number: int) -> str:
        """Return the name of a part."""
        return self.bar.tabs[number].accessibleName()

    def go(self, number: int) -> None:
        """Show a part and give it the focus."""
        self.show_number(number)
        widget = self.part(number)
        assert widget is not None
        widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not widget.isAncestorOf(self.focusWidget() or self.bar):
            self.bar.tabs[number].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_part(self, key: str) -> QWidget:
        """Show a part by its key, and return its widget."""
        number = 1 + next(place for place, part in enumerate(PARTS) if part.key == key)
        self.show_number(number)
        widget = self.part(number)
        assert widget is not None
        return widget

    def part(self, number: int) -> QWidget | None:
        """Return the widget of a part, if it has been made."""
        return self._parts[number]

    def show_number(self, number: int) -> None:
        """Show a part; it is made when it is first shown."""
        widget = self._parts[number]
        if widget is None:
            widget = self._parts[number] = build(PARTS[number - 1], self._context, self._client_id)
            self.stack.addWidget(widget)
        self.bar.tabs[number].setChecked(True)
        self.stack.setCurrentWidget(widget)
        self.setFocusProxy(widget)  # where the focus comes back to, when a form beside the page has closed
