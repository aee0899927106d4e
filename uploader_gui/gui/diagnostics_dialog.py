"""Diagnostics for somebody who helps: every line can be read before it is copied or saved. Nothing is sent."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, notices
from uploader_gui.gui.facts import Facts
from uploader_gui.gui.look import GRID
from uploader_gui.gui.sheet import Sheet
from uploader_gui.workers.beside import Beside
from uploader_gui.workers.desk import Desk

NAME = "uploader-diagnostics.txt"


class DiagnosticsDialog(Sheet):
    """Shows the diagnostics.

    Args:
        desk: Puts them together.
        parent: Its owner.

    Attributes:
        copied: A text is to go to the clipboard.
    """

    copied = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Diagnostics"), parent)
        self._beside = Beside(desk)
        helps = _("This text helps somebody to find out what is wrong.")
        sends = _("Nothing is sent by itself: read it, then copy or save it.")
        self.rows.addWidget(look.plain_label(f"{helps} {sends}", self))
        self.without = QCheckBox(_("Leave out the names of files, records and people"), self)
        self.without.setChecked(True)
        self.without.toggled.connect(self._ask)
        self.rows.addWidget(self.without)
        self.facts = Facts("", self)
        self.facts.setAccessibleName(_("Diagnostics"))
        self.rows.addWidget(self.facts, 1)
        self._copy = self.add_button(_("Copy"))
        self._copy.clicked.connect(self._copies)
        self._save = self.add_button(_("Save…"))
        self._save.clicked.connect(self._ask_where)
        self.add_close()
        self.resize(90 * GRID, 70 * GRID)
        self._ask()

    def _ask(self) -> None:
        for button in (self._copy, self._save):
            button.setEnabled(False)
        if not self._beside.diagnostics(self._show, without_names=self.without.isChecked()):
            self.say(notices.not_open(), urgent=True)

    def _show(self, text: str) -> None:
        self.facts.setPlainText(text)
        for button in (self._copy, self._save):
            button.setEnabled(True)

    def _copies(self) -> None:
        self.copied.emit(self.facts.toPlainText())
        self.say(_("Copied."))

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, _("Save the diagnostics"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_("Text (*.txt)")])
        dialog.setDefaultSuffix("txt")
        dialog.selectFile(NAME)
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write what is shown to a file."""

        def saved() -> None:
            self.say(_("Saved as {name}. Only you may read it.").format(name=path.name))

        def failed(error: Exception) -> None:
            self.say(notices.of_error(error).text, urgent=True)

        self._beside.write_diagnostics(path, self.facts.toPlainText(), saved, failed)
