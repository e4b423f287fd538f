"""Several planned visits in one go: how many, how often; weekends and holidays are stepped over."""

from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import N_, _
from app.services.coaching.dates import MONTH, MOST_REPEATED, TWO_WEEKS, WEEK, repeated
from app.spec import Choice
from ui.fields import Number, Segments
from ui.screens import words
from ui.theme import label, spacing

RHYTHMS = (
    Choice(WEEK, N_("Every week")),
    Choice(TWO_WEEKS, N_("Every two weeks")),
    Choice(MONTH, N_("Every month")),
)


class RepeatBar(QWidget):
    """Is asked for the days; says them as they are now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = Number(_("How many visits"))
        self.rhythm = Segments(_("How often"), RHYTHMS, optional=False)
        self.rhythm.set_value(TWO_WEEKS)
        self.said = label("", "small")
        self._first: date | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(0.5))
        row = QHBoxLayout()
        row.setSpacing(spacing(2))
        number = QVBoxLayout()
        number.setSpacing(3)
        number.addWidget(label(_("How many visits"), "field"))
        number.addWidget(self.number)
        number.addStretch(1)
        often = QVBoxLayout()
        often.setSpacing(3)
        often.addWidget(label(_("How often"), "field"))
        often.addWidget(self.rhythm)
        row.addLayout(number, 1)
        row.addLayout(often, 2)
        column.addLayout(row)
        column.addWidget(self.said)
        self.number.set_value(1)
        self.number.changed.connect(self._tell)
        self.rhythm.changed.connect(self._tell)
        self._tell()

    def stops(self) -> list[QWidget]:
        """Return the controls that take the focus, in reading order."""
        return [*self.number.stops(), *self.rhythm.stops()]

    def begin(self, first: date | None) -> None:
        """Learn the day of the first visit."""
        if first != self._first:
            self._first = first
            self._tell()

    def count(self) -> int:
        """Return how many visits are wanted, at most what is planned in one go; one where that cannot be read."""
        value = self.number.value()
        return min(max(value, 1), MOST_REPEATED) if isinstance(value, int) else 1

    def days(self) -> list[date]:
        """Return the days after the first."""
        if self._first is None or self.isHidden():
            return []
        return repeated(self._first, self.rhythm.value(), self.count())[1:]

    def _tell(self) -> None:
        several = self.count() > 1 and self._first is not None
        for made in self.rhythm.stops():
            made.setEnabled(self.count() > 1)
        days = repeated(self._first, self.rhythm.value(), self.count())[1:] if several and self._first else []
        also = ", ".join(words.short_day(day) for day in days)
        self.said.setText(_("Also planned: {days}").format(days=also) if days else "")
        self.said.setVisible(bool(days))
