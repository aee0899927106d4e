"""The ways to the accounts from the window: a button, a key, the first start, a bar where one cannot be used."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.batch import Batch
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import account_words, look
from uploader_gui.gui.bars import Bar
from uploader_gui.gui.first_start import FirstStart
from uploader_gui.gui.look import GRID
from uploader_gui.gui.notices import Notice
from uploader_gui.gui.samples import fill_in, fitting
from uploader_gui.gui.shortcuts import Way, sequence, shown
from uploader_gui.workers.accounts import AccountFace
from uploader_gui.workers.desk import Desk

if TYPE_CHECKING:
    from uploader_gui.gui.accounts_dialog import AccountsDialog
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.workers.trying import Playground


class AccountWays(QObject):
    """Leads to the accounts.

    Args:
        desk: Knows them.
        window: Where the ways begin.

    Attributes:
        practice_wished: Everything is to be tried out.
        practice_ended: Enough was tried; whether an account is to be added then.
        bar: Says that an account cannot be used, or that the keychain is waited for.
        practice_bar: Says that this is only a practice.
        first: What a person finds who has no account yet.
        button: Opens the accounts.
    """

    practice_wished = Signal()
    practice_ended = Signal(bool)

    def __init__(self, desk: Desk, window: "MainWindow") -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._put_away = ""
        self.playground: Playground | None = None
        self.bar = Bar("attention", _("Accounts"), window)
        self.practice_bar = Bar("info", _("Trying it out"), window)
        self.first = FirstStart(window)
        self.button = look.Button("account", _("Accounts…"), parent=window)
        self.button.setToolTip(_("Add, test or change accounts ({keys})").format(keys=shown(sequence(Way.ACCOUNTS))))
        self.button.clicked.connect(self._open)
        self._dialog: AccountsDialog | None = None
        self.first.add_wished.connect(self._open)
        self.first.practice_wished.connect(self.practice_wished)
        self.first.samples_wished.connect(self.attach_samples)
        desk.accounts_changed.connect(self._show_bar)
        desk.account_desk.waits.connect(lambda _waits: self._show_bar())

    def beside(self, target: QWidget) -> QWidget:
        """The target bar with the button to the accounts at its end."""
        both = QWidget(self._window)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(target, 1)
        aside = QHBoxLayout()
        aside.setContentsMargins(0, 2 * GRID, 0, 0)
        aside.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(aside)
        row.addSpacing(2 * GRID)  # no margin: that would not change sides where people read from the right
        return both

    # ----------------------------------------------------------------------------------------------- the dialog
    @property
    def dialog(self) -> "AccountsDialog":
        """The accounts' window; made when it is first wanted."""
        from uploader_gui.gui.accounts_dialog import AccountsDialog  # noqa: PLC0415 - the main window is seen first

        if self._dialog is None:
            self._dialog = AccountsDialog(self._desk, self._window)
        return self._dialog

    def show(self, key: str = "") -> None:
        """Show the accounts, or ask for the first one."""
        if self.playground is not None:
            text = _("Accounts are not kept while you try things out. “Add your own account”, above, ends that.")
            self._window.notices.tell(Notice(text=text, urgent=False))
        elif not self._desk.account_desk.can_save:
            return
        elif self._desk.accounts or self._desk.account_desk.stranded:
            self.dialog.show_list(key)
        else:
            self.add()

    @Slot()
    def _open(self) -> None:
        self.show()

    def add(self, service_id: str = "") -> None:
        """Ask for a new account."""
        if self._desk.account_desk.can_save:
            self.dialog.add(service_id)

    def look_at(self, batch: Batch) -> None:
        """Show the account that a batch was begun with; if it is gone, ask for it anew."""
        # Also where it has another address now: there it can be given the former one again.
        face = self._desk.face(batch.account) or self._desk.face_of(batch)
        if face is not None:
            self.show(face.key)
        else:
            self.add(batch.service)

    # --------------------------------------------------------------------------------------------------- the bar
    def _show_bar(self) -> None:
        desk = self._desk.account_desk
        if desk.waiting:
            ways = [(_("Stop waiting"), desk.stop_waiting)]
            self.bar.say(words.waiting_for_keychain(), ways, picture="waiting")
            return
        stuck = [one for one in self._desk.accounts if one.trouble is not None]
        text = account_words.trouble(stuck[0], len(stuck) - 1) if stuck else ""
        if not stuck or text == self._put_away:
            self.bar.hide()
            return
        self._put_away = ""
        self._say_trouble(stuck[0], text)

    def _say_trouble(self, face: AccountFace, text: str) -> None:
        def away() -> None:
            self._put_away = text
            self.bar.hide()

        assert face.trouble is not None  # noqa: S101 - that is what it is about
        if face.trouble.fill_in:
            way = (_("Fill it in…"), lambda: self.dialog.change(face))
        else:
            way = (_("Try again"), lambda: self._desk.account_desk.read_keys(again=True))
        show = (_("Accounts…"), lambda: self.show(face.key))
        self.bar.say(text, [way, show, (_("Not now"), away)], picture="attention")

    # ------------------------------------------------------------------------------------------------- practice
    def show_practice(self, playground: "Playground") -> None:
        """Say that everything is only tried out, and offer what there is to try."""
        self.playground = playground
        self.button.hide()
        self._window.leaving.asks = False
        text = _("You are trying it out, on a practice service inside the program: nothing leaves this computer.")
        self.practice_bar.say(
            text,
            [
                (_("Attach sample files"), self.attach_samples),
                (_("See what was attached"), self.see),
                (_("Add your own account"), lambda: self.practice_ended.emit(True)),
            ],
        )
        # Ends with the program's name, as systems want it: they would add it once more.
        self._window.comforts.taskbar.call(_("Trying it out – Uploader"))  # noqa: RUF001 - a title's dash
        self._fill_in()
        self._window.look_for_pages()

    def attach_samples(self) -> None:
        """Attach sample files where the target bar says; where it says nothing yet, to a sample record."""
        flow = self._window.target.flow
        if self.playground is not None and flow is not None:
            self._fill_in()
            self._window.take_files([str(path) for path in fitting(flow, self.playground.files)])

    def _fill_in(self) -> None:
        target = self._window.target
        if self.playground is not None and target.flow is not None and target.lacks:
            target.fields.fill(fill_in(target.flow, self.playground.samples, target.fields.values), {})

    def see(self) -> None:
        """Open the practice service's page in the browser."""
        if self.playground is not None:
            self._window.doing.open(self.playground.page)
