"""Choices that look like chance and are the same on every run: made by hashing a label."""

from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")


def number(*label: object) -> int:
    """Return a large number that belongs to a label."""
    words = "\n".join(str(part) for part in label)
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big")


def between(least: int, most: int, *label: object) -> int:
    """Return a whole number from `least` to `most` that belongs to a label."""
    return least + number(*label) % (most - least + 1)


def fraction(*label: object) -> float:
    """Return a number in [0, 1) that belongs to a label."""
    return number(*label) / 2**64


def choose(options: Sequence[T], *label: object) -> T:
    """Return the option that belongs to a label."""
    return options[number(*label) % len(options)]


class Supply(Generic[T]):
    """A list that is used evenly: what was taken comes again only after all the others."""

    def __init__(self, options: Sequence[T], *label: object) -> None:
        self._options = sorted(options, key=lambda option: number(*label, option))

    @property
    def options(self) -> list[T]:
        """What there is, the longest waiting first."""
        return self._options

    def take(self, had: Collection[T] = (), unfit: Collection[T] = ()) -> T:
        """Return the one that has waited longest: one that fits and was not had, else one that fits, else any."""
        fits = [place for place, option in enumerate(self._options) if option not in unfit]
        fresh = [place for place in fits if self._options[place] not in had]
        taken = self._options.pop((fresh or fits or [0])[0])
        self._options.append(taken)
        return taken
