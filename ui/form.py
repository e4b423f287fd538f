"""The form of any declared kind of record: what is typed is kept as a draft, checked in words, and saved."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from app.clock import new_id
from app.errors import KnownError, Refused
from app.i18n import _
from app.record import Record, Row, to_row
from app.services import SPECS
from app.spec import F, RecordSpec
from ui.checking import checked, frozen
from ui.context import Context, write
from ui.fields import Editor, RefersChips, RefersField
from ui.fields.kinds import starts
from ui.fields.text import ReadOnly
from ui.form_page import WIDEST, FormPage
from ui.meanwhile import Meanwhile, heed
from ui.names import offer_names

if TYPE_CHECKING:
    from storage.writing import Changes

__all__ = ["WIDEST", "Form", "checked", "editors", "frozen"]

DRAFT_AFTER = 2000  # milliseconds from a change until it is kept


class Form(FormPage):
    """One column of fields for a new record (`row` is None) or an existing one.

    `values` are what a new record begins with. Without a context nothing is drafted and `save` only checks.
    `saved` carries the record, `closed` says that the person wants to leave; a draft remains then.
    """

    saved = Signal(object)
    closed = Signal()

    def __init__(
        self,
        context: Context | None,
        spec: RecordSpec,
        row: Row | None,
        *,
        client_id: UUID | None = None,
        values: Mapping[str, Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, spec, row, client_id, parent)
        self._new_id = new_id()
        self._past: list[tuple[str, Any]] = []
        self._saving = False
        self._drafted = True  # whether the store may hold a draft of this form
        self._filled: dict[str, Any] = {}
        self._build()
        self._first = {**starts(self._model), **(row if row is not None else _json(values))}
        self._load(self._first)
        self._as_loaded = self.values()
        self._last = dict(self._as_loaded)
        self._draft_timer = QTimer(self, singleShot=True, interval=DRAFT_AFTER)
        self._draft_timer.timeout.connect(self.keep_draft)
        self._restore_draft()
        self._offer()

    # ---- what it holds ----

    def changes(self) -> dict[str, Any]:
        """Return the fields that are not as they were when the form opened."""
        return {name: value for name, value in self.values().items() if value != self._as_loaded[name]}

    def record(self) -> Record | None:
        """Return the checked record; None, and the problems beside their fields, when something is wrong."""
        problems = [
            name
            for name, box in self.boxes.items()
            if not isinstance(box.editor, ReadOnly) and not box.check()
        ]
        if problems:
            self._point(len(problems))
            return None
        try:
            made = checked(self.spec, self._data(self.row))
        except Refused as refused:
            self.show_problems(refused.problems)
            return None
        self.show_problems(())
        return made

    # ---- what a person does ----

    def save(self) -> None:
        """Check and save; the problems are said beside their fields, and nothing is lost meanwhile."""
        if self._saving or frozen(self.spec, self.row):
            return
        record = self.record()
        if record is None:
            return
        if self.context is None:
            self.saved.emit(record)
            return
        store, changes, writing, seen = self.context.store, self.changes(), self._writing(), self.row

        def op() -> "Changes":
            # What arrived from others since the form opened stays; only what was changed here is written.
            current = store.row(self.spec.kind, record.id) if seen is not None else None
            if seen is not None and current is not None:
                heed(self.spec, seen, current, changes)
            written = checked(self.spec, {**current, **changes}) if current is not None else record
            return writing(written, current)

        write(self.context, self._begin_saving(op), partial(self._saved, record), self._refused)

    def _writing(self) -> "Callable[[Record, Row | None], Changes]":
        """Return what writes the checked record over the stored row: for a special form, more goes with it.

        Called on the database thread, so that it holds all that it needs of the form.
        """
        assert self.context is not None
        store, key = self.context.store, self.draft_key
        return lambda record, _stored: store.save(record, draft_key=key)

    def _begin_saving(self, op: "Callable[[], Changes]") -> "Callable[[], Changes]":
        """Return the saving so that, whatever becomes of it and of this window meanwhile, nothing is lost.

        Until it is answered nothing else is saved or drafted from here; what is refused is kept as a draft.
        """
        keep = self._keeping()
        self._drafted = True
        self._draft_timer.stop()
        self._saving = True
        self.save_button.setEnabled(False)

        def saving() -> "Changes":
            try:
                return op()
            except BaseException:
                with suppress(KnownError):  # the refusal itself says more than that of its draft
                    keep()
                raise

        return saving

    def close_form(self) -> None:
        """Leave; what is not saved remains as a draft."""
        if self._draft_timer.isActive():
            self.keep_draft()
        self.closed.emit()

    def undo(self) -> None:
        """Take the last change of a field back."""
        if not self._past:
            return
        name, value = self._past.pop()
        self._set(name, value)
        entrance = self.boxes[name].editor.entrance()
        if entrance is not None:
            entrance.setFocus()
        self._after_change()

    def start_over(self) -> None:
        """Give up what was typed and show what is stored."""
        self._past.clear()
        self._load(self._first)
        self._last = self.values()
        self._draft_timer.stop()
        self._notice.hide()
        self.show_problems(())
        if self.context is not None:
            store, key = self.context.store, self.draft_key
            self.context.tasks.run(lambda: store.drop_draft(key))

    # ---- drafts ----

    @property
    def draft_key(self) -> str:
        """The name under which the draft of this form is kept."""
        record = self.row["id"] if self.row is not None else "new"
        return f"{self.spec.kind}:{self.client_id or '-'}:{record}"

    def keep_draft(self) -> None:
        """Keep what is typed in the store."""
        self._draft_timer.stop()
        if self.context is None or self._saving or not (self._drafted or self.changes()):
            return
        self._drafted = bool(self.changes())
        self.context.tasks.run(self._keeping(), self._draft_kept)

    def _keeping(self) -> Callable[[], None]:
        """Return what brings the draft in the store to what is typed now."""
        assert self.context is not None
        store, key, changes = self.context.store, self.draft_key, self.changes()
        kind, client = self.spec.kind, self.client_id
        record = self.row["id"] if self.row is not None else None

        def keep() -> None:
            if changes:
                store.save_draft(key, changes, kind=kind, client_id=client, record_id=record)
            else:
                store.drop_draft(key)

        return keep

    def _restore_draft(self) -> None:
        if self.context is None or frozen(self.spec, self.row):
            return
        store, key = self.context.store, self.draft_key
        self.context.tasks.run(lambda: store.draft(key), self._draft_found)

    def _draft_found(self, draft: Row | None) -> None:
        if not draft or self.changes():
            return
        for name, value in draft.items():
            if name in self.boxes and not isinstance(self.boxes[name].editor, ReadOnly):
                self.boxes[name].editor.set_value(value)
        self._last = self.values()
        self._notice.show()

    def _draft_kept(self, _done: Any) -> None:
        self._state.setText(_("Draft kept. It is not saved yet.") if self.changes() else "")

    # ---- what other records say ----

    def _offer(self) -> None:
        """Give the fields that refer to records their names, and a new record what those tell of it."""
        for field in self.spec.fields():
            editor = self.boxes[field.name].editor
            if self.context is None or not isinstance(editor, RefersField | RefersChips):
                continue
            known = SPECS.get(field.refers)
            own = known is not None and known.scope == "client"
            at_once = own and self.row is None and (field.name in self._needed or bool(field.fills))
            begin = partial(self._fill_from, field, True)
            offer_names(self.context, editor, field.refers, self._whose(), at_once=at_once, chosen=begin)
            if self.row is None and editor.chosen():
                begin()

    def _fill_from(self, field: F, first: bool = False) -> None:
        """Fill what the chosen record tells; `first`: as what the form begins with, not as what a person did."""
        editor = self.boxes[field.name].editor
        if first:
            self._begin_with(field.name)
        if self.context is None or not field.fills or not editor.value():
            return
        store, kind, identity = self.context.store, field.refers, UUID(editor.value())
        self.context.tasks.run(lambda: store.row(kind, identity), partial(self._fill, field, first))

    def _fill(self, field: F, first: bool, row: Row | None) -> None:
        for here, there in field.fills if row is not None else ():
            assert row is not None
            text = row[there] if there else SPECS[field.refers].label(row)
            now = self.boxes[here].editor.value()
            if text == now or (now not in (None, "") and now != self._filled.get(here)):
                continue
            self._filled[here] = text
            self.boxes[here].editor.set_value(text)
            if first:
                self._begin_with(here)
            else:
                self._changed(here)

    def _begin_with(self, name: str) -> None:
        self._as_loaded[name] = self._last[name] = self.boxes[name].editor.value()

    # ---- inside ----

    def _load(self, values: Mapping[str, Any]) -> None:
        for name, box in self.boxes.items():
            box.editor.set_value(values.get(name))

    def _data(self, row: Row | None) -> dict[str, Any]:
        if row is not None:
            return {**row, **self.changes()}
        data = {**self._first, **self.values(), "id": str(self._new_id)}
        if self.client_id is not None and "client_id" in self._model.model_fields:
            data["client_id"] = str(self.client_id)
        return data

    def _set(self, name: str, value: Any) -> None:
        self.boxes[name].editor.set_value(value)
        self._last[name] = self.boxes[name].editor.value()

    def _changed(self, name: str) -> None:
        before = self._last[name]
        self._last[name] = self.boxes[name].editor.value()
        if not self._past or self._past[-1][0] != name or isinstance(before, list | bool):
            self._past.append((name, before))
        if self.boxes[name].problem.text():
            self.boxes[name].say("")
        field = next(field for field in self.spec.fields() if field.name == name)
        if field.fills:
            self._fill_from(field)
        self._after_change()

    def _after_change(self) -> None:
        self.undo_button.setEnabled(bool(self._past))
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def _saved(self, record: Record) -> None:
        self._saving = self._drafted = False
        self.save_button.setEnabled(True)
        self.row = to_row(record)
        self._as_loaded = self.values()
        self._past.clear()
        self._notice.hide()
        self._state.setText(_("Saved."))
        self.saved.emit(record)

    def _refused(self, error: KnownError) -> None:
        self._saving = False
        self.save_button.setEnabled(True)
        if isinstance(error, Meanwhile) and self.row is not None:
            self.row = {**self.row, **error.arrived}  # it is seen now: the next saving may write over it
        if isinstance(error, Refused):
            self.show_problems(error.problems)
        else:
            self._point(1, str(error))
        self._draft_timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by Escape, undo by Ctrl+Z where no text has its own undo."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_form()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        else:
            super().keyPressEvent(event)


def _json(values: Mapping[str, Any] | None) -> dict[str, Any]:
    from pydantic_core import to_jsonable_python

    return dict(to_jsonable_python(dict(values or {})))


def editors(form: Form) -> dict[str, Editor]:
    """Return the editors of a form by the names of their fields."""
    return {name: box.editor for name, box in form.boxes.items()}
