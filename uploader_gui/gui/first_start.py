"""What a person finds who has no account yet, or tries everything out: two buttons, and what each of them does."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import pieces
from uploader_gui.gui.look import GRID


class FirstStart(QWidget):
    """The first buttons a person sees.

    Args:
        parent: Its owner.

    Attributes:
        add_wished: An account is to be added.
        practice_wished: Everything is to be tried out.
        samples_wished: Sample files are to be attached.
        choose_wished: Other files are to be chosen.
    """

    add_wished = Signal()
    practice_wished = Signal()
    samples_wished = Signal()
    choose_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last: QPushButton | None = None
        self.add = QPushButton(_("Add an account"), self)
        self.practice = QPushButton(_("Try it out"), self)
        self.samples = QPushButton(_("Attach sample files"), self)
        self.choose = QPushButton(_("Choose files…"), self)
        about = _("Trying it out needs no account: a practice service inside this program plays the real ones.")
        self._about = pieces.quiet(about + " " + _("Nothing leaves this computer."))
        self._about.setForegroundRole(QPalette.ColorRole.WindowText)  # not that of the ground it stands on
        self._about.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.practice.setAccessibleDescription(self._about.text())
        for button, wished in (
            (self.add, self.add_wished),
            (self.practice, self.practice_wished),
            (self.samples, self.samples_wished),
            (self.choose, self.choose_wished),
        ):
            button.setAutoDefault(True)
            button.clicked.connect(wished)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addStretch(1)
        row.addWidget(self.add)
        row.addWidget(self.practice)
        row.addWidget(self.samples)
        row.addWidget(self.choose)
        row.addStretch(1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2 * GRID)
        rows.addLayout(row)
        rows.addWidget(self._about)
        self.show_state(first=False, practises=False)

    def show_state(self, *, first: bool, practises: bool) -> None:
        """Offer what fits.

        Args:
            first: There is no account.
            practises: Everything is being tried out.
        """
        self.add.setVisible(first)
        self.practice.setVisible(first)
        self._about.setVisible(first)
        self.samples.setVisible(practises)
        self.choose.setVisible(practises)
        self.setVisible(first or practises)
        button = self.add if first else self.samples
        if (first or practises) and self._last is not button:
            self._last = button
            button.setFocus()
