"""Commands on records: kinds, put, list, show, delete, search, due, pdf."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.clock import today
from app.commands.common import answer, opened, say, spec_of, table
from app.commands.sharing import ask_for_list, prepared, save_with
from app.entry import identifier, record_from
from app.errors import KnownError, Problem, Refused, WrongUse
from app.i18n import N_, Message, _, format_date, language

if TYPE_CHECKING:
    from uuid import UUID

    from app.record import Record, Row
    from app.services.consents.records import Sharing
    from app.spec import RecordSpec
    from storage.store import Store


def kinds(arguments: Namespace) -> int:
    """Print every kind of record with the JSON Schema of what `put` takes."""
    from app.record import shape
    from app.services import SPECS

    data = {
        kind: {
            "schema": shape(spec.table).model_json_schema(),
            "scope": spec.scope,
            "group": spec.group,
            "title": _(spec.title),
        }
        for kind, spec in SPECS.items()
    }
    rows = [(kind, entry["title"], entry["scope"], entry["group"]) for kind, entry in data.items()]
    answer(arguments, data, table([_("Kind"), _("Title"), _("Scope"), _("Group")], rows))
    return 0


def put(arguments: Namespace) -> int:
    """Create or change records from JSON; all of them or none. What tells somebody is asked of the consents."""
    spec = spec_of(arguments.kind)
    entries, many = _entries(arguments.file)
    reason = arguments.override
    with opened(arguments) as store:
        records: list[Record] = []
        shared: list[Sharing] = []
        for number, values in enumerate(entries, 1):
            try:
                present = store.row(spec.kind, identifier(str(values["id"]))) if "id" in values else None
                record, told = prepared(store, spec, record_from(spec, values, present), present, reason)
            except Refused as refused:
                raise Refused(refused.problems, row=number if many else None, titles=refused.titles) from None
            records.append(record)
            shared += told
        _no_doubles(records)
        save_with(store, records, shared)
        for record in records if spec.kind == "client" else ():
            for other in store.duplicates(record.model_dump(mode="json")):
                say(_("May be the same person as {id}.").format(id=other["id"]))
    ids = [str(record.id) for record in records]
    answer(arguments, ids, "\n".join(ids))
    return 0


def _no_doubles(records: Iterable[Any]) -> None:
    seen = set()
    for number, record in enumerate(records, 1):
        if record.id in seen:
            raise Refused(
                [Problem("id", Message(N_("The same entry stands twice in the file.")))], row=number
            )
        seen.add(record.id)


def _entries(file: str) -> tuple[list[dict[str, Any]], bool]:
    """Read a JSON object, an array of them, or one a line; tell whether there may be several."""
    try:
        text = sys.stdin.buffer.read().decode() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise KnownError(Message(N_("The file cannot be read as UTF-8 text: {file}"), file=file)) from None
    try:
        whole = json.loads(text)
    except ValueError:
        whole = [_line(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    many = isinstance(whole, list)
    entries = whole if many else [whole]
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise Refused([Problem(None, Message(N_("This is not a JSON object.")))], row=number)
    return entries, many


def _line(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise Refused([Problem(None, Message(N_("This is not JSON.")))], row=number) from None


def list_records(arguments: Namespace) -> int:
    """List the records of a kind, of one client where named; as a file for a party only as the consents allow."""
    from app.coaching_phases import spec_here
    from app.documents import shown

    spec = spec_of(arguments.kind)
    client = identifier(arguments.client) if arguments.client else None
    if client and spec.scope != "client" and spec.kind != "conflict":
        raise WrongUse(Message(N_("This kind does not belong to a client.")))
    if arguments.party is not None and not (arguments.out and arguments.party.strip()):
        raise WrongUse(Message(N_("A list for somebody needs a name (--for) and a file (--out).")))
    with opened(arguments) as store:
        rows = [_public(row) for row in store.rows(spec.kind, client_id=client)]
        names, shown_spec = store.worker_names(), spec_here(store, spec)
        if arguments.out:
            _write_list(store, spec, rows, client, arguments)
            answer(arguments, {"file": arguments.out, "rows": len(rows)}, arguments.out)
            return 0
        store.log("listed", spec.kind, None, client)
    fields = {f.name: f for f in shown_spec.fields()}
    lines = [[row["id"], *(shown(fields[n], row[n], names) for n in spec.columns)] for row in rows]
    answer(arguments, rows, table(["id", *(_(fields[n].title) for n in spec.columns)], lines))
    return 0


def _write_list(
    store: "Store", spec: "RecordSpec", rows: "list[Row]", client: "UUID | None", arguments: Namespace
) -> None:
    """Write a list as a file. It is in the access log, and what it shares is kept, before the file comes to be."""
    from app import exporting
    from app.coaching_phases import spec_here
    from storage.files import write_whole

    file = Path(arguments.out)
    kind = file.suffix.lower().removeprefix(".")
    if kind not in exporting.KINDS:
        raise WrongUse(Message(N_("A list is written as .csv or .xlsx.")))
    clients = {str(case.client_id): case.name for case in store.clients()}
    made = exporting.sheet(
        spec_here(store, spec),
        rows,
        store.worker_names(),
        clients if spec.scope == "client" and spec.kind != "client" else None,
        exporting.labels_for(spec, store.rows),
    )
    if arguments.party:
        ask_for_list(store, spec.kind, rows, arguments.party, arguments.override)
    store.log("export", spec.kind, None, client, f"list {kind}")
    write_whole(file, exporting.as_file(made, kind))


def _public(row: "Row") -> "Row":
    return {name: value for name, value in row.items() if name not in ("extra",)}


def show(arguments: Namespace) -> int:
    """Show one record, with its history where asked for."""
    from app.coaching_phases import spec_here
    from app.documents import shown
    from app.record import to_row

    spec, wanted = spec_of(arguments.kind), identifier(arguments.id)
    with opened(arguments) as store:
        record = store.get(spec.kind, wanted)
        if record is None:
            raise KnownError(
                Message(N_("There is no such entry.")), Message(N_("Look it up with list or search."))
            )
        row, names = _public(to_row(record)), store.worker_names()
        spec = spec_here(store, spec)
        if arguments.history:
            row["history"] = store.history(spec.kind, wanted)
    lines = [f"{_(field.title)}: {shown(field, row[field.name], names)}" for field in spec.fields()]
    for entry in row.get("history", ()):
        lines.append(
            f"{entry['at']}  {entry['op']}  {names.get(entry['by'], '')}  {', '.join(entry['patch'])}"
        )
    answer(arguments, row, "\n".join(lines))
    return 0


def delete(arguments: Namespace) -> int:
    """Delete one record."""
    spec, wanted = spec_of(arguments.kind), identifier(arguments.id)
    with opened(arguments) as store:
        store.delete(spec.kind, wanted)
    answer(arguments, {"deleted": str(wanted)}, _("Deleted."))
    return 0


def search(arguments: Namespace) -> int:
    """Find records by words in them."""
    from storage.search import MARK

    with opened(arguments) as store:
        hits = store.search(" ".join(arguments.text))
        store.log("searched", "client")
    data = []
    for hit in hits:
        snippet = hit.snippet.replace(MARK[0], "").replace(MARK[1], "")
        owner = str(hit.client_id) if hit.client_id else None
        data.append({"kind": hit.kind, "id": str(hit.id), "client_id": owner, "snippet": snippet})
    lines = [(entry["kind"], entry["id"], entry["snippet"]) for entry in data]
    answer(arguments, data, table([_("Kind"), "id", _("Text")], lines) if lines else _("Nothing was found."))
    return 0


def due(arguments: Namespace) -> int:
    """Say what is due as seen on a day, oldest first; write it as a calendar without names where asked for."""
    from app.calendar import calendar
    from app.due import due as rules

    day = _day(arguments.on) if arguments.on else today()
    with opened(arguments) as store:
        cases = store.clients()
        items = rules(cases, day)
        store.log("listed", "client", detail="due")
    names = {case.client_id: case.name for case in cases}
    if arguments.ics:
        codes = {case.client_id: case.code for case in cases}
        Path(arguments.ics).write_bytes(calendar(items, codes).encode())
        say(_("The calendar was written; it holds codes and no names."))
    data = [
        {
            "on": item.on.isoformat(),
            "overdue": item.on < day,
            "title": str(item.title),
            "client_id": str(item.client_id),
            "kind": item.kind,
            "record_id": str(item.record_id) if item.record_id else None,
            "about": str(item.about) if item.about else None,
            "time": item.time,
        }
        for item in items
    ]
    lines = [(format_date(item.on), names[item.client_id], str(item.title)) for item in items]
    answer(
        arguments, data, table([_("Day"), _("Client"), _("What")], lines) if lines else _("Nothing is due.")
    )
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(
            Message(N_("“{text}” is not a date. Write it as 2026-05-03."), text=text[:40])
        ) from None


def pdf(arguments: Namespace) -> int:
    """Write a record's document as a PDF: for a party as a consent allows, or for a written reason; kept and logged."""
    from app.pdf import render

    spec, wanted = spec_of(arguments.kind), identifier(arguments.id)
    with opened(arguments) as store:
        document = _document(store, spec.kind, wanted, arguments)
        Path(arguments.out).write_bytes(render(document))
    answer(arguments, {"file": arguments.out}, arguments.out)
    return 0


def _document(store: "Store", kind: str, wanted: Any, arguments: Namespace) -> Any:
    from uuid import UUID

    from app import documents
    from app.access import client_of
    from app.data_groups import groups_of
    from app.sharing import record_sharing

    row = store.row(kind, wanted)
    if row is None or row["deleted"]:
        raise KnownError(
            Message(N_("There is no such entry.")), Message(N_("Look it up with list or search."))
        )
    owner = client_of(row["scope"])
    client = UUID(owner) if owner else None
    if client is not None and arguments.party:
        groups = groups_of(kind, row)
        reason, shared = arguments.override, {"shared_as": "pdf", "of_kind": kind, "of_id": wanted}
        record_sharing(store, client, arguments.party, groups, today(), override_reason=reason, **shared)
    store.log("export", kind, wanted, client, arguments.party or "")
    return documents.make(store, kind, row, language=arguments.lang or language(), plain=arguments.plain)
