"""Runs in a process of its own: a coach's way through the real program, each step timed until it is painted.

    python -m tests.benchmarks.journey FOLDER PASSPHRASE

Writes one JSON object: seconds by step, MiB for memory. Nothing of pytest is loaded here: it would count as memory.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storage import db, keys
from ui.app import Program
from ui.centre import way_to as connect
from ui.lists import Lists
from ui.unlock import WINDOWS

TIMES = 7
LONGEST = 60.0
NAMES = ("halmela", "aino", "väinö k", "salo")


class Journey:
    """The program, and what was measured."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self.folder, self.passphrase = folder, passphrase
        self.found: dict[str, list[float]] = {}
        self.entries = 0
        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        self.app = app
        app.setQuitOnLastWindowClosed(False)
        self.wake = QTimer(interval=20)  # so that a condition which no event announces is asked all the same
        self.wake.start()
        self.left: list[bool] = []
        self.program = Program(folder, connect=connect, leave=lambda: self.left.append(True))

    def until(self, condition: Callable[[], Any]) -> None:
        """Let the program run until a condition is true and what it shows is painted."""
        began = perf_counter()
        while not condition():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if perf_counter() - began > LONGEST:
                raise TimeoutError(condition)
        self.app.processEvents()

    def step(self, name: str, do: Callable[[], Any], condition: Callable[[], Any]) -> float:
        """Do something, wait for its effect, and note the seconds."""
        began = perf_counter()
        do()
        self.until(condition)
        took = perf_counter() - began
        self.found.setdefault(name, []).append(took)
        return took

    def memory(self, name: str) -> None:
        """Note how much memory the process holds, in MiB."""
        self.found[name] = [psutil.Process().memory_info().rss / 2**20]

    @property
    def page(self) -> Any:
        """What the window shows."""
        shell = self.program.shell
        shown = shell.pages.currentWidget() if shell is not None else None
        return shown.stack.currentWidget() if isinstance(shown, Lists) else shown

    @property
    def idle(self) -> bool:
        """Whether no task is under way."""
        tasks = self.program.session.tasks if self.program.session else self.program._tasks
        return not tasks.busy

    def shown(self, kind: str) -> bool:
        """Tell whether a page of this class is shown."""
        return type(self.page).__name__ == kind

    # ---- the way ----

    def unlock(self) -> None:
        """Type the passphrase when the libraries are loaded; note what lies beside the key's derivation."""
        self.program.start()
        self.until(lambda: self.idle and sys.modules.keys() >= {*WINDOWS})
        derived = []
        plain = keys.unlock

        def unlock(*words: Any) -> Any:
            began = perf_counter()
            try:
                return plain(*words)
            finally:
                derived.append(perf_counter() - began)

        keys.unlock = unlock
        assert self.program.unlock is not None
        page: Any = self.program.unlock.page
        page.field.setText(self.passphrase)

        def enter() -> None:
            QTest.keyClick(page.field, Qt.Key.Key_Return)

        took = self.step("unlock", enter, lambda: self.shown("TodayScreen") and self.page.day.names)
        keys.unlock = plain
        self.found["unlock to Today"] = [took - derived[0]]
        self.found["key"] = derived
        self.memory("memory with Today")

    def clients(self) -> None:
        """Open the list of clients and type names into its filter, letter by letter."""
        go = self.program.shell.pages.go  # type: ignore[union-attr]
        place = ("service", "clients")
        self.step(
            "client list", lambda: go(place), lambda: self.shown("ClientsScreen") and self.page.model.all
        )
        self.memory("memory with clients")
        for _ in range(TIMES):
            before = self.page.model.all
            self.step(
                "client list again",
                self.page.reload,
                lambda before=before: self.page.model.all is not before,
            )
        for name in NAMES:
            for length in range(1, len(name) + 1):
                text = name[:length]
                self.step("filter keystroke", lambda text=text: self.page.search.setText(text), lambda: True)
            assert 0 < self.page.model.rowCount() < len(self.page.model.all)
        self.page.search.clear()

    def visits(self) -> None:
        """Write visits from a client's page, then from Today: from Enter until the list has the new line."""
        shell: Any = self.program.shell
        client = self.page.model.all[5].id
        self.step(
            "client page",
            lambda: shell.show_client(client),
            lambda: self.shown("ClientPage") and self.page.story,
        )
        self.until(lambda: self.idle)
        for number in range(TIMES):
            self._open_visit(client, f"Uusi merkintä {number}")
            self.step(
                "save to client page",
                self._enter,
                lambda: self.shown("ClientPage") and len(self.page.story.entries) > self.entries,
            )
            self.until(lambda: self.idle)
        shell.pages.go(("today",))
        self.until(lambda: self.idle)
        for number in range(TIMES):
            self._open_visit(client, f"Toinen merkintä {number}")
            loaded = shell.pages._tabs[("today",)].day
            self.step(
                "save to Today",
                self._enter,
                lambda loaded=loaded: self.shown("TodayScreen") and self.page.day is not loaded,
            )
            self.until(lambda: self.idle)

    def _open_visit(self, client: Any, words: str) -> None:
        shell: Any = self.program.shell
        if self.shown("ClientPage"):
            self.entries = len(self.page.story.entries)
        shell.quick_visit(client)
        self.until(lambda: self.shown("QuickVisit") and self.page.form is not None and self.idle)
        self.page.form.boxes["notes"].editor.set_value(words)
        self.app.processEvents()

    def _enter(self) -> None:
        self.page.form.save()

    # ---- the same, bare ----

    def bare(self) -> None:
        """Ask the database alone for the same, on a connection of its own."""
        from storage import caseload

        store = self.program.session.store  # type: ignore[union-attr]
        queries = [query.format(one="") for query in caseload.QUERIES]
        began = perf_counter()
        connection = db.connect(store.folder / db.FILE, store.key)
        self._ask(connection, queries)
        self.found["bare unlock to Today"] = [perf_counter() - began]
        for _ in range(TIMES):
            began = perf_counter()
            self._ask(connection, queries)
            self.found.setdefault("bare client list", []).append(perf_counter() - began)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(support_visit)")]
        row = connection.execute("SELECT * FROM support_visit LIMIT 1").fetchone()
        client = row[columns.index("client_id")]
        for number in range(TIMES):
            new = [
                f"bare-{number}" if name == "id" else value for name, value in zip(columns, row, strict=True)
            ]
            began = perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"INSERT INTO support_visit VALUES ({', '.join('?' * len(new))})", new)
            connection.execute("COMMIT")
            connection.execute("SELECT * FROM support_visit WHERE client_id = ?", (client,)).fetchall()
            self.found.setdefault("bare save", []).append(perf_counter() - began)
        connection.close()

    @staticmethod
    def _ask(connection: Any, queries: list[str]) -> None:
        for query in queries:
            connection.execute(query).fetchall()

    def backup(self) -> None:
        """See how long the first list of the day waits while the daily backup is made."""
        began = perf_counter()
        self.until(lambda: self.idle)
        self.found["wait after unlocking"] = [perf_counter() - began]


def main() -> None:
    """Go the whole way once."""
    journey = Journey(Path(sys.argv[1]), sys.argv[2])
    journey.unlock()
    journey.backup()
    journey.clients()
    journey.visits()
    journey.memory("memory at the end")
    journey.bare()
    print(json.dumps(journey.found), flush=True)
    journey.program.leave()
    journey.until(lambda: journey.left)
    journey.program.close()


if __name__ == "__main__":
    main()
