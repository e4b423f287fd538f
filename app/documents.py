"""Documents of any record: the kind's own where it declares one, else one made from its form."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, get_args
from uuid import UUID

from app.access import client_of
from app.amounts import amount
from app.clock import today
from app.i18n import _, format_date, language, using_language
from app.pdf import Block, Document, Heading, Pairs, Paragraph, Title
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

    def rows(one: str) -> Sequence[Row]:
        if SPECS[one].scope == "reference":
            return reader.rows(one)
        return reader.rows(one, client_id=client_id) if client_id else ()

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
            rows=rows,
        )
        return spec.pdf(row, context) if spec.pdf else _generic(spec_here(reader, spec), row, context)


def _generic(spec: RecordSpec, row: Row, context: Context) -> Document:
    blocks: list[Block] = [Title(_(spec.one), context.client_name)]
    for section in spec.form:
        blocks += [Heading(_(section.title)), Pairs(list(_pairs(spec, section.fields, row, context)))]
    return Document(
        title=_(spec.one),
        language=context.language,
        maker=context.maker,
        version=str(row.get("version_no") or row["version"] or 1),
        made_on=date.fromisoformat(row[spec.dated]) if spec.dated and row[spec.dated] else today(),
        blocks=blocks,
        plain=context.plain,
    )


def _pairs(spec: RecordSpec, fields: Iterable[F], row: Row, context: Context) -> Iterable[tuple[str, Any]]:
    for one in fields:
        known = called(one.refers, context.rows) if row.get(one.name) else {}
        yield _(one.title), said(spec, one, row, context.worker_names, known)


def called(kind: str, rows: Callable[[str], Sequence[Row]]) -> dict[str, str]:
    """Return what the entries of a kind that a field refers to are called, by id; nothing for workers and no kind."""
    from app.services import SPECS

    return {} if kind in ("", "worker") else {str(row["id"]): SPECS[kind].label(row) for row in rows(kind)}


def said(
    spec: RecordSpec,
    field: F,
    row: Row,
    worker_names: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return a field of a row as `shown` does, amounts and times of day in the way of the present language.

    `labels` says what the entries are called that the field may refer to: an id means nothing to a reader.
    """
    value = row.get(field.name)
    if value and labels is not None and field.refers not in ("", "worker"):
        many = value if isinstance(value, list) else [value]
        return ", ".join(labels[str(one)] for one in many if str(one) in labels)
    text = shown(field, value, worker_names)
    if not text or field.choices or field.items or not isinstance(value, str):
        return text
    rules = spec.table.model_fields[field.name]
    if Decimal in _types(rules.annotation):
        return amount(text.removesuffix(".00"))
    if language() != "en" and _CLOCK.fullmatch(text) and _has_pattern(rules.metadata):
        return text.replace(":", ".")
    return text


_CLOCK = re.compile(r"\d\d:\d\d")


def _has_pattern(rules: Sequence[Any]) -> bool:
    return any(getattr(rule, "pattern", None) for rule in rules)


def _types(annotation: Any) -> set[Any]:
    """Return the types that an annotation is made of."""
    return {annotation}.union(*map(_types, get_args(annotation)))


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
    texts = [_part(one, entry.get(one.name)) for one in fields]
    return f"{number}. " + " · ".join(text.replace("\n", "; ") for text in texts if text)


def _part(field: F, value: Any) -> str:
    """Return a field inside an entry: a yes by what it is a yes to, since no title stands beside it."""
    if isinstance(value, bool):
        return _(field.title) if value else ""
    return shown(field, value)


def written(text: str | None) -> Paragraph:
    """Return a long text as a paragraph; an empty one is said to be empty, since a bare dash says nothing."""
    return Paragraph(text) if text else Paragraph(_("Not filled in."), "quiet")


def titles_of(choices: Sequence[Choice], value: str) -> str:
    """Return the title of a code; a value that this program does not know is shown as such and kept."""
    if not value:
        return ""
    for choice in choices:
        if choice.value == value:
            return _(choice.title)
    return _("other (new): {value}").format(value=value)
