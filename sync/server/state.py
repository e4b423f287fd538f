"""What the centre knows of itself: its epoch and its keys. A restored centre gets a new epoch."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, bindparam, select, update

from app.clock import new_id, random_bytes
from sync.protocol import from_base64, to_base64
from sync.server.statements import put
from sync.server.tables import STATE


@dataclass(frozen=True)
class Keys:
    """The secret that signs tokens, the key that signs orders, and the key that things are sealed to."""

    token: bytes
    order: Ed25519PrivateKey
    sealing: X25519PrivateKey

    def order_public(self) -> str:
        """Return the key by which a device checks orders."""
        return to_base64(self.order.public_key().public_bytes_raw())

    def sealing_public(self) -> str:
        """Return the key that a device seals to."""
        return to_base64(self.sealing.public_key().public_bytes_raw())


def begin(connection: Connection) -> None:
    """Give a new centre its epoch and keys; leaves those that are there."""
    made = {
        "epoch": str(new_id()),
        "token_key": to_base64(random_bytes(32)),
        "order_key": to_base64(random_bytes(32)),
        "sealing_key": to_base64(random_bytes(32)),
    }
    rows = [{"name": name, "value": value} for name, value in made.items()]
    put(connection, STATE, rows, on_conflict="skip")


_VALUE = select(STATE.c.value).where(STATE.c.name == bindparam("name"))


def _value(connection: Connection, name: str) -> str:
    return str(connection.execute(_VALUE, {"name": name}).scalar_one())


def noted(connection: Connection, name: str) -> str | None:
    """Return something that the centre keeps about itself, or None."""
    found = connection.execute(_VALUE, {"name": name}).scalar()
    return None if found is None else str(found)


def note(connection: Connection, name: str, value: str) -> None:
    """Keep something that the centre knows about itself."""
    put(connection, STATE, [{"name": name, "value": value}])


def epoch(connection: Connection) -> str:
    """Return the present epoch."""
    return _value(connection, "epoch")


def new_epoch(connection: Connection) -> str:
    """Declare the centre restored: every device starts over and sends again what it still has."""
    fresh = str(new_id())
    connection.execute(update(STATE).where(STATE.c.name == "epoch").values(value=fresh))
    return fresh


def renew_tokens(connection: Connection) -> None:
    """Take all tokens back: what was signed with the former secret is good no longer."""
    note(connection, "token_key", to_base64(random_bytes(32)))


def keys(connection: Connection) -> Keys:
    """Return the centre's keys."""
    return Keys(
        from_base64(_value(connection, "token_key")),
        Ed25519PrivateKey.from_private_bytes(from_base64(_value(connection, "order_key"))),
        X25519PrivateKey.from_private_bytes(from_base64(_value(connection, "sealing_key"))),
    )
