"""The target bar: whose account, what kind of thing, which record, and what else the target asks for."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.problems import UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, notices, wording
from uploader_gui.gui.input_fields import InputFields
from uploader_gui.gui.look import GRID
from uploader_gui.workers.accounts import AccountFace
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Destination

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow

NAME_AFTER = 250
"""Milliseconds after the last key after which a record is looked up."""


class TargetBar(QWidget):
    """Says where the next files go.

    Args:
        desk: Knows the accounts and services.
        fields: Shows what a target asks for.
        parent: Its owner.

    Attributes:
        changed: The next files go elsewhere.
    """

    changed = Signal()

    def __init__(self, desk: Desk, fields: InputFields | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(_("Where the files go"))
        self.accounts = QComboBox(self)
        self.accounts.setAccessibleName(_("Account"))
        self.kinds = QComboBox(self)
        self.kinds.setAccessibleName(_("What to attach to"))
        for box in (self.accounts, self.kinds):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            box.setMinimumWidth(14 * GRID)
        self.pin = look.Button("pin", _("Keep this record for the next files"), parent=self)
        self.pin.setCheckable(True)
        self.pin.toggled.connect(lambda on: self.pin.show_picture("pinned" if on else "pin"))
        self.fields = fields or InputFields(self)
        self._about = look.plain_label(parent=self)
        self._about.hide()
        to = QLabel(_("To"), self)
        to.setBuddy(self.accounts)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(to)
        top.addWidget(self.accounts)
        top.addWidget(self.kinds)
        top.addStretch(1)
        top.addWidget(self.pin)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        rows.setSpacing(GRID)
        rows.addLayout(top)
        rows.addWidget(self.fields)
        rows.addWidget(self._about)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(NAME_AFTER)
        self._soon.timeout.connect(self._name)
        self.accounts.currentIndexChanged.connect(self._account_chosen)
        self.kinds.currentIndexChanged.connect(self._kind_chosen)
        self.fields.changed.connect(self._filled)
        self.fields.settled.connect(self._name)
        desk.opened.connect(self._show_accounts)
        desk.accounts_changed.connect(self._show_accounts)
        self._show_accounts()

    # ------------------------------------------------------------------------------------------------- choices
    @property
    def account(self) -> AccountFace | None:
        """The account that is chosen."""
        key = self.accounts.currentData()
        return self._desk.face(key) if isinstance(key, str) else None

    @property
    def flow(self) -> "Flow | None":
        """What happens with files that go there."""
        account, target = self.account, self.kinds.currentData()
        return None if account is None else self._desk.flows.get((account.service.id, target))

    @property
    def destination(self) -> "Destination | None":
        """Where the next files go, as far as it is filled in; None while no account is chosen."""
        account, flow = self.account, self.flow
        if account is None or flow is None:
            return None
        return Destination(
            account=account.key,
            service=account.service.id,
            target=flow.target_id,
            inputs=self.fields.values,
            named=self.fields.names,
        )

    @property
    def lacks(self) -> list[str]:
        """The labels of what must be filled in and is not."""
        from uploader_gui.workers.plan import missing  # noqa: PLC0415 - brings the engine, after the first paint

        flow = self.flow
        return [] if flow is None else [one.label for one in missing(flow, self.fields.values)]

    @property
    def place(self) -> str:
        """Where the next files go, in words: "the note on Globex Corporation"; "" if that is not known."""
        from uploader_gui.workers.plan import place  # noqa: PLC0415 - brings the engine, after the first paint

        flow = self.flow
        if flow is None:
            return ""
        if self.lacks:
            return flow.target.label
        return words.plain(place(flow, self._names))

    @property
    def _names(self) -> dict[str, str]:
        return {key: str(value) for key, value in self.fields.values.items()} | self.fields.names

    def choose(self, account: str, target: str) -> bool:
        """Choose an account and a target; False if there is no such."""
        at = self.accounts.findData(account)
        if at < 0:
            return False
        self.accounts.setCurrentIndex(at)
        kind = self.kinds.findData(target)
        if kind < 0:
            return False
        self.kinds.setCurrentIndex(kind)
        return True

    def fill(self, where: "Destination") -> bool:
        """Take over where something goes; False if its account or target is gone."""
        if not self.choose(where.account, where.target):
            return False
        self.fields.fill(where.inputs, where.named)
        self._name()
        return True

    def take_address(self, address: str) -> bool:
        """Take over a record's address, as copied from the browser; False if it is none of any account's."""
        from uploader_gui.services.links import read_link  # noqa: PLC0415 - brings pydantic

        faces = sorted(self._desk.accounts, key=lambda face: (face != self.account, not face.default))
        for face in faces:
            linked = read_link(face.service, address)
            if linked is None:
                continue
            now = self.kinds.currentData() if face == self.account else None
            target = now if now in linked.targets else linked.targets[0]
            if self.choose(face.key, target):
                self.fields.fill(linked.inputs, {})
                self._name()
                return True
        return False

    def after_batch(self) -> None:
        """A batch was begun: unless it is pinned, the next file must not land on the same record by accident."""
        if not self.pin.isChecked():
            self.fields.clear()
        self._show_about()

    # -------------------------------------------------------------------------------------------------- inside
    def _show_accounts(self) -> None:
        now = self.accounts.currentData()
        self.accounts.blockSignals(True)
        self.accounts.clear()
        for face in self._desk.accounts:
            self.accounts.addItem(words.plain(face.label), face.key)
        self.accounts.setCurrentIndex(max(0, self.accounts.findData(now)) if self._desk.accounts else -1)
        self.accounts.blockSignals(False)
        self._account_chosen()
        self.setEnabled(bool(self._desk.accounts))

    def _account_chosen(self) -> None:
        account, now = self.account, self.kinds.currentData()
        self.kinds.blockSignals(True)
        self.kinds.clear()
        if account is not None:
            # What attaches comes first: that is what the program is for.
            targets = sorted(account.service.targets.items(), key=lambda item: item[1].call is None)
            for target_id, target in targets:
                self.kinds.addItem(words.plain(target.label), target_id)
            self.kinds.setCurrentIndex(max(0, self.kinds.findData(now)))
        self.kinds.blockSignals(False)
        self.fields.clear()
        self._kind_chosen()

    def _kind_chosen(self) -> None:
        flow = self.flow
        self.fields.build(flow.target.inputs if flow is not None else ())
        self._show_about()
        self.changed.emit()

    def _filled(self) -> None:
        self._soon.start()
        self.changed.emit()

    def _show_about(self) -> None:
        """Say what must be known before anything goes there: that it goes out to people; that it is not certain."""
        flow = self.flow
        parts = []
        if flow is not None and flow.target.sends:
            seen = wording.seen_by(flow.target.seen_by)
            parts.append(_("This goes out to people: {seen}. It is sent when you press Send.").format(seen=seen))
        elif flow is not None and flow.target.seen_by == "public":
            parts.append(_("Everybody sees what is attached here."))
        if flow is not None and flow.target.experimental:
            parts.append(_("Experimental: {why}").format(why=words.plain(flow.target.experimental)))
        self._say(" ".join(parts))

    def _say(self, text: str) -> None:
        self._about.setText(text)
        self._about.setVisible(bool(text))

    def _name(self) -> None:
        """Find out what is filled in, and what it is called."""
        self._soon.stop()
        where = self.destination
        lookups = [field.input.id for field in self.fields.fields if field.input.lookup and field.value is not None]
        if where is None or not lookups or all(one in where.named for one in lookups):
            return
        wanted = where.inputs

        def named(found: "Destination") -> None:
            if self.fields.values == wanted:
                self.fields.call(found.named)
                self._show_about()
                self.changed.emit()

        def failed(error: Exception) -> None:
            if isinstance(error, UploadError):
                self._say(notices.of_error(error).text)

        self._desk.name(where, named, failed)
