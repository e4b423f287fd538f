"""A device and a centre of different versions, in process: what goes, what waits, and that both say so."""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic_core import from_json, to_json
from sqlalchemy import select

from app.clock import new_id
from storage import outbox, skew
from storage.state import set_state
from sync import sealing
from sync.protocol import SCHEMA_VERSION, PushReply
from sync.server import centre, exchange
from sync.server.database import snapshot
from sync.server.tables import QUARANTINE
from sync.session import Session
from sync.transport import Answer
from tests.model.story import Story
from tests.town import Device, Network, Town

OLDER = SCHEMA_VERSION - 1


@pytest.fixture
def town() -> Iterator[Town]:
    with Story() as story:
        yield story.town


class OlderCentre(Network):
    """The centre as one of an older version answers: it refuses what speaks of a newer one."""

    def send(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Answer:
        if path in ("/sync/push", "/sync/pull"):
            plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
            asked = from_json(plain)
            said = [asked, *asked.get("mutations", ())]
            if max(one["schema_version"] for one in said) > OLDER:
                refused = to_json({"code": "schema_new", "message": "newer", "min_schema": 1})
                self.requests.append(f"refused {path}")
                return Answer(409, {"content-type": "application/json"}, refused)
        answer = super().send(path, body, headers, method)
        told = from_json(answer.body)
        if "schema_version" in told:
            return Answer(answer.status, answer.headers, to_json({**told, "schema_version": OLDER}))
        return answer


def at_work(town: Town) -> tuple[Device, str]:
    """Return a device that has said things old and new of a client whom the centre knows."""
    device = town.devices[0]
    client = str(device.save("client", first_name="Aino", last_name="Virta"))
    device.sync()
    device.save("client_finances", client_id=client, as_of="2026-03-02", debts="yes")
    device.save("support_visit", client_id=client, on="2026-03-02")
    return device, client


@pytest.mark.failure(16)
@pytest.mark.parametrize("known", [OLDER, SCHEMA_VERSION, None])
def test_what_has_no_place_at_an_older_centre_waits_and_all_else_is_exchanged(
    town: Town, known: int | None
) -> None:
    device, client = at_work(town)
    town.assign(client, "bertil")
    second = town.devices[1]
    second.sync()
    second.edit("client", client, phone="040 2")
    second.sync()
    with device.store.write() as connection:
        set_state(connection, skew.NAME, known)  # what it last heard, perhaps of another program
    present, device.network = device.network, OlderCentre(town.way)
    result = device.sync()
    assert device.state(skew.NAME) == OLDER
    assert (result.pushed, result.unsent, result.held, result.warnings) == (1, 1, 0, ())
    assert device.store.unsent().later == 1
    assert device.living("client")[client]["phone"] == "040 2"
    assert town.rows("support_visit")
    assert not town.rows("client_finances")
    asked = device.network.requests
    device.sync()
    assert "/health" not in "".join(asked[len(asked) - 1 :]), "once is enough"
    device.network = present
    result = device.sync()
    assert (result.pushed, result.unsent, device.store.unsent().later) == (1, 0, 0), (
        "in the sync that hears of it"
    )
    assert town.rows("client_finances")
    assert not town.findings()


@pytest.mark.failure(16)
def test_a_program_that_is_too_old_receives_and_goes_on_locally(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, client = at_work(town)
    device.sync()
    town.assign(client, "bertil")
    second = town.devices[1]
    second.sync()
    second.edit("client", client, phone="040 2")
    second.sync()
    device.save("support_visit", client_id=client, on="2026-03-01")
    with monkeypatch.context() as newer:
        for module in (centre, exchange):
            newer.setattr(module, "MIN_SCHEMA", SCHEMA_VERSION + 1)
        result = device.sync()
        assert device.living("client")[client]["phone"] == "040 2"
        assert (result.pushed, result.unsent, result.held) == (0, 1, 0)
        assert any("pdate" in str(warning) for warning in result.warnings)
        device.edit("client", client, email="aino@example.org")
        assert device.store.unsent().count == 2
    result = device.sync()
    assert (result.pushed, result.unsent, result.warnings) == (2, 0, ())


def test_the_schema_is_asked_for_once_where_an_earlier_program_joined(town: Town) -> None:
    device, _ = at_work(town)
    with device.store.write() as connection:
        set_state(connection, skew.NAME, None)
    device.network.requests.clear()
    device.sync()
    device.sync()
    assert device.network.requests.count("GET /health") == 1
    assert device.state(skew.NAME) == outbox.SCHEMA


def sent(device: Device, *mutations: dict[str, Any], **more: Any) -> list[Any]:
    """Send mutations past the store, as another program would, and return what the centre says of each."""
    session = Session(device.store, device.network)
    about = {"epoch": session.me.epoch, "schema_version": SCHEMA_VERSION, "device": session.me.device}
    asked = {**about, "mutations": list(mutations), **more}
    return session.call("/sync/push", to_json(asked), PushReply).results


def mutation(device: Device, kind: str, op: str, row: str, version: int, **patch: Any) -> dict[str, Any]:
    held = device.store.row(kind, row)
    assert held is not None
    return {
        "id": str(new_id()),
        "scope": held["scope"],
        "kind": kind,
        "row": row,
        "op": op,
        "patch": patch,
        "schema_version": version,
        "author": str(device.store.worker),
        "saved_at": "2026-03-02T08:00:00Z",
    }


@pytest.mark.failure(16)
def test_what_an_older_program_could_not_see_it_did_not_delete(town: Town) -> None:
    device, client = at_work(town)
    known = {"employer": "Keksitty taimisto", "title": "Kokeilu", "started_on": "2026-01-01"}
    plain = str(device.save("work_trial", client_id=client, **known))
    said = str(device.save("work_trial", client_id=client, feedback="Hyvin meni", **known))
    device.sync()
    whole = {name: [value, None] for name, value in known.items()}
    results = sent(
        device, *(mutation(device, "work_trial", "delete", row, 1, **whole) for row in (plain, said))
    )
    assert [result.status for result in results] == ["applied", "conflict"]
    rows = town.rows("work_trial")
    assert (rows[plain]["deleted"], rows[said]["deleted"], rows[said]["feedback"]) == (
        True,
        False,
        "Hyvin meni",
    )
    (conflict,) = town.rows("conflict").values()
    assert conflict["parts"] == ["deleted", "feedback"]


@pytest.mark.failure(16)
def test_a_decision_is_not_torn_from_a_day_that_an_older_program_could_not_see(town: Town) -> None:
    device, client = at_work(town)
    relation = str(
        device.save(
            "coaching_relationship",
            client_id=client,
            started_on="2026-01-02",
            decision="accepted",
            decided_on="2026-01-03",
        )
    )
    device.sync()
    said = {
        "decision": ["accepted", "refused"],
        "refusal_reason": ["", ""],
        "cooperation": ["", "Viikoittain"],
    }
    (result,) = sent(device, mutation(device, "coaching_relationship", "update", relation, 1, **said))
    assert result.status == "conflict"
    row = town.rows("coaching_relationship")[relation]
    assert (row["decision"], row["decided_on"], row["cooperation"]) == (
        "accepted",
        "2026-01-03",
        "Viikoittain",
    )


def test_what_was_sealed_by_a_newer_program_is_kept_whole(town: Town) -> None:
    device, client = at_work(town)
    device.sync()
    newer = mutation(device, "client", "update", client, SCHEMA_VERSION + 1, of_the_tenth=[None, "kept"])
    key = Session(device.store, device.network).me.sealing_key
    sealed = {"id": newer["id"], "sealed": sealing.seal(key, newer["id"], to_json(newer).decode())}
    (result,) = sent(device, sealed=[sealed])
    assert result.status == "quarantined"
    with snapshot(town.engine) as connection:
        (kept,) = connection.execute(select(QUARANTINE.c.reason, QUARANTINE.c.mutation)).fetchall()
    assert kept.reason == "newer"
    assert from_json(kept.mutation)["patch"] == {"of_the_tenth": [None, "kept"]}
