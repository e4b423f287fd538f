"""A situation of the support-need check: its tick, what to ask, and a note."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from app.i18n import _
from app.record import Row
from ui.fields import YesNo
from ui.theme import label, px, spacing


class SituationLine(QFrame):
    """A situation with its tick; ticked, it has room for a note. Up and Down go through the list, space ticks."""

    changed = Signal()
    moved = Signal(int)

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row
        self.box = YesNo(row["text"])
        self.box.set_help(row["help"])
        self.note = QLineEdit()
        self.note.setPlaceholderText(_("Note"))
        self.note.setAccessibleName(_("Note: {what}").format(what=row["text"]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(0.25))
        column.addWidget(self.box)
        inner = QVBoxLayout()
        inner.setContentsMargins(px(16) + 22, 0, 0, 0)
        if row["help"]:
            inner.addWidget(label(row["help"], "small"))
        inner.addWidget(self.note)
        column.addLayout(inner)
        self.note.hide()
        self.box.changed.connect(self._ticked)
        self.note.textEdited.connect(lambda _text: self.changed.emit())
        for watched in (self.box.box, self.note):
            watched.installEventFilter(self)

    @property
    def ticked(self) -> bool:
        """Whether the situation holds."""
        return bool(self.box.value())

    def tick(self, on: bool, note: str = "") -> None:
        """Show whether the situation holds, and the note."""
        self.box.set_value(on)
        self.note.setText(note)
        self.note.setVisible(on)

    def _ticked(self) -> None:
        self.note.setVisible(self.ticked)
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go to the next or the previous situation by the arrow keys."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self.moved.emit(step)
                return True
        return super().eventFilter(watched, event)
