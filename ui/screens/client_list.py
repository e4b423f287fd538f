"""The list of clients as data: rows made once, filtered and sorted in memory, ten thousand without delay."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.clock import today
from app.coaching_phases import USUAL, CoachingPhases, ours
from app.due import Case, due
from app.i18n import N_, _
from app.services.coaching import codes
from ui.screens import words
from ui.screens.words import NOTHING, fold

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole + 1
NAME, PHASE, LEVEL, CONTACT, NEXT, COACH = range(6)
HEADERS = (N_("Client"), N_("Phase"), N_("Maintenance"), N_("Last contact"), N_("Next"), N_("Job coach"))
ORDER = {one.value: number for number, one in enumerate(codes.PHASES)}


@dataclass(frozen=True, slots=True)
class ClientRow:
    """What the list knows of one client."""

    id: UUID
    name: str
    folded: str
    phase: str
    level: str
    contact: date | None
    next_on: date | None
    coach: str
    mine: bool


def gather(store: Any) -> tuple[list[ClientRow], CoachingPhases]:
    """Read the whole caseload on the database thread: one pass over the cases, one over what is due; and the phases."""
    day = today()
    cases = store.clients()
    next_by: dict[UUID, date] = {}
    for item in due(cases, day):
        next_by.setdefault(item.client_id, item.on)
    rows = _rows(cases, next_by, store.worker_names(), store.held_clients(), str(store.worker))
    return sorted(rows, key=lambda row: row.folded), ours(store)


def _rows(
    cases: Iterable[Case],
    next_by: Mapping[UUID, date],
    names: Mapping[str, str],
    held: set[str],
    me: str,
) -> Iterable[ClientRow]:
    you = _("You")
    for case in cases:
        coach = str(case.coach_id or "")
        yield ClientRow(
            id=case.client_id,
            name=case.name,
            folded=fold(case.name),
            phase=case.phase,
            level=case.level,
            contact=max(filter(None, (case.last_visit, case.last_contact)), default=None),
            next_on=next_by.get(case.client_id),
            coach=names.get(coach) or (you if coach == me else ""),
            mine=coach == me or str(case.client_id) in held,
        )


SORTS: dict[int, Callable[[ClientRow], Any]] = {
    NAME: lambda row: row.folded,
    PHASE: lambda row: (ORDER.get(row.phase, 99), row.folded),
    LEVEL: lambda row: (row.level == "", row.level, row.folded),
    CONTACT: lambda row: (row.contact or date.min, row.folded),
    NEXT: lambda row: (row.next_on or date.max, row.folded),
    COACH: lambda row: (row.coach == "", fold(row.coach), row.folded),
}


class ClientModel(QAbstractTableModel):
    """Clients that pass the filter, in the chosen order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: list[ClientRow] = []
        self.shown: list[ClientRow] = []
        self.text = ""
        self.ours = USUAL
        self.phases: frozenset[str] = frozenset()
        self.mine = False
        self.column = NAME
        self.order = Qt.SortOrder.AscendingOrder
        self.today = today()

    def load(self, rows: list[ClientRow], ours: CoachingPhases = USUAL) -> None:
        """Take a newly read caseload, and what the phases are called, and show what passes the present filter."""
        self.all, self.ours = rows, ours
        self.today = today()
        self._apply()

    def filter(
        self, *, text: str | None = None, phases: Iterable[str] | None = None, mine: bool | None = None
    ) -> None:
        """Change a part of the filter: every word of the text must begin a word of the name or be in it."""
        self.text = fold(text).strip() if text is not None else self.text
        self.phases = frozenset(phases) if phases is not None else self.phases
        self.mine = self.mine if mine is None else mine
        self._apply()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.column, self.order = column, order
        self._apply()

    def _apply(self) -> None:
        parts = self.text.split()
        self.beginResetModel()
        shown = [
            row
            for row in self.all
            if (not self.phases or row.phase in self.phases)
            and (row.mine or not self.mine)
            and all(part in row.folded for part in parts)
        ]
        shown.sort(key=SORTS[self.column], reverse=self.order == Qt.SortOrder.DescendingOrder)
        self.shown = shown
        self.endResetModel()

    def texts(self, column: int) -> set[str]:
        """Return the different texts that a column can show, for its width; names are too many to ask."""
        if column == CONTACT:
            return {words.ago(day, self.today) for day in {row.contact for row in self.all}}
        if column == NEXT:
            return {words.when(day, self.today) for day in {row.next_on for row in self.all} if day}
        if column == PHASE:
            return {words.phase(value, self.ours) for value in {row.phase for row in self.all}}
        if column == LEVEL:
            return {words.level(value) for value in {row.level for row in self.all}}
        return {row.coach for row in self.all}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(HEADERS):
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                return _(HEADERS[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.shown[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_(HEADERS[index.column()])}: {self._text(row, index.column())}"
        return row if role == ROW else None

    def _text(self, row: ClientRow, column: int) -> str:
        if column == NAME:
            return row.name
        if column == PHASE:
            return words.phase(row.phase, self.ours)
        if column == LEVEL:
            return words.level(row.level) or NOTHING
        if column == CONTACT:
            return words.ago(row.contact, self.today)
        if column == NEXT:
            return words.when(row.next_on, self.today) if row.next_on else NOTHING
        return row.coach or NOTHING
