"""The names of records that a field refers to, for its list."""

from uuid import UUID

from PySide6.QtCore import QObject

from app.i18n import _
from app.services import SPECS
from ui.context import Context
from ui.fields import RefersField
from ui.screens.words import as_text, field_of


def offer_names(context: Context, field: RefersField, kind: str, client_id: UUID | None) -> None:
    """Fill a field's list: the workers, or the client's records of a kind. A single one is chosen at once."""
    store = context.store

    def read() -> list[tuple[str, str]]:
        if kind == "worker":
            return sorted(store.worker_names().items(), key=lambda pair: pair[1].casefold())
        spec = SPECS[kind]
        own = client_id if spec.scope == "client" else None
        return [(row["id"], name_of(kind, row)) for row in store.rows(kind, client_id=own)]

    def show(names: list[tuple[str, str]]) -> None:
        field.set_names(names)
        if kind != "worker" and len(names) == 1 and not field.value():
            field.set_value(names[0][0])

    owner: QObject = field
    context.tasks.run(read, show, owner=owner)


def name_of(kind: str, row: dict[str, object]) -> str:
    """Name a record so that a person can tell it from its like: its kind and day, or its own name."""
    spec = SPECS[kind]
    if spec.dated and spec.dated in row:
        return f"{_(spec.one)}, {as_text(field_of(kind, spec.dated), row[spec.dated])}"
    return spec.label(row)
