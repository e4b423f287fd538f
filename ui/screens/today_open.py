"""From what is due to the form that does it: one way for Today, the agenda and a client's page."""

from app.due import COPY, DueItem
from app.services.coaching import work
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
    else:
        context.edit(item.kind, item.record_id, client_id=item.client_id)
