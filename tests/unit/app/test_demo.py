"""The demonstration's caseload: the pilot's figures counted from the records, believable and whole on any day."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.access import scopes
from app.assessment import KINDS, assessment_days, checklist
from app.clock import hold
from app.demo import attaching, counting, figures, staff
from app.demo.caseload import Coach, build, of_second, shared, those_of
from app.demo.figures_meetings import meetings_a_month, of_meetings, search_meetings
from app.demo.people import people
from app.demo.signatures import strokes
from app.due import due
from app.record import Record, Row, from_row, to_row, validated
from app.services import SPECS
from app.services.clients.records import Assignment
from app.services.coaching.codes import LEVELS, PHASES
from app.services.coaching.records import CareerPlan
from app.signing import seal
from storage import blobs
from storage.store import Store
from tests.stores import new_store

DAY = date(2026, 11, 24)
SECOND = UUID(int=2)
ROWS = dict[str, list[Row]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    release = hold(now=lambda: datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=UTC))
    made = new_store(tmp_path_factory.mktemp("demo") / "profile")
    made.save(*shared(made))
    ids = build(made, (Coach(made.worker, "Satu Virtasalmi"), Coach(SECOND, "Janne Ketomäki")), DAY)
    attaching.attach(made, ids, DAY)
    yield made
    made.close()
    release()


def all_rows(store: Store, day: date) -> ROWS:
    """Return what the store holds, with what the centre knows of the coaches and what the second one wrote herself."""
    rows = {kind: store.rows(kind) for kind in SPECS}
    known = {"role": "job-coach", "percent": 100, **staff.employment()}
    rows["worker"] = [{"id": str(coach), **known} for coach in (store.worker, SECOND)]
    for record in of_second(day):
        rows[str(record.__tablename__)].append({**to_row(record), "created_by": str(SECOND)})
    return rows


@pytest.fixture(scope="module")
def rows(store: Store) -> ROWS:
    return all_rows(store, DAY)


@pytest.fixture(scope="module")
def found(rows: ROWS) -> dict[str, figures.Figure]:
    return {figure.name: figure for figure in figures.figures(rows)}


def test_some_clients_have_their_papers_on_file(store: Store, rows: ROWS) -> None:
    names = {row["id"]: f"{row['first_name']} {row['last_name']}" for row in rows["client"]}
    files = rows["attachment"]
    assert {names[row["client_id"]] for row in files if row["category"] == "cv"} == set(attaching.WHOSE)
    letters = {row["of_id"]: row for row in files if row["category"] == "application"}
    sent = {row["id"]: row for row in rows["job_application"]}
    assert len(letters) >= 4
    assert all(sent[of]["client_id"] == letter["client_id"] for of, letter in letters.items())
    for row in files:
        assert row["added_on"] <= DAY.isoformat()
        assert names[row["client_id"]].split()[-1] not in row["name"], (
            "a file's name says nothing of a client"
        )
        assert blobs.read(store, row).startswith(b"%PDF-")
        own = {kind: store.rows(kind, client_id=row["client_id"]) for kind in KINDS}
        items = {item.key: item for item in checklist(own, assessment_days(own))}
        assert items["documents"].done


# ---- facts.md 8.1 ----


def test_42_clients_of_whom_25_came_from_rehabilitative_work_and_17_from_the_other_sources(
    rows: ROWS, found: dict[str, figures.Figure]
) -> None:
    assert len(rows["client"]) == len(rows["coaching_relationship"]) == 42
    assert (found["A3"].value, found["A5"].value, found["A5"].of) == (42, 25, 42)
    sources = Counter(row["referral_source"] for row in rows["coaching_relationship"])
    others = {
        "coaching_queue",
        "coordinators",
        "work_ability_check",
        "psychosis",
        "employment_services",
        "social_rehabilitation",
    }
    assert set(sources) == others | {"rehabilitative_work"}
    assert sum(sources[name] for name in others) == 17


def test_the_first_began_in_march_2021_and_the_last_in_june_2022(found: dict[str, figures.Figure]) -> None:
    assert found["A7"].value == "2021-03 – 2022-06"


def test_33_worked_or_tried_30_jobs_27_persons_6_in_a_trial_only(
    rows: ROWS, found: dict[str, figures.Figure]
) -> None:
    assert (found["A10"].value, found["A10"].of, found["A10"].share) == (33, 42, "78.6 %")
    assert (found["A11"].value, found["A12"].value, found["A13"].value) == (30, 27, 6)
    assert len(rows["employment"]) == 30, "no job after the pilot: a plain count agrees as well"


def test_the_oldest_was_63_and_the_youngest_23_when_the_job_began(
    rows: ROWS, found: dict[str, figures.Figure]
) -> None:
    assert found["A8"].value == "23–63"
    born = {row["id"]: row["born_on"] for row in rows["client"]}
    ages = sorted(figures.age(born[job["client_id"]], job["started_on"]) for job in rows["employment"])
    assert (ages[0], ages[-1]) == (23, 63)


def test_most_jobs_were_in_care_restaurants_and_property(rows: ROWS) -> None:
    ranked = [name for name, _ in Counter(job["industry"] for job in rows["employment"]).most_common()]
    assert ranked[:3] == ["Q", "I", "N"]


def test_an_initial_assessment_took_two_to_six_meetings(rows: ROWS) -> None:
    counts = figures.assessment_meetings(rows)
    assert len(counts) == 42
    assert set(counts.values()) <= set(range(2, 7))
    assert {min(counts.values()), max(counts.values())} == {2, 6}


def test_trials_took_about_two_months_and_four_went_on_as_a_job(rows: ROWS) -> None:
    assert all(50 <= days <= 70 for days in figures.trial_days(rows["work_trial"]))
    went_on = {row["client_id"] for row in rows["work_trial"] if row["continued_as_job"]}
    employed = {job["client_id"] for job in rows["employment"]}
    assert len(went_on) == 4
    assert went_on <= employed


def test_13_had_support_in_induction_5_of_them_at_the_workplace_after_it_and_4_took_the_coach_along(
    rows: ROWS, found: dict[str, figures.Figure]
) -> None:
    at_start = figures.supported_at_start(rows)
    after = figures.supported_after(rows, rows["employment"])
    assert (len(at_start), len(after), found["A26"].value) == (13, 5, 4)
    assert after <= at_start


def test_a_few_ended_within_the_pilot_for_the_reasons_of_the_report(rows: ROWS) -> None:
    reasons = [row["end_reason"] for row in figures.ends(rows)]
    assert 3 <= len(reasons) <= 6
    assert set(reasons) == {"other_service", "health", "moved", "studies"}


def test_a_decision_by_section_17_was_made_for_those_from_the_queue_alone(rows: ROWS) -> None:
    for row in rows["coaching_relationship"]:
        assert row["decided_by_shl17"] == (row["referral_source"] == "coaching_queue")


def test_every_figure_agrees_with_the_report(found: dict[str, figures.Figure]) -> None:
    assert set(figures.EXACT) <= set(found)
    assert [figure.name for figure in found.values() if not figure.held] == []


PICK: dict[str, Any] = {
    "coaching_relationship": lambda row: row["referral_source"] == "rehabilitative_work",
    "time_entry": lambda row: row["activity"] == "client" and row["on"] <= counting.CUT_OFF,
    "target": lambda row: row["indicator"] == "employed_share",
    "initial_assessment": lambda row: row["finished_on"] is not None and row["begun_on"] < "2022",
    "career_plan": lambda row: row["version_no"] == 2 and row["made_on"] < counting.CUT_OFF,
    "survey_answer": lambda row: row["satisfaction"] == "5",
    "partner_meeting": lambda row: row["on"],
}
"""Which row is made wrong: one that counts."""


@pytest.mark.parametrize(
    ("kind", "change", "figure"),
    [
        ("coaching_relationship", {"started_on": "2022-07-01"}, "A7"),
        ("coaching_relationship", {"referral_source": "other"}, "A5"),
        ("employment", {"started_on": "2022-12-01"}, "A11"),
        ("employment", {"client_id": "someone else"}, "A12"),
        ("time_entry", {"minutes": 1}, "A2"),
        ("time_entry", {"activity": "other"}, "A2"),
        ("worker", {"employed_from": "2023-01-01"}, "A1"),
        ("target", {"highest": 90, "lowest": 85}, "A14"),
        ("target", {"ends": "2022-12-31"}, "A16"),
        ("initial_assessment", {"client_id": "someone else"}, "A17"),
        ("career_plan", {"made_on": "2024-01-01"}, "A23"),
        ("survey_answer", {"satisfaction": "2"}, "A30"),
        ("survey_round", {"invited": 80}, "A29"),
        ("partner_meeting", {"on": "2020-12-02"}, "A31"),
    ],
)
def test_one_record_that_is_off_shows_in_its_figure(
    rows: ROWS, kind: str, change: dict[str, Any], figure: str
) -> None:
    at = max(range(len(rows[kind])), key=lambda place: PICK.get(kind, lambda row: 0)(rows[kind][place]))
    wrong = {**rows, kind: [{**row, **change} if n == at else row for n, row in enumerate(rows[kind])]}
    assert {one.name: one.held for one in figures.figures(wrong)}[figure] is False


def test_every_figure_of_the_table_is_there_in_order_with_its_denominator_and_what_is_not_known(
    found: dict[str, figures.Figure],
) -> None:
    assert list(found) == [f"A{number}" for number in range(1, 33)]
    shares = {name: found[name].of for name in ("A5", "A10", "A12", "A13", "A27", "A29", "A30", "A32")}
    assert shares == {"A5": 42, "A10": 42, "A12": 42, "A13": 42, "A27": 42, "A29": 40, "A30": 21, "A32": 42}
    assert found["A29"].missing == 19, "who did not answer"
    assert found["A32"].missing > 0, "of some it was not found out whether they have debts"


def test_employment_and_trials_are_told_apart(found: dict[str, figures.Figure]) -> None:
    parts = found["A10"].parts
    assert parts == {"employed without a trial": 23, "both": 4, "trial only": 6}
    assert sum(parts.values()) == found["A10"].value
    assert found["A14"].parts == {"employed without trials": 64.3}


def test_the_service_had_two_coaches_four_fifths_with_clients_and_twenty_of_21_content(
    found: dict[str, figures.Figure],
) -> None:
    assert (found["A1"].value, found["A1"].parts) == (2, {"full-time equivalents": 2.0})
    assert found["A2"].share == "80.0 %"
    assert found["A2"].parts == {"coaches": 2}
    assert (found["A29"].value, found["A30"].value, found["A30"].share) == (21, 20, "95.2 %")
    assert found["A31"].value == "2.0 then 1.0"


def test_one_or_two_applications_at_a_meeting_and_one_to_four_meetings_a_month(rows: ROWS) -> None:
    made = Counter(row["visit_id"] for row in rows["job_application"] if row["on"] <= counting.CUT_OFF)
    held = [meeting["id"] for meeting in search_meetings(rows)]
    assert {made[meeting] for meeting in held} <= {0, 1, 2}
    assert 1 <= sum(made[meeting] for meeting in held) / len(held) <= 2
    often = meetings_a_month(rows).values()
    assert all(0.5 < number < 4.5 for number in often)
    assert max(often) >= 3.5


def test_a_meeting_of_the_last_day_of_a_period_belongs_to_it() -> None:
    client = {"client_id": "1"}
    days = (
        ("assessment", "", "2021-04-01"),
        ("job_search", "", "2021-05-03"),
        ("support", "", "2021-08-02"),
        ("maintenance", "active", "2021-10-01"),
        ("ended", "", "2021-11-01"),
    )
    held = (
        ("2021-04-01", "plan"),
        ("2021-05-03", "plan"),  # closed the assessment
        ("2021-05-03", "job_search"),  # opened the search
        ("2021-08-02", "job_search"),  # on the day on which the job began
        ("2021-10-01", "psychosocial"),
        ("2021-11-01", "plan"),  # the last one, at which the coaching ended
    )
    rows: dict[str, list[Row]] = {kind: [] for kind in SPECS}
    rows["phase_change"] = [
        {**client, "id": on, "phase": phase, "level": level, "on": on} for phase, level, on in days
    ]
    rows["support_visit"] = [
        {
            **client,
            "id": f"{on} {topic}",
            "on": on,
            "topics": [topic],
            "state": "done",
            "seen_by_employer": False,
            "place": "office",
            "minutes": 60,
        }
        for on, topic in held
    ]
    assert figures.assessment_meetings(rows) == {"1": 2}
    assert [visit["on"] for visit in search_meetings(rows)] == ["2021-05-03", "2021-08-02"]
    rhythm = next(figure for figure in of_meetings({**rows, "worker": []}) if figure.name == "A22")
    assert (rhythm.parts["gaps, active"], rhythm.value) == (1, "31 / 0 / 0")


def test_visits_at_the_start_of_a_job_took_from_two_hours_to_a_day(rows: ROWS) -> None:
    visits = [v for v in rows["support_visit"] if "induction" in v["topics"] and v["place"] == "workplace"]
    assert all(120 <= visit["minutes"] <= 480 for visit in visits)
    assert set(Counter(visit["client_id"] for visit in visits).values()) == {1, 2}


def test_small_groups_are_marked_and_not_told_outside_the_team(found: dict[str, figures.Figure]) -> None:
    assert found["A26"].small
    assert found["A26"].text().startswith("4 of ")
    assert found["A26"].text(outside=True).startswith("under 5 of ")
    assert "moved 1" in found["A27"].text()
    assert "moved under 5" in found["A27"].text(outside=True)
    assert not found["A12"].small
    assert found["A12"].text(outside=True) == "27 of 42 (64.3 %)"


def test_nothing_is_divided_by_nobody() -> None:
    counted = figures.figures({kind: [] for kind in figures.KINDS})
    assert [one.name for one in counted] == [f"A{number}" for number in range(1, 33)]
    assert all(one.share == "" for one in counted)
    assert not any(one.held for one in counted if one.name in figures.EXACT)


# ---- the people and what is written of them ----


def test_no_name_stands_twice(rows: ROWS) -> None:
    clients = [f"{row['first_name']} {row['last_name']}" for row in rows["client"]]
    around = [row["name"] for row in rows["network_member"]]
    assert len(set(clients)) == 42
    assert len({row["last_name"] for row in rows["client"]}) == 42
    assert len(set(around)) == len(around)
    assert not set(clients) & set(around)


def test_identity_codes_are_of_the_range_that_nobody_has(rows: ROWS) -> None:
    codes = [row["identity_code"] for row in rows["client"] if row["identity_code"]]
    assert 3 <= len(codes) <= 8
    assert all(900 <= int(code[7:10]) <= 999 for code in codes)


def test_contact_data_reach_nobody(rows: ROWS) -> None:
    assert all(row["phone"].startswith("040 000 ") for row in rows["client"])
    assert all(row["email"].endswith("@example.org") for row in rows["client"] if row["email"])


def test_every_record_passes_its_rules_when_read_again(store: Store) -> None:
    for kind, spec in SPECS.items():
        for row in store.rows(kind):
            record = validated(spec.table, {name: row[name] for name in spec.table.model_fields})
            assert not (list(spec.check(record)) if spec.check else []), (kind, row)
            assert to_row(from_row(spec.table, row)) == row


def test_several_hundred_visits_with_notes_that_differ(rows: ROWS) -> None:
    visits = rows["support_visit"]
    notes = [row["notes"] for row in visits if row["state"] == "done"]
    assert 700 <= len(visits) <= 1100
    assert all(notes)
    assert len(set(notes)) >= 0.98 * len(notes)
    assert Counter(notes).most_common(1)[0][1] <= 2
    assert min(map(len, notes)) > 20


def test_no_client_is_told_the_same_sentence_often(rows: ROWS) -> None:
    told: Counter[tuple[str, str]] = Counter()
    for row in rows["support_visit"]:
        told.update({(row["client_id"], sentence) for sentence in row["notes"].split(". ")})
    assert told.most_common(1)[0][1] <= 3


def test_notes_keep_to_season_and_place(rows: ROWS) -> None:
    for row in rows["support_visit"]:
        month = int(row["on"][5:7])
        assert "lumity" not in row["notes"].casefold() or month in (11, 12, 1, 2, 3)
        assert "helteet" not in row["notes"] or month in (5, 6, 7, 8)
        assert "kirjaston tapaamistilassa" not in row["notes"] or row["place"] == "library"


def test_visits_are_held_on_working_days(rows: ROWS) -> None:
    assert {date.fromisoformat(row["on"]).weekday() for row in rows["support_visit"]} <= {0, 1, 2, 3, 4}


def test_swedish_speakers_have_swedish_notes(store: Store, rows: ROWS) -> None:
    swedish = [row for row in rows["client"] if row["languages"][0] == "sv"]
    assert len(swedish) == 2
    notes = [v["notes"] for row in swedish for v in store.rows("support_visit", client_id=row["id"])]
    assert sum("Klienten" in note or "Vi " in note for note in notes) > len(notes) / 3
    assert not [note for note in notes if "siakas" in note]


def test_every_phase_and_level_is_present_today(store: Store) -> None:
    cases = store.clients()
    assert {case.phase for case in cases} == {phase.value for phase in PHASES}
    assert {case.level for case in cases} - {""} == {level.value for level in LEVELS}


def test_phases_are_dated_in_order_and_begin_with_referral_and_assessment(rows: ROWS) -> None:
    for client in rows["client"]:
        changes = sorted(
            (row["on"], row["phase"]) for row in rows["phase_change"] if row["client_id"] == client["id"]
        )
        assert [phase for _, phase in changes][:2] == ["referral", "assessment"]
        assert len({on for on, _ in changes}) == len(changes)


def test_who_works_today_is_in_support_or_maintenance_and_the_other_way_round(store: Store) -> None:
    for case in store.clients():
        jobs = store.rows("employment", client_id=case.client_id)
        if case.phase in ("support", "maintenance"):
            assert any(job["ended_on"] is None for job in jobs), case.name
        elif case.phase != "ended":
            assert all(job["ended_on"] for job in jobs), case.name


LONGEST = {"active": 42, "sufficient": 105, "light": 220}


def test_contacts_keep_the_rhythm_of_their_level(rows: ROWS) -> None:
    """L725-729: about monthly, every two to three months, every six months (holidays in between)."""
    for client in rows["client"]:
        changes = sorted(
            (row["on"], row["level"]) for row in rows["phase_change"] if row["client_id"] == client["id"]
        )
        held = sorted(
            row["on"]
            for row in rows["support_visit"]
            if row["client_id"] == client["id"] and row["state"] == "done"
        )
        for (begin, level), end in zip(
            changes, [on for on, _ in changes[1:]] + [DAY.isoformat()], strict=True
        ):
            if level:
                days = [begin, *(on for on in held if begin < on < end), end]
                assert _longest_gap(days) <= LONGEST[level], (client["last_name"], level, days)


def _longest_gap(days: list[str]) -> int:
    dates = [date.fromisoformat(day) for day in days]
    return max((later - earlier).days for earlier, later in itertools.pairwise(dates))


def test_profiles_have_all_their_parts_and_differ(rows: ROWS) -> None:
    profiles = rows["vocational_profile"]
    parts = ("dream_job", "strengths", "avoid", "digital_skills", "other_experience", "endurance", "benefits")
    assert all(row[part] for row in profiles for part in parts)
    assert len({row["client_id"] for row in profiles}) == 42
    assert len({row["strengths"] for row in profiles}) == 42
    assert any(row["updates"] for row in profiles)


def test_plans_have_goals_and_steps_and_signatures_that_hold(rows: ROWS) -> None:
    plans = rows["career_plan"]
    assert {row["client_id"] for row in plans} == {row["id"] for row in rows["client"]}
    assert all(goal["text"] and goal["steps"] for row in plans for goal in row["goals"])
    signed = [row for row in plans if row["content_hash"]]
    assert len(plans) / 2 < len(signed) < len(plans)
    for row in signed:
        assert row["content_hash"] == seal(CareerPlan, row)
        assert {one["role"] for one in row["signatures"]} == {"client", "worker"}
    later = [row for row in plans if row["version_no"] > 1]
    by_id = {row["id"]: row for row in plans}
    assert later
    assert all(by_id[row["replaces"]]["version_no"] == row["version_no"] - 1 for row in later)


def test_progress_belongs_to_steps_of_the_same_client(rows: ROWS) -> None:
    steps = {
        step["id"]: row["client_id"]
        for row in rows["career_plan"]
        for goal in row["goals"]
        for step in goal["steps"]
    }
    assert rows["plan_progress"]
    assert all(steps[row["step_id"]] == row["client_id"] for row in rows["plan_progress"])


@pytest.mark.parametrize(
    "kind", ["career_plan", "cooperation_agreement", "search_plan", "support_plan", "consent"]
)
def test_what_was_signed_is_still_what_was_signed(rows: ROWS, kind: str) -> None:
    signed = [row for row in rows[kind] if row["content_hash"]]
    assert len(signed) > len(rows[kind]) / 2
    assert all(row["content_hash"] == seal(SPECS[kind].table, row) for row in signed)
    assert all({one["role"] for one in row["signatures"]} == {"client", "worker"} for row in signed)


def test_applications_were_made_at_meetings_of_the_same_client_on_that_day(rows: ROWS) -> None:
    visits = {row["id"]: row for row in rows["support_visit"]}
    linked = [row for row in rows["job_application"] if row["visit_id"]]
    assert len(linked) > 0.9 * len(rows["job_application"])
    for row in linked:
        visit = visits[row["visit_id"]]
        assert (visit["client_id"], visit["on"], visit["state"]) == (row["client_id"], row["on"], "done")


def test_the_note_of_a_meeting_names_the_employer_that_was_applied_to(rows: ROWS) -> None:
    named = Counter(
        row["employer"] in visit["notes"]
        for row in rows["job_application"]
        for visit in rows["support_visit"]
        if visit["id"] == row["visit_id"]
    )
    assert named[True] > 200


def test_most_do_not_want_employers_to_see_the_coach_and_earlier_decisions_are_kept(rows: ROWS) -> None:
    """L688-690, L804-806."""
    by_client: dict[str, list[Row]] = {}
    for row in sorted(rows["disclosure_decision"], key=lambda row: row["on"]):
        by_client.setdefault(row["client_id"], []).append(row)
    newest = Counter(decisions[-1]["coach_seen"] for decisions in by_client.values())
    assert len(by_client) == 42
    assert newest["no"] + newest["later"] > newest["yes"]
    assert newest["no"] > 5
    assert sum(len(decisions) > 1 for decisions in by_client.values()) > 10


def test_who_was_seen_by_the_employer_had_allowed_it_before(rows: ROWS) -> None:
    allowed = {
        row["client_id"]: row["on"] for row in rows["disclosure_decision"] if row["coach_seen"] == "yes"
    }
    seen = [row for row in rows["support_visit"] if row["seen_by_employer"] and "induction" in row["topics"]]
    assert seen
    for visit in seen:
        first = min(
            row["on"]
            for row in rows["disclosure_decision"]
            if row["client_id"] == visit["client_id"] and row["coach_seen"] == "yes"
        )
        assert first <= visit["on"], allowed[visit["client_id"]]


def test_jobs_were_asked_after_and_a_trial_that_went_on_is_named_by_its_job(rows: ROWS) -> None:
    kept = {(row["employment_id"], row["months"]): row["kept"] for row in rows["job_check"]}
    trials = {row["id"]: row for row in rows["work_trial"]}
    for job in rows["employment"]:
        if job["ended_on"] is None:
            assert {months for at, months in kept if at == job["id"]} == {3, 6, 12}
        if job["found_by"] == "trial":
            assert trials[job["trial_id"]]["employer"] == job["employer"]
            assert trials[job["trial_id"]]["continued_as_job"]
    assert "no" in kept.values()


def test_trials_were_decided_before_they_began(rows: ROWS) -> None:
    assert all(row["decided_on"] < row["started_on"] and row["decided_by"] for row in rows["work_trial"])


def test_consents_were_replaced_and_one_was_taken_back_with_partners_told_in_part(rows: ROWS) -> None:
    replaced = {row["replaces"] for row in rows["consent"] if row["replaces"]}
    assert len(replaced) >= 4
    (withdrawal,) = rows["consent_withdrawal"]
    consent = next(row for row in rows["consent"] if row["id"] == withdrawal["consent_id"])
    told = {row["party_id"] for row in rows["partner_notice"] if row["consent_id"] == consent["id"]}
    assert 0 < len(told) < len(consent["parties"])
    assert Counter(bool(row["override_reason"]) for row in rows["sharing"])[True] == 1
    assert {row["client_id"] for row in rows["consent"]} == {row["id"] for row in rows["client"]}


def test_referrals_lead_in_for_everybody_and_out_for_some(rows: ROWS) -> None:
    ways = Counter(row["direction"] for row in rows["referral"])
    assert ways["in"] == 42
    assert ways["out"] >= 10
    assert {row["state"] for row in rows["referral"]} >= {"accepted", "ended", "refused", "made"}
    assert len(rows["support_need_check"]) >= 8
    assert all(row["situations"] and row["suggested"] for row in rows["support_need_check"])


def test_the_survey_tells_nothing_of_who_answered(rows: ROWS) -> None:
    names = [row[name] for row in rows["client"] for name in ("first_name", "last_name")]
    assert not any(name in row["words"] for row in rows["survey_answer"] for name in names)
    assert all("client_id" not in row for row in rows["survey_answer"])


def test_notes_of_partner_meetings_and_phrases_name_no_client(rows: ROWS) -> None:
    texts = [f"{row['topics']} {row['agreed']}" for row in rows["partner_meeting"]]
    texts += [row["text"] for row in rows["phrase"]]
    assert not any(row["last_name"] in text for row in rows["client"] for text in texts)


def test_signatures_are_drawn_within_the_pad_and_differ_by_name() -> None:
    drawn = [strokes(person.label) for person in people()]
    points = [point for signature in drawn for stroke in signature for point in stroke]
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)
    assert all(sum(map(len, signature)) > 60 for signature in drawn)
    assert len({str(signature) for signature in drawn}) == 42


def test_each_client_has_one_coach_and_assignments_begin_with_the_coaching(store: Store, rows: ROWS) -> None:
    coaches = Counter(row["coach_id"] for row in rows["coaching_relationship"])
    assert sorted(coaches.values()) == [21, 21]
    held = scopes({"id": store.worker}, rows["assignment"], (), (), DAY)
    assert {f"client:{row['id']}:core" for row in rows["client"]} <= held
    started = {row["client_id"]: row["started_on"] for row in rows["coaching_relationship"]}
    assert all(row["valid_from"] == started[row["client_id"]] for row in rows["assignment"])


def test_those_of_a_coach_are_the_clients_whom_she_coaches(store: Store, rows: ROWS) -> None:
    ids = {f"{row['first_name']} {row['last_name']}": UUID(row["id"]) for row in rows["client"]}
    hers = {row["client_id"] for row in rows["coaching_relationship"] if row["coach_id"] == str(store.worker)}
    assert {str(client) for client, _ in those_of(1, ids)} == hers
    assert {str(client) for client, _ in those_of(2, ids)} == {row["id"] for row in rows["client"]} - hers


# ---- any day ----


class Kept:
    """A store that keeps records in memory and shows what the due rules need."""

    worker = UUID(int=1)

    def __init__(self) -> None:
        self.records: list[Record] = []

    def save(self, *records: Record) -> None:
        self.records += records

    def rows(self, kind: str) -> list[Row]:
        """Return the assignments of a maker, as a store makes them; of the shared lists there are none."""
        if kind != "assignment":
            return []
        clients = [record for record in self.records if str(record.__tablename__) == "client"]
        return [
            to_row(Assignment(client_id=one.id, worker_id=self.worker, valid_from=DAY)) for one in clients
        ]

    def contents(self) -> list[Row]:
        """Return what was saved without what is new on each run."""
        fresh = ("id", "replaces", "content_hash")
        return [
            {
                name: _plain(value)
                for name, value in to_row(record).items()
                if name not in fresh and not name.endswith("_id")
            }
            for record in self.records
        ]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name != "id"}
    return value


def _built(day: date) -> Kept:
    kept = Kept()
    build(kept, (Coach(kept.worker, "A A"), Coach(UUID(int=2), "B B")), day)
    return kept


def test_the_same_day_gives_the_same_caseload() -> None:
    assert _built(DAY).contents() == _built(DAY).contents()


@pytest.mark.parametrize(
    "day",
    [date(2026, 8, 1), date(2026, 12, 25), date(2027, 1, 6), date(2027, 5, 31), date(2028, 2, 29)],
    ids=str,
)
def test_on_any_day_every_record_passes_and_today_shows_a_handful(tmp_path: Path, day: date) -> None:
    release = hold(now=lambda: datetime(day.year, day.month, day.day, 10, tzinfo=UTC))
    try:
        store = new_store(tmp_path / "profile")
        store.save(*shared(store))
        build(store, (Coach(store.worker, "A A"), Coach(SECOND, "B B")), day)
        items = [item for item in due(store.clients(), day) if item.on <= day + timedelta(days=14)]
        found = figures.figures(all_rows(store, day))
        store.close()
    finally:
        release()
    assert 15 <= len(items) <= 30
    assert 3 <= sum(item.on < day for item in items) <= 8
    assert {item.kind for item in items} >= {
        "support_visit",
        "interview",
        "consent",
        "referral",
        "search_plan",
    }
    assert [figure.name for figure in found if not figure.held] == []
