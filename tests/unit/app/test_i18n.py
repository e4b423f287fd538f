"""The language of the system, and languages inside one another."""

import sys
from threading import Thread

import pytest

from app import i18n


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("fi_FI.UTF-8", "fi"),
        ("sv_FI", "sv"),
        ("en_GB.UTF-8", "en"),
        ("de_DE.UTF-8", "fi"),
        ("C.UTF-8", "fi"),
        ("POSIX", "fi"),
        ("", "fi"),
    ],
)
def test_finnish_where_the_system_speaks_none_of_the_three(
    monkeypatch: pytest.MonkeyPatch, said: str, language: str
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", said)
    assert i18n.system_language() == language


def test_a_document_in_another_language_leaves_the_windows_alone() -> None:
    i18n.set_language("fi")
    seen = []
    with i18n.using_language("sv"):
        assert i18n.language() == "sv"
        other = Thread(target=lambda: seen.append(i18n.language()))
        other.start()
        other.join()
        with i18n.using_language("en"):
            assert i18n.language() == "en"
        assert i18n.language() == "sv"
    assert i18n.language() == "fi"
    assert seen == ["fi"]


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="de"):
        i18n.set_language("de")
    with pytest.raises(ValueError, match="de"), i18n.using_language("de"):
        pass


def test_a_message_is_said_in_the_language_of_the_moment() -> None:
    message = i18n.Message(i18n.N_("There is no such entry here: {kind}."), kind=i18n.Marked("Client"))
    said = set()
    for language in i18n.LANGUAGES:
        i18n.set_language(language)
        said.add(str(message))
    assert len(said) == 3
