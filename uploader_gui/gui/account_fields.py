"""The fields of an account, built from its service file; the way to sign in follows from what is filled in."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces
from uploader_gui.gui.look import GRID

if TYPE_CHECKING:
    from uploader_gui.services.schema import AccountField, Service


class KeyField(QWidget):
    """One field with what the service file says about it below.

    A secret one shows dots, to eyes and to whoever asks by accessibility, and cannot be copied out again.

    Args:
        one: The service file's field.
        parent: Its owner.

    Attributes:
        edit: Where it is typed.
    """

    def __init__(self, one: "AccountField", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = one
        self.edit = QLineEdit(self)
        self.edit.setAccessibleName(words.plain(one.label))
        self.edit.setAcceptDrops(False)
        self.edit.setInputMethodHints(Qt.InputMethodHint.ImhNoAutoUppercase | Qt.InputMethodHint.ImhNoPredictiveText)
        if one.secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addWidget(self.edit)
        if one.help:
            about = words.plain(one.help, 1000)
            self.edit.setAccessibleDescription(about)
            rows.addWidget(pieces.quiet(about))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Insist on the height that its words need at this width: a QFormLayout that is wide enough asks for less."""
        super().resizeEvent(event)
        self.setMinimumHeight(max(0, self.heightForWidth(event.size().width())))

    @property
    def value(self) -> str:
        """What is filled in, without blanks around it, which copying brings along."""
        return self.edit.text().strip()

    def wipe(self) -> None:
        """Forget what is filled in."""
        self.edit.clear()


class AccountFields(QObject):
    """The rows of a form for one service's account.

    Args:
        form: Where they stand.
        parent: The form's widget.

    Attributes:
        changed: Something is filled in otherwise.
    """

    changed = Signal()

    def __init__(self, form: QFormLayout, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self._widget = parent
        self._service: Service | None = None
        self._saved: frozenset[str] = frozenset()
        self.fields: list[KeyField] = []

    def build(self, service: "Service", at: int) -> None:
        """Ask for these, in the place of those before.

        Args:
            service: Whose fields.
            at: The row at which they begin.
        """
        self.clear()
        self._service = service
        for number, one in enumerate(service.account.fields):
            field = KeyField(one, self._widget)
            label = look.label(words.plain(one.label), self._widget)
            label.setBuddy(field.edit)
            self._form.insertRow(at + number, label, field)
            field.edit.textChanged.connect(self._edited)
            self.fields.append(field)
        self._show_ways()

    def clear(self) -> None:
        """Forget everything, the keys first."""
        fields, self.fields = self.fields, []
        for field in fields:
            field.wipe()
            self._form.removeRow(field)
        self._service = None
        self._saved = frozenset()

    def fill(self, values: Mapping[str, str], saved: Collection[str] = ()) -> None:
        """Fill in what is known.

        Args:
            values: By field; none is secret.
            saved: The secret fields that have a saved value, which stays unless another one is filled in.
        """
        self._saved = frozenset(one.field.id for one in self.fields if one.field.secret and one.field.id in saved)
        for field in self.fields:
            if field.field.id in values:
                field.edit.setText(values[field.field.id])
        self._show_ways()

    @property
    def anew(self) -> bool:
        """Whether a secret is filled in, or none is saved."""
        return not self._saved or any(field.value for field in self.fields if field.field.secret)

    @property
    def values(self) -> dict[str, str]:
        """What is filled in, by field."""
        return {field.field.id: field.value for field in self.fields if field.value}

    @property
    def filled(self) -> frozenset[str]:
        """The fields that have a value, those that stay as they are saved included."""
        return frozenset(self.values) | (frozenset() if self.anew else self._saved)

    @property
    def lacks(self) -> str:
        """What must still be filled in, in words; "" if nothing must."""
        if self._service is None:
            return ""
        filled = self.filled
        ways = [way.fields for way in self._service.account.ways]
        if any(frozenset(way) == filled for way in ways):
            return ""
        fitting = [way for way in ways if filled <= frozenset(way)] or ways
        missing = [[one for one in way if one not in filled] for way in fitting]
        return _("; or ").join(_(" and ").join(words.quoted(self._label(one)) for one in way) for way in missing)

    @property
    def first_missing(self) -> QLineEdit | None:
        """The field to go to."""
        filled = self.filled
        open_ones = [field.edit for field in self.fields if field.field.id not in filled and field.edit.isEnabled()]
        return next(iter(open_ones), None)

    def _label(self, field_id: str) -> str:
        return next((words.plain(one.field.label) for one in self.fields if one.field.id == field_id), field_id)

    def _edited(self) -> None:
        self._show_ways()
        self.changed.emit()

    def _show_ways(self) -> None:
        """What does not go together with what is filled in is not asked for."""
        if self._service is None:
            return
        filled = self.filled
        ways: Iterable[tuple[str, ...]] = [
            way.fields for way in self._service.account.ways if filled <= frozenset(way.fields)
        ]
        wanted = {one for way in ways for one in way}
        for field in self.fields:
            field.edit.setEnabled(field.field.id in wanted or not wanted or bool(field.value))
            if not field.edit.isEnabled():
                field.edit.setPlaceholderText(_("not needed with what is filled in"))
            elif not self.anew and field.field.id in self._saved:
                field.edit.setPlaceholderText(_("as it is saved"))
            else:
                field.edit.setPlaceholderText("")
