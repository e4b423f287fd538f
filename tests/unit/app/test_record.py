"""Records: checked construction, one form of values on both databases, nothing lost on the way."""

import subprocess
import sys
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select

from app.clock import new_id
from app.errors import Refused
from app.record import canonical, content_hash, fields, from_row, iso, shape, to_row, validated
from app.services import SPECS
from app.services.clients.records import Client
from app.services.coaching.records import CareerPlan, SupportVisit
from app.services.coaching.work import Employment
from tests.strategies import rows_of

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("kind", SPECS)
def test_every_declared_name_is_a_field(kind: str) -> None:
    spec = SPECS[kind]
    own = set(fields(spec.table))
    groups = {name for group in spec.sync.together for name in group}
    named = {f.name for f in spec.fields()} | set(spec.columns) | groups
    named |= {*spec.sync.items, *spec.sync.text, *filter(None, (spec.dated, spec.sync.frozen_by))}
    assert named <= own
    assert set(spec.columns) <= {f.name for f in spec.fields()}, "a list's column needs a title"


@pytest.mark.parametrize("kind", SPECS)
def test_every_kind_describes_what_put_takes(kind: str) -> None:
    schema = shape(SPECS[kind].table).model_json_schema()
    assert schema["additionalProperties"] is False
    assert "scope" not in schema["properties"]
    assert "version" not in schema["properties"]


@pytest.mark.parametrize("kind", SPECS)
@given(data=st.data())
def test_a_row_survives_the_typed_form(kind: str, data: st.DataObject) -> None:
    row = data.draw(rows_of(kind))
    record = validated(SPECS[kind].table, row)
    again = to_row(from_row(SPECS[kind].table, to_row(record)))
    assert again == to_row(record)
    for name in row:
        assert name in again


@pytest.mark.parametrize("kind", SPECS)
@given(data=st.data())
def test_a_row_survives_a_plain_sqlite_file(kind: str, data: st.DataObject) -> None:
    table = SPECS[kind].table.__table__
    engine = create_engine("sqlite://")
    row = to_row(validated(SPECS[kind].table, data.draw(rows_of(kind))))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [row])
        assert dict(connection.execute(select(table)).mappings().one()) == row
    engine.dispose()


def test_construction_checks_what_a_table_would_not() -> None:
    with pytest.raises(Refused) as caught:
        validated(Client, {"first_name": "", "last_name": "Virtanen"})
    assert [p.field for p in caught.value.problems] == ["first_name"]
    with pytest.raises(Refused) as caught:
        validated(SupportVisit, {"client_id": "abc", "on": "31.11.2026", "minutes": "long"})
    assert {p.field for p in caught.value.problems} == {"client_id", "on", "minutes"}


@given(st.text(max_size=300))
def test_text_is_kept_in_one_form(text: str) -> None:
    client = validated(Client, {"first_name": "A" + text[:200], "last_name": "B"})
    assert unicodedata.is_normalized("NFC", client.first_name)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in client.first_name)
    assert client.first_name == validated(Client, {**to_row(client), "last_name": "B"}).first_name


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-7))])
    )
)
def test_instants_are_written_in_utc_and_read_back(moment: datetime) -> None:
    written = iso(moment)
    assert written.endswith("Z")
    assert datetime.fromisoformat(written) == moment


def test_an_unreadable_value_is_kept_and_the_rest_is_typed() -> None:
    row = to_row(
        validated(CareerPlan, {"client_id": new_id(), "made_on": "2026-02-01", "strengths": "Täsmällinen"})
    )
    plan = from_row(CareerPlan, {**row, "made_on": "spring"})
    assert plan.__dict__["made_on"] == "spring"
    assert plan.strengths == "Täsmällinen"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_the_hash_does_not_depend_on_the_order_of_names(value: object) -> None:
    one = {"a": value, "b": 1}
    other = {"b": 1, "a": value}
    assert content_hash(one) == content_hash(other)
    assert canonical(one) == canonical(other)
    assert content_hash({**one, "c": 0}) != content_hash(one)


def test_euros_keep_their_cents() -> None:
    job = validated(
        Employment,
        {
            "client_id": new_id(),
            "employer": "Kahvila",
            "title": "Apu",
            "started_on": "2026-01-01",
            "hourly_wage": "12.5",
        },
    )
    assert to_row(job)["hourly_wage"] == "12.50"


def test_a_device_loads_nothing_of_postgresql() -> None:
    found = "import sys, app.services, storage.store; print([m for m in sys.modules if 'postgres' in m])"
    done = subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
