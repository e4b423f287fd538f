"""The demonstration's documents: of every kind that has one, of one client where she has such a record.

The career plan is written in three languages and in plain language, the others in Finnish and Swedish.
"""

from collections.abc import Iterator
from pathlib import Path

from app import documents
from app.pdf import render
from app.record import Row
from app.services import SPECS
from storage.store import Store

WHOSE = "Suonsaari"
PLAN = "career_plan"
VARIANTS = {PLAN: (("fi", False), ("sv", False), ("en", False), ("fi", True))}
OTHERS = (("fi", False), ("sv", False))


def kinds() -> list[str]:
    """Return the kinds that have a document of their own."""
    return [kind for kind, spec in SPECS.items() if spec.pdf]


def file_name(kind: str, language: str, plain: bool) -> str:
    """Return the name of a document's file: it says nothing of the client."""
    return f"{kind.replace('_', '-')}-{language}{'-plain' if plain else ''}.pdf"


def signed_plan(store: Store) -> Row:
    """Return the latest signed plan of the client whose papers are shown. Raises LookupError."""
    plans = store.rows(PLAN, client_id=_whose(store), order=("-version_no",))
    return next(plan for plan in plans if plan["content_hash"])


def _whose(store: Store) -> str:
    return str(store.rows("client", where={"last_name": WHOSE})[0]["id"])


def shown(store: Store, kind: str) -> Row | None:
    """Return the record whose document is written: the client's latest of a kind, else somebody's; None for none."""
    if kind == PLAN:
        return signed_plan(store)
    if kind == "client":
        return store.row(kind, _whose(store))
    dated = SPECS[kind].dated
    order = (f"-{dated}",) if dated else ()
    own = store.rows(kind, client_id=_whose(store), order=order) if SPECS[kind].scope == "client" else []
    found = own or store.rows(kind, order=order)
    sealed = [row for row in found if row.get("content_hash")]
    return next(iter(sealed or found), None)


def wanted(store: Store) -> Iterator[tuple[str, Row, str, bool]]:
    """Give each document: kind, record, language, and whether in plain language."""
    for kind in kinds():
        row = shown(store, kind)
        if row is not None:
            for language, plain in VARIANTS.get(kind, OTHERS):
                yield kind, row, language, plain


def write(store: Store, folder: Path) -> list[Path]:
    """Write the documents into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, row, language, plain in wanted(store):
        document = documents.make(store, kind, row, language=language, plain=plain)
        file = folder / file_name(kind, language, plain)
        file.write_bytes(render(document))
        written.append(file)
    return written
