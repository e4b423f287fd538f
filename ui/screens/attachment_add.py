"""Attaching files: what is asked before a file is added, and how another screen attaches one to its entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.errors import KnownError
from app.i18n import _, _n
from app.services.clients.codes import ATTACHMENT_KINDS
from storage import blobs
from storage.store import Store
from storage.writing import Changes
from ui import dialogs
from ui.context import Context, write
from ui.screens.words import fold
from ui.theme import button, heading, label, look, px, spacing

# What a file's name says of it, in the languages that are used here; what fits none is another document.
_NAMED = {
    "cv": ("cv", "ansioluettelo", "meritforteckning", "resume"),
    "application": ("hakemus", "ansokan", "application"),
    "consent": ("suostumus", "samtycke", "consent"),
    "agreement": ("sopimus", "avtal", "agreement"),
    "decision": ("paatos", "beslut", "decision"),
    "certificate": ("todistus", "intyg", "diplom", "certificate", "betyg"),
}
# What a file is when it is attached to an entry of a kind.
_OF_KIND = {
    "consent": "consent",
    "consent_withdrawal": "consent",
    "cooperation_agreement": "agreement",
    "job_application": "application",
}


def category_of(name: str) -> str:
    """Guess from a file's name what it is."""
    words = fold(name).replace("_", " ").replace("-", " ").replace(".", " ").split()
    for category, signs in _NAMED.items():
        if any(word == sign or (len(sign) > 2 and sign in word) for word in words for sign in signs):
            return category
    return "other"


@dataclass
class Added:
    """What adding files did: entries made, and sentences for what could not be added."""

    changes: Changes = field(default_factory=Changes)
    problems: list[str] = field(default_factory=list)


def add_files(store: Store, paths: Sequence[Path], values: Mapping[str, Any]) -> Added:
    """Attach files to a client, each by itself: one that cannot be added does not hold up the others."""
    done = Added()
    for path in paths:
        try:
            done.changes |= blobs.attach(store, path, values)
        except KnownError as error:
            done.problems.append(f"{path.name}: {error}")
    return done


def begin(
    context: Context,
    paths: Sequence[Path],
    values: Mapping[str, Any],
    done: Callable[[Added], Any] | None = None,
    owner: QWidget | None = None,
) -> None:
    """Attach files in the background, tell the views, and offer to take it back."""

    def added(found: Added) -> None:
        if found.changes:
            context.bus.changed.emit(found.changes)
            count = len(found.changes.ids)
            text = _n("{count} file added.", "{count} files added.", count).format(count=count)
            context.say(" ".join([text, *found.problems]), lambda: _take_back(context, found.changes.ids))
        elif found.problems:
            context.say(" ".join(found.problems))
        if done is not None:
            done(found)

    store = context.store
    # Not among the store's own work: encrypting a large file would keep every screen waiting.
    context.tasks.run(lambda: add_files(store, paths, values), added, network=True, owner=owner)


def _take_back(context: Context, ids: frozenset[UUID]) -> None:
    store = context.store

    def op() -> Changes:
        changes = Changes()
        for record_id in ids:
            changes |= store.delete("attachment", record_id)
        return changes

    write(context, op)


def attach_to(
    context: Context,
    client_id: UUID,
    kind: str,
    record_id: UUID,
    parent: QWidget | None = None,
    done: Callable[[Added], Any] | None = None,
) -> None:
    """Ask for a file and attach it to an entry of the client's, such as the signed form of a consent."""
    path = dialogs.open_file(parent, _("Attach a file"), _("All files (*)"))
    if path is None:
        return
    category = _OF_KIND.get(kind) or category_of(path.name)
    values = {"client_id": str(client_id), "category": category, "of_kind": kind, "of_id": str(record_id)}
    begin(context, [path], values, done, parent)


class AddCard(QFrame):
    """Asks what the chosen files are. Enter adds them, Escape leaves them."""

    wanted = Signal(object, object)
    """The files, and the values of their entries."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look(self, "card")
        self.setAccessibleName(_("Add a file"))
        self.paths: list[Path] = []
        self.title = heading("", 3)
        self.category = QComboBox()
        self.category.setAccessibleName(_("What it is"))
        for choice in ATTACHMENT_KINDS:
            self.category.addItem(_(choice.title), choice.value)
        self.note = QLineEdit()
        self.note.setAccessibleName(_("Note"))
        self.note.setMaxLength(300)
        self.add_button = button(_("Add"), "primary", tip=_("Enter"))
        self.leave_button = button(_("Cancel"), tip=_("Esc"))
        self.add_button.clicked.connect(self.add)
        self.leave_button.clicked.connect(self.leave)
        self.note.returnPressed.connect(self.add)
        self._build()
        self.hide()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        column.setSpacing(spacing(1))
        column.addWidget(self.title)
        row = QHBoxLayout()
        row.setSpacing(spacing(2))
        for text, widget, share in ((_("What it is"), self.category, 2), (_("Note"), self.note, 3)):
            pair = QVBoxLayout()
            pair.setSpacing(spacing(0.5))
            named = label(text, "field", wraps=False)
            named.setBuddy(widget)
            pair.addWidget(named)
            pair.addWidget(widget)
            row.addLayout(pair, share)
        self.category.setMinimumWidth(px(200))
        column.addLayout(row)
        buttons = QHBoxLayout()
        buttons.setSpacing(spacing(1))
        buttons.addWidget(
            label(_("The file is encrypted here; the one on your disk stays as it is."), "small"), 1
        )
        buttons.addWidget(self.leave_button)
        buttons.addWidget(self.add_button)
        column.addLayout(buttons)

    def ask(self, paths: Sequence[Path]) -> None:
        """Ask about files."""
        self.paths = list(paths)
        names = self.paths[0].name if len(self.paths) == 1 else ""
        many = _n("Add {count} file", "Add {count} files", len(self.paths)).format(count=len(self.paths))
        self.title.setText(_("Add: {name}").format(name=names) if names else many)
        found = {category_of(path.name) for path in self.paths}
        category = found.pop() if len(found) == 1 else "other"
        self.category.setCurrentIndex(self.category.findData(category))
        self.note.clear()
        self.show()
        self.category.setFocus(Qt.FocusReason.OtherFocusReason)

    def add(self) -> None:
        """Add them."""
        if self.isHidden():
            return
        values = {"category": self.category.currentData(), "note": self.note.text()}
        self.hide()
        self.wanted.emit(self.paths, values)

    def leave(self) -> None:
        """Add nothing."""
        self.hide()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter adds, Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.add()
        else:
            super().keyPressEvent(event)
