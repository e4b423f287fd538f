"""Versions of what is signed: refused in words, frozen by the seal, copied without what belongs to the signing."""

from datetime import timedelta
from typing import Any

import pytest

from app import versions
from app.clock import new_id, today
from app.errors import Refused
from app.record import Row, to_row
from app.services import SPECS
from app.signing import seal
from tests.stores import make

SIGNABLE = tuple(kind for kind, spec in SPECS.items() if versions.is_signable(spec))
DRAWN: list[dict[str, Any]] = [
    {"role": "client", "name": "Aino Testinen", "strokes": [[(0.1, 0.2), (0.3, 0.4)]], "on_paper": False}
]


def row(kind: str, **values: Any) -> Row:
    """Return a row of a client."""
    dated = SPECS[kind].dated
    return to_row(make(kind, client_id=new_id(), **{dated: today() - timedelta(days=90)} | values))


def agreement(**more: Any) -> Row:
    """Return an agreement that says something."""
    return row("cooperation_agreement", client_does="Tulen sovitusti", **more)


def test_these_kinds_are_signed() -> None:
    assert set(SIGNABLE) == {"career_plan", "cooperation_agreement", "search_plan", "support_plan", "consent"}


@pytest.mark.parametrize("kind", SIGNABLE)
def test_what_says_nothing_is_refused_in_words(kind: str) -> None:
    with pytest.raises(Refused) as refused:
        versions.signed(SPECS[kind], row(kind), DRAWN)
    (problem,) = refused.value.problems
    assert "Write" in str(problem.message)
    assert problem.field in SPECS[kind].titles()


def test_a_day_or_a_code_alone_is_nothing_to_sign() -> None:
    with pytest.raises(Refused):
        versions.may_sign(SPECS["cooperation_agreement"], row("cooperation_agreement", until=today()))
    with pytest.raises(Refused):
        versions.may_sign(SPECS["search_plan"], row("search_plan", who_contacts="coach", frequency="usein"))


@pytest.mark.parametrize(
    ("signatures", "said"),
    [
        ([], "Nobody has signed yet."),
        ([DRAWN[0] | {"name": " "}], "Write the name under each signature."),
        ([DRAWN[0] | {"strokes": []}], "Aino Testinen has not signed yet."),
    ],
)
def test_a_signature_without_its_name_or_its_drawing_is_refused(signatures: list[Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        versions.signed(SPECS["cooperation_agreement"], agreement(), signatures)
    assert [str(problem.message) for problem in refused.value.problems] == [said]


def test_the_seal_vouches_for_the_content_and_what_comes_with_the_signing() -> None:
    spec = SPECS["cooperation_agreement"]
    done = to_row(versions.signed(spec, agreement(), DRAWN, {"until": today().isoformat()}))
    assert done["until"] == today().isoformat()
    assert done["content_hash"] == seal(spec.table, done)
    assert done["content_hash"] != seal(spec.table, done | {"client_does": "muuta"})
    assert done["signed_on"] == today().isoformat()
    with pytest.raises(Refused):
        versions.signed(spec, done, DRAWN)


def test_a_new_version_is_unsigned_made_today_and_in_no_register() -> None:
    spec = SPECS["cooperation_agreement"]
    done = to_row(versions.signed(spec, agreement(until=today() - timedelta(days=3)), DRAWN))
    values = versions.next_version(spec, done | {"copied_on": today().isoformat()})
    assert values["made_on"] == today().isoformat()
    assert values["client_does"] == "Tulen sovitusti"
    assert values["until"] is None
    assert not {"id", "signatures", "signed_on", "content_hash", "copied_on"} & values.keys()
    ahead = (today() + timedelta(days=9)).isoformat()
    assert versions.next_version(spec, done | {"until": ahead})["until"] == ahead


def test_a_new_version_of_a_plan_is_numbered_after_all_and_names_the_one_it_replaces() -> None:
    one, seven = row("career_plan"), row("career_plan", version_no=7)
    values = versions.next_version(SPECS["career_plan"], one, [one, seven])
    assert (values["version_no"], values["replaces"]) == (8, one["id"])
