"""The recovery code on paper: 135 random bits and a check character, written so that people can copy it.

Crockford's base32 has no I, L, O or U. The check character is a weighted sum in the field of 32 elements: it
finds every single wrong character and every two characters that have changed places.
"""

from app import clock
from app.errors import KnownError
from app.i18n import N_, Message

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATA = 27
"""Characters that carry the code itself, five bits each."""
GROUP = 4
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new() -> str:
    """Return a fresh code, in groups of four characters parted by hyphens."""
    values = [byte & 31 for byte in clock.random_bytes(DATA)]
    text = "".join(ALPHABET[value] for value in [*values, _check(values)])
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def read(typed: str) -> str:
    """Return what the person meant: case, spaces, hyphens, O for 0 and I or L for 1 do not matter.

    Returns the 28 characters without hyphens. Raises KnownError when that is not a code of ours.
    """
    text = "".join(char for char in typed.upper() if char.isalnum()).translate(_MEANT)
    foreign = sorted(set(text) - set(ALPHABET))
    if foreign:
        raise KnownError(Message(N_("A recovery code has no character “{char}”."), char=foreign[0]))
    if len(text) != DATA + 1:
        raise KnownError(
            Message(
                N_("A recovery code has {wanted} characters; this has {found}."),
                wanted=DATA + 1,
                found=len(text),
            )
        )
    *values, check = (ALPHABET.index(char) for char in text)
    if _check(values) != check:
        raise KnownError(
            Message(N_("There is a typing mistake in the recovery code.")),
            Message(N_("Compare it with the paper.")),
        )
    return text


def _check(values: list[int]) -> int:
    total = 0
    for value in values:  # Horner: the last value gets weight a, the one before it a squared, and so on
        total = _double(total ^ value)
    return total


def _double(value: int) -> int:
    """Multiply by the generator `a` of the field given by x^5 + x^2 + 1."""
    return (value << 1) ^ (0b100101 if value & 16 else 0)
