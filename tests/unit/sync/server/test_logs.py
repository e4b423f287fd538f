"""Nothing that anybody wrote reaches the centre's log, whatever fails: tried on the really served process."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.clock import random_bytes
from sync.protocol import to_base64
from sync.server import accounts, setup
from sync.server.database import connect, is_postgres, writing
from tests.unit.sync.server.conftest import ident

SECRET = "Aino Salainen 010203-123A"


@contextmanager
def served(url: str, *words: str) -> Iterator[tuple[str, list[str]]]:
    """The centre as an administrator runs it: where it listens, and (afterwards) all that it said."""
    command = [sys.executable, "-m", "sync.server", "run", "--port", "0", *words]
    env = {**os.environ, "TYOPARI_DATABASE_URL": url, "TYOPARI_LANGUAGE": "en"}
    said: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    ) as running:
        assert running.stdout
        line = running.stdout.readline()
        try:
            yield line.removeprefix("listening on ").strip(), said
        finally:
            running.send_signal(signal.SIGTERM)
            said += running.communicate(timeout=30)


_FAILING = {
    True: (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'Failing row contains (%%)', NEW.name; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON device FOR EACH ROW EXECUTE FUNCTION refuse()",
    ),
    False: (
        "CREATE TRIGGER refuse BEFORE INSERT ON device BEGIN SELECT RAISE(ABORT, 'Failing row contains'); END",
    ),
}


@pytest.fixture
def failing(database_url: str) -> tuple[str, str]:
    """A centre whose database refuses every new device, and quotes it where it can; with a good code."""
    engine = connect(database_url)
    setup.prepare(engine)
    with writing(engine) as connection:
        accounts.add_user(connection, "anna", "job-coach")
        code = accounts.make_code(connection, "anna")
        for statement in _FAILING[is_postgres(engine)]:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return database_url, code


def test_a_failing_statement_tells_no_value(failing: tuple[str, str]) -> None:
    url, code = failing
    key = to_base64(random_bytes(32))
    with served(url) as (where, said):
        asked = {"code": code, "public_key": key, "install_id": ident(), "name": SECRET}
        reply = httpx.post(f"{where}/enrol", json=asked)
        assert (reply.status_code, reply.json()["code"]) == (500, "failed")
        assert SECRET not in reply.text
    told = "".join(said)
    assert SECRET not in told
    assert "Failing row" not in told
    assert "Traceback" not in told
    lines = [json.loads(line) for line in told.splitlines()]
    failed = next(line for line in lines if line["event"] == "failed")
    assert failed["path"] == "/enrol"
    assert failed["place"].startswith("sync/server/")
    assert failed["kind"] in ("IntegrityError", "InternalError", "ProgrammingError")
    again = next(line for line in lines if line["event"] == "library")
    assert (again["by"], again["words"]) == ("uvicorn.error", "Exception in ASGI application")


def test_what_a_caller_writes_in_a_path_is_not_told(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path / 'centre.db'}") as (where, said):
        assert httpx.get(f"{where}/blobs/{SECRET}").status_code == 401
        assert httpx.get(f"{where}/{SECRET}").status_code == 404
        host, _, port = where.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(f"NONSENSE {SECRET}\r\n\r\n".encode())
            assert line.recv(100).startswith(b"HTTP/1.1 400")
    told = "".join(said)
    assert '"path": "/blobs/{sha256}"' in told
    assert "Salainen" not in told
    assert all(json.loads(line) for line in told.splitlines())


_LIBRARIES = f"""
import asyncio, logging, threading, warnings
from sync.server import logs
secret = {SECRET!r}
logs.configure()
logging.getLogger("some.library").warning("row %s", secret)
logging.getLogger("some.library").error("row " + secret)
logging.getLogger("uvicorn.error").error("Odd request %s\\nand more", secret)
loop = asyncio.new_event_loop()
loop.call_exception_handler({{"message": secret, "exception": ValueError(secret)}})
loop.close()
warnings.warn(secret)
def fail():
    raise ValueError(secret) from KeyError(secret)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_what_libraries_log_is_told_without_its_words() -> None:
    ran = subprocess.run([sys.executable, "-c", _LIBRARIES], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Salainen" not in ran.stderr
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    libraries = [line for line in lines if line["event"] == "library"]
    assert [line["by"] for line in libraries] == [
        "some.library",
        "some.library",
        "uvicorn.error",
        "asyncio",
        "py.warnings",
    ]
    assert libraries[2]["words"] == "Odd request %s"
    assert libraries[3]["kind"] == "ValueError"
    for line in lines[5:]:
        assert (line["event"], line["kind"], line["cause"]) == ("unforeseen", "ValueError", "KeyError")
        assert line["place"].startswith("<string>:")
    assert len(lines) == 7


def test_a_command_tells_no_value_either(database_url: str) -> None:
    engine = connect(database_url)
    setup.prepare(engine)
    with writing(engine) as connection:
        for statement in _FAILING[is_postgres(engine)]:
            connection.exec_driver_sql(
                statement.replace("ON device", "ON account").replace("NEW.name", "NEW.username")
            )
    engine.dispose()
    words = [sys.executable, "-m", "sync.server", "user", "add", SECRET, "--role", "job-coach"]
    env = {**os.environ, "TYOPARI_DATABASE_URL": database_url, "TYOPARI_LANGUAGE": "en"}
    ran = subprocess.run(words, capture_output=True, text=True, env=env)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert SECRET not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "sync/server/" in ran.stderr
