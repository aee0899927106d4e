"""What is filled in for a batch, to be changed in place."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from uploader_gui.core.batch import Batch
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, notices, pieces
from uploader_gui.gui.finder import Finder
from uploader_gui.gui.input_fields import InputFields
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Destination

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow
    from uploader_gui.services.schema import Input


class EditBox(pieces.Box):
    """The inputs of a batch that may still be changed.

    Args:
        desk: Finds records.
        flow: What happens with its files.
        batch: As it is now.
        parent: Its owner.

    Attributes:
        saved: This is to hold instead: values, and the same as people read them.
        left: Nothing is to be changed.
    """

    saved = Signal(object, object)
    left = Signal()

    def __init__(self, desk: Desk, flow: "Flow", batch: Batch, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._batch = batch
        # In the name of the account that it was begun with.
        self._face = desk.face_of(batch)
        self.add(look.heading(_("Change what is filled in")))
        self.add(look.plain_label(_("Nothing is attached meanwhile.")))
        self.fields = InputFields(self, folds=False, finder=Finder(desk, self._where, self._take_address))
        self.fields.build([one for one in flow.target.inputs if one.id not in flow.locked_inputs])
        self.fields.fill(batch.inputs, batch.named)
        self.add(self.fields)
        buttons = QHBoxLayout()
        save, leave = QPushButton(_("Save"), self), QPushButton(_("Leave as it was"), self)
        for button in (save, leave):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        save.clicked.connect(self._save)
        leave.clicked.connect(self.left)
        self.rows.addLayout(buttons)

    def focus(self) -> None:
        """Let the person type at once."""
        if self.fields.fields:
            self.fields.fields[0].keyboard.setFocus()

    def _where(self) -> Destination | None:
        batch, face = self._batch, self._face
        if face is None:
            return None
        inputs = {**batch.inputs, **self.fields.values}
        return Destination(account=face.key, service=batch.service, target=batch.target, inputs=inputs)

    def _take_address(self, one: "Input", address: str) -> str:
        """Take a pasted address of a record; gives what is wrong with it."""
        from uploader_gui.services.links import read_link  # noqa: PLC0415 - brings pydantic

        linked = None if self._face is None else read_link(self._face.service, address)
        if linked is None or one.id not in linked.inputs:
            return notices.unknown_address()
        self.fields.fill({one.id: linked.inputs[one.id]}, {})
        return ""

    def _save(self) -> None:
        batch, fields = self._batch, self.fields
        asked = {field.input.id for field in fields.fields}
        kept = {key: value for key, value in batch.inputs.items() if key not in asked}
        values: Mapping[str, Any] = {**dict.fromkeys(asked), **kept, **fields.values}
        names = {
            key: fields.names.get(key) or (batch.named.get(key, "") if value == batch.inputs.get(key) else str(value))
            for key, value in values.items()
            if isinstance(value, str)
        }
        self.saved.emit(values, names)
