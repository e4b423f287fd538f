"""Where the person is: one place at a time, back and forward between places, and sheets that lie over a place."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.places import Place

LONGEST_WAY = 50


def keep_drafts(within: QWidget) -> None:
    """Let every form inside keep what is typed."""
    for widget in [within, *within.findChildren(QWidget)]:
        keep = getattr(widget, "keep_draft", None)
        if callable(keep):
            keep()


class Pages(QStackedWidget):
    """Shows places and sheets. `moved` carries the place after each move.

    The widget of a tab is kept; those of clients and plans are made anew each time, so that nothing of a
    client stays behind. A sheet (a visit, a preview) leads back to its place when it sends `closed`.
    """

    moved = Signal(object)

    def __init__(self, build: Callable[[Place], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self._tabs: dict[Place, QWidget] = {}
        self._page: QWidget | None = None
        self._sheets: list[tuple[QWidget, Any]] = []
        self._way: list[Place] = []
        self._at = -1
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        """Ask for the room of what is shown, not of every tab that was ever shown."""
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()

    @property
    def place(self) -> Place:
        """The present place."""
        return self._way[self._at] if self._way else ("today",)

    @property
    def sheet_client(self) -> tuple[bool, Any]:
        """Whether a sheet lies on top, and whom it is about (None if that is not known)."""
        if not self._sheets:
            return False, None
        widget, client_id = self._sheets[-1]
        return True, getattr(widget, "client_id", client_id)

    def go(self, place: Place) -> None:
        """Move to a place and remember the way; what lies on top closes and keeps its draft."""
        if not self._way or place != self.place:
            self._way = [*self._way[: self._at + 1], place][-LONGEST_WAY:]
            self._at = len(self._way) - 1
        self._arrive()

    def back(self) -> None:
        """Close the topmost sheet, or go to the place before."""
        if self._sheets:
            self.close_sheet()
        elif self._at > 0:
            self._at -= 1
            self._arrive()

    def forward(self) -> None:
        """Go to the place that `back` left."""
        if self._at < len(self._way) - 1:
            self._at += 1
            self._arrive()

    def forget(self, client_id: Any) -> None:
        """Leave a client who is no longer here, and every way back to them."""
        here = self.place
        self._way = [place for place in self._way if client_id not in place] or [("today",)]
        self._at = min(self._at, len(self._way) - 1)
        if client_id in here:
            self._arrive()

    def sheet(self, widget: QWidget, client_id: Any = None) -> None:
        """Lay a sheet over the place until it sends `closed`."""
        self._sheets.append((widget, client_id))
        closed: Any = getattr(widget, "closed", None)
        if closed is not None:
            closed.connect(self._sheet_closed)  # nothing here holds the sheet: it goes when Qt lets it go
        self.addWidget(widget)
        self.setCurrentWidget(widget)
        _focus(widget, widget.focusWidget())
        self.moved.emit(self.place)

    def close_sheet(self, widget: QWidget | None = None) -> None:
        """Close a sheet (the topmost if none is named); its draft stays."""
        if not self._sheets:
            return
        widget = widget or self._sheets[-1][0]
        self._sheets = [pair for pair in self._sheets if pair[0] is not widget]
        top = self._sheets[-1][0] if self._sheets else self._page
        before = top.focusWidget() if top is not None else None
        if top is not None:
            self.setCurrentWidget(
                top
            )  # before the sheet goes, or whatever lies next in the stack is shown for a moment
        self._drop(widget)
        if top is not None:
            _focus(top, before)
        self.moved.emit(self.place)

    # ---- inside ----

    def _sheet_closed(self) -> None:
        sheet = self.sender()
        if isinstance(sheet, QWidget):
            self.close_sheet(sheet)

    def _arrive(self) -> None:
        sheets, self._sheets = self._sheets, []
        place, before = self.place, self._page
        page = self._tabs.get(place) or self._build(place)
        if place[0] in ("today", "service", "settings"):
            self._tabs[place] = page
        if self.indexOf(page) < 0:
            self.addWidget(page)
            closed: Any = getattr(page, "closed", None)
            if closed is not None:
                closed.connect(self.back)
        self._page = page
        had = page.focusWidget()
        self.setCurrentWidget(page)
        for widget, _client in sheets:
            self._drop(widget)
        if before is not None and before is not page and before not in self._tabs.values():
            self._drop(before)
        _focus(page, had)
        self.moved.emit(place)

    def _drop(self, widget: QWidget) -> None:
        keep_drafts(widget)
        self.removeWidget(widget)
        widget.hide()
        widget.deleteLater()


def _focus(page: QWidget, before: QWidget | None) -> None:
    """Give the focus to what had it `before` on a page if that is still there, else to where the page wants it."""
    if before is not None and before.isVisibleTo(page):
        before.setFocus()
    elif page.focusProxy() is not None:
        page.setFocus()
    else:
        page.focusNextChild()
