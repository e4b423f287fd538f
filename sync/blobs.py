"""The device's side of attached files: what the centre lacks is sent, consents are fetched, the rest on demand.

It runs after the records of a sync and never holds them up: as soon as something is saved, it breaks off and goes on
where it was at the next sync. Whatever goes wrong here is tried again; the records are safe by then.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import ValidationError
from pydantic_core import to_json

from app import clock, schema
from app.errors import DiskFull, KnownError
from app.i18n import N_, Message
from storage import blob_file, blobs, files, outbox
from storage.blobs import FileDamaged
from storage.store import Store
from storage.writing import Changes
from sync.protocol import BLOB_PIECE, MAX_BLOB, MAX_BLOBS, BlobReply, BlobsReply, BlobsRequest
from sync.session import Session
from sync.transport import Answer, HttpTransport, NotNow, Told, TooLarge, Transport, is_json, refusal

FETCHED = ("consent", "agreement")
"""Categories of files that are fetched without being opened: they must be at hand where there is no network."""
SECONDS = 240
"""The longest that the files of one sync may take: then the records have their turn."""
_SMALLEST = 16_000
_TRIES = 3

_fetching: "WeakKeyDictionary[Store, Lock]" = WeakKeyDictionary()


@dataclass
class Exchanged:
    """What became of the files: sent, fetched; entries whose state changed; sentences for the person."""

    sent: int = 0
    fetched: int = 0
    names: set[str] = field(default_factory=set)
    changes: Changes = field(default_factory=Changes)
    warnings: list[Message] = field(default_factory=list)


class _Enough(Exception):
    """Records wait, or the sync is to end: the files go on next time."""


def exchange(session: Session, stopped: Callable[[], bool] = lambda: False) -> Exchanged:
    """Send and fetch files after the records of a sync. Raises nothing that the sync could fail by."""
    work = _Exchange(session, stopped)
    try:
        work.run()
    except _Enough:
        pass
    except NotNow:
        pass  # the next sync goes on from here; it was the way, not the file
    except KnownError as error:
        work.done.warnings.append(error.message)
    return work.finish()


class _Exchange:
    """The files of one sync."""

    def __init__(self, session: Session, stopped: Callable[[], bool]) -> None:
        self.session, self.store, self.stopped = session, session.store, stopped
        self.done = Exchanged()
        self._until = clock.monotonic() + SECONDS

    def run(self) -> None:
        """Send what the centre lacks, then learn what it has, then fetch what must be at hand."""
        with self.store.read() as connection:
            unsent, unknown = blobs.unsent(connection), blobs.unknown(connection)
        if not unsent and not unknown:
            self._fetch_wanted()
            return
        if self.session.schema < schema.since("attachment"):
            return  # the centre takes no files yet
        there = _ask(self.session, [*unsent, *(name for name in unknown if name not in set(unsent))])
        self._note(unknown, there)
        for name in unsent:
            if there[name].known:
                self._send(name, there[name])
        self._fetch_wanted()

    def finish(self) -> Exchanged:
        """Sweep what is needed no more, and say which entries are different now."""
        if self.store.is_open:
            with suppress(KnownError):
                blobs.sweep(self.store)
            if self.done.names:
                with self.store.read() as connection:
                    self.done.changes = Changes.of(blobs.entries_of(connection, self.done.names))
        return self.done

    def _note(self, unknown: Iterable[str], there: dict[str, BlobReply]) -> None:
        found = {name: there[name].whole for name in unknown}
        before = blobs.places(self.store, found)
        changed = {
            name: whole
            for name, whole in found.items()
            if name not in before or whole != (before[name].state == "stored")
        }
        if changed:
            with self.store.write() as connection:
                blobs.told(connection, changed, {name: there[name].size for name in changed})
            self.done.names |= set(changed)

    def _go_on(self) -> None:
        """Raise where something else comes first."""
        with self.store.read() as connection:
            saved = outbox.has_news(connection)
        if saved or self.stopped() or clock.monotonic() > self._until:
            raise _Enough

    def _send(self, name: str, there: BlobReply) -> None:
        file = blobs.path_of(self.store, name)
        if not file.is_file():
            return  # the sweep notes it
        try:
            _send_file(self.session, file, name, there, self._go_on)
        except Told as told:
            if told.reply.code not in ("access", "hash", "no_room"):
                raise
            if told.reply.code == "hash" and blob_file.hash_of(file) != name:
                damaged = N_("An attached file on this computer is damaged and cannot be sent to the centre.")
                self.done.warnings.append(Message(damaged))
            elif told.reply.code != "access":
                self.done.warnings.append(told.message)
            return
        with self.store.write() as connection:
            blobs.stored(connection, name)
        self.done.sent += 1
        self.done.names.add(name)

    def _fetch_wanted(self) -> None:
        with self.store.read() as connection:
            wanted = blobs.wanted_here(connection, FETCHED)
        for name in wanted:
            self._go_on()
            try:
                _fetch_file(self.session, name, self._go_on)
            except DiskFull as full:
                self.done.warnings.append(full.message)
                return
            except (Told, FileDamaged):
                continue  # it is said when somebody opens it
            self.done.fetched += 1
            self.done.names.add(name)


# ---- on demand --------------------------------------------------------------------------------------------


def fetch(
    store: Store,
    row: dict[str, Any],
    transport: Transport | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Fetch an attachment's file from the centre, if it is not here; goes on where an earlier try was cut.

    Raises NotNow, KnownError where the file is not at the centre or no longer this person's, DiskFull.
    """
    if blobs.is_here(store, row):
        return

    def go_on() -> None:
        if stopped() or not store.is_open:
            raise NotNow(N_("The exchange with the centre was stopped."))

    way = transport or _way(store)
    try:
        _fetch_file(Session(store, way), row["sha256"], go_on)
    except Told as told:
        if told.reply.code not in ("not_found", "access"):
            raise
        with store.write() as connection:
            blobs.told(connection, {row["sha256"]: False}, {})
        raise KnownError(
            Message(N_("The file is still on the computer where it was added.")),
            Message(N_("It can be opened here when that computer has next met the centre.")),
        ) from None
    finally:
        if isinstance(way, HttpTransport) and transport is None:
            way.close()


def _way(store: Store) -> Transport:
    from sync.client import transport_of

    return transport_of(store)


# ---- one file ---------------------------------------------------------------------------------------------


def _ask(session: Session, names: list[str]) -> dict[str, BlobReply]:
    found: dict[str, BlobReply] = {}
    for start in range(0, len(names), MAX_BLOBS):
        some = names[start : start + MAX_BLOBS]
        asked = BlobsRequest(device=session.me.device, blobs=some)
        found |= session.call("/blobs", to_json(asked), BlobsReply).blobs
    if not set(names) <= set(found):
        raise _damaged()
    return found


def _send_file(session: Session, file: Path, name: str, there: BlobReply, go_on: Callable[[], None]) -> None:
    """Send what the centre lacks of a file, a piece at a time; from the beginning once, where it came damaged."""
    total, most, standing = file.stat().st_size, BLOB_PIECE, 0
    again = True
    while not there.whole:
        go_on()
        with files.disk_errors(), file.open("rb") as opened:
            opened.seek(there.received)
            piece = opened.read(most)
        before = there.received
        try:
            there = _put(session, name, piece, before, total)
        except TooLarge:
            if most <= _SMALLEST:
                raise
            most //= 2
            continue
        except Told as told:
            if told.reply.code != "hash" or not again:
                raise
            again, there = False, BlobReply()
            continue
        clock.point("client.blob.sent")
        standing = standing + 1 if there.received <= before else 0
        if standing >= _TRIES and not there.whole:
            raise _damaged()


def _put(session: Session, name: str, piece: bytes, start: int, total: int) -> BlobReply:
    said = f"bytes {start}-{start + len(piece) - 1}/{total}" if piece else f"bytes */{total}"
    headers = {"Content-Type": "application/octet-stream", "Content-Range": said}
    answer = _request(session, "PUT", f"/blobs/{name}", piece, headers)
    if answer.status != 200 or not is_json(answer):
        raise refusal(answer)
    try:
        return BlobReply.model_validate_json(answer.body)
    except ValidationError:
        raise _damaged() from None


def _fetch_file(session: Session, name: str, go_on: Callable[[], None]) -> None:
    """Fetch a file into the profile, a piece at a time, from where an earlier fetch was cut."""
    store = session.store
    with _fetching.setdefault(store, Lock()):
        if blobs.path_of(store, name).is_file():
            return
        part = blobs.part_of(store, name)
        for left in reversed(range(2)):
            _gather(session, name, part, go_on)
            try:
                blobs.arrived(store, name, part)
                return
            except FileDamaged:
                if not left:
                    raise _damaged() from None


def _gather(session: Session, name: str, part: Path, go_on: Callable[[], None]) -> None:
    """Append to `part` until it has as many bytes as the centre's file."""
    most, total = BLOB_PIECE, -1
    have = part.stat().st_size if part.exists() else 0
    if have and blob_file.hash_of(part) == name:
        return  # it was all here when the program ended
    while have != total:
        go_on()
        try:
            piece, total = _get(session, name, have, most)
        except TooLarge:
            if most <= _SMALLEST:
                raise
            most //= 2
            continue
        except Told as told:
            if told.reply.code != "message" or not have:
                raise
            part.unlink()  # there is more here than the file has
            have = 0
            continue
        if not have:
            blobs.make_room(session.store, total)
        _append(part, piece)
        have += len(piece)
        clock.point("client.blob.fetched")


def _append(part: Path, piece: bytes) -> None:
    try:
        with files.disk_errors(), part.open("ab") as opened:
            opened.write(piece)
    except DiskFull:
        part.unlink(missing_ok=True)
        raise


def _get(session: Session, name: str, start: int, most: int) -> tuple[bytes, int]:
    """Return a piece that begins at `start`, and the size of the whole."""
    answer = _request(session, "GET", f"/blobs/{name}", b"", {"Range": f"bytes={start}-{start + most - 1}"})
    if answer.status != 206:
        raise refusal(answer)
    said = answer.headers.get("content-range", "")
    span, _, total = said.removeprefix("bytes ").partition("/")
    whole = f"{start}-{start + len(answer.body) - 1}"
    if span != whole or not total.isdecimal() or not 0 < len(answer.body) <= most or int(total) > MAX_BLOB:
        raise _damaged()
    return answer.body, int(total)


def _request(session: Session, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send bytes with the token; once more with a new one where the centre wants that."""
    token = session.token() or session.renew()
    for fresh in _tokens(session, token):
        named = {**headers, "Authorization": f"Bearer {fresh}"}
        answer = session.transport.send(path, body, named, method)
        if answer.status != 401:
            break
    return answer


def _tokens(session: Session, first: str) -> Iterator[str]:
    yield first
    yield session.renew(first)


def _damaged() -> NotNow:
    return NotNow(N_("The centre's answer came through damaged."))
