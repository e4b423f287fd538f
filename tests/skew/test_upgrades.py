"""Devices and a centre of different ages, really run: earlier builds of the program beside the present one."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from app.record import Row, fields, validated
from app.services import SPECS
from storage.store import Store
from sync.enrol import enrol
from sync.server.audit import verify
from sync.server.database import connect, snapshot
from tests.skew.programs import EARLIER, Earlier, earlier, present_centre, present_device, synced, unpacked
from tests.stores import PASSPHRASE, new_store


def _id(number: int) -> str:
    return f"01990000-0000-7000-8000-{number:012x}"


CLIENT, RELATION, PLAN, TRIAL = _id(1), _id(2), _id(3), _id(4)
VISIT, OTHER, GONE, THEIRS, MONEY = _id(5), _id(6), _id(7), _id(8), _id(9)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


def _begin(first: Earlier) -> None:
    """The first device of an earlier version registers a client and coaches her."""
    first.ask("save", "client", id=CLIENT, first_name="Aino", last_name="Esimerkki", phone="040 1")
    first.ask(
        "save",
        "coaching_relationship",
        id=RELATION,
        client_id=CLIENT,
        started_on="2026-01-12",
        decision="accepted",
    )
    first.ask("save", "career_plan", id=PLAN, client_id=CLIENT, made_on="2026-01-20", strengths="Tarkka")
    signed = {"signatures": [{"id": _id(10), "role": "client", "name": "Aino"}], "signed_on": "2026-01-21"}
    first.ask("sign", "career_plan", id=PLAN, **signed)
    trial = {
        "client_id": CLIENT,
        "employer": "Keksitty taimisto",
        "title": "Kokeilu",
        "started_on": "2026-02-01",
    }
    first.ask("save", "work_trial", id=TRIAL, **trial)
    for number in (VISIT, GONE):
        visit = {
            "client_id": CLIENT,
            "on": "2026-02-02",
            "topics": ["job_search"],
            "notes": "Ensimmäinen rivi",
        }
        first.ask("save", "support_visit", id=number, **visit)


def _save(store: Store, kind: str, record: str, **values: Any) -> None:
    row = store.row(kind, record) or {"id": record}
    store.save(validated(SPECS[kind].table, {**row, **values}))


def _with_new_words(second: Store) -> None:
    """The second device, of the present version, says what only the present version knows, and ordinary things."""
    _save(second, "client", CLIENT, matter_closed_on="2026-03-01")
    _save(second, "coaching_relationship", RELATION, decided_on="2026-01-13", wants_work="yes")
    _save(second, "work_trial", TRIAL, feedback="Hyvin meni")
    _save(second, "support_visit", VISIT, topics=["job_search", "life_change"])
    _save(second, "support_visit", OTHER, client_id=CLIENT, on="2026-02-09", notes="Toinen käynti")
    _save(second, "client_finances", MONEY, client_id=CLIENT, as_of="2026-02-09", debts="Vuokravelka")
    second.delete("support_visit", GONE)


def _goes_on(first: Earlier) -> None:
    """The first device, still of the earlier version, changes other things of the same entries, and adds its own."""
    first.ask("save", "client", id=CLIENT, phone="040 2")
    first.ask("save", "work_trial", id=TRIAL, title="Kokeilu puutarhalla")
    first.ask("save", "support_visit", id=VISIT, notes="Ensimmäinen rivi\nToinen rivi")
    first.ask("save", "support_visit", id=THEIRS, client_id=CLIENT, on="2026-02-16", notes="Kolmas käynti")


def _clean(told: Mapping[str, Any]) -> None:
    assert (told["held"], told["conflicts"], told["repaired"]) == (0, 0, 0), told


def _sync(second: Store) -> None:
    done = synced(second)
    assert (done.held, done.conflicts, done.repaired, done.warnings) == (0, 0, 0, ())


def _state(store: Store) -> dict[str, dict[str, Row]]:
    """Return everything that a device holds, without who saved it when: the order of upgrades is no part of it."""
    return {  # who the worker is, and that she has the client, is the centre's own
        kind: {
            row["id"]: {name: row[name] for name in ("scope", *fields(spec.table))}
            for row in store.rows(kind)
        }
        for kind, spec in SPECS.items()
        if kind not in ("worker", "assignment")
    }


class Case:
    """A centre and a device of an earlier version, with what was done before any upgrade."""

    def __init__(self, folder: Path, programs: tuple[Earlier, Earlier], running: ExitStack) -> None:
        self.folder, self.database, self.running = folder, folder / "centre.db", running
        self.centre, self.device = programs
        told = self.centre.order(do="start", database=str(self.database), people=["aada"])
        self.port, self.codes = told["port"], told["codes"]["aada"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.device.order(do="open", folder=str(folder / "first"), passphrase=PASSPHRASE)
        self.device.order(do="enrol", url=self.url, code=self.codes.pop())
        _begin(self.device)
        _clean(self.device.ask("sync"))

    def second(self) -> Store:
        """Return a device of the present version that has joined."""
        store = self.running.enter_context(closing(new_store(self.folder / "second")))
        assert enrol(store, self.url, self.codes.pop()).warnings == ()
        assert store.row("support_visit", VISIT)
        return store

    def upgrade_centre(self) -> None:
        self.centre.order(do="stop")
        self.running.enter_context(present_centre(self.database, self.port))

    def end(self, second: Store) -> dict[str, dict[str, Row]]:
        """Upgrade the first device, with unsent work; return what both then hold."""
        self.device.ask("save", "support_visit", id=VISIT, next_steps="Soitetaan")
        self.device.order(do="close")
        with present_device(self.folder / "first") as first:
            assert first.unsent().count == 1
            _check(_state(first))
            _sync(first)
            _sync(second)
            assert first.unsent().count == second.unsent().count == 0
            held = _state(first)
            assert held == _state(second)
            assert first.count("conflict") == 0
        with snapshot(connect(f"sqlite:///{self.database}")) as connection:
            assert list(verify(connection)) == []
        return held


def _check(held: Mapping[str, Mapping[str, Row]]) -> None:
    """Everything that anybody said is there."""
    visit = held["support_visit"][VISIT]
    assert visit["topics"] == ["job_search", "life_change"]
    assert visit["notes"] == "Ensimmäinen rivi\nToinen rivi"
    assert visit["next_steps"] == "Soitetaan"
    client = held["client"][CLIENT]
    assert (client["phone"], client["matter_closed_on"]) == ("040 2", "2026-03-01")
    relation = held["coaching_relationship"][RELATION]
    assert (relation["decision"], relation["decided_on"]) == ("accepted", "2026-01-13")
    assert relation["wants_work"] == "yes"
    trial = held["work_trial"][TRIAL]
    assert (trial["title"], trial["feedback"]) == ("Kokeilu puutarhalla", "Hyvin meni")
    assert held["client_finances"][MONEY]["debts"] == "Vuokravelka"
    assert held["support_visit"].keys() == {VISIT, OTHER, THEIRS}
    assert held["career_plan"][PLAN]["content_hash"]


def _centre_first(case: Case) -> dict[str, dict[str, Row]]:
    case.upgrade_centre()
    second = case.second()
    _with_new_words(second)
    _sync(second)
    assert second.unsent().count == 0
    _clean(case.device.ask("sync"))
    _goes_on(case.device)
    _clean(case.device.ask("sync"))
    _sync(second)
    return case.end(second)


def _device_first(case: Case) -> dict[str, dict[str, Row]]:
    second = case.second()
    _with_new_words(second)
    waiting = second.unsent().count
    _sync(second)
    unsent = second.unsent()
    assert 0 < unsent.count == unsent.later < waiting, "what has a place there has gone, and nothing else"
    _clean(case.device.ask("sync"))
    there = {row["id"] for row in case.device.ask("rows")["support_visit"]}
    assert there == {VISIT, OTHER}
    _goes_on(case.device)
    _clean(case.device.ask("sync"))
    _sync(second)
    row = second.row("client", CLIENT)
    assert row is not None
    assert (row["phone"], row["matter_closed_on"]) == ("040 2", "2026-03-01")
    assert second.row("support_visit", THEIRS)
    case.upgrade_centre()
    _sync(second)
    assert second.unsent().count == 0
    _clean(case.device.ask("sync"))
    return case.end(second)


@pytest.mark.failure(16)
@pytest.mark.parametrize("schema", EARLIER)
def test_either_order_of_upgrades_loses_nothing_and_ends_the_same(
    schema: int, tmp_path: Path, place: Path
) -> None:
    ends = []
    with earlier(unpacked(schema, place)) as programs:
        for upgrade in (_centre_first, _device_first):
            folder = tmp_path / upgrade.__name__
            folder.mkdir()
            with ExitStack() as running:
                ends.append(upgrade(Case(folder, programs, running)))
            _check(ends[-1])
    assert ends[0] == ends[1]
