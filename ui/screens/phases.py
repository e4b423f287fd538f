"""The six phases as the organisation has them: names, guidance, THL's phase, in use or not; one key changes each."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.coaching_phases import KIND, CoachingPhases, Phase, phases_of, row_of
from app.i18n import N_, Message, _
from app.record import Row, from_row
from app.services import SPECS
from app.services.coaching import codes
from ui.context import Context, write
from ui.screens import words
from ui.theme import button, heading, label, look, px, spacing

if TYPE_CHECKING:
    from app.record import Record
    from storage.writing import Changes

HEADERS = (N_("Usual name"), N_("Name here"), N_("THL"), N_("In use"), N_("Clients now"))
NAME_HERE = 1
NAMES = ("name_fi", "name_sv", "name_en")


@dataclass(frozen=True)
class Settled:
    """What the screen shows: the rows, what they come to, how many clients are in each phase, who may change it."""

    rows: tuple[Row, ...]
    phases: CoachingPhases
    clients: Counter[str]
    may_write: bool


def gather(store: Any) -> Settled:
    """Read the phases on the database thread."""
    rows = tuple(store.rows(KIND))
    clients = Counter(case.phase for case in store.clients())
    return Settled(rows, phases_of(rows), clients, store.may_write(SPECS[KIND]))


class PhasesScreen(QWidget):
    """The phases in their order. Enter changes the chosen one, Delete gives it back its usual name."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.settled: Settled | None = None
        self.setAccessibleName(_(SPECS[KIND].title))
        self.page = look(QWidget(), "page")
        column = QVBoxLayout(self.page)
        column.setContentsMargins(*[spacing(2)] * 4)
        column.setSpacing(spacing(1.5))
        column.addWidget(heading(_(SPECS[KIND].title), 2))
        said = _(
            "What the phases are called with you, what is done in each, and which of them you use. The order stays."
        )
        column.addWidget(label(said, "quiet"))
        self.table = self._make_table()
        column.addWidget(self.table)
        column.addLayout(self._make_bar())
        column.addWidget(self._make_guidance())
        column.addStretch(1)
        self.view = QScrollArea()
        self.view.setWidgetResizable(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setWidget(self.page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.view)
        self.setFocusProxy(self.table)
        context.bus.changed.connect(self._heard)
        self.load()

    # ---- building ----

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(codes.PHASES), len(HEADERS))
        table.setAccessibleName(_(SPECS[KIND].title))
        table.setHorizontalHeaderLabels([_(one) for one in HEADERS])
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(px(36))
        head = table.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(NAME_HERE, QHeaderView.ResizeMode.Stretch)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setFixedHeight(px(36) * len(codes.PHASES) + head.sizeHint().height() + px(6))
        table.itemSelectionChanged.connect(self._tell)
        table.cellDoubleClicked.connect(lambda _row, _column: self.edit())
        table.installEventFilter(self)
        return table

    def _make_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(spacing(1))
        self.edit_button = button(_("Edit"), "primary", tip=_("Enter"))
        self.edit_button.clicked.connect(self.edit)
        self.usual_button = button(_("Back to the usual name"), tip=_("Delete"))
        self.usual_button.clicked.connect(self.back_to_usual)
        for made in (self.edit_button, self.usual_button):
            made.setAutoDefault(True)
            made.hide()
            row.addWidget(made)
        row.addStretch(1)
        return row

    def _make_guidance(self) -> QWidget:
        frame = look(QFrame(), "card")
        column = QVBoxLayout(frame)
        column.setContentsMargins(*[spacing(2)] * 4)
        column.setSpacing(spacing(0.5))
        self.name = heading("", 3)
        self.guidance = label("")
        column.addWidget(self.name)
        self.thl = label("", "small")
        column.addWidget(self.guidance)
        column.addWidget(self.thl)
        return frame

    # ---- loading ----

    def load(self) -> None:
        """Read the phases again; the chosen one stays chosen."""
        store = self.context.store
        self.context.tasks.run(lambda: gather(store), self._show, owner=self)

    def _heard(self, changes: Any) -> None:
        if changes.kinds & {KIND, "phase_change", "client"}:
            self.load()

    def _show(self, settled: Settled) -> None:
        self.settled = settled
        for number, one in enumerate(settled.phases):
            for place, text in enumerate(self._texts(one)):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{_(HEADERS[place])}: {text}")
                item.setToolTip(text)
                self.table.setItem(number, place, item)
        for made in (self.edit_button, self.usual_button):
            made.setVisible(settled.may_write)
        if self.table.currentRow() < 0:
            self.table.setCurrentCell(0, 0)
        self._tell()

    def _texts(self, one: Phase) -> tuple[str, ...]:
        assert self.settled is not None
        here = one.name if one.name != _(str(one.title)) else words.NOTHING
        count = self.settled.clients[one.value]
        return (
            words.phase(one.value),
            here,
            one.thl or words.NOTHING,
            _("Yes") if one.in_use else _("No"),
            str(count),
        )

    def _tell(self) -> None:
        one = self.chosen()
        if one is None:
            return
        line = QPoint(0, self.table.rowViewportPosition(self.table.currentRow()) + px(18))
        self.view.ensureVisible(0, self.table.viewport().mapTo(self.page, line).y(), 0, px(36))
        self.name.setText(one.name)
        self.guidance.setText(one.guided or _("No guidance has been written for this phase."))
        thl = _("In THL's model: {number} {phase}").format(
            number=one.thl, phase=words.choice(codes.THL_PHASES, one.thl)
        )
        self.thl.setText(thl if one.thl else _("In THL's model: none of its phases"))
        row = self._row()
        self.usual_button.setEnabled(row is not None and any(row[name] for name in NAMES))

    # ---- what a person does ----

    def chosen(self) -> Phase | None:
        """Return the chosen phase; None until the phases have been read."""
        number = self.table.currentRow()
        return self.settled.phases.phases[number] if self.settled is not None and number >= 0 else None

    def _row(self) -> Row | None:
        one = self.chosen()
        return row_of(self.settled.rows, one.value) if one is not None and self.settled is not None else None

    def edit(self) -> None:
        """Open the form of the chosen phase."""
        one, row = self.chosen(), self._row()
        if one is None or self.settled is None or not self.settled.may_write:
            return
        record = UUID(row["id"]) if row is not None else None
        self.context.edit(KIND, record, values={"phase": one.value})

    def back_to_usual(self) -> None:
        """Take the own names of the chosen phase away; the line that says so offers them back."""
        row = self._row()
        if (
            row is None
            or self.settled is None
            or not self.settled.may_write
            or not self.usual_button.isEnabled()
        ):
            return
        own = {name: row[name] for name in NAMES}
        usual = words.phase(row["phase"])
        said = str(Message(N_("The phase has its usual name again: {phase}."), phase=usual))
        undo = lambda: self._write(row["id"], own)  # noqa: E731
        self._write(row["id"], dict.fromkeys(NAMES, ""), lambda: self.context.say(said, undo))

    def _write(self, record_id: str, names: dict[str, Any], done: Any = None) -> None:
        """Change the names alone of a row as it now is, whatever was changed beside them meanwhile."""
        store, table = self.context.store, SPECS[KIND].table

        def op() -> "Changes":
            now = store.row(KIND, UUID(record_id))
            changed: list[Record] = [] if now is None else [from_row(table, {**now, **names})]
            return store.save(*changed)

        write(self.context, op, done)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the keys of the table."""
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            act = {
                Qt.Key.Key_Return: self.edit,
                Qt.Key.Key_Enter: self.edit,
                Qt.Key.Key_Delete: self.back_to_usual,
            }.get(Qt.Key(event.key()))
            if act is not None:
                act()
                return True
        return super().eventFilter(watched, event)
