"""Printing one short text on paper, straight to the printer: nothing is written to a file of ours."""

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget

from ui import dialogs


def print_text(parent: QWidget | None, title: str, text: str) -> bool:
    """Ask for a printer and print a heading with a text under it; tell whether it was printed."""
    from PySide6.QtPrintSupport import QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    if not choose_printer(parent, printer):
        return False
    document(title, text).print_(printer)
    return True


def document(title: str, text: str) -> QTextDocument:
    """Return the page that is printed."""
    page = QTextDocument()
    page.setPlainText(f"{title}\n\n{text}\n")
    font = page.defaultFont()
    font.setPointSize(14)
    page.setDefaultFont(font)
    return page


def choose_printer(parent: QWidget | None, printer: object) -> bool:
    """Ask which printer; a test answers through `dialogs.answer_next`."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    assert isinstance(printer, QPrinter)
    if dialogs._prepared("print"):
        answer = dialogs._answers.popleft()
        if answer:
            printer.setOutputFileName(str(answer))
        return bool(answer)
    return QPrintDialog(printer, parent).exec() == QPrintDialog.DialogCode.Accepted.value
