"""Push: applied once, merged or kept as a conflict; nothing refused is lost, nothing foreign is touched."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from app.services.coaching.records import CareerPlan
from app.signing import seal
from sync.server.database import snapshot
from sync.server.tables import AUDIT, QUARANTINE, RECORDS
from tests.unit.sync.server.conftest import Device, Office, core, ident, new_client, visit

Pair = tuple[Device, Device, str]


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [result["status"] for result in results]


def quarantined(office: Office) -> list[tuple[str, str]]:
    with snapshot(office.engine) as connection:
        return [(row.kind, row.reason) for row in connection.execute(select(QUARANTINE))]


def test_a_new_client_is_assigned_to_her_maker(office: Office) -> None:
    anna = office.device("anna")
    client, made = new_client(anna)
    assert statuses(anna.push(made, visit(anna, client))) == ["applied", "applied"]
    anna.pull()
    kinds = sorted(kind for kind, _ in anna.rows[core(client)])
    assert kinds == ["assignment", "client", "support_visit"]
    assert anna.row("client", client)["version"] == 1
    assert anna.row("client", client)["created_by"] == anna.worker
    assert f"client:{client}:health" in anna.rows
    assert not office.findings()


def test_the_devices_own_assignment_is_enough(office: Office) -> None:
    anna = office.device("anna")
    client, made = new_client(anna)
    values = {"client_id": client, "worker_id": anna.worker, "role": "job-coach", "valid_from": "2026-01-01"}
    own = anna.mutation(
        "assignment", "create", ident(), core(client), **{k: [None, v] for k, v in values.items()}
    )
    assert statuses(anna.push(made, own)) == ["applied", "applied"]
    anna.pull()
    assert sum(kind == "assignment" for kind, _ in anna.rows[core(client)]) == 1


def test_different_fields_are_both_kept(pair: Pair) -> None:
    anna, bert, client = pair
    first = anna.mutation("client", "update", client, core(client), phone=["", "1"])
    second = bert.mutation("client", "update", client, core(client), email=["", "b@example.com"])
    assert statuses(anna.push(first) + bert.push(second)) == ["applied", "applied"]
    anna.pull()
    row = anna.row("client", client)
    assert (row["phone"], row["email"], row["version"]) == ("1", "b@example.com", 3)
    assert row["saved_by"] == bert.worker


@pytest.mark.failure(7)
def test_the_same_field_becomes_a_conflict(pair: Pair) -> None:
    anna, bert, client = pair
    anna.push(anna.mutation("client", "update", client, core(client), phone=["", "1"]))
    mine = bert.mutation("client", "update", client, core(client), phone=["", "2"], email=["", "b@b.fi"])
    [result] = bert.push(mine)
    assert result["status"] == "conflict"
    assert (result["row"]["phone"], result["row"]["email"]) == ("1", "b@b.fi")
    bert.pull()
    [kept] = bert.conflicts()
    assert (kept["theirs"], kept["mine"], kept["base"]) == ({"phone": "1"}, {"phone": "2"}, {"phone": ""})
    assert (kept["theirs_by"], kept["mine_by"]) == (anna.worker, bert.worker)
    assert (kept["kind"], kept["record_id"], kept["reason"]) == ("client", client, "field")
    settled = bert.mutation("conflict", "update", kept["id"], core(client), state=["open", "settled"])
    assert statuses(bert.push(settled)) == ["applied"]


@pytest.mark.failure(7)
def test_a_group_is_not_torn(pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client, state="planned", start_time="09:00")
    anna.push(made)
    edit = {"state": ["planned", "done"], "on": ["2026-05-03"] * 2, "start_time": ["09:00", "09:00"]}
    anna.push(anna.mutation("support_visit", "update", made["row"], core(client), **edit))
    moved = {"state": ["planned"] * 2, "on": ["2026-05-03", "2026-06-01"], "start_time": ["09:00", "10:00"]}
    [result] = bert.push(bert.mutation("support_visit", "update", made["row"], core(client), **moved))
    assert result["status"] == "conflict"
    assert (result["row"]["state"], result["row"]["on"]) == ("done", "2026-05-03")
    bert.pull()
    [kept] = bert.conflicts()
    assert kept["parts"] == ["state", "on", "start_time"]


def test_long_texts_are_merged_by_line(pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client)
    anna.push(made)
    update = ("support_visit", "update", made["row"], core(client))
    anna.push(anna.mutation(*update, notes=["one\ntwo\nthree", "ONE\ntwo\nthree"]))
    [result] = bert.push(bert.mutation(*update, notes=["one\ntwo\nthree", "one\ntwo\nTHREE"]))
    assert (result["status"], result["row"]["notes"]) == ("merged", "ONE\ntwo\nTHREE")


def test_what_grew_too_long_by_merging_is_a_conflict(pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client)
    anna.push(made)
    update = ("support_visit", "update", made["row"], core(client))
    anna.push(anna.mutation(*update, notes=["one\ntwo\nthree", "1" * 19_000 + "\ntwo\nthree"]))
    [result] = bert.push(bert.mutation(*update, notes=["one\ntwo\nthree", "one\ntwo\n" + "3" * 19_000]))
    assert result["status"] == "conflict"
    bert.pull()
    assert len(bert.conflicts()[0]["mine"]["notes"]) > 19_000


def seen(values: dict[str, Any]) -> dict[str, Any]:
    return {name: [value, None] for name, value in values.items()}


@pytest.mark.failure(7)
def test_an_edit_of_what_was_deleted_is_kept(pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client)
    anna.push(made)
    assert statuses(
        anna.push(
            anna.mutation("support_visit", "delete", made["row"], core(client), **seen({"minutes": 60}))
        )
    ) == ["applied"]
    edit = bert.mutation("support_visit", "update", made["row"], core(client), minutes=[60, 90])
    [result] = bert.push(edit)
    assert (result["status"], result["row"]["deleted"], result["row"]["notes"]) == ("conflict", True, "")
    bert.pull()
    [kept] = bert.conflicts()
    assert (kept["reason"], kept["mine"], kept["theirs"]) == ("deleted", {"minutes": 90}, {"minutes": None})
    back = bert.mutation(
        "support_visit", "undelete", made["row"], core(client), minutes=[None, 90], notes=[None, "one"]
    )
    assert statuses(bert.push(back)) == ["applied"]
    bert.pull()
    row = bert.row("support_visit", made["row"])
    assert (row["deleted"], row["minutes"], row["notes"]) == (False, 90, "one")


@pytest.mark.failure(7)
def test_what_was_edited_is_not_deleted_unseen(pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client)
    anna.push(made)
    anna.push(anna.mutation("support_visit", "update", made["row"], core(client), minutes=[60, 90]))
    gone = bert.mutation("support_visit", "delete", made["row"], core(client), **seen({"minutes": 60}))
    [result] = bert.push(gone)
    assert (result["status"], result["row"]["deleted"]) == ("conflict", False)
    bert.pull()
    [kept] = bert.conflicts()
    assert (kept["parts"], kept["theirs"]["minutes"]) == (["deleted", "minutes"], 90)


def plan(device: Device, client: str) -> dict[str, Any]:
    goal = {"id": ident(), "text": "A job in a café", "steps": []}
    values = {"client_id": client, "made_on": "2026-05-03", "goals": [goal]}
    patch = {name: [None, value] for name, value in values.items()}
    return device.mutation("career_plan", "create", ident(), core(client), **patch)


def signing(device: Device, row: dict[str, Any], client: str) -> dict[str, Any]:
    signed = [{"id": ident(), "role": "client", "name": "A", "strokes": [[[0.1, 0.2], [0.5, 1.0]]]}]
    return device.mutation(
        "career_plan",
        "update",
        row["id"],
        core(client),
        signatures=[[], signed],
        signed_on=[None, "2026-05-04"],
        content_hash=["", seal(CareerPlan, row)],
    )


@pytest.mark.failure(7)
def test_a_signed_plan_changes_no_more(pair: Pair) -> None:
    anna, bert, client = pair
    made = plan(anna, client)
    anna.push(made)
    anna.pull()
    row = anna.row("career_plan", made["row"])
    assert statuses(anna.push(signing(anna, row, client))) == ["applied"]
    edit = bert.mutation("career_plan", "update", row["id"], core(client), duration=["", "a year"])
    gone = bert.mutation("career_plan", "delete", row["id"], core(client), **seen({"duration": ""}))
    results = bert.push(edit, gone)
    assert statuses(results) == ["conflict", "conflict"]
    assert results[0]["row"]["duration"] == ""
    bert.pull()
    assert [kept["reason"] for kept in bert.conflicts()] == ["frozen", "frozen"]


@pytest.mark.failure(7)
def test_a_plan_edited_meanwhile_is_not_signed(pair: Pair) -> None:
    anna, bert, client = pair
    made = plan(anna, client)
    anna.push(made)
    anna.pull()
    row = anna.row("career_plan", made["row"])
    bert.push(bert.mutation("career_plan", "update", row["id"], core(client), duration=["", "a year"]))
    [result] = anna.push(signing(anna, row, client))
    assert (result["status"], result["row"]["content_hash"], result["row"]["signatures"]) == (
        "conflict",
        "",
        [],
    )
    anna.pull()
    [kept] = anna.conflicts()
    assert sorted(kept["parts"]) == ["content_hash", "signatures", "signed_on"]
    assert kept["mine"]["content_hash"] == seal(CareerPlan, row)


def test_a_plan_that_comes_signed_wrongly_is_refused(pair: Pair) -> None:
    anna, _, client = pair
    made = plan(anna, client)
    made["patch"] |= {"content_hash": [None, "0" * 64], "signed_on": [None, "2026-05-03"]}
    [result] = anna.push(made)
    assert result["status"] == "refused"
    assert result["problems"][0]["field"] == "content_hash"


@pytest.mark.failure(2, 3)
def test_the_same_batch_twice_is_applied_once(pair: Pair) -> None:
    anna, _, client = pair
    batch = [visit(anna, client), anna.mutation("client", "update", client, core(client), phone=["", "1"])]
    first, second = anna.push(*batch), anna.push(*batch)
    assert statuses(first) == statuses(second) == ["applied", "applied"]
    anna.pull()
    assert anna.row("client", client)["version"] == 2


@pytest.mark.failure(3)
def test_the_same_batch_at_once_is_applied_once(pair: Pair) -> None:
    anna, _, client = pair
    batch = [visit(anna, client) for _ in range(50)]
    batch.append(anna.mutation("client", "update", client, core(client), phone=["", "1"]))
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: statuses(anna.push(*batch)), range(4)))
    assert replies == [["applied"] * 51] * 4
    anna.pull()
    assert anna.row("client", client)["version"] == 2


def test_a_repeated_conflict_is_answered_with_the_row_as_it_is_now(pair: Pair) -> None:
    anna, bert, client = pair
    anna.push(anna.mutation("client", "update", client, core(client), phone=["", "1"]))
    mine = bert.mutation("client", "update", client, core(client), phone=["", "2"])
    bert.push(mine)
    anna.push(anna.mutation("client", "update", client, core(client), phone=["1", "3"]))
    [again] = bert.push(mine)
    assert (again["status"], again["row"]["phone"]) == ("conflict", "3")
    bert.pull()
    assert len(bert.conflicts()) == 1


def test_several_edits_of_a_row_in_one_batch_follow_each_other(pair: Pair) -> None:
    anna, _, client = pair
    made = visit(anna, client)
    edits = [
        anna.mutation("support_visit", "update", made["row"], core(client), minutes=[old, old + 1])
        for old in range(60, 70)
    ]
    assert statuses(anna.push(made, *edits)) == ["applied"] * 11
    anna.pull()
    assert anna.row("support_visit", made["row"])["minutes"] == 70
    assert not office_findings(anna)


def office_findings(device: Device) -> list[Any]:
    from sync.server import audit

    centre = device.http.app.state.centre  # type: ignore[attr-defined]
    with snapshot(centre.engine) as connection:
        return list(audit.verify(connection))


def test_what_is_written_once_does_not_change(pair: Pair) -> None:
    anna, _, client = pair
    values = {"client_id": client, "step_id": ident(), "on": "2026-05-03", "state": "done"}
    patch = {name: [None, value] for name, value in values.items()}
    made = anna.mutation("plan_progress", "create", ident(), core(client), **patch)
    again = {**made, "id": ident()}
    update = anna.mutation("plan_progress", "update", made["row"], core(client), note=["", "changed"])
    assert statuses(anna.push(made, again, update)) == ["applied", "applied", "refused"]
    gone = anna.mutation("plan_progress", "delete", made["row"], core(client))
    assert statuses(anna.push(gone)) == ["applied"]


REFUSED: list[Callable[[Device, str], dict[str, Any]]] = [
    lambda d, c: visit(d, c, minutes=-1),
    lambda d, c: visit(d, c, colour="red"),
    lambda d, c: visit(d, c, on="30.2.2026"),
    lambda d, c: visit(d, c, client_id=ident()),
    lambda d, c: {**visit(d, c), "scope": f"client:{c}:health"},
    lambda d, c: {**visit(d, c), "saved_at": "2026-13-45T00:00:00Z"},
    lambda d, c: {**visit(d, c), "kind": "Bad Kind"},
    lambda d, c: d.mutation("client", "update", c, core(c), first_name=["Aino", ""]),
    lambda d, c: d.mutation("worker", "update", d.worker, "reference", role=["job-coach", "admin"]),
    lambda d, c: d.mutation("conflict", "create", ident(), core(c), record_id=[None, c]),
    lambda d, c: {**visit(d, c, notes="x"), "op": "erase"},
]


@pytest.mark.failure(20)
@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_one_bad_change_never_blocks_the_next(pair: Pair, number: int) -> None:
    anna, _, client = pair
    bad = REFUSED[number](anna, client)
    results = anna.push(visit(anna, client), bad, visit(anna, client))
    expected = "quarantined" if bad["kind"] == "worker" else "refused"
    assert statuses(results) in (["applied", "refused", "applied"], ["applied", expected, "applied"])
    assert [result["id"] for result in results][1] == bad["id"]
    assert results[1].get("problems")


@pytest.mark.failure(16)
def test_an_unknown_choice_is_kept(pair: Pair) -> None:
    anna, _, client = pair
    made = visit(anna, client, place="moon")
    assert statuses(anna.push(made)) == ["applied"]
    anna.pull()
    assert anna.row("support_visit", made["row"])["place"] == "moon"


def test_texts_are_stored_in_one_form(pair: Pair) -> None:
    anna, _, client = pair
    made = visit(anna, client, notes="a\u0308\r\nb\u0000", participants=" x ")
    anna.push(made)
    anna.pull()
    row = anna.row("support_visit", made["row"])
    assert (row["notes"], row["participants"]) == ("ä\nb", "x")


def test_a_stranger_to_a_client_writes_nothing(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    eve = office.device("eve")
    grab = {"client_id": client, "worker_id": eve.worker, "role": "job-coach", "valid_from": "2026-01-01"}
    attempts = [
        visit(eve, client),
        eve.mutation("client", "update", client, core(client), phone=["", "666"]),
        eve.mutation("client", "create", client, core(client), first_name=[None, "E"], last_name=[None, "E"]),
        eve.mutation(
            "assignment", "create", ident(), core(client), **{k: [None, v] for k, v in grab.items()}
        ),
    ]
    results = eve.push(*attempts)
    assert statuses(results) == ["quarantined"] * 4
    assert all(result.get("row") is None for result in results)
    assert {reason for _, reason in quarantined(office)} == {"access"}
    assert eve.pull()["scopes"] == {"reference", f"staff:{eve.worker}"}
    anna.pull()
    assert anna.row("client", client)["phone"] == ""


def test_a_row_is_not_reached_through_ones_own_scope(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    made = visit(anna, client)
    anna.push(made)
    eve = office.device("eve")
    own, registered = new_client(eve)
    eve.push(registered)
    edit = eve.mutation("support_visit", "update", made["row"], core(own), notes=["", "mine now"])
    clash = {**visit(eve, own), "row": made["row"]}
    results = eve.push(edit, clash)
    assert statuses(results) == ["quarantined", "quarantined"]
    assert all(result.get("row") is None for result in results)
    assert {reason for _, reason in quarantined(office)} == {"scope"}


def test_an_entry_whose_parent_is_not_there_is_kept_apart(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    values = {"client_id": client, "relationship_id": ident(), "on": "2026-05-03", "phase": "assessment"}
    patch = {name: [None, value] for name, value in values.items()}
    orphan = anna.mutation("phase_change", "create", ident(), core(client), **patch)
    assert statuses(anna.push(visit(anna, client), orphan)) == ["applied", "quarantined"]
    assert quarantined(office) == [("phase_change", "parent")]


@pytest.mark.failure(5)
def test_a_child_may_come_before_its_parent(pair: Pair) -> None:
    anna, _, client = pair
    parent = {"client_id": client, "started_on": "2026-05-01"}
    made = anna.mutation(
        "coaching_relationship", "create", ident(), core(client), **{k: [None, v] for k, v in parent.items()}
    )
    values = {"client_id": client, "relationship_id": made["row"], "on": "2026-05-03", "phase": "assessment"}
    child = anna.mutation(
        "phase_change", "create", ident(), core(client), **{k: [None, v] for k, v in values.items()}
    )
    assert statuses(anna.push(child, made)) == ["applied", "applied"]


@pytest.mark.failure(20)
def test_what_the_database_refuses_is_found_and_kept_apart(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    values = {"client_id": client, "made_on": "2026-05-03", "version_no": 2**70}
    poison = anna.mutation(
        "career_plan", "create", ident(), core(client), **{k: [None, v] for k, v in values.items()}
    )
    batch = [visit(anna, client) for _ in range(20)]
    results = anna.push(*batch[:7], poison, *batch[7:])
    assert statuses(results) == ["applied"] * 7 + ["quarantined"] + ["applied"] * 13
    assert quarantined(office) == [("career_plan", "poison")]
    anna.pull()
    assert sum(kind == "support_visit" for kind, _ in anna.rows[core(client)]) == 20
    assert not office.findings()
    assert statuses(anna.push(poison)) == ["quarantined"]


def test_edits_that_come_before_their_row_are_applied_when_it_comes(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client)
    edit = bert.mutation("support_visit", "update", made["row"], core(client), minutes=[60, 90])
    assert statuses(bert.push(edit)) == ["quarantined"]
    assert statuses(anna.push(made)) == ["applied"]
    anna.pull()
    assert anna.row("support_visit", made["row"])["minutes"] == 90
    with snapshot(office.engine) as connection:
        assert connection.execute(select(QUARANTINE.c.released_at)).scalar_one() is not None


def test_edits_go_on_waiting_where_their_row_is_refused(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client)
    edit = bert.mutation("support_visit", "update", made["row"], core(client), minutes=[60, 90])
    bert.push(edit)
    wrong = {**made, "patch": {**made["patch"], "minutes": [None, -5]}}
    assert statuses(anna.push(wrong)) == ["refused"]
    with snapshot(office.engine) as connection:
        assert connection.execute(select(QUARANTINE.c.released_at)).scalar_one() is None
        actions = list(
            connection.execute(select(AUDIT.c.action).where(AUDIT.c.record_id == made["row"])).scalars()
        )
        assert actions == ["quarantined", "refused"]


@pytest.mark.failure(8)
def test_entries_after_the_hand_over_wait_for_the_team(office: Office, pair: Pair) -> None:
    _, bert, client = pair
    office.unassign(client, "bert")
    [result] = bert.push(visit(bert, client))
    assert (result["status"], result.get("row")) == ("quarantined", None)
    assert quarantined(office) == [("support_visit", "access")]
    assert core(client) in bert.pull()["evict"]


def test_a_coach_does_not_hand_clients_on_but_a_team_lead_does(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    lead, carl = office.device("lead", "team-lead"), office.device("carl")

    def giving(device: Device) -> dict[str, Any]:
        values = {
            "client_id": client,
            "worker_id": carl.worker,
            "role": "job-coach",
            "valid_from": "2026-01-01",
        }
        patch = {name: [None, value] for name, value in values.items()}
        return device.mutation("assignment", "create", ident(), core(client), **patch)

    assert statuses(bert.push(giving(bert))) == ["quarantined"]
    assert statuses(anna.push(giving(anna))) == ["quarantined"]
    assert statuses(lead.push(giving(lead))) == ["applied"]
    assert core(client) in carl.pull()["scopes"]


def test_nobody_writes_in_anothers_name(pair: Pair) -> None:
    anna, bert, client = pair
    assert statuses(anna.push({**visit(anna, client), "author": bert.worker})) == ["quarantined"]


def test_an_administrator_registers_no_clients(office: Office) -> None:
    admin = office.device("admin", "admin")
    _, made = new_client(admin)
    assert statuses(admin.push(made)) == ["quarantined"]


@pytest.mark.failure(16)
def test_a_kind_of_a_newer_program_is_kept(pair: Pair) -> None:
    anna, _, client = pair
    unknown = anna.mutation("mood_diary", "create", ident(), core(client), mood=[None, "good"])
    assert statuses(anna.push(unknown)) == ["quarantined"]


def test_every_change_is_in_the_history(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    anna.push(anna.mutation("client", "update", client, core(client), phone=["", "1"]))
    bert.push(bert.mutation("client", "update", client, core(client), phone=["", "2"]))
    with snapshot(office.engine) as connection:
        chosen = select(AUDIT.c.action, AUDIT.c.person).where(AUDIT.c.record_id == client).order_by(AUDIT.c.n)
        assert [tuple(row) for row in connection.execute(chosen)] == [
            ("applied", anna.worker),
            ("applied", anna.worker),
            ("conflict", bert.worker),
        ]
        kept = connection.execute(select(func.count()).select_from(RECORDS["conflict"])).scalar_one()
        assert kept == 1
    assert not office.findings()
