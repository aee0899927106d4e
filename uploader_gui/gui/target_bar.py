"""The target bar: whose account, what kind of thing, which record, and what else the target asks for."""

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, notices, wording
from uploader_gui.gui.about_line import AboutLine
from uploader_gui.gui.finder import Finder
from uploader_gui.gui.input_fields import InputFields
from uploader_gui.gui.look import GRID
from uploader_gui.gui.remembered_menu import RememberedMenu
from uploader_gui.workers.accounts import AccountFace
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Destination
from uploader_gui.workers.remembering import record_inputs

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow
    from uploader_gui.services.links import Linked
    from uploader_gui.services.schema import Input

NAME_AFTER = 250
"""Milliseconds after the last change after which a record is looked up."""


class TargetBar(QWidget):
    """Says where the next files go.

    Args:
        desk: Knows the accounts and services.
        parent: Its owner.

    Attributes:
        changed: The next files go elsewhere.
        complete: The person chose a record, and nothing is missing any more.
    """

    changed = Signal()
    complete = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._others: list[tuple[AccountFace, Linked]] = []
        self._last: Destination | None = None
        self.setAccessibleName(_("Where the files go"))
        self.accounts = QComboBox(self)
        self.accounts.setAccessibleName(_("Account"))
        self.kinds = QComboBox(self)
        self.kinds.setAccessibleName(_("What to attach to"))
        for box in (self.accounts, self.kinds):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            box.setMinimumWidth(14 * GRID)
        self.recent = RememberedMenu(desk, self)
        self.pin = self.recent.pin
        self.fields = InputFields(self, finder=Finder(desk, lambda: self.destination, self._take_in_field))
        self.again = look.Button("history", "", " ", parent=self)
        self.again.hide()
        self._about = AboutLine(self)
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(NAME_AFTER)
        self._soon.timeout.connect(self._name)
        self.accounts.currentIndexChanged.connect(self._account_chosen)
        self.kinds.currentIndexChanged.connect(self._kind_chosen)
        self.fields.changed.connect(self._filled)
        self.fields.settled.connect(self._name)
        self.fields.picked.connect(self._go_on)
        self.again.clicked.connect(self._take_again)
        self.recent.chosen.connect(self.fill)
        self.recent.renewed.connect(self._call_again)
        desk.opened.connect(self._show_accounts)
        desk.accounts_changed.connect(self._show_accounts)
        self._show_accounts()

    def _lay_out(self) -> None:
        to = look.label(_("To"), self)
        to.setBuddy(self.accounts)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        for widget in (to, self.accounts, self.kinds):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(self.recent.pin)
        top.addWidget(self.recent.button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        rows.setSpacing(GRID)
        rows.addLayout(top)
        rows.addWidget(self.fields)
        rows.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(self._about)

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
            remembered=self.fields.remembered,
        )

    @property
    def lacks(self) -> list[str]:
        """The labels of what must be filled in and is not."""
        flow = self.flow
        if flow is None:
            return []
        from uploader_gui.workers.plan import missing  # noqa: PLC0415 - brings the engine, after the first paint

        return [one.label for one in missing(flow, self.fields.values)]

    @property
    def place(self) -> str:
        """Where the next files go, in words: "the note on Globex Corporation"; "" if that is not known."""
        flow = self.flow
        if flow is None:
            return ""
        if self.lacks:
            return flow.target.label
        from uploader_gui.workers.plan import place  # noqa: PLC0415 - brings the engine, after the first paint

        return words.plain(place(flow, self._names))

    @property
    def about(self) -> str:
        """What must be known about the target, or is wrong with what is filled in."""
        return self._about.text

    @property
    def _names(self) -> dict[str, str]:
        values = {key: str(value) for key, value in self.fields.values.items()}
        return values | self.fields.remembered | self.fields.names

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
        self._others = []
        self.fields.clear()
        self.fields.fill(where.inputs, where.remembered, sure=False)
        self.fields.call(where.named)
        self._name()
        return True

    def after_batch(self, where: "Destination") -> None:
        """A batch was begun: unless it is pinned, the next file must not land on the same record by accident.

        Args:
            where: Where the batch goes. Whatever was chosen since then stays.
        """
        now, flow = self.destination, self.flow
        same = now is not None and _place_of(now) == _place_of(where)
        if now is not None and same and flow is not None and not self.pin.isChecked():
            kept = record_inputs(flow, now.inputs)
            title = wording.titled(self.place)
            self.fields.clear(for_next=True)
            if kept:
                self._offer_again(dataclasses.replace(now, inputs=kept), title)
        self.recent.read()
        self._show_about()

    def _offer_again(self, where: Destination, title: str) -> None:
        self._last = where
        why = _("After each batch the record is taken away, so that the next files do not go there by accident.")
        self.again.setToolTip(look.tip(why))
        self.again.setAccessibleDescription(why)
        self._show_again(title)
        self.again.show()

    def _show_again(self, title: str) -> None:
        said = _("{place} again").format(place=title)
        self.again.setText(look.shown(said))
        self.again.setAccessibleName(said)

    def _call_again(self) -> None:
        """Its record may have had no name yet when the files were dropped."""
        place = "" if self._last is None else self.recent.place_of(self._last)
        if place:
            self._show_again(wording.titled(place))

    def _take_again(self) -> None:
        if self._last is not None:
            self.fill(self._last)

    # ------------------------------------------------------------------------------------------------- addresses
    def take_address(self, address: str) -> bool:
        """Take over a record's address, as copied from the browser; False if it is none of any account's.

        Of several accounts of its service the first one is taken that has the record.
        """
        from uploader_gui.services.links import read_link  # noqa: PLC0415 - brings pydantic

        faces = sorted(self._desk.accounts, key=lambda face: (face != self.account, not face.ready, not face.default))
        found = [(face, linked) for face in faces if (linked := read_link(face.service, address)) is not None]
        self._others = found[1:]
        return bool(found) and self._take_linked(*found[0])

    def _take_linked(self, face: AccountFace, linked: "Linked") -> bool:
        now = self.kinds.currentData() if face == self.account else None
        # Never one that sends: the service file's check sees to that.
        if not self.choose(face.key, now if now in linked.targets else linked.targets[0]):
            return False
        others = {field.input.id: None for field in self.fields.fields if field.input.lookup}
        self.fields.fill({**others, **linked.inputs}, {})
        self._name()
        return True

    def _take_in_field(self, one: "Input", address: str) -> str:
        """Take over an address that was pasted into a field; gives what is wrong with it, or ""."""
        from uploader_gui.services.links import read_link  # noqa: PLC0415 - brings pydantic

        account = self.account
        linked = None if account is None else read_link(account.service, address)
        if linked is not None and one.id in linked.inputs:
            # The kind of target was chosen by hand: only the record is taken over.
            self._others = []
            self.fields.fill({one.id: linked.inputs[one.id]}, {})
            self._name()
            return ""
        return "" if self.take_address(address) else notices.unknown_address()

    # -------------------------------------------------------------------------------------------------- inside
    def _show_accounts(self) -> None:
        now = self.accounts.currentData()
        self.accounts.blockSignals(True)
        self.accounts.clear()
        for face in self._desk.accounts:
            self.accounts.addItem(words.plain(face.label), face.key)
        self.accounts.setCurrentIndex(max(0, self.accounts.findData(now)) if self._desk.accounts else -1)
        self.accounts.blockSignals(False)
        if self.accounts.currentData() == now and self.account is not None:
            self._show_kinds()
            self._kind_chosen()  # what is filled in stays: the account is the same
        else:
            self._account_chosen()
        self.setEnabled(bool(self._desk.accounts))
        self.recent.read()

    def _account_chosen(self) -> None:
        self._show_kinds()
        self.fields.clear()
        self._kind_chosen()

    def _show_kinds(self) -> None:
        account, now = self.account, self.kinds.currentData()
        self.kinds.blockSignals(True)
        self.kinds.clear()
        if account is not None:
            flows = [flow for (service, _target), flow in self._desk.flows.items() if service == account.service.id]
            # What attaches comes first: that is what the program is for.
            for flow in sorted(flows, key=lambda flow: flow.target.call is None):
                self.kinds.addItem(words.plain(flow.target.label), flow.target_id)
            self.kinds.setCurrentIndex(max(0, self.kinds.findData(now)))
        self.kinds.blockSignals(False)

    def _kind_chosen(self) -> None:
        flow = self.flow
        if flow is None:
            self.fields.build(())
        else:
            self.fields.build(flow.target.inputs, flow.locked_inputs)
        self._changed()

    def ask(self) -> None:
        """Let the person fill in what is missing."""
        missing = self.lacks
        field = next((one for one in self.fields.fields if one.input.label in missing), None)
        if field is not None:
            field.keyboard.setFocus()

    def _go_on(self) -> None:
        """What is chosen is chosen: the keyboard goes to what is missing still, and stays where nothing is."""
        if self.lacks:
            self.ask()
        else:
            self.complete.emit()

    def _filled(self) -> None:
        self._soon.start()
        self._changed()

    def _changed(self) -> None:
        self.again.hide()
        self._show_about()
        self.recent.show_target(self.destination if self.flow is not None and not self.lacks else None, self.flow)
        self.changed.emit()

    def _show_about(self) -> None:
        self._about.show_target(self.flow, self._desk.undo_seconds)

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
                self._others = []
                self.fields.call(found.named)
                self._changed()

        def failed(error: Exception) -> None:
            if self.fields.values != wanted or not isinstance(error, UploadError):
                return
            if error.problem.kind is Kind.NOT_FOUND and self._others:
                self._take_linked(*self._others.pop(0))
            else:
                self._about.say(notices.of_error(error).text)

        self._desk.target_desk.name(where, named, failed)


def _place_of(where: Destination) -> object:
    return where.account, where.target, dict(where.inputs)
