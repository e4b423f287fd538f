"""What keeps Qt's objects and classes to the GUI thread."""

import gc
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.pace import without_collecting
from ui.app import Program
from ui.garbage import PATIENT_LOOKS, YOUNG, Collector
from ui.tasks import Tasks

ROOT = Path(__file__).parents[2]


def test_what_is_loaded_on_a_thread_names_no_class_of_qt() -> None:
    code = """
import sys
from importlib import import_module
import ui.unlock
names = ui.unlock.LIBRARIES
for name in [name for name in sys.modules if name.split(".")[0] in ("PySide6", "ui", "app", "storage", "sync")]:
    del sys.modules[name]
sys.modules["PySide6"] = None
for name in names:
    import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_no_thread_but_one_looks_for_cycles_and_it_finds_them(qtbot: QtBot) -> None:
    collector = Collector()
    collector.start()
    try:
        assert not gc.isenabled()
        made: list[Any] = []
        for _ in range(2 * YOUNG):
            ring: list[Any] = []
            ring.append(ring)
            made.append(ring)
        del made, ring
        assert gc.get_count()[0] > YOUNG
        collector.look()
        assert gc.get_count()[0] < YOUNG
    finally:
        collector.stop()
    assert gc.isenabled()


def test_what_the_libraries_made_is_looked_through_no_more_until_the_store_is_closed(qtbot: QtBot) -> None:
    collector = Collector()
    collector.start()
    try:
        collector.loaded()
        lasting = gc.get_freeze_count()
        assert lasting > YOUNG
        collector.settle()
        collector.unsettle()
        assert gc.get_freeze_count() < lasting
    finally:
        collector.stop()


def test_the_program_says_when_all_libraries_are_there(qtbot: QtBot, tmp_path: Path) -> None:
    program = Program(tmp_path / "profile")
    loaded: list[bool] = []
    try:
        program.start()
        assert program.unlock is not None
        program.unlock.loaded.connect(lambda: loaded.append(True))
        qtbot.waitUntil(lambda: bool(loaded), timeout=60_000)
        assert gc.get_freeze_count() > YOUNG
    finally:
        program.close()


def test_it_waits_while_thousands_of_rows_are_in_the_air_but_not_for_ever(qtbot: QtBot) -> None:
    collector = Collector()
    collector.start()
    try:
        with without_collecting():
            rings: list[Any] = []
            for _ in range(2 * YOUNG):
                ring: list[Any] = []
                ring.append(ring)
                rings.append(ring)
            for _ in range(PATIENT_LOOKS):
                collector.look()
                assert gc.get_count()[0] > YOUNG
            collector.look()
            assert gc.get_count()[0] < YOUNG
    finally:
        collector.stop()


def test_the_last_to_let_go_of_a_job_is_never_its_thread(qtbot: QtBot) -> None:
    tasks = Tasks()
    ended: list[int] = []

    class Holder(QObject):
        def __del__(self) -> None:
            ended.append(threading.get_ident())

    def start(fails: bool) -> None:
        """Run a job that alone holds an object."""
        holder = Holder()

        def op() -> None:
            assert holder is not None
            if fails:
                raise ValueError

        tasks.run(op, lambda _done: holder.objectName(), owner=holder)

    tasks.crashed = lambda _error: None
    for number in range(200):
        start(fails=number % 2 == 0)
    qtbot.waitUntil(lambda: len(ended) == 200)
    assert set(ended) == {threading.get_ident()}
    tasks.close()


def test_what_lasts_is_put_aside_and_what_goes_afterwards_is_found_at_once(qtbot: QtBot) -> None:
    class Page:
        def __init__(self) -> None:
            self.me = self

    collector = Collector()
    collector.start()
    try:
        collector.settle()
        assert gc.get_freeze_count() > 1000
        page = weakref.ref(Page())
        gc.collect(1)  # it is not young any more
        made = [[number] for number in range(2 * YOUNG)]
        assert page() is None or gc.get_count()[0] > YOUNG
        collector.look()
        assert page() is None
        del made
    finally:
        collector.stop()
    assert gc.get_freeze_count() == 0
