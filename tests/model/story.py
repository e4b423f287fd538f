"""What happens in the town, step by step, and what must hold of it: for the state machine and directed stories."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from app.errors import KnownError, StoreMissing
from app.record import Row
from app.services import SPECS
from app.services.coaching.records import CareerPlan
from app.signing import seal
from storage.rows import shape
from storage.store import Store
from sync import settle
from sync.client import SyncResult
from sync.transport import Told
from tests.town import START, CentreDied, Crash, Device, Town, VirtualClock, copied_town, removed

R = TypeVar("R")
BOOKED = ("applied", "merged", "conflict", "applied_later", "merged_later", "conflict_later")


def at_the_device(deed: Callable[..., R]) -> Callable[..., R]:
    """Let a deed be done by the clock of the device at which it is done."""

    @wraps(deed)
    def done(story: "Story", device: Device, *values: Any, **named: Any) -> R:
        with device.at_it():
            return deed(story, device, *values, **named)

    return done


class Story:
    """A town with three devices, and the record of what was saved on them; `shared`: with a client of two people's."""

    def __init__(self, shared: bool = False) -> None:
        self.clock = VirtualClock(START + timedelta(hours=1)) if shared else VirtualClock()
        self.clock.__enter__()
        self.town: Town = copied_town(shared)
        for device in self.town.devices:
            device.clock = self.clock
        self.saved: dict[str, set[str]] = {device.worker: kept_at(device) for device in self.town.devices}
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

    @at_the_device
    def new_client(self, device: Device) -> UUID:
        client = device.save("client", first_name=self.word(), last_name="Model")
        self.clients.append(client)
        self.note(device)
        return client

    @at_the_device
    def pick(self, device: Device, kind: str, place: int, *, deleted: bool = False) -> Row | None:
        rows = device.store.rows(kind, deleted=deleted)
        if deleted:
            rows = [row for row in rows if row["deleted"]]
        return rows[place % len(rows)] if rows else None

    @at_the_device
    def edit(self, device: Device, kind: str, row: Row, **values: Any) -> None:
        with suppress(KnownError):
            device.edit(kind, row["id"], **values)
        self.note(device)

    @at_the_device
    def save(self, device: Device, kind: str, **values: Any) -> UUID | None:
        made = None
        with suppress(KnownError):
            made = device.save(kind, **values)
        self.note(device)
        return made

    @at_the_device
    def delete(self, device: Device, kind: str, row: Row) -> None:
        with suppress(KnownError):
            device.store.delete(kind, row["id"])
        self.note(device)

    @at_the_device
    def undelete(self, device: Device, kind: str, row: Row) -> None:
        with suppress(KnownError):
            device.store.undelete(kind, row["id"])
        self.note(device)

    def sign(self, device: Device, plan: Row) -> None:
        row = {**plan, "signatures": [{"role": "client", "name": self.word()}], "signed_on": "2026-03-02"}
        self.edit(device, "career_plan", plan, **{**row, "content_hash": seal(CareerPlan, row)})

    @at_the_device
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
        held = device.scopes()
        order = self.town.order_of(device)

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
            with device.at_it():
                result = device.sync()
        except Crash:
            self.clock.at_point = None
            with suppress(StoreMissing):  # it was being wiped
                device.crash()
        except Told as told:
            self.clock.at_point = None
            result = self.told(device, told)
        except KnownError:
            pass
        finally:
            self.clock.at_point = None
            device.network.plan = []
        if not device.store.is_open:
            self.wiped(device, order)
            result = device.sync()
        self.sent(device)
        self.check_readable(device, held)
        if result is not None:
            assert not result.repaired, "a scope did not match and was fetched anew"
            assert device.scopes() <= self.town.allowed(device.worker), "a scope was kept after it was lost"
        return result

    def told(self, device: Device, told: Told) -> SyncResult | None:
        """Do what a person does whom the centre tells that it does not know this computer (any more)."""
        if told.reply.code not in ("install", "token"):
            return None
        self.town.joined_anew(device)
        with device.at_it():
            return device.sync()

    def wiped(self, device: Device, order: str) -> None:
        """The centre has ended a device: what it had to deliver is delivered; its person gets a new one.

        `order` is the centre's before they met: a restored centre, or an old disk, may know of another one.
        """
        booked = {row["mutation_id"] for row in self.town.audit()}
        if order == "drain":
            assert self.waiting[device.worker] <= booked, "a device was wiped before it had delivered"
        self.town.replaced(device)
        self.saved[device.worker] = set()
        self.sent(device)

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

    def check_readable(self, device: Device, before: set[str]) -> None:
        """Check that no edit of what has just left can be read any more; `before` is what was held."""
        lost = before - device.scopes()
        readable = [row for row in device.outbox() if row["scope"] in lost and '"sealed"' not in row["patch"]]
        assert not readable, "readable after it was lost"

    def heal(self) -> None:
        """Let the network heal and everybody sync until nothing moves; then everything must be in place."""
        for device in self.town.devices:
            device.off = timedelta()  # somebody sets the clocks right
            if self.sync(device) is None:
                self.sync(device)  # it was told to join anew, or was wiped
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
        centre = self.town.all_rows()
        for device in self.town.devices:
            self._check_device(device, booked, centre)

    def _check_device(self, device: Device, booked: set[str], centre: dict[str, dict[str, Row]]) -> None:
        outbox = device.outbox()
        assert not [row for row in outbox if row["state"] in ("new", "sent")], "the outbox is not empty"
        held = {row["mutation_id"] for row in outbox if row["state"] == "held"}
        assert self.saved[device.worker] <= booked | held, "something saved is missing"
        waits_with_its_entry = any(row["kind"] == "attachment" and row["state"] == "held" for row in outbox)
        assert device.store.unsent().files == 0 or waits_with_its_entry, "a file was not delivered"
        allowed = self.town.allowed(device.worker)
        assert device.scopes() == allowed
        rows = every_row(device.store)
        for kind in SPECS:
            here = rows.get(kind, {})
            there = {i: row for i, row in centre.get(kind, {}).items() if row["scope"] in allowed}
            assert {row["scope"] for row in here.values()} <= allowed, f"{kind} kept after it was lost"
            assert living(here) == living(there), f"{kind} differs from the centre"


def kept_at(device: Device) -> set[str]:
    """Return the edits that a device could still deliver, or deliver again."""
    return {row["mutation_id"] for row in device.outbox()}


def every_row(store: Store) -> dict[str, dict[str, Row]]:
    """Return every row, deleted ones too, by kind and id; kinds without rows are left out."""
    with store.read() as connection:
        kinds = [row[0] for row in connection.exec_driver_sql(_FILLED)]
        return {kind: _rows(connection, kind) for kind in kinds}


_FILLED = " UNION ALL ".join(f"SELECT '{kind}' WHERE EXISTS (SELECT 1 FROM \"{kind}\")" for kind in SPECS)


def all_rows(store: Store, kind: str) -> dict[str, Row]:
    """Return every row of a kind, deleted ones too, by id."""
    with store.read() as connection:
        return _rows(connection, kind)


def _rows(connection: Connection, kind: str) -> dict[str, Row]:
    known = shape(kind)
    names = ", ".join(f'"{name}"' for name in known.columns)
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
