"""People who log in with a password of the centre's: what is asked, what is told, what locks, what is booked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from app import clock
from app.clock import now, random_bytes
from app.errors import KnownError
from sync.login_messages import login_words
from sync.protocol import to_base64, token_words
from sync.server import accounts, assignments, devices, login_rules, passwords, proving
from sync.server.database import snapshot, writing
from sync.server.tables import ASSIGNMENT, AUDIT, CHALLENGE_USED
from tests.unit.sync.server.conftest import Device, Office, ident, new_client

GOOD, OTHER = "neljä sanaa joita kukaan ei arvaa", "viisi muuta sanaa joita ei arvata"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a password cost little here; `test_passwords` keeps to what it really costs."""
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "ROUNDS", 1)
    monkeypatch.setattr(passwords, "_NOBODYS", passwords.keep("nobody's at all"))


def code_of(reply: Any) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


@contextmanager
def later(**by: float) -> Iterator[None]:
    moment = now() + timedelta(**by)
    release = clock.hold(now=lambda: moment)
    try:
        yield
    finally:
        release()


def asks(office: Office, enrol_with: str = "code+login", **more: Any) -> None:
    with writing(office.engine) as connection:
        login_rules.change(connection, enrol_with=enrol_with, **more)


def registered(office: Office, name: str, password: str = GOOD, must_change: bool = False) -> str:
    """Register a person with a password; return the worker's id."""
    with writing(office.engine) as connection:
        worker = accounts.add_user(connection, name, "job-coach")
        accounts.set_password(connection, worker, passwords.keep(password), must_change)
    return worker


def question(office: Office) -> str:
    return str(office.http.get("/login").json()["challenge"])


def proof(office: Office, name: str, password: str = GOOD) -> dict[str, str]:
    return {"challenge": question(office), "username": name, "password": password}


def enrolling(**more: Any) -> dict[str, Any]:
    key = Ed25519PrivateKey.from_private_bytes(random_bytes(32)).public_key().public_bytes_raw()
    return {"public_key": to_base64(key), "install_id": ident(), **more}


def enrolled(office: Office, name: str, password: str = GOOD) -> Device:
    """Join with a code and a password."""
    key, install = Ed25519PrivateKey.from_private_bytes(random_bytes(32)), ident()
    public = to_base64(key.public_key().public_bytes_raw())
    body = {"code": office.code(name), "public_key": public, "install_id": install}
    reply = office.http.post("/enrol", json={**body, "proof": proof(office, name, password)}).json()
    made = Device(office.http, reply["worker"]["id"], reply["device"], install, reply["epoch"], key)
    assert made.sign_in().status_code == 200
    return made


def log_in(office: Office, device: Device, name: str, password: str = GOOD) -> Any:
    proven = proof(office, name, password)
    signature = to_base64(device.key.sign(login_words(device.id, device.install_id, proven["challenge"])))
    words = {"device": device.id, "install_id": device.install_id, "signature": signature, "proof": proven}
    return office.http.post("/login", json=words)


def booked(office: Office, worker: str | None) -> list[str]:
    """Return what was booked of a person, in order; None: of nobody that is known."""
    scope = f"staff:{worker}" if worker else "centre"
    with snapshot(office.engine) as connection:
        found = select(AUDIT.c.action).where(AUDIT.c.scope == scope).order_by(AUDIT.c.n)
        return [str(action) for action in connection.execute(found).scalars()]


def test_a_centre_that_was_told_nothing_asks_for_a_code_alone(office: Office) -> None:
    told = office.http.get("/login").json()
    assert (told["enrol_with"], told["passwords"], told["oidc"], told["challenge"]) == (
        "code",
        False,
        None,
        "",
    )
    assert office.http.post("/enrol", json=enrolling(code=office.code("anna"))).status_code == 200


def test_with_code_and_log_in_one_of_them_is_not_enough(office: Office) -> None:
    asks(office)
    registered(office, "anna")
    told = office.http.get("/login").json()
    assert (told["enrol_with"], told["passwords"], told["oidc"]) == ("code+login", True, None)
    code = office.code("anna")
    assert code_of(office.http.post("/enrol", json=enrolling(code=code))) == (401, "login")
    lone = enrolling(proof=proof(office, "anna"))
    assert code_of(office.http.post("/enrol", json=lone)) == (403, "code")
    wrong = enrolling(code=code, proof=proof(office, "anna", OTHER))
    assert code_of(office.http.post("/enrol", json=wrong)) == (403, "password")
    both = enrolling(code=code, proof=proof(office, "ANNA"))
    reply = office.http.post("/enrol", json=both)
    assert reply.status_code == 200
    assert reply.json()["worker"]["name"] == "anna"
    assert not reply.json()["must_change"]


def test_a_code_and_a_log_in_are_one_persons(office: Office) -> None:
    asks(office)
    registered(office, "anna")
    registered(office, "bert", OTHER)
    code = office.code("anna")
    mixed = enrolling(code=code, proof=proof(office, "bert", OTHER))
    assert code_of(office.http.post("/enrol", json=mixed)) == (403, "other_person")
    assert (
        office.http.post("/enrol", json=enrolling(code=code, proof=proof(office, "anna"))).status_code == 200
    )


def test_with_a_log_in_alone_no_code_is_needed(office: Office) -> None:
    asks(office, "login")
    worker = registered(office, "anna")
    assert code_of(office.http.post("/enrol", json=enrolling(code=office.code("anna")))) == (401, "login")
    reply = office.http.post("/enrol", json=enrolling(proof=proof(office, "anna")))
    assert reply.json()["worker"]["id"] == worker


def test_a_proof_is_taken_once_and_not_long_after(office: Office) -> None:
    asks(office, "login")
    registered(office, "anna")
    body = enrolling(proof=proof(office, "anna"))
    assert office.http.post("/enrol", json=body).status_code == 200
    again = {**body, "install_id": ident()}
    assert code_of(office.http.post("/enrol", json=again)) == (403, "login_old")
    old = enrolling(proof=proof(office, "anna"))
    with later(minutes=11):
        assert code_of(office.http.post("/enrol", json=old)) == (403, "login_old")
    for forged in ("", "x.y", question(office)[:-4] + "AAA="):
        words = {"challenge": forged, "username": "anna", "password": GOOD}
        assert code_of(office.http.post("/enrol", json=enrolling(proof=words))) == (403, "login_old")


def test_an_account_is_locked_after_ten_wrong_passwords_and_opens_by_itself(office: Office) -> None:
    asks(office, "login")
    worker = registered(office, "anna")
    for _ in range(proving.FAILURES):
        wrong = enrolling(proof=proof(office, "anna", OTHER))
        assert code_of(office.http.post("/enrol", json=wrong)) == (403, "password")
    assert booked(office, worker)[-2:] == ["login_failed", "login_locked"]
    right = enrolling(proof=proof(office, "anna"))
    assert code_of(office.http.post("/enrol", json=right)) == (429, "too_many")
    with later(minutes=6):  # the one who tried may go on; the account may not
        right = enrolling(proof=proof(office, "anna"))
        assert code_of(office.http.post("/enrol", json=right)) == (403, "password")
    with later(minutes=16):
        right = enrolling(proof=proof(office, "anna"))
        assert office.http.post("/enrol", json=right).status_code == 200
    assert booked(office, worker)[-3:] == ["login_failed", "person_login", "device_enrolled"]


def test_a_right_password_starts_the_count_anew(office: Office) -> None:
    asks(office, "login")
    worker = registered(office, "anna")
    for minutes in (0, 10):
        with later(minutes=minutes):
            for _ in range(proving.FAILURES - 1):
                office.http.post("/enrol", json=enrolling(proof=proof(office, "anna", OTHER)))
            good = enrolling(proof=proof(office, "anna"))
            assert office.http.post("/enrol", json=good).status_code == 200
    assert "login_locked" not in booked(office, worker)


def test_a_password_that_somebody_else_chose_is_good_for_a_week(office: Office) -> None:
    asks(office, "login")
    registered(office, "anna", must_change=True)
    reply = office.http.post("/enrol", json=enrolling(proof=proof(office, "anna")))
    assert reply.json()["must_change"] is True
    with later(days=8):
        late = enrolling(proof=proof(office, "anna"))
        assert code_of(office.http.post("/enrol", json=late)) == (403, "password")


def test_a_person_changes_her_password(office: Office) -> None:
    asks(office)
    worker = registered(office, "anna", must_change=True)
    registered(office, "bert")
    device = enrolled(office, "anna")

    def change(name: str, former: str, new: str) -> Any:
        words = {"device": device.id, "proof": proof(office, name, former), "new": new}
        return device.post("/password", words)

    assert code_of(change("anna", OTHER, "kuusi uutta sanaa keksitty")) == (403, "password")
    assert code_of(change("anna", GOOD, "lyhyt")) == (422, "weak")
    assert code_of(change("anna", GOOD, GOOD)) == (422, "weak")
    assert code_of(change("bert", GOOD, OTHER)) == (403, "other_person")
    assert change("anna", GOOD, OTHER).status_code == 200
    assert booked(office, worker)[-1] == "password_set"
    with later(days=8):
        assert code_of(log_in(office, device, "anna")) == (403, "password")
        assert log_in(office, device, "anna", OTHER).json()["must_change"] is False
    device.token = ""
    words = {"device": device.id, "proof": proof(office, "anna", OTHER), "new": GOOD}
    assert code_of(device.post("/password", words)) == (401, "token")


def test_who_left_is_told_only_with_the_right_password(office: Office) -> None:
    asks(office, "login")
    worker = registered(office, "anna")
    with writing(office.engine) as connection:
        accounts.set_active(connection, "anna", False)
    wrong = enrolling(proof=proof(office, "anna", OTHER))
    assert code_of(office.http.post("/enrol", json=wrong)) == (403, "password")
    right = enrolling(proof=proof(office, "anna"))
    assert code_of(office.http.post("/enrol", json=right)) == (403, "inactive")
    assert booked(office, worker)[-1] == "login_refused"
    with writing(office.engine) as connection:
        accounts.set_active(connection, "anna", True)
    right = enrolling(proof=proof(office, "anna"))
    assert office.http.post("/enrol", json=right).status_code == 200


def test_a_leaver_comes_in_on_no_device_and_colleagues_see_it(office: Office) -> None:
    anna, bert = office.device("anna"), office.device("bert")
    with writing(office.engine) as connection:
        accounts.set_active(connection, "anna", False)
        accounts.set_active(connection, "anna", False)
    assert code_of(anna.sign_in()) == (403, "inactive")
    bert.pull()
    assert bert.row("worker", anna.worker)["active"] is False
    assert booked(office, anna.worker).count("user_deactivated") == 1
    assert office.findings() == []


def test_people_log_in_again_after_so_many_days(office: Office) -> None:
    asks(office, days=30)
    registered(office, "anna")
    registered(office, "bert", OTHER)
    device = enrolled(office, "anna")
    with later(days=29):
        assert device.sign_in().status_code == 200
    with later(days=31):
        assert code_of(device.sign_in()) == (401, "login")
        assert code_of(log_in(office, device, "bert", OTHER)) == (403, "other_person")
        assert code_of(device.sign_in()) == (401, "login")
        assert log_in(office, device, "anna").status_code == 200
        assert device.sign_in().status_code == 200
    with later(days=60):
        assert device.sign_in().status_code == 200


def test_another_key_logs_nobody_in(office: Office) -> None:
    asks(office)
    registered(office, "anna")
    device = enrolled(office, "anna")
    device.key = Ed25519PrivateKey.from_private_bytes(random_bytes(32))
    assert code_of(log_in(office, device, "anna")) == (401, "token")


def test_who_joined_by_a_code_alone_logs_in_once_the_organisation_asks_for_it(office: Office) -> None:
    registered(office, "anna")
    device = office.device("anna")
    asks(office)
    assert code_of(device.sign_in()) == (401, "login")
    assert log_in(office, device, "anna").status_code == 200
    assert device.sign_in().status_code == 200


def test_what_is_sent_before_a_wipe_waits_for_no_log_in(office: Office) -> None:
    device = office.device("anna")
    with writing(office.engine) as connection:
        devices.revoke(connection, device.id, "drain")
    asks(office)
    reply = device.sign_in()
    assert reply.json()["order"]["order"] == "drain"


def test_a_signed_challenge_gets_one_token(office: Office) -> None:
    device = office.device("anna")
    challenge = office.http.post("/challenge", json={"device": device.id}).json()["challenge"]
    words = {
        "device": device.id,
        "install_id": device.install_id,
        "challenge": challenge,
        "signature": to_base64(device.key.sign(token_words(device.id, device.install_id, challenge))),
    }
    assert office.http.post("/token", json=words).status_code == 200
    assert code_of(office.http.post("/token", json=words)) == (401, "token")


def test_what_was_signed_long_ago_is_forgotten(office: Office) -> None:
    device = office.device("anna")
    for days in range(3):
        with later(days=days):
            assert device.sign_in().status_code == 200
            with snapshot(office.engine) as connection:
                kept = connection.execute(select(CHALLENGE_USED.c.until)).scalars().all()
            assert all(until > now().timestamp() for until in kept)
            assert kept


def test_nobody_is_shut_out_by_the_rules(office: Office) -> None:
    with writing(office.engine) as connection:
        with pytest.raises(KnownError):
            login_rules.change(connection, enrol_with="login", passwords=False)
        with pytest.raises(KnownError):
            login_rules.change(connection, issuer="https://login.example.fi")
        assert login_rules.rules(connection) == login_rules.Rules()


def test_passwords_that_are_switched_off_let_nobody_in(office: Office) -> None:
    asks(office, "login", passwords=False, issuer="https://login.example.fi", client_id="tyopari")
    registered(office, "anna")
    told = office.http.get("/login").json()
    assert told["passwords"] is False
    assert told["oidc"] == {"issuer": "https://login.example.fi", "client_id": "tyopari"}
    body = enrolling(proof=proof(office, "anna"))
    assert code_of(office.http.post("/enrol", json=body)) == (403, "password")


def test_another_role_goes_with_the_clients(office: Office) -> None:
    anna = office.device("anna")
    client, made = new_client(anna)
    anna.push(made)
    with writing(office.engine) as connection:
        assignments.set_role(connection, "anna", "jobcenter-coordinator")
        assignments.set_role(connection, "anna", "jobcenter-coordinator")
    anna.pull()
    assert anna.row("worker", anna.worker)["role"] == "jobcenter-coordinator"
    assert anna.sign_in().json()["worker"]["role"] == "jobcenter-coordinator"
    with snapshot(office.engine) as connection:
        held = connection.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.client_id == client)).mappings().all()
    assert [(row["role"], row["valid_to"]) for row in held] == [("jobcenter-coordinator", None)]
    assert booked(office, anna.worker).count("role_changed") == 1
    with writing(office.engine) as connection:
        assignments.set_role(connection, "anna", "admin")
        with pytest.raises(KnownError):
            assignments.set_role(connection, "anna", "emperor")
    anna.pull()
    assert not any(scope.startswith("client:") for scope in anna.rows)
    assert office.findings() == []


def test_who_is_whom_at_the_organisations_log_in_is_said_once(office: Office) -> None:
    anna, bert = registered(office, "anna"), registered(office, "bert")
    with writing(office.engine) as connection:
        accounts.link(connection, anna, "https://login.example.fi", "a-1")
        accounts.link(connection, anna, "https://login.example.fi", "a-1")
        with pytest.raises(KnownError, match="already"):
            accounts.link(connection, bert, "https://login.example.fi", "a-1")
        accounts.link(connection, anna, None, None)
        accounts.link(connection, bert, "https://login.example.fi", "a-1")
    with snapshot(office.engine) as connection:
        linked = accounts.linked(connection, "https://login.example.fi", "a-1")
    assert linked is not None
    assert linked["worker_id"] == bert
