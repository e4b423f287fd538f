"""The phases of coaching as the organisation has them: the one place that says what a phase is called and means here.

Six phases in the pilot's order (L652-735); for each a row of `coaching_phase` may give own names, guidance, another of
THL's phases, or leave it out of use. Without a row everything is as usual. Whoever shows a phase asks `ours(reader)`
once, where it reads its rows, and passes the answer on with them; nothing is remembered in between.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from app.i18n import LANGUAGES, Own, _, language
from app.record import Row
from app.services.coaching import codes
from app.spec import Choice, F, RecordSpec

KIND = "coaching_phase"
ORDER = tuple(one.value for one in codes.PHASES)


class Reader(Protocol):
    """Where the rows come from: the open store."""

    def rows(self, kind: str) -> list[Row]:
        """Return the living rows of a kind."""


@dataclass(frozen=True)
class Phase:
    """One phase: its code, its name (shown by `_`), guidance by language, THL's phase ("" for none), in use or not."""

    value: str
    title: str
    guidance: Mapping[str, str]
    thl: str
    in_use: bool

    @property
    def name(self) -> str:
        """The name in the present language."""
        return _(self.title)

    @property
    def guided(self) -> str:
        """What is done in this phase, in the present language; else in the first language that has it; else empty."""
        return next(filter(None, (self.guidance.get(one, "") for one in (language(), *LANGUAGES))), "")


@dataclass(frozen=True)
class CoachingPhases:
    """All six phases in their order."""

    phases: tuple[Phase, ...]

    def __iter__(self) -> Any:
        return iter(self.phases)

    def get(self, value: str) -> Phase | None:
        """Return a phase by its code; None for a code that this program does not know."""
        return next((one for one in self.phases if one.value == value), None)

    def name(self, value: str) -> str:
        """Return what a phase is called in the present language; an unknown code as it stands."""
        found = self.get(value)
        return found.name if found else value

    def used(self, value: str) -> bool:
        """Tell whether a phase is in use."""
        found = self.get(value)
        return found is not None and found.in_use

    def seen(self, held: Collection[str] = ()) -> tuple[Phase, ...]:
        """Return the phases in use, and those out of use that somebody (`held`) is or has been in, in their order."""
        return tuple(one for one in self.phases if one.in_use or one.value in held)

    def next_used(self, value: str) -> str:
        """Return the phase itself while it is in use, else the next one in the order that is; the end always is."""
        following = self.phases[ORDER.index(value) :] if value in ORDER else self.phases
        return next(one.value for one in following if one.in_use)

    def after(self, value: str) -> str:
        """Return the phase that usually follows, to be proposed: the first after none, the end after the end."""
        if value not in ORDER:
            return codes.REFERRAL
        return self.next_used(ORDER[min(ORDER.index(value) + 1, len(ORDER) - 1)])

    def choices(self, held: Collection[str] | None = None) -> tuple[Choice, ...]:
        """Return the code list to show a phase by: all six; with `held` only what may be chosen and what is held."""
        shown = self.phases if held is None else self.seen(held)
        return tuple(Choice(one.value, one.title) for one in shown)

    def shown_in(self, spec: RecordSpec) -> RecordSpec:
        """Return a kind's declaration with the phases named as here: for lists, pages, documents and files."""
        return _with(spec, self.choices())

    def offered_in(self, spec: RecordSpec, values: Mapping[str, Any]) -> RecordSpec:
        """Return a kind's declaration for a form: phases out of use are offered only where `values` hold them."""
        held = {str(values.get(field.name)) for field in spec.fields() if _of_phases(field)}
        return _with(spec, self.choices(held))


def _of_phases(field: F) -> bool:
    return field.choices is codes.PHASES and not field.read_only


def _with(spec: RecordSpec, choices: tuple[Choice, ...]) -> RecordSpec:
    if not concerns(spec):
        return spec
    form = tuple(
        replace(
            section,
            fields=tuple(replace(f, choices=choices) if _of_phases(f) else f for f in section.fields),
        )
        for section in spec.form
    )
    return replace(spec, form=form)


def phases_of(rows: Iterable[Row]) -> CoachingPhases:
    """Return the phases as the living rows of `coaching_phase` (JSON values) have them.

    Where two rows speak of one phase (made on two devices at once), the one saved last holds, whole; at the same
    instant the one with the greater id, so that every device says the same.
    """
    latest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda one: (one.get("saved_at") or "", one["id"])):
        if not row.get("deleted"):
            latest[row["phase"]] = row
    return CoachingPhases(tuple(_phase(one, latest.get(one.value)) for one in codes.PHASES))


def _phase(usual: Choice, row: Row | None) -> Phase:
    thl = codes.THL_PHASE_OF.get(usual.value, "")
    if row is None:
        return Phase(usual.value, usual.title, {}, thl, True)
    names = {one: row[f"name_{one}"] for one in LANGUAGES}
    own = row["thl_phase"]
    return Phase(
        value=usual.value,
        title=Own(usual.title, names) if any(names.values()) else usual.title,
        guidance={one: row[f"guidance_{one}"] for one in LANGUAGES},
        thl=thl if not own else "" if own == codes.NO_THL_PHASE else own,
        in_use=bool(row["in_use"]) or usual.value in codes.ALWAYS_USED,
    )


USUAL = phases_of(())
"""The phases where nothing has been settled otherwise."""


def ours(reader: Reader) -> CoachingPhases:
    """Return the phases as the organisation has them, from its rows in the store."""
    return phases_of(reader.rows(KIND))


def spec_here(reader: Reader, spec: RecordSpec) -> RecordSpec:
    """Return a kind's declaration with the phases named as here; the store is asked only where the kind has a phase."""
    return ours(reader).shown_in(spec) if concerns(spec) else spec


def concerns(spec: RecordSpec) -> bool:
    """Tell whether records of a kind name a phase."""
    return any(map(_of_phases, spec.fields()))


def row_of(rows: Iterable[Row], value: str) -> Row | None:
    """Return the row that holds for a phase (see `phases_of`), or None."""
    own = [row for row in rows if row["phase"] == value and not row.get("deleted")]
    return max(own, key=lambda one: (one.get("saved_at") or "", one["id"]), default=None)
