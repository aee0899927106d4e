"""What this program is, what it tells nobody, and where its things lie."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl, qVersion
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from uploader_gui import __version__
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces
from uploader_gui.gui.look import GRID
from uploader_gui.gui.sheet import Sheet
from uploader_gui.workers.beside import Beside
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Places


class AboutDialog(Sheet):
    """Shows it.

    Args:
        desk: Knows where things lie.
        opens: Opens an address, here a folder.
        parent: Its owner.
    """

    def __init__(self, desk: Desk, opens: Callable[[QUrl], object], parent: QWidget | None = None) -> None:
        super().__init__(_("About Uploader"), parent)
        self._opens = opens
        self.heading(_("Uploader {version}").format(version=__version__))
        for text in (
            _("Drop files on a window, say what they belong to, and they are attached there: whole, once, proven."),
            _("No telemetry: it talks to the services of your accounts and to the storage they name, to nobody else."),
        ):
            self.rows.addWidget(look.plain_label(text, self))
        self.rows.addWidget(pieces.quiet(_("Made with Qt {version}.").format(version=qVersion())))
        self.heading(_("Where its things lie"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setColumnStretch(1, 1)
        self.rows.addLayout(self._grid)
        self.rows.addWidget(pieces.quiet(_("Keys lie in the system's keychain and nowhere else.")))
        self.rows.addStretch(1)
        self.add_close().setFocus()
        self.resize(72 * GRID, self.sizeHint().height())
        Beside(desk).places(self._show)

    def _show(self, places: Places) -> None:
        for called, path, folder in (
            (_("Queue and history"), places.ledger, places.ledger.parent),
            (_("Settings"), places.settings, places.settings.parent),
            (_("Your service files"), places.services, places.services),
            (_("Log and requests"), places.logs, places.logs),
        ):
            if path is not None and folder is not None:
                self._row(called, path, folder)

    def _row(self, called: str, path: Path, folder: Path) -> None:
        line = self._grid.rowCount()
        shown = QLineEdit(str(path), self)
        shown.setReadOnly(True)
        shown.setAccessibleName(called)
        shown.setCursorPosition(0)
        opening = look.Button("open", _("Open the folder of “{what}”").format(what=called), parent=self)
        opening.clicked.connect(lambda: self._opens(QUrl.fromLocalFile(str(folder))))
        name = pieces.quiet(called)
        name.setWordWrap(False)  # beside a field that has one line, it has one as well
        self._grid.addWidget(name, line, 0)
        self._grid.addWidget(shown, line, 1)
        self._grid.addWidget(opening, line, 2)
