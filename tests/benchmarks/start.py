"""Runs in a process of its own: starts the program, or an empty window, and tells when it has been painted.

python -m tests.benchmarks.start program FOLDER
python -m tests.benchmarks.start empty
"""

import os
import sys
from functools import partial


def main() -> None:
    """Show the window, write a line once it was painted, and end when standard input ends."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QWidget

    class Watch(QObject):
        """Sees the first painting of a window."""

        painted = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.painted and isinstance(watched, QWidget):
                self.painted = True
                app.removeEventFilter(self)
                QTimer.singleShot(0, partial(_tell, "painted"))
            return False

    app = QApplication(sys.argv[:1])
    watch = Watch()
    app.installEventFilter(watch)
    if sys.argv[1] == "empty":
        window = QWidget()
        window.resize(880, 640)
        window.show()
        app.exec()
    else:
        from app.__main__ import main as program

        program(["--profile", sys.argv[2]])


def _tell(word: str) -> None:
    print(word, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
