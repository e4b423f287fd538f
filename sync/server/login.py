"""How people prove who they are: what is asked, logging in again, and a new password."""

import structlog
from fastapi import Request
from sqlalchemy import update

from app.clock import now
from app.record import Row, iso
from sync import protocol
from sync.login_messages import (
    LoginMethods,
    LoginReply,
    LoginRequest,
    OidcMessage,
    PasswordReply,
    PasswordRequest,
    login_words,
)
from sync.server import accounts, auth, login_rules, passwords, proving
from sync.server.bodies import Stop
from sync.server.centre import Centre, Route, parse, source
from sync.server.database import snapshot, writing
from sync.server.tables import DEVICE

log = structlog.get_logger("tyopari.centre")


def methods(centre: Centre, _request: Request, _body: bytes) -> LoginMethods:
    """Tell what a person who joins is asked for, and give a question for her log-in."""
    with snapshot(centre.engine) as connection:
        rules = login_rules.rules(connection)
    if not rules.wants_login:
        return LoginMethods()
    organisation = OidcMessage(issuer=rules.issuer, client_id=rules.client_id) if rules.issuer else None
    return LoginMethods(
        enrol_with=rules.enrol_with,
        passwords=rules.passwords,
        oidc=organisation,
        challenge=auth.make_question(centre.keys.token),
    )


def proven(
    centre: Centre, request: Request, proof: protocol.ProofMessage, key: str, caller: str = ""
) -> proving.Person:
    """Return whom a proof is of, as `proving.prove`; whoever fails too often must wait."""
    address = f"logins {source(request)}"
    tried = [f"{address} {caller or proof.username.lower()}", address]
    centre.attempt(*tried)
    try:
        return proving.prove(centre, proof, key)
    except Stop as stop:
        if stop.code in ("password", "identity", "login_old"):
            centre.limit.failed(*tried)
        raise


def log_in(centre: Centre, request: Request, body: bytes) -> LoginReply:
    """Take a person's log-in on her device, once more."""
    asked = parse(LoginRequest, body)
    found = centre.device(asked.device, asked.install_id)
    words = login_words(asked.device, asked.install_id, asked.proof.challenge)
    if not auth.is_signed(found["public_key"], asked.signature, words):
        raise Stop("token")
    person = proven(centre, request, asked.proof, found["public_key"], asked.device)
    with writing(centre.engine) as connection:
        proving.is_hers(connection, person, found["worker_id"])
        connection.execute(update(DEVICE).where(DEVICE.c.id == asked.device).values(login_at=iso(now())))
    log.info("logged_in", device=asked.device, worker=found["worker_id"])
    return LoginReply(must_change=person.must_change, server_time=iso(now()))


def change_password(centre: Centre, request: Request, body: bytes) -> PasswordReply:
    """Put a person's own new password in the place of the former one."""
    asked = parse(PasswordRequest, body)
    found = centre.bearer(request, asked.device)
    former = asked.proof.password
    if asked.proof.id_token:
        raise Stop("message")
    person = proven(centre, request, asked.proof, found["public_key"], asked.device)
    if person.worker != found["worker_id"]:
        raise Stop("other_person")
    if passwords.is_weak(asked.new, found["username"]) or passwords.are_same(asked.new, former):
        raise Stop("weak")
    kept = passwords.keep(asked.new)
    with writing(centre.engine) as connection:
        accounts.set_password(connection, found["worker_id"], kept, must_change=False)
    return PasswordReply(server_time=iso(now()))


def is_due(centre: Centre, found: Row) -> bool:
    """Tell whether a device's person must log in before it gets a token: not for what it sends before a wipe."""
    with snapshot(centre.engine) as connection:
        return found["status"] == "active" and login_rules.rules(connection).is_due(found["login_at"])


ROUTES: tuple[Route, ...] = (
    Route("/login", methods, LoginMethods, method="GET", signed=False),
    Route("/login", log_in, LoginReply, LoginRequest, signed=False),
    Route("/password", change_password, PasswordReply, PasswordRequest),
)
