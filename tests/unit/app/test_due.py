"""What is due of a whole caseload, kept in order while cases change, come and go."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.clock import new_id
from app.due import Agenda, Case, due
from app.services.coaching import codes

ON = date(2026, 3, 10)
UNTIL = ON + timedelta(days=14)
DAYS = st.dates(date(2026, 1, 1), date(2026, 4, 30))


@st.composite
def cases(draw: st.DrawFn, name: str) -> Case:
    """A client in support, with a plan or without, met or not, with visits agreed."""
    planned = [
        {
            "id": str(new_id()),
            "on": draw(DAYS).isoformat(),
            "start_time": draw(st.sampled_from(["", "09:30"])),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    return Case(
        client_id=new_id(),
        name=name,
        phase=codes.SUPPORT,
        phase_since=draw(DAYS),
        last_visit=draw(st.none() | DAYS),
        planned=tuple(planned),
    )


NAMES = [f"{letter} Esimerkki" for letter in "abcdefgh"]


@given(st.data())
def test_an_agenda_tells_the_same_as_everything_worked_out_anew(data: st.DataObject) -> None:
    known = {name: data.draw(cases(name)) for name in NAMES[:5]}
    agenda = Agenda()
    for _ in range(4):
        caseload = [known[name] for name in sorted(known)]
        items, names = agenda.read(caseload, ON, UNTIL)
        assert list(items) == due(caseload, ON, UNTIL)
        assert names == {case.client_id: case.name for case in caseload}
        name = data.draw(st.sampled_from(NAMES))
        if name in known and data.draw(st.booleans()):
            del known[name]
        elif name in known:
            changed = data.draw(cases(name))
            known[name] = replace(changed, client_id=known[name].client_id, known={})
        else:
            known[name] = data.draw(cases(name))


def test_another_day_has_another_agenda() -> None:
    case = Case(client_id=new_id(), name="A", phase=codes.SUPPORT, phase_since=date(2026, 3, 1))
    agenda = Agenda()
    for on in (ON, ON + timedelta(days=60), ON):
        items, _names = agenda.read([case], on, on + timedelta(days=14))
        assert list(items) == due([case], on, on + timedelta(days=14))


def test_what_was_told_before_does_not_change() -> None:
    case = Case(client_id=new_id(), name="A", phase=codes.SUPPORT, phase_since=date(2026, 3, 1))
    agenda = Agenda()
    items, names = agenda.read([case], ON, UNTIL)
    kept = items, dict(names)
    agenda.read([], ON, UNTIL)
    assert (items, names) == kept
