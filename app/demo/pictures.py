"""Pictures of every screen, taken of the real windows without a display: languages, dark colours, large text."""

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from PySide6.QtCore import QCoreApplication, QEvent, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from app.demo.papers import WHOSE, signed_plan
from app.demo.signatures import strokes
from app.settings import Settings
from storage.store import Store
from ui import language, theme
from ui.bus import Bus
from ui.centre import way_to
from ui.screens.part_tabs import PartTabs
from ui.screens.parts import PARTS
from ui.screens.plan import PlanScreen
from ui.screens.sign import SignPage
from ui.screens.visit import QuickVisit
from ui.session import Session
from ui.shell import Shell
from ui.sync_runner import SyncRunner
from ui.tasks import FakeTasks
from ui.unlock import UnlockWindow

W = TypeVar("W", bound=QWidget)
LANGUAGES = ("fi", "sv")
LOOKS: dict[str, dict[str, Any]] = {"dark": {"theme": "dark"}, "200": {"text_size": 200}}
WIDTH, HEIGHT = 1360, 860
DRAFT_OF = "Hietaranta"
"""A client whose latest plan is not signed yet."""
WRITTEN = {
    "minutes": 60,
    "place": "workplace",
    "topics": ["feedback", "employer"],
    "notes": "Aamupalan jako sujuu. Esihenkilö toivoo, että torstain vuoro alkaa puoli tuntia myöhemmin.",
    "next_steps": "Asiakas kertoo ensi viikolla, sopiiko uusi aika.",
}
"""What stands in the form of a visit."""


class Studio:
    """Takes the pictures of one store into a folder. Everything runs at once, so that nothing has to be waited for."""

    def __init__(self, store: Store, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.store, self.folder = store, folder
        self.files: list[Path] = []
        self.failures: list[str] = []
        qInstallMessageHandler(_say)
        found = QApplication.instance() or QApplication(["tyopari"])
        assert isinstance(found, QApplication)
        self.app = found
        self.app.setQuitOnLastWindowClosed(False)
        self.client, self.draft_of = (self._client(name) for name in (WHOSE, DRAFT_OF))

    def _client(self, last_name: str) -> UUID:
        return UUID(self.store.rows("client", where={"last_name": last_name})[0]["id"])

    # ---- what is taken ----

    def take_all(self) -> None:
        """Take every screen in each language, then Today and a client in dark colours and at double size."""
        for code in LANGUAGES:
            self._before_opening(code)
            with self._shell(code) as shell:
                for name, show in self._screens().items():
                    show(shell)
                    self._take(shell, f"{name}-{code}")
            for look, options in LOOKS.items():
                with self._shell(code, **options) as shell:
                    self._take(shell, f"today-{look}-{code}")
                    shell.show_client(self.client)
                    self._take(shell, f"client-{look}-{code}")

    def take_conflicts(self, store: Store) -> None:
        """Take the screen of decisions while one waits."""
        for code in LANGUAGES:
            with self._shell(code) as shell:
                shell.conflicts()
                self._take(shell, f"conflicts-{code}")
                if shell.pages.place != ("conflicts",):
                    self.failures.append(f"conflicts-{code}: {shell.pages.place[0]}")

    def _screens(self) -> dict[str, Callable[[Shell], None]]:
        plan = UUID(signed_plan(self.store)["id"])
        profiles = self.store.rows("vocational_profile", client_id=self.client, order=("-version_no",))
        profile = UUID(profiles[0]["id"])
        return {
            "today": lambda shell: None,
            "clients": lambda shell: shell.pages.go(("service", "clients")),
            "client": lambda shell: shell.show_client(self.client),
            "profile": lambda shell: shell.edit("vocational_profile", profile, client_id=self.client),
            "coaching": _coaching,
            "plan-editor": lambda shell: shell.open_plan(self.draft_of),
            "signing": _signing,
            "plan-signed": lambda shell: shell.open_plan(self.client, plan),
            **{f"part-{part.key}": partial(self._part, part.key) for part in PARTS},
            "visit": self._visit,
            "preview": lambda shell: shell.preview("career_plan", plan),
            "settings": lambda shell: shell.pages.go(("settings",)),
            "search": _search,
        }

    def _part(self, key: str, shell: Shell) -> None:
        """Show a part of the client's page: of somebody in the search for what belongs there."""
        shell.show_client(self.draft_of if key == "search" else self.client)
        _shown(shell, PartTabs).show_part(key)

    def _visit(self, shell: Shell) -> None:
        shell.show_client(self.client)
        shell.quick_visit(self.client)
        form = _shown(shell, QuickVisit).form
        if form is None:
            raise LookupError("form")
        for name, value in WRITTEN.items():
            form.boxes[name].editor.set_value(value)

    def _before_opening(self, code: str) -> None:
        """Take the first run and the unlocking."""
        with tempfile.TemporaryDirectory() as empty:
            for name, folder in (("first-run", Path(empty)), ("unlock", self.store.folder)):
                settings = self._look(code)
                tasks = self._tasks()
                window = UnlockWindow(folder, settings, tasks, ahead=False)
                self._take(window, f"{name}-{code}")
                self._remove(window)
                tasks.close()

    # ---- how ----

    def _tasks(self) -> FakeTasks:
        """Return a way to run operations at once that notes what goes wrong."""
        tasks = FakeTasks(crashed=lambda error: self.failures.append(f"{type(error).__name__}: {error}"))
        return tasks

    def _look(self, code: str, **options: Any) -> Settings:
        settings = Settings()
        for name, value in {"theme": "light", "language": code, **options}.items():
            settings[name] = value
        theme.apply(self.app, settings)
        language.use(code)
        return settings

    @contextmanager
    def _shell(self, code: str, **options: Any) -> Iterator[Shell]:
        settings, tasks, bus = self._look(code, **options), self._tasks(), Bus()
        centre = way_to(self.store)
        runner = SyncRunner(self.store, tasks, bus, centre)
        shell = Shell(Session(self.store, tasks, bus, settings, runner, centre, self.store.role))
        shell.resize(WIDTH, HEIGHT)
        runner.start()
        try:
            shell.show()
            yield shell
        finally:
            runner.stop(lambda: None)
            self._remove(shell)
            for draft in self.store.drafts():
                self.store.drop_draft(draft["key"])
            tasks.close()
            centre.close()

    def _take(self, window: QWidget, name: str) -> None:
        if not window.isVisible():
            window.resize(WIDTH, HEIGHT)
            window.show()
        for _turn in range(4):
            self.app.processEvents()
        file = self.folder / f"{name}.png"
        window.grab().save(str(file))
        self.files.append(file)

    def _remove(self, window: QWidget) -> None:
        window.hide()
        window.blockSignals(True)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _say(kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
    """Pass on what Qt says, but for what the screenless platform says of every window."""
    if "propagateSizeHints" not in text:
        logging.getLogger("tyopari").warning("%s: %s", kind.name, text)


def _coaching(shell: Shell) -> None:
    shell.panel.drop(keep=False)
    shell.pages.go(("service", "coaching"))


def _signing(shell: Shell) -> None:
    """Open the signatures of the plan that is shown, and draw both."""
    _shown(shell, PlanScreen).sign()
    page = _shown(shell, SignPage)
    for signer in page.signers:
        signer.pad.set_strokes(strokes(str(signer.name.value())))


def _shown(shell: Shell, kind: type[W]) -> W:
    """Return the widget of a kind that the window shows. Raises LookupError."""
    found = next((widget for widget in shell.findChildren(kind) if widget.isVisible()), None)
    if found is None:
        raise LookupError(kind.__name__)
    return found


def _search(shell: Shell) -> None:
    shell.pages.go(("today",))
    shell.search()
    shell.palette_.field.setText("lounasruuhka")
