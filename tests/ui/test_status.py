"""The status line says what is true, in words."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import i18n
from ui.status import StatusLine, SyncState, decisions_text, duration_text, status_text

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english() -> None:
    i18n.set_language("en")


def state(**values: object) -> SyncState:
    return SyncState(**{"known": True, "joined": True, **values})  # type: ignore[arg-type]


def test_nothing_is_claimed_before_the_store_has_been_asked() -> None:
    assert status_text(SyncState(), NOW) == ""


def test_without_a_centre() -> None:
    assert status_text(state(joined=False, unsent=3), NOW) == "All saved here. No centre has been joined."


@pytest.mark.parametrize(
    ("count", "age", "sentence"),
    [
        (1, timedelta(hours=2), "All saved here. 1 change waits for the centre (oldest 2 h)."),
        (3, timedelta(hours=2, minutes=50), "All saved here. 3 changes wait for the centre (oldest 2 h)."),
        (3, timedelta(seconds=20), "All saved here. 3 changes wait for the centre (oldest under a minute)."),
        (9, timedelta(days=3, hours=5), "All saved here. 9 changes wait for the centre (oldest 3 d)."),
    ],
)
def test_what_waits_is_counted_with_its_age(count: int, age: timedelta, sentence: str) -> None:
    assert status_text(state(unsent=count, oldest=NOW - age, last=NOW), NOW) == sentence


@pytest.mark.parametrize(
    ("unsent", "files", "sentence"),
    [
        (0, 2, "All saved here. 2 files wait for the centre."),
        (0, 1, "All saved here. 1 file waits for the centre."),
        (1, 2, "All saved here. 1 change waits for the centre (oldest 2 h). 2 files wait for the centre."),
    ],
)
def test_files_that_wait_are_said_and_nothing_is_said_to_be_at_the_centre(
    unsent: int, files: int, sentence: str
) -> None:
    oldest = NOW - timedelta(hours=2) if unsent else None
    assert status_text(state(unsent=unsent, oldest=oldest, files=files, last=NOW), NOW) == sentence
    assert "file" not in status_text(state(joined=False, files=files), NOW)


def test_at_the_centre_is_said_with_the_time_of_its_acknowledgement() -> None:
    local = NOW.astimezone()
    assert (
        status_text(state(last=NOW), NOW)
        == f"All saved here and at the centre ({local.hour}:{local.minute:02d})."
    )
    i18n.set_language("fi")
    assert f"{local.hour}.{local.minute:02d}" in status_text(state(last=NOW), NOW)


def test_an_acknowledgement_of_another_day_carries_its_date() -> None:
    before = NOW - timedelta(days=2)
    assert i18n.format_date(before.astimezone().date()) in status_text(state(last=before), NOW)


def test_joined_but_never_answered_claims_nothing_about_the_centre() -> None:
    assert status_text(state(), NOW) == "All saved here. The centre has not answered yet."


def test_while_running_it_is_not_yet_complete() -> None:
    text = status_text(state(running=True, unsent=2, oldest=NOW), NOW)
    assert "2 changes wait" in text
    assert text.endswith("Exchanging changes with the centre…")


def test_the_wait_until_the_next_try_is_told_and_never_negative() -> None:
    waiting = state(unsent=1, oldest=NOW, retry_at=NOW + timedelta(seconds=95))
    assert status_text(waiting, NOW).endswith("The centre cannot be reached; trying again in 2 min.")
    assert status_text(waiting, NOW + timedelta(minutes=5)).endswith("trying again now.")


def test_a_refusal_of_the_centre_is_told_in_its_own_words() -> None:
    assert status_text(state(refusal="The centre refuses this device."), NOW).endswith(
        "The centre refuses this device."
    )


def test_what_the_centre_did_not_take_is_never_passed_over() -> None:
    assert "1 change was not accepted by the centre." in status_text(state(last=NOW, held=1), NOW)
    assert "2 changes were not accepted by the centre." in status_text(state(last=NOW, held=2), NOW)


def test_decisions_have_singular_and_plural() -> None:
    assert decisions_text(state()) == ""
    assert decisions_text(state(decisions=1)) == "1 entry needs a decision"
    assert decisions_text(state(decisions=2)) == "2 entries need a decision"


def test_a_wait_is_rounded_up_and_an_age_down() -> None:
    assert duration_text(61, up=True) == "2 min"
    assert duration_text(119) == "1 min"
    assert duration_text(12.2, up=True) == "13 s"


def test_decisions_are_a_button_that_the_keyboard_reaches(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show()
    assert not line.decisions.isVisible()
    line.show_state(state(decisions=2))
    assert line.decisions.isVisible()
    line.decisions.setFocus()
    with qtbot.waitSignal(line.decide, timeout=1000):
        qtbot.keyClick(line.decisions, Qt.Key.Key_Space)


def test_the_line_follows_the_language(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_state(state(joined=False))
    monkeypatch.setattr("ui.status._", lambda text: text.upper())
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendEvent(line, QEvent(QEvent.Type.LanguageChange))
    assert line.label.text() == "ALL SAVED HERE. NO CENTRE HAS BEEN JOINED."


def test_what_is_hidden_comes_first() -> None:
    said = status_text(state(hidden="Clients' data is hidden.", last=NOW), NOW)
    assert said.startswith("Clients' data is hidden. All saved here")


def test_what_waits_for_the_centres_update_is_said() -> None:
    told = status_text(state(unsent=3, later=2, oldest=NOW - timedelta(hours=2), last=NOW), NOW)
    assert told == (
        "All saved here. 3 changes wait for the centre (oldest 2 h)."
        " Of these, 2 wait until the centre's program is updated."
    )
    assert "updated" not in status_text(state(unsent=3, oldest=NOW, last=NOW), NOW)
