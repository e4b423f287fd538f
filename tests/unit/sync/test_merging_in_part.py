"""Merging by people who may not see everything of the two clients: the centre moves the rest, and tells nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app import clock, merging, roles
from app.errors import KnownError, Refused
from app.record import Row, validated
from app.services import SPECS
from storage import erasing
from storage import merging as stored
from sync import pushing
from sync.server import accounts, assignments
from sync.server.database import writing
from sync.transport import NotNow
from tests.model.story import Story
from tests.town import Device

SECRET = "Salaista"
APART = {
    "profile_health": "health",
    "kykyviisari_result": "health",
    "client_finances": "finances",
    "profile_criminal_record": "legal",
}


@dataclass
class Scene:
    """Two clients who are one, a coach who holds everything of them, and somebody who holds less."""

    story: Story
    coach: Device
    merger: Device
    kept: UUID
    other: UUID

    def together(self) -> None:
        for _ in range(3):
            for device in (self.merger, self.coach):
                device.sync()
        assert not self.story.town.findings()
        for device in (self.merger, self.coach):
            assert not device.store.unsent().count
            assert not device.store.unsent().held
            assert not device.store.conflicts()

    def apart(self, client: UUID) -> dict[str, list[Row]]:
        """What the coach's device holds of a client apart from the core."""
        return {kind: contents(self.coach.store.rows(kind, client_id=client)) for kind in APART}

    def at_centre(self, client: UUID) -> dict[str, list[Row]]:
        found = {kind: self.story.town.rows(kind).values() for kind in APART}
        return {
            kind: contents([row for row in rows if row["client_id"] == str(client) and not row["deleted"]])
            for kind, rows in found.items()
        }

    def check_nothing_leaked(self) -> None:
        """The merging device knows nothing of compartments that it may not hold: no row, no id, no word."""
        hidden = [kind for kind in APART if APART[kind] not in self.groups()]
        rows = [row for kind in hidden for row in self.story.town.rows(kind).values()]
        words = {row["id"] for row in rows} | {f"{SECRET} {kind}" for kind in hidden}
        words |= {f'"{kind}"' for kind in hidden}
        assert rows
        with self.merger.store.read() as connection:
            names = [
                name
                for (name,) in connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                )
            ]
            everything = "\n".join(
                str(tuple(row))
                for name in names
                if not name.startswith(("sqlite_", "search"))
                for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            )
        assert not [word for word in words if word in everything]

    def groups(self) -> set[str]:
        return {scope.split(":")[2] for scope in self.merger.scopes() if scope.startswith("client:")}


def contents(rows: Any) -> list[Row]:
    """Rows by what they say, whatever their ids, stamps and owners."""
    stamps = ("id", "client_id", "scope", "version", "created_at", "created_by", "saved_at", "saved_by")
    told = [{name: value for name, value in row.items() if name not in stamps} for row in rows]
    return sorted(told, key=str)


def scene(story: Story, role: str, *, kept_role: str | None = None) -> Scene:
    """Let a coach hold two clients, the second with entries in every compartment; a person of a role holds both."""
    coach = story.town.devices[0]
    town = story.town
    with writing(town.engine) as connection:
        accounts.add_user(connection, "liisa", role)
    merger = town.enrolled("liisa", town.folder / "liisa")
    story.saved["liisa"], story.waiting["liisa"] = set(), set()
    kept = coach.save("client", first_name="Aino", last_name="Testinen")
    other = coach.save("client", first_name="Aino", last_name="Testinenn", phone="040 1")
    coach.save("network_member", client_id=other, name="Vuokko")
    day = "2026-01-05"
    coach.save("profile_health", client_id=other, noted_on=day, limits=f"{SECRET} profile_health")
    coach.save("client_finances", client_id=other, as_of=day, debts=f"{SECRET} client_finances")
    told = f"{SECRET} profile_criminal_record"
    coach.save("profile_criminal_record", client_id=other, noted_on=day, affects_work=told)
    for number in (3, 4):
        coach.save(
            "kykyviisari_result",
            client_id=other,
            on=day,
            work_ability=number,
            own_words=f"{SECRET} kykyviisari_result",
        )
    coach.save("profile_health", client_id=kept, noted_on="2025-12-05")
    coach.sync()
    with writing(town.engine) as connection:
        begins = clock.today() - timedelta(days=1)
        assignments.assign(connection, str(kept), "liisa", kept_role, begins, None)
        assignments.assign(connection, str(other), "liisa", None, begins, None)
    merger.sync()
    return Scene(story, coach, merger, kept, other)


@pytest.fixture
def story() -> Iterator[Story]:
    with Story() as made:
        yield made
        made.heal()


IN_PART = (roles.TEAM_LEAD, roles.WORK_ABILITY_COORDINATOR)


@pytest.mark.parametrize("role", IN_PART)
def test_who_holds_a_part_merges_and_undoes_the_whole(story: Story, role: str) -> None:
    at = scene(story, role)
    before = at.apart(at.kept), at.apart(at.other)
    assert all(before[1].values())
    made = stored.merge(at.merger.store, at.kept, at.other)
    at.together()
    assert not any(at.apart(at.other).values())
    both = {kind: sorted(before[0][kind] + before[1][kind], key=str) for kind in APART}
    assert at.apart(at.kept) == at.at_centre(at.kept) == both
    assert [row["name"] for row in at.coach.store.rows("network_member", client_id=at.kept)] == ["Vuokko"]
    (row,) = at.merger.store.rows("client_merge")
    assert {one["kind"] for one in row["moved"]} == {"network_member"}
    at.check_nothing_leaked()

    # The coach writes on where the entries now are; the undoing takes it back with them.
    results = at.coach.store.rows("kykyviisari_result", client_id=at.kept, order=("work_ability",))
    at.coach.edit("kykyviisari_result", results[0]["id"], work_ability=5)
    at.coach.sync()
    at.merger.sync()
    stored.undo(at.merger.store, made.id)
    at.together()
    assert at.apart(at.kept) == before[0]
    assert sorted(row["work_ability"] for row in at.apart(at.other)["kykyviisari_result"]) == [4, 5]
    for kind in ("profile_health", "client_finances", "profile_criminal_record"):
        assert at.apart(at.other)[kind] == before[1][kind]
    assert at.at_centre(at.other) == at.apart(at.other)
    at.check_nothing_leaked()


@pytest.mark.parametrize("role", IN_PART)
@pytest.mark.parametrize("coach_merges", [True, False])
def test_another_than_who_merged_may_undo_it(story: Story, role: str, coach_merges: bool) -> None:
    at = scene(story, role)
    before = at.apart(at.kept), at.apart(at.other)
    first, second = (at.coach, at.merger) if coach_merges else (at.merger, at.coach)
    made = stored.merge(first.store, at.kept, at.other)
    at.together()
    assert not any(at.apart(at.other).values())
    at.check_nothing_leaked()
    stored.undo(second.store, made.id)
    at.together()
    assert (at.apart(at.kept), at.apart(at.other)) == before
    assert (at.at_centre(at.kept), at.at_centre(at.other)) == before
    at.check_nothing_leaked()


@pytest.mark.parametrize("role", IN_PART)
@pytest.mark.parametrize("coach_undoes", [True, False])
def test_changes_that_arrive_one_by_one_come_to_the_same(
    story: Story, role: str, coach_undoes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "BATCH_MUTATIONS", 1)
    at = scene(story, role)
    before = at.apart(at.kept), at.apart(at.other)
    made = stored.merge(at.merger.store, at.kept, at.other)
    at.merger.network.plan = ["", "", "", "response_lost", "duplicated", "", "duplicated"]
    with pytest.raises(NotNow):
        at.merger.sync()
    at.together()
    assert not any(at.apart(at.other).values())
    stored.undo((at.coach if coach_undoes else at.merger).store, made.id)
    at.together()
    assert (at.apart(at.kept), at.apart(at.other)) == before
    assert (at.at_centre(at.kept), at.at_centre(at.other)) == before


def test_what_a_coach_wrote_without_knowing_of_the_merge_comes_over(story: Story) -> None:
    at = scene(story, roles.TEAM_LEAD)
    at.coach.save("profile_health", client_id=at.other, noted_on="2026-02-02")
    stored.merge(at.merger.store, at.kept, at.other)
    at.merger.sync()
    at.coach.sync()
    at.together()
    assert "2026-02-02" in [row["noted_on"] for row in at.apart(at.kept)["profile_health"]]
    assert not any(at.apart(at.other).values())
    at.check_nothing_leaked()


def test_who_sees_more_of_one_than_of_the_other_moves_what_she_holds_of_both(story: Story) -> None:
    at = scene(story, roles.TEAM_LEAD, kept_role=roles.JOB_COACH)
    before = at.apart(at.kept), at.apart(at.other)
    made = stored.merge(at.merger.store, at.kept, at.other)
    at.together()
    assert not any(at.apart(at.other).values())
    stored.undo(at.merger.store, made.id)
    at.together()
    assert (at.apart(at.kept), at.apart(at.other)) == before


def test_an_erased_client_leaves_no_copy_where_an_undone_merge_had_brought_it() -> None:
    with Story() as story:
        at = scene(story, roles.TEAM_LEAD)
        made = stored.merge(at.merger.store, at.kept, at.other)
        at.together()
        stored.undo(at.merger.store, made.id)
        at.together()
        erasing.erase(at.merger.store, at.other, "mistake")
        at.together()
        with at.story.town.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            centre = "\n".join(raw.iterdump())
        assert SECRET not in centre
        with at.coach.store.read() as connection:
            history = connection.exec_driver_sql("SELECT patch FROM history").fetchall()
        assert SECRET not in str(history)


def test_a_merge_of_the_merged_takes_along_what_nobody_there_may_see(story: Story) -> None:
    at = scene(story, roles.TEAM_LEAD)
    before = at.apart(at.other)
    third = at.coach.save("client", first_name="Aino", last_name="Testi")
    at.coach.sync()
    story.town.assign(third, "liisa")
    at.merger.sync()
    stored.merge(at.merger.store, at.kept, at.other)
    at.merger.sync()
    stored.merge(at.merger.store, third, at.kept)
    at.merger.sync()
    # An entry that was written meanwhile for the first of them goes the whole way.
    at.coach.save("profile_health", client_id=at.other, noted_on="2026-02-09")
    at.together()
    assert at.apart(third)["profile_criminal_record"] == before["profile_criminal_record"]
    assert "2026-02-09" in [row["noted_on"] for row in at.apart(third)["profile_health"]]
    assert not any((*at.apart(at.kept).values(), *at.apart(at.other).values()))
    at.check_nothing_leaked()


def test_a_role_that_does_not_merge_is_told_who_does(story: Story) -> None:
    at = scene(story, roles.JOBCENTER_COORDINATOR)
    with pytest.raises(KnownError) as told:
        stored.merge(at.merger.store, at.kept, at.other)
    assert "team lead" in str(told.value.advice)
    made = validated(
        SPECS["client_merge"].table, {"client_id": at.kept, "merged_id": at.other, "on": clock.today()}
    )
    with pytest.raises(Refused):
        at.merger.store.save(made)


def test_nobody_merges_a_client_whom_she_does_not_hold(story: Story) -> None:
    """A device that says so all the same is not believed: what is kept of that client stays where it is."""
    at = scene(story, roles.TEAM_LEAD)
    story.town.unassign(at.other, "liisa")
    at.merger.sync()
    values = {"client_id": at.kept, "merged_id": at.other, "on": clock.today()}
    at.merger.store.save(validated(SPECS["client_merge"].table, values))
    at.merger.sync()
    assert at.merger.store.unsent().held == 1
    at.coach.store.delete("client", at.other)
    at.coach.sync()
    assert not story.town.rows("client_merge")
    assert len(story.town.rows("profile_criminal_record")) == 1
    (held,) = [row for row in at.merger.outbox() if row["state"] == "held"]
    assert held["kind"] == "client_merge"
    with at.merger.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM client_merge")
        connection.exec_driver_sql("DELETE FROM sync_base")


def test_derived_ids_follow_from_merge_and_entry_and_keep_their_order() -> None:
    merge, second = str(clock.new_id()), str(clock.new_id())
    entries = sorted(str(clock.new_id()) for _ in range(20))
    made = [merging.derived(merge, one) for one in entries]
    assert made == [merging.derived(merge, one) for one in entries]
    assert len({*made, *entries, *(merging.derived(second, one) for one in entries)}) == 60
    assert [one[:18] for one in made] == [one[:18] for one in entries]
    assert all(str(UUID(one)) == one for one in made)
    assert all(merging.came_by(merge, one) for one in made)
    assert not any(merging.came_by(second, one) for one in made)
    assert not any(merging.came_by(merge, one) for one in entries)
