"""What a team lead decides about an edit in quarantine reaches the one who wrote it."""

from collections.abc import Iterator
from typing import Any

import pytest

from storage import outbox
from sync.server import accounts, quarantine
from sync.server.database import writing
from sync.server.quarantine import Decider
from tests.town import Town, copied_town, removed


@pytest.fixture
def town() -> Iterator[Town]:
    made = copied_town()
    with writing(made.engine) as connection:
        accounts.add_user(connection, "lea", "team-lead", "Lea Lähde")
    yield made
    removed(made)


def held(device: Any) -> list[dict[str, Any]]:
    with device.store.read() as connection:
        return outbox.held(connection)


@pytest.fixture
def waiting(town: Town) -> dict[str, Any]:
    """An edit of aada's about a client who was no longer hers when it came."""
    aada, bertil, _cecilia = town.devices
    client = aada.save("client", first_name="Oona", last_name="Malli")
    aada.sync()
    town.assign(client, "bertil")
    bertil.sync()
    visit = aada.save("support_visit", client_id=client, on="2026-02-20", notes="Kotona")
    town.unassign(client, "aada")
    aada.sync()
    (one,) = held(aada)
    assert one["answer"]["status"] == "quarantined"
    return {"id": one["mutation_id"], "visit": str(visit), "client": client}


def lead(town: Town) -> Decider:
    with writing(town.engine) as connection:
        return Decider(accounts.user(connection, "lea")["worker_id"], "team-lead", "Lea Lähde")


def test_what_is_taken_in_waits_with_its_author_no_longer(town: Town, waiting: dict[str, Any]) -> None:
    aada, bertil, _cecilia = town.devices
    assert aada.sync().warnings == ()
    lea = lead(town)
    with writing(town.engine) as connection:
        assert quarantine.take_in(connection, lea, [waiting["id"]]) == {waiting["id"]: "applied"}
    result = aada.sync()
    assert [str(one) for one in result.warnings] == [
        "What you wrote and the centre had set aside has been taken in."
    ]
    assert "conflict" in result.changes.kinds
    assert held(aada) == []
    assert aada.sync().warnings == ()
    bertil.sync()
    assert bertil.living("support_visit")[waiting["visit"]]["notes"] == "Kotona"
    assert town.findings() == []


def test_what_is_rejected_stays_with_its_author_and_says_why(town: Town, waiting: dict[str, Any]) -> None:
    from ui.screens.held import why

    aada = town.devices[0]
    lea = lead(town)
    with writing(town.engine) as connection:
        quarantine.reject(connection, lea, [waiting["id"]], "Bertil kirjoitti sen jo")
    (said,) = aada.sync().warnings
    assert "not taken in" in str(said)
    (one,) = held(aada)
    assert one["answer"]["status"] == "refused"
    assert why(one) == "Lea Lähde did not take this in: Bertil kirjoitti sen jo"
    assert aada.sync().warnings == ()


def test_it_is_told_also_after_the_centre_was_restored(town: Town, waiting: dict[str, Any]) -> None:
    aada = town.devices[0]
    lea = lead(town)
    with writing(town.engine) as connection:
        quarantine.take_in(connection, lea, [waiting["id"]])
    town.restore(town.backup())
    aada.sync()
    assert held(aada) == []
