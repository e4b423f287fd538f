"""Network and services on a client's page: the service path, support-need checks, people around, workers."""

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from app import roles
from app.clock import today
from app.i18n import _, format_date
from app.record import Row, validated
from app.services.clients import path
from app.services.clients.codes import NETWORK_ROLES
from app.services.clients.records import Referral
from ui.context import Context, save
from ui.screens import words
from ui.screens.client_cards import Card
from ui.screens.flowing import Flowing
from ui.screens.need_check import NeedCheck
from ui.screens.parts.page import PartPage, Rows, act, line
from ui.screens.path_picture import PathPicture, name_of
from ui.screens.referring import Referred, refer, waiting
from ui.theme import button, label, px, spacing

TONES = {"refused": "danger", "ended": "", "accepted": "good", "received": "", "made": "warn"}


class ServicesPart(QWidget):
    """The cards, and over them the guided support-need check while it is filled."""

    def __init__(self, context: Context, client_id: UUID) -> None:
        super().__init__()
        self.context, self.client_id = context, client_id
        self.setAccessibleName(_("Network and services"))
        self.cards = ServiceCards(context, client_id, self.new_check)
        self.guide: NeedCheck | None = None
        self._layout = QStackedLayout(self)
        self._layout.addWidget(self.cards)
        self.setFocusProxy(self.cards)

    def new_check(self) -> None:
        """Begin a support-need check."""
        if self.guide is None:
            self.guide = NeedCheck(self.context, self.client_id)
            self.guide.closed.connect(self.back)
            self.guide.saved.connect(self.saved)
            self._layout.addWidget(self.guide)
        self._layout.setCurrentWidget(self.guide)
        self.setFocusProxy(self.guide)
        self.guide.begin()

    def back(self) -> None:
        """Show the cards again."""
        self._layout.setCurrentWidget(self.cards)
        self.setFocusProxy(self.cards)
        self.cards.checks.write.setFocus()
        if self.guide is not None:
            self._layout.removeWidget(self.guide)
            self.guide.deleteLater()
            self.guide = None

    def saved(self, check: Row, referring: bool) -> None:
        """Go back after a check was saved; with `referring` make the referrals that were agreed."""
        self.back()
        if referring:
            self.cards.refer(check)


class ServiceCards(PartPage):
    """The path with its steps, the checks, the network with its filter, the workers."""

    kinds = ("referral", "support_need_check", "network_member", "assignment")

    def __init__(self, context: Context, client_id: UUID, new_check: Any) -> None:
        self._new_check = new_check
        self._names: dict[str, str] = {}
        super().__init__(context, client_id)

    def build(self) -> None:
        """Make the cards."""
        self.setAccessibleName(_("Network and services"))
        self.path, self.checks = PathCard(self), ChecksCard(self, self._new_check)
        self.network, self.workers = PeopleCard(self), WorkersCard(self)
        self.top.addWidget(self.path)
        self.left.addWidget(self.checks)
        self.right.addWidget(self.network)
        self.right.addWidget(self.workers)
        self.left.addStretch(1)
        self.right.addStretch(1)
        self.setFocusProxy(self.path.write)

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards."""
        self.path.show_rows(rows["referral"])
        self.checks.show_rows(rows["support_need_check"], rows["referral"])
        self.network.show_rows(rows["network_member"])
        self.workers.show_rows(rows["assignment"], self._names)

    def reload(self) -> None:
        """Read the workers' names, then the rows."""
        self.context.tasks.run(self.context.store.worker_names, self._named, owner=self)
        super().reload()

    def _named(self, names: dict[str, str]) -> None:
        self._names = names

    def refer(self, check: Row) -> None:
        """Make the referrals that were agreed in a check."""
        store, client = self.context.store, self.client_id
        self.context.tasks.run(lambda: refer(store, client, check), self._referred, owner=self)

    def _referred(self, done: Referred) -> None:
        if done.made:
            self.context.bus.changed.emit(done.changes)
        if done.lacking:
            said = _("Referrals made: {count}. For the next one no consent was found: see its form.")
            self.edit("referral", values=done.lacking[0])
        else:
            said = _("Referrals made: {count}.")
        self.context.say(said.format(count=done.made))


class ReferralLine(QWidget):
    """A referral in the list: open it, and note with one key what has happened (1 received … 5 ended)."""

    def __init__(self, page: PartPage, row: Row) -> None:
        super().__init__()
        self.page, self.row = page, row
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, spacing(0.5))
        column.setSpacing(spacing(0.25))
        self.flow = Flowing()
        name = name_of(row)
        self.link = button(words.first_line(name, 60), "link", tip=name)
        self.link.setAccessibleName(f"{name}, {path.standing(row)}")
        self.link.clicked.connect(lambda: page.edit("referral", row))
        self.flow.add(self.link)
        tone = TONES.get(row["state"], "")
        state = label(str(path.standing(row)), f"chip-{tone}" if tone else "chip", wraps=False)
        self.flow.add(state)
        for step in path.next_steps(row):
            key = list(path.STEPS).index(step) + 1
            text = f"{_(path.STEPS[step])} ({key})"
            act(self.flow, text, f"{name}: {_(path.STEPS[step])}", partial(self.note, step))
        column.addWidget(self.flow)
        self.refusal = self._refusal(name)
        column.addWidget(self.refusal)
        said = [row["organisation"], row["contact"], words.first_line(row["result"] or row["reason"])]
        if any(said):
            column.addWidget(label(" · ".join(part for part in said if part), "small"))

    def _refusal(self, name: str) -> QWidget:
        frame = QWidget()
        line_ = QHBoxLayout(frame)
        line_.setContentsMargins(0, 0, 0, 0)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Why was it refused?"))
        self.reason.setAccessibleName(_("{service}: why was it refused?").format(service=name))
        self.reason.returnPressed.connect(self._refused)
        keep = button(_("Save"), "primary")
        keep.setAccessibleName(_("{service}: save the refusal").format(service=name))
        keep.clicked.connect(self._refused)
        line_.addWidget(self.reason, 1)
        line_.addWidget(keep)
        frame.hide()
        return frame

    def note(self, step: str) -> None:
        """Note what has happened; a refusal asks for its reason first."""
        if step == path.REFUSED:
            self.refusal.show()
            self.reason.setFocus()
        else:
            self._take(step)

    def _refused(self) -> None:
        if self.reason.text().strip():
            self._take(path.REFUSED, self.reason.text().strip())
        else:
            self.reason.setFocus()

    def _take(self, step: str, reason: str = "") -> None:
        context, before = self.page.context, self.row
        after = validated(Referral, {**before, **path.stepped(before, step, today(), reason)})

        def undo() -> None:
            save(context, validated(Referral, before))

        said = f"{name_of(before)}: {_(path.STEPS[step])}"
        save(context, after, done=lambda: context.say(said, undo))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a step by its number; leave the reason by Escape."""
        number = event.key() - Qt.Key.Key_1.value
        steps = list(path.STEPS)
        if 0 <= number < len(steps) and steps[number] in path.next_steps(self.row):
            self.note(steps[number])
        elif event.key() == Qt.Key.Key_Escape and self.refusal.isVisible():
            self.refusal.hide()
            self.link.setFocus()
        else:
            super().keyPressEvent(event)


class PathCard(Card):
    """Referrals into and between services: the picture, and each with what may be noted next."""

    def __init__(self, page: PartPage) -> None:
        super().__init__(_("Service path"))
        self.page = page
        self.write = self.add_button(_("New referral"), partial(page.edit, "referral"), tip=_("Y"))
        self.picture = PathPicture()
        self.column.insertWidget(1, self.picture)

    def show_rows(self, rows: list[Row]) -> None:
        """Show the referrals: those that wait first, then those that go on, then the past."""
        self.clear()
        self.picture.show_path(rows, today())
        if not rows:
            self.quiet(
                _("No referrals yet. Write which service the client came from, and which ones come next.")
            )
        for row in sorted(rows, key=lambda row: row["state"] in path.OVER):
            self.body.addWidget(ReferralLine(self.page, row))


class ChecksCard(Card):
    """Support-need checks: the newest with its suggestions and what became of them, the earlier ones below."""

    def __init__(self, page: ServiceCards, new: Any) -> None:
        super().__init__(_("Support-need check"))
        self.page = page
        self.write = self.add_button(_("New check"), new, tip=_("B"))

    def show_rows(self, rows: list[Row], referrals: list[Row]) -> None:
        """Show the checks, newest first."""
        self.clear()
        if not rows:
            self.quiet(_("Go through the client's situation together: it shows which services could help."))
        for place, check in enumerate(rows):
            left = waiting(check, referrals)
            self._add(check, left, latest=place == 0)

    def _add(self, check: Row, left: list[Row], *, latest: bool) -> None:
        day = format_date(words.day_of(check["on"]))
        found = len(check["situations"])
        said = _("Situations: {count}").format(count=found)
        row = line(self, day, partial(self.page.edit, "support_need_check", check), [(said, "")])
        if left:
            name = _("Refer to the agreed services: {count}").format(count=len(left))
            act(row, name, f"{name}, {day}", partial(self.page.refer, check))
        if not latest:
            return
        open_ones = {one["name"] for one in left}
        for one in check["situations"]:
            self.quiet("• " + ": ".join(part for part in (one["text"], one["note"]) if part))
        for one in check["suggested"]:
            agreed = _("agreed, not referred yet") if one["name"] in open_ones else _("referred")
            chip = (agreed, "warn" if one["name"] in open_ones else "good")
            line_ = Flowing([chip if one["agreed"] else (_("not agreed"), "")])
            line_.add(label(one["name"], wraps=False))
            self.body.addWidget(line_)
        if check["summary"]:
            self.quiet(check["summary"])


class PeopleCard(Card):
    """The people around the client, filtered by role; whether they may be contacted is said in words."""

    def __init__(self, page: PartPage) -> None:
        super().__init__(_("Network"))
        self.page = page
        self._rows: list[Row] = []
        self.filter = QComboBox()
        self.filter.setAccessibleName(_("Filter by role"))
        self.filter.setMinimumWidth(px(150))
        self.filter.currentIndexChanged.connect(lambda _index: self._fill())
        self.head.add(self.filter)
        self.write = self.add_button(_("Add a person"), partial(page.edit, "network_member"), tip=_("N"))

    def show_rows(self, rows: list[Row]) -> None:
        """Show the people by name."""
        self._rows = sorted(rows, key=lambda row: row["name"].casefold())
        chosen, known = self.filter.currentData(), {row["role"] for row in rows}
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.addItem(_("All roles"), None)
        for one in NETWORK_ROLES:
            if one.value in known:
                self.filter.addItem(_(one.title), one.value)
        self.filter.setCurrentIndex(max(self.filter.findData(chosen), 0))
        self.filter.blockSignals(False)
        self.filter.setVisible(len(known) > 1)
        self._fill()

    def shown(self) -> list[Row]:
        """Return the people that the filter lets through."""
        role = self.filter.currentData()
        return [row for row in self._rows if role is None or row["role"] == role]

    def _fill(self) -> None:
        self.clear()
        if not self._rows:
            self.quiet(_("Who else helps? Add the own worker, the family, Kela."))
        for row in self.shown():
            chip = (
                (_("may be contacted"), "good")
                if row["may_contact"]
                else (_("no agreement to contact yet"), "warn")
            )
            role = words.choice(NETWORK_ROLES, row["role"]) if row["role"] else ""
            said = " · ".join(
                part for part in (role, row["organisation"], row["phone"], row["email"]) if part
            )
            line(self, row["name"], partial(self.page.edit, "network_member", row), [chip], said)


class WorkersCard(Card):
    """The workers who hold the client, in which role, from when to when."""

    def __init__(self, page: PartPage) -> None:
        super().__init__(_("Workers"))
        self.page = page
        self.write = self.add_button(_("Add a worker"), partial(page.edit, "assignment"))

    def show_rows(self, rows: list[Row], names: dict[str, str]) -> None:
        """Show them, present ones first."""
        self.clear()
        day = today().isoformat()
        mine = str(self.page.context.store.worker)
        for row in sorted(rows, key=lambda row: (bool(row["valid_to"]), row["valid_from"])):
            name = names.get(row["worker_id"]) or (_("You") if row["worker_id"] == mine else _("A worker"))
            over = row["valid_to"] and row["valid_to"] < day
            begins, ends = words.day_of(row["valid_from"]), words.day_of(row["valid_to"])
            since = _("Since {day}").format(day=format_date(begins))
            said = f"{format_date(begins)} – {format_date(ends)}" if ends else since
            chip = (_("Ended"), "") if over else (words.choice(roles.ROLES, row["role"]), "good")
            line(self, name, partial(self.page.edit, "assignment", row), [chip], said)
        self.body.setSpacing(spacing(0.5))
