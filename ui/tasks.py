"""Work off the GUI thread: one thread for the store, a few for the network, results back by a signal."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from types import MethodType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from app.errors import KnownError

Failed = Callable[[KnownError], Any]
NETWORK_THREADS = 3


def _crash(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


@dataclass
class _Job:
    """One operation, who waits for it, and what came of it."""

    op: Callable[[], Any]
    done: Callable[[Any], Any] | None
    failed: Failed | None
    owner: QObject | None
    result: Any = None
    error: BaseException | None = None


class Tasks(QObject):
    """Runs operations in the background; `done` and `failed` are called on the GUI thread.

    A KnownError goes to `failed`, or where there is none to `self.failed` (the shell sets it to say the
    error in its line); every other exception is a bug and goes to `self.crashed`. When `done` is a method
    of a widget that has been deleted meanwhile, or `owner` has, the result is dropped.

    A worker thread is given nothing but the number of a job: were it the last to let go of a function that
    holds a widget, the widget would be destroyed on that thread, which Qt does not survive.
    """

    _finished = Signal(int)

    def __init__(
        self, failed: Failed | None = None, crashed: Callable[[BaseException], Any] = _crash
    ) -> None:
        super().__init__()
        self.failed = failed
        self.crashed = crashed
        self._open = True
        self._store = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._network = ThreadPoolExecutor(NETWORK_THREADS, thread_name_prefix="network")
        self._jobs: dict[int, _Job] = {}
        self._numbers = count()
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        op: Callable[[], Any],
        done: Callable[[Any], Any] | None = None,
        failed: Failed | None = None,
        *,
        network: bool = False,
        owner: QObject | None = None,
    ) -> None:
        """Start `op`; its result goes to `done`. Operations on the store run one after another, in order."""
        if not self._open:
            return
        number = next(self._numbers)
        self._jobs[number] = _Job(op, done, failed, owner or owner_of(done))
        (self._network if network else self._store).submit(self._work, number)

    @property
    def busy(self) -> bool:
        """Whether anything has not reported yet."""
        return bool(self._jobs)

    def close(self) -> None:
        """Let what touches the store finish, drop what is still waiting, and report nothing any more."""
        self._open = False
        self._network.shutdown(wait=False, cancel_futures=True)
        self._store.shutdown(wait=True, cancel_futures=True)

    def _work(self, number: int) -> None:
        if self._open:
            _do(self._jobs[number])
            self._finished.emit(number)

    def _deliver(self, number: int) -> None:
        job = self._jobs.pop(number)
        if self._open:
            self._report(job)

    def _report(self, job: _Job) -> None:
        error, job.error = job.error, None  # its trace holds the job, and would keep it in a circle
        if error is not None:
            self._tell(error, job.failed, job.owner)
        elif job.done is not None and alive(job.owner):
            job.done(job.result)

    def _tell(self, error: BaseException, failed: Failed | None, owner: QObject | None) -> None:
        if not isinstance(error, KnownError):
            self.crashed(error)
        elif failed is not None and alive(owner) and alive(owner_of(failed)):
            failed(error)
        elif self.failed is not None:
            self.failed(error)
        else:
            self.crashed(error)


class FakeTasks(Tasks):
    """Runs every operation at once on the calling thread: for tests, so that they need not wait."""

    def run(
        self,
        op: Callable[[], Any],
        done: Callable[[Any], Any] | None = None,
        failed: Failed | None = None,
        *,
        network: bool = False,
        owner: QObject | None = None,
    ) -> None:
        """Run `op` and report at once."""
        job = _Job(op, done, failed, owner or owner_of(done))
        _do(job)
        self._report(job)


def _do(job: _Job) -> None:
    try:
        job.result = job.op()
    except BaseException as error:
        job.error = error


def owner_of(callback: Any) -> QObject | None:
    """Return the Qt object that a bound method, or a partial of one, belongs to."""
    while isinstance(callback, partial):
        callback = callback.func
    receiver = callback.__self__ if isinstance(callback, MethodType) else None
    return receiver if isinstance(receiver, QObject) else None


def alive(owner: QObject | None) -> bool:
    """Tell whether a Qt object still exists; nobody (None) always does."""
    return owner is None or isValid(owner)
