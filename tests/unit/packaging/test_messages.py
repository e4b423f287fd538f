"""The texts are complete in Finnish and Swedish, and the tool that keeps them loses no translation."""

from pathlib import Path

import messages
import pytest

SOURCE = """
from app.i18n import N_, _, _n

TITLE = N_("Clients")

def tell(count):
    return _n("{count} change waits", "{count} changes wait", count).format(count=count) + _("Saved " "here")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with three texts."""
    for folder in messages.SOURCES:
        (tmp_path / folder).mkdir()
    (tmp_path / "app" / "words.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def translate(project: Path, language: str, texts: dict[str, str | tuple[str, str]]) -> None:
    path = messages.catalogue_path(language, project)
    catalog = messages.catalogue(language, project)
    for message in catalog:
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key in texts:
            message.string = texts[key]
    with path.open("wb") as file:
        messages.write_po(file, catalog)


FINNISH: dict[str, str | tuple[str, str]] = {
    "Clients": "Asiakkaat",
    "{count} change waits": ("{count} muutos odottaa", "{count} muutosta odottaa"),
    "Saved here": "Tallennettu tänne",
}


def test_every_marked_text_is_found(project: Path) -> None:
    messages.update(project)
    assert len(messages.problems("fi", project)) == 3
    translate(project, "fi", FINNISH)
    assert messages.problems("fi", project) == []


def test_updating_keeps_translations_and_drops_what_is_gone(project: Path) -> None:
    messages.update(project)
    translate(project, "fi", FINNISH)
    messages.update(project)
    first = messages.catalogue_path("fi", project).read_bytes()
    messages.update(project)
    assert messages.catalogue_path("fi", project).read_bytes() == first
    assert messages.problems("fi", project) == []

    source = project / "app" / "words.py"
    source.write_text(SOURCE.replace('N_("Clients")', 'N_("People")'), encoding="utf-8")
    assert "no longer in the source: Clients" in messages.problems("fi", project)
    messages.update(project)
    assert messages.problems("fi", project) == ["not translated: People"]
    assert "Asiakkaat" not in messages.catalogue_path("fi", project).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        (("{count} muutos", "{määrä} muutosta"), "names a value that the English text does not have"),
        (("{count} muutos", "muutoksia"), "leaves out a value of the English text"),
        (("{count} muutos", ""), "not translated"),
    ],
)
def test_a_wrong_translation_is_named(project: Path, translation: tuple[str, str], problem: str) -> None:
    messages.update(project)
    translate(project, "fi", FINNISH | {"{count} change waits": translation})
    assert messages.problems("fi", project) == [f"{problem}: {{count}} change waits"]


def test_compiled_texts_are_read_by_gettext(project: Path) -> None:
    import gettext

    messages.update(project)
    translate(project, "fi", FINNISH)
    messages.compile_catalogues(project)
    texts = gettext.translation("tyopari", str(project / "app" / "locale"), ["fi"])
    assert texts.gettext("Saved here") == "Tallennettu tänne"
    assert texts.ngettext("{count} change waits", "{count} changes wait", 2) == "{count} muutosta odottaa"


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_language_is_complete(language: str) -> None:
    assert messages.problems(language) == []
