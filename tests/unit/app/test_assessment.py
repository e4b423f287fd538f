"""The start of coaching: every item is done by records alone, and says which."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import assessment
from app.access import NotHeld
from app.record import Row
from app.services import SPECS
from app.services.coaching import codes
from tests.starts import START, begun, day, everything, row, signed

KEYS = tuple(assessment.TITLES)


def items(rows: dict[str, list[Row]]) -> dict[str, assessment.Item]:
    """Return the checklist by key."""
    return {item.key: item for item in assessment.checklist(rows, assessment.assessment_days(rows))}


def test_nothing_is_done_at_first_and_each_item_says_which_form_fills_it() -> None:
    found = items(begun())
    assert tuple(found) == KEYS
    assert not any(item.done for item in found.values())
    assert all(item.by == () for item in found.values())
    assert {key: item.fill.kind for key, item in found.items()} == {
        "joint_plan": "initial_assessment",
        "kykyviisari": "kykyviisari_result",
        "career_plan": "career_plan",
        "documents": "attachment",
        "network": "network_member",
        "employment_services": "initial_assessment",
        "debts": "initial_assessment",
        "traps": "initial_assessment",
        "meetings": "support_visit",
    }


def test_records_fill_every_item_and_are_named() -> None:
    rows = everything()
    found = items(rows)
    assert {key: item.done for key, item in found.items()} == dict.fromkeys(KEYS, True)
    known = {(kind, one["id"]) for kind, of_kind in rows.items() for one in of_kind}
    assert all((by.kind, str(by.id)) in known for item in found.values() for by in item.by)
    assert found["kykyviisari"].by[0].day == START + timedelta(days=12)
    assert str(found["employment_services"].note) == "Job search in force, employment plan of 31 Jan 2026."


@pytest.mark.parametrize(
    ("kind", "without", "undone"),
    [
        ("initial_assessment", {"joint_plan": ""}, "joint_plan"),
        ("initial_assessment", {"employment_services_on": None}, "employment_services"),
        ("initial_assessment", {"job_search_in_force": "unknown"}, "employment_services"),
        ("initial_assessment", {"debts": "unknown"}, "debts"),
        ("initial_assessment", {"debt_help": ""}, "debts"),
        ("initial_assessment", {"traps_discussed_on": None}, "traps"),
        ("career_plan", {"goals": []}, "career_plan"),
        ("attachment", {"category": "other"}, "documents"),
        ("support_visit", {"state": "missed"}, "meetings"),
        ("support_visit", {"on": day(9)}, "meetings"),
        ("kykyviisari_result", {"on": day(-400)}, "kykyviisari"),
        ("career_plan", {"made_on": day(-400)}, "career_plan"),
    ],
)
def test_what_is_not_written_is_not_done(kind: str, without: dict[str, Any], undone: str) -> None:
    rows = everything()
    rows[kind] = [one | without for one in rows[kind]]
    assert [key for key, item in items(rows).items() if not item.done] == [undone]


def test_a_signed_agreement_is_a_joint_plan_and_an_unsigned_one_is_not() -> None:
    rows = everything()
    rows["initial_assessment"][0] |= {"joint_plan": ""}
    agreement = row("cooperation_agreement", made_on=day(15), client_does="Tulen sovitusti")
    rows["cooperation_agreement"] = [agreement]
    assert not items(rows)["joint_plan"].done
    rows["cooperation_agreement"] = [signed(agreement)]
    (by,) = items(rows)["joint_plan"].by
    assert (by.kind, str(by.id)) == ("cooperation_agreement", agreement["id"])


def test_declined_kykyviisari_is_done_and_said() -> None:
    rows = everything()
    rows["kykyviisari_result"] = [row("kykyviisari_result", on=day(12))]
    item = items(rows)["kykyviisari"]
    assert item.done
    assert str(item.note) == "The client did not want to tell the results."
    rows["kykyviisari_result"] = [row("kykyviisari_result", on=day(12), body="0")]
    assert items(rows)["kykyviisari"].note is None


def test_no_network_is_an_answer() -> None:
    rows = everything() | {"network_member": []}
    assert not items(rows)["network"].done
    rows["initial_assessment"][0] |= {"no_network": True}
    assert items(rows)["network"].done


def test_an_assessment_of_an_earlier_coaching_does_not_count() -> None:
    rows = everything()
    again = row("coaching_relationship", started_on=day(800))
    rows["coaching_relationship"].append(again)
    rows["phase_change"].append(
        row("phase_change", relationship_id=again["id"], phase=codes.ASSESSMENT, on=day(801))
    )
    done = [key for key, item in items(rows).items() if item.done]
    assert done == ["documents", "network"]
    assert items(rows)["debts"].fill.values == {"relationship_id": again["id"]}


@given(st.lists(st.integers(0, 60), max_size=12), st.integers(1, 40), st.integers(1, 40))
def test_meetings_are_those_of_the_phase(on: list[int], first: int, length: int) -> None:
    rows = begun()
    relationship = rows["coaching_relationship"][0]["id"]
    rows["phase_change"] = [
        row("phase_change", relationship_id=relationship, phase=codes.ASSESSMENT, on=day(first)),
        row("phase_change", relationship_id=relationship, phase=codes.SEARCH, on=day(first + length)),
    ]
    rows["support_visit"] = [row("support_visit", on=day(number), state="done") for number in on]
    item = items(rows)["meetings"]
    counted = [number for number in on if first <= number <= first + length]
    assert len(item.by) == len(counted)
    assert item.done == (len(counted) >= 2)


def test_the_days_are_those_of_the_last_time_in_the_phase() -> None:
    rows = begun()
    relationship = rows["coaching_relationship"][0]["id"]
    for phase, number in ((codes.SEARCH, 30), (codes.ASSESSMENT, 50)):
        rows["phase_change"].append(
            row("phase_change", relationship_id=relationship, phase=phase, on=day(number))
        )
    assert assessment.assessment_days(rows) == (START + timedelta(days=50), None)
    rows["phase_change"].append(
        row("phase_change", relationship_id=relationship, phase=codes.SEARCH, on=day(60))
    )
    assert assessment.assessment_days(rows) == (START + timedelta(days=50), START + timedelta(days=60))
    assert assessment.assessment_days({}) == (None, None)


def test_the_referral_shows_its_criteria_its_meeting_and_why_it_was_refused() -> None:
    empty = {item.key: item for item in assessment.referral(begun()["coaching_relationship"][0])}
    assert not any(item.done for item in empty.values())
    assert str(empty["decision"].note) == "Waiting"
    told = begun(
        wants_work="yes",
        needs_support="no",
        first_meeting_on=day(3),
        first_meeting="Toivoo keittiötyötä",
        cooperation="Yhteys oman työntekijän kautta",
        client_joins="yes",
        decision="refused",
        decided_on=day(5),
        refusal_reason="Ei tuen tarvetta",
    )["coaching_relationship"][0]
    found = {item.key: item for item in assessment.referral(told)}
    assert all(item.done for item in found.values())
    assert str(found["needs_support"].note) == "No"
    assert str(found["decision"].note) == "Refused: Ei tuen tarvetta"
    assert {item.fill.id for item in found.values()} == {UUID(told["id"])}
    half = {i.key: i for i in assessment.referral(told | {"first_meeting": "", "wants_work": "unknown"})}
    assert not half["first_meeting"].done
    assert not half["wants_work"].done


def test_what_may_not_be_seen_here_is_not_called_missing() -> None:
    rows = {"kykyviisari_result": NotHeld()}
    item = items(rows)["kykyviisari"]
    assert (item.done, item.hidden) == (False, True)
    assert not items({})["kykyviisari"].hidden
    # Nothing else of the checklist lies in a compartment that not everybody holds.
    everything = {kind: NotHeld() for kind in assessment.KINDS}
    assert [key for key, one in items(everything).items() if one.hidden] == ["kykyviisari"]
    apart = [kind for kind in assessment.KINDS if SPECS[kind].group != "core"]
    assert apart == ["kykyviisari_result"]
    assert not [spec.kind for spec in SPECS.values() if spec.group != "core" and (spec.due or spec.case)]
