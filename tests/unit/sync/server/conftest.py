"""A centre on each database, and devices that speak to it over HTTP as real ones do."""

import gzip
import json
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text

from app.clock import new_id, now, random_bytes
from app.record import iso
from sync.protocol import checksum, to_base64, token_words
from sync.server import accounts, assignments, setup, state
from sync.server.app import create_app
from sync.server.database import connect, snapshot, writing
from sync.server.faults import BUGS
from sync.server.tables import METADATA
from tests.postgres import fresh_database

with warnings.catch_warnings():
    # It warns of httpx, which the device's side is built on.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


def ident() -> str:
    return str(new_id())


@dataclass
class Device:
    """An enrolled device: sends changes, pulls, and keeps what it was given by scope."""

    http: TestClient
    worker: str
    id: str
    install_id: str
    epoch: str
    key: Ed25519PrivateKey
    token: str = ""
    cursors: dict[str, int] = field(default_factory=dict)
    rows: dict[str, dict[tuple[str, str], dict[str, Any]]] = field(default_factory=dict)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        return self.http.post(path, json=body, headers={"Authorization": f"Bearer {self.token}", **headers})

    def sign_in(self) -> Any:
        challenge = self.http.post("/challenge", json={"device": self.id}).json()["challenge"]
        signature = to_base64(self.key.sign(token_words(self.id, self.install_id, challenge)))
        body = {
            "device": self.id,
            "install_id": self.install_id,
            "challenge": challenge,
            "signature": signature,
        }
        reply = self.http.post("/token", json=body)
        if reply.status_code == 200:
            self.token = reply.json()["token"]
        return reply

    def mutation(self, kind: str, op: str, row: str, scope: str, **patch: Any) -> dict[str, Any]:
        return {
            "id": ident(),
            "scope": scope,
            "kind": kind,
            "row": row,
            "op": op,
            "patch": patch,
            "schema_version": 1,
            "author": self.worker,
            "saved_at": iso(now()),
        }

    def request(self, mutations: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
        body = {"epoch": self.epoch, "schema_version": 1, "device": self.id, "mutations": mutations}
        return {**body, **changed}

    def push(self, *mutations: dict[str, Any]) -> list[dict[str, Any]]:
        reply = self.post("/sync/push", self.request(list(mutations)))
        assert reply.status_code == 200, reply.text
        return list(reply.json()["results"])

    def pull(self, limit: int = 5000) -> dict[str, Any]:
        """Pull until there is no more; check count and checksum of every scope that came."""
        evicted: list[str] = []
        while True:
            body = {
                "epoch": self.epoch,
                "schema_version": 1,
                "device": self.id,
                "have": self.cursors,
                "limit": limit,
            }
            reply = self.post("/sync/pull", body)
            assert reply.status_code == 200, reply.text
            told = reply.json()
            for scope in told["evict"]:
                self.cursors.pop(scope)
                self.rows.pop(scope)
                evicted.append(scope)
            for page in told["scopes"]:
                self._take(page)
            if not any(page["more"] for page in told["scopes"]):
                return {"evict": evicted, "scopes": {page["scope"] for page in told["scopes"]}}

    def _take(self, page: dict[str, Any]) -> None:
        held = self.rows.setdefault(page["scope"], {})
        for line in page["rows"]:
            held[line["kind"], line["row"]["id"]] = line["row"]
        self.cursors[page["scope"]] = page["head"]
        if not page["more"]:
            living = [(k, i, r["version"]) for (k, i), r in held.items() if not r["deleted"]]
            assert (page["count"], page["checksum"]) == (len(living), checksum(living))

    def row(self, kind: str, row_id: str) -> dict[str, Any]:
        return next(rows[kind, row_id] for rows in self.rows.values() if (kind, row_id) in rows)

    def conflicts(self) -> list[dict[str, Any]]:
        return [row for rows in self.rows.values() for (kind, _), row in rows.items() if kind == "conflict"]


@dataclass
class Office:
    """The centre in one process, with what an administrator does at it."""

    engine: Engine
    http: TestClient

    def code(self, name: str, role: str = "job-coach") -> str:
        with writing(self.engine) as connection:
            if accounts.find_user(connection, name) is None:
                accounts.add_user(connection, name, role)
            return accounts.make_code(connection, name)

    def device(self, name: str, role: str = "job-coach") -> Device:
        key, install = Ed25519PrivateKey.from_private_bytes(random_bytes(32)), ident()
        public = to_base64(key.public_key().public_bytes_raw())
        body = {"code": self.code(name, role), "public_key": public, "install_id": install}
        reply = self.http.post("/enrol", json=body).json()
        made = Device(self.http, reply["worker"]["id"], reply["device"], install, reply["epoch"], key)
        assert made.sign_in().status_code == 200
        return made

    def assign(self, client: str, name: str, role: str | None = None) -> None:
        with writing(self.engine) as connection:
            assignments.assign(connection, client, name, role, None, None)

    def unassign(self, client: str, name: str) -> None:
        with writing(self.engine) as connection:
            assert assignments.unassign(connection, client, name)

    def restored(self) -> str:
        return setup.restored(self.engine)

    def findings(self) -> list[Any]:
        from sync.server import audit

        with snapshot(self.engine) as connection:
            return list(audit.verify(connection))


def core(client: str) -> str:
    return f"client:{client}:core"


def new_client(device: Device, first: str = "Aino") -> tuple[str, dict[str, Any]]:
    """Return a new client's id and the mutation that registers her."""
    client = ident()
    made = device.mutation(
        "client", "create", client, core(client), first_name=[None, first], last_name=[None, "Testinen"]
    )
    return client, made


def visit(device: Device, client: str, **more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"client_id": client, "on": "2026-05-03", "notes": "one\ntwo\nthree", **more}
    patch = {name: [None, value] for name, value in values.items()}
    return device.mutation("support_visit", "create", ident(), core(client), **patch)


def packed(body: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(body).encode(), 1, mtime=0)


BOTH = [pytest.param("sqlite", marks=pytest.mark.soak), "postgresql"]
"""The databases: the usual run takes that of a real centre; on SQLite run the model and the tests of devices."""


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    return str(request.getfixturevalue("postgres_url"))


def _set_up(engine: Engine) -> None:
    """Make the tables at once, as `test_migrations` proves them equal, with a fixed epoch and keys."""
    with writing(engine) as connection:
        METADATA.create_all(connection)
        state.begin(connection)


@pytest.fixture(scope="session")
def sqlite_centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre in a file, to be copied."""
    path = tmp_path_factory.mktemp("centre") / "centre.db"
    engine = connect(f"sqlite:///{path}")
    _set_up(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_centre(postgres_server: str) -> Iterator[Engine]:
    """A centre in PostgreSQL, to be emptied after each test."""
    with fresh_database(postgres_server) as url:
        engine = connect(url)
        _set_up(engine)
        yield engine
        engine.dispose()


@pytest.fixture(params=BOTH)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A centre that was just set up."""
    if request.param == "sqlite":
        path = tmp_path / "centre.db"
        shutil.copy(request.getfixturevalue("sqlite_centre"), path)
        made = connect(f"sqlite:///{path}")
        yield made
        made.dispose()
        return
    kept: Engine = request.getfixturevalue("postgres_centre")
    yield kept
    with writing(kept) as connection:
        names = ", ".join(name for name in METADATA.tables if name != "server_state")
        connection.execute(text(f"TRUNCATE {names}"))
        connection.execute(text("DELETE FROM server_state WHERE name LIKE 'login\\_%'"))


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with TestClient(create_app(engine), raise_server_exceptions=False) as http:
        yield Office(engine, http)
    assert not BUGS


@pytest.fixture
def pair(office: Office) -> tuple[Device, Device, str]:
    """Two workers' devices that hold the same client."""
    anna, bert = office.device("anna"), office.device("bert")
    client, made = new_client(anna)
    assert [r["status"] for r in anna.push(made)] == ["applied"]
    office.assign(client, "bert")
    anna.pull()
    bert.pull()
    return anna, bert, client
