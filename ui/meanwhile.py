"""What others changed in the same fields while a form was open: it is shown before anything is written over it."""

from collections.abc import Mapping
from typing import Any

from app.documents import said
from app.errors import Problem, Refused
from app.i18n import N_, Message
from app.record import Row
from app.spec import RecordSpec

SHOWN = 80  # letters of a value that stand beside its field


class Meanwhile(Refused):
    """Fields that somebody else has changed since the form showed them. `arrived` is what they hold now."""

    def __init__(self, problems: list[Problem], arrived: Row) -> None:
        super().__init__(problems)
        self.arrived = arrived


def heed(spec: RecordSpec, seen: Row, current: Row, changes: Mapping[str, Any]) -> None:
    """Raise Meanwhile where a change would write over what the person has not seen.

    `seen` is the row that the form showed, `current` the one in the store, `changes` what was typed over it.
    """
    arrived = {
        name: current[name]
        for name, mine in changes.items()
        if name in current and current[name] not in (seen.get(name), mine)
    }
    if arrived:
        raise Meanwhile([Problem(name, _told(spec, name, current)) for name in arrived], arrived)


def _told(spec: RecordSpec, name: str, current: Row) -> Message:
    field = next((one for one in spec.fields() if one.name == name), None)
    value = said(spec, field, current) if field is not None and not field.items and not field.refers else ""
    if value and len(value) <= SHOWN and "\n" not in value:
        text = N_("Somebody has changed this meanwhile to “{value}”. Save again to keep what you wrote.")
        return Message(text, value=value)
    return Message(
        N_(
            "Somebody has changed this meanwhile. Save again to keep what you wrote; theirs stays in the history."
        )
    )
