"""The history of one field: the values that it has had, with their day and who wrote them, across versions.

`attach(form)` lets Ctrl+H in any form show it under the focused field; `FieldHistoryPage` lets a person choose one.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.compare import Past, history_of
from app.i18n import _, format_instant
from app.record import Row
from app.services import SPECS
from app.spec import F, RecordSpec
from ui.context import Context
from ui.fields.box import FieldBox
from ui.screens.words import as_text
from ui.theme import button, heading, label, look, spacing

if TYPE_CHECKING:
    from ui.form import Form

KEY = "Ctrl+H"
Versions = list[tuple[Row, list[Row]]]


def read(
    store: Any, spec: RecordSpec, row: Row | None, client_id: UUID | None
) -> tuple[Versions, dict[str, str]]:
    """Read the versions of a record with their histories, oldest first, and the workers' names.

    A kind without versions has one: the record itself. `row` None means the client's latest version.
    """
    owner = (row or {}).get("client_id") or client_id
    versioned = "version_no" in spec.table.model_fields and owner is not None
    rows = store.rows(spec.kind, client_id=owner, order=("version_no", "id")) if versioned else []
    if row is not None:
        current = store.row(spec.kind, row["id"]) or row
        rows = [one for one in rows if one["version_no"] < current.get("version_no", 0)] + [current]
    found = [(one, store.history(spec.kind, UUID(one["id"]))) for one in rows]
    return found, {**store.worker_names(), str(store.worker): _("you")}


def lines(field: F, past: Past, names: Mapping[str, str]) -> tuple[str, str]:
    """Return what a value says, and when, by whom and in which version it was written."""
    when = format_instant(datetime.fromisoformat(past.at)) if past.at else ""
    who = names.get(past.by, _("somebody else")) if past.by else ""
    version = _("version {number}").format(number=past.version_no) if past.version_no else ""
    return as_text(field, past.value, names), ", ".join(part for part in (when, who, version) if part)


class FieldHistory(QFrame):
    """A field's values, newest first. Escape closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look(self, "sunken")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(spacing(0.5))
        self.told: list[tuple[str, str]] = []

    def show_field(self, field: F, found: tuple[Versions, dict[str, str]]) -> None:
        """Show the history of a field."""
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        versions, names = found
        self.told = [lines(field, past, names) for past in history_of(field.name, versions)]
        title = _("History of this field: {field}").format(field=_(field.title))
        self._column.addWidget(label(title, "strong"))
        for value, when in self.told:
            said = label(value)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            said.setAccessibleName(f"{when}: {value}")
            self._column.addWidget(label(when, "small"))
            self._column.addWidget(said)
        if not self.told:
            self._column.addWidget(label(_("Nothing has been written here yet."), "quiet"))
        self.setAccessibleName(title)
        self.setAccessibleDescription("; ".join(f"{when}: {value}" for value, when in self.told))
        self.setToolTip(_("Esc closes the history"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape or QKeySequence(event.keyCombination()) == QKeySequence(KEY):
            self.closed.emit()
            return
        super().keyPressEvent(event)


class FormHistory(QObject):
    """Ctrl+H in a form: the history of the focused field under it; once more, or Escape, closes it.

    A child of its form, which it knows by nothing else, so that both go together.
    """

    def __init__(self, form: "Form") -> None:
        super().__init__(form)
        self.shown: FieldHistory | None = None
        self._box: FieldBox | None = None
        shortcut = QShortcut(QKeySequence(KEY), form)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.toggle)
        for box in form.boxes.values():
            if not box.toolTip():
                box.setToolTip(_("History of this field ({key})").format(key=KEY))

    def toggle(self) -> None:
        """Show the history of the focused field, or close it."""
        form: Any = self.parent()
        name = _focused(form)
        again = name is not None and form.boxes[name] is self._box
        if self.shown is not None:
            self.close()
        if name is None or again or form.context is None:
            return
        store, spec, row, client = form.context.store, form.spec, form.row, form.client_id
        field = next(one for one in spec.fields() if one.name == name)
        box = form.boxes[name]

        form.context.tasks.run(
            lambda: read(store, spec, row, client), partial(self._show, box, field), owner=self
        )

    def _show(self, box: FieldBox, field: F, found: tuple[Versions, dict[str, str]]) -> None:
        if self.shown is not None:
            self.close()
        self.shown, self._box = FieldHistory(box), box
        self.shown.show_field(field, found)
        self.shown.closed.connect(self.close)
        layout = box.layout()
        if layout is not None:
            layout.addWidget(self.shown)
        self.shown.setFocus()

    def close(self) -> None:
        """Close the history and go back to its field."""
        shown, box = self.shown, self._box
        self.shown = self._box = None
        if shown is not None:
            shown.hide()
            shown.deleteLater()
        entrance = box.editor.entrance() if box is not None else None
        if entrance is not None:
            entrance.setFocus()


def attach(form: Any) -> Any:
    """Give a form its histories of fields; return the form."""
    if form.context is not None:
        form.history_of_fields = FormHistory(form)
    return form


def _focused(form: Any) -> str | None:
    """Return the name of the field that has the focus."""
    widget: QWidget | None = form.focusWidget()
    while widget is not None and widget is not form:
        for name, box in form.boxes.items():
            if widget is box:
                return str(name)
        widget = widget.parentWidget()
    return None


class FieldHistoryPage(QWidget):
    """A record's field is chosen, and its history read. Escape leaves."""

    closed = Signal()

    def __init__(self, context: Context, kind: str, row: Row, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = SPECS[kind]
        self.client_id = UUID(row["client_id"])
        self._found: tuple[Versions, dict[str, str]] = ([], {})
        self._fields = [one for one in self.spec.fields() if one.name != "version_no"]
        self.setAccessibleName(_("History of a field"))
        self.choice = QComboBox()
        self.choice.setAccessibleName(_("Field"))
        self.choice.currentIndexChanged.connect(self._show)
        self.history = FieldHistory()
        self.history.closed.connect(self.closed)
        self.back = button(_("Back"), tip=_("Esc"))
        self.back.clicked.connect(self.closed)
        self._build()
        self.setFocusProxy(self.choice)
        store, spec, client = context.store, self.spec, self.client_id
        context.tasks.run(lambda: read(store, spec, row, client), self._read)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(2))
        column.setSpacing(spacing(2))
        head = QHBoxLayout()
        title = _("{what}: history of a field").format(what=_(self.spec.one))
        head.addWidget(heading(title, 1), 1)
        head.addWidget(self.back)
        column.addLayout(head)
        column.addWidget(self.choice)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = look(QWidget(), "page")
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.history)
        inner.addStretch(1)
        scroll.setWidget(page)
        column.addWidget(scroll, 1)

    def _read(self, found: tuple[Versions, dict[str, str]]) -> None:
        """Offer the fields that hold anything, those with the most changes marked by their number."""
        self._found = found
        counts = {one.name: len(history_of(one.name, found[0])) for one in self._fields}
        self._fields = [one for one in self._fields if counts[one.name]]
        for one in self._fields:
            self.choice.addItem(f"{_(one.title)} ({counts[one.name]})")
        if not self._fields:
            self.history.show_field(self.spec.fields()[0], ([], {}))

    def _show(self, number: int) -> None:
        if 0 <= number < len(self._fields):
            self.history.show_field(self._fields[number], self._found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
