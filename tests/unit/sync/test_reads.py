"""Who read, printed or gave out a client's data on a device: the centre hears of it once, whatever happens."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic_core import to_json

from app.__main__ import main
from app.clock import new_id
from app.errors import NotAllowed, Unreachable
from storage import erasing, reading
from sync import reads, seeing, session
from sync.session import Session
from tests.model.story import Story
from tests.stores import PASSPHRASE
from tests.town import FAULTS, Crash, Device, Town, reopened


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made


@pytest.fixture
def town(story: Story) -> Town:
    return story.town


@pytest.fixture
def client(town: Town) -> UUID:
    first = town.devices[0]
    made = first.save("client", first_name="Aino", last_name="Virta")
    first.sync()
    return made


def told(town: Town, *actions: str) -> list[dict[str, Any]]:
    wanted = actions or (
        "read",
        "opened",
        "listed",
        "searched",
        "export",
        "shared",
        "copied",
        "printed",
        "handled",
    )
    return [row for row in town.audit() if row["action"] in wanted]


def asked(device: Device) -> int:
    return device.network.requests.count("/reads")


def test_a_sync_tells_what_was_read_in_the_chain_of_its_compartment(town: Town, client: UUID) -> None:
    first = town.devices[0]
    health = first.save("profile_health", client_id=client, noted_on="2026-03-01", limitations="x")
    first.store.opened(client)
    first.store.get("profile_health", health)
    first.store.log("export", "career_plan", new_id(), client, "Kela")
    first.sync()
    found = {(row["action"], row["scope"], row["kind"]) for row in told(town)}
    assert found == {
        ("opened", f"client:{client}:core", "client"),
        ("read", f"client:{client}:health", "profile_health"),
        ("export", f"client:{client}:core", "career_plan"),
    }
    assert {row["person"] for row in told(town)} == {str(first.store.worker)}
    assert {row["device"] for row in told(town)} == {first.state("device_id")}
    assert ["Kela" in row["patch"] for row in told(town, "export")] == [True]
    assert not town.findings()


def test_an_empty_sync_asks_nothing_more(town: Town, client: UUID) -> None:
    first = town.devices[0]
    first.sync()
    before = len(first.network.requests)
    first.sync()
    assert first.network.requests[before:] == ["/sync/pull"]
    first.edit("client", client, phone="1")  # a change is no reading
    first.sync()
    assert asked(first) == 0
    first.store.opened(client)
    first.sync()
    first.sync()
    assert asked(first) == 1


def test_what_is_only_looked_at_is_told_once_a_day(story: Story, town: Town, client: UUID) -> None:
    first = town.devices[0]
    for _ in range(3):
        for _ in range(4):
            first.store.opened(client)
            first.store.log("listed", "client")
            first.store.log("export", "career_plan", None, client)
        first.sync()
    assert len(told(town, "opened")) == 1
    assert [row["scope"] for row in told(town, "listed")] == [f"staff:{first.store.worker}"]
    assert len(told(town, "export")) == 12  # each time that something left the program
    story.clock.now += timedelta(days=1)
    first.store.opened(client)
    first.sync()
    assert len(told(town, "opened")) == 2
    assert len({row["saved_at"][:10] for row in told(town, "opened")}) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_network_tells_it_once(town: Town, client: UUID, fault: str) -> None:
    first = town.devices[0]
    first.store.opened(client)
    first.store.log("export", "career_plan", None, client)
    first.network.plan[:] = [fault]
    with suppress(Unreachable):
        first.sync()
    first.sync()
    assert [row["action"] for row in told(town)] == ["opened", "export"]
    assert not town.findings()


@pytest.mark.parametrize("place", ["client.reads.answered", "db.before_commit"])
def test_dying_at_client_reads_answered_tells_it_once(
    story: Story, town: Town, client: UUID, place: str
) -> None:
    first = town.devices[0]
    first.store.log("shared", "consent", new_id(), client, "Kela")

    def crash(name: str) -> None:
        if name == place:
            raise Crash

    story.clock.at_point = crash
    with pytest.raises(Crash):
        first.sync()
    story.clock.at_point = None
    first.crash()
    first.sync()
    assert [row["action"] for row in told(town)] == ["shared"]


def test_many_are_told_in_parts(town: Town, client: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    first = town.devices[0]
    monkeypatch.setattr(reading.waiting, "__defaults__", (5,))
    for number in range(12):
        first.store.log("export", "career_plan", None, client, str(number))
    first.sync()
    assert asked(first) == 3
    assert len(told(town)) == 12


def test_lines_that_are_not_told_are_passed_over(
    town: Town, client: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = town.devices[0]
    monkeypatch.setattr(reading, "_SKIP", 3)
    for number in range(5):
        first.edit("client", client, phone=str(number))
    first.sync()
    with first.store.read() as connection:
        assert not reading.is_long(connection)
    first.store.opened(client)
    first.sync()
    assert len(told(town, "opened")) == 1


def test_a_restored_centre_is_told_again(story: Story, town: Town, client: UUID) -> None:
    first = town.devices[0]
    first.store.log("export", "career_plan", None, client, "long ago")
    first.sync()
    story.clock.now += timedelta(days=40)
    story.backup()
    first.store.log("export", "career_plan", None, client, "of late")
    first.sync()
    assert len(told(town)) == 2
    story.restore(0)
    assert len(told(town)) == 1
    first.sync()
    assert len(told(town)) == 2
    assert asked(first) == 4  # one of them with a token too old; what was told long ago is not told again


def test_a_restored_device_adds_nothing(town: Town, client: UUID) -> None:
    first = town.devices[0]
    first.store.log("export", "career_plan", None, client, "x")
    first.sync()
    with first.store.write() as connection:  # as the backup of before has it
        reading.told(connection, 0)
    first.sync()
    assert asked(first) == 2
    assert len(told(town)) == 1


def test_an_older_centre_is_told_later(town: Town, client: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    first = town.devices[0]
    first.store.opened(client)
    real = first.network.way.send

    def older(path: str, *args: Any, **more: Any) -> Any:
        return real("/unknown" if path == "/reads" else path, *args, **more)

    monkeypatch.setattr(first.network.way, "send", older)
    first.sync()
    monkeypatch.undo()
    assert not told(town)
    first.sync()
    assert len(told(town)) == 1


def test_of_a_client_whom_the_worker_never_held_it_is_booked_with_herself(town: Town, client: UUID) -> None:
    second = town.devices[1]
    second.store.log("export", "career_plan", None, client, "made up")
    second.sync()
    (row,) = told(town)
    assert row["scope"] == f"staff:{second.store.worker}"
    assert str(client) in row["patch"]


def test_of_a_client_who_was_taken_away_it_is_hers(town: Town, client: UUID) -> None:
    first, second = town.devices[:2]
    town.assign(client, second.worker)
    second.sync()
    second.store.opened(client)
    town.unassign(client, second.worker)
    second.sync()
    assert [row["scope"] for row in told(town)] == [f"client:{client}:core"]
    first.sync()


def test_of_an_erased_client_it_is_booked_by_ids_alone(story: Story, town: Town, client: UUID) -> None:
    first, second = town.devices[:2]
    town.assign(client, second.worker)
    second.sync()
    second.store.log("export", "career_plan", None, client, "Matti Meikäläinen")
    with first.store.write() as connection:
        connection.exec_driver_sql("UPDATE sync_state SET value = '\"team-lead\"' WHERE name = 'worker_role'")
    with town.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE account SET role = 'team-lead' WHERE username = 'aada'")
    erasing.erase(first.store, client, "request")
    first.sync()
    second.sync()
    (row,) = told(town)
    assert (row["scope"], "Matti" in str(row["patch"])) == (f"client:{client}:core", False)
    assert not town.findings()


# ---- who has seen ----------------------------------------------------------------------------------------


def test_the_centre_says_who_has_handled_a_clients_data(story: Story, town: Town, client: UUID) -> None:
    first, second, third = town.devices
    town.assign(client, second.worker)
    second.sync()
    story.clock.now += timedelta(days=1)
    second.store.opened(client)
    second.edit("client", client, phone="1")
    second.sync()
    first.store.opened(client)
    told = reads.seen(Session(first.store, first.network), client)
    people = {one.name: one for one in told.people}
    assert people.keys() == {"aada", "bertil"}
    assert [one.role for one in told.people] == ["job-coach", "job-coach"]
    assert [len(one.periods) for one in told.people] == [1, 1]
    day = story.clock.now.astimezone().date().isoformat()
    found = {
        (entry.day, entry.person, entry.action, entry.group) for entry in told.entries if entry.day == day
    }
    aada, bertil = people["aada"].id, people["bertil"].id
    assert found == {
        (day, aada, "opened", "core"),
        (day, bertil, "opened", "core"),
        (day, bertil, "written", "core"),
    }
    assert "0401234567" not in to_json(told).decode()
    with pytest.raises(NotAllowed):
        reads.seen(Session(third.store, third.network), client)


def test_a_revoked_device_is_told_nothing(town: Town, client: UUID) -> None:
    from sync.server import devices
    from sync.server.database import writing
    from sync.transport import Told

    first = town.devices[0]
    first.sync()
    with writing(town.engine) as connection:
        devices.revoke(connection, first.state("device_id"), "drain")
    with pytest.raises(Told, match="ended this computer's access"):
        reads.seen(Session(first.store, first.network), client)
    session.forget(first.store)


def test_the_paper_for_the_client_is_of_the_centre_or_says_that_it_is_not(
    town: Town,
    client: UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    town.assign(client, "bertil")
    second = town.devices[1]
    second.sync()
    second.store.opened(client)
    second.sync()
    first = town.devices[0]
    first.store.close()
    monkeypatch.setenv("TYOPARI_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("TYOPARI_LANGUAGE", "en")
    monkeypatch.setattr(first.network, "close", lambda: None, raising=False)
    monkeypatch.setattr(seeing, "transport_of", lambda _store: first.network)
    words = ["--profile", str(first.folder), "seen", str(client), "--out", str(tmp_path / "a.pdf"), "--json"]
    assert main(words) == 0
    whole = json.loads(capsys.readouterr().out)
    first.network.plan[:] = ["request_lost"] * 3
    assert main(words) == 0
    told = capsys.readouterr()
    alone = json.loads(told.out)
    first.store = reopened(first.folder, first.secret)
    assert (whole["everywhere"], alone["everywhere"]) == (True, False)
    assert whole["entries"] > 2
    assert "this computer alone" in told.err
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
