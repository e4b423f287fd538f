"""Odd requests of every kind that the centre describes, with a good token and real ids: none may make it fail.

What is sent is drawn from the centre's own OpenAPI document, once as it wants it and once not, and the ids in it are
mostly those of people, clients and entries that are there: a message of unknown ids is turned away at the door, and
proves nothing about the rooms behind it.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
import schemathesis
from alembic import command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from app import roles
from app.record import fields
from app.services import SPECS
from sync import protocol
from sync.protocol import to_base64
from sync.server import limits, state
from sync.server.app import create_app
from sync.server.database import alembic_config, connect, writing
from sync.server.limits import Allowance
from sync.server.tables import METADATA
from tests.unit.sync.server.conftest import Device, Office, TestClient, core, ident, new_client, visit

SOAK = settings.get_current_profile_name() == "soak"
EXAMPLES = 80 if SOAK else 14  # of each request and kind of oddness
ODD = (
    "\x00",
    "a\x00b",
    "\ud800",
    "x" * 5_000,
    "'; DROP TABLE client; --",
    "../../etc/passwd",
    "\r\nX: y",
    "",
)
NUMBERS = (0, -1, 2**31, 2**63, 10**40, 1e308, True)


@dataclass
class Place:
    """A centre with somebody of each kind, and what came of all that was sent to it."""

    office: Office
    people: list[Device]
    client: str
    rows: list[tuple[str, str]]
    hashes: list[str]
    code: str
    codes: dict[str, Counter[int]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)


def furnished(office: Office) -> Place:
    """Fill a new centre: a coach with a client, a visit and a file, a team lead, an administrator."""
    anna = office.device("anna")
    lead, admin = office.device("lea", roles.TEAM_LEAD), office.device("ada", roles.ADMIN)
    client, made = new_client(anna)
    met = visit(anna, client)
    name = sha256(b"abc").hexdigest()
    values = {
        "client_id": client,
        "name": "cv.pdf",
        "added_on": "2026-05-03",
        "sha256": name,
        "blob_key": name,
    }
    patch = {key: [None, value] for key, value in values.items()}
    file = anna.mutation("attachment", "create", ident(), core(client), **patch)
    assert [result["status"] for result in anna.push(made, met, file)] == ["applied"] * 3
    said = {"Authorization": f"Bearer {anna.token}", "Content-Range": "bytes 0-2/3"}
    assert anna.http.put(f"/blobs/{name}", content=b"abc", headers=said).json()["whole"]
    office.assign(client, "lea")
    rows = [("client", client), ("support_visit", met["row"]), ("attachment", file["row"])]
    return Place(office, [anna, lead, admin], client, rows, [name, "f" * 64], office.code("anna"))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("odd") / "centre.db"
        shutil.copy(request.getfixturevalue("sqlite_centre"), path)
        engine = connect(f"sqlite:///{path}")
    else:
        engine = request.getfixturevalue("postgres_centre")
    with writing(engine) as connection:
        command.stamp(alembic_config(connection), "head")
    web = create_app(engine, Allowance(per_second=float("inf")))
    with pytest.MonkeyPatch.context() as patched, TestClient(web, raise_server_exceptions=False) as http:
        # Ten failures would close the door to all that comes after them.
        patched.setattr(limits, "FAILURES", 10**9)
        patched.setattr(limits, "FAILURES_OF_ADDRESS", 10**9)
        made = furnished(Office(engine, http))
        yield made
        # What it all left holds together.
        assert not made.office.findings()
        assert made.people[0].pull()
    engine.dispose()


CARRIED_OUT = {
    "POST /sync/push": 200,
    "POST /sync/pull": 200,
    "POST /challenge": 200,
    "POST /blobs": 200,
    "PUT /blobs/{sha256}": 200,
    "GET /blobs/{sha256}": 206,
    "GET /health": 200,
    "GET /ready": 200,
}
"""What sound requests are answered with: were it never so, all would have been turned away before it mattered."""


def _operations() -> dict[str, Any]:
    """Return what the centre describes, by method and path; the document needs no database's contents."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with writing(engine) as connection:
        METADATA.create_all(connection)
        state.begin(connection)
    document = create_app(engine).openapi()
    engine.dispose()
    found = (one.ok() for one in schemathesis.openapi.from_dict(document).get_all_operations())
    return {f"{one.method.upper()} {one.path}": one for one in found}


OPERATIONS = _operations()


class Filling:
    """Puts real ids, and now and then something very odd, into what was drawn."""

    def __init__(self, place: Place, device: Device, data: st.DataObject) -> None:
        self.place, self.device, self.data = place, device, data
        self.sound = data.draw(st.booleans())  # all is as it should be, but for the values of the entries

    def one_of(self, *values: Any) -> Any:
        return self.data.draw(st.sampled_from(values))

    def real(self, key: str, value: Any) -> Any:
        """Return what stands under a name where the message is a sensible one."""
        kind, row = self.one_of(*self.place.rows)
        known: dict[str, Any] = {
            "device": self.device.id,
            "epoch": self.device.epoch,
            "install_id": self.device.install_id,
            "author": self.device.worker,
            "worker": self.device.worker,
            "scope": self.one_of(core(self.place.client), "reference", f"client:{self.place.client}:health"),
            "row": row,
            "record": row,
            "client": self.place.client,
            "kind": self.one_of(kind, *SPECS),
            "schema_version": self.one_of(1, protocol.SCHEMA_VERSION),
            "saved_at": "2026-05-03T10:00:00Z",
            "at": "2026-05-03T10:00:00Z",
            "username": self.one_of("anna", "lea", "ada", "nobody"),
            "blobs": self.place.hashes,
            "public_key": to_base64(self.device.key.public_key().public_bytes_raw()),
            "code": self.place.code,
            "name": "Laptop",
        }
        return known.get(key, value)

    def fill(self, value: Any, key: str = "") -> Any:
        """Return the message with its ids made real, mostly."""
        choice = "real" if self.sound else self.one_of("real", "real", "real", "real", "as drawn", "odd")
        if choice == "real" and (real := self.real(key, None)) is not None:
            return real
        if key == "patch" and choice != "as drawn":
            return self.patch()
        if key == "have" and isinstance(value, dict):
            return {core(self.place.client): self.one_of(0, 3, *NUMBERS), **value}
        if isinstance(value, dict):
            return {name: self.fill(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.fill(inner) for inner in value]
        if choice == "odd" and isinstance(value, str):
            return self.one_of(*ODD)
        if choice == "odd" and isinstance(value, int | float):
            return self.one_of(*NUMBERS)
        return value

    def patch(self) -> dict[str, Any]:
        """Return changes of real fields to values of all kinds."""
        names = fields(SPECS[self.one_of("client", "support_visit", "attachment", *SPECS)].table)
        chosen = self.data.draw(st.lists(st.sampled_from(names), max_size=6, unique=True))
        values = (None, self.place.client, "2026-05-03", [], {}, "Aino", *ODD, *NUMBERS)
        return {name: [self.one_of(*values), self.one_of(*values)] for name in chosen}


def send(place: Place, case: Any, data: st.DataObject) -> Any:
    """Send one drawn case as one of the people there; return the answer."""
    device = data.draw(st.sampled_from(place.people))
    filling = Filling(place, device, data)
    headers: dict[str, str] = {"Authorization": f"Bearer {device.token}", "Content-Type": "application/json"}
    if data.draw(st.integers(0, 9)) == 7:  # not an end, which is drawn more often
        headers["Authorization"] = filling.one_of(
            "", "Bearer", "Bearer a.b", "Bearer \xe4.\xe4", "Basic eA=="
        )
    if data.draw(st.integers(0, 19)) == 13:
        headers["Content-Encoding"] = filling.one_of("gzip", "br", "identity", "x" * 2_000)
    body = b""
    if not isinstance(case.body, NotSet) and case.body is not None:
        body = case.body if isinstance(case.body, bytes) else json.dumps(filling.fill(case.body)).encode()
    path = case.operation.path
    if "{sha256}" in path:
        name = filling.one_of(*place.hashes, *place.hashes, "x", "..", "%00", case.path_parameters["sha256"])
        path = path.replace("{sha256}", name or "x")
        ranges = ("bytes=0-", "bytes=5-2", "bytes=-1", f"bytes={10**12}-", "bytes=0-1", "x\xe4")
        headers["Range"] = filling.one_of(*ranges)
        parts = (
            "bytes 0-2/3",
            "bytes 3-2/3",
            "bytes */3",
            "bytes 0-2/0",
            f"bytes 0-2/{10**11}",
            "x",
            "bytes 1-9/2",
        )
        headers["Content-Range"] = filling.one_of(*parts)
        body = filling.one_of(b"", b"abc", b"\x00" * 3, b"x" * 70_000)
        if filling.sound:
            path = f"/blobs/{place.hashes[0]}"
            headers |= {"Range": "bytes=0-", "Content-Range": "bytes 0-2/3"}
            body = b"abc"
    named = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    return place.office.http.request(case.operation.method, path, content=body, headers=named)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda m: m.value)
@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_that_is_sent_makes_the_centre_fail(place: Place, name: str, mode: GenerationMode) -> None:
    operation = OPERATIONS[name]
    if mode is GenerationMode.NEGATIVE and not operation.body:
        mode = GenerationMode.POSITIVE  # there is nothing in it that could be wrong
    codes = place.codes.setdefault(name, Counter())

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not SOAK,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.data())
    def odd(case: Any, data: st.DataObject) -> None:
        reply = send(place, case, data)
        codes[reply.status_code] += 1
        assert reply.status_code < 500, (name, reply.text)
        if reply.status_code >= 400 and reply.status_code != 405:
            assert protocol.ErrorReply.model_validate_json(reply.content).message
        if name == "POST /sync/push" and reply.status_code == 200:
            place.statuses.update(result["status"] for result in reply.json()["results"])

    odd()
    assert sum(codes.values()) >= EXAMPLES
    if mode is GenerationMode.POSITIVE and name in CARRIED_OUT:  # it came through the door
        assert codes[CARRIED_OUT[name]] > 0, codes
    if mode is GenerationMode.POSITIVE and name == "POST /sync/push":
        assert {"refused", "quarantined"} & set(place.statuses), place.statuses
