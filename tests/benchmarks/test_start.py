"""From the start of the process to the painted unlock window."""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import psutil

from tests.benchmarks.figures import Figure

ROOT = Path(__file__).parents[2]
TIMES = 7


def start(compiled: Path, *words: str) -> tuple[float, float]:
    """Start a process; return the seconds until it says that its window was painted, and its MiB then."""
    around = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    around |= {"PYTHONPYCACHEPREFIX": str(compiled)}  # compiled beforehand, as an installed program is
    command = [sys.executable, "-m", "tests.benchmarks.start", *words]
    began = perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=around, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        took = perf_counter() - began
        memory = psutil.Process(process.pid).memory_info().rss / 2**20
        assert process.stdin is not None
        process.stdin.close()
    assert said == "painted\n"
    return took, memory


def test_start_to_unlock_window(many_visits: Path, figures: list[Figure], tmp_path: Path) -> None:
    """The program beside an empty Qt window, each in a new process, by turns."""
    for words in (("empty",), ("program", str(many_visits))):
        start(tmp_path, *words)  # compiles, and warms the disk's cache
    bare, program = [], []
    for _ in range(TIMES):
        bare.append(start(tmp_path, "empty")[0])
        program.append(start(tmp_path, "program", str(many_visits))[0])
    figures.append(Figure("start to unlock window", program, 0.8, bare))
