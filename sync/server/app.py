"""The centre as a web application: its requests from their modules, and how failures are answered."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from app.pace import without_collecting
from sync import protocol
from sync.server import admin, auth, blobs, enrolling, exchange, login, operations, reads, state
from sync.server.bodies import Stop, answer, read_body
from sync.server.centre import Centre, Route
from sync.server.database import connect, snapshot
from sync.server.logs import of_exception

log = structlog.get_logger("tyopari.centre")

_MODULES = (enrolling, exchange, blobs, login, admin, reads, operations)
ROUTES: tuple[Route, ...] = tuple(route for module in _MODULES for route in module.ROUTES)


def create_app(database_url: str | Engine, limit: auth.Limit | None = None) -> FastAPI:
    """Return the centre over a database that has been set up (`setup.prepare`)."""
    engine = database_url if isinstance(database_url, Engine) else connect(database_url)
    with snapshot(engine) as connection:
        keys = state.keys(connection)
    centre = Centre(engine, keys, limit or auth.Limit())
    web = FastAPI(title="Työpari", version="1", redoc_url=None)
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
    blobs.mount(web, centre, lambda work: run_in_threadpool(work))
    web.state.centre = centre
    _answer_errors(web)
    _describe(web)
    return web


def _endpoint(centre: Centre, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await read_body(request)

        def handle() -> Response:
            with without_collecting():
                content = route.handler(centre, request, body)
                return content if isinstance(content, Response) else answer(request, content)

        return await run_in_threadpool(handle)

    return endpoint


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
            for route in ROUTES:
                models += [route.reply, *([route.asked] if route.asked else [])]
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
