"""The Finnish and Swedish texts: collect them from the source, compile them, and tell what is missing.

    python packaging/messages.py update     bring app/locale/*/LC_MESSAGES/tyopari.po up to the source
    python packaging/messages.py missing    list what is not translated; exit code 1 if anything is
    python packaging/messages.py compile    make the .mo files that the program reads; starting does it too

English is the source: its texts are the message ids.
"""

import string
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app", "storage", "sync", "ui")
LANGUAGES = ("fi", "sv")
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "_n": (1, 2)}


def catalogue_path(language: str, root: Path = ROOT) -> Path:
    """Where the texts of a language are kept."""
    return root / "app" / "locale" / language / "LC_MESSAGES" / "tyopari.po"


def template(root: Path = ROOT) -> Catalog:
    """Every text that the source marks, without translations."""
    catalog = Catalog(project="tyopari", charset="utf-8")
    for source in SOURCES:
        found = extract_from_dir(
            root / source, method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
        )
        for _file, _line, text, comments, context in found:
            catalog.add(text, auto_comments=comments, context=context)
    return catalog


def catalogue(language: str, root: Path = ROOT) -> Catalog:
    """The texts of a language as they are kept now; an empty catalogue if there are none yet."""
    path = catalogue_path(language, root)
    if not path.exists():
        return Catalog(
            locale=language,
            project="tyopari",
            charset="utf-8",
            header_comment="# Työpari",
            last_translator="Työpari",
            language_team="Työpari",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(root: Path = ROOT) -> None:
    """Give both catalogues exactly the texts of the source, sorted; translations that still fit stay."""
    for language in LANGUAGES:
        kept = catalogue(language, root)
        source = template(root)
        # The date of collecting says nothing and would change the file every time.
        source.creation_date = kept.creation_date
        kept.update(source, no_fuzzy_matching=True)
        kept.obsolete.clear()
        path = catalogue_path(language, root)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, kept, width=110, no_location=True, sort_output=True, ignore_obsolete=True)


def compile_catalogues(root: Path = ROOT) -> list[Path]:
    """Write the .mo file of each catalogue that exists; return the files."""
    written = []
    for language in LANGUAGES:
        path = catalogue_path(language, root)
        if not path.exists():
            continue
        target = path.with_suffix(".mo")
        new = target.with_suffix(".mo.new")
        with new.open("wb") as file:
            write_mo(file, catalogue(language, root))
        new.replace(target)
        written.append(target)
    return written


def problems(language: str, root: Path = ROOT) -> list[str]:
    """What keeps the language from being complete, one line for each text, empty when it is."""
    kept = catalogue(language, root)
    found = []
    source = {_key(message): message for message in template(root) if message.id}
    translated = {_key(message): message for message in kept if message.id}
    for key, message in source.items():
        found += [f"{why}: {_first(message.id)}" for why in _wrong(message, translated.get(key))]
    gone = [message for key, message in translated.items() if key not in source]
    return found + [f"no longer in the source: {_first(message.id)}" for message in gone]


def _wrong(message: Message, translation: Message | None) -> list[str]:
    if translation is None:
        return ["not in the catalogue"]
    forms = translation.string if isinstance(translation.string, tuple | list) else (translation.string,)
    if not all(forms):
        return ["not translated"]
    if translation.fuzzy:
        return ["marked as uncertain"]
    allowed = set().union(*(_fields(text) for text in _texts(message.id)))
    if any(_fields(form) - allowed for form in forms):
        return ["names a value that the English text does not have"]
    if allowed - _fields(forms[-1]):
        return ["leaves out a value of the English text"]
    return []


def _fields(text: str | None) -> set[str]:
    """Names in braces, as in "{count} changes wait". A text with a lone brace has none."""
    try:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(text or "") if name}
    except ValueError:
        return set()


def _texts(identifier: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (identifier,) if isinstance(identifier, str) else tuple(identifier)


def _first(identifier: str | tuple[str, ...] | list[str]) -> str:
    return _texts(identifier)[0]


def _key(message: Message) -> tuple[str, str | None]:
    return _first(message.id), message.context


def main(arguments: list[str]) -> int:
    """Run one of the commands above; return the exit code."""
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_catalogues()
        case ["missing"]:
            found = [f"{language}: {line}" for language in LANGUAGES for line in problems(language)]
            print("\n".join(found))
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
