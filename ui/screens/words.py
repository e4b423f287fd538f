"""How the screens say things: days as a person says them, code lists by their titles, values as text."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QDate, QLocale

from app.amounts import amount as amount
from app.amounts import is_amount
from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import N_, _, _n, format_date, format_instant, language
from app.record import Row
from app.services import SPECS
from app.services.coaching import codes
from app.spec import Choice, F

NOTHING = "–"


class _Plain(dict[int, str]):
    """What each letter is without its accents, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFKD", chr(code))
        self[code] = "".join(letter for letter in apart if not unicodedata.combining(letter))
        return self[code]


_PLAIN = _Plain()


def fold(text: str) -> str:
    """Return the text as searching compares it: without case and accents, so that "aki" finds "Äki"."""
    return text.casefold() if text.isascii() else text.casefold().translate(_PLAIN)


def day_of(value: Any) -> date | None:
    """Return the day of a row's value (ISO text, date or nothing)."""
    if isinstance(value, datetime):
        return value.astimezone().date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10]) if value else None


def short_day(day: date) -> str:
    """Write a near day with its weekday: to 26.11. / Thu 26 Nov."""
    form = "ddd d MMM" if language() == "en" else "ddd d.M."
    return QLocale(language()).toString(QDate(day.year, day.month, day.day), form)


def long_day(day: date) -> str:
    """Write a day as a heading: tiistai 24. marraskuuta / Tuesday 24 November."""
    form = "d. MMMM" if language() == "fi" else "d MMMM"
    locale = QLocale(language())
    # The name that stands alone: inside a date Finnish would say tiistaina.
    weekday = locale.standaloneDayName(day.isoweekday())
    text = f"{weekday} {locale.toString(QDate(day.year, day.month, day.day), form)}"
    return text[:1].upper() + text[1:]


def when(day: date, today: date) -> str:
    """Say when something is due: "3 days late", "today", "tomorrow", "Thu 26 Nov"."""
    days = (day - today).days
    if days < -60:
        months = -days // 30
        return _n("{count} month late", "{count} months late", months).format(count=months)
    if days < 0:
        return _n("{count} day late", "{count} days late", -days).format(count=-days)
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return short_day(day) if days < 300 else format_date(day)


def ago(day: date | None, today: date) -> str:
    """Say how long since a day: "today", "yesterday", "5 days ago", "3 months ago"."""
    if day is None:
        return NOTHING
    days = (today - day).days
    if days < 0:
        return when(day, today)
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 60:
        return _n("{count} day ago", "{count} days ago", days).format(count=days)
    if days < 730:
        months = days // 30
        return _n("{count} month ago", "{count} months ago", months).format(count=months)
    return format_date(day)


def clock(time: str, *, blank: bool = False) -> str:
    """Write a time of day as people write it: 9.30 in Finnish and Swedish, 9:30 in English."""
    if not time:
        return "" if blank else NOTHING
    return time.lstrip("0").replace(":", ":" if language() == "en" else ".")


def choice(choices: Iterable[Choice], value: str) -> str:
    """Return the title of a code; a code that this version does not know is shown as it stands."""
    return next((_(one.title) for one in choices if one.value == value), value)


def phase(value: str, ours: CoachingPhases = USUAL) -> str:
    """Return what a phase is called here; a client without any has not begun."""
    return ours.name(value) if value else _("Not in coaching")


# Lists have no room for "Active: a visit about once a month".
LEVELS_SHORT = {
    codes.ACTIVE: N_("Active"),
    codes.SUFFICIENT: N_("Sufficient"),
    codes.LIGHT: N_("Light"),
}


def level(value: str) -> str:
    """Return the short name of a level of maintenance."""
    return _(LEVELS_SHORT[value]) if value in LEVELS_SHORT else value


def first_line(text: str, most: int = 160) -> str:
    """Return the beginning of a long text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def breakable(text: str) -> str:
    """Let a long word such as an address be broken after its signs, so that a narrow place shows it all."""
    return re.sub(r"\S{18,}", lambda word: re.sub(r"([@./_-])(?=\w)", "\\1\u200b", word[0]), text)


def field_of(kind: str, name: str, ours: CoachingPhases = USUAL) -> F | None:
    """Return a field of a kind of record by its name; a phase is named as `ours` has it."""
    spec = SPECS.get(kind)
    spec = ours.shown_in(spec) if spec is not None and ours is not USUAL else spec
    return next((f for f in spec.fields() if f.name == name), None) if spec else None


def title_of(kind: str, name: str) -> str:
    """Return what a field is called; a field that no form shows keeps a readable form of its name."""
    found = field_of(kind, name)
    if found is not None:
        return _(found.title)
    return _(_UNSHOWN[name]) if name in _UNSHOWN else name.replace("_", " ").capitalize()


_UNSHOWN = {
    "signatures": N_("Signatures"),
    "signed_on": N_("Signed on"),
    "content_hash": N_("Mark of the signed content"),
    "deleted": N_("Deleted"),
}


def as_text(field: F | None, value: Any, names: Mapping[str, str] | None = None, indent: int = 0) -> str:
    """Write any field's value so that a person can read it: lists as lines, codes as titles, days as days."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field is not None and field.choices:
        many = value if isinstance(value, list) else [value]
        return ", ".join(choice(field.choices, str(one)) for one in many)
    if field is not None and field.refers:
        many = value if isinstance(value, list) else [value]
        return ", ".join((names or {}).get(str(one), NOTHING) for one in many)
    if isinstance(value, list):
        return "\n".join(_entry(field, n, one, names, indent) for n, one in enumerate(value, 1))
    if field is not None and is_amount(field) and _NUMBER.fullmatch(str(value)):
        return amount(value)
    if isinstance(value, str):
        return clock(value) if _CLOCK.fullmatch(value) else _dated(value)
    return str(value)


_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_CLOCK = re.compile(r"[0-2]\d:[0-5]\d")


def _entry(field: F | None, number: int, entry: Any, names: Mapping[str, str] | None, indent: int) -> str:
    """Write one entry of a list: its first text leads, the rest follows in brackets, nested lists below."""
    pad = "    " * indent
    if not isinstance(entry, dict):
        return f"{pad}{number}. {entry}"
    inner = field.items if field is not None else ()
    if not inner:
        shown = [str(entry[k]) for k in ("name", "what", "text") if entry.get(k)]
        return f"{pad}{number}. {' '.join(shown) or NOTHING}"
    flat = [f for f in inner if not f.items and entry.get(f.name) not in (None, "", [], False)]
    words = [_(f.title) if entry[f.name] is True else as_text(f, entry[f.name], names) for f in flat]
    text = f"{words[0]} ({', '.join(words[1:])})" if len(words) > 1 else "".join(words) or NOTHING
    below = [as_text(f, entry.get(f.name), names, indent + 1) for f in inner if f.items and entry.get(f.name)]
    return "\n".join([f"{pad}{number}. {text}", *below])


def _dated(value: str) -> str:
    """Write ISO text as the day or the instant it is; other text stays."""
    if len(value) >= 10 and value[4:5] == "-" and value[7:8] == "-" and value[:4].isdigit():
        try:
            return format_date(date.fromisoformat(value))
        except ValueError:
            pass
        try:
            return format_instant(datetime.fromisoformat(value))
        except ValueError:
            pass
    return value


def summary(kind: str, row: Row, ours: CoachingPhases = USUAL) -> str:
    """Say in one line what a record of the timeline holds; a phase is named as `ours` has it."""
    if kind == "phase_change":
        return first_line(_phase(row, ours))
    return first_line(_SUMMARIES[kind](row)) if kind in _SUMMARIES else first_line(_long_text(kind, row))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _visit(row: Row) -> str:
    place = choice(codes.PLACES, row.get("place") or "")
    state = "" if row.get("state") == "done" else choice(codes.VISIT_STATES, row.get("state") or "")
    return _joined(state, place, row.get("notes") or row.get("next_steps") or "")


def _phase(row: Row, ours: CoachingPhases) -> str:
    return _joined(
        phase(row.get("phase") or "", ours), level(row.get("level") or ""), row.get("reason") or ""
    )


def _plan(row: Row) -> str:
    version = _("Version {number}").format(number=row.get("version_no"))
    signed = day_of(row.get("signed_on"))
    state = _("signed {day}").format(day=format_date(signed)) if signed else _("not signed")
    return _joined(version, state, "; ".join(goal.get("text", "") for goal in row.get("goals") or []))


def _job(row: Row) -> str:
    end = day_of(row.get("ended_on"))
    ended = _("ended {day}").format(day=format_date(end)) if end else ""
    return _joined(f"{row.get('title')}, {row.get('employer')}", ended, row.get("notes") or "")


def _progress(row: Row) -> str:
    return _joined(choice(codes.STEP_STATES, row.get("state") or ""), row.get("note") or "")


def _member(row: Row) -> str:
    role = field_of("network_member", "role")
    return _joined(str(row.get("name")), as_text(role, row.get("role")) if row.get("role") else "")


_SUMMARIES = {
    "support_visit": _visit,
    "career_plan": _plan,
    "employment": _job,
    "work_trial": _job,
    "plan_progress": _progress,
    "network_member": _member,
}


def _long_text(kind: str, row: Row) -> str:
    """Return the texts of a record of another kind: what a person wrote, in the order of the form."""
    spec = SPECS.get(kind)
    if spec is None:
        return ""
    shown = [f for f in spec.fields() if not f.read_only and not f.items and isinstance(row.get(f.name), str)]
    texts = [as_text(f, row[f.name]) for f in shown if row[f.name] and f.name != spec.dated and not f.refers]
    return _joined(*texts[:4])
