"""Saving a list that is shown as a file of the person's own, with an entry in the access log before it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QPushButton, QWidget

from app import exporting
from app.clock import today
from app.coaching_phases import spec_here
from app.i18n import _
from app.list_sharing import list_entries
from app.record import Row
from app.sharing import log_sharing
from app.spec import RecordSpec
from storage.store import Store
from ui import dialogs
from ui.context import Context
from ui.screens.list_recipient import OWN_USE, Given, Held, SaveListPage, read
from ui.screens.pictured import pictured
from ui.theme import by_enter, look, px

KEY = "Ctrl+Shift+S"
WIDE = 700
"""From this width on the button has its words; below it has its picture alone."""


class SaveListButton(QPushButton):
    """The button that saves a list; in a narrow place its picture stands for its words."""

    def __init__(self, press: Callable[[], Any], text: str = "") -> None:
        super().__init__()
        look(by_enter(self), "quiet")
        pictured(self, "mdi6.table-arrow-down")
        self._text = text or _("Save as file…")
        self.setAccessibleName(self._text)
        self.setToolTip(_("Save what is shown ({key})").format(key=KEY))
        self.clicked.connect(lambda: press())
        self.fit(px(WIDE))

    def fit(self, width: int) -> None:
        """Show the words where a place of this width has room for them."""
        text = self._text if width >= px(WIDE) else ""
        if text != self.text():
            self.setText(text)


def save_list(
    context: Context,
    spec: RecordSpec,
    rows: Callable[[Store], Sequence[Row]],
    client_id: UUID | None,
    parent: QWidget,
) -> None:
    """Ask for whom and where, then write every field of the rows as .xlsx or .csv.

    Where entries are clients', their consents are asked about the one for whom the list is. `rows` is called on the
    database thread.
    """
    from ui.screens.sign import lay_over

    def ask(held: Held) -> None:
        if not held.groups:
            _save(context, spec, rows, client_id, parent)
            return
        page = SaveListPage(context, spec, held, client_id, partial(_save, context, spec, rows, client_id))
        lay_over(parent, page)

    context.tasks.run(partial(read, context.store, spec.kind, rows, client_id), ask, owner=parent)


def _save(
    context: Context,
    spec: RecordSpec,
    rows: Callable[[Store], Sequence[Row]],
    client_id: UUID | None,
    parent: QWidget,
    given: Given = OWN_USE,
) -> None:
    """Ask where, and write the file. What it shares is kept, and it is in the log, before the file comes to be."""
    file = _ask(spec, parent)
    if file is None:
        return
    kind = file.suffix.lower().removeprefix(".")
    store = context.store

    def op() -> Any:
        from storage.files import write_whole

        shown = rows(store)
        names = {str(case.client_id): case.name for case in store.clients()} if _of_clients(spec) else None
        labels = exporting.labels_for(spec, store.rows)
        sheet = exporting.sheet(spec_here(store, spec), shown, store.worker_names(), names, labels)
        made = exporting.as_file(sheet, kind)
        shared = _shared(store, spec, shown, given)
        store.log("export", spec.kind, None, client_id, f"list {kind}")
        write_whole(file, made)
        return shared

    def written(shared: Any) -> None:
        if shared:
            context.bus.changed.emit(shared)
        context.say(_("The list is saved."))
        if isinstance(parent, SaveListPage):
            parent.leave()

    context.tasks.run(op, written, owner=parent)


def _shared(store: Store, spec: RecordSpec, shown: Sequence[Row], given: Given) -> Any:
    """Keep and log that the rows are shared; raises ListNotShared where neither a consent nor a reason allows it."""
    if given.recipient is None:
        return None
    entries = list_entries(store, spec.kind, shown, given.recipient, today(), given.reason)
    changes = store.save(*entries)
    log_sharing(store, entries)
    return changes


def _of_clients(spec: RecordSpec) -> bool:
    """Tell whether each row is some client's, so that the file says whose."""
    return spec.scope == "client" and spec.kind != "client"


def _ask(spec: RecordSpec, parent: QWidget) -> Path | None:
    """Ask where to; the suggested name says what is listed and nothing of whom."""
    title = _("Save as file")
    kinds = _("Excel workbook (*.xlsx)") + ";;" + _("Text with semicolons (*.csv)")
    file = dialogs.save_file(parent, title, suggested(spec), kinds)
    if file is None or file.suffix.lower().removeprefix(".") in exporting.KINDS:
        return file
    whole = file.with_name(f"{file.name}.xlsx")
    text = _("There is a file of this name already.")
    if whole.exists() and not dialogs.confirm(parent, title, text, _("Replace it"), danger=True):
        return None
    return whole


def suggested(spec: RecordSpec) -> str:
    """Return a file's name made of the kind's title."""
    name = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in _(spec.title))
    return f"{' '.join(name.split()) or spec.kind}.xlsx"
