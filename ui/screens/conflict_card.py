"""One conflict as a card: both values beside each other, their differences marked, and the choices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QVBoxLayout

from app.coaching_phases import USUAL, CoachingPhases
from app.errors import KnownError, Refused
from app.i18n import _, format_instant
from app.record import Row, shape
from app.services import SPECS
from app.spec import F
from ui.context import Context, write
from ui.fields import Editor, editor_for
from ui.fields.box import FieldBox
from ui.fields.flow import Flow
from ui.screens.marked_text import Pieces, differences, marked, markup, shortened, spoken
from ui.screens.words import as_text, field_of, title_of
from ui.theme import button, heading, label, look, spacing

DELETED, FROZEN = "deleted", "frozen"


@dataclass(frozen=True)
class Decisions:
    """What waits for a decision, with the names it takes to read it."""

    conflicts: tuple[Row, ...]
    clients: Mapping[str, str]
    workers: Mapping[str, str]
    me: str
    held: tuple[Row, ...] = ()
    phases: CoachingPhases = USUAL


class ConflictCard(QFrame):
    """One conflict: its fields in rows, the centre's value and one's own beside each other, and the choices."""

    def __init__(
        self,
        context: Context,
        row: Row,
        decisions: Decisions,
        put_off: Callable[[str], None] | None = None,
        *,
        keys: bool = True,
    ) -> None:
        """Without `put_off` there is no "Settle later"; without `keys` no letters, where a page has its own."""
        super().__init__()
        self.context, self.row, self.decisions, self.keys = context, row, decisions, keys
        self.editors: dict[str, Editor] = {}
        self._marked: list[tuple[QLabel, Pieces]] = []
        look(self, "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        self._column.setSpacing(spacing(1.5))
        self._column.addWidget(heading(self._title(), 3))
        self._column.addWidget(label(self._why(), "quiet"))
        self._column.addLayout(self._grid())
        self._add_legend()
        self.problem = label("", "problem")
        self.problem.hide()
        self._writing = QVBoxLayout()
        self._column.addLayout(self._writing)
        self._column.addWidget(self.problem)
        self._column.addLayout(self._choices(put_off))

    @property
    def id(self) -> str:
        """The conflict's id."""
        return str(self.row["id"])

    # ---- what it says ----

    def _title(self) -> str:
        spec = SPECS.get(self.row["kind"])
        what = _(spec.one) if spec else self.row["kind"]
        who = self.decisions.clients.get(self.row["client_id"] or "", "")
        return f"{who}: {what}" if who else what

    def _why(self) -> str:
        if self.row["reason"] == DELETED:
            return _("One of you deleted this while the other changed it.")
        if self.row["reason"] == FROZEN:
            return _("This was signed before your change came to the centre. What is signed does not change.")
        if len(self.row["parts"]) > 1:
            return _(
                "Both of you changed what belongs together, so it is decided together. "
                "The centre's values hold until you decide."
            )
        return _("Both of you changed the same thing. The centre's value holds until you decide.")

    @property
    def _is_mine(self) -> bool:
        """Whether the one who looks sent the later value; a colleague may settle it as well."""
        return str(self.row["mine_by"] or "") == self.decisions.me

    def _who(self, side: str) -> str:
        by = str(self.row[f"{side}_by"] or "")
        name = _("you") if by == self.decisions.me else self.decisions.workers.get(by, _("somebody else"))
        at = self.row[f"{side}_at"]
        when = format_instant(datetime.fromisoformat(at)) if at else ""
        return ", ".join(part for part in (name, when) if part)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing(2))
        grid.setVerticalSpacing(spacing(1))
        sent = _("Yours ({who})") if self._is_mine else _("Sent later ({who})")
        heads = (
            _("At the centre ({who})").format(who=self._who("theirs")),
            sent.format(who=self._who("mine")),
        )
        for column, text in enumerate(heads):
            grid.setColumnStretch(column, 1)
            grid.addWidget(label(text, "strong"), 0, column, Qt.AlignmentFlag.AlignBottom)
        for number, name in enumerate(self.row["parts"]):
            title = title_of(self.row["kind"], name)
            grid.addWidget(label(title, "quiet"), 2 * number + 1, 0, 1, 2)
            texts = [self._text(name, side) for side in ("theirs", "mine")]
            pieces = differences(*texts) or (None, None)
            for column, head in enumerate(heads):
                said = self._said(texts[column], pieces[column])
                said.setAccessibleName(f"{title}, {head}: {texts[column]}")
                grid.addWidget(_framed(said), 2 * number + 2, column)
        return grid

    def _text(self, name: str, side: str) -> str:
        value = self.row[side].get(name)
        return as_text(self._field(name), value, self.decisions.workers)

    def _field(self, name: str) -> F | None:
        return field_of(self.row["kind"], name, self.decisions.phases)

    def _said(self, text: str, pieces: Pieces | None) -> QLabel:
        """Show a value; of a long one what differs is marked and named, and what both say may be left out."""
        if pieces is None:
            said = label(text)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            return said
        said = marked(shortened(pieces))
        said.setAccessibleDescription(spoken(pieces))
        self._marked.append((said, pieces))
        return said

    def _add_legend(self) -> None:
        """Say what the marks mean, and let a person see the whole text where some was left out."""
        self.whole = button(_("Show the whole text"), "link")
        self.whole.setAccessibleName(f"{self.whole.text()}: {self._title()}")
        self.whole.clicked.connect(self.show_whole)
        if not self._marked:
            return
        marks = (
            _("Struck through: only at the centre. Underlined: only in yours.")
            if self._is_mine
            else _("Struck through: only at the centre. Underlined: only in what was sent later.")
        )
        self._column.addWidget(label(marks, "small"))
        if any(shortened(pieces) != pieces for _said, pieces in self._marked):
            self._column.addWidget(self.whole, 0, Qt.AlignmentFlag.AlignLeft)

    def show_whole(self) -> None:
        """Show all of the texts, also what both say alike."""
        for said, pieces in self._marked:
            said.setText(markup(pieces))
        self.keep.setFocus()
        self.whole.hide()

    def _choices(self, put_off: Callable[[str], None] | None) -> Flow:
        row = Flow(gap=spacing(1))
        deleted = self.row["reason"] == DELETED
        keep = _("Keep it as at the centre") if deleted else _("Keep the centre's")
        self.keep = self._choice(keep, "K", self.keep_theirs)
        if self.row["reason"] == FROZEN:
            mine = (
                _("Use mine in a new version") if self._is_mine else _("Use the later one in a new version")
            )
        else:
            mine = _("Use mine") if self._is_mine else _("Use the later one")
        self.mine = self._choice(mine, "M", self.use_mine)
        self.new = self._choice(_("Write new"), "W", self.write_new)
        for made in (self.keep, self.mine, self.new):
            row.addWidget(made)
        if deleted or not self._fields():
            self.new.hide()
        if put_off is not None:
            self.later = self._choice(_("Settle later"), "L", lambda: put_off(self.id), "quiet")
            row.addWidget(self.later)
        return row

    def _choice(self, text: str, key: str, press: Callable[[], Any], name: str = "") -> QPushButton:
        made = button(text, name, tip=key if self.keys else "")
        made.setAccessibleName(f"{text}: {self._title()}")
        made.clicked.connect(lambda: press())
        if not self.keys:
            return made
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: press() if made.isVisible() else None)
        return made

    def _fields(self) -> list[str]:
        """Return the parts that a person can write anew."""
        return [name for name in self.row["parts"] if self._field(name) is not None]

    # ---- deciding ----

    def keep_theirs(self) -> None:
        """Let the centre's value stand."""
        from sync import settle

        self._decide(lambda: settle.keep(self.context.store, self.row), _("The centre's value stays."))

    def use_mine(self) -> None:
        """Put one's own value in its place."""
        from sync import settle

        said = _("Your value is used.") if self._is_mine else _("The later value is used.")
        self._decide(lambda: settle.use_mine(self.context.store, self.row), said)

    def write_new(self) -> None:
        """First open editors that begin with one's own value; pressed again, save what was written."""
        if not self.editors:
            self._open_editors()
            return
        from sync import settle

        faults = [editor for editor in self.editors.values() if editor.fault()]
        if faults:
            self._say(faults[0].fault())
            return
        values = {name: editor.value() for name, editor in self.editors.items()}
        self._decide(
            lambda: settle.write_new(self.context.store, self.row, values), _("The new value is saved.")
        )

    def _open_editors(self) -> None:
        model = shape(SPECS[self.row["kind"]].table)
        for name in self._fields():
            field = self._field(name)
            assert field is not None
            editor = editor_for(model, field)
            editor.set_value(self.row["mine"].get(name))
            self.editors[name] = editor
            self._writing.addWidget(FieldBox(editor))
        self.new.setText(_("Save the new value"))
        look(self.new, "primary")
        first = next((stop for editor in self.editors.values() for stop in editor.stops()), None)
        if first is not None:
            first.setFocus()

    def _decide(self, settled: Callable[[], Any], said: str) -> None:
        from sync import settle

        context, conflict, store = self.context, self.row, self.context.store

        def undo() -> None:
            write(context, lambda: settle.reopen(store, conflict))

        write(context, settled, lambda: context.say(said, undo), self._refused)

    def _refused(self, error: KnownError) -> None:
        text = "; ".join(str(p.message) for p in error.problems) if isinstance(error, Refused) else str(error)
        self._say(text)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the editors without deciding."""
        if event.key() == Qt.Key.Key_Escape and self.editors:
            while self._writing.count():
                item = self._writing.takeAt(0)
                widget = item.widget() if item else None
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
            self.editors = {}
            self.new.setText(_("Write new"))
            look(self.new, "")
            self.new.setFocus()
            return
        super().keyPressEvent(event)


def _framed(said: QLabel) -> QFrame:
    frame = look(QFrame(), "sunken")
    inside = QVBoxLayout(frame)
    inside.addWidget(said)
    inside.addStretch(1)
    return frame
