"""When a vocational profile is to be updated, and the version that begins with it (facts.md 1.2 item 14, 2.2 part 13).

A profile is updated after each job: what the job taught is written into its updates. Pure functions over rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app import versions
from app.clock import new_id, today
from app.record import Row
from app.spec import RecordSpec

KINDS = ("employment", "work_trial")
"""The kinds of work after which a profile is updated."""


def latest(profiles: Iterable[Row]) -> Row | None:
    """Return the profile that holds: the highest version."""
    return max(profiles, key=lambda row: (row["version_no"], row["made_on"], row["id"]), default=None)


def updated_on(profile: Row) -> date:
    """Return the day on which a profile was made, or last updated after a job."""
    days = [profile["made_on"], *(update["on"] for update in profile["updates"])]
    return date.fromisoformat(max(days))


def to_learn_from(profile: Row | None, works: Mapping[str, Sequence[Row]], on: date) -> Row | None:
    """Return the job or trial that ended last, when the profile has not been updated since; else None.

    A job that ended on the very day of the last update counts as noted.
    """
    if profile is None:
        return None
    known = updated_on(profile).isoformat()
    ended = [
        row
        for kind in KINDS
        for row in works.get(kind, ())
        if row["ended_on"] and known < row["ended_on"] <= on.isoformat()
    ]
    return max(ended, key=lambda row: (row["ended_on"], row["id"]), default=None)


def next_version(
    spec: RecordSpec, profile: Row, others: Iterable[Row] = (), work: Row | None = None
) -> dict[str, Any]:
    """Return the values of the version after a profile; with the work that ended, an update to be filled in."""
    values = versions.next_version(spec, profile, others)
    if work is not None:
        update = {
            "id": str(new_id()),
            "on": today().isoformat(),
            "after": f"{work['title']}, {work['employer']}",
            "learned": "",
        }
        values["updates"] = [*values["updates"], update]
    return values
