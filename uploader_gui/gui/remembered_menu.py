"""The targets that are remembered, one click away: a star that pins the one that is chosen, and a list of all."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, wording
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Destination
from uploader_gui.workers.remembering import Recalled, record_inputs

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow

Key = tuple[str, str, frozenset[tuple[str, str]]]


class RememberedMenu(QObject):
    """Two buttons of the target bar.

    Args:
        desk: Remembers.
        bar: What they stand on.

    Attributes:
        chosen: Files are to go there: a Destination.
        renewed: What is remembered was read anew.
        pin: Pins the target that is chosen.
        button: Shows the list.
    """

    chosen = Signal(object)
    renewed = Signal()

    def __init__(self, desk: Desk, bar: QWidget) -> None:
        super().__init__(bar)
        self._desk = desk
        self._recalled: list[Recalled] = []
        self._where: Destination | None = None
        self._flow: Flow | None = None
        self._pinned: set[Key] = set()
        self._pinning = 0
        self.pin = look.Button("pin", "", parent=bar)
        self.pin.setCheckable(True)
        self.pin.toggled.connect(self._toggled)
        self.button = look.Button("history", _("Pinned and recent targets"), parent=bar)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.button)
        self.menu.setToolTipsVisible(True)
        self.menu.setAccessibleName(self.button.toolTip())
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill)  # the palette may be another one by now
        self._show_pin()
        self._fill()

    @property
    def texts(self) -> list[str]:
        """What the list says."""
        return [action.text() for action in self.menu.actions() if action.text()]

    def action(self, text: str) -> QAction:
        """The entry of the list that begins so."""
        return next(action for action in self.menu.actions() if action.text().startswith(text))

    def read(self) -> None:
        """Ask anew what is remembered."""
        self._desk.target_desk.recall(self._read)

    def _read(self, found: list[Recalled]) -> None:
        if self._pinning:
            return  # it was asked before the star was pressed; it is asked again after that
        self._recalled = found
        self._pinned = {self._key(one.where) for one in found if one.what.pinned and one.where is not None}
        self._show_pin()
        self._fill()
        self.renewed.emit()

    def place_of(self, where: Destination) -> str:
        """What a target is called in words; "" if it is not remembered."""
        key = self._key(where)
        same = [one.what.place for one in self._recalled if one.where is not None and self._key(one.where) == key]
        return same[0] if same else ""

    # -------------------------------------------------------------------------------------------------- the star
    def show_target(self, where: Destination | None, flow: "Flow | None") -> None:
        """Say which target is chosen; None while something is missing."""
        self._where, self._flow = where, flow
        self._show_pin()

    def _show_pin(self) -> None:
        on = self._where is not None and self._key(self._where) in self._pinned
        self.pin.blockSignals(True)
        self.pin.setChecked(on)
        self.pin.blockSignals(False)
        self.pin.setEnabled(self._where is not None)
        self.pin.show_picture("pinned" if on else "pin")
        said = _("Pinned: stays for the next files") if on else _("Pin this target: it stays for the next files")
        self.pin.setToolTip(look.tip(said))
        self.pin.setAccessibleName(said)

    def _toggled(self, on: bool) -> None:
        where = self._where
        if where is not None:
            key = self._key(where)
            self._pinned = self._pinned | {key} if on else self._pinned - {key}
            self._pinning += 1
            self._desk.target_desk.pin(where, pinned=on, then=self._kept)
        self._show_pin()

    def _kept(self, _done: object) -> None:
        self._pinning -= 1
        self.read()

    def _key(self, where: Destination) -> Key:
        flow = self._desk.flows.get((where.service, where.target))
        inputs = {} if flow is None else record_inputs(flow, where.inputs)
        return where.account, where.target, frozenset((key, str(value)) for key, value in inputs.items())

    # -------------------------------------------------------------------------------------------------- the list
    def _fill(self) -> None:
        self.menu.clear()
        pinned = [one for one in self._recalled if one.what.pinned]
        recent = [one for one in self._recalled if not one.what.pinned]
        for called, some in ((_("Pinned"), pinned), (_("Recent"), recent)):
            if some:
                self.menu.addSection(called)
            for one in some:
                self.menu.addAction(self._entry(one))
        if not self._recalled:
            nothing = self.menu.addAction(_("Targets that files went to will be here"))
            nothing.setEnabled(False)

    def _entry(self, one: Recalled) -> QAction:
        what, where = one.what, one.where
        account = f"{what.service_name} · {what.account_name}" if what.account_name else what.service_name
        title = words.plain(f"{wording.titled(what.place)} — {account}")
        entry = QAction(self.menu)
        entry.setIcon(look.icon("pinned" if what.pinned else "history", self.menu.palette()))
        if where is None:
            entry.setText(_("{target} (account is gone: click to forget it)").format(target=look.shown(title)))
            entry.triggered.connect(lambda: self._desk.target_desk.forget_target(what, lambda _done: self.read()))
        else:
            entry.setText(look.shown(title))
            entry.triggered.connect(lambda: self.chosen.emit(where))
        return entry
