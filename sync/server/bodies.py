"""Bodies of requests and replies: limits of size, gzip both ways, errors in one form."""

import gzip
import zlib
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from app.i18n import N_, _
from sync.protocol import COMPRESS_ABOVE, COMPRESS_LEVEL, MAX_BODY, MAX_JSON, ErrorCode, ErrorReply
from sync.server.database import json_text

_SAYS: dict[str, tuple[int, str]] = {
    "code": (403, N_("This enrolment code is not known, has been used or is too old. Ask for a new one.")),
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
    "access": (403, N_("No entry that this device may hold names the file.")),
    "hash": (422, N_("What came is not the file that its name says. Send it again.")),
    "no_room": (409, N_("The files of this client fill their share of the centre.")),
    "message": (422, N_("The message is not understood.")),
    "not_found": (404, N_("There is nothing here.")),
    "busy": (503, N_("The centre's database does not answer. Try again.")),
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


async def read_body(request: Request) -> bytes:
    """Return the body, unpacked; raises Stop for one too large, packed or unpacked."""
    limit = MAX_BODY if request.headers.get("content-encoding") else MAX_JSON
    if int(request.headers.get("content-length", "0")) > limit:
        raise Stop("too_large")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Stop("too_large")
        parts.append(part)
    return unpack(b"".join(parts), request.headers.get("content-encoding", "identity"))


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
