"""One thing that a target asks for, as a field: it holds a value, and beside it what people call that."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.look import GRID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uploader_gui.services.schema import Input


class Field(QWidget):
    """One field, whatever it looks like.

    Args:
        one: What is asked for.
        parent: Its owner.

    Attributes:
        changed: Its value is another one.
        settled: The person is done with it.
        picked: The person chose the one that is asked for: the keyboard may go on.
    """

    changed = Signal()
    settled = Signal()
    picked = Signal()

    def __init__(self, one: "Input", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.input = one
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GRID // 2)

    @property
    def value(self) -> Any:
        """What is filled in; None for nothing."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """What people call the value; "" while that is not known."""
        return ""

    @property
    def sure(self) -> bool:
        """Whether the service itself said that name in this run; else it is remembered from an earlier time."""
        return True

    def fill(self, value: Any, name: str = "", *, sure: bool = True) -> None:
        """Fill something in, and say what people call it; what is filled in already keeps its name."""
        raise NotImplementedError

    def call(self, name: str) -> None:
        """Say what people call what is filled in."""

    @property
    def keyboard(self) -> QWidget:
        """What in it takes the keyboard."""
        return self

    @property
    def buddy(self) -> QWidget:
        """What its label leads to."""
        return self.keyboard

    def wait_for(self, labels: "Sequence[str]") -> None:
        """Say what must be filled in before this; nothing: it can be."""


class PlainField(Field):
    """A text, or one of a closed list."""

    def __init__(self, one: "Input", parent: QWidget | None = None) -> None:
        super().__init__(one, parent)
        self._editor = self._made(one)
        self._editor.setAccessibleName(one.label)
        if one.help:
            self._editor.setToolTip(look.tip(one.help))
            self._editor.setAccessibleDescription(one.help)
        self._editor.setAcceptDrops(False)  # files dropped here are meant for the window
        self.setFocusProxy(self._editor)
        self._box.addWidget(self._editor)

    def _made(self, one: "Input") -> QWidget:
        if one.choices:
            choices = QComboBox(self)
            if one.optional:
                choices.addItem("", None)
            for choice in one.choices:
                choices.addItem(choice.label, choice.id)
            choices.currentIndexChanged.connect(self.changed)
            choices.currentIndexChanged.connect(self.settled)
            return choices
        if one.lines > 1:
            text = QPlainTextEdit(self)
            text.setTabChangesFocus(True)
            text.setFixedHeight(text.fontMetrics().lineSpacing() * 3 + 2 * GRID)
            text.setPlaceholderText(_("the names of the files") if one.default is not None else _("optional"))
            text.textChanged.connect(self.changed)
            return text
        edit = QLineEdit(self)
        edit.setClearButtonEnabled(True)
        if one.default is not None:
            edit.setPlaceholderText(_("the names of the files"))
        elif one.optional:
            edit.setPlaceholderText(_("optional"))
        elif one.help:
            edit.setPlaceholderText(one.help)
        edit.textChanged.connect(self.changed)
        edit.editingFinished.connect(self.settled)
        return edit

    @property
    def value(self) -> Any:
        """What is filled in; None for nothing."""
        editor = self._editor
        if isinstance(editor, QComboBox):
            return editor.currentData()
        return _text_of(editor).strip() or None

    @property
    def name(self) -> str:
        """What people call the value: of a closed list its label."""
        editor = self._editor
        return editor.currentText() if isinstance(editor, QComboBox) else ""

    @property
    def keyboard(self) -> QWidget:
        """What is typed in, or chosen from."""
        return self._editor

    def fill(self, value: Any, name: str = "", *, sure: bool = True) -> None:
        """Fill something in."""
        del name, sure
        editor = self._editor
        text = str(value or "")
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(value)))
        elif isinstance(editor, QPlainTextEdit) and editor.toPlainText() != text:
            editor.setPlainText(text)
        elif isinstance(editor, QLineEdit) and editor.text() != text:
            editor.setText(text)


def _text_of(editor: QWidget) -> str:
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText()
    return editor.text() if isinstance(editor, QLineEdit) else ""
