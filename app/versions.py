"""Versions of what is signed: what may be signed, the signing itself, and the next version made from a signed one.

For every kind whose `Sync` is `app.signing.signable`. Pure functions over rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.clock import today
from app.errors import Problem, Refused
from app.i18n import N_, Message
from app.record import Record, Row, fields, from_row, validated
from app.signing import SIGNING, seal
from app.spec import F, RecordSpec

ENDS = ("review_on", "until", "valid_until")
"""Days to come, which a new version does not take over once they have passed."""
NO_GOAL = N_("The plan has no goal yet. Write at least one before signing.")
NOTHING = N_("There is nothing to sign yet. Write first what is agreed.")


def is_signable(spec: RecordSpec) -> bool:
    """Tell whether a kind is signed, and frozen by it."""
    return spec.sync.frozen_by == "content_hash"


def may_sign(spec: RecordSpec, row: Row) -> None:
    """Refuse, with words, to have something signed that says nothing yet or is signed already."""
    if row.get("content_hash"):
        raise Refused([Problem(None, Message(N_("This version is signed already.")))])
    if spec.kind == "career_plan":
        if not any((goal.get("text") or "").strip() for goal in row.get("goals") or []):
            raise Refused([Problem("goals", Message(NO_GOAL))])
        return
    said = list(_said(spec))
    if not any(row.get(one.name) for one in said):
        raise Refused([Problem(said[0].name if said else None, Message(NOTHING))])


def _said(spec: RecordSpec) -> Iterable[F]:
    """The fields in which people write what they agree: long texts and lists, not days, codes or references."""
    for one in spec.fields():
        if (one.rows > 1 or one.items) and not one.read_only:
            yield one


def signed(
    spec: RecordSpec, row: Row, signatures: Sequence[Mapping[str, Any]], also: Mapping[str, Any] | None = None
) -> Record:
    """Return the record with its signatures, their day and the mark of what they vouch for.

    `signatures` hold role, name, strokes and on_paper: who signs the printed page has no strokes here, and the
    document has a line to sign on. `also` are values that come with the signing, such as the day on which a consent is
    given. Raises Refused without content, a name or a signature.
    """
    may_sign(spec, row)
    if not signatures:
        raise Refused([Problem("signatures", Message(N_("Nobody has signed yet.")))])
    for signature in signatures:
        if not str(signature["name"]).strip():
            raise Refused([Problem("name", Message(N_("Write the name under each signature.")))])
        if not signature["strokes"] and not signature.get("on_paper"):
            said = Message(N_("{name} has not signed yet."), name=str(signature["name"]))
            raise Refused([Problem("strokes", said)])
    content = from_row(spec.table, {**row, **(also or {})}).model_dump(mode="json")
    drawn = [{name: signature[name] for name in ("role", "name", "strokes")} for signature in signatures]
    return validated(
        spec.table,
        content
        | {"signatures": drawn, "signed_on": today().isoformat(), "content_hash": seal(spec.table, content)},
    )


def next_version(spec: RecordSpec, row: Row, others: Iterable[Row] = ()) -> dict[str, Any]:
    """Return the values of the version after a row: its content, made today, unsigned, in no register yet.

    Entries of lists keep their ids, so that what is written about them goes on and versions can be compared.
    """
    apart = {*SIGNING, "id", "copied_on"}
    values = {name: row[name] for name in fields(spec.table) if name not in apart}
    if spec.dated:
        values[spec.dated] = today().isoformat()
    if "version_no" in values:
        values["version_no"] = 1 + max([row["version_no"], *(one["version_no"] for one in others)])
    if "replaces" in values:
        values["replaces"] = row["id"]
    for name in ENDS:
        if values.get(name) and date.fromisoformat(values[name]) <= today():
            values[name] = None
    return values
