"""Decisions: where two people changed the same thing, both values side by side and a person chooses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.access import client_of
from app.coaching_phases import USUAL, CoachingPhases, ours
from app.errors import KnownError, Refused
from app.i18n import _, _n, format_instant
from app.record import Row, shape
from app.services import SPECS
from ui.context import Context, write
from ui.fields import Editor, editor_for
from ui.fields.box import FieldBox
from ui.screens.held import HeldCard
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


def gather(store: Any) -> Decisions:
    """Read the open conflicts on the database thread."""
    from sync import settle

    conflicts, held = store.conflicts(), settle.held(store)
    whose = {row["client_id"] for row in conflicts} | {client_of(row["scope"]) for row in held}
    cases = {client: store.case(client) for client in whose if client}
    return Decisions(
        conflicts=tuple(conflicts),
        clients={client: case.name for client, case in cases.items() if case},
        workers=store.worker_names(),
        me=str(store.worker),
        held=tuple(held),
        phases=ours(store),
    )


class ConflictsScreen(QWidget):
    """The open conflicts, oldest first. What is put off stays open and is here again the next time."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.cards: list[ConflictCard] = []
        self.held: list[HeldCard] = []
        self._later: set[str] = set()
        self._stale = True
        self.setAccessibleName(_("Decisions"))
        self.said = label("", "quiet")
        self.empty = label(_("Nothing needs a decision. Everybody's changes fit together."), "quiet")
        page = look(QWidget(), "page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        self._column.setSpacing(spacing(2))
        self.not_taken = heading(_("Not accepted by the centre"), 2)
        self.not_taken.hide()
        for widget in (heading(_("Decisions"), 1), self.said, self.empty, self.not_taken):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        context.bus.changed.connect(self._changed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.reload()

    def _changed(self, changes: Any) -> None:
        if "conflict" in changes.kinds:
            self._stale = True
            if self.isVisible():
                self.reload()

    def reload(self) -> None:
        """Read what is open."""
        self._stale = False
        self.context.tasks.run(partial(gather, self.context.store), self._show)

    def _show(self, decisions: Decisions) -> None:
        for before in (*self.cards, *self.held):
            self._column.removeWidget(before)
            before.hide()
            before.deleteLater()
        shown = [row for row in decisions.conflicts if row["id"] not in self._later]
        self.cards = [ConflictCard(self.context, row, decisions, self._put_off) for row in shown]
        for card in self.cards:
            self._column.insertWidget(self._column.indexOf(self.not_taken), card)
        self._show_held(decisions)
        count = len(decisions.conflicts)
        self.empty.setVisible(not count and not self.held)
        self.said.setVisible(bool(count))
        text = _n("{count} entry needs a decision", "{count} entries need a decision", count).format(
            count=count
        )
        aside = count - len(shown)
        later = _n("{count} put off for now", "{count} put off for now", aside).format(count=aside)
        self.said.setText(f"{text}; {later}" if aside else text)
        if self.cards:
            self.cards[0].keep.setFocus()

    def _show_held(self, decisions: Decisions) -> None:
        """Show what the centre did not take, below what waits for a decision."""
        self.held = [
            HeldCard(
                self.context,
                row,
                who=decisions.clients.get(client_of(row["scope"]) or "", ""),
                workers=decisions.workers,
                gone=self.reload,
                ours=decisions.phases,
            )
            for row in decisions.held
        ]
        self.not_taken.setVisible(bool(self.held))
        for card in self.held:
            self._column.insertWidget(self._column.count() - 1, card)

    def _put_off(self, conflict_id: str) -> None:
        self._later.add(conflict_id)
        self.reload()


class ConflictCard(QFrame):
    """One conflict: its fields in rows, the centre's value and one's own beside each other, and the choices."""

    def __init__(
        self, context: Context, row: Row, decisions: Decisions, put_off: Callable[[str], None]
    ) -> None:
        super().__init__()
        self.context, self.row, self.decisions = context, row, decisions
        self.editors: dict[str, Editor] = {}
        look(self, "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        self._column.setSpacing(spacing(1.5))
        self._column.addWidget(heading(self._title(), 3))
        self._column.addWidget(label(self._why(), "quiet"))
        self._column.addLayout(self._grid())
        self.problem = label("", "problem")
        self.problem.hide()
        self._writing = QVBoxLayout()
        self._column.addLayout(self._writing)
        self._column.addWidget(self.problem)
        self._column.addLayout(self._choices(put_off))

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
        for column, share in enumerate((2, 5, 5)):
            grid.setColumnStretch(column, share)
        sent = _("Yours ({who})") if self._is_mine else _("Sent later ({who})")
        heads = (
            _("At the centre ({who})").format(who=self._who("theirs")),
            sent.format(who=self._who("mine")),
        )
        for column, text in enumerate(heads, 1):
            grid.addWidget(label(text, "strong"), 0, column, Qt.AlignmentFlag.AlignBottom)
        for number, name in enumerate(self.row["parts"], 1):
            title = title_of(self.row["kind"], name)
            grid.addWidget(label(title, "quiet"), number, 0, Qt.AlignmentFlag.AlignTop)
            for column, side in ((1, "theirs"), (2, "mine")):
                grid.addWidget(self._value(name, side, title, heads[column - 1]), number, column)
        return grid

    def _value(self, name: str, side: str, title: str, head: str) -> QFrame:
        value = self.row[side].get(name)
        text = as_text(field_of(self.row["kind"], name), value, self.decisions.workers)
        frame = look(QFrame(), "sunken")
        inside = QVBoxLayout(frame)
        said = label(text)
        said.setAccessibleName(f"{title}, {head}: {text}")
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside.addWidget(said)
        inside.addStretch(1)
        return frame

    def _choices(self, put_off: Callable[[str], None]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(spacing(1))
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
        self.later = self._choice(_("Settle later"), "L", lambda: put_off(self.row["id"]), "quiet")
        self.new.setVisible(not deleted and bool(self._fields()))
        for made in (self.keep, self.mine, self.new, self.later):
            row.addWidget(made)
        row.addStretch(1)
        return row

    def _choice(self, text: str, key: str, press: Callable[[], Any], name: str = "") -> QPushButton:
        made = button(text, name, tip=key)
        made.setAccessibleName(f"{text}: {self._title()}")
        made.clicked.connect(lambda: press())
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: press() if made.isVisible() else None)
        return made

    def _fields(self) -> list[str]:
        """Return the parts that a person can write anew."""
        return [name for name in self.row["parts"] if field_of(self.row["kind"], name) is not None]

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
            field = field_of(self.row["kind"], name)
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
