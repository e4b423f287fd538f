"""Two versions of a record told apart: field by field, lists entry by entry, long texts word by word.

Pure functions over rows of one kind. `history_of` tells how one field came to be what it is, across versions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from app.patch import same
from app.record import Row
from app.signing import SIGNING
from app.spec import F, RecordSpec

State = Literal["same", "added", "removed", "changed", "moved"]
APART = (*SIGNING, "version_no", "copied_on")
"""What a version is, rather than what it says."""
BY_WORD = 4000
"""Up to how many words of both texts together are told apart word by word; longer ones line by line."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: in both versions, or in one alone."""

    text: str
    state: Literal["same", "added", "removed"] = "same"


@dataclass(frozen=True)
class Entry:
    """An entry of a list as two versions have it; `fields` are those that differ in a changed one."""

    state: State
    old: Row | None
    new: Row | None
    fields: tuple["Difference", ...] = ()


@dataclass(frozen=True)
class Difference:
    """A field that differs. `pieces` mark an older and a newer text, `entries` hold a list; else the values speak."""

    field: F
    old: Any
    new: Any
    pieces: tuple[tuple[Piece, ...], tuple[Piece, ...]] | None = None
    entries: tuple[Entry, ...] = ()


def compare(spec: RecordSpec, old: Row, new: Row) -> tuple[Difference, ...]:
    """Return the fields of the form in which two rows of a kind differ, in the order of the form."""
    fields = [one for one in spec.fields() if one.name not in APART]
    return _differences(fields, old, new)


def _differences(fields: Iterable[F], old: Row, new: Row) -> tuple[Difference, ...]:
    found = []
    for one in fields:
        before, after = old.get(one.name), new.get(one.name)
        if same(before, after) or (before in _NOTHING and after in _NOTHING):
            continue
        if one.items and _content(before) == _content(after):
            continue  # only the ids differ
        if one.items:
            found.append(
                Difference(one, before, after, entries=entries(one.items, before or (), after or ()))
            )
        elif _is_text(one, before) and _is_text(one, after):
            found.append(Difference(one, before, after, pieces=words(before or "", after or "")))
        else:
            found.append(Difference(one, before, after))
    return tuple(found)


_NOTHING: tuple[Any, ...] = (None, "", [])


def _is_text(one: F, value: Any) -> bool:
    return value is None or (isinstance(value, str) and not one.choices and not one.refers)


# ---- texts ------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


def words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts in pieces: what they share, and what only the older or the newer one says.

    Joined, the pieces of each side are exactly its text.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > BY_WORD:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    left: list[Piece] = []
    right: list[Piece] = []
    for op, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            left.append(Piece("".join(before[a:b])))
            right.append(Piece("".join(after[c:d])))
            continue
        if b > a:
            left.append(Piece("".join(before[a:b]), "removed"))
        if d > c:
            right.append(Piece("".join(after[c:d]), "added"))
    return tuple(left), tuple(right)


# ---- lists ------------------------------------------------------------------------------------------------


def entries(fields: Sequence[F], old: Sequence[Row], new: Sequence[Row]) -> tuple[Entry, ...]:
    """Return the entries of two lists paired by their ids, in the newer order; removed ones stay where they were.

    An entry whose content is the same under another id counts as the same: it was written anew word for word.
    """
    pairs = _pairs(old, new)
    partner = {id(one): other for one, other in pairs}
    kept = [one for one in old if id(one) in partner]
    order = [id(partner[id(one)]) for one in kept]
    met = {id(other): one for one, other in pairs}
    moved = _moved(order, [id(one) for one in new if id(one) in met])
    found: list[Entry] = []
    for one in new:
        before = met.get(id(one))
        found.append(
            Entry("added", None, one) if before is None else _pair(fields, before, one, id(one) in moved)
        )
    return tuple(_with_removed(found, old, partner))


def _pairs(old: Sequence[Row], new: Sequence[Row]) -> list[tuple[Row, Row]]:
    by_id = {one["id"]: one for one in new}
    pairs = [(one, by_id[one["id"]]) for one in old if one["id"] in by_id]
    taken_old, taken_new = {id(a) for a, _b in pairs}, {id(b) for _a, b in pairs}
    for one in old:
        if id(one) in taken_old:
            continue
        for other in new:
            if id(other) not in taken_new and _content(one) == _content(other):
                pairs.append((one, other))
                taken_new.add(id(other))
                break
    return pairs


def _content(value: Any) -> Any:
    """Return what an entry says, without the ids that tell entries apart."""
    if isinstance(value, Mapping):
        return {name: _content(one) for name, one in value.items() if name != "id"}
    return [_content(one) for one in value] if isinstance(value, list) else value


def _moved(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """Return those that stand in another order than before: all but the longest run that kept its order."""
    kept: set[int] = set()
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        kept.update(before[block.a : block.a + block.size])
    return set(before) - kept


def _pair(fields: Sequence[F], old: Row, new: Row, moved: bool) -> Entry:
    if _content(old) == _content(new):
        return Entry("moved" if moved else "same", old, new)
    return Entry("changed", old, new, _differences(fields, old, new))


def _with_removed(found: list[Entry], old: Sequence[Row], partner: Mapping[int, Row]) -> list[Entry]:
    """Put each removed entry after the one that it followed."""
    shown = list(found)
    before: Row | None = None
    for one in old:
        if id(one) in partner:
            before = one
            continue
        place = next(
            (n + 1 for n, entry in enumerate(shown) if before is not None and entry.old is before), 0
        )
        shown.insert(place, Entry("removed", one, None))
        before = one
    return shown


# ---- one field through time -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Past:
    """A value that a field got: when, from whom, and in which version where the kind has versions.

    `at` is an instant as rows and histories carry it; empty when it is not known.
    """

    value: Any
    at: str
    by: str
    version_no: int | None = None


def history_of(name: str, versions: Iterable[tuple[Row, Sequence[Row]]]) -> tuple[Past, ...]:
    """Return the values that a field has had, newest first, each once where it did not change in between.

    `versions` are rows with their histories as the store gives them (newest first), oldest version first. Of a row
    whose beginning this computer does not know, what its oldest known change found there comes first.
    """
    found: list[Past] = []
    for row, history in versions:
        found += _of_version(name, row, history)
    kept: list[Past] = []
    for one in found:
        if kept and same(kept[-1].value, one.value):
            continue
        if kept or one.value not in _NOTHING:
            kept.append(one)
    return tuple(reversed(kept))


def _of_version(name: str, row: Row, history: Sequence[Row]) -> list[Past]:
    number = row.get("version_no")
    made, maker = str(row.get("created_at") or ""), str(row.get("created_by") or "")
    known = [
        one for one in reversed(history) if one["op"] in ("create", "update") and name in (one["patch"] or {})
    ]
    if not known:
        return [Past(row.get(name), made, maker, number)]
    found = []
    if known[0]["op"] != "create":
        found.append(Past(known[0]["patch"][name][0], made, maker, number))
    found += [Past(one["patch"][name][1], str(one["at"]), str(one["by"]), number) for one in known]
    return found
