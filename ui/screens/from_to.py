"""A period of one's own: from a day to a day, either of which may be left open."""

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.fields.days import DateField
from ui.screens.periods import OWN, Period
from ui.screens.words import day_of
from ui.theme import label, spacing


class FromTo(QWidget):
    """Two days. `changed` is sent when they are a period again; what is none is refused in words at its field."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.begins, self.ends = DateField(_("From")), DateField(_("To"))
        self.problems = label("", "problem"), label("", "problem")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing(1))
        for field, problem in zip((self.begins, self.ends), self.problems, strict=True):
            column = QVBoxLayout()
            column.setSpacing(spacing(0.5))
            column.addWidget(label(field.title, "small"))
            column.addWidget(field)
            column.addWidget(problem)
            column.addStretch(1)
            row.addLayout(column, 1)
            problem.hide()
            field.changed.connect(self._read)
        self._period = Period(OWN)

    def period(self) -> Period:
        """Return the period; while what is typed is none, the last one that was."""
        return self._period

    def _read(self) -> None:
        said = [self.begins.fault(), self.ends.fault()]
        if not any(said):
            begins, ends = self._day(self.begins), self._day(self.ends)
            if begins and ends and ends < begins:
                said[1] = _("The end is before the start.")
            else:
                self._period = Period(OWN, begins=begins, ends=ends)
        for field, problem, text in zip((self.begins, self.ends), self.problems, said, strict=True):
            field.set_problem(text)
            problem.setText(text)
            problem.setVisible(bool(text))
        if not any(said):
            self.changed.emit()

    @staticmethod
    def _day(field: DateField) -> date | None:
        return day_of(field.value())
