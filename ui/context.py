"""What a screen is given: the open store, the way to run work on it, and the ways to other screens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.i18n import N_, Message
from ui.bus import Bus
from ui.tasks import Tasks, alive, owner_of

if TYPE_CHECKING:
    from app.record import Record
    from app.settings import Settings
    from storage.store import Store
    from storage.writing import Changes
    from sync.transport import Transport


def _nowhere(_place: tuple[Any, ...]) -> None:
    """Stay: what a screen does that stands alone."""


@dataclass
class Context:
    """Everything that a screen may reach; there are no global objects. `go` leads to any place of `ui.places`.

    `role` is the worker's; `way` leads to the centre where that is not the one that the store has joined by itself.
    """

    store: "Store"
    tasks: Tasks
    bus: Bus
    settings: "Settings"
    show_client: Callable[[UUID], None]
    edit: Callable[..., None]
    quick_visit: Callable[..., None]
    open_plan: Callable[..., None]
    preview: Callable[..., None]
    say: Callable[..., None]
    go: Callable[[tuple[Any, ...]], None] = _nowhere
    role: str = ""
    way: "Transport | None" = None


def write(
    context: Context, op: "Callable[[], Changes]", done: Callable[[], Any] | None = None, failed: Any = None
) -> None:
    """Run an operation that writes into the store, tell the bus what it changed, then call `done()`.

    What it reads first is still so when it writes: nothing arrives in between.
    """

    def alone() -> "Changes":
        with context.store.alone():
            return op()

    def wrote(changes: "Changes") -> None:
        context.bus.changed.emit(changes)
        if done is not None and alive(owner_of(done)):
            done()

    context.tasks.run(alone, wrote, failed)


def save(context: Context, *records: "Record", done: Callable[[], Any] | None = None) -> None:
    """Save records in one write and tell the bus once."""
    write(context, lambda: context.store.save(*records), done)


def delete(context: Context, kind: str, record_id: UUID, what: str) -> None:
    """Delete a record and offer to take it back; `what` names it in the line that says so."""

    def undo() -> None:
        write(context, lambda: context.store.undelete(kind, record_id))

    write(
        context,
        lambda: context.store.delete(kind, record_id),
        lambda: context.say(str(Message(N_("Deleted: {what}."), what=what)), undo),
    )
