"""Work on a client's page: jobs and trials as cards, whether a job was kept, the support plan, the visits."""

from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.clock import today
from app.i18n import _, format_date
from app.record import Row, from_row
from app.services.coaching import codes
from app.services.coaching.rules import SUBSIDY_AHEAD, SUBSIDY_OVER, SUPPORTED, is_over
from app.services.coaching.work import KEPT_MONTHS, WorkTrial, job_after, kept_on, to_ask
from ui.context import write
from ui.screens import sign, words
from ui.screens.client_cards import Card, pairs
from ui.screens.flowing import Flowing
from ui.screens.parts.disclosure import newest
from ui.screens.parts.page import PartPage, Rows, act, line, present_phase
from ui.screens.register_copy import RegisterLine
from ui.theme import label

VISITS_SHOWN = 12


class WorkPart(PartPage):
    """J job, T trial, S support plan, V visit."""

    kinds = ("work_trial", "employment", "job_check", "support_plan", "support_visit", "phase_change")

    def build(self) -> None:
        """Make the cards."""
        self.setAccessibleName(_("Work and support"))
        self.jobs, self.trials = JobsCard(self), TrialsCard(self)
        self.plan, self.visits = SupportPlanCard(self), VisitsCard(self)
        self.left.addWidget(self.jobs)
        self.left.addWidget(self.trials)
        self.right.addWidget(self.plan)
        self.right.addWidget(self.visits)
        self.left.addStretch(1)
        self.right.addStretch(1)
        self.key("S", self.plan.new)  # the other letters are the page's own
        self.setFocusProxy(self.jobs.write)

    def show_rows(self, rows: Rows) -> None:
        """Fill the cards."""
        self.jobs.show_rows(rows["employment"], rows["job_check"])
        self.trials.show_rows(rows["work_trial"], rows["employment"])
        supported = present_phase(rows)[0] in SUPPORTED
        self.plan.show_rows(rows["support_plan"], rows["employment"], supported=supported)
        self.visits.show_rows(rows["support_visit"])


def running_first(rows: list[Row]) -> list[Row]:
    """Order jobs or trials: those that go on first, the latest begun first."""
    return sorted(rows, key=lambda row: (row["ended_on"] is None, row["started_on"]), reverse=True)


def span(row: Row) -> str:
    """Say from when to when a job or trial was."""
    begins, ends = words.day_of(row["started_on"]), words.day_of(row["ended_on"])
    since = _("since {day}").format(day=format_date(begins))
    return f"{format_date(begins)} – {format_date(ends)}" if ends else since


class JobsCard(Card):
    """Each job: its facts, the end of its subsidy, and whether it was kept."""

    def __init__(self, part: WorkPart) -> None:
        super().__init__(_("Jobs"))
        self.part = part
        self.write = self.add_button(_("New job"), self.new, tip=_("Key {key}").format(key="J"))

    def show_rows(self, jobs: list[Row], checks: list[Row]) -> None:
        """Show the jobs."""
        self.clear()
        if not jobs:
            self.quiet(
                _("No job yet. When one begins, write it down: Today then asks after 3, 6 and 12 months.")
            )
        for row in running_first(jobs):
            self._add(row, [one for one in checks if one["employment_id"] == row["id"]])

    def _add(self, row: Row, checks: list[Row]) -> None:
        name = f"{row['title']}, {row['employer']}"
        begun = row["started_on"] <= today().isoformat()
        state = (
            (_("ended"), "") if row["ended_on"] else (_("at work"), "good") if begun else (_("begins"), "")
        )
        made = line(self, name, partial(self.part.edit, "employment", row), [state], self._facts(row))
        if not row["ended_on"] and begun:
            end = partial(self.part.edit, "employment", row)
            act(made, _("Ended"), _("Ended: {name}").format(name=name), end)
        self.part.attach(made, "employment", row, name)
        subsidy = self._subsidy(row)
        if subsidy:
            self.body.addWidget(Flowing([subsidy]))
        self._kept(row, name, checks)

    @staticmethod
    def _facts(row: Row) -> str:
        weekly, hourly = row["weekly_hours"], row["hourly_wage"]
        hours = _("{hours} h a week").format(hours=words.amount(weekly, short=True)) if weekly else ""
        wage = _("{wage} € an hour").format(wage=words.amount(hourly)) if hourly else ""
        contract = words.choice(codes.CONTRACTS, row["contract"]) if row["contract"] else ""
        reason = words.choice(codes.JOB_END_REASONS, row["end_reason"]) if row["end_reason"] else ""
        return " · ".join(part for part in (span(row), contract, hours, wage, reason) if part)

    @staticmethod
    def _subsidy(row: Row) -> tuple[str, str] | None:
        ends = words.day_of(row["wage_subsidy_until"])
        if ends is None or row["ended_on"]:
            return None
        if ends < today():
            asked = today() <= ends + SUBSIDY_OVER
            said = _("Wage subsidy ended {day}: renewed?") if asked else _("Wage subsidy ended {day}")
            return said.format(day=format_date(ends)), "danger" if asked else ""
        near = today() >= ends - SUBSIDY_AHEAD
        return _("Wage subsidy until {day}").format(day=format_date(ends)), "warn" if near else ""

    def _kept(self, row: Row, name: str, checks: list[Row]) -> None:
        """Show what is known of 3, 6 and 12 months; what is asked now is one press."""
        known = {one["months"]: one for one in sorted(checks, key=lambda one: (one["on"], one["id"]))}
        still = to_ask(row, checks)
        place = Flowing()
        for months in KEPT_MONTHS:
            if months in known:
                place.add(self._answer(months, known[months]["kept"]))
            elif months in still and kept_on(row, months) <= today():
                text = _("Kept {months} months?").format(months=months)
                act(place, text, f"{text} {name}", partial(self._ask, row, months), "")
            elif months in still:
                day = format_date(kept_on(row, months))
                text = _("{months} months: {day}").format(months=months, day=day)
                place.add(label(text, "small", wraps=False))
        if place.count():
            self.body.addWidget(place)
        else:
            place.deleteLater()

    @staticmethod
    def _answer(months: int, kept: str) -> QWidget:
        tone = {"yes": "chip-good", "no": "chip-danger"}.get(kept, "chip")
        answer = words.choice(codes.YES_NO_UNKNOWN, kept)
        text = _("Kept {months} months: {answer}").format(months=months, answer=answer.lower())
        return label(text, tone, wraps=False)

    def _ask(self, row: Row, months: int) -> None:
        values = {"employment_id": row["id"], "months": months, "on": today().isoformat(), "kept": "yes"}
        self.part.edit("job_check", values=values)

    def new(self) -> None:
        """Write down a job."""
        self.part.edit("employment", values={"started_on": today().isoformat()})


class TrialsCard(Card):
    """Each work trial: its length, the feedback talk, and whether it went on as a job."""

    def __init__(self, part: WorkPart) -> None:
        super().__init__(_("Work trials"))
        self.part = part
        self.write = self.add_button(_("New trial"), self.new, tip=_("Key {key}").format(key="T"))

    def show_rows(self, trials: list[Row], jobs: list[Row]) -> None:
        """Show the trials."""
        self.clear()
        if not trials:
            self.quiet(
                _("No work trial. A short one may help where experience is missing or the field is new.")
            )
        followed = {job["trial_id"] for job in jobs}
        for row in running_first(trials):
            self._add(row, row["id"] in followed)

    def _add(self, row: Row, has_job: bool) -> None:
        name = f"{row['title']}, {row['employer']}"
        last = words.day_of(row["ended_on"] or row["agreed_until"])
        over = last is not None and last < today()
        chips = [(_("ended"), "") if row["ended_on"] else (_("under way"), "good")]
        if row["continued_as_job"]:
            chips.append((_("continued as a job"), "good"))
        agreed = words.day_of(row["agreed_until"])
        until = _("agreed until {day}").format(day=format_date(agreed)) if agreed else ""
        talk = words.day_of(row["feedback_on"])
        feedback = (
            _("feedback talk {day}").format(day=format_date(talk)) if talk else _("no feedback talk yet")
        )
        decided = _("decided by {who}").format(who=row["decided_by"]) if row["decided_by"] else ""
        said = " · ".join(part for part in (span(row), until, decided, feedback) if part)
        made = line(self, name, partial(self.part.edit, "work_trial", row), chips, said)
        if over and not talk:
            text = _("Feedback talk")
            act(made, text, f"{text}: {name}", partial(self.part.edit, "work_trial", row))
        self.part.attach(made, "work_trial", row, name)
        if not has_job:
            text = _("Went on as a job")
            act(made, text, f"{text}: {name}", partial(self.became_job, row))

    def became_job(self, row: Row) -> None:
        """Mark the trial as continued, and open the job's form filled from it."""
        context, store = self.part.context, self.part.context.store
        values: Row = {"continued_as_job": True, "end_reason": "job"}
        last = row["ended_on"] or row["agreed_until"]
        if not row["ended_on"] and (last is None or last > today().isoformat()):
            last = max(today().isoformat(), row["started_on"])
        values["ended_on"] = last
        before = {name: row[name] for name in values}

        def put(fields: Row) -> Any:
            now = store.row("work_trial", row["id"]) or row
            return store.save(from_row(WorkTrial, {**now, **fields}))

        def undo() -> None:
            write(context, partial(put, before))

        said = _("The trial is marked as continued. Check and save the job.")
        write(context, partial(put, values), lambda: context.say(said, undo))
        self.part.edit("employment", values=job_after({**row, **values}))

    def new(self) -> None:
        """Write down a trial."""
        self.part.edit("work_trial", values={"started_on": today().isoformat()})


class SupportPlanCard(Card):
    """The support plan in force."""

    SHOWN = (
        *("strengths", "support_needs", "by_coach", "by_employer", "by_team", "by_family", "first_weeks"),
        *("adjustments", "benefit_reporting", "warning_signs", "whom_to_call", "fading"),
    )

    def __init__(self, part: WorkPart) -> None:
        super().__init__(_("Support plan"))
        self.part = part
        self.present: Row | None = None
        self._jobs: list[Row] = []
        self.write = self.add_button("", self.new, tip=_("Key {key}").format(key="S"))
        self.register = RegisterLine(part.context, "support_plan", lambda: self.present)
        self.column.addWidget(self.register)

    def show_rows(self, plans: list[Row], jobs: list[Row], *, supported: bool) -> None:
        """Show the newest plan; its review is late only while support is given in its job."""
        self.clear()
        self.present, self._jobs = newest(plans, "made_on"), running_first(jobs)
        self.write.setText(_("Write a new plan") if self.present else _("Write a plan"))
        self.register.setVisible(self.present is not None)
        if self.present is None:
            self.quiet(_("How is the client supported at work, by whom, and how does support become less?"))
            return
        row = self.present
        self.register.show_note(row)
        review = words.day_of(row["review_on"])
        late = supported and review is not None and review < today() and not is_over(row, jobs, today())
        day = format_date(words.day_of(row["made_on"]))
        name = ", ".join(part for part in (_("Plan of {day}").format(day=day), row["job"]) if part)
        chips = (
            [(_("Review {day}").format(day=format_date(review)), "danger" if late else "")] if review else []
        )
        chips += [(_("signed"), "good")] if row["signed_on"] else []
        made = line(self, name, partial(self.part.edit, "support_plan", row), chips)
        preview = partial(self.part.context.preview, "support_plan", UUID(row["id"]))
        act(made, _("Preview"), _("Preview: {name}").format(name=name), preview)
        if not row["content_hash"]:
            sign_it = partial(sign.open_page, self, self.part.context, "support_plan", row)
            act(made, _("Sign"), _("Sign: {name}").format(name=name), sign_it)
        pairs(self.body, [(words.title_of("support_plan", n), row[n]) for n in self.SHOWN])

    def new(self) -> None:
        """Begin a new plan from the present one, for the job that goes on."""
        values: Row = {name: self.present[name] for name in self.SHOWN} if self.present else {}
        job = next((row for row in self._jobs if not row["ended_on"]), None)
        if job:
            values |= {"employment_id": job["id"], "job": f"{job['title']}, {job['employer']}"}
        self.part.edit("support_plan", values={**values, "made_on": today().isoformat()})


class VisitsCard(Card):
    """What is agreed, then the latest visits."""

    def __init__(self, part: WorkPart) -> None:
        super().__init__(_("Support visits"))
        self.part = part
        self.write = self.add_button(
            _("Write a visit"), self.new, tip=_("Key {key}").format(key="V"), name="primary"
        )

    def show_rows(self, rows: list[Row]) -> None:
        """Show them."""
        self.clear()
        if not rows:
            self.quiet(_("No visits yet. The first one or two at work are usually longer."))
        planned = [row for row in rows if row["state"] == "planned"]
        for row in sorted(planned, key=lambda row: (row["on"], row["start_time"])):
            self._add(row)
        for row in [row for row in rows if row["state"] != "planned"][:VISITS_SHOWN]:
            self._add(row)

    def _add(self, row: Row) -> None:
        day = words.day_of(row["on"])
        assert day is not None
        when = f"{format_date(day)} {words.clock(row['start_time'], blank=True)}".rstrip()
        chips = [(words.choice(codes.PLACES, row["place"]), "")]
        if row["state"] != "done":
            late = row["state"] == "planned" and day < today()
            tone = "danger" if late else "warn" if row["state"] == "missed" else ""
            chips.append((words.choice(codes.VISIT_STATES, row["state"]), tone))
        topics = ", ".join(words.choice(codes.TOPICS, topic) for topic in row["topics"])
        said = " · ".join(part for part in (topics, words.first_line(row["notes"], 120)) if part)
        open_it = partial(self.part.context.quick_visit, self.part.client_id, UUID(row["id"]))
        line(self, when, open_it, chips, said)

    def new(self) -> None:
        """Write a visit."""
        self.part.context.quick_visit(self.part.client_id)
