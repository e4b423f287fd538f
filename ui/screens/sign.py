"""Signing on the screen, for every kind that is signed: what is signed stands above, the signatures below.

    sign.open_page(widget, context, "support_plan", row)   # over the page on which the widget stands
    sign.new_version(context, "support_plan", row)         # copies what is signed and opens the copy

`SignPage` itself is for a screen that places it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app import versions
from app.clock import today
from app.errors import KnownError, Refused
from app.i18n import N_, Message, _
from app.record import Row, validated
from app.services import SPECS
from app.signing import signed_content
from ui.context import Context, write
from ui.fields import Line
from ui.fields.box import FieldBox
from ui.pages import Pages
from ui.screens.sign_reading import tell
from ui.signature_pad import SignaturePad
from ui.theme import button, heading, label, look, px, spacing

SIDE_BY_SIDE = 720
WIDEST = 620  # of one signature; nobody signs from edge to edge
ROLES = {"client": N_("Client"), "worker": N_("Job coach"), "employer": N_("Employer")}
BOTH = ("client", "worker")
SIGNERS: dict[str, tuple[str, ...]] = {"consent": ("client",), "support_plan": (*BOTH, "employer")}
"""Who signs a kind; every other one is signed by the client and the worker."""
MAY_BE_LEFT_OUT = ("employer",)


class Signer(QFrame):
    """A pad, three times as wide as high, with the name of the one who signs."""

    def __init__(self, role: str, name: str) -> None:
        super().__init__()
        look(self, "card")
        self.role = role
        title = _(ROLES[role])
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(1.5), spacing(2), spacing(2))
        column.setSpacing(spacing(1))
        self.pad = SignaturePad(title)
        column.addWidget(self.pad)
        self.name = Line(_("Name: {who}").format(who=title))
        self.name.set_value(name)
        left_out = role in MAY_BE_LEFT_OUT
        column.addWidget(FieldBox(self.name, _("Leave empty if not signing.") if left_out else ""))
        column.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pad.paper.setFixedHeight(max(80, (self.width() - spacing(4)) // 3))

    @property
    def left_out(self) -> bool:
        """Whether this one does not sign at all, as is allowed."""
        drawn = self.pad.strokes() or self.pad.on_paper
        return self.role in MAY_BE_LEFT_OUT and not drawn and not (self.name.value() or "").strip()

    def signature(self) -> dict[str, Any]:
        """Return what was written and drawn."""
        return {
            "role": self.role,
            "name": self.name.value() or "",
            "strokes": self.pad.strokes(),
            "on_paper": self.pad.on_paper,
        }


class SignPage(QWidget):
    """The signatures under one record. `done` says that it is signed, `left` that it is not now, `closed` either."""

    done = Signal()
    left = Signal()
    closed = Signal()

    def __init__(
        self,
        context: Context,
        kind: str,
        row: Row,
        *,
        client_name: str,
        worker_name: str,
        names: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context, self.spec, self.row = context, SPECS[kind], row
        self.client_id = UUID(row["client_id"])
        self.setAccessibleName(_("Sign: {what}").format(what=_(self.spec.one)))
        known = {"client": client_name, "worker": worker_name}
        self.signers = tuple(Signer(role, known.get(role, "")) for role in SIGNERS.get(kind, BOTH))
        self.problem = label("", "problem")
        self.problem.hide()
        self.sign_button = button(_("Sign"), "primary", tip=_("Ctrl+Return"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self, self.sign)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.sign_button.clicked.connect(self.sign)
        self.back_button = button(_("Not now"), tip=_("Back, without signing (Esc)"))
        self.back_button.clicked.connect(self.left)
        self.done.connect(self.closed)
        self.left.connect(self.closed)
        self._build(names or {})
        for signer in self.signers:
            signer.pad.changed.connect(self._again)
        self.setFocusProxy(self.signers[0].pad.paper)

    def _build(self, names: Mapping[str, str]) -> None:
        page = look(QWidget(), "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        column.addWidget(heading(self._title(), 1))
        column.addWidget(
            label(_("Read this through together. What is signed does not change afterwards."), "quiet")
        )
        tell(column, self.spec, self.row, names)
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

    def _title(self) -> str:
        if "version_no" in self.row:
            said = _("{what}, version {number}")
            return said.format(what=_(self.spec.one), number=self.row["version_no"])
        return _(self.spec.one)

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
        wide = self.width() >= px(SIDE_BY_SIDE) * len(self.signers) / 2
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._pads.direction() != way:
            self._pads.setDirection(way)
        most = px(WIDEST) * (len(self.signers) if wide else 1)
        self._pads.setContentsMargins(0, 0, max(0, self.width() - 2 * spacing(3) - most), 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def sign(self) -> None:
        """Write the signatures, their day and the mark of the content, in one write."""
        signatures = [signer.signature() for signer in self.signers if not signer.left_out]
        store, spec, shown = self.context.store, self.spec, self.row
        try:
            versions.signed(spec, shown, signatures, _also(spec.kind, signatures))
        except Refused as refused:
            self._say(refused)
            return
        self.sign_button.setEnabled(False)
        write(self.context, lambda: _sign(store, spec.kind, shown, signatures), self._signed, self._say)

    def _signed(self) -> None:
        self.context.say(_("Signed."))
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


def _also(kind: str, signatures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what comes with the signing: a consent is given on the day and in the way in which it is signed."""
    if kind != "consent":
        return {}
    on_paper = any(signature["on_paper"] for signature in signatures)
    return {"given_on": today().isoformat(), "method": "paper" if on_paper else "screen"}


def _sign(store: Any, kind: str, shown: Row, signatures: Sequence[dict[str, Any]]) -> Any:
    """Sign what is stored, if it still says what was read through together."""
    spec = SPECS[kind]
    current = store.row(kind, UUID(shown["id"]))
    read = signed_content(spec.table, shown)
    if current is None or current["deleted"] or signed_content(spec.table, current) != read:
        raise KnownError(
            Message(N_("This has changed meanwhile.")), Message(N_("Go back, read it and sign again."))
        )
    return store.save(versions.signed(spec, current, signatures, _also(kind, signatures)))


# ---- over any page ----------------------------------------------------------------------------------------


def open_page(
    over: QWidget,
    context: Context,
    kind: str,
    row: Row,
    done: Callable[[], Any] | None = None,
    failed: Callable[[KnownError], Any] | None = None,
) -> None:
    """Show the signing of a record over the page on which a widget stands.

    What may not be signed yet is refused in words: to `failed`, or else in the line at the bottom.
    """
    try:
        versions.may_sign(SPECS[kind], row)
    except Refused as refused:
        if failed is not None:
            failed(refused)
        else:
            context.say("; ".join(str(problem.message) for problem in refused.problems))
        return
    store = context.store

    def read() -> tuple[Row | None, str, dict[str, str]]:
        return store.row("client", row["client_id"]), str(store.worker), store.worker_names()

    def show(found: tuple[Row | None, str, dict[str, str]]) -> None:
        client, worker, names = found
        name = f"{client['first_name']} {client['last_name']}" if client else ""
        page = SignPage(context, kind, row, client_name=name, worker_name=names.get(worker, ""), names=names)
        if done is not None:
            page.done.connect(done)
        lay_over(over, page)

    context.tasks.run(read, show, owner=over)


def lay_over(over: QWidget, page: QWidget) -> None:
    """Show a page (with `closed` and `client_id`) over the one on which a widget stands, until it closes."""
    within: list[QWidget] = [over]
    while (parent := within[-1].parentWidget()) is not None:
        within.append(parent)
    pages = next((one for one in within if isinstance(one, Pages)), None) or over.window().findChild(Pages)
    if pages is not None:
        pages.sheet(page, getattr(page, "client_id", None))
        return
    stacks = [one for one in within if isinstance(one, QStackedWidget)]
    stack = next((one for one in stacks if not isinstance(one.parentWidget(), QTabWidget)), None)
    if stack is not None:
        _lay_into(stack, page)


def _lay_into(stack: QStackedWidget, page: Any) -> None:
    before = stack.currentWidget()
    stack.addWidget(page)
    stack.setCurrentWidget(page)
    page.setFocus()

    def back() -> None:
        if before is not None:
            stack.setCurrentWidget(before)
            before.setFocus()
        stack.removeWidget(page)
        page.deleteLater()

    page.closed.connect(back)


def new_version(context: Context, kind: str, row: Row) -> None:
    """Copy what is signed into a new version and open it; one that is begun already is opened."""
    spec, store = SPECS[kind], context.store
    client_id = UUID(row["client_id"])

    def op() -> tuple[UUID, Any]:
        others = [one for one in store.rows(kind, client_id=client_id) if _of_same(one, row)]
        begun = [one for one in others if not one["content_hash"] and one["id"] > row["id"]]
        if begun:
            return UUID(max(begun, key=lambda one: str(one["id"]))["id"]), None
        made = validated(spec.table, versions.next_version(spec, row, others))
        return made.id, store.save(made)

    def opened(found: tuple[UUID, Any]) -> None:
        made, changes = found
        if changes is not None:
            context.bus.changed.emit(changes)
            context.say(
                _("A new version is begun."), lambda: write(context, lambda: store.delete(kind, made))
            )
        if kind == "career_plan":
            context.open_plan(client_id, made)
        else:
            context.edit(kind, made, client_id=client_id)

    context.tasks.run(op, opened)


def _of_same(one: Row, row: Row) -> bool:
    """Tell whether two rows are versions of the same: a client's agreements, the plans for the support in one job."""
    return bool(one.get("employment_id") == row.get("employment_id"))
