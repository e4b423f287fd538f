"""One signal through which every view hears what a write has changed."""

from PySide6.QtCore import QObject, Signal


class Bus(QObject):
    """`changed` carries a storage.store.Changes; it is emitted on the GUI thread, once for each write."""

    changed = Signal(object)
