"""What happens in the town, step by step, and what must hold of it: for the state machine and directed stories."""

import json
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

from app.errors import KnownError
from app.record import Row
from app.services import SPECS
from app.services.coaching.records import CareerPlan
from app.signing import seal
from storage.rows import shape
from storage.store import Store
from sync import settle
from sync.client import SyncResult
from tests.town import CentreDied, Crash, Device, Town, VirtualClock, copied_town, removed

BOOKED = ("applied", "merged", "conflict", "applied_later", "merged_later", "conflict_later")


class Story:
    """A town with three devices, and the record of what was saved on them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.clock.__enter__()
        self.town: Town = copied_town()
        self.saved: dict[str, set[str]] = {device.worker: set() for device in self.town.devices}
        self.waiting: dict[str, set[str]] = {device.worker: set() for device in self.town.devices}
        self.clients: list[UUID] = []
        self.backups: list[Any] = []
        self.words = 0

    def close(self) -> None:
        removed(self.town)
        self.clock.__exit__()

    def __enter__(self) -> "Story":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def word(self) -> str:
        """Return a text that occurs nowhere else."""
        self.words += 1
        return f"word{self.words}"

    # ---- what people do ----

    def note(self, device: Device) -> None:
        """Remember what is in the outbox after an edit: from now on it may not be lost.

        An edit folded into nothing before it was sent (there and back again) is not missed.
        """
        now = {row["mutation_id"] for row in device.outbox() if row["state"] == "new"}
        folded_away = self.waiting[device.worker] - now
        self.saved[device.worker] = (self.saved[device.worker] - folded_away) | now
        self.waiting[device.worker] = now

    def sent(self, device: Device) -> None:
        """After anything but an edit: what waits is what it is, and nothing may have vanished from it."""
        self.waiting[device.worker] = {row["mutation_id"] for row in device.outbox() if row["state"] == "new"}

    def new_client(self, device: Device) -> UUID:
        client = device.save("client", first_name=self.word(), last_name="Model")
        self.clients.append(client)
        self.note(device)
        return client

    def pick(self, device: Device, kind: str, place: int, *, deleted: bool = False) -> Row | None:
        rows = device.store.rows(kind, deleted=deleted)
        if deleted:
            rows = [row for row in rows if row["deleted"]]
        return rows[place % len(rows)] if rows else None

    def edit(self, device: Device, kind: str, row: Row, **values: Any) -> None:
        with suppress(KnownError):
            device.edit(kind, row["id"], **values)
        self.note(device)

    def save(self, device: Device, kind: str, **values: Any) -> UUID | None:
        made = None
        with suppress(KnownError):
            made = device.save(kind, **values)
        self.note(device)
        return made

    def delete(self, device: Device, kind: str, row: Row) -> None:
        with suppress(KnownError):
            device.store.delete(kind, row["id"])
        self.note(device)

    def undelete(self, device: Device, kind: str, row: Row) -> None:
        with suppress(KnownError):
            device.store.undelete(kind, row["id"])
        self.note(device)

    def sign(self, device: Device, plan: Row) -> None:
        row = {**plan, "signatures": [{"role": "client", "name": self.word()}], "signed_on": "2026-03-02"}
        self.edit(device, "career_plan", plan, **{**row, "content_hash": seal(CareerPlan, row)})

    def settle(self, device: Device, place: int, choice: str) -> None:
        found = device.store.conflicts()
        if not found:
            return
        conflict = found[place % len(found)]
        with suppress(KnownError):
            if choice == "keep":
                settle.keep(device.store, conflict)
            elif choice == "mine":
                settle.use_mine(device.store, conflict)
            else:
                new = {
                    name: self.word() if isinstance(value, str) else value
                    for name, value in conflict["mine"].items()
                }
                settle.write_new(device.store, conflict, new)
        self.note(device)

    # ---- the network and the machines ----

    def sync(
        self,
        device: Device,
        faults: tuple[str, ...] = (),
        crash_at: int | None = None,
        dies_at: str | None = None,
        centre_dies_at: int | None = None,
        also: Any = None,
    ) -> SyncResult | None:
        """Sync once, with faults for the requests to come; die at an n-th point, or a named one.

        `also` is (point, function): something that happens at that point.
        """
        met = Counter[str]()

        def at_point(name: str) -> None:
            side = "server" if name.startswith("server.") else "device"
            met[side] += 1
            if also is not None and name == also[0] and met["also"] == 0:
                met["also"] += 1
                also[1]()
            if name == dies_at or (side == "device" and met[side] == crash_at):
                raise Crash(name)
            if side == "server" and met[side] == centre_dies_at:
                raise CentreDied(name)

        device.network.plan = list(faults)
        self.clock.at_point = at_point
        result = None
        try:
            result = device.sync()
        except Crash:
            self.clock.at_point = None
            device.crash()
        except KnownError:
            pass
        finally:
            self.clock.at_point = None
            device.network.plan = []
        self.sent(device)
        if result is not None:
            assert not result.repaired, "a scope did not match and was fetched anew"
            assert device.scopes() <= self.town.allowed(device.worker), "a scope was kept after it was lost"
        return result

    def backup(self) -> None:
        self.backups.append(self.town.backup())

    def restore(self, place: int) -> None:
        if self.backups:
            self.town.restore(self.backups[place % len(self.backups)])

    # ---- what must hold ----

    def check(self) -> None:
        """Check what must hold at every moment: the chain, nothing twice, nothing overwritten unseen."""
        assert self.town.findings() == []
        entries = self.town.audit()
        once = Counter(
            (row["mutation_id"], row["action"].endswith("_later"))
            for row in entries
            if row["mutation_id"] and row["action"] in (*BOOKED, "refused", "quarantined")
        )
        assert not [key for key, times in once.items() if times > 1], "applied twice"
        check_overwriting(entries)

    def heal(self) -> None:
        """Let the network heal and everybody sync until nothing moves; then everything must be in place."""
        for _ in range(8):
            moved = 0
            for device in self.town.devices:
                result = self.sync(device)
                assert result is not None
                assert not result.warnings, [str(one) for one in result.warnings]
                moved += result.pushed + result.pulled + result.evicted
            if not moved:
                break
        else:
            raise AssertionError("the devices never come to rest")
        self.check()
        booked = {row["mutation_id"] for row in self.town.audit()}
        centre = {kind: self.town.rows(kind) for kind in SPECS}
        for device in self.town.devices:
            self._check_device(device, booked, centre)

    def _check_device(self, device: Device, booked: set[str], centre: dict[str, dict[str, Row]]) -> None:
        outbox = device.outbox()
        assert not [row for row in outbox if row["state"] in ("new", "sent")], "the outbox is not empty"
        held = {row["mutation_id"] for row in outbox if row["state"] == "held"}
        assert self.saved[device.worker] <= booked | held, "something saved is missing"
        allowed = self.town.allowed(device.worker)
        assert device.scopes() == allowed
        for kind in SPECS:
            here = all_rows(device.store, kind)
            there = {i: row for i, row in centre[kind].items() if row["scope"] in allowed}
            assert {row["scope"] for row in here.values()} <= allowed, f"{kind} kept after it was lost"
            assert living(here) == living(there), f"{kind} differs from the centre"


def all_rows(store: Store, kind: str) -> dict[str, Row]:
    """Return every row of a kind, deleted ones too, by id."""
    known = shape(kind)
    names = ", ".join(f'"{name}"' for name in known.columns)
    with store.read() as connection:
        found = connection.exec_driver_sql(f'SELECT {names} FROM "{kind}"').fetchall()
    return {row[0]: known.unbind(row) for row in found}


def living(rows: dict[str, Row]) -> dict[str, Row]:
    """Return the rows that are not deleted."""
    return {key: row for key, row in rows.items() if not row["deleted"]}


def check_overwriting(entries: list[Row]) -> None:
    """Follow the audit from its beginning: an edit may only replace what its author had seen."""
    values: dict[str, Row] = {}
    for entry in entries:
        if entry["action"] not in (*BOOKED, "conflict_kept"):
            continue
        told = json.loads(entry["patch"])
        row = values.setdefault(entry["record_id"], {})
        if entry["action"] == "conflict_kept":
            row |= told
            continue
        patch, op = told["patch"], told["op"]
        if "changes" in told:
            row |= told["changes"] or {}
        elif op == "delete":
            unseen = [n for n, (old, _) in patch.items() if not row.get("deleted") and row.get(n, old) != old]
            assert not unseen, f"deleted unseen: {unseen}"
            row["deleted"] = True
        else:
            known = row and not row.get("deleted") and op == "update"
            lost = [
                n
                for n, (old, new) in patch.items()
                if known and old != new and row.get(n, old) not in (old, new)
            ]
            assert not lost, f"overwritten silently: {lost}"
            row |= {name: new for name, (old, new) in patch.items() if old != new or name not in row}
            row["deleted"] = False
