"""What Qt says by itself, its buttons and file dialogs, in the program's language; and which way the window runs."""

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from uploader_gui.core import translation
from uploader_gui.core.languages import ENGLISH


def of_system() -> list[str]:
    """The languages that the system's owner wants programs to speak, the dearest first."""
    return QLocale.system().uiLanguages()


def speak(app: QApplication) -> None:
    """Let Qt speak the language that the program speaks, and no other one any more. Before the first window.

    Args:
        app: The application; it keeps Qt's words as long as it lives.
    """
    code = translation.language() or ENGLISH
    own = QLocale.system()
    # Where the system speaks the language its own way of writing numbers holds: that of Austria, say.
    locale = own if own.name().partition("_")[0] == code else QLocale(code)
    QLocale.setDefault(locale)
    for before in app.findChildren(QTranslator):
        app.removeTranslator(before)
        before.deleteLater()
    translator = QTranslator(app)
    if translator.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    # Said here, as Qt takes it from the words that it has found, if any.
    right = translation.right_to_left()
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
