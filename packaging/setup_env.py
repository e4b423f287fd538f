"""Prepare what the two commands need: a virtual environment with the locked packages and this project in it.

Standard library only, because it runs before anything is installed. Everything it makes is inside the project
(`.venv`, `.venv-server`). A stamp in each environment says what it holds, so that the next start is immediate
and an installation that was cut short is begun again.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import qt_libraries

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
LOCALE = ROOT / "app" / "locale"


class SetupError(Exception):
    """Something is missing that this program cannot get by itself; the text says what to do."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment and the list of packages that it holds."""

    folder: Path
    lock: Path

    @property
    def python(self) -> Path:
        if os.name == "nt":
            return self.folder / "Scripts" / "python.exe"
        return self.folder / "bin" / "python"

    def stamp(self, name: str) -> Path:
        return self.folder / f"tyopari-{name}.stamp"

    def holds(self, name: str, digest: str) -> bool:
        """Tell whether the step called name was finished for just this digest."""
        try:
            return self.stamp(name).read_text(encoding="ascii") == digest
        except OSError:
            return False


DESKTOP = Environment(ROOT / ".venv", PACKAGING / "requirements.lock")
SERVER = Environment(ROOT / ".venv-server", PACKAGING / "requirements-server.lock")


def ready() -> Path:
    """Make the development and desktop environment complete; return its interpreter.

    Raises SetupError with a sentence for the person at the keyboard.
    """
    with _one_at_a_time():
        install_packages(DESKTOP)
        _install_project(DESKTOP)
        _qt_libraries(DESKTOP)
        _compile_catalogues(DESKTOP)
    return DESKTOP.python


def server_ready() -> Path:
    """Make an environment with the centre alone, from a built wheel; return its interpreter.

    It builds the wheel with what ready() installed.
    """
    with _one_at_a_time():
        install_packages(SERVER)
        wheels = SERVER.folder / "wheel"
        shutil.rmtree(wheels, ignore_errors=True)
        build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
        pip(DESKTOP.python, *build)
        (wheel,) = wheels.glob("tyopari-*.whl")
        pip(SERVER.python, "install", "--no-deps", "--no-index", "--force-reinstall", str(wheel))
    return SERVER.python


def install_packages(env: Environment) -> None:
    """Bring the environment to its lock file, package by package with checked hashes."""
    digest = _digest(env.lock.read_bytes())
    if env.holds("packages", digest) and _runs(env.python):
        return
    # Without a stamp the last installation was cut short, and nobody knows what it left behind.
    env.stamp("packages").unlink(missing_ok=True)
    say(f"Preparing {env.folder.name}: the first time this takes a minute or two ...")
    _make_venv(env)
    pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(env.lock)]
    pip(env.python, "install", *pinned)
    env.stamp("packages").write_text(digest, encoding="ascii")


def _install_project(env: Environment) -> None:
    """Make the project importable and its two commands known, straight from this folder."""
    digest = _digest((ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode())
    if env.holds("project", digest):
        return
    pip(env.python, "install", "--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT))
    env.stamp("project").write_text(digest, encoding="ascii")


def _qt_libraries(env: Environment) -> None:
    """See that the system has the libraries Qt is linked to; install them where that is ours to do."""
    digest = _digest(env.lock.read_bytes(), has_display().__repr__().encode())
    if not sys.platform.startswith("linux") or env.holds("qt", digest):
        return
    missing = qt_libraries.missing(env.folder, screen=has_display())
    if missing:
        packages = qt_libraries.debian_packages(missing)
        apt_install(packages, f"Qt needs system libraries that this machine lacks: {', '.join(missing)}.")
        still = qt_libraries.missing(env.folder, screen=has_display())
        if still:
            raise SetupError("Qt still lacks these system libraries: " + ", ".join(still) + ".")
    env.stamp("qt").write_text(digest, encoding="ascii")


def _compile_catalogues(env: Environment) -> None:
    """Compile the Finnish and Swedish texts when they are newer than what was compiled last."""
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            subprocess.run([env.python, PACKAGING / "messages.py", "compile"], check=True)
            return


def has_display() -> bool:
    """Tell whether a window can be shown here. Windows and macOS always have a screen session."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def apt_install(packages: list[str], reason: str) -> None:
    """Install Debian packages when we are root on a system that has apt; otherwise say the command."""
    command = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if shutil.which("apt-get") is None:
        names = " ".join(packages)
        raise SetupError(f"{reason} Please install them with your system's package tool: {names}")
    if os.geteuid() != 0:
        raise SetupError(f"{reason} Please run this once, then start again:\n    sudo {command}")
    say(f"{reason} Installing them ...")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-q"], command.split()):
        done = subprocess.run(step, env=quiet, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"{reason} Installing them failed ({command}):\n{_tail(done.stdout + done.stderr)}")


def say(text: str) -> None:
    """Tell the person what is going on, on standard error."""
    print(text, file=sys.stderr, flush=True)


def _make_venv(env: Environment) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        # Debian and Ubuntu split the module off Python.
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        apt_install([f"python{version}-venv"], "This Python cannot make virtual environments.")
    done = _run([sys.executable, "-m", "venv", "--clear", str(env.folder)])
    if done.returncode:
        raise SetupError(f"{env.folder} could not be made:\n{_tail(done.stdout)}")


def pip(python: Path, *arguments: str) -> None:
    """Run an environment's pip; its output is shown only when it fails.

    Raises SetupError, with a sentence for the usual causes: no connection, a full disk.
    """
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = _run(command)
    if done.returncode == 0:
        return
    text = done.stdout
    if any(sign in text for sign in _NO_NETWORK):
        raise SetupError(
            "The packages could not be fetched: there is no connection to the Python package index. "
            "Check the network (or pip's proxy and index settings) and start again.\n" + _tail(text)
        )
    if "No space left" in text or "not enough space" in text:
        raise SetupError("The disk is full: the packages need about one gigabyte.")
    raise SetupError(f"Installing failed (pip {' '.join(arguments[:2])}):\n{_tail(text)}")


_NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "Network is unreachable",
    "Temporary failure in name resolution",
    "Connection refused",
)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command with its two outputs joined in stdout."""
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def _runs(python: Path) -> bool:
    """Tell whether the interpreter works and finds its packages; after an upgrade of Python it may not."""
    try:
        return _run([str(python), "-c", "import pip"]).returncode == 0
    except OSError:
        return False


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-15:])


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let two starts at the same moment wait for each other instead of installing over each other."""
    try:
        file = open(ROOT / ".setup.lock", "a+b")  # noqa: SIM115 (closed below)
    except OSError as problem:
        raise SetupError(f"{ROOT} cannot be written to; please copy it to a folder of your own.") from problem
    with file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            while True:
                # Gives up after ten seconds by itself; an installation takes longer.
                with contextlib.suppress(OSError):
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield
