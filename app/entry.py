"""Values that come from outside (a file, a form, another program) become a record: the same checks for all."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.errors import Problem, Refused
from app.i18n import N_, Marked, Message
from app.record import Record, Row, from_row, problems_of, shape, to_row, validated
from app.spec import RecordSpec


def record_from(spec: RecordSpec, values: Mapping[str, Any], present: Row | None = None) -> Record:
    """Make a record of a kind from values; over a present row only the given fields change.

    Raises Refused that names each field that is unknown or has a wrong value.
    """
    if present is None:
        return _checked(spec, values)
    own = shape(spec.table).model_fields
    unknown = [name for name in values if name not in own]
    if unknown:
        _refuse(spec, [Problem(name, Message(N_("There is no such field."))) for name in unknown])
    before = {name: present[name] for name in own}
    if before == {**before, **values}:
        return from_row(spec.table, present)
    fresh = to_row(_checked(spec, {**before, **values}))
    return from_row(spec.table, {**present, **{name: fresh[name] for name in own}})


def _checked(spec: RecordSpec, values: Mapping[str, Any]) -> Record:
    try:
        shape(spec.table).model_validate(dict(values))
    except ValidationError as error:
        _refuse(spec, problems_of(error))
    try:
        return validated(spec.table, values)
    except Refused as refused:
        _refuse(spec, list(refused.problems))
        raise


def _refuse(spec: RecordSpec, problems: list[Problem]) -> None:
    raise Refused(problems, titles={name: Marked(title) for name, title in spec.titles().items()})


def identifier(text: str) -> UUID:
    """Read an identifier. Raises Refused for a text that is none."""
    try:
        return UUID(text)
    except ValueError:
        said = N_("“{text}” is not an identifier of a client, plan or other entry.")
        raise Refused([Problem("id", Message(said, text=text[:40]))]) from None
