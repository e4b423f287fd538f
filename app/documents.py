"""Documents of any record: the kind's own where it declares one, else one made from its form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from app.access import client_of
from app.clock import today
from app.i18n import _, format_date, using_language
from app.pdf import Block, Document, Heading, Pairs, Title
from app.record import Row
from app.spec import Choice, F, RecordSpec


class Reader(Protocol):
    """Where a document's facts come from: the open store."""

    @property
    def worker(self) -> UUID:
        """The worker who makes the document."""

    def row(self, kind: str, record_id: UUID | str) -> Row | None:
        """Return one row."""

    def rows(self, kind: str, *, client_id: UUID | str | None = None) -> list[Row]:
        """Return the rows of a kind, of one client."""

    def worker_names(self) -> dict[str, str]:
        """Return workers' names by id."""


@dataclass(frozen=True)
class Context:
    """What a document needs beside its record: language, variant, the client, the people, how steps went.

    `rows` gives the client's other rows of a kind.
    """

    language: str
    plain: bool
    maker: str
    client_name: str
    worker_names: Mapping[str, str] = field(default_factory=dict)
    progress: Mapping[str, str] = field(default_factory=dict)
    network: Sequence[Row] = ()
    network_roles: Sequence[Choice] = ()
    rows: Callable[[str], Sequence[Row]] = lambda kind: ()


def make(reader: Reader, kind: str, row: Row, *, language: str, plain: bool = False) -> Document:
    """Make a record's document in a language (fi, sv, en); `plain` asks for the plain-language variant."""
    from app.coaching_phases import spec_here
    from app.services import SPECS
    from app.services.clients.codes import NETWORK_ROLES

    spec = SPECS[kind]
    names = reader.worker_names()
    client_id = client_of(row["scope"])
    client = reader.row("client", client_id) if client_id else None
    progress = reader.rows("plan_progress", client_id=client_id) if client_id else []
    latest = {
        entry["step_id"]: entry["state"] for entry in sorted(progress, key=lambda e: (e["on"], e["id"]))
    }
    with using_language(language):
        context = Context(
            language=language,
            plain=plain,
            maker=names.get(str(row["saved_by"]), names.get(str(reader.worker), "")),
            client_name=f"{client['first_name']} {client['last_name']}" if client else "",
            worker_names=names,
            progress=latest,
            network=reader.rows("network_member", client_id=client_id) if client_id else (),
            network_roles=NETWORK_ROLES,
            rows=lambda one: reader.rows(one, client_id=client_id) if client_id else (),
        )
        return spec.pdf(row, context) if spec.pdf else _generic(spec_here(reader, spec), row, context)


def _generic(spec: RecordSpec, row: Row, context: Context) -> Document:
    blocks: list[Block] = [Title(_(spec.one), context.client_name)]
    for section in spec.form:
        blocks += [Heading(_(section.title)), Pairs(list(_pairs(section.fields, row, context)))]
    return Document(
        title=_(spec.one),
        language=context.language,
        maker=context.maker,
        version=str(row["version"] or 1),
        made_on=date.fromisoformat(row[spec.dated]) if spec.dated and row[spec.dated] else today(),
        blocks=blocks,
        plain=context.plain,
    )


def _pairs(fields: Iterable[F], row: Row, context: Context) -> Iterable[tuple[str, Any]]:
    for one in fields:
        yield _(one.title), shown(one, row.get(one.name), context.worker_names)


def shown(field: F, value: Any, worker_names: Mapping[str, str] | None = None) -> str:
    """Return a field's value as a person reads it, in the present language; empty text for no value."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.choices:
        values = value if isinstance(value, list) else [value]
        return ", ".join(titles_of(field.choices, one) for one in values)
    if field.items:
        return "\n".join(_entry(field.items, entry, number) for number, entry in enumerate(value, 1))
    if field.refers == "worker":
        return (worker_names or {}).get(str(value), _("Unknown worker"))
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-" and value[7:8] == "-":
        try:
            return format_date(date.fromisoformat(value))
        except ValueError:
            return value
    return str(value)


def _entry(fields: Iterable[F], entry: Row, number: int) -> str:
    texts = [shown(one, entry.get(one.name)) for one in fields]
    return f"{number}. " + " · ".join(text.replace("\n", "; ") for text in texts if text)


def titles_of(choices: Sequence[Choice], value: str) -> str:
    """Return the title of a code; a value that this program does not know is shown as such and kept."""
    if not value:
        return ""
    for choice in choices:
        if choice.value == value:
            return _(choice.title)
    return _("other (new): {value}").format(value=value)
