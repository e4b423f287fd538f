"""The rules of clients that are more than one field's."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from app.clock import today
from app.due import Case, DueItem
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Row
from app.services.clients import records


def check_client(client: records.Client) -> list[Problem]:
    """Check the identity code and that dates can be (the code is optional: Data Protection Act 29 section)."""
    found: list[Problem] = []
    if client.identity_code:
        born = records.birth_date(client.identity_code)
        if born is None:
            found.append(
                Problem(
                    "identity_code",
                    Message(N_("This is not a valid identity code. Check it, or leave it empty.")),
                )
            )
        elif client.born_on and client.born_on != born:
            found.append(Problem("born_on", Message(N_("The birth date differs from the identity code."))))
    for name in ("born_on", "unemployed_since", "matter_closed_on", "died_on"):
        value = getattr(client, name)
        if value and value > today():
            found.append(Problem(name, Message(N_("This date is in the future."))))
    if client.email and "@" not in client.email:
        found.append(Problem("email", Message(N_("This is not an e-mail address."))))
    return found


def name_of(row: Row) -> str:
    """Return a client's name as lists show it: last name first."""
    return " ".join(part for part in (row.get("last_name"), row.get("first_name")) if part) or str(
        row["code_name"]
    )


def check_assignment(row: records.Assignment) -> list[Problem]:
    """Check that the assignment does not end before it begins."""
    if row.valid_to and row.valid_to < row.valid_from:
        return [Problem("valid_to", Message(N_("The end is before the start.")))]
    return []


REFERRAL_SILENT = timedelta(weeks=4)
"""How long a referral may be without an answer before Today asks for it."""
REFERRAL_UNANSWERED = Message(N_("Referral without an answer"))


def check_referral(row: records.Referral) -> list[Problem]:
    """Check that a referral names its service, that its days follow each other, and that a refusal has its reason."""
    found = []
    if not row.service and row.service_id is None:
        found.append(Problem("service", Message(N_("Choose a service, or write its name."))))
    if row.state == "refused" and not row.refusal_reason:
        found.append(Problem("refusal_reason", Message(N_("Write why the referral was refused."))))
    if row.state == "ended" and row.ended_on is None:
        found.append(Problem("ended_on", Message(N_("Write the day on which it ended."))))
    before = row.made_on
    for name in ("received_on", "decided_on", "begun_on", "ended_on"):
        day = getattr(row, name)
        if day is None:
            continue
        if day < before:
            found.append(Problem(name, Message(N_("This is before the step that comes first."))))
        before = max(before, day)
    if row.made_on > today():
        found.append(Problem("made_on", Message(N_("This date is in the future."))))
    return found


def due_referral(case: Case, on: date) -> Iterable[DueItem]:
    """Tell of referrals that nobody has answered for four weeks."""
    for row in case.rows.get("referral", ()):
        if row["state"] in ("made", "received") and row["direction"] == "out":
            day = date.fromisoformat(row["received_on"] or row["made_on"]) + REFERRAL_SILENT
            yield DueItem(day, REFERRAL_UNANSWERED, case.client_id, "referral", UUID(row["id"]))


def check_need(row: records.SupportNeedCheck) -> list[Problem]:
    """Check that the day can be."""
    return [Problem("on", Message(N_("This date is in the future.")))] if row.on > today() else []


def check_attachment(row: records.Attachment) -> list[Problem]:
    """Check that the entry has its file."""
    if not row.sha256 or not row.blob_key:
        return [Problem("name", Message(N_("Choose the file.")))]
    return []
