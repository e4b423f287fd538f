"""Entries that tell somebody something: their forms ask the consents, and an entry is saved with its sharing or not."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QLabel

from app.record import to_row
from app.services import SPECS
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui.client_form import form_for
from ui.screens.consent_guard import SharingForm
from ui.screens.parts.search import SearchPart

VALUES: dict[str, dict[str, Any]] = {
    "job_application": {"employer": "Kahvila Kulma", "job": "Tiskaaja", "channel": "coach", "on": at(-2)},
    "interview": {"employer": "Kahvila Kulma", "coach_present": True, "on": at(3)},
    "referral": {"organisation": "Kahvila Kulma", "service": "Valmennus", "made_on": at(-2)},
}
CONTACTS = ("job_application", "interview")
ALONE = {"job_application": ("channel", "open_application"), "interview": ("coach_present", False)}


@pytest.fixture
def client(people: dict[str, UUID]) -> UUID:
    return people["Aino"]


def allow(store: Any, client: UUID, *, seen: str = "yes", organisation: str = "Työnantajat") -> Any:
    """Give a consent, and decide whether employers may see the coach."""
    values = {"purpose": "Työnhaku", "parties": [{"organisation": organisation}], "groups": ["work"]}
    given = make("consent", client_id=client, method="paper", given_on=at(-10), **values)
    decided = make("disclosure_decision", client_id=client, on=at(-5), coach_seen=seen)
    store.save(given, decided)
    return given


def opened(qtbot: Any, context: Any, kind: str, client: UUID, row: Any = None, **values: Any) -> SharingForm:
    form = form_for(context, SPECS[kind], row, client_id=client, values=VALUES[kind] | values)
    assert isinstance(form, SharingForm)
    show(qtbot, form, 520)
    return form


@pytest.mark.parametrize("kind", CONTACTS)
def test_a_contact_with_an_employer_is_kept_with_the_consent_that_allows_it(
    qtbot: Any, context: Any, client: UUID, store: Any, kind: str
) -> None:
    given = allow(store, client)
    form = opened(qtbot, context, kind, client)
    assert "allows this for Kahvila Kulma" in form.guard.said.text()
    assert form.groups.value() == ["work"]
    assert form.boxes["employer"].isAncestorOf(form.guard)
    form.save()
    (kept,) = store.rows("sharing")
    (saved,) = [row for row in store.rows(kind, client_id=client) if row["employer"] == "Kahvila Kulma"]
    assert (kept["of_kind"], kept["of_id"], kept["consent_id"]) == (kind, saved["id"], str(given.id))
    assert kept["shared_as"] == "employer_contact"
    assert kept["on"] == min(VALUES[kind]["on"], at(0)), "what is agreed for a day to come is told today"
    assert [row["action"] for row in store.access_log(client)].count("shared") == 1


@pytest.mark.parametrize("kind", CONTACTS)
def test_without_the_clients_decision_it_is_refused_beside_the_employer_until_it_is_written_why(
    qtbot: Any, context: Any, client: UUID, store: Any, kind: str
) -> None:
    allow(store, client, seen="no")
    before = store.rows(kind)
    form = opened(qtbot, context, kind, client)
    assert form.guard.said.text().startswith("The client does not want employers to see the coach")
    form.save()
    said = [one.text() for one in form.findChildren(QLabel) if "does not want employers" in one.text()]
    assert said == [form.guard.said.text()], "once"
    assert form.guard.box.problem.text() == "This is needed."
    assert (store.rows(kind), store.rows("sharing")) == (before, [])
    qtbot.keyClicks(form.guard.reason.entrance(), "Asiakas pyysi itse")
    form.save()
    (kept,) = store.rows("sharing")
    assert (kept["override_reason"], kept["consent_id"]) == ("Asiakas pyysi itse", None)


@pytest.mark.parametrize("kind", CONTACTS)
def test_what_the_client_does_alone_asks_nothing_until_the_coach_takes_part(
    qtbot: Any, context: Any, client: UUID, store: Any, kind: str
) -> None:
    name, value = ALONE[kind]
    made = make(kind, client_id=client, **{**VALUES[kind], name: value})
    store.save(made)
    form = opened(qtbot, context, kind, client, store.row(kind, made.id))
    assert not form.guard.isVisible()
    assert not form.told.isVisible()
    form.boxes["notes"].editor.set_value("Meni hyvin")
    form.save()
    assert store.row(kind, made.id)["notes"] == "Meni hyvin"
    form.boxes[name].editor.set_value(VALUES[kind][name])
    form.ask()
    assert form.guard.isVisible()
    assert form.told.isVisible()
    form.save()
    assert store.row(kind, made.id)[name] == value, "no consent, no contact"
    assert store.rows("sharing") == []


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_what_could_not_be_saved_has_told_nobody_anything(
    qtbot: Any, context: Any, client: UUID, store: Any, kind: str, ways: Any
) -> None:
    allow(store, client)
    allow(store, client, organisation="Kahvila Kulma")
    made = make(kind, client_id=client, **VALUES[kind])
    store.save(made)
    named = "organisation" if kind == "referral" else "employer"
    form = opened(qtbot, context, kind, client, to_row(made))
    form.boxes[named].editor.set_value("Toinen kahvila")
    form.ask()
    qtbot.keyClicks(form.guard.reason.entrance(), "Asiakas pyysi itse")
    store.delete(kind, made.id)  # by somebody else, while the form was open
    form.save()
    assert store.row(kind, made.id)[named] == "Kahvila Kulma"
    assert store.rows("sharing") == []
    assert "shared" not in [row["action"] for row in store.access_log(client)]


def test_the_draft_of_a_contact_is_sent_by_one_press_only_where_a_consent_lets_it(
    qtbot: Any, context: Any, client: UUID, store: Any, ways: Any
) -> None:
    made = make("job_application", client_id=client, **VALUES["job_application"], state="draft")
    store.save(made)
    part = SearchPart(context, client)
    show(qtbot, part)
    row = store.row("job_application", made.id)
    part.applications._sent(row)
    assert store.row("job_application", made.id)["state"] == "draft"
    assert ways.went[-1][:3] == ("edit", "job_application", made.id), "its form takes a reason"
    allow(store, client)
    part.applications._sent(row)
    assert store.row("job_application", made.id)["state"] == "sent"
    (kept,) = store.rows("sharing")
    assert (kept["of_id"], kept["party"]) == (str(made.id), "Kahvila Kulma")
