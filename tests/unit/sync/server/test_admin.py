"""Administration over the network: who may do what, and what becomes of it."""

from typing import Any

import pytest

from sync.server.database import snapshot
from sync.server.tables import AUDIT
from tests.unit.sync.server.conftest import Device, Office, core, ident, new_client, visit

PATHS = ("users", "devices", "assignments", "quarantine", "log")
MAY = {
    "admin": {"users", "devices", "log"},
    "team-lead": {"assignments", "quarantine", "log"},
    "job-coach": set(),
    "work-ability-coordinator": set(),
    "jobcenter-coordinator": set(),
}


def ask(device: Device, what: str, **said: Any) -> Any:
    reply = device.post(f"/admin/{what}", {"device": device.id, **said})
    assert reply.status_code == 200, reply.text
    return reply.json()


def booked(office: Office, *actions: str) -> list[dict[str, Any]]:
    with snapshot(office.engine) as connection:
        found = connection.execute(AUDIT.select().order_by(AUDIT.c.at, AUDIT.c.n)).mappings()
        return [dict(row) for row in found if row["action"] in actions]


def text_of(reply: dict[str, Any]) -> str:
    return str(reply["problem"]["text"]) if reply["problem"] else ""


@pytest.mark.parametrize("role", MAY)
def test_each_role_does_its_own_and_no_other(office: Office, role: str) -> None:
    device = office.device("somebody", role)
    for path in PATHS:
        reply = device.post(f"/admin/{path}", {"device": device.id})
        if path in MAY[role]:
            assert reply.status_code == 200, (path, reply.text)
        else:
            assert (reply.status_code, reply.json()["code"]) == (403, "role"), path


def test_a_role_that_was_taken_away_is_taken_away_at_once(office: Office) -> None:
    from sync.server import assignments
    from sync.server.database import writing

    device = office.device("ada", "admin")
    assert ask(device, "users")["users"]
    with writing(office.engine) as connection:
        assignments.set_role(connection, "ada", "job-coach")
    reply = device.post("/admin/users", {"device": device.id, "do": "add", "username": "x", "role": "admin"})
    assert reply.json()["code"] == "role"


def test_people_are_added_changed_and_let_in_again(office: Office) -> None:
    ada = office.device("ada", "admin")
    told = ask(ada, "users", do="add", username="bea", name="Bea Malli", role="job-coach")
    assert len(told["secret"]) == 19
    bea = next(one for one in told["users"] if one["username"] == "bea")
    assert (bea["name"], bea["role"], bea["active"], bea["devices"]) == ("Bea Malli", "job-coach", True, 0)
    assert text_of(ask(ada, "users", do="add", username="BEA", role="job-coach")) == (
        "There is already a user {name}."
    )
    assert (
        text_of(ask(ada, "users", do="add", username="cia", role="king")) == "There is no such role: {role}."
    )
    roles = ask(ada, "users", do="role", user=bea["id"], role="team-lead")["users"]
    assert {one["username"]: one["role"] for one in roles}["bea"] == "team-lead"
    there = ask(ada, "users", do="place", user=bea["id"], organisation=" Helsinki ", unit="Töölö")["users"]
    assert {one["username"]: (one["organisation"], one["unit"]) for one in there}["bea"] == (
        "Helsinki",
        "Töölö",
    )
    assert len(booked(office, "place_set")) == 1
    off = ask(ada, "users", do="deactivate", user=bea["id"])["users"]
    assert {one["username"]: one["active"] for one in off}["bea"] is False
    assert ask(ada, "users", do="activate", user=bea["id"])["users"][0]["active"]
    secret = ask(ada, "users", do="password", user=bea["id"])["secret"]
    assert len(secret) >= 20
    assert next(one for one in ask(ada, "users")["users"] if one["id"] == bea["id"])["has_password"]
    made = booked(office, "user_added", "role_changed", "user_deactivated", "password_set", "code_made")
    assert {row["person"] for row in made if row["scope"] == f"staff:{bea['id']}"} == {ada.worker}
    assert secret not in str(booked(office, *{row["action"] for row in made}))
    assert office.findings() == []


def test_nobody_takes_her_own_rights_away(office: Office) -> None:
    ada = office.device("ada", "admin")
    for change in ({"do": "role", "role": "job-coach"}, {"do": "deactivate"}):
        assert text_of(ask(ada, "users", user=ada.worker, **change)) == "You cannot do this to yourself."
    assert ask(ada, "users", do="code", user=ident())["problem"]


def test_a_computer_is_ordered_to_forget_with_a_reason(office: Office) -> None:
    ada, bert = office.device("ada", "admin"), office.device("bert")
    assert text_of(ask(ada, "devices", do="destroy", of=bert.id)).startswith("Write why")
    assert text_of(ask(ada, "devices", do="destroy", of=ada.id, reason="x")).startswith(
        "This is the computer"
    )
    assert ask(ada, "devices", do="drain", reason="x")["problem"]
    told = ask(ada, "devices", do="destroy", of=bert.id, reason="Stolen on a train")
    row = next(one for one in told["devices"] if one["id"] == bert.id)
    assert (row["status"], row["order_reason"], row["order_by"]) == (
        "destroy",
        "Stolen on a train",
        ada.worker,
    )
    assert told["here"] == ada.id
    assert bert.post("/sync/pull", {"epoch": bert.epoch, "schema_version": 1, "device": bert.id, "have": {}})
    assert bert.sign_in().json()["code"] == "revoked"
    (event,) = booked(office, "device_revoked")
    assert (event["person"], event["scope"]) == (ada.worker, f"staff:{bert.worker}")


def test_clients_are_handed_over_by_a_lead_who_does_not_hold_them(
    office: Office, pair: tuple[Device, Device, str]
) -> None:
    anna, bert, client = pair
    office.unassign(client, "bert")
    lead = office.device("lea", "team-lead")
    (held,) = ask(lead, "assignments")["clients"]
    assert (held["id"], held["name"]) == (client, "Testinen Aino")
    assert [one["worker"] for one in held["held_by"]] == [anna.worker]
    told = ask(lead, "assignments", do="hand_over", clients=[client], giver=anna.worker, to=bert.worker)
    assert [one["worker"] for one in told["clients"][0]["held_by"]] == [bert.worker]
    assert core(client) in anna.pull()["evict"]
    assert core(client) in bert.pull()["scopes"]
    again = ask(lead, "assignments", do="hand_over", clients=[client], giver=anna.worker, to=bert.worker)
    assert text_of(again) == "They work together already."
    assert ask(lead, "assignments", do="hand_over", clients=[ident()], to=bert.worker)["problem"]
    assert ask(lead, "assignments", do="hand_over", clients=[client], to=ident())["problem"]
    early = {"begins": "2026-05-02", "ends": "2026-05-01"}
    assert ask(lead, "assignments", do="hand_over", clients=[client], to=anna.worker, **early)["problem"]
    made = [row for row in booked(office, "applied") if row["kind"] == "assignment"]
    assert lead.worker in {row["person"] for row in made}
    assert office.findings() == []


@pytest.fixture
def kept(office: Office, pair: tuple[Device, Device, str]) -> tuple[Device, Device, str, dict[str, Any]]:
    """A visit that bert changed after he had lost the client, in quarantine; with the lead's device."""
    anna, bert, client = pair
    made = visit(anna, client)
    anna.push(made)
    bert.pull()
    office.unassign(client, "bert")
    change = bert.mutation(
        "support_visit", "update", made["row"], core(client), notes=["one\ntwo\nthree", "one\nTWO\nthree"]
    )
    assert [one["status"] for one in bert.push(change)] == ["quarantined"]
    return office.device("lea", "team-lead"), bert, client, change


def pull_held(device: Device, *ids: str) -> list[dict[str, Any]]:
    body = {"epoch": device.epoch, "schema_version": 1, "device": device.id, "have": {}, "held": list(ids)}
    reply = device.post("/sync/pull", body)
    assert reply.status_code == 200, reply.text
    return list(reply.json()["decided"])


def test_what_waits_is_taken_in_with_its_author_and_time(
    office: Office, pair: tuple[Device, Device, str], kept: tuple[Device, Device, str, dict[str, Any]]
) -> None:
    anna, (lead, bert, client, change) = pair[0], kept
    assert pull_held(bert, change["id"]) == []
    (one,) = ask(lead, "quarantine")["waiting"]
    assert (one["id"], one["reason"], one["author"]) == (change["id"], "access", bert.worker)
    assert one["patch"] == {"notes": ["one\ntwo\nthree", "one\nTWO\nthree"]}
    told = ask(lead, "quarantine", do="apply", ids=[change["id"]])
    assert (told["outcomes"], told["waiting"]) == ({change["id"]: "applied"}, [])
    anna.pull()
    row = anna.row("support_visit", change["row"])
    assert (row["notes"], row["saved_by"]) == ("one\nTWO\nthree", bert.worker)
    assert row["saved_at"] == change["saved_at"]
    assert pull_held(bert, change["id"]) == [{"id": change["id"], "status": "applied"}]
    assert pull_held(anna, change["id"]) == []  # it is not hers
    (decision,) = booked(office, "quarantine_applied")
    assert (decision["person"], decision["scope"]) == (lead.worker, core(client))
    assert [one["status"] for one in bert.push(change)] == ["applied"]  # sent again after a restore
    again = ask(lead, "quarantine", do="apply", ids=[change["id"]])
    assert text_of(again) == "Somebody has decided this already."
    assert office.findings() == []


def test_what_waits_may_become_a_decision_between_two_people(
    pair: tuple[Device, Device, str], kept: tuple[Device, Device, str, dict[str, Any]]
) -> None:
    anna, (lead, _bert, client, change) = pair[0], kept
    anna.push(
        anna.mutation(
            "support_visit",
            "update",
            change["row"],
            core(client),
            notes=["one\ntwo\nthree", "one\nzwei\nthree"],
        )
    )
    assert ask(lead, "quarantine", do="apply", ids=[change["id"]])["outcomes"] == {change["id"]: "conflict"}
    anna.pull()
    (conflict,) = anna.conflicts()
    assert conflict["mine"] == {"notes": "one\nTWO\nthree"}


def test_what_is_rejected_is_told_to_its_author_with_the_reason(
    office: Office, kept: tuple[Device, Device, str, dict[str, Any]]
) -> None:
    lead, bert, client, change = kept
    assert text_of(ask(lead, "quarantine", do="reject", ids=[change["id"]])).startswith("Write why")
    told = ask(lead, "quarantine", do="reject", ids=[change["id"]], reason="Anna wrote it already")
    assert (told["outcomes"], told["waiting"]) == ({change["id"]: "refused"}, [])
    (answer,) = pull_held(bert, change["id"])
    assert answer["status"] == "refused"
    assert answer["problems"][0]["values"] == {"name": "lea", "reason": "Anna wrote it already"}
    (again,) = bert.push(change)
    assert (again["status"], again["problems"]) == ("refused", answer["problems"])
    (line,) = [
        one for one in ask(lead, "log", client=client)["lines"] if one["action"] == "quarantine_rejected"
    ]
    assert (line["person"], line["reason"]) == (lead.worker, "Anna wrote it already")
    assert office.findings() == []


def test_of_a_health_entry_a_lead_sees_kind_who_and_when_alone(
    office: Office, pair: tuple[Device, Device, str]
) -> None:
    from app.services import SPECS

    _anna, bert, client = pair
    kind = next(spec.kind for spec in SPECS.values() if spec.group == "health")
    office.unassign(client, "bert")
    patch = {"client_id": [None, client], "note": [None, "Kipeä selkä"]}
    made = bert.mutation(kind, "create", ident(), f"client:{client}:health", **patch)
    assert [one["status"] for one in bert.push(made)] == ["quarantined"]
    # Of another compartment than its kind's it is no more readable for that.
    slipped = bert.mutation(kind, "create", ident(), core(client), **patch)
    bert.push(slipped)
    lead = office.device("lea", "team-lead")
    told = ask(lead, "quarantine")
    assert [(one["kind"], one["worker"], one["patch"]) for one in told["waiting"]] == [
        (kind, bert.worker, None)
    ] * 2
    log = ask(lead, "log", client=client)
    assert "selkä" not in str(told) + str(log)
    assert [one["fields"] for one in log["lines"] if one["kind"] == kind] == [[], []]


def test_what_only_the_centre_writes_is_not_let_in_by_way_of_quarantine(
    office: Office, pair: tuple[Device, Device, str]
) -> None:
    _anna, bert, _client = pair
    change = bert.mutation(
        "worker", "update", bert.worker, f"staff:{bert.worker}", role=["job-coach", "admin"]
    )
    change["scope"] = "reference"
    change["author"] = ident()
    bert.push(change)
    lead = office.device("lea", "team-lead")
    assert text_of(ask(lead, "quarantine", do="apply", ids=[change["id"]])).startswith(
        "Who wrote this is not"
    )
    drained = bert.mutation("worker", "update", bert.worker, "reference", role=["job-coach", "admin"])
    ada = office.device("ada", "admin")
    ask(ada, "devices", do="drain", of=bert.id, reason="left")
    bert.push(drained)
    told = ask(lead, "quarantine", do="apply", ids=[drained["id"]])
    assert told["outcomes"] == {drained["id"]: "refused"}
    roles = {one["id"]: one["role"] for one in ask(ada, "users")["users"]}
    assert roles[bert.worker] == "job-coach"


def test_a_new_client_of_somebody_who_left_is_taken_in_with_her_entries(office: Office) -> None:
    ada, bert, lead = office.device("ada", "admin"), office.device("bert"), office.device("lea", "team-lead")
    ask(ada, "devices", do="drain", of=bert.id, reason="left")
    client, made = new_client(bert)
    met = visit(bert, client)
    bert.push(made, met)
    names = [one["client_name"] for one in ask(lead, "quarantine")["waiting"]]
    assert "Testinen Aino" in names
    alone = ask(lead, "quarantine", do="apply", ids=[met["id"]])
    assert alone["outcomes"] == {met["id"]: "quarantined"}
    assert len(alone["waiting"]) == 2
    told = ask(lead, "quarantine", do="apply", ids=[made["id"], met["id"]])
    assert told["outcomes"] == {made["id"]: "applied", met["id"]: "applied"}
    (held,) = ask(lead, "assignments")["clients"]
    assert (held["id"], held["held_by"]) == (client, [])
    assert office.findings() == []


def test_the_log_of_each_role_is_its_own_and_turns_pages(
    office: Office, pair: tuple[Device, Device, str]
) -> None:
    anna, _bert, client = pair
    made = visit(anna, client)
    anna.push(made)
    anna.push(anna.mutation("support_visit", "update", made["row"], core(client), place=["", "office"]))
    ada, lead = office.device("ada", "admin"), office.device("lea", "team-lead")
    hers = ask(lead, "log", client=client)
    changed = next(one for one in hers["lines"] if one["record"] == made["row"])
    assert (changed["fields"], changed["person"], changed["kind"]) == (
        ["place"],
        anna.worker,
        "support_visit",
    )
    assert hers["clients"] == {client: "Testinen Aino"}
    assert "three" not in str(hers)
    assert not any(one["scope"].startswith("staff:") for one in ask(lead, "log")["lines"])
    people = ask(ada, "log")
    assert {one["scope"].split(":")[0] for one in people["lines"]} <= {"centre", "staff"}
    assert people["clients"] == {}
    assert ada.post("/admin/log", {"device": ada.id, "client": client}).json()["code"] == "role"
    assert {one["of"] for one in ask(ada, "log", person=anna.worker)["lines"]} == {anna.worker}
    first = ask(lead, "log", client=client, limit=2)
    rest = ask(lead, "log", client=client, limit=500, skip=2)
    assert (first["more"], rest["more"]) == (True, False)
    whole = [(one["scope"], one["n"]) for one in ask(lead, "log", client=client)["lines"]]
    parts = [(one["scope"], one["n"]) for one in first["lines"] + rest["lines"]]
    assert set(parts) <= set(whole)
    assert len(parts) == len(set(parts))
    assert ask(lead, "log", client=client, first="2020-01-01", last="2020-01-02")["lines"] == []
    assert lead.post("/admin/log", {"device": lead.id, "first": "2026-02-30"}).json()["code"] == "message"
    assert booked(office, "log_read")[0]["person"] == lead.worker
