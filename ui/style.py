"""The one style sheet, written from the theme's colours and sizes."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.theme import Colours, Theme


def sheet(theme: "Theme", images: Path) -> str:
    """Return the style sheet of the program for an appearance; `images` holds the few drawn marks."""
    c = theme.colours
    return "".join(
        (
            _texts(theme, c),
            _buttons(theme, c),
            _frames(c),
            _fields(theme, c, images),
            _marks(theme, c, images),
            _lists(theme, c),
        )
    )


def _texts(theme: "Theme", c: "Colours") -> str:
    chip = f"border-radius: {theme.px(8)}px; padding: 2px {theme.px(10)}px; font-size: {theme.px(13)}px;"
    return f"""
QLabel[look="title"] {{ font-size: {theme.px(26)}px; font-weight: 500; }}
QLabel[look="heading"] {{ font-size: {theme.px(20)}px; font-weight: 500; }}
QLabel[look="subheading"] {{ font-size: {theme.px(16)}px; font-weight: 600; }}
QLabel[look="strong"] {{ font-weight: 600; }}
QLabel[look="field"] {{ font-weight: 500; }}
QLabel[look="quiet"] {{ color: {c.quiet}; }}
QLabel[look="small"] {{ color: {c.quiet}; font-size: {theme.px(13)}px; }}
QLabel[look="problem"] {{ color: {c.danger}; font-size: {theme.px(14)}px; font-weight: 500; }}
QLabel[look="chip"] {{ background: {c.accent_soft}; color: {c.text}; {chip} }}
QLabel[look="chip-warn"] {{ background: {c.warn_soft}; color: {c.warn}; {chip} }}
QLabel[look="chip-good"] {{ background: {c.good_soft}; color: {c.good}; {chip} }}
QLabel[look="chip-danger"] {{ background: {c.danger_soft}; color: {c.danger}; {chip} }}
QToolTip {{ background: {c.text}; color: {c.surface}; border: none;
    padding: 4px 8px; font-size: {theme.px(13)}px; }}
"""


def _buttons(theme: "Theme", c: "Colours") -> str:
    return f"""
QPushButton {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.control}; border-radius: 6px;
    padding: 7px 15px; min-height: {theme.px(20)}px; }}
QPushButton:hover {{ background: {c.sunken}; }}
QPushButton:pressed {{ background: {c.accent_soft}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 6px 14px; }}
QPushButton:checked {{ background: {c.accent_soft}; border-color: {c.accent}; }}
QPushButton:disabled {{ color: {c.control}; border-color: {c.line}; }}
QPushButton[look="primary"] {{ background: {c.accent}; color: {c.on_accent}; border: 2px solid {c.accent};
    padding: 6px 16px; font-weight: 500; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[look="primary"]:disabled {{ background: {c.line}; border-color: {c.line}; color: {c.quiet}; }}
QPushButton[look="danger"] {{ color: {c.danger}; border-color: {c.danger}; }}
QPushButton[look="danger"]:disabled {{ color: {c.control}; border-color: {c.line}; }}
QPushButton[look="quiet"] {{ background: transparent; border: 2px solid transparent; color: {c.accent};
    padding: 6px 12px; font-weight: 500; }}
QPushButton[look="quiet"]:hover {{ background: {c.accent_soft}; }}
QPushButton[look="quiet"]:focus {{ border: 2px solid {c.accent}; }}
QPushButton[look="quiet"]:disabled {{ color: {c.control}; }}
QPushButton[look="link"] {{ background: transparent; border: 2px solid transparent; color: {c.accent};
    padding: 0 2px; text-align: left; text-decoration: underline; }}
QPushButton[look="link"]:focus {{ border: 2px solid {c.accent}; padding: 0 2px; }}
QPushButton[look="tool"], QToolButton {{ background: transparent; border: 2px solid transparent;
    border-radius: 6px; padding: 4px; color: {c.text}; }}
QPushButton[look="tool"]:hover, QToolButton:hover {{ background: {c.accent_soft}; }}
QPushButton[look="tool"]:focus, QToolButton:focus {{ border: 2px solid {c.accent}; padding: 4px; }}
QPushButton[look="tool"]:disabled, QToolButton:disabled {{ color: {c.control}; }}
"""


def _frames(c: "Colours") -> str:
    return f"""
QFrame[look="card"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px; }}
QFrame[look="sunken"] {{ background: {c.sunken}; border: none; border-radius: 8px; }}
QFrame[look="notice"] {{ background: {c.accent_soft}; border: none; border-left: 4px solid {c.accent};
    border-radius: 4px; }}
QFrame[look="warning"] {{ background: {c.warn_soft}; border: none; border-left: 4px solid {c.warn};
    border-radius: 4px; }}
QFrame[look="bar"] {{ background: {c.surface}; border: none; border-top: 1px solid {c.line}; }}
QFrame[look="line"] {{ background: {c.line}; border: none; max-height: 1px; min-height: 1px; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget[look="page"] {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c.control}; border-radius: 4px; margin: 2px;
    min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.quiet}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _fields(theme: "Theme", c: "Colours", images: Path) -> str:
    tone = "dark" if c.dark else "light"
    arrow = (images / f"chevron-down-{tone}.svg").as_posix()
    edits = "QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDateEdit"

    def state(name: str) -> str:
        return ", ".join(kind.strip() + name for kind in edits.split(","))

    return f"""
{edits} {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.control}; border-radius: 6px;
    padding: 6px 9px; selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
QLineEdit, QComboBox {{ min-height: {theme.px(21)}px; }}
QLineEdit, QPlainTextEdit {{ placeholder-text-color: {c.quiet}; }}
{state(":focus")} {{ border: 2px solid {c.accent}; padding: 5px 8px; }}
{state('[bad="true"]')} {{ border: 2px solid {c.danger}; padding: 5px 8px; }}
{state(":disabled")} {{ background: {c.sunken}; color: {c.quiet}; border-color: {c.line}; }}
QLineEdit:read-only {{ background: {c.sunken}; }}
QComboBox QLineEdit, QComboBox QLineEdit:focus {{ border: none; padding: 0; background: transparent; min-height: 0; }}
QComboBox::drop-down {{ border: none; width: {theme.px(28)}px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: {theme.px(16)}px; height: {theme.px(16)}px; }}
QComboBox QAbstractItemView, QListView[look="choices"] {{ background: {c.surface}; color: {c.text};
    border: 1px solid {c.control}; selection-background-color: {c.accent}; selection-color: {c.on_accent};
    outline: none; padding: 4px; }}
QCalendarWidget QToolButton {{ color: {c.text}; font-weight: 500; padding: 4px 8px; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {c.sunken}; }}
QCalendarWidget QAbstractItemView {{ border: none; outline: none; background: {c.surface}; }}
"""


def _marks(theme: "Theme", c: "Colours", images: Path) -> str:
    tone = "ondark" if c.dark else "on"
    check = (images / f"check-{tone}.svg").as_posix()
    dot = (images / f"dot-{tone}.svg").as_posix()
    size = theme.px(16)
    chips = 'QCheckBox[look="chip"], QRadioButton[look="chip"]'

    def state(name: str) -> str:
        return ", ".join(kind.strip() + name for kind in chips.split(","))

    return f"""
QCheckBox, QRadioButton {{ spacing: 8px; padding: 5px 6px 5px 0; border: 2px solid transparent;
    border-radius: 6px; }}
QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {c.accent}; }}
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator {{ width: {size}px; height: {size}px;
    background: {c.surface}; border: 1px solid {c.control}; border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: {size // 2 + 1}px; }}
QCheckBox::indicator:checked, QListView::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
    image: url("{check}"); }}
QRadioButton::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{dot}"); }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {c.line}; }}
{chips} {{ background: {c.surface}; border: 1px solid {c.control}; border-radius: {theme.px(10) + 5}px;
    padding: 4px {theme.px(12)}px 4px {theme.px(8)}px; min-height: {theme.px(20)}px; }}
{state(":hover")} {{ background: {c.sunken}; }}
{state(":checked")} {{ background: {c.accent_soft}; border-color: {c.accent}; }}
{state(":focus")} {{ border: 2px solid {c.accent};
    padding: 3px {theme.px(12) - 1}px 3px {theme.px(8) - 1}px; }}
"""


def _lists(theme: "Theme", c: "Colours") -> str:
    return f"""
QTableView, QListView, QTreeView, QListWidget {{ background: {c.surface};
    alternate-background-color: {c.surface};
    border: 1px solid {c.line}; border-radius: 8px; outline: none; gridline-color: transparent;
    selection-background-color: {c.accent_soft}; selection-color: {c.text}; }}
QTableView {{ border-radius: 0; }}
QTableView:focus, QListView:focus, QTreeView:focus {{ border: 2px solid {c.accent}; }}
QTableView::item, QTreeView::item {{ padding: 4px 8px; border-bottom: 1px solid {c.line}; }}
QListView::item {{ padding: 6px 8px; border-radius: 4px; }}
QTableView::item:selected, QListView::item:selected, QTreeView::item:selected {{ background: {c.accent_soft};
    color: {c.text}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: {c.sunken}; color: {c.quiet}; border: none;
    border-bottom: 1px solid {c.line};
    padding: 6px 11px; font-weight: 500; }}
QMenu {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.control}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
QTabBar::tab {{ background: transparent; color: {c.quiet};
    padding: 8px 14px; border: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom: 2px solid {c.accent}; font-weight: 500; }}
QTabBar::tab:focus {{ border: 2px solid {c.accent}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {c.line}; }}
QProgressBar {{ background: {c.sunken}; border: none; border-radius: 4px; text-align: center; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 4px; }}
"""
