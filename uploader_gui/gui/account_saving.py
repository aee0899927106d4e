"""An account that is filled in is tried and saved; each refusal is told with its way out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from uploader_gui.core import words
from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.ports import SecretsError
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import account_words, notices
from uploader_gui.workers.account_desk import AccountDesk
from uploader_gui.workers.accounts import AccountFace
from uploader_gui.workers.drafts import Draft, Tested

if TYPE_CHECKING:
    from uploader_gui.gui.account_form import AccountForm


class AccountSaving(QObject):
    """What the buttons of a form do.

    Args:
        desk: Tests and saves accounts.
        form: What is filled in.

    Attributes:
        saved: It is saved: its id, and what there is to say.
    """

    saved = Signal(str, str)

    def __init__(self, desk: AccountDesk, form: "AccountForm") -> None:
        super().__init__(form)
        self._desk = desk
        self._form = form
        self._tested: tuple[Draft, Tested] | None = None
        self._wish: object | None = None
        self._saving = False

    def give_up(self) -> None:
        """Something else is filled in now, or nothing: what is under way counts no more."""
        if self._wish is not None:
            self._wish = None
            self._desk.stop_test()
            if self._saving:
                self._desk.stop_waiting()
        self._saving = False
        self._tested = None

    # --------------------------------------------------------------------------------------------------- trying
    def test(self) -> None:
        """Say whose the account is."""
        self._try(lambda _draft, tested: self._tell(tested))

    def save(self) -> None:
        """Save it, if it works."""
        self._try(self._keep)

    def save_untested(self) -> None:
        """Save it, whatever was said of it."""
        self._again()

    def save_only_now(self) -> None:
        """Keep it until the program ends, and no longer."""
        self._again(only_now=True)

    def _try(self, then: Callable[[Draft, Tested], object]) -> None:
        """Ask the service whose it is; what it said of the very same is not asked again."""
        draft = self._form.draft
        if draft is None:
            return
        if self._tested is not None and self._tested[0] == draft:
            then(*self._tested)
            return
        self._begin(_("Asking {service}…").format(service=words.plain(draft.service.name)))
        wish, face = self._wish, self._form.face

        def told(tested: Tested) -> None:
            if self._wish is wish:
                self._end()
                self._tested = draft, tested
                then(draft, tested)

        def failed(error: Exception) -> None:
            if self._wish is wish:
                self._end()
                self._test_failed(error)

        self._desk.test(draft, told, failed, account_id="" if face is None else face.key)

    def _begin(self, text: str) -> None:
        self._wish = object()
        self._form.enable(on=False)
        self._form.anyway.hide()
        self._form.only_now.hide()
        self._form.said.say(text, "waiting")

    def _end(self) -> None:
        self._wish = None
        self._saving = False
        self._form.stop.hide()
        self._form.enable(on=True)

    def _tell(self, tested: Tested) -> None:
        self._form.said.say(account_words.signed_in(tested), "done" if not tested.before else "attention")

    def _test_failed(self, error: Exception) -> None:
        text = notices.of_error(error).text
        untrusted = isinstance(error, UploadError) and error.problem.kind is Kind.UNTRUSTED
        if untrusted and self._form.more.ca_file is None:
            text += " " + _("If you have its certificate authority's file, choose it under “Address and certificates”.")
            self._form.more.fold.setChecked(True)
        self._form.said.say(text, "attention")
        self._form.anyway.setVisible(isinstance(error, UploadError))

    # --------------------------------------------------------------------------------------------------- saving
    def _again(self, *, only_now: bool = False) -> None:
        draft = self._form.draft
        if draft is not None:
            tested = self._tested[1] if self._tested is not None and self._tested[0] == draft else None
            self._keep(draft, tested, only_now=only_now, sure=True)

    def _keep(self, draft: Draft, tested: Tested | None, *, only_now: bool = False, sure: bool = False) -> None:
        if tested is not None and tested.before and not sure:
            self._tell(tested)
            self._form.anyway.show()
            return
        self._begin(_("Saving…"))
        self._saving = True
        wish, face = self._wish, self._form.face

        def done(account: SavedAccount) -> None:
            if self._wish is wish:
                self._end()
                self.saved.emit(account.id, account_words.saved(account, tested, only_now=only_now))

        def failed(error: Exception) -> None:
            if self._wish is wish:
                self._end()
                self._not_saved(error)

        if face is None:
            self._desk.add(draft, tested, done, failed, only_now=only_now)
            return

        def change(_renamed: object = None) -> None:
            if self._wish is not wish:
                return  # it was cancelled while it was being renamed
            self._desk.change(face.key, draft, tested, done, failed, only_now=only_now)

        self._named(face, draft, change, failed)

    def _named(
        self, face: AccountFace, draft: Draft, then: Callable[[object], object], failed: Callable[[Exception], object]
    ) -> None:
        """Call the account as it is filled in, first."""
        if draft.name and draft.name != face.name:
            self._desk.rename(face.key, draft.name, then, failed)
        else:
            then(None)

    def _not_saved(self, error: Exception) -> None:
        text = notices.of_error(error).text
        if isinstance(error, SecretsError):
            text = f"{text} {words.only_until_quit()}"
            self._form.only_now.show()
        self._form.said.say(text, "attention")

    def wait(self, waits: bool) -> None:
        """The keychain takes its time, or no longer. Nothing is said of it where something else is filled in by now."""
        waits = waits and self._wish is not None
        if self._form.isVisible():
            self._form.stop.setVisible(waits)
            if waits:
                self._form.said.say(words.waiting_for_keychain(), "waiting")
