"""Merging two clients who are one person: find the other, see both side by side, choose, merge; it can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import merging
from app.errors import KnownError, Refused
from app.i18n import _, _n
from app.merging import BOTH, KEPT, OTHER, Difference
from app.record import Row
from app.services import SPECS
from app.services.clients.rules import name_of
from ui.context import Context, write
from ui.fields.flow import Flow
from ui.screens.merge_pick import Picker
from ui.screens.words import as_text, breakable, field_of, title_of
from ui.theme import button, card, heading, label, look, px, spacing


@dataclass(frozen=True)
class Pair:
    """Two clients, what comes over, who holds the other one only, and whether there may be more than is seen here."""

    kept: Row
    other: Row
    counts: Mapping[str, int]
    holders: tuple[str, ...]
    in_part: bool = False


def gather(store: Any, kept_id: UUID, other_id: UUID) -> Pair | None:
    """Read both clients on the database thread; None where one of them is not here."""
    from storage import merging as stored

    kept, other = store.row("client", kept_id), store.row("client", other_id)
    if kept is None or other is None or kept["deleted"] or other["deleted"]:
        return None
    store.opened(other_id)
    holders = tuple(stored.only_holders(store, kept_id, other_id))
    counts, in_part = stored.count(store, other_id), stored.in_part(store, kept_id, other_id)
    return Pair(kept, other, counts, holders, in_part)


class MergeScreen(QWidget):
    """First the other client is found, then both stand beside each other. Escape goes back."""

    closed = Signal()

    def __init__(
        self, context: Context, client_id: UUID, other_id: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self.client_id, self.other_id = context, client_id, other_id
        self.first_id = client_id
        self.choices: Choices | None = None
        self.setAccessibleName(_("Merge with another client"))
        page = look(QWidget(), "page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        self._column.setSpacing(spacing(2))
        self._column.addWidget(heading(_("Merge with another client"), 1))
        self.intro = label("", "quiet")
        self._column.addWidget(self.intro)
        self.picker = Picker(context, client_id)
        self.picker.chosen.connect(self.choose)
        self._column.addWidget(self.picker, 1)
        self._place = QVBoxLayout()
        self._column.addLayout(self._place)
        self.problem = label("", "problem")
        self.problem.hide()
        self._column.addWidget(self.problem)
        self._column.addWidget(self._buttons())
        self._column.addStretch(0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.closed.emit)
        self._begun = False

    def _buttons(self) -> QWidget:
        bar = QWidget()
        row = Flow(bar)
        self.merge = button(_("Merge"), "primary")
        self.merge.clicked.connect(self._merge)
        self.swap = button(_("Keep the other one instead"))
        self.swap.clicked.connect(self._swap)
        self.again = button(_("Choose another client"))
        self.again.clicked.connect(lambda: self.choose(None))
        cancel = button(_("Cancel"), "quiet", tip=_("Esc"))
        cancel.clicked.connect(self.closed.emit)
        for one in (self.merge, self.swap, self.again, cancel):
            row.addWidget(one)
        return bar

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._begun:
            self._begun = True
            self.choose(self.other_id)

    def choose(self, other_id: UUID | None) -> None:
        """Show both clients, or where none is chosen let the person find the other one."""
        self.other_id = other_id
        self._say("")
        if other_id is None:
            self._show(None)
            self.picker.reload()
            return
        store, kept = self.context.store, self.client_id
        self.context.tasks.run(lambda: gather(store, kept, other_id), self._gathered)

    def _gathered(self, pair: Pair | None) -> None:
        self._show(pair)
        if pair is None:
            self._say(_("Both clients must be on this computer."))

    def _show(self, pair: Pair | None) -> None:
        if self.choices is not None:
            self._place.removeWidget(self.choices)
            self.choices.hide()
            self.choices.deleteLater()
            self.choices = None
        self.picker.setVisible(pair is None)
        for one in (self.merge, self.swap, self.again):
            one.setVisible(pair is not None)
        if pair is None:
            self.intro.setText(_("Find the other one. You see both before anything happens."))
            self.picker.search.setFocus()
            return
        self.intro.setText(
            _("{name} stays. Everything of the other one is brought over; this can be undone.").format(
                name=name_of(pair.kept)
            )
        )  # fmt: skip
        self.choices = Choices(pair)
        self._place.addWidget(self.choices)
        (self.choices.first() or self.merge).setFocus()

    def _swap(self) -> None:
        if self.other_id is not None:
            self.client_id, other = self.other_id, self.client_id
            self.choose(other)

    def _merge(self) -> None:
        if self.other_id is None or self.choices is None:
            return
        from storage import merging as stored

        context, store, kept, other = self.context, self.context.store, self.client_id, self.other_id
        chosen = self.choices.chosen()
        made: list[UUID] = []

        def merge() -> Any:
            merged = stored.merge(store, kept, other, chosen)
            made.append(merged.id)
            return merged.changes

        def undo() -> None:
            write(context, lambda: stored.undo(store, made[0]))

        def done() -> None:
            if kept == self.first_id:
                self.closed.emit()
            else:
                context.show_client(kept)
            context.say(_("The two clients are one now."), undo)

        write(context, merge, done, self._refused)

    def _refused(self, error: KnownError) -> None:
        text = "; ".join(str(p.message) for p in error.problems) if isinstance(error, Refused) else str(error)
        self._say(text)

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


class Choices(QWidget):
    """What differs, with a choice for each; what is filled by itself; and what comes over."""

    def __init__(self, pair: Pair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair = pair
        self.groups: dict[str, dict[str, QRadioButton]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        column.addWidget(self._differences())
        column.addWidget(self._coming())

    def first(self) -> QRadioButton | None:
        """Return the first choice, where the keyboard begins."""
        return next((box for group in self.groups.values() for box in group.values()), None)

    def chosen(self) -> dict[str, str]:
        """Return whose value holds, by field."""
        return {
            name: next(side for side, box in group.items() if box.isChecked())
            for name, group in self.groups.items()
        }

    def _differences(self) -> QFrame:
        frame, column = card()
        found = merging.differences(self.pair.kept, self.pair.other)
        if not found:
            column.addWidget(label(_("Nothing in their details differs.")))
            return frame
        column.addWidget(heading(_("Which value holds?"), 3))
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing(2))
        grid.setVerticalSpacing(spacing(0.5))
        for place, text in enumerate((_("Stays"), _("Is brought over")), 1):
            grid.addWidget(label(text, "small"), 0, place)
        for row, one in enumerate(found, 1):
            self._row(grid, row, one)
        for place, stretch in enumerate((2, 3, 3, 1)):
            grid.setColumnStretch(place, stretch)
        column.addLayout(grid)
        return frame

    def _row(self, grid: QGridLayout, row: int, one: Difference) -> None:
        title = title_of("client", one.field)
        named = label(title, "field")
        named.setContentsMargins(0, 7, 0, 0)  # the choice has so much above its text
        grid.addWidget(named, row, 0, Qt.AlignmentFlag.AlignTop)
        group, boxes = QButtonGroup(self), {}
        sides = [(KEPT, one.kept), (OTHER, one.other), *([(BOTH, None)] if one.both else [])]
        for place, (side, value) in enumerate(sides, 1):
            text = _("Both") if side == BOTH else as_text(field_of("client", one.field), value)
            box, cell = _choice(text, f"{title}: {text}")
            group.addButton(box)
            boxes[side] = box
            grid.addWidget(cell, row, place, Qt.AlignmentFlag.AlignTop)
        boxes[KEPT].setChecked(True)
        self.groups[one.field] = boxes

    def _coming(self) -> QFrame:
        frame, column = card()
        column.addWidget(heading(_("What comes over"), 3))
        filled = [
            name for name in merging.joined(self.pair.kept, self.pair.other, {}) if name not in self.groups
        ]
        if filled:
            titles = ", ".join(title_of("client", name) for name in filled)
            column.addWidget(label(_("Empty details that are filled: {titles}").format(titles=titles)))
        for kind, number in self.pair.counts.items():
            text = _n("{title}: {count} entry", "{title}: {count} entries", number)
            column.addWidget(label(text.format(title=_(SPECS[kind].title), count=number)))
        if not filled and not self.pair.counts and not self.pair.in_part:
            column.addWidget(label(_("The other one has no entries."), "quiet"))
        if self.pair.in_part:
            text = _("Entries that you may not see come over too, once this has been sent to the centre.")
            column.addWidget(label(text, "quiet"))
        if self.pair.holders:
            column.addWidget(self._warning())
        return frame

    def _warning(self) -> QFrame:
        frame = look(QFrame(), "warning")
        inside = QVBoxLayout(frame)
        text = _("These workers hold only the one who is brought over, and will need to be assigned: {names}")
        inside.addWidget(label(text.format(names=", ".join(self.pair.holders))))
        return frame


def _choice(text: str, name: str) -> tuple[QRadioButton, QWidget]:
    """Make a choice whose text wraps beside its mark."""
    cell = QWidget()
    row = QHBoxLayout(cell)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(px(4))
    box = QRadioButton()
    box.setAccessibleName(name)
    words = label(breakable(text))
    words.mousePressEvent = partial(_pressed, box)  # type: ignore[method-assign]
    row.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
    return box, cell


def _pressed(box: QRadioButton, _event: Any) -> None:
    box.setFocus()
    box.setChecked(True)
