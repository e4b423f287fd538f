"""Signing a plan on the screen: what is signed stands above, the two signatures beside each other below."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.errors import KnownError, Refused
from app.i18n import N_, Message, _
from app.record import Row
from app.services.coaching.records import CareerPlan
from app.signing import signed_content
from ui.context import Context, write
from ui.fields import Line
from ui.fields.box import FieldBox
from ui.screens.goals import GoalsPanel
from ui.screens.plan_versions import signed
from ui.screens.story import goals_of
from ui.signature_pad import SignaturePad
from ui.theme import button, heading, label, look, px, spacing

SIDE_BY_SIDE = 720


class Signer(QFrame):
    """A pad, three times as wide as high, with the name of the one who signs."""

    def __init__(self, role: str, title: str, name: str) -> None:
        super().__init__()
        look(self, "card")
        self.role = role
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(1.5), spacing(2), spacing(2))
        column.setSpacing(spacing(1))
        self.pad = SignaturePad(title)
        column.addWidget(self.pad)
        self.name = Line(_("Name: {who}").format(who=title))
        self.name.set_value(name)
        column.addWidget(FieldBox(self.name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pad.paper.setFixedHeight(max(80, (self.width() - spacing(4)) // 3))

    def signature(self) -> dict[str, Any]:
        """Return what was written and drawn."""
        return {
            "role": self.role,
            "name": self.name.value() or "",
            "strokes": self.pad.strokes(),
            "on_paper": self.pad.on_paper,
        }


class SignPage(QWidget):
    """Two signatures under one plan. `done` says that the plan is signed, `left` that it is not now."""

    done = Signal()
    left = Signal()

    def __init__(
        self,
        context: Context,
        plan: Row,
        *,
        client_name: str,
        worker_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context, self.plan = context, plan
        self.setAccessibleName(_("Sign the plan"))
        self.signers = (
            Signer("client", _("Client"), client_name),
            Signer("worker", _("Job coach"), worker_name),
        )
        self.problem = label("", "problem")
        self.problem.hide()
        self.sign_button = button(_("Sign"), "primary", tip=_("Ctrl+Return"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self, self.sign)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.sign_button.clicked.connect(self.sign)
        self.back_button = button(_("Not now"), tip=_("Back to the plan (Esc)"))
        self.back_button.clicked.connect(self.left)
        self._build()
        for signer in self.signers:
            signer.pad.changed.connect(self._again)
        self.setFocusProxy(self.signers[0].pad.paper)

    def _build(self) -> None:
        page = look(QWidget(), "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        number = _("Career plan, version {number}").format(number=self.plan["version_no"])
        column.addWidget(heading(number, 1))
        column.addWidget(
            label(_("Read the goals through together. What is signed does not change afterwards."), "quiet")
        )
        goals = GoalsPanel(states=False)
        goals.show_goals(goals_of(self.plan, ()))
        column.addWidget(goals)
        self._pads = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pads.setSpacing(spacing(2))
        for signer in self.signers:
            self._pads.addWidget(signer, 1)
        column.addLayout(self._pads)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addWidget(self._bar())

    def _bar(self) -> QFrame:
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(3), spacing(1), spacing(3), spacing(1))
        row.setSpacing(spacing(1))
        row.addWidget(self.problem, 1)
        row.addStretch(0)
        for made in (self.back_button, self.sign_button):
            row.addWidget(made)
        return bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(SIDE_BY_SIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._pads.direction() != way:
            self._pads.setDirection(way)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def sign(self) -> None:
        """Write the signatures, their day and the mark of the content, in one write."""
        signatures = [signer.signature() for signer in self.signers]
        store, shown = self.context.store, self.plan
        try:
            signed(shown, signatures)
        except Refused as refused:
            self._say(refused)
            return
        self.sign_button.setEnabled(False)
        write(self.context, lambda: _sign(store, shown, signatures), self._signed, self._say)

    def _signed(self) -> None:
        self.context.say(_("The plan is signed."))
        self.done.emit()

    def _again(self) -> None:
        self.problem.hide()
        self.sign_button.setEnabled(True)

    def _say(self, error: KnownError) -> None:
        self.sign_button.setEnabled(True)
        text = "; ".join(str(p.message) for p in error.problems) if isinstance(error, Refused) else str(error)
        self.problem.setText(text)
        self.problem.setAccessibleName(text)
        self.problem.show()


def _sign(store: Any, shown: Row, signatures: Sequence[dict[str, Any]]) -> Any:
    """Sign what is stored, if it still says what was read through together."""
    current = store.row("career_plan", UUID(shown["id"]))
    read = signed_content(CareerPlan, shown)
    if current is None or current["deleted"] or signed_content(CareerPlan, current) != read:
        raise KnownError(
            Message(N_("The plan has changed meanwhile.")), Message(N_("Go back, read it and sign again."))
        )
    return store.save(signed(current, signatures))
