"""The last chapters: the job is kept, support becomes lighter step by step, the plan is looked at again."""

from datetime import date
from typing import Any

from tests.ui.story_teller import Story
from ui.screens.plan_compare import ComparePage
from ui.screens.today import AGENDA, REGISTER

JOB = "Keittiöapulainen, Kahvila Kulma"


def settles(story: Story) -> None:
    """Two visits at the workplace, and support may become maintenance on the active level."""
    story.on(date(2026, 7, 27))
    story.open_due("Support visit")
    story.finish_visit("Työsuhde alkoi hyvin.", agree_next=True, Place="Workplace", Topics=["Tax card"])
    story.to_client()
    story.nothing_proposed()
    story.on(date(2026, 8, 10))
    story.open_due("Visit agreed")
    story.finish_visit("Työ sujuu itsenäisesti.", Place="Workplace")
    story.to_client()
    story.accept(
        "maintenance", "active", f"The job goes on: {JOB}, since 18 Jul 2026.", "2 of them at the workplace."
    )
    story.picture("11-maintenance")


def is_kept(story: Story) -> None:
    """A visit a month; after three months Today asks whether the job was kept, and is answered from there."""
    hands = story.hands
    story.on(date(2026, 9, 10))
    assert ("Today", "Support visit") in story.due()
    story.open_due("Support visit")
    story.finish_visit("Kaikki hyvin.", Place="Workplace", Topics=["Feedback talk"])
    story.on(date(2026, 10, 19))
    answers_kept(story, 3)
    story.open_due("Support visit")
    story.finish_visit("Palkka ja etuudet käyty läpi.", Place="Workplace", Topics=["Kela benefits"])
    story.on(date(2026, 11, 10))
    story.to_client()
    story.accept(
        "maintenance", "sufficient", "3 months on this level, since 10 Aug 2026.", "Last met on 19 Oct 2026"
    )
    start = story.part(2)
    hands.press("K")
    form = story.form("Kykyviisari result")
    assert form.values()["occasion"] == "follow_up"
    story.write("Kykyviisari result", **{"Work ability, 0-10": "8"}, Inclusion="75", Mind="60")
    told = start.kykyviisari.picture.accessibleDescription()
    assert "Work ability, 0-10: 5, 8 (+3)" in told
    assert "Mind: 35.5, 60 (+24.5)" in told
    assert "Body: 70, not told." in told
    assert start.assessment.count.text() == "9 of 9 done"
    story.picture("12-kykyviisari")


def answers_kept(story: Story, months: int) -> None:
    """Answer from Today whether the job was kept: everything is filled in, one key saves."""
    what = f"Job kept for {months} months?"
    assert ("Overdue", what) in story.due()
    story.open_due(what)
    form = story.form("Job kept")
    assert form.values()["employment_id"] == story.one("employment")["id"]
    assert (form.values()["months"], form.values()["kept"]) == (months, "yes")
    story.save()
    row = story.one("job_check", months=months)
    assert (row["kept"], row["on"]) == ("yes", story.today.day.today.isoformat())
    assert what not in [line for _group, line in story.due()]


def goes_on(story: Story) -> None:
    """On the sufficient level a call is enough; six months; the support plan is reviewed as a new version."""
    hands = story.hands
    story.on(date(2027, 1, 19))
    answers_kept(story, 6)
    story.on(date(2027, 2, 1))
    assert ("Next two weeks", "Support visit") in story.due()
    assert ("Today", "Support plan review") in story.due()
    story.open_due("Support plan review")
    story.form("Support plan")
    assert "This cannot be changed any more." in hands.sees(story.window.panel)
    hands.press("Ctrl+Shift+N")
    story.write("Support plan", Job_coach="Soitto kolmen kuukauden välein", Review_on=date(2027, 11, 1))
    first, second = story.rows("support_plan")
    assert (first["review_on"], second["review_on"]) == ("2027-02-01", "2027-11-01")
    story.on(date(2027, 2, 10))
    story.open_due("Support visit")
    story.finish_visit("Soitto: kaikki hyvin.", Place="Telephone")
    assert "Support visit" not in [what for _group, what in story.due()]


def reviews_the_plan(story: Story) -> None:
    """After a year the plan is looked at again: a new version, signed, and compared with the old one."""
    hands = story.hands
    story.on(date(2027, 3, 15))
    assert ("Today", "Career plan review") in story.due()
    story.picture("13-plan-due")
    story.open_due("Career plan review")
    hands.press("Ctrl+Shift+N")
    assert story.window.said.text.text() == "Version 2 begun."
    hands.fill("Goals 1, Goal in the client's own words", "Lisää tunteja keittiössä")
    hands.fill("Review on", date(2028, 3, 13))
    hands.press("Ctrl+G")
    story.sign(Client="", Job_coach="Maija Kallio")
    old, new = story.rows("career_plan")
    assert (old["version_no"], new["version_no"], new["replaces"]) == (1, 2, old["id"])
    assert old["goals"][0]["text"] == "Työpaikka keittiöstä"
    assert new["signed_on"] == "2027-03-15"
    hands.press("Ctrl+Shift+K")
    page = next(one for one in story.window.findChildren(ComparePage) if one.isVisible())
    assert hands.at() == "Older version"
    seen = hands.sees(page)
    assert "Lisää tunteja" in seen
    assert "Changed" in seen
    story.picture("14-compare")
    hands.press("Escape", "Escape")
    assert "Career plan review" not in [what for _group, what in story.due()]


def is_renewed(story: Story) -> None:
    """Six weeks before the wage subsidy's end Today speaks of it, and the job's form takes the new day."""
    story.on(date(2027, 4, 18))
    assert "Wage subsidy ends: talk about renewal" not in [what for _group, what in story.due()]
    story.on(date(2027, 4, 19))
    assert ("To begin now", "Wage subsidy ends: talk about renewal") in story.due()
    story.to_client()
    assert "Wage subsidy ends: talk about renewal" in story.hands.sees(story.page.next)
    story.on(date(2027, 4, 26))
    story.open_due("Wage subsidy ends: talk about renewal")
    story.write("Job", Wage_subsidy_until=date(2028, 5, 31))
    assert "Wage subsidy ends: talk about renewal" not in [what for _group, what in story.due()]


def becomes_light(story: Story) -> None:
    """Six steady months more, and the level is light: every half a year. After twelve months the job is kept."""
    story.on(date(2027, 5, 21))
    story.to_client()
    story.visit("Sovittiin kevyestä tuesta.", Place="Workplace")
    story.accept("maintenance", "light", "6 months on this level, since 10 Nov 2026.")
    story.on(date(2027, 7, 19))
    answers_kept(story, 12)
    assert not [line for line in story.due() if line[0] != "Official register"]


def is_copied(story: Story) -> None:
    """All that was written is marked as copied to the official register, in one go."""
    hands = story.hands
    hands.press("Alt+3")
    register = story.today.register
    assert story.today.stack.currentIndex() == REGISTER
    notes = register.notes()
    assert {note.kind for note in notes} >= {"support_visit", "career_plan", "cooperation_agreement"}
    story.picture("15-register")
    hands.press("Ctrl+A", "Ctrl+Shift+M")
    assert story.store.uncopied() == (0, None)
    assert register.said.text() == "Everything is in the official register."
    visits = story.rows("support_visit", state="done")
    assert {row["copied_on"] for row in visits} == {"2027-07-19"}
    hands.press("Alt+2")
    assert story.today.stack.currentIndex() == AGENDA
    hands.press("Alt+1")


def is_told(story: Story) -> None:
    """Eighteen months on nothing waits, and the timeline tells the whole story and finds a word of it."""
    hands = story.hands
    story.on(date(2027, 9, 2))
    assert story.due() == []
    page = story.to_client()
    timeline = page.timeline
    kinds = {entry.kind for entry in timeline.model.all}
    assert kinds >= TOLD
    assert "Light: every six months" in hands.sees(page.phase)
    story.picture("16-story")
    hands.press("L")
    hands.type("ruuhka kuormittaa")
    found: list[Any] = [timeline.model.all[number] for number in timeline.model.shown]
    assert [(entry.kind, str(entry.on)) for entry in found] == [
        ("support_visit", "2026-06-08"),
        ("support_visit", "2026-05-25"),
    ]
    hands.tab_to("Timeline")
    hands.press("Down", "Return")
    assert hands.at() == "Notes"
    hands.press("Escape")
    assert page.isVisible()


TOLD = {
    "coaching_relationship",
    "phase_change",
    "initial_assessment",
    "kykyviisari_result",
    "vocational_profile",
    "career_plan",
    "cooperation_agreement",
    "attachment",
    "consent",
    "sharing",
    "referral",
    "disclosure_decision",
    "search_plan",
    "job_application",
    "interview",
    "work_trial",
    "employment",
    "support_plan",
    "support_visit",
    "job_check",
}
