"""Merging two clients on this device, and undoing it: ordinary writes in one transaction, which sync as any other.

The other client's living entries are written anew for the client that stays, with all that points between them, and
are then deleted there. A `client_merge` row remembers which came from which, and both clients' fields as they were.
Compartments that are not on this device are moved by the centre when the merge reaches it, and back by its undoing.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app import access, clock, merging
from app.errors import KnownError
from app.i18n import N_, Message
from app.pace import without_collecting
from app.patch import diff, same
from app.record import Row, iso, validated
from app.services import SPECS
from storage import held as compartments
from storage import rows, writing
from storage.store import Store
from storage.writing import Changes, Write


@dataclass(frozen=True)
class Merged:
    """A merge that was made: its own id, how many entries came over, and what changed."""

    id: UUID
    entries: int
    changes: Changes


def merge(store: Store, kept_id: UUID, other_id: UUID, choices: Mapping[str, str] | None = None) -> Merged:
    """Make two clients one: the first stays. `choices` say for a field whose value holds (`app.merging`).

    Raises KnownError where one of them is not (wholly) on this device, Refused where the joined fields do not agree.
    """
    with store.write() as connection, without_collecting():
        return _Pair(connection, store.worker, str(kept_id), str(other_id)).merge(choices or {})


def undo(store: Store, merge_id: UUID) -> Changes:
    """Take a merge back: the other client returns, with what was changed since in her entries and written to them.

    Raises KnownError where that is done already, or one of the two is no longer here or merged into yet another.
    """
    with store.write() as connection, without_collecting():
        made = writing.load(connection, SPECS["client_merge"], str(merge_id))
        if made is None or made["deleted"] or made["undone_on"]:
            raise KnownError(Message(N_("There is no such merge, or it was undone already.")))
        return _Pair(connection, store.worker, made["client_id"], made["merged_id"]).undo(made)


def bring_late(store: Store) -> Changes:
    """Bring over what somebody wrote for the other client without knowing of the merge, once it has arrived.

    Each worker does so for her own merges, so that nothing comes over twice.
    """
    with store.read() as connection:
        mine = {"created_by": store.worker, "undone_on": None}
        waiting = [
            made for made in rows.find(connection, "client_merge", where=mine) if _late(connection, made)
        ]
    changes = Changes()
    for made in waiting:
        with store.write() as connection, suppress(KnownError):
            pair = _Pair(connection, store.worker, made["client_id"], made["merged_id"])
            changes |= pair.bring_late(made)
    return changes


def _late(connection: Connection, made: Row) -> dict[str, list[Row]]:
    """Return the other client's living entries that the merge does not know, of what it may move from here."""
    known = {one["there"] for one in made["moved"]}
    held = compartments.groups(connection, (made["client_id"], made["merged_id"]))
    kinds = [kind for kind in merging.movable() if SPECS[kind].group in held]
    found = {kind: rows.find(connection, kind, made["merged_id"]) for kind in kinds}
    for kind in set(kinds) & {*merging.apart()}:
        ids = {row["id"]: merging.derived(made["id"], row["id"]) for row in found[kind]}
        there = rows.load(connection, kind, list(ids.values()))
        known |= {one for one, here in ids.items() if here in there}
    late = {kind: [row for row in some if row["id"] not in known] for kind, some in found.items()}
    return {kind: some for kind, some in late.items() if some}


def in_part(store: Store, kept_id: UUID, other_id: UUID) -> bool:
    """Tell whether there may be more of two clients than is here: the centre then moves it."""
    with store.read() as connection:
        return len(compartments.groups(connection, (str(kept_id), str(other_id)))) < len(access.GROUPS)


def where_now(connection: Connection, kind: str, record_id: str) -> str:
    """Return the id of an entry in the client that stayed, if a merge has brought it over; else its own."""
    row = writing.load(connection, SPECS[kind], record_id)
    if row is None or not row["deleted"] or "client_id" not in row:
        return record_id
    where = {"merged_id": row["client_id"], "undone_on": None}
    for made in rows.find(connection, "client_merge", where=where):
        if kind in merging.apart():
            here = merging.derived(made["id"], record_id)
            if writing.load(connection, SPECS[kind], here) is not None:
                return where_now(connection, kind, here)
        for one in made["moved"]:
            if one["kind"] == kind and one["there"] == record_id:
                return where_now(connection, kind, str(one["here"]))
    return record_id


def count(store: Store, client_id: UUID) -> dict[str, int]:
    """Return how many entries of each kind would be brought over from a client."""
    with store.read() as connection:
        found = {kind: len(rows.find(connection, kind, client_id)) for kind in merging.movable()}
    return {kind: number for kind, number in found.items() if number}


def only_holders(store: Store, kept_id: UUID, other_id: UUID) -> list[str]:
    """Return the names of the workers who hold the other client and not the one that stays."""
    day = clock.today().isoformat()

    def holders(client: UUID) -> set[str]:
        found = store.rows("assignment", client_id=client)
        return {row["worker_id"] for row in found if (row["valid_to"] or "9999") >= day}

    names = store.worker_names()
    return sorted(names.get(one, one) for one in holders(other_id) - holders(kept_id) - {str(store.worker)})


class _Pair:
    """The client that stays and the other one, inside one write transaction."""

    def __init__(self, connection: Connection, worker: UUID, kept_id: str, other_id: str) -> None:
        self.connection, self.worker = connection, worker
        self.kept_id, self.other_id = kept_id, other_id
        self._held = compartments.groups(connection, (kept_id, other_id))
        self._now, self._writes = clock.now(), 0
        if kept_id == other_id:
            raise KnownError(Message(N_("Choose another client: this is the same one.")))

    # ---- merging ----

    def merge(self, choices: Mapping[str, str]) -> Merged:
        """Bring everything over, then delete it there."""
        kept, other = self._client(self.kept_id), self._client(self.other_id)
        self._check_may()
        there = self._rows(self.other_id)
        merge_id = str(clock.new_id())
        copies, moved = merging.copies(there, self.kept_id, merge_id, clock.new_id)
        joined = merging.joined(kept, other, choices)
        before = {
            "kept": {name: [kept[name], value] for name, value in joined.items()},
            "other": {name: other[name] for name in writing.field_names("client")},
        }
        values = {
            "id": merge_id,
            "client_id": self.kept_id,
            "merged_id": self.other_id,
            "on": clock.today(),
            "moved": moved,
            "client_before": before,
        }
        made = validated(SPECS["client_merge"].table, values)
        # First what is then done: the centre lets signed entries go because it knows where they went.
        changes = writing.save(self.connection, [made], self.worker) | self._set_client(joined)
        gone = [(kind, row) for kind, found in there.items() for row in found]
        changes |= self._put([self._created(kind, row) for kind, row in copies])
        changes |= self._put([self._deleted(kind, row) for kind, row in [*gone, ("client", other)]])
        self._log("merged", made.id)
        return Merged(made.id, len(copies), changes)

    def bring_late(self, made: Row) -> Changes:
        """Bring over what came later; raises KnownError where one of the two is not here."""
        self._client(self.kept_id)
        self._check_may()
        late = _late(self.connection, made)
        known = {one["there"]: one["here"] for one in made["moved"]}
        copies, moved = merging.copies(late, self.kept_id, made["id"], clock.new_id, known)
        told = validated(SPECS["client_merge"].table, {**made, "moved": [*made["moved"], *moved]})
        changes = writing.save(self.connection, [told], self.worker)
        changes |= self._put([self._created(kind, row) for kind, row in copies])
        gone = [(kind, row) for kind, some in late.items() for row in some]
        return changes | self._put([self._deleted(kind, row) for kind, row in gone])

    def _check_may(self) -> None:
        """Refuse what the centre would not take: of both clients the core must be held here, by one who may merge.

        What is kept of them in compartments that are not here is moved by the centre.
        """
        if merging.CORE not in self._held:
            raise self._not_here()
        if not writing.may_write(self.connection, SPECS["client_merge"]):
            raise KnownError(
                Message(N_("Your role does not allow merging clients.")),
                Message(
                    N_("A job coach, work-ability coordinator or team lead who holds both can merge them.")
                ),
            )

    # ---- undoing ----

    def undo(self, made: Row) -> Changes:
        """Bring the other client's entries back as they are now, and take them from the client that stayed."""
        self._client(self.kept_id)
        other = writing.load(self.connection, SPECS["client"], self.other_id)
        if other is None or not other["deleted"]:
            raise self._not_here()
        moved = [*made["moved"], *self._apart(made)]
        here = [(one, self._load(one["kind"], one["here"])) for one in moved]
        living = [
            (one, row)
            for one, row in here
            if row is not None and not row["deleted"] and SPECS[one["kind"]].group in self._held
        ]
        later = self._later({one["here"] for one in moved}, [row for _, row in living])
        back = {one["here"]: one["there"] for one in moved}
        new = {row["id"]: str(clock.new_id()) for _, row in later}
        ids = back | new
        more = [{"kind": kind, "there": new[row["id"]], "here": row["id"]} for kind, row in later]
        undone = {**made, "moved": [*made["moved"], *more], "undone_on": clock.today().isoformat()}
        changes = writing.save(self.connection, [validated(SPECS["client_merge"].table, undone)], self.worker)
        returned = [self._returned("client", other, made["client_before"]["other"])]
        for one, row in living:
            old = self._load(one["kind"], one["there"])
            if old is None:
                raise self._not_here()
            hidden = {merging.derived(made["id"], old["of_id"]): old["of_id"]} if old.get("of_id") else {}
            values = merging.brought(one["kind"], row, self.other_id, {**hidden, **ids})
            returned.append(self._returned(one["kind"], old, values))
        changes |= self._put(returned)
        fresh = [(kind, merging.brought(kind, row, self.other_id, ids)) for kind, row in later]
        changes |= self._put([self._created(kind, row) for kind, row in fresh])
        gone = [*((one["kind"], row) for one, row in living), *later]
        changes |= self._put([self._deleted(kind, row) for kind, row in gone])
        changes |= self._set_client(self._as_before(made["client_before"]["kept"]))
        self._log("unmerged", UUID(made["id"]))
        return changes

    def _apart(self, made: Row) -> list[dict[str, str]]:
        """Return the entries of other compartments that are here in both clients; the centre sees to the rest."""
        listed = {one["there"] for one in made["moved"]}
        return [
            {"kind": kind, "there": row["id"], "here": merging.derived(made["id"], row["id"])}
            for kind in merging.apart()
            if SPECS[kind].group in self._held
            for row in rows.find(self.connection, kind, self.other_id, deleted=True)
            if row["id"] not in listed
        ]

    def _later(self, known: set[str], moved: list[Row]) -> list[tuple[str, Row]]:
        """Return what was written since to entries that go back; nothing older can point to them."""
        here = self._rows(self.kept_id)
        return merging.followers(
            moved, {kind: [row for row in found if row["id"] not in known] for kind, found in here.items()}
        )

    def _as_before(self, changed: Mapping[str, Any]) -> Row:
        """Return the fields of the client that stayed which nobody has changed since, as they were."""
        present = self._client(self.kept_id)
        return {name: old for name, (old, new) in changed.items() if same(present[name], new)}

    # ---- single writes ----

    def _client(self, client_id: str) -> Row:
        row = writing.load(self.connection, SPECS["client"], client_id)
        if row is None or row["deleted"]:
            raise self._not_here()
        return row

    @staticmethod
    def _not_here() -> KnownError:
        return KnownError(
            Message(N_("Both clients must be on this computer.")),
            Message(N_("If one of them was merged into yet another client, undo that first.")),
        )

    def _load(self, kind: str, record_id: str) -> Row | None:
        return writing.load(self.connection, SPECS[kind], record_id) if kind in SPECS else None

    def _rows(self, client_id: str) -> dict[str, list[Row]]:
        kinds = [kind for kind in merging.movable() if SPECS[kind].group in self._held]
        return {kind: rows.find(self.connection, kind, client_id) for kind in kinds}

    def _set_client(self, values: Row) -> Changes:
        if not values:
            return Changes()
        record = validated(SPECS["client"].table, {**self._client(self.kept_id), **values})
        return writing.save(self.connection, [record], self.worker)

    def _instant(self) -> str:
        """Return an instant later than the one before, so that what was made later stays later."""
        self._writes += 1
        return iso(self._now + timedelta(microseconds=self._writes))

    def _created(self, kind: str, values: Row) -> Write:
        blank = {name: rows.shape(kind).blank[name] for name in ("version", "deleted", "extra")}
        spec, at = SPECS[kind], self._instant()
        return Write(spec, None, *writing.stamped(spec, None, {**blank, **values}, self.worker, at))

    def _deleted(self, kind: str, row: Row) -> Write:
        patch = {name: [row[name], None] for name in writing.field_names(kind)}
        return Write(SPECS[kind], row, self._saved({**row, "deleted": True}), "delete", patch)

    def _returned(self, kind: str, old: Row, values: Row) -> Write:
        """Bring an entry back with these values; one that the centre kept from being deleted only takes them."""
        names = writing.field_names(kind)
        new = self._saved(
            {**old, **{name: values[name] for name in names if name in values}, "deleted": False}
        )
        if old["deleted"]:
            return Write(SPECS[kind], old, new, "undelete", {name: [None, new[name]] for name in names})
        return Write(SPECS[kind], old, new, "update", diff(old, new, names))

    def _saved(self, row: Row) -> Row:
        return {**row, "saved_at": self._instant(), "saved_by": str(self.worker)}

    def _put(self, writes: Iterable[Write]) -> Changes:
        wanted = [write for write in writes if write.op != "update" or write.patch]
        writing.put(self.connection, wanted)
        return Changes.of((write.spec.kind, write.new) for write in wanted)

    def _log(self, action: str, merge_id: UUID) -> None:
        for client in (self.kept_id, self.other_id):
            writing.log(self.connection, self.worker, action, "client_merge", merge_id, client)
