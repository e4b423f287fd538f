"""A device before the centre: who it is, its short-lived token, and the orders that it must obey."""

from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import select

from app.errors import KnownError
from app.i18n import N_, Message
from storage.store import Store
from storage.tables import sync_state
from sync.protocol import (
    ChallengeReply,
    ChallengeRequest,
    OrderMessage,
    TokenReply,
    TokenRequest,
    from_base64,
    order_words,
    to_base64,
    token_words,
)
from sync.transport import Parcel, Told, Transport, ask

M = TypeVar("M", bound=BaseModel)

_tokens: "WeakKeyDictionary[Store, str]" = WeakKeyDictionary()


@dataclass(frozen=True)
class Identity:
    """What an enrolled store knows of itself and its centre; keys in base64."""

    device: str
    install_id: str
    device_key: str
    order_key: str
    sealing_key: str
    epoch: str


def identity(store: Store) -> Identity:
    """Return who this device is. Raises KnownError where no centre has been joined."""
    names = ("device_id", "install_id", "device_key", "order_key", "sealing_key", "epoch")
    with store.read() as connection:
        lines = connection.execute(select(sync_state.c.name, sync_state.c.value)).fetchall()
    known = {line.name: line.value for line in lines}
    if not known.get("device_id"):
        raise KnownError(
            Message(N_("No centre has been joined.")),
            Message(N_("Join one with its address and the code that the administrator gave you.")),
        )
    return Identity(*(str(known.get(name)) for name in names))


def forget(store: Store) -> None:
    """Drop the token: the device is another one now."""
    _tokens.pop(store, None)


class Session:
    """Requests of one device, with a token that is renewed when the centre wants it."""

    def __init__(self, store: Store, transport: Transport) -> None:
        self.store, self.transport = store, transport
        self.me = identity(store)
        self.order: OrderMessage | None = None

    def call(self, path: str, message: bytes | Parcel, reply: type[M]) -> M:
        """Send a message with the token and return the reply. Raises as `transport.ask`."""
        token = _tokens.get(self.store)
        if token is not None:
            try:
                return ask(self.transport, path, message, reply, token)
            except Told as told:
                if told.reply.code != "token":
                    raise
        return ask(self.transport, path, message, reply, self.renew())

    def renew(self) -> str:
        """Sign a challenge and return the new token; notes an order to drain."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        _tokens.pop(self.store, None)
        me = self.me
        question = ChallengeRequest(device=me.device)
        challenge = ask(self.transport, "/challenge", to_json(question), ChallengeReply).challenge
        key = Ed25519PrivateKey.from_private_bytes(from_base64(me.device_key))
        signature = to_base64(key.sign(token_words(me.device, me.install_id, challenge)))
        signed = TokenRequest(
            device=me.device, install_id=me.install_id, challenge=challenge, signature=signature
        )
        answer = ask(self.transport, "/token", to_json(signed), TokenReply)
        _tokens[self.store] = answer.token
        self.order = answer.order
        return answer.token

    def token(self) -> str | None:
        """Return the token that is at hand, if any."""
        return _tokens.get(self.store)

    def is_genuine(self, order: OrderMessage) -> bool:
        """Tell whether an order is for this device and signed by its centre."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        words = order_words(order.device, order.order, order.at)
        try:
            Ed25519PublicKey.from_public_bytes(from_base64(self.me.order_key)).verify(
                from_base64(order.signature), words
            )
        except (InvalidSignature, ValueError):
            return False
        return order.device == self.me.device
