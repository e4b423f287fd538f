"""The support-need check: which services a client's situations speak for, and the pilot's list to begin with.

A check is a short guided list of situations (L328-332); each leads to services of the catalogue (L316-325, L365-374).
Both lists belong to the coordinators, who edit them; `pilot_services` and `pilot_situations` are offered once, while a
list is empty.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from app.record import Record, Row
from app.services.clients.codes import SERVICE_CATEGORIES
from app.services.clients.records import CatalogueService, SupportSituation

_CATEGORIES = {choice.value: place for place, choice in enumerate(SERVICE_CATEGORIES)}


@dataclass(frozen=True)
class Suggestion:
    """A service that situations speak for: its row, and the situations' texts, in the order of the list."""

    service: Row
    because: tuple[str, ...]

    @property
    def id(self) -> str:
        """The service's id."""
        return str(self.service["id"])


def in_use(rows: Iterable[Row]) -> list[Row]:
    """Return the situations that are asked, in the order of their places."""
    kept = [row for row in rows if row["active"] and not row.get("deleted")]
    return sorted(kept, key=lambda row: (row["place"], row["text"], row["id"]))


def suggestions(
    situations: Iterable[Row], catalogue: Iterable[Row], ticked: Collection[str]
) -> tuple[Suggestion, ...]:
    """Return the services that the ticked situations (their ids) speak for, each once.

    The order is the catalogue's (kind of service, then name), whatever was ticked and when: what is on the screen
    does not jump while the list is gone through. A service that is no longer in use is never suggested.
    """
    because: dict[str, list[str]] = {}
    for situation in in_use(situations):
        for service in dict.fromkeys(situation["services"]) if situation["id"] in ticked else ():
            because.setdefault(service, []).append(situation["text"])
    known = {row["id"]: row for row in catalogue if row["active"] and not row.get("deleted")}
    found = [Suggestion(known[one], tuple(texts)) for one, texts in because.items() if one in known]
    return tuple(sorted(found, key=lambda one: _place(one.service)))


def _place(service: Row) -> tuple[int, str, str]:
    category = _CATEGORIES.get(service["category"], len(_CATEGORIES))
    return category, service["name"].casefold(), service["id"]


# ---- the pilot's lists ----


def pilot_services() -> list[Record]:
    """Return the services of the pilot, made anew. Their ids are always the same: filled in twice they are one."""
    return [
        CatalogueService(id=_id("service", one["key"]), **{k: v for k, v in one.items() if k != "key"})
        for one in _data("catalogue")["service"]
    ]


def pilot_situations() -> list[Record]:
    """Return the situations of the pilot; each names services of `pilot_services` by their ids."""
    return [
        SupportSituation(
            id=_id("situation", one["key"]),
            text=one["text"],
            help=one["help"],
            place=place,
            services=[str(_id("service", key)) for key in one["services"]],
        )
        for place, one in enumerate(_data("situations")["situation"], 1)
    ]


def _id(kind: str, key: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"tyopari:{kind}:{key}")


@cache
def _data(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("app.rules").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
