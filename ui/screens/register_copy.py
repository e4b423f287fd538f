"""Copying a note for the official register: its text on the clipboard, then the mark that it is there."""

import atexit
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID
from weakref import ref

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import register
from app.clock import today
from app.i18n import _, format_date, language
from app.record import Row, from_row
from app.services import SPECS
from ui.context import Context, write
from ui.screens.flowing import Flowing
from ui.screens.pictured import pictured
from ui.screens.words import day_of
from ui.theme import button, label, look, spacing

COPY_KEY, MARK_KEY = "Ctrl+Shift+C", "Ctrl+Shift+M"
# What asks the systems' clipboard histories to leave a text out (Windows, macOS, KDE).
_CONCEALED = {
    "ExcludeClipboardContentFromMonitorProcessing": b"1",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"1",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\0\0\0\0",
    'application/x-qt-windows-mime;value="CanUploadToCloudClipboard"': b"\0\0\0\0",
    "application/x-nspasteboard-concealed-type": b"secret",
    "x-kde-passwordManagerHint": b"secret",
}


def to_clipboard(text: str) -> None:
    """Put a text on the clipboard, kept out of clipboard histories. It is emptied when the program locks."""
    data = QMimeData()
    data.setText(text)
    for kind, value in _CONCEALED.items():
        data.setData(kind, QByteArray(value))
    QGuiApplication.clipboard().setMimeData(data)
    atexit.unregister(_let_go)
    atexit.register(_let_go, ref(data))


def _let_go(given: "ref[QMimeData]") -> None:
    """Empty the clipboard of what was made here, if it is still there: where the platform keeps it past the end of the
    interpreter, deleting it then ends the process with a fault.
    """
    data = given()
    if data is not None and isValid(data) and QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


def copy_text(context: Context, kind: str, row: Row, code: str = "") -> None:
    """Put a note's register text on the clipboard, and log that it left the program."""
    to_clipboard(register.text(SPECS[kind], row, code or language()))
    record, client, store = UUID(row["id"]), UUID(row["client_id"]), context.store
    context.tasks.run(lambda: store.log("export", kind, record, client, "official register"))
    context.say(_("Copied. Paste it into the official register; the clipboard is emptied at locking."))


def mark(context: Context, notes: Iterable[tuple[str, str]], on: date | None) -> None:
    """Mark notes (kind and id) as copied on a day, or, with None, as not copied; it can be taken back."""
    store, chosen = context.store, list(notes)
    before: list[tuple[str, str, Any]] = []

    def op() -> Any:
        records = []
        for kind, identity in chosen:
            row = store.row(kind, identity)
            if row is not None and not row["deleted"]:
                before.append((kind, identity, row[register.MARK]))
                day = on.isoformat() if on else None
                records.append(from_row(SPECS[kind].table, {**row, register.MARK: day}))
        return store.save(*records)

    def undo() -> None:
        def back() -> Any:
            rows = [(kind, store.row(kind, identity), day) for kind, identity, day in before]
            return store.save(
                *(from_row(SPECS[k].table, {**row, register.MARK: day}) for k, row, day in rows if row)
            )

        write(context, back)

    def said() -> None:
        text = (
            _("Marked as copied to the official register: {count}") if on else _("Marks taken away: {count}")
        )
        context.say(text.format(count=len(before)), undo)

    write(context, op, said)


class RegisterLine(QFrame):
    """What a note's page says of the official register: copied when, or two buttons that do it.

    `show_note` is given the stored row; `current` gives the row as it is typed at the moment, for the text.
    """

    def __init__(
        self, context: Context, kind: str, current: Callable[[], Row | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self.kind, self._current = context, kind, current
        self._row: Row | None = None
        look(self, "sunken")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(1.5), spacing(0.5), spacing(1), spacing(0.5))
        line = Flowing()
        column.addWidget(line)
        self.state = label("", "small", wraps=False)
        register = _("Official register")
        self.copy = pictured(
            button(_("Copy the text"), "quiet", tip=f"{register} ({COPY_KEY})"),
            "mdi6.content-copy",
        )
        self.mark = pictured(
            button(
                _("Copied to the register"),
                "quiet",
                tip=_("Mark with today's date ({key})").format(key=MARK_KEY),
            ),
            "mdi6.check",
        )
        self.copy.setAccessibleName(_("Copy text for the register"))
        self.copy.clicked.connect(lambda: self.copy_now())
        self.mark.clicked.connect(lambda: self.mark_now())
        line.add(self.state)
        line.add(self.copy)
        line.add(self.mark)
        context.bus.changed.connect(self._heard)
        self.show_note(None)

    def show_note(self, row: Row | None) -> None:
        """Show how it stands with a stored note; None for one that is not saved yet."""
        self._row = row
        copied = day_of(row[register.MARK]) if row else None
        if copied:
            self.state.setText(_("In the official register since {day}.").format(day=format_date(copied)))
        elif row is None:
            self.state.setText(_("Official register: save first, then mark it as copied."))
        else:
            self.state.setText(_("Not in the official register yet."))
        self.mark.setVisible(row is not None)
        self.mark.setText(_("Take the mark away") if copied else _("Mark as copied"))

    def copy_now(self) -> None:
        """Put the text on the clipboard."""
        row = self._current()
        if row is not None:
            copy_text(self.context, self.kind, row)

    def mark_now(self) -> None:
        """Mark the stored note as copied today, or take its mark away."""
        if self._row is not None:
            mark(self.context, [(self.kind, self._row["id"])], None if self._row[register.MARK] else today())

    def _heard(self, changes: Any) -> None:
        if self._row is not None and UUID(self._row["id"]) in changes.ids:
            store, identity = self.context.store, self._row["id"]
            self.context.tasks.run(lambda: store.row(self.kind, identity), self.show_note, owner=self)
