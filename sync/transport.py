"""The way to the centre: one HTTP request and what may go wrong with it, each in its own sentence.

Whatever goes wrong here changes nothing on the device: the caller tries again later.
"""

import gzip
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from socket import SHUT_RDWR, gaierror, socket
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

from pydantic import BaseModel, ValidationError

from app.errors import KnownError, NotAllowed, Unreachable
from app.i18n import N_, Message
from sync.protocol import COMPRESS_ABOVE, COMPRESS_LEVEL, MAX_JSON, ErrorReply

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
M = TypeVar("M", bound=BaseModel)
_SAFE = Message(N_("Nothing is lost: what you saved stays here and is sent later."))


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by their names in small letters, and the body, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """One way to send a request to the centre. Raises Unreachable when no whole answer came back."""

    def send(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        """Send the body to the centre's path and return its answer."""


class NotNow(Unreachable):
    """The centre was not reached or cannot answer now; `retry_after` is how many seconds it asks to wait."""

    def __init__(self, text: str, retry_after: int | None = None, **values: object) -> None:
        super().__init__(Message(text, **values), _SAFE)
        self.retry_after = retry_after


class TooLarge(NotNow):
    """The centre, or something on the way, does not take that much at once."""


class Told(NotAllowed):
    """The centre's own word for why it does not do what was asked; `reply.code` says which."""

    def __init__(self, reply: ErrorReply) -> None:
        text, advice = _SAID.get(reply.code, _SAID["failed"])
        super().__init__(Message(text), Message(advice) if advice else None)
        self.reply = reply


# In the person's language: the centre's own sentence is in the centre's.
_SAID: dict[str, tuple[str, str]] = {
    "code": (
        N_("This enrolment code is not known, has been used or is too old."),
        N_("Ask the administrator for a new one."),
    ),
    "login": (
        N_("Your organisation asks you to log in. Until then nothing is sent or fetched."),
        N_("Log in in Settings, Centre. You can go on working: everything is saved here."),
    ),
    "login_old": (N_("The log-in took too long, so it holds no more."), N_("Log in once more.")),
    "password": (
        N_("The user name or the password is not right, or the password is too old."),
        N_("After ten wrong ones the account is locked for a quarter of an hour; then try again."),
    ),
    "weak": (
        N_("The new password is too easy to guess."),
        N_("Take at least twelve characters, such as four words that nobody would put together."),
    ),
    "identity": (
        N_("The centre does not believe what the organisation's log-in said, so you were not logged in."),
        N_("Try again. If it goes on, tell the person who looks after the centre."),
    ),
    "stranger": (
        N_("You logged in at your organisation, but the centre has no account that is yours."),
        N_("Ask the person who looks after the centre to link your account."),
    ),
    "other_person": (
        N_("You logged in as another person than the one to whom the code or this computer belongs."),
        N_("Log in with your own account."),
    ),
    "token": (
        N_("The centre does not know this computer any more."),
        N_("Ask the administrator for an enrolment code and join again. Your work here is kept."),
    ),
    "revoked": (N_("The centre has ended this computer's access."), ""),
    "install": (
        N_("Another copy of this store is in use, so the centre does not take this one."),
        N_("Ask the administrator for an enrolment code and join again. Your work here is kept."),
    ),
    "inactive": (
        N_("The centre says that you are no longer in service."),
        N_("If that is wrong, ask the administrator. Your work here is kept."),
    ),
    "epoch": (N_("The centre was restored from a backup. What you saved is sent again."), ""),
    "schema_old": (
        N_("This program is too old for the centre, so nothing is sent."),
        N_("Update the program. You can go on working: everything is saved here."),
    ),
    "schema_new": (
        N_("This program is newer than the centre, so what you save waits here until the centre is updated."),
        "",
    ),
    "message": (N_("The centre did not understand this program."), N_("Update the program.")),
    "not_found": (
        N_("There is a server at this address, but not the centre."),
        N_("Check the address."),
    ),
    "role": (
        N_("Your role at the centre does not do this."),
        N_("If that is wrong, ask the administrator."),
    ),
    "access": (N_("The centre knows no entry of yours that this file belongs to."), ""),
    "hash": (N_("A file came through damaged. It is sent again from the beginning."), ""),
    "no_room": (
        N_("The centre has no more room for this client's files. They stay on this computer."),
        N_("Delete files that are not needed, or ask the administrator."),
    ),
    "failed": (N_("The centre refused."), ""),
}


# ---- HTTP -------------------------------------------------------------------------------------------------


def address_of(url: str) -> str:
    """Return the centre's address in its one form. Raises KnownError for one that would not be safe."""
    text = url.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not _HOST.fullmatch(host) or parts.scheme not in ("https", "http") or parts.username or parts.query:
        raise KnownError(
            Message(N_("This is not the address of a centre.")),
            Message(N_("Write it as you were given it, such as https://centre.example.fi.")),
        )
    if parts.scheme == "http" and not _is_this_computer(host):
        raise KnownError(
            Message(N_("This address is not protected: clients' data does not go over plain http.")),
            Message(N_("Use the address that begins with https.")),
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.ASCII)


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_protected(url: str) -> bool:
    """Tell whether an address may be asked: https, or plain http on this computer itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_computer(host))


def trusting(url: str) -> ssl.SSLContext | bool:
    """Return whose certificates are believed at an address: those that the computer trusts, an organisation's own too.

    Where the computer keeps none for Python (macOS), those that everybody's browsers trust.
    """
    if url.startswith("http://"):
        return False  # this computer itself (`is_protected`): there is no certificate to check
    trusted = ssl.create_default_context()
    if not trusted.cert_store_stats()["x509_ca"]:
        import certifi

        trusted.load_verify_locations(certifi.where())
    return trusted


def _with(ca_file: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise KnownError(Message(N_("The file with the centre's certificates cannot be read."))) from error


class HttpTransport:
    """The centre over HTTPS, with its certificate verified; `ca_file`: only what is in this file is trusted."""

    def __init__(self, url: str, ca_file: Path | None = None, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.url = address_of(url)
        self._ca_file = ca_file
        self._seconds = answer_seconds
        self._client: httpx.Client | None = None
        self._sockets: WeakSet[socket] = WeakSet()

    def _open(self) -> "httpx.Client":
        import httpx

        if self._client is None:
            pinned = self._ca_file
            self._client = httpx.Client(
                verify=trusting(self.url) if pinned is None else _with(pinned),
                timeout=httpx.Timeout(self._seconds, connect=CONNECT_SECONDS),
                follow_redirects=False,
                trust_env=not self.url.startswith("http://"),
            )
        return self._client

    def send(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        """Send the body to the centre's path and return its answer; raises NotNow."""
        import httpx

        client = self._open()
        try:
            with client.stream(
                method,
                self.url + path,
                content=body,
                headers=dict(headers),
                extensions={"trace": self._traced},
            ) as response:
                return Answer(response.status_code, response.headers, _read(response))
        except (httpx.HTTPError, httpx.StreamError, OSError, EOFError) as error:
            raise not_now(error) from error

    def _traced(self, event: str, about: Mapping[str, Any]) -> None:
        """Hear from the HTTP library of a connection that was made."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            made = about["return_value"].get_extra_info("socket")
            if made is not None:
                self._sockets.add(made)

    def close(self) -> None:
        """Let go of the connection. A thread that waits for an answer on it is told at once that it broke off."""
        for one in list(self._sockets):
            with suppress(OSError):  # it is closed already
                socket.shutdown(one, SHUT_RDWR)
        if self._client is not None:
            self._client.close()
            self._client = None


def _read(response: "httpx.Response") -> bytes:
    """Return the unpacked body; never more than a device can hold."""
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > 2 * MAX_JSON:
            raise NotNow(N_("The centre's answer is far too large; it was not read."))
        parts.append(part)
    return b"".join(parts)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def not_now(error: BaseException) -> NotNow:
    """Return the sentence for a request that did not come to an answer."""
    import httpx

    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return NotNow(
            N_(
                "The certificate of the centre is not the right one, so nothing was sent."
                " Somebody may be listening on this network; tell your support."
            )
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return NotNow(N_("No protected connection to the centre could be made."))
    if any(isinstance(cause, gaierror) for cause in causes):
        return NotNow(N_("The centre's address was not found. There may be no network."))
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return NotNow(N_("The centre does not answer at its address. It may be down."))
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return NotNow(N_("The centre could not be reached in time. The network may be slow or blocked."))
    if isinstance(error, httpx.TimeoutException):
        return NotNow(N_("The centre did not answer in time."))
    if isinstance(error, httpx.ConnectError):
        return NotNow(N_("The centre could not be reached."))
    return NotNow(N_("The connection to the centre broke off."))


# ---- one question, one answer -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Parcel:
    """A message ready to be sent: its bytes, packed where that is worth it."""

    body: bytes
    packed: bool


def pack(message: bytes) -> Parcel:
    """Make a message ready to be sent."""
    if len(message) <= COMPRESS_ABOVE:
        return Parcel(message, False)
    return Parcel(gzip.compress(message, COMPRESS_LEVEL, mtime=0), True)


def ask(
    transport: Transport,
    path: str,
    message: bytes | Parcel,
    reply: type[M],
    token: str | None = None,
    method: str = "POST",
) -> M:
    """Send a message and return the reply. Raises NotNow, TooLarge, or Told for the centre's own refusal."""
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "gzip"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    parcel = message if isinstance(message, Parcel) else pack(message)
    if parcel.packed:
        headers["Content-Encoding"] = "gzip"
    if method == "POST":
        answer = transport.send(path, parcel.body, headers)
    else:
        answer = transport.send(path, parcel.body, headers, method)
    if answer.status == 200 and is_json(answer):
        try:
            return reply.model_validate_json(answer.body)
        except ValidationError:
            raise NotNow(N_("The centre's answer came through damaged.")) from None
    raise refusal(answer)


def is_json(answer: Answer) -> bool:
    """Tell whether the body is a message: something between may answer with a page of its own."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def refusal(answer: Answer) -> KnownError:
    """Return the error for an answer that is not the wanted one: the centre's, or that of something between."""
    said: ErrorReply | None = None
    if is_json(answer):
        try:
            said = ErrorReply.model_validate_json(answer.body)
        except ValidationError:
            said = None
    wait = said.retry_after if said is not None and said.retry_after else _seconds(answer)
    if said is not None and said.code == "provider":
        return NotNow(N_("The centre does not reach your organisation's log-in. Try again later."), wait)
    if answer.status == 413:
        return TooLarge(N_("The centre does not take that much at once."))
    if answer.status == 429:
        return NotNow(N_("The centre asks to wait a while."), wait)
    if answer.status >= 500:
        return NotNow(N_("The centre has a problem of its own at the moment."), wait)
    if said is not None:
        return Told(said)
    if answer.status == 407:
        return NotNow(N_("The network's proxy asks for a password, so the centre was not reached."))
    if answer.status < 400:
        return NotNow(
            N_("This network answers in the centre's place. It may want you to sign in with a browser first.")
        )
    return NotNow(
        N_("Something else than the centre answers at its address ({status})."), status=answer.status
    )


def _seconds(answer: Answer) -> int | None:
    text = answer.headers.get("retry-after", "")
    return min(int(text), 3600) if text.isdecimal() else None
