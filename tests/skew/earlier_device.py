"""Runs in a process of its own, with an earlier version of the program on the path: a device of that version.

python earlier_device.py FOLDER PASSPHRASE

Makes the store where there is none, obeys orders that come as JSON lines, and answers each with one line.
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


def main() -> None:
    """Obey until the line is closed."""
    folder, passphrase = Path(sys.argv[1]), sys.argv[2]
    if Store.exists(folder):
        store = Store.open(folder, passphrase)
    else:
        store, _ = Store.create(folder, passphrase, cost=FLOOR)
    for line in sys.stdin:
        try:
            answer: Any = {"answer": obey(store, json.loads(line))}
        except KnownError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
    store.close()


if __name__ == "__main__":
    main()
