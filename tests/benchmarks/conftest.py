"""The measurements' table, and the large stores, each made once in a run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.store import Store
from tests.benchmarks.big_store import MANY_CLIENTS, MANY_VISITS, make_store
from tests.benchmarks.figures import HEAD, Figure
from tests.stores import PASSPHRASE

_FIGURES = pytest.StashKey[list[Figure]]()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[Figure]:
    """The table of this run, to append to."""
    return request.config.stash.setdefault(_FIGURES, [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table at the end of the run, with what else the machine was doing."""
    found = config.stash.get(_FIGURES, [])
    if not found:
        return
    lines = [HEAD, *(figure.line() for figure in found)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    terminalreporter.section("measurements")
    for number, line in enumerate(lines):
        first, *rest = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        terminalreporter.write_line(" | ".join([first, *rest]).rstrip())
        if number == 0:
            terminalreporter.write_line("-+-".join("-" * width for width in widths))
    load = f", load {', '.join(f'{one:.1f}' for one in os.getloadavg())}" if hasattr(os, "getloadavg") else ""
    terminalreporter.write_line(f"{os.cpu_count()} processors{load}")


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which the large stores of this run lie."""
    folder = tmp_path_factory.mktemp("stores")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def many_visits(stores: Path) -> Path:
    """A closed store of 100,000 rows: 2,000 clients, 88,000 visits. Copy it before writing."""
    return make_store(stores / "visits", MANY_VISITS)


@pytest.fixture(scope="session")
def many_clients(stores: Path) -> Path:
    """A closed store of 100,000 rows: 10,000 clients, 40,000 visits. Copy it before writing."""
    return make_store(stores / "clients", MANY_CLIENTS)


@pytest.fixture
def opened(many_visits: Path, tmp_path: Path) -> Iterator[Store]:
    """The store of many visits, open, the test's own."""
    store = Store.open(Path(shutil.copytree(many_visits, tmp_path / "profile")), PASSPHRASE)
    yield store
    store.close()
