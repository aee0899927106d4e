"""Choosing files, or a folder, in the system's dialog: it opens where files were last chosen from."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.workers.beside import Beside
from uploader_gui.workers.desk import Desk

MOST = 5


class FileChoice(QObject):
    """Lets a person choose.

    Which folders there were is read once the desk is open, and kept in its errands: a folder that does not answer
    holds up no window. Those of this run are known at once.

    Args:
        desk: Keeps the folders.
        window: The dialogs' owner.

    Attributes:
        chosen: Files or folders were chosen: their paths.
        folders: The folders that files were last chosen from, the last one first.
    """

    chosen = Signal(object)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._beside = Beside(desk)
        self.folders: tuple[Path, ...] = ()
        desk.opened.connect(self._read)

    def files(self) -> QFileDialog:
        """Let the person choose files."""
        dialog = self._dialog(_("Choose files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.open()
        return dialog

    def folder(self) -> QFileDialog:
        """Let the person choose a folder: all files in it are sent."""
        dialog = self._dialog(_("Choose a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()
        return dialog

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        if self.folders:
            dialog.setDirectory(str(self.folders[0]))
            # In the list of Qt's own dialog; those of the systems have theirs. Not at its side: Qt keeps what stands
            # there for all programs.
            dialog.setHistory([str(one) for one in self.folders])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._take)
        return dialog

    def _read(self) -> None:
        before = self.folders

        def read(found: tuple[Path, ...]) -> None:
            if self.folders == before:  # else something was chosen meanwhile
                self.folders = found

        self._beside.folders(read)

    def _take(self, paths: list[str]) -> None:
        if not paths:
            return
        folder = Path(paths[0]).parent
        self.folders = (folder, *(one for one in self.folders if one != folder))[:MOST]
        self._beside.remember_folders(self.folders)
        self.chosen.emit(paths)
