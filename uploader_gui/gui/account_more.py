"""What few people need of an account: another address, and what their company's network wants of certificates."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QToolButton, QWidget

from uploader_gui.core import words
from uploader_gui.core.accounts import PASSPHRASE, Certificate
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces
from uploader_gui.gui.file_edit import FileEdit
from uploader_gui.gui.look import GRID


class AccountMore(QWidget):
    """An account's address and certificates, folded away until they are wanted.

    Args:
        parent: Its owner.

    Attributes:
        changed: Something is filled in otherwise.
        base: The address.
        authority: The certificate authority's file.
        shown: The client certificate's file.
        key: Its key's, where that is another one.
        passphrase: Of that key.
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
        usual = _("the system's certificates only")
        self._authority = FileEdit(_("Choose the certificate authority's file"), usual, self)
        self.authority = self._authority.edit
        about = _("Only where your company's network needs a certificate authority of its own: its file (PEM or DER).")
        self.authority.setAccessibleDescription(about)
        self._shown = FileEdit(_("Choose the client certificate's file"), _("no certificate"), self)
        self._key = FileEdit(_("Choose the file of the certificate's key"), _("in the same file"), self)
        self.shown, self.key = self._shown.edit, self._key.edit
        self.passphrase = QLineEdit(self)
        self.passphrase.setAcceptDrops(False)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setPlaceholderText(_("no passphrase"))
        about_shown = _(
            "Only where the service lets nobody in without a certificate of yours (PEM). It is shown to the account's "
            "own hosts alone; the passphrase is kept as the key is."
        )
        for one in (self.shown, self.key, self.passphrase):
            one.setAccessibleDescription(about_shown)
        self._inside = QWidget(self)
        form = QFormLayout(self._inside)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field, row in (
            (_("Address"), self.base, self.base),
            (_("Certificate authority"), self.authority, self._authority),
            (_("Client certificate"), self.shown, self._shown),
            (_("Its key"), self.key, self._key),
            (_("Passphrase of its key"), self.passphrase, self.passphrase),
        ):
            label = look.label(text, self._inside)
            label.setBuddy(field)
            field.setAccessibleName(text)
            form.addRow(label, row)
            if field is self.base:
                form.addRow("", self._address_about)
            elif field is self.authority:
                form.addRow(pieces.quiet(about))
        form.addRow(pieces.quiet(about_shown))
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(GRID)
        rows.addRow(self.fold)
        rows.addRow(self._inside)
        self._inside.hide()
        self._fields = (self.base, self.authority, self.shown, self.key, self.passphrase)
        for one in self._fields:
            one.textChanged.connect(self.changed)

    def show_values(
        self,
        base: str,
        authority: Path | None = None,
        certificate: Certificate | None = None,
        *,
        unfold: bool,
        saved: bool = False,
        about: str = "",
    ) -> None:
        """Fill in what is so now.

        Args:
            base: The address.
            authority: The certificate authority's file.
            certificate: The client certificate.
            saved: Whether its passphrase is saved.
            unfold: Show it: something of it is unusual, or must be filled in.
            about: What the address looks like, where each customer has one of their own.
        """
        self._address_about.setText(words.plain(about, 1000))
        self._address_about.setVisible(bool(about))
        usual = _("Another one only if the service gave you one; the key goes there.")
        self.base.setAccessibleDescription(words.plain(about, 1000) or usual)
        self.base.setText(base)
        self._authority.show_path(authority)
        self._shown.show_path(None if certificate is None else certificate.file)
        self._key.show_path(None if certificate is None else certificate.key)
        self.passphrase.clear()
        self.passphrase.setPlaceholderText(
            _("saved; it is filled in again with the key") if saved else _("no passphrase")
        )
        self.fold.setChecked(unfold)

    @property
    def order(self) -> list[QWidget]:
        """The fields in the order in which the tab key leads through them."""
        files = (self._authority, self._shown, self._key)
        return [self.fold, self.base, *(one for file in files for one in (file.edit, file.button)), self.passphrase]

    @property
    def address(self) -> str:
        """The address, without a slash at its end."""
        return self.base.text().strip().rstrip("/")

    @property
    def ca_file(self) -> Path | None:
        """The certificate authority's file; None for the system's certificates only."""
        return self._authority.path

    @property
    def certificate(self) -> Certificate | None:
        """The client certificate; None for none."""
        file = self._shown.path
        return None if file is None else Certificate(file=file, key=self._key.path)

    @property
    def secrets(self) -> dict[str, str]:
        """The passphrase, if it is filled in, as it is kept."""
        text = self.passphrase.text()
        return {PASSPHRASE: text} if text else {}

    def _show_more(self, shown: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._inside.setVisible(shown)
