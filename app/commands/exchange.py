"""Commands that meet the centre: enrol, sync, conflicts, resolve."""

import json
from argparse import Namespace
from contextlib import closing
from typing import Any

from app.commands.common import answer, opened, say, table
from app.commands.login import way_in
from app.entry import identifier
from app.errors import KnownError, WrongUse
from app.i18n import N_, Message, _


def enrol(arguments: Namespace) -> int:
    """Join a centre with its address and a one-time code, a log-in, or both, as the centre wants it."""
    from sync.enrol import enrol as join
    from sync.login import methods_at

    with opened(arguments) as store:
        asked = methods_at(arguments.url, arguments.ca_file)
        if asked.wants_code and not arguments.code:
            raise WrongUse(
                Message(N_("This centre needs a one-time code.")),
                Message(N_("Ask the administrator for one: tyopari enrol URL CODE.")),
            )
        result = join(
            store, arguments.url, arguments.code, ca_file=arguments.ca_file, who=way_in(arguments, asked)
        )
        name = store.worker_names().get(str(store.worker), "")
        data = {"worker": str(store.worker), "name": name, "role": store.role}
    answer(
        arguments,
        data,
        _("This store now belongs to {name} at the centre.").format(name=name or data["worker"]),
    )
    for warning in result.warnings:
        say(str(warning))
    return 0


def sync(arguments: Namespace) -> int:
    """Send what is unsent and fetch what is new."""
    from sync.client import for_store

    with opened(arguments) as store, closing(for_store(store)) as centre:
        result = centre()
    data = {name: getattr(result, name) for name in ("pushed", "pulled", "conflicts", "evicted", "unsent")}
    text = _("Sent {pushed}, received {pulled}; {conflicts} need a decision, {unsent} wait.").format(**data)
    answer(arguments, data, text)
    for warning in getattr(result, "warnings", ()):
        say(str(warning))
    return 0


def conflicts(arguments: Namespace) -> int:
    """List the conflicts that need a decision, one line for each field."""
    with opened(arguments) as store:
        rows, names = store.conflicts(), store.worker_names()
    data = [_shown(row, names) for row in rows]
    lines = [(c["id"], c["kind"], c["field"], _short(c["theirs"]), _short(c["mine"])) for c in data]
    headers = ["id", _("Kind"), _("Field"), _("At the centre"), _("Sent")]
    answer(arguments, data, table(headers, lines) if lines else _("Nothing needs a decision."))
    return 0


def _shown(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    one = row["parts"][0] if len(row["parts"]) == 1 else None
    return {
        "id": row["id"],
        "kind": row["kind"],
        "record_id": row["record_id"],
        "client_id": row["client_id"],
        "reason": row["reason"],
        "field": ", ".join(row["parts"]),
        "theirs": row["theirs"].get(one) if one else row["theirs"],
        "mine": row["mine"].get(one) if one else row["mine"],
        "theirs_by": row["theirs_by"],
        "theirs_name": names.get(str(row["theirs_by"]), ""),
        "theirs_at": row["theirs_at"],
        "mine_by": row["mine_by"],
        "mine_name": names.get(str(row["mine_by"]), ""),
        "mine_at": row["mine_at"],
    }


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def resolve(arguments: Namespace) -> int:
    """Settle one conflict: keep the centre's value, use the other one, or write a new one."""
    from sync import settle

    wanted = identifier(arguments.conflict)
    with opened(arguments) as store:
        row = store.row("conflict", wanted)
        if row is None or row["deleted"] or row["state"] != "open":
            raise KnownError(Message(N_("There is no such conflict, or it is settled already.")))
        if arguments.keep:
            settle.keep(store, row)
        elif arguments.use_mine:
            settle.use_mine(store, row)
        else:
            settle.write_new(store, row, _value(arguments.value, row["parts"]))
    answer(arguments, {"settled": str(wanted)}, _("Settled."))
    return 0


def _value(text: str, parts: list[str]) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise WrongUse(Message(N_("The value is not JSON: {text}"), text=text[:40])) from None
    if len(parts) == 1 and not (isinstance(value, dict) and set(value) == set(parts)):
        return {parts[0]: value}
    if not isinstance(value, dict) or set(value) - set(parts):
        raise WrongUse(Message(N_("Give an object with these fields: {fields}"), fields=", ".join(parts)))
    return value
