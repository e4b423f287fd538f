"""The form of a client: tells of one who is already here, reads the birth date from the identity code."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.i18n import _
from app.record import Row
from app.services.clients.records import birth_date
from app.services.clients.rules import name_of
from app.telling import TELLING
from ui.form import Form
from ui.screens.words import as_text
from ui.theme import button, label, look, spacing

TELLS_WHO = ("first_name", "last_name", "identity_code", "born_on", "code_name")
LOOK_AFTER = 350  # milliseconds without a key
MOST = 5


class ClientForm(Form):
    """Adds to the form what only a client has."""

    def _after_field(self, name: str) -> None:
        if name == "last_name":
            self.same = look(QFrame(), "warning")
            self._same_column = QVBoxLayout(self.same)
            self._same_column.setSpacing(spacing(0.5))
            self.same.hide()
            self._fields.addWidget(self.same)
            self._look_timer = QTimer(self, singleShot=True, interval=LOOK_AFTER)
            self._look_timer.timeout.connect(self.look_for_same)
            self._filled_birth: str | None = None

    def _changed(self, name: str) -> None:
        super()._changed(name)
        if name == "identity_code":
            self._fill_birth_date()
        if name in TELLS_WHO:
            self._look_timer.start()

    def _fill_birth_date(self) -> None:
        born = birth_date(self.boxes["identity_code"].editor.value())
        shown = self.boxes["born_on"].editor.value()
        if born is not None and shown in (None, self._filled_birth) and shown != born.isoformat():
            self._filled_birth = born.isoformat()
            self.boxes["born_on"].editor.set_value(self._filled_birth)
            super()._changed("born_on")

    def look_for_same(self) -> None:
        """Ask the store for clients who may be the same person."""
        values = {name: value for name, value in self.values().items() if name in TELLS_WHO}
        if self.context is None or not (values["last_name"] or values["identity_code"]):
            self._show_same([])
            return
        row = {**values, "id": self.row["id"] if self.row is not None else str(self._new_id)}
        if self.boxes["born_on"].editor.fault():
            row["born_on"] = None
        store = self.context.store
        self.context.tasks.run(lambda: store.duplicates(row), self._show_same)

    def _show_same(self, rows: list[Row]) -> None:
        while self._same_column.count():
            taken = self._same_column.takeAt(0)
            frame = taken.widget() if taken else None
            if frame is not None:
                frame.hide()
                frame.deleteLater()
        self.same.setVisible(bool(rows))
        if not rows:
            return
        self._same_column.addWidget(label(_("Perhaps this client is already here:"), "strong"))
        for row in rows[:MOST]:
            self._same_column.addWidget(self._one(row))
        self._order()

    def _one(self, row: Row) -> QFrame:
        frame = QFrame()
        line = QHBoxLayout(frame)
        line.setContentsMargins(0, 0, 0, 0)
        born = as_text(None, row["born_on"]) if row.get("born_on") else ""
        text = _("{name}, born {day}").format(name=name_of(row), day=born) if born else name_of(row)
        line.addWidget(label(text), 1)
        show = button(_("Open"), "quiet")
        show.setAccessibleName(_("Open {name}").format(name=name_of(row)))
        show.clicked.connect(lambda: self._open(row))
        line.addWidget(show)
        if self.row is not None:
            merge = button(_("Merge…"), "quiet")
            merge.setAccessibleName(_("Merge with {name}").format(name=name_of(row)))
            merge.clicked.connect(lambda: self._merge(row))
            line.addWidget(merge)
        return frame

    def _merge(self, row: Row) -> None:
        if self.context is not None and self.row is not None:
            kept = UUID(self.row["id"])
            self.close_form()
            self.context.go(("merge", kept, UUID(row["id"])))

    def _open(self, row: Row) -> None:
        if self.context is not None:
            self.close_form()
            self.context.show_client(UUID(row["id"]))


def form_for(context: Any, spec: Any, row: Row | None, **more: Any) -> Form:
    """Return the form that fits a kind: some have one of their own, everything else the general one."""
    if spec.kind == "client":
        return ClientForm(context, spec, row, **more)
    if spec.kind in TELLING:
        from ui.screens.consent_guard import SharingForm

        return SharingForm(context, spec, row, **more)
    if spec.kind == "consent":
        from ui.screens.consent_form import ConsentForm

        return ConsentForm(context, spec, row, **more)
    return Form(context, spec, row, **more)
