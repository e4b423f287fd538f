"""The composition root: `tyopari` with a verb runs a command, without one it opens the desktop program."""

import logging
import os
import sys

from app import settings
from app.errors import KnownError
from app.i18n import N_, Message, set_language


def main(words: list[str] | None = None) -> int:
    """Run the program and return its exit code (0 done, 1 refused, 2 wrong use, 3 locked, 4 damaged, 5 no centre)."""
    from app.commands.common import profile, say
    from app.commands.parser import function, parse

    words = sys.argv[1:] if words is None else words
    _plain_streams()
    set_language(os.environ.get("TYOPARI_LANGUAGE") or settings.Settings().language)
    arguments = parse(words)
    folder = profile(arguments)
    set_language(os.environ.get("TYOPARI_LANGUAGE") or settings.load(folder / "settings.json").language)
    try:
        if arguments.verb is None:
            from ui.app import run

            return run(folder)
        return function(arguments.verb)(arguments)
    except KnownError as error:
        say(str(error))
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        say(str(Message(N_("Stopped. What was saved before is saved."))))
        return 130


def _plain_streams() -> None:
    """Write UTF-8 whatever the terminal's code page; a letter it cannot show must not stop a command."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
