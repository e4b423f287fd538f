"""Who the person at this device is: what the centre asks for, logging in again, and a new password at the centre."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError
from pydantic_core import to_json

from app.errors import KnownError, NotAllowed
from app.i18n import N_, Message
from storage.store import Store
from sync.browser import Browser
from sync.client import transport_of
from sync.login_messages import (
    LoginMethods,
    LoginReply,
    LoginRequest,
    PasswordReply,
    PasswordRequest,
    login_nonce,
    login_words,
)
from sync.protocol import ProofMessage, from_base64, to_base64
from sync.session import Identity, Session, identity
from sync.transport import HttpTransport, Told, Transport, address_of, ask

OWN_PASSWORD = Message(
    N_("Your password was chosen by somebody else and holds for a week: choose your own in Settings, Centre.")
)


@dataclass(frozen=True)
class Password:
    """A way to log in: the name and the password that the centre itself knows."""

    username: str
    password: str


Who: TypeAlias = Password | Browser


def methods(way: Transport) -> LoginMethods:
    """Return what the centre asks of a person who joins. Raises as `transport.ask`.

    One that has never heard of logging in asks for a code alone.
    """
    try:
        return ask(way, "/login", b"", LoginMethods, method="GET")
    except Told as told:
        if told.reply.code == "not_found":
            return LoginMethods()
        raise


def methods_at(url: str, ca_file: Path | None = None) -> LoginMethods:
    """Return what the centre at this address asks for; raises KnownError for what is no address of one."""
    way = HttpTransport(address_of(url), ca_file)
    try:
        return methods(way)
    finally:
        way.close()


def methods_of(store: Store) -> LoginMethods:
    """Return what the centre that this store has joined asks for; raises KnownError where none was."""
    with _way(store, None) as way:
        return methods(way)


def prove(way: Transport, who: Who, public_key: str) -> ProofMessage:
    """Let the person prove who she is, for the device with this key (base64), and return the proof.

    Raises as `Browser.id_token` and `transport.ask`.
    """
    asked = methods(way)
    if not asked.wants_login:
        raise NotAllowed(
            Message(N_("This centre asks nobody to log in.")), Message(N_("The one-time code is enough."))
        )
    if isinstance(who, Password):
        return _proof(challenge=asked.challenge, username=who.username.strip(), password=who.password)
    if asked.oidc is None:
        raise NotAllowed(
            Message(N_("The centre knows no log-in of the organisation.")),
            Message(N_("Log in with the user name and password that the centre gave you.")),
        )
    token = who.id_token(asked.oidc, login_nonce(public_key, asked.challenge))
    return _proof(challenge=asked.challenge, id_token=token)


def _proof(**words: str) -> ProofMessage:
    try:
        return ProofMessage(**words)
    except ValidationError:
        raise KnownError(Message(N_("The user name or the password is too long."))) from None


def log_in(store: Store, who: Who, transport: Transport | None = None) -> LoginReply:
    """Log in again on a device that has joined: the centre takes its changes for the next weeks.

    Raises KnownError where no centre was joined, Unreachable, NotAllowed and as `prove`.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    me = identity(store)
    key = Ed25519PrivateKey.from_private_bytes(from_base64(me.device_key))
    with _way(store, transport) as way:
        proof = prove(way, who, to_base64(key.public_key().public_bytes_raw()))
        signature = to_base64(key.sign(login_words(me.device, me.install_id, proof.challenge)))
        request = LoginRequest(device=me.device, install_id=me.install_id, signature=signature, proof=proof)
        return ask(way, "/login", to_json(request), LoginReply)


def change_password(store: Store, former: Password, new: str, transport: Transport | None = None) -> None:
    """Put a new password of her own in the place of the person's former one at the centre.

    Raises NotAllowed for a former one that is not right or a new one that is too easy to guess, and Unreachable.
    """
    me: Identity = identity(store)
    with _way(store, transport) as way:
        proof = prove(way, former, "")
        try:
            request = PasswordRequest(device=me.device, proof=proof, new=new)
        except ValidationError:
            raise KnownError(Message(N_("The user name or the password is too long."))) from None
        Session(store, way).call("/password", to_json(request), PasswordReply)


@contextmanager
def _way(store: Store, transport: Transport | None) -> Iterator[Transport]:
    if transport is not None:
        yield transport
        return
    own = transport_of(store)
    try:
        yield own
    finally:
        own.close()
