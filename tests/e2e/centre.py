"""Runs in a process of its own: the real centre, whose clock the test may put forward.

python -m tests.e2e.centre PORT
"""

import sys
from threading import Thread

from sync.server.__main__ import main as serve
from tests.e2e.orders import Points, orders


def _listen(points: Points) -> None:
    for order in orders():
        points.obey(order)


def main() -> int:
    """Serve until ended."""
    Thread(target=_listen, args=(Points(),), daemon=True).start()
    return serve(["run", "--host", "127.0.0.1", "--port", sys.argv[1]])


if __name__ == "__main__":
    sys.exit(main())
