"""Work off the GUI thread: one thread for the store, a few for the network, results back by a signal."""

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import MethodType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from app.errors import KnownError

Failed = Callable[[KnownError], Any]
NETWORK_THREADS = 3


def _crash(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


class Tasks(QObject):
    """Runs operations in the background; `done` and `failed` are called on the GUI thread.

    A KnownError goes to `failed`, or where there is none to `self.failed` (the shell sets it to say the
    error in its line); every other exception is a bug and goes to `self.crashed`. When `done` is a method
    of a widget that has been deleted meanwhile, or `owner` has, the result is dropped.
    """

    _finished = Signal(object)

    def __init__(
        self, failed: Failed | None = None, crashed: Callable[[BaseException], Any] = _crash
    ) -> None:
        super().__init__()
        self.failed = failed
        self.crashed = crashed
        self._open = True
        self._store = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._network = ThreadPoolExecutor(NETWORK_THREADS, thread_name_prefix="network")
        self._running: set[Future[Any]] = set()
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
        job = (self._network if network else self._store).submit(op)
        self._running.add(job)
        owner = owner or owner_of(done)
        job.add_done_callback(
            lambda made: self._finished.emit(lambda: self._report(made, done, failed, owner))
        )

    @property
    def busy(self) -> bool:
        """Whether anything has not reported yet."""
        return bool(self._running)

    def close(self) -> None:
        """Let what touches the store finish, drop what is still waiting, and report nothing any more."""
        self._open = False
        self._network.shutdown(wait=False, cancel_futures=True)
        self._store.shutdown(wait=True, cancel_futures=True)
        self._running.clear()

    def _deliver(self, report: Callable[[], None]) -> None:
        report()

    def _report(
        self,
        job: "Future[Any]",
        done: Callable[[Any], Any] | None,
        failed: Failed | None,
        owner: QObject | None,
    ) -> None:
        self._running.discard(job)
        if not self._open:
            return
        error = job.exception()
        if error is not None:
            self._tell(error, failed, owner)
        elif done is not None and alive(owner):
            done(job.result())

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
        job: Future[Any] = Future()
        try:
            job.set_result(op())
        except Exception as error:
            job.set_exception(error)
        self._report(job, done, failed, owner or owner_of(done))


def owner_of(callback: Any) -> QObject | None:
    """Return the Qt object that a bound method, or a partial of one, belongs to."""
    while isinstance(callback, partial):
        callback = callback.func
    receiver = callback.__self__ if isinstance(callback, MethodType) else None
    return receiver if isinstance(receiver, QObject) else None


def alive(owner: QObject | None) -> bool:
    """Tell whether a Qt object still exists; nobody (None) always does."""
    return owner is None or isValid(owner)
