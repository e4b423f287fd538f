"""Histories in which the model once found something wrong, kept as they were printed, so that nobody needs the seed.

A new one is added as Hypothesis prints it: the name of the rule and its values, in order.
"""

from typing import Any

import pytest

from tests.model.test_model import Machine

Step = tuple[str, dict[str, Any]]

HISTORIES: dict[str, list[Step]] = {
    "a file whose entry is held, since its client was handed over": [
        ("assigns", {"place": 0, "worker": "bertil"}),
        ("attaches_a_file", {"device": 1, "place": 0}),
        ("unassigns", {"place": 0, "worker": "bertil"}),
        ("syncs", {"device": 1}),
    ],
    "a device that is ended and then restored from its backup": [
        ("backs_a_device_up", {"device": 0}),
        ("ends_a_device", {"device": 0, "order": "drain"}),
        ("restores_a_device", {"device": 0}),
        ("registers_a_client", {"device": 0}),
        ("syncs", {"device": 0}),
    ],
    "a clock years ahead for a day, and a centre of the day before": [
        ("backs_up", {}),
        ("edits_a_client", {"device": 0, "place": 0, "field": "phone"}),
        ("syncs", {"device": 0}),
        ("time_passes", {"hours": 24}),
        ("sets_a_clock", {"device": 0, "days": 731}),
        ("syncs", {"device": 0}),
        ("restores", {"place": 0}),
    ],
    "an old disk put back after the centre had moved on": [
        ("copies_a_device", {"device": 1}),
        ("moves_a_visit", {"device": 1, "place": 0, "minutes": 20, "state": "done"}),
        ("syncs", {"device": 1}),
        ("time_passes", {"hours": 2}),
        ("syncs", {"device": 1}),
        ("goes_on_with_the_copy", {"device": 1}),
        ("moves_a_visit", {"device": 1, "place": 0, "minutes": 30, "state": "done"}),
        ("syncs_badly", {"device": 1, "faults": ("response_lost",)}),
    ],
    "an old disk put back where another store had been begun meanwhile": [
        ("copies_a_device", {"device": 2}),
        ("ends_a_device", {"device": 2, "order": "drain"}),
        ("centre_dies", {"at": 1, "device": 2}),
        ("edits_a_plan", {"device": 0, "place": 0}),
        ("goes_on_with_the_copy", {"device": 2}),
    ],
    "a centre restored from when it had ordered something else": [
        ("ends_a_device", {"device": 0, "order": "destroy"}),
        ("backs_up", {}),
        ("ends_a_device", {"device": 0, "order": "drain"}),
        ("writes_a_visit", {"device": 0, "place": 0}),
        ("restores", {"place": 0}),
    ],
    "an old disk put back whose device had been ended, while its successor is to be": [
        ("copies_a_device", {"device": 0}),
        ("ends_a_device", {"device": 0, "order": "drain"}),
        ("syncs", {"device": 0}),
        ("ends_a_device", {"device": 0, "order": "drain"}),
        ("goes_on_with_the_copy", {"device": 0}),
        ("writes_a_visit", {"device": 0, "place": 0}),
    ],
}


@pytest.mark.parametrize("name", HISTORIES)
def test_what_was_found_once_holds(name: str) -> None:
    machine = Machine()
    try:
        for rule, values in HISTORIES[name]:
            getattr(machine, rule)(**values)
    except BaseException:
        machine.story.close()
        raise
    machine.teardown()
