"""What a field of a record holds, by its declaration: its type, whether it is needed, what it starts with."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from app.clock import today

SIMPLE = {
    bool: "yes_no",
    int: "whole",
    Decimal: "amount",
    date: "day",
    datetime: "instant",
    UUID: "id",
    str: "text",
}


@dataclass(frozen=True)
class Kind:
    """`holds` is yes_no, whole, amount, day, instant, id, text, time, texts, items or other."""

    holds: str
    needed: bool = False
    start: Any = None
    item: type[BaseModel] | None = None
    empty: Any = None


def kind_of(model: type[BaseModel], name: str) -> Kind:
    """Return what the field of the model holds; `start` and `empty` are JSON values."""
    info = model.model_fields[name]
    holds, item = _holds(info)
    optional = type(None) in get_args(info.annotation)
    needed = info.is_required() or any(getattr(rule, "min_length", 0) for rule in info.metadata)
    empty = None if optional or holds not in ("text", "time") else ""
    return Kind(holds, bool(needed), _start(info, holds), item, [] if holds in ("texts", "items") else empty)


def _holds(info: FieldInfo) -> tuple[str, type[BaseModel] | None]:
    plain, rules = _unwrapped(info.annotation)
    rules += info.metadata
    if get_origin(plain) is list:
        inner = get_args(plain)[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return "items", inner
        return ("texts" if inner is str else "other"), None
    holds = SIMPLE.get(plain, "other")
    if holds == "text" and any(getattr(rule, "pattern", None) for rule in rules):
        holds = "time"
    return holds, None


def _unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """Return the type without None and without the rules that are annotated to it, and those rules."""
    inner = [one for one in get_args(annotation) if one is not type(None)]
    if type(None) in get_args(annotation):
        return _unwrapped(inner[0])
    if hasattr(annotation, "__metadata__"):
        return annotation.__origin__, list(annotation.__metadata__)
    return annotation, []


def _start(info: FieldInfo, holds: str) -> Any:
    default = info.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        # A day that is needed is nearly always the present one; it stands in the field to be seen.
        return today().isoformat() if holds == "day" else None
    return to_jsonable_python(default)


def starts(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON values with which an empty form or a new entry of a list begins."""
    return {name: kind_of(model, name).start for name in model.model_fields}
