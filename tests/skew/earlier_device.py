"""Runs in a process of its own, with an earlier version of the program on the path: a device of that version.

Obeys orders that come as JSON lines, and answers each with one line. `open` makes the store where there is none.
"""

import json
import sys
from pathlib import Path
from typing import Any

from app.errors import KnownError
from app.record import validated
from app.services import SPECS
from storage.slots import FLOOR
from storage.store import Store
from sync.client import sync_once, transport_of
from sync.enrol import enrol


def obey(store: Store, order: dict[str, Any]) -> Any:
    """Carry out one order and return its answer."""
    what, kind, values = order["do"], order.get("kind", ""), order.get("values", {})
    if what == "enrol":
        result = enrol(store, order["url"], order["code"])
        return [str(text) for text in result.warnings]
    if what == "sync":
        way = transport_of(store)
        try:
            result = sync_once(store, way)
        finally:
            way.close()
        return {
            "pushed": result.pushed,
            "unsent": result.unsent,
            "held": result.held,
            "conflicts": result.conflicts,
            "repaired": result.repaired,
            "warnings": [str(text) for text in result.warnings],
        }
    if what == "save":
        old = store.row(kind, values["id"]) or {}
        store.save(validated(SPECS[kind].table, {**old, **values}))
        return None
    if what == "sign":
        store.save(validated(SPECS[kind].table, sealed(kind, {**store.row(kind, values["id"]), **values})))
        return None
    if what == "delete":
        return str(store.delete(kind, values["id"]))
    assert what == "rows", what
    return {name: store.rows(name) for name in SPECS}


def sealed(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the seal of what it says."""
    table = SPECS[kind].table
    row = validated(table, {**row, "content_hash": ""}).model_dump(mode="json")
    try:
        from app.signing import seal
    except ImportError:  # of the first schema
        from app.services.coaching.rules import plan_hash

        return {**row, "content_hash": plan_hash(row)}
    return {**row, "content_hash": seal(table, row)}


def opened(order: dict[str, Any]) -> Store:
    """Return the store of a folder."""
    folder, passphrase = Path(order["folder"]), order["passphrase"]
    if Store.exists(folder):
        return Store.open(folder, passphrase)
    store, _ = Store.create(folder, passphrase, cost=FLOOR)
    return store


def main() -> None:
    """Obey until the line is closed."""
    store: Store | None = None
    for line in sys.stdin:
        order = json.loads(line)
        told: Any = {"answer": None}
        try:
            if order["do"] == "open":
                store = opened(order)
            elif order["do"] == "close":
                store.close()
                store = None
            else:
                told = {"answer": obey(store, order)}
        except KnownError as error:
            told = {"error": str(error)}
        print(json.dumps(told), flush=True)
    if store is not None:
        store.close()


if __name__ == "__main__":
    main()
