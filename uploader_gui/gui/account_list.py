"""The accounts there are: what each is called, as whom it signs in, what is wrong with it; and what can be done."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeySequence, QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.core import words
from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.ports import SecretsError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import account_words, look, notices
from uploader_gui.gui.bars import Bar
from uploader_gui.gui.look import GRID
from uploader_gui.gui.said import Said
from uploader_gui.workers.accounts import AccountFace, Origin
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.drafts import Tested

KEY = Qt.ItemDataRole.UserRole


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
        self.add = self._button(_("Add…"), self.add_wished.emit)
        self.test = self._button(_("Test"), self._test)
        self.change = self._button(_("Change…"), self._change)
        self.rename = self._button(_("Rename…"), self._ask_name)
        self.default = self._button(_("Make default"), self._make_default)
        self.agree = self._button(_("Agree"), self._agree)
        self.remove = self._button(_("Remove…"), self._ask_removal)
        self.again = self._button(_("Try again"), lambda: desk.account_desk.read_keys(again=True))
        self.stop = self._button(_("Stop waiting"), desk.account_desk.stop_waiting)
        self.stop.hide()
        self.close_button = self._button(_("Close"), self.closed.emit)
        self.default.setToolTip(_("Choose it where no other account of its service is chosen"))
        self.question = Bar("attention", _("Question"), self)
        self.said = Said(self)
        self._name_row()
        self._lay_out()
        self.list.currentItemChanged.connect(self._show_current)
        self.list.itemActivated.connect(lambda _item: self._change())
        for keys, do in (
            (QKeySequence(Qt.Key.Key_F2), self._ask_name),
            (QKeySequence(QKeySequence.StandardKey.Delete), self._ask_removal),
        ):
            shortcut = QShortcut(keys, self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(do)
        desk.accounts_changed.connect(self.show_accounts)
        desk.account_desk.stranded_changed.connect(self.show_accounts)
        desk.account_desk.waits.connect(self._waits)
        self.show_accounts()

    def _button(self, text: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: do())
        return button

    def _name_row(self) -> None:
        self.naming = QWidget(self)
        self.new_name = QLineEdit(self.naming)
        label = QLabel(_("New name"), self.naming)
        label.setBuddy(self.new_name)
        self.new_name.setAccessibleName(_("New name"))
        self.new_name.returnPressed.connect(self._rename)
        row = QHBoxLayout(self.naming)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(label)
        row.addWidget(self.new_name, 1)
        row.addWidget(self._button(_("Rename"), self._rename))
        row.addWidget(self._button(_("Keep the name"), self._end_question))
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
        chosen = self._wanted or self._key
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
        item = QListWidgetItem(self._icon(sign), f"{title}\n{now}")
        item.setData(KEY, key)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}. {now}.")
        self.list.addItem(item)

    def _icon(self, sign: str) -> QIcon:
        made = look.icon(sign, self.palette())
        colour, ratio = self.palette().color(QPalette.ColorRole.HighlightedText), self.devicePixelRatioF()
        made.addPixmap(look.picture(sign, colour, ratio), QIcon.Mode.Selected)
        return made

    def choose(self, key: str) -> None:
        """Choose an account; the first until it is there."""
        rows = [row for row in range(self.list.count()) if self.list.item(row).data(KEY) == key]
        self._wanted = "" if rows else key
        self.list.setCurrentRow(rows[0] if rows else 0)
        self._show_current()

    @property
    def _key(self) -> str:
        row = self.list.currentRow()
        return "" if row < 0 else str(self.list.item(row).data(KEY))

    @property
    def face(self) -> AccountFace | None:
        """The account that is chosen; None if its service file is gone."""
        return self._desk.face(self._key)

    @property
    def _stranded(self) -> SavedAccount | None:
        return next((one for one in self._desk.account_desk.stranded if one.id == self._key), None)

    def _show_current(self) -> None:
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
        self._end_question()
        self.said.say(text, picture)

    def _waits(self, waits: bool) -> None:
        self.stop.setVisible(waits)
        if waits and self.isVisible():
            self.said.say(words.waiting_for_keychain(), "waiting")
        elif self.said.text == words.waiting_for_keychain():
            self.said.quiet()

    def _failed(self, error: Exception) -> None:
        self.test.setEnabled(self.face is not None)
        self.say(notices.of_error(error).text, "attention")

    # --------------------------------------------------------------------------------------------- what is done
    def _change(self) -> None:
        face = self.face
        if face is not None and self.change.isEnabled():
            self.change_wished.emit(face)

    def _test(self) -> None:
        face = self.face
        if face is None:
            return
        self.test.setEnabled(False)
        self.say(_("Asking {service}…").format(service=words.plain(face.service.name)), "waiting")

        def told(tested: Tested) -> None:
            self._show_current()
            self.say(
                f"{words.plain(face.label)}: {account_words.signed_in(tested)}",
                "attention" if tested.before else "done",
            )

        self._desk.account_desk.test_saved(face.key, told, self._failed)

    def _make_default(self) -> None:
        face = self.face
        if face is None:
            return

        def told(_done: object) -> None:
            now = self._desk.face(face.key) or face  # it may have got another name a moment ago
            text = _("{account} is the default of {service} now.")
            self.say(text.format(account=words.plain(now.label), service=words.plain(now.service.name)))

        self._desk.account_desk.make_default(face.key, told, self._failed)

    def _agree(self) -> None:
        face = self.face
        if face is not None:
            said = _("The key may go to {hosts} as well now.").format(hosts=", ".join(face.unagreed))
            self._desk.account_desk.agree(face.key, face.unagreed, lambda _: self.say(said), self._failed)

    def _ask_name(self) -> None:
        face = self.face
        if face is not None and self.rename.isEnabled():
            self._end_question()
            self.new_name.setText(face.name)
            self.naming.show()
            self.new_name.setFocus()
            self.new_name.selectAll()

    def _rename(self) -> None:
        face = self.face
        if face is not None:
            said = _("It is called “{name}” now.").format(name=words.plain(self.new_name.text().strip()))
            self._desk.account_desk.rename(face.key, self.new_name.text(), lambda _: self._named(said), self._not_named)

    def _named(self, said: str) -> None:
        self.say(said)
        self.list.setFocus()

    def _not_named(self, error: Exception) -> None:
        self.said.say(notices.of_error(error).text, "attention")

    def _ask_removal(self) -> None:
        key = self._key
        if key and self.remove.isEnabled():
            self._desk.account_desk.open_batches(key, lambda count: self._ask(key, count))

    def _ask(self, key: str, count: int) -> None:
        item = self.list.currentItem()
        if self._key != key:
            return
        title = item.text().partition("\n")[0]
        text = _("Remove {account}? Its key is removed from your keychain as well.").format(account=title)
        if count:
            needs = ngettext(
                "{n} open batch was begun with it and will need its key again.",
                "{n} open batches were begun with it and will need its key again.",
                count,
            )
            text += " " + needs.format(n=count)
        self._end_question()
        self.question.say(text, [(_("Remove"), lambda: self._remove(key)), (_("Keep it"), self._end_question)])
        self.question.buttons[-1].setFocus()

    def _remove(self, key: str, *, leave_key: bool = False) -> None:
        self._end_question()
        self.said.say(_("Removing…"), "waiting")

        def failed(error: Exception) -> None:
            self._failed(error)
            if isinstance(error, SecretsError):
                text = _("The account can be removed all the same. Its key then stays in your keychain, of no use.")
                ways = [
                    (_("Remove it, leave the key"), lambda: self._remove(key, leave_key=True)),
                    (_("Keep it"), self._end_question),
                ]
                self.question.say(text, ways)

        removed = _("The account is removed with its key.")
        if leave_key:
            removed = _("The account is removed. What the keychain has of it is called “uploader-gui {id}”.").format(
                id=key
            )
        self._desk.account_desk.remove(key, lambda _: self.say(removed), failed, leave_key=leave_key)

    @property
    def asks(self) -> bool:
        """Whether something is being asked."""
        return self.question.isVisible() or self.naming.isVisible()

    def _end_question(self) -> None:
        inside = self.asks and self.focusWidget() is not self.list
        self.question.hide()
        self.naming.hide()
        self.said.quiet()
        if inside:
            self.list.setFocus()

    def end_question(self) -> None:
        """What is asked is left as it is."""
        self._end_question()
