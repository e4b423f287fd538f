"""The device's side of the sync: push what is unsent, pull what changed, then the files. Nothing saved is ever lost.

Push and pull may stop at any point (`clock.point` names them): the next sync goes on from there. Design and
reasons: server-sequenced, three-way merge at the centre, one cursor for each scope.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from pydantic_core import to_json

from app import access, clock
from app.errors import KnownError, NotAllowed, Unreachable
from app.i18n import N_, Message
from app.pace import without_collecting
from app.record import iso
from storage import (
    adoption,
    blobs,
    erasing,
    eviction,
    incoming,
    limits,
    merging,
    outbox,
    reading,
    rows,
    wiping,
)
from storage.incoming import Arrived, Held
from storage.state import set_state, state
from storage.store import Store
from storage.writing import Changes
from sync import blobs as attached
from sync import decided, reads, sealing
from sync.faults import BUGS
from sync.paging import paging_of
from sync.protocol import (
    EMPTY,
    SCHEMA_VERSION,
    OrderMessage,
    PullReply,
    PullRequest,
    checksum,
)
from sync.pushing import STOPPED, Push
from sync.session import Session, clock_warning
from sync.transport import HttpTransport, NotNow, Told, Transport

T = TypeVar("T")
_RESTARTS = 3

_locks: "WeakKeyDictionary[Store, Lock]" = WeakKeyDictionary()


@dataclass(frozen=True)
class SyncResult:
    """What one sync did: edits pushed, rows that changed here, decisions that wait, scopes that left.

    `unsent` edits still wait, `held` ones were not taken by the centre. `changes` is for the views, `lost` are
    the clients whom this device may hold no longer; `repaired` scopes did not match the centre's sums and were
    fetched anew; `warnings` are sentences for the person.
    """

    pushed: int = 0
    pulled: int = 0
    conflicts: int = 0
    evicted: int = 0
    unsent: int = 0
    held: int = 0
    repaired: int = 0
    changes: Changes = field(default_factory=Changes)
    lost: frozenset[UUID] = frozenset()
    warnings: tuple[Message, ...] = ()


class Wiped(NotAllowed):
    """The centre ordered this device to forget everything, and it has."""


def sync_once(store: Store, transport: Transport, stopped: Callable[[], bool] = lambda: False) -> SyncResult:
    """Push, then pull, once. Two calls at once take turns.

    Raises Unreachable (`retry_after` where the centre said so), NotAllowed, Wiped; what was done until then
    stays done, and `changed` of the error tells it. `stopped` is asked between requests and ends the sync early.
    """
    with _locks.setdefault(store, Lock()):
        work = _Sync(store, transport, stopped)
        try:
            with without_collecting():
                result = work.run()
        except KnownError as error:
            error.changed = work.push.changes | work.changes
            raise
        return work.with_files(result)


class CentreOf:
    """A store's way to its centre, ready to be called: each call is one sync. Keeps its connection."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._transport: HttpTransport | None = None
        self._stop = False

    def __call__(self) -> SyncResult:
        """Sync once; raises as `sync_once`."""
        self._stop = False
        if self._transport is None:
            self._transport = transport_of(self._store)
        return sync_once(self._store, self._transport, lambda: self._stop)

    def stop(self) -> None:
        """Make a sync that is under way end soon."""
        self._stop = True

    def close(self) -> None:
        """Let go of the connection."""
        self._stop = True
        if self._transport is not None:
            self._transport.close()
            self._transport = None


def for_store(store: Store) -> CentreOf:
    """Return what syncs this store with the centre that it has joined."""
    return CentreOf(store)


def joined(store: Store) -> str:
    """Return the address of the centre, or nothing where none has been joined."""
    with store.read() as connection:
        return str(state(connection, "centre_url") or "") if state(connection, "device_id") else ""


def last_complete(store: Store) -> datetime | None:
    """Return when the centre last had everything that was saved here."""
    with store.read() as connection:
        text = state(connection, "last_complete")
    return datetime.fromisoformat(text) if text else None


def transport_of(store: Store) -> HttpTransport:
    """Return the way to the centre that this store has joined. Raises KnownError where there is none."""
    with store.read() as connection:
        url, ca_file = state(connection, "centre_url"), state(connection, "ca_file")
    if not url:
        raise KnownError(
            Message(N_("No centre has been joined.")),
            Message(N_("Join one with its address and the code that the administrator gave you.")),
        )
    return HttpTransport(url, Path(ca_file) if ca_file else None)


class _Sync:
    """One sync under way."""

    def __init__(self, store: Store, transport: Transport, stopped: Callable[[], bool]) -> None:
        self.store = store
        self.session = Session(store, transport)
        self.stopped = stopped
        self.push = Push(store, stopped)
        self.paging = paging_of(store)
        self.pulled = self.evicted = self.repaired = 0
        self.changes = Changes()
        self.lost: set[UUID] = set()
        self.warnings: list[Message] = []
        self.server_time = ""
        self.held: list[str] = []

    def run(self) -> SyncResult:
        """Push and pull; begin again where the centre was restored, obey where this device was revoked."""
        for left in reversed(range(_RESTARTS)):
            try:
                self._push()
                reads.send(self.session)
                if self.session.order is not None:
                    self._obey(self.session.order)
                before = self.session.schema
                self._pull()
                if self.session.schema > before:  # the centre has been updated: it takes what waited for that
                    self._push()
                self.changes |= merging.bring_late(self.store)
                return self._finish()
            except Told as told:
                if told.reply.order is not None:
                    self._obey(told.reply.order)
                if told.reply.code != "epoch" or not told.reply.epoch or not left:
                    raise
                self._begin_epoch(told.reply.epoch)
        raise AssertionError  # the last turn returns or raises

    def _begin_epoch(self, epoch: str) -> None:
        with self.store.write() as connection:
            incoming.begin_epoch(connection)
            reading.begin_again(connection)
            set_state(connection, "epoch", epoch)
        clock.point("client.epoch.begun")
        warnings = self.session.warnings
        self.session = Session(self.store, self.session.transport)
        self.session.warnings += warnings

    def _check_stopped(self) -> None:
        if self.stopped():
            raise NotNow(STOPPED)

    # ---- push ----

    def _push(self) -> None:
        """Send everything unsent, oldest first; what a newer or older centre does not take yet waits."""
        try:
            self._at_its_age(lambda: self.push.run(self.session))
        except Told as told:
            if told.reply.code not in ("schema_old", "schema_new"):
                raise
            self.warnings.append(told.message)

    def _at_its_age(self, work: Callable[[], T]) -> T:
        """Do a part of the sync; once more where the centre turns out to be older than it was."""
        before = self.session.schema
        try:
            return work()
        except Told as told:
            if told.reply.code != "schema_new" or self.session.schema >= before:
                raise
        return work()

    # ---- pull ----

    def _pull(self) -> None:
        """Fetch until no scope has more; a scope that does not match is fetched whole, once.

        While one answer is applied, the centre is asked for the next: what it will be asked is known already.
        """
        again: set[str] = set()
        self.held = decided.asked(self.store)
        ahead: Future[PullReply] | None = None
        self.paging.begin()
        with ThreadPoolExecutor(1) as aside:
            while True:
                self._check_stopped()
                with self.store.read() as connection:
                    held = incoming.held_scopes(connection)
                have = {scope: one.cursor for scope, one in held.items()}
                reply = ahead.result() if ahead is not None else self._ask_first(have)
                self.server_time = reply.server_time
                clock.point("client.pull.page")
                going_on = any(page.more for page in reply.scopes) and not reply.evict
                heads = {page.scope: page.head for page in reply.scopes}
                ahead = aside.submit(self._ask, have | heads, self.paging.rows) if going_on else None
                mismatched = self._take_in(reply, held, again)
                if mismatched - again and ahead is not None:
                    with suppress(KnownError):  # it was asked for too little; it is asked anew
                        ahead.result()
                    ahead = None
                if not (mismatched - again) and not any(page.more for page in reply.scopes):
                    return
                self.repaired += len(mismatched - again)
                again |= mismatched

    def _ask_first(self, have: Mapping[str, int]) -> PullReply:
        return self._at_its_age(lambda: self._ask(have, self.paging.rows))

    def _ask(self, have: Mapping[str, int], limit: int) -> PullReply:
        asked = PullRequest(
            epoch=self.session.me.epoch,
            schema_version=self.session.schema,
            device=self.session.me.device,
            have=dict(have),
            limit=limit,
            held=self.held,
        )
        self.held = []  # once a sync is enough
        began = clock.monotonic()
        try:
            reply = self.session.call("/sync/pull", to_json(asked), PullReply)
        except Unreachable:
            self.paging.broken(limit, clock.monotonic() - began)
            raise
        self.paging.answered(limit, clock.monotonic() - began)
        return reply

    def _take_in(self, reply: PullReply, held: Mapping[str, Held], again: set[str]) -> set[str]:
        """Let go and apply what one answer says; return the scopes that then do not match the centre's."""
        changes, told = decided.hear(self.store, reply)
        self.changes |= changes
        self.warnings += told
        self._evict([scope for scope in reply.evict if scope in held])
        mismatched = set(self._apply(reply, held))
        clock.point("client.pull.applied")
        if reply.min_schema > SCHEMA_VERSION:
            newer = N_("A newer version of this program is needed. Update it; your work here is kept.")
            self.warnings.append(Message(newer))
        if mismatched & again:
            self.warnings.append(
                Message(N_("A client's data here does not match the centre's. Tell your support."))
            )
        return mismatched

    def _apply(self, reply: PullReply, held: Mapping[str, Held]) -> tuple[str, ...]:
        """Stage pages of scopes that go on, and apply those that are complete, in one transaction."""
        if "cursor_first" in BUGS:
            self._cursors_first(reply)
        gone, told = set(reply.evict), {page.scope for page in reply.scopes}
        arrived = [
            Arrived(scope, (), 0, 0, EMPTY, whole=True)
            for scope, one in held.items()
            if one.whole and one.cursor == 0 and scope not in told and scope not in gone
        ]
        if not arrived and not reply.scopes:
            return ()
        with self.store.write() as connection:
            for page in reply.scopes:
                if page.more:
                    if page.rows:
                        lines = [{"kind": row.kind, "row": row.row} for row in page.rows]
                        incoming.stage(connection, page.scope, page.head, lines)
                    continue
                before = held.get(page.scope)
                lines_before = incoming.staged(connection, page.scope) if before and before.cursor else []
                rows = [*lines_before, *((row.kind, row.row) for row in page.rows)]
                whole = before is None or before.whole
                arrived.append(Arrived(page.scope, rows, page.head, page.count, page.checksum, whole))
            done = incoming.apply_scopes(connection, arrived, checksum)
            orders = erasing.ordered(row for one in arrived for row in one.rows)
            erased = erasing.carry_out(connection, orders)
        self.pulled += done.rows
        self.changes |= done.changes | erased.changes
        if orders:
            self.warnings += erasing.finish(self.store, erased.unsent)
        return done.mismatched

    def _cursors_first(self, reply: PullReply) -> None:
        """The planted bug `cursor_first`: save cursors before the rows that they stand for."""
        with self.store.write() as connection:
            incoming.move_cursors(connection, [(page.scope, page.head) for page in reply.scopes])
        clock.point("client.pull.cursors")

    # ---- what leaves ----

    def _evict(self, scopes: list[str]) -> None:
        """Let scopes go; edits made since the push are sent first, or else sealed to the centre."""
        if not scopes:
            return
        with self.store.read() as connection:
            waiting = outbox.waiting_scopes(connection) & set(scopes)
        if waiting and "evict_outbox" not in BUGS:
            try:
                self._push()
            except Unreachable:
                self.warnings.append(
                    Message(N_("Entries of a client who left your list wait, sealed, for the centre."))
                )
        with self.store.write() as connection:
            if "evict_outbox" in BUGS:
                for scope in scopes:
                    connection.exec_driver_sql("DELETE FROM outbox WHERE scope = ?", (scope,))
            seal = None if "no_seal" in BUGS else self._seal
            self.changes |= eviction.evict(connection, scopes, seal)
        clock.point("client.evicted")
        eviction.checkpoint(self.store.engine)
        blobs.remove_gone(self.store)
        self.evicted += len(scopes)
        # Who lost a compartment of a client's has her all the same.
        whole = [scope for scope in scopes if access.group_of(scope) == access.CORE]
        self.lost |= {UUID(client) for scope in whole if (client := access.client_of(scope))}

    def _seal(self, mutation_id: str, text: str) -> str:
        return sealing.seal(self.session.me.sealing_key, mutation_id, text)

    def _obey(self, order: OrderMessage) -> None:
        """Carry out a signed order: send everything first where the centre wants it, then forget everything."""
        if not self.session.is_genuine(order):
            raise NotAllowed(
                Message(N_("An order in the centre's name was not signed by it; it was ignored."))
            )
        if order.order == "drain":
            self.session.renew()
            reads.send(self.session)  # the device is about to forget who looked at what
            self.push.everything = True
            self._push()
            attached.exchange(self.session)
        clock.point("client.wipe")
        eviction.wipe(self.store)
        with suppress(KnownError):  # it is done, whether the centre hears of it or not
            self.session.say_wiped()
        raise Wiped(Message(wiping.ENDED))

    # ---- the end ----

    def _finish(self) -> SyncResult:
        with self.store.write() as connection:
            waits = outbox.unsent(connection)
            if str(state(connection, "server_time") or "")[:10] != self.server_time[:10]:  # once a day
                present = None if "own_clock" in BUGS else datetime.fromisoformat(self.server_time)
                outbox.forget_kept(connection, present)
            set_state(connection, "last_sync", iso(clock.now()))
            set_state(connection, "server_time", self.server_time)
            limits.pulled(connection, self.server_time)
            adoption.take_role(connection)
            if not waits.count:
                set_state(connection, "last_complete", iso(clock.now()))
            open_conflicts = "SELECT count(*) FROM conflict WHERE state = 'open' AND deleted = 0"
            ((conflicts,),) = rows.ask(connection, open_conflicts)
        clock.point("client.finished")
        return SyncResult(
            pushed=self.push.taken,
            pulled=self.pulled,
            conflicts=conflicts,
            evicted=self.evicted,
            unsent=waits.count,
            held=waits.held,
            repaired=self.repaired,
            changes=self.push.changes | self.changes,
            lost=frozenset(self.lost),
            warnings=(*clock_warning(self.server_time), *self.session.warnings, *self.warnings),
        )

    def with_files(self, result: SyncResult) -> SyncResult:
        """Send and fetch attached files: after the records, which are safe whatever becomes of these."""
        done = attached.exchange(self.session, self.stopped)
        warnings = (*result.warnings, *done.warnings)
        return replace(result, changes=result.changes | done.changes, warnings=warnings)
