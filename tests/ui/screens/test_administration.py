"""Administration by keyboard, with a real centre in process."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.clock import today
from app.settings import Settings
from sync.server import accounts
from sync.server.database import snapshot, writing
from sync.server.tables import DEVICE, WORKER
from tests.town import Device, Town, copied_town, removed
from tests.ui.screens.conftest import Ways, show
from ui import dialogs, theme
from ui.bus import Bus
from ui.context import Context
from ui.screens.administration import pages, screens
from ui.screens.administration.devices import DevicesPage
from ui.screens.administration.hand_over import HandOverPage
from ui.screens.administration.log import LogPage
from ui.screens.administration.quarantine import QuarantinePage
from ui.screens.administration.users import UsersPage
from ui.tasks import FakeTasks

NAMES = {"ada": ("admin", "Ada Alho"), "lea": ("team-lead", "Lea Lähde")}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = copied_town()
    with writing(made.engine) as connection:
        for username, (role, name) in NAMES.items():
            accounts.add_user(connection, username, role, name)
    yield made
    removed(made)


def person(town: Town, name: str, folder: Path) -> Device:
    device = town.enrolled(name, folder / name)
    device.sync()
    return device


def context_of(qapp: QApplication, device: Device, ways: Ways) -> Context:
    settings = Settings()
    theme.apply(qapp, settings)
    dialogs.answer_only(True)
    return Context(
        store=device.store,
        tasks=FakeTasks(failed=lambda error: ways.say(str(error))),
        bus=Bus(),
        settings=settings,
        show_client=ways.to("client"),
        edit=ways.to("edit"),
        quick_visit=ways.to("visit"),
        open_plan=ways.to("plan"),
        preview=ways.to("preview"),
        say=ways.say,
        role=device.store.role,
        way=device.network,
    )


@pytest.fixture
def ada(town: Town, tmp_path: Path) -> Device:
    return person(town, "ada", tmp_path)


@pytest.fixture
def lea(town: Town, tmp_path: Path) -> Device:
    return person(town, "lea", tmp_path)


def said(widget: QWidget) -> str:
    QApplication.processEvents()
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisibleTo(widget))


def press(qtbot: Any, made: QWidget) -> None:
    QApplication.processEvents()  # what was just put into a layout is shown then
    made.setFocus()
    qtbot.keyClick(made, Qt.Key.Key_Space)


def worker_id(town: Town, name: str) -> str:
    with snapshot(town.engine) as connection:
        return str(accounts.user(connection, name)["worker_id"])


def shared(town: Town, first: str = "Oona", by: int = 0) -> UUID:
    device = town.devices[by]
    client = device.save("client", first_name=first, last_name="Malli")
    device.sync()
    return client


def test_who_sees_which_pages() -> None:
    kinds = {role: [one.kind for one in pages(role)] for role in ("admin", "team-lead", "job-coach")}
    assert kinds == {
        "admin": ["users", "devices", "log"],
        "team-lead": ["hand_over", "quarantine", "log"],
        "job-coach": [],
    }


def test_a_person_is_added_and_gets_a_code(
    qtbot: Any, qapp: QApplication, town: Town, ada: Device, ways: Ways, tmp_path: Path
) -> None:
    page = UsersPage(context_of(qapp, ada, ways))
    show(qtbot, page)
    assert [line[0] for line in page.table.texts()][:2] == ["aada", "Ada Alho"]
    qtbot.keyClicks(page.adding.username, "dora")
    qtbot.keyClicks(page.adding.name, "Dora Dahl")
    qtbot.keyClick(page.adding.name, Qt.Key.Key_Return)
    assert page.secret.isVisible()
    code = page.secret.text.text()
    assert ["Dora Dahl", "dora", "Job coach", "In service", "0", "–"] in page.table.texts()
    assert page.people[page.table.chosen()].username == "dora"
    assert page.window().focusWidget() is page.secret.copy
    qtbot.keyClick(page.secret.copy, Qt.Key.Key_Space)
    assert qapp.clipboard().text() == code
    press(qtbot, page.secret.done)
    assert not page.secret.isVisible()
    assert code not in said(page)
    from sync.enrol import enrol
    from tests.stores import new_store

    store = new_store(tmp_path / "dora")
    enrol(store, "http://127.0.0.1", code, ada.network)
    assert store.role == "job-coach"
    store.close()


def test_a_name_that_is_taken_is_said_calmly(qtbot: Any, qapp: QApplication, ada: Device, ways: Ways) -> None:
    page = UsersPage(context_of(qapp, ada, ways))
    show(qtbot, page)
    qtbot.keyClicks(page.adding.username, "LEA")
    press(qtbot, page.adding.button)
    assert page.problem.text() == "There is already a user LEA."
    assert page.adding.username.text() == "LEA"
    assert not page.secret.isVisible()


def test_roles_and_being_let_in_are_changed(
    qtbot: Any, qapp: QApplication, town: Town, ada: Device, ways: Ways
) -> None:
    page = UsersPage(context_of(qapp, ada, ways))
    show(qtbot, page)
    qtbot.keyClicks(page.filter, "bert")
    page.table.choose(worker_id(town, "bertil"))
    page.role.setFocus()
    page.role.setCurrentIndex(page.role.findData("team-lead"))
    press(qtbot, page.changing)
    assert ways.said == ["bertil has another role from now on."]
    assert page.organisation.text() == page.unit.text() == ""
    qtbot.keyClicks(page.organisation, "Helsinki")
    qtbot.keyClicks(page.unit, "Pohjoinen")
    press(qtbot, page.placing)
    assert ways.said[-1] == "Saved where bertil works."
    assert (page.organisation.text(), page.unit.text()) == ("Helsinki", "Pohjoinen")
    with snapshot(town.engine) as connection:
        worker = connection.execute(WORKER.select().where(WORKER.c.id == worker_id(town, "bertil")))
        assert worker.mappings().one()["unit"] == "Pohjoinen"
    press(qtbot, page.active)
    assert [line[3] for line in page.table.texts()] == ["Not let in"]
    press(qtbot, page.active)
    assert [line[3] for line in page.table.texts()] == ["In service"]
    press(qtbot, page.password)
    assert len(page.secret.text.text()) > 20
    page.filter.clear()
    page.table.choose(worker_id(town, "ada"))
    press(qtbot, page.active)
    assert "You cannot do this to yourself." in page.problem.text()


def test_a_lost_computer_is_made_to_forget(
    qtbot: Any, qapp: QApplication, town: Town, ada: Device, ways: Ways
) -> None:
    from sync.client import Wiped

    page = DevicesPage(context_of(qapp, ada, ways))
    show(qtbot, page)
    bertil = town.devices[1]
    page.table.choose(str(bertil.state("device_id")))
    press(qtbot, page.destroy_now)
    assert page.problem.text().startswith("Write why")
    assert page.window().focusWidget() is page.reason
    qtbot.keyClicks(page.reason, "Unohtui junaan")
    dialogs.answer_next(False)
    press(qtbot, page.destroy_now)
    assert ways.said == []
    dialogs.answer_next(True)
    press(qtbot, page.destroy_now)
    assert ways.said == ["The order is given; the computer gets it when it is next online."]
    assert "Unohtui junaan" in said(page.detail)
    with snapshot(town.engine) as connection:
        row = connection.execute(DEVICE.select().where(DEVICE.c.status == "destroy")).mappings().one()
    assert row["order_by"] == worker_id(town, "ada")
    with pytest.raises(Wiped):
        bertil.sync()
    page.reload()
    assert "It has forgotten everything since" in said(page.detail)
    page.table.choose(page.here)
    assert "This is the computer at which you sit." in said(page.detail)


def test_without_the_centre_the_page_stays_calm(
    qtbot: Any, qapp: QApplication, ada: Device, ways: Ways
) -> None:
    ada.network.plan = ["request_lost"]
    page = UsersPage(context_of(qapp, ada, ways))
    show(qtbot, page)
    assert page.away.isVisible()
    assert not page.body.isVisible()
    assert not page.problem.isVisible()
    assert ways.said == []
    press(qtbot, page.again)
    assert not page.away.isVisible()
    assert page.table.texts()


def test_clients_of_a_colleague_are_handed_over_by_a_lead_who_does_not_hold_them(
    qtbot: Any, qapp: QApplication, town: Town, lea: Device, ways: Ways
) -> None:
    aada, bertil, _cecilia = town.devices[:3]
    clients = [shared(town, "Oona"), shared(town, "Eino")]
    page = HandOverPage(context_of(qapp, lea, ways))
    show(qtbot, page)
    page.giver.setCurrentIndex(page.giver.findData(worker_id(town, "aada")))
    assert [page.clients.item(n).text() for n in range(page.clients.count())] == ["Malli Eino", "Malli Oona"]
    page.to.setCurrentIndex(page.to.findData(worker_id(town, "bertil")))
    assert not page.button.isEnabled()
    page.clients.setFocus()
    qtbot.keyClick(page.clients, Qt.Key.Key_Space)
    assert page.count.text() == "1 of 2 clients chosen"
    press(qtbot, page.button)
    assert ways.said == ["1 client handed over."]
    assert aada.sync().lost == {clients[1]}
    bertil.sync()
    assert set(bertil.living("client")) == {str(clients[1])}
    assert town.findings() == []


def test_clients_whom_the_lead_holds_are_handed_over_without_the_centre(
    qtbot: Any, qapp: QApplication, town: Town, lea: Device, ways: Ways
) -> None:
    aada, bertil, _cecilia = town.devices[:3]
    client = shared(town)
    town.assign(client, "lea")
    lea.sync()
    lea.network.plan = ["request_lost"] * 9
    page = HandOverPage(context_of(qapp, lea, ways))
    show(qtbot, page)
    assert page.away.isVisible()
    page.giver.setCurrentIndex(page.giver.findData(worker_id(town, "aada")))
    page.to.setCurrentIndex(page.to.findData(worker_id(town, "aada")))
    press(qtbot, page.all)
    press(qtbot, page.button)
    assert page.problem.text() == "Choose to whom the clients go."
    page.to.setCurrentIndex(page.to.findData(worker_id(town, "bertil")))
    press(qtbot, page.button)
    assert ways.said == ["1 client handed over."]
    assert page.clients.count() == (0 if today() else 1)
    lea.network.plan = []
    lea.sync()
    assert lea.outbox()[-1]["state"] == "kept"
    assert aada.sync().lost == {client}
    bertil.sync()
    assert set(bertil.living("client")) == {str(client)}


def test_a_stand_in_for_some_days(
    qtbot: Any, qapp: QApplication, town: Town, lea: Device, ways: Ways
) -> None:
    client = shared(town)
    page = HandOverPage(context_of(qapp, lea, ways))
    show(qtbot, page)
    page.giver.setCurrentIndex(page.giver.findData(worker_id(town, "aada")))
    page.to.setCurrentIndex(page.to.findData(worker_id(town, "cecilia")))
    qtbot.keyClicks(page.ends.edit, "+2w")
    press(qtbot, page.stays)
    press(qtbot, page.all)
    press(qtbot, page.button)
    rows = {row["worker_id"]: row for row in town.rows("assignment").values()}
    assert rows[worker_id(town, "cecilia")]["valid_to"] == (today() + timedelta(weeks=2)).isoformat()
    assert rows[worker_id(town, "aada")]["valid_to"] is None
    assert {row["client_id"] for row in rows.values()} == {str(client)}


@pytest.fixture
def waiting(town: Town) -> str:
    """A visit of aada's that came when the client was no longer hers; returns the visit's id."""
    aada = town.devices[0]
    client = shared(town)
    town.assign(client, "bertil")
    visit = aada.save("support_visit", client_id=client, on="2026-02-20", notes="Kotona, kaikki hyvin.")
    town.unassign(client, "aada")
    aada.sync()
    return str(visit)


def test_what_waits_is_taken_in(
    qtbot: Any, qapp: QApplication, town: Town, lea: Device, ways: Ways, waiting: str
) -> None:
    page = QuarantinePage(context_of(qapp, lea, ways))
    show(qtbot, page)
    (card,) = page.cards
    assert "The client was not its author's when the change came." in said(card)
    assert "Kotona, kaikki hyvin." in said(card)
    assert "aada, written" in said(card)
    press(qtbot, card.take)
    assert page.outcome.text() == "Taken in."
    assert page.empty.isVisible()
    assert town.rows("support_visit")[waiting]["notes"] == "Kotona, kaikki hyvin."


def test_what_waits_is_rejected_with_a_reason(
    qtbot: Any, qapp: QApplication, town: Town, lea: Device, ways: Ways, waiting: str
) -> None:
    page = QuarantinePage(context_of(qapp, lea, ways))
    show(qtbot, page)
    (card,) = page.cards
    press(qtbot, card.refuse)
    assert page.problem.text().startswith("Write why")
    assert page.window().focusWidget() is card.reason
    qtbot.keyClicks(card.reason, "Bertil kirjoitti sen jo")
    qtbot.keyClick(card.reason, Qt.Key.Key_Return)
    assert page.outcome.text() == "It stays out; its author is told why."
    assert waiting not in town.rows("support_visit")
    (warned,) = town.devices[0].sync().warnings
    assert "not taken in" in str(warned)


def test_the_log_is_read_by_client_and_tells_no_contents(
    qtbot: Any, qapp: QApplication, town: Town, lea: Device, ada: Device, ways: Ways
) -> None:
    client = shared(town)
    town.devices[0].edit("client", client, phone="040 999 8877")
    town.devices[0].sync()
    page = LogPage(context_of(qapp, lea, ways))
    show(qtbot, page)
    assert any("Telephone" in line[5] and line[4] == "Malli Oona" for line in page.table.texts())
    assert "999" not in str(page.table.texts())
    page.client.setCurrentIndex(page.client.findText("Malli Oona"))
    press(qtbot, page.look)
    assert {line[4] for line in page.table.texts()} == {"Malli Oona"}
    qtbot.keyClicks(page.first.edit, "32.13.")
    press(qtbot, page.look)
    assert page.days[0].problem.isVisible()
    of_people = LogPage(context_of(qapp, ada, ways))
    qtbot.addWidget(of_people)
    of_people.reload()
    assert "A computer joined" in {line[2] for line in of_people.table.texts()}
    assert of_people.client.parent() is None


@pytest.mark.parametrize("name", ["ada", "lea"])
def test_the_tab_shows_every_page_of_a_role(
    qtbot: Any, qapp: QApplication, town: Town, tmp_path: Path, ways: Ways, name: str
) -> None:
    from ui.places import build

    context = context_of(qapp, person(town, name, tmp_path), ways)
    tab: Any = build(("service", "administration"), context, QWidget)
    show(qtbot, tab)
    for one in pages(context.role):
        tab.show_kind(one.kind)
        page = tab.stack.currentWidget()
        assert page.isVisible()
        assert not page.problem.isVisible(), page.problem.text()
        assert not page.away.isVisible()
    assert {*screens(context)} == {one.kind for role in ("admin", "team-lead") for one in pages(role)}
    tab.show_kind("catalogue_service")
    assert tab.stack.currentWidget().accessibleName() == "Service catalogue"
