"""A device before the centre: who it is, its short-lived token, and the orders that it must obey."""

import platform
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from threading import Lock
from typing import TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import select

from app import clock
from app.errors import KnownError
from app.i18n import N_, Message
from storage import place, skew
from storage.adoption import adopt
from storage.state import set_state, state
from storage.store import Store
from storage.tables import sync_state
from sync.protocol import (
    SCHEMA_VERSION,
    ChallengeReply,
    ChallengeRequest,
    HealthReply,
    OrderMessage,
    TokenReply,
    TokenRequest,
    WipedReply,
    WipedRequest,
    from_base64,
    order_words,
    to_base64,
    token_words,
    wiped_words,
)
from sync.transport import Parcel, Told, Transport, ask

M = TypeVar("M", bound=BaseModel)

CLOCK_SECONDS = 600
"""How far the device's clock may be from the centre's before the person is told."""

_TURNS = 3
"""The first schema of a centre that knows turns: an older one takes a signature without them."""

_tokens: "WeakKeyDictionary[Store, str]" = WeakKeyDictionary()
_renewing: "WeakKeyDictionary[Store, Lock]" = WeakKeyDictionary()

_RESTORED = N_("A backup was restored on this computer. The centre knows, and has sent what was newer.")
_MOVED = N_(
    "This store was moved or copied to this folder. If the one that it was made from is still in use, the centre will"
    " let only one of them go on; the other must then join again, and keeps what it has not sent."
)


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


@cache
def _program() -> str:
    try:
        return metadata.version("tyopari")[:40]
    except metadata.PackageNotFoundError:  # run from its source
        return ""


@cache
def _platform() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"[:80]


def _signature(me: Identity, words: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return to_base64(Ed25519PrivateKey.from_private_bytes(from_base64(me.device_key)).sign(words))


class Session:
    """Requests of one device, with a token that is renewed when the centre wants it."""

    def __init__(self, store: Store, transport: Transport) -> None:
        self.store, self.transport = store, transport
        self.me = identity(store)
        self.order: OrderMessage | None = None
        self.warnings: list[Message] = []
        """Sentences for the person about this store itself."""
        self._centre: int | None = None

    @property
    def schema(self) -> int:
        """The newest schema that both sides know; the centre is asked where it has not said yet of which it is."""
        if self._centre is None:
            with self.store.read() as connection:
                self._centre = skew.centre_schema(connection)
        if self._centre is None:
            self.learn()
        return min(self._centre or SCHEMA_VERSION, SCHEMA_VERSION)

    def learn(self) -> None:
        """Ask the centre of which schema it is. Raises as `transport.ask`."""
        self._hear(ask(self.transport, "/health", b"", HealthReply, method="GET").schema_version)

    def _hear(self, version: int) -> None:
        if version != self._centre:
            self._centre = version
            with self.store.write() as connection:
                set_state(connection, skew.NAME, version)

    def call(self, path: str, message: bytes | Parcel, reply: type[M]) -> M:
        """Send a message with the token and return the reply. Raises as `transport.ask`."""
        try:
            answer = self._call(path, message, reply)
        except Told as told:
            if told.reply.code == "schema_new":  # it is older than when it last said
                self.learn()
            raise
        version = getattr(answer, "schema_version", None)
        if isinstance(version, int):
            self._hear(version)
        return answer

    def _call(self, path: str, message: bytes | Parcel, reply: type[M]) -> M:
        token = _tokens.get(self.store)
        if token is not None:
            try:
                return ask(self.transport, path, message, reply, token)
            except Told as told:
                if told.reply.code != "token":
                    raise
        return ask(self.transport, path, message, reply, self.renew(token))

    def renew(self, old: str | None = None) -> str:
        """Sign a challenge and return the new token; notes an order to drain.

        `old` is the token that is good no longer: where another thread has got a new one meanwhile, that is returned.
        """
        with _renewing.setdefault(
            self.store, Lock()
        ):  # one at a time: each answer brings the next one's turn
            present = _tokens.pop(self.store, None)
            if old is not None and present not in (None, old):
                _tokens[self.store] = str(present)
                return str(present)
            try:
                answer = self._sign_in()
            except Told as told:
                if told.reply.code != "token":
                    raise
                self.learn()  # an older centre expects other words
                answer = self._sign_in()  # it may have come twice on its way, and is taken once
        self.order = answer.order
        return answer.token

    def _sign_in(self) -> TokenReply:
        me, folder = self.me, self.store.folder
        with self.store.read() as connection:
            turn, lies = state(connection, "turn"), state(connection, "place")
        here = place.here(folder)
        # Restored elsewhere it is a copy: the computer that it was made on may still be in use.
        restored = place.restored(folder) if lies in (None, here) else None
        question = ChallengeRequest(device=me.device)
        shown = (turn or "") if self.schema >= _TURNS else None
        challenge = ask(self.transport, "/challenge", to_json(question), ChallengeReply).challenge
        signed = TokenRequest(
            device=me.device,
            install_id=me.install_id,
            challenge=challenge,
            signature=_signature(me, token_words(me.device, me.install_id, challenge, shown, restored)),
            turn=shown,
            restored=restored,
            program=_program(),
            platform=_platform(),
            schema_version=SCHEMA_VERSION,
        )
        answer = ask(self.transport, "/token", to_json(signed), TokenReply)
        with self.store.write() as connection:
            set_state(connection, "turn", answer.turn)
            set_state(connection, "place", here)
            if answer.worker.role != state(connection, "worker_role"):
                adopt(connection, UUID(answer.worker.id), answer.worker.role)
        place.told_restored(folder)
        if restored is not None:
            self.warnings.append(Message(_RESTORED))
        elif lies not in (None, here):
            self.warnings.append(Message(_MOVED))
        _tokens[self.store] = answer.token
        return answer

    def token(self) -> str | None:
        """Return the token that is at hand, if any."""
        return _tokens.get(self.store)

    def say_wiped(self) -> None:
        """Tell the centre that this device has forgotten everything; the store is gone. Raises as `ask`."""
        device = self.me.device
        question = ChallengeRequest(device=device)
        challenge = ask(self.transport, "/challenge", to_json(question), ChallengeReply).challenge
        signature = _signature(self.me, wiped_words(device, challenge))
        last = WipedRequest(device=device, challenge=challenge, signature=signature)
        ask(self.transport, "/wiped", to_json(last, exclude_none=True), WipedReply, self.token())

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


def clock_warning(server_time: str) -> list[Message]:
    """Tell where this computer's clock is far from the centre's: dates of what is saved come from it."""
    if not server_time:
        return []
    apart = (clock.now() - datetime.fromisoformat(server_time)).total_seconds()
    if abs(apart) <= CLOCK_SECONDS:
        return []
    text = (
        N_("This computer's clock is {minutes} minutes ahead of the centre's. Set it right.")
        if apart > 0
        else N_("This computer's clock is {minutes} minutes behind the centre's. Set it right.")
    )
    return [Message(text, minutes=round(abs(apart) / 60))]
