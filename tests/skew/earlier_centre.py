"""Runs in a process of its own, with an earlier version of the program on the path: that version's centre.

Obeys orders that come as JSON lines, and answers each with one line. `start` sets a database up, registers people,
serves, and says on which port and each person's enrolment codes; `stop` ends serving.
"""

import json
import os
import socket
import sys
from contextlib import redirect_stdout
from io import StringIO
from threading import Thread

import structlog
import uvicorn

from sync.server.__main__ import main
from sync.server.app import create_app
from sync.server.database import connect


def command(*words: str) -> str:
    """Carry out one of the centre's commands, and return what it printed."""
    said = StringIO()
    with redirect_stdout(said):
        assert main(words) == 0, words
    return said.getvalue().strip()


class Centre:
    """A centre over one database, serving until it is stopped."""

    def __init__(self, database: str, people: list[str]) -> None:
        url = os.environ["TYOPARI_DATABASE_URL"] = f"sqlite:///{database}"
        command("init")
        self.codes = {}
        for name in people:
            command("user", "add", name, "--role", "job-coach")
            self.codes[name] = [command("enrol-code", name) for _ in range(2)]
        self._engine = connect(url)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._server = uvicorn.Server(uvicorn.Config(create_app(self._engine), log_config=None))
        self._thread = Thread(target=self._server.run, args=([self._listening],))
        self._thread.start()

    def stop(self) -> None:
        """End serving."""
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()
        self._engine.dispose()


def obey() -> None:
    """Obey until the line is closed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    running: Centre | None = None
    for line in sys.stdin:
        order = json.loads(line)
        told = None
        if running is not None:
            running.stop()
        running = None
        if order["do"] == "start":
            running = Centre(order["database"], order["people"])
            told = {"port": running.port, "codes": running.codes}
        print(json.dumps({"answer": told}), flush=True)
    if running is not None:
        running.stop()


if __name__ == "__main__":
    obey()
