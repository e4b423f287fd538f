"""The centre dies at each of its named points, in the middle of the exchanges of two devices: nothing is lost of it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from sync.transport import NotNow
from tests.model.story import Story
from tests.town import CentreDied


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made


@pytest.mark.failure(2, 3)
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(
    "point", ["server.push.locked", "server.push.written", "server.push.committed", "server.pull.heads"]
)
def test_the_centre_dies_in_an_exchange(story: Story, point: str, times: int) -> None:
    first, second, _ = story.town.devices
    client = str(story.new_client(first))
    story.sync(first)
    story.town.assign(client, second.worker)
    story.sync(second)
    story.edit(first, "client", {"id": client}, phone="1")
    story.edit(second, "client", {"id": client}, notes="2")
    met = 0

    def die(name: str) -> None:
        nonlocal met
        met += name == point
        if name == point and met == times:
            raise CentreDied

    for device in (first, second):
        story.clock.at_point = die
        with suppress(NotNow):
            device.sync()
        story.clock.at_point = None
        story.sent(device)
        story.check()
    assert met >= times
    story.heal()
    row = story.town.rows("client")[client]
    assert (row["phone"], row["notes"]) == ("1", "2")


def test_a_device_that_dies_when_its_reads_were_taken(story: Story) -> None:
    """The centre has booked them: they are told again, and stand there once."""
    first = story.town.devices[0]
    client = story.new_client(first)
    story.sync(first)
    story.clock.now += timedelta(days=1)
    first.store.opened(client)
    assert story.sync(first, dies_at="client.reads.answered") is None
    story.heal()
    assert [row["action"] for row in story.town.audit()].count("opened") == 1
