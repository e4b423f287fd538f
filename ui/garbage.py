"""Reference cycles are looked for on the GUI thread alone.

Python looks for them in whatever thread happens to make an object. Were that a worker's, and were a deleted page in
such a cycle, Qt's part of it would be destroyed on that thread, which Qt does not survive.
"""

import gc

from PySide6.QtCore import QObject, QTimer

from app.pace import put_off

EVERY_MS = 1_000
YOUNG = 10_000
"""How many new objects make a look worth while. Reading a large caseload makes half a million and no cycle; by the
defaults of Python looking for some would take a quarter of the time from the passphrase to Today."""
PATIENT_LOOKS = 30
"""How many looks may be left out in a row while thousands of rows are in the air: each would hold up the window for
a tenth of a second. A first sync over a slow line takes minutes, and somebody opens and leaves pages meanwhile."""
SETTLED_AFTER_MS = 4_000
"""When what an opened store needed for its first windows is taken for lasting."""


class Collector(QObject):
    """Takes over from Python between `start` and `stop`: looks once a second at most.

    Once the caseload is read, what there is then is put aside (`settle`) and not looked through again until the
    store is closed (`unsettle`): a look at everything else costs a blink, so that a page that was left goes at once.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._settling = QTimer(self, singleShot=True, interval=SETTLED_AFTER_MS)
        self._settling.timeout.connect(self.settle)
        self._settled = False
        self._left_out = 0

    def start(self) -> None:
        """Let no thread but this one look for cycles from now on."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give the search back to Python."""
        self._timer.stop()
        self.unsettle()
        gc.enable()

    def loaded(self) -> None:
        """Take what all libraries have made for lasting, unseen: a look at it would hold up the opened window."""
        gc.freeze()

    def opened(self) -> None:
        """Call when a store has been opened: settle as soon as its first windows are there."""
        self._settling.start()

    def settle(self) -> None:
        """Take what there is now for lasting."""
        gc.collect()
        gc.freeze()
        self._settled = True

    def unsettle(self) -> None:
        """Look through everything again, and let go of what is no longer needed."""
        self._settling.stop()
        self._settled = False
        gc.unfreeze()
        gc.collect()

    def look(self) -> None:
        """Look if many objects are new: among all that came since it was settled, before that among the young."""
        if put_off() and self._left_out < PATIENT_LOOKS:
            self._left_out += 1
            return
        self._left_out = 0
        if gc.get_count()[0] > YOUNG:
            gc.collect(2 if self._settled else 1)
