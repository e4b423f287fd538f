"""The first chapters: the client comes, is accepted, and everything of the start is cleared up."""

from datetime import date
from pathlib import Path

from tests.ui.story_teller import Story
from ui import dialogs

COMES = date(2026, 3, 2)
MEETS = date(2026, 3, 9)


def comes(story: Story) -> None:
    """A new client and a referral with its two criteria, then the first meeting and the decision."""
    hands = story.hands
    story.on(COMES)
    assert story.due() == []
    hands.press("Ctrl+N")
    story.form("Client")
    hands.form(
        First_name="Aino",
        Last_name="Korppila",
        Telephone="040 123 4567",
        Municipality="Helsinki",
        Languages=["Finnish"],
        Branch="Adult social work",
        Unemployed_since=date(2023, 5, 1),
    )
    hands.press("Ctrl+Return")
    (row,) = story.store.rows("client")
    story.client = type(story.store.worker)(row["id"])
    assert story.page.story is not None
    assert hands.within(story.page)
    hands.press("F")
    story.write(
        "Coaching relationship",
        Came_from="Rehabilitative work activity",
        Referred_by="Leena Laakso",
        Wants_to_work="Yes",
        Wish_to_work="Keittiötyötä, aamuvuoroja.",
        Needs_support="Yes",
        Need_of_support="Uuden työn opettelu jännittää.",
    )
    story.accept("referral", "", "Coaching has begun")
    story.picture("01-story")


def is_met(story: Story) -> None:
    """The first meeting and the decision; the start shows what is missing, then what is done."""
    hands = story.hands
    story.on(MEETS)
    story.to_client()
    start = story.part(2)
    assert start.referral.state.text() == "Waiting"
    hands.push("First meeting, Missing")
    story.write(
        "Coaching relationship",
        Met_on=MEETS,
        **{"Wishes, strengths and support needs": "Toivoo keittiötä. Tarkka ja ahkera. Ohjeet kirjallisina."},
        Agreed_cooperation="Omatyöntekijä ja asumisohjaaja.",
        The_client_wants_to_join="Yes",
        Decision="Accepted",
        Decided_on=MEETS,
        **{"Decision by section 17 of the Social Welfare Act": True},
    )
    assert start.referral.state.text() == "Accepted"
    story.picture("02-start")
    hands.press("Alt+1")
    story.accept("assessment", "", "The referral was accepted on 9 Mar 2026.", "The client wants to join.")


def is_assessed(story: Story) -> None:
    """Six weeks in which everything of the initial assessment is cleared up, one line after another."""
    hands = story.hands
    story.on(date(2026, 3, 16))
    story.to_client()
    start = story.part(2)
    assert start.assessment.count.text() == "0 of 9 done"
    hands.push("Debts cleared up, Missing")
    story.write(
        "Initial assessment",
        Joint_plan_for_the_coaching="Tavataan viikoittain toimistolla.",
        Contacted_on=date(2026, 3, 13),
        With_whom="Työllisyyspalvelut, Kari",
        Job_search_in_force="Yes",
        Employment_plan_made_on=date(2026, 2, 2),
        Debts="Yes",
        Incentive_traps_discussed_on=date(2026, 3, 16),
    )
    assert start.assessment.count.text() == "3 of 9 done"
    assert "There are debts: write what was done about them." in hands.sees(start)
    hands.push("Debts cleared up, Missing…")
    form = story.form("Initial assessment")
    assert form.row["id"] == story.one("initial_assessment")["id"]
    story.write("Initial assessment", What_was_done_about_them="Maksusuunnitelma velkaneuvonnan kanssa.")
    assert start.assessment.count.text() == "4 of 9 done"
    hands.push("Kykyviisari, Missing")
    story.write(
        "Kykyviisari result",
        Language="Finnish",
        **{"Work ability, 0-10": "5"},
        Inclusion="40",
        Mind="35,5",
        Everyday_life="60",
        Skills="50",
        Body="70",
        **{"The client's own words": "Jännittää, mutta haluan töihin."},
    )
    hands.push("Network mapped, Missing")
    story.write("Network member", Name="Leena Laakso", Role="Own worker", Organisation="Helsinki")
    assert start.assessment.count.text() == "6 of 9 done"


def is_planned(story: Story, folder: Path) -> None:
    """Visits, the profile, the career plan signed on the screen, the agreement made from it, the CV."""
    hands = story.hands
    said = story.visit(
        "Käytiin läpi Kykyviisarin tulos.", agree_next=True, Place="Office", Topics=["Plan and goals"]
    )
    assert said == "Visit saved. The next one is planned for Mon 30 Mar."
    hands.press("Alt+1", "R")
    story.write(
        "Vocational profile",
        Dream_job="Keittiöapulainen",
        Wished_hours="20",
        Cards_and_licences=["Hygiene passport"],
        Strengths="Tarkka, ahkera",
    )
    writes_plan(story)
    makes_agreement(story)
    story.on(date(2026, 3, 30))
    assert ("Today", "Visit agreed") in story.due()
    story.open_due("Visit agreed")
    story.finish_visit("CV tehtiin valmiiksi.", agree_next=True, Topics=["Job search"])
    assert story.one("support_visit", on="2026-03-30")["state"] == "done"
    story.to_client()
    start = story.part(2)
    assert start.assessment.count.text() == "8 of 9 done"
    hands.push("Job search documents, Missing")
    cv = folder / "CV Aino.txt"
    cv.write_text("Keittiöapulainen")
    dialogs.answer_next(cv)
    hands.press("Insert", "Return")
    assert story.one("attachment")["category"] == "cv"
    hands.press("Alt+2")
    assert start.assessment.count.text() == "9 of 9 done"
    story.picture("03-start-done")
    hands.press("Alt+1")
    story.accept(
        "job_search", "", "Everything of the initial assessment is cleared up.", "2 meetings were held."
    )


def writes_plan(story: Story) -> None:
    """The career plan with a goal and its steps, signed by both on the screen."""
    hands = story.hands
    hands.press("P")
    hands.form(
        **{"The client's view of the need": "Haluan oman palkan.", "Strengths and resources": "Ahkera"}
    )
    hands.push("Add: Goals")
    hands.fill("Goals 1, Goal in the client's own words", "Työpaikka keittiöstä")
    for number, (what, who) in enumerate(
        (("Hakemuksia kaksi viikossa", "Client"), ("Soitto Kelaan", "Job coach")), 1
    ):
        hands.push("Add: Steps")
        hands.form(**{f"Steps {number}, What is done": what, f"Steps {number}, Who": who})
    hands.form(
        **{
            "How and when it is followed up": "Joka toinen viikko toimistolla.",
            "Review on": date(2027, 3, 15),
        }
    )
    hands.press("Ctrl+G")
    story.sign(Client="", Job_coach="Maija Kallio")
    plan = story.one("career_plan")
    assert plan["signed_on"] == "2026-03-16"
    assert [signature["name"] for signature in plan["signatures"]] == ["Aino Korppila", "Maija Kallio"]
    assert "A signed plan stays as it is" in hands.sees()
    story.picture("04-plan-signed")
    hands.press("Escape")
    assert "Työpaikka keittiöstä" in hands.sees(story.page.goals)


def makes_agreement(story: Story) -> None:
    """The cooperation agreement begins with what the plan says of each one's part."""
    hands = story.hands
    part = story.part(3)
    hands.press("G")
    form = story.form("Cooperation agreement")
    assert form.values()["client_does"] == "– Hakemuksia kaksi viikossa"
    assert form.values()["coach_does"] == "– Soitto Kelaan"
    assert form.values()["meetings"] == "Joka toinen viikko toimistolla."
    story.write("Cooperation agreement", How_we_reach_each_other="Puhelimella")
    hands.push("Sign the agreement of 16 Mar 2026")
    story.sign(Client="", Job_coach="Maija Kallio")
    assert story.one("cooperation_agreement")["signed_on"] == "2026-03-16"
    assert hands.within(part), f"after signing the keyboard is at {hands.at()}"
    story.picture("05-plans")
    hands.press("Alt+1")
