"""What a target asks for beside its files, as fields: built from its service file, whatever it asks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.look import GRID

if TYPE_CHECKING:
    from uploader_gui.services.schema import Input


class Field(QWidget):
    """One field. It holds a value, and beside it what people call that.

    Another kind of field (a picker that searches) has the same four methods and the same signal, and is put in by
    `InputFields.make`.

    Args:
        one: What is asked for.
        parent: Its owner.

    Attributes:
        changed: Its value is another one.
        settled: The person is done with it.
    """

    changed = Signal()
    settled = Signal()

    def __init__(self, one: "Input", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.input = one
        self._name = ""
        self._name_of: Any = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID // 2)
        self._editor = self._made(one)
        self._editor.setAccessibleName(one.label)
        if one.help:
            self._editor.setToolTip(one.help)
            self._editor.setAccessibleDescription(one.help)
        self._editor.setAcceptDrops(False)  # files dropped here are meant for the window
        self.setFocusProxy(self._editor)
        self._box.addWidget(self._editor)
        self._called = QLabel(self)
        self._called.setTextFormat(Qt.TextFormat.PlainText)
        self._called.hide()
        self._box.addWidget(self._called)

    def _made(self, one: "Input") -> QWidget:
        if one.choices:
            choices = QComboBox(self)
            if one.optional:
                choices.addItem("", None)
            for choice in one.choices:
                choices.addItem(choice.label, choice.id)
            choices.currentIndexChanged.connect(self._edited)
            choices.currentIndexChanged.connect(self.settled)
            return choices
        if one.lines > 1 or one.list:
            text = QPlainTextEdit(self)
            text.setTabChangesFocus(True)
            text.setFixedHeight(text.fontMetrics().lineSpacing() * 3 + 2 * GRID)
            text.setPlaceholderText(_("one each line") if one.list else _("the names of the files"))
            text.textChanged.connect(self._edited)
            return text
        edit = QLineEdit(self)
        edit.setClearButtonEnabled(True)
        if one.default is not None:
            edit.setPlaceholderText(_("the names of the files"))
        elif one.lookup:
            edit.setPlaceholderText(_("id, or paste the record's address"))
        elif one.optional:
            edit.setPlaceholderText(_("optional"))
        edit.textChanged.connect(self._edited)
        edit.editingFinished.connect(self.settled)
        return edit

    @property
    def value(self) -> Any:
        """What is filled in; None for nothing."""
        editor = self._editor
        if isinstance(editor, QComboBox):
            return editor.currentData()
        text = editor.toPlainText() if isinstance(editor, QPlainTextEdit) else _text_of(editor)
        if self.input.list:
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        return text.strip() or None

    @property
    def name(self) -> str:
        """What people call the value; "" while that is not known."""
        editor = self._editor
        if isinstance(editor, QComboBox):
            return editor.currentText()
        return self._name if self._name_of == self.value else ""

    def fill(self, value: Any, name: str = "") -> None:
        """Fill something in, and say what people call it; what is filled in already keeps its name."""
        editor = self._editor
        name = name or (self.name if value == self.value else "")
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(value)))
        else:
            text = "\n".join(value) if isinstance(value, list) else str(value or "")
            if isinstance(editor, QPlainTextEdit) and editor.toPlainText() != text:
                editor.setPlainText(text)
            elif isinstance(editor, QLineEdit) and editor.text() != text:
                editor.setText(text)
        self.call(name)

    def call(self, name: str) -> None:
        """Say what people call what is filled in; "" takes it back."""
        self._name, self._name_of = name, self.value
        shown = name if name and name != self.value and not isinstance(self._editor, QComboBox) else ""
        self._called.setText(shown)
        self._called.setVisible(bool(shown))

    def _edited(self) -> None:
        if self._name_of != self.value:
            self._called.hide()
        self.changed.emit()


def _text_of(editor: QWidget) -> str:
    return editor.text() if isinstance(editor, QLineEdit) else ""


class InputFields(QWidget):
    """The fields of one target. What may stay empty is folded away until it is wanted, or filled in.

    Args:
        parent: Its owner.
        folds: Whether that is so; else everything is shown.

    Attributes:
        changed: Something is filled in otherwise.
        settled: The person is done with a field.
    """

    changed = Signal()
    settled = Signal()

    def __init__(self, parent: QWidget | None = None, *, folds: bool = True) -> None:
        super().__init__(parent)
        self._folds = folds
        self.more = look.Button("add", _("Show what else can be filled in"), " ", parent=self)
        self.more.clicked.connect(lambda: self._show_more(all_of_them=True))
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

    def make(self, one: "Input") -> Field:
        """Make the field for an input: what another field is to be put in by."""
        return Field(one, self)

    def build(self, inputs: "Sequence[Input]") -> None:
        """Ask for these, in the place of those before. What is asked for as before keeps its value."""
        before = {field.input.id: (field.value, field.name) for field in self.fields}
        while self._form.rowCount():
            self._form.removeRow(0)
        self.fields = []
        for one in inputs:
            field = self.make(one)
            value, name = before.get(one.id, (None, ""))
            if value is not None:
                field.fill(value, name)
            field.changed.connect(self.changed)
            field.settled.connect(self.settled)
            label = QLabel(one.label, self)
            label.setBuddy(field)
            self._form.addRow(label, field)
            self.fields.append(field)
        self._show_more(all_of_them=not self._folds)

    def _show_more(self, *, all_of_them: bool) -> None:
        """Show what must be filled in, or is; and the rest, if it is wanted."""
        hidden = []
        for row, field in enumerate(self.fields):
            shown = all_of_them or not field.input.optional or field.value is not None
            self._form.setRowVisible(row, shown)
            if not shown:
                hidden.append(field.input.label)
        self.more.setText(", ".join(hidden))
        self.more.setVisible(bool(hidden))

    @property
    def values(self) -> dict[str, Any]:
        """What is filled in, by input id."""
        return {field.input.id: field.value for field in self.fields if field.value is not None}

    @property
    def names(self) -> dict[str, str]:
        """The same as people read it, as far as that is known."""
        return {field.input.id: field.name for field in self.fields if field.value is not None and field.name}

    def fill(self, values: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """Fill fields in; those that are not named stay as they are."""
        for field in self.fields:
            if field.input.id in values:
                field.fill(values[field.input.id], names.get(field.input.id, ""))
        self._show_more(all_of_them=not self._folds or not self.more.isVisible())

    def call(self, names: Mapping[str, str]) -> None:
        """Say what people call what is filled in."""
        for field in self.fields:
            if field.input.id in names:
                field.call(names[field.input.id])

    def clear(self) -> None:
        """Empty all fields."""
        for field in self.fields:
            field.fill(None)
        self._show_more(all_of_them=not self._folds)
