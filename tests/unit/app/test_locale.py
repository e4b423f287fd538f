"""The Finnish and Swedish texts are right in form, and say the field's words; completeness is tested elsewhere."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import messages
import pytest
from babel.messages.catalog import Message

from app.services import SERVICES, SPECS
from app.settings import OPTIONS
from app.spec import F

LANGUAGES = messages.LANGUAGES
MARKS = set(messages.KEYWORDS)

# Words that are the same in English and in the language, and nothing else.
SAME = {
    "fi": {"Enter", "Kela", "Kykyviisari", "PDF", "THL", "{count} min", "{count} s"},
    "sv": {
        "Organisation",
        "Administration",
        "Enter",
        "Export",
        "Kykyviisari",
        "Partner",
        "Period",
        "Situation",
        "Start",
        "version {number}",
        "{count} situation",
        "{what}, version {number}",
        "PDF",
        "THL",
        "Person",
        "Program",
        "Status",
        "Text",
        "Version",
        "Version {number}",
        "Version {number}, {state}",
        "Version {version}",
        "{count} min",
        "{count} s",
        "{time}, {size} MB",
    },
}
KEYS = re.compile(r"[A-Z]|Esc|((Ctrl|Shift|Alt)\+)*(Ctrl|Shift|Alt)\+\w+")

# What the field says: where the English text has the word, the translation has one that begins like this.
GLOSSARY = [
    (r"clients?\b", "asia(kas|kka)", "klient"),
    (r"job coach(es)?\b", "työhönvalmen(taja|taji)", "arbetstränar"),
    (r"job coaching\b", "työhönvalmennu", "arbetsträning"),
    (r"work-ability coordinators?\b", "työkykykoordinaattor", "arbetsförmågekoordinator"),
    (r"care contact person\b", "sote-yhteyshenkilö", "kontaktperson inom social- och hälsovården"),
    (r"own team\b", "omatiimi", "eget team"),
    (r"own worker\b", "omatyöntekijä", "egn?a? ?.*kontaktperson"),
    (r"guardian\b", "edunvalvoj", "intressebevak"),
    (r"initial assessment\b", "alkukartoitu", "inledande kartläggning"),
    (r"vocational profiles?\b", "ammatilli(nen|set|sen) profiili", "yrkesprofil"),
    (r"career plans?\b", "urasuunnitelm", "karriärplan"),
    (r"support visits?\b", "tukikäyn", "stödbesök"),
    (r"supported employment\b", "tue(ttu|tun) työllistymi", "stödd sysselsättning"),
    (r"work trials?\b", "työkokeilu", "arbetsprövning"),
    (r"wage subsidy\b", "palkkatu", "lönesubvention"),
    (r"employers?\b", "työnantaj", "arbetsgivar"),
    (r"employment services\b", "työllisyyspalvelu", "sysselsättningstjänster"),
    (r"rehabilitative work activity\b", "kuntoutta", "arbetsverksamhet i rehabiliteringssyfte"),
    (r"network\b(?!'s| and| may|\.| answers| member)", "verkosto|verkko", "nätverk"),
    (r"adult social work\b", "aikuissosiaalityö", "vuxensocialarbete"),
    (r"disability services\b", "vammaistyö", "funktionshinderservice"),
    (r"plain language\b", "selkokiel", "lättläst"),
    (r"kela\b", "kela", "fpa"),
    (r"identity code\b", "henkilötunnu", "personbeteckning"),
    (r"recovery code\b", "palautuskoodi", "återställningskod"),
    (r"passphrases?\b", "salalause", "lösenfras"),
    (r"backups?\b", "varmuuskopio|kopio|varmistus", "säkerhetskopi|kopi"),
]
FORBIDDEN = {
    "fi": r"tietue|rekordi|klikk|jobi|coach|asiakassuhde|käyttöliittymä|\bte\b|ole hyvä",
    "sv": r"\bposten?\b|\bposter\b|jobbcoach|försäkringskassan|arbetsförmedlingen|klicka|vänligen|\bkund(en|er)?\b",
}
# What the client's own copy says; selkokieli: short sentences, no abbreviations.
PLAIN = (
    "My plan for work",
    "This plan is mine. I made it together with my job coach.",
    "We look at this plan again on {day}.",
    "No goals have been written yet.",
    "What I am good at",
    "Who helps me",
    "How we follow the plan",
    "We have made this plan together.",
    "Who: {name}",
    "When: {date}",
)
LONGEST_PLAIN_SENTENCE = 9


@cache
def entries(language: str) -> list[tuple[str, str]]:
    """Every English text with its translation; one of more forms gives a pair for each."""
    return [
        pair
        for message in messages.catalogue(language)
        if message.id
        for pair in zip(forms(message.id), forms(message.string), strict=True)
    ]


def forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def with_forms(language: str) -> list[Message]:
    return [message for message in messages.catalogue(language) if message.pluralizable]


def fields(text: str) -> list[str]:
    return sorted(name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name)


def bare(text: str) -> str:
    """The text without its values."""
    return re.sub(r"\{\w+\}", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_has_exactly_the_values_of_the_english_text(language: str) -> None:
    assert [(e, t) for e, t in entries(language) if fields(e) != fields(t)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_its_form(language: str) -> None:
    found = with_forms(language)
    assert len(found) >= 10
    assert {len(forms(message.string)) for message in found} == {messages.catalogue(language).num_plurals}
    assert [message.id for message in found if "{count}" not in message.id[0]] == []


def test_finnish_counts_in_the_partitive() -> None:
    """One client is asiakas, two are asiakasta; only texts without a counted noun are the same for both."""
    same = {message.id[0] for message in with_forms("fi") if len(set(forms(message.string))) == 1}
    uncounted = {"{count} in all", "{count} is for today", "{count} put off for now"}
    assert same <= uncounted | {"{count} unchanged", "Show {count} more", "{count} more is planned"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_uncertain_obsolete_or_contextual_is_kept(language: str) -> None:
    kept = messages.catalogue(language)
    assert list(kept.obsolete) == []
    assert [message.id for message in kept if message.id and (message.fuzzy or message.context)] == []
    text = messages.catalogue_path(language).read_text(encoding="utf-8")
    assert "#~" not in text
    assert text.count('\nmsgid "') == len(kept) + 1, "a text stands twice"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_translated_is_an_international_word(language: str) -> None:
    same = {e for e, t in entries(language) if e == t and re.search(r"[^\W\d_]", bare(e))}
    assert {text for text in same if not KEYS.fullmatch(text)} == SAME[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_names_a_key_keeps_it(language: str) -> None:
    """A button that says Ctrl+N in one language and works with another key would be a trap."""
    key = re.compile(r"(?:Ctrl|Shift|Alt)(?:\+(?:Shift|Alt|\w+))+|\bF12\b")
    assert [(e, t) for e, t in entries(language) if key.findall(e) != key.findall(t)] == []
    assert [(e, t) for e, t in entries(language) if KEYS.fullmatch(e) and e != t] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_are_written_as_in_print(language: str) -> None:
    wrong = re.compile(r"""["“‘`]|\.\.\.|(?<!\w)'|'(?!\w)|\s[.,;:!?](?:\s|$)|[^\S ]|--(?!\w)|!!|\ufffd""")
    assert [t for _e, t in entries(language) if wrong.search(t)] == []
    assert [t for _e, t in entries(language) if t.count("”") % 2] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_spaces_are_those_of_the_english_text(language: str) -> None:
    assert [t for _e, t in entries(language) if "  " in t] == []
    ends = re.compile(r"^\s*|\s*$")
    assert [(e, t) for e, t in entries(language) if ends.findall(e) != ends.findall(t)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_ends_as_the_english_one(language: str) -> None:
    """A sentence stays a sentence, a title stays a title, and what opens a window keeps its dots."""

    def end(text: str) -> str:
        return text[-1:] if text[-1:] in ".…:?!" else ""

    assert [(e, t) for e, t in entries(language) if end(e.rstrip()) != end(t.rstrip())] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_begin_with_a_capital(language: str) -> None:
    small = re.compile(r"^[a-zåäö].*[.?!]$")
    assert [(e, t) for e, t in entries(language) if re.match("[A-Z].*[.]$", e) and small.match(t)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fields_own_words_are_used(language: str) -> None:
    column = 1 + LANGUAGES.index(language)
    wrong = []
    for row in GLOSSARY:
        for english, text in entries(language):
            if re.search(rf"\b{row[0]}", english, re.IGNORECASE) and not re.search(
                row[column], text, re.IGNORECASE
            ):
                wrong.append((row[0], english, text))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_foreign_and_bureaucratic_words_are_not_used(language: str) -> None:
    forbidden = re.compile(FORBIDDEN[language], re.IGNORECASE)
    assert [t for _e, t in entries(language) if forbidden.search(t)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_english_is_left_in_a_translation(language: str) -> None:
    english = re.compile(r"\b(?:the|and|client|save|cannot|please|this|with|not)\b", re.IGNORECASE)
    assert [t for _e, t in entries(language) if english.search(t)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_clients_own_copy_is_in_plain_language(language: str) -> None:
    texts = dict(entries(language))
    for english in PLAIN:
        translated = texts[english]
        for sentence in re.split(r"(?<=[.?!:]) ", translated):
            assert len(sentence.split()) <= LONGEST_PLAIN_SENTENCE, sentence
            assert not re.search(r"[;()/]|\b\w{1,4}\.\s", sentence), sentence
            assert not re.search(r"[A-ZÅÄÖ]{2}", sentence), sentence


def test_the_phases_and_levels_of_a_client_have_different_names() -> None:
    """A list shows only the name, so that two of the same name could not be told apart."""
    from app.services.coaching import codes

    for language in LANGUAGES:
        texts = dict(entries(language))
        for name in (n for n in vars(codes) if n.isupper()):
            choices = getattr(codes, name)
            if isinstance(choices, tuple) and choices and hasattr(choices[0], "title"):
                titles = [texts.get(choice.title, choice.title) for choice in choices]
                assert len(set(titles)) == len(titles), (language, name)


def test_every_declared_text_is_marked() -> None:
    """A title of a service, record, section, field or choice that nobody marked would stay English."""
    assert [text for text in declared() if text and not text.isdigit() and text not in collected()] == []


def declared() -> Iterator[str]:
    for service in SERVICES:
        yield service.title
    for spec in SPECS.values():
        yield from (spec.title, spec.one)
        for section in spec.form:
            yield from (section.title, section.help)
            for one in section.fields:
                yield from of_field(one)
    for option in OPTIONS:
        yield from (option.title, option.help)
        if option.name != "language":  # a language is called what its speakers call it
            yield from (choice.title for choice in option.choices)


def of_field(one: F) -> Iterator[str]:
    yield from (one.title, one.help)
    yield from (choice.title for choice in one.choices)
    for inner in one.items:
        yield from of_field(inner)


def test_what_is_collected_is_what_the_program_looks_up() -> None:
    """A text inside another string is found by some versions of Python only, and an index is no text."""
    marked = {
        text
        for _place, node in calls()
        if called(node) in MARKS and node.args
        for text in plain(node.args[0])
    }
    assert collected() ^ marked == set()


def test_no_value_is_put_into_a_text_before_it_is_looked_up() -> None:
    found = [
        place
        for place, node in calls()
        if called(node) in MARKS and any(isinstance(a, ast.JoinedStr | ast.BinOp) for a in node.args)
    ]
    assert found == []


SHOWN = {
    "setText",
    "setToolTip",
    "setAccessibleName",
    "setAccessibleDescription",
    "setPlaceholderText",
    "addTab",
    "QLabel",
    "QPushButton",
    "QCheckBox",
    "button",
    "heading",
    "say",
    "quiet",
    "add_button",
    "Message",
}


def test_no_english_sentence_is_shown_unmarked() -> None:
    """What is given to a widget or an error as it stands is a name, a key or a sign, never words.

    The demonstration types Finnish words of its invented people.
    """
    words = re.compile(r"[a-z]{3}")
    found = [
        f"{place}: {text}"
        for place, node in calls()
        if called(node) in SHOWN and node.args and not place.startswith("app/demo/")
        for text in plain(node.args[0])
        if words.search(re.sub(r"Työpari|https://|Ctrl|Shift|Alt", "", text))
    ]
    assert found == []


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def plain(node: ast.expr) -> list[str]:
    """The words that stand in an argument, whichever way it goes."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            return [text for value in values if isinstance(value, ast.Constant) for text in plain(value)]
        case ast.IfExp(body=body, orelse=other) | ast.BinOp(left=body, right=other):
            return plain(body) + plain(other)
    return []


@cache
def collected() -> set[str]:
    return {messages._first(message.id) for message in messages.template() if message.id}


@cache
def calls() -> list[tuple[str, ast.Call]]:
    """Every call in the source that marks or shows a text, with where it is."""
    return [
        (f"{path.relative_to(messages.ROOT).as_posix()}:{node.lineno}", node)
        for folder in messages.SOURCES
        for path in sorted((messages.ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) in MARKS | SHOWN
    ]


def test_the_catalogues_are_sorted() -> None:
    """Sorted texts make a change to one of them easy to see."""
    for language in LANGUAGES:
        texts = [messages._first(message.id) for message in messages.catalogue(language) if message.id]
        assert [(a, b) for a, b in pairwise(texts) if a > b] == []
