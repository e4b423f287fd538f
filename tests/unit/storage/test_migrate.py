"""Migrations: the tables are what the steps make, a newer store is told apart, and an old one is backed up first."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.errors import StoreTooNew
from storage import db, keys, migrate
from storage.migrations import HEAD
from storage.store import Store
from storage.tables import VIRTUAL, metadata
from tests.stores import PASSPHRASE, make, new_store, store

__all__ = ["store"]


def test_the_steps_make_exactly_the_declared_tables(store: Store) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return not (kind == "table" and (name or "").startswith(VIRTUAL))

    with db.write(store.engine) as connection:
        options = {"include_object": ours, "compare_type": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert found == []


def test_the_known_revisions_are_the_steps_there_are() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == migrate.KNOWN
    assert migrate.KNOWN[-1] == HEAD


def test_a_store_of_a_newer_program_says_so_and_stays_as_it_is(tmp_path: Path) -> None:
    made = new_store(tmp_path / "p")
    with made.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    made.close()
    before = (tmp_path / "p" / db.FILE).read_bytes()
    with pytest.raises(StoreTooNew):
        Store.open(tmp_path / "p", PASSPHRASE)
    key = keys.unlock(tmp_path / "p", PASSPHRASE)
    engine = db.open_engine(tmp_path / "p" / db.FILE, key)
    assert migrate.revision(engine) == "9999"
    engine.dispose()
    assert (tmp_path / "p" / db.FILE).read_bytes() == before


EARLIER = sorted((Path(__file__).parents[2] / "data").glob("store-*"))


@pytest.mark.parametrize("earlier", EARLIER, ids=lambda path: path.name)
def test_a_store_of_each_earlier_schema_opens_whole(earlier: Path, tmp_path: Path) -> None:
    import json
    import shutil

    expected = json.loads((earlier / "expected.json").read_text(encoding="utf-8"))
    folder = tmp_path / "profile"
    shutil.copytree(earlier / "profile", folder)
    opened = Store.open(folder, expected["passphrase"])
    try:
        assert {kind: n for kind, n in opened.counts().items() if n} == expected["counts"]
        for kind, rows in expected["rows"].items():
            for row in rows:
                now = opened.row(kind, row["id"])
                assert now is not None
                assert {name: now[name] for name in row} == row
        assert [str(hit.id) for hit in opened.search(expected["search"]["words"])] == expected["search"][
            "ids"
        ]
    finally:
        opened.close()


@pytest.mark.parametrize(
    "earlier", [one for one in EARLIER if one.name < "store-0003"], ids=lambda path: path.name
)
def test_in_an_earlier_store_the_phases_are_as_usual_and_can_be_settled(
    earlier: Path, tmp_path: Path
) -> None:
    import json
    import shutil

    from app.coaching_phases import USUAL, ours

    passphrase = json.loads((earlier / "expected.json").read_text(encoding="utf-8"))["passphrase"]
    shutil.copytree(earlier / "profile", tmp_path / "profile")
    opened = Store.open(tmp_path / "profile", passphrase)
    try:
        (change,) = opened.rows("phase_change")
        assert ours(opened) == USUAL
        opened.save(make("coaching_phase", phase=change["phase"], name_en="Looking for work", in_use=False))
        assert ours(opened).name(change["phase"]) == "Looking for work"
        assert opened.rows("phase_change") == [change]
    finally:
        opened.close()


def test_there_is_a_store_of_every_schema() -> None:
    assert [path.name.removeprefix("store-") for path in EARLIER] == list(migrate.KNOWN)
