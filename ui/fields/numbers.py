"""Editors of numbers: whole ones, and amounts with decimals (euros, hours)."""

import re
from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QWidget

from app.i18n import N_, Message, language
from ui.fields.days import TypedField, Unreadable

NO_WHOLE = N_("This is not a whole number.")
NO_AMOUNT = N_("This is not a number. Write it as 12,50.")
TWO_DECIMALS = N_("Write at most two decimals.")


class Number(TypedField):
    """A whole number; the arrow keys step it."""

    def __init__(self, title: str, step: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(title, "", parent)
        self._step = step

    def read(self, text: str) -> Any:
        """Return the number, or None when nothing is typed."""
        plain = "".join(text.split())
        if not plain:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", plain):
            raise Unreadable(Message(NO_WHOLE))
        return int(plain)

    def written(self, value: Any) -> str:
        """Return the number as text."""
        return str(value)

    def stepped(self, value: Any, up: bool) -> Any:
        """Return the next number, not below nought."""
        return max(0, (value or 0) + (self._step if up else -self._step))


class Euros(TypedField):
    """An amount with at most two decimals, typed with a comma or a point."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, "", parent)

    def read(self, text: str) -> Any:
        """Return the amount as text with two decimals, or None."""
        plain = "".join(text.split()).removesuffix("€").replace(",", ".")
        if not plain:
            return None
        found = re.fullmatch(r"[+-]?[0-9]{1,9}(?:\.([0-9]*))?", plain)
        if not found:
            raise Unreadable(Message(NO_AMOUNT))
        if len(found[1] or "") > 2:
            raise Unreadable(Message(TWO_DECIMALS))
        return str(Decimal(plain).quantize(Decimal("0.01")))

    def written(self, value: Any) -> str:
        """Return the amount as it is typed in the present language."""
        text = str(value)
        return text if language() == "en" else text.replace(".", ",")
