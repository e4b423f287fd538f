"""Editors of choices: yes or no, one of a few, one of many, and several."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QRadioButton,
    QSizePolicy,
    QToolTip,
    QWidget,
)

from app.i18n import N_, _
from app.spec import Choice
from ui.fields.base import Editor
from ui.fields.flow import Flow
from ui.fields.text import inside
from ui.screens.words import fold
from ui.theme import label, look

FEW, FEW_LETTERS = 8, 120
NOT_LISTED = N_("Choose one from the list.")


def few(choices: Sequence[Choice]) -> bool:
    """Tell whether the choices are so few and short that all of them can stand on the page."""
    return len(choices) <= FEW and sum(len(_(one.title)) for one in choices) <= FEW_LETTERS


def other() -> str:
    """Return what a stored value is called that this version's list does not have."""
    return _("Other (new)")


class YesNo(Editor):
    """A check box with its title beside it, which wraps where a box's own text could not."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.box = QCheckBox()
        self.box.setAccessibleName(title)
        self.box.clicked.connect(lambda _on: self.changed.emit())
        self.box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.words = label(title)
        self.words.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignVCenter)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a press on the words as one on the box."""
        if watched is self.words and event.type() == QEvent.Type.MouseButtonRelease and self.isEnabled():
            self.box.click()
        return super().eventFilter(watched, event)

    def value(self) -> Any:
        """Return True or False."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Show yes or no."""
        self.box.setChecked(bool(value))

    def stops(self) -> Sequence[QWidget]:
        """Return the box."""
        return (self.box,)

    def shows_title(self) -> bool:
        """Say that the box itself carries the title."""
        return True


class _Chip(QCheckBox):
    """A choice of several, as a chip that is pressed anywhere."""

    def hitButton(self, pos: QPoint) -> bool:
        """Take a press anywhere on the chip."""
        return self.rect().contains(pos)


class _Segment(QRadioButton):
    """A choice of one, as a chip; pressing the chosen one again takes it back where none is allowed."""

    def __init__(self, text: str, clear: Any) -> None:
        super().__init__(text)
        self._clear = clear
        self._was_chosen = False

    def hitButton(self, pos: QPoint) -> bool:
        """Take a press anywhere on the chip."""
        return self.rect().contains(pos)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember whether this was the chosen one."""
        self._was_chosen = self.isChecked()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the choice back if it was."""
        super().mouseReleaseEvent(event)
        if self._was_chosen and self.rect().contains(event.position().toPoint()):
            self._clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the choice back with Delete or Backspace."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.isChecked():
            self._clear()
        else:
            super().keyPressEvent(event)


class Segments(Editor):
    """One of a few choices, all of them in view; the arrow keys move the choice, Delete takes it back."""

    def __init__(
        self, title: str, choices: Sequence[Choice], *, optional: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self.setAccessibleName(title)
        self._optional = optional
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Segment] = {}
        self._flow = Flow(self)
        for one in choices:
            self._add(one.value, _(one.title))
        self._group.buttonClicked.connect(lambda _button: self.changed.emit())

    def _add(self, value: str, text: str) -> None:
        button = look(_Segment(text.replace("&", "&&"), self._clear), "chip")
        button.setAccessibleName(_("{title}: {choice}").format(title=self.title, choice=text))
        self._buttons[value] = button
        self._group.addButton(button)
        self._flow.addWidget(button)

    def value(self) -> Any:
        """Return the chosen value, or nothing."""
        return next((value for value, button in self._buttons.items() if button.isChecked()), "")

    def set_value(self, value: Any) -> None:
        """Choose a value; one that the list does not have gets a choice of its own."""
        wanted = str(value if value is not None else "")
        if wanted and wanted not in self._buttons:
            self._add(wanted, other())
            self.restructured.emit()
        self._check(wanted)

    def _check(self, wanted: str) -> None:
        self._group.setExclusive(False)
        for value, button in self._buttons.items():
            button.setChecked(value == wanted)
        self._group.setExclusive(True)

    def _clear(self) -> None:
        if self._optional:
            self._check("")
            self.changed.emit()

    def entrance(self) -> QWidget | None:
        """Return the chosen one, else the first."""
        return self._group.checkedButton() or super().entrance()

    def stops(self) -> Sequence[QWidget]:
        """Return the chips; Tab stops at the chosen one, the arrow keys reach the rest."""
        return tuple(self._buttons.values())


class ChipsField(Editor):
    """Several of a list; a stored value that the list does not have keeps its place."""

    def __init__(self, title: str, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setAccessibleName(title)
        self._chips: dict[str, _Chip] = {}
        self._order: list[str] = []
        self._flow = Flow(self)
        for one in choices:
            self._add(one.value, _(one.title))

    def _add(self, value: str, text: str) -> None:
        chip = look(_Chip(text.replace("&", "&&")), "chip")
        chip.setAccessibleName(_("{title}: {choice}").format(title=self.title, choice=text))
        chip.clicked.connect(lambda _on: self.changed.emit())
        self._chips[value] = chip
        self._flow.addWidget(chip)

    def value(self) -> Any:
        """Return the chosen values: first those that were stored, in their order, then the new ones."""
        chosen = [value for value, chip in self._chips.items() if chip.isChecked()]
        kept = [value for value in self._order if value in chosen]
        return kept + [value for value in chosen if value not in kept]

    def set_value(self, value: Any) -> None:
        """Choose these values."""
        self._order = [str(one) for one in value or []]
        for one in self._order:
            if one not in self._chips:
                self._add(one, other())
                self.restructured.emit()
        for one, chip in self._chips.items():
            chip.setChecked(one in self._order)

    def stops(self) -> Sequence[QWidget]:
        """Return the chips."""
        return tuple(self._chips.values())


class _Line(QLineEdit):
    """The line of a list; under the mouse it shows the whole of a value for which it is too narrow."""

    def event(self, event: QEvent) -> bool:
        """Show the whole value."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._is_cut():
            QToolTip.showText(event.globalPos(), self.text(), self)
            return True
        return super().event(event)

    def _is_cut(self) -> bool:
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()


class _Combo(QComboBox):
    """A list that filters by what is typed; the wheel scrolls the page and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(14)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.line = _Line()
        self.setLineEdit(self.line)
        completer = QCompleter(self.model(), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompleter(completer)
        popup = QListView()
        completer.setPopup(popup)
        look(popup, "choices")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def minimumSizeHint(self) -> QSize:
        """Let a narrow panel be narrow."""
        return QSize(120, super().minimumSizeHint().height())


class ComboField(Editor):
    """One of many choices; typing filters them, and a part that fits only one of them is enough."""

    def __init__(
        self, title: str, choices: Sequence[Choice] = (), *, empty: Any = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self._empty = empty
        self._settled = ""
        self.combo = _Combo()
        self.combo.setAccessibleName(title)
        self.combo.line.setAccessibleName(title)
        self.combo.activated.connect(lambda _index: self._settle())
        self.combo.line.editingFinished.connect(self._settle)
        inside(self, self.combo)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer these choices; the value stays."""
        value = self.value()
        self.combo.clear()
        self.combo.addItem("", "")
        for one in choices:
            self.combo.addItem(_(one.title), one.value)
        self.set_value(value)

    def value(self) -> Any:
        """Return the chosen value; while something else is typed, the one chosen before."""
        found = self._found()
        value = self._settled if found < 0 else self.combo.itemData(found)
        return value or self._empty

    def set_value(self, value: Any) -> None:
        """Choose a value; one that the list does not have is kept under a name of its own."""
        self._settled = str(value or "")
        index = self.combo.findData(self._settled)
        if index < 0:
            self.combo.addItem(other(), self._settled)
            index = self.combo.count() - 1
        self.combo.setCurrentIndex(index)
        self.combo.setEditText(self.combo.itemText(index))
        self.combo.line.setCursorPosition(0)

    def fault(self) -> str:
        """Say that what is typed is not in the list."""
        return "" if self._found() >= 0 else _(NOT_LISTED)

    def stops(self) -> Sequence[QWidget]:
        """Return the list."""
        return (self.combo,)

    def _found(self) -> int:
        """Return the index that the typed text means: the same title, or the only one that holds it."""
        typed = fold(self.combo.currentText().strip())
        titles = [fold(self.combo.itemText(index)) for index in range(self.combo.count())]
        current = self.combo.currentIndex()
        if 0 <= current < len(titles) and titles[current] == typed:
            return current
        if typed in titles:
            return titles.index(typed)
        holding = [index for index, title in enumerate(titles) if typed in title]
        return holding[0] if len(holding) == 1 else -1

    def _settle(self) -> None:
        found = self._found()
        if found < 0:
            return
        before, value = self._settled, str(self.combo.itemData(found) or "")
        self.set_value(value)
        if value != before:
            self.changed.emit()


class ChoiceField(Editor):
    """One of a code list: as chips when they are few, as a list that filters when they are many."""

    def __new__(cls, title: str, choices: Sequence[Choice], *, optional: bool = True) -> Any:
        """Return the editor that fits the list."""
        return Segments(title, choices, optional=optional) if few(choices) else ComboField(title, choices)


class WholeChoice(Segments):
    """One of a scale of whole numbers."""

    def value(self) -> Any:
        """Return the number, or None."""
        chosen = super().value()
        return int(chosen) if chosen else None
