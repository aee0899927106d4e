"""What the window's wishes about accounts come down to. Everything here is called in errands' threads."""

import contextlib
import dataclasses
from collections.abc import Iterable

from uploader_gui.core import translation, words
from uploader_gui.core.accounts import AccountsError, AccountTrouble, SavedAccount, checked_name, folded
from uploader_gui.core.cancel import CancelToken
from uploader_gui.engine import lookup
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.origin import origin_of, safe
from uploader_gui.engine.session import Account, AccountError, Session, check_account
from uploader_gui.services import catalogue
from uploader_gui.services.language import in_language
from uploader_gui.services.schema import Service
from uploader_gui.workers.accounts import KnownAccount
from uploader_gui.workers.drafts import Draft, Tested, UnusableError
from uploader_gui.workers.known import account_of
from uploader_gui.workers.saved import SavedAccounts
from uploader_gui.workers.works import Works

_LONGEST = 40
"""Signs of a name that is made up. Some services name nobody, but two long ids."""


class AccountRoom:
    """Adds, tests, changes and removes accounts.

    Args:
        works: The engine room.
        saved: The saved accounts.
    """

    def __init__(self, works: Works, saved: SavedAccounts) -> None:
        self._works = works
        self.saved = saved

    def services(self) -> list[Service]:
        """All services whose files have no mistakes, by name, in the person's language."""
        found = []
        for service_id in catalogue.known():
            with contextlib.suppress(catalogue.UnknownServiceError, catalogue.ServiceFileError):
                found.append(in_language(catalogue.find(service_id), translation.language()))
        return sorted(found, key=lambda one: one.name.casefold())

    def open_batches(self, account_id: str) -> int:
        """How many batches are on their way in an account's name. Raises StoreError."""
        return sum(batch.account == account_id for batch in self._works.ledger.batches(ended=False))

    # ------------------------------------------------------------------------------------------------- testing
    def check(self, draft: Draft) -> None:
        """See that what is filled in can be used at all, before a keychain or a service is asked.

        Raises:
            UnusableError: It cannot.
            AccountsError: Its name cannot be used.
            StoreError: The file cannot be read.
        """
        origin = origin_of(draft.base)
        if origin is None or not safe(origin) or "?" in draft.base or "#" in draft.base:
            raise UnusableError(words.address_refused())
        self._check(_account(draft))

    def check_name(self, draft: Draft, account_id: str = "") -> None:
        """See that an account can be called so. Raises AccountsError and StoreError."""
        if not draft.name:
            return
        wanted = checked_name(draft.name)
        there = self.saved.accounts.find(draft.service.id, wanted)
        if there is not None and there.id != account_id:
            raise AccountsError(AccountTrouble.NAME_TAKEN, wanted)

    def _check(self, account: Account) -> None:
        try:
            check_account(account)
        except AccountError as error:
            raise UnusableError(error.sentence) from None

    def test(self, draft: Draft, cancel: CancelToken) -> Tested:
        """Ask the service whose an account is, as it is filled in.

        Raises:
            UnusableError: It cannot be used.
            UploadError: The key does not work, or the service cannot be asked.
            Cancelled: It was told to stop.
        """
        self.check(draft)
        return self._tested(_account(draft), cancel)

    def test_saved(self, account: KnownAccount, cancel: CancelToken) -> Tested:
        """Ask the service whose a saved account is, and note what it says; raises what `test` raises."""
        made = account_of(account)
        self._check(made)
        tested = self._tested(made, cancel)
        saved = self._saved(account.id)
        if tested.shown and (tested.shown, tested.author) != (saved.whose, saved.author):
            self.saved.accounts.change(dataclasses.replace(saved, whose=tested.shown, author=tested.author))
        return dataclasses.replace(tested, before=_somebody_else(saved, tested))

    def _tested(self, account: Account, cancel: CancelToken) -> Tested:
        self._works.hide(account)
        with contextlib.closing(self._works.client(account)) as client:
            session = Session(account, self._works.clock)
            answer = lookup.whose(Conversation(session, client, cancel), self._works.clock.utc())
        return Tested(shown=words.one_line(answer.shown), author=answer.author)

    # ------------------------------------------------------------------------------------------------ changing
    def add(self, draft: Draft, tested: Tested | None, *, only_now: bool) -> SavedAccount:
        """Save a new account.

        Args:
            draft: As it is filled in.
            tested: What the service said of it; None if it was not asked.
            only_now: Its key is kept until the program ends, and no longer.

        Raises:
            UnusableError: It cannot be used.
            AccountsError: Its name cannot be used.
            SecretsError: The keychain does not take its key.
            StoreError: It cannot be kept.
        """
        self.check(draft)
        self.check_name(draft)
        made = self.saved.accounts.add(
            service=draft.service.id,
            name=draft.name or self._made_up(draft.service, tested),
            base=draft.base,
            fields=draft.open_values,
            secrets=draft.secrets,
            at=self._works.clock.utc(),
            only_now=only_now,
            whose=tested.shown if tested and tested.shown else None,
            author=tested.author if tested else None,
            ca_file=draft.ca_file,
            certificate=draft.certificate,
            hosts=draft.agreed,
        )
        self.saved.took(made, draft.values)
        return made

    def whole(self, account_id: str, draft: Draft) -> Draft:
        """A draft that leaves the saved key as it is, with that key. Asks the keychain.

        Raises:
            UnusableError: The key cannot be had.
            StoreError: The file cannot be read.
        """
        if draft.anew:
            return draft
        known = self.saved.read_anew(account_id)
        if known.trouble is not None:
            raise UnusableError(known.trouble.sentence.whole)
        secret = draft.service.account.secret
        kept = {name: value for name, value in known.values.items() if name in secret}
        return dataclasses.replace(draft, values={**draft.open_values, **kept})

    def change(self, account_id: str, draft: Draft, tested: Tested | None, *, only_now: bool) -> SavedAccount:
        """Change an account's key, address, open fields, certificate authority and hosts; raises what `add` does."""
        before = self._saved(account_id)
        if not draft.anew and draft.base != before.base:
            raise AccountsError(AccountTrouble.KEY_NEEDED)
        # The saved key was looked at when it was saved: here it counts that there is one.
        there = {} if draft.anew else dict.fromkeys(before.secrets, "x")
        shown = draft.certificate if draft.anew else None
        self.check(dataclasses.replace(draft, values={**draft.values, **there}, certificate=shown))
        wanted = dataclasses.replace(
            before,
            base=draft.base,
            fields=draft.open_values,
            ca_file=draft.ca_file,
            certificate=draft.certificate,
            hosts=draft.agreed,
        )
        if tested is not None and tested.shown:
            wanted = dataclasses.replace(wanted, whose=tested.shown, author=tested.author)
        elif draft.anew:
            wanted = dataclasses.replace(wanted, whose=None, author=None)  # nobody has said whose this key is
        secrets = draft.secrets if draft.anew else None
        try:
            made = self.saved.accounts.change(wanted, secrets=secrets, only_now=only_now)
        finally:
            self.saved.forget(account_id)
        if draft.anew:
            self.saved.took(made, draft.values)
        self._works.solving.mended(account_id)
        return made

    def rename(self, account_id: str, name: str) -> SavedAccount:
        """Call an account otherwise. Raises AccountsError and StoreError."""
        return self.saved.accounts.rename(account_id, name)

    def make_default(self, account_id: str) -> None:
        """Use an account where its service's is not chosen. Raises AccountsError and StoreError."""
        self.saved.accounts.make_default(account_id)

    def agree(self, account_id: str, hosts: Iterable[str]) -> SavedAccount:
        """Let an account's key go to these hosts as well. Raises AccountsError and StoreError."""
        before = self._saved(account_id)
        agreed = dict.fromkeys((*before.hosts, *hosts))
        after = self.saved.accounts.change(dataclasses.replace(before, hosts=tuple(agreed)))
        self.saved.forget(account_id)
        self._works.solving.mended(account_id)
        return after

    def remove(self, account_id: str, *, leave_key: bool) -> None:
        """Remove an account with its key. Raises AccountsError, SecretsError and StoreError."""
        self.saved.accounts.remove(account_id, leave_secrets=leave_key)
        self.saved.forget(account_id)

    # -------------------------------------------------------------------------------------------------- inside
    def _saved(self, account_id: str) -> SavedAccount:
        found = next((one for one in self.saved.accounts.list() if one.id == account_id), None)
        if found is None:
            raise AccountsError(AccountTrouble.UNKNOWN)
        return found

    def somebody_else(self, account_id: str, tested: Tested) -> str:
        """Whose an account was known to be, if what was tested is somebody else's. Raises what `_saved` raises."""
        return _somebody_else(self._saved(account_id), tested)

    def _made_up(self, service: Service, tested: Tested | None) -> str:
        """A name that no other account of the service has: whose it is, else the service's."""
        taken = {folded(one.name) for one in self.saved.accounts.list(service.id)}
        whose = words.one_line(tested.shown) if tested else ""
        wanted = whose if 0 < len(whose) <= _LONGEST else words.one_line(service.name, _LONGEST)
        name, number = wanted, 1
        while folded(name) in taken:
            number += 1
            name = f"{wanted} {number}"
        return name


def _account(draft: Draft) -> Account:
    return Account(
        service=draft.service,
        base=draft.base,
        values=dict(draft.values),
        ca_file=draft.ca_file,
        certificate=draft.certificate,
        agreed=frozenset(draft.agreed),
    )


def _somebody_else(saved: SavedAccount, tested: Tested) -> str:
    """Whose it was known to be, if that is somebody else."""
    known = (saved.author, tested.author) if saved.author and tested.author else (saved.whose, tested.shown)
    return (saved.whose or saved.author or "") if known[0] is not None and known[0] != known[1] else ""
