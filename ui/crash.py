"""Our own bugs: a calm page with a number, and a log line of places in the code. Never a value, never a name."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import clock
from app.i18n import _
from ui import theme

LOG = "tyopari.log"
LONGEST = 500_000
OURS = ("tyopari", "app", "storage", "sync", "ui")
"""Whose lines are written: what libraries say may hold addresses or values."""
_log = logging.getLogger("tyopari")
_ROOT = Path(__file__).resolve().parent.parent


def harden() -> None:
    """Keep the memory of this process from core dumps and from other programs, where the system lets us."""
    if os.name != "posix":
        return
    import resource
    from contextlib import suppress

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        pr_set_dumpable = 4
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(pr_set_dumpable, 0, 0, 0, 0)


def log_to(folder: Path) -> logging.Handler:
    """Write the log beside the store: ids and places in the code only. One that has grown long is put aside."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / LOG
    if file.exists() and file.stat().st_size > LONGEST:
        os.replace(file, file.with_suffix(".old.log"))
    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name in OURS:
        logging.getLogger(name).addHandler(handler)
    _log.setLevel(logging.INFO)
    return handler


def end_log(handler: logging.Handler) -> None:
    """Close the log that `log_to` opened."""
    for name in OURS:
        logging.getLogger(name).removeHandler(handler)
    handler.close()


def places(trace: TracebackType | None) -> str:
    """Return the way through the code as file:line function, innermost last; no source, no locals."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        file = Path(code.co_filename)
        try:
            short = file.resolve().relative_to(_ROOT).as_posix()
        except (ValueError, OSError):
            short = file.name
        found.append(f"{short}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " > ".join(found[-25:])


def record(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Write the log line of a bug and return its number. The error's own text stays out: it may hold values."""
    number = clock.new_id().hex[-8:].upper()
    number = f"{number[:4]}-{number[4:]}"
    _log.error("bug %s %s at %s", number, kind.__name__, places(trace))
    return number


class CrashPage(QWidget):
    """Says that something went wrong in the program, that what was saved is safe, and the number to report."""

    def __init__(self, number: str, leave: Callable[[], Any]) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.number = number
        self.setWindowTitle("Työpari")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.spacing(4)] * 4)
        column.setSpacing(theme.spacing(1))
        column.addWidget(theme.heading(_("Something went wrong in Työpari"), 1))
        column.addWidget(
            theme.label(
                _(
                    "This is a fault of the program, not yours. Everything that was saved is safe, and what was"
                    " being written is kept as a draft. You can go on; if it happens again, tell the person who"
                    " looks after the program this number:"
                )
            )
        )
        shown = theme.label(number, "heading")
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        column.addWidget(shown)
        column.addWidget(
            theme.label(_("The log holds this number and places in the program, no data."), "small")
        )
        column.addStretch(1)
        row = QHBoxLayout()
        self.go_on, self.quit = theme.button(_("Go on"), "primary"), theme.button(_("Close the program"))
        self.go_on.clicked.connect(self.close)
        self.quit.clicked.connect(leave)
        row.addWidget(self.go_on)
        row.addWidget(self.quit)
        row.addStretch(1)
        column.addLayout(row)
        self.resize(theme.px(560), theme.px(320))
        self.go_on.setFocus()


class CrashPath(QObject):
    """Catches every error that nobody expected, on any thread, and shows the page, one at a time."""

    _caught = Signal(str)

    def __init__(self, leave: Callable[[], Any]) -> None:
        super().__init__()
        self._leave = leave
        self.page: CrashPage | None = None
        self._caught.connect(self._show)

    def install(self) -> None:
        """Catch from now on."""
        sys.excepthook = self.caught
        threading.excepthook = lambda about: self.caught(about.exc_type, about.exc_value, about.exc_traceback)

    def caught(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log and tell; a wish to stop the program stays one."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        self._caught.emit(record(kind, trace))

    def _show(self, number: str) -> None:
        from shiboken6 import isValid

        if self.page is not None and isValid(self.page):
            return
        self.page = CrashPage(number, self._leave)
        self.page.show()
