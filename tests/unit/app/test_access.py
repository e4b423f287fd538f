"""Who may hold which compartment: by assignment, role and consent, on a day; and what never opens anything."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import access, roles
from app.access import CORE, FINANCES, GROUPS, HEALTH, LEGAL
from app.record import Row
from tests.unit.app.test_consent import DAYS, START, consent, histories, on, party, withdrawal

CLIENTS = ("client-1", "client-2")
ORGANISATION = {"organisation": "Terveysasema", "unit": "Kallio"}


def worker(**values: Any) -> Row:
    return {
        "id": "worker-1",
        "name": "Lääkäri",
        "role": roles.WORK_ABILITY_COORDINATOR,
        **ORGANISATION,
        **values,
    }


def assignment(role: str = roles.JOB_COACH, **values: Any) -> Row:
    row: Row = {
        "client_id": CLIENTS[0],
        "role": role,
        "valid_from": on(0),
        "valid_to": None,
        "groups": [],
        "deleted": False,
    }
    return row | values


def of(client: str, rows: list[Row]) -> list[Row]:
    return [{"deleted": False, "client_id": client, **row} for row in rows]


def held(
    rows: list[Row], consents: Sequence[Row] = (), back: Sequence[Row] = (), day: date = START, **who: Any
) -> Any:
    found = access.scopes(worker(**who), rows, consents, back, day)
    assert {"reference", "staff:worker-1"} <= found
    return {scope.removeprefix(f"client:{CLIENTS[0]}:") for scope in found - {"reference", "staff:worker-1"}}


# ---- by role and assignment ----


@pytest.mark.parametrize(
    ("role", "groups"),
    [
        (roles.JOB_COACH, set(GROUPS)),
        (roles.WORK_ABILITY_COORDINATOR, {CORE}),
        (roles.JOBCENTER_COORDINATOR, {CORE}),
        (roles.TEAM_LEAD, {CORE}),
        (roles.ADMIN, set()),
        ("role of a newer program", set()),
    ],
)
def test_a_role_opens_its_own_compartments(role: str, groups: set[str]) -> None:
    assert held([assignment(role)]) == groups


def test_an_assignment_may_name_fewer_compartments_and_never_more() -> None:
    assert held([assignment(groups=[HEALTH])]) == {CORE, HEALTH}
    assert held([assignment(roles.TEAM_LEAD, groups=[HEALTH, LEGAL])]) == {CORE}
    assert held([assignment(roles.ADMIN, groups=[CORE])]) == set()
    assert held([assignment(groups=[HEALTH]), assignment(groups=[LEGAL])]) == {CORE, HEALTH, LEGAL}


def test_an_assignment_of_an_earlier_program_names_none() -> None:
    row = assignment()
    del row["groups"]
    assert held([row]) == set(GROUPS)


@pytest.mark.parametrize(("begins", "ends", "holds"), [(0, 0, True), (1, None, False), (-5, -1, False)])
def test_an_assignment_holds_from_its_first_day_to_its_last(
    begins: int, ends: int | None, holds: bool
) -> None:
    row = assignment(valid_from=on(begins), valid_to=None if ends is None else on(ends))
    assert bool(held([row])) == holds
    assert not held([{**row, "deleted": True}])


# ---- by consent ----


def test_a_consent_opens_a_compartment_to_a_coordinator() -> None:
    given_ = of(CLIENTS[0], [consent(groups=["health"], parties=[party("terveysasema", "Kallio")])])
    rows = [assignment(roles.WORK_ABILITY_COORDINATOR)]
    assert held(rows, given_) == {CORE, HEALTH}
    assert held(rows, [{**given_[0], "client_id": CLIENTS[1]}]) == {CORE}
    assert held(rows, [{**given_[0], "deleted": True}]) == {CORE}
    assert held(rows, given_, organisation="", unit="") == {CORE}
    assert held(rows, given_, unit="Sörnäinen") == {CORE}
    assert held([assignment(roles.TEAM_LEAD)], given_) == {CORE}
    assert held([assignment(roles.JOBCENTER_COORDINATOR)], given_) == {CORE, HEALTH}
    assert held([assignment(roles.WORK_ABILITY_COORDINATOR, groups=[FINANCES])], given_) == {CORE}


@pytest.mark.parametrize(
    ("person", "opens"),
    [
        ("", True),
        ("Lääkäri", True),
        ("Työkykykoordinaattori", True),
        ("arbetsförmågekoordinator", True),
        ("Someone else", False),
        ("Jobcenter-koordinaattori", False),
    ],
)
def test_a_consent_may_name_the_person_or_what_she_is(person: str, opens: bool) -> None:
    given_ = of(CLIENTS[0], [consent(groups=["finances"], parties=[party("Terveysasema", "", person)])])
    found = held([assignment(roles.WORK_ABILITY_COORDINATOR)], given_)
    assert found == ({CORE, FINANCES} if opens else {CORE})


def test_what_is_granted_and_withdrawn_at_once_is_withdrawn_until_a_later_consent() -> None:
    """sync.md 4.15, row 10: neither knew of the other; only a consent of a later day says that it is meant."""
    health: dict[str, Any] = {"groups": ["health"], "parties": [party("Terveysasema")]}
    first = consent("00000000-0000-4000-8000-000000000001", **health)
    same_day = consent("00000000-0000-4000-8000-000000000002", given_on=on(5), **health)
    later = consent("00000000-0000-4000-8000-000000000003", given_on=on(6), **health)
    rows, day = [assignment(roles.WORK_ABILITY_COORDINATOR)], START + timedelta(days=6)
    back = of(CLIENTS[0], [withdrawal(first, 5)])

    def with_(*consents: Row) -> Any:
        return held(rows, of(CLIENTS[0], list(consents)), back, day)

    assert with_(first, same_day) == {CORE}
    assert with_(same_day, first) == {CORE}
    assert with_(first, {**same_day, "replaces": first["id"]}) == {CORE}
    assert with_(first, same_day, later) == {CORE, HEALTH}
    assert held(rows, of(CLIENTS[0], [first, later]), back, START + timedelta(days=5)) == {CORE}
    assert held(rows, of(CLIENTS[0], [first]), back, START + timedelta(days=4)) == {CORE, HEALTH}


def test_a_withdrawal_of_another_matter_takes_nothing() -> None:
    work = consent("00000000-0000-4000-8000-000000000001", groups=["work"], parties=[party("Terveysasema")])
    kela = consent("00000000-0000-4000-8000-000000000002", groups=["health"], parties=[party("Kela")])
    own = consent("00000000-0000-4000-8000-000000000003", groups=["health"], parties=[party("Terveysasema")])
    back = of(CLIENTS[0], [withdrawal(work, 0), withdrawal(kela, 0)])
    rows = [assignment(roles.WORK_ABILITY_COORDINATOR)]
    assert held(rows, of(CLIENTS[0], [work, kela, own]), back) == {CORE, HEALTH}


# ---- what always holds ----

ROLES = st.sampled_from([choice.value for choice in roles.ROLES])
ASSIGNMENTS = st.lists(
    st.builds(
        lambda role, client, begins, ends, groups, deleted: assignment(
            role,
            client_id=client,
            valid_from=on(begins),
            valid_to=None if ends is None else on(ends),
            groups=groups,
            deleted=deleted,
        ),
        ROLES,
        st.sampled_from(CLIENTS),
        DAYS,
        st.none() | DAYS,
        st.lists(st.sampled_from(GROUPS), unique=True, max_size=2),
        st.booleans(),
    ),
    max_size=4,
)


@given(ASSIGNMENTS, histories(), DAYS, st.data())
def test_only_an_assignment_opens_and_a_withdrawal_never_does(
    rows: list[Row], history: tuple[list[Row], list[Row]], number: int, data: st.DataObject
) -> None:
    consents, back = (of(CLIENTS[0], part) for part in history)
    day = START + timedelta(days=number)
    full = access.scopes(worker(), rows, consents, back, day)
    living = [
        row
        for row in rows
        if not row["deleted"] and row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999")
    ]
    assert access.scopes(worker(), [], consents, back, day) == {"reference", "staff:worker-1"}
    assert access.scopes(worker(), living, consents, back, day) == full
    allowed = {
        f"client:{row['client_id']}:{group}"
        for row in living
        if row["role"] != roles.ADMIN
        for group in GROUPS
    }
    assert full - {"reference", "staff:worker-1"} <= allowed
    for row in living:
        assert row["role"] == roles.ADMIN or f"client:{row['client_id']}:{CORE}" in full
    if consents:
        more = withdrawal(data.draw(st.sampled_from(consents)), data.draw(DAYS))
        assert access.scopes(worker(), rows, consents, [*back, *of(CLIENTS[0], [more])], day) <= full
    shuffled = data.draw(st.permutations(consents))
    assert access.scopes(worker(), rows, shuffled, back, day) == full


@given(ASSIGNMENTS, histories(), DAYS)
def test_consents_are_asked_only_where_they_decide(
    rows: list[Row], history: tuple[list[Row], list[Row]], number: int
) -> None:
    day = START + timedelta(days=number)
    every = [row for client in CLIENTS for row in of(client, history[0])]
    back = [row for client in CLIENTS for row in of(client, history[1])]
    asked = access.asked_of(rows, day)
    some = [row for row in every if row["client_id"] in asked]
    assert access.scopes(worker(), rows, some, back, day) == access.scopes(worker(), rows, every, back, day)
    if all(row["role"] == roles.JOB_COACH for row in rows):
        assert asked == []
