"""The protocol under a state machine: whatever people, networks and machines do, nothing is lost and all agree.

Everything is real: three SQLCipher stores, the sync client, the centre's application over its database. Only
the clock is the test's. Each run ends with a healed network, when everything must be in place.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.model.story import Story
from tests.town import FAULTS, WORKERS, Device

DEVICES = st.integers(0, 2)
PLACES = st.integers(0, 5)
NETWORK = st.lists(st.sampled_from(("", "", *FAULTS[:6])), max_size=4).map(tuple)


class Machine(RuleBasedStateMachine):
    """People edit, the office hands clients over, machines sync, fail and are restored."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()

    def device(self, place: int) -> Device:
        return self.story.town.devices[place]

    def teardown(self) -> None:
        try:
            self.story.heal()
        finally:
            self.story.close()

    @initialize()
    def begin(self) -> None:
        """One client whom two share, with a visit and a plan."""
        first, second, _ = self.story.town.devices
        client = self.story.new_client(first)
        self.story.save(first, "support_visit", client_id=client, on="2026-03-01", notes="a\nb\nc")
        self.story.save(
            first, "career_plan", client_id=client, made_on="2026-03-01", goals=[{"text": "work"}]
        )
        self.story.sync(first)
        self.story.town.assign(client, second.worker)
        self.story.sync(second)

    @rule(device=DEVICES)
    def registers_a_client(self, device: int) -> None:
        self.story.new_client(self.device(device))

    @rule(device=DEVICES, place=PLACES, field=st.sampled_from(("phone", "notes", "address")))
    def edits_a_client(self, device: int, place: int, field: str) -> None:
        if row := self.story.pick(self.device(device), "client", place):
            self.story.edit(self.device(device), "client", row, **{field: self.story.word()})

    @rule(device=DEVICES, place=PLACES, number=st.sampled_from(("", "1", "2")))
    def corrects_a_number(self, device: int, place: int, number: str) -> None:
        """There and back again: the same few values, by everybody."""
        if row := self.story.pick(self.device(device), "client", place):
            self.story.edit(self.device(device), "client", row, phone=number)

    @rule(device=DEVICES, place=PLACES)
    def writes_a_visit(self, device: int, place: int) -> None:
        if row := self.story.pick(self.device(device), "client", place):
            self.story.save(
                self.device(device),
                "support_visit",
                client_id=row["id"],
                on="2026-03-01",
                notes=self.story.word(),
            )

    @rule(device=DEVICES, place=PLACES, line=st.integers(0, 2))
    def edits_a_visit(self, device: int, place: int, line: int) -> None:
        if row := self.story.pick(self.device(device), "support_visit", place):
            lines = [*row["notes"].split("\n"), "", ""][:3]
            lines[line] = self.story.word()
            self.story.edit(self.device(device), "support_visit", row, notes="\n".join(lines))

    @rule(
        device=DEVICES, place=PLACES, minutes=st.integers(10, 90), state=st.sampled_from(("done", "planned"))
    )
    def moves_a_visit(self, device: int, place: int, minutes: int, state: str) -> None:
        if row := self.story.pick(self.device(device), "support_visit", place):
            self.story.edit(self.device(device), "support_visit", row, minutes=minutes, state=state)

    @rule(device=DEVICES, place=PLACES, kind=st.sampled_from(("support_visit", "client", "career_plan")))
    def deletes(self, device: int, place: int, kind: str) -> None:
        if row := self.story.pick(self.device(device), kind, place):
            self.story.delete(self.device(device), kind, row)

    @rule(device=DEVICES, place=PLACES, kind=st.sampled_from(("support_visit", "client")))
    def brings_back(self, device: int, place: int, kind: str) -> None:
        if row := self.story.pick(self.device(device), kind, place, deleted=True):
            self.story.undelete(self.device(device), kind, row)

    @rule(device=DEVICES, place=PLACES)
    def edits_a_plan(self, device: int, place: int) -> None:
        if row := self.story.pick(self.device(device), "career_plan", place):
            goals = [*row["goals"], {"text": self.story.word()}]
            self.story.edit(self.device(device), "career_plan", row, goals=goals, duration=self.story.word())

    @rule(device=DEVICES, place=PLACES)
    def signs_a_plan(self, device: int, place: int) -> None:
        if row := self.story.pick(self.device(device), "career_plan", place):
            self.story.sign(self.device(device), row)

    @rule(device=DEVICES, place=PLACES, choice=st.sampled_from(("keep", "mine", "new")))
    def decides(self, device: int, place: int, choice: str) -> None:
        self.story.settle(self.device(device), place, choice)

    @rule(place=PLACES, worker=st.sampled_from(WORKERS))
    def assigns(self, place: int, worker: str) -> None:
        if known := sorted(self.story.town.rows("client")):
            self.story.town.assign(known[place % len(known)], worker)

    @rule(place=PLACES, worker=st.sampled_from(WORKERS))
    def unassigns(self, place: int, worker: str) -> None:
        if known := sorted(self.story.town.rows("client")):
            self.story.town.unassign(known[place % len(known)], worker)

    @rule(device=DEVICES)
    def syncs(self, device: int) -> None:
        assert self.story.sync(self.device(device)) is not None
        self.story.check()

    @rule(device=DEVICES, faults=NETWORK)
    def syncs_badly(self, device: int, faults: tuple[str, ...]) -> None:
        self.story.sync(self.device(device), faults)
        self.story.check()

    @rule(device=DEVICES, at=st.integers(1, 25))
    def dies_while_syncing(self, device: int, at: int) -> None:
        self.story.sync(self.device(device), crash_at=at)

    @rule(device=DEVICES, at=st.integers(1, 6))
    def centre_dies(self, device: int, at: int) -> None:
        self.story.sync(self.device(device), centre_dies_at=at)

    @rule(
        device=DEVICES,
        place=PLACES,
        point=st.sampled_from(("client.push.answered", "client.pull.page")),
        cut=st.booleans(),
    )
    def edits_while_syncing(self, device: int, place: int, point: str, cut: bool) -> None:
        """Somebody writes while the exchange is under way; the network may go at that moment, too."""
        one = self.device(device)
        row = self.story.pick(one, "client", place)
        if row is None:
            return

        def edit() -> None:
            self.story.edit(one, "client", row, phone=self.story.word())
            one.network.plan = ["request_lost"] if cut else []

        self.story.sync(one, also=(point, edit))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.story.clock.now += timedelta(hours=hours)

    @rule()
    def backs_up(self) -> None:
        self.story.backup()

    @rule(place=PLACES)
    def restores(self, place: int) -> None:
        self.story.restore(place)


SETTINGS = settings(
    deadline=None, print_blob=True, suppress_health_check=list(HealthCheck), stateful_step_count=20
)


def test_nothing_is_lost_and_all_agree() -> None:
    run_state_machine_as_test(Machine, settings=settings(SETTINGS, max_examples=100))  # type: ignore[no-untyped-call]


@pytest.mark.soak
def test_nothing_is_lost_in_the_long_run() -> None:
    long = settings(SETTINGS, max_examples=20_000, stateful_step_count=40)
    run_state_machine_as_test(Machine, settings=long)  # type: ignore[no-untyped-call]
