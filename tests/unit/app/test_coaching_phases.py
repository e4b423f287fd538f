"""The phases as the organisation has them: what holds when, in which language, what is offered and proposed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import client_copy, coaching_phases, documents, phases
from app.clock import new_id
from app.coaching_phases import ORDER, USUAL, phases_of, row_of
from app.documents import titles_of
from app.errors import Refused
from app.i18n import LANGUAGES, Marked, Message, Own, _, using_language
from app.pdf import Pairs
from app.record import Row, to_row, validated
from app.services import SPECS
from app.services.coaching import codes
from app.services.coaching.own_phases import check_own_phase
from storage.store import Store
from tests.starts import START
from tests.stores import add_client, make, store
from tests.unit.app.test_phases import coaching, job, maintenance, stories, visit

__all__ = ["store"]

TABLE = SPECS["coaching_phase"].table
CHANGE = SPECS["phase_change"]
NAMES = st.sampled_from(["", "Oma", "Eget", "Own"])


def settled(phase: str, at: str = "2026-03-02T08:00:00Z", **values: Any) -> Row:
    """Return the row of a phase, saved at an instant."""
    return to_row(validated(TABLE, {"phase": phase, **values})) | {"saved_at": at}


@st.composite
def settings_rows(draw: st.DrawFn) -> list[Row]:
    """Draw rows of any phases, several of one too, saved in any order and also at the same instant."""
    made = []
    for phase in draw(st.lists(st.sampled_from(ORDER), max_size=8)):
        names = {f"name_{one}": draw(NAMES) for one in LANGUAGES}
        guidance = {f"guidance_{one}": draw(NAMES) for one in LANGUAGES}
        thl = draw(st.sampled_from(["", *(one.value for one in codes.THL_CHOICES)]))
        at = f"2026-03-0{draw(st.integers(1, 4))}T08:00:00Z"
        row = settled(phase, at, thl_phase=thl, in_use=draw(st.booleans()), **names, **guidance)
        made.append(row | {"deleted": draw(st.booleans())})
    return made


def test_where_nothing_is_settled_all_is_as_usual() -> None:
    assert [one.value for one in USUAL] == list(ORDER)
    assert [one.title for one in USUAL] == [one.title for one in codes.PHASES]
    assert {one.value: one.thl for one in USUAL if one.thl} == codes.THL_PHASE_OF
    assert all(one.in_use and not one.guided for one in USUAL)
    assert [USUAL.after(one) for one in ORDER] == [*ORDER[1:], codes.ENDED]
    assert USUAL.after("") == codes.REFERRAL


@settings(max_examples=150, deadline=None)
@given(settings_rows(), st.randoms(use_true_random=False), st.sampled_from(LANGUAGES))
def test_the_row_saved_last_holds_whole_on_every_device(rows: list[Row], chance: Any, language: str) -> None:
    ours = phases_of(chance.sample(rows, len(rows)))
    assert [one.value for one in ours] == list(ORDER), "the order stays, and no phase is lost"
    for one, usual in zip(ours, codes.PHASES, strict=True):
        living = [row for row in rows if row["phase"] == one.value and not row["deleted"]]
        row = max(living, key=lambda found: (found["saved_at"], found["id"]), default=None)
        assert row_of(chance.sample(rows, len(rows)), one.value) == row
        with using_language(language):
            own = row[f"name_{language}"] if row else ""
            assert one.name == ours.name(one.value) == (own or _(usual.title))
            guidance = [row[f"guidance_{code}"] for code in (language, *LANGUAGES)] if row else []
            assert one.guided == next(filter(None, guidance), "")
        mapped = row["thl_phase"] if row else ""
        usual_thl = codes.THL_PHASE_OF.get(one.value, "")
        assert one.thl == {"": usual_thl, codes.NO_THL_PHASE: ""}.get(mapped, mapped)
        assert one.in_use == (row is None or row["in_use"] or one.value in (codes.REFERRAL, codes.ENDED))


@settings(max_examples=100, deadline=None)
@given(settings_rows(), st.sets(st.sampled_from(ORDER)))
def test_what_somebody_is_or_has_been_in_is_never_lost(rows: list[Row], held: set[str]) -> None:
    ours = phases_of(rows)
    seen = [one.value for one in ours.seen(held)]
    assert seen == [one for one in ORDER if ours.used(one) or one in held]
    assert {codes.REFERRAL, codes.ENDED} <= set(seen)
    offered = {one: ours.offered_in(CHANGE, {"phase": one}) for one in ORDER}
    for one, spec in offered.items():
        field = next(field for field in spec.fields() if field.name == "phase")
        assert [choice.value for choice in field.choices] == [
            code for code in ORDER if ours.used(code) or code == one
        ]
    shown = next(field for field in ours.shown_in(CHANGE).fields() if field.name == "phase")
    assert [choice.value for choice in shown.choices] == list(ORDER)
    assert [titles_of(shown.choices, one) for one in ORDER] == [ours.name(one) for one in ORDER]
    assert ours.shown_in(SPECS["support_visit"]) is SPECS["support_visit"]
    assert ours.shown_in(SPECS["coaching_phase"]) is SPECS["coaching_phase"], "there stand the usual names"


@settings(max_examples=100, deadline=None)
@given(settings_rows(), st.sampled_from(ORDER))
def test_what_follows_is_the_next_phase_in_use(rows: list[Row], present: str) -> None:
    ours = phases_of(rows)
    following = ours.after(present)
    assert ours.used(following)
    between = ORDER[ORDER.index(present) + 1 : ORDER.index(following)]
    assert not any(ours.used(one) for one in between)
    assert following == codes.ENDED or ORDER.index(following) > ORDER.index(present)


@settings(max_examples=200, deadline=None)
@given(stories(), st.integers(0, 400), settings_rows())
def test_a_proposal_names_a_phase_in_use_or_is_silent(
    rows: dict[str, list[Row]], number: int, own: list[Row]
) -> None:
    on, ours = START + timedelta(days=number), phases_of(own)
    usual, found = phases.proposal(rows, on), phases.proposal(rows, on, ours)
    if usual is None or ours.used(usual.phase):
        assert found == usual
        return
    if found is None:
        return
    assert found.phase == ours.next_used(usual.phase) != codes.ENDED
    assert bool(found.level) == (found.phase == codes.MAINTENANCE)
    assert found.reasons[:-1] == usual.reasons
    past = [one for one in rows["phase_change"] if one["on"] <= on.isoformat()]
    present = max(past, key=lambda one: (one["on"], one["id"]))
    assert (found.phase, found.level) != (present["phase"], present["level"])


def proposed(rows: dict[str, list[Row]], number: int, *out: str) -> tuple[str, str] | None:
    """Return what is proposed on a day where these phases are out of use."""
    ours = phases_of([settled(one, in_use=False) for one in out])
    found = phases.proposal(rows, START + timedelta(days=number), ours)
    return (found.phase, found.level) if found else None


def test_the_proposal_goes_to_the_next_phase_in_use() -> None:
    accepted = coaching((codes.REFERRAL, "", 0), decision="accepted")
    assert proposed(accepted, 5) == (codes.ASSESSMENT, "")
    assert proposed(accepted, 5, codes.ASSESSMENT) == (codes.SEARCH, "")
    assert proposed(accepted, 5, codes.ASSESSMENT, codes.SEARCH) == (codes.SUPPORT, "")
    begun = coaching((codes.SEARCH, "", 0)) | {"employment": [job(20)]}
    assert proposed(begun, 21, codes.SUPPORT) == (codes.MAINTENANCE, codes.ACTIVE)
    assert proposed(begun, 21, codes.SUPPORT, codes.MAINTENANCE) is None, "the end is a person's choice"
    over = coaching((codes.SUPPORT, "", 0)) | {"employment": [job(0, 30)]}
    assert proposed(over, 31) == (codes.SEARCH, "")
    assert proposed(over, 31, codes.SEARCH) is None, "the next in use is the one she is in"
    new = maintenance(codes.LIGHT, visit(70)) | {"employment": [job(10, 90), job(95, employer="Uusi")]}
    assert proposed(new, 100, codes.SUPPORT) == (codes.MAINTENANCE, codes.ACTIVE)


def test_the_reason_says_in_each_language_which_phase_is_out_of_use() -> None:
    own = settled(codes.ASSESSMENT, in_use=False, name_fi="Tutustuminen")
    found = phases.proposal(coaching((codes.REFERRAL, "", 0), decision="accepted"), START, phases_of([own]))
    assert found is not None
    assert str(found.reasons[-1]) == "The phase “Initial assessment” is not in use here."
    with using_language("fi"):
        assert "Tutustuminen" in str(found.reasons[-1])
    usual = settled(codes.ASSESSMENT, in_use=False)
    found = phases.proposal(coaching((codes.REFERRAL, "", 0), decision="accepted"), START, phases_of([usual]))
    assert found is not None
    with using_language("fi"):
        assert _("Initial assessment") in str(found.reasons[-1]) != "Initial assessment"


@pytest.mark.parametrize("phase", ORDER)
def test_the_beginning_and_the_end_stay_in_use(phase: str) -> None:
    problems = list(check_own_phase(validated(TABLE, {"phase": phase, "in_use": False})))
    assert [one.field for one in problems] == (["in_use"] if phase in (codes.REFERRAL, codes.ENDED) else [])
    assert not list(check_own_phase(validated(TABLE, {"phase": phase})))


def test_a_name_fits_under_its_mark() -> None:
    assert (
        validated(TABLE, {"phase": "support", "name_sv": " Stöd på jobbet "}).model_dump()["name_sv"]
        == "Stöd på jobbet"
    )
    with pytest.raises(Refused):
        validated(TABLE, {"phase": "support", "name_fi": "x" * 51})


def test_own_words_are_asked_of_no_catalogue() -> None:
    # The own English name is a text that the catalogues know.
    own = Own("Job search", {"en": "Support", "sv": ""})
    assert _(own) == "Support"
    assert str(Message("{phase}!", phase=own)) == "Support!"
    with using_language("fi"):
        assert _(own) == _("Job search") != _("Support")
        assert str(Message("{phase}!", phase=Marked("Support"))) == f"{_('Support')}!"


def test_the_store_says_what_the_phases_are() -> None:
    class Rows:
        def rows(self, kind: str) -> list[Row]:
            assert kind == "coaching_phase"
            return [settled("support", name_en="Help at work") | {"id": str(new_id())}]

    assert coaching_phases.ours(Rows()).name("support") == "Help at work"
    spec = coaching_phases.spec_here(Rows(), CHANGE)
    assert "Help at work" in [_(one.title) for one in spec.fields()[1].choices]


def test_papers_call_a_phase_what_the_organisation_calls_it(store: Store) -> None:
    client = add_client(store)
    begun = make("coaching_relationship", client_id=client, started_on="2026-01-05")
    change = make(
        "phase_change", client_id=client, relationship_id=begun.id, phase="support", on="2026-02-02"
    )
    store.save(begun, change, make("coaching_phase", phase="support", name_en="Help at work", name_fi="Tuki"))
    row = store.row("phase_change", change.id)
    assert row is not None
    for language, name in (("en", "Help at work"), ("fi", "Tuki")):
        made = documents.make(store, "phase_change", row, language=language)
        assert name in [
            value for block in made.blocks if isinstance(block, Pairs) for _title, value in block.pairs
        ]
        held = client_copy.gather(store, client)
        assert held is not None
        assert name in str(client_copy.document(held, language=language, maker="").blocks)
