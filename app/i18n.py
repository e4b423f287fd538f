"""The three languages: messages, dates and lists in Finnish, Swedish and English.

The message id is the English text itself. Finnish is the language where the system's is none of the three.
"""

import gettext
import locale
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

LANGUAGES = ("fi", "sv", "en")
NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
_FOLDER = Path(__file__).with_name("locale")
_loaded: dict[str, gettext.NullTranslations] = {}
_language = "fi"
_inside: ContextVar[str | None] = ContextVar("language", default=None)


def N_(text: str) -> str:
    """Mark a text for translation where it is declared; it is translated where it is shown."""
    return text


def _catalogue(code: str) -> gettext.NullTranslations:
    if code not in _loaded:
        languages = [code] if code != "en" else []
        _loaded[code] = (
            gettext.translation("tyopari", str(_FOLDER), languages, fallback=True)
            if languages
            else gettext.NullTranslations()
        )
    return _loaded[code]


def _(text: str) -> str:
    """Return the text in the present language: one's own words as they were written, else by the catalogue."""
    if isinstance(text, Own):
        return text.said()
    return _catalogue(language()).gettext(text) if text else ""


def _n(one: str, many: str, count: int) -> str:
    """Return the form of the text that fits `count`, in the present language."""
    return _catalogue(language()).ngettext(one, many, count)


def language() -> str:
    """Return the present language: fi, sv or en."""
    return _inside.get() or _language


def set_language(code: str) -> None:
    """Choose the language of every text shown from now on; raises ValueError for another code."""
    global _language
    if code not in LANGUAGES:
        raise ValueError(code)
    _language = code


@contextmanager
def using_language(code: str) -> Iterator[None]:
    """Use another language inside the block, in this thread alone: a document beside windows in another one.

    Raises ValueError for a code that is none of ours.
    """
    if code not in LANGUAGES:
        raise ValueError(code)
    before = _inside.set(code)
    try:
        yield
    finally:
        _inside.reset(before)


def system_language() -> str:
    """Return the language of the system where it is one of ours, else Finnish."""
    code = _system_locale()[:2].lower()
    return code if code in LANGUAGES else "fi"


def _system_locale() -> str:
    """Return the system's locale as it was set: Python's own answer takes the C locale for American English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name]
    if sys.platform == "win32":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return (locale.getlocale()[0] or "") if sys.platform == "darwin" else ""


@dataclass(frozen=True)
class Message:
    """A text with its values, translated when it is shown and not when it is made."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __init__(self, text: str, /, **values: Any) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        shown = {name: _shown(value) for name, value in self.values.items()}
        return _(self.text).format(**shown) if shown else _(self.text)


class Marked(str):
    """A value of a message that is itself a marked text (a field's title, say)."""

    __slots__ = ()


class Own(Marked):
    """A marked text for which the organisation has words of its own in some languages; `_` shows those.

    As a text it is the usual one: it stands wherever a marked text does, and no catalogue is asked for own words.
    """

    __slots__ = ("words",)
    words: Mapping[str, str]

    def __new__(cls, usual: str, words: Mapping[str, str]) -> "Own":
        """Make the text: the usual one, and own words by language (fi, sv, en); an empty one counts as none."""
        made = super().__new__(cls, usual)
        made.words = dict(words)
        return made

    def said(self) -> str:
        """Return it in the present language: the own words of that language, else the usual text."""
        return self.words.get(language()) or _(str(self))


def _shown(value: Any) -> Any:
    if isinstance(value, Marked):
        return _(value)
    return format_date(value) if isinstance(value, date) else value


def format_date(day: date | None) -> str:
    """Write a date as people write it here: 3.5.2026 in Finnish and Swedish, 3 May 2026 in English."""
    if day is None:
        return ""
    if language() == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day}.{day.month}.{day.year}"


def format_instant(moment: datetime | None) -> str:
    """Write an instant in local time, to the minute."""
    if moment is None:
        return ""
    local = moment.astimezone()
    clock = f"{local.hour}:{local.minute:02d}" if language() == "en" else f"{local.hour}.{local.minute:02d}"
    return f"{format_date(local.date())} {clock}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
