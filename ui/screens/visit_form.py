"""The form of a visit, laid out for speed: short fields side by side, topics as chips, one key for each thing."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.clock import today
from app.i18n import _, _n
from app.record import Record, Row, from_row, to_row, validated
from app.services import SPECS
from app.services.coaching import rules
from app.services.coaching.records import SupportVisit
from app.spec import Choice, Section
from ui.context import Context, write
from ui.fields import ComboField
from ui.fields.box import FieldBox
from ui.form import Form, checked
from ui.screens import words
from ui.screens.register_copy import COPY_KEY, MARK_KEY, RegisterLine
from ui.screens.visit_phrases import PhraseBar
from ui.screens.visit_repeat import RepeatBar
from ui.screens.words import day_of
from ui.tasks import alive
from ui.theme import button, spacing

SPEC = SPECS["support_visit"]
DONE, PLANNED = "done", "planned"
LINES: tuple[tuple[str, ...], ...] = (
    ("state",),
    ("on", "start_time", "minutes"),
    ("place",),
    ("topics",),
    ("notes",),
    ("next_steps",),
    ("next_on",),
    ("participants", "seen_by_employer"),
)


class VisitForm(Form):
    """A visit of one client; without `client_id` the client is typed first.

    `chosen` tells whose visit it is. Saving writes the visit and, when a next day is agreed, a planned visit
    for that day, in one write.
    """

    chosen = Signal(object)

    def __init__(
        self,
        context: Context,
        row: Row | None,
        *,
        client_id: UUID | None,
        values: Mapping[str, Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.who: ComboField | None = None
        self.propose = button("", "quiet")
        self.repeat = RepeatBar()
        self._proposed: date | None = None
        self._planned_days: frozenset[str] = frozenset()
        super().__init__(context, SPEC, row, client_id=client_id, values=values, parent=parent)

    # ---- building ----

    def _build_section(self, section: Section) -> None:
        """Make the boxes of a section; with the last section known, put all of them in their lines."""
        if section is SPEC.form[0]:
            self._ask_who()
        column, self._fields = self._fields, _Nowhere()  # type: ignore[assignment]
        super()._build_section(section)
        self._fields = column
        if section is not SPEC.form[-1]:
            return
        self.boxes = {name: self.boxes[name] for line in LINES for name in line}
        assert self.context is not None
        texts = [self.boxes[name].editor.stops()[0] for name in ("notes", "next_steps")]
        self.phrases = PhraseBar(self.context, texts)  # type: ignore[arg-type]
        self.register = RegisterLine(self.context, SPEC.kind, self._typed)
        below = {"on": self.repeat, "next_steps": self.phrases, "participants": self.register}
        for line in LINES:
            row = QHBoxLayout()
            row.setSpacing(spacing(2))
            for name in line:
                row.addWidget(self.boxes[name], 1, Qt.AlignmentFlag.AlignTop)
            if line == ("next_on",):
                row.addWidget(self.propose, 2, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
            self._fields.addLayout(row)
            if line[0] in below:
                self._fields.addWidget(below[line[0]])
        self.propose.hide()
        self.repeat.hide()
        self.phrases.listen(self)
        self.phrases.changed.connect(self._order)
        self.register.show_note(self.row)
        self.propose.clicked.connect(self.take_proposal)
        self._roving = Roving(self.boxes["topics"].editor.stops(), self)
        for keys, press in (
            ("Ctrl+Shift+D", self.take_proposal),
            (COPY_KEY, self.register.copy_now),
            (MARK_KEY, self.register.mark_now),
        ):
            key = QShortcut(QKeySequence(keys), self, press)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _typed(self) -> Row | None:
        """Return the visit as it is typed now, for the register's text; None before it is known whose it is."""
        record = self.record() if self.client_id is not None else None
        return to_row(record) if record is not None else None

    def _ask_who(self) -> None:
        if self.client_id is not None:
            return
        self.who = ComboField(_("Client"), empty=None)
        self.who_box = FieldBox(self.who, _("Type three letters."), needed=True)
        self.who.changed.connect(self._who_chosen)
        self._fields.addWidget(self.who_box)

    def _order(self) -> None:
        """Tab goes from the client through the fields; the proposal follows the next day."""
        super()._order()
        if self.who is not None:
            QWidget.setTabOrder(self.who.stops()[0], self._first_stop())
        if not hasattr(self, "phrases"):
            return
        for name, between, after in (
            ("minutes", self.repeat.stops(), "place"),
            ("next_steps", self.phrases.stops(), "next_on"),
            ("next_on", [self.propose], "participants"),
            ("seen_by_employer", [self.register.copy, self.register.mark], ""),
        ):
            last = self.boxes[after].editor.stops()[0] if after else self.undo_button
            stops = [self.boxes[name].editor.stops()[-1], *between, last]
            for one, following in pairwise(stops):
                QWidget.setTabOrder(one, following)

    def _first_stop(self) -> QWidget:
        return next(stop for box in self.boxes.values() for stop in box.editor.stops())

    def focus_first(self) -> None:
        """Go to the client, or, when it is known, to the notes: the rest is right most of the time."""
        if self.who is not None and self.client_id is None:
            self.who.stops()[0].setFocus()
        else:
            self.boxes["notes"].editor.stops()[0].setFocus()
            self._scroll.ensureWidgetVisible(self.boxes["notes"], 0, spacing(2))

    # ---- whose visit ----

    def offer_clients(self, names: Sequence[tuple[UUID, str]]) -> None:
        """Offer the clients to choose from."""
        if self.who is not None:
            self.who.set_choices([Choice(str(identity), name) for identity, name in names])

    def _who_chosen(self) -> None:
        assert self.who is not None
        value = self.who.value()
        if not value or str(self.client_id) == value:
            return
        before = self.draft_key
        self.client_id, self._drafted = UUID(value), True
        self.who_box.say("")
        assert self.context is not None
        store, key = self.context.store, self.draft_key

        def read() -> Row | None:
            store.drop_draft(before)
            return store.draft(key)

        self.context.tasks.run(read, self._join_draft)
        self._after_change()
        self.chosen.emit(self.client_id)

    def _join_draft(self, draft: Row | None) -> None:
        """Put what was once begun for this client before what has been typed now."""
        for name, value in (draft or {}).items():
            if name not in self.boxes:
                continue
            typed = self.boxes[name].editor.value()
            if name in SPEC.sync.text and typed and value and typed != value:
                self._set(name, f"{value}\n{typed}")
            elif name not in self.changes():
                self._set(name, value)
        if draft:
            self._notice.show()

    def _draft_found(self, draft: Row | None) -> None:
        """A visit that was agreed for today or earlier is being written down: it becomes done."""
        super()._draft_found(draft)
        row = self.row or {}
        due = row.get("state") == PLANNED and row["on"] <= today().isoformat()
        if due and "state" not in (draft or {}):
            self._set("state", DONE)
        self._show_repeat()

    # ---- the next visit ----

    def know(self, phase: str, level: str, planned_days: frozenset[str]) -> None:
        """Learn the client's phase and level, from which the next day is proposed."""
        self._phase, self._level, self._planned_days = phase, level, planned_days
        self._show_proposal()
        self._show_repeat()

    def _show_proposal(self) -> None:
        values = self.values()
        day = None if self.boxes["on"].editor.fault() else day_of(values["on"])
        wanted = (
            hasattr(self, "_phase")
            and day is not None
            and not values["next_on"]
            and values["state"] != PLANNED
        )
        self.propose.setVisible(wanted)
        self._proposed = rules.next_visit_proposal(self._phase, self._level, day) if wanted and day else None
        if self._proposed:
            said = words.short_day(self._proposed)
            self.propose.setText(_("Take {day} (Ctrl+Shift+D)").format(day=said))
            self.propose.setAccessibleName(_("Take {day} as the next visit").format(day=said))

    def _show_repeat(self) -> None:
        """Offer several visits while one is being planned."""
        fault = self.boxes["on"].editor.fault()
        self.repeat.begin(None if fault else day_of(self.boxes["on"].editor.value()))
        self.repeat.setVisible(self.boxes["state"].editor.value() == PLANNED)

    def take_proposal(self) -> None:
        """Take the proposed day as the next visit."""
        if self._proposed is not None:
            self.boxes["next_on"].editor.set_value(self._proposed.isoformat())
            self._changed("next_on")
            self.boxes["next_on"].editor.stops()[0].setFocus()

    def _after_change(self) -> None:
        super()._after_change()
        self._show_proposal()
        self._show_repeat()

    # ---- saving ----

    def save(self) -> None:
        """Check and save the visit together with the next one."""
        if self._saving:
            return
        if self.client_id is None:
            self.who_box.say(_("Choose whose visit this is."))
            self._point(1)
            self.who_box.editor.stops()[0].setFocus()
            return
        record = self.record()
        if record is None or self.context is None:
            return
        store, key, changes, before = self.context.store, self.draft_key, self.changes(), self.row
        following = self._following(record)

        def op() -> Any:
            current = store.row(SPEC.kind, record.id) if before is not None else None
            written = checked(SPEC, {**current, **changes}) if current is not None else record
            return store.save(written, *following, draft_key=key)

        wrote = partial(self._wrote, record, before, following)
        write(self.context, self._begin_saving(op), wrote, self._refused)

    def _following(self, visit: Record) -> list[Record]:
        """Return the planned visits that the next day or the repetition asks for, but for days planned already."""
        assert isinstance(visit, SupportVisit)
        if visit.state == PLANNED:
            days, time = self.repeat.days(), visit.start_time
        elif visit.next_on is None or (self.row is not None and "next_on" not in self.changes()):
            return []
        else:
            days, time = [visit.next_on], ""
        values = {
            "client_id": visit.client_id,
            "state": PLANNED,
            "start_time": time,
            "place": visit.place,
            "minutes": visit.minutes,
        }
        wanted = [day for day in days if day.isoformat() not in self._planned_days]
        return [validated(SupportVisit, {**values, "on": day}) for day in wanted]

    def _wrote(self, record: Record, before: Row | None, following: Sequence[Record]) -> None:
        assert self.context is not None
        context, store = self.context, self.context.store

        def undo() -> None:
            def op() -> Any:
                for one in following:
                    store.delete(SPEC.kind, one.id)
                back = store.delete(SPEC.kind, record.id) if before is None else None
                return back or store.save(from_row(SupportVisit, before or {}))

            write(context, op, lambda: context.say(_("Taken back.")))

        context.say(self._said(following, planned=getattr(record, "state", "") == PLANNED), undo)
        if alive(self):
            self._saved(record)
            self.closed.emit()

    @staticmethod
    def _said(following: Sequence[Record], *, planned: bool) -> str:
        if not following:
            return _("Visit saved.")
        last = words.short_day(getattr(following[-1], "on"))  # noqa: B009  (a record of some kind)
        if planned:
            more = _n("{count} more is planned", "{count} more are planned", len(following))
            text = more.format(count=len(following))
            return _("Visit saved. {more}, the last for {day}.").format(more=text, day=last)
        return _("Visit saved. The next one is planned for {day}.").format(day=last)


class Roving(QObject):
    """Makes a group of chips one stop of Tab; the arrow keys go from chip to chip, Space chooses."""

    def __init__(self, chips: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._chips = list(chips)
        for number, chip in enumerate(self._chips):
            chip.installEventFilter(self)
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus if number == 0 else Qt.FocusPolicy.ClickFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the focus by the arrow keys."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or event.modifiers():
            return False
        step = {
            Qt.Key.Key_Right.value: 1,
            Qt.Key.Key_Down.value: 1,
            Qt.Key.Key_Left.value: -1,
            Qt.Key.Key_Up.value: -1,
        }.get(event.key())
        if step is None or watched not in self._chips:
            return False
        number = (self._chips.index(watched) + step) % len(self._chips)
        for chip in self._chips:
            chip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._chips[number].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._chips[number].setFocus()
        return True


class _Nowhere:
    """Takes what the general form would put below each other; the lines place it instead."""

    def addWidget(self, widget: QWidget, *_where: Any) -> None:
        """Leave the widget without a place."""
