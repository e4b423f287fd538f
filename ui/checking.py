"""Whether values make a record, and whether a row may still be changed."""

from collections.abc import Mapping
from typing import Any

from app.errors import Refused
from app.record import Record, Row, validated
from app.spec import RecordSpec


def checked(spec: RecordSpec, data: Mapping[str, Any]) -> Record:
    """Return the record that these values make; raises Refused with every problem, also across fields."""
    record = validated(spec.table, data)
    problems = list(spec.check(record)) if spec.check else []
    if problems:
        raise Refused(problems)
    return record


def frozen(spec: RecordSpec, row: Row | None) -> bool:
    """Tell whether a row may not be changed any more (signed, written once, or the centre's own)."""
    if spec.sync.mode == "centre" or all(field.read_only for field in spec.fields()):
        return True
    if row is None:
        return False
    return spec.sync.mode == "append_only" or bool(spec.sync.frozen_by and row.get(spec.sync.frozen_by))
