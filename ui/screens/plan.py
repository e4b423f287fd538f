"""The career plan: its editor, its versions, signing, comparing and the printed form."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import Refused
from app.i18n import _, format_date
from app.record import Row, validated
from app.services import SPECS
from app.services.coaching.records import CareerPlan
from ui.context import Context, write
from ui.field_history import attach
from ui.form import Form
from ui.screens import plan_versions as versions
from ui.screens.pictured import pictured
from ui.screens.plan_compare import ComparePage, version_name
from ui.screens.plan_read import PlanReading
from ui.screens.register_copy import COPY_KEY, MARK_KEY, RegisterLine
from ui.screens.sign import SignPage
from ui.screens.story import goals_of, present_plan
from ui.screens.words import day_of
from ui.theme import button, heading, label, look, px, spacing

SIDE_BY_SIDE = 900
SPEC = SPECS["career_plan"]


@dataclass(frozen=True)
class Plans:
    """A client's name, the versions of the plan, and who works here."""

    name: str
    plans: tuple[Row, ...]
    worker: str
    progress: tuple[Row, ...] = ()


def gather(store: Any, client_id: UUID) -> Plans:
    """Read a client's plans on the database thread."""
    case = store.case(client_id)
    return Plans(
        name=case.name if case else "",
        plans=tuple(versions.ordered(store.rows("career_plan", client_id=client_id))),
        worker=store.worker_names().get(str(store.worker), ""),
        progress=tuple(store.rows("plan_progress", client_id=client_id)),
    )


class PlanScreen(QWidget):
    """One client's plan. Without `plan_id` the present version opens, or a first one begins."""

    closed = Signal()

    def __init__(
        self, context: Context, client_id: UUID, plan_id: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.context, self.client_id, self.plan_id = context, client_id, plan_id
        self.plans = Plans("", (), "")
        self.row: Row | None = None
        self.form: Form | None = None
        self.reading: PlanReading | None = None
        self._then_sign = False
        self.setAccessibleName(_("Career plan"))
        self.pages = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)
        self._build()
        context.bus.changed.connect(self._changed)
        self._log_reading()
        context.tasks.run(partial(gather, context.store, client_id), self._begin)

    # ---- building ----

    def _build(self) -> None:
        self.title = heading("", 1)
        self.state = label("", "chip", wraps=False)
        self.sign_button = pictured(button(_("Sign"), tip=_("Sign the plan (Ctrl+G)")), "mdi6.draw-pen")
        self.compare_button = pictured(
            button(_("Compare versions"), "quiet", tip=_("Ctrl+Shift+K")), "mdi6.compare-horizontal"
        )
        self.preview_button = pictured(
            button(_("Preview"), "quiet", tip=_("Ctrl+P")), "mdi6.file-eye-outline"
        )
        self.new_button = button(_("Make a new version"), "primary", tip=_("Ctrl+Shift+N"))
        self.register = RegisterLine(self.context, "career_plan", lambda: self.row)
        for press, key in ((self.register.copy_now, COPY_KEY), (self.register.mark_now, MARK_KEY)):
            shortcut = QShortcut(QKeySequence(key), self, press)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for made, press, key in (
            (self.sign_button, self.sign, "Ctrl+G"),
            (self.compare_button, self.compare, "Ctrl+Shift+K"),
            (self.preview_button, self.preview, "Ctrl+P"),
            (self.new_button, self.new_version, "Ctrl+Shift+N"),
        ):
            made.clicked.connect(press)
            shortcut = QShortcut(QKeySequence(key), self, press)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Versions"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.itemActivated.connect(self._chosen)
        self.list.itemClicked.connect(self._chosen)
        self.frozen = self._frozen_notice()
        editor = QWidget()
        column = QVBoxLayout(editor)
        column.setContentsMargins(0, spacing(2), 0, 0)
        column.setSpacing(spacing(1))
        column.addLayout(self._head())
        column.addWidget(self.frozen)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(0)
        self.side = self._side()
        self._sides.addWidget(self.side, 1)
        column.addLayout(self._sides, 1)
        self.pages.addWidget(editor)

    def _head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setContentsMargins(spacing(3), 0, spacing(3), 0)
        head.setSpacing(spacing(1))
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.state)
        head.addLayout(row)
        buttons = QHBoxLayout()
        buttons.setSpacing(spacing(1))
        for made in (self.sign_button, self.preview_button, self.compare_button):
            buttons.addWidget(made)
        buttons.addStretch(1)
        head.addLayout(buttons)
        head.addWidget(self.register)
        return head

    def _frozen_notice(self) -> QWidget:
        outside = QWidget()
        outer = QHBoxLayout(outside)
        outer.setContentsMargins(spacing(3), 0, spacing(3), 0)
        frame = look(QFrame(), "notice")
        row = QHBoxLayout(frame)
        self.frozen_text = label()
        row.addWidget(self.frozen_text, 1)
        row.addWidget(self.new_button)
        outer.addWidget(frame)
        outside.hide()
        return outside

    def _side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(spacing(2), spacing(2), spacing(3), spacing(2))
        column.setSpacing(spacing(1))
        self.side_title = heading(_("Versions"), 3)
        column.addWidget(self.side_title)
        column.addWidget(self.list, 1)
        return side

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self._wide
        self.side.setVisible(len(self.plans.plans) > 0 and (wide or len(self.plans.plans) > 1))
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop
        if self._sides.direction() != way:
            self._sides.setDirection(way)
            self.side_title.setVisible(wide)
            self._show_versions()
        # Above the text the versions take two lines, so that the text keeps the height.
        self.side.setMaximumHeight(16777215 if wide else px(80))

    @property
    def _wide(self) -> bool:
        """Whether the versions have room beside the text."""
        return self.width() >= px(SIDE_BY_SIDE)

    # ---- what is shown ----

    def _log_reading(self) -> None:
        if self.plan_id is not None:
            store, plan_id = self.context.store, self.plan_id
            self.context.tasks.run(lambda: store.get("career_plan", plan_id))

    def _begin(self, plans: Plans) -> None:
        self.plans = plans
        wanted = [row for row in plans.plans if row["id"] == str(self.plan_id)]
        self._open(wanted[0] if wanted else present_plan(plans.plans))

    def _open(self, row: Row | None, *, go: bool = True) -> None:
        """Show a version, or the beginning of the first; `go`: and give it the keyboard."""
        self.row = row
        self.plan_id = UUID(row["id"]) if row else None
        before = self.form or self.reading
        if before is not None:
            self._sides.removeWidget(before)
            before.hide()
            before.deleteLater()
        self.form = self.reading = None
        shown: Form | PlanReading
        if row is not None and row["signed_on"]:
            shown = self.reading = PlanReading(row, goals_of(row, self.plans.progress))
        else:
            values = versions.blank(self.client_id)
            shown = self.form = Form(self.context, SPEC, row, client_id=self.client_id, values=values)
            attach(self.form)
            self.form.saved.connect(self._saved)
        shown.closed.connect(self.closed)
        self._sides.insertWidget(0, shown, 3)
        self.setFocusProxy(shown)
        self._show_head()
        self._show_versions()
        if go:
            self.focus_first()

    def focus_first(self) -> None:
        """Go to the first thing to write, or to the signed text."""
        if self.form is not None:
            self.form.focus_first()
        elif self.reading is not None:
            self.reading.setFocus()

    def _show_head(self) -> None:
        row = self.row
        number = row["version_no"] if row else 1
        self.title.setText(_("Career plan {number}: {name}").format(number=number, name=self.plans.name))
        signed = day_of(row["signed_on"]) if row else None
        self.state.setText(_("Signed {day}").format(day=format_date(signed)) if signed else _("Not signed"))
        look(self.state, "chip-good" if signed else "chip")
        self.frozen.setVisible(signed is not None)
        self.sign_button.setVisible(signed is None)
        self.preview_button.setVisible(row is not None)
        self.register.setVisible(row is not None)
        self.register.show_note(row)
        self.compare_button.setVisible(len(self.plans.plans) > 1)
        if row and signed:
            names = ", ".join(signature["name"] for signature in row["signatures"])
            self.frozen_text.setText(
                _(
                    "{names} signed this on {day}. A signed plan stays as it is, so that both can trust it."
                    " To change something, make a new version."
                ).format(names=names, day=format_date(signed))
            )

    def _show_versions(self) -> None:
        self.list.clear()
        for plan in self.plans.plans:
            made = format_date(day_of(plan["made_on"]))
            names = ", ".join(signature["name"] for signature in plan["signatures"])
            lines = [version_name(plan), _("made {day}").format(day=made), names]
            item = QListWidgetItem(("\n" if self._wide else " · ").join(line for line in lines if line))
            item.setData(Qt.ItemDataRole.UserRole, plan["id"])
            self.list.addItem(item)
            if self.row and plan["id"] == self.row["id"]:
                self.list.setCurrentItem(item)
        self.side.setVisible(len(self.plans.plans) > 0 and (self._wide or len(self.plans.plans) > 1))

    def _chosen(self, item: QListWidgetItem) -> None:
        wanted = item.data(Qt.ItemDataRole.UserRole)
        if self.row is None or wanted != self.row["id"]:
            self._leave_draft()
            self._open(next(row for row in self.plans.plans if row["id"] == wanted))

    def _leave_draft(self) -> None:
        if self.form is not None and self.form.changes():
            self.form.keep_draft()

    def _changed(self, changes: Any) -> None:
        if "career_plan" in changes.kinds and (not changes.clients or self.client_id in changes.clients):
            self.context.tasks.run(partial(gather, self.context.store, self.client_id), self._reloaded)

    def _reloaded(self, plans: Plans) -> None:
        """Follow what was changed elsewhere; what is being written stays."""
        self.plans = plans
        row = next((row for row in plans.plans if self.row and row["id"] == self.row["id"]), None)
        if row is not None and not (self.form and self.form.changes()) and row != self.row:
            here = QApplication.focusWidget()
            self._open(row, go=here is not None and self.isAncestorOf(here))
            return
        self.row = row or self.row
        self._show_head()
        self._show_versions()

    # ---- what one can do ----

    def _saved(self, record: Any) -> None:
        self.context.say(_("Plan saved."))
        self.plan_id = record.id
        self.context.tasks.run(partial(gather, self.context.store, self.client_id), self._after_save)

    def _after_save(self, plans: Plans) -> None:
        self.plans = plans
        self.row = next((row for row in plans.plans if row["id"] == str(self.plan_id)), self.row)
        self._show_head()
        self._show_versions()
        if self._then_sign:
            self._then_sign = False
            self.sign()

    def sign(self) -> None:
        """Go to the signatures; what is not saved yet is saved first."""
        if self.form is None or (self.row is not None and self.row["signed_on"]):
            return
        if self.row is None or self.form.changes():
            self._then_sign = True
            self.form.save()
            if self.form.changes() or self.row is None:
                self._then_sign = False
            return
        try:
            versions.may_sign(self.row)
        except Refused as refused:
            self.form.show_problems(refused.problems)
            return
        page = SignPage(
            self.context,
            "career_plan",
            self.row,
            client_name=self._first_name_first(),
            worker_name=self.plans.worker,
        )
        page.left.connect(self._back)
        page.done.connect(self._signed)
        self._show_page(page)

    def _first_name_first(self) -> str:
        last, _space, first = self.plans.name.rpartition(" ")
        return f"{first} {last}".strip()

    def _show_page(self, page: QWidget) -> None:
        self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        page.setFocus()

    def _back(self) -> None:
        page = self.pages.currentWidget()
        self.pages.setCurrentIndex(0)
        if page is not None and page is not self.pages.widget(0):
            self.pages.removeWidget(page)
            page.deleteLater()
        self.focus_first()

    def _signed(self) -> None:
        self._back()
        self.context.tasks.run(partial(gather, self.context.store, self.client_id), self._begin)

    def compare(self) -> None:
        """Show two versions side by side."""
        if len(self.plans.plans) > 1:
            page = ComparePage(self.plans.plans)
            page.left.connect(self._back)
            self._show_page(page)

    def preview(self) -> None:
        """Show the plan as it is printed."""
        if self.row is not None:
            self.context.preview("career_plan", UUID(self.row["id"]))

    def new_version(self) -> None:
        """Copy a signed version into the next one, and open it; one that is begun already is opened."""
        if self.row is None or not self.row["signed_on"]:
            return
        begun = [row for row in self.plans.plans if not row["signed_on"]]
        if begun:
            self._open(begun[0])
            return
        record = validated(CareerPlan, versions.next_version(self.row, self.plans.plans))
        context = self.context

        def undo() -> None:
            write(context, lambda: context.store.delete("career_plan", record.id))

        def opened() -> None:
            self.plan_id = record.id
            context.say(_("Version {number} begun.").format(number=record.version_no), undo)
            context.tasks.run(partial(gather, context.store, self.client_id), self._begin)

        write(context, lambda: context.store.save(record), opened)
