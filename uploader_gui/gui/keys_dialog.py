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
        rows.setSpacing(GRID)
        for heading, keys in shortcuts.listed():
            rows.addWidget(look.heading(heading, inside))
            grid = QGridLayout()
            grid.setHorizontalSpacing(3 * GRID)
            grid.setVerticalSpacing(GRID // 2)
            grid.setColumnStretch(0, 1)
            for line, (text, key) in enumerate(keys):
                does, typed = look.plain_label(text, inside), look.plain_label(key, inside)
                typed.setFont(look.strong(typed.font()))
                typed.setWordWrap(False)
                grid.addWidget(does, line, 0)
                grid.addWidget(typed, line, 1)
            rows.addLayout(grid)
            rows.addSpacing(GRID)
        rows.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setAccessibleName(_("Keyboard shortcuts"))
        self.rows.addWidget(scroll)
        self.add_close().setFocus()
        self.resize(56 * GRID, 62 * GRID)
