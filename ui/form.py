"""The form of any declared kind of record: what is typed is kept as a draft, checked in words, and saved."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.clock import new_id
from app.errors import KnownError, Problem, Refused
from app.i18n import _, _n
from app.record import Record, Row, shape, to_row
from app.spec import RecordSpec, Section
from ui.checking import checked, frozen
from ui.context import Context, write
from ui.fields import Editor, RefersField, editor_for
from ui.fields.box import FieldBox
from ui.fields.kinds import kind_of, starts
from ui.fields.text import ReadOnly
from ui.names import offer_names
from ui.theme import button, heading, label, look, px, spacing

if TYPE_CHECKING:
    from storage.writing import Changes

__all__ = ["WIDEST", "Form", "checked", "editors", "frozen"]

DRAFT_AFTER = 2000  # milliseconds from a change until it is kept
WIDEST = 760


class Form(QWidget):
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
        super().__init__(parent)
        self.context, self.spec, self.row, self.client_id = context, spec, row, client_id
        self._model = shape(spec.table)
        self._new_id = new_id()
        self.boxes: dict[str, FieldBox] = {}
        self._past: list[tuple[str, Any]] = []
        self._saving = False
        self._drafted = True  # whether the store may hold a draft of this form
        self._build()
        self._first = {**starts(self._model), **(row if row is not None else _json(values))}
        self._load(self._first)
        self._as_loaded = self.values()
        self._last = dict(self._as_loaded)
        self._draft_timer = QTimer(self, singleShot=True, interval=DRAFT_AFTER)
        self._draft_timer.timeout.connect(self.keep_draft)
        self._restore_draft()

    # ---- what it holds ----

    def values(self) -> dict[str, Any]:
        """Return the JSON value of every field, as typed."""
        return {name: box.editor.value() for name, box in self.boxes.items()}

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

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say each problem beside its field (goals.0.text at its entry), the others above the buttons."""
        for shown in self.boxes.values():
            shown.say("")
        general = []
        for problem in problems:
            path = (problem.field or "").split(".")
            box = self.boxes.get(path[0])
            text = str(problem.message)
            if box is None:
                general.append(text)
            elif not box.editor.tell(path[1:], text):
                if path[0] in self._needed and self.values()[path[0]] in (None, ""):
                    text = _("This is needed.")
                box.say(text)
        self._point(len(problems), " ".join(general))

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
        store, key, changes = self.context.store, self.draft_key, self.changes()

        def op() -> "Changes":
            # What arrived from others since the form opened stays; only what was changed here is written.
            current = store.row(self.spec.kind, record.id) if self.row is not None else None
            written = checked(self.spec, {**current, **changes}) if current is not None else record
            return store.save(written, draft_key=key)

        write(self.context, self._begin_saving(op), partial(self._saved, record), self._refused)

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

    # ---- building ----

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = look(QWidget(), "page")
        outer = QHBoxLayout(page)
        outer.setContentsMargins(spacing(3), spacing(2), spacing(3), spacing(3))
        inner = QWidget()
        inner.setMaximumWidth(px(WIDEST))
        outer.addWidget(inner, 1)
        outer.addStretch(0)
        self._fields = QVBoxLayout(inner)
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setSpacing(spacing(2))
        self._fields.addWidget(self._make_notice())
        for section in self.spec.form:
            self._build_section(section)
        self._fields.addStretch(1)
        self._scroll.setWidget(page)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._make_bar())
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self, self.save)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._lock_if_frozen()
        self._order()

    def _build_section(self, section: Section) -> None:
        title = heading(_(section.title), 3)
        title.setContentsMargins(0, spacing(1), 0, 0)
        self._fields.addWidget(title)
        if section.help:
            self._fields.addWidget(label(_(section.help), "quiet"))
        for field in section.fields:
            editor = editor_for(self._model, field)
            box = FieldBox(
                editor,
                _(field.help),
                needed=field.name in self._needed,
                titled=field is not section.fields[0] or field.title != section.title,
            )
            editor.changed.connect(lambda name=field.name: self._changed(name))
            editor.restructured.connect(self._order)
            self.boxes[field.name] = box
            self._fields.addWidget(box)
            self._after_field(field.name)
            if isinstance(editor, RefersField) and self.context is not None:
                offer_names(self.context, editor, field.refers, self.client_id)

    def _after_field(self, name: str) -> None:
        """Add what a special form shows under a field."""

    def _make_notice(self) -> QFrame:
        self._notice = look(QFrame(), "notice")
        row = QHBoxLayout(self._notice)
        row.addWidget(label(_("What you wrote here before is back. It is not saved yet.")), 1)
        self.over_button = button(_("Start over"), "quiet")
        self.over_button.clicked.connect(self.start_over)
        row.addWidget(self.over_button)
        self._notice.hide()
        return self._notice

    def _make_bar(self) -> QFrame:
        bar = look(QFrame(), "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(spacing(3), spacing(1), spacing(3), spacing(1))
        row.setSpacing(spacing(1))
        self._state: QLabel = label("", "quiet")
        row.addWidget(self._state, 1)
        self.undo_button = button(
            _("Undo"), "quiet", tip=_("Take the last change back ({key})").format(key="Ctrl+Z")
        )
        self.undo_button.clicked.connect(self.undo)
        self.undo_button.setEnabled(False)
        self.close_button = button(
            _("Close"), tip=_("Close; what you wrote stays as a draft ({key})").format(key="Esc")
        )
        self.close_button.clicked.connect(self.close_form)
        self.save_button = button(_("Save"), "primary", tip=_("Save ({key})").format(key="Ctrl+S"))
        self.save_button.clicked.connect(self.save)
        for made in (self.undo_button, self.close_button, self.save_button):
            row.addWidget(made)
        return bar

    def _lock_if_frozen(self) -> None:
        if frozen(self.spec, self.row):
            for box in self.boxes.values():
                box.editor.setEnabled(False)
            self.save_button.hide()
            self.undo_button.hide()
            self._state.setText(_("This cannot be changed any more."))

    def _order(self) -> None:
        """Make Tab follow the reading order, also after entries have come and gone."""
        stops: list[QWidget] = [self.over_button] if hasattr(self, "over_button") else []
        stops += [stop for box in self.boxes.values() for stop in box.editor.stops()]
        if hasattr(self, "save_button"):
            stops += [self.undo_button, self.close_button, self.save_button]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    # ---- inside ----

    @cached_property
    def _needed(self) -> frozenset[str]:
        fields = (field for field in self.spec.fields() if not field.read_only)
        return frozenset(field.name for field in fields if kind_of(self._model, field.name).needed)

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
        self._after_change()

    def _after_change(self) -> None:
        self.undo_button.setEnabled(bool(self._past))
        if not self._draft_timer.isActive():
            self._draft_timer.start()

    def _point(self, count: int, general: str = "") -> None:
        """Say how many problems there are and go to the first."""
        text = _n("{count} thing needs your attention.", "{count} things need your attention.", count)
        self._state.setText(
            " ".join(part for part in (text.format(count=count) if count else "", general) if part)
        )
        look(self._state, "problem" if count else "quiet")
        for box in self.boxes.values():
            first = box.editor.first_problem()
            if first is not None:
                first.setFocus()
                self._scroll.ensureWidgetVisible(box, 0, spacing(6))
                return

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

    def focus_first(self) -> None:
        """Go to the first field that a person fills."""
        for box in self.boxes.values():
            stop = box.editor.entrance()
            if stop is not None:
                stop.setFocus()
                return


def _json(values: Mapping[str, Any] | None) -> dict[str, Any]:
    from pydantic_core import to_jsonable_python

    return dict(to_jsonable_python(dict(values or {})))


def editors(form: Form) -> dict[str, Editor]:
    """Return the editors of a form by the names of their fields."""
    return {name: box.editor for name, box in form.boxes.items()}
