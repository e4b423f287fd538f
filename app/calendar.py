"""What is due as a calendar file (RFC 5545) that carries no name: a code and the kind of meeting only."""

from collections.abc import Iterable
from datetime import timedelta

from app.clock import now
from app.due import DueItem


def calendar(items: Iterable[DueItem]) -> str:
    """Return an iCalendar text of whole-day entries; the client is the last six letters of the identifier."""
    stamp = f"{now():%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tyopari//Due//EN"]
    for item in items:
        code = item.client_id.hex[-6:].upper()
        lines += [
            "BEGIN:VEVENT",
            f"UID:{item.kind}-{item.on:%Y%m%d}-{item.record_id or item.client_id}@tyopari",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{item.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{item.on + timedelta(days=1):%Y%m%d}",
            _folded(f"SUMMARY:{_escaped(str(item.title))} ({code})"),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


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
