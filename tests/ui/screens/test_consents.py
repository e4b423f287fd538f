"""Consents on the client's page: given, replaced, withdrawn, partners told, what was shared; all by keyboard."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app import consent as rules
from app.clock import today
from app.record import to_row
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui import dialogs
from ui.client_form import form_for
from ui.screens.consent_form import ConsentForm
from ui.screens.consent_guard import SharingForm
from ui.screens.consent_outside import GivenOutside
from ui.screens.consent_words import read, replacing
from ui.screens.parts.consents import ConsentCard, ConsentsPart
from ui.theme import px

PARTIES = [
    {"organisation": "Kela", "unit": "Asiakaspalvelu"},
    {"organisation": "Terveysasema", "person": "Lääkäri", "gives": False},
]


def consent(client: UUID, **values: Any) -> Any:
    """Return a consent given on paper ten days ago."""
    same = {"client_id": client, "purpose": "Kuntoutuksen suunnittelu", "parties": PARTIES}
    same |= {"groups": ["work", "health"], "method": "paper", "given_on": at(-10), "limits": "Ei lääkitystä"}
    return make("consent", **(same | values))


def unsigned(client: UUID, **values: Any) -> Any:
    return consent(client, method="", given_on=None, **values)


@pytest.fixture
def client(people: dict[str, UUID]) -> UUID:
    return people["Aino"]


@pytest.fixture
def part(qtbot: Any, context: Any, client: UUID) -> ConsentsPart:
    made = ConsentsPart(context, client)
    show(qtbot, made)
    return made


def cards(part: ConsentsPart, inside: QWidget | None = None) -> list[ConsentCard]:
    return [one for one in (inside or part).findChildren(ConsentCard) if one.isVisible()]


def press(qtbot: Any, within: QWidget, name: str) -> None:
    """Press a button by the keyboard, found by what the screen reader calls it."""
    (made,) = [
        one
        for one in within.findChildren(QPushButton)
        if (one.accessibleName() or one.text()) == name and one.isVisible()
    ]
    made.setFocus()
    qtbot.keyClick(made, Qt.Key.Key_Space)
    QApplication.processEvents()


def save(part: ConsentsPart, *records: Any) -> None:
    part.context.bus.changed.emit(part.context.store.save(*records))
    QApplication.processEvents()  # what was put into a layout is shown by the next event


def test_without_consents_it_says_what_that_means(part: ConsentsPart) -> None:
    texts = [one.text() for one in part.present.findChildren(QWidget) if hasattr(one, "text")]
    assert any("No consent is in force" in text for text in texts)
    assert not part.earlier.isVisible()
    assert not part.tell.isVisible()


def test_c_begins_a_consent(qtbot: Any, part: ConsentsPart, ways: Any, client: UUID) -> None:
    part.setFocus()
    qtbot.keyClick(part.focusWidget(), Qt.Key.Key_C)
    assert ways.went == [("edit", "consent", None, {"client_id": client, "values": None})]


def test_each_consent_stands_where_it_belongs(part: ConsentsPart, client: UUID) -> None:
    old = consent(client, purpose="Vanha")
    new = consent(client, purpose="Uusi", given_on=at(-2), replaces=old.id)
    ended = consent(client, purpose="Päättynyt", valid_until=at(-1))
    draft = unsigned(client, purpose="Luonnos")
    save(part, old, new, ended, draft)
    assert [card.row["purpose"] for card in cards(part, part.present)] == ["Uusi"]
    assert [card.row["purpose"] for card in cards(part, part.unsigned)] == ["Luonnos"]
    assert {card.row["purpose"] for card in cards(part, part.earlier)} == {"Vanha", "Päättynyt"}
    said = {one.text() for one in part.present.findChildren(QWidget) if hasattr(one, "text")}
    assert "Health (special category)" in said
    assert part.tell.isVisible()


def test_the_form_on_paper_is_attached_to_its_consent(
    qtbot: Any, part: ConsentsPart, client: UUID, store: Any, tmp_path: Path
) -> None:
    given = consent(client, purpose="Paperilla")
    save(part, given)
    file = tmp_path / "skannaus.txt"
    file.write_bytes(b"Allekirjoitettu")
    dialogs.answer_next(file)
    press(qtbot, part.present, "Attach the paper form: Paperilla")
    (row,) = store.rows("attachment", client_id=client)
    assert (row["category"], row["of_kind"], row["of_id"]) == ("consent", "consent", str(given.id))
    (card,) = cards(part, part.present)
    assert "1 file" in {one.text() for one in card.findChildren(QLabel)}
    save(part, consent(client, purpose="Näytöllä", method="screen"))
    offers = [one.accessibleName() for one in part.findChildren(QPushButton)]
    assert "Show as PDF: Näytöllä" in offers
    assert "Attach the paper form: Näytöllä" not in offers, "there is no paper"


def test_what_is_withdrawn_moves_and_its_partners_are_ticked_one_by_one(
    qtbot: Any, part: ConsentsPart, ways: Any, client: UUID, store: Any
) -> None:
    given = consent(client)
    save(part, given)
    press(qtbot, part, "Withdraw: Kuntoutuksen suunnittelu")
    (_edit, kind, _none, more) = ways.went[-1]
    assert kind == "consent_withdrawal"
    form = form_for(part.context, _spec("consent_withdrawal"), None, **more)
    qtbot.addWidget(form)
    form.save()
    QApplication.processEvents()
    assert [row["consent_id"] for row in store.rows("consent_withdrawal")] == [str(given.id)]
    assert cards(part, part.present) == []
    assert part.tell.isVisible()
    for who in ("Kela, Asiakaspalvelu", "Terveysasema, Lääkäri"):
        press(qtbot, part.tell, f"{who} has been told")
    told = {row["party_id"] for row in store.rows("partner_notice")}
    assert told == {party["id"] for party in to_row(given)["parties"]}
    assert {row["way"] for row in store.rows("partner_notice")} == {"phone"}
    assert not part.tell.isVisible()


def test_a_partner_cannot_have_been_told_tomorrow(
    qtbot: Any, part: ConsentsPart, client: UUID, store: Any
) -> None:
    given = consent(client)
    save(part, given, make("consent_withdrawal", client_id=client, consent_id=given.id, on=at(0)))
    line: Any = next(one for one in part.tell.findChildren(QWidget) if hasattr(one, "tell"))
    line.on.set_value(at(1))
    line.tell()
    assert "future" in line.problem.text()
    assert store.rows("partner_notice") == []


def _spec(kind: str) -> Any:
    from app.services import SPECS

    return SPECS[kind]


# ---- the form ----


def form_of(qtbot: Any, context: Any, client: UUID, row: Any = None, values: Any = None) -> ConsentForm:
    made = form_for(context, _spec("consent"), row, client_id=client, values=values)
    assert isinstance(made, ConsentForm)
    show(qtbot, made, 520)
    return made


def buttons(within: QWidget) -> list[str]:
    return [one.text() for one in within.findChildren(QPushButton) if one.isVisible()]


def test_a_form_can_be_given_only_when_it_is_whole(
    qtbot: Any, context: Any, client: UUID, store: Any
) -> None:
    form = form_of(qtbot, context, client)
    press(qtbot, form, "Sign on the screen")
    assert store.rows("consent") == []
    assert form.boxes["purpose"].problem.text() == "Write what the consent is for."


def test_a_consent_in_force_is_frozen_and_offers_what_may_be_done(
    qtbot: Any, context: Any, client: UUID, store: Any, ways: Any
) -> None:
    given = consent(client)
    store.save(given)
    form = form_of(qtbot, context, client, store.row("consent", given.id))
    assert "Sign on the screen" not in buttons(form)
    press(qtbot, form, "New consent that replaces this one")
    (_edit, kind, _none, more) = ways.went[-1]
    values = more["values"]
    assert (kind, values["replaces"], values["groups"]) == ("consent", str(given.id), ["work", "health"])
    second = form_of(qtbot, context, client, None, values)
    second.save()
    (draft,) = [row for row in store.rows("consent") if row["replaces"]]
    assert (draft["given_on"], draft["content_hash"], draft["method"]) == (None, "", "")
    held = read(store, client)
    assert held.of(store.row("consent", given.id)).state == rules.IN_FORCE


def test_the_one_that_replaces_takes_no_day_that_has_passed() -> None:
    row = to_row(consent(UUID(int=1), valid_until=at(0)))
    assert replacing(row)["valid_until"] is None
    row = to_row(consent(UUID(int=1), valid_until=at(1)))
    assert replacing(row)["valid_until"] == at(1)


def test_who_is_to_be_told_stands_in_the_form_too(qtbot: Any, context: Any, client: UUID, store: Any) -> None:
    given = consent(client)
    store.save(given)
    store.save(make("consent_withdrawal", client_id=client, consent_id=given.id, on=today()))
    form = form_of(qtbot, context, client, store.row("consent", given.id))
    assert buttons(form).count("Told") == 2
    press(qtbot, form, "Kela, Asiakaspalvelu has been told")
    assert buttons(form).count("Told") == 1


# ---- given outside ----


def outside(qtbot: Any, context: Any, store: Any, row: Any) -> GivenOutside:
    made = GivenOutside(context, store.row("consent", row.id), "Aino Esimerkki")
    show(qtbot, made, 900)
    return made


def test_a_consent_on_paper_is_sealed_and_frozen(qtbot: Any, context: Any, client: UUID, store: Any) -> None:
    draft = unsigned(client)
    store.save(draft)
    page = outside(qtbot, context, store, draft)
    page.on.set_value(at(-3))
    page.kept.set_value("Mappi 4")
    with qtbot.waitSignal(page.done):
        qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    row = store.row("consent", draft.id)
    assert (row["given_on"], row["signed_on"], row["method"]) == (at(-3), at(-3), "paper")
    assert row["copy_at"] == "Mappi 4"
    assert [(one["name"], one["strokes"]) for one in row["signatures"]] == [("Aino Esimerkki", [])]
    assert row["content_hash"]
    assert read(store, client).of(row, today() - timedelta(days=3)).state == rules.IN_FORCE
    from app.errors import Refused

    with pytest.raises(Refused):
        store.save(make("consent", **{**row, "groups": ["work", "finances"]}))


@pytest.mark.parametrize(("field", "value"), [("given_on", at(2)), ("name", "")])
def test_what_cannot_be_is_said_at_its_field(
    qtbot: Any, context: Any, client: UUID, store: Any, field: str, value: str
) -> None:
    draft = unsigned(client)
    store.save(draft)
    page = outside(qtbot, context, store, draft)
    page.boxes[field].editor.set_value(value)
    page.give()
    assert page.boxes[field].problem.text()
    assert not store.row("consent", draft.id)["content_hash"]


def test_a_consent_that_was_changed_meanwhile_is_not_sealed(
    qtbot: Any, context: Any, client: UUID, store: Any
) -> None:
    draft = unsigned(client)
    store.save(draft)
    page = outside(qtbot, context, store, draft)
    store.save(make("consent", **{**to_row(draft), "groups": ["work"]}))
    page.give()
    assert "changed meanwhile" in page.problem.text()
    assert not store.row("consent", draft.id)["content_hash"]


def test_on_the_screen_the_client_signs_and_it_is_in_force(
    qtbot: Any, context: Any, client: UUID, store: Any
) -> None:
    from ui.screens.sign import SignPage

    draft = unsigned(client)
    store.save(draft)
    page = SignPage(
        context,
        "consent",
        store.row("consent", draft.id),
        client_name="Aino Esimerkki",
        worker_name="Maija Malli",
    )
    show(qtbot, page)
    (signer,) = page.signers
    signer.pad.set_strokes([[(0.1, 0.5), (0.5, 0.2)]])
    page.sign()
    row = store.row("consent", draft.id)
    assert (row["method"], row["given_on"]) == ("screen", today().isoformat())
    assert read(store, client).of(row).state == rules.IN_FORCE


def test_nobody_signs_from_edge_to_edge(qtbot: Any, context: Any, client: UUID, store: Any) -> None:
    from ui.screens.sign import WIDEST, SignPage

    draft = unsigned(client)
    store.save(draft)
    row = store.row("consent", draft.id)
    page = SignPage(context, "consent", row, client_name="Aino Esimerkki", worker_name="Maija Malli")
    show(qtbot, page, 1600)
    (signer,) = page.signers
    assert signer.width() <= px(WIDEST)
    assert signer.width() > px(WIDEST) * 0.8
    assert signer.mapTo(page, signer.rect().topLeft()).x() < px(60), "it begins where the text begins"
    page.resize(500, 800)
    QApplication.processEvents()
    assert signer.width() > 400, "a narrow window is used whole"


# ---- what was shared ----


def test_what_was_shared_says_with_whom_and_why(part: ConsentsPart, client: UUID) -> None:
    given = consent(client)
    save(part, given)
    same = {"client_id": client, "on": at(-1), "shared_as": "pdf", "of_kind": "career_plan"}
    save(
        part,
        make("sharing", **same, party="Kela", groups=["work"], consent_id=given.id),
        make("sharing", **same, party="HUS", groups=["work"], override_reason="Kiireellinen hoito"),
    )
    texts = [one.text() for one in part.shared.findChildren(QWidget) if hasattr(one, "text")]
    assert any("Kela" in text for text in texts)
    assert "Without a consent" in texts
    assert "Reason: Kiireellinen hoito" in texts
    assert not any(one.text().startswith("Show") for one in part.shared.findChildren(QPushButton))


def test_long_lists_open_on_demand(qtbot: Any, part: ConsentsPart, client: UUID) -> None:
    same = {"client_id": client, "on": at(-1), "shared_as": "talk", "override_reason": "Syy"}
    save(part, *[make("sharing", **same, party=f"Taho {n}") for n in range(11)])
    press(qtbot, part.shared, "Show 3 more")
    shown = [one.text() for one in part.shared.findChildren(QPushButton)]
    assert sum("Taho" in text for text in shown if text) == 11


# ---- a document for somebody ----


@pytest.fixture
def preview(qtbot: Any, context: Any, client: UUID, store: Any) -> Any:
    from ui.screens.pdf_preview import PdfPreview

    store.save(consent(client, parties=PARTIES[:1], groups=["work"]))
    plan = store.rows("career_plan", client_id=client)[0]
    made = PdfPreview(context, "career_plan", UUID(plan["id"]))
    show(qtbot, made)
    return made


def choose(preview: Any, text: str) -> None:
    preview.for_whom.choice.setCurrentIndex(preview.for_whom.choice.findText(text))


def test_the_parties_of_the_consents_are_offered_and_what_goes_to_them_is_kept(
    preview: Any, store: Any, tmp_path: Any
) -> None:
    choice = preview.for_whom.choice
    assert [choice.itemText(n) for n in range(choice.count())] == [
        "The client",
        "Kela, Asiakaspalvelu",
        "Somebody else…",
    ]
    choose(preview, "Kela, Asiakaspalvelu")
    assert "allows this for Kela" in preview.for_whom.answer.said.text()
    assert not preview.for_whom.answer.box.isVisible()
    dialogs.answer_next(tmp_path / "plan.pdf")
    preview.save()
    assert (tmp_path / "plan.pdf").exists()
    (kept,) = store.rows("sharing")
    (given,) = store.rows("consent")
    assert (kept["party"], kept["consent_id"], kept["of_kind"]) == (
        "Kela, Asiakaspalvelu",
        given["id"],
        "career_plan",
    )


def test_for_the_client_herself_nothing_is_asked(preview: Any, store: Any, tmp_path: Any) -> None:
    assert preview.save_button.isEnabled()
    assert not preview.for_whom.answer.isVisible()
    dialogs.answer_next(tmp_path / "plan.pdf")
    preview.save()
    assert store.rows("sharing") == []


def test_nothing_goes_to_others_without_a_written_reason(
    qtbot: Any, preview: Any, store: Any, tmp_path: Any
) -> None:
    choose(preview, "Somebody else…")
    assert not preview.save_button.isEnabled()
    qtbot.keyClicks(preview.for_whom.name, "HUS")
    assert not preview.save_button.isEnabled()
    preview.for_whom.ask()
    assert preview.for_whom.answer.said.text() == "No consent of the client names HUS."
    preview.save()  # Ctrl+S finds the same closed door; nobody is asked where to
    assert store.rows("sharing") == []
    qtbot.keyClicks(preview.for_whom.answer.reason.entrance(), "Laki velvoittaa")
    assert preview.save_button.isEnabled()
    dialogs.answer_next(tmp_path / "plan.pdf")
    preview.save()
    (kept,) = store.rows("sharing")
    assert (kept["party"], kept["override_reason"], kept["consent_id"]) == ("HUS", "Laki velvoittaa", None)
    assert (tmp_path / "plan.pdf").exists()


def test_what_was_withdrawn_while_the_preview_was_open_is_not_saved(
    preview: Any, store: Any, client: UUID, tmp_path: Any
) -> None:
    choose(preview, "Kela, Asiakaspalvelu")
    (given,) = store.rows("consent")
    store.save(make("consent_withdrawal", client_id=client, consent_id=given["id"], on=today()))
    dialogs.answer_next(tmp_path / "plan.pdf")
    preview.save()
    assert "withdrew" in preview.state.text()
    assert not (tmp_path / "plan.pdf").exists()
    assert store.rows("sharing") == []


# ---- a referral ----


def referral(qtbot: Any, context: Any, client: UUID, row: Any = None, **values: Any) -> SharingForm:
    same = {"organisation": "Kela", "service": "Kuntoutus", "made_on": at(0)}
    made = form_for(context, _spec("referral"), row, client_id=client, values=same | values)
    assert isinstance(made, SharingForm)
    show(qtbot, made, 520)
    return made


def test_a_referral_goes_out_by_a_consent_and_is_kept(
    qtbot: Any, context: Any, client: UUID, store: Any
) -> None:
    given = consent(client, parties=[{"organisation": "Kela"}])
    store.save(given)
    form = referral(qtbot, context, client)
    assert form.groups.value() == ["work"]
    assert "allows this for Kela" in form.guard.said.text()
    form.save()
    (saved,) = store.rows("referral")
    (kept,) = store.rows("sharing")
    assert (kept["of_id"], kept["consent_id"], kept["shared_as"]) == (
        saved["id"],
        str(given.id),
        "referral",
    )


def test_without_a_consent_the_form_says_so_and_takes_a_reason(
    qtbot: Any, context: Any, client: UUID, store: Any
) -> None:
    form = referral(qtbot, context, client)
    form.save()
    said = "No consent of the client names Kela."
    assert [one.text() for one in form.findChildren(QLabel) if said in one.text()] == [said], "once"
    assert form.guard.said.isVisible()
    assert form.guard.box.problem.text() == "This is needed."
    assert form.guard.reason.entrance().hasFocus(), "where it can be answered"
    assert store.rows("referral") == store.rows("sharing") == []
    qtbot.keyClicks(form.guard.reason.entrance(), "Asiakas pyysi puhelimessa")
    form.save()
    assert len(store.rows("referral")) == 1
    (kept,) = store.rows("sharing")
    assert kept["override_reason"] == "Asiakas pyysi puhelimessa"


def test_what_is_told_must_be_named_too(qtbot: Any, context: Any, client: UUID, store: Any) -> None:
    store.save(consent(client, parties=[{"organisation": "Kela"}], groups=["work"]))
    form = referral(qtbot, context, client)
    form.groups.set_value(["work", "health"])
    form._chosen_by_hand()
    form.ask()
    assert form.guard.said.text() == "The consent with Kela does not cover: Health (special category)."
    form.save()
    assert store.rows("referral") == []


def test_only_what_goes_out_is_asked(qtbot: Any, context: Any, client: UUID, store: Any) -> None:
    form = referral(qtbot, context, client, direction="in")
    assert not form.guard.isVisible()
    form.save()
    assert len(store.rows("referral")) == 1
    assert store.rows("sharing") == []


def test_the_answer_to_a_referral_tells_nobody_anything_new(
    qtbot: Any, context: Any, client: UUID, store: Any
) -> None:
    made = make("referral", client_id=client, service="Kuntoutus", organisation="Kela", made_on=at(-9))
    store.save(made)
    form = referral(qtbot, context, client, store.row("referral", made.id))
    form.boxes["state"].editor.set_value("accepted")
    form.save()
    assert store.row("referral", made.id)["state"] == "accepted"
    assert store.rows("sharing") == []
    again = referral(qtbot, context, client, store.row("referral", made.id))
    again.boxes["organisation"].editor.set_value("HUS")
    again.save()
    assert store.row("referral", made.id)["organisation"] == "Kela"
