"""What was measured, and how: a line of the table for each.

Nothing here fails for being slow: machines differ. Each figure stands beside its goal and beside the same work
done bare (the database or Qt alone), measured in the same run, so that the ratio says what the program adds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

HEAD = ["what", "median", "best", "goal", "met", "bare", "ratio"]


@dataclass(frozen=True)
class Figure:
    """One line of the table. Samples are seconds, or MiB where `unit` says so; `bare` is the bare equivalent."""

    what: str
    samples: Sequence[float]
    goal: float
    bare: Sequence[float] = ()
    unit: str = "s"

    def line(self) -> list[str]:
        """Return the cells: what, median, best, goal, whether it is met, bare, ratio of the medians."""
        middle = median(self.samples)
        bare = median(self.bare) if self.bare else 0.0
        return [
            self.what,
            self._shown(middle),
            self._shown(min(self.samples)),
            self._shown(self.goal),
            "yes" if middle < self.goal else "best only" if min(self.samples) < self.goal else "NO",
            self._shown(bare) if bare else "",
            f"{middle / bare:.1f}" if bare else "",
        ]

    def _shown(self, value: float) -> str:
        if self.unit != "s":
            return f"{value:.0f} {self.unit}"
        return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value * 1000:.0f} ms"


def timed(work: Callable[[], Any], times: int = 5, before: Callable[[], Any] = lambda: None) -> list[float]:
    """Return the seconds that each of several runs took; `before` prepares each and is not counted."""
    samples = []
    for _ in range(times):
        before()
        began = perf_counter()
        work()
        samples.append(perf_counter() - began)
    return samples


def per_run(samples: Sequence[Sequence[float]], share: float) -> list[float]:
    """Return of each run the sample that a share of all are below: 0.95 for the 95th percentile."""
    return [sorted(run)[min(len(run) - 1, int(len(run) * share))] for run in samples]
