"""The phases as the organisation has them: settled by keyboard, and seen wherever a phase is shown."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolTip
from pytestqt.qtbot import QtBot

from app import coaching_phases, exporting
from app.clock import new_id
from app.i18n import using_language
from app.services import SPECS
from app.services.coaching import codes
from storage.state import set_state
from storage.store import Store
from tests.stores import make
from tests.ui.screens.conftest import Ways, show
from ui.context import Context, save
from ui.lists import Lists
from ui.panel import Panel
from ui.places import build
from ui.records import RecordsView
from ui.screens.client_page import ClientPage
from ui.screens.clients import ClientsScreen
from ui.screens.parts.start import StartPart
from ui.screens.phase_line import PhaseLine
from ui.screens.phases import PhasesScreen
from ui.screens.visit import QuickVisit

KIND = "coaching_phase"
SINCE = date(2026, 1, 5)
PLACES = {one.value: number for number, one in enumerate(codes.PHASES)}


def settle(context: Context, phase: str, **values: Any) -> None:
    save(context, make(KIND, phase=phase, **values))


def joined(store: Store, role: str) -> None:
    with store.write() as connection:
        set_state(connection, "worker_role", role)
        set_state(connection, "device_id", str(new_id()))


class Desk:
    """The screen with the panel beside it in which the form opens, as in the window."""

    def __init__(self, qtbot: QtBot, context: Context) -> None:
        self.qtbot = qtbot
        self.panel = Panel(context)
        qtbot.addWidget(self.panel)
        self.panel.resize(560, 900)
        context.edit = self.edit
        self.screen = PhasesScreen(context)
        show(qtbot, self.screen)
        self.screen.setFocus()

    def edit(self, kind: str, record_id: UUID | None = None, *, values: Any = None) -> None:
        self.panel.edit(kind, record_id, client_id=None, values=values, saved=lambda *_kept: None)
        with self.qtbot.waitActive(self.panel):
            self.panel.activateWindow()

    def choose(self, phase: str) -> None:
        table = self.screen.table
        self.qtbot.keyClick(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
        for _step in range(PLACES[phase]):
            self.qtbot.keyClick(table, Qt.Key.Key_Down)

    def type_into(self, field: str, text: str) -> None:
        form: Any = self.panel.form
        entrance = form.boxes[field].editor.entrance()
        entrance.setFocus()
        self.qtbot.keyClicks(entrance, text)

    def save(self) -> None:
        form: Any = self.panel.form
        self.qtbot.keyClick(form.save_button, Qt.Key.Key_Space)

    def texts(self, phase: str) -> list[str]:
        table = self.screen.table
        found = [table.item(PLACES[phase], column) for column in range(table.columnCount())]
        return [item.text() for item in found if item is not None]


@pytest.fixture
def desk(qtbot: QtBot, context: Context, people: dict[str, UUID]) -> Desk:
    return Desk(qtbot, context)


def test_a_phase_is_settled_by_keyboard_and_gets_its_usual_name_back(
    desk: Desk, qtbot: QtBot, store: Store, ways: Ways
) -> None:
    assert desk.texts("support") == ["Support", "–", "4", "Yes", "1"]
    desk.choose("support")
    assert desk.screen.guidance.text() == "No guidance has been written for this phase."
    assert desk.screen.thl.text() == "In THL's model: 4 Working, and agreeing on support with the employer"
    qtbot.keyClick(desk.screen.table, Qt.Key.Key_Return)
    desk.type_into("name_en", "Help at work")
    desk.type_into("name_fi", "Tuki arjessa")
    desk.type_into("guidance_fi", "Tavataan joka viikko")
    desk.save()
    assert desk.texts("support")[1] == "Help at work"
    assert desk.screen.name.text() == "Help at work"
    assert desk.screen.guidance.text() == "Tavataan joka viikko", "the one language that has it"
    (row,) = store.rows(KIND)
    assert row["phase"] == "support"

    # Again: the same row.
    qtbot.keyClick(desk.screen.table, Qt.Key.Key_Return)
    desk.type_into("name_sv", "Arbete")
    desk.save()
    (again,) = store.rows(KIND)
    assert (again["id"], again["name_sv"], again["name_fi"]) == (row["id"], "Arbete", "Tuki arjessa")

    assert desk.screen.usual_button.isEnabled()
    qtbot.keyClick(desk.screen.table, Qt.Key.Key_Delete)
    assert desk.texts("support")[1] == "–"
    (usual,) = store.rows(KIND)
    assert [usual[name] for name in ("name_fi", "name_sv", "name_en")] == ["", "", ""]
    assert usual["guidance_fi"] == "Tavataan joka viikko", "the name alone"
    assert ways.said[-1] == "The phase has its usual name again: Support."
    assert not desk.screen.usual_button.isEnabled()
    ways.undo()
    assert desk.texts("support")[1] == "Help at work"


def test_a_phase_is_left_out_of_use_by_keyboard_but_not_the_beginning_or_the_end(
    desk: Desk, qtbot: QtBot, store: Store
) -> None:
    desk.choose("assessment")
    qtbot.keyClick(desk.screen.table, Qt.Key.Key_Return)
    form: Any = desk.panel.form
    qtbot.keyClick(form.boxes["in_use"].editor.box, Qt.Key.Key_Space)
    desk.save()
    assert desk.texts("assessment")[3] == "No"
    assert not coaching_phases.ours(store).used("assessment")

    desk.choose("ended")
    qtbot.keyClick(desk.screen.table, Qt.Key.Key_Return)
    form = desk.panel.form
    qtbot.keyClick(form.boxes["in_use"].editor.box, Qt.Key.Key_Space)
    desk.save()
    assert (
        form.boxes["in_use"].problem.text() == "Coaching begins and ends everywhere: this phase stays in use."
    )
    assert coaching_phases.ours(store).used("ended")


@pytest.mark.parametrize(("role", "may"), [("job-coach", False), ("team-lead", True), ("admin", True)])
def test_only_who_keeps_the_lists_may_settle(
    qtbot: QtBot, context: Context, store: Store, ways: Ways, role: str, may: bool
) -> None:
    store.save(make(KIND, phase="support", name_en="Help at work"))
    joined(store, role)
    screen = PhasesScreen(context)
    show(qtbot, screen)
    assert screen.edit_button.isVisible() is may
    screen.table.setCurrentCell(PLACES["support"], 0)
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert bool(ways.went) is may
    qtbot.keyClick(screen.table, Qt.Key.Key_Delete)
    assert (coaching_phases.ours(store).name("support") == "Support") is may


@pytest.mark.parametrize("tab", ["clients", "coaching", "administration"])
def test_the_screen_stands_beside_the_lists_that_all_share(qtbot: QtBot, context: Context, tab: str) -> None:
    page = build(("service", tab), context, lambda: pytest.fail("not the options"))
    assert isinstance(page, Lists)
    show(qtbot, page)
    page.show_kind(KIND)
    assert isinstance(page.stack.currentWidget(), PhasesScreen)


def phase_of(store: Store, client: UUID) -> str:
    case = store.case(client)
    assert case is not None
    return case.phase


def test_every_place_calls_a_phase_by_its_name_here_at_once(
    qtbot: QtBot, context: Context, store: Store, people: dict[str, UUID]
) -> None:
    aino = people["Aino"]
    phase = phase_of(store, aino)
    page, clients = ClientPage(context, aino), ClientsScreen(context)
    history = RecordsView(context, SPECS["phase_change"], aino)
    for screen in (page, clients, history):
        show(qtbot, screen)
    settle(context, phase, name_en="Own words", guidance_en="We meet weekly.")
    for screen in (page, clients, history):  # each that is not seen reads when it is shown
        show(qtbot, screen)
    assert "Own words" in page.phase.line.accessibleName()
    assert page.phase.guidance.text() == "We meet weekly."
    assert page.phase.guidance.isVisible()
    timeline = [
        page.timeline.model.index(n, 0).data(Qt.ItemDataRole.DisplayRole)
        for n in range(page.timeline.model.rowCount())
    ]
    assert any("Phase change: Own words" in text for text in timeline)
    names = [clients.model._text(row, 1) for row in clients.model.all if row.phase == phase]
    assert set(names) == {"Own words"}
    assert clients.chips.boxes[phase].text() == "Own words"
    assert any("Own words" in texts for texts in history.model._lines.texts)

    visit = QuickVisit(context, client_id=aino)
    show(qtbot, visit)
    assert visit.side.phase.text().startswith("Own words")
    made = exporting.sheet(
        coaching_phases.spec_here(store, SPECS["phase_change"]), store.rows("phase_change")
    )
    assert any("Own words" in line for line in made.lines)


def test_a_phase_out_of_use_is_seen_where_somebody_is_or_was_in_it_and_offered_nowhere(
    qtbot: QtBot, context: Context, store: Store, people: dict[str, UUID]
) -> None:
    settle(context, "assessment", in_use=False)
    settle(context, "maintenance", in_use=False)
    line = PhaseLine()
    qtbot.addWidget(line)
    line.resize(800, 80)
    ours = coaching_phases.ours(store)

    def shown(phase: str, *days: str) -> list[str]:
        line.show_phase(phase, dict.fromkeys(days, SINCE), "", ours)
        return [one.value for one in line._shown]

    assert shown("referral", "referral") == ["referral", "job_search", "support", "ended"]
    assert shown("job_search", "referral", "assessment", "job_search") == [
        "referral",
        "assessment",
        "job_search",
        "support",
        "ended",
    ]
    assert "maintenance" in shown("maintenance", "maintenance")

    clients = ClientsScreen(context)
    show(qtbot, clients)
    held = {row.phase for row in clients.model.all}
    assert {"assessment", "maintenance"} <= held
    assert list(clients.chips.boxes) == ["mine", *PLACES], "Mohamed and Liisa are in them"
    for first in ("Mohamed", "Liisa", "Ragnhild"):
        store.delete("client", people[first])
    clients.reload()
    assert list(clients.chips.boxes) == ["mine", "referral", "job_search", "support", "ended"]
    settle(context, "assessment")
    clients.reload()
    assert list(clients.chips.boxes)[:4] == ["mine", "referral", "assessment", "job_search"], (
        "in its place again"
    )


def test_a_filter_that_is_offered_no_more_filters_no_more(
    qtbot: QtBot, context: Context, store: Store, people: dict[str, UUID]
) -> None:
    clients = ClientsScreen(context)
    show(qtbot, clients)
    qtbot.keyClick(clients.chips.boxes["ended"], Qt.Key.Key_Space)
    qtbot.keyClick(clients.chips.boxes["assessment"], Qt.Key.Key_Space)
    assert clients.model.rowCount() == 1
    store.delete("client", people["Mohamed"])
    settle(context, "assessment", in_use=False)
    assert "assessment" not in clients.chips.boxes
    assert clients.model.phases == {"ended"}


def test_the_change_of_phase_proposes_and_offers_the_next_phase_in_use(
    qtbot: QtBot, context: Context, store: Store, people: dict[str, UUID], ways: Ways
) -> None:
    settle(context, "assessment", in_use=False)
    settle(context, "job_search", name_en="Looking for work", guidance_en="Two visits a month.")
    vaino = people["Väinö"]
    page, start = ClientPage(context, vaino), StartPart(context, vaino)
    show(qtbot, start)
    show(qtbot, page)
    for notice in (page.phase.proposal, start.proposal):
        assert notice.title.text() == "Proposed phase: Looking for work"
        assert notice.guidance.text() == "Two visits a month."
        assert "“Initial assessment” is not in use here." in notice.reasons.text()
    qtbot.keyClick(page, Qt.Key.Key_F)
    _edit, kind, named = ways.went[-1]
    assert kind == "phase_change"
    assert named["values"]["phase"] == "job_search"

    panel = Panel(context)
    qtbot.addWidget(panel)
    panel.edit(kind, None, client_id=vaino, values=named["values"], saved=lambda *_kept: None)
    form: Any = panel.form
    combo = form.boxes["phase"].editor
    assert combo.value() == "job_search"
    offered = offered_by(combo)
    assert "Looking for work" in offered
    assert "Initial assessment" not in offered
    # An earlier change into the phase still says what it was.
    (earlier,) = [
        row for row in store.rows("phase_change", client_id=people["Aino"]) if row["phase"] == "assessment"
    ]
    panel.edit(kind, UUID(earlier["id"]), client_id=people["Aino"], values=None, saved=lambda *_kept: None)
    form = panel.form
    assert form.boxes["phase"].editor.value() == "assessment"
    assert "Initial assessment" in offered_by(form.boxes["phase"].editor)


def offered_by(editor: Any) -> list[str]:
    if hasattr(editor, "combo"):
        return [editor.combo.itemText(number) for number in range(editor.combo.count())]
    return [chip.text() for chip in editor.findChildren(QAbstractButton)]


def test_the_line_tells_each_phase_in_full_where_the_mouse_points(
    qtbot: QtBot, context: Context, store: Store
) -> None:
    settle(
        context, "support", name_fi="Tuki <b>työssä</b>", guidance_fi="Käydään\nviikoittain", thl_phase="5"
    )
    settle(context, "maintenance", thl_phase="none")
    line = PhaseLine()
    show(qtbot, line, 900, 90)
    line.show_phase("support", {"support": SINCE}, "", coaching_phases.ours(store))

    def tip(number: int) -> str:
        at = QPoint(number * 150 + 70, 10)
        QApplication.sendEvent(line, QHelpEvent(QEvent.Type.ToolTip, at, line.mapToGlobal(at)))
        return QToolTip.text()

    with using_language("fi"):
        assert tip(3).startswith("<qt>Tuki &lt;b&gt;työssä&lt;/b&gt;<br>Käydään<br>viikoittain<br>")
    assert "5 Support in the job and outside of work" in tip(3)
    assert tip(4) == "<qt>Maintenance</qt>"
    assert "1 Coming to the service and agreeing" in tip(0)
