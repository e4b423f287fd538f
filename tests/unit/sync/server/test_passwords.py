"""What is kept of a password, at what it really costs; and that this cost tells nobody who is known."""

import time
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sync.server import passwords
from sync.server.database import snapshot
from sync.server.tables import ACCOUNT
from tests.unit.sync.server.conftest import Office
from tests.unit.sync.server.test_login import (
    GOOD,
    OTHER,
    asks,
    booked,
    code_of,
    enrolling,
    later,
    proof,
    registered,
)


def test_nothing_tells_whether_a_name_is_known(office: Office) -> None:
    """Neither the answer nor the work that it takes: the medians of the processor's time are alike."""
    asks(office, "login")
    registered(office, "anna")
    taken: dict[str, list[float]] = {"anna": [], "nobody": []}
    for minutes in range(0, 18, 6):
        with later(minutes=minutes + minutes * 20):
            for _ in range(4):
                for name, times in taken.items():
                    body = enrolling(proof=proof(office, name, OTHER))
                    before = time.process_time()
                    assert code_of(office.http.post("/enrol", json=body)) == (403, "password")
                    times.append(time.process_time() - before)
    known, unknown = (median(times) for times in taken.values())
    assert abs(known - unknown) < 0.2 * max(known, unknown)
    assert booked(office, None).count("login_failed") == 12


def test_a_password_kept_with_less_is_kept_anew(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(office, "login")
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "ROUNDS", 1)
        worker = registered(office, "anna")
    body = enrolling(proof=proof(office, "anna"))
    assert office.http.post("/enrol", json=body).status_code == 200
    with snapshot(office.engine) as connection:
        kept = connection.execute(
            select(ACCOUNT.c.password_hash).where(ACCOUNT.c.worker_id == worker)
        ).scalar_one()
    assert not passwords.is_outdated(kept)
    assert passwords.is_right(GOOD, kept)


def test_what_is_kept_is_no_password() -> None:
    one, other = passwords.keep(GOOD), passwords.keep(GOOD)
    assert one != other
    assert one.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert passwords.is_right(GOOD, one)
    assert not passwords.is_right(GOOD + " ", one)
    assert not passwords.is_right("", one)
    assert not passwords.is_right(GOOD, None)
    assert not passwords.is_right(GOOD, "not a hash")


def test_a_letter_is_the_same_however_the_keyboard_writes_it() -> None:
    assert passwords.is_right(
        "pa\u0308ivaunta ja ko\u0308ynno\u0308s", passwords.keep("päivaunta ja köynnös")
    )


@given(st.text("abcåäö 12-", max_size=60), st.text("abc", max_size=20))
@settings(deadline=None)
def test_no_short_password_and_none_of_the_name_alone(password: str, username: str) -> None:
    if not passwords.is_weak(password, username):
        assert len(password) >= 12
        assert len(set(password)) >= 5
        assert not username or password != username * (len(password) // len(username))
        assert not passwords.is_weak(password + "x", "")


@pytest.mark.parametrize("password", ["", "a" * 30, "anna-anna-anna", "lyhyt sana", "x" * 201])
def test_weak_passwords(password: str) -> None:
    assert passwords.is_weak(password, "anna")
