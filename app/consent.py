"""Which consent of a client allows what: pure answers from rows, for a party, groups of data and a day.

What shares something uses `app.sharing`, which reads the store, keeps what was shared and logs it:

    from app.consent import Recipient
    from app.data_groups import groups_of
    from app.sharing import check_sharing_now, record_sharing

    answer = check_sharing_now(store, client_id, Recipient("Kela", unit="", person=""), groups, on, employer=False)
    changes = record_sharing(store, client_id, recipient, groups, on, shared_as="pdf" | "referral" | "export"
        | "employer_contact" | "talk", of_kind="", of_id=None, override_reason="", employer=False)

`answer.allowed`, `answer.sentence` (by which consent, or what is lacking) and `answer.way_out` are shown beside the
field; `record_sharing` asks again, raises `NotShared` where nothing allows it and no reason is written, else writes
`sharing` entries and the access log. It is called before the data leaves. Both run on the database thread. Where an
entry itself is what tells somebody, `app.telling` gives the sharings to save with it.
`employer=True` asks the client's newest disclosure decision as well. `groups_of(kind, row)` says what an entry holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.data_groups import Groups
from app.i18n import N_, Message, _
from app.record import Row

IN_FORCE, REPLACED, WITHDRAWN, ENDED, UNSIGNED, FUTURE = (
    "in_force",
    "replaced",
    "withdrawn",
    "ended",
    "unsigned",
    "future",
)
OUTSIDE = ("paper", "electronic")
"""Ways of giving a consent that are signed elsewhere than in this program."""
EMPLOYERS = ("työnantajat", "arbetsgivare", "employers")
"""How a consent names employers in general, in the languages that consents are written in."""


@dataclass(frozen=True)
class Recipient:
    """Who would receive data: an organisation, and its unit, a person or a role there where known."""

    organisation: str
    unit: str = ""
    person: str = ""

    def __str__(self) -> str:
        return ", ".join(part.strip() for part in (self.organisation, self.unit, self.person) if part.strip())


@dataclass(frozen=True)
class Standing:
    """How a consent stands on a day: its state, and the day since which (or, not begun, from which) it is so."""

    state: str
    since: date | None = None


@dataclass(frozen=True)
class Answer:
    """Whether something may be shared, why, and the way out.

    `missing` are the groups that no consent covers; `consents` says by which one each group is shared, `consent_id`
    the first of them.
    """

    allowed: bool
    sentence: Message
    way_out: Message | None = None
    missing: tuple[str, ...] = ()
    consent_id: str | None = None
    consents: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.sentence} {self.way_out}" if self.way_out else str(self.sentence)


WAY_OUT = N_(
    "Make a new consent with the client, leave the client's name out, or write why it is shared all the same."
)
WAY_NARROWER = N_("Name the unit or the person as the consent does, or make a new consent with the client.")
WAY_EMPLOYER = N_(
    "Talk it over with the client and write a new decision, or write why it is told all the same."
)


# ---- how consents stand ----


def is_given(consent: Row) -> bool:
    """Tell whether the client has given a consent: signed and sealed here, or signed outside on a known day."""
    return bool(consent["given_on"] and (consent["content_hash"] or consent["method"] in OUTSIDE))


def replaced_on(consent: Row, consents: Iterable[Row]) -> date | None:
    """Return the day from which a newer given consent stands in this one's place."""
    return min(
        (
            day(one["given_on"])
            for one in consents
            if one["replaces"] == consent["id"] != one["id"] and is_given(one)
        ),
        default=None,
    )


def withdrawn_on(consent: Row, consents: Iterable[Row], withdrawals: Iterable[Row]) -> date | None:
    """Return the day from which a consent is taken back.

    A consent that replaced one which the client took back on the same day or later is taken back with it: who
    withdrew could not know of the new one, and what is withdrawn holds until the client gives a consent anew.
    """
    known = {one["id"]: one for one in consents}
    taken: dict[str, list[date]] = {}
    for row in withdrawals:
        taken.setdefault(row["consent_id"], []).append(day(row["on"]))
    found = list(taken.get(consent["id"], ()))
    seen, here = {consent["id"]}, consent
    latest = consent["given_on"] or ""
    # Back along the replaced ones, as far as each was given: a withdrawal takes along what stood on it by then.
    while is_given(here) and (before := here["replaces"]) and before not in seen:
        seen.add(before)
        found += [on for on in taken.get(before, ()) if on >= day(latest)]
        if before not in known:
            break
        here = known[before]
        latest = max(latest, here["given_on"] or "")
    return min(found, default=None)


def over_since(consent: Row, consents: Sequence[Row], withdrawals: Sequence[Row]) -> date | None:
    """Return the day from which a given consent was replaced or taken back: its partners are to be told of that."""
    days = (withdrawn_on(consent, consents, withdrawals), replaced_on(consent, consents))
    return min((one for one in days if one is not None), default=None) if is_given(consent) else None


def standing(consent: Row, consents: Sequence[Row], withdrawals: Sequence[Row], on: date) -> Standing:
    """Return how a consent stands on a day. `consents` and `withdrawals` are all living ones of the client."""
    taken = withdrawn_on(consent, consents, withdrawals)
    if taken is not None and taken <= on:
        return Standing(WITHDRAWN, taken)
    if not is_given(consent):
        return Standing(UNSIGNED)
    replaced = replaced_on(consent, consents)
    if replaced is not None and replaced <= on:
        return Standing(REPLACED, replaced)
    given, until = day(consent["given_on"]), consent["valid_until"]
    if given > on:
        return Standing(FUTURE, given)
    if until and day(until) < on:
        return Standing(ENDED, day(until))
    return Standing(IN_FORCE, given)


def in_force(consents: Sequence[Row], withdrawals: Sequence[Row], on: date) -> list[Row]:
    """Return the consents in force on a day, the newest first."""
    held = [one for one in consents if standing(one, consents, withdrawals, on).state == IN_FORCE]
    return sorted(held, key=lambda one: (one["given_on"], one["id"]), reverse=True)


def day(value: Any) -> date:
    """Return the day of a row's value."""
    return value if isinstance(value, date) else date.fromisoformat(value)


# ---- parties ----


def party_of(party: Mapping[str, Any]) -> Recipient:
    """Return a party of a consent as a recipient."""
    return Recipient(party.get("organisation") or "", party.get("unit") or "", party.get("person") or "")


def recipients(consents: Iterable[Row]) -> list[Recipient]:
    """Return every party of these consents that receives data, each once, by name."""
    found = {
        folded(str(recipient)): recipient
        for consent in reversed(list(consents))
        for party in consent["parties"]
        if party.get("receives") and str(recipient := party_of(party))
    }
    return [found[name] for name in sorted(found)]


def recipient_from(text: str, consents: Iterable[Row]) -> Recipient:
    """Return whom a text names: a party as the consents write it, else an organisation of that name."""
    known = {folded(str(one)): one for one in recipients(consents)}
    return known.get(folded(text)) or Recipient(text.strip())


def covers(party: Mapping[str, Any], recipient: Recipient, *, employer: bool = False) -> bool:
    """Tell whether a consent's party takes in a recipient: the unit or person it names makes it narrower.

    `employer`: the recipient is one, so that a party of employers in general (`EMPLOYERS`) takes it in as well.
    """
    wanted = party_of(party)
    any_one = employer and folded(wanted.organisation) in EMPLOYERS
    pairs = (
        ("" if any_one else wanted.organisation, recipient.organisation),
        (wanted.unit, recipient.unit),
        (wanted.person, recipient.person),
    )
    return bool(folded(recipient.organisation)) and all(
        not folded(named) or folded(named) == folded(asked) for named, asked in pairs
    )


def folded(text: str) -> str:
    """Return a name as names are compared: without case, and with single spaces."""
    return " ".join(text.casefold().split())


# ---- the answer ----


def may_share(
    consents: Sequence[Row],
    withdrawals: Sequence[Row],
    recipient: Recipient,
    groups: Iterable[str],
    on: date,
    *,
    disclosures: Sequence[Row] | None = None,
) -> Answer:
    """Answer whether groups of data may be shared with a recipient on a day, and by which consent (facts.md 4).

    The rows are the living ones of one client. Every group must be named by a consent in force whose party receives;
    special categories are groups of their own and are covered by no other. `disclosures`, where given, makes it a
    contact with an employer: the newest decision must let the coach be seen (L688-690, L798-806), and a consent with
    employers in general covers each of them.
    """
    employer = disclosures is not None
    wanted = Groups(dict.fromkeys(groups))
    refused = _employer_refusal(disclosures, on) if disclosures is not None else None
    if refused is not None:
        return Answer(False, refused, Message(WAY_EMPLOYER), wanted)
    held = [one for one in in_force(consents, withdrawals, on) if _receives(one, recipient, employer)]
    by: dict[str, str] = {}
    for one in sorted(held, key=lambda one: -len(set(wanted) & set(one["groups"]))):
        by |= {group: one["id"] for group in wanted if group in one["groups"] and group not in by}
    missing = Groups(group for group in wanted if group not in by)
    if held and not missing:
        first = next(one for one in held if not wanted or one["id"] == by[wanted[0]])
        said = Message(
            N_("The consent given on {day} allows this for {party}."),
            day=day(first["given_on"]),
            party=str(recipient),
        )
        return Answer(True, said, consent_id=first["id"], consents={group: by[group] for group in wanted})
    if held:
        said = Message(
            N_("The consent with {party} does not cover: {groups}."), party=str(recipient), groups=missing
        )
        return Answer(False, said, Message(WAY_OUT), missing)
    return _lack(consents, withdrawals, recipient, wanted, on, employer)


def _receives(consent: Row, recipient: Recipient, employer: bool) -> bool:
    return any(
        party.get("receives") and covers(party, recipient, employer=employer) for party in consent["parties"]
    )


_DISCLOSURE = {
    "no": N_("The client does not want employers to see the coach (decided on {day})."),
    "later": N_("The client has put off deciding whether employers may see the coach (on {day})."),
    "": N_("The client has not decided whether employers may see the coach."),
}


def newest_disclosure(disclosures: Iterable[Row], on: date) -> Row | None:
    """Return the disclosure decision that holds on a day."""
    made = [one for one in disclosures if day(one["on"]) <= on]
    return max(made, key=lambda one: (one["on"], one["created_at"] or "", one["id"]), default=None)


def _employer_refusal(disclosures: Sequence[Row], on: date) -> Message | None:
    newest = newest_disclosure(disclosures, on)
    if newest is None:
        return Message(_DISCLOSURE[""])
    if newest["coach_seen"] == "yes":
        return None
    said = _DISCLOSURE.get(newest["coach_seen"], _DISCLOSURE[""])
    return Message(said, day=day(newest["on"])) if "{day}" in said else Message(said)


_LACKS = {
    UNSIGNED: N_("The consent with {party} is not signed yet."),
    FUTURE: N_("The consent with {party} is in force only from {day}."),
    ENDED: N_("The consent with {party} ended on {day}."),
    REPLACED: N_("The consent with {party} was replaced on {day}."),
    WITHDRAWN: N_("The client withdrew the consent with {party} on {day}."),
}


def _lack(
    consents: Sequence[Row],
    withdrawals: Sequence[Row],
    recipient: Recipient,
    missing: Groups,
    on: date,
    employer: bool,
) -> Answer:
    """Say what is lacking where no consent in force lets the recipient receive anything."""
    name = str(recipient)
    receiving = [one for one in consents if _receives(one, recipient, employer)]
    named = [(standing(one, consents, withdrawals, on), one) for one in receiving]
    if named:
        # What is nearest to being in force says most; among equals the latest.
        order = (UNSIGNED, FUTURE, ENDED, WITHDRAWN, REPLACED)
        state, _one = min(
            named, key=lambda pair: (order.index(pair[0].state), -(pair[0].since or on).toordinal())
        )
        values = {"day": state.since} if state.since else {}
        return Answer(False, Message(_LACKS[state.state], party=name, **values), Message(WAY_OUT), missing)
    parties = [party for one in in_force(consents, withdrawals, on) for party in one["parties"]]
    same = [
        party
        for party in parties
        if folded(party.get("organisation") or "") == folded(recipient.organisation)
    ]
    if any(party.get("receives") for party in same):
        only = "; ".join(dict.fromkeys(str(party_of(party)) for party in same if party.get("receives")))
        said = Message(N_("The consent names only a part of {party}: {named}."), party=name, named=only)
        return Answer(False, said, Message(WAY_NARROWER), missing)
    if any(covers(party, recipient, employer=employer) for party in parties):
        said = Message(N_("By the consent {party} gives data and does not receive any."), party=name)
        return Answer(False, said, Message(WAY_OUT), missing)
    return Answer(
        False, Message(N_("No consent of the client names {party}."), party=name), Message(WAY_OUT), missing
    )


def title_of_state(state: str) -> str:
    """Return the name of a consent's state, in the present language."""
    return _(_STATE_TITLES[state])


_STATE_TITLES = {
    IN_FORCE: N_("In force"),
    REPLACED: N_("Replaced by a newer one"),
    WITHDRAWN: N_("Withdrawn"),
    ENDED: N_("Ended"),
    UNSIGNED: N_("Not signed yet"),
    FUTURE: N_("Not in force yet"),
}
