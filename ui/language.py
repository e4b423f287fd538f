"""The language of the windows, changed while the program runs: our messages, Qt's own and the number forms."""

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app import i18n

_COUNTRY = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_of_qt: list[QTranslator] = []


def use(code: str) -> None:
    """Show everything in this language from now on; every open window gets a LanguageChange event."""
    i18n.set_language(code)
    QLocale.setDefault(QLocale(_COUNTRY[code]))
    while _of_qt:
        QCoreApplication.removeTranslator(_of_qt.pop())
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{code}", folder):
        QCoreApplication.installTranslator(translator)
        _of_qt.append(translator)
    for window in QApplication.topLevelWidgets():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
