"""Clients: the identity code, the birth date in it, and who may be the same person."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.duplicates import fold, likely_same
from app.services.clients.records import birth_date
from app.services.clients.rules import check_client
from tests.stores import make

LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SEPARATORS = {1900: "-YXWVU", 2000: "ABCDEF"}


def code_of(born: date, separator: str, number: int) -> str:
    """Write an identity code of an artificial person (individual number from 900 on)."""
    digits = f"{born:%d%m%y}"
    return f"{digits}{separator}{number:03d}{LETTERS[int(f'{digits}{number:03d}') % 31]}"


@given(st.dates(date(1900, 1, 1), date(2024, 12, 31)), st.integers(0, 5), st.integers(900, 999))
def test_every_separator_since_2023_gives_its_century(born: date, which: int, number: int) -> None:
    code = code_of(born, SEPARATORS[born.year // 100 * 100][which], number)
    assert birth_date(code) == born
    client = make("client", first_name="A", last_name="B", identity_code=code)
    assert client.born_on == born
    assert check_client(client) == []


@given(st.text(max_size=12))
def test_anything_else_is_no_identity_code(text: str) -> None:
    if birth_date(text) is None and text.strip():
        client = make("client", first_name="A", last_name="B", identity_code="x" + text)
        assert [p.field for p in check_client(client)] == ["identity_code"]


def test_a_wrong_check_letter_is_refused() -> None:
    good = code_of(date(1980, 5, 17), "-", 901)
    wrong = good[:-1] + LETTERS[(LETTERS.index(good[-1]) + 1) % 31]
    assert birth_date(good) == date(1980, 5, 17)
    assert birth_date(wrong) is None


def test_a_birth_date_other_than_the_code_says_is_refused() -> None:
    code = code_of(date(1980, 5, 17), "-", 901)
    client = make("client", first_name="A", last_name="B", identity_code=code, born_on="1980-05-18")
    assert [p.field for p in check_client(client)] == ["born_on"]


def test_a_date_in_the_future_is_refused() -> None:
    later = clock.today() + timedelta(days=1)
    client = make("client", first_name="A", last_name="B", unemployed_since=later)
    assert [p.field for p in check_client(client)] == ["unemployed_since"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Äijälä", "Päivi"), ("Aijala", "Paivi"), True),
        (("Mäkelä", "Päivi"), ("Päivi", "Mäkelä"), True),
        (("Korhonen", "Matti"), ("Korhonen", "Mattti"), True),
        (("Korhonen", "Matti"), ("Korhonen", "Maija"), False),
        (("Virtanen-Laine", "Eeva"), ("Virtanen Laine", "Eeva"), True),
        (("Aho", "Ida"), ("Aho", "Ina"), False),
    ],
)
def test_names_that_may_be_one_person(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    first, second = ({"last_name": name[0], "first_name": name[1]} for name in (one, other))
    assert likely_same(first, second) is same
    assert likely_same(second, first) is same


def test_birth_dates_part_and_identity_codes_join() -> None:
    one = {"last_name": "Aalto", "first_name": "Matti", "born_on": "1980-01-01"}
    assert not likely_same(one, {**one, "born_on": "1981-01-01"})
    assert likely_same({"identity_code": "x1", "last_name": "A"}, {"identity_code": "X1", "last_name": "B"})


@given(st.text(max_size=30))
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)
