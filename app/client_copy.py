"""The copy of everything held on one person that she may ask for: a readable document, the same as data, her files.

Only what is on this computer can be in it; the document says so. File names in the archive say nothing of the person.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Protocol
from uuid import UUID

from app.access import COMPARTMENTS, GROUPS, NotHeld
from app.clock import now, today
from app.coaching_phases import USUAL, CoachingPhases, ours
from app.documents import said
from app.i18n import _, format_date, format_instant, using_language
from app.pdf import (
    Block,
    Callout,
    Document,
    Heading,
    KeepTogether,
    Pairs,
    Paragraph,
    Table,
    Title,
    render,
)
from app.reading import ACTIONS
from app.record import Row, fields, iso
from app.services import SPECS
from app.spec import F, RecordSpec

PDF, DATA, FILES = "copy.pdf", "copy.json", "files"
FEW, SHORT = 8, 500
"""Up to how many fields, and letters in them, an entry stays on one page of the document."""
_TECHNICAL = ("scope", "version", "extra", "deleted", "blob_key")
Content = Callable[[Row], Iterator[bytes]]
"""Gives the bytes of an attachment by its row; raises KnownError where the file is not on this computer."""


class Reader(Protocol):
    """Where the facts come from: the open store."""

    def rows(self, kind: str, *, client_id: UUID | str | None = None, deleted: bool = False) -> list[Row]:
        """Return the rows of a kind, of one client, with the deleted ones where asked for."""

    def worker_names(self) -> dict[str, str]:
        """Return workers' names by id."""

    def access_log(self, client_id: UUID | str | None = None) -> list[Row]:
        """Return who handled the client's data, newest first."""


@dataclass(frozen=True)
class Held:
    """Everything held on one person: rows by kind (the client's own first), the access log, workers' names by id."""

    rows: Mapping[str, Sequence[Row]]
    deleted: Mapping[str, Sequence[Row]]
    log: Sequence[Row]
    names: Mapping[str, str] = field(default_factory=dict)
    phases: CoachingPhases = USUAL
    lacking: tuple[str, ...] = ()
    """The compartments that may not be held on this computer: what they hold is not in the copy."""

    @property
    def client(self) -> Row:
        """The client's own row."""
        return self.rows["client"][0]


def gather(reader: Reader, client_id: UUID) -> Held | None:
    """Read everything on a client, of every kind and compartment on this computer; None where she is not here."""
    found: dict[str, list[Row]] = {}
    for kind in kinds():
        found[kind] = reader.rows(kind, client_id=client_id, deleted=True)
    apart = {SPECS[kind].group for kind, rows in found.items() if isinstance(rows, NotHeld)}
    living = {kind: [row for row in rows if not row["deleted"]] for kind, rows in found.items()}
    if not living["client"]:
        return None
    gone = {kind: [row for row in rows if row["deleted"]] for kind, rows in found.items()}
    return Held(
        _some(living),
        _some(gone),
        reader.access_log(client_id),
        reader.worker_names(),
        ours(reader),
        tuple(group for group in GROUPS if group in apart),
    )


def kinds() -> tuple[str, ...]:
    """Return every kind that may hold something on a client, the client first."""
    own = [kind for kind, spec in SPECS.items() if kind != "client" and "client_id" in fields(spec.table)]
    return ("client", *own)


def _some(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    return {kind: _by_day(kind, found) for kind, found in rows.items() if found}


def _by_day(kind: str, rows: list[Row]) -> list[Row]:
    day = SPECS[kind].dated or "created_at"
    return sorted(rows, key=lambda row: (str(row[day] or ""), row["id"]))


# ---- the document -----------------------------------------------------------------------------------------


def document(held: Held, *, language: str, maker: str, attached: Mapping[str, str] | None = None) -> Document:
    """Make the readable copy in a language; `attached` names the file in the archive of each attachment, by id."""
    with using_language(language):
        return Document(
            title=_("Copy of personal data"),
            language=language,
            maker=maker,
            version="1",
            made_on=today(),
            blocks=list(_blocks(held, attached or {})),
        )


def _blocks(held: Held, attached: Mapping[str, str]) -> Iterable[Block]:
    client = held.client
    yield Title(_("Copy of personal data"), f"{client['first_name']} {client['last_name']}")
    yield Paragraph(
        _(
            "This copy holds everything that is kept about you in Työpari on the computer where it was made, and"
            " who has handled it there. The service keeps the official record in its client information system."
        )
    )
    if held.lacking:
        names = ", ".join(_(one.title) for one in COMPARTMENTS if one.value in held.lacking)
        text = _(
            "Not in this copy, since whoever made it may not see it: {parts}. Ask the service for the rest."
        )
        yield Callout(text.format(parts=names))
    labels = _labels(held)
    for kind, rows in held.rows.items():
        spec = SPECS[kind]
        title = spec.one if kind == "client" else spec.title
        yield Heading(_(title))
        for number, row in enumerate(rows, 1):
            entry: list[Block] = []
            if kind != "client":
                entry.append(Heading(_heading(spec, row, number), 2))
            pairs = list(_pairs(held.phases.shown_in(spec), row, held, labels))
            entry.append(Pairs(pairs))
            if kind == "attachment":
                name = attached.get(row["id"])
                entry.append(Paragraph(name or _("The file is not on this computer."), "quiet"))
            entry.append(Paragraph(_written(row, held), "quiet"))
            short = len(pairs) <= FEW and sum(len(text) for _title, text in pairs) < SHORT
            yield from [KeepTogether(entry)] if short else entry
    yield from _log(held)


def _heading(spec: RecordSpec, row: Row, number: int) -> str:
    day = row[spec.dated] if spec.dated else None
    return f"{_(spec.one)}, {format_date(date.fromisoformat(day))}" if day else f"{_(spec.one)} {number}"


def _pairs(spec: RecordSpec, row: Row, held: Held, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for one in spec.fields():
        text = _text(spec, one, row, held, labels)
        if text:
            yield _(one.title), text
    for signature in row.get("signatures") or ():
        yield _("Signature"), str(signature.get("name") or signature.get("role") or "")
    if row.get("signed_on"):
        yield _("Signed on"), format_date(date.fromisoformat(row["signed_on"]))


def _text(spec: RecordSpec, one: F, row: Row, held: Held, labels: Mapping[str, str]) -> str:
    value = row.get(one.name)
    if value and (str(value) in labels or one.refers not in ("", "worker")):
        many = value if isinstance(value, list) else [value]
        return ", ".join(labels[str(each)] for each in many if str(each) in labels)
    return said(spec, one, row, held.names)


def _labels(held: Held) -> dict[str, str]:
    """Return how an entry, or a step of a plan, is called where another points to it."""
    plans = held.rows.get("career_plan", ())
    steps = {step["id"]: step["what"] for plan in plans for goal in plan["goals"] for step in goal["steps"]}
    return steps | {
        row["id"]: _heading(SPECS[kind], row, number)
        for kind, rows in held.rows.items()
        for number, row in enumerate(rows, 1)
    }


def _written(row: Row, held: Held) -> str:
    who = held.names.get(str(row["saved_by"]), "")
    when = format_instant(datetime.fromisoformat(row["saved_at"])) if row["saved_at"] else ""
    return _("Last written {when} {who}").format(when=when, who=who).rstrip()


def _log(held: Held) -> Iterable[Block]:
    yield Heading(_("Who has handled the data on this computer"))
    if not held.log:
        yield Paragraph(_("Nothing has been noted."), "quiet")
        return
    yield Callout(_("Each line is one time when somebody handled the data in this program."))
    lines = [
        [
            format_instant(datetime.fromisoformat(line["at"])),
            held.names.get(line["worker"], _("The user of this computer")),
            _action(line),
        ]
        for line in held.log
    ]
    yield Table([_("When"), _("Who"), _("What")], lines, [3, 3, 5])


def _action(line: Row) -> str:
    action = str(line["action"])
    what = _(ACTIONS.get(action, action))
    spec = SPECS.get(line["kind"])
    about = f"{what}: {_(spec.one)}" if spec else what
    return f"{about} ({line['detail']})" if line["detail"] else about


# ---- the data and the archive -----------------------------------------------------------------------------


def data(held: Held, attached: Mapping[str, str] | None = None) -> Row:
    """Return the copy as plain data: each kind's entries with their own fields, and the access log."""
    return {
        "made_at": iso(now()),
        "not_included": list(held.lacking),
        "entries": _plain(held.rows),
        "deleted_entries": _plain(held.deleted),
        "files": dict(attached or {}),
        "workers": {one: held.names[one] for one in sorted(_workers(held)) if one in held.names},
        "access_log": [
            {name: line[name] for name in ("at", "worker", "action", "kind", "record_id", "detail")}
            for line in held.log
        ],
    }


def _plain(rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    return {
        kind: [{name: value for name, value in row.items() if name not in _TECHNICAL} for row in found]
        for kind, found in rows.items()
    }


def _workers(held: Held) -> set[str]:
    found = {str(line["worker"]) for line in held.log}
    for rows in (*held.rows.values(), *held.deleted.values()):
        found |= {str(row[name]) for row in rows for name in ("created_by", "saved_by")}
    return found


def write(
    held: Held, target: Path, *, language: str, maker: str, content: Content | None = None
) -> dict[str, str]:
    """Write the archive: the document, the data, and the files that `content` gives. Raises OSError.

    Returns the name in the archive of each file that is in it, by its entry.

    A file that cannot be had is named as missing in the document; half an archive is never left behind.
    """
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            attached = _write_files(archive, held, content) if content else {}
            paper = document(held, language=language, maker=maker, attached=attached)
            archive.writestr(PDF, render(paper))
            text = json.dumps(data(held, attached), ensure_ascii=False, indent=1)
            archive.writestr(DATA, text.encode())
        return attached
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _write_files(archive: zipfile.ZipFile, held: Held, content: Content) -> dict[str, str]:
    from app.errors import KnownError

    attached: dict[str, str] = {}
    for number, row in enumerate(held.rows.get("attachment", ()), 1):
        name = f"{FILES}/{number}{_ending(row['name'])}"
        try:
            chunks = content(row)
            first = next(chunks, b"")
        except KnownError:
            continue
        with archive.open(name, "w") as file:
            file.write(first)
            for chunk in chunks:
                file.write(chunk)
        attached[row["id"]] = name
    return attached


def _ending(name: str) -> str:
    ending = PurePath(name).suffix.lower()
    return ending if ending[1:].isalnum() and len(ending) <= 6 and ending.isascii() else ""
