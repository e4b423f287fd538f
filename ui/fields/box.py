"""A field as a person meets it: its title, one line of help, the editor, and a problem in words."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import _
from ui.fields.base import Editor
from ui.theme import label


class FieldBox(QWidget):
    """Puts an editor under its title. A problem is said under the editor and to the screen reader.

    `titled` is False where a heading just above already says the title.
    """

    def __init__(
        self, editor: Editor, help_text: str = "", *, needed: bool = False, titled: bool = True
    ) -> None:
        super().__init__()
        self.editor = editor
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        if titled and not editor.shows_title():
            column.addLayout(self._title(editor.title, needed))
        if help_text:
            column.addWidget(label(help_text, "small"))
        needs = _("Required")
        said = f"{needs}. {help_text}" if needed else help_text
        editor.set_help(said)
        column.addWidget(editor)
        self.problem = label("", "problem")
        self.problem.hide()
        column.addWidget(self.problem)

    def _title(self, text: str, needed: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        title = label(text, "field", wraps=not needed)
        row.addWidget(title, 0 if needed else 1)
        if needed:
            row.addWidget(label(_("required"), "small", wraps=False))
            row.addStretch(1)
        return row

    def say(self, text: str) -> None:
        """Show a problem, or none."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.editor.set_problem(text)

    def check(self) -> bool:
        """Say what cannot be read of what is typed; True when all can."""
        fault = self.editor.fault()
        self.say(fault)
        return not fault
