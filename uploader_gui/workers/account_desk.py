"""The window's side of accounts: every call returns at once, and what became of it is told in the window's thread.

The keychain has a thread of its own, because it may be waiting for a person to type its password, and so has the
testing of accounts, because a server may be silent: neither holds up the queue, nor the other.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.cancel import CancelToken
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.drafts import Draft, KeychainWaits, Tested
from uploader_gui.workers.errands import Errand, Errands

if TYPE_CHECKING:  # what these bring takes a third of a second, and the window is to be seen first
    from uploader_gui.services.schema import Service
    from uploader_gui.workers.account_room import AccountRoom
    from uploader_gui.workers.works import Works

Told = Callable[[Any], object]
Failed = Callable[[Exception], object]


class AccountDesk(QObject):
    """What the window's dialogs about accounts speak to.

    Args:
        wishes: Where the ledger is asked.
        bridge: Tells what the keychain's thread has to say.
        read: Asks anew which accounts there are.
        failed: Told of errors that have nobody of their own to tell.
        parent: Its owner.

    Attributes:
        waits: The keychain takes its time, or no longer.
        closing: Nothing is answered any more.
        stranded_changed: There are other accounts than before whose service file is gone.
    """

    waits = Signal(bool)
    closing = Signal()
    stranded_changed = Signal()

    def __init__(
        self,
        wishes: Errands,
        bridge: Bridge,
        read: Callable[[], object],
        failed: Failed,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.waiting = False
        self.stranded: tuple[SavedAccount, ...] = ()
        self._wishes = wishes
        self._read = read
        self._failed = failed
        self._room: AccountRoom | None = None
        self._keychain = Errands("keychain", failed, self)
        self._tests = Errands("account tests", failed, self)
        bridge.arrived.connect(self._arrived)

    @property
    def can_save(self) -> bool:
        """Whether accounts can be added and changed here: not before the ledger is open, nor in practice."""
        return self._room is not None

    def begin(self, works: "Works") -> None:
        """The engine room is there: ask the keychain for the keys of the saved accounts."""
        from uploader_gui.workers.account_room import AccountRoom  # noqa: PLC0415 - after the first paint

        if works.saved is not None:
            self._room = AccountRoom(works, works.saved)
            self._changed()

    def read_keys(self, *, again: bool = False) -> None:
        """Ask the keychain for the keys that are not known yet.

        Args:
            again: Also for those that could not be had.
        """
        room = self._room
        if room is None:
            return

        if again:
            room.saved.try_again()
            self._read()
        self._ask_keychain(room.saved.read, lambda asked: self._read() if asked else None, self._failed)

    def _changed(self) -> None:
        """The accounts are others than before, or what is known of them is."""
        self._read()
        self._wishes.ask(lambda _: tuple(self._the_room.saved.stranded()), self._took_stranded)
        self.read_keys()

    def _took_stranded(self, stranded: tuple[SavedAccount, ...]) -> None:
        if stranded != self.stranded:
            self.stranded = stranded
            self.stranded_changed.emit()

    def stop_waiting(self) -> None:
        """Wait for the keychain no longer: what it was asked for does not happen."""
        if self._room is not None:
            self._room.saved.secrets.give_up()

    # ------------------------------------------------------------------------------------------------ asking
    def services(self, then: "Callable[[Sequence[Service]], object]") -> None:
        """Tell which services an account can be added for."""
        room = self._room
        if room is not None:
            self._wishes.ask(lambda _: room.services(), then, place="services")

    def open_batches(self, account_id: str, then: Callable[[int], object]) -> None:
        """Tell how many batches are on their way in an account's name."""
        room = self._the_room
        self._wishes.ask(lambda _: room.open_batches(account_id), then)

    def test(self, draft: Draft, then: Callable[[Tested], object], failed: Failed, *, account_id: str = "") -> None:
        """Ask the service whose an account is, as it is filled in.

        Args:
            draft: As it is filled in.
            then: Told whose it is.
            failed: Told what is wrong.
            account_id: The saved account that it is to be, which may have the key already.
        """
        room = self._the_room

        def tested(whole: Draft) -> None:
            self._tests.ask(lambda cancel: ask(whole, cancel), then, failed, place="test")

        def ask(whole: Draft, cancel: CancelToken) -> Tested:
            room.check_name(whole, account_id)
            told = room.test(whole, cancel)
            if not account_id:
                return told
            return Tested(shown=told.shown, author=told.author, before=room.somebody_else(account_id, told))

        if draft.anew:
            tested(draft)
        else:
            self._ask_keychain(lambda _: room.whole(account_id, draft), tested, failed)

    def test_saved(self, account_id: str, then: Callable[[Tested], object], failed: Failed) -> None:
        """Ask the keychain for an account's key, and the service whose it is; what it says is saved."""
        from uploader_gui.workers.drafts import UnusableError  # noqa: PLC0415 - with the room

        room = self._the_room

        def read(account: Any) -> None:
            if account.trouble is not None:
                self._changed()
                failed(UnusableError(account.trouble.sentence.whole))
                return
            self._tests.ask(lambda cancel: room.test_saved(account, cancel), told, not_told, place="test")

        def told(tested: Tested) -> None:
            self._changed()
            then(tested)

        def not_told(error: Exception) -> None:
            self._changed()
            failed(error)

        self._ask_keychain(lambda _: room.saved.read_anew(account_id), read, failed)

    def stop_test(self) -> None:
        """What is being tested need not be any more."""
        self._tests.ask(lambda _: None, place="test")

    # ---------------------------------------------------------------------------------------------- changing
    def add(
        self,
        draft: Draft,
        tested: Tested | None,
        then: Callable[[SavedAccount], object],
        failed: Failed,
        *,
        only_now: bool = False,
    ) -> None:
        """Save a new account, its key in the keychain."""
        room = self._the_room
        self._change(lambda: room.add(draft, tested, only_now=only_now), then, failed)

    def change(
        self,
        account_id: str,
        draft: Draft,
        tested: Tested | None,
        then: Callable[[SavedAccount], object],
        failed: Failed,
        *,
        only_now: bool = False,
    ) -> None:
        """Change an account's key, address, open fields, certificate authority and hosts."""
        room = self._the_room
        self._change(lambda: room.change(account_id, draft, tested, only_now=only_now), then, failed)

    def remove(self, account_id: str, then: Told, failed: Failed, *, leave_key: bool = False) -> None:
        """Remove an account with its key."""
        room = self._the_room
        self._change(lambda: room.remove(account_id, leave_key=leave_key), then, failed)

    def rename(self, account_id: str, name: str, then: Told, failed: Failed) -> None:
        """Call an account otherwise."""
        room = self._the_room
        self._change(lambda: room.rename(account_id, name), then, failed, errands=self._wishes)

    def make_default(self, account_id: str, then: Told, failed: Failed) -> None:
        """Use an account where its service's is not chosen."""
        room = self._the_room
        self._change(lambda: room.make_default(account_id), then, failed, errands=self._wishes)

    def agree(self, account_id: str, hosts: Sequence[str], then: Told, failed: Failed) -> None:
        """Let an account's key go to these hosts as well."""
        room = self._the_room
        self._change(lambda: room.agree(account_id, hosts), then, failed)

    # ------------------------------------------------------------------------------------------------- inside
    def _change(self, do: Callable[[], Any], then: Told, failed: Failed, *, errands: Errands | None = None) -> None:
        def done(given: Any) -> None:
            self._changed()
            then(given)

        def not_done(error: Exception) -> None:
            self._changed()
            failed(error)

        if errands is None:
            self._ask_keychain(lambda _: do(), done, not_done)
        else:
            errands.ask(lambda _: do(), done, not_done)

    def _ask_keychain(self, do: Callable[[CancelToken], Any], then: Told, failed: Failed) -> Errand:
        def ended(given: Any) -> None:
            self._wait(waits=False)
            then(given)

        def not_ended(error: Exception) -> None:
            self._wait(waits=False)
            failed(error)

        return self._keychain.ask(do, ended, not_ended)

    @Slot(object)
    def _arrived(self, arrived: Sequence[object]) -> None:
        if any(isinstance(one, KeychainWaits) for one in arrived) and not self._keychain.idle:
            self._wait(waits=True)

    def _wait(self, *, waits: bool) -> None:
        if self.waiting != waits:
            self.waiting = waits
            self.waits.emit(waits)

    @property
    def _the_room(self) -> "AccountRoom":
        assert self._room is not None  # noqa: S101 - nothing is offered where nothing can be saved
        return self._room

    # ------------------------------------------------------------------------------------------------- the end
    def close(self) -> None:
        """Ask nothing any more, and wait for nobody."""
        self.closing.emit()
        self._keychain.close()
        self._tests.close()
        if self._room is not None:
            self._room.saved.secrets.give_up(for_good=True)

    @property
    def errands(self) -> tuple[Errands, ...]:
        """Its threads, which were told to end."""
        return self._keychain, self._tests
