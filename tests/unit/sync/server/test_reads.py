"""What devices tell of reading, as the centre takes it from anybody who may send it anything."""

from typing import Any

import pytest

from app.clock import new_id, now
from app.record import iso
from tests.unit.sync.server.conftest import Device, Office, visit

Pair = tuple[Device, Device, str]


def entry(client: str | None, /, **changed: Any) -> dict[str, Any]:
    made = {"id": str(new_id()), "at": iso(now()), "action": "opened", "kind": "client", "client": client}
    return {**made, **changed}


def tell(sender: Device, /, *entries: dict[str, Any], **changed: Any) -> Any:
    return sender.post("/reads", {"device": sender.id, "entries": list(entries), **changed})


def seen(device: Device, client: str) -> Any:
    return device.post("/seen", {"device": device.id, "client": client})


def test_an_entry_counts_once_whoever_sends_it_again(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    one = entry(client)
    assert tell(anna, one, one).json()["taken"] == 1
    assert tell(anna, one, entry(client)).json()["taken"] == 1
    assert tell(bert, one).json()["taken"] == 0
    assert not office.findings()


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "x"},
        {"at": "yesterday"},
        {"action": "Opened; DROP"},
        {"client": "x"},
        {"kind": "Client"},
        {"detail": "x" * 2001},
    ],
)
def test_what_is_no_entry_is_refused(pair: Pair, changed: dict[str, Any]) -> None:
    assert tell(pair[0], entry(pair[2], **changed)).status_code == 422


def test_too_many_at_once_and_anothers_name_are_refused(pair: Pair) -> None:
    anna, bert, client = pair
    assert tell(anna, *(entry(client) for _ in range(1001))).status_code == 422
    assert tell(anna, entry(client), device=bert.id).status_code == 401


def test_a_day_that_is_none_and_signs_that_no_database_takes(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    odd = entry(client, at="2026-99-99T99:99:99Z", action="export", detail="nul \0 and \u202e and ä")
    far = entry(client, at="0001-01-01T00:00:00+14:00")
    reply = tell(anna, odd, far, entry(client, action="of_a_newer_program"))
    assert (reply.status_code, reply.json()["taken"]) == (200, 3)
    told = seen(anna, client).json()
    assert {"export", "opened", "handled"} <= {one["action"] for one in told["entries"]}
    assert not office.findings()


def test_only_who_holds_a_client_hears_who_has_seen_her(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    anna.push(visit(anna, client))
    assert {one["name"] for one in seen(bert, client).json()["people"]} == {"anna", "bert"}
    stranger, lead = office.device("dora"), office.device("lea", "team-lead")
    assert seen(stranger, client).status_code == 403
    assert seen(lead, client).status_code == 200
    assert seen(stranger, str(new_id())).status_code == 403


def test_what_a_stranger_says_is_not_in_a_clients_chain(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    stranger = office.device("dora")
    assert tell(stranger, entry(client)).json()["taken"] == 1
    assert stranger.worker not in {one["person"] for one in seen(anna, client).json()["entries"]}
    assert not office.findings()
