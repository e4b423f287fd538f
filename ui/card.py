"""A titled part of a page, with fields under their titles."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme


class _Column:
    """What a column of fields can do, whatever widget it is in."""

    column: QVBoxLayout

    def row(self, *parts: QWidget) -> None:
        """Put parts side by side, to the left."""
        line = QHBoxLayout()
        line.setSpacing(theme.spacing(1))
        for part in parts:
            line.addWidget(part)
        line.addStretch(1)
        self.column.addLayout(line)

    def field(self, title: str, field: QWidget, help: str = "") -> None:
        """Put a field under its title, with a line of help."""
        name = theme.label(title)
        name.setBuddy(field)
        field.setAccessibleName(title)
        if help:
            field.setAccessibleDescription(help)
        self.column.addWidget(name)
        self.column.addWidget(field)
        if help:
            self.column.addWidget(theme.label(help, "small"))


class Fields(QWidget, _Column):
    """Fields under each other, that are shown or hidden together."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.spacing(1))


class Card(QFrame, _Column):
    """A titled part of the page."""

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__()
        theme.look(self, "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*[theme.spacing(2)] * 4)
        self.column.setSpacing(theme.spacing(1))
        self.column.addWidget(theme.heading(title, 3))
        if text:
            self.column.addWidget(theme.label(text, "quiet"))
