"""The paper about who has seen a client's data: who, when and what, in plain words, and never what was written."""

from datetime import UTC, date, datetime

import pypdfium2
import pytest

from app import pdf, seen
from app.seen import Deed, Person, Seen

ANNA, BERT = "01990000-0000-7000-8000-000000000001", "01990000-0000-7000-8000-000000000002"
PEOPLE = {
    ANNA: Person("Anna Coach", "job-coach", ((date(2026, 1, 2), None), (date(2025, 1, 2), date(2025, 6, 1)))),
    BERT: Person("", "", ()),
}
DEEDS = [
    Deed(date(2026, 3, 1), ANNA, "opened", "core"),
    Deed(date(2026, 3, 2), ANNA, "written", "health", 3),
    Deed(date(2026, 3, 2), BERT, "something new", "core"),
    Deed(date(2026, 3, 3), None, "erased", "core"),
]
AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def text(told: Seen, language: str) -> str:
    made = pdf.render(seen.document(told, language=language, maker="Anna Coach"))
    with pypdfium2.PdfDocument(made) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document).replace("\r", "")


def test_it_names_people_days_and_deeds() -> None:
    said = text(Seen("Aino Virta", PEOPLE, DEEDS, AT, everywhere=True), "en")
    for wanted in (
        "Aino Virta",
        "Anna Coach, Job coach",
        "Looked at your page",
        "Wrote or changed: health (3 times)",
        "Handled in another way: general information",
        "Name not known",
        "The service's centre",
        "all computers of the service",
        "Data Protection Ombudsman",
    ):
        assert wanted in " ".join(said.split()), wanted
    flat = " ".join(said.split())
    assert flat.index("Erased") < flat.index("Wrote or changed") < flat.index("Looked at your page")


def test_of_one_computer_it_says_so() -> None:
    assert "only what one computer has noted" in " ".join(
        text(Seen("Aino Virta", PEOPLE, DEEDS, AT), "en").split()
    )


def test_without_anything_it_says_so() -> None:
    said = text(Seen("Aino Virta", {}, [], AT), "en")
    assert "Nothing has been noted." in said
    assert "Nobody has been named." in said


@pytest.mark.parametrize(
    ("language", "wanted"), [("fi", "Kuka on nähnyt tietojani"), ("sv", "Vem har sett mina")]
)
def test_it_is_in_the_clients_language(language: str, wanted: str) -> None:
    assert wanted in " ".join(text(Seen("Aino Virta", PEOPLE, DEEDS, AT), language).split())
