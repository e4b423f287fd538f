"""Saving the paper about who has seen a client's data: a file of the person's choice, whose name tells nothing."""

from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.i18n import _, language
from ui import dialogs
from ui.context import Context

SUGGESTED = "who-has-seen.pdf"


def save_seen(context: Context, client_id: UUID, parent: QWidget | None = None) -> None:
    """Ask where to save, then the centre where it is within reach, and write the paper in the windows' language."""
    target = dialogs.save_file(parent, _("Who has seen the data"), SUGGESTED, "PDF (*.pdf)")
    if target is None:
        return
    store, chosen = context.store, language()

    def write() -> bool:
        from app.pdf import render
        from app.seen import document
        from storage import files
        from sync.seeing import gather

        told = gather(store, client_id)
        if told is None:
            return False
        maker = store.worker_names().get(str(store.worker), "")
        files.write_whole(target, render(document(told, language=chosen, maker=maker)))
        return told.everywhere

    def saved(everywhere: bool) -> None:
        if everywhere:
            context.say(_("Saved. The file is not locked: give it to the client only."))
        else:
            context.say(_("Saved. It is about this computer alone: the centre was not asked."))

    context.tasks.run(write, saved, owner=parent)
