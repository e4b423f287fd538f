"""Merging two clients, and the list of merges: found, seen side by side, chosen, merged, undone; by keyboard."""

from typing import Any
from uuid import UUID

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.clock import new_id
from app.services import SPECS
from storage import merging
from storage.state import set_state
from tests.ui.screens.caseload import make
from tests.ui.screens.conftest import show
from ui.client_form import ClientForm
from ui.screens.merge import MergeScreen
from ui.screens.merges import MergesScreen


def twins(store: Any) -> tuple[UUID, UUID]:
    """Save two clients who are one person."""
    ids = new_id(), new_id()
    store.save(
        make("client", id=ids[0], first_name="Veera", last_name="Kaksonen", phone="040 1", notes="Yksi"),
        make(
            "client", id=ids[1], first_name="Veera", last_name="Kaksonen", phone="040 2", notes="Kaksi", email="v@e.fi"
        ),
        make("network_member", client_id=ids[1], name="Vuokko"),
    )  # fmt: skip
    return ids


def test_find_choose_merge_and_undo(qtbot: Any, context: Any, people: dict[str, UUID], ways: Any) -> None:
    kept, other = twins(context.store)
    screen = MergeScreen(context, kept)
    show(qtbot, screen)
    assert screen.window().focusWidget() is screen.picker.search
    assert "perhaps the same person" in screen.picker.list.item(0).text()
    assert screen.picker.list.count() == len(people) + 1
    assert not screen.merge.isVisible()
    qtbot.keyClicks(screen.picker.search, "kak ve")
    assert screen.picker.list.count() == 1
    qtbot.keyClick(screen.picker.search, Qt.Key.Key_Return)

    assert screen.choices is not None
    assert set(screen.choices.groups) == {"phone", "notes"}
    assert screen.choices.chosen() == {"phone": "kept", "notes": "kept"}
    assert screen.window().focusWidget() is screen.choices.groups["phone"]["kept"]
    assert list(screen.choices.pair.counts) == ["network_member"]
    assert context.store.access_log(other)[0]["action"] == "opened"
    phone = screen.choices.groups["phone"]
    qtbot.waitUntil(
        lambda: phone["other"].mapTo(screen, QPoint()).x() > phone["kept"].mapTo(screen, QPoint()).x()
    )
    qtbot.keyClick(phone["kept"], Qt.Key.Key_Right)
    screen.choices.groups["notes"]["both"].setFocus()
    qtbot.keyClick(screen.choices.groups["notes"]["both"], Qt.Key.Key_Space)
    with qtbot.waitSignal(screen.closed):
        qtbot.keyClick(screen.merge, Qt.Key.Key_Space)

    row = context.store.row("client", kept)
    assert (row["phone"], row["email"], row["notes"]) == ("040 2", "v@e.fi", "Yksi\n\nKaksi")
    assert context.store.row("client", other)["deleted"]
    assert len(context.store.rows("network_member", client_id=kept)) == 1
    ways.undo()
    assert context.store.row("client", kept)["phone"] == "040 1"
    assert len(context.store.rows("network_member", client_id=other)) == 1


def test_the_other_one_may_stay_and_escape_leaves(qtbot: Any, context: Any, ways: Any) -> None:
    kept, other = twins(context.store)
    screen = MergeScreen(context, kept, other)
    show(qtbot, screen)
    assert screen.choices is not None
    qtbot.keyClick(screen.swap, Qt.Key.Key_Space)
    assert screen.choices.pair.kept["id"] == str(other)
    qtbot.keyClick(screen.merge, Qt.Key.Key_Space)
    assert ways.went == [("client", other)]
    assert context.store.row("client", kept)["deleted"]
    again = MergeScreen(context, other, kept)
    show(qtbot, again)
    assert again.problem.isVisible()
    with qtbot.waitSignal(again.closed):
        qtbot.keyClick(again, Qt.Key.Key_Escape)


def test_what_does_not_agree_is_said_and_nothing_happens(qtbot: Any, context: Any) -> None:
    one, two = new_id(), new_id()
    context.store.save(
        make("client", id=one, first_name="A", last_name="B", born_on="1990-01-02"),
        make("client", id=two, first_name="A", last_name="B", identity_code="030392-937A"),
    )
    screen = MergeScreen(context, one, two)
    show(qtbot, screen)
    qtbot.keyClick(screen.merge, Qt.Key.Key_Space)
    assert "identity code" in screen.problem.text()
    assert not context.store.row("client", two)["deleted"]


def test_the_list_of_merges_undoes(qtbot: Any, context: Any, ways: Any) -> None:
    kept, other = twins(context.store)
    screen = MergesScreen(context)
    show(qtbot, screen)
    assert screen.empty.isVisible()
    made = merging.merge(context.store, kept, other)
    context.bus.changed.emit(made.changes)
    assert not screen.empty.isVisible()
    buttons = {one.text(): one for one in screen.cards[0].findChildren(QPushButton)}
    qtbot.keyClick(buttons["Open"], Qt.Key.Key_Space)
    assert ways.went == [("client", kept)]
    qtbot.keyClick(buttons["Undo"], Qt.Key.Key_Space)
    assert not context.store.row("client", other)["deleted"]
    assert not screen.cards[0].findChildren(QPushButton)
    assert ways.said


def test_the_warning_of_a_duplicate_leads_to_merging(qtbot: Any, context: Any, ways: Any) -> None:
    kept, other = twins(context.store)
    context.go = ways.to("go")
    form = ClientForm(context, SPECS["client"], context.store.row("client", kept))
    show(qtbot, form)
    form.look_for_same()
    (merge,) = [
        one for one in form.same.findChildren(QPushButton) if one.accessibleName().startswith("Merge")
    ]
    qtbot.waitUntil(merge.isVisible)
    qtbot.keyClick(merge, Qt.Key.Key_Space)
    assert ways.went == [("go", ("merge", kept, other))]
    new = ClientForm(context, SPECS["client"], None)
    show(qtbot, new)
    new.boxes["first_name"].editor.set_value("Veera")
    new.boxes["last_name"].editor.set_value("Kaksonen")
    new.look_for_same()
    assert new.same.isVisible()
    assert [one.text() for one in new.same.findChildren(QPushButton)] == ["Open", "Open"]


def test_who_may_not_see_everything_is_told_that_the_rest_comes_too(qtbot: Any, context: Any) -> None:
    kept, other = twins(context.store)
    words = "Entries that you may not see come over too"
    screen = MergeScreen(context, kept, other)
    show(qtbot, screen)
    assert not [one for one in screen.findChildren(QLabel) if words in one.text()]
    with context.store.write() as connection:
        set_state(connection, "device_id", str(new_id()))
        connection.exec_driver_sql("UPDATE assignment SET role = 'team-lead'")
    screen = MergeScreen(context, kept, other)
    show(qtbot, screen)
    assert [one for one in screen.findChildren(QLabel) if words in one.text()]
