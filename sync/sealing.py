"""Sealing to the centre's public key: a device can deliver what it may no longer read.

X25519 with a fresh key each time, HKDF-SHA256, AES-256-GCM; the edit's id is sealed in, so that nothing sealed
can be passed off as another edit. Form: 32 bytes of the fresh public key, 12 of nonce, the ciphertext; base64.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.clock import random_bytes
from sync.protocol import from_base64, to_base64


def _key(shared: bytes, fresh: bytes, centre: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=fresh + centre, info=b"tyopari sealed edit").derive(shared)


def seal(centre_key: str, name: str, text: str) -> str:
    """Return text that only the holder of the centre's private key can read. Raises ValueError for a bad key."""
    public = X25519PublicKey.from_public_bytes(from_base64(centre_key))
    fresh = X25519PrivateKey.from_private_bytes(random_bytes(32))
    head, nonce = fresh.public_key().public_bytes_raw(), random_bytes(12)
    key = _key(fresh.exchange(public), head, public.public_bytes_raw())
    return to_base64(head + nonce + AESGCM(key).encrypt(nonce, text.encode(), name.encode()))


def unseal(private: X25519PrivateKey, name: str, sealed: str) -> str:
    """Return what was sealed under this name. Raises ValueError for what was not, or not to this key."""
    data = from_base64(sealed)
    if len(data) < 60:
        raise ValueError("too short")
    head, nonce = data[:32], data[32:44]
    shared = private.exchange(X25519PublicKey.from_public_bytes(head))
    key = _key(shared, head, private.public_key().public_bytes_raw())
    try:
        return AESGCM(key).decrypt(nonce, data[44:], name.encode()).decode()
    except InvalidTag:
        raise ValueError("not sealed to this key") from None
