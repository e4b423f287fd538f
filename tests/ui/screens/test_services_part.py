"""Network and services: steps by one key, the guided check by keyboard, referrals that ask the consents, the lists."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app import support_need
from app.clock import new_id, today
from app.record import Row, validated
from app.services import SPECS
from storage.state import set_state
from storage.store import Store
from tests.stores import make
from tests.ui.screens.conftest import Ways, show
from ui.context import Context
from ui.screens import referring
from ui.screens.catalogue import StartingList
from ui.screens.need_check import NeedCheck
from ui.screens.parts.services import ReferralLine, ServicesPart

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def aino(people: dict[str, UUID]) -> UUID:
    """A client of the caseload."""
    return people["Aino"]


def referral(store: Store, client: UUID, **values: Any) -> Row:
    record = make("referral", **{"client_id": client, "service": "Kela", "made_on": "2026-03-02"} | values)
    store.save(record)
    found = store.row("referral", record.id)
    assert found is not None
    return found


def opened(qtbot: QtBot, context: Context, client: UUID) -> ServicesPart:
    part = ServicesPart(context, client)
    show(qtbot, part)
    return part


def line_of(part: ServicesPart) -> ReferralLine:
    (found,) = part.cards.path.findChildren(ReferralLine)
    return found


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_one_key_notes_what_happened_and_can_be_taken_back(
    qtbot: QtBot, context: Context, store: Store, aino: UUID, ways: Ways
) -> None:
    row = referral(store, aino)
    part = opened(qtbot, context, aino)
    for key, state in ((Qt.Key.Key_1, "received"), (Qt.Key.Key_2, "accepted"), (Qt.Key.Key_4, "accepted")):
        line_of(part).link.setFocus()
        qtbot.keyClick(line_of(part).link, key)
        found = store.row("referral", row["id"])
        assert found is not None
        assert found["state"] == state
    assert found["begun_on"] == today().isoformat()
    ways.undo()
    found = store.row("referral", row["id"])
    assert found is not None
    assert (found["state"], found["begun_on"]) == ("accepted", None)


def test_a_refusal_asks_for_its_reason(qtbot: QtBot, context: Context, store: Store, aino: UUID) -> None:
    row = referral(store, aino)
    part = opened(qtbot, context, aino)
    line = line_of(part)
    line.link.setFocus()
    qtbot.keyClick(line.link, Qt.Key.Key_3)
    assert focused() is line.reason
    qtbot.keyClick(line.reason, Qt.Key.Key_Return)
    found = store.row("referral", row["id"])
    assert found is not None
    assert found["state"] == "made"
    qtbot.keyClicks(line.reason, "Hoito kesken")
    qtbot.keyClick(line.reason, Qt.Key.Key_Return)
    found = store.row("referral", row["id"])
    assert found is not None
    assert (found["state"], found["refusal_reason"]) == ("refused", "Hoito kesken")


def test_a_step_that_does_not_come_next_has_no_key(
    qtbot: QtBot, context: Context, store: Store, aino: UUID
) -> None:
    row = referral(store, aino)
    part = opened(qtbot, context, aino)
    qtbot.keyClick(line_of(part).link, Qt.Key.Key_5)
    found = store.row("referral", row["id"])
    assert found is not None
    assert found["state"] == "made"


def test_the_picture_says_everything_in_words(
    qtbot: QtBot, context: Context, store: Store, aino: UUID
) -> None:
    referral(store, aino, direction="in", service="Työtoiminta", made_on="2026-01-02")
    referral(store, aino, state="refused", decided_on="2026-04-01", refusal_reason="Hoito kesken")
    part = opened(qtbot, context, aino)
    picture = part.cards.path.picture
    assert picture.isVisible()
    said = picture.accessibleDescription()
    assert said.index("From Työtoiminta") < said.index("Kela: Refused 1 Apr 2026: Hoito kesken")
    assert picture.place_of(picture.stretches[0].made) < picture.place_of(picture.stretches[1].made)


def test_the_network_is_filtered_by_role(qtbot: QtBot, context: Context, store: Store, aino: UUID) -> None:
    for name, role, may in (("Liisa Kelanen", "kela", True), ("Orvo Omainen", "family", False)):
        store.save(make("network_member", client_id=aino, name=name, role=role, may_contact=may))
    part = opened(qtbot, context, aino)
    card = part.cards.network
    everybody = {row["name"] for row in card.shown()}
    assert {"Liisa Kelanen", "Orvo Omainen"} <= everybody
    said = {b.accessibleName() for b in card.findChildren(QPushButton)}
    assert any("Liisa Kelanen, may be contacted" in text for text in said)
    assert any("Orvo Omainen, no agreement to contact yet" in text for text in said)
    card.filter.setCurrentIndex(card.filter.findData("kela"))
    assert "Liisa Kelanen" in {row["name"] for row in card.shown()}
    assert {row["role"] for row in card.shown()} == {"kela"}


# ---- the guided check ----


@pytest.fixture
def lists(store: Store) -> None:
    """The pilot's services and situations."""
    store.save(*support_need.pilot_services(), *support_need.pilot_situations())


def guided(part: ServicesPart) -> NeedCheck:
    part.new_check()
    QApplication.processEvents()
    assert part.guide is not None
    return part.guide


def test_a_check_is_made_by_keyboard_and_becomes_referrals(
    qtbot: QtBot, context: Context, store: Store, aino: UUID, lists: None, ways: Ways
) -> None:
    services = {row["name"]: row for row in store.rows("catalogue_service")}
    party = {"id": new_id(), "organisation": "Oikeusaputoimisto", "gives": False, "receives": True}
    given = {"method": "paper", "given_on": "2026-01-02", "groups": ["benefits", "finances"]}
    store.save(make("consent", client_id=aino, purpose="Velat", parties=[party], **given))
    part = opened(qtbot, context, aino)
    guide = guided(part)
    assert focused() is guide.situations[0].box.box
    money = next(n for n, line in enumerate(guide.situations) if "Velat" in line.row["text"])
    for _step in range(money):
        qtbot.keyClick(focused(), Qt.Key.Key_Down)
    qtbot.keyClick(focused(), Qt.Key.Key_Space)
    assert [one.service["name"] for one in guide.suggested] == [
        "Aikuissosiaalityö",
        "Kelan etuudet ja palvelutarpeen kartoitus",
        "Talous- ja velkaneuvonta",
    ]
    assert "Velat" in guide.agreed[services["Aikuissosiaalityö"]["id"]].box.accessibleDescription()
    qtbot.keyClick(focused(), Qt.Key.Key_Tab)
    qtbot.keyClicks(focused(), "Ulosotto")
    for name in ("Talous- ja velkaneuvonta", "Aikuissosiaalityö"):
        qtbot.keyClick(guide.agreed[services[name]["id"]].box, Qt.Key.Key_Space)
    assert "2" in guide.refer_button.text()
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CTRL)
    (check,) = store.rows("support_need_check", client_id=aino)
    assert [(one["text"], one["note"]) for one in check["situations"]] == [
        ("Velat, ulosotto tai toimeentulo huolettaa", "Ulosotto")
    ]
    assert {one["name"] for one in check["suggested"] if one["agreed"]} == {
        "Talous- ja velkaneuvonta",
        "Aikuissosiaalityö",
    }
    (made,) = store.rows("referral", client_id=aino)
    assert (made["service"], made["organisation"]) == ("Talous- ja velkaneuvonta", "Oikeusaputoimisto")
    assert "Ulosotto" in made["reason"]
    (told,) = store.rows("sharing", client_id=aino)
    assert told["of_id"] == made["id"]
    where, kind, _record, more = ways.went[-1]
    assert (where, kind, more["values"]["service"]) == ("edit", "referral", "Aikuissosiaalityö")
    assert store.draft(guide.draft_key) is None


def test_what_is_ticked_is_kept_and_comes_back(
    qtbot: QtBot, context: Context, store: Store, aino: UUID, lists: None
) -> None:
    part = opened(qtbot, context, aino)
    guide = guided(part)
    qtbot.keyClick(guide.situations[3].box.box, Qt.Key.Key_Space)
    qtbot.keyClicks(guide.situations[3].note, "selka")
    yes = next(iter(guide.agreed))
    qtbot.keyClick(guide.agreed[yes].box, Qt.Key.Key_Space)
    qtbot.keyClick(guide, Qt.Key.Key_Escape)
    assert part.guide is None
    again = guided(part)
    assert [line.ticked for line in again.situations].index(True) == 3
    assert again.situations[3].note.text() == "selka"
    assert again.agreed[yes].value()
    again.start_over()
    assert not any(line.ticked for line in again.situations)
    assert store.draft(again.draft_key) is None


def test_nothing_ticked_is_no_check(
    qtbot: QtBot, context: Context, store: Store, aino: UUID, lists: None
) -> None:
    guide = guided(opened(qtbot, context, aino))
    qtbot.keyClick(guide.save_button, Qt.Key.Key_S, CTRL)
    assert store.rows("support_need_check", client_id=aino) == []
    assert guide._state.text()


def test_what_has_a_referral_does_not_wait_for_one() -> None:
    agreed = {"service_id": "1", "name": "Kela", "agreed": True, "note": ""}
    other = {"service_id": None, "name": "Oma", "agreed": True, "note": ""}
    check = {"on": "2026-03-01", "suggested": [agreed, other, {**agreed, "service_id": "2", "agreed": False}]}
    base = {
        "direction": "out",
        "state": "made",
        "made_on": "2026-02-01",
        "service_id": "1",
        "service": "Kela",
    }
    assert referring.waiting(check, []) == [agreed, other]
    assert referring.waiting(check, [base]) == [other], "one that is still open is enough"
    assert referring.waiting(check, [base | {"state": "ended"}]) == [agreed, other]
    later = base | {"state": "refused", "made_on": "2026-03-01"}
    assert referring.waiting(check, [later]) == [other], "refused once is not asked again by itself"
    assert referring.waiting(check, [base | {"direction": "in"}]) == [agreed, other]


# ---- the lists ----


def joined(store: Store, role: str) -> None:
    with store.write() as connection:
        set_state(connection, "worker_role", role)
        set_state(connection, "device_id", str(new_id()))


def test_the_pilots_lists_are_offered_once(qtbot: QtBot, context: Context, store: Store) -> None:
    situations, services = (
        StartingList(context, kind) for kind in ("support_situation", "catalogue_service")
    )
    for page in (situations, services):
        show(qtbot, page)
        assert page.offer.isVisible()
    qtbot.keyClick(situations.fill_button, Qt.Key.Key_Space)
    assert store.count("support_situation") == len(support_need.pilot_situations())
    assert store.count("catalogue_service") == len(support_need.pilot_services())
    assert not situations.offer.isVisible()
    assert not services.offer.isVisible()
    assert situations.records.model.rowCount() == len(support_need.pilot_situations())


@pytest.mark.parametrize(("role", "may"), [("job-coach", False), ("team-lead", True)])
def test_only_who_keeps_the_lists_may_change_them(
    qtbot: QtBot, context: Context, store: Store, role: str, may: bool
) -> None:
    service = make("catalogue_service", name="Kela")
    store.save(service)
    joined(store, role)
    assert store.may_write(SPECS["catalogue_service"]) is may
    page = StartingList(context, "catalogue_service")
    show(qtbot, page)
    assert page.records.new_button.isVisible() is may
    qtbot.keyClick(page.records.table, Qt.Key.Key_Delete)
    row = store.row("catalogue_service", service.id)
    assert row is not None
    assert bool(row["deleted"]) is may
    empty = StartingList(context, "support_situation")
    show(qtbot, empty)
    assert empty.offer.isVisible() is may


def test_a_chosen_service_fills_the_referral(
    qtbot: QtBot, context: Context, store: Store, aino: UUID
) -> None:
    from ui.client_form import form_for

    first = validated(
        SPECS["catalogue_service"].table, {"name": "Velkaneuvonta", "organisation": "Oikeusapu"}
    )
    second = validated(SPECS["catalogue_service"].table, {"name": "Asumisneuvonta", "organisation": "Stadi"})
    gone = validated(SPECS["catalogue_service"].table, {"name": "Vanha", "active": False})
    store.save(first, second, gone)
    form = form_for(context, SPECS["referral"], None, client_id=aino, values={"service_id": first.id})
    show(qtbot, form)
    assert form.values()["service"] == "Velkaneuvonta"
    assert form.changes() == {}, "what was filled at the beginning is no change of a person's"
    choice: Any = form.boxes["service_id"].editor
    titles = [choice.combo.itemText(n) for n in range(choice.combo.count())]
    assert titles == ["", "Asumisneuvonta", "Velkaneuvonta"]
    organisation: Any = form.boxes["organisation"].editor
    organisation.edit.setFocus()
    organisation.edit.selectAll()
    qtbot.keyClicks(organisation.edit, "Own words")
    choice.combo.line.setFocus()
    choice.combo.line.selectAll()
    qtbot.keyClicks(choice.combo.line, "Asumis")
    qtbot.keyClick(choice.combo.line, Qt.Key.Key_Return)
    assert form.values()["service"] == "Asumisneuvonta"
    assert form.values()["organisation"] == "Own words", "what a person wrote stays"
