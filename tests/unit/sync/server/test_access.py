"""Who comes in: enrolment, tokens, revoked and copied devices; and what is answered to everybody else."""

import gzip
import json
import zlib
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app import clock
from app.clock import now, random_bytes
from sync import protocol
from sync.protocol import from_base64, order_words, to_base64
from sync.sealing import seal
from sync.server import devices, wall
from sync.server.database import snapshot, writing
from sync.server.tables import ACCOUNT, AUDIT, QUARANTINE, RECORDS
from tests.unit.sync.server.conftest import Device, Office, core, ident, packed, visit

Pair = tuple[Device, Device, str]


def code_of(reply: Any) -> tuple[int, str]:
    told = reply.json()
    assert told["message"]
    return reply.status_code, told["code"]


def enrolling(code: str) -> dict[str, str]:
    key = Ed25519PrivateKey.from_private_bytes(random_bytes(32)).public_key().public_bytes_raw()
    return {"code": code, "public_key": to_base64(key), "install_id": ident()}


def test_a_code_works_once(office: Office) -> None:
    code = office.code("anna")
    reply = office.http.post("/enrol", json=enrolling(code.lower().replace("-", " ")))
    assert reply.status_code == 200
    assert reply.json()["worker"]["name"] == "anna"
    assert reply.json()["worker"]["role"] == "job-coach"
    assert code_of(office.http.post("/enrol", json=enrolling(code))) == (403, "code")
    assert code_of(office.http.post("/enrol", json=enrolling("AAAA-AAAA"))) == (403, "code")


def test_a_code_grows_old(office: Office) -> None:
    code = office.code("anna")
    later = now() + timedelta(days=8)
    release = clock.hold(now=lambda: later)
    try:
        assert code_of(office.http.post("/enrol", json=enrolling(code))) == (403, "code")
    finally:
        release()


def test_guessing_is_slowed_down(office: Office) -> None:
    replies = [code_of(office.http.post("/enrol", json=enrolling(f"GUESS{n}"))) for n in range(11)]
    assert replies == [(403, "code")] * 10 + [(429, "too_many")]
    reply = office.http.post("/enrol", json=enrolling(office.code("anna")))
    assert int(reply.headers["Retry-After"]) > 0


def test_a_key_that_is_none_is_not_taken(office: Office) -> None:
    body = {**enrolling(office.code("anna")), "public_key": to_base64(b"short")}
    assert code_of(office.http.post("/enrol", json=body)) == (422, "message")


def test_a_token_is_the_devices_own_and_grows_old(pair: Pair) -> None:
    anna, bert, _ = pair
    assert code_of(anna.http.post("/sync/push", json=anna.request([]))) == (401, "token")
    own = anna.token
    anna.token = bert.token
    assert code_of(anna.post("/sync/push", anna.request([]))) == (401, "token")
    anna.token = own[:-4] + "AAA="
    assert code_of(anna.post("/sync/push", anna.request([]))) == (401, "token")
    anna.token = own
    later = now() + timedelta(minutes=16)
    release = clock.hold(now=lambda: later)
    try:
        assert code_of(anna.post("/sync/push", anna.request([]))) == (401, "token")
        assert anna.sign_in().status_code == 200
        assert anna.post("/sync/push", anna.request([])).status_code == 200
    finally:
        release()


def test_another_key_gets_no_token(pair: Pair) -> None:
    anna, bert, _ = pair
    anna.key = bert.key
    assert code_of(anna.sign_in()) == (401, "token")
    for _ in range(9):
        anna.sign_in()
    assert code_of(anna.sign_in()) == (429, "too_many")
    assert bert.sign_in().status_code == 200


def test_an_old_challenge_gets_no_token(pair: Pair) -> None:
    anna = pair[0]
    later = now() + timedelta(minutes=3)
    challenge = anna.http.post("/challenge", json={"device": anna.id}).json()["challenge"]
    signature = to_base64(anna.key.sign(protocol.token_words(anna.id, anna.install_id, challenge)))
    body = {
        "device": anna.id,
        "install_id": anna.install_id,
        "challenge": challenge,
        "signature": signature,
    }
    release = clock.hold(now=lambda: later)
    try:
        assert code_of(anna.http.post("/token", json=body)) == (401, "token")
    finally:
        release()


def test_a_copied_device_must_be_enrolled_again(pair: Pair) -> None:
    anna = pair[0]
    anna.install_id = ident()
    assert code_of(anna.sign_in()) == (403, "install")


def test_who_left_the_service_comes_in_no_more(office: Office, pair: Pair) -> None:
    anna = pair[0]
    with writing(office.engine) as connection:
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.username == "anna").values(active=0))
    assert code_of(anna.post("/sync/push", anna.request([]))) == (403, "inactive")
    assert code_of(anna.sign_in()) == (403, "inactive")
    assert code_of(office.http.post("/enrol", json=enrolling(office.code("anna")))) == (403, "code")


def check_order(office: Office, device: Device, told: dict[str, Any], order: str) -> None:
    assert (told["device"], told["order"]) == (device.id, order)
    key = office.http.app.state.centre.keys.order_public()  # type: ignore[attr-defined]
    public = Ed25519PublicKey.from_public_bytes(from_base64(key))
    public.verify(from_base64(told["signature"]), order_words(device.id, order, told["at"]))


def revoke(office: Office, device: Device, order: str) -> None:
    with writing(office.engine) as connection:
        devices.revoke(connection, device.id, order)


def test_a_stolen_device_is_told_to_destroy(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    revoke(office, anna, "destroy")
    for reply in (anna.post("/sync/push", anna.request([visit(anna, client)])), anna.sign_in()):
        assert code_of(reply) == (403, "revoked")
        check_order(office, anna, reply.json()["order"], "destroy")
    assert anna.post("/wiped", {"device": anna.id}).status_code == 200
    with snapshot(office.engine) as connection:
        assert devices.device(connection, anna.id)["status"] == "wiped"  # type: ignore[index]
    assert code_of(anna.sign_in()) == (403, "revoked")


def test_a_leavers_device_is_drained(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    revoke(office, anna, "drain")
    reply = anna.sign_in()
    assert reply.status_code == 200
    check_order(office, anna, reply.json()["order"], "drain")
    [result] = anna.push(visit(anna, client))
    assert (result["status"], result.get("row")) == ("quarantined", None)
    body = {"epoch": anna.epoch, "schema_version": 1, "device": anna.id, "have": {}}
    assert code_of(anna.post("/sync/pull", body)) == (403, "revoked")
    with snapshot(office.engine) as connection:
        assert connection.execute(select(QUARANTINE.c.reason)).scalars().all() == ["revoked"]


def test_a_restored_centre_is_noticed(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    fresh = office.restored()
    body = {"epoch": anna.epoch, "schema_version": 1, "device": anna.id, "have": anna.cursors}
    for reply in (anna.post("/sync/push", anna.request([])), anna.post("/sync/pull", body)):
        assert code_of(reply) == (409, "epoch")
        assert reply.json()["epoch"] == fresh
    anna.epoch = fresh
    assert [result["status"] for result in anna.push(visit(anna, client))] == ["applied"]
    assert office.http.get("/health").json()["epoch"] == fresh


def test_programs_of_other_ages_are_told(pair: Pair) -> None:
    anna, _, client = pair
    assert code_of(anna.post("/sync/push", anna.request([], schema_version=0))) == (409, "schema_old")
    newer = anna.request([{**visit(anna, client), "schema_version": protocol.SCHEMA_VERSION + 1}])
    told = anna.post("/sync/push", newer)
    assert code_of(told) == (409, "schema_new")
    assert told.json()["schema_version"] == protocol.SCHEMA_VERSION, "so that it knows what it keeps back"


def test_a_newer_program_gets_everything_and_sends_what_has_a_place_here(pair: Pair) -> None:
    anna, _, client = pair
    newer = {"schema_version": protocol.SCHEMA_VERSION + 1}
    known = anna.request([visit(anna, client)], **newer)
    (result,) = anna.post("/sync/push", known).json()["results"]
    assert result["status"] == "applied"
    body = {"epoch": anna.epoch, "device": anna.id, "have": {}, **newer}
    told = anna.post("/sync/pull", body).json()
    assert {row["kind"] for page in told["scopes"] for row in page["rows"]} > {"client", "support_visit"}


def test_too_much_is_refused(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, _, client = pair
    many = anna.request([visit(anna, client)] * 3)
    monkeypatch.setattr(protocol, "MAX_MUTATIONS", 2)
    assert code_of(anna.post("/sync/push", many)) == (413, "too_large")
    long = b"[" + b" " * protocol.MAX_JSON + b"]"
    headers = {"Authorization": f"Bearer {anna.token}"}
    assert code_of(anna.http.post("/sync/push", content=long, headers=headers)) == (413, "too_large")

    def parts() -> Any:
        for _ in range(30):
            yield b" " * 1_000_000

    assert code_of(anna.http.post("/sync/push", content=parts(), headers=headers)) == (413, "too_large")


def test_a_bomb_does_not_go_off(pair: Pair) -> None:
    anna = pair[0]
    headers = {"Authorization": f"Bearer {anna.token}", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * (protocol.MAX_JSON + 1))
    assert len(bomb) < 100_000
    assert code_of(anna.http.post("/sync/push", content=bomb, headers=headers)) == (413, "too_large")
    for broken in (b"not gzip", bomb[:100], zlib.compress(b"{}")):
        assert code_of(anna.http.post("/sync/push", content=broken, headers=headers)) == (422, "message")
    headers["Content-Encoding"] = "br"
    assert code_of(anna.http.post("/sync/push", content=b"x", headers=headers)) == (422, "message")


def test_packed_both_ways(pair: Pair) -> None:
    anna, _, client = pair
    body = packed(anna.request([visit(anna, client) for _ in range(30)]))
    headers = {"Authorization": f"Bearer {anna.token}", "Content-Encoding": "gzip"}
    reply = anna.http.post("/sync/push", content=body, headers=headers)
    assert reply.headers["Content-Encoding"] == "gzip"
    assert len(reply.json()["results"]) == 30
    plain = anna.http.post("/sync/push", content=body, headers={**headers, "Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"mutations":[{"no":"id"}]}', b'{"mutations":3}'])
def test_what_is_not_a_message_is_told(pair: Pair, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {pair[0].token}"}
    reply = pair[0].http.post("/sync/push", content=body, headers=headers)
    assert code_of(reply) == (422, "message")


def test_a_number_that_is_none_is_refused_alone(pair: Pair) -> None:
    anna, _, client = pair
    good, bad = visit(anna, client), visit(anna, client)
    bad["patch"]["minutes"] = [None, float("nan")]
    body = json.dumps(anna.request([good, bad])).encode()
    reply = anna.http.post("/sync/push", content=body, headers={"Authorization": f"Bearer {anna.token}"})
    assert [result["status"] for result in reply.json()["results"]] == ["applied", "refused"]


def test_what_a_device_may_read_no_more_still_arrives(office: Office, pair: Pair) -> None:
    _, bert, client = pair
    made = visit(bert, client)
    sealing = office.http.app.state.centre.keys.sealing_public()  # type: ignore[attr-defined]
    sealed = [{"id": made["id"], "sealed": seal(sealing, made["id"], json.dumps(made))}]
    foreign = [{"id": ident(), "sealed": sealed[0]["sealed"]}]
    office.unassign(client, "bert")
    reply = bert.post("/sync/push", bert.request([visit(bert, client)], sealed=sealed + foreign))
    results = reply.json()["results"]
    assert [result["status"] for result in results] == ["quarantined", "refused", "quarantined"]
    assert results[0]["id"] == made["id"]


def test_failures_tell_nothing(office: Office, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    anna, _, client = pair
    with writing(office.engine) as connection:
        secret = RECORDS["client"].update().values(notes="secret-note")
        wall.open_to_centre(connection)
        connection.execute(secret)
    assert office.http.get("/nothing").json()["code"] == "not_found"
    assert office.http.get("/sync/push").status_code == 405

    def fail(name: str) -> None:
        if name == "server.push.written":
            raise RuntimeError("secret-note")

    release = clock.hold(at_point=fail)
    try:
        reply = anna.post("/sync/push", anna.request([visit(anna, client, notes="secret-note")]))
    finally:
        release()
    assert code_of(reply) == (500, "failed")
    assert "secret-note" not in reply.text
    told = capsys.readouterr()
    assert "secret-note" not in told.out + told.err
    assert not office.findings()
    assert sum(k == "support_visit" for k, _ in _pulled(anna, client)) == 0


def _pulled(device: Device, client: str) -> set[tuple[str, str]]:
    device.pull()
    return set(device.rows[core(client)])


def test_who_came_in_is_booked(office: Office, pair: Pair) -> None:
    """Each in the chain of the person whom it concerns, so that nobody waits for another's log-in."""
    for device in pair[:2]:
        own = select(AUDIT.c.action).where(AUDIT.c.scope == f"staff:{device.worker}")
        with snapshot(office.engine) as connection:
            actions = connection.execute(own).scalars().all()
        assert {"user_added", "code_made", "device_enrolled", "login"} <= set(actions)
    with snapshot(office.engine) as connection:
        assert not connection.execute(select(AUDIT.c.n).where(AUDIT.c.scope == "centre")).all()


def test_the_description_names_every_message(office: Office) -> None:
    document = office.http.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    for name in ("PushRequest", "PullReply", "Mutation", "ErrorReply", "TokenReply"):
        assert name in schemas
    for reference in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert reference in schemas


def test_health_needs_no_token(office: Office) -> None:
    assert office.http.get("/health").json()["status"] == "ok"
    assert isinstance(office.http, TestClient)
