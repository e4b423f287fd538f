"""What a device's process does at the test's word: orders come as JSON lines, answers and news go out the same way."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Lock
from typing import Any

from app import clock
from app.errors import KnownError
from app.record import validated
from app.services import SPECS
from storage.store import Store
from storage.writing import Changes
from sync.faults import BUGS as device_bugs
from sync.server.faults import BUGS as centre_bugs

_saying = Lock()


def orders() -> Iterator[dict[str, Any]]:
    """Yield each order as it comes, until the test closes the line.

    Read past Python's buffer: a thread that waits in it would keep the interpreter from ending.
    """
    rest = b""
    while piece := os.read(0, 65_536):
        *lines, rest = (rest + piece).split(b"\n")
        yield from map(json.loads, lines)


def say(**news: Any) -> None:
    """Tell the test something, whole and at once."""
    with _saying:
        os.write(1, json.dumps(news).encode() + b"\n")


def carry_out(store: Store, order: dict[str, Any]) -> tuple[dict[str, Any], Changes]:
    """Change the store as an order says, as a form would; return the answer and what the views should know."""
    try:
        with store.alone():
            changes = _changed(store, order)
    except KnownError:
        changes = None
    return {"n": order["n"], "ok": changes is not None}, changes or Changes()


def _changed(store: Store, order: dict[str, Any]) -> Changes | None:
    """Do it; None where the record is not there any more."""
    what, kind, identity, values = order["do"], order["kind"], order["id"], order.get("values", {})
    if what == "save":
        return store.save(validated(SPECS[kind].table, {"id": identity, **values}))
    if what == "delete":
        return store.delete(kind, identity)
    row = store.row(kind, identity)
    if row is None or row["deleted"]:
        return None
    if what == "append":
        values = {name: f"{row[name]}\n{text}" for name, text in values.items()}
    return store.save(validated(SPECS[kind].table, {**row, **values}))


class Points:
    """Where this process is to wait for the test's word, and how far its clock is moved."""

    def __init__(self) -> None:
        self.wanted, self.ahead = "", timedelta()
        self._go = Event()
        clock.hold(now=lambda: clock._present() + self.ahead, at_point=self._at)

    def _at(self, name: str) -> None:
        if name == self.wanted:
            self.wanted = ""
            self._go.clear()
            say(event="at", point=name)
            self._go.wait()

    def obey(self, order: dict[str, Any]) -> bool:
        """Carry out an order about time, places and planted bugs; tell whether it was one."""
        if order["do"] == "wait at":
            self.wanted = order["point"]
        elif order["do"] == "go on":
            self._go.set()
        elif order["do"] == "plant":
            device_bugs.add(order["bug"])
            centre_bugs.add(order["bug"])
        elif order["do"] == "clock":
            self.ahead = timedelta(seconds=order["ahead"])
        else:
            return False
        say(n=order["n"], ok=True)
        return True


def plain() -> None:
    """Speak UTF-8, whatever the system's code page."""
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
