"""The form in which an account is added or changed: built from its service file, with what is missing in words."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.core import words
from uploader_gui.core.accounts import PASSPHRASE
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces
from uploader_gui.gui.account_fields import AccountFields
from uploader_gui.gui.account_more import AccountMore
from uploader_gui.gui.account_saving import AccountSaving
from uploader_gui.gui.look import GRID
from uploader_gui.gui.said import Said
from uploader_gui.workers.account_desk import AccountDesk
from uploader_gui.workers.accounts import AccountFace
from uploader_gui.workers.drafts import Draft

if TYPE_CHECKING:
    from uploader_gui.services.schema import Service


class AccountForm(QWidget):
    """One account as it is filled in.

    Args:
        desk: Tests and saves it.
        parent: Its owner.

    Attributes:
        saved: It is saved: what it is called, and what there is to say.
        given_up: The person does not want to any more.
    """

    saved = Signal(str, str)
    given_up = Signal()

    def __init__(self, desk: AccountDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services: list[Service] = []
        self._face: AccountFace | None = None
        self._heading = look.heading(parent=self)
        self.service = QComboBox(self)
        self.name = QLineEdit(self)
        self.name.setAcceptDrops(False)
        self.name.setPlaceholderText(_("whose it is"))
        self.name.setAccessibleDescription(_("What to call the account; without a name it is called as whose it is."))
        self.more = AccountMore(self)
        self._goes = pieces.quiet("")
        self.agree = QCheckBox(self)
        self.said = Said(self)
        self.saving = AccountSaving(desk, self)
        self.test = _button(_("Test"), self.saving.test)
        self.save = _button("", self.saving.save)
        self.save.setDefault(True)
        self.anyway = _button(_("Save it all the same"), self.saving.save_untested)
        self.only_now = _button(_("Only until I quit"), self.saving.save_only_now)
        self.stop = _button(_("Stop waiting"), desk.stop_waiting)
        self.cancel = _button(_("Cancel"), self.leave)
        self._lay_out()
        self.service.currentIndexChanged.connect(self._service_chosen)
        self.fields.changed.connect(self._edited)
        self.name.textChanged.connect(self._edited)
        self.more.changed.connect(self._edited)
        self.agree.toggled.connect(self._edited)
        desk.waits.connect(self.saving.wait)
        self.saving.saved.connect(self.saved)

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(2 * GRID)
        self._form.setVerticalSpacing(GRID + GRID // 2)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for text, widget in ((_("Service"), self.service), (_("Name"), self.name)):
            label = look.label(text, self)
            label.setBuddy(widget)
            widget.setAccessibleName(text)
            self._form.addRow(label, widget)
        self.fields = AccountFields(self._form, self)
        solving = QHBoxLayout()
        solving.setSpacing(GRID)
        solving.addStretch(1)
        for one in (self.anyway, self.only_now, self.stop):
            solving.addWidget(one)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.test)
        buttons.addStretch(1)
        for one in (self.cancel, self.save):
            buttons.addWidget(one)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        rows.setSpacing(GRID + GRID // 2)
        rows.addWidget(self._heading)
        rows.addLayout(self._form)
        rows.addWidget(self.more)
        rows.addWidget(self._goes)
        rows.addWidget(self.agree)
        rows.addStretch(1)
        rows.addWidget(self.said)
        rows.addLayout(solving)
        rows.addLayout(buttons)

    # ---------------------------------------------------------------------------------------------- what is shown
    def show_new(self, services: "Sequence[Service]", service_id: str = "") -> None:
        """Ask for a new account.

        Args:
            services: Those there are.
            service_id: The one that is likely meant.
        """
        self._begin(None, services)
        self._heading.setText(_("Add an account"))
        self.save.setText(_("Add account"))
        chosen = next((number for number, one in enumerate(self._services) if one.id == service_id), 0)
        self.service.setCurrentIndex(chosen)
        self._service_chosen()
        (self.service if not service_id else self.fields.fields[0].edit).setFocus()

    def show_saved(self, face: AccountFace, service: "Service") -> None:
        """Ask what to change of a saved account of this service."""
        self._begin(face, [service])
        self._heading.setText(_("Change {account}").format(account=words.plain(face.label)))
        self.save.setText(_("Save"))
        self._service_chosen()
        kept = () if face.trouble is not None and face.trouble.fill_in else face.filled
        self.fields.fill(face.open_values, kept)
        self.name.setText(face.name)
        usual = face.base == service.account.base.rstrip("/") and face.ca_file is None and face.certificate is None
        self.more.show_values(
            face.base,
            face.ca_file,
            face.certificate,
            unfold=not usual,
            saved=PASSPHRASE in face.filled,
            about=service.account.base_help,
        )
        self.agree.setChecked(not face.unagreed)
        self._edited()
        self.fields.fields[0].edit.setFocus()

    def _begin(self, face: AccountFace | None, services: "Sequence[Service]") -> None:
        self.forget()
        self._face = face
        self._services = list(services)
        self.service.blockSignals(True)
        self.service.clear()
        for one in self._services:
            self.service.addItem(words.plain(one.name), one.id)
        self.service.blockSignals(False)
        self.service.setEnabled(face is None)

    def _service_chosen(self) -> None:
        service = self._service
        if service is None:
            return
        self.fields.build(service, 1)
        order: list[QWidget] = [self.service, *(one.edit for one in self.fields.fields), self.name, *self.more.order]
        order += [self.agree, self.test, self.anyway, self.only_now, self.stop, self.cancel, self.save]
        for before, after in itertools.pairwise(order):
            QWidget.setTabOrder(before, after)
        # Whoever hears the form is told of things in the order in which they lie on each other.
        inside = [self._heading, *_in_order(self._form), self.more, self._goes, self.agree, self.said]
        for one in (*inside, self.test, self.anyway, self.only_now, self.stop, self.cancel, self.save):
            one.raise_()
        own = service.account.base_help  # then each customer has an address of their own
        base = "" if own else service.account.base.rstrip("/")
        self.more.show_values(base, unfold=bool(own), about=own)
        hosts = ", ".join(words.plain(one) for one in service.hosts)
        said = _("The key may also go to {hosts}, as the service file says").format(hosts=hosts)
        self.agree.setText(said)
        self.agree.setVisible(bool(service.hosts))
        self.agree.setChecked(False)
        self._edited()

    @property
    def _service(self) -> "Service | None":
        number = self.service.currentIndex()
        return self._services[number] if 0 <= number < len(self._services) else None

    def forget(self) -> None:
        """Forget what is filled in, the keys first."""
        self.saving.give_up()
        self.fields.clear()
        self.more.passphrase.clear()
        self.name.clear()
        self.quiet()

    def _edited(self) -> None:
        """What was said of something else does not count any more."""
        self.saving.give_up()
        self.quiet()
        host = words.plain(_host(self.more.address))
        if host:
            kept = _("It is kept in your system's keychain, never in a file.")
            self._goes.setText(_("The key goes to {host}.").format(host=host) + " " + kept)
        self._goes.setVisible(bool(host))

    def quiet(self) -> None:
        """Say nothing any more of how it went."""
        self.said.quiet()
        for one in (self.anyway, self.only_now, self.stop):
            one.hide()
        self.enable(on=True)

    def enable(self, *, on: bool) -> None:
        """Let the form be tested and saved, or not while that is under way."""
        for one in (self.test, self.save):
            one.setEnabled(on)

    # ---------------------------------------------------------------------------------------------- what is meant
    @property
    def face(self) -> AccountFace | None:
        """The saved account that is changed; None for a new one."""
        return self._face

    @property
    def draft(self) -> Draft | None:
        """What is filled in; None while something is missing, which is said then."""
        service, lacks = self._service, self.fields.lacks
        if service is None or lacks:
            self.said.say(_("Fill in {fields} first.").format(fields=lacks), "attention")
            first = self.fields.first_missing
            if first is not None:
                first.setFocus()
            return None
        if not self.more.address:
            self.said.say(_("Fill in {fields} first.").format(fields=words.quoted(_("Address"))), "attention")
            self.more.fold.setChecked(True)
            self.more.base.setFocus()
            return None
        anew = self.fields.anew
        moved = self._face is not None and self.more.address != self._face.base
        if moved and not anew:
            text = _("A key only goes to the address it was saved with. With another address, fill in the key again.")
            self.said.say(text, "attention")
            return None
        if not anew and (self.more.secrets or self._shows_another):
            text = _("The passphrase is kept with the key. With another certificate or passphrase, fill in both again.")
            self.said.say(text, "attention")
            return None
        return Draft(
            service=service,
            name=self.name.text().strip(),
            base=self.more.address,
            values={**self.fields.values, **self.more.secrets},
            ca_file=self.more.ca_file,
            certificate=self.more.certificate,
            agreed=service.hosts if self.agree.isChecked() else (),
            anew=anew,
        )

    @property
    def _shows_another(self) -> bool:
        """Whether another certificate is filled in than the one whose passphrase is saved."""
        face = self._face
        return face is not None and PASSPHRASE in face.filled and self.more.certificate not in {None, face.certificate}

    def leave(self) -> None:
        """Leave everything as it was."""
        self.forget()
        self.given_up.emit()


def _in_order(form: QFormLayout) -> Iterator[QWidget]:
    """What is in a form, row by row."""
    for row in range(form.rowCount()):
        for role in (QFormLayout.ItemRole.LabelRole, QFormLayout.ItemRole.FieldRole):
            item = form.itemAt(row, role)
            widget = None if item is None else item.widget()
            if widget is not None:
                yield widget


def _host(address: str) -> str:
    """The host of an address, also while it is being typed; "" if there is none yet."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""  # half of an IPv6 address


def _button(text: str, do: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _checked=False: do())
    return button
