"""Icons in the colours of the present appearance. qtawesome is loaded with the first icon, not before."""

from functools import cache
from typing import Any

from PySide6.QtGui import QIcon

from ui.theme import colours


def icon(name: str, tone: str = "text") -> QIcon:
    """Return an icon such as "mdi6.plus" in a colour of `ui.theme.Colours` (text, accent, quiet, danger…)."""
    c = colours()
    made: QIcon = _fonts().icon(name, color=getattr(c, tone), color_disabled=c.line)
    return made


@cache
def _fonts() -> Any:
    """Load the one font that is used: all that qtawesome carries cost 15 MB and a moment after the passphrase."""
    import qtawesome

    return qtawesome.IconicFont(*(font for font in qtawesome._BUNDLED_FONTS if font[0] == "mdi6"))
