"""The words of the command line."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from app.i18n import LANGUAGES, _

# verb -> (module, function): a command's module is imported only when the command runs.
_WHERE = {
    "init": ("store", "init"),
    "status": ("store", "status"),
    "check": ("store", "check"),
    "backup": ("store", "backup"),
    "restore": ("store", "restore"),
    "passphrase": ("store", "change_passphrase"),
    "kinds": ("records", "kinds"),
    "put": ("records", "put"),
    "list": ("records", "list_records"),
    "show": ("records", "show"),
    "delete": ("records", "delete"),
    "search": ("records", "search"),
    "due": ("records", "due"),
    "pdf": ("records", "pdf"),
    "attach": ("attachments", "attach"),
    "attachment": ("attachments", "save"),
    "import": ("importing", "import_clients"),
    "merge": ("clients", "merge"),
    "unmerge": ("clients", "unmerge"),
    "retention": ("clients", "retention"),
    "erase": ("clients", "erase"),
    "client-copy": ("clients", "client_copy"),
    "seen": ("clients", "seen"),
    "enrol": ("exchange", "enrol"),
    "login": ("login", "login"),
    "password": ("login", "password"),
    "sync": ("exchange", "sync"),
    "conflicts": ("exchange", "conflicts"),
    "resolve": ("exchange", "resolve"),
    "demo": ("demo", "demo"),
}


def parser() -> ArgumentParser:
    """Return the parser of `tyopari`; without a verb the desktop program opens."""
    top = ArgumentParser(
        prog="tyopari", description=_("Työpari, for job coaches. Without a command it opens.")
    )
    top.add_argument("--profile", metavar="DIR", default=None, help=_("the folder of the store"))
    verbs = top.add_subparsers(dest="verb", metavar="COMMAND")

    def verb(name: str, says: str, *, json: bool = True) -> ArgumentParser:
        made = verbs.add_parser(name, help=says, description=says)
        # `--profile` may stand on either side of the verb; what stands before must not be undone here.
        made.add_argument("--profile", metavar="DIR", default=SUPPRESS, help=_("the folder of the store"))
        if json:
            made.add_argument("--json", action="store_true", help=_("print one JSON document"))
        return made

    def receiving(made: ArgumentParser) -> None:
        says = _("who receives it; a consent of the client must allow it, and it is kept and logged")
        made.add_argument("--for", metavar="PARTY", dest="party", help=says)

    def overriding(made: ArgumentParser) -> None:
        says = _("why it is shared without a consent; kept and logged")
        made.add_argument("--override", metavar="REASON", default="", help=says)

    verb("init", _("create the encrypted store; prints the recovery code once"))
    verb("status", _("what the store holds, what is unsent, what is due"))
    verb("kinds", _("every kind of record with its JSON Schema"))
    put = verb("put", _("create or change records from JSON"))
    put.add_argument("kind", metavar="KIND")
    put.add_argument("file", metavar="FILE", help=_("a file, or - for standard input"))
    overriding(put)
    listed = verb("list", _("list records of a kind"))
    listed.add_argument("kind", metavar="KIND")
    listed.add_argument("--client", metavar="ID")
    listed.add_argument("--out", metavar="FILE", help=_("write the list to a .csv or .xlsx file"))
    receiving(listed)
    overriding(listed)
    show = verb("show", _("show one record"))
    show.add_argument("kind", metavar="KIND")
    show.add_argument("id", metavar="ID")
    show.add_argument("--history", action="store_true", help=_("with its history"))
    delete = verb("delete", _("delete one record"))
    delete.add_argument("kind", metavar="KIND")
    delete.add_argument("id", metavar="ID")
    search = verb("search", _("find records by words"))
    search.add_argument("text", metavar="TEXT", nargs="+")
    due = verb("due", _("what is due"))
    due.add_argument("--on", metavar="DATE")
    due.add_argument("--ics", metavar="FILE", help=_("write a calendar without names"))
    attach = verb("attach", _("attach a file to a client"))
    attach.add_argument("client", metavar="CLIENT")
    attach.add_argument("file", metavar="FILE")
    attach.add_argument("--category", metavar="CATEGORY", help=_("what it is, such as cv or consent"))
    attach.add_argument("--note", metavar="TEXT", default="")
    attached = verb("attachment", _("write an attached file to a file; it is fetched if it is not here"))
    attached.add_argument("id", metavar="ID")
    attached.add_argument("--out", metavar="FILE", required=True)
    imported = verb("import", _("import clients from CSV or xlsx"))
    imported.add_argument("what", choices=["clients"])
    imported.add_argument("file", metavar="FILE")
    imported.add_argument("--dry-run", action="store_true", help=_("say what would happen, change nothing"))
    pdf = verb("pdf", _("write a record's document as PDF"))
    pdf.add_argument("kind", metavar="KIND")
    pdf.add_argument("id", metavar="ID")
    pdf.add_argument("--out", metavar="FILE", required=True)
    pdf.add_argument("--lang", choices=LANGUAGES)
    pdf.add_argument("--plain", action="store_true", help=_("plain language, big type"))
    receiving(pdf)
    overriding(pdf)
    merge = verb("merge", _("make two clients one; can be undone"))
    merge.add_argument("client", metavar="CLIENT", help=_("the one that stays"))
    merge.add_argument("other", metavar="OTHER", help=_("the one whose entries are brought over"))
    merge.add_argument(
        "--take", metavar="FIELD", action="append", default=[], help=_("take the other's value")
    )
    merge.add_argument("--both", metavar="FIELD", action="append", default=[], help=_("join the two values"))
    unmerge = verb("unmerge", _("undo the merging of two clients"))
    unmerge.add_argument("merge", metavar="MERGE")
    verb("retention", _("whose data has been kept as long as it may, or will within a year"))
    erase = verb("erase", _("erase everything about a client for good"))
    erase.add_argument("client", metavar="CLIENT")
    erase.add_argument("--reason", choices=("retention", "request", "mistake"), required=True)
    erase.add_argument("--rule", metavar="RULE", default="", help=_("the rule of retention"))
    erase.add_argument(
        "--confirm", metavar="NAME", required=True, help=_("the client's name or code name, against slips")
    )
    copy = verb("client-copy", _("everything held on one person, to be given to that person"))
    copy.add_argument("client", metavar="CLIENT")
    copy.add_argument("--out", metavar="FILE", required=True)
    copy.add_argument("--lang", choices=LANGUAGES)
    seen = verb("seen", _("who has seen a client's data, as a paper for the client"))
    seen.add_argument("client", metavar="CLIENT")
    seen.add_argument("--out", metavar="FILE", required=True)
    seen.add_argument("--lang", choices=LANGUAGES)
    enrol = verb("enrol", _("join a centre with a one-time code, and by logging in where it asks for that"))
    enrol.add_argument("url", metavar="URL")
    enrol.add_argument("code", metavar="CODE", nargs="?", default="")
    own = _("trust the certificates in this file alone, instead of those that the computer trusts")
    enrol.add_argument("--ca-file", metavar="FILE", type=Path, help=own)
    login = verb("login", _("log in again at the centre"))
    for made in (enrol, login):
        made.add_argument(
            "--user", metavar="NAME", help=_("with the centre's own password; else in the browser")
        )
    password = verb("password", _("change your password at the centre"), json=False)
    password.add_argument("user", metavar="NAME", help=_("your user name at the centre"))
    verb("sync", _("send what is unsent and fetch what is new"))
    verb("conflicts", _("list what needs a decision"))
    resolve = verb("resolve", _("settle one conflict"))
    resolve.add_argument("conflict", metavar="CONFLICT")
    way = resolve.add_mutually_exclusive_group(required=True)
    way.add_argument("--keep", action="store_true", help=_("keep the centre's value"))
    way.add_argument("--use-mine", action="store_true", help=_("use the other value"))
    way.add_argument("--value", metavar="JSON", help=_("write a new value"))
    backup = verb("backup", _("write a checked backup to a file"))
    backup.add_argument("file", metavar="FILE")
    restore = verb("restore", _("put a backup in the store's place"))
    restore.add_argument("file", metavar="FILE")
    verb("passphrase", _("change the passphrase"), json=False)
    verb("check", _("read the whole store and say whether it is sound"))
    demo = verb(
        "demo", _("the pilot's caseload as invented people, with a centre on this computer"), json=False
    )
    demo.add_argument("--headless", action="store_true", help=_("no window: pictures, PDFs and a report"))
    demo.add_argument("--out", metavar="DIR", help=_("where the pictures, PDFs and the report go"))
    return top


def parse(words: list[str]) -> Namespace:
    """Read the words of a command line; wrong ones end the process with code 2."""
    return parser().parse_args(words)


def function(verb: str) -> Callable[[Namespace], int]:
    """Return the function of a verb."""
    module, name = _WHERE[verb]
    found: Callable[[Namespace], int] = getattr(import_module(f"app.commands.{module}"), name)
    return found
