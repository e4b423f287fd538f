"""Who somebody is: a proof is checked here, whatever it is for, and what came of it is booked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import structlog
from sqlalchemy import Connection, update

from app.clock import now
from app.record import Row, iso
from sync.login_messages import login_nonce
from sync.protocol import ProofMessage
from sync.server import accounts, auth, login_rules, oidc, passwords
from sync.server.bodies import Stop
from sync.server.centre import Centre
from sync.server.database import snapshot, writing
from sync.server.events import event
from sync.server.login_rules import Rules
from sync.server.tables import ACCOUNT

FAILURES = 10  # wrong passwords in a row
LOCKED_MINUTES = 15
GIVEN_DAYS = 7  # that a password holds which the administrator made

log = structlog.get_logger("tyopari.centre")


@dataclass(frozen=True)
class Person:
    """Who proved to be there. `worker` is None where the organisation's log-in names nobody with an account."""

    worker: str | None
    must_change: bool = False
    issuer: str = ""
    subject: str = ""


def prove(centre: Centre, proof: ProofMessage, public_key: str) -> Person:
    """Return whom a proof is of, for the device that has this key.

    Raises Stop: `login_old` for a question that is not ours, too old or answered before, `password`, `identity`,
    `provider`, `inactive`. Nothing tells whether a user name is known: neither the answer nor how long it takes.
    """
    with writing(centre.engine) as connection:
        rules = login_rules.rules(connection)
        if not auth.take_question(connection, centre.keys.token, proof.challenge):
            raise Stop("login_old")
    if proof.id_token:
        return _by_the_organisation(centre, rules, proof, public_key)
    return _by_password(centre, rules, proof)


def _by_password(centre: Centre, rules: Rules, proof: ProofMessage) -> Person:
    with snapshot(centre.engine) as connection:
        known = accounts.find_user(connection, proof.username) if rules.passwords else None
    right = passwords.is_right(proof.password, known["password_hash"] if known else None)
    stop: Stop | None = None
    with writing(centre.engine) as connection:
        account = accounts.locked(connection, known["worker_id"]) if known else None
        if account is None or not _holds(account, right):
            _count(connection, account)
            stop = Stop("password")
        elif not account["active"]:
            _book(connection, "login_refused", account["worker_id"], why="inactive")
            stop = Stop("inactive")
        else:
            _welcome(connection, account, proof.password)
    if stop is not None:
        log.info("login_failed", worker=known["worker_id"] if known else None, code=stop.code)
        raise stop
    assert account is not None
    return Person(account["worker_id"], must_change=bool(account["must_change"]))


def _holds(account: Row, right: bool) -> bool:
    """Tell whether a password lets its person in: it may be right, and the account locked."""
    if account["locked_until"] and datetime.fromisoformat(account["locked_until"]) > now():
        return False
    given_long_ago = account["must_change"] and (
        datetime.fromisoformat(account["password_at"]) + timedelta(days=GIVEN_DAYS) < now()
    )
    return right and not given_long_ago


def _count(connection: Connection, account: Row | None) -> None:
    """Book a wrong password, and lock the account after so many."""
    _book(connection, "login_failed", account["worker_id"] if account else None, method="password")
    if account is None:
        return
    values: Row = {"failures": account["failures"] + 1}
    until = account["locked_until"]
    if values["failures"] >= FAILURES and not (until and datetime.fromisoformat(until) > now()):
        values = {"failures": 0, "locked_until": iso(now() + timedelta(minutes=LOCKED_MINUTES))}
        _book(connection, "login_locked", account["worker_id"])
    _set(connection, account, values)


def _welcome(connection: Connection, account: Row, password: str) -> None:
    values: Row = {"failures": 0, "locked_until": None}
    if passwords.is_outdated(account["password_hash"]):
        values["password_hash"] = passwords.keep(password)
    _set(connection, account, values)
    _book(connection, "person_login", account["worker_id"], method="password")


def _book(connection: Connection, action: str, worker: str | None, **told: str) -> None:
    event(connection, action, of=worker, person=worker, **told)


def _set(connection: Connection, account: Row, values: Row) -> None:
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.worker_id == account["worker_id"]).values(**values))


@lru_cache(maxsize=8)
def provider(issuer: str, client_id: str) -> oidc.Provider:
    """Return the organisation's log-in, with its keys as far as they are known."""
    return oidc.Provider(issuer, client_id)


def _by_the_organisation(centre: Centre, rules: Rules, proof: ProofMessage, public_key: str) -> Person:
    if not rules.issuer:
        raise Stop("identity")
    try:
        nonce = login_nonce(public_key, proof.challenge)
        subject = provider(rules.issuer, rules.client_id).subject(proof.id_token, nonce)
    except oidc.ProviderAway as away:
        log.error("provider_away", why=str(away))
        raise Stop("provider") from None
    except oidc.NotBelieved as refused:
        log.info("login_failed", why=refused.reason)
        with writing(centre.engine) as connection:
            _book(connection, "login_failed", None, method="oidc", why=refused.reason)
        raise Stop("identity") from None
    with writing(centre.engine) as connection:
        account = accounts.linked(connection, rules.issuer, subject)
        worker = account["worker_id"] if account else None
        active = account is None or bool(account["active"])
        action = "login_refused" if not active else "person_login" if account else "login_unknown"
        _book(connection, action, worker, method="oidc")
    if not active:
        raise Stop("inactive")
    return Person(worker, issuer=rules.issuer, subject=subject)


def is_hers(connection: Connection, person: Person, worker: str) -> None:
    """Take a proof as this worker's, whose code or device it came with; raises Stop where it is somebody else's.

    Whom the organisation's log-in names for the first time is known from then on: code or device say who it is.
    """
    if person.worker == worker:
        return
    if person.worker is not None:
        raise Stop("other_person")
    if accounts.has_identity(connection, worker, person.issuer):
        raise Stop("stranger")
    accounts.link(connection, worker, person.issuer, person.subject)
