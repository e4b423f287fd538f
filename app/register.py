"""The official register: what a note looks like there, which notes wait to be copied, and when a mark falls.

The client information system holds the official record; this program is a working tool (facts.md 6). So each kind of
note has a plain text that is pasted there, and carries the day on which that was done (`copied_on`).

A mark speaks of one text. So a change that sets it carries the text it speaks of, and where two people's changes
meet, a mark stands only if its text is what came of them: on the device and at the centre by one rule (`mark_after`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from app.i18n import _, format_date, using_language
from app.patch import apply, fold, moving, same
from app.spec import F, RecordSpec

if TYPE_CHECKING:
    from app.record import Row

MARK = "copied_on"


def text(spec: RecordSpec, row: "Row", language: str) -> str:
    """Return a note as plain text, ready to be pasted, in a language (fi, sv, en); empty for kinds without one."""
    with using_language(language):
        return spec.register(row) if spec.register else ""


def markable(spec: RecordSpec) -> bool:
    """Tell whether notes of a kind carry the mark that they were copied."""
    return spec.register is not None and MARK in spec.table.model_fields


def kinds() -> list[RecordSpec]:
    """Return the kinds of notes that are copied to the official register."""
    from app.services import SPECS

    return [spec for spec in SPECS.values() if markable(spec)]


# What makes a note one that has happened; the other kinds are notes from the day on which they are written.
HAPPENED: Mapping[str, tuple[str, str]] = {
    "support_visit": ("state", "done"),
    "initial_assessment": ("finished_on", ""),
}


def waits(spec: RecordSpec, row: "Row") -> bool:
    """Tell whether a note waits to be copied: it has happened, it lives, and it is not marked."""
    if not markable(spec) or row.get("deleted") or row[MARK]:
        return False
    name, value = HAPPENED.get(spec.kind, ("", ""))
    return not name or (row[name] == value if value else bool(row[name]))


def after_change(spec: RecordSpec, old: "Row | None", new: "Row") -> "Row":
    """Return a row as it is saved: the mark falls when what the register holds is no longer what is written.

    A mark that is set by the same change stays: it is about the text as it is now.
    """
    if old is None or not markable(spec) or not old[MARK] or new[MARK] != old[MARK]:
        return new
    return new if _says_the_same(spec, old, new) else {**new, MARK: None}


def _says_the_same(spec: RecordSpec, one: "Row", other: "Row") -> bool:
    """Tell whether two rows are one text in the register, whatever language is spoken here."""
    if all(same(one.get(name), value) for name, value in other.items() if name != MARK):
        return True
    return text(spec, one, "en") == text(spec, other, "en")


# ---- where two people's changes meet ----


def carried(spec: RecordSpec, seen: "Row", patch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Return a change as it travels: one that sets or takes the mark says of what text, in unchanged fields.

    `seen` is the row before the change. A signed note changes no more, so its text need not be said.
    """
    whole = {name: list(change) for name, change in patch.items()}
    frozen = spec.sync.frozen_by
    if markable(spec) and MARK in whole and not (frozen and seen.get(frozen)):
        from app.record import fields

        for name in fields(spec.table):
            if not name.endswith("_id"):
                whole.setdefault(name, [seen.get(name), seen.get(name)])
    return whole


def folded(
    spec: RecordSpec, seen: "Row", first: Mapping[str, Sequence[Any]], second: Mapping[str, Sequence[Any]]
) -> dict[str, list[Any]]:
    """Join two changes made one after the other, as they travel; `seen` is the row between them.

    A note that is changed and copied again on the day of its old mark says so: it is another text.
    """
    joined = fold(first, second, spec.sync.together)
    said = [change[MARK] for change in (first, second) if MARK in change]
    if joined and said:
        joined.setdefault(MARK, [said[0][0], said[-1][1]])
    return carried(spec, seen, joined)


def laid(spec: RecordSpec, row: "Row", patch: Mapping[str, Sequence[Any]]) -> "Row":
    """Return a row with an unsent change laid over it, and the mark that is right for what it then says."""
    changes = moving(patch, spec.sync.together)
    after = apply(row, {name: change for name, change in patch.items() if name in changes})
    return {**after, MARK: mark_after(spec, row, patch, after)} if markable(spec) else after


def mark_after(spec: RecordSpec, row: "Row", patch: Mapping[str, Sequence[Any]], after: "Row") -> Any:
    """Return the mark of what came of a row and a change to it; `after` is that, whatever mark it has.

    Each side's mark speaks of that side's text, and stands only if that is what is now written. Where both stand,
    it is the change's if nobody has set or taken the mark meanwhile, else the later day.
    """
    theirs, change = row[MARK], patch.get(MARK)
    if not theirs and (change is None or not change[1]):
        return None
    holds_theirs = _says_the_same(spec, row, after)
    if change is None:
        return theirs if holds_theirs else None
    seen, mine = change
    standing = []
    if _says_the_same(spec, apply(row, patch), after):
        standing.append(mine)
        holds_theirs = holds_theirs and not same(theirs, seen)
    if holds_theirs:
        standing.append(theirs)
    return max(filter(None, standing), default=None)


# ---- the texts ----


def from_form(kind: str, *, without: Iterable[str] = ()) -> Callable[["Row"], str]:
    """Return the text that follows a kind's form: its name and day, then each field that says something."""
    left_out = {*without, MARK, "signatures", "content_hash"}

    def write(row: "Row") -> str:
        from app.services import SPECS

        spec = SPECS[kind]
        lines = [_head(_(spec.one), row[spec.dated])]
        for section in spec.form:
            found = [
                _line(spec, field, row)
                for field in section.fields
                if field.name not in {*left_out, spec.dated}
            ]
            lines += [line for line in found if line]
        return "\n".join(lines)

    return write


def _head(title: str, day: str | None, *more: str) -> str:
    said = format_date(date.fromisoformat(day)) if day else ""
    return ", ".join(part for part in (f"{title} {said}".strip(), *more) if part)


def _line(spec: RecordSpec, field: F, row: "Row") -> str:
    """Write one field; nothing for an empty one, for a no, and for what only points to another entry."""
    from app.documents import said

    if row.get(field.name) is False or field.refers:
        return ""
    words = said(spec, field, row)
    return titled(_(field.title), words) if words else ""


def titled(title: str, said: Any) -> str:
    """Write a title with what is said under it: on one line when it fits, else below."""
    said = str(said).strip()
    if not said:
        return ""
    return f"{title}:\n{said}" if "\n" in said or len(said) > 90 else f"{title}: {said}"


def visit(row: "Row") -> str:
    """Write a visit: when, where, with whom, about what, what was done, what was agreed, what comes next."""
    from app.documents import titles_of
    from app.services.coaching import codes

    state = "" if row["state"] == "done" else titles_of(codes.VISIT_STATES, row["state"])
    clock = _("at {time}").format(time=_clock(row["start_time"])) if row["start_time"] else ""
    held = row["state"] == "done" and row["minutes"]
    minutes = _("{count} min").format(count=row["minutes"]) if held else ""
    topics = ", ".join(titles_of(codes.TOPICS, topic) for topic in row["topics"])
    lines = [
        _head(_("Support visit"), row["on"], clock, minutes, state),
        titled(_("Place"), titles_of(codes.PLACES, row["place"])),
        titled(_("Participants"), row["participants"]),
        titled(_("Topics"), topics),
        titled(_("What was done"), row["notes"]),
        titled(_("Agreed next steps"), row["next_steps"]),
        titled(_("Next visit"), format_date(date.fromisoformat(row["next_on"])) if row["next_on"] else ""),
    ]
    return "\n".join(line for line in lines if line)


def _clock(time: str) -> str:
    from app.i18n import language

    return time.lstrip("0").replace(":", ":" if language() == "en" else ".")


def plan(row: "Row") -> str:
    """Write a career plan, which is the client plan of the Social Welfare Act, section 39."""
    signed = row["signed_on"] and format_date(date.fromisoformat(row["signed_on"]))
    lines = [
        _head(_("Career plan"), row["made_on"], _("version {number}").format(number=row["version_no"])),
        titled(_("Signed on"), signed or _("not signed")),
        titled(_("The client's view of the need"), row["client_view"]),
        titled(_("The worker's view of the need"), row["worker_view"]),
        titled(_("Strengths and resources"), row["strengths"]),
        *_goals(row["goals"]),
        *_services(row["services"]),
        titled(_("Who is responsible for what"), row["responsibilities"]),
        titled(_("How and when it is followed up"), row["follow_up"]),
        titled(_("Estimated length of the service"), row["duration"]),
        titled(_("Review on"), format_date(date.fromisoformat(row["review_on"])) if row["review_on"] else ""),
    ]
    return "\n".join(line for line in lines if line)


def _goals(goals: list["Row"]) -> Iterable[str]:
    from app.documents import titles_of
    from app.services.coaching import codes

    for number, goal in enumerate(goals, 1):
        yield titled(_("Goal {number}").format(number=number), goal["text"])
        for step in goal["steps"]:
            by_when = format_date(date.fromisoformat(step["by_when"])) if step["by_when"] else ""
            parts = [step["what"], titles_of(codes.STEP_BY, step["by"]), by_when]
            yield "- " + ", ".join(part for part in parts if part)


def _services(services: list["Row"]) -> Iterable[str]:
    if services:
        yield _("Services") + ":"
    for one in services:
        parts = (one["service"], one["purpose"], one["responsible"])
        yield "- " + ", ".join(part for part in parts if part)
