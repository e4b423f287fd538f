"""Icons in the colours of the present appearance. qtawesome is loaded with the first icon, not before."""

from PySide6.QtGui import QIcon

from ui.theme import colours


def icon(name: str, tone: str = "text") -> QIcon:
    """Return an icon such as "mdi6.plus" in a colour of `ui.theme.Colours` (text, accent, quiet, danger…)."""
    import qtawesome

    c = colours()
    made: QIcon = qtawesome.icon(name, color=getattr(c, tone), color_disabled=c.line)
    return made
