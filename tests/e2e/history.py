"""Everything that was acknowledged as saved, and what must have become of it when all is quiet again."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, select

from app.record import Row
from app.services import SPECS
from storage.store import Store
from sync.server.audit import verify
from sync.server.database import snapshot
from sync.server.tables import AUDIT, RECORDS
from tests.model.story import BOOKED, all_rows, check_overwriting, living


@dataclass(frozen=True)
class Said:
    """One save: whose, what it was to write, the word that it alone holds, and whether it was acknowledged."""

    device: int
    do: str
    kind: str
    record: str
    name: str = ""
    word: str = ""
    sure: bool = False


@dataclass
class History:
    """All saves of a run."""

    said: list[Said] = field(default_factory=list)

    def check(self, engine: Engine, stores: list[Store]) -> None:
        """Compare with the centre's database and the closed devices' stores."""
        centre = _Centre(engine)
        centre.check()
        for store in stores:
            _check_same(store, centre)
        for one in self.said:
            if one.sure:
                self._check_sure(one, centre, stores[one.device])
        self._check_once(centre)

    def _check_sure(self, one: Said, centre: "_Centre", store: Store) -> None:
        row = centre.rows[one.kind].get(one.record)
        if one.do == "delete":
            assert row is not None
            assert row["deleted"] or centre.decided(one.record), f"came back from the dead: {one}"
            return
        assert row is not None, f"lost: {one}"
        gone = any(other.do == "delete" and other.record == one.record for other in self.said)
        assert gone or not row["deleted"], f"deleted by nobody: {one}"
        told = centre.told.get(one.record, "")
        assert one.word in told or _replaced(store, one), f"lost, or overwritten silently: {one}"
        if one.do != "edit" and not row["deleted"]:
            assert one.word in row["notes"] or centre.decided(one.record), f"not in the text: {one}"
        if one.do == "edit":
            _check_noted(store, one)

    def _check_once(self, centre: "_Centre") -> None:
        """Nothing is doubled: each word of a text stands in one row, once."""
        notes = Counter(
            word for row in centre.rows["support_visit"].values() for word in row["notes"].split()
        )
        twice = [one for one in self.said if one.do in ("save", "append") and notes[one.word] > 1]
        assert not twice, f"doubled: {twice}"


class _Centre:
    """What the centre holds at the end."""

    def __init__(self, engine: Engine) -> None:
        with snapshot(engine) as connection:
            self.findings = list(verify(connection))
            found = connection.execute(select(AUDIT).order_by(AUDIT.c.scope, AUDIT.c.n)).mappings()
            self.audit: list[Row] = [dict(row) for row in found]
            self.rows: dict[str, dict[str, Row]] = {}
            for kind in SPECS:
                rows = connection.execute(select(RECORDS[kind])).mappings()
                self.rows[kind] = {row["id"]: {k: v for k, v in row.items() if k != "seq"} for row in rows}
        self.conflicts: dict[str, list[Row]] = {}
        for row in self.rows["conflict"].values():
            self.conflicts.setdefault(row["record_id"], []).append(row)
        self.told: dict[str, str] = {}
        """By record: everything that the centre ever heard of it, as text."""
        for entry in self.audit:
            if entry["action"] in BOOKED:
                self._tell(entry["record_id"], entry["patch"])
        for record, conflicts in self.conflicts.items():
            self._tell(record, json.dumps([row["mine"] for row in conflicts]))

    def _tell(self, record: str, text: str) -> None:
        self.told[record] = self.told.get(record, "") + text

    def decided(self, record: str) -> bool:
        """Tell whether a person is asked to decide about a record."""
        return record in self.conflicts

    def check(self) -> None:
        """The books hold, nothing was applied twice, nobody's words were written over unseen."""
        assert self.findings == []
        once = Counter(row["mutation_id"] for row in self.audit if row["action"] in BOOKED)
        assert not [key for key, times in once.items() if key and times > 1], "applied twice"
        check_overwriting(self.audit)


def _check_same(store: Store, centre: _Centre) -> None:
    """Nothing waits on the device, and it has what the centre has."""
    with store.read() as connection:
        waiting = connection.exec_driver_sql("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()
        scopes = {row[0] for row in connection.exec_driver_sql("SELECT scope FROM sync_scope").fetchall()}
    assert {state for state, _ in waiting} <= {"kept"}, f"not taken by the centre: {waiting}"
    for kind in SPECS:
        there = {key: row for key, row in centre.rows[kind].items() if row["scope"] in scopes}
        assert living(all_rows(store, kind)) == living(there), f"{kind} differs from the centre"


def _replaced(store: Store, one: Said) -> bool:
    """Tell whether the author herself wrote something else before it was sent."""
    return any(
        entry["by"] == str(store.worker) and entry["patch"].get(one.name, [None])[0] == one.word
        for entry in store.history(one.kind, one.record)
    )


def _check_noted(store: Store, one: Said) -> None:
    """An edit changed what it was to change, and nothing that had arrived at that moment."""
    patches: list[dict[str, Any]] = [
        entry["patch"]
        for entry in store.history(one.kind, one.record)
        if entry["by"] == str(store.worker) and entry["patch"].get(one.name, [None, None])[1] == one.word
    ]
    assert any(set(patch) == {one.name} for patch in patches), f"changed more than it was to: {one}"
