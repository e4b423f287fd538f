"""Somebody who means harm: what she sends, what she stole, and that it gets her nothing. See sync/SECURITY.md."""

import gzip
import json
import re
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.clock import now
from sync import protocol
from sync.server import auth, devices
from sync.server.database import snapshot, writing
from sync.server.tables import ACCOUNT, AUDIT, CLIENT, RECORDS
from sync.transport import HttpTransport, NotNow
from tests.unit.sync.server.conftest import (
    Device,
    Office,
    core,
    ident,
    new_client,
    packed,
    visit,
)
from tests.unit.sync.server.test_access import code_of, enrolling
from tests.unit.sync.server.test_blobs import CONTENT, NAME, attachment, get, send
from tests.unit.sync.server.test_logs import served

Pair = tuple[Device, Device, str]
INJECTIONS = (
    "'; DROP TABLE client; --",
    '"; DROP TABLE client; --',
    "x' OR '1'='1",
    "%s %(a)s :name $1 ? {0} {x}",
    "\\'; SELECT pg_sleep(9); --",
    "a') ON CONFLICT DO NOTHING; --",
)


def raw(device: Device, path: str, body: bytes, **headers: str) -> Any:
    told = {"Authorization": f"Bearer {device.token}", "Content-Type": "application/json", **headers}
    return device.http.post(path, content=body, headers=told)


def pulling(device: Device, **changed: Any) -> dict[str, Any]:
    return {"epoch": device.epoch, "schema_version": 3, "device": device.id, "have": {}, **changed}


# ---- what is put into a field ---------------------------------------------------------------------------------


@pytest.mark.parametrize("words", INJECTIONS)
def test_sql_in_a_value_is_a_value(office: Office, pair: Pair, words: str) -> None:
    anna, bert, client = pair
    met = visit(anna, client, notes=words)
    assert [result["status"] for result in anna.push(met)] == ["applied"]
    bert.pull()
    assert bert.row("support_visit", met["row"])["notes"] == words
    assert code_of(office.http.post("/enrol", json=enrolling(words)))[0] in (403, 422)
    code = office.code(f"x{words}")
    reply = office.http.post("/enrol", json={**enrolling(code), "name": words})
    assert reply.json()["worker"]["name"] == f"x{words}"
    with snapshot(office.engine) as connection:
        assert connection.execute(select(func.count()).select_from(CLIENT)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(ACCOUNT)).scalar_one() == 3
    assert not office.findings()


@pytest.mark.parametrize(
    "words", [*INJECTIONS, "id", "scope", "seq", "version", "__class__", "a\x00b", "ä", "a" * 5_000, ""]
)
def test_the_name_of_a_field_is_no_sql_either(pair: Pair, words: str) -> None:
    """Names that come from outside never stand in a statement, and a row's stamps are nobody's to write."""
    anna, _, client = pair
    odd = visit(anna, client)
    odd["patch"][words] = [None, 1]
    assert [result["status"] for result in anna.push(odd, visit(anna, client))] == ["refused", "applied"]
    stray = {**visit(anna, client), "kind": words}
    assert next(result["status"] for result in anna.push(stray)) in ("refused", "quarantined")


@pytest.mark.parametrize(
    "path", ["/sync/push", "/sync/pull", "/enrol", "/challenge", "/token", "/wiped", "/blobs"]
)
def test_nothing_in_the_place_of_text_makes_the_centre_fail(pair: Pair, path: str) -> None:
    anna, _, client = pair
    met = visit(anna, client)
    sound = {
        "/sync/push": anna.request([met], sealed=[{"id": ident(), "sealed": "AAAA"}]),
        "/sync/pull": pulling(anna, have={core(client): 0}),
        "/enrol": {**enrolling("CODE"), "name": "Laptop"},
        "/challenge": {"device": anna.id},
        "/token": {"device": anna.id, "install_id": ident(), "challenge": "a.b", "signature": "AAAA"},
        "/wiped": {"device": anna.id},
        "/blobs": {"device": anna.id, "blobs": [NAME]},
    }[path]
    texts = [name for name, value in sound.items() if isinstance(value, str)]
    for name in texts:
        for odd in ('"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', "null", "[]", "{}", "1e999"):
            body = json.dumps({**sound, name: "HERE"}).replace('"HERE"', odd).encode()
            assert raw(anna, path, body).status_code < 500, (name, odd)
        for odd_bytes in (b"\xff\xfe", b"\xed\xa0\x80", b"\x00", b"\x1f\x8b"):
            body = json.dumps({**sound, name: "HERE"}).encode().replace(b"HERE", odd_bytes)
            assert raw(anna, path, body).status_code < 500, (name, odd_bytes)
    anna.pull()


def test_nul_and_torn_letters_in_an_entry_are_taken_out_or_refused(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    met = visit(anna, client, notes="a\x00b")
    torn = visit(anna, client, notes="HERE", participants="also")
    unknown = visit(anna, client)
    unknown["patch"]["field_of_tomorrow"] = [None, "a\x00b"]
    old = anna.mutation("support_visit", "update", met["row"], core(client), notes=["x\x00y", "c\x00d"])
    assert [r["status"] for r in anna.push(met, unknown)] == ["applied", "refused"]
    # PostgreSQL keeps no NUL in what clashes: then the change waits for a person, whole.
    assert [r["status"] for r in anna.push(old)] in (["conflict"], ["quarantined"])
    for escape in (b"\\ud800", b"\\udfff x", b"\\ud800\\ud800"):
        body = json.dumps(anna.request([torn])).encode().replace(b"HERE", escape)
        assert raw(anna, "/sync/push", body).status_code in (200, 422)
    foreign = anna.mutation("support_visit", "create", ident(), core(ident()), notes=[None, "a\x00b"])
    assert [r["status"] for r in anna.push(foreign)] == ["quarantined"]
    bert.pull()
    assert "\x00" not in json.dumps(bert.row("support_visit", met["row"]))
    assert not office.findings()


# ---- size and depth -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [150, 1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_what_is_nested_deep_is_not_followed(pair: Pair, depth: int, opening: str) -> None:
    anna, _, client = pair
    closing = "]" if opening == "[" else "}"
    deep = f"{opening * depth}1{closing * depth}"
    assert raw(anna, "/sync/pull", deep.encode()).status_code == 422
    body = json.dumps(pulling(anna, more="HERE")).replace('"HERE"', deep)
    assert raw(anna, "/sync/pull", body.encode()).status_code in (200, 422)
    for value in ("new", "old"):
        met = visit(anna, client)
        met["patch"]["notes"] = [None, "HERE"] if value == "new" else ["HERE", "x"]
        body = json.dumps(anna.request([met])).replace('"HERE"', deep)
        assert raw(anna, "/sync/push", body.encode()).status_code in (200, 422)
    anna.pull()


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "9" * 400, "9" * 5000, "-9223372036854775809", "1e-999"]
)
def test_numbers_that_nothing_holds_are_refused(pair: Pair, number: str) -> None:
    anna, _, client = pair
    met = visit(anna, client)
    met["patch"]["minutes"] = [None, "HERE"]
    met["patch"]["notes"] = ["HERE", "HERE"]
    for message in (
        ("/sync/push", anna.request([met])),
        ("/sync/push", anna.request([], schema_version="HERE")),
        ("/sync/pull", pulling(anna, have={core(client): "HERE"})),
        ("/sync/pull", pulling(anna, limit="HERE")),
        ("/sync/pull", pulling(anna, schema_version="HERE")),
    ):
        body = json.dumps(message[1]).replace('"HERE"', number).encode()
        reply = raw(anna, message[0], body)
        assert reply.status_code < 500, (message, reply.text)
        if message[0] == "/sync/push" and reply.status_code == 200:
            assert "applied" not in {one["status"] for one in reply.json()["results"]}
    anna.pull()


def test_a_bomb_in_a_bomb_stays_shut(pair: Pair) -> None:
    anna = pair[0]
    plain = gzip.compress(bytes(200_000_000), 9)
    bomb = gzip.compress(plain, 9)
    tracemalloc.start()
    try:
        reply = raw(anna, "/sync/push", bomb, **{"Content-Encoding": "gzip"})
        large = raw(anna, "/sync/push", plain, **{"Content-Encoding": "gzip"})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert code_of(reply) == (422, "message")
    assert code_of(large) == (413, "too_large")
    assert peak < 4 * protocol.MAX_JSON


@pytest.mark.parametrize("body", [b"\x1f\x8b", packed({})[:-4], packed({}) + b"more", b"{}"])
def test_what_is_not_packed_as_it_says_is_refused(pair: Pair, body: bytes) -> None:
    reply = raw(pair[0], "/sync/push", body, **{"Content-Encoding": "gzip"})
    assert code_of(reply) == (422, "message")


class Bomber(BaseHTTPRequestHandler):
    """A false centre that answers with a bomb."""

    bomb = gzip.compress(bytes(1_000_000_000), 9)

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(self.bomb)))
        self.end_headers()
        self.wfile.write(self.bomb)

    def log_message(self, *_: object) -> None:
        pass


class Quiet(HTTPServer):
    """A server that finds nothing odd in a caller who hangs up."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def false_centre() -> Iterator[str]:
    server = Quiet(("127.0.0.1", 0), Bomber)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_bomb_does_not_go_off_on_a_device(false_centre: str) -> None:
    way = HttpTransport(false_centre)
    tracemalloc.start()
    try:
        with pytest.raises(NotNow, match="far too large"):
            way.send("/sync/pull", b"{}", {})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        way.close()
    assert peak < 300_000_000


# ---- paths and headers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/blobs/../../../etc/passwd",
        "/blobs/..%2f..%2fetc%2fpasswd",
        "/blobs/%2e%2e/%2e%2e/etc/passwd",
        "/blobs/%00",
        f"/blobs/{NAME}%00",
        f"/blobs/{NAME.upper()}",
        f"/blobs/{NAME}%0d%0aX-Injected:%20yes",
        "/blobs/" + "a" * 5_000,
        "//etc/passwd",
        "/sync/../openapi.json%00",
    ],
)
def test_a_path_leads_nowhere(pair: Pair, path: str) -> None:
    anna = pair[0]
    for method in ("GET", "PUT", "POST", "DELETE"):
        reply = anna.http.request(
            method, path, headers={"Authorization": f"Bearer {anna.token}"}, content=b"x"
        )
        assert 400 <= reply.status_code < 500
        assert "root:" not in reply.text
        assert "x-injected" not in reply.headers


def test_nobody_writes_into_an_answers_headers(served_centre: str) -> None:
    """Line ends in a header or a path are not taken, and what was asked is in no header of the answer."""
    host, _, port = served_centre.removeprefix("http://").partition(":")
    asked = (
        b"GET /health\r\nX-Injected: yes HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX-Odd: a\x00b\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n",
        b"POST /enrol HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
    )
    for one in asked:
        with socket.create_connection((host, int(port)), timeout=30) as line:
            answer = b""
            with suppress(ConnectionError):  # it hung up, which is an answer too
                line.sendall(one)
                line.shutdown(socket.SHUT_WR)
                answer = line.makefile("rb").read()
        assert b"x-injected" not in answer.lower()
        assert not answer.startswith(b"HTTP/1.1 5"), (one[:60], answer[:60])
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert line.makefile("rb").read().startswith(b"HTTP/1.1 200")


@pytest.fixture
def served_centre(tmp_path: Any) -> Iterator[str]:
    with served(f"sqlite:///{tmp_path / 'centre.db'}") as (where, _said):
        yield where


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer .",
        "Bearer a",
        "Bearer a.b.c",
        "Basic eDp4",
        "Bearer \xe4.\xf6",
        "bearer null",
    ],
)
def test_what_is_no_token_opens_nothing(pair: Pair, said: str) -> None:
    anna = pair[0]
    named = [(b"authorization", said.encode("latin-1"))]
    for path, body in (
        ("/sync/push", anna.request([])),
        ("/sync/pull", pulling(anna)),
        ("/wiped", {"device": anna.id}),
    ):
        assert code_of(anna.http.post(path, json=body, headers=named)) == (401, "token")
    assert code_of(anna.http.get(f"/blobs/{NAME}", headers=named)) == (401, "token")
    assert code_of(anna.http.put(f"/blobs/{NAME}", content=b"x", headers=named)) == (401, "token")


# ---- what was stolen ------------------------------------------------------------------------------------------


def test_a_stolen_token_is_good_for_its_own_device_and_time_alone(office: Office, pair: Pair) -> None:
    anna, bert, _ = pair
    thief = Device(anna.http, bert.worker, bert.id, bert.install_id, bert.epoch, bert.key, token=anna.token)
    for path, body in (
        ("/sync/push", thief.request([])),
        ("/sync/pull", pulling(thief)),
        ("/blobs", {"device": thief.id, "blobs": []}),
        ("/wiped", {"device": thief.id}),
    ):
        assert code_of(thief.post(path, body)) == (401, "token")
    later = now() + timedelta(seconds=auth.TOKEN_SECONDS + 1)
    release = clock.hold(now=lambda: later)
    try:
        assert code_of(anna.post("/sync/pull", pulling(anna))) == (401, "token")
        assert code_of(get(anna)) == (401, "token")
    finally:
        release()
    assert anna.post("/sync/pull", pulling(anna)).status_code == 200
    with writing(office.engine) as connection:
        devices.revoke(connection, anna.id, "destroy")
    assert code_of(anna.post("/sync/pull", pulling(anna))) == (403, "revoked")
    assert code_of(get(anna)) == (403, "revoked")


def test_what_the_centre_signed_for_one_purpose_serves_no_other(pair: Pair) -> None:
    anna = pair[0]
    challenge = anna.http.post("/challenge", json={"device": anna.id}).json()["challenge"]
    own, anna.token = anna.token, challenge
    assert code_of(anna.post("/sync/pull", pulling(anna))) == (401, "token")
    signature = protocol.to_base64(anna.key.sign(protocol.token_words(anna.id, anna.install_id, own)))
    body = {"device": anna.id, "install_id": anna.install_id, "challenge": own, "signature": signature}
    assert code_of(anna.http.post("/token", json=body)) == (401, "token")
    # Nobody but the centre makes its time longer.
    words, _, mark = own.partition(".")
    longer = json.loads(protocol.from_base64(words)) | {"until": 2**40}
    anna.token = f"{protocol.to_base64(json.dumps(longer).encode())}.{mark}"
    assert code_of(anna.post("/sync/pull", pulling(anna))) == (401, "token")


def test_a_signed_challenge_that_was_listened_to_is_good_once(pair: Pair) -> None:
    anna = pair[0]
    challenge = anna.http.post("/challenge", json={"device": anna.id}).json()["challenge"]
    signature = protocol.to_base64(anna.key.sign(protocol.token_words(anna.id, anna.install_id, challenge)))
    body = {"device": anna.id, "install_id": anna.install_id, "challenge": challenge, "signature": signature}
    assert anna.http.post("/token", json=body).status_code == 200
    assert code_of(anna.http.post("/token", json=body)) == (401, "token")
    # Nor does it serve another device, or another install of the same.
    assert code_of(anna.http.post("/token", json={**body, "device": pair[1].id})) == (401, "token")
    assert code_of(anna.http.post("/token", json={**body, "install_id": ident()})) == (401, "token")


def test_a_message_that_was_listened_to_changes_nothing_a_second_time(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    body = anna.request([visit(anna, client)])
    first = anna.post("/sync/push", body).json()["results"]
    with snapshot(office.engine) as connection:
        entries = connection.execute(select(func.count()).select_from(AUDIT)).scalar_one()
    again = anna.post("/sync/push", body).json()["results"]
    assert [(one["id"], one["status"]) for one in again] == [(one["id"], one["status"]) for one in first]
    with snapshot(office.engine) as connection:
        assert connection.execute(select(func.count()).select_from(AUDIT)).scalar_one() == entries


# ---- another's --------------------------------------------------------------------------------------------------


@pytest.fixture
def another(office: Office, pair: Pair) -> tuple[Device, str, dict[str, Any]]:
    """A stranger to the pair's client, with one of her own; and a visit of the pair's."""
    cecilia = office.device("cecilia")
    client, made = new_client(cecilia)
    assert [result["status"] for result in cecilia.push(made)] == ["applied"]
    cecilia.pull()
    met = visit(pair[0], pair[2], notes="secret-note")
    pair[0].push(met, attachment(pair[0], pair[2]))
    assert send(pair[0], CONTENT, 0).json()["whole"]
    return cecilia, client, met


def test_anothers_client_is_not_read(pair: Pair, another: tuple[Device, str, dict[str, Any]]) -> None:
    cecilia, _, met = another
    _, _, client = pair
    assert code_of(cecilia.post("/sync/pull", pulling(cecilia, have={"centre": 0}))) == (422, "message")
    for held in (0, 1, 10**9):
        body = pulling(cecilia, have={core(client): held, f"client:{client}:health": held})
        reply = cecilia.post("/sync/pull", body)
        assert reply.status_code == 200
        assert core(client) in reply.json()["evict"]
        assert not any(client in page["scope"] for page in reply.json()["scopes"])
        assert "secret-note" not in reply.text
        assert met["row"] not in reply.text
    staff = pulling(cecilia, have={f"staff:{pair[0].worker}": 0})
    assert f"staff:{pair[0].worker}" in cecilia.post("/sync/pull", staff).json()["evict"]


def test_anothers_row_is_neither_written_nor_told_of(
    office: Office, pair: Pair, another: tuple[Device, str, dict[str, Any]]
) -> None:
    """By her client's scope, by one's own, by the number of somebody else's change."""
    cecilia, own, met = another
    _, _, client = pair
    there = cecilia.mutation("support_visit", "update", met["row"], core(client), notes=["", "changed"])
    here = cecilia.mutation("support_visit", "update", met["row"], core(own), notes=["", "changed"])
    taken = cecilia.mutation("support_visit", "delete", met["row"], core(own))
    again = cecilia.mutation("support_visit", "create", met["row"], core(own), **visit(cecilia, own)["patch"])
    numbered = {**visit(cecilia, own), "id": met["id"]}
    lent = visit(cecilia, own)
    lent["patch"]["client_id"] = [None, client]
    posing = {**there, "id": ident(), "author": pair[0].worker}
    results = cecilia.post(
        "/sync/push", cecilia.request([there, here, taken, again, numbered, lent, posing])
    ).json()["results"]
    assert "secret-note" not in json.dumps(results)
    for result in results[:3]:
        assert (result["status"], result.get("row")) in [("quarantined", None), ("refused", None)]
    pair[1].pull()
    row = pair[1].row("support_visit", met["row"])
    assert (row["notes"], row["deleted"], row["client_id"]) == ("secret-note", False, client)
    assert not office.findings()


def test_another_people_are_not_assigned_to_oneself(
    office: Office, pair: Pair, another: tuple[Device, str, dict[str, Any]]
) -> None:
    cecilia, own, _ = another
    _, _, client = pair
    values = {
        "client_id": client,
        "worker_id": cecilia.worker,
        "role": "job-coach",
        "valid_from": "2026-01-01",
    }
    patch = {name: [None, value] for name, value in values.items()}
    for scope in (core(client), core(own)):
        wanted = cecilia.mutation("assignment", "create", ident(), scope, **patch)
        assert next(result["status"] for result in cecilia.push(wanted)) in ("quarantined", "refused")
    cecilia.pull()
    assert core(client) not in cecilia.cursors
    with snapshot(office.engine) as connection:
        rows = connection.execute(select(RECORDS["assignment"].c.worker_id)).scalars().all()
    assert [str(one) for one in rows].count(cecilia.worker) == 1


def test_anothers_file_is_as_if_it_were_not_there(
    pair: Pair, another: tuple[Device, str, dict[str, Any]]
) -> None:
    cecilia, own, _ = another
    unknown = sha256(b"nobody's").hexdigest()
    for name in (NAME, unknown):
        assert code_of(get(cecilia, name=name)) == (403, "access")
        assert code_of(send(cecilia, b"x", 0, 1, name=name)) == (403, "access")
        reply = cecilia.post("/blobs", {"device": cecilia.id, "blobs": [name]}).json()
        assert reply["blobs"][name] == {"received": 0, "whole": False, "size": 0, "known": False}
    assert get(pair[1]).content == CONTENT
    assert own


def test_an_administrator_reads_no_client(office: Office, pair: Pair) -> None:
    admin = office.device("ada", "admin")
    admin.pull()
    assert not [scope for scope in admin.cursors if scope.startswith("client:")]
    assert code_of(get(admin)) == (403, "access")


def test_the_page_on_security_names_tests_that_there_are() -> None:
    root = Path(__file__).parents[4]
    page = (root / "sync" / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\btest_\w+(?:\.py)?", page))
    sources = {path.name: path.read_text("utf-8") for path in (root / "tests/unit/sync").rglob("test_*.py")}
    for name in named:
        there = name in sources or any(f"def {name}(" in text for text in sources.values())
        assert there, name
    assert len(named) > 15
