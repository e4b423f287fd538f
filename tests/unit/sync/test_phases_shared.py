"""What is settled about the phases reaches every device through the centre; two people at once; who may settle it."""

from collections.abc import Iterator

import pytest

from app import phases
from app.clock import today
from app.coaching_phases import ours
from app.errors import Refused
from app.i18n import using_language
from app.services.coaching import codes
from storage.state import set_state
from tests.model.story import Story
from tests.town import Device
from tests.unit.sync.test_erasing import lead

KIND = "coaching_phase"


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made
        made.heal()


def leads(story: Story) -> tuple[Device, Device, Device]:
    """Let the first two workers keep the lists that all share; the third is a job coach."""
    first, second, third = story.town.devices
    for device in (first, second):
        lead(story.town, device)
    return first, second, third


def test_a_setting_reaches_the_other_device_and_its_proposals(story: Story) -> None:
    first, _second, coach = leads(story)
    client = coach.save("client", first_name="Aino", last_name="Testinen")
    relationship = coach.save(
        "coaching_relationship", client_id=client, started_on="2026-01-05", decision="accepted"
    )
    coach.save(
        "phase_change", client_id=client, relationship_id=relationship, phase="referral", on="2026-01-05"
    )
    rows = {kind: coach.store.rows(kind, client_id=client) for kind in phases.KINDS}
    usual = phases.proposal(rows, today(), ours(coach.store))
    assert usual is not None
    assert usual.phase == codes.ASSESSMENT

    first.save(KIND, phase="assessment", in_use=False)
    name = first.save(KIND, phase="job_search", name_fi="Oma haku", thl_phase="2")
    first.sync()
    coach.sync()
    there = ours(coach.store)
    assert there == ours(first.store)
    found = phases.proposal(rows, today(), there)
    assert found is not None
    assert found.phase == codes.SEARCH
    search = there.get(codes.SEARCH)
    assert search is not None
    assert search.thl == "2"
    with using_language("fi"):
        assert search.name == "Oma haku"

    first.edit(KIND, name, name_fi="", thl_phase="")
    first.sync()
    coach.sync()
    with using_language("fi"):
        assert ours(coach.store).name("job_search") == "Työnetsintä"
    assert not story.town.findings()


def test_two_who_settle_one_phase_at_once_come_to_the_same(story: Story) -> None:
    first, second, coach = leads(story)
    first.save(KIND, phase="support", name_en="Help at work", guidance_en="Visits")
    second.save(KIND, phase="support", name_en="Support at work")
    for _round in range(2):
        for device in (first, second, coach):
            device.sync()
    assert [len(device.store.rows(KIND)) for device in (first, second, coach)] == [2, 2, 2]
    assert ours(first.store) == ours(second.store) == ours(coach.store)
    (newest,) = [row for row in coach.store.rows(KIND) if row["name_en"] == "Support at work"]
    support = ours(coach.store).get("support")
    assert support is not None
    assert (support.name, support.guided) == ("Support at work", ""), "the row saved last holds, whole"

    # From now on both change that row, each a field of her own.
    first.edit(KIND, newest["id"], name_fi="Tuki työssä")
    second.edit(KIND, newest["id"], name_sv="Stöd i arbetet")
    for _round in range(2):
        for device in (first, second, coach):
            device.sync()
    for device in (first, second, coach):
        assert not device.store.conflicts()
        for language, name in (("fi", "Tuki työssä"), ("sv", "Stöd i arbetet"), ("en", "Support at work")):
            with using_language(language):
                assert ours(device.store).name("support") == name


def test_only_who_keeps_the_lists_settles_a_phase(story: Story) -> None:
    _first, second, coach = leads(story)
    with pytest.raises(Refused):
        coach.save(KIND, phase="support", name_en="Mine")
    # A device that thinks otherwise is not believed by the centre.
    with coach.store.write() as connection:
        set_state(connection, "worker_role", "admin")
    coach.save(KIND, phase="support", name_en="Mine")
    coach.sync()
    assert coach.store.unsent().held == 1
    second.sync()
    assert ours(second.store).name("support") == "Support"
