"""Heads of cards in Finnish, at the usual and at double text size: no word is broken, no button cut or covered."""

from itertools import combinations, pairwise
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app import i18n
from app.settings import Settings
from storage.store import Store
from tests.ui.screens.caseload import fill
from tests.ui.walking import Walk
from ui import theme
from ui.screens.client_cards import Card
from ui.screens.parts.page import act, line
from ui.theme import button


@pytest.fixture(params=[100, 200])
def percent(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def things(card: Card) -> list[QWidget]:
    """Return the title and what is seen beside or below it."""
    found = (card.head.itemAt(n) for n in range(card.head.count()))
    widgets = [item.widget() for item in found if item is not None]
    return [one for one in widgets if one is not None and one.isVisible()]


def faults(card: Card) -> list[str]:
    """Say what of a card's head cannot be read or pressed."""
    title, *beside = things(card)
    name = card.title.text()
    metrics = card.title.fontMetrics()
    widest = max(metrics.horizontalAdvance(word) for word in name.split())
    said = [f"{name}: a word is broken"] if title.width() < widest else []
    said += [f"{name}: the title is cut"] if title.height() < title.heightForWidth(title.width()) else []
    for one in beside:
        short = one.width() < one.minimumSizeHint().width() or one.height() < one.minimumSizeHint().height()
        said += [f"{name}: {one.accessibleName() or type(one).__name__} is cut"] if short else []
        inside = card.rect().contains(QRect(one.mapTo(card, QPoint(0, 0)), one.size()))
        said += [] if inside else [f"{name}: {one.accessibleName() or type(one).__name__} is outside"]
    covered = [
        one for one, other in combinations(things(card), 2) if one.geometry().intersects(other.geometry())
    ]
    return said + [f"{name}: {one.accessibleName() or type(one).__name__} is covered" for one in covered]


@pytest.fixture
def people(store: Store) -> dict[str, UUID]:
    return fill(store)


def test_on_the_clients_page(
    qtbot: QtBot, qapp: QApplication, store: Store, people: dict[str, UUID], percent: int
) -> None:
    i18n.set_language("fi")
    walk = Walk(store, people, Settings(None, {"text_size": percent}), (1280, 800))
    found: list[Card] = []
    said: list[str] = []
    try:
        for name, show in walk.steps():
            if name == "story" or name.startswith("part "):
                cards = [card for card in show().findChildren(Card) if card.isVisible()]
                for _turn in range(4):  # heights that follow widths settle one layout after the other
                    qapp.processEvents()
                found += cards
                said += [f"{name}, {fault}" for card in cards for fault in faults(card)]
    finally:
        walk.close()
        theme.apply(qapp, Settings())
    assert said == []
    assert len(found) > 15


def test_buttons_go_below_the_title_where_there_is_no_room(qtbot: QtBot, context: Any) -> None:
    card = Card("Ammatillinen profiili")
    qtbot.addWidget(card)
    made = [
        card.add_button(text, lambda: None) for text in ("Kentän historia", "Uusi versio", "Avaa profiili")
    ]
    hidden = button("Ei nyt")
    card.head.add(hidden)
    hidden.hide()
    card.show()
    tops: dict[int, set[int]] = {}
    for width in (900, 480, 220):
        card.resize(width, card.heightForWidth(width))
        QApplication.processEvents()
        assert faults(card) == []
        tops[width] = {one.y() for one in made}
        assert [a.x() < b.x() or a.y() < b.y() for a, b in pairwise(made)] == [True, True], "reading order"
    assert max(tops[900]) < card.title.height() + card.head.spacing() + 40
    assert len(tops[900]) == len(tops[480]) == 1
    assert min(tops[480]) > card.title.geometry().bottom(), "below the title"
    assert len(tops[220]) > 1


@pytest.mark.parametrize("width", [400, 440, 480, 520, 700])
def test_a_line_of_a_card_has_room_for_all_its_buttons_at_any_width(
    qtbot: QtBot, context: Any, width: int
) -> None:
    card = Card("Työnhakusuunnitelma")
    qtbot.addWidget(card)
    row = line(card, "Suunnitelma 21.10.2026", lambda: None, [("Tarkistus 13.1.2027", "")])
    made = [act(row, text, text, lambda: None) for text in ("Esikatsele", "Allekirjoita", "Liitä")]
    card.quiet("Tavoite")
    card.resize(width, 200)
    card.show()
    for _turn in range(4):
        QApplication.processEvents()
    assert all(row.rect().contains(one.geometry()) for one in made)
