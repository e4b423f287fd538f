"""A consent that the client gave outside this program, on paper or electronically: it is sealed, so that it freezes."""

from collections.abc import Mapping
from typing import Any

from app import versions
from app.consent import OUTSIDE
from app.errors import Problem, Refused
from app.i18n import N_, Message
from app.record import Record, Row, to_row, validated
from app.services.consents import CONSENT


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
