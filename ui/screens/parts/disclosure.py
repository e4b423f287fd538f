"""What employers may be told about a client, and whether the coach may be seen: the decision, and earlier ones."""

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.i18n import N_, _, format_date
from app.record import Row
from app.services.coaching import codes
from app.services.coaching.assessment import decision_after
from ui.screens import words
from ui.screens.client_cards import Card, pairs
from ui.screens.parts.page import PartPage, big, line
from ui.theme import label, spacing

SEEN = {
    "yes": (N_("The coach may be seen by employers."), "good"),
    "no": (N_("The coach stays unseen: no contact to employers about this client."), "danger"),
    "later": (N_("Not decided yet: no contact to employers until the client has decided."), "warn"),
}
EARLIER = 6


def newest(rows: list[Row], day: str) -> Row | None:
    """Return the row that holds now: the latest day, of one day the one written last."""
    return max(rows, key=lambda row: (row[day], row["id"]), default=None)


class DisclosureCard(Card):
    """What holds now, so large that nobody calls an employer without having seen it; what held before below."""

    def __init__(self, part: PartPage) -> None:
        super().__init__(_("What employers may be told"))
        self.part = part
        self.present: Row | None = None
        self.write = self.add_button(_("Write a decision"), self.new, tip=_("Key {key}").format(key="D"))

    def show_rows(self, rows: list[Row]) -> None:
        """Show the newest decision and the earlier ones."""
        self.clear()
        self.present = newest(rows, "on")
        if self.present is None:
            undecided = SEEN["later"][0]
            self.body.addWidget(big(_(undecided), "warn"))
            self.quiet(
                _("Talk it over with the client: may the coach be seen, what may be told, and what not?")
            )
            return
        text, tone = SEEN.get(self.present["coach_seen"], SEEN["later"])
        self.body.addWidget(big(_(text), tone))
        self._told(self.present)
        self._when(self.present)
        earlier = sorted(
            (r for r in rows if r is not self.present), key=lambda r: (r["on"], r["id"]), reverse=True
        )
        self._earlier(earlier)

    def _told(self, row: Row) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(spacing(3))
        for name in ("may_tell", "may_not_tell"):
            side = QVBoxLayout()
            side.setSpacing(2)
            side.addWidget(label(words.title_of("disclosure_decision", name), "strong"))
            side.addWidget(label(row[name] or words.NOTHING))
            side.addStretch(1)
            sides.addLayout(side, 1)
        self.body.addLayout(sides)
        kind = "disclosure_decision"
        shown = ("to_whom", "words", "who_tells")
        below = QHBoxLayout()
        below.setSpacing(spacing(3))
        for name in (name for name in shown if row[name]):
            side = QVBoxLayout()
            said = words.as_text(words.field_of(kind, name), row[name])
            pairs(side, [(words.title_of(kind, name), said)])
            side.addStretch(1)
            below.addLayout(side, 1)
        self.body.addLayout(below)

    def _when(self, row: Row) -> None:
        decided, review = words.day_of(row["on"]), words.day_of(row["review_on"])
        said = [_("Decided {day}.").format(day=format_date(decided))]
        said += [_("To be looked at again on {day}.").format(day=format_date(review))] if review else []
        self.quiet(" ".join(said))

    def _earlier(self, rows: list[Row]) -> None:
        if rows:
            self.body.addWidget(label(_("Earlier decisions"), "strong"))
        for row in rows[:EARLIER]:
            day = format_date(words.day_of(row["on"]))
            seen = words.choice(codes.YES_NO_LATER, row["coach_seen"])
            said = words.first_line(" · ".join(t for t in (row["may_tell"], row["may_not_tell"]) if t))
            open_it = partial(self.part.edit, "disclosure_decision", row)
            line(self, _("{day}: {decision}").format(day=day, decision=seen), open_it, said=said)

    def new(self) -> None:
        """Write a new decision that begins as the present one is."""
        self.part.edit("disclosure_decision", values=decision_after(self.present))
