"""The centre as a web application: its requests from their modules, and how failures are answered."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from app.pace import without_collecting
from app.record import Row
from sync import protocol
from sync.server import admin, blobs, enrolling, exchange, login, operations, reads, state
from sync.server.bodies import Stop, answer, pass_over, read_body, read_short, unpack
from sync.server.centre import Centre, Route
from sync.server.database import connect, snapshot
from sync.server.limits import SOON, Allowance, Failures, Load, Pace, Room
from sync.server.logs import of_exception
from sync.server.metrics import Counting

log = structlog.get_logger("tyopari.centre")

_MODULES = (enrolling, exchange, blobs, login, admin, reads, operations)
ROUTES: tuple[Route, ...] = tuple(route for module in _MODULES for route in module.ROUTES)


def create_app(database_url: str | Engine, allowance: Allowance | None = None) -> FastAPI:
    """Return the centre over a database that has been set up (`setup.prepare`)."""
    engine = database_url if isinstance(database_url, Engine) else connect(database_url)
    with snapshot(engine) as connection:
        keys = state.keys(connection)
    allowed = allowance or Allowance()
    centre = Centre(engine, keys, Failures(engine), Pace(allowed), Load(allowed))
    # Its pages of documentation would load programs from elsewhere.
    web = FastAPI(title="Työpari", version="1", redoc_url=None, docs_url=None)
    for route in ROUTES:
        web.add_api_route(
            route.path,
            _endpoint(centre, route),
            methods=[route.method],
            summary=(route.handler.__doc__ or "").strip(),
            operation_id=route.handler.__name__,
            response_class=Response,
            responses=_described(route.reply),
        )
    blobs.mount(web, centre, partial(_carry, centre, True))
    web.state.centre = centre
    web.add_middleware(Counting)
    _answer_errors(web)
    _describe(web)
    return web


async def _carry(
    centre: Centre, signed: bool, request: Request, read: blobs.Read, work: Callable[[bytes], Response]
) -> Response:
    """Read a request's body and answer it in a thread, within what the process can bear.

    Without a good token nothing of a body is kept.
    """
    with Room(centre.load) as room:
        if signed:
            try:
                centre.pace.step(centre.signed(request)[0])
            except Stop:
                await pass_over(request)
                raise
        body = await read(request, room)
        with centre.load.entered():
            return await run_in_threadpool(lambda: work(body))


def _endpoint(centre: Centre, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def quick(request: Request) -> Response:
        return _reply(request, route.handler(centre, request, b""))

    async def endpoint(request: Request) -> Response:
        read = read_body if route.signed else read_short

        def handle(body: bytes) -> Response:
            with without_collecting(), Room(centre.load) as room:
                plain = unpack(body, request.headers.get("content-encoding", "identity"))
                room.take(len(plain))
                return _reply(request, route.handler(centre, request, plain))

        return await _carry(centre, route.signed, request, read, handle)

    return quick if route.quick else endpoint


def _reply(request: Request, content: BaseModel | Row | Response) -> Response:
    return content if isinstance(content, Response) else answer(request, content)


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
        return Stop("busy", retry_after=SOON).reply()

    async def not_taken(request: Request, error: Exception) -> Response:
        # A value that the database cannot hold, where no check has found it before: the sender's mistake.
        log.warning("not taken", path=_path(request), **of_exception(error))
        return Stop("message").reply()

    async def failed(request: Request, error: Exception) -> Response:
        # Its kind and place alone: its text may carry a client's data.
        log.error("failed", path=_path(request), **of_exception(error))
        return Stop("failed").reply()

    web.add_exception_handler(Stop, stopped)
    web.add_exception_handler(HTTPException, by_status)
    web.add_exception_handler(RequestValidationError, misread)
    web.add_exception_handler(OperationalError, no_database)
    web.add_exception_handler(NoConnectionFree, no_database)
    web.add_exception_handler(DataError, not_taken)
    web.add_exception_handler(psycopg.DataError, not_taken)
    web.add_exception_handler(Exception, failed)


_REF = "#/components/schemas/{model}"


def _described(reply: type[BaseModel] | None) -> dict[int | str, dict[str, Any]]:
    def content(model: type[BaseModel]) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}

    failures: dict[int | str, dict[str, Any]] = {
        status: {"description": "Not carried out", "content": content(protocol.ErrorReply)}
        for status in (401, 403, 404, 409, 413, 422, 429, 500, 503)
    }
    done = {"text/plain": {"schema": {"type": "string"}}} if reply is None else content(reply)
    return {200: {"description": "Done", "content": done}, **failures}


def _describe(web: FastAPI) -> None:
    """Put the bodies into the OpenAPI description: they are read by hand, for their size and speed."""
    plain = web.openapi

    def described() -> dict[str, Any]:
        if web.openapi_schema is None:
            document = plain()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            models: list[type[BaseModel]] = [protocol.ErrorReply]
            for route in ROUTES:
                models += [model for model in (route.reply, route.asked) if model is not None]
            for model in models:
                schema = model.model_json_schema(ref_template=_REF)
                schemas.update(schema.pop("$defs", {}))
                schemas[model.__name__] = schema
            for route in ROUTES:
                if route.asked is not None:
                    content = {
                        "application/json": {"schema": {"$ref": _REF.format(model=route.asked.__name__)}}
                    }
                    operation = document["paths"][route.path][route.method.lower()]
                    operation["requestBody"] = {"required": True, "content": content}
            web.openapi_schema = document
        return web.openapi_schema

    web.openapi = described  # type: ignore[method-assign]
