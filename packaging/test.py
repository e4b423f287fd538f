"""Check Työpari: `python3 packaging/test.py` installs what it needs into .venv and runs every check.

    --soak          also the long suites (nightly)
    --benchmarks    only the measurements, printed as a table

Needs Python 3.11 or newer, nothing else. Exit code 0 when all is well. pytest's closing line is printed last.
"""

import os
import subprocess
import sys

if sys.version_info < (3, 11):
    sys.exit("Työpari needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))

import argparse
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import setup_env
from setup_env import ROOT

_CLOSING = re.compile(r"^=+ .*\bin \d+(\.\d+)?s.*=+$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Result:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float


def run(*command: str | Path, cwd: Path = ROOT) -> bool:
    """Run a command in the open; tell whether it succeeded."""
    return subprocess.call([str(part) for part in command], cwd=cwd, env=_environment()) == 0


def _environment() -> dict[str, str]:
    """The checks' surroundings: no screen, no profile of the person's own, one encoding everywhere."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}


def style(python: Path) -> bool:
    """Rules of style and banned calls, and the layout of the code."""
    linted = run(python, "-m", "ruff", "check", ".")
    return run(python, "-m", "ruff", "format", "--check", ".") and linted


def types(python: Path) -> bool:
    """Types of the product and of these commands."""
    product = run(python, "-m", "mypy")
    scripts = sorted((ROOT / "packaging").glob("*.py"))
    # From inside their folder: its name is also that of a library.
    config = ("--config-file", ROOT / "pyproject.toml")
    return run(python, "-m", "mypy", *config, *scripts, cwd=ROOT / "packaging") and product


def layers(python: Path) -> bool:
    """Imports only go down."""
    return run(python, "-c", "from importlinter.cli import lint_imports_command as check; check()")


def server_alone(_python: Path) -> bool:
    """The centre, installed from a wheel without Qt and SQLCipher, answers its commands."""
    python = setup_env.server_ready()
    absent = "import importlib.util as u, sys; sys.exit(any(map(u.find_spec, ('PySide6', 'sqlcipher3'))))"
    with tempfile.TemporaryDirectory(prefix="tyopari-server-") as folder:
        place = Path(folder)
        server = (python, "-P", "-m", "sync.server")
        database = {"TYOPARI_DATABASE_URL": f"sqlite:///{(place / 'centre.sqlite').as_posix()}"}
        steps = [(python, "-c", absent), (*server, "--help"), (*server, "init"), (*server, "status")]
        for step in steps:
            command = [str(part) for part in step]
            done = subprocess.run(
                command,
                cwd=place,
                env=_environment() | database,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
            if done.returncode:
                print(f"{' '.join(command[1:])} failed:\n{done.stdout}")
                return False
    return True


class Pytest:
    """The test suite; remembers pytest's closing line."""

    closing = ""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments

    def __call__(self, python: Path) -> bool:
        """Run pytest, showing its output as it comes."""
        command = [str(python), "-m", "pytest", *self.arguments]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                plain = _COLOUR.sub("", line.rstrip())
                if _CLOSING.match(plain):
                    self.closing = plain
        return process.returncode == 0


def check_all(python: Path, suite: Pytest) -> int:
    """Run every check, even after one has failed; print the summary; return the exit code."""
    checks: list[tuple[str, Callable[[Path], bool]]] = [
        ("style", style),
        ("types", types),
        ("layers", layers),
        ("server alone", server_alone),
        ("tests", suite),
    ]
    results = []
    for name, check in checks:
        print(f"\n--- {name}", flush=True)
        began = time.monotonic()
        try:
            passed = check(python)
        except setup_env.SetupError as problem:
            print(problem)
            passed = False
        results.append(Result(name, passed, time.monotonic() - began))
    print()
    for result in results:
        print(f"{'passed' if result.passed else 'FAILED':8}{result.name:16}{result.seconds:7.1f} s")
    failed = [result.name for result in results if not result.passed]
    print("All checks passed." if not failed else f"Failed: {', '.join(failed)}.")
    print(suite.closing or "pytest did not finish.", flush=True)
    return 1 if failed else 0


def main() -> int:
    """Prepare, then check; return the exit code."""
    parser = argparse.ArgumentParser(description="Run every check of Työpari.")
    parser.add_argument("--soak", action="store_true", help="run the long suites too")
    parser.add_argument("--benchmarks", action="store_true", help="run the measurements alone")
    chosen = parser.parse_args()
    # The project's own dashes and letters must not stop a check on an old Windows console.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        python = setup_env.ready()
    except setup_env.SetupError as problem:
        setup_env.say(str(problem))
        return 1
    if chosen.benchmarks:
        return 0 if Pytest("-m", "benchmark", "--benchmark-enable", "-s")(python) else 1
    parallel = ("-n", "2", "--dist", "worksteal")
    if chosen.soak:
        return check_all(python, Pytest(*parallel, "-m", "not benchmark", "--hypothesis-profile", "soak"))
    return check_all(python, Pytest(*parallel))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
