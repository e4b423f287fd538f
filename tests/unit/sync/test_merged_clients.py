"""A merge of two clients goes to the centre and to other devices as ordinary changes, and so does its undoing."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from app import clock
from app.errors import KnownError
from app.record import to_row, validated
from app.services import SPECS
from app.signing import seal
from storage import merging
from sync import settle
from tests.model.story import Story
from tests.town import Device

PLAN = SPECS["career_plan"].table


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made
        made.heal()


def pair(story: Story) -> tuple[Device, Device, UUID, UUID, str]:
    """Let two devices hold the same two clients; the second has a signed plan, a profile and a person."""
    first, second, _ = story.town.devices
    kept = first.save("client", first_name="Aino", last_name="Testinen")
    other = first.save("client", first_name="Aino", last_name="Testinenn", phone="040 1")
    row = to_row(validated(PLAN, {"client_id": other, "made_on": "2026-01-05", "strengths": "Sisu"}))
    signature = {"id": str(clock.new_id()), "role": "client", "name": "A", "strokes": [[[0.1, 0.2]]]}
    row |= {"signatures": [signature], "signed_on": "2026-01-05"}
    first.store.save(validated(PLAN, {**row, "content_hash": seal(PLAN, row)}))
    first.save("network_member", client_id=other, name="Vuokko")
    first.save("profile_health", client_id=other, noted_on="2026-01-05")
    first.sync()
    for client in (kept, other):
        story.town.assign(client, second.worker)
    second.sync()
    return first, second, kept, other, row["id"]


def state(device: Device, client: UUID) -> dict[str, list[Any]]:
    names = {"career_plan": "content_hash", "network_member": "name", "profile_health": "client_id"}
    found = {
        kind: [row[name] for row in device.store.rows(kind, client_id=client)] for kind, name in names.items()
    }
    return {**found, "client": [row["phone"] for row in device.store.rows("client", client_id=client)]}


def together(story: Story, *, conflicts: bool = False) -> None:
    for _ in range(3):
        for device in story.town.devices[:2]:
            device.sync()
    assert not any(device.store.unsent().count for device in story.town.devices)
    assert not any(device.store.unsent().held for device in story.town.devices)
    assert conflicts or not any(device.store.conflicts() for device in story.town.devices)
    assert not story.town.findings()


def test_a_merge_and_its_undoing_reach_the_other_device(story: Story) -> None:
    first, second, kept, other, plan = pair(story)
    before = state(first, kept), state(first, other)
    made = merging.merge(first.store, kept, other)
    together(story)
    for device in (first, second):
        assert not any(state(device, other).values())
        assert state(device, kept)["network_member"] == ["Vuokko"]
        assert state(device, kept)["career_plan"] == before[1]["career_plan"] != []
        assert state(device, kept)["client"] == ["040 1"]

    # The second device changes what came over, and it is that device that takes the merge back.
    (member,) = second.store.rows("network_member", client_id=kept)
    second.edit("network_member", member["id"], name="Vuokko Vuori")
    merging.undo(second.store, made.id)
    together(story)
    for device in (first, second):
        assert state(device, kept) == before[0]
        assert state(device, other) == {**before[1], "network_member": ["Vuokko Vuori"]}
        assert [row["id"] for row in device.store.rows("career_plan", client_id=other)] == [plan]


def test_a_signed_plan_is_still_not_deleted_otherwise(story: Story) -> None:
    _first, second, _kept, _other, plan = pair(story)
    second.store.delete("career_plan", plan)
    second.sync()
    assert [row["reason"] for row in second.store.conflicts()] == ["frozen"]


def test_the_merge_of_clients_who_are_here_in_part_only_is_refused(story: Story) -> None:
    first, second, kept, _other, _plan = pair(story)
    third = second.save("client", first_name="Aino", last_name="Testinnen")
    second.sync()
    with pytest.raises(KnownError):
        merging.merge(first.store, kept, third)
    story.town.unassign(kept, second.worker)
    second.sync()
    with pytest.raises(KnownError):
        merging.merge(second.store, third, kept)


def test_what_a_colleague_wrote_without_knowing_of_the_merge_comes_over(story: Story) -> None:
    first, second, kept, other, _plan = pair(story)
    (member,) = second.store.rows("network_member", client_id=other)
    relationship = first.save("coaching_relationship", client_id=other, started_on="2026-01-05")
    first.sync()
    second.sync()
    made = merging.merge(first.store, kept, other)
    first.sync()
    second.edit("network_member", member["id"], phone="050 7")
    second.save(
        "phase_change", client_id=other, relationship_id=relationship, phase="job_search", on="2026-02-01"
    )
    second.sync()
    first.sync()
    together(story, conflicts=True)
    for device in (first, second):
        (phase,) = device.store.rows("phase_change", client_id=kept)
        (moved,) = device.store.rows("coaching_relationship", client_id=kept)
        assert phase["relationship_id"] == moved["id"]
        assert not device.store.rows("phase_change", client_id=other)

    # The change to an entry that is no more is a decision; it goes to where the entry is now.
    (conflict,) = second.store.conflicts()
    assert conflict["reason"] == "deleted"
    settle.use_mine(second.store, conflict)
    together(story)
    for device in (first, second):
        assert [row["phone"] for row in device.store.rows("network_member", client_id=kept)] == ["050 7"]
        assert not device.store.rows("network_member", client_id=other)

    merging.undo(first.store, made.id)
    together(story)
    for device in (first, second):
        (phase,) = device.store.rows("phase_change", client_id=other)
        assert phase["relationship_id"] == str(relationship)
        assert [row["phone"] for row in device.store.rows("network_member", client_id=other)] == ["050 7"]
