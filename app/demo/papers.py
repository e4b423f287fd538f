"""The demonstration's documents: a signed career plan in three languages and in plain language."""

from pathlib import Path

from app import documents
from app.pdf import render
from app.record import Row
from storage.store import Store

WHOSE = "Suonsaari"
VARIANTS = (("fi", False), ("sv", False), ("en", False), ("fi", True))


def signed_plan(store: Store) -> Row:
    """Return the latest signed plan of the client whose papers are shown. Raises LookupError."""
    client = store.rows("client", where={"last_name": WHOSE})[0]
    plans = store.rows("career_plan", client_id=client["id"], order=("-version_no",))
    return next(plan for plan in plans if plan["content_hash"])


def write(store: Store, folder: Path) -> list[Path]:
    """Write the documents into a folder; their names say nothing of the client."""
    folder.mkdir(parents=True, exist_ok=True)
    plan, written = signed_plan(store), []
    for language, plain in VARIANTS:
        document = documents.make(store, "career_plan", plan, language=language, plain=plain)
        file = folder / f"career-plan-{language}{'-plain' if plain else ''}.pdf"
        file.write_bytes(render(document))
        written.append(file)
    return written
