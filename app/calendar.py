"""What is due as a calendar file (RFC 5545) that carries no name: a code and the kind of meeting only."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from app.clock import now
from app.due import COPY, MEET, DueItem
from app.i18n import _

FILE_NAME = "tyopari.ics"
"""What the file is called unless somebody says otherwise: nothing of anybody."""


def calendar(items: Iterable[DueItem], codes: Mapping[UUID, str] | None = None) -> str:
    """Return an iCalendar text: appointments with their time, everything else as a whole day.

    `codes` says what stands for each client; without one it is the last six letters of the identifier. Times are
    those of the wall clock, wherever the calendar is.
    """
    stamp = f"{now():%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tyopari//Due//EN", "CALSCALE:GREGORIAN"]
    for item in items:
        if item.act == COPY:  # nobody meets over that
            continue
        code = (codes or {}).get(item.client_id) or item.client_id.hex[-6:].upper()
        lines += ["BEGIN:VEVENT", f"UID:{_uid(item)}", f"DTSTAMP:{stamp}", *_when(item)]
        lines.append(_folded(f"SUMMARY:{_escaped(f'{item.title} ({code})')}"))
        if _place(item):
            lines.append(_folded(f"LOCATION:{_escaped(_place(item))}"))
        lines += ["CLASS:PRIVATE", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _uid(item: DueItem) -> str:
    """Name an entry, the same at every export: an appointment that has moved moves in the calendar too."""
    if item.act == MEET and item.record_id:
        return f"{item.kind}-{item.record_id}@tyopari"
    return f"{item.kind}-{item.on:%Y%m%d}-{item.record_id or item.about or item.client_id}@tyopari"


def _when(item: DueItem) -> list[str]:
    if item.act == MEET and item.time:
        begins = datetime.combine(item.on, time.fromisoformat(item.time))
        ends = begins + timedelta(minutes=item.minutes or 60)
        return [f"DTSTART:{begins:%Y%m%dT%H%M%S}", f"DTEND:{ends:%Y%m%dT%H%M%S}"]
    following = item.on + timedelta(days=1)
    return [
        f"DTSTART;VALUE=DATE:{item.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{following:%Y%m%d}",
        "TRANSP:TRANSPARENT",
    ]


def _place(item: DueItem) -> str:
    """Return the kind of place; never an address or an employer, which may tell whose meeting it is."""
    from app.services.coaching.codes import PLACES

    return next((_(one.title) for one in PLACES if one.value == item.place), "")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line that is longer than 75 bytes, as the format wants."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 73:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
