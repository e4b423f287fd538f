"""Tokens: a device proves itself by its key, and then carries a short-lived word signed by the centre."""

import hmac
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.clock import now, random_bytes
from sync.protocol import (
    TokenRequest,
    WipedRequest,
    from_base64,
    to_base64,
    token_words,
    wiped_words,
)
from sync.server.database import is_postgres
from sync.server.tables import CHALLENGE_USED

TOKEN_SECONDS = 15 * 60
CHALLENGE_SECONDS = 120
QUESTION_SECONDS = 10 * 60  # a person reads, types, and takes her telephone out for a second factor


_NONCE = CHALLENGE_USED.c.nonce
_OVER = select(_NONCE).where(CHALLENGE_USED.c.until < bindparam("present")).limit(100)
# Those that another request is forgetting are passed over: nobody waits for anybody here.
_FORGET = delete(CHALLENGE_USED).where(_NONCE.in_(_OVER.with_for_update(skip_locked=True)))


def _signed(secret: bytes, purpose: str, words: dict[str, str | int]) -> str:
    body = to_base64(json.dumps(words, sort_keys=True, separators=(",", ":")).encode())
    return f"{body}.{_mark(secret, purpose, body)}"


def _mark(secret: bytes, purpose: str, body: str) -> str:
    return to_base64(hmac.digest(secret, f"{purpose}\n{body}".encode(), "sha256"))


def _read(secret: bytes, purpose: str, text: str) -> dict[str, str | int] | None:
    """Return the words of a text that the centre signed and that is not too old, else None."""
    body, _, mark = text.partition(".")
    wanted = _mark(secret, purpose, body)
    if not hmac.compare_digest(mark.encode(), wanted.encode()):
        return None
    words: dict[str, str | int] = json.loads(from_base64(body))
    return words if int(words["until"]) >= now().timestamp() else None


def make_challenge(secret: bytes, device: str) -> str:
    """Return something to sign, that the centre will know as its own for two minutes."""
    until = int(now().timestamp()) + CHALLENGE_SECONDS
    words: dict[str, str | int] = {"device": device, "nonce": random_bytes(16).hex(), "until": until}
    return _signed(secret, "challenge", words)


def answers(secret: bytes, asked: TokenRequest, key: str) -> bool:
    """Tell whether this is a challenge of ours for this device, signed by its key with all else that it says."""
    words = _read(secret, "challenge", asked.challenge)
    if words is None or words["device"] != asked.device:
        return False
    said = token_words(asked.device, asked.install_id, asked.challenge, asked.turn, asked.restored)
    return is_signed(key, asked.signature, said)


def says_wiped(secret: bytes, asked: WipedRequest, key: str) -> bool:
    """Tell whether a device without a token has signed that it has forgotten everything."""
    words = _read(secret, "challenge", asked.challenge)
    if words is None or words["device"] != asked.device or asked.signature is None:
        return False
    return is_signed(key, asked.signature, wiped_words(asked.device, asked.challenge))


def is_signed(key: str, signature: str, words: bytes) -> bool:
    """Tell whether words were signed by the key whose public half this is."""
    try:
        Ed25519PublicKey.from_public_bytes(from_base64(key)).verify(from_base64(signature), words)
    except (InvalidSignature, ValueError):
        return False
    return True


def take_challenge(connection: Connection, secret: bytes, challenge: str) -> bool:
    """Use a challenge up; False where that was done before, or it is none of ours."""
    return _take(connection, _read(secret, "challenge", challenge))


def make_question(secret: bytes) -> str:
    """Return what a person's log-in is bound to, that the centre will know as its own for ten minutes."""
    until = int(now().timestamp()) + QUESTION_SECONDS
    return _signed(secret, "question", {"nonce": random_bytes(16).hex(), "until": until})


def take_question(connection: Connection, secret: bytes, question: str) -> bool:
    """Use a question up; False where that was done before, it is too old or none of ours."""
    return _take(connection, _read(secret, "question", question))


def _take(connection: Connection, words: dict[str, str | int] | None) -> bool:
    if words is None:
        return False
    dialect = postgresql if is_postgres(connection) else sqlite
    used = dialect.insert(CHALLENGE_USED).values(nonce=words["nonce"], until=words["until"])
    connection.execute(delete(CHALLENGE_USED).where(CHALLENGE_USED.c.until < int(now().timestamp())))
    once = used.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(once).rowcount == 1


def is_key(text: str) -> bool:
    """Tell whether this is an Ed25519 public key in base64."""
    try:
        Ed25519PublicKey.from_public_bytes(from_base64(text))
    except ValueError:
        return False
    return True


def make_token(secret: bytes, device: str, install_id: str) -> str:
    """Return a token for fifteen minutes."""
    until = int(now().timestamp()) + TOKEN_SECONDS
    return _signed(secret, "token", {"device": device, "install": install_id, "until": until})


def read_token(secret: bytes, token: str) -> tuple[str, str] | None:
    """Return (device, install id) of a good token, else None."""
    words = _read(secret, "token", token)
    return None if words is None else (str(words["device"]), str(words["install"]))
