"""A client's eighteen months told by commands alone: what is put in, what is due on the way, what comes out again.

Every chapter is a day, and on it files of JSON lines as another program would write them. The clock stands on that day.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from app.__main__ import main
from app.clock import hold
from app.i18n import set_language
from app.services import SPECS
from app.signing import seal
from storage.store import Store
from tests.stores import PASSPHRASE, new_store

ROOT = Path(__file__).parents[2]
HELMI = "019a0000-0000-7000-8000-000000000001"
COACHING = "019a0000-0000-7000-8000-000000000002"
ASSESSED = "019a0000-0000-7000-8000-000000000003"
PLAN, PLAN_2 = "019a0000-0000-7000-8000-000000000004", "019a0000-0000-7000-8000-000000000005"
AGREED = "019a0000-0000-7000-8000-000000000006"
SEARCH_PLAN = "019a0000-0000-7000-8000-000000000007"
MEETING = "019a0000-0000-7000-8000-000000000008"
SENT, SENT_2 = "019a0000-0000-7000-8000-000000000009", "019a0000-0000-7000-8000-00000000000a"
INTERVIEW = "019a0000-0000-7000-8000-00000000000b"
TRIAL = "019a0000-0000-7000-8000-00000000000c"
JOB = "019a0000-0000-7000-8000-00000000000d"
SUPPORT, SUPPORT_2 = "019a0000-0000-7000-8000-00000000000e", "019a0000-0000-7000-8000-00000000000f"
CONSENT = "019a0000-0000-7000-8000-000000000010"
FIRST_VISIT = "019a0000-0000-7000-8000-000000000011"

Chapter = tuple[str, str, str]
"""A day, a kind, and its JSON lines, in which $NAME stands for an id."""


def visit(on: str, place: str, *topics: str, **more: Any) -> str:
    """Write one line of a visit that was held and copied to the official register."""
    values = {"client_id": HELMI, "on": on, "place": place, "topics": topics, "copied_on": on}
    return json.dumps({**values, "minutes": 60, "notes": "Tavattiin.", **more}, ensure_ascii=False) + "\n"


BEGINNING: tuple[Chapter, ...] = (
    ("2025-01-13", "client", '{"id": "$HELMI", "first_name": "Helmi", "last_name": "Kuuselainen"}'),
    (
        "2025-01-13",
        "coaching_relationship",
        """{"id": "$COACHING", "client_id": "$HELMI", "started_on": "2025-01-13",
            "referral_source": "rehabilitative_work", "wants_work": "yes", "wish": "Haluaa keittiötyöhön.",
            "needs_support": "yes", "support_need": "Hakemukset ja työn alku."}""".replace("\n", " "),
    ),
    (
        "2025-01-13",
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2025-01-13"}',
    ),
)
MEETING_HER: tuple[Chapter, ...] = (
    (
        "2025-01-27",
        "support_visit",
        '{"id": "$FIRST_VISIT", "client_id": "$HELMI", "on": "2025-01-27", "place": "activity", "topics": ["plan"]}',
    ),
    (
        "2025-01-27",
        "coaching_relationship",
        '{"id": "$COACHING", "first_meeting_on": "2025-01-27", "first_meeting": "Toive: astiahuolto.",'
        ' "client_joins": "yes", "decision": "accepted", "decided_on": "2025-01-27"}',
    ),
    (
        "2025-01-27",
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2025-01-27", "phase": "assessment"}',
    ),
    (
        "2025-01-27",
        "initial_assessment",
        '{"id": "$ASSESSED", "client_id": "$HELMI", "relationship_id": "$COACHING", "begun_on": "2025-01-27"}',
    ),
)
ASSESSMENT: tuple[Chapter, ...] = (
    ("2025-02-17", "support_visit", '{"id": "$FIRST_VISIT", "copied_on": "2025-01-28"}'),
    (
        "2025-02-17",
        "support_visit",
        visit("2025-02-10", "office", "plan") + visit("2025-02-17", "office", "plan"),
    ),
    (
        "2025-02-17",
        "initial_assessment",
        '{"id": "$ASSESSED", "employment_services_on": "2025-02-03", "job_search_in_force": "yes", "debts": "no",'
        ' "traps_discussed_on": "2025-02-10", "finished_on": "2025-02-17", "summary": "Osa-aikaiseen keittiötyöhön."}',
    ),
    (
        "2025-02-17",
        "kykyviisari_result",
        '{"client_id": "$HELMI", "on": "2025-02-10", "work_ability": 6, "inclusion": "55.00", "mind": null}',
    ),
    (
        "2025-02-17",
        "vocational_profile",
        '{"client_id": "$HELMI", "made_on": "2025-02-17", "dream_job": "Astiahuolto", "strengths": "Sitkeä"}',
    ),
    (
        "2025-02-17",
        "disclosure_decision",
        '{"client_id": "$HELMI", "on": "2025-02-10", "coach_seen": "later", "review_on": "2025-04-30"}\n'
        '{"client_id": "$HELMI", "on": "2025-02-17", "coach_seen": "yes", "may_tell": "Että valmentaja auttaa.",'
        ' "review_on": "2025-08-15"}',
    ),
    (
        "2025-02-17",
        "career_plan",
        '{"id": "$PLAN", "client_id": "$HELMI", "made_on": "2025-02-17", "review_on": "2026-02-10",'
        ' "goals": [{"text": "Haluan keittiöön töihin.", "steps": [{"what": "Avoin hakemus", "by": "together"}]}]}',
    ),
    (
        "2025-02-17",
        "cooperation_agreement",
        '{"id": "$AGREED", "client_id": "$HELMI", "plan_id": "$PLAN", "made_on": "2025-02-17",'
        ' "client_does": "Tulen ajoissa.", "coach_does": "Auttaa hakemuksissa."}',
    ),
    (
        "2025-02-17",
        "consent",
        '{"id": "$CONSENT", "client_id": "$HELMI", "purpose": "Työhönvalmennus", "groups": ["work"],'
        ' "parties": [{"organisation": "Työllisyyspalvelut"}, {"organisation": "Työnantajat"}],'
        ' "method": "screen", "given_on": "2025-02-17"}',
    ),
    (
        "2025-02-17",
        "referral",
        '{"client_id": "$HELMI", "service": "Palkkatuki", "organisation": "Työllisyyspalvelut",'
        ' "made_on": "2025-02-17", "state": "accepted", "decided_on": "2025-02-17"}',
    ),
)
SEARCH: tuple[Chapter, ...] = (
    (
        "2025-03-06",
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2025-02-20", "phase": "job_search"}',
    ),
    (
        "2025-03-06",
        "search_plan",
        '{"id": "$SEARCH_PLAN", "client_id": "$HELMI", "made_on": "2025-02-20", "goal": "Keittiöön",'
        ' "review_on": "2025-05-15"}',
    ),
    (
        "2025-03-06",
        "support_visit",
        visit("2025-03-06", "library", "job_search", id=MEETING),
    ),
    (
        "2025-03-06",
        "job_application",
        '{"id": "$SENT", "client_id": "$HELMI", "on": "2025-03-06", "visit_id": "$MEETING",'
        ' "employer": "Ravintola Muikku", "job": "Astiahuoltaja"}\n'
        '{"id": "$SENT_2", "client_id": "$HELMI", "on": "2025-03-06", "visit_id": "$MEETING",'
        ' "employer": "Kahvila Rinkeli", "job": "Keittiöapulainen", "channel": "advertised"}',
    ),
    (
        "2025-03-10",
        "interview",
        '{"id": "$INTERVIEW", "client_id": "$HELMI", "application_id": "$SENT", "on": "2025-03-20",'
        ' "start_time": "10:00", "employer": "Ravintola Muikku"}',
    ),
)
TRIAL_BEGINS: tuple[Chapter, ...] = (
    (
        "2025-03-26",
        "job_application",
        '{"id": "$SENT", "state": "interview", "answered_on": "2025-03-12"}\n'
        '{"id": "$SENT_2", "state": "refused", "answered_on": "2025-03-19"}',
    ),
    (
        "2025-03-26",
        "interview",
        '{"id": "$INTERVIEW", "state": "held", "outcome": "trial", "prepared_together": true,'
        ' "coach_present": true}',
    ),
    (
        "2025-04-07",
        "work_trial",
        '{"id": "$TRIAL", "client_id": "$HELMI", "employer": "Ravintola Muikku", "title": "Astiahuolto",'
        ' "decided_on": "2025-03-31", "decided_by": "Työllisyyspalvelut", "started_on": "2025-04-07",'
        ' "agreed_until": "2025-06-06"}',
    ),
    (
        "2025-04-07",
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2025-04-07", "phase": "support"}',
    ),
    (
        "2025-05-26",
        "support_visit",
        visit("2025-04-10", "workplace", "induction", seen_by_employer=True, minutes=180)
        + visit("2025-05-05", "workplace", "feedback")
        + visit("2025-05-26", "phone", "travel"),
    ),
)
JOB_BEGINS: tuple[Chapter, ...] = (
    (
        "2025-06-09",
        "work_trial",
        '{"id": "$TRIAL", "ended_on": "2025-06-06", "end_reason": "job", "feedback_on": "2025-06-04",'
        ' "feedback": "Työnantaja haluaa jatkaa.", "continued_as_job": true}',
    ),
    (
        "2025-06-09",
        "employment",
        '{"id": "$JOB", "client_id": "$HELMI", "employer": "Ravintola Muikku", "title": "Astiahuoltaja",'
        ' "industry": "I", "started_on": "2025-06-09", "contract": "permanent", "weekly_hours": "25",'
        ' "hourly_wage": "11.2", "wage_subsidy_until": "2026-06-08", "found_by": "trial", "trial_id": "$TRIAL"}',
    ),
    (
        "2025-06-12",
        "support_plan",
        '{"id": "$SUPPORT", "client_id": "$HELMI", "employment_id": "$JOB", "made_on": "2025-06-12",'
        ' "job": "Astiahuoltaja, Ravintola Muikku", "review_on": "2025-12-09"}',
    ),
    (
        "2025-09-15",
        "support_visit",
        visit("2025-06-10", "workplace", "induction", minutes=240)
        + visit("2025-07-14", "office", "psychosocial")
        + visit("2025-08-18", "office", "feedback")
        + visit("2025-09-15", "office", "psychosocial"),
    ),
    (
        "2025-09-15",
        "disclosure_decision",
        '{"client_id": "$HELMI", "on": "2025-08-18", "coach_seen": "yes", "may_tell": "Kaikki sovittu."}',
    ),
    (
        "2025-09-15",
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2025-07-21", "phase": "maintenance",'
        ' "level": "active"}',
    ),
)
LIGHTER: tuple[Chapter, ...] = (
    (
        "2025-10-13",
        "job_check",
        '{"client_id": "$HELMI", "employment_id": "$JOB", "months": 3, "on": "2025-09-15", "kept": "yes"}',
    ),
    (
        "2025-10-13",
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2025-10-13", "phase": "maintenance",'
        ' "level": "sufficient", "reason": "Työ vakiintunut."}',
    ),
    ("2025-12-15", "support_visit", visit("2025-12-15", "phone", "psychosocial", minutes=15)),
)
SECOND_YEAR: tuple[Chapter, ...] = (
    (
        "2026-01-13",
        "job_check",
        '{"client_id": "$HELMI", "employment_id": "$JOB", "months": 6, "on": "2026-01-13", "kept": "yes"}',
    ),
    (
        "2026-01-13",
        "support_plan",
        '{"id": "$SUPPORT_2", "client_id": "$HELMI", "employment_id": "$JOB", "made_on": "2026-01-13",'
        ' "job": "Astiahuoltaja, Ravintola Muikku", "review_on": "2027-01-13"}',
    ),
    (
        "2026-02-09",
        "career_plan",
        '{"id": "$PLAN_2", "client_id": "$HELMI", "version_no": 2, "replaces": "$PLAN", "made_on": "2026-02-09",'
        ' "review_on": "2027-02-08", "goals": [{"text": "Haluan lisää tunteja."}]}',
    ),
    ("2026-02-09", "support_visit", visit("2026-02-09", "office", "plan")),
    (
        "2026-04-20",
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2026-04-20", "phase": "maintenance",'
        ' "level": "light"}',
    ),
    ("2026-04-20", "support_visit", visit("2026-04-20", "phone", "psychosocial", minutes=15)),
)
RENEWED: tuple[Chapter, ...] = (
    ("2026-06-10", "support_visit", visit("2026-06-10", "workplace", "employer")),
    ("2026-06-10", "employment", '{"id": "$JOB", "wage_subsidy_until": "2028-06-08"}'),
    (
        "2026-06-10",
        "job_check",
        '{"client_id": "$HELMI", "employment_id": "$JOB", "months": 12, "on": "2026-06-10", "kept": "yes"}',
    ),
)
SIGNED = {
    "career_plan": {PLAN: "2025-02-17", PLAN_2: "2026-02-09"},
    "cooperation_agreement": {AGREED: "2025-02-17"},
    "consent": {CONSENT: "2025-02-17"},
    "search_plan": {SEARCH_PLAN: "2025-02-20"},
    "support_plan": {SUPPORT: "2025-06-12", SUPPORT_2: "2026-01-13"},
}


SURROUNDINGS = {"TYOPARI_PASSPHRASE": PASSPHRASE, "TYOPARI_LANGUAGE": "en"}


class Teller:
    """Tells the story to a store by commands, each on its day."""

    def __init__(self, folder: Path) -> None:
        self.profile, self._folder = folder / "profile", folder

    def run(self, day: str, *words: object) -> tuple[int, str, str]:
        """Run a command with the clock standing at noon of a day."""
        at = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)
        release, out, err = hold(now=lambda: at), StringIO(), StringIO()
        try:
            with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
                for name, value in SURROUNDINGS.items():
                    patch.setenv(name, value)
                code = main(["--profile", str(self.profile), *map(str, words)])
        finally:
            release()
        return code, out.getvalue(), err.getvalue()

    def put(self, day: str, kind: str, lines: str, *words: str) -> tuple[int, str, str]:
        """Put a file of JSON lines."""
        for name, value in IDS.items():
            lines = lines.replace(f'"${name}"', f'"{value}"')
        file = self._folder / "lines.jsonl"
        file.write_text(lines, encoding="utf-8")
        return self.run(day, "put", kind, file, *words)

    def tell(self, chapters: tuple[Chapter, ...]) -> None:
        """Put every line of some chapters, and sign what is signed."""
        for day, kind, lines in chapters:
            code, _out, err = self.put(day, kind, lines)
            assert code == 0, (day, kind, err)
            for name, on in SIGNED.get(kind, {}).items():
                if name in {IDS[key] for key in IDS if f'"id": "${key}"' in lines}:
                    self.sign(day, kind, name, on)

    def sign(self, day: str, kind: str, record_id: str, on: str) -> None:
        """Let both sign a record, as a program with a pad would: names, strokes, day and seal."""
        row = self.show(day, kind, record_id)
        names = {"client": "Helmi Kuuselainen", "worker": "Anna Valmentaja"}
        drawn = [
            {"role": role, "name": name, "strokes": [[[0.1, 0.2], [0.6, 0.4]]]}
            for role, name in names.items()
        ]
        signed = {
            "id": record_id,
            "signatures": drawn,
            "signed_on": on,
            "content_hash": seal(SPECS[kind].table, row),
        }
        code, _out, err = self.put(day, kind, json.dumps(signed))
        assert code == 0, err

    def show(self, day: str, kind: str, record_id: str, *words: str) -> dict[str, Any]:
        """Return a record as `show` gives it."""
        code, out, err = self.run(day, "show", kind, record_id, "--json", *words)
        assert code == 0, err
        shown: dict[str, Any] = json.loads(out)
        return shown

    def list(self, kind: str) -> list[dict[str, Any]]:
        """Return the client's records of a kind as `list` gives them."""
        code, out, err = self.run(LAST, "list", kind, "--client", HELMI, "--json")
        assert code == 0, err
        rows: list[dict[str, Any]] = json.loads(out)
        return rows

    def due(self, day: str) -> set[tuple[str, str]]:
        """Return what `due --on` says: day and title."""
        code, out, err = self.run(day, "due", "--on", day, "--json")
        assert code == 0, err
        items = json.loads(out)
        assert all(item["client_id"] == HELMI for item in items)
        assert all(item["overdue"] == (item["on"] < day) for item in items)
        return {(item["on"], item["title"]) for item in items}


IDS = {
    name: value
    for name, value in globals().copy().items()
    if isinstance(value, str) and value.startswith("019a0000-")
}
LAST = "2026-07-13"


CHAPTERS = (
    (BEGINNING, ("2025-01-20",)),
    (MEETING_HER, ("2025-02-12",)),
    (ASSESSMENT + SEARCH, ("2025-03-10", "2025-03-25")),
    (TRIAL_BEGINS, ("2025-06-02",)),
    (JOB_BEGINS, ("2025-09-20",)),
    (LIGHTER, ("2026-01-12",)),
    (SECOND_YEAR, ("2026-05-04",)),
    (RENEWED, (LAST,)),
)
"""What is put, and the days on which it is then asked what is due."""
Told = dict[str, set[tuple[str, str]]]


@pytest.fixture(scope="module", autouse=True)
def english() -> Iterator[None]:
    """Leave the language behind as it was found."""
    yield
    set_language("fi")


@pytest.fixture(scope="module")
def story(english: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told]:
    """Tell the whole story once; return its folder and what was due on each day that it was asked."""
    teller = Teller(tmp_path_factory.mktemp("story"))
    new_store(teller.profile).close()
    due: Told = {}
    for chapters, days in CHAPTERS:
        teller.tell(chapters)
        due |= {day: teller.due(day) for day in days}
    return teller.profile, due


@pytest.fixture
def told(story: tuple[Path, Told], tmp_path: Path) -> Teller:
    """Return a copy of the store in which the whole story stands."""
    shutil.copytree(story[0], tmp_path / "profile")
    return Teller(tmp_path)


PLAN_REVIEW = "Career plan review"


def test_eighteen_months_and_what_is_due_on_the_way(story: tuple[Path, Told]) -> None:
    _profile, due = story
    assert due["2025-01-20"] == set(), "before she is met nothing is due by itself"
    assert due["2025-02-12"] == {
        ("2025-02-10", "Support visit"),
        ("2025-03-27", "Career plan is missing"),
        ("2025-01-27", "Visits not in the official register: 1"),
    }

    yearly = ("2026-02-10", PLAN_REVIEW)
    disclosure = ("2025-08-15", "Disclosure: review the decision")
    answers = ("2025-03-27", "Application without an answer")
    search = ("2025-05-15", "Job search plan review")
    met = ("2025-03-20", "Support visit")
    agreed, unwritten = ("2025-03-20", "Job interview"), ("2025-03-20", "Job interview: how it went")
    assert due["2025-03-10"] == {agreed, met, answers, search, disclosure, yearly}
    assert due["2025-03-25"] == {unwritten, met, answers, search, disclosure, yearly}

    # A call is no meeting before maintenance: the last one was on 5 May.
    feedback = ("2025-06-06", "Work trial ends: feedback talk")
    assert due["2025-06-02"] == {("2025-05-19", "Support visit"), feedback, disclosure, yearly}

    kept = [("2025-09-09", 3), ("2025-12-09", 6), ("2026-06-09", 12)]
    checks = [(day, f"Job kept for {months} months?") for day, months in kept]
    support = ("2025-12-09", "Support plan review")
    assert due["2025-09-20"] == {("2025-10-15", "Support visit"), *checks, support, yearly}
    # On the lighter levels a call counts.
    assert due["2026-01-12"] == {("2026-03-15", "Support visit"), *checks[1:], support, yearly}

    later = {("2027-01-13", "Support plan review"), ("2027-02-08", PLAN_REVIEW)}
    assert due["2026-05-04"] == later | {
        ("2026-04-27", "Contact about the renewal of the wage subsidy"),
        ("2026-06-08", "Wage subsidy ends: talk about renewal"),
        checks[2],
    }
    assert due[LAST] == later | {("2026-12-10", "Support visit")}


def test_what_was_told_comes_out_again(told: Teller, tmp_path: Path) -> None:
    phases = [(row["on"], row["phase"], row["level"]) for row in told.list("phase_change")]
    assert sorted(phases) == [
        ("2025-01-13", "referral", ""),
        ("2025-01-27", "assessment", ""),
        ("2025-02-20", "job_search", ""),
        ("2025-04-07", "support", ""),
        ("2025-07-21", "maintenance", "active"),
        ("2025-10-13", "maintenance", "sufficient"),
        ("2026-04-20", "maintenance", "light"),
    ]
    assert len(told.list("support_visit")) == 15
    (job,) = told.list("employment")
    assert (job["weekly_hours"], job["hourly_wage"], job["trial_id"]) == ("25.00", "11.20", TRIAL)
    code, text, _err = told.run(LAST, "list", "employment", "--client", HELMI)
    assert code == 0
    assert "Astiahuoltaja" in text

    history = told.show(LAST, "coaching_relationship", COACHING, "--history")["history"]
    assert [entry["op"] for entry in history] == ["update", "create"]
    assert history[0]["patch"]["decision"] == ["waiting", "accepted"]
    assert history[0]["at"].startswith("2025-01-27")
    subsidy = told.show(LAST, "employment", JOB, "--history")["history"][0]["patch"]
    assert subsidy == {"wage_subsidy_until": ["2026-06-08", "2028-06-08"]}

    found = told.run(LAST, "search", "lisää tunteja", "--json")
    assert PLAN_2 in {hit["id"] for hit in json.loads(found[1])}

    titles = {"fi": "Urasuunnitelma", "sv": "Karriärplan", "en": "Career plan"}
    for language, title in titles.items():
        file = tmp_path / f"plan-{language}.pdf"
        code, _out, err = told.run(LAST, "pdf", "career_plan", PLAN_2, "--out", file, "--lang", language)
        assert code == 0, err
        document = pypdfium2.PdfDocument(file)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        assert title in text
        assert "Haluan lisää tunteja." in text
        assert "Helmi Kuuselainen" in text


def test_another_process_reads_the_same(told: Teller) -> None:
    words = ["--profile", str(told.profile), "list", "job_check", "--client", HELMI, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        cwd=told.profile.parent,
        env={**os.environ, **SURROUNDINGS, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert {row["months"] for row in json.loads(done.stdout)} == {3, 6, 12}


def test_what_was_signed_is_not_changed_and_a_new_version_is(told: Teller) -> None:
    before = told.show(LAST, "career_plan", PLAN)
    code, _out, err = told.put(LAST, "career_plan", '{"id": "$PLAN", "strengths": "Toinen"}')
    assert code == 1
    assert "Make a new version" in err
    assert told.show(LAST, "career_plan", PLAN) == before
    assert told.put(LAST, "career_plan", '{"id": "$PLAN", "copied_on": "2026-07-13"}')[0] == 0


def test_what_was_told_to_others_is_kept_with_the_consent_that_allowed_it(told: Teller) -> None:
    kept = [(row["on"], row["shared_as"], row["party"], row["consent_id"]) for row in told.list("sharing")]
    assert sorted(kept) == [
        ("2025-02-17", "referral", "Työllisyyspalvelut", CONSENT),
        ("2025-03-20", "employer_contact", "Ravintola Muikku", CONSENT),
    ]


def test_nobody_is_referred_where_no_consent_lets_it_unless_it_is_written_why(told: Teller) -> None:
    good = '{"client_id": "$HELMI", "service": "Kurssi", "organisation": "Työllisyyspalvelut", "made_on": "2026-07-13"}'
    line = (
        '{"client_id": "$HELMI", "service": "Hoito", "organisation": "Terveysasema", "made_on": "2026-07-13"}'
    )
    before = _contents(told.profile)
    code, out, err = told.put(LAST, "referral", f"{good}\n{line}")
    assert (code, out) == (1, "")
    assert err.startswith(
        "Row 2: Organisation: No consent of the client names Terveysasema. Put a consent first"
    )
    assert _contents(told.profile) == before, "all lines or none"
    assert told.put(LAST, "referral", line, "--override", "Asiakas soitti ja pyysi")[0] == 0
    (kept,) = [row for row in told.list("sharing") if row["party"] == "Terveysasema"]
    assert (kept["consent_id"], kept["override_reason"]) == (None, "Asiakas soitti ja pyysi")


REFUSED: tuple[tuple[str, str, str, str], ...] = (
    (
        "support_visit",
        '{"client_id": "$HELMI", "on": "2025-11-31"}',
        "Day",
        "This is not a date. Write it as 3.5.2026.",
    ),
    (
        "employment",
        '{"client_id": "$HELMI", "employer": "Kahvila", "title": "Apulainen", "started_on": "2026-03-02",'
        ' "ended_on": "2026-02-27", "end_reason": "resigned"}',
        "Ended",
        "The end is before the start.",
    ),
    (
        "employment",
        '{"client_id": "$HELMI", "employer": "ravintola MUIKKU", "title": "Kokki", "started_on": "2026-03-02"}',
        "Started",
        "At ravintola MUIKKU there is a job already at this time",
    ),
    (
        "support_visit",
        '{"client_id": "$HELMI", "on": "2026-07-14", "state": "done"}',
        "Day",
        "A visit in the future cannot be done yet.",
    ),
    (
        "consent",
        '{"client_id": "$HELMI", "purpose": "Työhönvalmennus", "groups": ["work"], "parties": []}',
        "Parties",
        "A consent needs at least one party.",
    ),
    (
        "consent",
        '{"client_id": "$HELMI", "purpose": "Työhönvalmennus", "groups": ["work"], "parties": [{"organisation": ""}]}',
        "Parties 1 organisation",
        "This is needed.",
    ),
    (
        "career_plan",
        '{"client_id": "$HELMI", "made_on": "2026-07-13", "signed_on": "2026-07-13",'
        ' "signatures": [{"role": "client", "name": "Helmi"}]}',
        "signatures",
        "A signature needs what is signed, its names and its day.",
    ),
    (
        "job_check",
        '{"client_id": "$HELMI", "employment_id": "$TRIAL", "months": 3, "on": "2026-07-13"}',
        "Job",
        "There is no such entry here: Job.",
    ),
    (
        "phase_change",
        '{"client_id": "$HELMI", "relationship_id": "$COACHING", "on": "2026-07-13", "phase": "ended"}',
        "Reason of the end",
        "Choose the reason of the end.",
    ),
    (
        "work_trial",
        '{"client_id": "$HELMI", "employer": "Kahvila", "title": "Sali", "started_on": "2026-05-04",'
        ' "decided_on": "2026-05-11"}',
        "Decided on",
        "The decision comes before the trial begins.",
    ),
    (
        "search_plan",
        '{"client_id": "$HELMI", "made_on": "2026-07-13", "review_on": "2026-12-01"}',
        "Review on",
        "Review the job search plan within 90 days.",
    ),
    (
        "job_application",
        '{"client_id": "$HELMI", "on": "2026-07-13", "employer": "Kahvila", "job": "Sali", "state": "perhaps"}',
        "State",
        "“perhaps” is not one of the choices.",
    ),
)


def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_written(told: Teller) -> None:
    good = {
        "support_visit": '{"client_id": "$HELMI", "on": "2026-07-13"}',
        "employment": '{"client_id": "$HELMI", "employer": "Toinen", "title": "Sali", "started_on": "2026-07-01"}',
    }
    before = _contents(told.profile)
    for kind, line, field, said in REFUSED:
        code, out, err = told.put(LAST, kind, line)
        assert (code, out) == (1, ""), (kind, line)
        assert err.startswith(f"{field}: {said}"), err
        assert "Helmi" not in err
        if kind in good:
            code, out, err = told.put(LAST, kind, f"{good[kind]}\n{line}")
            assert (code, out) == (1, "")
            assert err.startswith(f"Row 2: {field}: {said}"), err
    assert _contents(told.profile) == before, "all lines or none"


def _contents(profile: Path) -> dict[str, list[dict[str, Any]]]:
    store = Store.open(profile, PASSPHRASE)
    found = {kind: store.rows(kind, deleted=True) for kind in SPECS}
    store.close()
    return found
