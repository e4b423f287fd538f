"""What the centre made of the edits that were sent to it, applied inside the store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app import clock
from app.patch import diff
from app.record import Row, iso
from app.services import SPECS
from storage import outbox, rows, search
from storage.incoming import WHOLE
from storage.rebasing import PENDING, Edit, drop_bases, listed, note, pending, rebased, set_base
from storage.writing import Changes


@dataclass(frozen=True)
class Answer:
    """What the centre made of one edit; `row` is its row now, unless the edit was plainly applied."""

    mutation_id: str
    status: str
    row: Row | None = None
    problems: tuple[Row, ...] = ()


@dataclass
class Acknowledged:
    """What answers changed here: records, and how many edits were taken and how many are held."""

    changes: Changes = field(default_factory=Changes)
    taken: int = 0
    held: int = 0
    conflicts: int = 0


def acknowledge(
    connection: Connection, answers: Sequence[Answer], *, rebase: bool = True, at: str | None = None
) -> Acknowledged:
    """Note what became of edits: taken ones are kept aside for a while, the others are held with the answer.

    A row whose edit was not plainly applied becomes what the centre has, with the still unsent edits over it. `at` is
    the time of the answers by the centre's clock.
    """
    known = _sent(connection, [answer.mutation_id for answer in answers])
    answers = [answer for answer in answers if answer.mutation_id in known]
    result = Acknowledged()
    _mark(connection, answers, result, at or iso(clock.now()))
    touched = {known[answer.mutation_id] for answer in answers}
    _note_scopes(connection, {scope for _, _, scope in touched})
    told = {known[a.mutation_id]: a.row for a in answers if a.status != "applied"} if rebase else {}
    late = pending(connection, "row_id", [row_id for _, row_id, _ in touched]) if touched else {}
    plain = [key[1] for key in touched if key not in told]
    _advance_bases(connection, answers, known, told, late)
    drop_bases(connection, [row_id for row_id in plain if row_id not in late])
    changed = []
    for (kind, row_id, scope), row in told.items():
        if kind in SPECS:
            changed += _settled(connection, kind, row_id, scope, row, late.get(row_id, []))
    result.changes = Changes.of(changed)
    return result


_Key = tuple[str, str, str]


def _sent(connection: Connection, ids: Sequence[str]) -> dict[str, _Key]:
    """Return (kind, row, scope) of those mutations that still wait for an answer."""
    query = (
        f"SELECT mutation_id, kind, row_id, scope FROM outbox WHERE state IN {PENDING}"
        " AND mutation_id IN (SELECT value FROM json_each(?))"
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows.ask(connection, query, (listed(ids),))}


def _mark(connection: Connection, answers: Sequence[Answer], result: Acknowledged, at: str) -> None:
    groups: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        if answer.status in ("quarantined", "refused"):
            said = {"status": answer.status, "problems": list(answer.problems), "at": at}
            rows.do(
                connection,
                "UPDATE outbox SET state = 'held', answer = ? WHERE mutation_id = ?",
                (to_json(said).decode(), answer.mutation_id),
            )
            result.held += 1
        else:
            groups[answer.status].append(answer.mutation_id)
            result.taken += 1
            result.conflicts += answer.status == "conflict"
    for status, ids in groups.items():
        rows.do(
            connection,
            "UPDATE outbox SET state = 'kept', answer = ?"
            " WHERE mutation_id IN (SELECT value FROM json_each(?))",
            (to_json({"status": status, "at": at}).decode(), listed(ids)),
        )


def _note_scopes(connection: Connection, scopes: Iterable[str]) -> None:
    """Let the next pull ask for scopes that began here: the centre then sends them, or says that they go."""
    rows.many(
        connection,
        "INSERT OR IGNORE INTO sync_scope (scope, cursor, schema_version) VALUES (?, ?, ?)",
        [(scope, WHOLE, outbox.SCHEMA) for scope in scopes],
    )


def _advance_bases(
    connection: Connection,
    answers: Sequence[Answer],
    known: Mapping[str, _Key],
    told: Mapping[_Key, Row | None],
    late: Mapping[str, list[Edit]],
) -> None:
    """Lay applied edits over the centre's last word on rows that have newer edits waiting."""
    steps: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        key = known[answer.mutation_id]
        if key not in told and key[1] in late:
            steps[key[1]].append(answer.mutation_id)
    for row_id, ids in steps.items():
        kind, _, scope = known[ids[0]]
        base = connection.exec_driver_sql("SELECT fields FROM sync_base WHERE row_id = ?", (row_id,)).first()
        if base is None:
            continue
        edits = _edits(connection, ids)
        row = rebased(kind, from_json(base[0]) if base[0] else None, scope, edits)
        set_base(connection, kind, row_id, scope, row)


def _edits(connection: Connection, ids: Sequence[str]) -> list[Edit]:
    query = (
        "SELECT kind, row_id, op, patch, author, saved_at FROM outbox"
        " WHERE mutation_id IN (SELECT value FROM json_each(?)) ORDER BY n"
    )
    return [
        Edit(kind, row_id, op, from_json(patch), author, saved_at)
        for kind, row_id, op, patch, author, saved_at in rows.ask(connection, query, (listed(ids),))
        if not patch.startswith(outbox.SEALED)
    ]


def last_word(connection: Connection, mutation_id: str) -> Row | None:
    """Return the row of an unsent edit as the centre last said it, None where it has none."""
    query = "SELECT fields FROM sync_base JOIN outbox USING (row_id) WHERE mutation_id = ?"
    found = connection.exec_driver_sql(query, (mutation_id,)).first()
    return from_json(found[0]) if found is not None and found[0] else None


def _settled(
    connection: Connection, kind: str, row_id: str, scope: str, said: Row | None, late: list[Edit]
) -> list[tuple[str, Row]]:
    """Make one row what the centre has, with the still unsent edits over it; return it if it changed."""
    old = rows.load_one(connection, kind, row_id)
    if old is None:  # a client who left and came back: the next pull brings her whole
        drop_bases(connection, [row_id])
        return []
    base = rows.complete(kind, said, old) if said is not None else None
    row = rebased(kind, base, scope, late)
    if late:
        set_base(connection, kind, row_id, scope, base)
    else:
        drop_bases(connection, [row_id])
    if row is None:
        _gone(connection, kind, old)
        return [(kind, old)]
    rows.put(connection, kind, [rows.shape(kind).bind(row)])
    patch = diff(old, row, rows.shape(kind).own[1:])
    if not patch and old["deleted"] == row["deleted"]:
        return []
    search.index(connection, kind, [row])
    note(connection, [(kind, old, row, patch)])
    return [(kind, row)]


def _gone(connection: Connection, kind: str, old: Row) -> None:
    """Take a row away that the centre does not have; while others point to it, it is only hidden."""
    hidden = {**old, "deleted": True, "version": 0}
    search.index(connection, kind, [hidden])
    if rows.is_referred_to(connection, kind, old["id"]):
        rows.put(connection, kind, [rows.shape(kind).bind(hidden)])
    else:
        rows.remove(connection, kind, [old["id"]])


# ---- what was decided later -------------------------------------------------------------------------------


def in_quarantine(connection: Connection, limit: int) -> list[str]:
    """Return the edits that the centre set aside and of which nothing more is known, oldest first."""
    query = (
        "SELECT mutation_id FROM outbox WHERE state = 'held' AND json_extract(answer, '$.status') = 'quarantined'"
        " ORDER BY n LIMIT ?"
    )
    return [str(row[0]) for row in connection.exec_driver_sql(query, (limit,))]


@dataclass
class Decided:
    """What a team lead decided about edits that the centre had set aside: how many were taken in, how many not."""

    taken: int = 0
    refused: int = 0
    changes: Changes = field(default_factory=Changes)


def decide(connection: Connection, answers: Sequence[Answer]) -> Decided:
    """Note what was decided: what was taken in is kept for a while, what was not stays held, with the reason."""
    at, result = iso(clock.now()), Decided()
    for answer in answers:
        taken = answer.status not in ("quarantined", "refused")
        said = {"status": answer.status, "problems": list(answer.problems), "at": at}
        query = "UPDATE outbox SET state = ?, answer = ? WHERE mutation_id = ? AND state = 'held' RETURNING row_id"
        state = "kept" if taken else "held"
        found = connection.exec_driver_sql(query, (state, to_json(said).decode(), answer.mutation_id)).first()
        if found is None:
            continue
        result.taken += taken
        result.refused += not taken
        # Those who show what was set aside show it anew.
        result.changes |= Changes(frozenset({"conflict"}), frozenset({UUID(found[0])}))
    return result
