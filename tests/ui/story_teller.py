"""What the chapters of the long story share: the window, the store to check by, the day, and the client's page."""

import os
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QApplication, QLabel

from app.record import Row
from storage.store import Store
from tests.ui.story_hands import Calendar, Hands
from ui.screens.client_page import ClientPage
from ui.screens.phase_proposal import ProposalNotice
from ui.screens.today import TodayScreen
from ui.shell import Shell

PICTURES = os.environ.get("STORY_PICTURES", "")


@dataclass
class Story:
    """The program in the hands of one coach, and what the story knows of its client."""

    window: Shell
    store: Store
    calendar: Calendar
    hands: Hands = field(init=False)
    client: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.hands = Hands(self.window)

    # ---- days ----

    def on(self, day: date) -> None:
        """Begin a day: the coach comes to Today."""
        self.calendar.move(day)
        self.hands.press("Ctrl+2", "Ctrl+1")  # what stands open over midnight turns its page by itself
        assert isinstance(self.window.pages.currentWidget(), TodayScreen)

    @property
    def today(self) -> TodayScreen:
        """The screen of the day."""
        page = self.window.pages.currentWidget()
        assert isinstance(page, TodayScreen)
        return page

    def due(self) -> list[tuple[str, str]]:
        """Return (group, what) of each line that Today shows."""
        return [(group.title, line.what) for group in self.today.list.lines.groups for line in group.lines]

    def open_due(self, what: str) -> None:
        """Go down Today's list to a thing, and press Enter on it."""
        view = self.today.list
        assert self.hands.within(view), f"Today opened with the keyboard at {self.hands.at()}"
        self.hands.press("Ctrl+Home")
        for _ in range(view.lines.rowCount()):
            line = view.lines.line(view.currentIndex())
            if line is not None and line.what == what:
                self.hands.press("Return")
                return
            self.hands.press("Down")
        raise AssertionError(f"{what!r} is not in {self.due()}")

    # ---- the client's page ----

    def to_client(self) -> ClientPage:
        """Find the client by the search, and open the page."""
        self.hands.press("Ctrl+K")
        self.hands.type("korppila")
        QApplication.processEvents()
        self.hands.press("Return")
        return self.page

    @property
    def page(self) -> ClientPage:
        """The client's page."""
        page = self.window.pages.currentWidget()
        assert isinstance(page, ClientPage), f"this is {type(page).__name__}"
        assert page.client_id == self.client
        return page

    def part(self, number: int) -> Any:
        """Go to a part by Alt and its number, and come to where its keys work."""
        page = self.page
        self.hands.press(f"Alt+{number}")
        assert page.parts.currentIndex() == number - 1
        part = page.parts.part(number - 1)
        assert self.hands.within(part) or self.hands.within(page.parts.bar.tabs[number - 1])
        return part

    # ---- forms ----

    def form(self, title: str) -> Any:
        """Return the open form, whose heading must be so, with the keyboard in it."""
        panel = self.window.panel
        assert panel.filled_now, f"no form is open, but: {self.window.said.text.text()!r}"
        assert panel.heading.text() == title
        assert self.hands.within(panel.form), f"the form is open, the keyboard is at {self.hands.at()}"
        return panel.form

    def save(self) -> None:
        """Save the open form by key; the program says that it is saved, and the keyboard is back on the page."""
        panel = self.window.panel
        form = panel.form
        self.hands.press("Ctrl+Return")
        if form is not None and panel.form is form:
            problems = [
                one.text()
                for one in form.findChildren(QLabel)
                if one.property("look") == "problem" and one.text()
            ]
            raise AssertionError(f"not saved: {problems}")
        assert self.window.said.text.text() == "Saved."
        if not panel.filled_now:
            assert self.hands.within(self.window.pages.currentWidget()), f"after saving: {self.hands.at()}"

    def write(self, title: str, **values: Any) -> None:
        """Fill the open form in the order given, and save it."""
        self.form(title)
        self.hands.form(**values)
        self.save()

    def visit(self, notes: str, *, agree_next: bool = False, **values: Any) -> str:
        """Write a visit by V on the client's page: the notes first, as the sheet opens there. Return what is said."""
        from ui.screens.visit import QuickVisit

        self.hands.press("V")
        self.finish_visit(notes, agree_next=agree_next, **values)
        assert not isinstance(self.window.pages.currentWidget(), QuickVisit)
        return self.window.said.text.text()

    def finish_visit(self, notes: str, *, agree_next: bool = False, **values: Any) -> None:
        """Write into the open sheet of a visit, and save it by key."""
        from ui.screens.visit import QuickVisit

        sheet = self.window.pages.currentWidget()
        assert isinstance(sheet, QuickVisit), f"this is {type(sheet).__name__}"
        assert self.hands.at() == "Notes", f"the visit opened with the keyboard at {self.hands.at()}"
        self.hands.type(notes)
        if agree_next:
            self.hands.press("Ctrl+Shift+D")
        self.hands.form(**values)
        self.hands.press("Ctrl+Return")

    def sign(self, **names: str) -> None:
        """Sign the open page: each draws in turn; a name that is not known is typed below. Saved by key."""
        for role, name in names.items():
            self.hands.draw(self.hands.tab_to(f"Signature: {role.replace('_', ' ')}"))
            if name:
                self.hands.fill(f"Name: {role.replace('_', ' ')}", name)
        self.picture("sign-" + "-".join(names))
        self.hands.press("Ctrl+Return")
        assert self.window.said.text.text() == "Signed.", self.hands.sees()

    # ---- what is so ----

    def rows(self, kind: str, **where: Any) -> list[Row]:
        """Return the client's rows of a kind, newest last."""
        found = self.store.rows(kind, client_id=self.client, where=where or None)
        return sorted(found, key=lambda row: row["id"])

    def one(self, kind: str, **where: Any) -> Row:
        """Return the only row of a kind."""
        (row,) = self.rows(kind, **where)
        return row

    def phase(self) -> tuple[str, str]:
        """Return the client's phase and level, as Today knows them."""
        case = self.store.case(self.client)
        assert case is not None
        return case.phase, case.level

    def accept(self, phase: str, level: str = "", *reasons: str) -> None:
        """Look at the proposed phase on the story, take it by F, and save it unchanged; reasons are shown and kept."""
        page = self.page
        notice = page.phase.findChild(ProposalNotice)
        assert notice is not None
        assert notice.isVisible(), "nothing is proposed"
        self.hands.press("F")
        self.form("Phase change")
        shown = notice.reasons.text()
        for reason in reasons:
            assert reason in shown
        self.save()
        row = self.rows("phase_change")[-1]
        assert (row["phase"], row["level"]) == (phase, level)
        assert all(reason in row["reason"] for reason in reasons)
        assert self.phase() == (phase, level)

    def nothing_proposed(self) -> None:
        """Look that the story proposes no phase."""
        notice = self.page.phase.findChild(ProposalNotice)
        assert notice is None or not notice.isVisible(), notice.title.text()

    def picture(self, name: str) -> None:
        """Keep a picture of the window, where somebody wants to look."""
        if PICTURES:
            QApplication.processEvents()
            self.window.grab().save(f"{PICTURES}/{name}.png")
