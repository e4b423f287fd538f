"""Job search and work on a client's page: what employers may be told, answers by one press, jobs kept, trials."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.clock import today
from tests.ui.screens.caseload import at, make
from tests.ui.screens.conftest import show
from ui import dialogs
from ui.screens.client_page import ClientPage
from ui.screens.parts.search import SearchPart
from ui.screens.parts.work import WorkPart


def said(widget: Any) -> list[str]:
    """Return the texts in view."""
    QApplication.processEvents()  # what has just been made is shown then
    return [one.text() for one in widget.findChildren(QLabel) if one.isVisible() and one.text()]


def press(widget: Any, name: str) -> QPushButton:
    """Press the button of a name; fails when there is none in view."""
    QApplication.processEvents()
    found: QPushButton
    (found,) = [b for b in widget.findChildren(QPushButton) if b.accessibleName() == name and b.isVisible()]
    found.click()
    return found


def search_of(qtbot: Any, context: Any, client: UUID) -> SearchPart:
    """The job search of a client, shown."""
    part = SearchPart(context, client)
    show(qtbot, part)
    return part


def work_of(qtbot: Any, context: Any, client: UUID) -> WorkPart:
    """The work of a client, shown."""
    part = WorkPart(context, client)
    show(qtbot, part)
    return part


def tone(card: Any, text: str) -> str:
    """Return how a chip looks whose text begins so."""
    (chip,) = [one for one in card.findChildren(QLabel) if one.isVisible() and one.text().startswith(text)]
    return str(chip.property("look"))


def test_a_search_plan_is_late_only_while_work_is_looked_for_by_it(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    client = people["Eero"]
    store.save(make("search_plan", client_id=client, made_on=at(-80), review_on=at(-1), goal="Keittiö"))
    assert tone(search_of(qtbot, context, client).plan, "Review") == "chip-danger"
    store.save(make("employment", client_id=client, employer="A", title="B", started_on=at(-3)))
    assert tone(search_of(qtbot, context, client).plan, "Review") == "chip"


def test_a_support_plan_is_late_only_while_its_job_goes_on(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    client = people["Aino"]
    facts = {"client_id": client, "employer": "A", "title": "B", "started_on": at(-60)}
    job = make("employment", **facts, wage_subsidy_until=at(-29))
    plan = {"made_on": at(-50), "review_on": at(-1)}
    store.save(job, make("support_plan", client_id=client, employment_id=job.id, **plan))
    part = work_of(qtbot, context, client)
    assert tone(part.plan, "Review") == "chip-danger"
    assert tone(part.jobs, "Wage subsidy ended") == "chip"
    store.save(make("employment", id=job.id, **facts, wage_subsidy_until=at(-28), ended_on=None))
    assert tone(work_of(qtbot, context, client).jobs, "Wage subsidy ended") == "chip-danger"
    store.save(make("employment", id=job.id, **facts, ended_on=at(0)))
    assert tone(work_of(qtbot, context, client).plan, "Review") == "chip"


def test_without_a_decision_nobody_calls_an_employer(
    qtbot: Any, context: Any, people: dict[str, UUID], ways: Any
) -> None:
    part = search_of(qtbot, context, people["Eero"])
    assert "Not decided yet: no contact to employers until the client has decided." in said(part.disclosure)
    qtbot.keyClick(part.disclosure.write, Qt.Key.Key_D)
    values = {"on": today().isoformat()}
    assert ways.went[-1] == (
        "edit",
        "disclosure_decision",
        None,
        {"client_id": people["Eero"], "values": values},
    )


def test_the_newest_decision_is_the_one_in_large_letters(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Eero"]
    store.save(make("disclosure_decision", client_id=client, on=at(-40), coach_seen="yes", may_tell="Kaikki"))
    part = search_of(qtbot, context, client)
    assert "The coach may be seen by employers." in said(part.disclosure)
    later = [
        make("disclosure_decision", client_id=client, on=at(-3), coach_seen="later"),
        make(
            "disclosure_decision",
            client_id=client,
            on=at(-3),
            coach_seen="no",
            may_tell="Kokemus keittiöstä",
            may_not_tell="Terveys",
            who_tells="client",
        ),
    ]
    for one in later:
        context.bus.changed.emit(store.save(one))
    texts = said(part.disclosure)
    assert "The coach stays unseen: no contact to employers about this client." in texts
    assert "Terveys" in texts
    earlier = [b.text() for b in part.disclosure.findChildren(QPushButton) if b.isVisible()][1:]
    assert [text.split(": ")[1] for text in earlier] == ["Decided later", "Yes"]
    part.disclosure.new()
    values = ways.went[-1][-1]["values"]
    assert (values["coach_seen"], values["may_not_tell"], values["on"]) == (
        "no",
        "Terveys",
        today().isoformat(),
    )
    assert "review_on" not in values


def test_an_application_is_answered_by_one_press_and_taken_back(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Eero"]
    one = make("job_application", client_id=client, employer="Kulma", job="Tiskaaja", on=at(-30))
    store.save(
        one, make("job_application", client_id=client, employer="B", job="C", on=at(-9), state="refused")
    )
    part = search_of(qtbot, context, client)
    assert "2 applications sent, 1 without an answer." in said(part.applications)
    assert {"Sent (1)", "Not chosen (1)", "30 days ago"} <= set(said(part.applications))
    for number, state in enumerate(("interview", "offer", "refused", "no_answer")):
        (button,) = [
            b for b in part.findChildren(QPushButton) if b.accessibleName() == "Answered: Tiskaaja, Kulma"
        ]
        button.menu().actions()[number].trigger()
        row = store.row("job_application", one.id)
        answered = None if state == "no_answer" else today().isoformat()
        assert (row["state"], row["answered_on"]) == (state, answered)
        assert "none waits for an answer" in " ".join(said(part.applications))
        if state == "interview":
            values = {"application_id": str(one.id), "employer": "Kulma", "job": "Tiskaaja"}
            assert ways.went[-1] == ("edit", "interview", None, {"client_id": client, "values": values})
        ways.undo()
        assert store.row("job_application", one.id)["state"] == "sent"


def test_a_draft_is_sent_by_one_press(qtbot: Any, context: Any, people: dict[str, UUID], store: Any) -> None:
    one = make(
        "job_application",
        client_id=people["Eero"],
        employer="Kulma",
        job="Tiskaaja",
        on=at(-9),
        state="draft",
    )
    store.save(one)
    part = search_of(qtbot, context, people["Eero"])
    press(part, "Sent today: Tiskaaja, Kulma")
    row = store.row("job_application", one.id)
    assert (row["state"], row["on"]) == ("sent", today().isoformat())


def test_steps_of_the_search_are_ticked_off(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    steps = [{"what": "Soita", "by": "coach", "by_when": at(-1)}, {"what": "CV", "done": True}]
    plan = make("search_plan", client_id=people["Eero"], made_on=at(-5), goal="Töihin", steps=steps)
    store.save(plan)
    part = search_of(qtbot, context, people["Eero"])
    press(part, "Done: Soita")
    assert [step["done"] for step in store.row("search_plan", plan.id)["steps"]] == [True, True]
    ways.undo()
    assert [step["done"] for step in store.row("search_plan", plan.id)["steps"]] == [False, True]
    part.plan.new()
    values = ways.went[-1][-1]["values"]
    assert (values["goal"], [step["what"] for step in values["steps"]]) == ("Töihin", ["Soita"])


def test_interviews_agreed_come_first_and_ask_how_they_went(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Eero"]
    past = make("interview", client_id=client, employer="A", on=at(-2))
    held = make("interview", client_id=client, employer="B", on=at(-1), state="held", outcome="job")
    store.save(held, past)
    part = search_of(qtbot, context, client)
    links = [b.text() for b in part.interviews.findChildren(QPushButton) if b.isVisible()]
    assert links == ["New interview", "A", "How it went", "B"]
    press(part, "How it went: A")
    assert ways.went[-1] == ("edit", "interview", past.id, {"client_id": client, "values": None})


# ---- work ----


def test_a_job_shows_what_is_known_and_asks_what_is_not(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Eero"]
    job = make(
        "employment",
        client_id=client,
        employer="Kahvila",
        title="Apulainen",
        started_on=at(-200),
        weekly_hours="20",
        wage_subsidy_until=at(10),
    )
    store.save(job, make("job_check", client_id=client, employment_id=job.id, months=3, on=at(-100)))
    part = work_of(qtbot, context, client)
    texts = said(part.jobs)
    assert "Kept 3 months: yes" in texts
    assert any(text.startswith("Wage subsidy until") for text in texts)
    assert any(text.startswith("12 months: ") for text in texts)
    press(part, "Kept 6 months? Apulainen, Kahvila")
    values = {"employment_id": str(job.id), "months": 6, "on": today().isoformat(), "kept": "yes"}
    assert ways.went[-1] == ("edit", "job_check", None, {"client_id": client, "values": values})
    context.bus.changed.emit(store.save(make("job_check", client_id=client, **{**values, "kept": "no"})))
    texts = said(part.jobs)
    assert "Kept 6 months: no" in texts
    assert not any(text.startswith("12 months: ") for text in texts)


def test_a_trial_that_went_on_becomes_a_job(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Eero"]
    trial = make(
        "work_trial",
        client_id=client,
        employer="Koulu",
        title="Apulainen",
        industry="I",
        started_on=at(-60),
        agreed_until=at(-1),
    )
    store.save(trial)
    part = work_of(qtbot, context, client)
    assert any("no feedback talk yet" in text for text in said(part.trials))
    press(part, "Went on as a job: Apulainen, Koulu")
    row = store.row("work_trial", trial.id)
    assert (row["continued_as_job"], row["ended_on"], row["end_reason"]) == (True, at(-1), "job")
    values = ways.went[-1][-1]["values"]
    assert ways.went[-1][1] == "employment"
    assert values["started_on"] == at(0)
    assert values["trial_id"] == str(trial.id)
    context.bus.changed.emit(store.save(make("employment", client_id=client, **values)))
    names = [b.accessibleName() for b in part.trials.findChildren(QPushButton) if b.isVisible()]
    assert "Went on as a job: Apulainen, Koulu" not in names
    ways.undo()
    assert store.row("work_trial", trial.id)["continued_as_job"] is False


def test_a_trial_under_way_that_becomes_a_job_ends_today(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    trial = make(
        "work_trial",
        client_id=people["Eero"],
        employer="Koulu",
        title="Apulainen",
        started_on=at(-6),
        agreed_until=at(20),
    )
    store.save(trial)
    press(work_of(qtbot, context, people["Eero"]), "Went on as a job: Apulainen, Koulu")
    assert store.row("work_trial", trial.id)["ended_on"] == at(0)
    assert ways.went[-1][-1]["values"]["started_on"] == at(1)


def test_a_support_plan_begins_with_the_job_and_is_marked_as_copied(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Aino"]
    part = work_of(qtbot, context, client)
    qtbot.keyClick(part.jobs.write, Qt.Key.Key_S)
    values = ways.went[-1][-1]["values"]
    assert values["job"] == "Keittiöapulainen, Ravintola Kulma"
    plan = make("support_plan", client_id=client, **values, review_on=today() + timedelta(days=30))
    context.bus.changed.emit(store.save(plan))
    assert part.plan.register.state.text() == "Not in the official register yet."
    part.plan.register.mark.click()
    assert store.row("support_plan", plan.id)["copied_on"] == today().isoformat()
    assert part.plan.register.state.text().startswith("In the official register since")


def test_visits_are_listed_with_what_is_agreed_first(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Aino"]
    planned = make("support_visit", client_id=client, state="planned", on=at(5), start_time="09:00")
    store.save(planned)
    part = work_of(qtbot, context, client)
    buttons = [b for b in part.visits.findChildren(QPushButton) if b.isVisible()]
    assert buttons[0].text() == "Write a visit"
    buttons[1].click()
    assert ways.went[-1] == ("visit", client, planned.id)
    assert len(buttons) == 11
    buttons[0].click()
    assert ways.went[-1] == ("visit", client)


def test_nothing_yet_is_said_with_what_to_do(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    texts = said(work_of(qtbot, context, people["Väinö"])) + said(search_of(qtbot, context, people["Väinö"]))
    for begun in (
        "No job yet.",
        "No work trial.",
        "No visits yet.",
        "No applications yet.",
        "No interviews yet.",
    ):
        assert any(text.startswith(begun) for text in texts)


def test_another_clients_change_leaves_the_part_alone(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    part = work_of(qtbot, context, people["Aino"])
    links = part.jobs.findChildren(QPushButton)
    context.bus.changed.emit(store.save(make("support_visit", client_id=people["Eero"], on=at(-1))))
    assert part.jobs.findChildren(QPushButton) == links


def test_every_control_of_the_parts_has_a_name_and_nothing_is_cut(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    store.save(
        make("job_application", client_id=people["Aino"], employer="K" * 90, job="Tiskaaja", on=at(-1)),
        make("work_trial", client_id=people["Aino"], employer="K" * 90, title="T", started_on=at(-5)),
    )
    for part in (search_of(qtbot, context, people["Aino"]), work_of(qtbot, context, people["Aino"])):
        part.resize(620, 700)
        for made in part.findChildren(QPushButton):
            assert made.accessibleName() or made.text()
        page = part.view.widget()
        assert page is not None
        assert page.minimumSizeHint().width() <= part.view.viewport().width()


def test_the_parts_are_on_the_clients_page(qtbot: Any, context: Any, people: dict[str, UUID]) -> None:
    page = ClientPage(context, people["Aino"])
    show(qtbot, page)
    assert isinstance(page.parts.show_part("search"), SearchPart)
    assert isinstance(page.parts.show_part("work"), WorkPart)


def test_the_focus_stays_where_it_was_when_cards_are_filled_anew(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    one = make("job_application", client_id=people["Eero"], employer="Kulma", job="Tiskaaja", on=at(-1))
    store.save(one)
    part = search_of(qtbot, context, people["Eero"])
    name = "Answered: Tiskaaja, Kulma"
    (button,) = [b for b in part.findChildren(QPushButton) if b.accessibleName() == name]
    button.setFocus()
    context.bus.changed.emit(
        store.save(make("job_application", client_id=people["Eero"], employer="B", job="C", on=at(-2)))
    )
    QApplication.processEvents()
    focused = part.window().focusWidget()
    assert focused is not button
    assert focused is not None
    assert focused.accessibleName() == name


def test_a_file_is_attached_to_an_application(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, tmp_path: Any
) -> None:
    one = make("job_application", client_id=people["Eero"], employer="Kulma", job="Tiskaaja", on=at(-1))
    store.save(one)
    part = search_of(qtbot, context, people["Eero"])
    letter = tmp_path / "hakemus.txt"
    letter.write_text("Hei!")
    dialogs.answer_next(letter)
    press(part, "Attach a file: Tiskaaja, Kulma")
    (row,) = store.rows("attachment", client_id=people["Eero"])
    assert (row["of_kind"], row["of_id"], row["category"]) == ("job_application", str(one.id), "application")
    press_name = "Attach a file: Tiskaaja, Kulma, 1 file"
    QApplication.processEvents()
    assert [b for b in part.findChildren(QPushButton) if b.accessibleName() == press_name]


def test_enter_opens_what_a_line_names(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any, ways: Any
) -> None:
    client = people["Eero"]
    sent = make(
        "job_application", client_id=client, on=at(-2), employer="Ravintola", job="Kokki", state="draft"
    )
    store.save(sent)
    part = search_of(qtbot, context, client)
    QApplication.processEvents()
    (link,) = [b for b in part.applications.findChildren(QPushButton) if b.text() == "Kokki, Ravintola"]
    link.setFocus()
    qtbot.keyClick(link, Qt.Key.Key_Return)
    assert ways.went[-1] == ("edit", "job_application", sent.id, {"client_id": client, "values": None})
    (send,) = [b for b in part.applications.findChildren(QPushButton) if b.text() == "Sent today"]
    send.setFocus()
    qtbot.keyClick(send, Qt.Key.Key_Enter)
    assert store.row("job_application", sent.id)["state"] == "sent"


def test_where_all_was_answered_long_ago_it_says_how(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    client = people["Eero"]
    values = {"client_id": client, "employer": "Kulma", "job": "Tiskaaja", "on": at(-220)}
    store.save(
        make("job_application", **values, state="refused", answered_on=at(-200)),
        make("job_application", **values, state="refused", answered_on=at(-190)),
        make("job_application", **values, state="no_answer"),
    )
    part = search_of(qtbot, context, client)
    shown = said(part.applications)
    assert "3 applications sent, none waits for an answer." in shown
    assert "Not chosen (2) · No answer (1)" in shown
    assert "The last answer: 6 months ago." in shown
    (more,) = [b for b in part.applications.findChildren(QPushButton) if b.text() == "Show 3 applications"]
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Return)
    assert {"Not chosen (2)", "No answer (1)"} <= set(said(part.applications))


def test_what_was_answered_long_ago_comes_on_demand(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    client = people["Eero"]

    def application(job: str, days: int, state: str, answered: int | None = None) -> Any:
        day = None if answered is None else at(-answered)
        values = {"on": at(-days), "employer": "Kulma", "job": job, "state": state, "answered_on": day}
        return make("job_application", client_id=client, **values)

    store.save(
        application("Odottaa", 200, "sent"),
        application("Hiljattain", 200, "refused", 10),
        application("Kauan sitten", 200, "refused", 120),
        application("Hiljaista", 100, "no_answer"),
    )
    part = search_of(qtbot, context, client)
    shown = said(part.applications)
    assert {"Sent (1)", "Not chosen (2)"} <= set(shown)
    assert not any(text.startswith("No answer") for text in shown)

    def jobs() -> set[str]:
        QApplication.processEvents()
        lines = [b.text() for b in part.applications.findChildren(QPushButton) if b.isVisible()]
        return {text.removesuffix(", Kulma") for text in lines if text.endswith(", Kulma")}

    assert jobs() == {"Odottaa", "Hiljattain"}
    (more,) = [b for b in part.applications.findChildren(QPushButton) if b.text() == "Show 2 more"]
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Return)
    assert jobs() == {"Odottaa", "Hiljattain", "Kauan sitten", "Hiljaista"}
    part.reload()
    assert len(jobs()) == 4, "what has been unfolded stays so"


def test_the_answer_stands_beside_its_application(
    qtbot: Any, context: Any, people: dict[str, UUID], store: Any
) -> None:
    sent = {"on": at(-33), "employer": "Toimistopalvelu Nitoja", "job": "Toimistoapulainen", "state": "sent"}
    store.save(make("job_application", client_id=people["Eero"], **sent))
    part = search_of(qtbot, context, people["Eero"])
    QApplication.processEvents()
    buttons = part.applications.findChildren(QPushButton)
    (link,) = [b for b in buttons if b.text().startswith("Toimistoapulainen")]
    (answered,) = [b for b in buttons if b.text() == "Answered"]
    tops = [b.mapTo(part.applications, b.rect().topLeft()).y() for b in (link, answered)]
    assert abs(tops[0] - tops[1]) < link.height()
