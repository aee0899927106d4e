"""A file's path: typed, or chosen in a dialog that is never modal."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui.look import GRID


class FileEdit(QHBoxLayout):
    """A field for a file's path, and the button beside it.

    Args:
        choose: What the button does, in words; also the dialog's title.
        none: What is shown while there is none.
        parent: The widgets' owner.

    Attributes:
        edit: The field.
        button: The button.
    """

    def __init__(self, choose: str, none: str, parent: QWidget) -> None:
        super().__init__()
        self._called = choose
        self.edit = QLineEdit(parent)
        self.edit.setAcceptDrops(False)
        self.edit.setPlaceholderText(none)
        self.button = QPushButton(_("Choose…"), parent)
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(choose)
        self.button.clicked.connect(self._choose)
        self.setSpacing(GRID)
        self.addWidget(self.edit, 1)
        self.addWidget(self.button)

    @property
    def path(self) -> Path | None:
        """The file; None if none is meant."""
        text = self.edit.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def show_path(self, path: Path | None) -> None:
        """Fill in a path."""
        self.edit.setText("" if path is None else str(path))

    def _choose(self) -> None:
        dialog = QFileDialog(self.edit, self._called)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.edit.setText)
        dialog.open()
