"""The mark that a note is in the official register, where one person sets it while another changes the note."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from app import register
from app.services import SPECS
from storage.rebasing import pending, rebased
from tests.model.story import Story
from tests.town import Device

DAY = "2026-03-01"


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made
        made.heal()


def shared_visit(story: Story, kind: str = "support_visit", **values: object) -> tuple[Device, Device, UUID]:
    """Let two devices hold the same note."""
    first, second, _ = story.town.devices
    client = first.save("client", first_name="Aino", last_name="Testinen")
    note = first.save(kind, client_id=client, **values)
    first.sync()
    story.town.assign(client, second.worker)
    second.sync()
    return first, second, note


def everywhere(story: Story, kind: str, note: UUID, *names: str) -> set[tuple[object, ...]]:
    """Sync both devices until they are still; return what each place holds of the note."""
    for _ in range(3):
        for device in story.town.devices[:2]:
            device.sync()
    places = [device.store.row(kind, note) for device in story.town.devices[:2]]
    places.append(story.town.rows(kind)[str(note)])
    assert not any(device.store.conflicts() for device in story.town.devices[:2])
    assert not any(device.store.unsent().count for device in story.town.devices[:2])
    assert not story.town.findings()
    return {tuple(row[name] for name in names) for row in places if row is not None}


VISIT = {"on": "2026-02-20", "state": "done", "notes": "Sovittiin."}


@pytest.mark.parametrize("marker_first", [True, False])
def test_a_mark_falls_when_the_text_was_changed_elsewhere(story: Story, marker_first: bool) -> None:
    first, second, note = shared_visit(story, **VISIT)
    first.edit("support_visit", note, copied_on=DAY)
    second.edit("support_visit", note, notes="Sovittiin muuta.")
    for device in (first, second) if marker_first else (second, first):
        device.sync()
    assert everywhere(story, "support_visit", note, "notes", "copied_on") == {("Sovittiin muuta.", None)}
    # It waits to be copied again, on both devices.
    assert [device.store.uncopied()[0] for device in (first, second)] == [1, 1]


@pytest.mark.parametrize("marker_first", [True, False])
def test_a_mark_stays_when_the_text_says_the_same(story: Story, marker_first: bool) -> None:
    first, second, note = shared_visit(story, **VISIT)
    first.edit("support_visit", note, copied_on=DAY)
    second.edit("support_visit", note, notes="Sovittiin muuta.")
    second.edit("support_visit", note, notes="Sovittiin.", seen_by_employer=True)
    for device in (first, second) if marker_first else (second, first):
        device.sync()
    assert everywhere(story, "support_visit", note, "copied_on", "seen_by_employer") == {(DAY, True)}


@pytest.mark.parametrize("first_writes", [True, False])
def test_who_copied_what_came_of_it_is_right(story: Story, first_writes: bool) -> None:
    first, second, note = shared_visit(story, **VISIT)
    first.edit("support_visit", note, copied_on="2026-02-25")
    second.edit("support_visit", note, notes="Sovittiin muuta.")
    second.edit("support_visit", note, copied_on=DAY)
    for device in (first, second) if first_writes else (second, first):
        device.sync()
    assert everywhere(story, "support_visit", note, "notes", "copied_on") == {("Sovittiin muuta.", DAY)}


@pytest.mark.parametrize("marker_first", [True, False])
def test_two_who_copied_the_same_text_do_not_clash(story: Story, marker_first: bool) -> None:
    first, second, note = shared_visit(story, **VISIT)
    first.edit("support_visit", note, copied_on="2026-02-25")
    second.edit("support_visit", note, copied_on=DAY)
    for device in (first, second) if marker_first else (second, first):
        device.sync()
    assert everywhere(story, "support_visit", note, "copied_on") == {(DAY,)}


@pytest.mark.parametrize("marker_first", [True, False])
def test_a_plan_of_which_two_lines_met(story: Story, marker_first: bool) -> None:
    values = {"made_on": "2026-02-20", "strengths": "Sisu"}
    first, second, note = shared_visit(story, "career_plan", **values)
    first.edit("career_plan", note, client_view="Töihin.")
    first.edit("career_plan", note, copied_on=DAY)
    second.edit("career_plan", note, strengths="Sisu ja huumori")
    for device in (first, second) if marker_first else (second, first):
        device.sync()
    wanted = {("Töihin.", "Sisu ja huumori", None)}
    assert everywhere(story, "career_plan", note, "client_view", "strengths", "copied_on") == wanted


@pytest.mark.parametrize("copier_first", [True, False])
def test_a_note_changed_and_copied_again_on_one_day_keeps_its_mark(story: Story, copier_first: bool) -> None:
    first, second, note = shared_visit(story, **VISIT, copied_on=DAY)
    first.edit("support_visit", note, notes="Sovittiin muuta.")
    first.edit("support_visit", note, copied_on=DAY)
    second.edit("support_visit", note, seen_by_employer=True)
    for device in (first, second) if copier_first else (second, first):
        device.sync()
    wanted = {("Sovittiin muuta.", DAY, True)}
    assert everywhere(story, "support_visit", note, "notes", "copied_on", "seen_by_employer") == wanted


def test_unsent_edits_lie_on_what_arrives_with_the_right_mark(story: Story) -> None:
    """What a device shows before its own edit is answered: neither a mark too many nor an old text."""
    first, second, note = shared_visit(story, **VISIT)
    second.edit("support_visit", note, notes="Sovittiin muuta.")
    second.sync()
    first.edit("support_visit", note, copied_on=DAY)
    row = story.town.rows("support_visit")[str(note)]
    with first.store.read() as connection:
        waiting = pending(connection, "row_id", [str(note)])[str(note)]
    shown = rebased("support_visit", row, row["scope"], waiting)
    assert shown is not None
    assert (shown["notes"], shown["copied_on"]) == ("Sovittiin muuta.", None)
    assert register.waits(SPECS["support_visit"], shown)
