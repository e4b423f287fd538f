"""Where something is shared: what the consents say to it, beside the field, and the written reason to do it anyway."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.consent import Answer
from app.errors import Problem, Refused
from app.i18n import _
from app.record import Record, Row, to_row
from app.services.consents import codes
from app.sharing import NotShared, check_sharing_now, log_sharing
from app.telling import TELLING, Telling, sharings_with, telling
from ui.fields import ChipsField, LongText
from ui.fields.box import FieldBox
from ui.form import Form
from ui.theme import label, look, spacing

if TYPE_CHECKING:
    from storage.writing import Changes

ASK_AFTER = 350  # milliseconds without a key
REASON = "override_reason"
"""The field that a refusal is about: what the consents say stands there already, with the way out."""


class ConsentAnswer(QFrame):
    """What the consents answer, in words; a field for the reason where they do not allow it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer: Answer | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(1.5), spacing(1), spacing(1.5), spacing(1))
        column.setSpacing(spacing(1))
        self.said = label("", "strong")
        self.way = label("", "quiet")
        self.reason = LongText(_("Why it is shared without a consent"), 2)
        self.box = FieldBox(self.reason, _("Is kept in the log and can be read by the client."))
        for widget in (self.said, self.way, self.box):
            column.addWidget(widget)
        self.show_answer(None)

    def show_answer(self, answer: Answer | None) -> None:
        """Show an answer, or nothing; a reason that was written stays."""
        self.answer = answer
        allowed = answer is not None and answer.allowed
        look(self, "notice" if allowed else "warning")
        self.said.setText(str(answer.sentence) if answer else "")
        self.said.setAccessibleName(self.said.text())
        self.way.setText(str(answer.way_out) if answer and answer.way_out else "")
        self.way.setVisible(bool(self.way.text()))
        self.box.setVisible(answer is not None and not allowed)
        if allowed:
            self.box.say("")
        self.setVisible(answer is not None)

    def written(self) -> str:
        """Return the reason, where one is asked for."""
        return "" if self.answer is None or self.answer.allowed else str(self.reason.value() or "").strip()

    @property
    def ready(self) -> bool:
        """Whether it may be shared: a consent allows it, or a reason is written."""
        return self.answer is not None and (self.answer.allowed or bool(self.written()))


class SharingForm(Form):
    """The form of an entry that may tell somebody something (`app.telling`): a referral, a contact with an employer.

    What it tells is asked of the consents, beside the field that names the recipient, and kept with the entry.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.ask()

    def _build(self) -> None:
        self._answered = 0
        self._lacks: Problem | None = None  # what a save was refused for, until the consents have answered
        self._by_hand = False  # whether a person chose what is told
        self._tells = TELLING[self.spec.kind]
        self.groups = ChipsField(_("What is told"), codes.DATA_GROUPS)
        self.guard = ConsentAnswer()
        self._ask_timer = QTimer(self, singleShot=True, interval=ASK_AFTER)
        self._ask_timer.timeout.connect(self.ask)
        super()._build()
        self.groups.changed.connect(self._chosen_by_hand)
        self.guard.reason.changed.connect(self._after_reason)

    def _after_field(self, name: str) -> None:
        super()._after_field(name)
        if name == self._tells.named_by[-1]:
            self.told = FieldBox(self.groups, _("The consent must name each of these groups of data."))
            beside = self.boxes[name].layout()
            assert beside is not None
            self.told.setContentsMargins(0, spacing(2), 0, spacing(1))
            beside.addWidget(self.told)
            beside.addWidget(self.guard)
            self.told.hide()

    def _order(self) -> None:
        super()._order()
        names, beside = list(self.boxes), self._tells.named_by[-1]
        if hasattr(self, "told"):
            way = [*self.boxes[beside].editor.stops(), *self.groups.stops(), *self.guard.reason.stops()]
            after = (self.boxes[name].editor.stops() for name in names[names.index(beside) + 1 :])
            way += next((stops[:1] for stops in after if stops), [])
            for one, following in pairwise(way):
                QWidget.setTabOrder(one, following)

    def _draft_found(self, draft: Any) -> None:
        super()._draft_found(draft)
        if draft and hasattr(self, "_as_loaded"):
            self.ask()

    def _changed(self, name: str) -> None:
        super()._changed(name)
        if name in self._tells.fields:
            self._ask_timer.start()

    def _chosen_by_hand(self) -> None:
        self._by_hand = True
        self._ask_timer.start()

    def _after_reason(self) -> None:
        self.guard.box.say("")

    def _chosen(self) -> list[str]:
        """Return the groups of data that a person chose; none where what such an entry usually tells is meant."""
        return list(self.groups.value() or ()) if self._by_hand else []

    def ask(self) -> None:
        """Ask the consents, and say beside the fields what they answer."""
        self._answered += 1
        client = self._whose()
        if self.context is None or client is None:
            self._show_answer(self._answered, (None, None))
            return
        store, kind, old, chosen = self.context.store, self.spec.kind, self.row, self._chosen()
        values = {**(old or self._first), **self.values()}

        def read() -> tuple[Telling | None, Answer | None]:
            told = telling(store, kind, values, old)
            if told is None or not str(told.recipient):
                return told, None
            groups = chosen or told.groups
            return told, check_sharing_now(
                store, client, told.recipient, groups, told.on, employer=told.employer
            )

        self.context.tasks.run(read, partial(self._show_answer, self._answered), owner=self)

    def _show_answer(self, asked: int, found: tuple[Telling | None, Answer | None]) -> None:
        if asked != self._answered:
            return
        told, answer = found
        self.told.setVisible(told is not None)
        if told is not None and not self._by_hand:
            self.groups.set_value(list(told.groups))
        self.guard.show_answer(answer)
        lacks, self._lacks = self._lacks, None
        if lacks is None:
            return
        if answer is None:  # nobody is named whom the consents could be asked about
            super().show_problems([Problem(self._tells.named_by[0], lacks.message)])
        elif not answer.allowed:
            self.guard.box.say(_("This is needed."))
            self._point(1)
            self.guard.reason.stops()[0].setFocus()
            self._scroll.ensureWidgetVisible(self.guard)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say each problem beside its field; that a consent is lacking is said once, where the reason is written."""
        self._lacks = next((one for one in problems if one.field == REASON), None)
        super().show_problems([one for one in problems if one.field != REASON])
        if self._lacks is not None:
            self.ask()

    def _writing(self) -> "Callable[[Record, Row | None], Changes]":
        assert self.context is not None
        store, key, kind = self.context.store, self.draft_key, self.spec.kind
        groups, reason = self._chosen(), str(self.guard.reason.value() or "")

        def writing(record: Record, stored: Row | None) -> "Changes":
            try:
                shared = sharings_with(
                    store, kind, to_row(record), stored, groups=groups, override_reason=reason
                )
            except NotShared as refused:
                raise Refused([Problem(REASON, refused.message)]) from None
            changes = store.save(record, *shared, draft_key=key)
            log_sharing(store, shared)
            return changes

        return writing
