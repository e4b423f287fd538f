"""Numbers with decimals in the three languages, and which fields hold them."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import i18n
from app.amounts import NO_BREAK, amount, is_amount
from app.services import SPECS
from app.spec import F
from ui.screens.words import as_text


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.mark.parametrize(
    ("language", "wage", "large"),
    [("en", "12.40", "1,234,567.50"), ("fi", "12,40", "1 234 567,50"), ("sv", "12,40", "1 234 567,50")],
)
def test_each_language_has_its_own_way(language: str, wage: str, large: str) -> None:
    i18n.set_language(language)
    assert amount("12.40") == wage
    assert amount(Decimal("1234567.50")) == large.replace(" ", NO_BREAK)
    assert amount("20.00", short=True) == "20"
    assert amount("1000", short=True) == amount(1000)


@given(st.decimals(min_value=0, max_value=999_999, places=2), st.sampled_from(i18n.LANGUAGES))
def test_what_is_written_is_the_number(number: Decimal, language: str) -> None:
    with i18n.using_language(language):
        text = amount(number)
    plain = text.replace(",", "") if language == "en" else text.replace(NO_BREAK, "").replace(",", ".")
    assert Decimal(plain) == number
    assert " " not in text


@pytest.mark.parametrize("name", ["hourly_wage", "weekly_hours"])
def test_a_field_that_holds_an_amount_is_shown_so(name: str) -> None:
    field = next(one for one in SPECS["employment"].fields() if one.name == name)
    assert is_amount(field)
    for language, said in (("en", "1,200.50"), ("fi", f"1{NO_BREAK}200,50"), ("sv", f"1{NO_BREAK}200,50")):
        i18n.set_language(language)
        assert as_text(field, "1200.50") == said


def test_a_text_that_looks_like_a_number_stays() -> None:
    i18n.set_language("fi")
    employer = next(one for one in SPECS["employment"].fields() if one.name == "employer")
    assert not is_amount(employer)
    assert as_text(employer, "3.14") == "3.14"
    assert not is_amount(F("hourly_wage", "Something else"))
