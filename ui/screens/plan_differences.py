"""What differs between two versions as lines to be shown: a title, what the older says, what the newer says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.compare import Difference, Entry, Piece, compare
from app.i18n import N_, _, _n
from app.record import Row
from app.spec import F, RecordSpec
from ui.screens.words import NOTHING, as_text

STATES = {
    "added": N_("Added"),
    "removed": N_("Removed"),
    "changed": N_("Changed"),
    "moved": N_("Moved"),
}


@dataclass(frozen=True)
class Line:
    """One line of a comparison. `level` is how deep inside lists it is, `state` that of an entry, else empty."""

    title: str
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()
    level: int = 0
    state: str = ""

    def spoken(self) -> str:
        """Say the line as a screen reader reads it: what is gone, what has come."""
        gone = " ".join(piece.text.strip() for piece in self.left if piece.state == "removed")
        come = " ".join(piece.text.strip() for piece in self.right if piece.state == "added")
        said = (
            [_("{what}: {state}").format(what=self.title, state=_(STATES[self.state]))]
            if self.state
            else [self.title]
        )
        said += [_("before: {text}").format(text=gone)] if gone else []
        said += [_("now: {text}").format(text=come)] if come else []
        return "; ".join(said)


def lines(spec: RecordSpec, old: Row, new: Row) -> list[Line]:
    """Return what differs between two rows of a kind, in the order of the form."""
    return [line for found in compare(spec, old, new) for line in _of(found, 0)]


def _of(found: Difference, level: int) -> Iterator[Line]:
    title = _(found.field.title)
    if found.entries:
        same = sum(entry.state == "same" for entry in found.entries)
        said = _n("{count} unchanged", "{count} unchanged", same).format(count=same)
        yield Line(f"{title} ({said})" if same else title, level=level)
        for entry in found.entries:
            if entry.state != "same":
                yield from _entry(found.field, entry, level + 1)
    elif found.pieces is not None and not _is_day(found):
        yield Line(title, *found.pieces, level=level)
    else:
        yield Line(title, *_values(found.field, found.old, found.new), level=level)


def _is_day(found: Difference) -> bool:
    """Tell whether a text is a day or a time, which is shown as people write it and not in pieces."""
    values = [value for value in (found.old, found.new) if value]
    return all(as_text(found.field, value) != value for value in values)


def _values(field: F, old: Any, new: Any) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    before, after = as_text(field, old), as_text(field, new)
    left = (Piece(before, "removed"),) if before != NOTHING else ()
    right = (Piece(after, "added"),) if after != NOTHING else ()
    return left, right


def _entry(field: F, entry: Entry, level: int) -> Iterator[Line]:
    main = field.items[0]
    row = entry.new if entry.new is not None else entry.old
    assert row is not None
    title = f"{_(main.title)}: {row.get(main.name) or NOTHING}"
    if entry.state == "added":
        yield Line(title, (), (Piece(_whole(field, row), "added"),), level, "added")
    elif entry.state == "removed":
        yield Line(title, (Piece(_whole(field, row), "removed"),), (), level, "removed")
    elif entry.state == "moved":
        text = (Piece(str(row.get(main.name) or NOTHING)),)
        yield Line(title, text, text, level, "moved")
    else:
        yield Line(title, level=level, state="changed")
        for inner in entry.fields:
            yield from _of(inner, level + 1)


def _whole(field: F, row: Row) -> str:
    """Return all that an entry says, without the number that it has in its list."""
    return as_text(field, [row]).removeprefix("1. ")


def summary(found: Iterable[Line]) -> str:
    """Say how much differs: the fields, and the entries added, removed and changed."""
    told = list(found)
    fields = sum(line.level == 0 for line in told)
    said = [_n("{count} field differs", "{count} fields differ", fields).format(count=fields)]
    for state, title in STATES.items():
        count = sum(line.state == state for line in told)
        if count:
            said.append(_("{state}: {count}").format(state=_(title).lower(), count=count))
    return " · ".join(said)
