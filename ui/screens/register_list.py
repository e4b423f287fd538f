"""What is not in the official register yet, oldest first: read, copied, and marked, several at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QBoxLayout,
    QComboBox,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app import register
from app.clock import today
from app.i18n import _, _n, format_date, language
from app.record import Row
from app.services import SPECS
from ui import theme
from ui.context import Context
from ui.screens.flowing import Flowing
from ui.screens.pictured import pictured
from ui.screens.register_copy import COPY_KEY, MARK_KEY, copy_text, mark
from ui.theme import button, colours, heading, label, px, spacing

MOST = 200
SIDE_BY_SIDE = 900
NOTE = Qt.ItemDataRole.UserRole
TONGUES = (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English"))


@dataclass(frozen=True)
class Note:
    """A note that waits: its kind and id, whose it is, and its day."""

    kind: str
    id: str
    client_id: UUID
    name: str
    on: date

    def said(self) -> str:
        """Return the note as one line."""
        parts = (format_date(self.on), self.name, _(SPECS[self.kind].one))
        return "  ·  ".join(parts)


@dataclass(frozen=True)
class Waiting:
    """The oldest notes that wait, and how many there are in all."""

    notes: tuple[Note, ...]
    count: int


def gather(store: Any, client_id: UUID | None = None) -> Waiting:
    """Read what waits, of everybody or of one client, on the database thread."""
    if client_id is not None:
        return _of_client(store, client_id)
    names = {case.client_id: case.name for case in store.clients()}
    found = [
        Note(kind, identity, UUID(client), names.get(UUID(client), ""), date.fromisoformat(day))
        for kind, identity, client, day in store.uncopied_notes(MOST)
    ]
    return Waiting(tuple(found), store.uncopied()[0])


def _of_client(store: Any, client_id: UUID) -> Waiting:
    case = store.case(client_id)
    found = [
        Note(spec.kind, row["id"], client_id, case.name if case else "", date.fromisoformat(row[spec.dated]))
        for spec in register.kinds()
        for row in store.rows(spec.kind, client_id=client_id, where={register.MARK: None})
        if register.waits(spec, row)
    ]
    return Waiting(tuple(sorted(found, key=lambda note: (note.on, note.id))), len(found))


class RegisterList(QWidget):
    """The list at the left, the text of the present note at the right; of everybody, or of one client."""

    def __init__(
        self, context: Context, client_id: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self.client_id = context, client_id
        self._row: Row | None = None
        self._wanted = ""
        self._stale = True
        self.setAccessibleName(_("Official register"))
        self.said = label("", "quiet")
        self.list = _Notes(self.copy_now)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(_("Text for the register"))
        self.tongue = QComboBox()
        self.tongue.setAccessibleName(_("Language of the text"))
        for code, title in TONGUES:
            self.tongue.addItem(title, code)
        self.tongue.setCurrentIndex([code for code, _title in TONGUES].index(language()))
        self._build()
        self.list.currentRowChanged.connect(lambda _row: self._read())
        self.list.itemChanged.connect(lambda _item: self._tell())
        self.list.itemDoubleClicked.connect(lambda _item: self.open_now())
        self.tongue.currentIndexChanged.connect(lambda _index: self._write())
        context.bus.changed.connect(self._heard)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(1))
        column.addWidget(self.said)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(spacing(3))
        self._sides.addWidget(self.list, 1)
        self._sides.addWidget(self.text, 1)
        column.addLayout(self._sides, 1)
        self.all = button(_("Choose all"), "quiet", tip=_("Choose all ({key})").format(key="Ctrl+A"))
        tip = _("Mark with today's date ({key})").format(key=MARK_KEY)
        self.mark = pictured(button("", tip=tip), "mdi6.check")
        copy = _("Copy the text")
        self.copy = pictured(
            button(copy, "primary", tip=f"{copy} (Enter, {COPY_KEY})"),
            "mdi6.content-copy",
            "on_accent",
        )
        self.open = button(_("Open the note"), "quiet", tip=_("Open the note ({key})").format(key="Ctrl+O"))
        self.foot = Flowing()
        for made in (self.copy, self.mark, self.tongue, self.all, self.open):
            self.foot.add(made)
        column.addWidget(self.foot)
        column.addStretch(0)
        self.setFocusProxy(self.list)
        for made, press, keys in (
            (self.copy, self.copy_now, COPY_KEY),
            (self.mark, self.mark_now, MARK_KEY),
            (self.all, self.choose_all, "Ctrl+A"),
            (self.open, self.open_now, "Ctrl+O"),
        ):
            made.clicked.connect(lambda _on=False, press=press: press())
            shortcut = QShortcut(QKeySequence(keys), self, press)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(SIDE_BY_SIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._sides.direction() != way:
            self._sides.setDirection(way)

    def _heard(self, changes: Any) -> None:
        if changes.kinds & {"client", *(spec.kind for spec in register.kinds())}:
            self._stale = True
            if self.isVisible():
                self.reload()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    def reload(self) -> None:
        """Read again what waits."""
        self._stale = False
        store, client = self.context.store, self.client_id
        self.context.tasks.run(lambda: gather(store, client), self.show_waiting)

    def show_waiting(self, waiting: Waiting) -> None:
        """Show what waits; what was ticked and still waits stays ticked, and the place in the list stays."""
        ticked, place = {note.id for note in self.ticked()}, self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for note in waiting.notes:
            item = QListWidgetItem(note.said())
            item.setData(NOTE, note)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if note.id in ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setCurrentRow(min(max(place, 0), self.list.count() - 1))
        self.list.blockSignals(False)
        self._say(waiting)
        self._tell()
        self._read()

    def _say(self, waiting: Waiting) -> None:
        if not waiting.count:
            self.said.setText(_("Everything is in the official register."))
            return
        text = _n(
            "{count} note is not in the official register yet.",
            "{count} notes are not in the official register yet.",
            waiting.count,
        ).format(count=waiting.count)
        shown = len(waiting.notes)
        more = _("The oldest {count} are shown.").format(count=shown) if shown < waiting.count else ""
        how = _("Copy the text, paste it into the register, then mark the note as copied.")
        self.said.setText(" ".join(part for part in (text, more, how) if part))

    # ---- what is chosen ----

    def notes(self) -> list[Note]:
        """Return the notes shown."""
        return [self.list.item(row).data(NOTE) for row in range(self.list.count())]

    def ticked(self) -> list[Note]:
        """Return the notes that are ticked."""
        rows = [self.list.item(row) for row in range(self.list.count())]
        return [item.data(NOTE) for item in rows if item.checkState() == Qt.CheckState.Checked]

    def present(self) -> Note | None:
        """Return the note that the list stands on."""
        item = self.list.currentItem()
        note: Note | None = item.data(NOTE) if item is not None else None
        return note

    def chosen(self) -> Sequence[Note]:
        """Return what is marked: what is ticked, else the present note."""
        present = self.present()
        return self.ticked() or ([present] if present else [])

    def _tell(self) -> None:
        self._show_parts(bool(self.list.count()))
        count = len(self.ticked())
        text = _n("Mark {count} as copied", "Mark {count} as copied", count).format(count=count)
        self.mark.setText(text if count else _("Mark as copied"))
        for made in (self.mark, self.all, self.copy, self.open):
            made.setEnabled(bool(self.list.count()))

    def _show_parts(self, filled: bool) -> None:
        """Leave the boxes and buttons out while nothing waits; the keyboard stays here."""
        now = QApplication.focusWidget()
        here = now is self or (now is not None and self.isAncestorOf(now))
        self.setFocusProxy(self.list if filled else None)  # type: ignore[arg-type]  # None takes it away
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if filled else Qt.FocusPolicy.StrongFocus)
        for part in (self.list, self.text, self.foot):
            part.setVisible(filled)
        if here and not filled:
            self.setFocus()

    # ---- reading and doing ----

    def _read(self) -> None:
        """Read the present note, which is logged, and show its text."""
        note, store = self.present(), self.context.store
        self._row, self._wanted = None, note.id if note else ""
        self.text.setPlainText("")
        if note is None:
            return

        def read() -> Row | None:
            return store.row(note.kind, note.id) if store.get(note.kind, note.id) is not None else None

        self.context.tasks.run(read, self._show_row)

    def _show_row(self, row: Row | None) -> None:
        if row is not None and row["id"] == self._wanted:
            self._row = row
            self._write()

    def _write(self) -> None:
        note = self.present()
        if note is not None and self._row is not None:
            self.text.setPlainText(register.text(SPECS[note.kind], self._row, self.tongue.currentData()))

    def copy_now(self) -> None:
        """Put the present note's text on the clipboard."""
        note = self.present()
        if note is not None and self._row is not None:
            copy_text(self.context, note.kind, self._row, self.tongue.currentData())

    def mark_now(self) -> None:
        """Mark what is chosen as copied today."""
        chosen = self.chosen()
        if chosen:
            mark(self.context, [(note.kind, note.id) for note in chosen], today())

    def choose_all(self) -> None:
        """Tick everything, or nothing when everything is ticked."""
        every = len(self.ticked()) == self.list.count()
        for row in range(self.list.count()):
            self.list.item(row).setCheckState(Qt.CheckState.Unchecked if every else Qt.CheckState.Checked)

    def open_now(self) -> None:
        """Open the present note where it was written."""
        note = self.present()
        if note is None:
            return
        if note.kind == "support_visit":
            self.context.quick_visit(note.client_id, UUID(note.id))
        elif note.kind == "career_plan":
            self.context.open_plan(note.client_id, UUID(note.id))
        else:
            self.context.edit(note.kind, UUID(note.id), client_id=note.client_id)


class _Notes(QListWidget):
    """Space ticks, Enter copies."""

    def __init__(self, copy: Any) -> None:
        super().__init__()
        self._copy = copy
        self.setAccessibleName(_("Notes that are not in the official register"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setUniformItemSizes(True)
        c, size = colours(), px(16)
        self.setStyleSheet(
            f"QListWidget::indicator {{ width: {size}px; height: {size}px; border: 1px solid {c.control};"
            f" border-radius: 4px; background: {c.surface}; }}"
            f"QListWidget::indicator:checked {{ background: {c.accent}; border-color: {c.accent};"
            f' image: url("{_check(c.dark)}"); }}'
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._copy()
            return
        super().keyPressEvent(event)


class RegisterPage(QWidget):
    """One client's notes that are not in the official register. Escape goes back."""

    closed = Signal()

    def __init__(self, context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = RegisterList(context, client_id)
        self.setAccessibleName(_("Official register"))
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(2))
        column.setSpacing(spacing(1))
        column.addWidget(heading(_("Official register"), 1))
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.list)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _check(dark: bool) -> str:
    """Return the drawn mark that check boxes have."""
    name = "check-ondark.svg" if dark else "check-on.svg"
    return (Path(theme.__file__).with_name("images") / name).as_posix()
