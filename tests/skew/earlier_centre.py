"""Runs in a process of its own, with an earlier version of the program on the path: that version's centre.

python earlier_centre.py DATABASE NAME...

Sets the database up, registers the people, and says on which port it serves and each person's enrolment codes.
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


def serve() -> None:
    """Serve until the line is closed."""
    os.environ["TYOPARI_DATABASE_URL"] = f"sqlite:///{sys.argv[1]}"
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    command("init")
    codes = {}
    for name in sys.argv[2:]:
        command("user", "add", name, "--role", "job-coach")
        codes[name] = [command("enrol-code", name) for _ in range(2)]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(connect(os.environ["TYOPARI_DATABASE_URL"])), log_config=None)
        server = uvicorn.Server(config)

        def until_closed() -> None:
            sys.stdin.read()
            server.should_exit = True

        Thread(target=until_closed, daemon=True).start()
        print(json.dumps({"port": listening.getsockname()[1], "codes": codes}), flush=True)
        server.run([listening])


if __name__ == "__main__":
    serve()
