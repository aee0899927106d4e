"""A line that says how something went, with a sign beside the words; whoever listens hears it at once."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from uploader_gui.gui import aloud, look
from uploader_gui.gui.figure import Figure
from uploader_gui.gui.look import GRID


class Said(QWidget):
    """Says how something went. Hidden while there is nothing to say.

    Args:
        parent: Its owner.

    Attributes:
        told: It says something else than before.
    """

    told = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = Figure(parent=self)
        self._text = look.plain_label(parent=self)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(self, text: str, picture: str) -> None:
        """Say something; "" says nothing any more."""
        before = self._text.text()
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._icon.show_picture(picture)
        self.setVisible(bool(text))
        if text and text != before:
            aloud.say(self._text, text)
            self.told.emit()

    def quiet(self) -> None:
        """Say nothing any more."""
        self.say("", "")
