"""Whether two clients may be one person: a warning on entry, never a refusal."""

import unicodedata
from collections.abc import Mapping
from typing import Any


def fold(text: str) -> str:
    """Return a text as it is compared: no case, no accents, å ä ö as a a o."""
    # Decomposed before and after: a letter such as ℙ is a capital only once it has been decomposed.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def likely_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two clients may be the same person.

    The same identity code says so alone. Otherwise the names must agree, in either order and but for
    one letter, and the birth dates must not differ.
    """
    if one.get("identity_code") and other.get("identity_code"):
        return str(one["identity_code"]).upper() == str(other["identity_code"]).upper()
    if one.get("born_on") and other.get("born_on") and str(one["born_on"]) != str(other["born_on"]):
        return False
    mine, theirs = _names(one), _names(other)
    return bool(mine and theirs) and (
        _near(mine, theirs) or _near(" ".join(reversed(mine.split(" "))), theirs)
    )


def _names(client: Mapping[str, Any]) -> str:
    parts = (
        fold(str(client.get(name) or "")).replace("-", " ").split() for name in ("last_name", "first_name")
    )
    return " ".join(" ".join(part) for part in parts if part)


def _near(one: str, other: str) -> bool:
    """Tell whether two names are equal but, if they are long, for one letter changed, added or left out."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 10:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, others = one[start:], other[start:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]
