"""Every screen of the program one after the other, for what must hold on all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.services import SERVICES, SPECS
from app.settings import Settings
from storage.store import Store
from tests.ui.opened import Office, session
from ui import theme
from ui.lists import Lists
from ui.places import tabs
from ui.screens.client_page import ClientPage
from ui.screens.part_tabs import PartTabs
from ui.screens.parts import PARTS
from ui.shell import Shell
from ui.tasks import FakeTasks
from ui.unlock import UnlockWindow

Step = tuple[str, Callable[[], QWidget]]


class Walk:
    """Goes through the screens of an open store. `steps` names each, with what shows it and returns what to look at."""

    def __init__(
        self, store: Store, people: dict[str, UUID], settings: Settings, size: tuple[int, int]
    ) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, settings)
        self.store, self.aino = store, people["Aino"]
        self.session = session(store, settings, office=Office(address="https://centre.example"))
        self.shell = Shell(self.session)
        self.shell.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]
        self.shell.resize(*size)
        self.shell.show()
        self.shell.activateWindow()

    def close(self) -> None:
        """Leave the program."""
        self.session.runner.stop(lambda: None)
        self.shell.hide()
        self.shell.deleteLater()

    def steps(self) -> Iterator[Step]:
        """Yield every screen: the places, each kind's list and form, a client's page, and what lies over it."""
        for tab in tabs(self.store.role):
            yield " ".join(tab.place), lambda place=tab.place: self._go(place)
        for service in SERVICES:
            for number, spec in enumerate(service.records):
                yield f"list {spec.kind}", lambda key=service.key, n=number: self._list(key, n)
        yield "story", lambda: self._client("")
        for part in PARTS:
            yield f"part {part.key}", lambda key=part.key: self._client(key)
        for kind in SPECS:
            if SPECS[kind].form and SPECS[kind].sync.mode != "centre":
                yield f"form {kind}", lambda kind=kind: self._form(kind)
        yield "plan", self._plan
        yield "visit", self._visit
        yield "preview", self._preview
        for name in ("merge", "erase", "register"):
            rest = (None,) if name == "merge" else ()
            yield name, lambda name=name, rest=rest: self._go((name, self.aino, *rest))
        yield "conflicts", lambda: self._go(("conflicts",))

    def _go(self, place: tuple[Any, ...]) -> QWidget:
        self.shell.panel.drop(keep=False)
        self.shell.pages.go(place)
        return self.shell

    def _list(self, key: str, number: int) -> QWidget:
        self._go(("service", key))
        lists = self.shell.pages.currentWidget()
        assert isinstance(lists, Lists)
        lists.kinds.setCurrentRow(number)
        return self.shell

    def _client(self, part: str) -> QWidget:
        self._go(("client", self.aino))
        page = self.shell.pages.currentWidget()
        assert isinstance(page, ClientPage)
        if part:
            page.findChild(PartTabs).show_part(part)
        return self.shell

    def _form(self, kind: str) -> QWidget:
        self._client("")
        self.shell.edit(kind, client_id=self.aino if SPECS[kind].scope == "client" else None)
        assert self.shell.panel.form is not None
        return self.shell

    def _plan(self) -> QWidget:
        self.shell.panel.drop(keep=False)
        self.shell.open_plan(self.aino)
        return self.shell

    def _visit(self) -> QWidget:
        self._client("")
        self.shell.quick_visit(self.aino)
        return self.shell

    def _preview(self) -> QWidget:
        plan = self.store.rows("career_plan", client_id=self.aino)[0]
        self.shell.preview("career_plan", UUID(plan["id"]))
        return self.shell


def unlocking(folder: Path, settings: Settings) -> UnlockWindow:
    """Return the window before the store is open; the first run where the folder holds none."""
    return UnlockWindow(folder, settings, FakeTasks(), ahead=False)


def buttons_of(widget: QWidget) -> list[QAbstractButton]:
    """Return the buttons that a person can see and press."""
    return [one for one in widget.findChildren(QAbstractButton) if one.isVisible() and one.isEnabled()]
