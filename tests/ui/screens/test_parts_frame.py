"""The frame of a client's page and of a service: no name is cut, whatever the width and the size of the text."""

from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app import i18n
from app.services import SPECS
from app.settings import Settings
from storage.store import Store
from tests.stores import make
from tests.ui.screens.conftest import show
from ui import theme
from ui.context import Context
from ui.fields import DateField, RefersChips
from ui.lists import Lists
from ui.screens.client_page import ACTIONS, ClientPage
from ui.screens.parts import PARTS

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def sized(qapp: QApplication) -> object:
    """Give the program a text size; afterwards the usual one."""

    def give(percent: int) -> None:
        theme.apply(qapp, Settings(values={"text_size": percent}))

    yield give
    theme.apply(qapp, Settings())


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("width", [700, 1060])
def test_the_names_of_the_parts_are_never_cut(
    qtbot: QtBot,
    context: Context,
    people: dict[str, UUID],
    sized: object,
    language: str,
    percent: int,
    width: int,
) -> None:
    i18n.set_language(language)
    sized(percent)  # type: ignore[operator]
    page = ClientPage(context, people["Aino"])
    show(qtbot, page, width=width)
    bar = page.parts.bar
    for tab in bar.tabs:
        assert tab.width() >= tab.sizeHint().width()
        assert bar.rect().contains(tab.geometry()), tab.text()
    assert len({tab.geometry().topLeft().toTuple() for tab in bar.tabs}) == len(PARTS) + 1


def test_keys_go_to_the_parts_and_each_is_made_once(
    qtbot: QtBot, context: Context, people: dict[str, UUID]
) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    assert all(page.parts.part(number) is None for number in range(1, page.parts.count()))
    for number in range(page.parts.count()):
        qtbot.keyClick(page, Qt.Key(Qt.Key.Key_1.value + number), ALT)
        assert page.parts.currentIndex() == number
        assert page.parts.bar.tabs[number].isChecked()
        focused = QApplication.focusWidget()
        assert focused is not None
        assert page.parts.isAncestorOf(focused)
    assert page.parts.show_part("services") is page.parts.part(5)


def test_every_action_has_a_key_that_no_part_takes(
    qtbot: QtBot, context: Context, people: dict[str, UUID]
) -> None:
    keys = [key for key, *_rest in ACTIONS]
    assert len(set(keys)) == len(keys)
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    for part in PARTS:
        taken = {key.key().toString() for key in page.parts.show_part(part.key).findChildren(QShortcut)}
        assert not taken & set(keys), part.key


def test_the_head_tells_of_consents_and_open_things(
    qtbot: QtBot, context: Context, store: Store, people: dict[str, UUID]
) -> None:
    aino = people["Aino"]
    page = ClientPage(context, aino)
    show(qtbot, page)

    def chips() -> set[str]:
        return {text.text() for text in page.head.findChildren(QLabel)}

    assert "No consent in force" in chips()
    party = {"organisation": "Kela", "gives": False, "receives": True}
    given = {"method": "paper", "given_on": "2026-01-02", "groups": ["work"]}
    changes = store.save(
        make("consent", client_id=aino, purpose="Work", parties=[party], **given),
        make("referral", client_id=aino, service="Kela", made_on="2026-03-02"),
    )
    context.bus.changed.emit(changes)
    assert {"1 consent in force", "Referrals waiting: 1"} <= chips()
    assert "No consent in force" not in chips()


def test_the_kinds_of_a_service_stand_beside_or_above(qtbot: QtBot, context: Context) -> None:
    specs = tuple(SPECS[kind] for kind in ("network_member", "support_situation"))
    lists = Lists(context, "Clients", specs)
    show(qtbot, lists, width=900)
    assert (lists.kinds.isVisible(), lists.above.isVisible()) == (True, False)
    lists.resize(500, 600)
    assert (lists.kinds.isVisible(), lists.above.isVisible()) == (False, True)
    qtbot.keyClick(lists.above, Qt.Key.Key_Down)
    lists.above.activated.emit(1)
    assert lists.kinds.currentRow() == 1
    shown = lists.stack.currentWidget()
    lists.show_kind("network_member")
    assert lists.above.currentIndex() == 0
    assert lists.stack.currentWidget() is not shown


def test_several_records_are_chosen_as_chips(qtbot: QtBot) -> None:
    field = RefersChips("Services")
    show(qtbot, field, width=400, height=200)
    assert field.none.isVisible()
    field.set_value(["2", "9"])
    field.set_names([("1", "Kela"), ("2", "Stadi")])
    assert field.value() == ["2", "9"], "one that is not offered any more is kept"
    QApplication.processEvents()
    qtbot.keyClick(field.stops()[0], Qt.Key.Key_Space)
    assert field.value() == ["2", "9", "1"]
    assert field.chosen() == ("2", "9", "1")
    assert not field.none.isVisible()


def test_the_calendar_mark_grows_with_the_text(qtbot: QtBot, sized: object) -> None:
    sizes = []
    for percent in (100, 200):
        sized(percent)  # type: ignore[operator]
        field = DateField("Day")
        show(qtbot, field, width=400, height=80)
        sizes.append(field._mark.iconSize().width())
        assert field.edit.rect().contains(field._mark.geometry())
        assert field._mark.geometry().left() >= field.edit.width() - field.edit.textMargins().right() - 12
    assert sizes[1] == 2 * sizes[0]
