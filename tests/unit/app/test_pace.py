"""The search for reference cycles is put off where rows are in the air, but not for ever."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from app.pace import put_off, without_collecting


class Knot:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """Begin with the search on."""
    was = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was else gc.disable)()


def test_a_block_puts_it_off_and_on_again() -> None:
    with without_collecting():
        with without_collecting():
            assert put_off()
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert not put_off()


def test_blocks_that_overlap_without_end_do_not_put_it_off_for_ever() -> None:
    with without_collecting():
        knot = ref(Knot())
        for _ in range(199):
            with without_collecting():
                pass
        assert knot() is not None, "too soon: the search is what is to be spared"
        with without_collecting():
            pass
        assert knot() is None
        assert not gc.isenabled()


def test_where_it_is_off_anyhow_no_block_makes_it() -> None:
    gc.disable()  # as beside a window, whose own thread alone may search
    with without_collecting():
        knot = ref(Knot())
        for _ in range(400):
            with without_collecting():
                pass
        assert knot() is not None
    assert not gc.isenabled()
