"""The list of all keys that do something."""

from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, shortcuts
from uploader_gui.gui.look import GRID
from uploader_gui.gui.sheet import Sheet


class KeysDialog(Sheet):
    """Shows the keys.

    Args:
        parent: Its owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Keyboard shortcuts"), parent)
        inside = QWidget(self)
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, GRID, 0)  # the bar beside it does not touch the keys
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(0, 1)
        for heading, keys in shortcuts.listed():
            if grid.count():
                grid.setRowMinimumHeight(grid.rowCount(), GRID)
            grid.addWidget(look.heading(heading, inside), grid.rowCount(), 0, 1, 2)
            for text, key in keys:
                typed = look.plain_label(key, inside)
                typed.setFont(look.strong(typed.font()))
                typed.setWordWrap(False)
                line = grid.rowCount()
                grid.addWidget(look.plain_label(text, inside), line, 0)
                grid.addWidget(typed, line, 1)
        rows.addLayout(grid)
        rows.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setAccessibleName(_("Keyboard shortcuts"))
        scroll.setMinimumWidth(inside.minimumSizeHint().width() + scroll.verticalScrollBar().sizeHint().width())
        self.rows.addWidget(scroll)
        self.add_close().setFocus()
        self.resize(56 * GRID, 66 * GRID)
