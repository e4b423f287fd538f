"""A device that is copied, restored or told to forget: what is noticed, what goes on, and what the person is told."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import sync.enrol
from app.errors import KnownError, NotAllowed, StoreMissing, Unreachable
from storage import backup, place, slots, wiping
from storage.store import Store
from sync import session
from sync.client import Wiped
from sync.enrol import enrol
from sync.server import accounts, devices
from sync.server.database import snapshot, writing
from sync.server.tables import AUDIT, DEVICE
from tests.model.story import Story
from tests.stores import PASSPHRASE, new_store
from tests.town import FAULTS, Crash, Device, Network, Town, reopened


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made


@pytest.fixture
def town(story: Story) -> Town:
    return story.town


def copied(town: Town, device: Device, name: str = "copy") -> Device:
    """Copy a device's folder as it lies, as somebody does who changes computers."""
    device.store.close()
    folder = town.folder / name
    shutil.copytree(device.folder, folder)
    device.store = reopened(device.folder, device.secret)
    store = reopened(folder, device.secret)
    made = Device(folder, device.worker, device.secret, store, Network(town.way))
    town.devices.append(made)
    return made


def again(device: Device) -> Any:
    """Sync as after a new start: with a new token."""
    session.forget(device.store)
    return device.sync()


def booked(town: Town, action: str) -> list[dict[str, Any]]:
    return [row for row in town.audit() if row["action"] == action]


def row_of(town: Town, device: Device) -> dict[str, Any]:
    with snapshot(town.engine) as connection:
        chosen = select(DEVICE).where(DEVICE.c.id == device.state("device_id"))
        return dict(connection.execute(chosen).mappings().one())


# ---- copies -----------------------------------------------------------------------------------------------


@pytest.mark.failure(15)
@pytest.mark.parametrize("first_to_go_on", ["original", "copy"])
def test_of_two_copies_one_goes_on_and_the_other_joins_again(town: Town, first_to_go_on: str) -> None:
    original = town.devices[0]
    again(original)
    copy = copied(town, original)
    one, other = (original, copy) if first_to_go_on == "original" else (copy, original)
    for number in range(3):
        again(one)
        assert number or not booked(town, "device_copied")
    client = other.save("client", first_name="Aino", last_name="Virta")
    for _ in range(2):
        with pytest.raises(NotAllowed, match="Another copy"):
            again(other)
    assert [row["scope"] for row in booked(town, "device_copied")] == [f"staff:{one.store.worker}"]
    assert row_of(town, one)["copy_noticed_at"]
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, other.worker)
    enrol(other.store, "http://127.0.0.1", code, other.network)
    assert str(client) in town.rows("client")
    assert other.state("device_id") != one.state("device_id")
    for device in (one, other, one, other):
        again(device)
    assert not town.findings()


def test_the_copys_very_first_contact_may_pass_but_not_both_for_long(town: Town) -> None:
    """A turn whose answer was lost looks like a copy's: one of the two is noticed at the contact after."""
    original = town.devices[0]
    again(original)
    copy = copied(town, original)
    again(original)
    again(copy)  # as one whose answer was lost
    with pytest.raises(NotAllowed, match="Another copy"):
        again(original)
    again(copy)


def test_a_moved_store_says_so_once(town: Town) -> None:
    copy = copied(town, town.devices[0])
    (warning,) = again(copy).warnings
    assert "moved or copied" in str(warning)
    assert not again(copy).warnings


@pytest.mark.parametrize("fault", FAULTS)
def test_a_device_alone_is_never_taken_for_a_copy(town: Town, fault: str) -> None:
    device = town.devices[0]
    for place_of_fault in (0, 1):
        for _ in range(3):
            device.network.plan[:] = ["" for _ in range(place_of_fault)] + [fault]
            with suppress(Unreachable, NotAllowed):
                again(device)
            device.network.plan.clear()
            again(device)
    assert not booked(town, "device_copied")


def test_a_device_that_died_before_it_kept_its_turn_goes_on(story: Story, town: Town) -> None:
    device = town.devices[0]

    def crash(name: str) -> None:
        if name == "db.before_commit":
            raise Crash

    session.forget(device.store)
    story.clock.at_point = crash
    with pytest.raises(Crash):
        device.sync()
    story.clock.at_point = None
    device.crash()
    again(device)
    again(device)
    assert not booked(town, "device_copied")


def test_a_program_that_knows_no_turns_goes_on_until_it_has_learnt_them(town: Town) -> None:
    from pydantic_core import to_json

    from sync.protocol import ChallengeReply, ChallengeRequest, TokenReply, TokenRequest, token_words
    from sync.transport import Told, ask

    device = town.devices[0]
    me = session.identity(device.store)

    def old_token() -> TokenReply:
        asked = ask(device.network, "/challenge", to_json(ChallengeRequest(device=me.device)), ChallengeReply)
        signature = session._signature(me, token_words(me.device, me.install_id, asked.challenge))
        request = TokenRequest(
            device=me.device, install_id=me.install_id, challenge=asked.challenge, signature=signature
        )
        return ask(device.network, "/token", to_json(request, exclude_none=True), TokenReply)

    with writing(town.engine) as connection:
        connection.execute(DEVICE.update().values(turn=None, turn_before=None))
    assert [old_token().turn, old_token().turn] == ["", ""]
    again(device)
    with pytest.raises(Told, match="Another copy"):
        old_token()


# ---- restored from its own backup -------------------------------------------------------------------------


def backed_up(device: Device, file: Path) -> None:
    backup.backup_to(file, device.folder, device.store.engine, device.store.key)


def restored(device: Device, file: Path) -> None:
    device.store.close()
    backup.restore_from(file, device.folder)
    device.store = reopened(device.folder, device.secret)


@pytest.mark.failure(15)
def test_a_restored_store_says_so_and_goes_on(story: Story, town: Town, tmp_path: Path) -> None:
    device = town.devices[0]
    client = device.save("client", first_name="Aino", last_name="Virta")
    again(device)
    backed_up(device, tmp_path / "mine.tyopari-backup")
    device.edit("client", client, phone="1")
    for _ in range(3):
        again(device)
    restored(device, tmp_path / "mine.tyopari-backup")
    assert device.living("client")[str(client)]["phone"] != "1"
    device.edit("client", client, notes="after the restore")
    (warning,) = again(device).warnings
    assert "A backup was restored" in str(warning)
    assert device.living("client")[str(client)]["phone"] == "1"
    assert town.rows("client")[str(client)]["notes"] == "after the restore"
    assert [row["device"] for row in booked(town, "device_restored")] == [device.state("device_id")]
    for _ in range(2):
        assert not again(device).warnings
    assert not booked(town, "device_copied")
    story.heal()


def test_a_restore_whose_word_was_lost_is_told_again(town: Town, tmp_path: Path) -> None:
    device = town.devices[0]
    again(device)
    backed_up(device, tmp_path / "mine.tyopari-backup")
    for _ in range(3):
        again(device)
    restored(device, tmp_path / "mine.tyopari-backup")
    device.network.plan[:] = ["", "response_lost"]
    with pytest.raises(Unreachable):
        again(device)
    again(device)
    again(device)
    assert len(booked(town, "device_restored")) == 1
    assert not booked(town, "device_copied")


def test_a_backup_restored_on_another_computer_is_a_copy(town: Town, tmp_path: Path) -> None:
    device = town.devices[0]
    again(device)
    backed_up(device, tmp_path / "mine.tyopari-backup")
    for _ in range(2):
        again(device)
    elsewhere = town.folder / "elsewhere"
    backup.restore_from(tmp_path / "mine.tyopari-backup", elsewhere)
    store = reopened(elsewhere, device.secret)
    other = Device(elsewhere, device.worker, device.secret, store, Network(town.way))
    town.devices.append(other)
    with pytest.raises(NotAllowed, match="Another copy"):
        other.sync()
    again(device)
    assert not booked(town, "device_restored")


def test_the_word_of_a_restore_is_taken_once(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder copied with the word in it cannot use it a second time."""
    monkeypatch.setattr(place, "here", lambda _folder: "one computer")
    device = town.devices[0]
    again(device)
    backed_up(device, tmp_path / "mine.tyopari-backup")
    for _ in range(2):
        again(device)
    restored(device, tmp_path / "mine.tyopari-backup")
    copy = copied(town, device)
    for _ in range(2):
        again(device)
    with pytest.raises(NotAllowed, match="Another copy"):
        again(copy)


def test_a_restored_centre_takes_no_device_for_a_copy(story: Story, town: Town) -> None:
    """It knows none of the turns that devices got since its backup; afterwards a copy is noticed as before."""
    device = town.devices[0]
    again(device)
    story.backup()
    for _ in range(3):
        again(device)
    story.restore(0)
    again(device)
    copy = copied(town, device)
    for _ in range(2):
        again(device)
    with pytest.raises(NotAllowed, match="Another copy"):
        again(copy)


# ---- what the centre knows of a device --------------------------------------------------------------------


def test_the_centre_knows_when_a_device_was_there_and_what_it_is(story: Story, town: Town) -> None:
    device = town.devices[0]
    again(device)
    before = row_of(town, device)
    story.clock.now += timedelta(days=1)
    again(device)
    told = row_of(town, device)
    assert told["last_seen"] > before["last_seen"]
    assert (told["schema_version"], told["platform"].split()[0] != "") == (3, True)


def test_an_order_names_who_gave_it_and_why(town: Town) -> None:
    device, lead = town.devices[0], str(town.devices[1].store.worker)
    with writing(town.engine) as connection:
        devices.revoke(connection, device.state("device_id"), "destroy", by=lead, reason="left in a taxi")
    told = row_of(town, device)
    assert (told["order_by"], told["order_reason"]) == (lead, "left in a taxi")
    (entry,) = booked(town, "device_revoked")
    assert (entry["scope"], entry["person"]) == (f"staff:{device.store.worker}", lead)
    device_id = device.state("device_id")
    with pytest.raises(Wiped):
        device.sync()
    town.devices.remove(device)
    with snapshot(town.engine) as connection:
        found = devices.device(connection, device_id)
    assert found is not None
    assert found["wiped_at"]
    with pytest.raises(KnownError, match="forgotten everything already"), writing(town.engine) as connection:
        devices.revoke(connection, device_id, "drain")


def test_a_bad_signature_is_booked_with_the_person(town: Town) -> None:
    device = town.devices[0]
    with device.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE sync_state SET value = ? WHERE name = 'device_key'", (f'"{"A" * 43}="',)
        )
    session.forget(device.store)
    with pytest.raises(NotAllowed):
        device.sync()
    assert {row["scope"] for row in booked(town, "login_failed")} == {f"staff:{device.store.worker}"}


# ---- dying ------------------------------------------------------------------------------------------------


def test_dying_at_client_enrolled_needs_another_code(story: Story, town: Town, tmp_path: Path) -> None:
    """The centre has a device that will never come; the store has joined nothing, and what was saved is there."""
    store = new_store(tmp_path / "new")
    device = Device(tmp_path / "new", "aada", bytes(store.key.secret()), store, Network(town.way))
    client = device.save("client", first_name="Aino", last_name="Virta")
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, "aada")

    def crash(name: str) -> None:
        if name == "client.enrolled":
            raise Crash

    story.clock.at_point = crash
    with pytest.raises(Crash):
        enrol(store, "http://127.0.0.1", code, device.network)
    story.clock.at_point = None
    device.crash()
    with pytest.raises(NotAllowed) as told:
        enrol(device.store, "http://127.0.0.1", code, device.network)
    assert "used" in str(told.value)
    assert "Ask the administrator for a new one." in str(told.value)
    with snapshot(town.engine) as connection:
        ghost = [row for row in devices.devices(connection) if row["last_seen"] is None]
    assert [row["username"] for row in ghost] == ["aada"]
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, "aada")
    enrol(device.store, "http://127.0.0.1", code, device.network)
    assert str(client) in town.rows("client")
    device.store.close()


@pytest.mark.failure(17)
@pytest.mark.parametrize("order", ["drain", "destroy"])
@pytest.mark.parametrize("where", ["client.wipe", "wipe.marked", "wipe.keys_gone", "wipe.files_gone"])
def test_a_wipe_that_was_cut_short_is_finished(story: Story, town: Town, order: str, where: str) -> None:
    device = town.devices[0]
    device.save("client", first_name="Aino", last_name="Virta")
    backup.make_daily(device.folder, device.store.engine, device.store.key)
    with writing(town.engine) as connection:
        devices.revoke(connection, device.state("device_id"), order)

    def crash(name: str) -> None:
        if name == where:
            raise Crash

    story.clock.at_point = crash
    with pytest.raises(Crash):
        device.sync()
    story.clock.at_point = None
    device.store.abandon()
    town.devices.remove(device)
    if where == "client.wipe":  # nothing was begun: the order comes again
        assert Store.exists(device.folder)
        device.store = reopened(device.folder, device.secret)
        with pytest.raises(Wiped):
            device.sync()
    else:
        assert wiping.pending(device.folder)
        assert not Store.exists(device.folder)
        with pytest.raises(StoreMissing, match="ended this computer's access"):
            Store.open(device.folder, PASSPHRASE)
    assert [path.name for path in device.folder.iterdir()] == ["lock"]
    assert not slots.exists(device.folder)


def test_a_folder_that_is_being_wiped_takes_a_new_store(tmp_path: Path) -> None:
    store = new_store(tmp_path / "p")
    store.close()
    (tmp_path / "p" / wiping.MARK).touch()
    store, _ = Store.create(tmp_path / "p", PASSPHRASE, cost=slots.FLOOR)
    assert store.clients() == []
    store.close()
    assert not wiping.finish(tmp_path / "p")


def test_a_drained_device_tells_what_was_read_before_it_forgets(town: Town) -> None:
    device = town.devices[0]
    client = device.save("client", first_name="Aino", last_name="Virta")
    again(device)
    device.store.opened(client)
    with writing(town.engine) as connection:
        devices.revoke(connection, device.state("device_id"), "drain")
    with pytest.raises(Wiped):
        device.sync()
    town.devices.remove(device)
    assert [row["scope"] for row in booked(town, "opened")] == [f"client:{client}:core"]


def test_the_word_about_a_restore_goes_when_the_store_joins_anew(town: Town, tmp_path: Path) -> None:
    device = town.devices[0]
    place.note_restored(device.folder)
    with writing(town.engine) as connection:
        code = accounts.make_code(connection, device.worker)
    assert not sync.enrol.enrol(device.store, "http://127.0.0.1", code, device.network).warnings
    assert place.restored(device.folder) is None
    with snapshot(town.engine) as connection:
        assert not connection.execute(select(AUDIT.c.n).where(AUDIT.c.action == "device_restored")).all()
