"""A story of two coaches, two devices and their centre, told with the real parts and checked at every step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.clock import monotonic, today
from app.demo.agenda import working_day
from app.demo.beginning import make
from app.demo.device import Demo, sync
from app.demo.people import COACHES, people
from app.errors import Unreachable
from app.record import Row, from_row
from app.services import SPECS
from storage.store import Store
from sync import settle
from sync.client import SyncResult


@dataclass
class Step:
    """One step of the story: what was done, what had to hold and whether it did."""

    title: str
    checks: dict[str, bool] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        """Whether every check held."""
        return all(self.checks.values())


@dataclass
class Story:
    """The story as far as it has been told."""

    demo: Demo
    client: str
    steps: list[Step] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)

    def tell(self, title: str, act: Callable[["Story"], dict[str, bool]]) -> None:
        """Do one step and note what held; an exception is a step that did not hold, and the story goes on."""
        step, begun = Step(title), monotonic()
        try:
            step.checks = act(self)
        except Exception as error:  # whatever happens belongs into the report
            step.checks = {f"ended by {type(error).__name__}: {error}": False}
        step.seconds = monotonic() - begun
        self.steps.append(step)

    @property
    def both(self) -> tuple[Store, Store]:
        """The two devices."""
        return self.demo.first, self.demo.second


def tell(demo: Demo, at_conflict: Callable[[Store], None] = lambda store: None) -> list[Step]:
    """Tell the whole story; `at_conflict` is called while a conflict waits on the first coach's device."""
    story = Story(demo, _client_of_the_first(demo.first))
    story.kept["at_conflict"] = at_conflict
    story.tell("Both devices hold what the centre assigned to them", _beginning)
    story.tell("A client is given to the second coach as well, and that device gets everything", _given)
    story.tell("Both change one plan at once, in different fields: the centre joins the changes", _joined)
    story.tell("Both write visits on the same day; every visit reaches both", _visits)
    story.tell("The centre is away: both go on working, and everything waits", _outage)
    story.tell("The centre is back: everything arrives, nothing twice", _back)
    story.tell("Both change the same field: the centre keeps both values and asks", _conflict)
    story.tell("The first coach settles it, and both see the same", _settled)
    story.tell("The client is taken from the second coach: the device forgets the client", _evicted)
    story.tell("The centre's audit chain is whole", _audited)
    return story.steps


def _client_of_the_first(store: Store) -> str:
    """Return a client whom the first coach alone holds."""
    person = next(one for one in people() if one.coach == 1 and one.now == "light")
    found = store.rows("client", where={"first_name": person.name[0], "last_name": person.name[1]})
    return str(found[0]["id"])


def _content(store: Store, client_id: str) -> dict[str, dict[str, Row]]:
    """Return everything that a store holds of a client, as the centre knows it: by kind and id."""
    local = ("extra",)
    return {
        kind: {
            row["id"]: {name: value for name, value in row.items() if name not in local}
            for row in store.rows(kind, client_id=client_id)
        }
        for kind, spec in SPECS.items()
        if spec.scope == "client" and kind != "conflict"
    }


def _alike(story: Story) -> bool:
    first, second = (_content(store, story.client) for store in story.both)
    return first == second


def _sync_both(story: Story) -> list[SyncResult]:
    """Let each exchange with the centre, the first one once more for what the second sent."""
    return [sync(store) for store in (*story.both, story.demo.first)]


def _ids(rows: Iterable[Row]) -> set[str]:
    return {row["id"] for row in rows}


def _visit(story: Story, store: Store, notes: str) -> UUID:
    """Write a visit of the last working day, as the quick form does."""
    on = working_day(today() - timedelta(days=1), -1)
    values = {
        "client_id": story.client,
        "on": on,
        "place": "phone",
        "minutes": 15,
        "topics": ["psychosocial"],
        "notes": notes,
    }
    visit = make("support_visit", values)
    store.save(visit)
    return visit.id


def _plan(story: Story, store: Store) -> Row:
    row = store.row("career_plan", story.kept["plan"])
    if row is None:
        raise LookupError("plan")
    return row


def _edit(story: Story, store: Store, **values: Any) -> None:
    store.save(from_row(SPECS["career_plan"].table, {**_plan(story, store), **values}))


# ---- the steps ----


def _beginning(story: Story) -> dict[str, bool]:
    _sync_both(story)
    first, second = story.both
    mine = sum(person.coach == 2 for person in people())
    return {
        f"the first device holds {len(people())} clients": first.count("client") == len(people()),
        f"the second device holds {mine} clients": second.count("client") == mine,
        "the second device does not hold the client of the story": second.row("client", story.client) is None,
        "nothing waits": not any(store.unsent().count for store in story.both),
    }


def _given(story: Story) -> dict[str, bool]:
    story.demo.centre.assign(story.client, COACHES[1][0], today())
    result = sync(story.demo.second)
    sync(story.demo.first)
    rows = sum(len(found) for found in _content(story.demo.second, story.client).values())
    return {
        f"{rows} records of the client arrived": rows > 10 and result.pulled >= rows,
        "both devices hold the same of the client": _alike(story),
    }


def _joined(story: Story) -> dict[str, bool]:
    first, second = story.both
    latest = max(first.rows("career_plan", client_id=story.client), key=lambda row: row["version_no"])
    draft = make(
        "career_plan",
        {
            "client_id": story.client,
            "version_no": latest["version_no"] + 1,
            "replaces": latest["id"],
            "made_on": today(),
            "goals": [{"text": "Haluan jatkaa tätä työtä ja oppia yhden uuden asian vuodessa."}],
            "client_view": "Työ on tärkeä osa elämääni.",
            "review_on": today() + timedelta(days=300),
        },
    )
    first.save(draft)
    story.kept["plan"] = draft.id
    _sync_both(story)
    _edit(story, first, client_view="Työ on tärkeä osa elämääni.\nHaluan pitää vapaapäivät vapaina.")
    _edit(story, second, responsibilities="Valmentaja soittaa esihenkilölle keväällä.", duration="Noin vuosi")
    results = _sync_both(story)
    plan = _plan(story, first)
    return {
        "no conflict": not any(result.conflicts for result in results),
        "the first coach's words are there": "vapaapäivät" in plan["client_view"],
        "the second coach's words are there": "keväällä" in plan["responsibilities"],
        "both devices hold the same": _alike(story),
    }


def _visits(story: Story) -> dict[str, bool]:
    first, second = story.both
    written = {
        str(_visit(story, first, "Puhelu työvuoron jälkeen. Uusi vuorolista sopii.")),
        str(_visit(story, second, "Sijaisena tavoitettu puhelimella. Ei kiireellistä asiaa.")),
        str(_visit(story, second, "Esihenkilö soitti: loma-ajat on sovittu.")),
    }
    _sync_both(story)
    there = [_ids(store.rows("support_visit", client_id=story.client)) for store in story.both]
    return {
        "all three visits are on both devices": all(written <= ids for ids in there),
        "both devices hold the same": _alike(story),
    }


def _outage(story: Story) -> dict[str, bool]:
    first, second = story.both
    story.demo.centre.stop()
    before = first.count("support_visit")
    story.kept["written"] = {
        str(_visit(story, store, f"{text} Kirjattu ilman verkkoyhteyttä."))
        for store in story.both
        for text in ("Lyhyt puhelu illalla.", "Viesti työpaikalta, vastattu heti.", "Asia kirjattu matkalla.")
    }
    _edit(story, first, follow_up="Soitto kerran kuussa.")
    failed = [_fails(store) for store in story.both]
    return {
        "each device says that the centre does not answer": all(failed),
        "what was written is saved": first.count("support_visit") == before + 3,
        "it waits to be sent": first.unsent().count == 4 and second.unsent().count == 3,
    }


def _fails(store: Store) -> bool:
    try:
        sync(store)
    except Unreachable:
        return True
    return False


def _back(story: Story) -> dict[str, bool]:
    story.demo.centre.start()
    _sync_both(story)
    notes = [store.rows("support_visit", client_id=story.client) for store in story.both]
    found = [[row["id"] for row in rows if row["id"] in story.kept["written"]] for rows in notes]
    return {
        "nothing waits": not any(store.unsent().count for store in story.both),
        "all six visits are on both devices, once": all(
            sorted(ids) == sorted(story.kept["written"]) for ids in found
        ),
        "both devices hold the same": _alike(story),
    }


def _conflict(story: Story) -> dict[str, bool]:
    first, second = story.both
    _edit(story, first, duration="Kuusi kuukautta")
    _edit(story, second, duration="Kaksi vuotta")
    results = _sync_both(story)
    open_now = [store.conflicts() for store in story.both]
    values = {(row["theirs"]["duration"], row["mine"]["duration"]) for rows in open_now for row in rows}
    story.kept["at_conflict"](first)
    return {
        "both devices show one thing to decide": all(len(rows) == 1 for rows in open_now),
        "both values are kept": values == {("Kuusi kuukautta", "Kaksi vuotta")},
        "the sync said so": any(result.conflicts for result in results),
    }


def _settled(story: Story) -> dict[str, bool]:
    first = story.demo.first
    settle.use_mine(first, first.conflicts()[0])
    _sync_both(story)
    return {
        "nothing is left to decide": not any(store.conflicts() for store in story.both),
        "both see the chosen value": all(
            _plan(story, store)["duration"] == "Kaksi vuotta" for store in story.both
        ),
        "both devices hold the same": _alike(story),
    }


def _evicted(story: Story) -> dict[str, bool]:
    first, second = story.both
    name = str((second.row("client", story.client) or {}).get("last_name"))
    before = bool(second.search(name))
    story.demo.centre.unassign(story.client, COACHES[1][0])
    result = sync(second)
    sync(first)
    left = sum(len(rows) for rows in _content(second, story.client).values())
    return {
        "compartments of the client left the second device": result.evicted > 0,
        "nothing of the client is left there": left == 0 and second.row("client", story.client) is None,
        "the search there no longer finds the client": before and not second.search(name),
        "the first device still holds the client": first.row("client", story.client) is not None,
    }


def _audited(story: Story) -> dict[str, bool]:
    return {"no finding": not story.demo.centre.findings()}
