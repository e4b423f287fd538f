"""What the tests claim to show: every failure has its tests, and every named point of a crash is died at in one."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.failures import FAILURES
from tests.points import POINTS

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"


def functions_of(file: Path) -> Iterator[ast.FunctionDef]:
    """Return the test functions of a file, as they are written."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def rows_shown(test: ast.FunctionDef) -> list[int]:
    """Return the rows that a test is marked with."""
    return [
        int(ast.literal_eval(row))
        for mark in test.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.failure"
        for row in mark.args
    ]


def test_every_failure_has_its_tests() -> None:
    """From the sources, so that it holds in whatever parts the tests are run."""
    found: dict[int, list[str]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        for test in functions_of(file):
            for row in rows_shown(test):
                found[row].append(f"{file.relative_to(TESTS).as_posix()}::{test.name}")
    for row, names in sorted(found.items()):
        print(row, FAILURES.get(row), *names, sep="\n    ")
    assert sorted(found) == sorted(FAILURES) == list(range(1, 23))


def points_named() -> set[str]:
    """Return the points at which the product may die, from its sources."""
    return {
        name
        for folder in ("app", "storage", "sync", "ui")
        for file in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'\bpoint\("([^"]+)"\)', file.read_text("utf-8"))
    }


def test_every_point_is_died_at() -> None:
    """The table names a test for each point; the test stands where it says, and its file names the point."""
    assert set(POINTS) == points_named()
    for point, place in POINTS.items():
        file, _, name = place.partition("::")
        tests = {test.name: ast.unparse(test) for test in functions_of(TESTS / file)}
        assert name in tests, place
        assert f'"{point}"' in (TESTS / file).read_text("utf-8"), f"{place} does not name {point}"
