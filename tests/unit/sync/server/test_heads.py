"""Signed heads outside the centre: whatever was signed is found to be there still, or found to be gone."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic_core import from_json
from sqlalchemy import delete, select, text, update

from app.clock import hold, new_id, now
from app.errors import KnownError
from app.record import iso
from sync.server import audit, heads, keeping, scopes, setup, state
from sync.server.database import is_postgres, snapshot, writing
from sync.server.heads import Proof
from sync.server.tables import AUDIT, SCOPE, SIGNED_HEAD
from tests.unit.sync.server.conftest import Device, Office, core, visit

Pair = tuple[Device, Device, str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "outside"


@pytest.fixture(autouse=True)
def new_books(office: Office) -> None:
    """What the centre keeps about itself stays from test to test on PostgreSQL."""
    with writing(office.engine) as connection:
        connection.execute(
            text("DELETE FROM server_state WHERE name IN ('heads_number', 'audit_key', 'volume')")
        )


def proof(office: Office, folder: Path, key: str = "") -> Proof:
    with snapshot(office.engine) as connection:
        return heads.verify(connection, folder, key)


def why(office: Office, folder: Path, key: str = "") -> set[str]:
    return {one.why for one in proof(office, folder, key).findings}


def goes_on(device: Device, client: str) -> None:
    assert device.push(visit(device, client))[0]["status"] == "applied"


def test_chains_that_went_on_go_through_every_signed_end(office: Office, pair: Pair, folder: Path) -> None:
    anna, _, client = pair
    for n in (1, 2, 3):
        assert heads.sign(office.engine, folder).n == n
        goes_on(anna, client)
    found = proof(office, folder)
    assert (found.heads, found.findings, found.explained) == (3, [], [])
    with snapshot(office.engine) as connection:
        kept = connection.execute(select(SIGNED_HEAD).order_by(SIGNED_HEAD.c.n)).mappings().all()
    assert [row["text"] != "" for row in kept] == [False, False, True]  # the files hold the rest
    assert not office.findings()


def test_a_chain_that_was_written_anew_is_found(office: Office, pair: Pair, folder: Path) -> None:
    """Whoever may write everything makes a chain that holds in itself, and is found by what lies outside."""
    anna, _, client = pair
    goes_on(anna, client)
    heads.sign(office.engine, folder)
    scope = core(client)
    with writing(office.engine) as connection:
        found = connection.execute(select(AUDIT).where(AUDIT.c.scope == scope).order_by(AUDIT.c.n)).mappings()
        rows = [dict(row) for row in found]
        connection.execute(delete(AUDIT).where(AUDIT.c.scope == scope))
        states = scopes.lock(connection, [scope])
        states[scope].entries, states[scope].chain = 0, scopes.beginning(scope)
        entries = [
            audit.Entry(scope, row["action"], row["person"], row["device"], row["kind"], row["record_id"])
            for row in rows[:-1]
        ]
        audit.append(connection, states, entries)
        scopes.save(connection, states.values())
    assert not office.findings()
    assert {one.scope for one in proof(office, folder).findings} == {scope}
    assert why(office, folder) == {"chain, head 1"}


def _swap(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text("utf-8")), "utf-8", newline="\n")


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (lambda d: (d / "000002.heads").unlink(), {"link"}),
        (lambda d: (d / "000003.heads").unlink(), {"missing"}),
        (
            lambda d: _swap(d / "000002.heads", lambda t: t.replace('"epoch":"', '"epoch":"0')),
            {"signature", "link"},
        ),
        (lambda d: _swap(d / "000002.heads", lambda t: "\n".join(t.split("\n")[:-2]) + "\n"), {"list"}),
        (lambda d: _swap(d / "000002.heads", lambda t: "nonsense"), {"file", "link"}),
        (lambda d: (d / "000001.heads").rename(d / "000004.heads"), {"signature", "link", "missing"}),
    ],
)
def test_a_folder_that_was_changed_is_found(
    office: Office, pair: Pair, folder: Path, harm: Callable[[Path], object], found: set[str]
) -> None:
    for _ in range(3):
        heads.sign(office.engine, folder)
        goes_on(pair[0], pair[2])
    assert not why(office, folder)
    harm(folder)
    assert why(office, folder) == found


def test_the_key_changes_only_where_the_former_vouches_for_it(
    office: Office, pair: Pair, folder: Path
) -> None:
    with writing(office.engine) as connection:
        first = heads.public_key(connection)
    assert heads.sign(office.engine, folder, new_key=True).key == first
    second = heads.sign(office.engine, folder)
    with snapshot(office.engine) as connection:
        assert second.key == heads.public_key(connection) != first
    assert not why(office, folder, first)
    assert why(office, folder, second.key) == {"key"}
    with writing(office.engine) as connection:
        connection.execute(text("DELETE FROM server_state WHERE name = 'audit_key'"))
    heads.sign(office.engine, folder)
    assert why(office, folder, first) == {"key"}


def test_once_a_day_is_enough_and_two_processes_sign_one(office: Office, folder: Path) -> None:
    day = now()
    release = hold(now=lambda: day)
    try:
        keep = keeping.Keeping(office.engine, folder)
        for _ in range(3):
            keep.once()
        assert [file.name for file in heads.files(folder)] == ["000001.heads"]
        (folder / "000001.heads").unlink()  # of a process that died before it had written it
        keep.once()
        assert [file.name for file in heads.files(folder)] == ["000001.heads"]
        day = day.replace(year=day.year + 1)
        keep.once()
        assert [file.name for file in heads.files(folder)] == ["000001.heads", "000002.heads"]
    finally:
        release()
    assert not why(office, folder)


def test_the_serving_centre_keeps_them(office: Office, folder: Path) -> None:
    with keeping.Keeping(office.engine, folder):
        pass
    assert [file.name for file in sorted(folder.iterdir())] == ["000001.heads", "number"]


def test_a_folder_that_cannot_be_written_is_told(office: Office, folder: Path) -> None:
    folder.write_text("a file stands in its place")
    with pytest.raises(KnownError, match="cannot be written"):
        heads.sign(office.engine, folder)


# ---- a database that came back from a backup --------------------------------------------------------------


def _as_it_was(office: Office, since: int, number: str) -> None:
    """Take away what came after a head, as a restore does: rows of the books alone, which is what is asked."""
    with writing(office.engine) as connection:
        connection.execute(delete(SIGNED_HEAD).where(SIGNED_HEAD.c.n > since))
        state.note(connection, "heads_number", number)


def test_a_restored_database_does_not_run_until_that_is_declared(
    office: Office, pair: Pair, folder: Path
) -> None:
    anna, _, client = pair
    heads.beat(office.engine, folder)
    heads.sign(office.engine, folder)
    with snapshot(office.engine) as connection:
        before = [
            dict(row._mapping)
            for row in connection.execute(select(AUDIT).where(AUDIT.c.scope == core(client)))
        ]
    goes_on(anna, client)
    for _ in range(2):
        heads.beat(office.engine, folder)
        heads.sign(office.engine, folder)
    with writing(office.engine) as connection:  # the client's chain as the backup has it
        connection.execute(delete(AUDIT).where(AUDIT.c.scope == core(client), AUDIT.c.n > len(before)))
        back = {"entries": len(before), "chain": before[-1]["hash"]}
        connection.execute(update(SCOPE).where(SCOPE.c.id == core(client)).values(back))
    _as_it_was(office, 1, "1")
    with pytest.raises(KnownError, match="older than what was written outside"):
        keeping.begin(office.engine, folder)
    with pytest.raises(KnownError, match="older"):
        heads.sign(office.engine, folder)
    setup.restored(office.engine, folder)
    keeping.begin(office.engine, folder)
    with snapshot(office.engine) as connection:
        patch = connection.execute(select(AUDIT.c.patch).where(AUDIT.c.action == "restored")).scalar_one()
    assert {name: from_json(patch)[name] for name in ("kept", "anchored")} == {"kept": 1, "anchored": 3}
    anna.sign_in()
    assert heads.sign(office.engine, folder).n == 4
    found = proof(office, folder)
    assert not found.findings
    assert {one.why for one in found.explained} == {"chain, head 2", "chain, head 3"}
    with writing(office.engine) as connection:  # what the backup itself knew is not explained by it
        connection.execute(
            update(AUDIT).where(AUDIT.c.scope == core(client), AUDIT.c.n == 1).values(hash="0" * 64)
        )
        connection.execute(delete(AUDIT).where(AUDIT.c.scope == core(client), AUDIT.c.n == len(before)))
    assert why(office, folder) == {"chain, head 1", "chain, head 4"}


def test_a_backup_of_the_same_day_is_noticed_by_the_number(office: Office, folder: Path) -> None:
    heads.sign(office.engine, folder)
    for _ in range(3):
        heads.beat(office.engine, folder)
    _as_it_was(office, 1, "2")
    with pytest.raises(KnownError, match="older"):
        keeping.begin(office.engine, folder)
    setup.restored(office.engine, folder)
    keeping.begin(office.engine, folder)


def test_a_folder_behind_the_database_is_no_restore(office: Office, folder: Path) -> None:
    """The process died between the two, or another centre's process has a folder of its own."""
    for _ in range(2):
        heads.beat(office.engine, folder)
        heads.sign(office.engine, folder)
    (folder / "000002.heads").unlink()
    (folder / "number").write_text("1\n")
    keeping.begin(office.engine, folder)
    keeping.begin(office.engine, folder / "another")
    keeping.begin(office.engine, None)


def test_another_postgresql_is_a_restore_unless_nothing_is_missing(office: Office, folder: Path) -> None:
    keeping.begin(office.engine, folder)
    with snapshot(office.engine) as connection:
        present, here = state.noted(connection, "volume"), keeping.system(connection)
    assert present == here
    if not is_postgres(office.engine):
        assert here is None
        return
    heads.beat(office.engine, folder)
    for outside in (None, folder / "empty"):
        with writing(office.engine) as connection:
            state.note(connection, "volume", "another")
        with pytest.raises(KnownError, match="another PostgreSQL"):
            keeping.begin(office.engine, outside)
    keeping.begin(office.engine, folder)  # it was moved
    with snapshot(office.engine) as connection:
        assert connection.execute(select(AUDIT.c.n).where(AUDIT.c.action == "moved")).all()
    with writing(office.engine) as connection:
        state.note(connection, "volume", "another")
    setup.restored(office.engine)
    keeping.begin(office.engine, None)


# ---- memory -----------------------------------------------------------------------------------------------


def test_verifying_holds_some_scopes_at_a_time(
    office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times the entries take no more memory; a chain is checked whichever batch it lies in."""
    monkeypatch.setattr(audit, "_SCOPES_AT_ONCE", 7)
    monkeypatch.setattr(audit, "_ROWS_AT_ONCE", 50)
    monkeypatch.setattr(heads, "_AT_ONCE", 10)

    def fill(count: int) -> None:
        with writing(office.engine) as connection:
            names = [f"client:{new_id()}:core" for _ in range(count)]
            states = scopes.lock(connection, names)
            told = {"detail": "x" * 200}
            entries = [
                audit.Entry(name, "opened", saved_at=iso(now()), patch=told)
                for name in names
                for _ in range(10)
            ]
            audit.append(connection, states, entries)
            scopes.save(connection, states.values())

    def peak() -> int:
        tracemalloc.start()
        try:
            assert not office.findings()
            assert not why(office, folder)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    fill(20)
    heads.sign(office.engine, folder)
    peak()
    few = peak()
    fill(200)
    heads.sign(office.engine, folder)
    assert peak() < 2 * few
    with writing(office.engine) as connection:
        connection.execute(update(AUDIT).where(AUDIT.c.n == 5).values(action="read"))
    assert len([one for one in office.findings() if one.why == "hash"]) == 220
