"""What may not be held on this device is said to be not visible, never to be missing."""

from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QLabel, QPushButton

from app import client_copy, documents
from app.access import NotHeld
from app.clock import new_id
from storage.state import set_state
from tests.ui.screens.caseload import make
from tests.ui.screens.conftest import show
from ui.screens.parts.plans import PlansPart
from ui.screens.parts.start import StartPart


def as_team_lead(store: Any) -> None:
    """Let the store be one that has joined a centre, of a worker who holds the core alone."""
    with store.write() as connection:
        set_state(connection, "device_id", str(new_id()))
        connection.exec_driver_sql("UPDATE assignment SET role = 'team-lead'")


def names(part: Any) -> list[str]:
    return [one.accessibleName() for one in part.findChildren(QPushButton) if one.isVisibleTo(part)]


def words(part: Any) -> str:
    return "\n".join(one.text() for one in part.findChildren(QLabel) if one.isVisibleTo(part))


def test_kykyviisari_is_not_called_missing(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    client = people["Mohamed"]
    part = StartPart(context, client)
    show(qtbot, part)
    assert [one for one in names(part) if one.startswith("Kykyviisari, Missing")]
    total = len(part.assessment.items)
    assert f"of {total} done" in part.assessment.count.text()

    as_team_lead(context.store)
    part = StartPart(context, client)
    show(qtbot, part)
    (line,) = [one for one in names(part) if one.startswith("Kykyviisari, ")]
    assert line == "Kykyviisari, Not visible to you"
    assert f"of {total - 1} done" in part.assessment.count.text()
    assert "Results are not visible to you" in words(part)
    assert "No results yet" not in words(part)
    assert not part.kykyviisari.button.isVisibleTo(part)


def test_the_document_does_not_call_it_missing_either(context: Any, people: dict[str, UUID]) -> None:
    store, client = context.store, people["Mohamed"]
    made = make("initial_assessment", client_id=client, begun_on="2026-02-01")
    store.save(made)

    def said() -> str:
        row = store.row("initial_assessment", made.id)
        return str(documents.make(store, "initial_assessment", row, language="en"))

    assert "Not visible to the maker" not in said()
    as_team_lead(store)
    assert "Not visible to the maker" in said()


def test_what_is_kept_apart_is_not_offered(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    as_team_lead(context.store)
    part = PlansPart(context, people["Mohamed"])
    show(qtbot, part)
    assert words(part).count("not visible to you") == 3
    assert not [one for one in part.findChildren(QPushButton) if "criminal" in one.text() and one.isVisible()]


def test_the_store_says_what_may_not_be_held(context: Any, people: dict[str, UUID]) -> None:
    store, client = context.store, people["Mohamed"]
    assert not isinstance(store.rows("profile_health", client_id=client), NotHeld)
    as_team_lead(store)
    assert isinstance(store.rows("profile_health", client_id=client), NotHeld)
    assert not isinstance(store.rows("network_member", client_id=client), NotHeld)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE assignment SET role = 'job-coach', groups = '[\"health\"]'")
    assert not isinstance(store.rows("profile_health", client_id=client), NotHeld)
    assert isinstance(store.rows("profile_criminal_record", client_id=client), NotHeld)


def test_a_copy_of_the_data_says_what_its_maker_may_not_see(context: Any, people: dict[str, UUID]) -> None:
    store, client = context.store, people["Mohamed"]
    whole = client_copy.gather(store, client)
    assert whole is not None
    assert whole.lacking == ()
    as_team_lead(store)
    part = client_copy.gather(store, client)
    assert part is not None
    assert part.lacking == ("health", "finances", "legal")
    assert client_copy.data(part)["not_included"] == ["health", "finances", "legal"]
    told = str(client_copy.document(part, language="en", maker="M").blocks)
    assert "may not see it: Health, Finances, Criminal record" in told
    assert "may not see it" not in str(client_copy.document(whole, language="en", maker="M").blocks)
