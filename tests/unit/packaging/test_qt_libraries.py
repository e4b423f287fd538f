"""Names of missing system libraries become names of packages."""

import sys
from pathlib import Path

import pytest
import qt_libraries
import setup_env


def test_packages_are_named_once_each() -> None:
    libraries = ["libGL.so.1", "libGLX.so.0", "libxcb-cursor.so.0", "libunheard.so.1"]
    assert qt_libraries.debian_packages(libraries) == ["libgl1", "libunheard.so.1", "libxcb-cursor0"]


def test_the_qt_under_test_lacks_nothing() -> None:
    assert qt_libraries.missing(Path(sys.prefix), screen=False) == []


def test_without_the_right_to_install_it_says_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    with pytest.raises(setup_env.SetupError, match="sudo apt-get install -y --no-install-recommends libegl1"):
        setup_env.apt_install(["libegl1"], "Qt needs a library.")
