"""Which system libraries a Linux machine lacks for Qt, and how Debian calls their packages."""

import re
import shutil
import subprocess
from pathlib import Path

# Library name, as the loader asks for it -> Debian and Ubuntu package. Found by ldd on PySide6's own files.
_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgbm.so.1": "libgbm1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}

# What every start loads, and what a start with a screen loads besides.
_ALWAYS = ("QtWidgets.abi3.so", "QtSvg.abi3.so", "Qt/plugins/platforms/libqoffscreen.so")
_SCREEN = ("Qt/plugins/platforms/libqxcb.so",)


def missing(environment: Path, screen: bool) -> list[str]:
    """Names of the libraries that the loader does not find for the Qt in this environment, sorted.

    Empty where there is no `ldd` to ask: then Qt itself says what it lacks.
    """
    ldd = shutil.which("ldd")
    if ldd is None:
        return []
    names: set[str] = set()
    for qt in environment.glob("lib*/python*/site-packages/PySide6"):
        for file in (*_ALWAYS, *(_SCREEN if screen else ())):
            done = subprocess.run([ldd, qt / file], capture_output=True, text=True, errors="replace")
            names.update(re.findall(r"^\s*(\S+) => not found", done.stdout, re.MULTILINE))
    return sorted(names)


def debian_packages(libraries: list[str]) -> list[str]:
    """The Debian packages of these libraries; an unknown one stays as it is, to be looked up."""
    return sorted({_PACKAGES.get(name, name) for name in libraries})
