"""The centre's commands, as an administrator types them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from sync.server.__main__ import main
from sync.server.database import connect, writing
from sync.server.office import NOBODY
from sync.server.tables import CLIENT, WORKER


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    monkeypatch.setenv("TYOPARI_LANGUAGE", "en")
    monkeypatch.setenv("TYOPARI_DATABASE_URL", url)
    return url


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(words)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_first_user_needs_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "user", "add", "anna", "--role", "job-coach")[0] == 0
    code, out, _ = ran(capsys, "user", "list")
    assert (code, out.split("\t")[:2]) == (0, ["anna", "job-coach"])
    code, out, _ = ran(capsys, "enrol-code", "anna")
    assert (code, len(out.strip()), out.count("\n")) == (0, 19, 1)
    assert ran(capsys, "verify-audit")[0] == 0


def test_for_whom_a_person_works_is_said_as_consents_name_it(
    capsys: pytest.CaptureFixture[str], english: str
) -> None:
    ran(capsys, "user", "add", "anna", "--role", "work-ability-coordinator")
    place = (
        "user",
        "place",
        "anna",
        "--organisation",
        "Helsingin kaupunki",
        "--unit",
        " Työllisyyspalvelut ",
    )
    assert [ran(capsys, *place)[0] for _ in range(2)] == [0, 0]
    engine = connect(english)
    with writing(engine) as connection:
        found = connection.execute(select(WORKER.c.organisation, WORKER.c.unit, WORKER.c.version)).one()
        assert tuple(found) == ("Helsingin kaupunki", "Työllisyyspalvelut", 2)
    engine.dispose()
    assert ran(capsys, "user", "place", "nobody", "--organisation", "Kela")[0] == 1
    assert "Rights checked by the program alone" in ran(capsys, "status")[1]


def test_without_a_url_a_file_of_its_own_is_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, private_home: Path
) -> None:
    monkeypatch.delenv("TYOPARI_DATABASE_URL")
    assert ran(capsys, "init")[0] == 0
    assert list(private_home.rglob("centre.db"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["user", "add", "anna", "--role", "job-coach"], 1),
        (["enrol-code", "nobody"], 1),
        (["device", "revoke", "x"], 2),
        (["device", "revoke", "01a20c4d-817a-7007-95ed-429fdccfeba1"], 1),
        (["assign", "01a20c4d-817a-7007-95ed-429fdccfeba1", "anna"], 1),
        (["unassign", "01a20c4d-817a-7007-95ed-429fdccfeba1", "anna"], 1),
        (["run", "--host", "0.0.0.0"], 2),
    ],
)
def test_refusals_say_why(capsys: pytest.CaptureFixture[str], words: list[str], code: int) -> None:
    ran(capsys, "user", "add", "anna", "--role", "job-coach")
    found, out, err = ran(capsys, *words)
    assert (found, out) == (code, "")
    assert err.strip().endswith((".", "x"))


@pytest.mark.parametrize("words", [[], ["user", "add", "anna", "--role", "king"], ["fly"]])
def test_wrong_use_is_two(words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2


def test_an_address_that_is_none_is_wrong_use(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TYOPARI_DATABASE_URL", "nonsense")
    assert ran(capsys, "status")[0] == 2


def test_a_database_that_does_not_answer_is_five(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TYOPARI_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert ran(capsys, "status")[0] == 5


def test_clients_are_given_and_taken(capsys: pytest.CaptureFixture[str], english: str) -> None:
    from app.clock import new_id
    from sync.server import office

    ran(capsys, "user", "add", "anna", "--role", "job-coach")
    client, engine = str(new_id()), connect(english)
    with writing(engine) as connection:
        patch = {"first_name": (None, "A"), "last_name": (None, "T")}
        made = office.mutation(f"client:{client}:core", "client", client, "create", patch)
        office.write(connection, made)
        assert connection.execute(CLIENT.select()).mappings().one()["created_by"] == NOBODY
    engine.dispose()
    assert ran(capsys, "assign", client, "ANNA", "--from", "2026-01-01", "--to", "2099-01-01")[0] == 0
    assert ran(capsys, "assign", client, "anna", "--from", "2026-02-01", "--to", "2026-01-01")[0] == 1
    assert ran(capsys, "unassign", client, "anna")[0] == 0
    assert ran(capsys, "unassign", client, "anna")[0] == 1
    code, out, _ = ran(capsys, "status")
    assert (code, "client: 1" in out) == (0, True)
    assert ran(capsys, "restored")[0] == 0
    assert ran(capsys, "verify-audit")[0] == 0
    assert ran(capsys, "upgrade")[0] == 0


def test_what_waits_is_listed_taken_in_and_rejected(capsys: pytest.CaptureFixture[str], english: str) -> None:
    from app.clock import new_id
    from sync.server import accounts, office, push
    from sync.server.rights import Sender

    ran(capsys, "user", "add", "anna", "--role", "job-coach")
    engine, ids = connect(english), []
    with writing(engine) as connection:
        anna = accounts.user(connection, "anna")["worker_id"]
        sender = Sender(str(new_id()), anna, "job-coach", draining=True)
        for first in ("Aino", "Oona"):
            client = str(new_id())
            patch = {"first_name": (None, first), "last_name": (None, "T")}
            made = office.mutation(f"client:{client}:core", "client", client, "create", patch)
            push.write(connection, sender, [made.model_copy(update={"author": anna})])
            ids.append(made.id)
    engine.dispose()
    code, out, _ = ran(capsys, "quarantine", "list")
    assert (code, [line.split("\t")[0] for line in out.splitlines()]) == (0, ids)
    assert "Aino" not in out
    assert ran(capsys, "quarantine", "reject", ids[0], "--reason", " ")[0] == 1
    assert ran(capsys, "quarantine", "reject", ids[0], "--reason", "entered twice")[0] == 0
    assert ran(capsys, "quarantine", "apply", ids[1])[1] == f"{ids[1]}\tapplied\n"
    assert ran(capsys, "quarantine", "apply", ids[1])[0] == 1
    assert ran(capsys, "quarantine", "list")[1] == ""
    assert "client: 1" in ran(capsys, "status")[1]
    assert ran(capsys, "verify-audit")[0] == 0


def test_a_broken_audit_is_told(capsys: pytest.CaptureFixture[str], english: str) -> None:
    ran(capsys, "user", "add", "anna", "--role", "job-coach")
    engine = connect(english)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE worker SET version = 9")
    engine.dispose()
    code, out, _ = ran(capsys, "verify-audit")
    assert (code, out) == (1, "reference\t-\trows\n")


def test_it_serves_and_says_where() -> None:
    words = [sys.executable, "-W", "error", "-m", "sync.server", "run", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        line = serving.stdout.readline()
        try:
            where = line.removeprefix("listening on ").strip()
            assert where.startswith("http://127.0.0.1:")
            assert httpx.get(f"{where}/health").json()["status"] == "ok"
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.communicate(timeout=30)


def test_the_centre_runs_without_the_devices_parts() -> None:
    """Neither Qt nor SQLCipher nor the device's store is imported by the centre."""
    program = (
        "import sys; import sync.server.__main__, sync.server.serve, sync.server.app;"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('PySide6', 'sqlcipher3', 'storage', 'ui', 'httpx', 'reportlab')])"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert out.stdout.strip() == "[]"
