"""The protocol under a state machine: whatever people, networks and machines do, nothing is lost and all agree.

Everything is real: three SQLCipher stores, the sync client, the centre's application over its database. Only
the clock is the test's. Each run ends with a healed network, when everything must be in place.
"""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from app import roles
from app.errors import KnownError
from sync.server import assignments
from sync.server.database import writing
from tests.model.machines import Story
from tests.town import FAULTS, WORKERS, Device

DEVICES = st.integers(0, 2)
PLACES = st.integers(0, 5)
ROLES = tuple(one.value for one in roles.ROLES)
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
            with suppress(KnownError):  # an administrator holds no clients
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

    # ---- consents, roles, files ----

    @rule(device=DEVICES, place=PLACES)
    def writes_of_health(self, device: int, place: int) -> None:
        if row := self.story.pick(self.device(device), "client", place):
            word = self.story.word()
            values = {"client_id": row["id"], "noted_on": "2026-03-01", "limits": word}
            self.story.save(self.device(device), "profile_health", **values)

    @rule(device=DEVICES, place=PLACES)
    def takes_a_consent(self, device: int, place: int) -> None:
        if row := self.story.pick(self.device(device), "client", place):
            self.story.consent(self.device(device), row["id"])

    @rule(device=DEVICES, place=PLACES)
    def takes_a_consent_back(self, device: int, place: int) -> None:
        if row := self.story.pick(self.device(device), "consent", place):
            self.story.withdraw(self.device(device), row)

    @rule(worker=st.sampled_from(WORKERS), role=st.sampled_from(ROLES))
    def changes_role(self, worker: str, role: str) -> None:
        with writing(self.story.town.engine) as connection:
            assignments.set_role(connection, worker, role)

    @rule(device=DEVICES, place=PLACES)
    def attaches_a_file(self, device: int, place: int) -> None:
        if row := self.story.pick(self.device(device), "client", place):
            self.story.attach(self.device(device), row["id"])

    # ---- devices and their clocks ----

    @rule(device=DEVICES, days=st.sampled_from((731, -731, 1, 0)))
    def sets_a_clock(self, device: int, days: int) -> None:
        self.device(device).off = timedelta(days=days)

    @rule(device=DEVICES)
    def backs_a_device_up(self, device: int) -> None:
        self.story.back_up_device(self.device(device))

    @rule(device=DEVICES)
    def restores_a_device(self, device: int) -> None:
        self.story.restore_device(self.device(device))

    @rule(device=DEVICES)
    def copies_a_device(self, device: int) -> None:
        self.story.copy_device(self.device(device))

    @rule(device=DEVICES)
    def goes_on_with_the_copy(self, device: int) -> None:
        self.story.use_copy(self.device(device))

    @rule(device=DEVICES, order=st.sampled_from(("drain", "destroy")))
    def ends_a_device(self, device: int, order: str) -> None:
        self.story.end_device(self.device(device), order)

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
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    stateful_step_count=20,
    database=None,  # what fails is kept in test_found.py, where everybody has it
)
PARTS = 3
"""How many tests the examples of a normal run are shared among, so that they run beside each other."""
LONG_PARTS = 40


def run(examples: int, steps: int, number: int) -> None:
    """Run so many examples from a seed of their own."""
    machine = seed(number)(type(f"Machine{number}", (Machine,), {}))
    wanted = settings(SETTINGS, max_examples=examples, stateful_step_count=steps)
    run_state_machine_as_test(machine, settings=wanted)  # type: ignore[no-untyped-call]


@pytest.mark.failure(1, 2, 3, 4, 7, 9, 10, 11, 15, 17)
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_and_all_agree(part: int) -> None:
    run(100, 20, part)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(LONG_PARTS))
def test_nothing_is_lost_in_the_long_run(part: int) -> None:
    run(20_000 // LONG_PARTS, 40, 1000 + part)
