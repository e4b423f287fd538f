"""Reference cycles are looked for on the GUI thread alone.

Python looks for them in whatever thread happens to make an object. Were that a worker's, and were a deleted page in
such a cycle, Qt's part of it would be destroyed on that thread, which Qt does not survive.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1_000
YOUNG = 10_000
"""How many new objects make a look worth while. Reading a large caseload makes half a million and no cycle; by the
defaults of Python looking for some would take a quarter of the time from the passphrase to Today."""
LOOKS_BEFORE_ALL = 20


class Collector(QObject):
    """Takes over from Python between `start` and `stop`: looks once a second at most."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Let no thread but this one look for cycles from now on."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give the search back to Python."""
        self._timer.stop()
        gc.enable()

    def look(self) -> None:
        """Look among the young objects if there are many, and now and then among all."""
        young, _middle, old = gc.get_count()
        if young > YOUNG:
            gc.collect(2 if old >= LOOKS_BEFORE_ALL else 1)
