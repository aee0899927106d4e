"""What the buttons beside the list of accounts do: each asks first where something is lost, and says how it went."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from uploader_gui.core import words
from uploader_gui.core.ports import SecretsError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import account_words, notices
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.drafts import Tested

if TYPE_CHECKING:
    from uploader_gui.gui.account_list import AccountList


class AccountDeeds(QObject):
    """Does what was wished about the chosen account.

    Args:
        desk: Does it.
        page: The list; says how it went.
    """

    def __init__(self, desk: Desk, page: "AccountList") -> None:
        super().__init__(page)
        self._desk = desk
        self._page = page
        self._renamed = ""

    def _failed(self, error: Exception) -> None:
        self._page.show_current()
        self._page.say(notices.of_error(error).text, "attention")

    def test(self) -> None:
        """Ask the service whose it is."""
        face = self._page.face
        if face is None:
            return
        self._page.test.setEnabled(False)
        self._page.say(_("Asking {service}…").format(service=words.plain(face.service.name)), "waiting")

        def told(tested: Tested) -> None:
            self._page.show_current()
            said = f"{words.plain(face.label)}: {account_words.signed_in(tested)}"
            self._page.say(said, "attention" if tested.before else "done")

        self._desk.account_desk.test_saved(face.key, told, self._failed)

    def make_default(self) -> None:
        """Choose it where no other account of its service is chosen."""
        face = self._page.face
        if face is None:
            return

        def told(_done: object) -> None:
            now = self._desk.face(face.key) or face  # it may have got another name a moment ago
            text = _("{account} is the default of {service} now.")
            self._page.say(text.format(account=words.plain(now.label), service=words.plain(now.service.name)))

        self._desk.account_desk.make_default(face.key, told, self._failed)

    def agree(self) -> None:
        """Let its key go to the hosts that its service file names."""
        face = self._page.face
        if face is not None:
            said = _("The key may go to {hosts} as well now.").format(hosts=", ".join(face.unagreed))
            self._desk.account_desk.agree(face.key, face.unagreed, lambda _: self._page.say(said), self._failed)

    # --------------------------------------------------------------------------------------------------- its name
    def ask_name(self) -> None:
        """Ask what it is to be called."""
        page, face = self._page, self._page.face
        if face is not None and page.rename.isEnabled():
            page.end_question()
            self._renamed = face.key
            page.new_name.setText(face.name)
            page.naming.show()
            page.new_name.setFocus()
            page.new_name.selectAll()

    def rename(self) -> None:
        """Call it so: the one whose name was asked for, whatever is chosen now."""
        name = self._page.new_name.text()
        said = _("It is called “{name}” now.").format(name=words.plain(name.strip()))

        def named(_done: object) -> None:
            self._page.say(said)
            self._page.list.setFocus()

        self._desk.account_desk.rename(self._renamed, name, named, self._not_named)

    def _not_named(self, error: Exception) -> None:
        self._page.said.say(notices.of_error(error).text, "attention")

    # ------------------------------------------------------------------------------------------------ its removal
    def ask_removal(self) -> None:
        """Ask whether it is to be removed, and say what needs it still."""
        key = self._page.key
        if key and self._page.remove.isEnabled():
            self._desk.account_desk.open_batches(key, lambda count: self._ask(key, count))

    def _ask(self, key: str, count: int) -> None:
        page = self._page
        if page.key != key:
            return
        text = _("Remove {account}? Its key is removed from your keychain as well.").format(account=page.title)
        if count:
            needs = ngettext(
                "{n} open batch was begun with it and will need its key again.",
                "{n} open batches were begun with it and will need its key again.",
                count,
            )
            text += " " + needs.format(n=count)
        page.end_question()
        page.question.say(text, [(_("Remove"), lambda: self._remove(key)), (_("Keep it"), page.end_question)])
        page.question.buttons[-1].setFocus()

    def _remove(self, key: str, *, leave_key: bool = False) -> None:
        self._page.end_question()
        self._page.said.say(_("Removing…"), "waiting")

        def failed(error: Exception) -> None:
            self._failed(error)
            if isinstance(error, SecretsError):
                text = _("The account can be removed all the same. Its key then stays in your keychain, of no use.")
                ways = [
                    (_("Remove it, leave the key"), lambda: self._remove(key, leave_key=True)),
                    (_("Keep it"), self._page.end_question),
                ]
                self._page.question.say(text, ways)

        removed = _("The account is removed with its key.")
        if leave_key:
            left = _("The account is removed. What the keychain has of it is called “uploader-gui {id}”.")
            removed = left.format(id=key)
        self._desk.account_desk.remove(key, lambda _: self._page.say(removed), failed, leave_key=leave_key)
