"""Consents: what a consent must say, and its document in three languages."""

from typing import Any

import pypdfium2
import pytest

from app import documents, versions
from app.clock import new_id, today
from app.pdf import Bullets, Document, Heading, KeepTogether, Signature, render
from app.record import to_row
from app.services import SPECS
from app.services.consents.rules import check_consent, check_sharing
from tests.stores import add_client, make, store

__all__ = ["store"]
STROKES = [[(0.1, 0.5), (0.4, 0.2), (0.8, 0.6)]]


def consent(**values: Any) -> Any:
    same = {
        "client_id": new_id(),
        "purpose": "Kuntoutuksen suunnittelu",
        "parties": [{"organisation": "Kela", "unit": "Asiakaspalvelu"}],
        "groups": ["work", "health"],
    }
    return make("consent", **(same | values))


def signed(store: Any) -> Any:
    draft = consent(client_id=add_client(store), limits="Ei lääkitystä")
    signature = {"role": "client", "name": "Aino Testinen", "strokes": STROKES}
    also = {"given_on": today().isoformat(), "method": "screen"}
    store.save(draft)
    store.save(versions.signed(SPECS["consent"], to_row(draft), [signature], also))
    return store.row("consent", draft.id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"purpose": ""}, "purpose"),
        ({"parties": []}, "parties"),
        ({"parties": [{"organisation": ""}]}, "parties.0.organisation"),
        (
            {"parties": [{"organisation": "Kela", "gives": False, "receives": False}]},
            "parties.0.receives",
        ),
        ({"groups": []}, "groups"),
        ({"given_on": "2126-01-01"}, "given_on"),
        ({"given_on": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until"),
    ],
)
def test_a_consent_must_be_specific(values: dict[str, Any], field: str) -> None:
    assert [problem.field for problem in check_consent(consent(**values))] == [field]


def test_a_consent_does_not_replace_itself() -> None:
    same = new_id()
    assert [p.field for p in check_consent(consent(id=same, replaces=same))] == ["replaces"]


def test_sharing_rests_on_a_consent_or_a_reason() -> None:
    def problems(**more: Any) -> list[str | None]:
        made: Any = make("sharing", client_id=new_id(), on=today(), party="Kela", **more)
        return [problem.field for problem in check_sharing(made)]

    assert problems() == ["override_reason"]
    assert problems(override_reason="Laki") == problems(consent_id=new_id()) == []


def texts(document: Document) -> str:
    opened = pypdfium2.PdfDocument(render(document))
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in opened)
    finally:
        opened.close()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("plain", [False, True])
def test_the_client_gets_a_copy_of_what_was_signed(store: Any, language: str, plain: bool) -> None:
    row = signed(store)
    document = documents.make(store, "consent", row, language=language, plain=plain)
    said = texts(document)
    for part in (
        "Kuntoutuksen suunnittelu",
        "Kela, Asiakaspalvelu",
        "Ei lääkitystä",
        "Aino Testinen",
        "Y100",
    ):
        assert part in said
    assert row["content_hash"][:16] in said
    assert document.watermark is None
    signatures: Any = next(block for block in document.blocks if _holds_signature(block))
    (drawn,) = [block for block in signatures.blocks if isinstance(block, Signature)]
    assert [[tuple(point) for point in stroke] for stroke in drawn.strokes] == STROKES


def _holds_signature(block: Any) -> bool:
    return isinstance(block, KeepTogether) and any(isinstance(one, Signature) for one in block.blocks)


def test_special_categories_stand_apart(store: Any) -> None:
    document = documents.make(store, "consent", signed(store), language="en")
    (plain,) = [block for block in document.blocks if isinstance(block, Bullets)]
    assert list(plain.items) == ["Work and studies"]
    apart: Any = next(
        block
        for block in document.blocks
        if isinstance(block, KeepTogether) and any(isinstance(one, Bullets) for one in block.blocks)
    )
    title, _said, special = apart.blocks
    assert isinstance(title, Heading)
    assert isinstance(special, Bullets)
    assert title.text == "Special categories of personal data"
    assert list(special.items) == ["Health (special category)"]


def test_what_is_not_given_yet_is_a_draft_with_a_line_to_sign(store: Any) -> None:
    draft = consent(client_id=add_client(store))
    store.save(draft)
    document = documents.make(store, "consent", store.row("consent", draft.id), language="en")
    assert document.watermark == "Draft"
    signatures: Any = next(block for block in document.blocks if _holds_signature(block))
    assert [block.strokes for block in signatures.blocks if isinstance(block, Signature)] == [()]


@pytest.mark.parametrize("plain", [False, True])
def test_what_is_not_filled_in_is_said_in_words(store: Any, plain: bool) -> None:
    row = signed(store) | {"purpose": "", "parties": [], "groups": []}
    said = texts(documents.make(store, "consent", row, language="en", plain=plain))
    assert said.count("Not filled in.") == 3
    assert "Organisation" not in said


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_plain_variant_speaks_with_the_clients_voice(store: Any, language: str) -> None:
    row = signed(store) | {"valid_until": None}
    full = texts(documents.make(store, "consent", row, language=language))
    plain = texts(documents.make(store, "consent", row, language=language, plain=True))
    word = {"fi": "asiakkaan", "sv": "klienten", "en": "the client"}[language]
    assert word in full.lower()
    assert word not in plain.lower()
