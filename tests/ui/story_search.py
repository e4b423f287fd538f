"""The middle chapters: consents and what may be told, applications, an interview, a work trial that becomes a job."""

from datetime import date

from tests.ui.story_teller import Story
from ui.screens.consent_outside import GivenOutside

SEEN = "May employers see the coach"


def allows(story: Story) -> None:
    """A consent given on paper; a referral that it allows, and one that it does not."""
    hands = story.hands
    story.on(date(2026, 4, 1))
    story.to_client()
    story.part(7)
    assert "nothing about this client may be shared by name" in hands.sees(story.page.parts)
    hands.press("C")
    story.form("Consent")
    hands.fill("What the consent is for", "Kuntoutuksen suunnittelu Kelan kanssa")
    hands.push("Add: Parties")
    hands.form(**{"Parties 1, Organisation": "Kela", "Parties 1, Receives data": True})
    hands.form(**{"Groups of data": ["Work and studies", "Benefits"]})
    hands.push("Given on paper or electronically")
    page = story.window.pages.currentWidget()
    assert isinstance(page, GivenOutside)
    assert page.name.value() == "Aino Korppila"
    hands.fill("Where the paper is kept", "Toimiston kansio 7")
    story.picture("06-consent-paper")
    hands.press("Ctrl+Return")
    assert story.window.said.text.text() == "The consent is sealed."
    consent = story.one("consent")
    assert (consent["given_on"], consent["method"], consent["copy_at"]) == (
        "2026-04-01",
        "paper",
        "Toimiston kansio 7",
    )
    refers(story, consent["id"])


def refers(story: Story, consent_id: str) -> None:
    """A referral to Kela goes out by the consent; one to the health centre is stopped, with the reason."""
    hands = story.hands
    hands.press("Y")
    story.write(
        "Referral to a service", Service="Kelan kuntoutus", Organisation="Kela", Why="Tukea jaksamiseen"
    )
    sharing = story.one("sharing")
    assert (sharing["party"], sharing["consent_id"]) == ("Kela", consent_id)
    hands.press("Y")
    form = story.form("Referral to a service")
    hands.form(Service="Työkyvyn arvio", Organisation="Kallion terveysasema")
    hands.press("Ctrl+Return")
    assert story.window.panel.form is form
    said = hands.sees(form)
    assert "No consent of the client names Kallion terveysasema." in said
    story.picture("07-refused-sharing")
    assert len(story.rows("referral")) == 1
    hands.press("Escape")
    story.on(date(2026, 4, 1))
    assert ("Unfinished", "Unfinished: Referral to a service") in story.due()
    story.open_due("Unfinished: Referral to a service")
    story.form("Referral to a service")
    hands.push("Start over")
    hands.press("Escape")
    assert story.due() == [("Official register", "4 notes to copy"), ("Next two weeks", "Visit agreed")]


def looks_for_work(story: Story) -> None:
    """The coach stays unseen; the plan for the search, and two applications."""
    hands = story.hands
    story.to_client()
    part = story.part(4)
    hands.press("D")
    story.write(
        "Disclosure decision",
        **{SEEN: "No", "What may be told": "Ei mitään", "Look at again on": date(2026, 5, 4)},
    )
    assert "The coach stays unseen: no contact to employers about this client." in hands.sees(part)
    hands.press("S")
    story.form("Job search plan")
    hands.form(
        **{
            "Goal in the client's own words": "Keittiöapulaisen työ",
            "Target employers": "Kahvilat ja koulut",
            "Who contacts employers": "Client",
        }
    )
    hands.push("Add: Next steps")
    hands.fill("Next steps 1, What is done", "Hakemus kahvilaan")
    hands.fill("Review on", date(2026, 6, 15))
    story.save()
    hands.push("Done: Hakemus kahvilaan")
    assert story.one("search_plan")["steps"][0]["done"]
    for employer in ("Kahvila Kulma", "Koulun keittiö"):
        hands.press("A")
        story.write("Application", Employer=employer, Job="Keittiöapulainen", How="Open application")
    assert "2 applications sent, 2 without an answer." in hands.sees(part)
    story.picture("08-search")


def is_answered(story: Story) -> None:
    """Today asks after the silent applications and the referral; one leads to an interview, one does not."""
    hands = story.hands
    story.on(date(2026, 4, 13))
    story.open_due("Visit agreed")
    story.finish_visit("Hakemuksia mietittiin.", agree_next=True)
    story.on(date(2026, 4, 27))
    due = story.due()
    assert due.count(("Overdue", "Application without an answer")) == 2
    assert ("Today", "Visit agreed") in due
    assert ("This week", "Referral without an answer") in due
    assert ("Next two weeks", "Disclosure: review the decision") in due
    story.picture("09-today")
    story.to_client()
    story.part(4)
    hands.push("Answered: Keittiöapulainen, Koulun keittiö")
    hands.choose_in_menu("Not chosen")
    hands.push("Answered: Keittiöapulainen, Kahvila Kulma")
    hands.choose_in_menu("Interview")
    form = story.form("Interview")
    assert form.values()["employer"] == "Kahvila Kulma"
    assert form.values()["job"] == "Keittiöapulainen"
    story.write("Interview", Day=date(2026, 5, 5), Begins_at="10", Prepared_together=True)
    story.part(6)
    hands.tab_to("Kelan kuntoutus, Made…")
    hands.press("2")
    assert story.one("referral")["state"] == "accepted"
    assert story.visit("Harjoiteltiin haastattelua. Ruuhka jännittää.", Place="Office").startswith(
        "Visit saved."
    )


def may_be_told(story: Story) -> None:
    """Today leads to the disclosure decision, which changes to yes; the earlier one is kept."""
    hands = story.hands
    story.on(date(2026, 5, 4))
    assert ("Today", "Disclosure: review the decision") in story.due()
    story.open_due("Disclosure: review the decision")
    story.form("Disclosure decision")
    story.write("Disclosure decision", **{SEEN: "Yes", "What may be told": "Ohjeet kirjallisina"})
    assert [row["coach_seen"] for row in story.rows("disclosure_decision")] == ["no", "yes"]
    assert "Disclosure: review the decision" not in [what for _group, what in story.due()]
    story.to_client()
    part = story.part(4)
    assert "The coach may be seen by employers." in hands.sees(part)
    assert "Earlier decisions" in hands.sees(part)
    hands.press("O")
    story.form("Consent")
    hands.fill("What the consent is for", "Työhönvalmentaja saa olla mukana haastattelussa")
    hands.push("Add: Parties")
    hands.form(**{"Parties 1, Organisation": "Kahvila Kulma", "Parties 1, Receives data": True})
    hands.form(**{"Groups of data": ["Work and studies"]})
    hands.push("Sign on the screen")
    story.sign(Client="")
    assert [row["method"] for row in story.rows("consent")] == ["paper", "screen"]


def is_interviewed(story: Story) -> None:
    """The interview is in Today by its hour, and on the day after it is asked how it went."""
    story.on(date(2026, 5, 5))
    assert ("Today", "Job interview") in story.due()
    story.on(date(2026, 5, 6))
    story.open_due("Job interview: how it went")
    story.write("Interview", State="Held", The_coach_was_there=True, What_came_of_it="Work trial")
    story.to_client()
    story.hands.press("T")
    story.write(
        "Work trial",
        Employer="Kahvila Kulma",
        Duties="Keittiöapulainen",
        Decided_by="Työllisyyspalvelut, Kari",
        Started=date(2026, 5, 18),
        Agreed_until=date(2026, 7, 17),
    )
    story.nothing_proposed()


def tries_work(story: Story) -> None:
    """The trial begins, and with it support: four visits planned in one go, a phrase kept and used."""
    hands = story.hands
    story.on(date(2026, 5, 18))
    story.to_client()
    story.accept("support", "", "The work trial Keittiöapulainen, Kahvila Kulma began on 18 May 2026.")
    hands.press("V")
    story.finish_visit(
        "",
        State="Planned",
        Day=date(2026, 5, 25),
        Begins_at="9:30",
        How_many_visits="4",
        Place="Workplace",
    )
    assert story.window.said.text.text() == "Visit saved. 3 more are planned, the last for Mon 6 Jul."
    story.on(date(2026, 5, 25))
    story.open_due("Visit agreed")
    hands.type("Aamun ruuhka kuormittaa, tauko klo 10.")
    hands.press("Ctrl+A", "Ctrl+Shift+J")
    hands.type("ruuhka")
    hands.press("Return", "Ctrl+End")
    story.finish_visit(" Perehdytys alkoi.", Topics=["Induction"])
    story.on(date(2026, 6, 8))
    story.open_due("Visit agreed")
    hands.type("ruuhka")
    hands.press("Ctrl+J")
    story.finish_visit(" Sujuu jo.")
    assert (
        story.one("support_visit", on="2026-06-08")["notes"]
        == "Aamun ruuhka kuormittaa, tauko klo 10. Sujuu jo."
    )
    for day in (date(2026, 6, 22), date(2026, 7, 6)):
        story.on(day)
        story.open_due("Visit agreed")
        story.finish_visit("Työ sujuu.")


def gets_the_job(story: Story) -> None:
    """The feedback talk asked by Today, the trial continued as a job with wage subsidy, the support plan signed."""
    hands = story.hands
    story.on(date(2026, 7, 13))
    assert ("This week", "Work trial ends: feedback talk") in story.due()
    story.open_due("Work trial ends: feedback talk")
    story.write("Work trial", Feedback_talk=date(2026, 7, 13), What_was_said="Hyvä työntekijä")
    story.on(date(2026, 7, 17))
    story.to_client()
    part = story.part(5)
    hands.push("Went on as a job: Keittiöapulainen, Kahvila Kulma")
    form = story.form("Job")
    values = form.values()
    assert (values["employer"], values["title"]) == ("Kahvila Kulma", "Keittiöapulainen")
    assert (values["started_on"], values["found_by"]) == ("2026-07-18", "trial")
    story.write(
        "Job",
        Contract="Permanent",
        Hours_a_week="20",
        **{"Wage, euros an hour": "12,40", "Wage subsidy until": date(2027, 5, 31)},
    )
    assert story.one("employment")["trial_id"] == story.one("work_trial")["id"]
    story.on(date(2026, 7, 20))
    story.to_client()
    part = story.part(5)
    hands.press("S")
    form = story.form("Support plan")
    assert form.values()["job"] == "Keittiöapulainen, Kahvila Kulma"
    story.write("Support plan", Job_coach="Käynti kahden viikon välein", Review_on=date(2027, 2, 1))
    hands.push("Sign: Plan of 20 Jul 2026, Keittiöapulainen, Kahvila Kulma")
    story.sign(Client="", Job_coach="Maija Kallio")
    assert story.one("support_plan")["signed_on"] == "2026-07-20"
    assert "12.40 € an hour" in hands.sees(part)
    story.picture("10-work")
