"""Texts whose differences are marked."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.compare import Piece
from ui.screens.marked_text import LEFT_OUT, differences, marked, shortened, spoken

TEXTS = st.text(alphabet="abcåäö <&.\n ", max_size=120)


@given(TEXTS, TEXTS, st.text(alphabet="de fg", min_size=60, max_size=200))
def test_the_pieces_of_each_side_are_its_text(before: str, after: str, shared: str) -> None:
    found = differences(before + shared, shared + after)
    if found is not None:
        left, right = found
        assert "".join(piece.text for piece in left) == before + shared
        assert "".join(piece.text for piece in right) == shared + after
        assert {piece.state for piece in left} <= {"same", "removed"}
        assert {piece.state for piece in right} <= {"same", "added"}


def test_short_texts_and_texts_with_nothing_in_common_are_not_marked() -> None:
    assert differences("040 123", "040 124") is None
    assert differences("", "word " * 40) is None
    assert differences("alpha beta " * 10, "gamma delta " * 10) is None


def test_a_changed_sentence_is_one_piece() -> None:
    start, end = (
        "We met at the office and spoke for a long time. ",
        " See you soon, and take care of yourself.",
    )
    found = differences(start + "She calls them today." + end, start + "He writes her tomorrow." + end)
    assert found is not None
    left, right = found
    assert [piece.text for piece in left if piece.state == "removed"] == ["She calls them today"]
    assert [piece.text for piece in right if piece.state == "added"] == ["He writes her tomorrow"]


def test_long_agreement_is_left_out_and_differences_never_are() -> None:
    pieces = (Piece("same words " * 100), Piece("gone " * 200, "removed"), Piece("more same " * 100))
    short = shortened(pieces)
    assert short[1] == pieces[1]
    assert short[0].text.startswith(LEFT_OUT.strip())
    assert len(short[0].text) < 300
    assert short[0].text.endswith("same words ")
    assert short[2].text.startswith("more same")
    assert len(short[2].text) < 300
    assert shortened((Piece("short "), Piece("x", "added"))) == (Piece("short "), Piece("x", "added"))


def test_marks_are_lines_and_words_and_no_markup_comes_through(qapp: Any) -> None:
    said = marked((Piece("<b>a</b> & "), Piece("out", "removed"), Piece("in", "added")))
    assert "&lt;b&gt;a&lt;/b&gt; &amp; " in said.text()
    assert "text-decoration:line-through" in said.text()
    assert "text-decoration:underline" in said.text()
    assert spoken((Piece("a"), Piece(" out ", "removed"), Piece("in", "added"), Piece(" ", "added"))) == (
        "removed: out; added: in"
    )
