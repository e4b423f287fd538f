"""What a service module declares, once: its records, forms, lists, sync policy and documents. Nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

# The unlock window reads the options through this module and must not wait for the database libraries.
if TYPE_CHECKING:
    from app.due import Case, DueItem
    from app.errors import Problem
    from app.pdf import Document
    from app.record import Record, Row


@dataclass(frozen=True)
class Choice:
    """One value of a code list with the text that a person sees."""

    value: str
    title: str


@dataclass(frozen=True)
class F:
    """A field of a form: its name in the record, its title, one line of help, and how it is edited.

    `rows` > 1 makes a long text that grows; `choices` a list to choose from (several when the field is a
    list); `items` the fields of each entry when the field is a list of entries; `refers` the kind of
    record that a UUID field (or each id of a list) points to; `fills` the fields that a chosen record fills while
    they are empty, as (name here, name there), its label where there is no name; `read_only` shows a value that
    the program itself keeps.
    """

    name: str
    title: str
    help: str = ""
    rows: int = 1
    choices: tuple[Choice, ...] = ()
    items: tuple["F", ...] = ()
    refers: str = ""
    fills: tuple[tuple[str, str], ...] = ()
    read_only: bool = False


@dataclass(frozen=True)
class Section:
    """A titled part of a form."""

    title: str
    fields: tuple[F, ...]
    help: str = ""


@dataclass(frozen=True)
class Sync:
    """How a record's changes meet somebody else's.

    mode `merge`: by field; `append_only`: written once, never changed; `centre`: written by the centre alone.
    `together`: fields that are taken or refused as one. `items`: lists merged entry by entry.
    `text`: long texts merged by line. `frozen_by`: once this field has a value, the row changes no more, but for
    the fields in `open`.
    """

    mode: str = "merge"
    together: tuple[tuple[str, ...], ...] = ()
    items: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    frozen_by: str = ""
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordSpec:
    """One kind of record, whole: table, form, list, sync, documents and what makes it due.

    `check` finds problems in one record; `beside` in a record among the client's other rows of its kind.
    `writers` are the roles that may change it, nobody named: whoever holds it. `case` names the fields that due rules
    need of every row (`Case.rows`). `register` gives the text for the official register (facts.md 6).
    """

    table: "type[Record]"
    title: str
    one: str
    form: tuple[Section, ...]
    columns: tuple[str, ...]
    label: "Callable[[Row], str]"
    scope: str = "client"
    group: str = "core"
    sync: Sync = field(default_factory=Sync)
    dated: str = ""
    writers: tuple[str, ...] = ()
    check: Callable[[Any], "Iterable[Problem]"] | None = None
    beside: "Callable[[Any, Sequence[Row]], Iterable[Problem]] | None" = None
    case: tuple[str, ...] = ()
    due: "Callable[[Case, date], Iterable[DueItem]] | None" = None
    pdf: "Callable[..., Document] | None" = None
    register: "Callable[[Row], str] | None" = None

    @cached_property
    def kind(self) -> str:
        """The name of the kind: the same in commands, on the wire and as the table's name."""
        return str(self.table.__tablename__)

    def fields(self) -> tuple[F, ...]:
        """Return the fields of all sections in order."""
        return tuple(f for section in self.form for f in section.fields)

    def titles(self) -> dict[str, str]:
        """Return the (untranslated) title of each field by its name."""
        return {f.name: f.title for f in self.fields()}


@dataclass(frozen=True)
class Service:
    """A tab of the program: its records and the roles that see it."""

    key: str
    title: str
    icon: str
    records: tuple[RecordSpec, ...]
    roles: tuple[str, ...]
