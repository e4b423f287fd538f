"""Logging in from Settings, by keyboard, at a real centre and a real OpenID provider."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import clock
from app.demo.centre import EmbeddedCentre
from app.settings import Settings
from storage.store import Store
from sync.server import accounts, login_rules, passwords
from sync.server.database import writing
from tests.openid import CLIENT, Provider, provider
from ui.bus import Bus
from ui.centre import way_to
from ui.centre_card import CentreCard
from ui.session import Session
from ui.sync_runner import SyncRunner
from ui.tasks import Tasks

GOOD, OTHER = "four words nobody would guess", "five other words nobody guesses"
WHO = "maija"
LONG = 20_000


@pytest.fixture(scope="module")
def organisation() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[EmbeddedCentre]:
    made = EmbeddedCentre(tmp_path / "centre")
    with writing(made.engine) as connection:
        worker = accounts.add_user(connection, WHO, "job-coach", "Maija Kallio")
        accounts.set_password(connection, worker, passwords.keep(GOOD), must_change=False)
    made.start()
    yield made
    made.close()


def asks(
    centre: EmbeddedCentre, organisation: Provider | None = None, enrol_with: str = "code+login"
) -> None:
    named = {"issuer": organisation.issuer, "client_id": CLIENT} if organisation else {}
    with writing(centre.engine) as connection:
        login_rules.change(connection, enrol_with=enrol_with, **named)


@pytest.fixture
def opened(qapp: QApplication, store: Store, tmp_path: Path) -> Iterator[Session]:
    tasks, bus, way = Tasks(), Bus(), way_to(store)
    settings = Settings(tmp_path / "settings.json")
    runner = SyncRunner(store, tasks, bus, way)
    yield Session(store, tasks, bus, settings, runner, way, store.role)
    runner.stop(lambda: None)
    way.close()
    tasks.close()


Show = Callable[[Callable[[str], object]], CentreCard]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def shown(qtbot: QtBot, opened: Session, said: list[str]) -> Show:
    def show(open_page: Callable[[str], object]) -> CentreCard:
        card = CentreCard(opened, lambda text, undo=None: said.append(text), open_page)
        qtbot.addWidget(card)
        card.resize(700, 900)
        card.show()
        qtbot.waitExposed(card)
        return card

    return show


def no_page(_url: str) -> None:
    raise AssertionError("no page is to be opened")


def join(qtbot: QtBot, card: CentreCard, centre: EmbeddedCentre, code: str = "") -> None:
    """Write address and code, and press Enter, until the centre has said what it asks for."""
    qtbot.keyClicks(card.address, centre.url)
    qtbot.keyClick(card.address, Qt.Key.Key_Return)
    qtbot.keyClicks(card.code, code)
    qtbot.keyClick(card.code, Qt.Key.Key_Return)


def test_a_password_is_asked_for_where_the_centre_wants_one(
    qtbot: QtBot, shown: Show, centre: EmbeddedCentre, said: list[str]
) -> None:
    asks(centre)
    card = shown(no_page)
    join(qtbot, card, centre, centre.code(WHO))
    qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
    assert card.log_in.why.text() == "Your organisation asks you to log in."
    assert not card.log_in.organisation.isVisible()
    assert card.focusWidget() is card.log_in.name
    qtbot.keyClicks(card.log_in.name, WHO)
    qtbot.keyClick(card.log_in.name, Qt.Key.Key_Return)
    qtbot.keyClick(card.log_in.password, Qt.Key.Key_Return)  # empty: nothing is sent
    qtbot.keyClicks(card.log_in.password, OTHER)
    qtbot.keyClick(card.log_in.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "is not right" in card.problem.text(), timeout=LONG)
    assert card.log_in.go.isEnabled()
    card.log_in.password.selectAll()
    qtbot.keyClicks(card.log_in.password, GOOD)
    qtbot.keyClick(card.log_in.go, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: card.who.text() == f"Maija Kallio at {centre.url}", timeout=LONG)
    assert said == ["The centre was joined."]
    assert not card.log_in.isVisible()
    assert card.log_in.password.text() == ""


def test_the_organisations_account_in_the_browser(
    qtbot: QtBot, shown: Show, centre: EmbeddedCentre, organisation: Provider
) -> None:
    asks(centre, organisation)
    opened: list[str] = []
    card = shown(opened.append)
    join(qtbot, card, centre, centre.code(WHO))
    qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
    assert card.focusWidget() is card.log_in.organisation
    assert card.log_in.by_password.isVisible()
    qtbot.keyClick(card.log_in.organisation, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened), timeout=LONG)
    assert "in your browser" in card.log_in.waiting.text()
    assert card.focusWidget() is card.log_in.stop
    assert not card.log_in.by_password.isEnabled()
    qtbot.keyClick(card.log_in.again, Qt.Key.Key_Return)
    assert opened[0] == opened[1]
    organisation.person("maijas-number")(opened[0])
    qtbot.waitUntil(lambda: card.who.text() == f"Maija Kallio at {centre.url}", timeout=LONG)
    assert not card.log_in.isVisible()


def test_waiting_for_the_browser_can_be_stopped_and_begun_again(
    qtbot: QtBot, shown: Show, centre: EmbeddedCentre, organisation: Provider
) -> None:
    asks(centre, organisation)
    opened: list[str] = []
    card = shown(opened.append)
    join(qtbot, card, centre, centre.code(WHO))
    qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
    for _ in range(2):
        qtbot.keyClick(card.log_in.organisation, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: bool(opened), timeout=LONG)
        qtbot.keyClick(card.log_in.stop, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: card.problem.text() == "The log-in was stopped.", timeout=LONG)
        assert card.log_in.isVisible()
        assert card.log_in.organisation.isEnabled()
        assert not card.log_in.stop.isVisible()
        assert card.log_in.waiting.text() == ""
        opened.clear()


def test_closing_the_store_ends_the_waiting(
    qtbot: QtBot, shown: Show, centre: EmbeddedCentre, organisation: Provider, opened: Session
) -> None:
    asks(centre, organisation)
    pages: list[str] = []
    card = shown(pages.append)
    join(qtbot, card, centre, centre.code(WHO))
    qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
    qtbot.keyClick(card.log_in.organisation, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(pages), timeout=LONG)
    assert opened.centre is not None
    opened.centre.close()
    qtbot.waitUntil(lambda: "stopped" in card.problem.text(), timeout=LONG)


def test_a_code_is_asked_for_only_where_one_is_needed(
    qtbot: QtBot, shown: Show, centre: EmbeddedCentre
) -> None:
    card = shown(no_page)
    join(qtbot, card, centre)
    qtbot.waitUntil(lambda: "both" in card.problem.text(), timeout=LONG)
    assert card.focusWidget() is card.code
    asks(centre, enrol_with="login")
    qtbot.keyClick(card.code, Qt.Key.Key_Return)
    qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
    qtbot.keyClicks(card.log_in.name, WHO)
    qtbot.keyClicks(card.log_in.password, GOOD)
    qtbot.keyClick(card.log_in.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Maija Kallio" in card.who.text(), timeout=LONG)


def test_after_a_month_settings_ask_for_the_log_in(
    qtbot: QtBot, shown: Show, centre: EmbeddedCentre, opened: Session, said: list[str]
) -> None:
    asks(centre)
    card = shown(no_page)
    join(qtbot, card, centre, centre.code(WHO))
    qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
    qtbot.keyClicks(card.log_in.name, WHO)
    qtbot.keyClicks(card.log_in.password, GOOD)
    qtbot.keyClick(card.log_in.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.runner.known.last is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not opened.runner.known.running, timeout=LONG)
    moment = clock.now() + timedelta(days=31)
    release = clock.hold(now=lambda: moment)
    try:
        opened.runner.run()
        qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
        assert opened.runner.known.login
        assert "Settings, Centre" in opened.runner.known.refusal
        assert card.log_in.name.text() == WHO
        qtbot.keyClicks(card.log_in.password, GOOD)
        qtbot.keyClick(card.log_in.password, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: said[-1] == "You are logged in.", timeout=LONG)
        qtbot.waitUntil(lambda: opened.runner.known.refusal == "", timeout=LONG)
        assert not opened.runner.known.login
        assert not card.log_in.isVisible()
    finally:
        release()


def test_a_password_is_changed_from_settings(
    qtbot: QtBot, shown: Show, centre: EmbeddedCentre, said: list[str]
) -> None:
    asks(centre)
    card = shown(no_page)
    join(qtbot, card, centre, centre.code(WHO))
    qtbot.waitUntil(card.log_in.isVisible, timeout=LONG)
    qtbot.keyClicks(card.log_in.name, WHO)
    qtbot.keyClicks(card.log_in.password, GOOD)
    qtbot.keyClick(card.log_in.password, Qt.Key.Key_Return)
    qtbot.waitUntil(card.change.isVisible, timeout=LONG)
    qtbot.waitUntil(lambda: "Maija Kallio" in card.who.text(), timeout=LONG)
    qtbot.keyClick(card.change, Qt.Key.Key_Return)
    form = card.password
    qtbot.waitUntil(form.isVisible, timeout=LONG)
    assert form.name.text() == WHO
    for former, first, second, problem in (
        (GOOD, OTHER, GOOD, "different"),
        (GOOD, "lyhyt", "lyhyt", "too easy"),
        (OTHER, OTHER, OTHER, "not right"),
        (GOOD, OTHER, OTHER, ""),
    ):
        for field, text in ((form.former, former), (form.first, first), (form.second, second)):
            field.selectAll()
            qtbot.keyClicks(field, text)
        qtbot.keyClick(form.second, Qt.Key.Key_Return)
        if problem:
            qtbot.waitUntil(lambda problem=problem: problem in form.problem.text(), timeout=LONG)
    qtbot.waitUntil(lambda: said[-1] == "Your password at the centre was changed.", timeout=LONG)
    assert not form.isVisible()
    with writing(centre.engine) as connection:
        assert passwords.is_right(OTHER, accounts.user(connection, WHO)["password_hash"])
