"""A document for a party: only as a consent allows, or for a written reason; every sharing is kept and logged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.clock import today
from app.consent import Recipient
from app.sharing import NotShared, check_sharing_now, record_sharing
from storage.store import Store
from tests.stores import add_client, make, new_store
from tests.unit.commands.test_commands import Run, profile, run

__all__ = ["profile", "run"]


@pytest.fixture
def filled(profile: Path) -> tuple[UUID, UUID]:
    """A client with a plan, and a consent on paper that lets Kela have data of work."""
    from tests.stores import PASSPHRASE

    store = Store.open(profile, PASSPHRASE)
    client = add_client(store)
    plan = make("career_plan", client_id=client, made_on="2026-01-01", goals=[{"text": "Keittiöön"}])
    store.save(plan, consent(client))
    store.close()
    return client, plan.id


def consent(client: UUID, **values: Any) -> Any:
    same = {
        "client_id": client,
        "purpose": "Yhteistyö",
        "parties": [{"organisation": "Kela", "unit": "Helsinki"}],
        "groups": ["work"],
        "method": "paper",
        "given_on": "2026-01-02",
    }
    return make("consent", **(same | values))


def test_a_document_goes_only_where_a_consent_lets_it(
    run: Run, filled: tuple[UUID, UUID], tmp_path: Path
) -> None:
    client, plan = filled
    file = tmp_path / "plan.pdf"
    said = run("pdf", "career_plan", plan, "--out", file, "--for", "HUS")
    assert said.code == 1
    assert "No consent of the client names HUS." in said.err
    assert not file.exists()
    assert run("list", "sharing", "--json").json() == []
    assert run("pdf", "career_plan", plan, "--out", file, "--for", "kela,  helsinki").code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    (kept,) = run("list", "sharing", "--client", client, "--json").json()
    (given,) = run("list", "consent", "--json").json()
    assert (kept["consent_id"], kept["party"], kept["groups"]) == (given["id"], "Kela, Helsinki", ["work"])
    assert (kept["shared_as"], kept["of_kind"], kept["of_id"]) == ("pdf", "career_plan", str(plan))
    assert kept["override_reason"] == ""


def test_only_a_part_of_the_organisation_is_not_the_whole(run: Run, filled: tuple[UUID, UUID]) -> None:
    said = run("pdf", "career_plan", filled[1], "--out", "x.pdf", "--for", "Kela")
    assert said.code == 1
    assert "only a part of Kela" in said.err


def test_a_written_reason_overrides_and_is_kept(run: Run, filled: tuple[UUID, UUID], tmp_path: Path) -> None:
    file = tmp_path / "plan.pdf"
    refused = run("pdf", "career_plan", filled[1], "--out", file, "--for", "HUS", "--override", "  ")
    assert refused.code == 1
    words = ("--for", "HUS", "--override", "Laki velvoittaa")
    assert run("pdf", "career_plan", filled[1], "--out", file, *words).code == 0
    (kept,) = run("list", "sharing", "--json").json()
    assert (kept["consent_id"], kept["override_reason"]) == (None, "Laki velvoittaa")


def test_the_client_herself_needs_no_consent(run: Run, filled: tuple[UUID, UUID], tmp_path: Path) -> None:
    assert run("pdf", "career_plan", filled[1], "--out", tmp_path / "plan.pdf").code == 0
    assert run("list", "sharing", "--json").json() == []


# ---- the functions that other screens call ----


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_store(tmp_path / "other")
    yield made
    made.close()


def test_every_consent_is_named_with_its_groups(store: Store) -> None:
    client = add_client(store)
    work, health = consent(client), consent(client, groups=["health"])
    store.save(work, health)
    who = Recipient("Kela", "Helsinki")
    assert check_sharing_now(store, client, who, ["work", "health"], today()).allowed
    record_sharing(store, client, who, ["work", "health"], today(), shared_as="talk")
    kept = {row["consent_id"]: row["groups"] for row in store.rows("sharing")}
    assert kept == {str(work.id): ["work"], str(health.id): ["health"]}
    (logged,) = [row for row in store.access_log(client) if row["action"] == "shared"]
    assert logged["detail"] == "talk: Kela, Helsinki"


def test_nothing_is_kept_of_what_is_refused(store: Store) -> None:
    client = add_client(store)
    store.save(consent(client))
    with pytest.raises(NotShared, match="does not cover"):
        record_sharing(store, client, "Kela, Helsinki", ["health"], today(), shared_as="talk")
    assert store.rows("sharing") == []
    assert "shared" not in [row["action"] for row in store.access_log(client)]


def test_a_consent_taken_back_allows_nothing_from_that_day(store: Store) -> None:
    client = add_client(store)
    given = consent(client)
    store.save(given)
    store.save(make("consent_withdrawal", client_id=client, consent_id=given.id, on=today()))
    assert not check_sharing_now(store, client, "Kela, Helsinki", ["work"], today()).allowed


def test_an_employer_needs_the_clients_decision_too(store: Store) -> None:
    client = add_client(store)
    store.save(consent(client, parties=[{"organisation": "Ravintola Kulma"}]))
    who = "Ravintola Kulma"
    assert not check_sharing_now(store, client, who, ["work"], today(), employer=True).allowed
    store.save(make("disclosure_decision", client_id=client, on="2026-01-03", coach_seen="yes"))
    assert check_sharing_now(store, client, who, ["work"], today(), employer=True).allowed
    store.save(make("disclosure_decision", client_id=client, on="2026-01-04", coach_seen="no"))
    with pytest.raises(NotShared, match="does not want"):
        record_sharing(store, client, who, ["work"], today(), shared_as="employer_contact", employer=True)


def test_the_consent_itself_may_be_shown_to_whom_it_names(store: Store) -> None:
    client = add_client(store)
    given = consent(client)
    store.save(given)
    record_sharing(store, client, "Kela, Helsinki", (), today(), shared_as="pdf", of_kind="consent")
    (kept,) = store.rows("sharing")
    assert (kept["consent_id"], kept["groups"]) == (str(given.id), [])
