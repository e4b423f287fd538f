"""The schema only grows: programs of different age hold the same rows, so nothing may leave or mean something else."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, inspect

from app import schema
from app.record import shape
from app.services import SPECS
from storage import migrate
from storage.rows import STAMPS
from sync.server.database import alembic_config
from tests.skew.programs import EARLIER, unpacked

CHANGED: Mapping[tuple[str, str], str] = {
    ("device", "0002"): "an index was made wider",
    ("centre", "0002"): "an index was made wider",
    (
        "centre",
        "0003",
    ): "keys hold the scope, and foreign keys are gone, so that the tables can be distributed",
}
"""Steps that changed keys or indexes of what was there, and why; columns and tables stay in each."""

Tables = dict[str, dict[str, Any]]


def _tables(connection: Connection) -> Tables:
    seen = inspect(connection)
    seen.clear_cache()
    return {
        name: {
            "columns": {
                c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(name)
            },
            "key": seen.get_pk_constraint(name)["constrained_columns"],
            "unique": {tuple(u["column_names"]) for u in seen.get_unique_constraints(name)},
            "foreign": {tuple(f["constrained_columns"]) for f in seen.get_foreign_keys(name)},
            "indexes": {i["name"]: (tuple(i["column_names"]), i["unique"]) for i in seen.get_indexes(name)},
        }
        for name in seen.get_table_names()
    }


def _configured(stream: str, connection: Connection) -> Config:
    if stream == "centre":
        return alembic_config(connection)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrate.FOLDER))
    return config


@pytest.fixture(scope="module", params=("device", "centre"))
def steps(request: pytest.FixtureRequest) -> tuple[str, dict[str, Tables]]:
    """Return a stream and what the tables are after each of its steps."""
    engine = create_engine("sqlite://")
    found: dict[str, Tables] = {}
    with engine.begin() as connection:
        for revision in migrate.KNOWN:
            command.upgrade(_configured(request.param, connection), revision)
            found[revision] = _tables(connection)
    engine.dispose()
    return request.param, found


@pytest.mark.failure(16)
def test_each_step_only_adds(steps: tuple[str, dict[str, Tables]]) -> None:
    stream, found = steps
    for before, after in zip(migrate.KNOWN, migrate.KNOWN[1:], strict=False):
        for name, table in found[before].items():
            grown = found[after].get(name)
            assert grown is not None, f"{after} takes {name} away"
            plain = {column: about[:2] for column, about in table["columns"].items()}
            assert plain.items() <= {c: about[:2] for c, about in grown["columns"].items()}.items(), (
                after,
                name,
            )
            added = {c: grown["columns"][c] for c in grown["columns"].keys() - plain.keys()}
            if (stream, after) in CHANGED:
                continue
            for column, (_, nullable, default) in added.items():
                assert nullable or default is not None, (
                    f"{after}: an older program does not fill {name}.{column}"
                )
            for what in ("key", "unique", "foreign"):
                assert grown[what] == table[what], (after, name, what)
            assert table["indexes"].items() <= grown["indexes"].items(), (after, name)


def test_what_grew_is_declared_by_version(steps: tuple[str, dict[str, Tables]]) -> None:
    _, found = steps
    for before, after in zip(migrate.KNOWN, migrate.KNOWN[1:], strict=False):
        grown = schema.GREW[int(after)]
        there = found[after].keys() & SPECS.keys()
        assert grown.kinds == there - found[before].keys()
        fields = {}
        for kind in there & found[before].keys():
            added = (
                found[after][kind]["columns"].keys()
                - found[before][kind]["columns"].keys()
                - {*STAMPS, "seq"}
            )
            if added:
                fields[kind] = added
        assert grown.fields == fields


# ---- the rules ----

_ASKED = """
import json, sys
from app.services import SPECS
from app.record import shape
json.dump({kind: shape(spec.table).model_json_schema() for kind, spec in SPECS.items()}, sys.stdout)
"""


@pytest.mark.failure(16)
@pytest.mark.parametrize("version", EARLIER)
def test_no_rule_became_stricter_than_it_was_for_an_earlier_program(version: int, tmp_path: Path) -> None:
    """What an earlier program lets a person write, the present centre takes."""
    program = unpacked(version, tmp_path)
    asked = [sys.executable, "-c", _ASKED]
    said = subprocess.run(asked, cwd=program, check=True, capture_output=True, encoding="utf-8").stdout
    for kind, was in json.loads(said).items():
        now = shape(SPECS[kind].table).model_json_schema()
        grown = {name for name in now["properties"] if schema.since(kind, name) > version}
        assert now["properties"].keys() - was["properties"].keys() == grown
        assert {*now.get("required", ())} <= {*was.get("required", ())}, kind
        for name, rule in was["properties"].items():
            _holds_still(f"{kind}.{name}", rule, now["properties"][name], (was, now))


_LIMITS = {
    "maxLength": -1,
    "maximum": -1,
    "exclusiveMaximum": -1,
    "maxItems": -1,
    "minLength": 1,
    "minimum": 1,
}


def _holds_still(where: str, was: Any, now: Any, whole: tuple[Any, Any]) -> None:
    """Check that a rule of JSON Schema takes whatever it took before."""
    if isinstance(was, list):
        assert len(was) == len(now), where
        for old, new in zip(was, now, strict=True):
            _holds_still(where, old, new, whole)
        return
    if not isinstance(was, dict):
        assert was == now, where
        return
    was, now = _resolved(was, whole[0]), _resolved(now, whole[1])
    for name in now.keys() - was.keys():
        assert name not in {*_LIMITS, "pattern", "enum", "required"}, f"{where}: {name} is new"
    for name in was.keys() - {"title", "description", "default"}:
        if name in _LIMITS and name in now:
            assert (now[name] - was[name]) * _LIMITS[name] <= 0, f"{where}: {name} is stricter"
        elif name == "properties":
            assert was[name].keys() == now[name].keys(), (
                f"{where}: a part of an entry is a field of its own version"
            )
            for part, rule in was[name].items():
                _holds_still(f"{where}.{part}", rule, now[name][part], whole)
        elif name in ("anyOf", "items", "additionalProperties"):
            _holds_still(where, was[name], now[name], whole)
        elif name not in _LIMITS:
            assert was[name] == now.get(name), f"{where}: {name}"


def _resolved(rule: Any, whole: Any) -> Any:
    while isinstance(rule, dict) and "$ref" in rule:
        rule = whole["$defs"][rule["$ref"].rpartition("/")[2]]
    return rule
