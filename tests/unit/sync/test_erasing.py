"""An erased client is nowhere afterwards: on no device, not at the centre; and the audit still verifies."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.errors import Refused
from app.record import to_row, validated
from app.services import SPECS
from storage import backup, blobs, db, erasing, merging
from storage.state import set_state
from sync.server import assignments
from sync.server.database import snapshot, writing
from sync.server.tables import BLOB, BLOB_PIECE, METADATA
from tests.model.story import Story
from tests.town import Device, Town, new_town

WORDS = ("Unohdettava", "Poistola", "Salainen")
"""Words that only the erased client's entries hold."""


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made


def lead(town: Town, device: Device) -> None:
    """Make the worker of a device a team lead, at the centre and here."""
    with writing(town.engine) as connection:
        assignments.set_role(connection, device.worker, "team-lead")
    with device.store.write() as connection:
        set_state(connection, "worker_role", "team-lead")


def described(device: Device, first_name: str = WORDS[0]) -> UUID:
    """Save a client with entries of several kinds and compartments, changes, a deletion, a draft and a file."""
    client = device.save("client", first_name=first_name, last_name=WORDS[1], code_name="K7")
    member = device.save("network_member", client_id=client, name=f"{WORDS[2]} yksi")
    device.edit("network_member", member, name=f"{WORDS[2]} kaksi")
    gone = device.save("network_member", client_id=client, name=f"{WORDS[2]} kolme")
    device.save("profile_health", client_id=client, noted_on="2026-01-05", daily_rhythm=f"{WORDS[2]} terveys")
    device.sync()
    device.store.delete("network_member", gone)
    file = blobs.add(device.store, b"Salainen liite", name=f"{WORDS[2]}.pdf")
    device.save("attachment", client_id=client, added_on="2026-01-05", **file)
    device.store.save_draft("d1", {"notes": f"{WORDS[2]} luonnos"}, kind="support_visit", client_id=client)
    device.store.log("export", "client", client, client, f"{WORDS[2]} oy")
    device.sync()
    return client


def dump(device: Device) -> str:
    """Return everything that a device's store holds, decrypted, with the search index's inner tables as text."""
    lines = []
    with device.store.read() as connection:
        raw: Any = connection.connection.driver_connection
        names = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if name != "search_text":
                lines += [
                    b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row).decode("latin-1")
                    for row in raw.execute(f'SELECT * FROM "{name}"')
                ]
    return "\n".join(lines)


def rows_at_centre(town: Town) -> str:
    """Return everything in all of the centre's tables, whichever database it has."""
    with snapshot(town.engine) as connection:
        found = [row for table in METADATA.tables.values() for row in connection.execute(select(table))]
    return "\n".join(str(tuple(row)) for row in found)


def files_at_centre(town: Town) -> int:
    with snapshot(town.engine) as connection:
        return len(connection.execute(select(BLOB)).all()) + len(connection.execute(select(BLOB_PIECE)).all())


def at_centre(town: Town) -> str:
    """Return the centre's files as they lie, and all its rows."""
    with sqlite3.connect(town.folder / "centre.db") as raw:
        text = "\n".join(raw.iterdump())
    raw.close()
    files = [file.read_bytes() for file in town.folder.glob("centre.db*")]
    return text + b"".join(files).decode("latin-1")


def found(text: str, words: tuple[str, ...] = WORDS) -> list[str]:
    low = text.casefold()
    return [word for word in words if word.casefold() in low]


def files_of(device: Device) -> list[str]:
    folder = device.folder / blobs.FOLDER
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_nothing_of_an_erased_client_is_left_anywhere(story: Story) -> None:
    first, second, away = story.town.devices
    client = described(first)
    other = first.save("client", first_name="Jäävä", last_name="Asiakas")
    first.sync()
    for device in (second, away):
        story.town.assign(client, device.worker)
        device.sync()
    assert found(dump(first)) == found(dump(away)) == list(WORDS)
    assert found(at_centre(story.town)) == list(WORDS)
    assert files_at_centre(story.town) == 2
    backup.make_daily(first.folder, first.store.engine, first.store.key)
    story.clock.now = story.clock.now.replace(minute=59)
    (member,) = away.store.rows("network_member", client_id=client)
    away.edit("network_member", member["id"], name=f"{WORDS[2]} neljä")
    away.save("network_member", client_id=client, name=f"{WORDS[2]} viisi")

    lead(story.town, first)
    done = erasing.erase(first.store, client, "request")
    assert done.unsent == 0
    assert client in done.changes.clients
    assert not found(dump(first))
    assert not files_of(first)
    assert len(backup.list_backups(first.folder)) == 1
    first.sync()

    assert not found(at_centre(story.town))
    assert not files_at_centre(story.town)
    assert not story.town.findings()
    second.sync()
    result = away.sync()
    assert [warning.values["count"] for warning in result.warnings if "count" in warning.values] == [2]
    for device in story.town.devices:
        assert not found(dump(device)), device.worker
        assert not device.outbox() or {row["state"] for row in device.outbox()} == {"kept"}
        assert not device.store.row("client", client)
    assert not found(at_centre(story.town))
    assert not story.town.findings()
    assert first.store.row("client", other)
    (order,) = first.store.rows("erasure")
    assert (order["erased_id"], order["reason"]) == (str(client), "request")
    log = first.store.access_log(client)
    assert "erased" in {line["action"] for line in log}
    assert {line["detail"] for line in log} == {""}


def test_no_word_of_a_client_who_left_stays_in_the_index(story: Story) -> None:
    first, second, _away = story.town.devices
    client = described(first)
    kept = first.save("client", first_name="Jäävä", last_name="Asiakas")
    first.sync()
    for one in (client, kept):
        story.town.assign(one, second.worker)
    second.sync()
    (member,) = second.store.rows("network_member", client_id=client)
    second.edit("network_member", member["id"], name=f"{WORDS[2]} muutettu")
    second.save("network_member", client_id=kept, name="Pysyvä")
    second.sync()
    assert found(dump(second)) == list(WORDS)
    story.town.unassign(client, second.worker)
    second.sync()
    assert not second.store.row("client", client)
    assert not found(dump(second))
    assert len(second.store.search("Pysyvä")) == 1


def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    town = new_town(tmp_path / "town", postgres_url)
    first, second, _ = town.devices
    kept = first.save("client", first_name="Aino", last_name="Jäävä")
    client, other = described(first), described(first)
    story_of_a_merge = merging.merge(first.store, kept, other)
    merging.merge(first.store, client, kept)
    first.sync()
    town.assign(client, second.worker)
    second.sync()
    lead(town, first)
    assert found(rows_at_centre(town)) == list(WORDS)
    erasing.erase(first.store, client, "request")
    first.sync()
    second.save("network_member", client_id=client, name=WORDS[2])
    result = second.sync()
    assert [warning.values["count"] for warning in result.warnings if "count" in warning.values] == [1]
    assert not found(rows_at_centre(town))
    assert not found(dump(first))
    assert not found(dump(second))
    assert not files_at_centre(town)
    assert not town.findings()
    assert len(first.store.rows("erasure")) == 3
    assert story_of_a_merge.entries
    town.close()


def test_who_was_merged_into_an_erased_client_is_erased_too(story: Story) -> None:
    first, second, _ = story.town.devices
    kept = first.save("client", first_name="Aino", last_name=WORDS[1])
    other = described(first)
    merging.merge(first.store, kept, other)
    first.sync()
    story.town.assign(kept, second.worker)
    second.sync()
    lead(story.town, second)
    assert second.store.row("client", other) is None, "this device knows of one of the two only"
    erasing.erase(second.store, kept, "retention", "working_age")
    second.sync()
    first.sync()
    assert not found(at_centre(story.town))
    assert not found(dump(first))
    assert not found(dump(second))
    assert not story.town.findings()
    assert {row["erased_id"] for row in first.store.rows("erasure")} == {str(kept), str(other)}


def test_a_client_whose_merge_was_undone_leaves_nothing_with_the_other(story: Story) -> None:
    first, second, _ = story.town.devices
    kept = first.save("client", first_name="Aino", last_name="Jäävä")
    other = described(first)
    first.edit("client", other, phone="0401234567")
    first.sync()
    made = merging.merge(first.store, kept, other)
    first.sync()
    story.town.assign(kept, second.worker)
    second.sync()
    merging.undo(first.store, made.id)
    first.sync()
    second.sync()
    lead(story.town, first)
    erasing.erase(first.store, other, "mistake")
    for device in (first, second, first):
        device.sync()
    words = (*WORDS, "0401234567")
    assert not found(at_centre(story.town), words)
    assert not found(dump(first), words)
    assert not found(dump(second), words)
    assert not story.town.findings()
    for device in (first, second):
        assert device.living("client")[str(kept)]["last_name"] == "Jäävä"
        assert not device.sync().repaired


def test_an_erasure_needs_the_role(story: Story) -> None:
    first, second, _ = story.town.devices
    client = described(first)
    assert not erasing.may_erase(first.store)
    with pytest.raises(Refused):
        erasing.erase(first.store, client, "request")
    assert found(dump(first))
    # A device that thinks otherwise is not believed by the centre.
    with first.store.write() as connection:
        set_state(connection, "worker_role", "admin")
    order = validated(SPECS["erasure"].table, {"erased_id": client, "on": "2026-03-02", "reason": "request"})
    first.store.save(order)
    first.sync()
    assert first.store.unsent().held == 1
    assert story.town.rows("client")[str(client)]["first_name"] == WORDS[0]
    assert not second.store.rows("erasure")
    assert to_row(order)["erased_id"] == str(client)


def test_a_restored_centre_hears_of_the_erasure_again(story: Story) -> None:
    first, second, _ = story.town.devices
    client = described(first)
    story.town.assign(client, second.worker)
    second.sync()
    copy = story.town.backup()
    lead(story.town, first)
    copy = story.town.backup()
    erasing.erase(first.store, client, "request")
    for device in (first, second):
        device.sync()
    story.town.restore(copy)
    assert found(at_centre(story.town))
    for device in (first, second):
        device.sync()
        assert not found(dump(device))
    copy.unlink()
    assert not found(at_centre(story.town))
    assert not story.town.findings()


def test_the_confirmation_names_the_client() -> None:
    client = {"first_name": "Aino", "last_name": "von Testi", "code_name": "K7"}
    for typed in ("K7", "k7 ", "Aino von Testi", "Von Testi, Aino"):
        assert erasing.confirms(client, typed)
    for typed in ("", " ", "Aino", "K", "Aino Testi"):
        assert not erasing.confirms(client, typed)
    assert not erasing.confirms({**client, "code_name": ""}, "")
    assert db.FILE
