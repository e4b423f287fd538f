"""A coach's way through the program in a process of its own: unlocking, lists, filters, saving, memory."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figure
from tests.benchmarks.test_start import ROOT, start
from tests.stores import PASSPHRASE

TURNS = 3
# What, the bare equivalent's name in the journey, goal in seconds.
STEPS = (
    ("unlock to Today", "bare unlock to Today", 1.0),
    ("client list", "bare client list", 0.5),
    ("client list again", "bare client list", 0.3),
    ("filter keystroke", "", 0.050),
    ("client page", "", 0.3),
    ("save to client page", "bare save", 0.1),
    ("save to Today", "bare save", 0.1),
)
MEMORY = ("memory with Today", "memory with clients", "memory at the end")


def _journey(folder: Path) -> dict[str, list[float]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.journey", str(folder), PASSPHRASE],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("shape", ["many_visits", "many_clients"])
def test_journey(request: pytest.FixtureRequest, shape: str, tmp_path: Path, figures: list[Figure]) -> None:
    """Each step, several times over a fresh copy of the store; bare is the database alone, or an empty window."""
    made: Path = request.getfixturevalue(shape)
    title = {"many_visits": "2,000 clients", "many_clients": "10,000 clients"}[shape]
    turns = []
    empty = [start(tmp_path / "compiled", "empty")[1] for _ in range(TURNS)]
    for turn in range(TURNS):
        folder = tmp_path / str(turn)
        shutil.copytree(made, folder)
        turns.append(_journey(folder))
        shutil.rmtree(folder)
    for step, bare, goal in STEPS:
        samples = [sample for turn in turns for sample in turn[step]]
        figures.append(
            Figure(f"{step}, {title}", samples, goal, [s for turn in turns for s in turn.get(bare, ())])
        )
    for name in MEMORY:
        figures.append(
            Figure(
                f"{name}, {title}",
                [turn[name][0] for turn in turns],
                250.0,
                empty,
                unit="MiB",
            )
        )
