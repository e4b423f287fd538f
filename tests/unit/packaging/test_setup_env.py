"""The set-up heals itself: cut short, damaged or out of date, the next start makes it whole again."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import setup_env
from setup_env import Environment, SetupError, install_packages

METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def tiny_wheel(folder: Path, version: str) -> str:
    """Write a package of one module; return its line in a lock file."""
    wheel = folder / f"tiny-{version}-py3-none-any.whl"
    info = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("tiny.py", f"VERSION = {version!r}\n")
        file.writestr(f"{info}/METADATA", METADATA.format(version=version))
        file.writestr(f"{info}/WHEEL", WHEEL)
        file.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"tiny @ {wheel.as_uri()} --hash=sha256:{digest}\n"


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An environment under a path with spaces and letters beyond ASCII, not made yet."""
    folder = tmp_path / "oma kansio äö"
    folder.mkdir()
    lock = folder / "requirements.lock"
    lock.write_text(tiny_wheel(folder, "1.0"), encoding="utf-8")
    return Environment(folder / ".venv", lock)


def version_in(environment: Environment) -> str:
    command = [environment.python, "-c", "import tiny; print(tiny.VERSION)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def made_at(environment: Environment) -> int:
    return (environment.folder / "pyvenv.cfg").stat().st_mtime_ns


def test_installs_once_and_replaces_an_interpreter_that_no_longer_runs(environment: Environment) -> None:
    install_packages(environment)
    assert version_in(environment) == "1.0"

    before = made_at(environment)
    install_packages(environment)
    assert made_at(environment) == before, "the second start must not install again"

    environment.python.unlink()
    install_packages(environment)
    assert version_in(environment) == "1.0"


def test_an_installation_cut_short_is_begun_again_and_never_with_another_content(
    environment: Environment,
) -> None:
    # What a power cut in the middle leaves behind: a folder, no interpreter, no stamp.
    environment.python.parent.mkdir(parents=True)
    (environment.folder / "pyvenv.cfg").write_text("home = ", encoding="utf-8")
    line = environment.lock.read_text(encoding="utf-8")
    digest = line.rsplit(":", 1)[1].strip()
    environment.lock.write_text(line.replace(digest, "0" * 64), encoding="utf-8")
    with pytest.raises(SetupError, match="Installing failed"):
        install_packages(environment)
    assert not environment.stamp("packages").exists()

    environment.lock.write_text(tiny_wheel(environment.lock.parent, "2.0"), encoding="utf-8")
    install_packages(environment)
    assert version_in(environment) == "2.0"


def test_no_connection_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    # Port 9 of this machine: nobody answers there.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(SetupError, match="no connection to the Python package index"):
        setup_env.pip(Path(sys.executable), "download", "--dest", str(tmp_path), "iniconfig==2.0.0")


def test_a_screen_is_found_by_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not setup_env.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert setup_env.has_display()
