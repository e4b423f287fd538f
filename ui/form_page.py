"""A form as a page: its sections of fields in one column, problems beside them, and the bar of buttons below."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.errors import Problem
from app.i18n import _, _n
from app.record import Row, shape
from app.spec import RecordSpec, Section
from ui.checking import frozen
from ui.context import Context
from ui.fields import editor_for
from ui.fields.box import FieldBox
from ui.fields.kinds import kind_of
from ui.theme import button, heading, label, look, px, spacing

WIDEST = 760


class FormPage(QWidget):
    """What a form looks like and how it says its problems; what it holds and keeps is `Form`'s."""

    def __init__(
        self,
        context: Context | None,
        spec: RecordSpec,
        row: Row | None,
        client_id: UUID | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context, self.spec, self.row, self.client_id = context, spec, row, client_id
        self._model = shape(spec.table)
        self.boxes: dict[str, FieldBox] = {}

    def values(self) -> dict[str, Any]:
        """Return the JSON value of every field, as typed."""
        return {name: box.editor.value() for name, box in self.boxes.items()}

    def save(self) -> None:
        """Check and save."""
        raise NotImplementedError

    def undo(self) -> None:
        """Take the last change of a field back."""
        raise NotImplementedError

    def close_form(self) -> None:
        """Leave."""
        raise NotImplementedError

    def start_over(self) -> None:
        """Give up what was typed."""
        raise NotImplementedError

    def _changed(self, name: str) -> None:
        """Note that a person changed a field."""
        raise NotImplementedError

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
        anew = QShortcut(QKeySequence("Ctrl+Shift+N"), self, self._begin_anew)
        anew.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
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

    def _whose(self) -> UUID | None:
        """Return the client whose rows a field may refer to."""
        own = self.row.get("client_id") if self.row is not None else None
        return self.client_id or (UUID(own) if own else None)

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
        anew = _("Make a new version")
        self.new_button = button(anew, "primary", tip=f"{anew} (Ctrl+Shift+N)")
        self.new_button.clicked.connect(self._begin_anew)
        self.new_button.hide()
        for made in (self.new_button, self.undo_button, self.close_button, self.save_button):
            row.addWidget(made)
        return bar

    def _lock_if_frozen(self) -> None:
        if frozen(self.spec, self.row):
            self.lock(_("This cannot be changed any more."))
            self.new_button.setVisible(self._may_be_anew())
        elif self.spec.writers and self.context is not None:
            store, spec = self.context.store, self.spec
            self.context.tasks.run(lambda: store.may_write(spec), self._lock_unless)

    def _may_be_anew(self) -> bool:
        """Tell whether what is signed here is changed by a new version, which this form itself begins."""
        return self.context is not None and self.spec.sync.mode != "append_only" and self._whose() is not None

    def _begin_anew(self) -> None:
        from ui.screens.sign import new_version

        if self.context is not None and self.row is not None and self.new_button.isVisible():
            new_version(self.context, self.spec.kind, self.row)

    def _lock_unless(self, may: bool) -> None:
        if not may:
            self.lock(_("Your role does not allow changing this."))

    def lock(self, why: str) -> None:
        """Let the form only be read, and say why."""
        for box in self.boxes.values():
            box.editor.setEnabled(False)
        self.save_button.hide()
        self.undo_button.hide()
        self._state.setText(why)

    def _order(self) -> None:
        """Make Tab follow the reading order, also after entries have come and gone."""
        stops: list[QWidget] = [self.over_button] if hasattr(self, "over_button") else []
        stops += [stop for box in self.boxes.values() for stop in box.editor.stops()]
        if hasattr(self, "save_button"):
            stops += [self.new_button, self.undo_button, self.close_button, self.save_button]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

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

    @cached_property
    def _needed(self) -> frozenset[str]:
        fields = (field for field in self.spec.fields() if not field.read_only)
        return frozenset(field.name for field in fields if kind_of(self._model, field.name).needed)

    def focus_first(self) -> None:
        """Go to the first field that a person fills."""
        for box in self.boxes.values():
            stop = box.editor.entrance()
            if stop is not None:
                stop.setFocus()
                return
