"""The centre as a web application: its requests, who may make them, and how failures are answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from app.clock import now
from app.pace import without_collecting
from app.record import Row, iso
from sync import protocol
from sync.protocol import MIN_SCHEMA, SCHEMA_VERSION, PullRequest, PushRequest
from sync.server import auth, blobs, people, state
from sync.server.bodies import Stop, answer, read_body
from sync.server.database import connect, snapshot, writing
from sync.server.faults import BUGS
from sync.server.logs import of_exception
from sync.server.pull import pull
from sync.server.push import newest_schema, parse_one_by_one, parse_sealed, push, refused
from sync.server.rights import Sender
from sync.server.tables import DEVICE

log = structlog.get_logger("tyopari.centre")
M = TypeVar("M", bound=BaseModel)


@dataclass
class Centre:
    """What the requests share: the database, the keys, and the count of failures."""

    engine: Engine
    keys: state.Keys
    limit: auth.Limit

    def admitted(self, connection: Connection, device_id: str, install_id: str) -> Row:
        """Return a device that may come in (draining ones too), with the present epoch; else raises Stop."""
        found = people.device(connection, device_id)
        epoch = state.epoch(connection)
        if found is None:
            raise Stop("token")
        if found["install_id"] != install_id:
            raise Stop("install")
        if found["status"] in ("destroy", "wiped"):
            raise Stop("revoked", order=people.order_of(found, self.keys))
        if not found["active"]:
            raise Stop("inactive")
        return {**found, "epoch": epoch}

    def device(self, device_id: str, install_id: str) -> Row:
        """Return a device as `admitted`, asked for by itself."""
        with snapshot(self.engine) as connection:
            return self.admitted(connection, device_id, install_id)

    def named(self, request: Request, claimed: str) -> tuple[str, str]:
        """Return what the request's token says, for `admitted`; raises Stop for one not good or not its own."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        words = auth.read_token(self.keys.token, token) if scheme.lower() == "bearer" else None
        if words is None or words[0] != claimed:
            raise Stop("token")
        return words

    def bearer(self, request: Request, claimed: str) -> Row:
        """Return the device of the request's token; raises Stop for one not good or not its own."""
        return self.device(*self.named(request, claimed))

    def attempt(self, source: str) -> None:
        """Raise Stop where this source has failed too often of late."""
        seconds = self.limit.wait(source)
        if seconds:
            raise Stop("too_many", retry_after=seconds)


def check_age(present: str, epoch: str, schema: int, newest: int = 1) -> None:
    """Raise Stop for a device of another epoch than the present one, or of a schema out of range."""
    if epoch != present and "no_epoch" not in BUGS:
        raise Stop("epoch", epoch=present)
    if schema < MIN_SCHEMA:
        raise Stop("schema_old", min_schema=MIN_SCHEMA)
    if max(schema, newest) > SCHEMA_VERSION:
        raise Stop("schema_new", min_schema=MIN_SCHEMA)


def _parse(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise Stop("message") from None


def _source(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _worker(found: Row) -> protocol.WorkerMessage:
    return protocol.WorkerMessage(id=found["worker_id"], name=found["worker_name"], role=found["role"])


def enrol(centre: Centre, request: Request, body: bytes) -> protocol.EnrolReply:
    """Make a device for whoever holds a good code."""
    asked = _parse(protocol.EnrolRequest, body)
    centre.attempt(_source(request))
    if not auth.is_key(asked.public_key):
        raise Stop("message")
    with writing(centre.engine) as connection:
        worker = people.use_code(connection, asked.code)
        if worker is not None:
            device = people.add_device(connection, worker, asked.public_key, asked.install_id, asked.name)
            found = people.device(connection, device)
            epoch = state.epoch(connection)
    if worker is None or found is None:
        centre.limit.failed(_source(request))
        raise Stop("code")
    log.info("enrolled", device=device, worker=worker)
    return protocol.EnrolReply(
        device=device,
        worker=_worker(found),
        epoch=epoch,
        server_time=iso(now()),
        order_key=centre.keys.order_public(),
        sealing_key=centre.keys.sealing_public(),
    )


def challenge(centre: Centre, request: Request, body: bytes) -> protocol.ChallengeReply:
    """Give something to sign."""
    asked = _parse(protocol.ChallengeRequest, body)
    made = auth.make_challenge(centre.keys.token, asked.device)
    return protocol.ChallengeReply(challenge=made, server_time=iso(now()))


def token(centre: Centre, request: Request, body: bytes) -> protocol.TokenReply:
    """Give a token to a device that signed its challenge."""
    asked = _parse(protocol.TokenRequest, body)
    source = f"{_source(request)} {asked.device}"  # an office shares one address
    centre.attempt(source)
    with snapshot(centre.engine) as connection:
        found = people.device(connection, asked.device)
        epoch = state.epoch(connection)
    if found is None or not auth.answers(
        centre.keys.token,
        asked.device,
        asked.install_id,
        asked.challenge,
        asked.signature,
        found["public_key"],
    ):
        centre.limit.failed(source)
        raise Stop("token")
    centre.device(asked.device, asked.install_id)
    with writing(centre.engine) as connection:
        seen = update(DEVICE).where(DEVICE.c.id == asked.device).values(last_seen=iso(now()))
        connection.execute(seen)
        people.event(connection, "login", person=found["worker_id"], device=asked.device)
    return protocol.TokenReply(
        token=auth.make_token(centre.keys.token, asked.device, asked.install_id),
        expires_in=auth.TOKEN_SECONDS,
        worker=_worker(found),
        epoch=epoch,
        server_time=iso(now()),
        order=people.order_of(found, centre.keys),
    )


def push_changes(centre: Centre, request: Request, body: bytes) -> Row:
    """Take a device's changes."""
    asked, bad = _push_request(body)
    named = centre.named(request, asked.device)
    if len(asked.mutations) + len(bad) + len(asked.sealed) > protocol.MAX_MUTATIONS:
        raise Stop("too_large")
    opened = [parse_sealed(centre.keys.sealing, one.id, one.sealed) for one in asked.sealed]
    bad |= {
        one.id: refused(one.id) for one, mutation in zip(asked.sealed, opened, strict=True) if not mutation
    }
    found: Row = {}

    def admit(connection: Connection) -> Sender:
        found.update(centre.admitted(connection, *named))
        check_age(found["epoch"], asked.epoch, asked.schema_version, newest_schema(asked.mutations))
        draining = found["status"] == "drain"
        return Sender(found["id"], found["worker_id"], found["role"], draining=draining)

    results = push(centre.engine, admit, [*(m for m in opened if m is not None), *asked.mutations])
    if bad:
        done = {**bad, **{result["id"]: result for result in results}}
        sent = [*(one.id for one in asked.sealed), *(raw["id"] for raw in from_json(body)["mutations"])]
        results = [done[one] for one in sent]
    log.info("pushed", device=found["id"], mutations=len(results))
    return {
        "epoch": found["epoch"],
        "server_time": iso(now()),
        "schema_version": SCHEMA_VERSION,
        "results": results,
    }


def _push_request(body: bytes) -> tuple[PushRequest, dict[str, Row]]:
    """Read a push; a mutation that is not understood is refused alone."""
    try:
        if b"NaN" not in body and b"Infinity" not in body:
            return PushRequest.model_validate_json(body), {}
    except ValidationError:
        pass
    try:
        raw = from_json(body)
        good, bad = parse_one_by_one(raw["mutations"])
        return PushRequest.model_validate({**raw, "mutations": good}), bad
    except (ValueError, TypeError, KeyError):
        raise Stop("message") from None


def pull_changes(centre: Centre, request: Request, body: bytes) -> Row:
    """Give a device what changed."""
    asked = _parse(PullRequest, body)
    named = centre.named(request, asked.device)
    with snapshot(centre.engine) as connection:
        found = centre.admitted(connection, *named)
        order = people.order_of(found, centre.keys)
        if order is not None:
            raise Stop("revoked", order=order)
        check_age(found["epoch"], asked.epoch, max(asked.schema_version, MIN_SCHEMA))
        evict, scopes = pull(connection, found["worker_id"], asked.have, asked.limit)
    log.info("pulled", device=found["id"], scopes=len(scopes), evicted=len(evict))
    return {
        "epoch": found["epoch"],
        "server_time": iso(now()),
        "schema_version": SCHEMA_VERSION,
        "min_schema": MIN_SCHEMA,
        "evict": evict,
        "scopes": scopes,
    }


def wiped(centre: Centre, request: Request, body: bytes) -> protocol.WipedReply:
    """Note that a revoked device has forgotten everything."""
    asked = _parse(protocol.WipedRequest, body)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    words = auth.read_token(centre.keys.token, token) if scheme.lower() == "bearer" else None
    if words is None or words[0] != asked.device:
        raise Stop("token")
    with writing(centre.engine) as connection:
        people.wiped(connection, asked.device)
    return protocol.WipedReply(server_time=iso(now()))


Handler = Callable[[Centre, Request, bytes], BaseModel | Row]
_POSTS: dict[str, tuple[Handler, type[BaseModel], type[BaseModel]]] = {
    "/enrol": (enrol, protocol.EnrolRequest, protocol.EnrolReply),
    "/challenge": (challenge, protocol.ChallengeRequest, protocol.ChallengeReply),
    "/token": (token, protocol.TokenRequest, protocol.TokenReply),
    "/sync/push": (push_changes, PushRequest, protocol.PushReply),
    "/sync/pull": (pull_changes, PullRequest, protocol.PullReply),
    "/blobs": (blobs.ask, protocol.BlobsRequest, protocol.BlobsReply),
    "/wiped": (wiped, protocol.WipedRequest, protocol.WipedReply),
}


def create_app(database_url: str | Engine, limit: auth.Limit | None = None) -> FastAPI:
    """Return the centre over a database that has been set up (`setup.prepare`)."""
    engine = database_url if isinstance(database_url, Engine) else connect(database_url)
    with snapshot(engine) as connection:
        keys = state.keys(connection)
    centre = Centre(engine, keys, limit or auth.Limit())
    web = FastAPI(title="Työpari", version="1", redoc_url=None)
    for path, (handler, _request, reply) in _POSTS.items():
        web.add_api_route(
            path,
            _endpoint(centre, handler),
            methods=["POST"],
            summary=(handler.__doc__ or "").strip(),
            operation_id=handler.__name__,
            response_class=Response,
            responses=_described(reply),
        )
    blobs.mount(web, centre, lambda work: run_in_threadpool(work))
    web.add_api_route("/health", _health(centre), methods=["GET"], response_model=protocol.HealthReply)
    web.state.centre = centre
    _answer_errors(web)
    _describe(web)
    return web


def _endpoint(centre: Centre, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await read_body(request)

        def handle() -> Response:
            with without_collecting():
                return answer(request, handler(centre, request, body))

        return await run_in_threadpool(handle)

    return endpoint


def _health(centre: Centre) -> Callable[[], protocol.HealthReply]:
    def health() -> protocol.HealthReply:
        """Tell that the centre is there."""
        with snapshot(centre.engine) as connection:
            return protocol.HealthReply(epoch=state.epoch(connection), server_time=iso(now()))

    return health


def _path(request: Request) -> str:
    """Return the path as it is declared: what a caller wrote in its place may be anything."""
    return str(getattr(request.scope.get("route"), "path", "?"))


def _answer_errors(web: FastAPI) -> None:
    async def stopped(request: Request, error: Exception) -> Response:
        stop = cast(Stop, error)
        log.info("stopped", path=_path(request), code=stop.code)
        return stop.reply()

    async def by_status(request: Request, error: Exception) -> Response:
        status = cast(HTTPException, error).status_code
        reply = Stop("not_found" if status == 404 else "message").reply()
        reply.status_code = status
        return reply

    async def misread(request: Request, error: Exception) -> Response:
        return Stop("message").reply()

    async def no_database(request: Request, error: Exception) -> Response:
        log.error("database", path=_path(request), **of_exception(error))
        return Stop("busy").reply()

    async def failed(request: Request, error: Exception) -> Response:
        # Its kind and place alone: its text may carry a client's data.
        log.error("failed", path=_path(request), **of_exception(error))
        return Stop("failed").reply()

    web.add_exception_handler(Stop, stopped)
    web.add_exception_handler(HTTPException, by_status)
    web.add_exception_handler(RequestValidationError, misread)
    web.add_exception_handler(OperationalError, no_database)
    web.add_exception_handler(Exception, failed)


_REF = "#/components/schemas/{model}"


def _described(reply: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    def content(model: type[BaseModel]) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}

    failures: dict[int | str, dict[str, Any]] = {
        status: {"description": "Not carried out", "content": content(protocol.ErrorReply)}
        for status in (401, 403, 409, 413, 422, 429, 500, 503)
    }
    return {200: {"description": "Done", "content": content(reply)}, **failures}


def _describe(web: FastAPI) -> None:
    """Put the bodies into the OpenAPI description: they are read by hand, for their size and speed."""
    plain = web.openapi

    def described() -> dict[str, Any]:
        if web.openapi_schema is None:
            document = plain()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            models: list[type[BaseModel]] = [protocol.ErrorReply]
            for _, asked, reply in _POSTS.values():
                models += [asked, reply]
            for model in models:
                schema = model.model_json_schema(ref_template=_REF)
                schemas.update(schema.pop("$defs", {}))
                schemas[model.__name__] = schema
            for path, (_, asked, _reply) in _POSTS.items():
                content = {"application/json": {"schema": {"$ref": _REF.format(model=asked.__name__)}}}
                document["paths"][path]["post"]["requestBody"] = {"required": True, "content": content}
            web.openapi_schema = document
        return web.openapi_schema

    web.openapi = described  # type: ignore[method-assign]
