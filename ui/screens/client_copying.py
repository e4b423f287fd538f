"""Saving the copy of everything held on one client: a file of the person's choice, with a name that tells nothing."""

from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.i18n import _, language
from ui import dialogs
from ui.context import Context

SUGGESTED = "copy.zip"


def save_copy(context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
    """Ask where to save, write the archive in the language of the windows, and say that it is not locked."""
    target = dialogs.save_file(parent, _("Copy of everything held"), SUGGESTED, _("Archive (*.zip)"))
    if target is None:
        return
    store, chosen = context.store, language()

    def write() -> dict[str, int]:
        from storage import copying

        return copying.copy_to(store, client_id, target, language=chosen)

    def saved(counts: dict[str, int]) -> None:
        said = _(
            "Saved: {entries} entries, {files} files. The file is not locked: give it to the client only."
        )
        context.say(said.format(**counts))

    context.tasks.run(write, saved, owner=parent)
