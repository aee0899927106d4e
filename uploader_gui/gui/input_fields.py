"""What a target asks for beside its files, as fields: built from its service file, whatever it asks."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.look import GRID

if TYPE_CHECKING:  # fields come with an account, and the window is to be seen first
    from uploader_gui.gui.field import Field
    from uploader_gui.gui.finder import Finder
    from uploader_gui.services.schema import Input

WIDEST = 88 * GRID


class InputFields(QWidget):
    """The fields of one target. What may stay empty is folded away until it is wanted, or filled in.

    Args:
        parent: Its owner.
        folds: Whether that is so; else everything is shown.
        finder: Finds records; None: ids are typed.

    Attributes:
        changed: Something is filled in otherwise.
        settled: The person is done with a field.
        picked: The person chose a record, the only one that its field asks for.
    """

    changed = Signal()
    settled = Signal()
    picked = Signal()

    def __init__(self, parent: QWidget | None = None, *, folds: bool = True, finder: "Finder | None" = None) -> None:
        super().__init__(parent)
        self._folds = folds
        self.finder = finder
        self._filling = False
        self._uses: dict[str, tuple[str, ...]] = {}
        self._first: Collection[str] = ()
        self._unfolded = False
        self.more = look.Button("add", _("Show what else can be filled in"), " ", parent=self)
        self.more.clicked.connect(self._unfold)
        self._form = QFormLayout()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID)
        rows.addLayout(self._form)
        rows.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(2 * GRID)
        self._form.setVerticalSpacing(GRID)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self.fields: list[Field] = []

    # ---------------------------------------------------------------------------------------------------- building
    def make(self, one: "Input") -> "Field":
        """Make the field for an input: whatever is found by a search, or can be several, is picked."""
        if one.lookup is not None or (one.list and not one.choices):
            from uploader_gui.gui.picker import Picker  # noqa: PLC0415 - see above

            return Picker(one, self.finder, self)
        from uploader_gui.gui.field import PlainField  # noqa: PLC0415 - see above

        return PlainField(one, self)

    def build(self, inputs: "Sequence[Input]", first: Collection[str] = ()) -> None:
        """Ask for these, in the place of those before. What is asked for as before keeps its value.

        Args:
            inputs: What is asked for.
            first: The ids of what is used before the files are attached: it is not folded away.
        """
        self._first = first
        if [field.input for field in self.fields] != list(inputs):  # else somebody may be typing in one of them
            self._rebuild(inputs)
        finder = self.finder
        self._uses = {} if finder is None else {one.id: tuple(use.id for use in finder.uses(one)) for one in inputs}
        self._show_waits()
        self._fold()

    def _rebuild(self, inputs: "Sequence[Input]") -> None:
        before = {field.input.id: field for field in self.fields}
        while self._form.rowCount():
            taken = self._form.takeRow(0)
            for item in (taken.labelItem, taken.fieldItem):
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()  # later: it may be its own signal that leads here
        self.fields = []
        self._unfolded = False
        for one in inputs:
            self._add(one, before.get(one.id))

    def _add(self, one: "Input", before: "Field | None") -> None:
        field = self.make(one)
        if before is not None and (before.input.lookup, before.input.list) == (one.lookup, one.list):
            field.fill(before.value, before.name, sure=before.sure)
        field.changed.connect(lambda: self._field_changed(field))
        field.settled.connect(self.settled)
        field.picked.connect(self.picked)
        field.setMaximumWidth(WIDEST)
        label = look.label(look.shown(one.label), self)
        label.setBuddy(field.buddy)
        self._form.addRow(label, field)
        self.fields.append(field)

    # ----------------------------------------------------------------------------------------------------- folding
    def _unfold(self) -> None:
        hidden = [field for row, field in enumerate(self.fields) if not self._form.isRowVisible(row)]
        self._unfolded = True
        self._fold()
        if hidden:
            hidden[0].keyboard.setFocus()

    def _fold(self) -> None:
        """Show what must be filled in, or is, or is wanted; name the rest."""
        hidden = []
        for row, field in enumerate(self.fields):
            one = field.input
            needed = not one.optional or one.id in self._first
            shown = self._unfolded or not self._folds or needed or field.value is not None
            self._form.setRowVisible(row, shown)
            if not shown:
                hidden.append(one.label)
        self.more.setText(look.shown(", ".join(hidden)))
        self.more.setAccessibleName(_("Fill in as well: {names}").format(names=", ".join(hidden)))
        self.more.setVisible(bool(hidden))

    # ------------------------------------------------------------------------------------------------------ values
    @property
    def values(self) -> dict[str, Any]:
        """What is filled in, by input id."""
        return {field.input.id: field.value for field in self.fields if field.value is not None}

    @property
    def names(self) -> dict[str, str]:
        """The same as people read it, as far as that is known for sure."""
        return {key: name for key, name, sure in self._names() if sure}

    @property
    def remembered(self) -> dict[str, str]:
        """The same as it was called at an earlier time, where the service has not been asked yet."""
        return {key: name for key, name, sure in self._names() if not sure}

    def _names(self) -> list[tuple[str, str, bool]]:
        named = [field for field in self.fields if field.value is not None and field.name]
        return [(field.input.id, field.name, field.sure) for field in named]

    def field(self, input_id: str) -> "Field | None":
        """The field of an input."""
        return next((field for field in self.fields if field.input.id == input_id), None)

    def fill(self, values: Mapping[str, Any], names: Mapping[str, str], *, sure: bool = True) -> None:
        """Fill fields in; those that are not named stay as they are, unless they belong to what is another one now.

        Args:
            values: By input id.
            names: What people call them, as far as that is known.
            sure: The service itself said so in this run.
        """
        before = self.values
        self._filling = True
        for field in self.fields:
            if field.input.id in values:
                field.fill(values[field.input.id], names.get(field.input.id, ""), sure=sure)
        self._filling = False
        for field in self.fields:
            uses = self._uses.get(field.input.id, ())
            if field.input.id not in values and any(self.values.get(one) != before.get(one) for one in uses):
                field.fill(None)
        self._show_waits()
        self._fold()
        if self.values != before:
            self.changed.emit()

    def call(self, names: Mapping[str, str]) -> None:
        """Say what people call what is filled in."""
        for field in self.fields:
            if field.input.id in names:
                field.call(names[field.input.id])

    def clear(self, *, for_next: bool = False) -> None:
        """Empty all fields, and fold them; for the next batch those stay that say nothing about where it goes."""
        self._unfolded = False
        self.fill(dict.fromkeys(one.input.id for one in self.fields if not (for_next and one.input.keep)), {})

    def _field_changed(self, changed: "Field") -> None:
        """What belongs to another record than the one that is chosen now is taken back."""
        if self._filling:
            return
        self._filling = True
        for field in self.fields:
            if changed.input.id in self._uses.get(field.input.id, ()):
                field.fill(None)
        self._filling = False
        self._show_waits()
        self.changed.emit()

    def _show_waits(self) -> None:
        """What needs another field first says so."""
        there = {field.input.id: field for field in self.fields}
        for field in self.fields:
            uses = [there[one] for one in self._uses.get(field.input.id, ()) if one in there]
            field.wait_for([use.input.label for use in uses if not use.input.optional and use.value is None])
