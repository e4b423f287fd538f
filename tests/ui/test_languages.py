"""Days, times and the languages' names as each language writes them."""

from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import i18n
from app.settings import Settings
from storage.store import Store
from tests.ui.opened import session
from ui.context import Context
from ui.fields.days import TimeField
from ui.screens import words
from ui.settings_page import SettingsPage


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "Tiistai 24. marraskuuta"),
        ("sv", "Tisdag 24 november"),
        ("en", "Tuesday 24 November"),
    ],
)
def test_a_day_as_a_heading(language: str, said: str) -> None:
    with i18n.using_language(language):
        assert words.long_day(date(2026, 11, 24)) == said


@pytest.mark.parametrize(("language", "said"), [("fi", "12,40"), ("sv", "12,40"), ("en", "12.40")])
def test_a_wage_is_shown_as_it_is_written(language: str, said: str) -> None:
    with i18n.using_language(language):
        assert words.amount("12.40") == said
        assert words.amount("12.40", short=True) == said[:-1]
        assert words.amount("20.00", short=True) == "20"


@pytest.mark.parametrize(("language", "said"), [("fi", "9.30"), ("sv", "9.30"), ("en", "9:30")])
def test_a_time_is_shown_as_it_is_written(qtbot: QtBot, language: str, said: str) -> None:
    with i18n.using_language(language):
        field = TimeField("Begins at")
        qtbot.addWidget(field)
        field.set_value("09:30")
        assert field.edit.text() == said
        assert field.value() == "09:30"
        assert field.fault() == ""


def test_a_language_is_called_what_its_speakers_call_it(
    qtbot: QtBot, store: Store, context: Context, tmp_path: Path
) -> None:
    with i18n.using_language("fi"):
        page = SettingsPage(session(store, Settings(tmp_path / "settings.json")), context.say)
        qtbot.addWidget(page)
        box = page.options.editors["language"]
        assert [box.itemText(n) for n in range(box.count())] == ["Suomi", "Svenska", "English"]
