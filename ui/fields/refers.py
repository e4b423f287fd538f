"""Editors of what refers to other records: one of them, or several."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.spec import Choice
from ui.fields.choices import ChipsField, ComboField
from ui.theme import label

Names = Sequence[tuple[str, str]]
"""Records to choose from, as (id, name)."""


class RefersField(ComboField):
    """Another record, chosen by its name; its id is the value."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, empty=None, parent=parent)

    def set_names(self, names: Names) -> None:
        """Offer these records; the value stays."""
        self.set_choices([Choice(value, name) for value, name in names])

    def chosen(self) -> tuple[str, ...]:
        """Return the id of the chosen record, if there is one."""
        value = self.value()
        return (str(value),) if value else ()


class RefersChips(ChipsField):
    """Several other records, each a chip; their ids are the value."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, (), parent)
        self.none = label(_("There is nothing to choose from yet."), "quiet")
        self._flow.addWidget(self.none)

    def set_names(self, names: Names) -> None:
        """Offer these records; the value stays."""
        value = self.value()
        for chip in self._chips.values():
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips.clear()
        for one, name in names:
            self._add(one, name)
        self.set_value(value)
        self.none.setVisible(not self._chips)
        self.restructured.emit()

    def chosen(self) -> tuple[str, ...]:
        """Return the ids of the chosen records."""
        return tuple(self.value())
