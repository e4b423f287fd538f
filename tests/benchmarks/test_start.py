"""From the start of the process to the painted unlock window."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

from tests.benchmarks.figures import Figure

ROOT = Path(__file__).parents[2]
TIMES = 7


def _start(*words: str) -> float:
    """Start a process and return the seconds until it says that its window was painted."""
    began = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.start", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        took = perf_counter() - began
    assert said == "painted\n"
    return took


def test_start_to_unlock_window(many_visits: Path, figures: list[Figure]) -> None:
    """The program beside an empty Qt window, each in a new process, by turns."""
    _start("empty"), _start("program", str(many_visits))  # the disk's cache is warm after a first start
    bare, program = [], []
    for _ in range(TIMES):
        bare.append(_start("empty"))
        program.append(_start("program", str(many_visits)))
    figures.append(Figure("start to unlock window", program, 0.8, bare))
