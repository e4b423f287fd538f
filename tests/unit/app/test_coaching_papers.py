"""The documents of coaching beside the plan: everything that was written is in them, in three languages."""

from typing import Any

import pypdfium2 as pdfium
import pytest

from app import documents
from app.pdf import Document, Signature, Table, render
from app.record import Row, to_row, validated
from app.services import SPECS
from app.services.coaching import papers
from app.signing import seal
from app.versions import signed
from storage.store import Store
from tests.stores import add_client, make, store  # noqa: F401

STROKES = [[(0.1, 0.5), (0.9, 0.4)]]
DRAWN: list[dict[str, Any]] = [
    {"role": "client", "name": "Aino Testinen", "strokes": STROKES},
    {"role": "worker", "name": "Kaisa Valmentaja", "strokes": STROKES},
]
FILLED: dict[str, dict[str, Any]] = {
    "cooperation_agreement": {
        "made_on": "2026-03-03",
        "client_does": "Tulen sovitusti",
        "coach_does": "Etsin työpaikkoja",
        "meetings": "Kirjastossa tiistaisin",
        "contact": "Tekstiviestillä",
        "network": "Oman työntekijän kanssa",
        "data": "Vain valmentaja näkee",
    },
    "search_plan": {
        "made_on": "2026-03-03",
        "goal": "Haluan kahvilaan",
        "target_jobs": "Kahvilatyö",
        "target_employers": "Kahvila Kulma",
        "who_contacts": "together",
        "frequency": "Kerran viikossa",
        "steps": [{"what": "Hakemus Kulmaan", "by": "client", "by_when": "2026-04-01", "done": True}],
        "documents_to_update": "Ansioluettelo",
        "review_on": "2026-05-01",
    },
    "support_plan": {
        "made_on": "2026-03-03",
        "job": "Apulainen, Kulma",
        "strengths": "Tarkkuus",
        "support_needs": "Kiire",
        "by_coach": "Käynti viikoittain",
        "by_employer": "Oma ohjaaja",
        "by_team": "Asumisohjaaja",
        "by_family": "Sisko",
        "first_weeks": "Kaksi kertaa viikossa",
        "adjustments": "Tauko kymmeneltä",
        "benefit_reporting": "Palkka Kelaan",
        "warning_signs": "Myöhästely",
        "whom_to_call": "Kaisa",
        "fading": "Joka toinen viikko",
    },
}
SIGNED = tuple(FILLED)


def text_of(document: Document) -> str:
    """Return what a document says, as its reader finds it."""
    pdf = pdfium.PdfDocument(render(document))
    return " ".join(page.get_textpage().get_text_bounded() for page in pdf).replace("\r\n", " ")


def paper(opened: Store, kind: str, row: Row, language: str = "en", *, plain: bool = False) -> Document:
    """Make a document."""
    return documents.make(opened, kind, row, language=language, plain=plain)


def written(opened: Store, kind: str, **values: Any) -> Row:
    """Save an entry of a new client and return its row."""
    made = make(kind, client_id=add_client(opened), **values)
    opened.save(made)
    return to_row(made) | {"scope": f"client:{made.client_id}:core"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("kind", SIGNED)
def test_what_was_agreed_is_in_the_document(store: Store, kind: str, language: str, plain: bool) -> None:  # noqa: F811
    row = written(store, kind, **FILLED[kind])
    document = paper(store, kind, row, language, plain=plain)
    text = text_of(document)
    texts = [
        v for v in FILLED[kind].values() if isinstance(v, str) and not v[:4].isdigit() and v != "together"
    ]
    assert [one for one in texts if one not in text] == []
    assert "Aino Testinen" in text
    assert document.language == language
    assert document.watermark
    assert document.title != "Aino Testinen"


@pytest.mark.parametrize("kind", SIGNED)
def test_signatures_are_drawn_and_the_seal_is_told(store: Store, kind: str) -> None:  # noqa: F811
    row = written(store, kind, **FILLED[kind])
    done = to_row(signed(SPECS[kind], row, DRAWN)) | {"scope": row["scope"]}
    assert done["content_hash"] == seal(SPECS[kind].table, row)
    document = paper(store, kind, done)
    assert document.watermark is None
    text = text_of(document)
    assert done["content_hash"][:16] in text
    assert "Kaisa Valmentaja" in text
    together = [block.blocks for block in document.blocks if hasattr(block, "blocks")]
    strokes = [block.strokes for blocks in together for block in blocks if isinstance(block, Signature)]
    assert [[[tuple(p) for p in stroke] for stroke in one] for one in strokes] == [STROKES, STROKES]


def test_the_employer_signs_a_support_plan_only_where_she_did(store: Store) -> None:  # noqa: F811
    row = written(store, "support_plan", **FILLED["support_plan"])
    with_employer = [*DRAWN, {"role": "employer", "name": "Eeva Esihenkilö", "strokes": []}]
    done = to_row(signed(SPECS["support_plan"], row, [d | {"on_paper": True} for d in with_employer]))
    assert "Eeva Esihenkilö" in text_of(paper(store, "support_plan", done | {"scope": row["scope"]}))
    assert "Employer Name" not in text_of(paper(store, "support_plan", row))


def test_the_assessment_lists_what_is_done_and_missing(store: Store) -> None:  # noqa: F811
    row = written(store, "initial_assessment", begun_on="2026-03-03", debts="no", joint_plan="Tavataan usein")
    document = paper(store, "initial_assessment", row)
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    states = {line[0]: line[1] for line in table.rows}
    assert states["Joint plan for the coaching"] == states["Debts cleared up"] == "Done"
    assert states["Kykyviisari"] == states["Network mapped"] == "Missing"
    assert document.watermark == "Draft"
    finished = row | {"finished_on": "2026-04-01", "summary": "Valmis työnetsintään"}
    assert paper(store, "initial_assessment", finished).watermark is None
    assert "Valmis työnetsintään" in text_of(paper(store, "initial_assessment", finished, "fi", plain=True))


def occasions(opened: Store, *values: tuple[str, dict[str, Any]]) -> list[Row]:
    """Save the Kykyviisari results of a client and return their rows, oldest first."""
    client = add_client(opened)
    made = [
        validated(SPECS["kykyviisari_result"].table, {"client_id": client, "on": on, **v}) for on, v in values
    ]
    opened.save(*made)
    return sorted(opened.rows("kykyviisari_result", client_id=client), key=lambda one: one["on"])


def test_kykyviisari_shows_the_change_and_leaves_out_what_was_not_told(store: Store) -> None:  # noqa: F811
    rows = occasions(
        store,
        ("2026-01-10", {"work_ability": 4, "mind": "50", "body": "20.5"}),
        ("2026-06-10", {"work_ability": 6, "body": "18"}),
        ("2026-09-10", {"work_ability": 9, "mind": "50"}),
    )
    (table,) = [b for b in paper(store, "kykyviisari_result", rows[1]).blocks if isinstance(b, Table)]
    assert len(table.headers) == 4
    lines = {line[0]: line[1:] for line in table.rows}
    assert lines["Work ability, 0-10"] == ["4", "6", "+2"]
    assert lines["Mind"] == ["50", "–", "–"]
    assert lines["Body"] == ["20.5", "18", "−2.5"]
    assert lines["Skills"] == ["–", "–", "–"]
    (last,) = [b for b in paper(store, "kykyviisari_result", rows[2]).blocks if isinstance(b, Table)]
    assert {line[0]: line[-1] for line in last.rows}["Mind"] == "±0"
    (first,) = [b for b in paper(store, "kykyviisari_result", rows[0]).blocks if isinstance(b, Table)]
    assert next(iter(first.headers)) == "Part"
    assert len(first.headers) == 2


def test_many_occasions_keep_the_first_and_the_latest(store: Store) -> None:  # noqa: F811
    rows = occasions(store, *((f"202{n}-01-10", {"work_ability": n}) for n in range(6)))
    (table,) = [b for b in paper(store, "kykyviisari_result", rows[-1]).blocks if isinstance(b, Table)]
    assert table.rows[0] == ["Work ability, 0-10", "0", "3", "4", "5", "+5"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), "–"),
        ((None,), "–"),
        ((5.0, None), "–"),
        ((5.0, None, 7.5), "+2.5"),
        ((10.0, 4.0), "−6"),
        ((0.0, 0.0), "±0"),
    ],
)
def test_the_change_is_from_the_first_known_value_to_the_last(values: Any, expected: str) -> None:
    assert papers.change(values) == expected
