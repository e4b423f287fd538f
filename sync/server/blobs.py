"""The files of attachments at the centre: taken and given in pieces, by the rights to the entries that name them.

The centre holds the encrypted form alone, in its database, so that every process behind a proxy sees the same; pieces
are appended under the lock of the file's row, so that an upload goes on after a cut at any byte. A file counts as there
only when the hash of all its bytes is its name.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256 as new_hash
from typing import Any, TypeAlias

import structlog
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, delete, exists, func, insert, not_, select, update
from starlette.requests import ClientDisconnect

from app.clock import now, today
from app.record import Row, iso
from sync.protocol import MAX_BLOB, MAX_BLOB_PIECE, MAX_BLOBS, BlobReply, BlobsReply, BlobsRequest
from sync.server import devices, wall
from sync.server.bodies import Stop, pieces
from sync.server.centre import Centre, Route
from sync.server.database import is_postgres, snapshot, writing
from sync.server.events import event
from sync.server.limits import Room
from sync.server.rights import allowed_scopes
from sync.server.statements import put
from sync.server.tables import BLOB, BLOB_PIECE, RECORDS, STATE

log = structlog.get_logger("tyopari.centre")

CLIENT_BYTES = 500 * 1024 * 1024
"""The most bytes of all files of one client's compartment."""
KEEP_UNNAMED = timedelta(days=30)
"""How long a file stays that no entry names any more: a deletion may be undone, a device restored."""

_ATTACHMENT = RECORDS["attachment"]
_HASH = re.compile(r"[0-9a-f]{64}")
_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,12})-(\d{1,12})|\*)/(\d{1,12})")
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


# ---- who may --------------------------------------------------------------------------------------------------


def _scopes_of(
    connection: Connection, worker: str, names: Collection[str], *, to_send: bool
) -> dict[str, set[str]]:
    """Return the scopes of the living entries by which a worker may have each of these files, or send it.

    Who wrote the entry may deliver its file even when the client was taken from her meanwhile.
    """
    allowed = allowed_scopes(connection, worker)
    columns = (_ATTACHMENT.c.sha256, _ATTACHMENT.c.scope, _ATTACHMENT.c.created_by)
    query = select(*columns).where(
        _ATTACHMENT.c.sha256.in_(bindparam("names", expanding=True)), _ATTACHMENT.c.deleted.is_(False)
    )
    lines = connection.execute(query, {"names": list(names)}).fetchall()
    if lines:
        wall.enter(connection, worker)
    allowed &= wall.readable(connection, {scope for _name, scope, _author in lines})
    found: dict[str, set[str]] = {}
    for name, scope, author in lines:
        if scope in allowed or (to_send and author == worker):
            found.setdefault(name, set()).add(scope)
    return found


# ---- what is there --------------------------------------------------------------------------------------------


def ask(centre: Centre, request: Request, body: bytes) -> BlobsReply:
    """Tell how much of each file the centre has."""
    try:
        asked = BlobsRequest.model_validate_json(body)
    except ValidationError:
        raise Stop("message") from None
    found = centre.bearer(request, asked.device)
    if len(asked.blobs) > MAX_BLOBS:
        raise Stop("too_large")
    with snapshot(centre.engine) as connection:
        known = _scopes_of(connection, found["worker_id"], asked.blobs, to_send=True)
        query = select(BLOB).where(BLOB.c.sha256.in_(bindparam("names", expanding=True)))
        rows = {row.sha256: row for row in connection.execute(query, {"names": list(known)})}
    return BlobsReply(
        blobs={
            name: _reply(rows.get(name)) if name in known else BlobReply(known=False) for name in asked.blobs
        }
    )


def _reply(row: Any) -> BlobReply:
    if row is None:
        return BlobReply()
    return BlobReply(received=row.received, whole=bool(row.whole), size=row.size)


# ---- taking ---------------------------------------------------------------------------------------------------


def take(centre: Centre, device: Row, name: str, start: int, size: int, piece: bytes) -> BlobReply:
    """Append what is new of a piece to a file; check the file when it is all there.

    A piece that begins beyond what was received is not taken: the reply says from where to go on.
    """
    centre.attempt(f"blob {device['id']}")
    if not 0 < size <= MAX_BLOB or start + len(piece) > size:
        raise Stop("too_large" if size > MAX_BLOB else "message")
    with writing(centre.engine) as connection:
        scopes = _scopes_of(connection, device["worker_id"], [name], to_send=True).get(name)
        if not scopes:
            raise Stop("access")
        row = _locked(connection, name)
        if row is not None and row.size != size:  # whoever began it told another size: one of them was wrong
            _drop(connection, [name])
            row = None
        if row is None:
            _need_room(connection, scopes, size)
            begun = {"sha256": name, "size": size, "received": 0, "whole": 0, "device": device["id"]}
            put(connection, BLOB, [{**begun, "at": iso(now()), "unnamed_since": None}], on_conflict="skip")
            row = _locked(connection, name)
            assert row is not None
        received = row.received if row.whole else _append(connection, name, row.received, start, piece)
        whole = bool(row.whole)
    if received == size and not whole:
        _finish(centre, device, name)
        whole = True
    return BlobReply(received=received, whole=whole, size=size)


def _locked(connection: Connection, name: str) -> Any:
    query = select(BLOB).where(BLOB.c.sha256 == name)
    return connection.execute(query.with_for_update() if is_postgres(connection) else query).first()


def _append(connection: Connection, name: str, received: int, start: int, piece: bytes) -> int:
    new = piece[received - start :] if start <= received else b""
    if new:
        connection.execute(insert(BLOB_PIECE).values(sha256=name, start=received, bytes=new))
        received += len(new)
        connection.execute(update(BLOB).where(BLOB.c.sha256 == name).values(received=received))
    return received


def _need_room(connection: Connection, scopes: Collection[str], size: int) -> None:
    named = select(_ATTACHMENT.c.sha256).where(
        _ATTACHMENT.c.scope.in_(list(scopes)), _ATTACHMENT.c.deleted.is_(False)
    )
    filled = select(func.coalesce(func.sum(BLOB.c.size), 0)).where(BLOB.c.sha256.in_(named))
    if int(connection.execute(filled).scalar_one()) + size > CLIENT_BYTES:
        raise Stop("no_room")


def _finish(centre: Centre, device: Row, name: str) -> None:
    """Check the hash of a file that is all there; drop a file that is not what its name says."""
    digest = new_hash()
    with snapshot(centre.engine) as connection:
        places = select(BLOB_PIECE.c.start).where(BLOB_PIECE.c.sha256 == name).order_by(BLOB_PIECE.c.start)
        for start in connection.execute(places).scalars().all():
            digest.update(_piece(connection, name, start))
    good = digest.hexdigest() == name
    with writing(centre.engine) as connection:
        if good:
            connection.execute(update(BLOB).where(BLOB.c.sha256 == name).values(whole=1))
            event(
                connection,
                "file_taken",
                of=device["worker_id"],
                person=device["worker_id"],
                device=device["id"],
                file=name,
            )
            _sweep_once_a_day(connection)
        else:
            _drop(connection, [name])
    log.info("file taken" if good else "file refused", device=device["id"], file=name)
    if not good:
        centre.limit.failed(f"blob {device['id']}")
        raise Stop("hash")


def _piece(connection: Connection, name: str, start: int) -> bytes:
    query = select(BLOB_PIECE.c.bytes).where(BLOB_PIECE.c.sha256 == name, BLOB_PIECE.c.start == start)
    return bytes(connection.execute(query).scalar_one())


# ---- giving ---------------------------------------------------------------------------------------------------


def give(centre: Centre, device: Row, name: str, first: int, last: int | None) -> tuple[bytes, int]:
    """Return the bytes of a file from `first` to `last` (no more than a piece), and the size of the whole file."""
    order = devices.order_of(device, centre.keys)
    if order is not None:
        raise Stop("revoked", order=order)
    with snapshot(centre.engine) as connection:
        if name not in _scopes_of(connection, device["worker_id"], [name], to_send=False):
            raise Stop("access")
        row = connection.execute(select(BLOB).where(BLOB.c.sha256 == name)).first()
        if row is None or not row.whole:
            raise Stop("not_found")
        if first >= row.size:
            raise Stop("message")
        end = min(row.size, first + MAX_BLOB_PIECE, row.size if last is None else last + 1)
        found = _bytes(connection, name, first, end)
    if first == 0:
        with writing(centre.engine) as connection:
            event(
                connection,
                "file_given",
                of=device["worker_id"],
                person=device["worker_id"],
                device=device["id"],
                file=name,
            )
    return found, int(row.size)


def _bytes(connection: Connection, name: str, first: int, end: int) -> bytes:
    places = select(BLOB_PIECE.c.start).where(BLOB_PIECE.c.sha256 == name, BLOB_PIECE.c.start < end)
    starts = connection.execute(places.order_by(BLOB_PIECE.c.start)).scalars().all()
    begins = max(start for start in starts if start <= first)
    parts = b"".join(_piece(connection, name, start) for start in starts if start >= begins)
    return parts[first - begins : end - begins]


# ---- what goes ------------------------------------------------------------------------------------------------


def _drop(connection: Connection, names: Iterable[str]) -> None:
    going = list(names)
    connection.execute(delete(BLOB_PIECE).where(BLOB_PIECE.c.sha256.in_(going)))
    connection.execute(delete(BLOB).where(BLOB.c.sha256.in_(going)))


def sweep(connection: Connection, keep: timedelta = KEEP_UNNAMED) -> int:
    """Remove the files that no living entry has named for `keep` (after an erasure: no time); return how many."""
    named = exists(
        select(_ATTACHMENT.c.id).where(
            _ATTACHMENT.c.sha256 == BLOB.c.sha256, _ATTACHMENT.c.deleted.is_(False)
        )
    )
    unnamed_since = BLOB.c.unnamed_since
    connection.execute(update(BLOB).where(unnamed_since.is_not(None), named).values(unnamed_since=None))
    connection.execute(
        update(BLOB).where(unnamed_since.is_(None), not_(named)).values(unnamed_since=iso(now()))
    )
    over = select(BLOB.c.sha256).where(unnamed_since <= iso(now() - keep))
    going = list(connection.execute(over).scalars())
    if going:
        _drop(connection, going)
    return len(going)


def _sweep_once_a_day(connection: Connection) -> None:
    day = today().isoformat()
    last = connection.execute(select(STATE.c.value).where(STATE.c.name == "blobs_swept")).scalar()
    if last != day:
        put(connection, STATE, [{"name": "blobs_swept", "value": day}])
        sweep(connection)


ROUTES = (Route("/blobs", ask, BlobsReply, BlobsRequest),)


# ---- over HTTP ------------------------------------------------------------------------------------------------


Read: TypeAlias = Callable[[Request, Room], Awaitable[bytes]]
Carry: TypeAlias = Callable[[Request, Read, Callable[[bytes], Response]], Awaitable[Response]]
"""Carries a signed request out in a thread: reads its body, and answers it."""


def mount(web: FastAPI, centre: Centre, carry: Carry) -> None:
    """Add the requests that carry bytes instead of messages."""

    async def put_blob(request: Request, sha256: str) -> Response:
        """Take a piece of a file."""
        return await carry(request, _arrived, lambda piece: _put(centre, request, sha256, piece))

    async def get_blob(request: Request, sha256: str) -> Response:
        """Give a piece of a file."""
        return await carry(request, _arrived, lambda _body: _get(centre, request, sha256))

    errors: dict[int | str, dict[str, Any]] = {
        status: {"description": "Not carried out"} for status in (401, 403, 404, 409, 413, 422, 429, 500, 503)
    }
    for method, endpoint, status in (("PUT", put_blob, 200), ("GET", get_blob, 206)):
        web.add_api_route(
            "/blobs/{sha256}",
            endpoint,
            methods=[method],
            summary=(endpoint.__doc__ or "").strip(),
            operation_id=endpoint.__name__,
            response_class=Response,
            status_code=status,
            responses=errors,
        )


async def _arrived(request: Request, room: Room) -> bytes:
    """Return the body; of one that is cut off, what came of it."""
    parts: list[bytes] = []
    with suppress(ClientDisconnect):
        async for part in pieces(request, MAX_BLOB_PIECE, room):
            parts.append(part)
    return b"".join(parts)


def _put(centre: Centre, request: Request, name: str, piece: bytes) -> Response:
    said = _CONTENT_RANGE.fullmatch(
        request.headers.get("content-range", f"bytes 0-{len(piece) - 1}/{len(piece)}")
    )
    if said is None or not _HASH.fullmatch(name):
        raise Stop("message")
    first, last, size = said.groups()
    start = int(first or 0)
    if len(piece) > (int(last) - start + 1 if last else 0):
        raise Stop("message")
    reply = take(centre, centre.device(*centre.signed(request)), name, start, int(size), piece)
    return Response(reply.model_dump_json(), 200, media_type="application/json")


def _get(centre: Centre, request: Request, name: str) -> Response:
    said = _RANGE.fullmatch(request.headers.get("range", "bytes=0-"))
    if said is None or not _HASH.fullmatch(name):
        raise Stop("message")
    first, last = int(said[1]), int(said[2]) if said[2] else None
    if last is not None and last < first:
        raise Stop("message")
    found, size = give(centre, centre.device(*centre.signed(request)), name, first, last)
    headers = {"Content-Range": f"bytes {first}-{first + len(found) - 1}/{size}", "Cache-Control": "no-store"}
    return Response(found, 206, headers, "application/octet-stream")
