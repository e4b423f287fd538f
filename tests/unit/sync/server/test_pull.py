"""Pull: exactly the scopes a device may hold, whole, and never past a number that is still to come."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import access, clock
from sync.protocol import Mutation
from sync.server.database import snapshot, writing
from sync.server.faults import BUGS
from sync.server.pull import pull
from sync.server.push import push
from sync.server.rights import Sender
from tests.unit.sync.server.conftest import Device, Office, core, ident, new_client, visit

Pair = tuple[Device, Device, str]


def test_nothing_new_says_nothing(pair: Pair) -> None:
    anna = pair[0]
    anna.pull()
    assert anna.pull() == {"evict": [], "scopes": set()}


def test_a_change_reaches_the_other_device(pair: Pair) -> None:
    anna, bert, client = pair
    made = visit(anna, client, topics=["pay"], start_time="09:00")
    anna.push(made)
    assert bert.pull()["scopes"] == {core(client)}
    row = bert.row("support_visit", made["row"])
    assert (row["topics"], row["on"], row["client_id"]) == (["pay"], "2026-05-03", client)
    assert row["saved_at"] == made["saved_at"]
    assert "seq" not in row


def test_instants_look_the_same_from_both_databases(pair: Pair) -> None:
    anna, bert, client = pair
    forms = {
        "2026-05-03T09:30:00+03:00": "2026-05-03T06:30:00Z",
        "2026-05-03T09:30:00Z": "2026-05-03T09:30:00Z",
        "2026-05-03T09:30:00.500000Z": "2026-05-03T09:30:00.500000Z",
        "2026-05-03T09:30:00.000001Z": "2026-05-03T09:30:00.000001Z",
    }
    for sent, stored in forms.items():
        made = {**visit(anna, client), "saved_at": sent}
        anna.push(made)
        bert.pull()
        assert bert.row("support_visit", made["row"])["saved_at"] == stored


def test_pages_come_whole_and_once(pair: Pair) -> None:
    anna, bert, client = pair
    for start in range(0, 60, 20):
        anna.push(*[visit(anna, client, minutes=start + number) for number in range(20)])
    bert.pull(limit=7)
    minutes = sorted(
        row["minutes"] for (kind, _), row in bert.rows[core(client)].items() if kind == "support_visit"
    )
    assert minutes == list(range(60))
    fresh = Device(bert.http, bert.worker, bert.id, bert.install_id, bert.epoch, bert.key, bert.token)
    fresh.pull(limit=1)
    assert fresh.rows == bert.rows


def test_rows_changed_between_pages_arrive(pair: Pair) -> None:
    anna, bert, client = pair
    visits = [visit(anna, client) for _ in range(10)]
    anna.push(*visits)
    have = dict(bert.cursors)
    body = {"epoch": bert.epoch, "schema_version": 1, "device": bert.id, "have": have, "limit": 5}
    [page] = bert.post("/sync/pull", body).json()["scopes"]
    assert page["more"]
    bert._take(page)
    anna.push(anna.mutation("support_visit", "update", visits[0]["row"], core(client), minutes=[60, 61]))
    anna.push(anna.mutation("support_visit", "update", visits[9]["row"], core(client), minutes=[60, 62]))
    bert.pull(limit=3)
    assert [bert.row("support_visit", visits[n]["row"])["minutes"] for n in (0, 9)] == [61, 62]


def test_gained_lost_and_gained_again(office: Office, pair: Pair) -> None:
    anna, bert, client = pair
    anna.push(visit(anna, client))
    bert.pull()
    held = dict(bert.rows[core(client)])
    office.unassign(client, "bert")
    assert set(bert.pull()["evict"]) == {f"client:{client}:{group}" for group in access.GROUPS}
    office.assign(client, "bert")
    bert.pull()
    assert {key for key in bert.rows[core(client)] if key[0] != "assignment"} == {
        key for key in held if key[0] != "assignment"
    }


def test_a_role_holds_its_own_compartments(office: Office, pair: Pair) -> None:
    anna, _, client = pair
    values = {"client_id": client, "noted_on": "2026-05-03", "limits": "no lifting"}
    noted = anna.mutation(
        "profile_health",
        "create",
        ident(),
        f"client:{client}:health",
        **{name: [None, value] for name, value in values.items()},
    )
    anna.push(noted)
    jobs, ability = (
        office.device("jobs", "jobcenter-coordinator"),
        office.device("abe", "work-ability-coordinator"),
    )
    office.assign(client, "jobs")
    office.assign(client, "abe")
    coach = office.device("kaisa")
    office.assign(client, "kaisa")
    for device in (jobs, ability, coach):
        device.pull()
    for device in (jobs, ability):
        assert {scope for scope in device.rows if scope.startswith("client:")} == {core(client)}
    assert ("profile_health", noted["row"]) in coach.rows[f"client:{client}:health"]
    refused = {**noted, "id": ident(), "row": ident(), "author": jobs.worker}
    assert [r["status"] for r in jobs.push(refused)] == ["quarantined"]


def test_a_cursor_of_a_lost_future_heals_itself(pair: Pair) -> None:
    """A scope whose cursor lies beyond the head gets the head and a checksum: the device starts it over."""
    bert, client = pair[1], pair[2]
    body = {
        "epoch": bert.epoch,
        "schema_version": 1,
        "device": bert.id,
        "have": {**bert.cursors, core(client): 10**6},
    }
    [page] = bert.post("/sync/pull", body).json()["scopes"]
    assert page["head"] < 10**6
    assert not page["more"]


def writer(office: Office, worker: str, client: str, count: int) -> None:
    for _ in range(count):
        mutation = {
            "id": ident(),
            "scope": core(client),
            "kind": "support_visit",
            "row": ident(),
            "op": "create",
            "patch": {"client_id": (None, client), "on": (None, "2026-05-03")},
            "author": worker,
            "saved_at": "2026-05-03T09:00:00Z",
        }
        sender = Sender(ident(), worker, "job-coach")
        [result] = push(office.engine, lambda _, who=sender: who, [Mutation(**mutation)])
        assert result["status"] == "applied"


def test_a_cursor_never_skips(office: Office) -> None:
    """Eight writers and a reader at once: every row is seen though transactions commit as they like."""
    anna = office.device("anna")
    client, made = new_client(anna)
    anna.push(made)
    done = threading.Event()
    seen: set[str] = set()

    def read() -> None:
        cursor, last = 0, False
        while True:
            last = done.is_set()
            with snapshot(office.engine) as connection:
                _, scopes = pull(connection, anna.worker, {core(client): cursor}, 1000)
            for page in scopes:
                if page["scope"] == core(client):
                    seen.update(line["row"]["id"] for line in page["rows"] if line["kind"] == "support_visit")
                    cursor = page["head"]
            if last:
                return

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(writer, office, anna.worker, client, 12) for _ in range(8)]:
            future.result()
    done.set()
    reader.join()
    assert len(seen) == 96
    assert not office.findings()


def interleaved(office: Office, pair: Pair) -> bool:
    """Let one push stop just before it commits while another goes through; tell whether a reader saw both."""
    anna, bert, client = pair
    slow, quick = visit(anna, client), visit(bert, client)
    numbered = "server.push.numbered" if "seq_at_begin" in BUGS else "server.push.locked"
    reached, go_on = threading.Event(), threading.Event()
    slow_thread: list[int] = []

    def at_point(name: str) -> None:
        if name == numbered and not slow_thread:
            slow_thread.append(threading.get_ident())
            reached.set()
            go_on.wait(20)

    release = clock.hold(at_point=at_point)
    try:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(anna.push, slow)
            assert reached.wait(20)
            second = pool.submit(bert.push, quick)
            if "seq_at_begin" in BUGS:
                second.result()
                anna.pull()
            go_on.set()
            assert [first.result()[0]["status"], second.result()[0]["status"]] == ["applied", "applied"]
        held = anna.cursors
        body = {"epoch": anna.epoch, "schema_version": 1, "device": anna.id, "have": held}
        for page in anna.post("/sync/pull", body).json()["scopes"]:
            rows = anna.rows.setdefault(page["scope"], {})
            rows.update({(line["kind"], line["row"]["id"]): line["row"] for line in page["rows"]})
    finally:
        release()
    return all(("support_visit", made["row"]) in anna.rows[core(client)] for made in (slow, quick))


@pytest.mark.failure(6)
def test_a_slow_transaction_is_waited_for(office: Office, pair: Pair) -> None:
    assert interleaved(office, pair)


@pytest.fixture
def planted(request: pytest.FixtureRequest) -> object:
    BUGS.add(request.param)
    yield request.param
    BUGS.discard(request.param)


@pytest.mark.parametrize("planted", ["seq_at_begin"], indirect=True)
def test_the_test_would_find_numbers_taken_too_early(office: Office, pair: Pair, planted: str) -> None:
    assert not interleaved(office, pair)


@pytest.mark.parametrize("planted", ["no_receipts"], indirect=True)
def test_forgotten_receipts_would_be_found(pair: Pair, planted: str) -> None:
    anna, _, client = pair
    batch = anna.mutation("client", "update", client, core(client), phone=["", "1"])
    anna.push(batch)
    anna.push(anna.mutation("client", "update", client, core(client), phone=["1", ""]))
    anna.push(batch)
    anna.pull()
    assert anna.row("client", client)["phone"] == "1"


@pytest.mark.parametrize("planted", ["lww"], indirect=True)
def test_the_last_writer_winning_would_be_found(pair: Pair, planted: str) -> None:
    anna, bert, client = pair
    anna.push(anna.mutation("client", "update", client, core(client), phone=["", "1"]))
    bert.push(bert.mutation("client", "update", client, core(client), phone=["", "2"]))
    bert.pull()
    assert (bert.row("client", client)["phone"], bert.conflicts()) == ("2", [])


@pytest.mark.parametrize("planted", ["no_epoch"], indirect=True)
def test_an_unnoticed_restore_would_be_found(office: Office, pair: Pair, planted: str) -> None:
    office.restored()
    assert pair[0].post("/sync/push", pair[0].request([])).status_code == 200


def test_writing_closes_even_when_it_fails(office: Office) -> None:
    with pytest.raises(RuntimeError), writing(office.engine):
        raise RuntimeError
    office.device("anna")
