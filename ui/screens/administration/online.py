"""What the pages of administration share: they ask the centre, and stay calm where it is away."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.errors import KnownError, Unreachable
from app.i18n import _
from ui.context import Context
from ui.theme import button, card, heading, label, look, spacing

if TYPE_CHECKING:
    from sync.admin import Office


class OnlinePage(QWidget):
    """A page that shows what the centre has. It is asked anew whenever the page is opened.

    A page gives `fetch`, which runs off the GUI thread, and `show_reply`; it asks for more by `ask`.
    """

    def __init__(self, context: Context, title: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.setAccessibleName(title)
        page = look(QWidget(), "page")
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        self.column.setSpacing(spacing(2))
        self.column.addWidget(heading(title, 1))
        self.about = label(about, "quiet")
        self.column.addWidget(self.about)
        self.away, inside = card("notice")
        self.away_text = label(self.when_away())
        self.again = button(_("Try again"))
        self.again.clicked.connect(lambda: self.reload())
        inside.addWidget(self.away_text)
        inside.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self.away.hide()
        self.column.addWidget(self.away)
        self.problem = label("", "problem")
        self.problem.hide()
        self.column.addWidget(self.problem)
        self.body = QWidget()
        self.column.addWidget(self.body, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    # ---- what a page gives ----

    def when_away(self) -> str:
        """Say what can be done while the centre is away."""
        return _(
            "The centre cannot be reached just now, and this is kept there alone. Nothing is lost; try again later."
        )

    def fetch(self, office: "Office") -> Any:
        """Ask the centre for what is shown; runs off the GUI thread."""
        raise NotImplementedError

    def show_reply(self, reply: Any) -> None:
        """Show what was fetched, or what the centre answered to a change."""
        raise NotImplementedError

    # ---- asking ----

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.reload()

    def reload(self) -> None:
        """Ask the centre anew."""
        self.ask(self.fetch)

    def ask(
        self,
        op: "Callable[[Office], Any]",
        done: Callable[[Any], Any] | None = None,
    ) -> None:
        """Ask the centre; the answer is shown, then `done` hears of it."""
        context = self.context

        def asking() -> Any:
            from sync.admin import Office

            return op(Office(context.store, context.way))

        context.tasks.run(asking, partial(self._came, done), self._failed, network=True, owner=self)

    def _came(self, done: Callable[[Any], Any] | None, reply: Any) -> None:
        self.away.hide()
        self.body.show()
        self.say("")
        self.show_reply(reply)
        if done is not None:
            done(reply)

    def _failed(self, error: KnownError) -> None:
        if isinstance(error, Unreachable):
            self.away.show()
            self.body.setVisible(self.works_away())
            self.say("")
        else:
            self.say(str(error))

    def works_away(self) -> bool:
        """Tell whether something can be done here without the centre."""
        return False

    def say(self, text: str) -> None:
        """Say what was not accepted, or nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


def clear(layout: Any) -> None:
    """Take everything out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif item.layout() is not None:
            clear(item.layout())
