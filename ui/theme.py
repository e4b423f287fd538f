"""How everything looks: colours for light and dark, one type scale that follows the text size, one unit.

A screen needs no style of its own: it marks a widget with `look(widget, "card")` or makes it with `label`,
`heading`, `button` and `card` below. The looks:

labels    title, heading, subheading, strong, field, quiet, small, problem,
          chip, chip-warn, chip-good, chip-danger
buttons   primary, quiet, danger, link, tool (others are plain)
frames    card, sunken, notice, warning, bar, line
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from ui.style import sheet

if TYPE_CHECKING:
    from app.settings import Settings

FAMILY = "Fira Sans"
UNIT = 8
BASE = 15
W = TypeVar("W", bound=QWidget)
P = TypeVar("P", bound=QPushButton)


@dataclass(frozen=True)
class Colours:
    """The named colours of one appearance; each text colour has a contrast of 4.5:1 on what it stands on."""

    dark: bool
    window: str
    surface: str
    sunken: str
    text: str
    quiet: str
    line: str
    control: str
    accent: str
    on_accent: str
    accent_soft: str
    danger: str
    danger_soft: str
    warn: str
    warn_soft: str
    good: str
    good_soft: str


LIGHT = Colours(
    dark=False,
    window="#f5f8f8",
    surface="#ffffff",
    sunken="#eaf0f0",
    text="#14262a",
    quiet="#4a5d61",
    line="#d3dcdd",
    control="#75878a",
    accent="#0b6e75",
    on_accent="#ffffff",
    accent_soft="#dcedee",
    danger="#a3262c",
    danger_soft="#fbe9e9",
    warn="#734a00",
    warn_soft="#fdf1d8",
    good="#1d6633",
    good_soft="#e2f2e5",
)
DARK = Colours(
    dark=True,
    window="#111a1b",
    surface="#192425",
    sunken="#0d1415",
    text="#e6eeee",
    quiet="#a7b8ba",
    line="#304042",
    control="#788d90",
    accent="#5ec4c9",
    on_accent="#08282a",
    accent_soft="#1c3a3d",
    danger="#ff9d97",
    danger_soft="#3c2224",
    warn="#f0c46c",
    warn_soft="#382e17",
    good="#86d69c",
    good_soft="#1a3222",
)


@dataclass(frozen=True)
class Theme:
    """The appearance in force: colours, and sizes in pixels."""

    colours: Colours = LIGHT
    percent: int = 100

    def px(self, size: float) -> int:
        """Return a length of the type scale in pixels at the present text size."""
        return round(size * self.percent / 100)


_now = Theme()
_loaded = False


def colours() -> Colours:
    """Return the colours in force, for what is painted by hand."""
    return _now.colours


def spacing(n: float = 1) -> int:
    """Return n spacing units in pixels."""
    return round(UNIT * n)


def px(size: float) -> int:
    """Return a length that grows with the text size, in pixels (15 is the size of plain text)."""
    return _now.px(size)


def apply(app: QApplication, settings: "Settings") -> None:
    """Give the whole program its look by the options `theme` and `text_size`; call again when they change."""
    global _now
    _load_fonts()
    chosen = settings["theme"]
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(chosen, Qt.ColorScheme.Unknown)
    app.styleHints().setColorScheme(scheme)
    dark = chosen == "dark" or (chosen == "system" and _system_is_dark(app))
    _now = replace(_now, colours=DARK if dark else LIGHT, percent=settings["text_size"])
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    font = QFont(FAMILY)
    font.setPixelSize(px(BASE))
    app.setFont(font)
    app.setPalette(_palette(_now.colours))
    style = sheet(_now, Path(__file__).with_name("images"))
    if style != app.styleSheet():  # styling every widget again takes a while
        app.setStyleSheet(style)
    # Nothing moves by itself, which also honours the system's wish for reduced motion.
    for effect in (Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_AnimateTooltip):
        app.setEffectEnabled(effect, False)


def follow_system(app: QApplication, settings: "Settings", owner: QObject) -> None:
    """Apply the look again whenever the system goes light or dark, for as long as `owner` lives."""

    def changed() -> None:
        if settings["theme"] == "system" and _system_is_dark(app) != _now.colours.dark:
            apply(app, settings)

    follower = _Follower(owner)
    follower.act = changed
    app.styleHints().colorSchemeChanged.connect(follower.tell)


class _Follower(QObject):
    """A receiver that dies with its owner, and its connection with it."""

    act: Callable[[], None]

    def tell(self) -> None:
        """Pass the change on."""
        self.act()


def _system_is_dark(app: QGuiApplication) -> bool:
    return app.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _load_fonts() -> None:
    global _loaded
    if _loaded:
        return
    import fontpkg_fira_sans

    folder = Path(fontpkg_fira_sans.__file__).with_name("files")
    for face in ("Regular", "Italic", "Medium", "SemiBold"):
        QFontDatabase.addApplicationFont(str(folder / f"FiraSans-{face}.ttf"))
    _loaded = True


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, value in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.surface),
        (role.AlternateBase, c.sunken),
        (role.Text, c.text),
        (role.Button, c.surface),
        (role.ButtonText, c.text),
        (role.BrightText, c.danger),
        (role.ToolTipBase, c.text),
        (role.ToolTipText, c.surface),
        (role.PlaceholderText, c.quiet),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Link, c.accent),
        (role.LinkVisited, c.accent),
        (role.Accent, c.accent),
        (role.Mid, c.line),
        (role.Dark, c.control),
    ):
        palette.setColor(name, QColor(value))
    for name in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(c.control))
    return palette


def look(widget: W, name: str) -> W:
    """Mark how a widget looks (see the module's list), now and after later changes of its mark."""
    if widget.property("look") != name:
        widget.setProperty("look", name)
        # A widget that was never shown gets its style when it is; doing it twice would double the work.
        if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
    return widget


def label(text: str = "", name: str = "", *, wraps: bool = True, parent: QWidget | None = None) -> QLabel:
    """Make a text that is never taken for markup, with a look."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    return look(made, name) if name else made


def heading(text: str, level: int = 2) -> QLabel:
    """Make a heading: 1 for the page, 2 for its parts, 3 for the parts of those."""
    return label(text, {1: "title", 2: "heading"}.get(level, "subheading"))


def by_enter(made: P) -> P:
    """Let Enter press a button as the space bar does. Qt does so only where a button stands in a dialog."""
    made.setAutoDefault(True)
    return made


class ToolButton(QToolButton):
    """A small button, of a menu for instance, that the keyboard reaches and Enter presses as the space bar does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, name: str = "", *, tip: str = "") -> QPushButton:
    """Make a button that the space bar and Enter press; a shortcut belongs into `tip`."""
    made = by_enter(QPushButton(text))
    if tip:
        made.setToolTip(tip)
    return look(made, name) if name else made


def card(name: str = "card") -> tuple[QFrame, QVBoxLayout]:
    """Make a framed part of a page and the column in it."""
    frame = look(QFrame(), name)
    column = QVBoxLayout(frame)
    column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
    column.setSpacing(spacing(1))
    return frame, column
