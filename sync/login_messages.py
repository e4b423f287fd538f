"""The messages of logging in (see `protocol.py`), and what binds a log-in to one device and one question."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Annotated, Literal

from pydantic import StringConstraints

from sync.protocol import Bytes, Ident, Message, ProofMessage

EnrolWith = Literal["code", "login", "code+login"]


class OidcMessage(Message):
    """The organisation's own log-in: an OpenID provider, and the name under which it knows this program."""

    issuer: str
    client_id: str


class LoginMethods(Message):
    """What the centre asks of a person who joins, and how she can log in.

    `challenge` is good for one log-in within ten minutes. A centre that asks for a code alone has no other methods.
    """

    enrol_with: EnrolWith = "code"
    passwords: bool = False
    oidc: OidcMessage | None = None
    challenge: str = ""

    @property
    def wants_login(self) -> bool:
        """Tell whether a person must log in."""
        return self.enrol_with != "code"

    @property
    def wants_code(self) -> bool:
        """Tell whether a code is needed."""
        return self.enrol_with != "login"


class LoginRequest(Message):
    """A person logs in again; the device signs `login_words` with its key."""

    device: Ident
    install_id: Ident
    signature: Bytes
    proof: ProofMessage


class LoginReply(Message):
    """The log-in holds; `must_change` where the password was chosen by somebody else."""

    must_change: bool = False
    server_time: str


class PasswordRequest(Message):
    """A person's password and the one that she wants instead; `proof` carries the former."""

    device: Ident
    proof: ProofMessage
    new: Annotated[str, StringConstraints(max_length=200)]


class PasswordReply(Message):
    server_time: str


def login_nonce(public_key: str, challenge: str) -> str:
    """Return the nonce of an id token for this device's key (base64) and this question of the centre's."""
    words = f"tyopari log-in\n{public_key}\n{challenge}".encode()
    return urlsafe_b64encode(hashlib.sha256(words).digest()).decode().rstrip("=")


def login_words(device: str, install_id: str, challenge: str) -> bytes:
    """Return what a device signs when its person logs in again."""
    return f"tyopari log-in\n{device}\n{install_id}\n{challenge}".encode()
