"""Job search on a client's page: what employers may be told, the plan, applications, interviews, documents."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from app.clock import today
from app.errors import KnownError
from app.i18n import N_, _, _n, format_date
from app.record import Row, from_row, to_row
from app.services.coaching import codes
from app.services.coaching.search import SILENT, JobApplication, SearchPlan, in_use
from app.sharing import NotShared, log_sharing
from app.telling import sharings_with
from ui.context import write
from ui.screens import sign, words
from ui.screens.client_cards import Card, pairs
from ui.screens.parts.disclosure import DisclosureCard, newest
from ui.screens.parts.page import PartPage, Rows, act, line, present_phase, put
from ui.screens.register_copy import RegisterLine
from ui.theme import button, label

# The answers to an application, and the letter that chooses each in the menu.
ANSWERS = (
    ("interview", N_("&Interview")),
    ("offer", N_("&Job offered")),
    ("refused", N_("Not &chosen")),
    ("no_answer", N_("No &answer came")),
)
LATELY = timedelta(days=91)
"""For how long an application that has its answer stays in view."""


class SearchPart(PartPage):
    """D decision, S plan, A application, I interview; each answered application is one press."""

    kinds = (
        "disclosure_decision",
        "search_plan",
        "job_application",
        "interview",
        "employment",
        "phase_change",
    )

    def build(self) -> None:
        """Make the cards."""
        self.setAccessibleName(_("Job search"))
        self.rows: Rows = {}
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

    def looks_for_work(self, plan: Row) -> bool:
        """Tell whether work is looked for by a plan today."""
        phase, since = present_phase(self.rows)
        return in_use(plan, phase, since, self.rows["employment"], today())

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards."""
        self.rows = rows
        for card, kind in (
            (self.disclosure, "disclosure_decision"),
            (self.plan, "search_plan"),
            (self.applications, "job_application"),
            (self.interviews, "interview"),
        ):
            card.show_rows(rows[kind])


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
        late = review is not None and review < today() and self.part.looks_for_work(row)
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
        made = line(self, step["what"], partial(self.part.edit, "search_plan", row), chips, who, beside=True)
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
    """Applications by their state; those that wait for an answer first, those answered long ago on demand."""

    ORDER = ("draft", "sent", "interview", "offer", "refused", "no_answer", "withdrawn")

    def __init__(self, part: SearchPart) -> None:
        super().__init__(_("Applications"))
        self.part = part
        self.all_shown = False
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
        said = _("{sent}, {count} without an answer.") if waiting else _("{sent}, none waits for an answer.")
        if sent:
            self.quiet(said.format(sent=text, count=waiting))
        since = (today() - LATELY).isoformat()
        folded = [] if self.all_shown else [row for row in rows if _answered_before(row, since)]
        for state in self.ORDER:
            of_state = [row for row in rows if row["state"] == state]
            shown = [row for row in of_state if row not in folded]
            if not shown:
                continue
            title = words.choice(codes.APPLICATION_STATES, state)
            self.body.addWidget(
                label(_("{title} ({count})").format(title=title, count=len(of_state)), "strong")
            )
            for row in shown:
                self._add(row)
        if folded:
            if len(folded) == len(rows):
                self._in_short(rows)
                more = _n("Show {count} application", "Show {count} applications", len(folded))
            else:
                more = _n("Show {count} more", "Show {count} more", len(folded))
            more = more.format(count=len(folded))
            made = button(more, "quiet", tip=_("Those that were answered over three months ago"))
            made.clicked.connect(partial(self._show_all, rows))
            self.body.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)

    def _in_short(self, rows: list[Row]) -> None:
        """Say what became of applications of which none is shown, and how long ago the last answer came."""
        counts = ((state, sum(row["state"] == state for row in rows)) for state in self.ORDER)
        titled = _("{title} ({count})")
        said = [
            titled.format(title=words.choice(codes.APPLICATION_STATES, state), count=count)
            for state, count in counts
            if count
        ]
        self.body.addWidget(label(" · ".join(said), "strong"))
        last = max(row["answered_on"] or row["on"] for row in rows)
        self.quiet(_("The last answer: {when}.").format(when=words.ago(words.day_of(last), today())))

    def _show_all(self, rows: list[Row], *_pressed: Any) -> None:
        self.all_shown = True
        self.show_rows(rows)
        self.write.setFocus()

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
        made = line(self, name, partial(self.part.edit, "job_application", row), chips, said, beside=True)
        if row["state"] == "sent":
            put(made, self._answered(row, name))
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
            record = from_row(JobApplication, {**now, **fields})
            shared = sharings_with(store, "job_application", to_row(record), now)
            changes = store.save(record, *shared)
            log_sharing(store, shared)
            return changes

        def failed(error: KnownError) -> None:
            context.say(str(error))
            if isinstance(error, NotShared):
                self.part.edit("job_application", row)  # its form takes a reason

        def undo() -> None:
            write(context, partial(put, before))

        state = words.choice(codes.APPLICATION_STATES, values["state"])
        said = _("{name}: {state}").format(name=f"{row['job']}, {row['employer']}", state=state)
        write(context, partial(put, values), lambda: context.say(said, undo), failed)

    def new(self) -> None:
        """Write down an application."""
        self.part.edit("job_application", values={"on": today().isoformat()})


def _answered_before(row: Row, day: str) -> bool:
    """Tell whether an application has had its answer since before a day."""
    return row["state"] not in ("draft", "sent") and (row["answered_on"] or row["on"]) < day


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
