"""Lines of facts in letters of one width, to be read and copied from."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from uploader_gui.gui.look import GRID


class Facts(QPlainTextEdit):
    """The lines. The tab key leaves them.

    Args:
        text: What they say.
        parent: Its owner.
    """

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setFrameShape(QFrame.Shape.StyledPanel)

    def fit(self, most: int) -> None:
        """Be as high as the text is, but for so many lines at most."""
        lines = min(most, self.toPlainText().count("\n") + 3)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2 * GRID)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """No wider than it must be."""
        return QSize(20 * GRID, super().sizeHint().height())
