"""Bodies of requests and replies: limits of size, gzip both ways, errors in one form."""

import gzip
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from app.i18n import N_, _
from sync.protocol import COMPRESS_ABOVE, COMPRESS_LEVEL, MAX_BODY, MAX_JSON, ErrorCode, ErrorReply
from sync.server.database import json_text

if TYPE_CHECKING:
    from sync.server.limits import Room

MAX_UNSIGNED = 64_000
"""The most bytes of a request that needs no token."""

_SAYS: dict[str, tuple[int, str]] = {
    "code": (403, N_("This enrolment code is not known, has been used or is too old. Ask for a new one.")),
    "login": (401, N_("The person must log in.")),
    "login_old": (403, N_("The log-in took too long, or was used before. Log in again.")),
    "password": (403, N_("The user name or the password is not right.")),
    "weak": (422, N_("The new password is too easy to guess.")),
    "identity": (403, N_("What the organisation's log-in says is not believed.")),
    "stranger": (403, N_("The organisation's log-in names somebody without an account here.")),
    "other_person": (403, N_("This log-in is another person's.")),
    "provider": (503, N_("The centre does not reach the organisation's log-in.")),
    "token": (401, N_("The device must sign in again.")),
    "revoked": (403, N_("This device has been revoked.")),
    "install": (403, N_("Another copy of this store is in use. This one must be enrolled again.")),
    "inactive": (403, N_("This person is no longer in service.")),
    "epoch": (409, N_("The centre was restored from a backup. The device sends again what it has.")),
    "schema_old": (409, N_("The program is too old for the centre. Update it; local work goes on.")),
    "schema_new": (
        409,
        N_("The program is newer than the centre. What is unsent waits until it is updated."),
    ),
    "too_large": (413, N_("Too much at once. Send fewer entries.")),
    "too_many": (429, N_("Too many attempts. Wait a while.")),
    "role": (403, N_("This person's role does not do this.")),
    "access": (403, N_("No entry that this device may hold names the file.")),
    "hash": (422, N_("What came is not the file that its name says. Send it again.")),
    "no_room": (409, N_("The files of this client fill their share of the centre.")),
    "message": (422, N_("The message is not understood.")),
    "not_found": (404, N_("There is nothing here.")),
    "busy": (503, N_("The centre cannot answer now. Try again.")),
    "failed": (500, N_("The centre failed. Nothing was changed.")),
}


class Stop(Exception):
    """A request that is not carried out: the code of the error, and what goes with it."""

    def __init__(self, code: ErrorCode, **more: Any) -> None:
        super().__init__(code)
        self.code: ErrorCode = code
        self.more = more

    def reply(self) -> Response:
        """Return the error as a reply."""
        status, text = _SAYS[self.code]
        reply = ErrorReply(code=self.code, message=_(text), **self.more)
        headers = {"Retry-After": str(reply.retry_after)} if reply.retry_after else {}
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(reply.model_dump_json(exclude_none=True), status, headers, "application/json")


async def pieces(request: Request, limit: int, room: "Room") -> AsyncIterator[bytes]:
    """Yield a body as it comes; raises Stop for one longer than the limit, or where there is no room for it.

    What is still to come then goes by unkept, within reason: who is still sending would not hear the answer.
    """
    size, stop = 0, Stop("too_large") if _told_length(request) > limit else None
    async for part in request.stream():
        size += len(part)
        try:
            if size > limit:
                raise Stop("too_large")
            if stop is None:
                room.take(len(part))
        except Stop as why:
            stop = stop or why
        if stop is None:
            yield part
        elif size > limit + MAX_BODY:
            break
    if stop is not None:
        raise stop


def _told_length(request: Request) -> int:
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0


async def read_body(request: Request, room: "Room") -> bytes:
    """Return the body as it came; raises Stop for one that is too large."""
    limit = MAX_BODY if request.headers.get("content-encoding") else MAX_JSON
    try:
        return b"".join([part async for part in pieces(request, limit, room)])
    except ClientDisconnect:
        raise Stop("message") from None


async def read_short(request: Request, room: "Room") -> bytes:
    """Return the body of a request that anybody may make: a short one."""
    try:
        return b"".join([part async for part in pieces(request, MAX_UNSIGNED, room)])
    except ClientDisconnect:
        raise Stop("message") from None


async def pass_over(request: Request) -> None:
    """Let a body go by unread, within reason."""
    size = 0
    with suppress(ClientDisconnect):
        async for part in request.stream():
            size += len(part)
            if size > MAX_BODY:
                break


def unpack(body: bytes, encoding: str) -> bytes:
    """Undo the compression of a body without ever holding more than the limit."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Stop("message")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, MAX_JSON + 1)
    except zlib.error:
        raise Stop("message") from None
    if len(plain) > MAX_JSON:
        raise Stop("too_large")
    if not unpacker.eof:
        raise Stop("message")
    return plain


def answer(request: Request, content: BaseModel | Mapping[str, Any]) -> Response:
    """Return content as JSON, packed where that is worth it and the device understands it."""
    text = content.model_dump_json() if isinstance(content, BaseModel) else json_text(content)
    body = text.encode()
    headers = {"Vary": "Accept-Encoding"}
    if len(body) > COMPRESS_ABOVE and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, COMPRESS_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, 200, headers, "application/json")
