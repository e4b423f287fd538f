"""How a device joins, signs in, and says that it has forgotten everything."""

import structlog
from fastapi import Request
from sqlalchemy import Connection

from app.clock import now
from app.record import Row, iso
from sync import protocol
from sync.server import accounts, auth, devices, login, login_rules, proving, state, turns
from sync.server.bodies import Stop
from sync.server.centre import Centre, Route, parse, source, worker_message
from sync.server.database import snapshot, writing

log = structlog.get_logger("tyopari.centre")


def enrol(centre: Centre, request: Request, body: bytes) -> protocol.EnrolReply:
    """Make a device for whoever holds a good code, or has logged in, or both: as the organisation wants it."""
    asked = parse(protocol.EnrolRequest, body)
    centre.attempt(source(request))
    if not auth.is_key(asked.public_key):
        raise Stop("message")
    with snapshot(centre.engine) as connection:
        rules = login_rules.rules(connection)
    person = _person(centre, request, asked) if rules.wants_login else None
    with writing(centre.engine) as connection:
        worker = accounts.use_code(connection, asked.code) if rules.wants_code else _known(person)
        found = _made(connection, asked, worker, person) if worker is not None else None
        epoch = state.epoch(connection)
    if found is None:
        centre.limit.failed(source(request))
        raise Stop("code")
    log.info("enrolled", device=found["id"], worker=worker)
    return protocol.EnrolReply(
        device=found["id"],
        worker=worker_message(found),
        epoch=epoch,
        server_time=iso(now()),
        order_key=centre.keys.order_public(),
        sealing_key=centre.keys.sealing_public(),
        must_change=person is not None and person.must_change,
    )


def _person(centre: Centre, request: Request, asked: protocol.EnrolRequest) -> proving.Person:
    if asked.proof is None:
        raise Stop("login")
    return login.proven(centre, request, asked.proof, asked.public_key)


def _made(
    connection: Connection, asked: protocol.EnrolRequest, worker: str, person: proving.Person | None
) -> Row | None:
    """Register the device; raises Stop where whoever logged in is not its worker."""
    if person is not None:
        proving.is_hers(connection, person, worker)
    device = devices.add_device(
        connection, worker, asked.public_key, asked.install_id, asked.name, logged_in=person is not None
    )
    return devices.device(connection, device)


def _known(person: proving.Person | None) -> str:
    """Return whose device it becomes where no code says so; raises Stop for whom no account is linked with."""
    if person is None or person.worker is None:
        raise Stop("stranger")
    return person.worker


def challenge(centre: Centre, request: Request, body: bytes) -> protocol.ChallengeReply:
    """Give something to sign."""
    asked = parse(protocol.ChallengeRequest, body)
    made = auth.make_challenge(centre.keys.token, asked.device)
    return protocol.ChallengeReply(challenge=made, server_time=iso(now()))


def token(centre: Centre, request: Request, body: bytes) -> protocol.TokenReply:
    """Give a token to a device that signed its challenge."""
    asked = parse(protocol.TokenRequest, body)
    address = f"tokens {source(request)}"
    caller = f"{address} {asked.device}"  # an office shares one address
    centre.attempt(caller, address)
    with snapshot(centre.engine) as connection:
        found = devices.device(connection, asked.device)
        epoch = state.epoch(connection)
    if found is None or not auth.answers(centre.keys.token, asked, found["public_key"]):
        centre.limit.failed(caller, address)
        if found is not None:
            devices.failed(centre.engine, found)
        raise Stop("token")
    centre.device(asked.device, asked.install_id)
    if login.is_due(centre, found):
        raise Stop("login")
    with writing(centre.engine) as connection:
        if not auth.take_challenge(connection, centre.keys.token, asked.challenge):
            raise Stop("token")
        turn = turns.next_turn(connection, centre.keys.token, asked)
        if turn is not None:
            devices.seen(connection, found["worker_id"], asked)
    if turn is None:
        raise Stop("install")
    return protocol.TokenReply(
        token=auth.make_token(centre.keys.token, asked.device, asked.install_id),
        expires_in=auth.TOKEN_SECONDS,
        turn=turn,
        worker=worker_message(found),
        epoch=epoch,
        server_time=iso(now()),
        order=devices.order_of(found, centre.keys),
    )


def wiped(centre: Centre, request: Request, body: bytes) -> protocol.WipedReply:
    """Note that a revoked device has forgotten everything."""
    asked = parse(protocol.WipedRequest, body)
    if asked.signature is None:
        centre.named(request, asked.device)
    with writing(centre.engine) as connection:
        if asked.signature is not None:
            found = devices.device(connection, asked.device)
            if found is None or not auth.says_wiped(centre.keys.token, asked, found["public_key"]):
                raise Stop("token")
        devices.wiped(connection, asked.device)
    return protocol.WipedReply(server_time=iso(now()))


ROUTES = (
    Route("/enrol", enrol, protocol.EnrolReply, protocol.EnrolRequest, signed=False),
    Route("/challenge", challenge, protocol.ChallengeReply, protocol.ChallengeRequest, signed=False),
    Route("/token", token, protocol.TokenReply, protocol.TokenRequest, signed=False),
    Route("/wiped", wiped, protocol.WipedReply, protocol.WipedRequest, signed=False),
)
