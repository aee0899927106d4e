"""What few people need of an account: another address, and a certificate authority of their company's."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces
from uploader_gui.gui.look import GRID


class AccountMore(QWidget):
    """An account's address and certificate authority, folded away until they are wanted.

    Args:
        parent: Its owner.

    Attributes:
        changed: Something is filled in otherwise.
        base: The address.
        authority: The certificate authority's file.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fold = QToolButton(self)
        self.fold.setText(_("Address and certificates"))
        self.fold.setAutoRaise(True)
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.toggled.connect(self._show_more)
        self.base = QLineEdit(self)
        self.base.setAcceptDrops(False)
        self._address_about = pieces.quiet("")
        self.authority = QLineEdit(self)
        self.authority.setAcceptDrops(False)
        self.authority.setPlaceholderText(_("the system's certificates only"))
        about = _("Only where your company's network needs a certificate authority of its own: its file (PEM or DER).")
        self.authority.setAccessibleDescription(about)
        self._choose_file = choose = QPushButton(_("Choose…"), self)
        choose.setAutoDefault(False)
        choose.setAccessibleName(_("Choose the certificate authority's file"))
        choose.clicked.connect(self._choose)
        file = QHBoxLayout()
        file.setSpacing(GRID)
        file.addWidget(self.authority, 1)
        file.addWidget(choose)
        self._inside = QWidget(self)
        form = QFormLayout(self._inside)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field, row in (
            (_("Address"), self.base, self.base),
            (_("Certificate authority"), self.authority, file),
        ):
            label = look.label(text, self._inside)
            label.setBuddy(field)
            field.setAccessibleName(text)
            form.addRow(label, row)
            if field is self.base:
                form.addRow("", self._address_about)
        form.addRow(pieces.quiet(about))
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(GRID)
        rows.addRow(self.fold)
        rows.addRow(self._inside)
        self._inside.hide()
        self.base.textChanged.connect(self.changed)
        self.authority.textChanged.connect(self.changed)

    def show_values(self, base: str, authority: Path | None, *, unfold: bool, about: str = "") -> None:
        """Fill in what is so now.

        Args:
            base: The address.
            authority: The certificate authority's file.
            unfold: Show it: something of it is unusual, or must be filled in.
            about: What the address looks like, where each customer has one of their own.
        """
        self._address_about.setText(words.plain(about, 1000))
        self._address_about.setVisible(bool(about))
        usual = _("Another one only if the service gave you one; the key goes there.")
        self.base.setAccessibleDescription(words.plain(about, 1000) or usual)
        self.base.setText(base)
        self.authority.setText("" if authority is None else str(authority))
        self.fold.setChecked(unfold)

    @property
    def order(self) -> list[QWidget]:
        """The fields in the order in which the tab key leads through them."""
        return [self.fold, self.base, self.authority, self._choose_file]

    @property
    def address(self) -> str:
        """The address, without a slash at its end."""
        return self.base.text().strip().rstrip("/")

    @property
    def ca_file(self) -> Path | None:
        """The certificate authority's file; None for the system's certificates only."""
        text = self.authority.text().strip()
        return Path(text).expanduser().absolute() if text else None

    def _show_more(self, shown: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._inside.setVisible(shown)

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Choose the certificate authority's file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.authority.setText)
        dialog.open()
