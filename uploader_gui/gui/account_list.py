"""The accounts there are: what each is called, as whom it signs in, what is wrong with it; and what can be done."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.core import words
from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import account_words, aloud, look
from uploader_gui.gui.account_deeds import AccountDeeds
from uploader_gui.gui.bars import Bar
from uploader_gui.gui.look import GRID
from uploader_gui.gui.said import Said
from uploader_gui.workers.accounts import AccountFace, Origin
from uploader_gui.workers.desk import Desk

KEY = Qt.ItemDataRole.UserRole
SIGN = Qt.ItemDataRole.UserRole + 1


class AccountList(QWidget):
    """The list with its buttons.

    Args:
        desk: Knows the accounts.
        parent: Its owner.

    Attributes:
        add_wished: Another account is to be added.
        change_wished: This one (a face) is to be changed.
        closed: The person has seen enough.
    """

    add_wished = Signal()
    change_wished = Signal(object)
    closed = Signal()
    _complete = False

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted = ""
        self.list = QListWidget(self)
        self.list.setAccessibleName(_("Accounts"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.about = look.plain_label(parent=self)
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.deeds = AccountDeeds(desk, self)
        self.add = self._button(_("Add…"), self.add_wished.emit)
        self.test = self._button(_("Test"), self.deeds.test)
        self.change = self._button(_("Change…"), self._change)
        self.rename = self._button(_("Rename…"), self.deeds.ask_name)
        self.default = self._button(_("Make default"), self.deeds.make_default)
        self.agree = self._button(_("Agree"), self.deeds.agree)
        self.remove = self._button(_("Remove…"), self.deeds.ask_removal)
        self.again = self._button(_("Try again"), lambda: desk.account_desk.read_keys(again=True))
        self.stop = self._button(_("Stop waiting"), desk.account_desk.stop_waiting)
        self.stop.hide()
        self.close_button = self._button(_("Close"), self.closed.emit)
        self.default.setToolTip(_("Choose it where no other account of its service is chosen"))
        self.question = Bar("attention", _("Question"), self)
        self.question.spoke.connect(lambda text: aloud.say(self.question, text, urgent=True))
        self.said = Said(self)
        self._name_row()
        self._lay_out()
        self.list.currentItemChanged.connect(self.show_current)
        self.list.itemActivated.connect(lambda _item: self._change())
        for keys, do in (
            (QKeySequence(Qt.Key.Key_F2), self.deeds.ask_name),
            (QKeySequence(QKeySequence.StandardKey.Delete), self.deeds.ask_removal),
        ):
            shortcut = QShortcut(keys, self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(do)
        desk.accounts_changed.connect(self.show_accounts)
        desk.account_desk.stranded_changed.connect(self.show_accounts)
        desk.account_desk.waits.connect(self._waits)
        self.show_accounts()
        self._complete = True  # the palette may come before everything is there

    def _button(self, text: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: do())
        return button

    @property
    def title(self) -> str:
        """What the chosen account is called in the list."""
        row = self.list.currentRow()
        return "" if row < 0 else self.list.item(row).text().partition("\n")[0]

    def _name_row(self) -> None:
        self.naming = QWidget(self)
        self.new_name = QLineEdit(self.naming)
        label = look.label(_("New name"), self.naming)
        label.setBuddy(self.new_name)
        self.new_name.setAccessibleName(_("New name"))
        self.new_name.returnPressed.connect(self.deeds.rename)
        row = QHBoxLayout(self.naming)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.new_name, 1)
        row.addWidget(self._button(_("Rename"), self.deeds.rename))
        row.addWidget(self._button(_("Keep the name"), self.end_question))
        self.naming.hide()

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID)
        for one in (self.add, self.test, self.again, self.change, self.rename, self.default, self.agree, self.remove):
            buttons.addWidget(one)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        beside = QHBoxLayout()
        beside.setSpacing(2 * GRID)
        beside.addWidget(self.list, 1)
        beside.addLayout(buttons)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        rows.setSpacing(GRID + GRID // 2)
        rows.addLayout(beside, 1)
        rows.addWidget(self.about)
        rows.addWidget(self.naming)
        rows.addWidget(self.question)
        rows.addWidget(self.said)

    # --------------------------------------------------------------------------------------------- what is shown
    def show_accounts(self) -> None:
        """Show the accounts there are now; the chosen one stays chosen."""
        chosen = self._wanted or self.key
        self.list.blockSignals(True)
        self.list.clear()
        for face in self._desk.accounts:
            self._row(face.key, account_words.title(face), account_words.now(face), account_words.sign(face))
        for account in self._desk.account_desk.stranded:
            title = f"{words.plain(account.service)} · {words.plain(account.name)}"
            self._row(account.id, title, _("Its service file is gone or has mistakes"), "attention")
        self.list.blockSignals(False)
        self.choose(chosen)

    def _row(self, key: str, title: str, now: str, sign: str) -> None:
        item = QListWidgetItem(look.icon(sign, self.palette(), listed=True), f"{title}\n{now}")
        item.setData(KEY, key)
        item.setData(SIGN, sign)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}. {now}.")
        self.list.addItem(item)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._complete:
            for item in map(self.list.item, range(self.list.count())):
                item.setIcon(look.icon(item.data(SIGN), self.palette(), listed=True))

    def choose(self, key: str) -> None:
        """Choose an account; the first until it is there."""
        rows = [row for row in range(self.list.count()) if self.list.item(row).data(KEY) == key]
        self._wanted = "" if rows else key
        self.list.setCurrentRow(rows[0] if rows else 0)
        self.show_current()

    @property
    def key(self) -> str:
        """Which account is chosen; "" if there is none."""
        row = self.list.currentRow()
        return "" if row < 0 else str(self.list.item(row).data(KEY))

    @property
    def face(self) -> AccountFace | None:
        """The account that is chosen; None if its service file is gone."""
        return self._desk.face(self.key)

    @property
    def _stranded(self) -> SavedAccount | None:
        return next((one for one in self._desk.account_desk.stranded if one.id == self.key), None)

    def show_current(self) -> None:
        """Say what is known of the chosen account, and offer what can be done about it."""
        face, stranded = self.face, self._stranded
        saved = face is not None and face.origin is Origin.SAVED and self._desk.account_desk.can_save
        self.add.setEnabled(self._desk.account_desk.can_save)
        for one in (self.test, self.change, self.rename):
            one.setEnabled(saved)
        self.remove.setEnabled(saved or stranded is not None)
        self.default.setEnabled(saved and face is not None and not face.default)
        self.agree.setVisible(saved and face is not None and bool(face.unagreed))
        again = saved and face is not None and face.trouble is not None and not face.trouble.fill_in
        self.again.setVisible(again)
        self.about.setText("" if face is None else account_words.about(face))
        self.about.setVisible(bool(self.about.text()))

    def say(self, text: str, picture: str = "done") -> None:
        """Say how something went."""
        self.end_question()
        self.said.say(text, picture)

    def _waits(self, waits: bool) -> None:
        self.stop.setVisible(waits)
        if waits and self.isVisible():
            self.said.say(words.waiting_for_keychain(), "waiting")
        elif self.said.text == words.waiting_for_keychain():
            self.said.quiet()

    def _change(self) -> None:
        face = self.face
        if face is not None and self.change.isEnabled():
            self.change_wished.emit(face)

    @property
    def asks(self) -> bool:
        """Whether something is being asked."""
        return self.question.isVisible() or self.naming.isVisible()

    def end_question(self) -> None:
        """What is asked is left as it is."""
        inside = self.asks and self.focusWidget() is not self.list
        self.question.hide()
        self.naming.hide()
        self.said.quiet()
        if inside:
            self.list.setFocus()
