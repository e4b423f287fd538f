"""The main window: tabs on the left, the present place, a form beside it, and the status line below.

It gives the screens their context (the ways to each other). Its title never says anything of a client.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _
from ui import theme
from ui.actions import Act, fill_menus
from ui.context import Context
from ui.icons import icon
from ui.pages import Pages, keep_drafts
from ui.panel import LEAST, WIDTH, Panel
from ui.places import Place, build, client_of, tabs
from ui.say import SayLine
from ui.search import SearchPalette
from ui.status import StatusLine

if TYPE_CHECKING:
    from storage.search import Hit
    from ui.session import Session

PANEL_BESIDE = 1120
TEXT_BESIDE_ICON = 760


class _Places(QListWidget):
    """The list of places. Where none of them is the present one, the focus alone chooses none."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus: Qt makes the first line the current one where there is none."""
        nowhere = self.currentRow() < 0
        self.blockSignals(nowhere)
        super().focusInEvent(event)
        if nowhere:
            self.setCurrentRow(-1)
            self.blockSignals(False)


class Shell(QMainWindow):
    """The window of an open store. `lock_asked` and `leave_asked` are for `ui.app`, which holds the store."""

    lock_asked = Signal()
    leave_asked = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__()
        self.session = session
        self.setWindowTitle("Työpari")
        self.setMinimumSize(640, 480)
        self.resize(theme.px(1240), theme.px(800))
        self.private = False
        self.context = Context(
            store=session.store,
            tasks=session.tasks,
            bus=session.bus,
            settings=session.settings,
            show_client=self.show_client,
            edit=self.edit,
            quick_visit=self.quick_visit,
            open_plan=self.open_plan,
            preview=self.preview,
            say=self.say,
            go=self.go,
            role=session.role,
        )
        session.tasks.failed = lambda error: self.say(str(error))
        session.bus.changed.connect(self._changed)
        self._build(("today",))

    # ---- building ----

    def _build(self, place: Place) -> None:
        self.tabs = tabs(self.session.role)
        self.nav = self._make_nav()
        self.pages = Pages(self._page)
        self.panel = Panel(self.context)
        self.panel.filled.connect(self._panel_filled)
        self.panel.emptied.connect(self._panel_emptied)
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.pages)
        self.split.addWidget(self.panel)
        self.split.setStretchFactor(0, 1)
        self._divided = False  # whether a person chose how wide the form is
        self.split.splitterMoved.connect(self._divide)
        self.hidden = theme.label(_("Hidden. F12 shows everything again."), "quiet")
        self.hidden.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.outer = QStackedWidget()
        self.outer.addWidget(self.split)
        self.outer.addWidget(self.hidden)
        self.said, self.status = SayLine(), StatusLine()
        self.status.decide.connect(self.conflicts)
        self.status.show_state(self.session.runner.known)
        self.session.runner.state.connect(self.status.show_state)
        self.whole = self._lay_out()
        self.setCentralWidget(self.whole)
        self.acts = self._acts()
        self.actions_by_text = fill_menus(self, self.acts)
        self.palette_ = SearchPalette(
            self, self.session.store, self.session.tasks, self._search_acts, self.open_hit
        )
        self.pages.moved.connect(self._moved)
        self.pages.go(place)
        self._fit()

    def _lay_out(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.nav)
        row.addWidget(self.outer, 1)
        column.addLayout(row, 1)
        column.addWidget(self.said)
        column.addWidget(self.status)
        return whole

    def _make_nav(self) -> QListWidget:
        nav = _Places()
        nav.setAccessibleName(_("Parts of the program"))
        nav.setStyleSheet("QListWidget { border: none; background: transparent; padding: 8px 0 8px 8px; }")
        nav.setIconSize(QSize(theme.px(20), theme.px(20)))
        nav.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for number, tab in enumerate(self.tabs, 1):
            item = QListWidgetItem(icon(tab.icon), _(tab.title))
            item.setSizeHint(QSize(0, theme.px(40)))
            item.setToolTip(f"{_(tab.title)} (Ctrl+{number})")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _(tab.title))
            nav.addItem(item)
        nav.currentRowChanged.connect(self._tab)
        nav.itemClicked.connect(lambda _item: self._tab(nav.currentRow()))
        return nav

    def _page(self, place: Place) -> QWidget:
        made = build(place, self.context, self._settings_page)
        decide = getattr(made, "decide", None)
        if decide is not None:
            decide.connect(self.conflicts)
        return made

    def _settings_page(self) -> QWidget:
        from ui.settings_page import SettingsPage

        return SettingsPage(self.session, self.say)

    def _acts(self) -> list[Act]:
        go, new, view, program = _("Go"), _("New"), _("View"), _("Program")
        places = [
            Act(go, _(tab.title), partial(self.pages.go, tab.place), f"Ctrl+{number}")
            for number, tab in enumerate(self.tabs, 1)
        ]
        return [
            Act(program, _("Sync now"), self.session.runner.run, "F5"),
            Act(program, _("Decisions"), self.conflicts, "Ctrl+D"),
            Act(program, _("Lock"), self.lock_asked.emit, "Ctrl+L", private=True),
            Act(program, _("Quit"), self.leave_asked.emit, "Ctrl+Q", private=True),
            Act(new, _("New client"), lambda: self.edit("client"), "Ctrl+N"),
            Act(new, _("Write a visit"), self.quick_visit, "Ctrl+T"),
            Act(new, _("Undo the last deletion"), self._undo, "Ctrl+Shift+Z"),
            *places,
            Act(go, _("Search"), self.search, "Ctrl+K"),
            Act(go, _("Back"), self.pages.back, "Alt+Left"),
            Act(go, _("Forward"), self.pages.forward, "Alt+Right"),
            Act(view, _("Show only the present client"), self.toggle_private, "F12", True, True),
            Act(view, _("Larger text"), lambda: self._text_size(10), "Ctrl++", private=True),
            Act(view, _("Smaller text"), lambda: self._text_size(-10), "Ctrl+-", private=True),
        ]

    def _search_acts(self) -> list[Act]:
        return [act for act in self.acts if act.text != _("Search")]

    def rebuild(self) -> None:
        """Make everything anew in the present language, colours and text size, at the same place."""
        keep_drafts(self)
        place = self.pages.place
        self.session.runner.state.disconnect(self.status.show_state)
        for old in (self.palette_, self.whole):
            old.hide()
            old.deleteLater()
        for action in self.actions():
            self.removeAction(action)
        self._build(place)

    # ---- the ways to each other (see ui.context) ----

    def show_client(self, client_id: UUID) -> None:
        """Open the client's page."""
        if not self.private or client_id == self._present():
            self.pages.go(("client", client_id))

    def edit(
        self,
        kind: str,
        record_id: UUID | None = None,
        *,
        client_id: UUID | None = None,
        values: dict[str, Any] | None = None,
    ) -> None:
        """Open the form of a kind in the panel beside the page; for a new record without `record_id`."""
        self.panel.edit(kind, record_id, client_id=client_id, values=values, saved=self._saved)

    def quick_visit(self, client_id: UUID | None = None, record_id: UUID | None = None) -> None:
        """Write a visit, of a client or of one to be chosen."""
        from ui.screens.visit import QuickVisit

        if client_id is None and record_id is None:
            client_id = self._present()
        self.pages.sheet(QuickVisit(self.context, client_id=client_id, record_id=record_id), client_id)

    def open_plan(self, client_id: UUID, plan_id: UUID | None = None) -> None:
        """Open a client's plan."""
        self.pages.go(("plan", client_id, plan_id))

    def preview(self, kind: str, record_id: UUID) -> None:
        """Show a document as it will be printed."""
        from ui.screens.pdf_preview import PdfPreview

        self.pages.sheet(PdfPreview(self.context, kind, record_id), self._present())

    def say(self, text: str, undo: Callable[[], Any] | None = None) -> None:
        """Say one calm line."""
        self.said.say(text, undo)

    def go(self, place: Place) -> None:
        """Go to a place; while all but the present client is hidden, to hers alone."""
        if not self.private or client_of(place) == self._present():
            self.pages.go(place)

    def conflicts(self) -> None:
        """Open what needs a decision."""
        self.pages.go(("conflicts",))

    def search(self) -> None:
        """Open the search over everything."""
        self.palette_.begin()

    def open_hit(self, hit: "Hit") -> None:
        """Open what was found, at the client whom it belongs to."""
        if hit.client_id is None:
            self.edit(hit.kind, hit.id)
        elif hit.kind == "client":
            self.show_client(hit.client_id)
        elif hit.kind == "career_plan":
            self.open_plan(hit.client_id, hit.id)
        elif hit.kind == "support_visit":
            self.show_client(hit.client_id)
            self.quick_visit(hit.client_id, hit.id)
        elif hit.kind == "attachment":
            self.show_client(hit.client_id)
            page = self.pages.currentWidget()
            if self._present() == hit.client_id and page is not None:
                page.open_document(hit.id)  # type: ignore[attr-defined]  # it is the client's page
        else:
            self.show_client(hit.client_id)
            self.edit(hit.kind, hit.id, client_id=hit.client_id)

    # ---- privacy ----

    def toggle_private(self) -> None:
        """Hide everything but the present client, or show everything again."""
        self.private = not self.private
        self.palette_.end()
        self.said.clear()
        for act in self.acts:
            action = self.actions_by_text[act.text]
            action.setEnabled(act.private or not self.private)
            if act.checkable:
                action.setChecked(self.private)
        self._cover()

    def _present(self) -> UUID | None:
        found: UUID | None = client_of(self.pages.place)
        return found

    def _cover(self) -> None:
        self.nav.setVisible(not self.private)
        on_top, whose = self.pages.sheet_client
        shown = whose if on_top else self._present()
        alone = shown is not None and (self._present() is None or shown == self._present())
        self.outer.setCurrentIndex(1 if self.private and not alone else 0)
        self.panel.setVisible(self.panel.filled_now and (not self.private or self.panel.client_id == shown))

    # ---- what happens ----

    def _tab(self, row: int) -> None:
        if 0 <= row < len(self.tabs) and self.tabs[row].place != self.pages.place:
            self.pages.go(self.tabs[row].place)

    def _moved(self, place: Place) -> None:
        rows = {tab.place: row for row, tab in enumerate(self.tabs)}
        row = rows.get(place, rows.get(("service", "clients"), 0) if client_of(place) else -1)
        self.nav.blockSignals(True)
        self.nav.setCurrentRow(row)
        self.nav.blockSignals(False)
        if self.private:
            self._cover()

    def _saved(self, kind: str, record_id: UUID, new: bool) -> None:
        self.say(_("Saved."))
        if kind == "client" and new:
            self.show_client(record_id)

    def _undo(self) -> None:
        self.said.take_back()

    def _changed(self, changes: Any) -> None:
        """Leave a client, or an entry, that has gone from this device."""
        self.panel.leave_what_is_hidden(changes)
        client = self._present()
        if client is None or client not in changes.clients:
            return
        store = self.session.store

        def gone() -> str:
            row = store.row("client", client)
            if row is None:
                return "" if store.limits.hidden() else "left"
            return "deleted" if row["deleted"] else ""

        def answered(why: str) -> None:
            if why and self._present() == client:
                self.panel.drop(keep=why == "deleted")
                self.pages.forget(client)
                self.say(_("This client is no longer on this computer."))

        self.session.tasks.run(gone, answered, owner=self)

    def _text_size(self, by: int) -> None:
        size = max(80, min(200, self.session.settings["text_size"] + by))
        if size != self.session.settings["text_size"]:
            self.session.settings["text_size"] = size
            self.session.restyle()

    def _divide(self) -> None:
        self._divided = True

    def _panel_filled(self) -> None:
        """Give the form the width that its lines need, but leave the page its half."""
        self._fit()
        if not self._divided:
            room = self.split.width()
            beside = min(theme.px(WIDTH), room // 2)
            self.split.setSizes([room - beside, beside])

    def _panel_emptied(self) -> None:
        self._fit()
        current = self.pages.currentWidget()
        if self.pages.place == ("today",) and current is not None:
            current.reload()  # type: ignore[attr-defined]  # what the form left unfinished is no change
        if current is not None:
            current.setFocus()

    def _fit(self) -> None:
        """Show the form beside the page where there is room, else in its place; the tabs with text likewise."""
        wide = self.width() >= theme.px(PANEL_BESIDE)
        self.pages.setVisible(wide or not self.panel.filled_now)
        self.panel.setMinimumWidth(theme.px(LEAST) if wide else 0)
        with_text = self.width() >= theme.px(TEXT_BESIDE_ICON)
        for row, tab in enumerate(self.tabs):
            self.nav.item(row).setText(_(tab.title) if with_text else "")
        widest = max(
            self.nav.fontMetrics().horizontalAdvance(self.nav.item(r).text()) for r in range(self.nav.count())
        )
        self.nav.setFixedWidth(widest + theme.px(20) + theme.spacing(5))
        if self.private:
            self._cover()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the parts to the new size."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            QTimer.singleShot(0, self, self.rebuild)
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leaving locks first; `ui.app` closes the window when that is done."""
        event.ignore()
        self.leave_asked.emit()
