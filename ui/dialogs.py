"""The few questions that stop the program: files and confirmations, with a way for a test to answer them."""

from collections import deque
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.i18n import _

_answers: deque[Any] = deque()
_asked: list[str] = []
_answer_only = False


def answer_next(answer: Any) -> None:
    """Give the answer to the next question instead of a person: a Path, None (cancelled), True or False."""
    _answers.append(answer)


def answer_only(only: bool) -> None:
    """Make a question without a prepared answer an error, as nobody would answer it; forgets old answers."""
    global _answer_only
    _answer_only = only
    _answers.clear()
    _asked.clear()


def asked() -> list[str]:
    """Return the titles of the questions asked since `answer_only`."""
    return list(_asked)


def _prepared(title: str) -> bool:
    if _answer_only:
        _asked.append(title)
        if not _answers:
            raise AssertionError("Nobody answers this question: " + title)
    return bool(_answers)


def save_file(
    parent: QWidget | None, title: str, suggested: str, kinds: str, folder: Path | None = None
) -> Path | None:
    """Ask where to save; `kinds` is e.g. "PDF (*.pdf)", `suggested` a file name. None when cancelled."""
    if _prepared(title):
        return _path(_answers.popleft())
    start = str((folder or Path.home()) / suggested)
    return _path(QFileDialog.getSaveFileName(parent, title, start, kinds)[0])


def open_file(parent: QWidget | None, title: str, kinds: str, folder: Path | None = None) -> Path | None:
    """Ask for an existing file; None when cancelled."""
    if _prepared(title):
        return _path(_answers.popleft())
    return _path(QFileDialog.getOpenFileName(parent, title, str(folder or Path.home()), kinds)[0])


def choose_folder(parent: QWidget | None, title: str, folder: Path | None = None) -> Path | None:
    """Ask for a folder; None when cancelled."""
    if _prepared(title):
        return _path(_answers.popleft())
    return _path(QFileDialog.getExistingDirectory(parent, title, str(folder or Path.home())))


def confirm(parent: QWidget | None, title: str, text: str, action: str, *, danger: bool = False) -> bool:
    """Ask before what cannot be undone; `action` is the verb on the button. Cancel is the default."""
    if _prepared(title):
        return bool(_answers.popleft())
    icon = QMessageBox.Icon.Warning if danger else QMessageBox.Icon.Question
    box = QMessageBox(icon, title, text, QMessageBox.StandardButton.NoButton, parent)
    yes = box.addButton(action, QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    yes.setProperty("look", "danger" if danger else "primary")
    box.exec()
    return box.clickedButton() is yes


def _path(answer: Any) -> Path | None:
    return Path(answer) if answer else None
