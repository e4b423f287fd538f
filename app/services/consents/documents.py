"""The document of a consent: the client's copy, and what a partner is shown (facts.md 4)."""

from collections.abc import Iterable
from datetime import date

from app.documents import Context, shown, titles_of, written
from app.i18n import N_, _, format_date
from app.pdf import (
    Block,
    Bullets,
    Callout,
    Document,
    Heading,
    KeepTogether,
    Pairs,
    Paragraph,
    Signature,
    Table,
    Title,
)
from app.record import Row
from app.services.consents import codes
from app.spec import F

_GROUPS = F("groups", "", choices=codes.DATA_GROUPS)
SIGNERS = {"client": N_("Client"), "worker": N_("Worker"), "guardian": N_("Guardian")}


def consent_document(row: Row, context: Context) -> Document:
    """Make the document of a consent: what for, between whom, what, how long, and how it was given.

    Special categories stand under a heading of their own. Until the client has given it, it is marked as a draft.
    """
    blocks: list[Block] = [Title(_("My consent") if context.plain else _("Consent"), context.client_name)]
    blocks += _what_for(row, context)
    blocks += _groups(row, context)
    blocks += [_rights(row, plain=context.plain), _signatures(row)]
    if row["content_hash"]:
        seal = _("Seal of the signed content: {seal}").format(seal=row["content_hash"][:16])
        blocks.append(Paragraph(seal, "quiet"))
    elif row["given_on"]:
        without = _(
            "Written down without a seal: that nothing has changed since can be checked in the original consent."
        )
        blocks.append(Paragraph(without, "quiet"))
    given = _day(row["given_on"])
    return Document(
        title=_("My consent") if context.plain else _("Consent"),
        language=context.language,
        maker=context.maker,
        version=str(row["version"] or 1),
        made_on=given or date.fromisoformat(row["created_at"][:10]),
        blocks=blocks,
        plain=context.plain,
        watermark=None if given else _("Draft"),
    )


def _what_for(row: Row, context: Context) -> Iterable[Block]:
    if context.plain:
        yield Paragraph(
            _("I allow that these people share data about me. I decide about it myself."), "large"
        )
    yield Heading(_("What this is for") if context.plain else _("What the consent is for"))
    yield written(row["purpose"])
    yield Heading(_("Who may share data about me") if context.plain else _("Between whom"))
    if not row["parties"]:
        yield written("")
        return
    yes, no = _("Yes"), _("No")
    rows = [
        [
            ", ".join(part for part in (party["organisation"], party["unit"]) if part),
            party["person"],
            yes if party["gives"] else no,
            yes if party["receives"] else no,
        ]
        for party in row["parties"]
    ]
    yield Table(
        [_("Organisation"), _("Person or role"), _("Gives data"), _("Receives data")], rows, [4, 3, 2, 2]
    )


def _groups(row: Row, context: Context) -> Iterable[Block]:
    plain = [group for group in row["groups"] if group not in codes.SPECIAL]
    special = [group for group in row["groups"] if group in codes.SPECIAL]
    yield Heading(_("What they may share") if context.plain else _("What may be shared"))
    if not row["groups"]:
        yield written("")
    if plain:
        yield Bullets([shown(_GROUPS, group) for group in plain])
    if special:
        allowed = _("I allow these too:"), _("The client allows these too, each named by itself:")
        said = allowed[0 if context.plain else 1]
        held = Bullets([shown(_GROUPS, group) for group in special])
        yield KeepTogether([Heading(_("Special categories of personal data"), 2), Paragraph(said), held])
    yield Heading(_("What I do not allow") if context.plain else _("Limits in the client's words"), 2)
    yield Paragraph(row["limits"] or _("No limits."))
    withdrawn = _("I withdraw it") if context.plain else _("The client withdraws it")
    until = _day(row["valid_until"])
    yield Pairs(
        [
            (_("Form"), row["template"]),
            (_("Given on"), _day(row["given_on"])),
            (_("How it was given"), titles_of(codes.METHODS, row["method"])),
            (_("Valid until"), until or withdrawn),
            *([(_("Where the paper is kept"), row["copy_at"])] if row["copy_at"] else []),
        ]
    )


def _rights(row: Row, *, plain: bool) -> Block:
    until = _day(row["valid_until"])
    ends = " " + _("It ends by itself on {day}.").format(day=format_date(until)) if until else ""
    if plain:
        own = _(
            "I give this consent because I want to. I can change or withdraw it at any time."
            " Then everyone named here is told."
        )
        return Callout(own + ends)
    return Callout(
        _(
            "Giving a consent is voluntary. The client may withdraw it, or change it by giving a new one, at any time;"
            " every party named here is told of that."
        )
        + ends
    )


def _signatures(row: Row) -> Block:
    signed = _day(row["signed_on"])
    lines: list[Block] = [
        Signature(_(SIGNERS.get(one["role"], one["role"])), one["name"] or None, signed, one["strokes"])
        for one in row["signatures"]
    ]
    return KeepTogether([Heading(_("Signature")), *(lines or [Signature(_("Client"))])])


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
