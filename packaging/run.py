"""Try Työpari: `python3 packaging/run.py` installs what it needs into .venv and opens the demonstration.

Arguments go to `tyopari demo`: `--headless` shows no window, `--out DIR` says where the results go. Without a
screen the headless demonstration is run by itself. Needs Python 3.11 or newer, nothing else.
"""

import os
import subprocess
import sys

if sys.version_info < (3, 11):
    sys.exit("Työpari needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))

import setup_env

DEFAULT_OUT = "demo-output"


def demo_arguments(given: list[str], display: bool) -> list[str]:
    """What to pass on to the demonstration, given the person's arguments and whether there is a screen."""
    arguments = list(given)
    if not display and "--headless" not in arguments:
        setup_env.say("There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set).")
        setup_env.say("Running the demonstration without windows; its results are files.")
        arguments.append("--headless")
    named = any(a == "--out" or a.startswith("--out=") for a in arguments)
    if "--headless" in arguments and not named:
        arguments += ["--out", DEFAULT_OUT]
        setup_env.say(f"Results go to {os.path.abspath(DEFAULT_OUT)}.")
    return arguments


def main() -> int:
    """Prepare, then run the demonstration; its exit code is ours."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        return 0
    try:
        python = setup_env.ready()
    except setup_env.SetupError as problem:
        setup_env.say(str(problem))
        return 1
    # -P: a folder named "app" where the person happens to stand is not ours.
    command = [str(python), "-P", "-m", "app", "demo"]
    return subprocess.call(command + demo_arguments(sys.argv[1:], setup_env.has_display()))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
