"""A consent that the client gave on paper or electronically: when, by whom, where it is kept; then it is sealed."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.clock import today
from app.errors import KnownError, Refused
from app.giving import given_outside
from app.i18n import N_, Message, _
from app.record import Row
from app.services import SPECS
from app.services.consents import codes
from app.signing import signed_content
from ui.context import Context, write
from ui.fields import DateField, Line, Segments
from ui.fields.box import FieldBox
from ui.screens.sign_reading import tell
from ui.theme import button, heading, label, look, px, spacing

WIDEST = 760
OUTSIDE = tuple(one for one in codes.METHODS if one.value != "screen")


class GivenOutside(QWidget):
    """Takes down a consent that was signed elsewhere. `done` says that it is sealed, `closed` that this is left."""

    done = Signal()
    closed = Signal()

    def __init__(self, context: Context, row: Row, client_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.row = context, row
        self.client_id = UUID(row["client_id"])
        self.setAccessibleName(_("Consent given on paper or electronically"))
        self.method = Segments(_("How it was given"), OUTSIDE, optional=False)
        self.on = DateField(_("Given on"))
        self.name = Line(_("Who signed it"))
        self.kept = Line(_("Where the paper is kept"))
        self.method.set_value("paper")
        self.on.set_value(today().isoformat())
        self.name.set_value(client_name)
        self.kept.set_value(row["copy_at"])
        self.boxes = {
            "method": FieldBox(self.method, titled=False),
            "given_on": FieldBox(self.on, needed=True),
            "name": FieldBox(self.name, needed=True),
            "copy_at": FieldBox(self.kept, _("The folder, or the system that holds the electronic one.")),
        }
        self.problem = label("", "problem")
        self.problem.hide()
        self.give_button = button(_("Seal the consent"), "primary", tip=_("Ctrl+Return"))
        self.give_button.clicked.connect(self.give)
        self.back_button = button(_("Not now"), tip=_("Esc"))
        self.back_button.clicked.connect(self.closed)
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            shortcut = QShortcut(QKeySequence(keys), self, self.give)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._build()
        self.setFocusProxy(self.on.entrance() or self.give_button)

    def _build(self) -> None:
        page = look(QWidget(), "page")
        outer = QHBoxLayout(page)
        outer.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        inner = QWidget()
        inner.setMaximumWidth(px(WIDEST))
        outer.addWidget(inner, 1)
        outer.addStretch(0)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        column.addWidget(heading(_("Consent"), 1))
        said = _("Check that the paper says the same as this. What is sealed does not change afterwards.")
        column.addWidget(label(said, "quiet"))
        tell(column, SPECS["consent"], self.row)
        column.addWidget(heading(_("How it was given"), 3))
        for box in self.boxes.values():
            column.addWidget(box)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(3), spacing(1), spacing(3), spacing(1))
        row.addWidget(self.problem, 1)
        row.addStretch(0)
        row.addWidget(self.back_button)
        row.addWidget(self.give_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(bar)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def give(self) -> None:
        """Seal the consent as it was given."""
        faults = [box for box in self.boxes.values() if not box.check()]
        if faults:
            return
        values = {
            "method": self.method.value(),
            "given_on": self.on.value(),
            "copy_at": self.kept.value() or "",
            "name": self.name.value() or "",
        }
        store, shown = self.context.store, self.row
        try:
            given_outside(shown, values)
        except Refused as refused:
            self._say(refused)
            return
        self.give_button.setEnabled(False)
        write(self.context, lambda: _give(store, shown, values), self._given, self._say)

    def _given(self) -> None:
        self.context.say(_("The consent is sealed."))
        self.done.emit()
        self.closed.emit()

    def _say(self, error: KnownError) -> None:
        self.give_button.setEnabled(True)
        general = []
        for problem in error.problems if isinstance(error, Refused) else ():
            box = self.boxes.get(problem.field or "")
            if box is None:
                general.append(str(problem.message))
            else:
                box.say(str(problem.message))
        text = "; ".join(general) if isinstance(error, Refused) else str(error)
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


def _give(store: Any, shown: Row, values: dict[str, Any]) -> Any:
    """Seal what is stored, if it still says what was compared with the paper."""
    spec = SPECS["consent"]
    current = store.row("consent", UUID(shown["id"]))
    same = current is not None and signed_content(spec.table, current) == signed_content(spec.table, shown)
    if current is None or current["deleted"] or not same:
        raise KnownError(
            Message(N_("The consent has changed meanwhile.")),
            Message(N_("Go back, read it and seal it again.")),
        )
    return store.save(given_outside(current, values))
