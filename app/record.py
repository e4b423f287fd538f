"""Record: the columns that every row has, its column types on both databases, and checked construction.

Between the layers a row travels as *JSON values* (text for ids, dates, instants and amounts), the same
on the device, on the wire and at the centre; the column types below turn them into what each database
stores. A `Record` object is the typed form of a row, for rules, forms and documents.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, TypeVar
from uuid import UUID

from annotated_types import Ge, Lt
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    create_model,
)
from pydantic_core import PydanticUndefined
from sqlalchemy import Date, DateTime, MetaData, Numeric, String, Text, types
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel

from app.clock import new_id
from app.errors import Problem, Refused
from app.i18n import N_, Message

Row = dict[str, Any]

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def _postgres() -> Any:
    """Return PostgreSQL's own types, which only a centre needs: a device spares the 3 MB."""
    from sqlalchemy.dialects import postgresql

    return postgresql


class _Portable(types.TypeDecorator[Any]):
    """A column whose Python value is the JSON value on every database."""


class Id(_Portable):
    """A UUID as text; a native uuid in PostgreSQL."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        return dialect.type_descriptor(
            _postgres().UUID(as_uuid=False) if dialect.name == "postgresql" else String(36)
        )

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else str(value)


class Day(_Portable):
    """A date as ISO text; a native date in PostgreSQL."""

    impl = String(10)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        return dialect.type_descriptor(Date() if dialect.name == "postgresql" else String(10))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return date.fromisoformat(value) if isinstance(value, str) else value
        return value if isinstance(value, str) else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class Instant(_Portable):
    """A moment in UTC as ISO text ending in Z; timestamptz in PostgreSQL."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        native = DateTime(timezone=True) if dialect.name == "postgresql" else String(32)
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return datetime.fromisoformat(value) if isinstance(value, str) else value
        return value if isinstance(value, str) else iso(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return iso(value) if isinstance(value, datetime) else value


class Money(_Portable):
    """Euros with two decimals as text; numeric in PostgreSQL."""

    impl = String(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        return dialect.type_descriptor(Numeric(12, 2) if dialect.name == "postgresql" else String(16))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else (Decimal(value) if dialect.name == "postgresql" else str(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else str(value)


class Json(_Portable):
    """Lists and objects; jsonb in PostgreSQL."""

    impl = Text()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        return dialect.type_descriptor(_postgres().JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name != "postgresql" else value


def iso(moment: datetime) -> str:
    """Write an aware instant the one way that rows carry it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


# The categories Cc, but for the line's end and the tabulator, and Cs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _tidy(value: Any) -> Any:
    if not value or not isinstance(value, str):
        return value
    text = value if value.isascii() else unicodedata.normalize("NFC", value)
    if not text.isprintable():  # most is, and has nothing to be taken out
        text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip()


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


Line = Annotated[str, BeforeValidator(_tidy), StringConstraints(max_length=300)]
Words = Annotated[str, BeforeValidator(_tidy), StringConstraints(max_length=20_000)]
Euros = Annotated[Decimal, AfterValidator(_cents), Ge(0), Lt(1_000_000)]
Clock = Annotated[str, BeforeValidator(_tidy), StringConstraints(pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d$")]


class Record(SQLModel):
    """What every row has beside its own fields: identity, sync scope, version and who saved it when."""

    id: UUID = Field(default_factory=new_id, primary_key=True, sa_type=Id)
    scope: str = Field(default="", index=True, max_length=80)
    version: int = 0
    deleted: bool = False
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime | None = Field(default=None, sa_type=Instant)
    created_by: UUID | None = Field(default=None, sa_type=Id)
    saved_at: datetime | None = Field(default=None, sa_type=Instant)
    saved_by: UUID | None = Field(default=None, sa_type=Id)


class Item(BaseModel):
    """An entry of a list inside a record; its id lets two people's changes to one list be told apart."""

    model_config = ConfigDict(extra="forbid")
    id: UUID = Field(default_factory=new_id)


STAMPS = frozenset(Record.model_fields) - {"id"}
R = TypeVar("R", bound=Record)


def fields(cls: type[Record]) -> tuple[str, ...]:
    """Return the names of the record's own fields, in the order of their declaration."""
    return tuple(name for name in cls.model_fields if name not in Record.model_fields)


@cache
def shape(cls: type[Record]) -> type[BaseModel]:
    """Return the plain model of a record's own fields and id: what a form, a file or a device may set."""
    wanted: dict[str, Any] = {
        name: (info.annotation, _plain(info)) for name, info in cls.model_fields.items() if name not in STAMPS
    }
    return create_model(cls.__name__, __config__=ConfigDict(extra="forbid"), **wanted)


def _plain(info: Any) -> Any:
    """Copy a column's rules without what belongs to the table."""
    default: Any = ... if info.is_required() else info.default
    if info.default_factory is not None:
        copied: Any = Field(default_factory=info.default_factory)
    elif default is PydanticUndefined:
        copied = Field()
    else:
        copied = Field(default)
    copied.metadata = list(info.metadata)
    return copied


def problems_of(error: ValidationError) -> list[Problem]:
    """Turn Pydantic's findings into problems in the user's words."""
    return [_problem(dict(found)) for found in error.errors(include_url=False, include_input=False)]


_SAID = {
    "missing": N_("This is needed."),
    "extra_forbidden": N_("There is no such field."),
    "string_too_long": N_("Too long: at most {max_length} characters."),
    "string_too_short": N_("This is needed."),
    "greater_than_equal": N_("Must be at least {ge}."),
    "less_than_equal": N_("Must be at most {le}."),
    "less_than": N_("Must be less than {lt}."),
    "uuid_parsing": N_("This is not an identifier of a client, plan or other entry."),
    "uuid_type": N_("This is not an identifier of a client, plan or other entry."),
    "date_from_datetime_parsing": N_("This is not a date. Write it as 3.5.2026."),
    "date_parsing": N_("This is not a date. Write it as 3.5.2026."),
    "date_type": N_("This is not a date. Write it as 3.5.2026."),
    "date_from_datetime_inexact": N_("This is not a date. Write it as 3.5.2026."),
    "int_parsing": N_("This is not a whole number."),
    "int_type": N_("This is not a whole number."),
    "int_from_float": N_("This is not a whole number."),
    "decimal_parsing": N_("This is not a number."),
    "decimal_type": N_("This is not a number."),
    "float_parsing": N_("This is not a number."),
    "string_pattern_mismatch": N_("Write a time as 9:30."),
    "string_type": N_("This must be text."),
    "list_type": N_("This must be a list."),
    "bool_parsing": N_("This must be yes or no."),
    "bool_type": N_("This must be yes or no."),
}


def _problem(found: dict[str, Any]) -> Problem:
    path = found["loc"]
    field = ".".join(str(part) for part in path) or None
    text = _SAID.get(found["type"], N_("This value is not accepted."))
    return Problem(
        field, Message(text, **{k: v for k, v in (found.get("ctx") or {}).items() if k != "error"})
    )


def validated(cls: type[R], data: Mapping[str, Any]) -> R:
    """Make a record from values and check them: the only way to construct one (`table=True` checks nothing).

    Raises Refused that names each field.
    """
    try:
        return cls.model_validate(dict(data))
    except ValidationError as error:
        raise Refused(problems_of(error)) from None


def from_row(cls: type[R], row: Mapping[str, Any]) -> R:
    """Make the typed form of a stored row; a value that today's rules refuse is kept as it stands."""
    known = {name: row[name] for name in cls.model_fields if name in row}
    try:
        return cls.model_validate(known)
    except ValidationError as error:
        broken = {str(found["loc"][0]) for found in error.errors(include_url=False)}
        record = cls.model_validate({**_blank(cls), **{k: v for k, v in known.items() if k not in broken}})
        for name in broken & known.keys():
            object.__setattr__(record, name, known[name])
            record.__dict__[name] = known[name]
        return record


def _blank(cls: type[Record]) -> Row:
    """Return values that satisfy the required fields, for a row in which one of them is broken."""
    fillers: dict[Any, Any] = {
        UUID: UUID(int=0),
        date: date(1900, 1, 1),
        int: 1,
        str: "-",
        Line: "-",
        Words: "-",
    }
    return {n: fillers.get(i.annotation, "-") for n, i in cls.model_fields.items() if i.is_required()}


def to_row(record: Record) -> Row:
    """Return the record as JSON values by column name."""
    return record.model_dump(mode="json")


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of JSON values in one canonical form: what a signature under a plan vouches for."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Write JSON the one way: sorted keys, no spaces, no escapes (after RFC 8785)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def defer_foreign_keys(metadata: MetaData) -> None:
    """Let every foreign key be checked at the end of the transaction: a scope is applied whole, in any order."""
    for table in metadata.tables.values():
        for key in table.foreign_key_constraints:
            key.deferrable, key.initially = True, "DEFERRED"
