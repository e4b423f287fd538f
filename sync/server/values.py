"""What the centre accepts as values: the declared rules of each kind of record, made ready for many."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlalchemy import Table

from app import access
from app.errors import Problem
from app.i18n import N_, Message
from app.record import Record, Row, fields, from_row, problems_of, shape
from app.services import SPECS
from app.spec import RecordSpec
from sync.merge import Clash
from sync.protocol import Mutation
from sync.server.tables import RECORDS


class Unacceptable(Exception):
    """A mutation whose values a rule refuses."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


class Shape:
    """A model whose validator and serializer are called as they are: the centre checks thousands of rows at once."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._validate = model.__pydantic_validator__.validate_python
        self._dump = model.__pydantic_serializer__.to_python

    def checked(self, values: Row, exclude_unset: bool = False) -> Row:
        """Return JSON values in their one form; raises pydantic's ValidationError."""
        row: Row = self._dump(self._validate(values), mode="json", exclude_unset=exclude_unset)
        return row


@dataclass(frozen=True)
class Kind:
    """One kind of record, ready: its declaration, table, names, blank values and parents (column, kind)."""

    spec: RecordSpec
    table: Table
    names: tuple[str, ...]
    all_names: frozenset[str]
    whole: Shape
    partial: Shape
    blank: Row
    parents: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The kind's name on the wire."""
        return self.spec.kind


@cache
def kind(name: str) -> Kind:
    """Return what the centre needs to know of a kind; raises KeyError for one that it does not know."""
    spec = SPECS[name]
    declared: Table = spec.table.__table__  # type: ignore[attr-defined]
    parents = tuple(
        (key.parent.name, key.column.table.name)
        for key in sorted(declared.foreign_keys, key=lambda k: k.parent.name)
    )
    own = fields(spec.table)
    return Kind(
        spec,
        RECORDS[name],
        own,
        frozenset(own),
        Shape(shape(spec.table)),
        Shape(_partial(spec.table)),
        _blank(spec.table),
        parents,
    )


def _partial(cls: type[Record]) -> type[BaseModel]:
    """Return the record's own fields with their rules, each of which may be missing."""
    wanted: dict[str, Any] = {}
    for name, info in shape(cls).model_fields.items():
        optional = FieldInfo(annotation=info.annotation, default=None)
        optional.metadata = list(info.metadata)
        wanted[name] = (info.annotation, optional)
    return create_model(f"{cls.__name__}Part", __config__=ConfigDict(extra="forbid"), **wanted)


def _blank(cls: type[Record]) -> Row:
    """Return the values that a deleted row keeps: references and days that must be there stay as they are."""
    blank: Row = {}
    for name in fields(cls):
        info = cls.model_fields[name]
        if name.endswith("_id"):
            continue
        if info.default_factory is not None:
            blank[name] = cast(Any, info.default_factory)()
        elif info.default is not PydanticUndefined:
            blank[name] = info.default
        elif info.annotation is str:
            blank[name] = ""
    return blank


def accepted(mutation: Mutation) -> dict[str, list[Any]]:
    """Return the mutation's patch with its new values in their one form.

    Raises Unacceptable with problems where a value breaks the kind's rules or the row would leave its client.
    """
    known = kind(mutation.kind)
    if not known.all_names.issuperset(mutation.patch):
        unknown = [name for name in mutation.patch if name not in known.all_names]
        raise Unacceptable([Problem(name, Message(N_("There is no such field."))) for name in unknown])
    if mutation.op == "delete":
        return {name: list(change) for name, change in mutation.patch.items()}
    try:
        patch = _whole(known, mutation) if mutation.op == "create" else _changed(known, mutation)
    except ValidationError as error:
        raise Unacceptable(problems_of(error)) from None
    _check_place(known, mutation, patch)
    return patch


def _whole(known: Kind, mutation: Mutation) -> dict[str, list[Any]]:
    given = {name: new for name, (_, new) in mutation.patch.items() if new is not None}
    given["id"] = mutation.row
    values = known.whole.checked(given)
    del values["id"]
    return {name: [None, value] for name, value in values.items()}


def _changed(known: Kind, mutation: Mutation) -> dict[str, list[Any]]:
    values = checked(known, {name: change[1] for name, change in mutation.patch.items()})
    return {name: [change[0], values[name]] for name, change in mutation.patch.items()}


def checked(known: Kind, values: Row) -> Row:
    """Return some of a record's values in their one form; raises pydantic's ValidationError."""
    return known.partial.checked(values, exclude_unset=True)


def _check_place(known: Kind, mutation: Mutation, patch: dict[str, list[Any]]) -> None:
    """Refuse a row that is not in its own client's compartment: rows never move between clients."""
    if known.name == "conflict":
        return
    if known.spec.scope != "client":
        if mutation.scope.split(":")[0] != known.spec.scope:
            raise Unacceptable([Problem(None, Message(N_("This value is not accepted.")))])
        return
    client = access.client_of(mutation.scope)
    named = mutation.row if known.name == "client" else patch.get("client_id", [None, client])[1]
    if named != client or mutation.scope != f"client:{client}:{known.spec.group}":
        raise Unacceptable([Problem("client_id", Message(N_("An entry stays with its client.")))])


def check_frozen(known: Kind, row: Row) -> list[Problem]:
    """Return the problems of a row that is signed: whether it is still what was signed."""
    seal = known.spec.sync.frozen_by
    if not seal or not row.get(seal) or known.spec.check is None:
        return []
    group = next((g for g in known.spec.sync.together if seal in g), (seal,))
    return [p for p in known.spec.check(from_row(known.spec.table, row)) if p.field in group]


def sealing_clash(known: Kind, row: Row, patch: dict[str, list[Any]]) -> Clash:
    """Return the clash of a signing that does not fit what the row holds."""
    seal = known.spec.sync.frozen_by
    group = next((g for g in known.spec.sync.together if seal in g), (seal,))
    parts = tuple(name for name in group if name in patch)
    return Clash(
        parts,
        {name: row.get(name) for name in parts},
        {name: patch[name][1] for name in parts},
        {name: patch[name][0] for name in parts},
    )
