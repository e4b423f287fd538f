"""Hypothesis strategies made from the declarations: a valid row of any kind."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.record import Row, fields
from app.services import SPECS
from app.spec import F

DATES = st.dates(date(2015, 1, 1), date(2026, 1, 1)).map(date.isoformat)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(
    lambda text: "a" + text.strip()
)


def rows_of(kind: str, *, only: tuple[str, ...] = (), **fixed: Any) -> st.SearchStrategy[Row]:
    """Return valid values of a kind's own fields; `fixed` ones as given, `only` those names where given."""
    spec = SPECS[kind]
    declared = {f.name: f for f in spec.fields()}
    names = [n for n in fields(spec.table) if n not in fixed and (not only or n in only)]
    infos = spec.table.model_fields
    values = {
        n: _within(infos[n], declared.get(n), _value(infos[n].annotation, declared.get(n), n)) for n in names
    }
    return st.fixed_dictionaries({**values, **{n: st.just(v) for n, v in fixed.items()}}).map(_consistent)


def _within(info: FieldInfo, field: F | None, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Keep whole numbers within the bounds that their field declares."""
    least = next((rule.ge for rule in info.metadata if isinstance(rule, Ge)), None)
    most = next((rule.le for rule in info.metadata if isinstance(rule, Le)), None)
    free = most is None or info.annotation is not int or (field is not None and field.choices)
    return values if free else st.integers(least or 0, most)


LATER = (
    "valid_to",
    "valid_until",
    "review_on",
    "next_on",
    "until",
    "finished_on",
    "answered_on",
    "received_on",
)
LATER += ("decided_on", "agreed_until", "ended_on", "wage_subsidy_until")
"""Days that come after another one of the same row."""
AFTER_ALL = "2026-01-02"
PARTY = {
    "id": "00000000-0000-4000-8000-000000000001",
    "organisation": "Kela",
    "gives": False,
    "receives": True,
}


def _consistent(row: Row) -> Row:
    """Bring values that a rule ties together into agreement."""
    if "identity_code" in row:
        row |= {"identity_code": "", "email": "a@example.com"}
    row |= {name: None for name in LATER if name in row}
    if "content_hash" in row:
        row |= {"content_hash": "", "signed_on": None, "signatures": []}
    if "in_use" in row:
        row["in_use"] = True
    if "level" in row and "phase" in row:
        row |= {"level": "active" if row["phase"] == "maintenance" else "", "end_reason": "moved"}
    elif row.get("end_reason") or row.get("state") == "ended" or row.get("continued_as_job"):
        row["ended_on"] = AFTER_ALL
    if "refusal_reason" in row:
        row["refusal_reason"] = "syy"
    if "made_on" in row and "begun_on" in row:
        row["begun_on"] = None
    if "parties" in row:
        row |= {"parties": [PARTY], "groups": ["work"]}
    if "start_time" in row:
        row["start_time"] = "9:30".rjust(5, "0")
    return row


def _value(annotation: Any, field: F | None, name: str) -> st.SearchStrategy[Any]:
    if name == "start_time":
        return st.just("09:30")
    if name == "content_hash":
        return st.just("")
    if field and field.choices:
        one = st.sampled_from([choice.value for choice in field.choices])
        return st.lists(one, unique=True, max_size=3) if get_origin(annotation) is list else one
    options = [option for option in get_args(annotation) if option is not type(None)]
    if type(None) in get_args(annotation):
        if field and field.refers and field.refers != "worker":
            return st.none()  # what it points to would have to be there
        return st.none() | _value(options[0], field, name)
    if get_origin(annotation) is list:
        inner = options[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return st.lists(_item(inner, field), max_size=2)
        return st.just([])
    if get_origin(annotation) is dict:
        return st.just({})
    if annotation is UUID:
        return st.uuids(version=4).map(str)
    if annotation is date:
        return DATES
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(1, 500)
    if annotation is Decimal:
        return st.decimals(0, 200, places=2).map(str)
    if annotation is str:
        return TEXTS
    return st.none()


def _item(model: type[BaseModel], field: F | None) -> st.SearchStrategy[Row]:
    inner = {f.name: f for f in (field.items if field else ())}
    parts = {
        n: _value(info.annotation, inner.get(n), n) for n, info in model.model_fields.items() if n != "id"
    }
    return st.fixed_dictionaries({"id": st.uuids(version=4).map(str), **parts})
