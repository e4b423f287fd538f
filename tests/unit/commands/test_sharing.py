"""What commands tell others: only as a consent allows, or for a written reason; every sharing is kept and logged."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.clock import today
from app.consent import Recipient
from app.errors import Refused
from app.sharing import NotShared, check_sharing_now, log_sharing, record_sharing, sharing_entries
from storage.store import Store
from tests.stores import PASSPHRASE, add_client, make, new_store
from tests.unit.commands.test_commands import Run, profile, run

__all__ = ["profile", "run"]


@pytest.fixture
def filled(profile: Path) -> tuple[UUID, UUID]:
    """A client with a plan, and a consent on paper that lets Kela have data of work."""
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


# ---- entries that tell somebody by being put ----


def put(run: Run, kind: str, *entries: dict[str, Any], words: tuple[str, ...] = ()) -> Any:
    return run("put", kind, "-", "--json", *words, stdin="\n".join(json.dumps(one) for one in entries))


def referral(client: UUID, **values: Any) -> dict[str, Any]:
    same = {"client_id": str(client), "service": "Kuntoutus", "organisation": "Kela", "made_on": "2026-02-02"}
    return same | values


EMPLOYER: dict[str, dict[str, Any]] = {
    "job_application": {"on": "2026-02-02", "employer": "Kahvila", "job": "Sali", "channel": "coach"},
    "interview": {"on": "2026-02-02", "employer": "Kahvila", "coach_present": True},
}


def test_one_referral_without_a_consent_stops_the_whole_file(run: Run, filled: tuple[UUID, UUID]) -> None:
    client, _plan = filled
    inward = referral(client, direction="in")
    said = put(run, "referral", inward, referral(client, organisation="HUS"))
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Row 2: Organisation: No consent of the client names HUS. Put a consent first")
    assert "--override" in said.err
    for kind in ("referral", "sharing"):
        assert run("list", kind, "--json").json() == []
    assert put(run, "referral", inward).code == 0
    assert run("list", "sharing", "--json").json() == []


def test_a_consent_or_a_reason_lets_a_referral_be_put_and_the_sharing_is_kept(
    run: Run, profile: Path, filled: tuple[UUID, UUID]
) -> None:
    client, _plan = filled
    wide = {"client_id": str(client), "purpose": "Yhteistyö", "parties": [{"organisation": "Kela"}]}
    given = {**wide, "groups": ["work"], "method": "paper", "given_on": "2026-01-03"}
    (consented,) = put(run, "consent", given).json()
    (made,) = put(run, "referral", referral(client)).json()
    (kept,) = run("list", "sharing", "--json").json()
    assert (kept["consent_id"], kept["of_kind"], kept["of_id"]) == (consented, "referral", made)
    assert (kept["shared_as"], kept["on"], kept["override_reason"]) == ("referral", "2026-02-02", "")
    assert put(run, "referral", {"id": made, "state": "accepted"}).code == 0
    assert len(run("list", "sharing", "--json").json()) == 1, "an answer tells nobody anything"
    elsewhere = {"id": made, "organisation": "HUS"}
    assert put(run, "referral", elsewhere).code == 1
    assert run("show", "referral", made, "--json").json()["organisation"] == "Kela"
    assert put(run, "referral", elsewhere, words=("--override", "Asiakas pyysi")).code == 0
    newest = max(run("list", "sharing", "--json").json(), key=lambda row: row["id"])
    assert (newest["party"], newest["override_reason"]) == ("HUS", "Asiakas pyysi")
    store = Store.open(profile, PASSPHRASE)
    logged = [line["detail"] for line in store.access_log(client) if line["action"] == "shared"]
    store.close()
    assert logged == ["referral: HUS (override)", "referral: Kela"]


@pytest.mark.parametrize("kind", sorted(EMPLOYER))
def test_an_employer_contact_needs_a_consent_and_the_clients_decision(
    run: Run, filled: tuple[UUID, UUID], kind: str
) -> None:
    client, _plan = filled
    entry = {**EMPLOYER[kind], "client_id": str(client)}
    said = put(run, kind, entry)
    assert said.code == 1
    assert said.err.startswith("Employer: The client has not decided whether employers may see the coach.")
    decided = {"client_id": str(client), "on": "2026-01-05", "coach_seen": "yes"}
    assert put(run, "disclosure_decision", decided).code == 0
    assert "No consent of the client names Kahvila." in put(run, kind, entry).err
    of_employers: dict[str, Any] = {"client_id": str(client), "purpose": "Työnhaku", "groups": ["work"]}
    of_employers |= {
        "parties": [{"organisation": "Työnantajat"}],
        "method": "paper",
        "given_on": "2026-01-06",
    }
    assert put(run, "consent", of_employers).code == 0
    assert put(run, kind, entry).code == 0
    (kept,) = run("list", "sharing", "--json").json()
    assert (kept["party"], kept["shared_as"], kept["groups"]) == ("Kahvila", "employer_contact", ["work"])
    assert put(run, "disclosure_decision", {**decided, "on": "2026-02-01", "coach_seen": "no"}).code == 0
    refused = put(run, kind, {**entry, "employer": "Koulu"})
    assert "does not want employers to see the coach" in refused.err
    alone = {"channel": "phone"} if kind == "job_application" else {"coach_present": False}
    assert put(run, kind, {**entry, "employer": "Koulu", **alone}).code == 0


def test_what_is_wrong_with_the_entry_is_said_before_the_consent(run: Run, filled: tuple[UUID, UUID]) -> None:
    said = put(run, "referral", referral(filled[0], organisation="HUS", made_on="2199-01-01"))
    assert (said.code, "future" in said.err, "consent" in said.err) == (1, True, False)
    nobody = referral(UUID(int=7), organisation="HUS")
    assert "There is no such entry here: Client" in put(run, "referral", nobody).err


# ---- a consent on paper that is put ----


def test_a_consent_on_paper_that_is_put_is_sealed_and_does_not_change(
    run: Run, filled: tuple[UUID, UUID]
) -> None:
    client, _plan = filled
    values: dict[str, Any] = {
        "client_id": str(client),
        "purpose": "Yhteistyö",
        "parties": [{"organisation": "HUS"}],
    }
    values |= {"groups": ["health"], "method": "electronic", "given_on": "2026-01-08", "copy_at": "Mappi"}
    (made,) = put(run, "consent", values).json()
    row = run("show", "consent", made, "--json").json()
    assert (row["signed_on"], row["given_on"], row["copy_at"]) == ("2026-01-08", "2026-01-08", "Mappi")
    assert row["content_hash"]
    assert [(one["role"], one["name"]) for one in row["signatures"]] == [("client", "Testinen Aino")]
    said = put(run, "consent", {"id": made, "groups": ["health", "work"]})
    assert said.code == 1
    assert "has been signed and does not change" in said.err
    assert put(run, "consent", {"id": made, "copied_on": "2026-01-09"}).code == 0


def test_a_draft_that_is_put_is_sealed_once_it_says_that_it_was_given(
    run: Run, filled: tuple[UUID, UUID]
) -> None:
    values: dict[str, Any] = {"client_id": str(filled[0]), "purpose": "Yhteistyö", "groups": ["work"]}
    values |= {"parties": [{"organisation": "HUS"}]}
    (made,) = put(run, "consent", values).json()
    assert not run("show", "consent", made, "--json").json()["content_hash"]
    outside = {"id": made, "method": "paper", "given_on": "2026-01-08"}
    future = put(run, "consent", outside | {"given_on": "2199-01-01"})
    assert future.err.startswith("Given on: This date is in the future.")
    assert put(run, "consent", outside).code == 0
    assert run("show", "consent", made, "--json").json()["content_hash"]


# ---- a list for somebody ----


def test_a_list_goes_only_where_every_client_in_it_allows(
    run: Run, filled: tuple[UUID, UUID], tmp_path: Path
) -> None:
    client, _plan = filled
    (other,) = put(run, "client", {"first_name": "Eero", "last_name": "Toinen"}).json()
    for owner in (str(client), other):
        assert put(run, "employment", {"client_id": owner, **JOB}).code == 0
    file = tmp_path / "jobs.csv"
    to = ("list", "employment", "--out", file, "--for", "Kela, Helsinki")
    said = run(*to)
    assert (said.code, said.out, file.exists()) == (1, "", False)
    assert "1 of 2" in said.err
    assert "--override" in said.err
    assert f"Client {other}: No consent of the client names Kela, Helsinki." in said.err
    assert "Toinen" not in said.err
    assert run("list", "sharing", "--json").json() == []
    assert run(*to, "--client", client).code == 0
    assert file.exists()
    (kept,) = run("list", "sharing", "--json").json()
    assert (kept["shared_as"], kept["of_kind"], kept["of_id"]) == ("export", "employment", None)
    assert (kept["party"], kept["groups"]) == ("Kela, Helsinki", ["work"])
    assert run(*to, "--override", "Tutkimuslupa").code == 0
    kept = run("list", "sharing", "--json").json()[1:]
    assert sorted((row["client_id"] == other, row["override_reason"]) for row in kept) == [
        (False, ""),
        (True, "Tutkimuslupa"),
    ]


def test_what_an_entry_holds_must_be_allowed_too(run: Run, filled: tuple[UUID, UUID], tmp_path: Path) -> None:
    subsidy = {"client_id": str(filled[0]), **JOB, "wage_subsidy_until": "2026-09-01"}
    assert put(run, "employment", subsidy).code == 0
    said = run("list", "employment", "--out", tmp_path / "jobs.xlsx", "--for", "Kela, Helsinki")
    assert "does not cover: Benefits" in said.err


def test_the_workers_own_list_asks_nobody_and_a_list_for_somebody_is_a_file(
    run: Run, filled: tuple[UUID, UUID], tmp_path: Path
) -> None:
    assert put(run, "employment", {"client_id": str(filled[0]), **JOB}).code == 0
    assert run("list", "employment", "--out", tmp_path / "own.csv").code == 0
    assert run("list", "sharing", "--json").json() == []
    assert run("list", "employment", "--for", "Kela").code == 2
    assert run("list", "employment", "--for", " ", "--out", tmp_path / "x.csv").code == 2


JOB = {"employer": "Kahvila", "title": "Sali", "started_on": "2026-02-02"}


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


def test_the_entries_can_be_saved_with_what_tells_them(store: Store) -> None:
    client = add_client(store)
    store.save(consent(client))
    entries = sharing_entries(store, client, "Kela, Helsinki", ["work"], today(), shared_as="talk")
    assert store.rows("sharing") == []
    wrong = make("support_visit", client_id=client, on="2199-01-01", state="done")
    with pytest.raises(Refused):
        store.save(wrong, *entries)
    assert store.rows("sharing") == [], "what could not be saved was not told either"
    store.save(*entries)
    log_sharing(store, entries)
    (logged,) = [row for row in store.access_log(client) if row["action"] == "shared"]
    assert logged["detail"] == "talk: Kela, Helsinki"
