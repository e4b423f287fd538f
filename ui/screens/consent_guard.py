"""Where something is shared: what the consents say to it, beside the field, and the written reason to do it anyway."""

from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.clock import today
from app.consent import Answer, Recipient
from app.data_groups import groups_for_service
from app.errors import Problem, Refused
from app.i18n import N_, Message, _
from app.services.consents import codes
from app.sharing import NotShared, check_sharing_now, record_sharing
from ui.fields import ChipsField, LongText
from ui.fields.box import FieldBox
from ui.form import Form
from ui.theme import label, look, spacing

if TYPE_CHECKING:
    from storage.writing import Changes

ASK_AFTER = 350  # milliseconds without a key
WITHOUT = N_("No consent allows this. Write below why it is shared all the same, or make a consent first.")


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
        self.setVisible(answer is not None)

    def written(self) -> str:
        """Return the reason, where one is asked for."""
        return "" if self.answer is None or self.answer.allowed else str(self.reason.value() or "").strip()

    @property
    def ready(self) -> bool:
        """Whether it may be shared: a consent allows it, or a reason is written."""
        return self.answer is not None and (self.answer.allowed or bool(self.written()))


class ReferralForm(Form):
    """The form of a referral: one that goes out is asked of the consents, beside the organisation, and kept."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.ask()

    def _build(self) -> None:
        self._answered = 0
        self._by_hand = False  # whether a person chose what is told
        self.groups = ChipsField(_("What is told"), codes.DATA_GROUPS)
        self.guard = ConsentAnswer()
        self._ask_timer = QTimer(self, singleShot=True, interval=ASK_AFTER)
        self._ask_timer.timeout.connect(self.ask)
        super()._build()
        self.groups.changed.connect(self._chosen_by_hand)
        self.guard.reason.changed.connect(self._after_reason)

    def _after_field(self, name: str) -> None:
        super()._after_field(name)
        if name == "contact":
            self.told = FieldBox(self.groups, _("The consent must name each of these groups of data."))
            beside = self.boxes["contact"].layout()
            assert beside is not None
            self.told.setContentsMargins(0, spacing(2), 0, spacing(1))
            beside.addWidget(self.told)
            beside.addWidget(self.guard)
            self.told.hide()

    def _order(self) -> None:
        super()._order()
        if hasattr(self, "told") and "contact" in self.boxes and "made_on" in self.boxes:
            way = [*self.boxes["contact"].editor.stops(), *self.groups.stops(), *self.guard.reason.stops()]
            way += self.boxes["made_on"].editor.stops()[:1]
            for before, after in pairwise(way):
                QWidget.setTabOrder(before, after)

    def _draft_found(self, draft: Any) -> None:
        super()._draft_found(draft)
        if draft and hasattr(self, "_as_loaded"):
            self.ask()

    def _changed(self, name: str) -> None:
        super()._changed(name)
        if name in _ASKED:
            self._ask_timer.start()

    def _chosen_by_hand(self) -> None:
        self._by_hand = True
        self._ask_timer.start()

    def _after_reason(self) -> None:
        self.guard.box.say("")

    def sharing(self) -> bool:
        """Tell whether saving this tells somebody something: it goes out, and to whom or what is new."""
        if self.boxes["direction"].editor.value() != "out":
            return False
        return self.row is None or any(name in self.changes() for name in _ASKED if name != "made_on")

    def ask(self) -> None:
        """Ask the consents, and say beside the fields what they answer."""
        self._answered += 1
        asked = self._answered
        if self.context is None or self.client_id is None or not self.sharing():
            self.told.hide()
            self.guard.show_answer(None)
            return
        self.told.show()
        store, client, values = self.context.store, self.client_id, self.values()
        chosen = list(self.groups.value() or ()) if self._by_hand else None

        def read() -> tuple[list[str], Answer | None]:
            recipient, preset = told_to(store, values)
            groups = chosen if chosen is not None else preset
            if not str(recipient):
                return groups, None
            day = _day(values["made_on"])
            return groups, check_sharing_now(store, client, recipient, groups, day)

        self.context.tasks.run(read, partial(self._show_answer, asked), owner=self)

    def _show_answer(self, asked: int, found: tuple[list[str], Answer | None]) -> None:
        if asked != self._answered:
            return
        groups, answer = found
        if not self._by_hand:
            self.groups.set_value(groups)
        self.guard.show_answer(answer)

    def _begin_saving(self, op: "Callable[[], Changes]") -> "Callable[[], Changes]":
        if self.context is None or self.client_id is None or not self.sharing():
            return super()._begin_saving(op)
        store, client, values = self.context.store, self.client_id, self.values()
        record = UUID(self.row["id"]) if self.row is not None else self._new_id
        groups, reason = list(self.groups.value() or ()), str(self.guard.reason.value() or "")

        def guarded() -> "Changes":
            recipient, preset = told_to(store, values)
            try:
                kept = record_sharing(
                    store,
                    client,
                    recipient,
                    groups or preset,
                    _day(values["made_on"]),
                    shared_as="referral",
                    of_kind="referral",
                    of_id=record,
                    override_reason=reason,
                )
            except NotShared as refused:
                raise Refused(
                    [Problem("organisation", refused.message), Problem(None, Message(WITHOUT))]
                ) from None
            changes: Changes = kept | op()
            return changes

        return super()._begin_saving(guarded)

    def _refused(self, error: Any) -> None:
        super()._refused(error)
        if isinstance(error, Refused) and any(p.message.text == WITHOUT for p in error.problems):
            self.guard.box.say(_("This is needed."))
            self.ask()


_ASKED = ("direction", "service_id", "service", "organisation", "contact", "made_on")


def told_to(store: Any, values: dict[str, Any]) -> tuple[Recipient, list[str]]:
    """Return whom a referral tells, and the groups of data that such a service is usually told."""
    service = store.row("catalogue_service", values["service_id"]) if values.get("service_id") else None
    of_service = (service["organisation"] or service["name"]) if service else values.get("service") or ""
    organisation = values.get("organisation") or of_service
    groups = groups_for_service(service["category"] if service else "")
    return Recipient(organisation, person=values.get("contact") or ""), list(groups)


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return today()
