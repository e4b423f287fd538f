"""A consent that the client gave outside this program, on paper or electronically: it is sealed, so that it freezes."""

from collections.abc import Mapping
from typing import Any

from app import versions
from app.consent import OUTSIDE
from app.errors import Problem, Refused
from app.i18n import N_, Message
from app.record import Record, Row, to_row, validated
from app.services.consents import CONSENT
from app.signing import signed_content


def given_outside(row: Row, values: Mapping[str, Any]) -> Record:
    """Return a consent sealed as it was given: `method`, `given_on`, `copy_at`, and the `name` of who signed it.

    It counts as signed on the day on which it was given. Raises Refused that names each field.
    """
    if not values["given_on"]:
        raise Refused([Problem("given_on", Message(N_("This is needed.")))])
    signature = {"role": "client", "name": values["name"], "strokes": [], "on_paper": True}
    also = {name: values[name] for name in ("method", "given_on", "copy_at")}
    signed = to_row(versions.signed(CONSENT, row, [signature], also))
    record = validated(CONSENT.table, {**signed, "signed_on": values["given_on"]})
    problems = list(CONSENT.check(record)) if CONSENT.check else []
    if problems:
        raise Refused(problems)
    return record


def needs_seal(row: Row) -> bool:
    """Tell whether a consent says that it was given outside and is not sealed yet."""
    return bool(row["method"] in OUTSIDE and row["given_on"] and not row["content_hash"])


def as_it_was_given(old: Row, record: Record) -> Record:
    """Return a consent that an earlier version of the program took down without a seal: it does not change either.

    It is not sealed afterwards. A seal says that nothing has changed since the signing, which nobody can know of it
    any more; without one it counts as given by its day and way. Raises Refused for other content.
    """
    if signed_content(CONSENT.table, old) != signed_content(CONSENT.table, to_row(record)):
        text = N_("A consent that was given does not change. Write a new one that replaces it.")
        raise Refused([Problem(None, Message(text))])
    return record


def sealed_if_given(record: Record, client_name: str) -> Record:
    """Return a consent that comes from outside as it is to be kept: sealed where it says that it was given.

    Who signed is taken from it, or is the client. Raises Refused that names each field.
    """
    row = to_row(record)
    if not needs_seal(row):
        return record
    names = [one["name"] for one in row["signatures"] if one["role"] == "client" and one["name"].strip()]
    name = names[0] if names else client_name
    return given_outside({**row, "signatures": [], "signed_on": None}, {**row, "name": name})
