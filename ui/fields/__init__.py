"""The right editor for each field, from its declaration."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from app.i18n import _
from app.spec import F
from ui.fields.base import Editor
from ui.fields.choices import ChipsField, ChoiceField, ComboField, Segments, WholeChoice, YesNo
from ui.fields.days import DateField, TimeField, parse_day, parse_time
from ui.fields.items import ItemsField
from ui.fields.kinds import kind_of, starts
from ui.fields.numbers import Euros, Number
from ui.fields.refers import RefersChips, RefersField
from ui.fields.text import Line, LongText, ReadOnly
from ui.screens.words import as_text

__all__ = [
    "ChipsField",
    "ChoiceField",
    "ComboField",
    "DateField",
    "Editor",
    "Euros",
    "ItemsField",
    "Line",
    "LongText",
    "Number",
    "ReadOnly",
    "RefersChips",
    "RefersField",
    "Segments",
    "TimeField",
    "WholeChoice",
    "YesNo",
    "editor_for",
    "parse_day",
    "parse_time",
    "starts",
]

_BY_KIND: Mapping[str, Callable[[str], Editor]] = {
    "yes_no": YesNo,
    "day": DateField,
    "time": TimeField,
    "amount": Euros,
}


def editor_for(model: type[BaseModel], field: F, *, level: int = 0) -> Editor:
    """Return an empty editor for a field of a record or of an entry (`level`: how deep the entry lies)."""
    kind = kind_of(model, field.name)
    title = _(field.title)
    if field.read_only or kind.holds in ("instant", "other"):
        return ReadOnly(title, lambda value: as_text(field, value))
    if kind.holds == "items" and kind.item is not None:
        return ItemsField(title, kind.item, field.items, editor_for, level=level)
    if kind.holds == "texts":
        return RefersChips(title) if field.refers else ChipsField(title, field.choices)
    if kind.holds == "id":
        return RefersField(title)
    if field.choices:
        if level and kind.holds == "text":
            return ComboField(title, field.choices)
        return _choice(title, field, kind.holds, optional=kind.empty == kind.start or kind.start is None)
    if kind.holds == "whole":
        return Number(title, step=15 if field.name == "minutes" else 1)
    if kind.holds in _BY_KIND:
        return _BY_KIND[kind.holds](title)
    return LongText(title, field.rows) if field.rows > 1 else Line(title, kind.empty)


def _choice(title: str, field: F, holds: str, *, optional: bool) -> Editor:
    if holds == "whole":
        return WholeChoice(title, field.choices, optional=optional)
    made: Editor = ChoiceField(title, field.choices, optional=optional)
    return made
