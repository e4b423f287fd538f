"""The first command a newcomer types, as typed: packaging/run.py on a machine without a screen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from setup_env import PACKAGING


def run_command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    surroundings = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, str(PACKAGING / "run.py"), *arguments],
        cwd=cwd,
        env={**surroundings, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
    )


def test_help_needs_no_installation(tmp_path: Path) -> None:
    done = run_command("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "--headless" in done.stdout
    assert done.stderr == ""


@pytest.mark.soak
def test_the_demonstration_runs_without_a_screen(tmp_path: Path) -> None:
    # A folder named like one of our packages must not get in the way.
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit('the wrong app')\n", encoding="utf-8")
    results = tmp_path / "the results"
    done = run_command("--headless", "--out", str(results), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = [path for path in results.rglob("*") if path.is_file()]
    assert made
    assert all(path.stat().st_size > 0 for path in made)
