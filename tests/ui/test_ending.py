"""The end of the process: whatever is under way or on the clipboard, it ends cleanly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage.store import Store
from tests.ui.conftest import PASSPHRASE

COPIED = """
from PySide6.QtWidgets import QApplication
app = QApplication([])
from ui.screens.register_copy import to_clipboard
to_clipboard("Tukikäynti")
to_clipboard("Tukikäynti, toinen")
assert app.clipboard().text() == "Tukikäynti, toinen"
"""
SYNCING = """
import sys
from pathlib import Path
from threading import Event
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from tests.ui.opened import Office
from ui import app as program

way, asked, begun = sys.argv[2], Event(), Event()

class Slow(Office):
    def sync(self):
        begun.set()
        asked.wait(2)
        return super().sync()

def leave():
    windows = [one for one in QApplication.topLevelWidgets() if type(one).__name__ == "Shell" and one.isVisible()]
    if begun.is_set() and windows:
        again.stop()
        windows[0].close() if way == "window" else QApplication.quit()

app = QApplication([])
program.PATIENCE_MS = 100
again = QTimer(interval=20)
again.timeout.connect(leave)
again.start()
code = program.run(Path(sys.argv[1]), connect=lambda store: Slow(address="https://centre.example").way(),
                   passphrase=sys.argv[3])
assert begun.is_set()
sys.exit(code)
"""


def ended(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    here = Path(__file__).parents[2]
    environment = {
        **os.environ,
        "PYTHONPATH": str(here),
        "PYTHONIOENCODING": "utf-8",
        "TYOPARI_LANGUAGE": "en",
    }
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_copied_note_does_not_outlive_the_interpreter() -> None:
    done = ended(COPIED)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("way", ["window", "system"])
def test_the_program_ends_cleanly_while_a_sync_is_under_way(
    empty_profile: Path, tmp_path: Path, way: str
) -> None:
    folder = tmp_path / "profile"
    shutil.copytree(empty_profile, folder)
    done = ended(SYNCING, str(folder), way, PASSPHRASE)
    told = [line for line in done.stderr.splitlines() if not line.startswith("This plugin does not support")]
    assert (done.returncode, told) == (0, [])
    Store.open(folder, PASSPHRASE).close()
