"""The page of any declared kind of record: what it holds, to be read; edit, history and PDF one key away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.coaching_phases import KIND, concerns, spec_here
from app.i18n import N_, _, format_instant
from app.record import Row
from app.services import SPECS
from app.spec import F, RecordSpec
from app.versions import is_signable
from ui.context import Context, delete
from ui.form import frozen
from ui.names import name_of
from ui.screens import sign
from ui.screens.sign_reading import signatures
from ui.screens.words import as_text, title_of
from ui.theme import button, card, heading, label, look, px, spacing

WIDEST = 760
OPS = {
    "create": N_("Made"),
    "update": N_("Changed"),
    "delete": N_("Deleted"),
    "undelete": N_("Brought back"),
}


class DetailView(QWidget):
    """Shows one record. Ctrl+E edits, Ctrl+H shows its history, Ctrl+P its PDF, Ctrl+G signs, Escape leaves."""

    closed = Signal()

    def __init__(
        self, context: Context, spec: RecordSpec, record_id: UUID, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self.spec, self.record_id = context, spec, record_id
        self.row: Row | None = None
        self.shown = spec
        self.may_change = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._build()
        context.bus.changed.connect(self._heard)
        self.load(first=True)

    # ---- loading ----

    def load(self, *, first: bool = False) -> None:
        """Read the record; the first time it is logged as read."""
        store, kind, record_id = self.context.store, self.spec.kind, self.record_id
        refers = {f.refers for f in self.spec.fields() if f.refers} - {"worker"}

        def op() -> tuple[Row | None, dict[str, str], bool, RecordSpec]:
            if first:
                store.get(kind, record_id)
            row = store.row(kind, record_id)
            names = dict(store.worker_names())
            for other in refers:
                client = (row or {}).get("client_id")
                own = client if SPECS[other].scope == "client" else None
                names |= {one["id"]: name_of(other, one) for one in store.rows(other, client_id=own)}
            may_write = not self.spec.writers or store.may_write(self.spec)
            return row, names, may_write, spec_here(store, self.spec)

        self.context.tasks.run(op, self._show)

    def _show(self, found: tuple[Row | None, dict[str, str], bool, RecordSpec]) -> None:
        self.row, names, may_write, self.shown = found
        _empty(self._fields)
        if self.row is None or self.row["deleted"]:
            self.closed.emit()
            return
        self.may_change = may_change = may_write and not frozen(self.spec, self.row)
        self.edit_button.setVisible(may_change)
        self.delete_button.setVisible(may_change)
        self.sign_button.setVisible(is_signable(self.spec) and may_change)
        self.new_button.setVisible(is_signable(self.spec) and not may_change)
        self.title.setText(name_of(self.spec.kind, self.row))
        self.setAccessibleName(self.title.text())
        for section in self.shown.form:
            filled = [f for f in section.fields if self.row.get(f.name) not in (None, "", [], False)]
            if filled:
                self._section(_(section.title), filled, self.row, names)
        if is_signable(self.spec) and self.row["signatures"]:
            frame, column = card()
            column.addWidget(heading(_("Signatures"), 3))
            column.addLayout(signatures(self.row))
            self._fields.addWidget(frame)
        self._fields.addStretch(1)

    def _section(self, title: str, filled: list[F], row: Row, names: Mapping[str, str]) -> None:
        frame, column = card()
        column.setSpacing(spacing(1.5))
        column.addWidget(heading(title, 3))
        for field in filled:
            pair = QVBoxLayout()
            pair.setSpacing(spacing(0.25))
            if _(field.title) != title:
                pair.addWidget(label(_(field.title), "small"))
            shown = label(as_text(field, row[field.name], names))
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setAccessibleName(f"{_(field.title)}: {shown.text()}")
            pair.addWidget(shown)
            column.addLayout(pair)
        self._fields.addWidget(frame)

    def _heard(self, changes: Any) -> None:
        if self.record_id in changes.ids or (KIND in changes.kinds and concerns(self.spec)):
            self.load()
            if self.history.isVisible():
                self._load_history()

    # ---- what a person does ----

    def edit(self) -> None:
        """Open the form."""
        if self.row is not None and self.may_change:
            self.context.edit(self.spec.kind, self.record_id, client_id=self._client())

    def delete(self) -> None:
        """Delete the record; the line at the bottom offers to take it back."""
        if self.row is not None and self.may_change:
            delete(self.context, self.spec.kind, self.record_id, _(self.spec.one))

    def preview(self) -> None:
        """Show the record's PDF."""
        if self.spec.pdf is not None:
            self.context.preview(self.spec.kind, self.record_id)

    def sign(self) -> None:
        """Let those whom it concerns sign it; what says nothing yet is refused in words."""
        if self.row is not None and self.sign_button.isVisible():
            sign.open_page(self, self.context, self.spec.kind, self.row)

    def new_version(self) -> None:
        """Copy what is signed into a new version and open that."""
        if self.row is not None and self.new_button.isVisible():
            sign.new_version(self.context, self.spec.kind, self.row)

    def toggle_history(self) -> None:
        """Show who changed what and when, or hide it."""
        if self.history.isVisible():
            self.history.hide()
        else:
            self._load_history()

    def _load_history(self) -> None:
        store, kind, record_id = self.context.store, self.spec.kind, self.record_id
        self.context.tasks.run(
            lambda: (store.history(kind, record_id), {str(store.worker): _("you"), **store.worker_names()}),
            self._show_history,
        )

    def _show_history(self, found: tuple[list[Row], dict[str, str]]) -> None:
        entries, names = found
        _empty(self._history_column)
        self._history_column.addWidget(heading(_("History"), 3))
        for entry in entries:
            for number, text in enumerate(history_lines(self.spec.kind, entry, names, self.shown)):
                self._history_column.addWidget(label(text, "strong" if number == 0 else "quiet"))
        if not entries:
            self._history_column.addWidget(label(_("Nothing is known of earlier changes."), "quiet"))
        self.history.show()

    def _client(self) -> UUID | None:
        client = (self.row or {}).get("client_id")
        return UUID(client) if client else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of the page."""
        keys = QKeySequence(event.keyCombination()).toString()
        act = {
            "Ctrl+E": self.edit,
            "Ctrl+H": self.toggle_history,
            "Ctrl+P": self.preview,
            "Ctrl+G": self.sign,
            "Ctrl+Shift+N": self.new_version,
            "Del": self.delete,
            "Esc": self.closed.emit,
        }.get(keys)
        if act is not None:
            act()
        else:
            super().keyPressEvent(event)

    # ---- building ----

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._bar())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = look(QWidget(), "page")
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, spacing(1), spacing(2))
        inner = QWidget()
        inner.setMaximumWidth(px(WIDEST))
        row.addWidget(inner, 1)
        row.addStretch(0)
        parts = QVBoxLayout(inner)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(spacing(2))
        self.history, self._history_column = card("sunken")
        self.history.hide()
        parts.addWidget(self.history)
        self._fields = QVBoxLayout()
        self._fields.setSpacing(spacing(2))
        parts.addLayout(self._fields, 1)
        scroll.setWidget(page)
        column.addWidget(scroll, 1)

    def _bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(spacing(1))
        self.title = heading("", 2)
        self.back_button = self._act(_("Back"), "quiet", "Esc", self.closed.emit)
        row.addWidget(self.back_button)
        row.addWidget(self.title, 1)
        self.delete_button = self._act(_("Delete"), "quiet", "Del", self.delete)
        self.history_button = self._act(_("History"), "quiet", "Ctrl+H", self.toggle_history)
        self.pdf_button = self._act(_("PDF"), "", "Ctrl+P", self.preview)
        self.pdf_button.setVisible(self.spec.pdf is not None)
        self.edit_button = self._act(_("Edit"), "primary", "Ctrl+E", self.edit)
        self.sign_button = self._act(_("Sign"), "", "Ctrl+G", self.sign)
        self.new_button = self._act(_("Make a new version"), "primary", "Ctrl+Shift+N", self.new_version)
        self.sign_button.hide()
        self.new_button.hide()
        for made in (
            self.delete_button,
            self.history_button,
            self.pdf_button,
            self.sign_button,
            self.new_button,
            self.edit_button,
        ):
            row.addWidget(made)
        return row

    @staticmethod
    def _act(text: str, name: str, key: str, act: Any) -> Any:
        made = button(text, name, tip=f"{text} ({key})")
        made.clicked.connect(lambda: act())
        return made


def history_lines(
    kind: str, entry: Row, names: Mapping[str, str], spec: RecordSpec | None = None
) -> list[str]:
    """Say one entry of a record's history: what, when and who, then each field with its old and new value."""
    at = entry["at"] if isinstance(entry["at"], datetime) else datetime.fromisoformat(str(entry["at"]))
    op = str(entry["op"])
    op = _(OPS[op]) if op in OPS else op
    who = names.get(str(entry["by"]), _("somebody else"))
    lines = [_("{what} {when}, {who}").format(what=op, when=format_instant(at), who=who)]
    shown = {f.name: f for f in (spec or SPECS[kind]).fields()}
    for name, change in (entry["patch"] or {}).items():
        if name in shown and isinstance(change, list | tuple) and len(change) == 2:
            title = title_of(kind, name)
            old, new = (as_text(shown[name], value, names) for value in change)
            if entry["op"] == "create":
                lines.append(_("{field}: {new}").format(field=title, new=new))
            else:
                lines.append(_("{field}: {old} → {new}").format(field=title, old=old, new=new))
    return lines


def _empty(column: QVBoxLayout) -> None:
    while column.count():
        item = column.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
