"""Documents of job coaching beside the career plan: what was agreed, planned and found out, as blocks.

The plain-language variants (selkokieli) say the same in the client's own voice: short headings, "I" and "we".
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from app.documents import Context, titles_of, written
from app.i18n import N_, Message, _, format_date, language
from app.pdf import (
    Block,
    Callout,
    Document,
    GoalCard,
    Heading,
    KeepTogether,
    Pairs,
    Paragraph,
    Signature,
    Step,
    Table,
    Title,
)
from app.record import Row
from app.services.coaching import codes
from app.services.coaching.documents import PLAIN_BY

if TYPE_CHECKING:
    from app.assessment import Item

SIGNERS = {"client": N_("Client"), "worker": N_("Job coach"), "employer": N_("Employer")}
Titled = tuple[tuple[str, str, str], ...]
"""Fields with their heading and the one that the plain-language variant has."""

AGREED: Titled = (
    ("client_does", N_("What the client does"), N_("What I do")),
    ("coach_does", N_("What the job coach does"), N_("What my job coach does")),
    ("meetings", N_("Where and how often we meet"), N_("When and where we meet")),
    ("contact", N_("How we reach each other"), N_("How we reach each other")),
    ("network", N_("With whom the coach works together"), N_("Who else helps")),
    ("data", N_("What is written down and who sees it"), N_("What is written about me and who sees it")),
)
SOUGHT: Titled = (
    ("target_jobs", N_("Target jobs"), N_("Jobs that I look for")),
    ("target_employers", N_("Target employers"), N_("Employers that I am interested in")),
    ("documents_to_update", N_("Documents to update"), N_("Papers that I need")),
)
SUPPORTED: Titled = (
    ("strengths", N_("Strengths in this job"), N_("What I am good at in this job")),
    ("support_needs", N_("What support is needed for"), N_("What I need support for")),
    ("by_coach", N_("Support by the job coach"), N_("My job coach helps like this")),
    ("by_employer", N_("Support by the employer and colleagues"), N_("People at work help like this")),
    ("by_team", N_("Support by the team and network"), N_("My other workers help like this")),
    ("by_family", N_("Support by family and friends"), N_("My family and friends help like this")),
    ("first_weeks", N_("Contacts in the first weeks"), N_("How often we are in touch at first")),
    ("adjustments", N_("Adjustments at work"), N_("What is made easier at work")),
    (
        "benefit_reporting",
        N_("What is reported to Kela, and by whom"),
        N_("What is told to Kela, and who tells"),
    ),
    ("warning_signs", N_("Signs that more support is needed"), N_("Signs that I need more help")),
    ("whom_to_call", N_("Whom to call"), N_("Whom I call")),
    ("fading", N_("How support becomes less"), N_("How the help becomes less")),
)
MEASURES = (
    ("work_ability", N_("Work ability, 0-10")),
    ("inclusion", N_("Inclusion")),
    ("mind", N_("Mind")),
    ("everyday", N_("Everyday life")),
    ("skills", N_("Skills")),
    ("body", N_("Body")),
)
"""Kykyviisari's results: the perceived work ability 0-10 and the five summaries 0-100 (facts.md 3)."""
BESIDE = 4
"""How many occasions stand beside each other in the table of changes."""


def agreement_document(row: Row, context: Context) -> Document:
    """Make the cooperation agreement: what each does, how we meet, what is written down, and the signatures."""
    name = _("Our agreement") if context.plain else _("Cooperation agreement")
    blocks: list[Block] = [Title(name, context.client_name)]
    if context.plain:
        blocks.append(Paragraph(_("I have agreed this with my job coach."), "large"))
    blocks += _told(AGREED, row, context)
    if not context.plain:
        plan = next((one for one in context.rows("career_plan") if one["id"] == row["plan_id"]), None)
        attached = _("Career plan, version {number}").format(number=plan["version_no"]) if plan else ""
        until = (_("In force until"), _day(row["until"]))
        blocks.append(Pairs([(_("Attached to"), attached), until, (_("Made on"), _day(row["made_on"]))]))
    elif row["until"]:
        said = _("This agreement holds until {day}.")
        blocks.append(Callout(said.format(day=format_date(_day(row["until"])))))
    blocks += _signatures(row, _("We have agreed this together."))
    return _document(name, "cooperation_agreement", row, context, blocks)


def search_plan_document(row: Row, context: Context) -> Document:
    """Make the job search plan: the goal in the client's words with its steps first, then where and how."""
    name = _("My plan for finding a job") if context.plain else _("Job search plan")
    steps = [
        Step(one["what"], _who(one["by"], context), _day(one["by_when"]), "done" if one["done"] else "open")
        for one in row["steps"]
    ]
    blocks: list[Block] = [Title(name, context.client_name)]
    if row["goal"] or steps:
        blocks.append(GoalCard(1, row["goal"] or "–", steps))
    else:
        blocks.append(Callout(_("No goal has been written yet.")))
    blocks += _told(SOUGHT, row, context)
    if context.plain:
        if row["frequency"]:
            blocks += [Heading(_("How often we look for work together")), Paragraph(row["frequency"])]
    else:
        contacts = titles_of(codes.STEP_BY, row["who_contacts"])
        pairs = [(_("Who contacts employers"), contacts)]
        pairs.append((_("How often work is looked for together"), row["frequency"]))
        blocks.append(Pairs(pairs))
    blocks += _review(row, context)
    blocks += _signatures(row, _("We have made this plan together."))
    return _document(name, "search_plan", row, context, blocks)


def support_plan_document(row: Row, context: Context) -> Document:
    """Make the support plan of a job: who supports and how, what tells of trouble, how support becomes less."""
    name = _("Help for me at work") if context.plain else _("Support plan")
    blocks: list[Block] = [Title(name, context.client_name)]
    job = next((one for one in context.rows("employment") if one["id"] == row["employment_id"]), None)
    work = row["job"] or (f"{job['title']}, {job['employer']}" if job else "")
    if context.plain:
        blocks += [Paragraph(work, "large")]
    else:
        blocks.append(
            Pairs([(_("Job and employer"), work), (_("Began"), _day(job["started_on"]) if job else None)])
        )
    blocks += _told(SUPPORTED, row, context)
    blocks += _review(row, context)
    blocks += _signatures(row, _("We have made this plan together."))
    return _document(name, "support_plan", row, context, blocks)


def assessment_document(row: Row, context: Context) -> Document:
    """Make the initial assessment: the summary, what is cleared up by which record, and what is still missing."""
    from app import assessment

    name = _("What we found out at the start") if context.plain else _("Initial assessment")
    rows = {kind: context.rows(kind) for kind in assessment.KINDS}
    items = assessment.checklist(rows, assessment.assessment_days(rows))
    blocks: list[Block] = [Title(name, context.client_name)]
    if row["summary"]:
        blocks += [Heading(_("Summary")), Paragraph(row["summary"])]
    if row["joint_plan"]:
        title = _("What we do together") if context.plain else _("Joint plan for the coaching")
        blocks += [Heading(title), Paragraph(row["joint_plan"])]
    blocks.append(Heading(_("What is cleared up")))
    blocks.append(
        Table(
            [_("Matter"), _("State"), _("Day"), _("Notes")],
            [[str(i.title), _state(i), _last(i.by), _text(i.note)] for i in items],
            [4, 2, 2, 4],
        )
    )
    if not context.plain:
        blocks += _assessed(row)
    return _document(name, "initial_assessment", row, context, blocks, draft=not row["finished_on"])


def _state(item: "Item") -> str:
    """Say how a matter stands; of what the maker of the document may not see, nothing can be said."""
    if item.hidden:
        return _("Not visible to the maker of this document")
    return _("Done") if item.done else _("Missing")


def kykyviisari_document(row: Row, context: Context) -> Document:
    """Make Kykyviisari's results of an occasion and their change from the earlier ones. Never the questionnaire."""
    name = _("My Kykyviisari") if context.plain else _("Kykyviisari: results")
    earlier = [
        one for one in context.rows("kykyviisari_result") if (one["on"], one["id"]) < (row["on"], row["id"])
    ]
    shown = [*sorted(earlier, key=lambda one: (one["on"], one["id"])), row]
    if len(shown) > BESIDE:
        shown = [shown[0], *shown[1 - BESIDE :]]
    blocks: list[Block] = [Title(name, context.client_name)]
    if not context.plain:
        occasion = titles_of(codes.OCCASIONS, row["occasion"])
        tongue = titles_of(codes.KYKYVIISARI_LANGUAGES, row["language"])
        how = titles_of(codes.KYKYVIISARI_MODES, row["mode"])
        pairs = [(_("Filled in on"), _day(row["on"])), (_("Occasion"), occasion)]
        blocks.append(Pairs([*pairs, (_("Language"), tongue), (_("How"), how)]))
    blocks += _changes(shown, plain=context.plain)
    for field, title in (
        ("own_words", _("In the client's own words")),
        ("agreed_actions", _("Agreed actions")),
    ):
        if row[field]:
            plain = _("What I think") if field == "own_words" else _("What we agreed")
            blocks += [Heading(plain if context.plain else title), Paragraph(row[field])]
    note = _("Kykyviisari is the person's own view of work ability and well-being. It is not a diagnosis.")
    blocks.append(Paragraph(note, "quiet"))
    return _document(name, "kykyviisari_result", row, context, blocks, draft=False, dated="on")


def _changes(rows: Sequence[Row], *, plain: bool) -> Iterable[Block]:
    days = [f"{titles_of(codes.OCCASIONS, one['occasion'])} {format_date(_day(one['on']))}" for one in rows]
    lines: list[list[Any]] = []
    for field, title in MEASURES:
        values = [number(one[field]) for one in rows]
        if plain and all(value is None for value in values):
            continue
        lines.append(
            [_(title), *(said(value) for value in values), *([change(values)] if len(rows) > 1 else [])]
        )
    yield Heading(_("Results"))
    headers = [_("Part"), *days, *([_("Change")] if len(rows) > 1 else [])]
    yield Table(headers, lines, [2.5, *[2.0] * len(rows), *([1.5] if len(rows) > 1 else [])])
    if len(rows) > 1:
        yield Paragraph(_("The change is from the first value to the latest one."), "quiet")


def number(value: Any) -> float | None:
    """Return a result as a number; None where the client did not tell it."""
    return None if value is None or value == "" else float(value)


def said(value: float | None) -> str:
    """Return a result as it is shown: whole numbers without decimals, a dash for none."""
    if value is None:
        return "–"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text if language() == "en" else text.replace(".", ",")


def change(values: Sequence[float | None]) -> str:
    """Say the change from the first known value to the last one; a dash where there are not two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return "–"
    step = known[-1] - known[0]
    return "±0" if step == 0 else f"{'+' if step > 0 else '−'}{said(abs(step))}"


# ---- what the documents share -----------------------------------------------------------------------------


def _document(
    name: str,
    kind: str,
    row: Row,
    context: Context,
    blocks: Sequence[Block],
    *,
    draft: bool | None = None,
    dated: str = "",
) -> Document:
    dated = dated or ("begun_on" if kind == "initial_assessment" else "made_on")
    of_kind = sorted((one[dated], one["id"]) for one in context.rows(kind))
    place = of_kind.index((row[dated], row["id"])) + 1 if (row[dated], row["id"]) in of_kind else 1
    unsigned = not row["content_hash"] if draft is None else draft
    return Document(
        title=name,
        language=context.language,
        maker=context.maker,
        version=str(place),
        made_on=date.fromisoformat(row[dated]),
        blocks=blocks,
        plain=context.plain,
        watermark=_("Draft") if unsigned else None,
    )


def _told(fields: Titled, row: Row, context: Context) -> Iterable[Block]:
    """The filled fields under their headings; in plain language what is empty is left out without a word."""
    for field, title, plain in fields:
        if row[field]:
            yield Heading(_(plain if context.plain else title), 1 if context.plain else 2)
            yield Paragraph(row[field])
        elif not context.plain:
            yield Heading(_(title), 2)
            yield written("")


def _review(row: Row, context: Context) -> Iterable[Block]:
    if row["review_on"]:
        plain, full = _("We look at this plan again on {day}."), _("The plan is reviewed on {day}.")
        yield Callout((plain if context.plain else full).format(day=format_date(_day(row["review_on"]))))


def _signatures(row: Row, sentence: str) -> Iterable[Block]:
    drawn = {signature["role"]: signature for signature in row["signatures"]}
    roles = [role for role in SIGNERS if role in drawn or (role != "employer" and not row["content_hash"])]
    lines: list[Block] = []
    for role in roles:
        one = drawn.get(role)
        day = _day(row["signed_on"]) if one else None
        lines.append(
            Signature(_(SIGNERS[role]), one["name"] if one else None, day, one["strokes"] if one else ())
        )
    yield KeepTogether([Heading(_("Signatures")), Paragraph(sentence), *lines])
    if row["content_hash"]:
        seal = _("Seal of the signed content: {seal}").format(seal=row["content_hash"][:16])
        yield Paragraph(seal, "quiet")


def _assessed(row: Row) -> Iterable[Block]:
    answer = {choice.value: _(choice.title) for choice in codes.YES_NO_UNKNOWN}
    yield Heading(_("Employment services"))
    yield Pairs(
        [
            (_("Contacted on"), _day(row["employment_services_on"])),
            (_("With whom"), row["employment_contact"]),
            (_("Job search in force"), answer.get(row["job_search_in_force"], "")),
            (_("Employment plan made on"), _day(row["employment_plan_on"])),
        ]
    )
    yield Heading(_("Money"))
    yield Pairs(
        [
            (_("Debts"), answer.get(row["debts"], "")),
            (_("What was done about them"), row["debt_help"]),
            (_("Incentive traps discussed on"), _day(row["traps_discussed_on"])),
            (_("Incentive traps"), row["traps"]),
            (_("Profitability of work calculated on"), _day(row["calculation_on"])),
            (_("Kela's benefit advice contacted on"), _day(row["kela_contact_on"])),
            (_("Guided to Kela's rehabilitation"), _("Yes") if row["kela_rehabilitation"] else _("No")),
        ]
    )


def _who(who: str, context: Context) -> str:
    return _(PLAIN_BY[who]) if context.plain and who in PLAIN_BY else titles_of(codes.STEP_BY, who)


def _last(by: Iterable[Any]) -> date | None:
    return max((one.day for one in by if one.day), default=None)


def _text(note: Message | None) -> str:
    return str(note) if note else ""


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
