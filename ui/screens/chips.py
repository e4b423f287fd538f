"""A row of filters to be switched on and off, going to a next line where the width ends."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from ui.fields.flow import Flow
from ui.theme import look


class ChipRow(QWidget):
    """Chips with a code each; none chosen means no filter."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.boxes: dict[str, QCheckBox] = {}
        self._flow = Flow(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these (code, title); what was chosen and is still offered stays chosen."""
        for code in [code for code in self.boxes if code not in dict(choices)]:
            box = self.boxes.pop(code)
            self._flow.removeWidget(box)
            box.deleteLater()
        for code, title in choices:
            if code not in self.boxes:
                box = look(QCheckBox(title), "chip")
                box.toggled.connect(lambda _on: self.changed.emit())
                self.boxes[code] = box
                self._flow.addWidget(box)
            self.boxes[code].setText(title)
        order = [code for code, _title in choices]
        if list(self.boxes) != order:
            self.boxes = {code: self.boxes[code] for code in order}
            for box in self.boxes.values():
                self._flow.removeWidget(box)
                self._flow.addWidget(box)
            for one, following in pairwise(self.boxes.values()):
                QWidget.setTabOrder(one, following)
        self.updateGeometry()

    def chosen(self) -> list[str]:
        """Return the codes that are switched on, in the order offered."""
        return [code for code, box in self.boxes.items() if box.isChecked()]
