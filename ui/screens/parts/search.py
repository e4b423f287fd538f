"""Job search on a client's page: what employers may be told, the plan, applications, interviews, documents."""

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout

from app.clock import today
from app.i18n import N_, _, _n, format_date
from app.record import Row, from_row
from app.services.coaching import codes
from app.services.coaching.assessment import decision_after
from app.services.coaching.search import SILENT, JobApplication, SearchPlan
from ui.context import write
from ui.screens import sign, words
from ui.screens.client_cards import Card, pairs
from ui.screens.parts.page import PartPage, Rows, act, big, line
from ui.screens.register_copy import RegisterLine
from ui.theme import button, label, spacing

SEEN = {
    "yes": (N_("The coach may be seen by employers."), "good"),
    "no": (N_("The coach stays unseen: no contact to employers about this client."), "danger"),
    "later": (N_("Not decided yet: no contact to employers until the client has decided."), "warn"),
}
# The answers to an application, and the letter that chooses each in the menu.
ANSWERS = (
    ("interview", N_("&Interview")),
    ("offer", N_("&Job offered")),
    ("refused", N_("Not &chosen")),
    ("no_answer", N_("No &answer came")),
)
EARLIER, ENDED_SHOWN = 6, 10


class SearchPart(PartPage):
    """D decision, S plan, A application, I interview; each answered application is one press."""

    kinds = ("disclosure_decision", "search_plan", "job_application", "interview")

    def build(self) -> None:
        """Make the cards."""
        self.setAccessibleName(_("Job search"))
        self.disclosure = DisclosureCard(self)
        self.plan = SearchPlanCard(self)
        self.applications = ApplicationsCard(self)
        self.interviews = InterviewsCard(self)
        self.top.addWidget(self.disclosure)
        self.left.addWidget(self.applications)
        self.left.addStretch(1)
        self.right.addWidget(self.plan)
        self.right.addWidget(self.interviews)
        self.right.addStretch(1)
        for keys, press in (
            ("D", self.disclosure.new),
            ("S", self.plan.new),
            ("A", self.applications.new),
            ("I", self.interviews.new),
        ):
            self.key(keys, press)
        self.setFocusProxy(self.disclosure.write)

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards."""
        for card, kind in (
            (self.disclosure, "disclosure_decision"),
            (self.plan, "search_plan"),
            (self.applications, "job_application"),
            (self.interviews, "interview"),
        ):
            card.show_rows(rows[kind])


def newest(rows: list[Row], day: str) -> Row | None:
    """Return the row that holds now: the latest day, of one day the one written last."""
    return max(rows, key=lambda row: (row[day], row["id"]), default=None)


class DisclosureCard(Card):
    """What holds now, so large that nobody calls an employer without having seen it; what held before below."""

    def __init__(self, part: SearchPart) -> None:
        super().__init__(_("What employers may be told"))
        self.part = part
        self.present: Row | None = None
        self.write = self.add_button(_("Write a decision"), self.new, tip=_("Key {key}").format(key="D"))

    def show_rows(self, rows: list[Row]) -> None:
        """Show the newest decision and the earlier ones."""
        self.clear()
        self.present = newest(rows, "on")
        if self.present is None:
            self.body.addWidget(big(_(SEEN["later"][0]), "warn"))
            self.quiet(
                _("Talk it over with the client: may the coach be seen, what may be told, and what not?")
            )
            return
        text, tone = SEEN.get(self.present["coach_seen"], SEEN["later"])
        self.body.addWidget(big(_(text), tone))
        self._told(self.present)
        self._when(self.present)
        earlier = sorted(
            (r for r in rows if r is not self.present), key=lambda r: (r["on"], r["id"]), reverse=True
        )
        self._earlier(earlier)

    def _told(self, row: Row) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(spacing(3))
        for name in ("may_tell", "may_not_tell"):
            side = QVBoxLayout()
            side.setSpacing(2)
            side.addWidget(label(words.title_of("disclosure_decision", name), "strong"))
            side.addWidget(label(row[name] or words.NOTHING))
            side.addStretch(1)
            sides.addLayout(side, 1)
        self.body.addLayout(sides)
        kind = "disclosure_decision"
        shown = ("to_whom", "words", "who_tells")
        below = QHBoxLayout()
        below.setSpacing(spacing(3))
        for name in (name for name in shown if row[name]):
            side = QVBoxLayout()
            said = words.as_text(words.field_of(kind, name), row[name])
            pairs(side, [(words.title_of(kind, name), said)])
            side.addStretch(1)
            below.addLayout(side, 1)
        self.body.addLayout(below)

    def _when(self, row: Row) -> None:
        decided, review = words.day_of(row["on"]), words.day_of(row["review_on"])
        said = [_("Decided {day}.").format(day=format_date(decided))]
        said += [_("To be looked at again on {day}.").format(day=format_date(review))] if review else []
        self.quiet(" ".join(said))

    def _earlier(self, rows: list[Row]) -> None:
        if rows:
            self.body.addWidget(label(_("Earlier decisions"), "strong"))
        for row in rows[:EARLIER]:
            day = format_date(words.day_of(row["on"]))
            seen = words.choice(codes.YES_NO_LATER, row["coach_seen"])
            said = words.first_line(" · ".join(t for t in (row["may_tell"], row["may_not_tell"]) if t))
            open_it = partial(self.part.edit, "disclosure_decision", row)
            line(self, _("{day}: {decision}").format(day=day, decision=seen), open_it, said=said)

    def new(self) -> None:
        """Write a new decision that begins as the present one is."""
        self.part.edit("disclosure_decision", values=decision_after(self.present))


class SearchPlanCard(Card):
    """The plan in force, with its steps to be ticked off."""

    def __init__(self, part: SearchPart) -> None:
        super().__init__(_("Job search plan"))
        self.part = part
        self.present: Row | None = None
        self.write = self.add_button("", self.new, tip=_("Key {key}").format(key="S"))
        self.register = RegisterLine(part.context, "search_plan", lambda: self.present)
        self.column.addWidget(self.register)

    def show_rows(self, rows: list[Row]) -> None:
        """Show the newest plan."""
        self.clear()
        self.present = newest(rows, "made_on")
        self.write.setText(_("Write a new plan") if self.present else _("Write a plan"))
        self.register.setVisible(self.present is not None)
        if self.present is None:
            self.quiet(_("What is looked for, where, who contacts employers, and what is done next?"))
            return
        row, kind = self.present, "search_plan"
        self.register.show_note(row)
        made, review = words.day_of(row["made_on"]), words.day_of(row["review_on"])
        late = review is not None and review < today()
        name = _("Plan of {day}").format(day=format_date(made))
        chips = (
            [(_("Review {day}").format(day=format_date(review)), "danger" if late else "")] if review else []
        )
        chips += [(_("signed"), "good")] if row["signed_on"] else []
        top = line(self, name, partial(self.part.edit, "search_plan", row), chips)
        preview = partial(self.part.context.preview, "search_plan", UUID(row["id"]))
        act(top, _("Preview"), _("Preview: {name}").format(name=name), preview)
        if not row["content_hash"]:
            sign_it = partial(sign.open_page, self, self.part.context, "search_plan", row)
            act(top, _("Sign"), _("Sign: {name}").format(name=name), sign_it)
        self.part.attach(top, kind, row, name)
        shown = (
            "goal",
            "target_jobs",
            "target_employers",
            "who_contacts",
            "frequency",
            "documents_to_update",
        )
        found = [
            (words.title_of(kind, n), words.as_text(words.field_of(kind, n), row[n])) for n in shown if row[n]
        ]
        pairs(self.body, found)
        for step in row["steps"]:
            self._step(row, step)

    def _step(self, row: Row, step: Row) -> None:
        day = words.day_of(step["by_when"])
        who = words.choice(codes.STEP_BY, step["by"])
        due = [(format_date(day), "danger" if day < today() else "")] if day else []
        chips = [(_("Done"), "good")] if step["done"] else due
        made = line(self, step["what"], partial(self.part.edit, "search_plan", row), chips, who)
        if not step["done"] and not row["content_hash"]:
            name = _("Done: {step}").format(step=step["what"])
            act(made, _("Mark as done"), name, partial(self._done, row, step))

    def _done(self, row: Row, step: Row) -> None:
        store = self.part.context.store

        def op() -> Any:
            now = store.row("search_plan", row["id"]) or row
            steps = [{**one, "done": True} if one["id"] == step["id"] else one for one in now["steps"]]
            return store.save(from_row(SearchPlan, {**now, "steps": steps}))

        def undo() -> None:
            def back() -> Any:
                now = store.row("search_plan", row["id"]) or row
                steps = [{**one, "done": False} if one["id"] == step["id"] else one for one in now["steps"]]
                return store.save(from_row(SearchPlan, {**now, "steps": steps}))

            write(self.part.context, back)

        said = _("Done: {step}").format(step=step["what"])
        write(self.part.context, op, lambda: self.part.context.say(said, undo))

    def new(self) -> None:
        """Begin a new plan from the present one: its aims stay, and the steps that are not done."""
        kept = ("goal", "target_jobs", "target_employers", "who_contacts", "frequency", "documents_to_update")
        values: Row = {name: self.present[name] for name in kept} if self.present else {}
        if self.present:
            values["steps"] = [step for step in self.present["steps"] if not step["done"]]
        self.part.edit("search_plan", values={**values, "made_on": today().isoformat()})


class ApplicationsCard(Card):
    """Applications by their state; those that wait for an answer first."""

    ORDER = ("draft", "sent", "interview", "offer", "refused", "no_answer", "withdrawn")

    def __init__(self, part: SearchPart) -> None:
        super().__init__(_("Applications"))
        self.part = part
        self.write = self.add_button(_("New application"), self.new, tip=_("Key {key}").format(key="A"))

    def show_rows(self, rows: list[Row]) -> None:
        """Show them."""
        self.clear()
        if not rows:
            self.quiet(_("No applications yet. One or two are usually made at each meeting."))
            return
        sent = [row for row in rows if row["state"] != "draft"]
        waiting = sum(row["state"] == "sent" for row in sent)
        text = _n("{count} application sent", "{count} applications sent", len(sent)).format(count=len(sent))
        self.quiet(_("{sent}, {count} without an answer.").format(sent=text, count=waiting))
        for state in self.ORDER:
            of_state = [row for row in rows if row["state"] == state]
            if not of_state:
                continue
            title = words.choice(codes.APPLICATION_STATES, state)
            self.body.addWidget(
                label(_("{title} ({count})").format(title=title, count=len(of_state)), "strong")
            )
            for row in of_state if state in ("draft", "sent") else of_state[:ENDED_SHOWN]:
                self._add(row)

    def _add(self, row: Row) -> None:
        on, by = words.day_of(row["on"]), words.day_of(row["apply_by"])
        silent = row["state"] == "sent" and on is not None and on + SILENT <= today()
        when = words.ago(on, today())
        chips = [(when, "warn")] if silent else []
        if row["state"] == "draft" and by:
            chips = [(_("Apply by {day}").format(day=format_date(by)), "danger" if by < today() else "warn")]
        name = f"{row['job']}, {row['employer']}"
        channel = words.choice(codes.CHANNELS, row["channel"])
        told = "" if silent else when
        said = " · ".join(part for part in (told, channel, words.first_line(row["answer"])) if part)
        made = line(self, name, partial(self.part.edit, "job_application", row), chips, said)
        if row["state"] == "sent":
            made.add(self._answered(row, name))
        elif row["state"] == "draft":
            act(made, _("Sent today"), _("Sent today: {name}").format(name=name), partial(self._sent, row))
        self.part.attach(made, "job_application", row, name)

    def _answered(self, row: Row, name: str) -> QPushButton:
        made = button(_("Answered"), "quiet", tip=_("What was the answer?"))
        made.setAccessibleName(_("Answered: {name}").format(name=name))
        menu = QMenu(made)
        menu.setAccessibleName(_("What was the answer?"))
        for state, title in ANSWERS:
            action = QAction(_(title), menu)
            action.triggered.connect(partial(self._answer, row, state))
            menu.addAction(action)
        made.setMenu(menu)
        return made

    def _answer(self, row: Row, state: str, *_pressed: Any) -> None:
        """Write the answer; one that leads to an interview goes on to its form."""
        day = None if state == "no_answer" else max(today().isoformat(), row["on"])
        self._save(row, {"state": state, "answered_on": day})
        if state == "interview":
            values = {"application_id": row["id"], "employer": row["employer"], "job": row["job"]}
            self.part.edit("interview", values=values)

    def _sent(self, row: Row) -> None:
        self._save(row, {"state": "sent", "on": today().isoformat()})

    def _save(self, row: Row, values: Row) -> None:
        context, store = self.part.context, self.part.context.store
        before = {name: row[name] for name in values}

        def put(fields: Row) -> Any:
            now = store.row("job_application", row["id"]) or row
            return store.save(from_row(JobApplication, {**now, **fields}))

        def undo() -> None:
            write(context, partial(put, before))

        state = words.choice(codes.APPLICATION_STATES, values["state"])
        said = _("{name}: {state}").format(name=f"{row['job']}, {row['employer']}", state=state)
        write(context, partial(put, values), lambda: context.say(said, undo))

    def new(self) -> None:
        """Write down an application."""
        self.part.edit("job_application", values={"on": today().isoformat()})


class InterviewsCard(Card):
    """Interviews: agreed ones first."""

    def __init__(self, part: SearchPart) -> None:
        super().__init__(_("Interviews"))
        self.part = part
        self.write = self.add_button(_("New interview"), self.new, tip=_("Key {key}").format(key="I"))

    def show_rows(self, rows: list[Row]) -> None:
        """Show them."""
        self.clear()
        if not rows:
            self.quiet(
                _("No interviews yet. Prepare the first together, and ask whether the coach comes along.")
            )
        agreed = sorted((r for r in rows if r["state"] == "agreed"), key=lambda r: (r["on"], r["start_time"]))
        for row in [*agreed, *(r for r in rows if r["state"] != "agreed")]:
            self._add(row)

    def _add(self, row: Row) -> None:
        day = words.day_of(row["on"])
        assert day is not None
        past = day < today()
        when = f"{format_date(day)} {words.clock(row['start_time'], blank=True)}".rstrip()
        chips = [(when, "danger" if past and row["state"] == "agreed" else "")]
        if row["state"] == "agreed":
            chips += [] if row["prepared_together"] else [(_("not prepared yet"), "warn")]
        else:
            result = words.choice(codes.INTERVIEW_OUTCOMES, row["outcome"]) if row["outcome"] else ""
            tone = "good" if row["outcome"] in ("job", "trial") else ""
            chips.append((result or words.choice(codes.INTERVIEW_STATES, row["state"]), tone))
        coach = _("the coach comes along") if row["coach_present"] else _("without the coach")
        name = ", ".join(part for part in (row["job"], row["employer"]) if part)
        made = line(self, name, partial(self.part.edit, "interview", row), chips, coach)
        if past and row["state"] == "agreed":
            text = _("How it went")
            act(made, text, f"{text}: {name}", partial(self.part.edit, "interview", row))

    def new(self) -> None:
        """Write down an interview."""
        self.part.edit("interview")
