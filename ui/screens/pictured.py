"""Buttons with a picture beside their words, as large as the text."""

from typing import TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton

from ui.icons import icon
from ui.theme import px

B = TypeVar("B", bound=QAbstractButton)


def pictured(button: B, name: str, tone: str = "accent") -> B:
    """Give a button an icon that grows with the text."""
    button.setIcon(icon(name, tone))
    button.setIconSize(QSize(px(18), px(18)))
    return button
