"""A bug of ours: a calm page with a number, a log of places in the code, and no value of anybody."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui import crash
from ui.crash import CrashPath


def fail(client: str) -> None:
    name = client
    raise ValueError(f"no such client: {name}")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    handler = crash.log_to(tmp_path)
    yield tmp_path / crash.LOG
    crash.end_log(handler)


def caught(path: CrashPath) -> None:
    try:
        fail("Aino Korppila")
    except ValueError as error:
        path.caught(type(error), error, error.__traceback__)


def test_the_page_says_a_number_that_the_log_holds_and_no_value(qtbot: QtBot, log: Path) -> None:
    left: list[bool] = []
    path = CrashPath(lambda: left.append(True))
    caught(path)
    assert path.page is not None
    qtbot.addWidget(path.page)
    line = log.read_text("utf-8")
    assert path.page.number in line
    assert "ValueError" in line
    assert "test_crash.py" in line
    assert "fail" in line
    assert "Aino" not in line
    assert "no such client" not in line
    qtbot.keyClick(path.page.go_on, Qt.Key.Key_Space)
    assert left == []


def test_one_page_at_a_time_and_closing_the_program_from_it(qtbot: QtBot, log: Path) -> None:
    left: list[bool] = []
    path = CrashPath(lambda: left.append(True))
    caught(path)
    first = path.page
    caught(path)
    assert path.page is first
    assert first is not None
    assert len(log.read_text("utf-8").splitlines()) == 2
    qtbot.keyClick(first.quit, Qt.Key.Key_Space)
    assert left == [True]
    first.close()


def test_a_log_that_has_grown_long_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / crash.LOG).write_bytes(b"x" * (crash.LONGEST + 1))
    handler = crash.log_to(tmp_path)
    crash.end_log(handler)
    assert not (tmp_path / crash.LOG).exists()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_the_process_leaves_no_core_dump(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import resource, ctypes; from ui.crash import harden; harden();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["(0,", "0)", "0"]
