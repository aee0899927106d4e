"""The person's own service files: looked at, added after a review, removed."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import look, notices
from uploader_gui.gui.facts import Facts
from uploader_gui.gui.look import GRID
from uploader_gui.gui.service_review import ServiceReview
from uploader_gui.gui.sheet import Sheet
from uploader_gui.workers.beside import Beside
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.service_facts import Own, Proposal, Removed


class ServicesDialog(Sheet):
    """Shows the files, and what one more of them would do.

    Args:
        desk: Reads and keeps them.
        parent: Its owner.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Service files"), parent)
        self._beside = Beside(desk)
        self._own: list[Own] = []
        self._path = Path()
        self.review: ServiceReview | None = None
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._first_page())
        self.rows.addWidget(self._pages, 1)
        self.add = self.add_button(_("Add…"), left=True)
        self.add.clicked.connect(self._choose)
        self.remove = self.add_button(_("Remove…"))
        self.remove.clicked.connect(self._ask_to_remove)
        self._close = self.add_close()
        self.resize(72 * GRID, 56 * GRID)
        self._choose_row()
        self.read()

    def _first_page(self) -> QWidget:
        page = QWidget(self)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID)
        text = _(
            "A service file teaches the program another web service. It says where your key and your files go: "
            "add only those that you trust."
        )
        rows.addWidget(look.plain_label(text, page))
        self.list = QListWidget(page)
        self.list.setAccessibleName(_("Your service files"))
        self.list.setSpacing(GRID // 4)
        self.list.currentRowChanged.connect(self._choose_row)
        rows.addWidget(self.list, 1)
        self.mistakes = Facts("", page)
        self.mistakes.setAccessibleName(_("The mistakes, a line each"))
        self.mistakes.hide()
        rows.addWidget(self.mistakes, 1)
        return page

    # ------------------------------------------------------------------------------------------------- the list
    def read(self) -> None:
        """Look anew which there are."""
        if not self._beside.own_services(self._show):
            self.say(notices.not_open(), urgent=True)

    def _show(self, own: Sequence[Own]) -> None:
        self._own = list(own)
        self.list.clear()
        for one in own:
            self.list.addItem(QListWidgetItem(_row(one)))
        if own:
            self.list.setCurrentRow(0)
        else:
            nothing = QListWidgetItem(_("None of your own yet."))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
            self._choose_row()

    @property
    def chosen(self) -> Own | None:
        """The file that is chosen."""
        row = self.list.currentRow()
        return self._own[row] if 0 <= row < len(self._own) else None

    def _choose_row(self, _row: int = 0) -> None:
        chosen = self.chosen
        self.remove.setEnabled(chosen is not None)
        self.mistakes.setVisible(chosen is not None and bool(chosen.mistakes))
        self.mistakes.setPlainText("\n".join(chosen.mistakes) if chosen is not None else "")

    # --------------------------------------------------------------------------------------------------- adding
    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Choose a service file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_("Service files (*.toml)"), _("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.look_at(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def look_at(self, path: Path) -> None:
        """Show what a file would do."""
        self._path = path
        self.say("")
        if not self._beside.look_at_service(path, self._propose, self._failed):
            self.say(notices.not_open(), urgent=True)

    def _propose(self, proposal: Proposal) -> None:
        self._leave_review()
        self.review = review = ServiceReview(proposal, self)
        review.agreed.connect(lambda: self._keep(proposal))
        review.declined.connect(self._leave_review)
        review.check_wished.connect(lambda: self.look_at(self._path))
        self._pages.addWidget(review)
        self._pages.setCurrentWidget(review)
        for button in (self.add, self.remove, self._close):
            button.hide()
        review.focus_first()

    def _leave_review(self) -> None:
        review, self.review = self.review, None
        if review is not None:
            self._pages.removeWidget(review)
            review.deleteLater()
        for button in (self.add, self.remove, self._close):
            button.show()
        self.add.setFocus()

    def _keep(self, proposal: Proposal) -> None:
        def added() -> None:
            self._leave_review()
            said = _("{name} was added. Add an account for it: “Accounts” in the menu.")
            self.say(said.format(name=words.plain(proposal.name)))
            self.read()

        self._beside.add_service(proposal, added, self._failed)

    # ------------------------------------------------------------------------------------------------- removing
    def _ask_to_remove(self) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        name = words.plain(chosen.name or f"{chosen.id}.toml")
        text = _("Remove {name}? What is attached stays attached.").format(name=name)
        if chosen.replaces:
            text = _("Remove your {name}? The program's own one is used again then.").format(name=name)
        self.say(text, [(_("Remove"), lambda: self._remove(chosen)), (_("Keep"), lambda: self.say(""))])
        self.asks.buttons[-1].setFocus()

    def _remove(self, chosen: Own) -> None:
        def removed(what: Removed) -> None:
            self.say(_gone(what))
            self.read()

        self._beside.remove_service(chosen.id, removed, self._failed)

    def _failed(self, error: Exception) -> None:
        self.say(notices.of_error(error).text, urgent=True)


def _row(own: Own) -> str:
    if own.name is None and own.mistakes:
        said = ngettext(
            "{id}.toml has {n} mistake and is left out", "{id}.toml has {n} mistakes and is left out", len(own.mistakes)
        )
        return said.format(id=words.plain(own.id), n=len(own.mistakes))
    if own.name is None:
        return _("{id}.toml is not named as its id says, and is left out").format(id=words.plain(own.id))
    name = words.plain(own.name)
    return _("{name}, in place of the program's own").format(name=name) if own.replaces else name


def _gone(what: Removed) -> str:
    name = words.plain(what.name)
    if what.again:
        return _("{name} was removed; the program's own one is used again.").format(name=name)
    parts = [_("{name} was removed.").format(name=name)]
    if what.accounts:
        names = ", ".join(words.quoted(words.plain(one)) for one in what.accounts)
        parts.append(_("Its accounts stay until you remove them: {names}.").format(names=names))
    if what.batches:
        said = ngettext("{n} batch cannot go on without it.", "{n} batches cannot go on without it.", what.batches)
        parts.append(said.format(n=what.batches))
    return " ".join(parts)
