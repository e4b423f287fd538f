"""Passwords of the centre's own: kept as Argon2id in its usual text form, checked without telling who is known."""

import hmac
from base64 import b32encode
from threading import BoundedSemaphore
from unicodedata import normalize

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.clock import random_bytes

SHORTEST = 12  # characters; length is what helps, so nothing is said of capitals and digits
LONGEST = 200
MEMORY, ROUNDS, LANES = 32 * 1024, 3, 1  # KiB; above OWASP's least of 19 MiB and two rounds
_FORM = f"$argon2id$v=19$m={MEMORY},t={ROUNDS},p={LANES}$"
_AT_ONCE = BoundedSemaphore(4)  # each takes its memory


def keep(password: str) -> str:
    """Return what is kept of a password: salt and Argon2id hash as a PHC string."""
    with _AT_ONCE:
        kdf = Argon2id(salt=random_bytes(16), length=32, iterations=ROUNDS, lanes=LANES, memory_cost=MEMORY)
        return kdf.derive_phc_encoded(_bytes(password))


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether this is the password. Where none is kept it takes as long as if one were, and is wrong."""
    with _AT_ONCE:
        try:
            Argon2id.verify_phc_encoded(_bytes(password), kept or _NOBODYS)
        except (InvalidKey, ValueError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether a password was kept with other parameters than today's."""
    return not kept.startswith(_FORM)


def is_weak(password: str, username: str) -> bool:
    """Tell whether a password is too short or long, one character over and over, or made of the user name."""
    text, name = normalize("NFKC", password), normalize("NFKC", username)
    rest = text.casefold().replace(name.casefold(), "") if name else text
    return not SHORTEST <= len(text) <= LONGEST or len(set(text)) < 5 or len(rest) < SHORTEST // 2


def are_same(one: str, other: str) -> bool:
    """Compare two passwords without telling how far they are alike."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def _bytes(password: str) -> bytes:
    return normalize("NFKC", password).encode("utf-8", "surrogatepass")


_NOBODYS = keep(random_bytes(16).hex())


def made() -> str:
    """Return a password of 100 bits in letters that are not mistaken for each other."""
    letters = b32encode(random_bytes(15)).decode().lower()[:20]
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))
