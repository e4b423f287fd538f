"""Every option of the program, declared once: its type, default, range and help.

Options are kept beside the store in the clear, since language and text size are needed before it opens;
so nothing about a client may ever become an option.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.i18n import LANGUAGES, N_, system_language
from app.spec import Choice


@dataclass(frozen=True)
class Option:
    """One option: `choices` or `least`..`most` bound its values."""

    name: str
    title: str
    default: Any
    help: str = ""
    choices: tuple[Choice, ...] = ()
    least: int = 0
    most: int = 0


OPTIONS = (
    Option(
        "language",
        N_("Language"),
        "",
        choices=(Choice("fi", "Suomi"), Choice("sv", "Svenska"), Choice("en", "English")),
        help=N_("The language of the windows. Documents have a choice of their own."),
    ),
    Option(
        "theme",
        N_("Colours"),
        "system",
        choices=(
            Choice("system", N_("As in the system")),
            Choice("light", N_("Light theme")),
            Choice("dark", N_("Dark theme")),
        ),
    ),
    Option("text_size", N_("Text size, per cent"), 100, least=80, most=200, help=N_("100 is normal.")),
    Option(
        "lock_minutes",
        N_("Lock after minutes without use"),
        5,
        least=1,
        most=60,
        help=N_("The store is also locked when the computer sleeps."),
    ),
)


@dataclass
class Settings:
    """The options of one profile, read from and written to its `settings.json`."""

    file: Path | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        option = _BY_NAME[name]
        value = self.values.get(name, option.default)
        return value if _fits(option, value) else option.default

    def __setitem__(self, name: str, value: Any) -> None:
        if not _fits(_BY_NAME[name], value):
            raise ValueError(name)
        self.values[name] = value
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            part = self.file.with_suffix(".part")
            part.write_text(json.dumps(self.values, indent=1), encoding="utf-8")
            os.replace(part, self.file)

    @property
    def language(self) -> str:
        """The chosen language, or the system's where it is one of ours, else Finnish."""
        return self["language"] if self["language"] in LANGUAGES else system_language()


def load(file: Path) -> Settings:
    """Read a profile's options; a file that is missing or broken gives the defaults."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        values = {}
    return Settings(file, values if isinstance(values, dict) else {})


_BY_NAME = {option.name: option for option in OPTIONS}


def _fits(option: Option, value: Any) -> bool:
    if option.choices:
        return value == option.default or value in [choice.value for choice in option.choices]
    return isinstance(value, int) and option.least <= value <= option.most
