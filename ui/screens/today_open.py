"""From what is due to the form that does it: one way for Today, the agenda and a client's page."""

from functools import partial
from uuid import UUID

from app.due import COPY, DueItem
from app.record import Row
from app.services.coaching import assessment, work
from ui.context import Context


def open_due(context: Context, item: DueItem) -> None:
    """Open the form of a due thing, filled with what is known."""
    if item.act == COPY:
        context.go(("register", item.client_id))
    elif item.kind == "support_visit":
        context.quick_visit(item.client_id, item.record_id)
    elif item.kind == "career_plan":
        context.open_plan(item.client_id, item.record_id)
    elif item.kind == "job_check":
        context.edit(item.kind, None, client_id=item.client_id, values=work.kept_values(item))
    elif item.kind == "disclosure_decision" and item.record_id is not None:
        # What was decided is kept as it was: to look at it again is to decide anew.
        decided = partial(context.store.row, item.kind, item.record_id)
        context.tasks.run(decided, partial(_decide_anew, context, item.client_id))
    else:
        context.edit(item.kind, item.record_id, client_id=item.client_id)


def _decide_anew(context: Context, client_id: UUID, row: Row | None) -> None:
    context.edit("disclosure_decision", None, client_id=client_id, values=assessment.decision_after(row))
