"""The encrypted form of an attached file: AES-256-GCM in chunks, so that no file need ever lie in memory whole.

Each file has a random key of its own, which stands in its record alone. A chunk's nonce is its number; its number and
whether it is the last one are authenticated with it, so that a chunk can be neither moved, dropped nor cut off unseen.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import KnownError
from app.i18n import N_, Message

CHUNK = 1024 * 1024
"""Bytes of a chunk before encryption; the last one may have fewer, down to none."""
TAG = 16
KEY_BYTES = 32
_WORDS = b"tyopari file 1\n"


class FileDamaged(KnownError):
    """The encrypted file is not what was once written: cut, changed or not the one that its record names."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("The file is damaged, so it was not opened.")),
            Message(N_("Open it again with a network: the centre's copy is then fetched.")),
        )


class FileTooLarge(KnownError):
    """A file beyond the limit for one file."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            Message(
                N_("The file is larger than {mib} MB, the most that one file may be."), mib=limit // CHUNK
            ),
            Message(
                N_("Make it smaller, for example by scanning with a lower resolution, and add it again.")
            ),
        )


def sealed_size(size: int) -> int:
    """Return how many bytes a file of `size` bytes has when it is encrypted."""
    return size + TAG * max(1, -(-size // CHUNK))


def seal(source: BinaryIO, target: BinaryIO, key: bytes, limit: int) -> tuple[int, str]:
    """Encrypt `source` into `target`; return its size before, and the hash of what was written.

    Raises FileTooLarge as soon as more than `limit` bytes have been read.
    """
    cipher, digest, size, number = AESGCM(key), sha256(), 0, 0
    present = source.read(CHUNK)
    while True:
        following = source.read(CHUNK) if len(present) == CHUNK else b""
        size += len(present)
        if size + len(following) > limit:
            raise FileTooLarge(limit)
        last = not following
        sealed = cipher.encrypt(_nonce(number), present, _about(number, last))
        digest.update(sealed)
        target.write(sealed)
        if last:
            return size, digest.hexdigest()
        present, number = following, number + 1


def opened(file: Path, key: bytes, name: str) -> Iterator[bytes]:
    """Decrypt a file chunk by chunk; each is authenticated before it is given out. Raises FileDamaged, OSError.

    `name` is the hash that the record names; it is compared at the end.
    """
    cipher, digest, number = AESGCM(key), sha256(), 0
    with file.open("rb") as source:
        present = source.read(CHUNK + TAG)
        while True:
            following = source.read(CHUNK + TAG) if len(present) == CHUNK + TAG else b""
            last = not following
            digest.update(present)
            if last and digest.hexdigest() != name:
                raise FileDamaged
            try:
                yield cipher.decrypt(_nonce(number), present, _about(number, last))
            except (InvalidTag, ValueError):
                raise FileDamaged from None
            if last:
                return
            present, number = following, number + 1


def hash_of(file: Path) -> str:
    """Return the hash of an encrypted file, as it lies there."""
    digest = sha256()
    with file.open("rb") as source:
        while part := source.read(CHUNK):
            digest.update(part)
    return digest.hexdigest()


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _about(number: int, last: bool) -> bytes:
    return _WORDS + number.to_bytes(8, "big") + bytes([last])
