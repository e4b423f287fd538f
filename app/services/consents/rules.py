"""The rules of consents that are more than one field's, and what of them is due."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from app.clock import today
from app.consent import is_given, over_since, withdrawn_on
from app.due import TELL, Case, DueItem
from app.errors import Problem
from app.i18n import N_, Message
from app.services.consents import records
from app.signing import check_signed

ENDS_SOON = timedelta(weeks=4)
"""How long before its end a consent is spoken of, and after it: time to make a new one with the client."""
CONSENT_ENDS = Message(N_("Consent ends"))
CONSENT_UNSIGNED = Message(N_("Consent is not signed"))
PARTNERS_TO_TELL = Message(N_("Partners to be told of the consent"))


def check_consent(row: records.Consent) -> list[Problem]:
    """Check that a consent is specific: a purpose, parties that give and receive, groups of data, days that can be."""
    found = []
    if not row.purpose:
        found.append(Problem("purpose", Message(N_("Write what the consent is for."))))
    if not row.parties:
        found.append(Problem("parties", Message(N_("A consent needs at least one party."))))
    for number, party in enumerate(row.parties):
        if not party.organisation:
            found.append(Problem(f"parties.{number}.organisation", Message(N_("This is needed."))))
        if not (party.gives or party.receives):
            found.append(
                Problem(
                    f"parties.{number}.receives", Message(N_("Choose whether it gives or receives data."))
                )
            )
    if not row.groups:
        found.append(Problem("groups", Message(N_("Choose the groups of data."))))
    if row.given_on and row.given_on > today():
        found.append(Problem("given_on", Message(N_("This date is in the future."))))
    if row.valid_until and row.given_on and row.valid_until < row.given_on:
        found.append(Problem("valid_until", Message(N_("The end is before the start."))))
    if row.replaces == row.id:
        found.append(Problem("replaces", Message(N_("A consent cannot replace itself."))))
    if row.content_hash and not row.given_on:
        found.append(Problem("given_on", Message(N_("This is needed."))))
    return [*found, *check_signed(row)]


def check_withdrawal(row: records.ConsentWithdrawal) -> list[Problem]:
    """Check that the day can be."""
    return [Problem("on", Message(N_("This date is in the future.")))] if row.on > today() else []


def check_sharing(row: records.Sharing) -> list[Problem]:
    """Check that what was shared rests on a consent, or on a written reason."""
    found = []
    if row.consent_id is None and not row.override_reason:
        found.append(Problem("override_reason", Message(N_("Without a consent a written reason is needed."))))
    if row.on > today():
        found.append(Problem("on", Message(N_("This date is in the future."))))
    return found


def due_consent(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of consents that end, that nobody signed, and whose change the partners have not been told.

    Of an end Today speaks for four weeks before it and four after, unless the consent was replaced or withdrawn. Once
    the coaching has ended no consent is signed or renewed; that one was withdrawn the partners are still to be told.
    """
    consents = case.rows.get("consent", ())
    withdrawals = case.rows.get("consent_withdrawal", ())
    told = {(row["consent_id"], row["party_id"]) for row in case.rows.get("partner_notice", ())}
    for row in consents:
        identity = UUID(row["id"])
        over = over_since(row, consents, withdrawals)
        if not is_given(row):
            if withdrawn_on(row, consents, withdrawals) is None and not case.ended:
                made = date.fromisoformat(row["created_at"][:10]) if row["created_at"] else on
                yield DueItem(made, CONSENT_UNSIGNED, case.client_id, "consent", identity)
        elif over is not None:
            if any((row["id"], party["id"]) not in told for party in row["parties"]):
                yield DueItem(over, PARTNERS_TO_TELL, case.client_id, "consent", identity, act=TELL)
        elif row["valid_until"]:
            ends = date.fromisoformat(row["valid_until"])
            since = ends - ENDS_SOON
            if since <= on <= ends + ENDS_SOON and not case.ended:
                yield DueItem(ends, CONSENT_ENDS, case.client_id, "consent", identity, since=since)
