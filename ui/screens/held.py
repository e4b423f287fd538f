"""A change that the centre did not take: what was written, why it was not taken, and what can be done with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.access import client_of
from app.coaching_phases import USUAL, CoachingPhases
from app.i18n import Message, _, format_instant
from app.record import Row
from app.services import SPECS
from ui import dialogs
from ui.context import Context
from ui.screens.client_cards import pairs
from ui.screens.words import NOTHING, as_text, field_of, title_of
from ui.theme import button, heading, label, look, spacing

NOT_SHOWN = ("client_id", "id", "scope")


class HeldCard(QFrame):
    """One change that was refused or set aside. It stays here until a person has read it and lets it go."""

    def __init__(
        self,
        context: Context,
        row: Row,
        *,
        who: str,
        workers: Mapping[str, str],
        gone: Callable[[], None],
        ours: CoachingPhases = USUAL,
    ) -> None:
        super().__init__()
        look(self, "card")
        self.context, self.row, self._gone = context, row, gone
        spec = SPECS.get(row["kind"])
        what = _(spec.one) if spec else row["kind"]
        self.title = f"{who}: {what}" if who else what
        self.written = written(row, workers, ours)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(2), spacing(2), spacing(2), spacing(2))
        column.setSpacing(spacing(1))
        column.addWidget(heading(self.title, 3))
        saved = datetime.fromisoformat(row["saved_at"])
        column.addWidget(label(_("Written {when}.").format(when=format_instant(saved)), "small"))
        column.addWidget(label(why(row), "problem"))
        pairs(column, self.written)
        column.addLayout(self._choices())

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(spacing(1))
        self.open = button(_("Open it"))
        self.copy = button(_("Copy what was written"))
        self.forget = button(_("Forget this change"), "quiet")
        for made, press in (
            (self.open, self.open_it),
            (self.copy, self.copy_it),
            (self.forget, self.forget_it),
        ):
            made.setAccessibleName(f"{made.text()}: {self.title}")
            made.clicked.connect(press)
            row.addWidget(made)
        row.addStretch(1)
        return row

    def open_it(self) -> None:
        """Open what it was about, so that it can be written in a way that is accepted."""
        client = client_of(self.row["scope"])
        record = UUID(self.row["row_id"])
        if self.row["kind"] == "career_plan" and client:
            self.context.open_plan(UUID(client), record)
        elif self.row["kind"] == "support_visit" and client:
            self.context.quick_visit(UUID(client), record)
        else:
            self.context.edit(self.row["kind"], record, client_id=UUID(client) if client else None)

    def copy_it(self) -> None:
        """Put the words on the clipboard."""
        text = "\n".join(f"{title}: {value}" for title, value in self.written)
        QGuiApplication.clipboard().setText(text)
        self.context.say(_("Copied."))

    def forget_it(self) -> None:
        """Let the change go, after asking: it is nowhere else."""
        from sync import settle

        question = _("What was written here is kept nowhere else. Forget it?")
        if not dialogs.confirm(self, _("Forget this change"), question, _("Forget"), danger=True):
            return
        store, mutation = self.context.store, self.row["mutation_id"]
        self.context.tasks.run(lambda: settle.let_go(store, mutation), lambda _done: self._gone(), owner=self)


def why(row: Row) -> str:
    """Say in words why the centre did not take a change."""
    answer = row["answer"] or {}
    if answer.get("status") == "quarantined":
        return _("This client was no longer yours when the change came. The centre has set it aside.")
    texts = [_problem(row["kind"], problem) for problem in answer.get("problems") or []]
    return " ".join(texts) or _("The centre did not accept this change.")


def _problem(kind: str, problem: Mapping[str, Any]) -> str:
    text = str(Message(problem.get("text") or "", **(problem.get("values") or {})))
    name = str(problem.get("field") or "").split(".")[0]
    return f"{title_of(kind, name)}: {text}" if name else text


def written(row: Row, workers: Mapping[str, str], ours: CoachingPhases = USUAL) -> list[tuple[str, str]]:
    """Return title and text of each field that the change wrote."""
    found = []
    for name, (_old, new) in row["patch"].items():
        text = as_text(field_of(row["kind"], name, ours), new, workers)
        if name not in NOT_SHOWN and text != NOTHING:
            found.append((title_of(row["kind"], name), text))
    return found
