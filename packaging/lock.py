"""Renew the two lists of pinned packages from pyproject.toml. Needs the command `uv`.

`python3 packaging/lock.py` keeps the versions that still fit; with `--upgrade` it takes the newest. The lists
hold versions and hashes for all platforms, and no address.
"""

import os
import subprocess
import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
PYPROJECT = PACKAGING.parent / "pyproject.toml"
EVERYTHING = PACKAGING / "requirements.lock"
SERVER = PACKAGING / "requirements-server.lock"

COMPILE = [
    *("uv", "pip", "compile", "--no-config"),
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-annotate", "--no-header", "--quiet"),
]


def main() -> int:
    """Write both lists; the centre's one takes its versions from the full one."""
    everything = [*COMPILE, *sys.argv[1:], "--all-extras", "-o", str(EVERYTHING), str(PYPROJECT)]
    server = [*COMPILE, "--extra", "server", "-c", str(EVERYTHING), "-o", str(SERVER), str(PYPROJECT)]
    # The tool's own index, whatever this machine is set to: the hashes are those that everybody finds.
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    for command in (everything, server):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=plain)
    for file in (EVERYTHING, SERVER):
        text = file.read_text(encoding="utf-8")
        if any(mark in text for mark in ("://", "--find", "-url")):
            sys.exit(f"{file.name} holds an address; it must name packages, versions and hashes alone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
