"""The key of the store: made once, wrapped for a passphrase and for a recovery code. No SQL here.

passphrase -> Argon2id -> HKDF -> AES-GCM unwraps the store's key (32 random bytes). Changing the passphrase
wraps the same key anew; the database stays as it is.
"""

import ctypes
import json
import math
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from unicodedata import normalize

from app import clock
from app.errors import BugError, KnownError, StoreLocked, WrongPassphrase
from app.i18n import N_, Message
from storage import recovery_code, slots
from storage.files import make_private
from storage.slots import FLOOR, START, Cost, Slot, SlotFile, exists

__all__ = [
    "FLOOR",
    "Cost",
    "Key",
    "calibrated",
    "change_passphrase",
    "create",
    "delay_after",
    "exists",
    "new_recovery_code",
    "passphrase_problem",
    "unlock",
    "unlock_with_code",
]

_KEY_BYTES = 32
_HEX = b"0123456789abcdef"


class Key:
    """The store's key in memory: 32 bytes that `wipe()` overwrites. Text forms exist only in use."""

    __slots__ = ("_bytes",)

    def __init__(self, secret: bytes | bytearray) -> None:
        if len(secret) != _KEY_BYTES:
            raise BugError("a key has 32 bytes")
        self._bytes: bytearray | None = bytearray(secret)

    @property
    def wiped(self) -> bool:
        """Tell whether the key is gone."""
        return self._bytes is None

    def secret(self) -> bytearray:
        """Return the bytes themselves, not a copy. Raises StoreLocked after `wipe()`."""
        if self._bytes is None:
            raise StoreLocked(Message(N_("The store is locked.")), Message(N_("Unlock it first.")))
        return self._bytes

    def sqlcipher(self) -> bytearray:
        """Return SQLCipher's raw form `x'..'`, which skips its own derivation; the caller overwrites it."""
        text = bytearray(b"x'" + bytes(2 * _KEY_BYTES) + b"'")
        for place, byte in enumerate(self.secret()):
            text[2 + 2 * place], text[3 + 2 * place] = _HEX[byte >> 4], _HEX[byte & 15]
        return text

    def wipe(self) -> None:
        """Overwrite the key; a second call does nothing."""
        if self._bytes is not None:
            overwrite(self._bytes)
            self._bytes = None

    def __repr__(self) -> str:
        return "<Key wiped>" if self.wiped else "<Key>"

    def __reduce__(self) -> str:
        raise BugError("a key is never written out")


def overwrite(secret: bytearray) -> None:
    """Set every byte to zero, in place."""
    secret[:] = bytes(len(secret))


# ---- passphrases -----------------------------------------------------------------------------------------


def passphrase_problem(text: str) -> Message | None:
    """Return why this passphrase is not good enough, or None. Only how hard it is to guess counts."""
    if not text.strip():
        return Message(N_("Write a passphrase."))
    from zxcvbn import zxcvbn  # reading its word lists takes time that a start need not spend

    if zxcvbn(text[:72], user_inputs=["työpari", "tyopari"])["score"] < 3:
        return Message(N_("This passphrase is easy to guess. Four or more unrelated words make a good one."))
    return None


def delay_after(failures: int) -> int:
    """Return the seconds to wait after so many wrong passphrases in a row: 0, 0, 1, 2, 4 and so on to 60."""
    return 0 if failures < 3 else min(60, 2 ** min(failures - 3, 6))


# ---- creating and unlocking ------------------------------------------------------------------------------


def create(folder: Path, passphrase: str, *, cost: Cost | None = None) -> tuple[Key, str]:
    """Make a new key and its slots in `folder`; return it and the recovery code, which is shown only now.

    `cost` is measured on this machine unless given. Raises KnownError for a weak passphrase or where a slot
    file exists already, DiskFull when it cannot be written.
    """
    _refuse_weak(passphrase)
    if exists(folder):
        raise KnownError(
            Message(N_("There is already a store in this folder.")), Message(N_("Open it instead."))
        )
    make_private(folder)
    key, code = Key(clock.random_bytes(_KEY_BYTES)), recovery_code.new()
    empty = SlotFile(str(clock.new_id()), _key_id(key), ())
    wrapped = (
        _wrap(empty, key, slots.PASSPHRASE, passphrase, cost or calibrated()),
        _wrap(
            empty, key, slots.RECOVERY, recovery_code.read(code), FLOOR
        ),  # 135 random bits need no slower guessing
    )
    slots.write(folder, replace(empty, slots=wrapped))
    return key, code


def unlock(folder: Path, passphrase: str) -> Key:
    """Return the store's key.

    Raises WrongPassphrase; StoreMissing without a slot file; StoreDamaged when neither copy can be read or
    both ask for less protection than we accept; StoreTooNew for a newer program's file.
    """
    return _unlock(folder, slots.PASSPHRASE, passphrase)


def unlock_with_code(folder: Path, code: str) -> Key:
    """Return the store's key by the code as typed; errors as `unlock`, KnownError for a mistyped code."""
    return _unlock(folder, slots.RECOVERY, recovery_code.read(code))


def change_passphrase(folder: Path, key: Key, new: str, *, cost: Cost | None = None) -> None:
    """Wrap the same key for a new passphrase; the database and the recovery code stay as they are.

    Raises KnownError for a weak passphrase, DiskFull when it cannot be written: then the old one still opens.
    """
    _refuse_weak(new)
    _replace_slot(folder, key, slots.PASSPHRASE, new, cost or calibrated())


def new_recovery_code(folder: Path, key: Key) -> str:
    """Return a fresh recovery code, shown only now; the former one no longer opens the store."""
    code = recovery_code.new()
    _replace_slot(folder, key, slots.RECOVERY, recovery_code.read(code), FLOOR)
    return code


def calibrated() -> Cost:
    """Return the cost that takes 0.5 to 1 second here: 256 MiB first, 64 MiB on a machine with under 4 GB."""
    cost = START if _machine_memory() >= 4_000_000_000 else FLOOR
    took = _seconds(cost)
    while took > 1 and cost.memory > FLOOR.memory:
        cost = replace(cost, memory=max(FLOOR.memory, cost.memory // 2))
        took = _seconds(cost)
    if took < 0.5:
        cost = replace(cost, passes=min(50, math.ceil(cost.passes * 0.6 / max(took, 0.01))))
    return cost


# ---- wrapping --------------------------------------------------------------------------------------------


def _refuse_weak(passphrase: str) -> None:
    if problem := passphrase_problem(passphrase):
        raise KnownError(problem)


def _unlock(folder: Path, kind: str, secret: str) -> Key:
    file = slots.read(folder)
    key = _unwrap(file, file.slot(kind), secret)
    slots.heal(folder, file)
    return key


def _replace_slot(folder: Path, key: Key, kind: str, secret: str, cost: Cost) -> None:
    file = slots.read(folder)
    if _key_id(key) != file.key_id:
        raise BugError("the key of another store")
    kept = tuple(slot for slot in file.slots if slot.kind != kind)
    slots.write(folder, replace(file, slots=(*kept, _wrap(file, key, kind, secret, cost))))


def _wrap(file: SlotFile, key: Key, kind: str, secret: str, cost: Cost) -> Slot:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = clock.random_bytes(12)
    slot = Slot(
        kind, cost, clock.random_bytes(16).hex(), nonce.hex(), "", clock.now().isoformat(timespec="seconds")
    )
    kek = _derive(slot, secret)
    try:
        wrapped = AESGCM(kek).encrypt(nonce, key.secret(), _header(file, slot))
    finally:
        overwrite(kek)
    return replace(slot, wrapped=wrapped.hex())


def _unwrap(file: SlotFile, slot: Slot, secret: str) -> Key:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    kek, dek = _derive(slot, secret), bytearray(_KEY_BYTES)
    try:
        AESGCM(kek).decrypt_into(
            bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped), _header(file, slot), dek
        )
        return Key(dek)
    except InvalidTag:
        if slot.kind == slots.RECOVERY:
            raise WrongPassphrase(Message(N_("This recovery code does not open this store."))) from None
        raise WrongPassphrase(
            Message(N_("The passphrase is wrong.")), Message(N_("Try again, or use your recovery code."))
        ) from None
    except ValueError as error:
        raise slots.damaged() from error
    finally:
        overwrite(kek)
        overwrite(dek)


def _header(file: SlotFile, slot: Slot) -> bytes:
    """Return what the seal also covers: no slot can be moved, weakened or given to another profile."""
    bound = {
        "format": slots.FORMAT,
        "profile": file.profile,
        "key_id": file.key_id,
        **asdict(slot),
        "wrapped": "",
    }
    return json.dumps(bound, sort_keys=True).encode()


def _derive(slot: Slot, secret: str) -> bytearray:
    """Return the key that wraps the store's key. NFC: keyboards write ä as one character or as two."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    stretched, kek = bytearray(_KEY_BYTES), bytearray(_KEY_BYTES)
    try:
        _argon2id(
            normalize("NFC", secret).encode("utf-8", "surrogatepass"),
            bytes.fromhex(slot.salt),
            slot.cost,
            stretched,
        )
        HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"tyopari slot {slot.kind}".encode()).derive_into(
            stretched, kek
        )
    except ValueError as error:
        raise slots.damaged() from error
    finally:
        overwrite(stretched)
    return kek


def _argon2id(secret: bytes, salt: bytes, cost: Cost, into: bytearray) -> None:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        Argon2id(
            salt=salt, length=_KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
        ).derive_into(secret, into)
    except MemoryError as error:
        raise KnownError(
            Message(N_("Unlocking needs {mib} MB of free memory."), mib=cost.memory // 1024),
            Message(N_("Close some programs and try again.")),
        ) from error


def _key_id(key: Key) -> str:
    """Return a short name of the key that tells nothing about it."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 8, salt=None, info=b"tyopari key id").derive(key.secret()).hex()


def _seconds(cost: Cost) -> float:
    begun = clock.monotonic()
    _argon2id(b"measure", bytes(16), cost, bytearray(_KEY_BYTES))
    return clock.monotonic() - begun


if sys.platform == "win32":

    def _machine_memory() -> int:
        # MEMORYSTATUSEX: two 32-bit fields (first its length), then 64-bit ones (first the total).
        status = (ctypes.c_uint64 * 8)()
        ctypes.c_uint32.from_buffer(status).value = ctypes.sizeof(status)
        return int(status[1]) if ctypes.windll.kernel32.GlobalMemoryStatusEx(status) else 0

else:

    def _machine_memory() -> int:
        """Return the machine's memory in bytes, 0 where it cannot be told."""
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (ValueError, OSError):
            return 0
