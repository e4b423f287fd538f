"""The demonstration as a person starts it: without windows, with them, twice, and where another store is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from app.demo import papers
from app.demo.device import MARK, PASSPHRASE, is_demo
from app.services import SPECS
from storage.store import Store
from tests.stores import new_store
from ui.screens.parts import PARTS

ROOT = Path(__file__).parents[2]
SCREENS = (
    "first-run",
    "unlock",
    "today",
    "clients",
    "client",
    "profile",
    "coaching",
    "plan-editor",
    "plan-signed",
    "signing",
    "visit",
    "preview",
    "settings",
    "search",
    "conflicts",
    "today-dark",
    "client-dark",
    "today-200",
    "client-200",
    *(f"part-{part.key}" for part in PARTS),
)
FEWEST, MOST = 15, 30
"""What is due in two weeks or late, of both coaches' clients together."""


def run(*words: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program, or a few lines around it, in a process of its own without a display."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    environment |= {"PYTHONPATH": str(ROOT), "TYOPARI_LANGUAGE": "fi", "PYTHONUTF8": "1"}
    start = ["-c", code] if code else ["-m", "app"]
    return subprocess.run(
        [sys.executable, *start, *words], capture_output=True, text=True, env=environment, timeout=240
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    profile, out = folder / "profile", folder / "out"
    done = run("demo", "--headless", "--out", str(out), "--profile", str(profile))
    return profile, out, done


def told(out: Path) -> dict[str, Any]:
    """Return the report as data."""
    data: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return data


def test_everything_holds_and_the_path_of_the_report_is_printed(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    _, out, done = shown
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str((out / "report.md").resolve())]
    assert done.stderr == ""
    report = told(out)
    assert report["held"]
    assert not report["failures"]


def test_the_report_has_the_figures_with_numerator_and_denominator(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    report = told(shown[1])
    figures = {name: (one["value"], one["of"]) for name, one in report["figures"].items()}
    assert list(figures) == [f"A{number}" for number in range(1, 33)]
    assert figures["A1"] == (2, None), "the centre says who was employed when"
    assert report["figures"]["A2"]["parts"] == {"coaches": 2}, "both coaches' working time is counted"
    assert report["figures"]["A2"]["share"] == "80.0 %"
    assert figures["A5"] == (25, 42)
    assert figures["A10"] == (33, 42)
    assert figures["A12"] == (27, 42)
    assert figures["A30"] == (20, 21)
    assert all(one["held"] for one in report["figures"].values())
    text = (shown[1] / "report.md").read_text(encoding="utf-8")
    assert "33 of 42 (78.6 %)" in text
    assert "small groups hidden: under 5 of" in text
    assert FEWEST <= sum(report["due"].values()) <= MOST


def test_every_kind_of_record_that_the_demonstration_writes_is_in_its_store(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    """What is missing is made while the program is used: merging, erasing, decisions."""
    missing = set(SPECS) - set(told(shown[1])["records"])
    assert missing == {"client_merge", "erasure", "conflict"}


def test_the_story_was_told_to_its_end(shown: tuple[Path, Path, subprocess.CompletedProcess[str]]) -> None:
    story = told(shown[1])["story"]
    assert len(story) == 10
    assert all(step["held"] and step["checks"] for step in story)


def test_every_screen_is_there_in_both_languages_and_no_two_are_the_same(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    folder = shown[1] / "pictures"
    files = {f"{name}-{language}.png" for name in SCREENS for language in ("fi", "sv")}
    assert {file.name for file in folder.iterdir()} == files
    contents = set()
    for name in files:
        image = QImage(str(folder / name))
        assert (image.width(), image.height()) >= (1000, 600), name
        contents.add((folder / name).read_bytes())
    assert len(contents) == len(files)


def test_the_documents_are_pdf_and_their_names_say_nothing_of_the_client(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    _profile, out, _ = shown
    files = sorted((out / "documents").iterdir())
    names = {
        papers.file_name(kind, language, plain)
        for kind in papers.kinds()
        for language, plain in papers.VARIANTS.get(kind, papers.OTHERS)
    }
    assert {file.name for file in files} == names, "every kind that has a document"
    assert {f"career-plan-{variant}.pdf" for variant in ("en", "fi-plain", "fi", "sv")} <= names
    texts = {file.name: _text(file) for file in files}
    assert all(text for text in texts.values())
    assert all("Katri Suonsaari" in text for name, text in texts.items() if name.startswith("career-plan"))
    assert len(set(texts.values())) == len(files)


def _text(file: Path) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def test_every_file_of_the_report_is_there(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    out = shown[1]
    assert all((out / file).stat().st_size > 500 for file in told(out)["files"])


def test_the_profile_is_a_store_that_its_passphrase_opens(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]],
) -> None:
    profile = shown[0]
    assert is_demo(profile)
    store = Store.open(profile, PASSPHRASE)
    assert store.count("client") == 42
    assert store.unsent().count == 0
    store.close()


@pytest.mark.soak
def test_a_second_run_on_the_profile_builds_nothing_anew(
    shown: tuple[Path, Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    profile, out, _ = shown
    before = told(out)["records"]
    done = run("demo", "--headless", "--out", str(tmp_path / "again"), "--profile", str(profile))
    assert done.returncode == 0, done.stderr
    after = told(tmp_path / "again")["records"]
    assert after["client"] == 42
    assert after["employment"] == before["employment"]
    assert after["support_visit"] == before["support_visit"] + 9, "the visits of the first story are kept"


def test_a_store_that_is_no_demonstration_is_left_as_it_is(tmp_path: Path) -> None:
    profile = tmp_path / "own"
    new_store(profile).close()
    before = {file.name: file.read_bytes() for file in profile.iterdir() if file.is_file()}
    done = run("demo", "--headless", "--out", str(tmp_path / "out"), "--profile", str(profile))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert {file.name: file.read_bytes() for file in profile.iterdir() if file.is_file()} == before


def test_one_that_was_cut_short_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    new_store(profile).close()
    (profile / MARK).write_text('{"whole": false}', encoding="utf-8")
    done = run("demo", "--headless", "--out", str(tmp_path / "out"), "--profile", str(profile))
    assert done.returncode == 1
    assert "--profile" in done.stderr


WITH_WINDOWS = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.__main__ import main
from ui.screens.today import TodayScreen
from ui.shell import Shell

app = QApplication(["tyopari"])
timer = QTimer(interval=50)

def look():
    for window in app.topLevelWidgets():
        if isinstance(window, Shell) and window.isVisible():
            today = window.findChild(TodayScreen)
            if today is not None and today.day.items and window.session.runner.known.last is not None:
                print("items", len(today.day.items))
                timer.stop()
                window.close()

timer.timeout.connect(look)
timer.start()
sys.exit(main(sys.argv[1:]))
"""


def test_with_windows_it_opens_on_today_without_asking_and_meets_its_centre(tmp_path: Path) -> None:
    done = run("demo", "--profile", str(tmp_path / "profile"), code=WITH_WINDOWS)
    assert done.returncode == 0, done.stderr
    assert PASSPHRASE in done.stderr
    assert FEWEST <= int(done.stdout.split()[-1]) <= MOST
