"""The centre's log: one JSON object a line on standard error, with ids and kinds, never with a value of anybody's.

What libraries log goes the same way: an exception's text may hold what somebody wrote (a database quotes the row that
it refuses), so that only its type and the place where it was raised are told.
"""

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

_ROOT = Path(__file__).resolve().parents[2]
_OURS = tuple(str(_ROOT / name) for name in ("app", "sync"))
_SPOKEN = ("uvicorn",)  # whose words are known to be about the server itself
_LONGEST = 120


def configure() -> None:
    """Send every line of this process to standard error as JSON, those of libraries too."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    root = logging.getLogger()
    root.handlers[:] = [_ToTheLog()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    threading.excepthook = lambda told: _unforeseen(told.exc_type, told.exc_value, told.exc_traceback)
    sys.excepthook = _unforeseen


class _ToTheLog(logging.Handler):
    """Tells what a library logs: who, how grave, where, and the type of an exception."""

    def emit(self, record: logging.LogRecord) -> None:
        told: dict[str, Any] = {"by": record.name, "line": f"{record.module}:{record.lineno}"}
        if record.name.partition(".")[0] in _SPOKEN and isinstance(record.msg, str):
            # The words as they stand in its source, before any value is put into them.
            told["words"] = record.msg.partition("\n")[0][:_LONGEST]
        if record.exc_info and record.exc_info[1] is not None:
            told |= of_exception(record.exc_info[1])
        structlog.get_logger("tyopari.centre").log(record.levelno, "library", **told)


def of_exception(error: BaseException) -> dict[str, str]:
    """Return what may be told of an exception: its type, that of its cause, and where in our code it came up."""
    told = {"kind": type(error).__name__, "place": _place(error)}
    cause = getattr(error, "orig", None) or error.__cause__
    if cause is not None:
        told["cause"] = type(cause).__name__
    return told


def _place(error: BaseException) -> str:
    """Return the innermost line of our own, or else of whatever raised it."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(_OURS) or not found.startswith(("app/", "sync/")):
            found = f"{_short(file)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _short(file: str) -> str:
    return Path(file).relative_to(_ROOT).as_posix() if file.startswith(_OURS) else Path(file).name


def _unforeseen(
    _type: type[BaseException], error: BaseException | None, _trace: TracebackType | None
) -> None:
    if error is not None:
        structlog.get_logger("tyopari.centre").error("unforeseen", **of_exception(error))
