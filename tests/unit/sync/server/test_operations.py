"""Running the centre: several processes, a proxy before it, whether it is alive and ready, its figures, its limits."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from alembic import command
from sqlalchemy import Engine, select, text

from app import clock
from app.clock import now
from sync import protocol
from sync.server import limits, metrics, operations, setup
from sync.server.app import create_app
from sync.server.bodies import Stop
from sync.server.database import CONNECTIONS, alembic_config, capacity, connect, snapshot, writing
from sync.server.limits import Allowance, Failures, Load, Pace, Room
from sync.server.tables import ATTEMPT
from tests.unit.sync.server.conftest import Device, Office, TestClient, core, ident, visit
from tests.unit.sync.server.test_access import code_of, enrolling

Pair = tuple[Device, Device, str]
SECONDS = 60.0


@contextmanager
def running(url: str, *words: str, **around: str) -> Iterator[tuple[str, psutil.Process]]:
    """The centre as an administrator runs it: where it listens, and its process; ended at the end."""
    words = (sys.executable, "-W", "error", "-m", "sync.server", "run", "--port", "0", *words)
    env = {**os.environ, "TYOPARI_DATABASE_URL": url, "TYOPARI_LANGUAGE": "en", **around}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as made:
        assert made.stdout
        assert made.stderr
        line = made.stdout.readline()
        if not line.startswith("listening on "):
            pytest.fail(made.stderr.read())
        try:
            yield line.removeprefix("listening on ").strip(), psutil.Process(made.pid)
        finally:
            if made.poll() is None:
                made.send_signal(signal.SIGTERM)
            made.communicate(timeout=SECONDS)
    assert made.returncode in (0, -signal.SIGTERM)


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in process.children() if "spawn_main" in " ".join(child.cmdline())]


def figure(where: str, name: str, **headers: str) -> float:
    """Return the sum of a figure's values."""
    told = httpx.get(f"{where}/metrics", headers=headers)
    assert told.status_code == 200, told.text
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? ([\d.e+-]+)$", told.text, re.M)
    return sum(map(float, found))


# ---- several processes ----------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="one process there")
def test_several_processes_serve_as_one(database_url: str) -> None:
    with running(database_url, "--workers", "2") as (where, process):
        folder = next(Path(w.environ()[metrics.MANY]) for w in workers_of(process))
        pids = {worker.pid for worker in workers_of(process)}
        assert len(pids) == 2
        # Failures are counted together, whoever of them is asked.
        codes = [httpx.post(f"{where}/enrol", json=enrolling(f"GUESS{n}")).status_code for n in range(12)]
        assert codes == [403] * 10 + [429] * 2
        assert figure(where, "tyopari_requests_total") >= 12
        assert figure(where, "tyopari_pool_connections") == CONNECTIONS
        # One that dies is replaced; what it had counted stays counted.
        victim = workers_of(process)[0]
        victim.kill()
        victim.wait(SECONDS)
        wait_for(lambda: len(workers_of(process)) == 2 and {w.pid for w in workers_of(process)} != pids)
        assert httpx.get(f"{where}/ready").json()["status"] == "ready"
        assert figure(where, "tyopari_requests_total") >= 13
        ending = workers_of(process)
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
        assert not [one for one in ending if one.is_running()]
        assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="one process there")
def test_no_process_outlives_the_first(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "sync.server", "run", "--port", "0", "--workers", "2")
    env = {**os.environ, "TYOPARI_DATABASE_URL": f"sqlite:///{tmp_path / 'centre.db'}"}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env
    ) as made:
        assert made.stdout
        assert made.stdout.readline().startswith("listening on ")
        orphans = workers_of(psutil.Process(made.pid))
        made.kill()
        made.wait(SECONDS)
        gone, alive = psutil.wait_procs(orphans, SECONDS)
        assert (len(gone), alive) == (2, [])


def wait_for(holds: Any) -> None:
    """Wait for what other processes do, of which nothing can be heard."""
    for _ in range(600):
        if holds():
            return
        threading.Event().wait(0.1)
    pytest.fail("it did not come about")


@pytest.mark.parametrize("words", [("--workers", "0"), ("--workers", "x"), ("--proxy", "somewhere")])
def test_what_cannot_be_run_is_said(words: tuple[str, ...]) -> None:
    from sync.server.__main__ import main

    with pytest.raises(SystemExit) as stopped:
        main(["run", *words])
    assert stopped.value.code == 2


def test_the_connections_are_shared_out(database_url: str) -> None:
    for workers, each in ((1, CONNECTIONS), (2, CONNECTIONS // 2), (1000, 4)):
        engine = connect(database_url, workers)
        assert capacity(engine) == each
        engine.dispose()


# ---- behind a proxy -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxy_is_believed_only_where_it_is_named(tmp_path: Path, trusted: bool) -> None:
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    with running(url, *(("--proxy", "127.0.0.1") if trusted else ())) as (where, _):

        def guess(source: str) -> int:
            headers = {"X-Forwarded-For": source}
            return httpx.post(f"{where}/enrol", json=enrolling("GUESS"), headers=headers).status_code

        assert [guess("198.51.100.7") for _ in range(11)] == [403] * 10 + [429]
        # Where no proxy is named, the header is anybody's word, and all come from one address.
        assert guess("198.51.100.8") == (403 if trusted else 429)


# ---- alive, ready ---------------------------------------------------------------------------------------------


@pytest.fixture
def watched(database_url: str) -> Iterator[tuple[Engine, TestClient]]:
    engine = connect(database_url)
    setup.prepare(engine)
    with TestClient(create_app(engine), raise_server_exceptions=False, client=("127.0.0.1", 5)) as http:
        yield engine, http
    engine.dispose()


def test_a_centre_of_another_age_is_alive_but_not_ready(watched: tuple[Engine, TestClient]) -> None:
    engine, http = watched
    assert http.get("/ready").json()["status"] == "ready"
    with writing(engine) as connection:
        command.stamp(alembic_config(connection), "0002")
    assert code_of(http.get("/ready")) == (503, "busy")
    assert int(http.get("/ready").headers["Retry-After"]) > 0
    assert http.get("/live").json() == {"status": "ok"}
    with writing(engine) as connection:
        command.stamp(alembic_config(connection), "head")
    assert http.get("/ready").status_code == 200


def test_a_database_that_is_gone_is_told(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'deep' / 'centre.db'}")
    (tmp_path / "deep").mkdir()
    setup.prepare(engine)
    with TestClient(create_app(engine), raise_server_exceptions=False) as http:
        assert http.get("/ready").status_code == 200
        engine.dispose()
        (tmp_path / "deep").rename(tmp_path / "away")
        assert code_of(http.get("/ready")) == (503, "busy")
        assert code_of(http.get("/health")) == (503, "busy")
        assert http.get("/live").status_code == 200
    engine.dispose()


def test_no_free_connection_means_busy(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.server.database._PATIENCE", 0.05)
    engine = connect(database_url, 64)
    setup.prepare(engine)
    with TestClient(create_app(engine), raise_server_exceptions=False) as http:
        held = [engine.connect() for _ in range(capacity(engine))]
        reply = http.get("/health")
        assert code_of(reply) == (503, "busy")
        assert int(reply.headers["Retry-After"]) > 0
        for one in held:
            one.close()
        assert http.get("/health").status_code == 200
    engine.dispose()


# ---- figures --------------------------------------------------------------------------------------------------


def test_the_figures_name_nobody(watched: tuple[Engine, TestClient]) -> None:
    engine, http = watched
    office = Office(engine, http)
    anna = office.device("anna")
    stranger = visit(anna, ident())
    assert [result["status"] for result in anna.push(stranger)] == ["quarantined"]
    http.get("/blobs/" + "a" * 64)
    told = http.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain")
    for line in (
        'tyopari_quarantine{reason="access"} 1.0',
        'tyopari_devices{status="active"} 1.0',
        "tyopari_pool_connections_used",
        "tyopari_lock_wait_seconds_count",
    ):
        assert line in told.text
    assert re.search(r'tyopari_requests_total{code="200",method="POST",path="/sync/push"} \d', told.text)
    assert 'path="/blobs/{sha256}"' in told.text
    for name in (anna.id, anna.worker, "anna", stranger["row"], stranger["scope"], "a" * 64):
        assert name not in told.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_the_figures_stay_on_the_machine(watched: tuple[Engine, TestClient], header: str) -> None:
    engine, http = watched
    assert http.get("/metrics").status_code == 200
    assert http.get("/metrics", headers={header: "198.51.100.7"}).status_code == 404
    with TestClient(create_app(engine), client=("198.51.100.7", 5)) as elsewhere:
        assert elsewhere.get("/metrics").status_code == 404


def test_a_word_opens_the_figures(
    watched: tuple[Engine, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, http = watched
    monkeypatch.setenv(operations.SECRET, "word for the watch")
    assert http.get("/metrics").status_code == 404
    for wrong in ("", "Bearer", "Bearer word", "Bearer word for the watch ", "Bearer \xe4"):
        headers = {"Authorization": wrong.encode("latin-1")}
        assert http.get("/metrics", headers=headers).status_code == 404
    right = {"Authorization": "Bearer word for the watch", "X-Forwarded-For": "198.51.100.7"}
    assert http.get("/metrics", headers=right).status_code == 200


def test_nothing_but_the_centre_is_described(watched: tuple[Engine, TestClient]) -> None:
    _, http = watched
    assert http.get("/docs").status_code == 404
    assert http.get("/redoc").status_code == 404
    assert http.get("/openapi.json").status_code == 200


# ---- limits ---------------------------------------------------------------------------------------------------


def test_failures_are_counted_in_the_database_and_forgotten(engine: Engine) -> None:
    failures, other = Failures(engine), Failures(engine)
    for _ in range(10):
        assert failures.wait("here") == 0
        other.failed("here")
    assert 0 < failures.wait("here") <= limits.WINDOW
    assert failures.wait("there") == 0
    with snapshot(engine) as connection:
        assert "here" not in str(connection.execute(select(ATTEMPT)).all())
    later = now().timestamp() + limits.WINDOW + 1
    release = clock.hold(now=lambda: now_at(later))
    try:
        assert failures.wait("here") == 0
        other.failed("there")
        with snapshot(engine) as connection:
            assert len(connection.execute(select(ATTEMPT)).all()) == 1
        other.failed("here")
        assert failures.wait("here") == 0
    finally:
        release()


def now_at(seconds: float) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC)


def test_an_address_that_names_ever_new_devices_is_stopped(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "FAILURES_OF_ADDRESS", 12)

    def ask() -> tuple[int, str]:
        body = {"device": ident(), "install_id": ident(), "challenge": "x.y", "signature": "AAAA"}
        return code_of(office.http.post("/token", json=body))

    assert [ask() for _ in range(13)] == [(401, "token")] * 12 + [(429, "too_many")]


def test_a_device_that_hurries_must_wait(office: Office) -> None:
    anna = office.device("anna")

    def ask() -> Any:
        return anna.post("/blobs", {"device": anna.id, "blobs": []})

    with TestClient(create_app(office.engine, Allowance(per_second=0.001, at_once=3))) as http:
        anna.http = http
        assert [ask().status_code for _ in range(3)] == [200] * 3
        reply = ask()
        assert code_of(reply) == (429, "too_many")
        assert int(reply.headers["Retry-After"]) > 0
        assert http.get("/health").status_code == 200
        assert anna.sign_in().status_code == 200


def test_a_device_that_waited_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    present = 1000.0
    monkeypatch.setattr(limits, "monotonic", lambda: present)
    pace = Pace(Allowance(per_second=2, at_once=2), devices=2)
    for device in ("a", "a", "b"):
        pace.step(device)
    with pytest.raises(Stop) as stopped:
        pace.step("a")
    assert stopped.value.more["retry_after"] == 1
    pace.step("b")
    present += 0.5
    pace.step("a")
    with pytest.raises(Stop):
        pace.step("a")
    present += 100
    pace.step("a")
    pace.step("a")
    with pytest.raises(Stop):
        pace.step("a")


def test_a_full_house_sends_away(office: Office) -> None:
    anna = office.device("anna")
    with TestClient(create_app(office.engine, Allowance(waiting=0))) as http:
        anna.http = http
        reply = anna.post("/sync/pull", {**anna.request([]), "have": {}})
        assert code_of(reply) == (503, "busy")
        assert int(reply.headers["Retry-After"]) > 0
        assert http.get("/live").status_code == 200
        centre = http.app.state.centre  # type: ignore[attr-defined]
        assert (centre.load.inside, centre.load.bytes) == (0, 0)


def test_no_more_is_held_than_there_is_room_for(pair: Pair) -> None:
    anna, _, client = pair
    with TestClient(create_app(anna.http.app.state.centre.engine, Allowance(held=20_000))) as http:  # type: ignore[attr-defined]
        anna.http = http
        small, large = visit(anna, client), visit(anna, client, notes="x" * 30_000)
        assert [result["status"] for result in anna.push(small)] == ["applied"]
        assert code_of(anna.post("/sync/push", anna.request([large]))) == (503, "busy")
        # What takes little room on its way, and much when it is unpacked.
        from tests.unit.sync.server.conftest import packed

        headers = {"Authorization": f"Bearer {anna.token}", "Content-Encoding": "gzip"}
        reply = http.post("/sync/push", content=packed(anna.request([large])), headers=headers)
        assert code_of(reply) == (503, "busy")
        assert [result["status"] for result in anna.push(visit(anna, client))] == ["applied"]
        assert http.app.state.centre.load.bytes == 0  # type: ignore[attr-defined]


def test_room_is_given_back_whatever_happens() -> None:
    load = Load(Allowance(waiting=1, held=10))

    def fill_and_fail() -> None:
        with Room(load) as room, load.entered():
            room.take(4)
            room.take(6)
            assert (load.inside, load.bytes) == (1, 10)
            with pytest.raises(Stop), load.entered():
                pytest.fail("one too many was let in")
            room.take(1)

    with pytest.raises(Stop):
        fill_and_fail()
    assert (load.inside, load.bytes) == (0, 0)


def test_who_has_no_token_is_not_listened_to(office: Office) -> None:
    """Nothing of the body is kept, and it may be short only where no token is needed."""
    reply = office.http.post("/sync/push", content=b"x" * 3_000_000, headers={"Authorization": "Bearer x.y"})
    assert code_of(reply) == (401, "token")
    assert code_of(office.http.post("/enrol", content=b" " * 70_000)) == (413, "too_large")


def test_more_scopes_than_anybody_holds_are_refused(office: Office) -> None:
    anna = office.device("anna")
    have = {core(ident()): 0 for _ in range(protocol.MAX_SCOPES)}
    body = {"epoch": anna.epoch, "schema_version": 3, "device": anna.id, "have": have}
    assert anna.post("/sync/pull", body).status_code == 200
    body["have"] = {**have, core(ident()): 0}
    assert code_of(anna.post("/sync/pull", body)) == (413, "too_large")


def test_what_the_database_cannot_hold_is_the_senders_mistake(office: Office) -> None:
    """A value that no check has found: PostgreSQL's refusal is told as a message that is not understood."""
    web = office.http.app

    @web.get("/odd")  # type: ignore[attr-defined]
    def odd() -> None:
        with snapshot(office.engine) as connection:
            connection.execute(text("SELECT CAST(:a AS text)"), {"a": "a\x00b"})

    expected = (422, "message") if office.engine.dialect.name == "postgresql" else (200, "")
    reply = office.http.get("/odd")
    assert (reply.status_code, (reply.json() and reply.json()["code"]) or "") == expected
