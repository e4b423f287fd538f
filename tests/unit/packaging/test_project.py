"""What the project says of itself is true: dependencies, pinned packages, the two commands."""

import os
import re
import tomllib

import pytest
from setup_env import DESKTOP, ROOT, SERVER

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def normal(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def direct_dependencies() -> set[str]:
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return {normal(requirement) for wanted in lists for requirement in wanted}


def pinned(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE))


def test_every_dependency_is_explained_in_the_readme() -> None:
    table = README.split("## Dependencies", 1)[1]
    explained = {normal(name) for name in re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)}
    assert direct_dependencies() == explained


@pytest.mark.parametrize("lock", [DESKTOP.lock, SERVER.lock], ids=lambda lock: lock.name)
def test_pinned_packages_carry_hashes_and_no_address(lock) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert re.match(r"[a-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_every_dependency_is_pinned() -> None:
    everything = pinned(DESKTOP.lock.read_text(encoding="utf-8"))
    assert direct_dependencies() <= {normal(name) for name in everything}


def test_the_centre_has_the_same_versions_and_neither_qt_nor_sqlcipher() -> None:
    everything = pinned(DESKTOP.lock.read_text(encoding="utf-8"))
    server = pinned(SERVER.lock.read_text(encoding="utf-8"))
    assert server.items() <= everything.items() | {("tzdata", server.get("tzdata", ""))}
    assert not [name for name in server if "pyside" in name or "sqlcipher" in name]


def test_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert "python3 packaging/run.py" in README
    assert "python3 packaging/test.py" in README
    assert "python3 packaging/test.py" in script.read_text(encoding="utf-8")
    assert os.name == "nt" or os.access(script, os.X_OK)
