"""The tests can fail: bugs, planted one at a time, and the story in which each of them shows.

Every story is also told without the bug, and then holds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from sync import faults as device_faults
from sync.server import faults as centre_faults
from tests.model.machines import Story as Machines
from tests.model.story import Story


@contextmanager
def planted(bug: str) -> Iterator[None]:
    """Plant a bug while the block runs."""
    into = device_faults.BUGS if bug in device_faults.KNOWN else centre_faults.BUGS
    into.add(bug)
    try:
        yield
    finally:
        into.discard(bug)


def shared(story: Story) -> str:
    """Let two people share a client, both in sync; return her id."""
    first, second, _ = story.town.devices
    client = str(story.new_client(first))
    story.sync(first)
    story.town.assign(client, second.worker)
    story.sync(second)
    return client


def edit(story: Story, place: int, client: str, **values: str) -> None:
    device = story.town.devices[place]
    row = device.store.row("client", client)
    assert row is not None
    story.edit(device, "client", row, **values)


def answer_is_lost(story: Story) -> None:
    """The centre took an edit, and the device never heard of it; somebody else goes on from there."""
    client = shared(story)
    first, second, _ = story.town.devices
    edit(story, 0, client, phone="1")
    story.sync(first, ("response_lost",))
    story.sync(second)
    edit(story, 1, client, phone="2")
    story.sync(second)


def request_is_lost(story: Story) -> None:
    """An edit never arrives at the centre at the first try."""
    client = shared(story)
    edit(story, 0, client, phone="1")
    story.sync(story.town.devices[0], ("request_lost",))


def device_dies_in_a_pull(story: Story) -> None:
    """Rows are on their way to a device when it dies."""
    client = shared(story)
    edit(story, 0, client, phone="1")
    story.sync(story.town.devices[0])
    for point in ("client.pull.cursors", "client.pull.page", "client.pull.applied"):
        story.sync(story.town.devices[1], dies_at=point)


def two_edit_one_field(story: Story) -> None:
    """Two people change the same field without having seen each other's change."""
    client = shared(story)
    edit(story, 0, client, phone="1")
    edit(story, 1, client, phone="2")
    story.sync(story.town.devices[0])
    story.sync(story.town.devices[1])


def client_is_lost_with_an_edit(story: Story) -> None:
    """A client is handed over while her former worker's edit is being saved."""
    client = shared(story)
    second = story.town.devices[1]
    story.town.unassign(client, second.worker)
    story.sync(second, also=("client.pull.page", lambda: edit(story, 1, client, phone="1")))


def centre_is_restored(story: Story) -> None:
    """The centre comes back from a backup that is older than an edit."""
    client = shared(story)
    story.backup()
    edit(story, 0, client, phone="1")
    story.sync(story.town.devices[0])
    story.restore(0)


def edit_meets_an_arriving_one(story: Story) -> None:
    """A person changes what she sees at the very moment when somebody else's change of it arrives."""
    client = shared(story)
    first, second, _ = story.town.devices
    edit(story, 0, client, phone="1")
    story.sync(first)
    story.sync(second, also=("client.pull.page", lambda: edit(story, 1, client, phone="2")))


def client_is_lost_offline(story: Machines) -> None:
    """A client is handed over while an edit of hers is being saved, and the line goes at that moment."""
    client = shared(story)
    second = story.town.devices[1]
    story.town.unassign(client, second.worker)

    def edit_and_cut() -> None:
        edit(story, 1, client, phone="1")
        second.network.plan = ["request_lost"]

    story.sync(second, also=("client.pull.page", edit_and_cut))


def clock_is_ahead_for_a_day(story: Machines) -> None:
    """A computer's clock is two years ahead for a day; then the centre comes back from an older backup."""
    client = shared(story)
    first = story.town.devices[0]
    story.backup()
    edit(story, 0, client, phone="1")
    story.sync(first)
    story.clock.now += timedelta(days=1)
    first.off = timedelta(days=731)
    story.sync(first)
    story.restore(0)


def client_is_handed_over(story: Machines) -> None:
    """A client is taken from a worker who has nothing unsent of hers."""
    client = shared(story)
    story.town.unassign(client, story.town.devices[1].worker)
    story.sync(story.town.devices[1])


def consent_is_withdrawn(story: Machines) -> None:
    """A client lets the coordinator of another house know of her health, and takes it back."""
    first, _, third = story.town.devices
    client = str(story.new_client(first))
    story.save(first, "profile_health", client_id=client, noted_on="2026-03-01", limits=story.word())
    story.consent(first, client)
    story.sync(first)
    story.town.assign(client, third.worker)
    story.sync(third)
    assert third.living("profile_health")
    (consent,) = first.store.rows("consent")
    story.withdraw(first, consent)
    story.sync(first)
    story.sync(third)


def disk_is_copied(story: Machines) -> None:
    """A worker goes on with an older copy of her disk: she has to join anew, so that nobody else can."""
    first = story.town.devices[0]
    story.copy_device(first)
    for _ in range(2):  # each has its own turn
        story.clock.now += timedelta(minutes=20)
        story.sync(first)
    story.use_copy(first)
    first.network.requests.clear()
    story.sync(first)
    assert "/enrol" in first.network.requests, "a copy was taken for the device"


WITH_MACHINES: dict[str, Callable[[Machines], None]] = {
    "no_seal": client_is_lost_offline,
    "own_clock": clock_is_ahead_for_a_day,
    "rights_open": client_is_handed_over,
    "consent_ignored": consent_is_withdrawn,
    "clone_unseen": disk_is_copied,
}
STORIES: dict[str, Callable[[Story], None]] = {
    "no_receipts": answer_is_lost,
    "ack_early": request_is_lost,
    "cursor_first": device_dies_in_a_pull,
    "lww": two_edit_one_field,
    "evict_outbox": client_is_lost_with_an_edit,
    "no_epoch": centre_is_restored,
    "no_rebase": edit_meets_an_arriving_one,
}


def tell(bug: str) -> None:
    with Machines() if bug in WITH_MACHINES else Story() as story:
        if isinstance(story, Machines):
            WITH_MACHINES[bug](story)
        else:
            STORIES[bug](story)
        story.check()
        story.heal()


@pytest.mark.parametrize("bug", [*STORIES, *WITH_MACHINES])
def test_the_story_holds(bug: str) -> None:
    tell(bug)


@pytest.mark.parametrize("bug", [*STORIES, *WITH_MACHINES])
def test_the_planted_bug_is_found(bug: str) -> None:
    with planted(bug), pytest.raises(AssertionError) as found:
        tell(bug)
    print(bug, "found as:", found.value)


def test_every_switch_is_planted_somewhere() -> None:
    """`seq_at_begin` needs two writers at once: see test_postgresql."""
    assert {*STORIES, *WITH_MACHINES, "seq_at_begin"} == device_faults.KNOWN | centre_faults.KNOWN
