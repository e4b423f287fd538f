"""The documents of job coaching as blocks: the career plan, for the client's fridge first and for the file after."""

from collections.abc import Iterable
from datetime import date

from app.documents import Context, titles_of, written
from app.i18n import N_, _, format_date
from app.pdf import (
    Block,
    Callout,
    Document,
    GoalCard,
    Heading,
    KeepTogether,
    PageBreak,
    Pairs,
    Paragraph,
    Signature,
    Step,
    Table,
    Title,
)
from app.record import Row
from app.services.coaching import codes

# Who does a step, as the client's own copy says it.
PLAIN_BY = {
    "client": N_("Me"),
    "coach": N_("My job coach"),
    "together": N_("Me and my job coach"),
    "network": N_("Somebody who helps me"),
}
SIGNERS = {"client": N_("Client"), "worker": N_("Job coach")}


def plan_document(plan: Row, context: Context) -> Document:
    """Make the career plan: one clear page of goals and steps, then the details, then the signatures.

    The plain-language variant (selkokieli) keeps what the client needs and says it in short sentences.
    Contents after the Social Welfare Act, section 39 (facts.md 6).
    """
    blocks = [*_first_page(plan, context)]
    blocks += _plain_details(plan) if context.plain else [PageBreak(), *_details(plan, context)]
    blocks += _signatures(plan)
    return Document(
        title=_("My plan for work") if context.plain else _("Career plan"),
        language=context.language,
        maker=context.maker,
        version=str(plan["version_no"]),
        made_on=date.fromisoformat(plan["made_on"]),
        blocks=blocks,
        plain=context.plain,
        watermark=None if plan["content_hash"] else _("Draft"),
    )


def _first_page(plan: Row, context: Context) -> Iterable[Block]:
    name = context.client_name
    if context.plain:
        yield Title(_("My plan for work"), name)
        yield Paragraph(_("This plan is mine. I made it together with my job coach."), "large")
    else:
        yield Title(_("Career plan"), name)
    if not plan["goals"]:
        yield Callout(_("No goals have been written yet."))
    for number, goal in enumerate(plan["goals"], 1):
        steps = [
            Step(
                step["what"],
                _by(step["by"], context),
                _day(step["by_when"]),
                context.progress.get(step["id"], "open"),  # type: ignore[arg-type]
            )
            for step in goal["steps"]
        ]
        yield GoalCard(number, goal["text"], steps)
    if plan["review_on"]:
        review = format_date(date.fromisoformat(plan["review_on"]))
        said = (
            _("We look at this plan again on {day}.")
            if context.plain
            else _("The plan is reviewed on {day}.")
        )
        yield Callout(said.format(day=review))


def _by(who: str, context: Context) -> str:
    return _(PLAIN_BY[who]) if context.plain and who in PLAIN_BY else titles_of(codes.STEP_BY, who)


def _details(plan: Row, context: Context) -> Iterable[Block]:
    yield Heading(_("The situation"))
    yield Heading(_("The client's view of the need"), 2)
    yield written(plan["client_view"])
    yield Heading(_("The worker's view of the need"), 2)
    yield written(plan["worker_view"])
    yield Heading(_("Strengths and resources"), 2)
    yield written(plan["strengths"])
    yield Heading(_("Services and measures"))
    if plan["services"]:
        rows = [[entry["service"], entry["purpose"], entry["responsible"]] for entry in plan["services"]]
        yield Table([_("Service"), _("What for"), _("Who is responsible")], rows, [3, 4, 3])
    else:
        yield written("")
    yield Heading(_("Who is responsible for what"), 2)
    yield written(plan["responsibilities"])
    yield Heading(_("Follow-up"))
    yield written(plan["follow_up"])
    yield Pairs(
        [
            (_("Estimated length of the service"), plan["duration"]),
            (_("Review on"), _day(plan["review_on"])),
            (_("Made on"), _day(plan["made_on"])),
            (_("Version"), str(plan["version_no"])),
        ]
    )
    if context.network:
        rows = [
            [member["name"], titles_of(context.network_roles, member["role"]), member["organisation"]]
            for member in context.network
        ]
        people = Table([_("Name"), _("Role"), _("Organisation")], rows)
        yield KeepTogether([Heading(_("People around the client")), people])


def _plain_details(plan: Row) -> Iterable[Block]:
    if plan["strengths"]:
        yield Heading(_("What I am good at"))
        yield Paragraph(plan["strengths"])
    if plan["services"]:
        yield Heading(_("Who helps me"))
        for entry in plan["services"]:
            yield Pairs([(entry["service"], entry["responsible"] or entry["purpose"])])
    if plan["follow_up"]:
        yield Heading(_("How we follow the plan"))
        yield Paragraph(plan["follow_up"])


def _signatures(plan: Row) -> Iterable[Block]:
    drawn = {signature["role"]: signature for signature in plan["signatures"]}
    signed = _day(plan["signed_on"])
    lines: list[Block] = []
    for role, title in SIGNERS.items():
        signature = drawn.get(role)
        strokes = signature["strokes"] if signature else ()
        name = signature["name"] if signature else None
        lines.append(Signature(_(title), name, signed if signature else None, strokes))
    yield KeepTogether([Heading(_("Signatures")), Paragraph(_("We have made this plan together.")), *lines])
    if plan["content_hash"]:
        yield Paragraph(
            _("Seal of the signed content: {seal}").format(seal=plan["content_hash"][:16]), "quiet"
        )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
