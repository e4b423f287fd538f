"""An editor of a list whose entries have fields, such as the goals of a plan with their steps."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from app.i18n import _
from app.spec import F
from ui.fields.base import Editor
from ui.fields.box import FieldBox
from ui.fields.flow import Shares
from ui.fields.kinds import kind_of, starts
from ui.theme import ToolButton, button, label, look, px, spacing

Make = Callable[..., Editor]
ADD, REMOVE = "Ctrl+Shift+A", "Ctrl+Shift+Del"
UP, DOWN = "Alt+Up", "Alt+Down"
MOST_IN_LINE = 3
NARROWEST = 130


class Entry(QFrame):
    """One entry: its fields, and a menu to move and remove it."""

    changed = Signal()
    restructured = Signal()
    asked = Signal(object, str)

    def __init__(self, model: type[BaseModel], fields: Sequence[F], make: Make, level: int) -> None:
        super().__init__()
        look(self, "card" if level % 2 == 0 else "sunken")
        self._rest: dict[str, Any] = {}
        self.boxes: dict[str, FieldBox] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing(1.5), spacing(1), spacing(0.5), spacing(1.5))
        row.setSpacing(spacing(1))
        self.number = label("", "strong", wraps=False)
        self.number.setMinimumWidth(px(20))
        row.addWidget(self.number, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(spacing(1))
        row.addLayout(column, 1)
        for line in _lines(model, fields):
            self._add_line(column, [(f, make(model, f, level=level + 1)) for f in line], model)
        self.menu_button = self._menu()
        row.addWidget(self.menu_button, 0, Qt.AlignmentFlag.AlignTop)

    def _add_line(
        self, column: QVBoxLayout, line: Sequence[tuple[F, Editor]], model: type[BaseModel]
    ) -> None:
        row = Shares(px(NARROWEST), spacing(1))
        for field, editor in line:
            box = FieldBox(editor, _(field.help), needed=kind_of(model, field.name).needed)
            editor.changed.connect(self.changed)
            editor.restructured.connect(self.restructured)
            self.boxes[field.name] = box
            words = kind_of(model, field.name).holds == "text" and not field.choices
            row.add(box, 3 if words else 2)
        column.addLayout(row)

    def _menu(self) -> QToolButton:
        made = ToolButton()
        made.setText("⋯")
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        menu = QMenu(made)
        self.actions_of: dict[str, QAction] = {}
        for what, text, keys in (
            ("up", _("Move up"), UP),
            ("down", _("Move down"), DOWN),
            ("remove", _("Remove"), REMOVE),
        ):
            action = menu.addAction(text)
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            action.setText(f"{text}\t{shown}")
            action.triggered.connect(lambda _on=False, wanted=what: self.asked.emit(self, wanted))
            self.actions_of[what] = action
        made.setMenu(menu)
        return made

    def place(self, title: str, index: int, count: int) -> None:
        """Tell the entry where in the list it stands."""
        name = _("{title} {number}").format(title=title, number=index + 1)
        self.number.setText(f"{index + 1}.")
        self.setAccessibleName(name)
        self.menu_button.setAccessibleName(_("Move or remove: {entry}").format(entry=name))
        self.menu_button.setToolTip(_("Move or remove"))
        self.actions_of["up"].setEnabled(index > 0)
        self.actions_of["down"].setEnabled(index < count - 1)
        for box in self.boxes.values():
            for stop in box.editor.stops() if not isinstance(box.editor, ItemsField) else ():
                own = stop.property("own_name") or stop.accessibleName()
                stop.setProperty("own_name", own)
                stop.setAccessibleName(_("{entry}, {field}").format(entry=name, field=own))

    def value(self) -> dict[str, Any]:
        """Return the entry's values; what its form does not show stays as it was."""
        return {**self._rest, **{name: box.editor.value() for name, box in self.boxes.items()}}

    def set_value(self, value: Mapping[str, Any]) -> None:
        """Show an entry."""
        self._rest = dict(value)
        for name, box in self.boxes.items():
            box.editor.set_value(value.get(name))

    def stops(self) -> list[QWidget]:
        """Return the controls in reading order."""
        return [stop for box in self.boxes.values() for stop in box.editor.stops()] + [self.menu_button]

    def words(self) -> str:
        """Return the entry's first text, by which a person knows it."""
        return next((v for n, v in self.value().items() if n in self.boxes and isinstance(v, str) and v), "")


class ItemsField(Editor):
    """A list of entries: add (Ctrl+Shift+A), move (Alt+Up, Alt+Down), remove and undo (Ctrl+Shift+Del)."""

    def __init__(
        self, title: str, model: type[BaseModel], fields: Sequence[F], make: Make, *, level: int = 0
    ) -> None:
        super().__init__(title)
        self.setAccessibleName(title)
        self._model, self._fields, self._make, self._level = model, fields, make, level
        self.entries: list[Entry] = []
        self._removed: tuple[int, dict[str, Any]] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(1))
        self._column = QVBoxLayout()
        self._column.setSpacing(spacing(1))
        column.addLayout(self._column)
        self._undo_row, self._undo_text, self._undo = self._removed_line()
        column.addWidget(self._undo_row)
        keys = QKeySequence(ADD).toString(QKeySequence.SequenceFormat.NativeText)
        self.add_button = button("", "quiet", tip=_("Add an entry ({key})").format(key=keys))
        self.add_button.setText("+ " + _("Add: {title}").format(title=title))
        self.add_button.setAccessibleName(_("Add: {title}").format(title=title))
        self.add_button.clicked.connect(lambda: self.add())
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _removed_line(self) -> tuple[QFrame, Any, Any]:
        frame = look(QFrame(), "notice")
        row = QHBoxLayout(frame)
        row.setContentsMargins(spacing(1), spacing(0.5), spacing(1), spacing(0.5))
        text = label()
        row.addWidget(text, 1)
        undo = button(_("Undo"), "quiet")
        undo.setAccessibleName(_("Undo the removal: {title}").format(title=self.title))
        undo.clicked.connect(self.restore)
        row.addWidget(undo)
        frame.hide()
        return frame, text, undo

    # ---- the value ----

    def value(self) -> Any:
        """Return the entries."""
        return [entry.value() for entry in self.entries]

    def set_value(self, value: Any) -> None:
        """Show entries."""
        for entry in list(self.entries):
            self._take_out(entry)
        for one in value or []:
            self._put_in(len(self.entries), one)
        self._forget_removed()
        self._renumber()

    def fault(self) -> str:
        """Check every entry, say each fault at its field, and say here that there is one."""
        good = [box.check() for entry in self.entries for box in entry.boxes.values()]
        return "" if all(good) else _("Something in an entry needs your attention.")

    def tell(self, path: Sequence[str], text: str) -> bool:
        """Show a problem such as goals.0.text at the field of its entry."""
        if len(path) < 2 or not path[0].isdigit() or int(path[0]) >= len(self.entries):
            return False
        box = self.entries[int(path[0])].boxes.get(path[1])
        if box is None:
            return False
        if len(path) > 2 and box.editor.tell(path[2:], text):
            return True
        box.say(text)
        return True

    def set_problem(self, text: str) -> None:
        """Say a problem of the list as a whole; the entries keep theirs unless all is well."""
        self._problem = text
        self.setAccessibleDescription(text)
        if not text:
            for entry in self.entries:
                for box in entry.boxes.values():
                    box.say("")

    def first_problem(self) -> QWidget | None:
        """Return the first control in an entry that has a problem."""
        for entry in self.entries:
            for box in entry.boxes.values():
                found = box.editor.first_problem()
                if found is not None:
                    return found
        return self.add_button if self._problem else None

    def stops(self) -> Sequence[QWidget]:
        """Return every control of every entry, then the buttons."""
        inner = [stop for entry in self.entries for stop in entry.stops()]
        return [*inner, self._undo, self.add_button]

    def _describe(self) -> None:
        self.add_button.setAccessibleDescription(self._help)

    # ---- what a person does ----

    def add(self, after: Entry | None = None) -> Entry:
        """Add an empty entry, at the end or after another, and go to it."""
        index = self.entries.index(after) + 1 if after else len(self.entries)
        entry = self._put_in(index, starts(self._model))
        self._forget_removed()
        self._after(entry)
        return entry

    def remove(self, entry: Entry) -> None:
        """Remove an entry; until something else is done it can be taken back."""
        index = self.entries.index(entry)
        self._removed = (index, entry.value())
        said = entry.words() or _("an empty entry")
        self._take_out(entry)
        self._undo_text.setText(_("Removed: {what}").format(what=said[:80]))
        self._undo_row.show()
        self._after(None)
        self._undo.setFocus()

    def restore(self) -> None:
        """Put the removed entry back where it was."""
        if self._removed is None:
            return
        index, value = self._removed
        entry = self._put_in(index, value)
        self._forget_removed()
        self._after(entry)

    def shift(self, entry: Entry, by: int) -> None:
        """Move an entry up (-1) or down (1); the focus stays where it is."""
        index = self.entries.index(entry)
        if not 0 <= index + by < len(self.entries):
            return
        focus = self.window().focusWidget()
        self.entries.insert(index + by, self.entries.pop(index))
        self._column.removeWidget(entry)
        self._column.insertWidget(index + by, entry)
        self._after(None)
        if focus is not None:
            focus.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Add, move and remove by key, in the innermost list that has the focus."""
        keys = QKeySequence(event.keyCombination())
        entry = self._focused()
        if keys == QKeySequence(ADD):
            self.add(entry)
        elif entry is not None and keys == QKeySequence(UP):
            self.shift(entry, -1)
        elif entry is not None and keys == QKeySequence(DOWN):
            self.shift(entry, 1)
        elif entry is not None and keys == QKeySequence(REMOVE):
            self.remove(entry)
        else:
            super().keyPressEvent(event)

    def _focused(self) -> Entry | None:
        widget = self.window().focusWidget()
        return next((e for e in self.entries if widget is not None and e.isAncestorOf(widget)), None)

    def _asked(self, entry: Entry, what: str) -> None:
        if what == "remove":
            self.remove(entry)
        else:
            self.shift(entry, -1 if what == "up" else 1)

    # ---- keeping the page in order ----

    def _put_in(self, index: int, value: Mapping[str, Any]) -> Entry:
        entry = Entry(self._model, self._fields, self._make, self._level)
        entry.set_value(value)
        entry.changed.connect(self.changed)
        entry.restructured.connect(self.restructured)
        entry.asked.connect(self._asked)
        self.entries.insert(index, entry)
        self._column.insertWidget(index, entry)
        # The layout would show it only later, and the focus is to go there now.
        entry.show()
        return entry

    def _take_out(self, entry: Entry) -> None:
        self.entries.remove(entry)
        self._column.removeWidget(entry)
        entry.hide()
        entry.setParent(None)
        entry.deleteLater()

    def _forget_removed(self) -> None:
        self._removed = None
        self._undo_row.hide()

    def _renumber(self) -> None:
        for index, entry in enumerate(self.entries):
            entry.place(self.title, index, len(self.entries))
        for before, after in pairwise(self.stops()):
            QWidget.setTabOrder(before, after)
        self.restructured.emit()

    def _after(self, entry: Entry | None) -> None:
        self._renumber()
        self.changed.emit()
        if entry is not None:
            entry.stops()[0].setFocus()


def _lines(model: type[BaseModel], fields: Sequence[F]) -> list[list[F]]:
    """Put short fields that follow each other side by side, at most three to a line."""
    lines: list[list[F]] = []
    run: list[F] = []
    for field in fields:
        if _is_small(model, field):
            run.append(field)
        else:
            lines += [*_shared(run), [field]]
            run = []
    return lines + _shared(run)


def _shared(run: Sequence[F]) -> list[list[F]]:
    count = -(-len(run) // MOST_IN_LINE)
    return [list(run[n * len(run) // count : (n + 1) * len(run) // count]) for n in range(count)]


def _is_small(model: type[BaseModel], field: F) -> bool:
    plain = field.rows == 1 and not field.items
    return plain and kind_of(model, field.name).holds not in ("yes_no", "items", "texts")
