"""The wall: row rights in the database itself (PostgreSQL), so that a mistake in the program's own check opens nothing.

It is written in SQL from assignments and consents, apart from `app.access`, and is built anew at each `init` and
`upgrade`. Reading, the queries of a pull ask it for the scopes; writing, triggers stop a statement whose rows lie
outside of what was `entered` at the transaction's beginning. (Row-level security would refuse COPY, the quick way in.)
It is never narrower than `app.access`, and a little wider in two places: whom exactly a consent names, and what was
granted and withdrawn on one day, the program alone looks at. What it stops is kept in quarantine like anything that may
not be written. SQLite has no wall.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Table, event, text
from sqlalchemy.exc import DBAPIError

from app.clock import today
from sync.server.statements import tell
from sync.server.tables import METADATA, RECORDS

_NOT_SUPPORTED = "0A000"
_STOPPED = "outside of what this worker may hold"
_SET = "SELECT unnest(string_to_array(current_setting('tyopari.scopes', true), ' '))"

_FUNCTIONS = (
    # Whether a consent of a client's in force on a day lets anybody have a group of data (app.consent.standing).
    """
CREATE OR REPLACE FUNCTION tyopari_consented(client uuid, wanted text, today date) RETURNS boolean
LANGUAGE sql STABLE AS $$
WITH RECURSIVE given AS (
    SELECT id, replaces, given_on, valid_until, groups, parties FROM consent
    WHERE client_id = client AND NOT deleted AND given_on IS NOT NULL
        AND (content_hash <> '' OR method IN ('paper', 'electronic'))
), stood(id, former, latest) AS (
    SELECT id, replaces, given_on FROM given WHERE replaces IS NOT NULL AND replaces <> id
    UNION
    SELECT stood.id, given.replaces, greatest(stood.latest, given.given_on)
    FROM stood JOIN given ON given.id = stood.former
    WHERE given.replaces IS NOT NULL AND given.replaces <> stood.id
), taken AS (
    SELECT consent_id, "on" FROM consent_withdrawal WHERE client_id = client AND NOT deleted AND "on" <= today
)
SELECT EXISTS (
    SELECT FROM given
    WHERE given_on <= today AND (valid_until IS NULL OR valid_until >= today)
        AND jsonb_exists(groups, wanted) AND jsonb_path_exists(parties, '$[*] ? (@.receives == true)')
        AND NOT EXISTS (
            SELECT FROM given newer
            WHERE newer.replaces = given.id AND newer.id <> given.id AND newer.given_on <= today
        )
        AND NOT EXISTS (SELECT FROM taken WHERE consent_id = given.id)
        AND NOT EXISTS (
            SELECT FROM stood JOIN taken ON taken.consent_id = stood.former AND taken."on" >= stood.latest
            WHERE stood.id = given.id
        )
)
$$""",
    # The scopes that a worker may hold on a day.
    """
CREATE OR REPLACE FUNCTION tyopari_may_hold(worker uuid, today date) RETURNS SETOF text
LANGUAGE sql STABLE ROWS 500 AS $$
WITH opens(role, compartment, by_consent) AS (VALUES
    ('job-coach', 'core', false), ('job-coach', 'health', false),
    ('job-coach', 'finances', false), ('job-coach', 'legal', false),
    ('work-ability-coordinator', 'core', false),
    ('work-ability-coordinator', 'health', true), ('work-ability-coordinator', 'finances', true),
    ('jobcenter-coordinator', 'core', false), ('jobcenter-coordinator', 'health', true),
    ('team-lead', 'core', false)
)
SELECT 'reference' UNION ALL SELECT 'staff:' || worker UNION ALL
SELECT 'client:' || client_id || ':' || compartment
FROM assignment JOIN opens USING (role)
WHERE worker_id = worker AND NOT deleted AND valid_from <= today AND (valid_to IS NULL OR valid_to >= today)
    AND (compartment = 'core' OR groups = '[]' OR jsonb_exists(groups, compartment))
    AND (NOT by_consent OR tyopari_consented(client_id, compartment, today))
$$""",
    # Whether a scope is of a client whom the worker registers, and about whom nobody else has decided yet.
    """
CREATE OR REPLACE FUNCTION tyopari_registers(worker uuid, place text, today date) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT place ~ '^client:[0-9a-f-]{36}:' AND NOT EXISTS (
    SELECT FROM client
    WHERE client.id = split_part(place, ':', 2)::uuid AND created_by IS DISTINCT FROM worker
) AND NOT EXISTS (
    SELECT FROM assignment
    WHERE client_id = split_part(place, ':', 2)::uuid
        AND (saved_by IS DISTINCT FROM worker
            OR (worker_id = worker AND (deleted OR valid_to < today)))
)
$$""",
)
_BEGINNING = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    worker uuid := nullif(current_setting('tyopari.worker', true), '')::uuid;
    today date := nullif(current_setting('tyopari.day', true), '')::date;
BEGIN
    IF current_setting('tyopari.centre', true) = 'on' THEN RETURN NULL; END IF;
"""
# The scopes are made out first, each once: whether one is of a new client is a question of its own, and seldom asked.
_CHECK = """
    IF EXISTS (
        WITH touched AS MATERIALIZED (SELECT DISTINCT scope FROM {rows}),
        beyond AS MATERIALIZED (SELECT scope FROM touched WHERE scope NOT IN ({entered}))
        SELECT FROM beyond WHERE NOT coalesce(tyopari_registers(worker, scope, today), false)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = TG_TABLE_NAME || ': {stopped}';
    END IF;
"""
# A team lead assigns also clients whom she does not hold; anybody else only herself, and only what she has.
_LEAD = """
    IF EXISTS (SELECT FROM account WHERE worker_id = worker AND role = 'team-lead' AND active = 1) THEN
        RETURN NULL;
    END IF;
"""
_ASSIGNS = """
    IF EXISTS (SELECT FROM fresh WHERE worker_id IS DISTINCT FROM worker OR (TG_OP = 'UPDATE')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = TG_TABLE_NAME || ': {stopped}';
    END IF;
"""
_END = """
    RETURN NULL;
END $$"""


def _guards() -> Iterator[tuple[str, str, str]]:
    """Yield what stands before a kind's table: the function's name, the moment, and its text."""
    for moment, rows in (("INSERT", ("fresh",)), ("UPDATE", ("fresh", "former"))):
        checks = "".join(_CHECK.format(rows=name, entered=_SET, stopped=_STOPPED) for name in rows)
        for suffix, more in (("", ""), ("_led", _LEAD), ("_assigns", _LEAD + _ASSIGNS)):
            name = f"tyopari_wall_{moment.lower()}{suffix}"
            yield name, moment, _BEGINNING.format(name=name) + more.format(stopped=_STOPPED) + checks + _END


def _suffix(kind: str) -> str:
    return {"assignment": "_assigns", "conflict": "_led"}.get(kind, "")


def build(connection: Connection) -> None:
    """Build the wall, or build it anew, in front of every record's table. Does nothing on SQLite.

    Where a database takes no such triggers (some distributed ones), only reading goes through it: `stands` tells.
    """
    if connection.dialect.name != "postgresql":
        return
    for statement in (*_FUNCTIONS, *(function for _name, _moment, function in _guards())):
        connection.exec_driver_sql(statement)
    try:
        with connection.begin_nested():
            _set_guards(connection)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _NOT_SUPPORTED:
            raise


def _set_guards(connection: Connection) -> None:
    for kind in RECORDS:
        for moment, rows in (
            ("INSERT", "NEW TABLE AS fresh"),
            ("UPDATE", "OLD TABLE AS former NEW TABLE AS fresh"),
        ):
            connection.exec_driver_sql(
                f'CREATE OR REPLACE TRIGGER tyopari_wall_{moment.lower()} AFTER {moment} ON "{kind}"'
                f" REFERENCING {rows} FOR EACH STATEMENT"
                f" EXECUTE FUNCTION tyopari_wall_{moment.lower()}{_suffix(kind)}()"
            )


def stands(connection: Connection) -> bool:
    """Tell whether the wall stands in front of every record's table."""
    if connection.dialect.name != "postgresql":
        return False
    query = "SELECT count(*) FROM pg_trigger WHERE tgname IN ('tyopari_wall_insert', 'tyopari_wall_update')"
    return bool(connection.exec_driver_sql(query).scalar_one() == 2 * len(RECORDS))


# ---- in a transaction ---------------------------------------------------------------------------------------------

_ENTER = (
    "SELECT set_config('tyopari.centre', '', true), set_config('tyopari.worker', %(worker)s, true),"
    " set_config('tyopari.day', %(day)s, true),"
    " set_config('tyopari.scopes', (SELECT string_agg(one, ' ') FROM"
    " tyopari_may_hold(CAST(%(worker)s AS uuid), CAST(%(day)s AS date)) AS one), true)"
)
_OPEN = "SELECT set_config('tyopari.centre', 'on', true)"
_CENTRE = text("SELECT set_config('tyopari.centre', :on, true)")
_READABLE = text(f"SELECT one FROM unnest(CAST(:scopes AS text[])) AS one WHERE one IN ({_SET})")


def enter(connection: Connection, worker: str) -> None:
    """Let this transaction write, and read through the wall, what a worker may hold now, and no more."""
    if connection.dialect.name == "postgresql":
        tell(connection, _ENTER, {"worker": worker, "day": today().isoformat()})


def open_to_centre(connection: Connection) -> None:
    """Let this transaction write everything: what the centre itself does, or an administrator by hand."""
    if connection.dialect.name == "postgresql":
        tell(connection, _OPEN)


@contextmanager
def by_centre(connection: Connection) -> Iterator[None]:
    """Let the centre do its own part in a worker's transaction, such as moving what a merge brings along."""
    if connection.dialect.name != "postgresql":
        yield
        return
    former = connection.exec_driver_sql("SELECT current_setting('tyopari.centre', true)").scalar_one()
    connection.execute(_CENTRE, {"on": "on"})
    yield
    connection.execute(_CENTRE, {"on": former or ""})


def within(scope: Any) -> Any:
    """Return the condition, for a query of a transaction that has entered, that a scope is not beyond the wall."""
    return scope.in_(text(_SET))


WITHIN = f"IN ({_SET})"
"""The same, for a query that is written out."""


def readable(connection: Connection, scopes: Collection[str]) -> set[str]:
    """Return those of the scopes that are not beyond the wall, in a transaction that has entered."""
    if connection.dialect.name != "postgresql" or not scopes:
        return set(scopes)
    return set(connection.execute(_READABLE, {"scopes": list(scopes)}).scalars())


@event.listens_for(METADATA, "after_create")
def _with_the_tables(
    _target: Any, connection: Connection, tables: Collection[Table] = (), **_more: Any
) -> None:
    if tables:
        build(connection)
