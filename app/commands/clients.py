"""Commands on a client as a whole: merge, unmerge, retention, erase, client-copy."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import today
from app.commands.common import answer, opened, say, table
from app.entry import identifier
from app.errors import KnownError, WrongUse
from app.i18n import N_, Message, _, format_date, language

if TYPE_CHECKING:
    from storage.store import Store


def merge(arguments: Namespace) -> int:
    """Make two clients one: everything of the other is brought over to the first, field by field as chosen."""
    from app import merging as rules
    from storage import merging

    kept, other = identifier(arguments.client), identifier(arguments.other)
    choices = dict.fromkeys(arguments.take, rules.OTHER) | dict.fromkeys(arguments.both, rules.BOTH)
    known = _client_fields()
    unknown = [name for name in choices if name not in known]
    if unknown:
        said = N_("A client has no field “{name}”. The fields are: {names}.")
        raise WrongUse(Message(said, name=unknown[0][:40], names=", ".join(known)))
    with opened(arguments) as store:
        made = merging.merge(store, kept, other, choices)
    answer(
        arguments,
        {"merge": str(made.id), "client": str(kept), "entries": made.entries},
        _("Merged; {count} entries came over. To undo: tyopari unmerge {id}").format(
            count=made.entries, id=made.id
        ),
    )
    return 0


def _client_fields() -> tuple[str, ...]:
    from app.record import fields
    from app.services import SPECS

    return fields(SPECS["client"].table)


def unmerge(arguments: Namespace) -> int:
    """Undo the merging of two clients."""
    from storage import merging

    wanted = identifier(arguments.merge)
    with opened(arguments) as store:
        merging.undo(store, wanted)
    answer(arguments, {"undone": str(wanted)}, _("The two clients are apart again."))
    return 0


def retention(arguments: Namespace) -> int:
    """List the clients whose data has been kept as long as it may, or will have been within a year."""
    from app import retention as rules
    from app.services.clients.rules import name_of

    day = today()
    with opened(arguments) as store:
        clients = store.rows("client")
        store.log("listed", "client", detail="retention")
    found = [(row, term) for row in clients if (term := rules.expires(row, rules.load(), day))]
    near = sorted(
        (pair for pair in found if pair[1].is_near(day)), key=lambda pair: (pair[1].on, pair[0]["id"])
    )
    data = [
        {
            "client_id": row["id"],
            "kept_until": term.on.isoformat(),
            "passed": term.has_passed(day),
            "rule": term.rule.task,
            "source": term.rule.source,
            "address": term.rule.address,
            "verified": term.verified,
        }
        for row, term in near
    ]
    lines = [
        (format_date(term.on), name_of(row), _(term.rule.title), "" if term.verified else _("to be checked"))
        for row, term in near
    ]
    heads = [_("Kept until"), _("Client"), _("Rule"), ""]
    answer(arguments, data, table(heads, lines) if lines else _("Nobody's data is near its end."))
    return 0


def erase(arguments: Namespace) -> int:
    """Erase everything about a client for good; `--confirm` names her, so that nobody is erased by a slip."""
    from storage import erasing

    wanted = identifier(arguments.client)
    with opened(arguments) as store:
        if not erasing.confirms(_client(store, wanted), arguments.confirm):
            raise KnownError(
                Message(N_("This is not the client's name or code name, so nothing was erased.")),
                Message(N_("Write it exactly as it stands in the client's details.")),
            )
        done = erasing.erase(store, wanted, arguments.reason, arguments.rule)
    for warning in done.warnings:
        say(str(warning))
    answer(
        arguments,
        {"erased": str(wanted), "unsent_lost": done.unsent},
        _("Erased here. The centre and the other computers follow at their next sync."),
    )
    return 0


def client_copy(arguments: Namespace) -> int:
    """Write everything held on one person into an archive: a readable document, the data, and the files."""
    from storage import copying

    wanted = identifier(arguments.client)
    with opened(arguments) as store:
        counts = copying.copy_to(store, wanted, Path(arguments.out), language=arguments.lang or language())
    answer(arguments, {"file": arguments.out, **counts}, arguments.out)
    say(_("The file is not encrypted. Give it to the client only, and delete it here afterwards."))
    return 0


def seen(arguments: Namespace) -> int:
    """Write a paper for a client about who has seen her data: from the centre, or else from this computer alone."""
    from app import pdf
    from app.seen import document
    from storage import files
    from sync.seeing import gather

    wanted = identifier(arguments.client)
    with opened(arguments) as store:
        _client(store, wanted)
        told = gather(store, wanted)
        assert told is not None
        maker = store.worker_names().get(str(store.worker), "")
    made = pdf.render(document(told, language=arguments.lang or language(), maker=maker))
    files.write_whole(Path(arguments.out), made)
    answer(
        arguments,
        {"file": arguments.out, "everywhere": told.everywhere, "entries": len(told.deeds)},
        arguments.out,
    )
    if not told.everywhere:
        say(_("It is about this computer alone: the centre was not asked."))
    say(_("The file is not encrypted. Give it to the client only, and delete it here afterwards."))
    return 0


def _client(store: "Store", wanted: UUID) -> dict[str, Any]:
    row = store.row("client", wanted)
    if row is None or row["deleted"]:
        raise KnownError(
            Message(N_("This client is not on this computer.")),
            Message(N_("Look it up with list or search.")),
        )
    return row
