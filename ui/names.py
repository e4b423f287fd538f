"""The names of records that a field refers to, for its list."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject

from app.i18n import _
from app.record import Row
from app.services import SPECS
from ui.context import Context
from ui.fields import RefersChips, RefersField
from ui.screens.words import as_text, field_of


def offer_names(
    context: Context,
    field: RefersField | RefersChips,
    kind: str,
    client_id: UUID | None,
    *,
    at_once: bool = False,
    chosen: Callable[[], Any] | None = None,
) -> None:
    """Fill a field's list: the workers, this client's records of a kind, or those that everybody shares.

    With `at_once` a single one is chosen, and `chosen()` called, as soon as it is known. What is no longer in use is
    offered only where it is chosen already.
    """
    store = context.store

    def read() -> list[tuple[str, str, bool]]:
        if kind == "worker":
            known = sorted(store.worker_names().items(), key=lambda pair: pair[1].casefold())
            return [(worker, name, True) for worker, name in known]
        return [(row["id"], name_of(kind, row), bool(row.get("active", True))) for row in _rows(store, kind)]

    def _rows(store: Any, kind: str) -> list[Row]:
        spec = SPECS[kind]
        if spec.scope == "client":
            order = (f"-{spec.dated}",) if spec.dated else ()
            return store.rows(kind, client_id=client_id, order=order) if client_id else []
        return sorted(store.rows(kind), key=lambda row: spec.label(row).casefold())

    def show(names: list[tuple[str, str, bool]]) -> None:
        held = field.chosen()
        field.set_names([(one, name) for one, name, used in names if used or one in held])
        if at_once and len(names) == 1 and not held and isinstance(field, RefersField):
            field.set_value(names[0][0])
            if chosen is not None:
                chosen()

    owner: QObject = field
    context.tasks.run(read, show, owner=owner)


def name_of(kind: str, row: Row) -> str:
    """Name a record so that a person can tell it from its like: its own name, or its kind and day."""
    spec = SPECS[kind]
    name = spec.label(row)
    if not spec.dated or not row.get(spec.dated):
        return name
    codes = {str(row.get(field.name)) for field in spec.fields() if field.choices}
    if name and name not in codes and name != str(row[spec.dated]) and not name.isdigit():
        return name
    return f"{_(spec.one)}, {as_text(field_of(kind, spec.dated), row[spec.dated])}"
