"""The accounts in a window of their own. It stands beside the queue and holds nothing up."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui.account_form import AccountForm
from uploader_gui.gui.account_list import AccountList
from uploader_gui.gui.look import GRID
from uploader_gui.workers.accounts import AccountFace
from uploader_gui.workers.desk import Desk

if TYPE_CHECKING:
    from uploader_gui.services.schema import Service


class _FormPage(QScrollArea):
    """A form that is rolled up and down where there is little room, and never sideways.

    Attributes:
        changed: There is something else in the form.
    """

    changed = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Notice when the form lays itself out anew."""
        done = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.changed.emit()
        return done

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as what is in it."""
        inside = self.widget()
        width = 0 if inside is None else inside.minimumSizeHint().width()
        return QSize(width + self.verticalScrollBar().sizeHint().width(), 24 * GRID)


class AccountsDialog(QDialog):
    """The list of accounts, and in its place the form for one of them.

    Args:
        desk: Knows the accounts.
        parent: The window it stands beside.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(_("Accounts"))
        self.setModal(False)
        self.list = AccountList(desk, self)
        self.form = AccountForm(desk.account_desk, self)
        # Where letters are large, or the screen is small, the form is longer than the window.
        scroll = _FormPage(self)
        scroll.setWidget(self.form)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._form_page = scroll
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.list)
        self.pages.addWidget(scroll)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.pages)
        self.resize(72 * GRID, 58 * GRID)
        self.list.add_wished.connect(self.add)
        self.list.change_wished.connect(self.change)
        self.list.closed.connect(self.close)
        self.form.saved.connect(self._saved)
        self.form.given_up.connect(self._given_up)
        # Once it has its place: what was hidden has none yet.
        self.form.said.told.connect(lambda: QTimer.singleShot(0, scroll, self._show_said))
        self._made_smaller = False
        scroll.changed.connect(self._grow_soon)
        desk.account_desk.closing.connect(self.close)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Notice who makes it smaller: this window only ever makes itself larger."""
        super().resizeEvent(event)
        if self.isVisible() and event.size().height() < event.oldSize().height():
            self._made_smaller = True

    def _show_form(self) -> None:
        self._made_smaller = False
        self.pages.setCurrentWidget(self._form_page)
        self._bring_up()

    def _grow_soon(self) -> None:
        QTimer.singleShot(0, self, self._grow)  # once everything has its place

    def _grow(self) -> None:
        """The form has become longer: so does the window, as far as the screen has room. Nothing is hidden in it.

        Whoever makes the window smaller by hand has it so, until a form is opened again.
        """
        layout = self.form.layout()
        if layout is None or not self.isVisible() or self.pages.currentWidget() is not self._form_page:
            return
        below = layout.totalHeightForWidth(self._form_page.width()) - self._form_page.viewport().height()
        if self._made_smaller or below <= 0:
            return
        room, frame = self.screen().availableGeometry(), self.frameGeometry()
        more = min(below, room.height() - frame.height())
        if more > 0:
            self.resize(self.width(), self.height() + more)
            if frame.bottom() + more > room.bottom():
                self.move(self.x(), max(room.top(), self.y() - (frame.bottom() + more - room.bottom())))

    def show_list(self, key: str = "") -> None:
        """Show the accounts, and choose one."""
        self.pages.setCurrentWidget(self.list)
        self.list.end_question()
        if key:
            self.list.choose(key)
        self._bring_up()
        self.list.list.setFocus()

    def add(self, service_id: str = "") -> None:
        """Ask for a new account."""

        def known(services: "Sequence[Service]") -> None:
            self.form.show_new(services, service_id)
            self._show_form()

        self._desk.account_desk.services(known)

    def change(self, face: AccountFace) -> None:
        """Ask what to change of an account."""

        def known(services: "Sequence[Service]") -> None:
            service = next((one for one in services if one.id == face.service.id), face.service)
            self.form.show_saved(face, service)
            self._show_form()

        self._desk.account_desk.services(known)

    def _bring_up(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()
        self._grow_soon()

    def _show_said(self) -> None:
        self._form_page.ensureWidgetVisible(self.form.said)

    def _saved(self, key: str, said: str) -> None:
        self.form.forget()
        self.show_list(key)
        self.list.say(said)

    def _given_up(self) -> None:
        if self._desk.accounts or self._desk.account_desk.stranded:
            self.show_list()
        else:
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape leaves what is innermost: the question, the form, the window."""
        if event.key() == Qt.Key.Key_Escape and self.pages.currentWidget() is self._form_page:
            self.form.leave()
        elif event.key() == Qt.Key.Key_Escape and self.list.asks:
            self.list.end_question()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """No key stays in a field of a window that is closed."""
        self.form.forget()
        self.pages.setCurrentWidget(self.list)
        super().closeEvent(event)
