"""Documents: any text is safe, nothing is lost, every piece is tagged, and the pages look as promised."""

import ctypes
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import i18n
from app.pdf import (
    Block,
    Bullets,
    Callout,
    Document,
    GoalCard,
    Heading,
    KeepTogether,
    PageBreak,
    Pairs,
    Paragraph,
    Signature,
    Step,
    Table,
    Title,
    render,
    style,
)

DAY = date(2026, 11, 24)
MARGIN = 60  # points; nothing but the frame comes nearer to the side of a page
KINDS = {
    "Title": lambda text: Title(text, "x"),
    "Heading": Heading,
    "Paragraph": Paragraph,
    "Bullets": lambda text: Bullets([text]),
    "Pairs": lambda text: Pairs([("x", text)]),
    "label": lambda text: Pairs([(text, "x")]),
    "Table": lambda text: Table(["x", "y"], [["z", text]]),
    "header": lambda text: Table(["x", text], [["y", "z"]]),
    "wide table": lambda text: Table(["x", "y", "z"], [["y", text, "z"]]),
    "GoalCard": lambda text: GoalCard(1, text),
    "step": lambda text: GoalCard(1, "x", [Step(text)]),
    "who": lambda text: GoalCard(1, "x", [Step("y", text)]),
    "Callout": Callout,
    "Signature": lambda text: Signature("x", text, DAY, [[(0.1, 0.1), (0.9, 0.9)]]),
    "KeepTogether": lambda text: KeepTogether([Paragraph(text)]),
}


def document(*blocks: Block, language: str = "fi", plain: bool = False, **more: Any) -> Document:
    return Document(
        title="Urasuunnitelma",
        language=language,
        maker="Aino Valmentaja",
        version=3,
        made_on=DAY,
        blocks=blocks,
        plain=plain,
        **more,
    )


@pytest.fixture
def opened() -> Iterator[Any]:
    files = []

    def open_(*blocks: Block, **options: Any) -> pdfium.PdfDocument:
        files.append(pdfium.PdfDocument(render(document(*blocks, **options))))
        return files[-1]

    yield open_
    for file in files:
        file.close()


def texts(file: pdfium.PdfDocument) -> list[str]:
    """The text of every page; a word that a hyphen broke is whole again."""
    pages = []
    for page in file:
        textpage = page.get_textpage()
        pages.append(textpage.get_text_range().replace("\ufffe", ""))
        textpage.close()
    return pages


def read(*blocks: Block, **options: Any) -> list[str]:
    with pdfium.PdfDocument(render(document(*blocks, **options))) as file:
        return texts(file)


def squeezed(text: str) -> str:
    return "".join(text.split())


def _wide(call: Any, node: Any) -> str:
    size = call(node, None, 0)
    buffer = ctypes.create_string_buffer(size)
    call(node, buffer, size)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def structure(page: pdfium.PdfPage) -> list[tuple[int, str, str]]:
    """The structure tree of a page as (depth, role, alternative text), in reading order."""
    found: list[tuple[int, str, str]] = []

    def walk(node: Any, depth: int) -> None:
        role = _wide(raw.FPDF_StructElement_GetType, node)
        found.append((depth, role, _wide(raw.FPDF_StructElement_GetAltText, node)))
        for at in range(raw.FPDF_StructElement_CountChildren(node)):
            child = raw.FPDF_StructElement_GetChildAtIndex(node, at)
            if child:
                walk(child, depth + 1)

    tree = raw.FPDF_StructTree_GetForPage(page)
    for at in range(raw.FPDF_StructTree_CountChildren(tree)):
        walk(raw.FPDF_StructTree_GetChildAtIndex(tree, at), 0)
    raw.FPDF_StructTree_Close(tree)
    return found


def roles(page: pdfium.PdfPage) -> list[str]:
    return [role for _depth, role, _alt in structure(page)]


def many(count: int) -> str:
    return " ".join(f"w{number:05d}" for number in range(count))


def test_the_blocks_are_cheap_to_import() -> None:
    program = "import sys, app.pdf; sys.exit('reportlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@given(text=st.text(max_size=200), kind=st.sampled_from(sorted(KINDS)), plain=st.booleans())
@settings(deadline=None, max_examples=80)
def test_any_text_makes_a_document(text: str, kind: str, plain: bool) -> None:
    assert "1" in read(KINDS[kind](text), plain=plain)[0]


@given(
    words=st.lists(
        st.text("aeimnstäöåÄÖéŋšžБя<>&;/'\"%_#5", min_size=1, max_size=40), min_size=1, max_size=20
    ),
    kind=st.sampled_from(sorted(KINDS)),
    plain=st.booleans(),
)
@settings(deadline=None, max_examples=80)
def test_what_is_written_can_be_read_again(words: list[str], kind: str, plain: bool) -> None:
    found = squeezed("".join(read(KINDS[kind](" ".join(words)), plain=plain)))
    assert all(word in found for word in words)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_ten_thousand_characters_are_all_there_once(kind: str, plain: bool) -> None:
    pages = read(KINDS[kind](many(1700)), plain=plain)
    assert len(pages) > 1
    found = [word for page in pages for word in page.split() if word.startswith("w0")]
    assert found == many(1700).split()


@pytest.mark.parametrize("text", ["a" * 10_000, "Työhönvalmennus" * 700, "Työhönvalmennus-" * 600])
def test_a_word_longer_than_a_page_is_whole(text: str) -> None:
    assert squeezed("".join(read(Paragraph(text), language="en"))).count("a") >= text.count("a")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>lihava</b> &amp; 5 < 6", "<b>lihava</b> &amp; 5 < 6"),
        ("a\u0308iti", "äiti"),
        ("\x00a\x07b\u202ec\u200bd", "abcd"),
        ("hyvä 🦉", "hyvä ?"),
        ("sujui 👍🏽 ❤\ufe0f", "sujui (ok) <3"),
        ("hyvä 😀 ✓ ☐ ●", "hyvä :) √ [ ] •"),
        ("👩🏽\u200d🍳", "??"),
        ("𝐁𝐨𝐥𝐝", "Bold"),
        ("rikki \ud800", "rikki ?"),
        ("中文", "??"),
    ],
)
def test_what_the_font_lacks_is_seen_to_be_missing(text: str, shown: str) -> None:
    assert f"{shown}\r\n" in read(Paragraph(text))[0]


def test_missing_values_are_a_dash_and_numbers_follow_the_language() -> None:
    page = read(Pairs([("Puhelin", None), ("Osoite", " "), ("Tunnit", 1.5), ("Alkaa", date(2027, 1, 5))]))[0]
    assert "Puhelin –\r\nOsoite –\r\nTunnit 1,5\r\nAlkaa 5.1.2027" in page


def after_a_page_of_words(*blocks: Block, lines: int) -> list[str]:
    return read(Paragraph("\n".join(["rivi"] * lines)), *blocks)


@pytest.mark.parametrize("lines", range(30, 46))
def test_a_short_list_stays_under_its_heading_in_one_piece(lines: int) -> None:
    few = [(f"Nimi{n}", f"arvo{n}") for n in range(4)]
    for block in (Pairs(few), Table(["Mikä", "Mitä"], few)):
        pages = after_a_page_of_words(Heading("Verkosto"), block, lines=lines)
        held = [{f"arvo{n}" for n in range(4) if f"arvo{n}" in page} for page in pages if "arvo" in page]
        assert held == [{"arvo0", "arvo1", "arvo2", "arvo3"}]
        assert [page for page in pages if "Verkosto" in page] == [page for page in pages if "arvo0" in page]


@pytest.mark.parametrize("lines", range(30, 46))
def test_no_row_of_a_long_list_stands_alone(lines: int) -> None:
    many_rows = [(f"Nimi{n}", f"arvo{n:02d}") for n in range(13)]
    for block in (Pairs(many_rows), Table(["Mikä", "Mitä"], many_rows)):
        pages = after_a_page_of_words(Heading("Verkosto"), block, lines=lines)
        counts = [page.count("arvo") for page in pages if "arvo" in page]
        assert sum(counts) == 13
        assert min(counts) >= 2
        assert [page for page in pages if "Verkosto" in page] == [page for page in pages if "arvo00" in page]


def test_an_empty_document_is_one_page(opened: Any) -> None:
    assert len(opened()) == 1
    assert len(opened(PageBreak(), PageBreak())) == 1


def test_a_page_break_starts_a_page_and_two_leave_no_empty_one() -> None:
    pages = read(Paragraph("one"), PageBreak(), PageBreak(), Paragraph("two"), PageBreak())
    assert ["one" in page for page in pages] == [True, False]
    assert "two" in pages[1]


@pytest.mark.parametrize(
    ("language", "day"), [("fi", "24.11.2026"), ("sv", "24.11.2026"), ("en", "24 Nov 2026")]
)
def test_the_document_speaks_its_own_language(language: str, day: str) -> None:
    before = i18n.language()
    data = render(document(Title("Åäö"), language=language))
    assert i18n.language() == before
    assert f"/Lang ({language})".encode() in data
    with pdfium.PdfDocument(data) as file:
        assert day in texts(file)[0]


def test_every_page_says_what_it_is() -> None:
    pages = read(Title("Plan"), Paragraph(many(3000)), language="en", watermark="Draft")
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        for words in ("Urasuunnitelma", "Version 3", "Made by Aino Valmentaja", "24 Nov 2026", "Draft"):
            assert words in page
        assert f"Page {number} of {len(pages)}" in page


def test_the_file_says_of_itself_nothing_of_the_client(opened: Any) -> None:
    file = opened(Title("Urasuunnitelma", "Mikael Esimerkki"), Heading("Mikael Esimerkki"))
    meta = file.get_metadata_dict()
    assert meta["Title"] == "Urasuunnitelma"
    assert meta["Author"] == "Aino Valmentaja"
    assert meta["CreationDate"].startswith("D:20261124")
    assert b"Mikael" not in render(document(Title("Urasuunnitelma", "Mikael Esimerkki")))


def test_the_same_document_gives_the_same_bytes() -> None:
    blocks = [Title("Plan"), GoalCard(1, "Goal", [Step("Step")]), Paragraph(many(900))]
    assert render(document(*blocks)) == render(document(*blocks))


def everything() -> list[Block]:
    stroke = [(0.1, 0.5), (0.4, 0.1), (0.9, 0.8)]
    return [
        Title("Suunnitelma", "Mikael Esimerkki"),
        GoalCard(1, "Työ keittiössä", [Step("Tutustuminen", "Aino", DAY, "done"), Step("Kokeilu")]),
        GoalCard(2, "Jaksaminen", [Step("Tauot", None, None, "started"), Step("Ilta", state="dropped")]),
        Callout("Seuraava tapaaminen"),
        Heading("Tausta"),
        Heading("Perhe", 2),
        Pairs([("Nimi", "Mikael")]),
        Bullets(["yksi", "kaksi"]),
        Table(["Päivä", "Mitä", "Tunnit"], [[DAY, "Käynti", 1.5]], [1, 3, 1]),
        KeepTogether([Heading("Lopuksi"), Paragraph("Kiitos", "large"), Paragraph("Lähde", "quiet")]),
        Signature("Asiakas", "Mikael Esimerkki", DAY, [stroke]),
        Signature("Valmentaja"),
    ]


@pytest.mark.parametrize("plain", [False, True])
def test_fonts_are_embedded_and_no_picture_is_used(opened: Any, plain: bool) -> None:
    seen = 0
    for page in opened(*everything(), plain=plain, watermark="Luonnos"):
        for thing in page.get_objects():
            assert thing.type != raw.FPDF_PAGEOBJ_IMAGE
            if thing.type == raw.FPDF_PAGEOBJ_TEXT:
                assert raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(thing)) == 1
                seen += 1
    assert seen > 30


@pytest.mark.parametrize("plain", [False, True])
def test_everything_drawn_is_tagged_or_decoration(opened: Any, plain: bool) -> None:
    for page in opened(*everything(), Paragraph(many(2000)), plain=plain, watermark="Luonnos"):
        for thing in page.get_objects():
            assert raw.FPDFPageObj_CountMarks(thing) == 1


def test_the_structure_tree_follows_the_document(opened: Any) -> None:
    file = opened(*everything())
    found = [role for page in file for role in roles(page)]
    assert found.count("H1") == 1
    assert [role for role in found if role in ("H1", "H2", "H3")] == ["H1", "H2", "H2", "H2", "H3", "H2"]
    for role in ("Document", "Sect", "P", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "Figure"):
        assert role in found
    data = render(document(*everything()))
    assert b"/Marked true" in data
    assert b"/DisplayDocTitle true" in data
    assert b"/Scope /Column" in data
    assert b"/Scope /Row" in data


@given(st.lists(st.sampled_from([0, 1, 2]), max_size=8))
@settings(deadline=None, max_examples=25)
def test_heading_levels_are_never_skipped(levels: list[int]) -> None:
    blocks: list[Block] = [Heading("x", 2 if n == 2 else 1) if n else GoalCard(1, "x") for n in levels]
    with pdfium.PdfDocument(render(document(*blocks))) as file:
        found = [int(role[1]) for page in file for role in roles(page) if role in ("H1", "H2", "H3", "H4")]
    assert len(found) == len(levels)
    assert all(after <= before + 1 for before, after in zip([0, *found], found, strict=False))


def test_a_signature_is_drawn_as_lines_with_a_text_for_the_blind(opened: Any) -> None:
    strokes = [
        [(0.1, 0.5), (0.5, 0.2), (0.9, 0.8)],
        [(0.5, 0.5)],
        [],
        [(math.nan, 0.5)],
        [(-3.0, 9.0), (0.2, 0.2)],
    ]
    page = opened(Signature("Asiakas", "Mikael Esimerkki", DAY, strokes), language="en")[0]
    assert [alt for _depth, role, alt in structure(page) if role == "Figure"] == [
        "Signature: Mikael Esimerkki"
    ]
    paths = [thing for thing in page.get_objects() if thing.type == raw.FPDF_PAGEOBJ_PATH]
    drawn = [path for path in paths if raw.FPDFPageObj_GetMarkedContentID(path) >= 0]
    assert [raw.FPDFPath_CountSegments(path) for path in drawn] == [3, 2, 2]
    bounds = [path.get_bounds() for path in drawn]
    assert max(b[2] for b in bounds) - min(b[0] for b in bounds) < 216
    assert max(b[3] for b in bounds) - min(b[1] for b in bounds) < 80


def test_without_strokes_there_is_a_line_to_sign_on(opened: Any) -> None:
    file = opened(Signature("Employer"), language="en")
    assert "Figure" not in roles(file[0])
    assert "Name:" in texts(file)[0]
    assert "Date:" in texts(file)[0]


def test_table_headers_come_again_but_are_read_once(opened: Any) -> None:
    file = opened(Table(["Pvm", "Mitä"], [[number, many(12)] for number in range(200)], [1, 4]))
    assert len(file) > 3
    assert all("Pvm Mitä" in page for page in texts(file))
    assert roles(file[0]).count("TH") == 2
    marked = [
        thing
        for page in file
        for thing in page.get_objects()
        if thing.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFPageObj_GetMarkedContentID(thing) >= 0
    ]
    assert len(marked) >= 400


@given(filler=st.integers(0, 90), level=st.sampled_from([1, 2]), kind=st.sampled_from(sorted(KINDS)))
@settings(deadline=None, max_examples=40)
def test_a_heading_stays_with_what_follows(filler: int, level: Any, kind: str) -> None:
    pages = read(*[Paragraph("rivi")] * filler, Heading("otsikko", level), KINDS[kind]("seuraava " * 40))
    assert any("otsikko" in page and "seuraava" in page for page in pages)


@given(filler=st.integers(0, 60))
@settings(deadline=None, max_examples=25)
def test_what_is_kept_together_is_on_one_page(filler: int) -> None:
    kept = KeepTogether([Paragraph("alku"), *[Paragraph("väli")] * 9, Paragraph("loppu")])
    pages = read(*[Paragraph("rivi")] * filler, kept)
    assert any("alku" in page and "loppu" in page for page in pages)
    card = GoalCard(1, "alku", [Step("väli")] * 5 + [Step("loppu")])
    pages = read(*[Paragraph("rivi")] * filler, card, plain=True)
    assert any("alku" in page and "loppu" in page for page in pages)


@given(
    text=st.text("aeiäö stlk.", max_size=3000),
    columns=st.integers(1, 6),
    plain=st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_nothing_leaves_the_page(text: str, columns: int, plain: bool) -> None:
    table = Table(["otsikko"] * columns, [[text] * columns] * 2)
    cards = [GoalCard(1, text, [Step(text, text, DAY)]), Callout(text), Pairs([(text, text)])]
    with pdfium.PdfDocument(render(document(table, *cards, plain=plain))) as file:
        for page in file:
            for thing in page.get_objects():
                left, bottom, right, top = thing.get_bounds()
                assert left > MARGIN
                assert right < page.get_width() - MARGIN
                assert bottom > 30
                assert top < page.get_height() - 30
                if raw.FPDFPageObj_GetMarkedContentID(thing) >= 0:
                    assert bottom > 68


def test_plain_language_is_big_and_has_no_narrow_columns(opened: Any) -> None:
    file = opened(*everything(), plain=True)
    sizes = set()
    for page in file:
        for thing in page.get_objects():
            if thing.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFPageObj_GetMarkedContentID(thing) >= 0:
                size = ctypes.c_float()
                raw.FPDFTextObj_GetFontSize(thing, size)
                sizes.add(size.value)
    assert min(sizes) >= 14
    assert "Mitä: Käynti" in "".join(texts(file))


def test_the_title_stands_once_on_the_first_page() -> None:
    pages = read(Title("Urasuunnitelma"), Paragraph(many(2000)))
    assert [page.count("Urasuunnitelma") for page in pages] == [1] * len(pages)
    assert len(pages) > 1


@pytest.mark.parametrize("ground", ["WHITE", "TINT", "WATERMARK"])
@pytest.mark.parametrize("ink", ["INK", "ACCENT", "QUIET"])
def test_text_is_dark_enough(ink: str, ground: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""

    def luminance(name: str) -> float:
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in getattr(style, name).rgb()
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    assert (luminance(ground) + 0.05) / (luminance(ink) + 0.05) >= 4.5
