"""How many rows are asked for at once follows the line."""

from hypothesis import given
from hypothesis import strategies as st

from sync.paging import ANSWER_SECONDS, BROKEN_SECONDS, FIRST_ROWS, LEAST_ROWS, Paging
from sync.protocol import ROWS_PER_REPLY


def _after(paging: Paging, *seconds: float) -> list[int]:
    """Pull with answers that take so long; return how many rows were asked for each time."""
    asked = []
    paging.begin()
    for one in seconds:
        asked.append(paging.rows)
        paging.answered(paging.rows, one)
    return asked


def test_over_a_good_line_twice_as_many_each_time() -> None:
    paging = Paging()
    assert _after(paging, 0.1, 0.1, 0.1, 0.1) == [FIRST_ROWS, 2_500, ROWS_PER_REPLY, ROWS_PER_REPLY]
    assert _after(paging, 0.1) == [FIRST_ROWS]


def test_over_a_slow_one_as_many_as_come_in_time() -> None:
    paging = Paging()
    assert _after(paging, 5 * ANSWER_SECONDS, ANSWER_SECONDS) == [FIRST_ROWS, FIRST_ROWS // 5]
    paging.begin()
    assert paging.rows == FIRST_ROWS // 5


def test_over_one_that_breaks_half_as_many_the_next_time() -> None:
    paging = Paging()
    for rows in (FIRST_ROWS, FIRST_ROWS // 2, FIRST_ROWS // 4):
        paging.begin()
        assert paging.rows == rows
        paging.broken(paging.rows, 3 * BROKEN_SECONDS)


def test_a_line_that_is_not_there_tells_nothing_of_its_speed() -> None:
    paging = Paging()
    paging.begin()
    for _ in range(10):
        paging.broken(paging.rows, 0.0)
    paging.begin()
    assert paging.rows == FIRST_ROWS


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1_000))))
def test_there_is_always_something_asked_for_and_never_too_much(answers: list[tuple[bool, float]]) -> None:
    paging = Paging()
    paging.begin()
    for came, seconds in answers:
        assert LEAST_ROWS <= paging.rows <= ROWS_PER_REPLY
        if came:
            paging.answered(paging.rows, seconds)
        else:
            paging.broken(paging.rows, seconds)
            paging.begin()
