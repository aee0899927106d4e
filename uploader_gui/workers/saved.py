"""The saved accounts as a source: their facts at once, their keys as soon as the keychain has given them.

Everything here is called in errands' threads: what is listed in that of the ledger, what asks the keychain in its own.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from uploader_gui.core import words
from uploader_gui.core.accounts import AccountsError, AccountTrouble, SavedAccount
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import SecretsError, SecretsTrouble
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.words import Sentence
from uploader_gui.engine.session import Account, AccountError, check_account
from uploader_gui.services import catalogue
from uploader_gui.services.schema import Service
from uploader_gui.store import secrets as keychain
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.store.secrets import PROMPT_SECONDS, Secrets
from uploader_gui.workers.accounts import KnownAccount, Origin, Trouble
from uploader_gui.workers.drafts import UnusableError

# What is wrong with the keychain itself: it is so for the next key, too, and a person who said no is not asked again.
_OF_ALL = frozenset(
    {SecretsTrouble.NO_KEYCHAIN, SecretsTrouble.LOCKED, SecretsTrouble.NO_ANSWER, SecretsTrouble.STOPPED}
)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What the keychain gave for an account as it was then: its values, or why not."""

    account: tuple[object, ...]
    values: Mapping[str, str] | None = field(default=None, repr=False)
    trouble: Trouble | None = None


class SavedAccounts:
    """The accounts that are saved on this computer.

    Args:
        ledger: The file they are in.
        only_now: What the keychain does not have; outlives this.
        waiting: Called in the asking thread when the keychain takes its time.
        deadline: Seconds after which the keychain is given up.

    Attributes:
        accounts: Where they are kept.
        secrets: Where their keys are.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        only_now: OnlyNow | None = None,
        waiting: Callable[[], object] = lambda: None,
        deadline: float = PROMPT_SECONDS,
    ) -> None:
        only_now = only_now or OnlyNow()
        self.secrets = Secrets(
            deadline=deadline,
            waiting=waiting,
            choose=lambda: keychain.system_keychain(),  # noqa: PLW0108 - found when it is needed: tests have their own
            only_now=only_now,
        )
        self.accounts = Accounts(ledger, self.secrets, only_now.bases)
        self._guard = threading.Lock()
        self._read: dict[str, _Read] = {}

    def __call__(self) -> list[KnownAccount]:
        """The accounts there are; one whose key was not read yet waits for it. Raises StoreError."""
        found = []
        for account in self.accounts.list():
            service = _service(account.service)
            if service is not None:
                found.append(self._known(service, account))
        return found

    def stranded(self) -> list[SavedAccount]:
        """The accounts whose service file is gone, or has mistakes. Raises StoreError."""
        return [account for account in self.accounts.list() if _service(account.service) is None]

    def _known(self, service: Service, account: SavedAccount) -> KnownAccount:
        if not set(account.secrets) & set(account.kept):
            self._note(account, self._asked(service, account))  # nothing to ask the keychain for
        with self._guard:
            read = self._read.get(account.id)
        if read is None or read.account != _stamp(account):
            read = None
        trouble = None if read is None else read.trouble
        values = None if read is None or trouble is not None else read.values
        return KnownAccount(
            id=account.id,
            origin=Origin.SAVED,
            service=service,
            name=account.name,
            base=account.base,
            values=account.fields if values is None else values,
            default=account.default,
            whose=account.whose,
            author=account.author,
            ca_file=account.ca_file,
            certificate=account.certificate,
            agreed=frozenset(account.hosts),
            filled=frozenset((*account.fields, *account.secrets)),
            only_now=not account.kept and bool(account.secrets),
            waits=read is None,
            trouble=trouble,
        )

    def read(self, cancel: CancelToken) -> bool:
        """Ask the keychain for the keys that were not read yet; gives whether there were any.

        Raises:
            StoreError: The file cannot be read.
            Cancelled: It was told to stop.
        """
        of_all: Trouble | None = None
        asked = False
        for account in self.accounts.list():
            cancel.check()
            service = _service(account.service)
            with self._guard:
                read = self._read.get(account.id)
            if service is None or (read is not None and read.account == _stamp(account)):
                continue
            asked = True
            if of_all is not None:
                self._note(account, of_all)
                continue
            found = self._asked(service, account)
            cancel.check()
            self._note(account, found)
            if isinstance(found, Trouble) and found.of_all:
                of_all = found
        return asked

    def read_anew(self, account_id: str) -> KnownAccount:
        """Ask the keychain for one account's key, whatever was read before.

        Raises:
            UnusableError: It is gone.
            StoreError: The file cannot be read.
        """
        account = next((one for one in self.accounts.list() if one.id == account_id), None)
        service = None if account is None else _service(account.service)
        if account is None or service is None:
            raise UnusableError(words.describe_account(AccountTrouble.UNKNOWN))
        self._note(account, self._asked(service, account))
        return self._known(service, account)

    def try_again(self) -> None:
        """What could not be had is asked for once more by the next `read`."""
        with self._guard:
            self._read = {key: read for key, read in self._read.items() if read.trouble is None}

    def took(self, account: SavedAccount, values: Mapping[str, str]) -> None:
        """Note the values of an account that was just saved: the keychain need not be asked for them."""
        self._note(account, dict(values))

    def forget(self, account_id: str) -> None:
        """Forget what was read for an account."""
        with self._guard:
            self._read.pop(account_id, None)

    def _note(self, account: SavedAccount, found: Mapping[str, str] | Trouble) -> None:
        stamp = _stamp(account)
        read = _Read(account=stamp, trouble=found) if isinstance(found, Trouble) else _Read(account=stamp, values=found)
        with self._guard:
            self._read[account.id] = read

    def _asked(self, service: Service, account: SavedAccount) -> dict[str, str] | Trouble:
        """An account's values, or why they cannot be had or used. Raises StoreError."""
        if not set(account.secrets) <= service.account.secret:
            # A service file could make known everywhere what was filled in as a secret.
            return Trouble(sentence=_fields_changed(), fill_in=True)
        try:
            values = self.accounts.values(account)
            check_account(made(service, account, values))
        except SecretsError as error:
            return _keychain_trouble(error, account)
        except AccountsError as error:
            return Trouble(sentence=_cannot(words.describe_account(error.trouble, error.name)))
        except AccountError as error:
            return Trouble(sentence=_cannot(error.sentence), fill_in=True)
        return values


def made(service: Service, account: SavedAccount, values: Mapping[str, str]) -> Account:
    """A saved account as the engine uses it."""
    return Account(
        service=service,
        base=account.base,
        values=dict(values),
        ca_file=account.ca_file,
        certificate=account.certificate,
        agreed=frozenset(account.hosts),
    )


def _keychain_trouble(error: SecretsError, account: SavedAccount) -> Trouble:
    if error.trouble is SecretsTrouble.GONE and set(account.secrets) - set(account.kept):
        return Trouble(sentence=words.only_until_quit_is_over(), fill_in=True)
    sentence = words.describe_keychain(error.trouble, error.kind)
    return Trouble(sentence=sentence, fill_in=error.trouble is SecretsTrouble.GONE, of_all=error.trouble in _OF_ALL)


def _cannot(text: str) -> Sentence:
    return Sentence(title=_("Account cannot be used"), text=text)


def _fields_changed() -> Sentence:
    return _cannot(
        _(
            "The service file no longer has the fields of this account's key, or no longer treats them as secret, so "
            "the key is not used. Put the former service file back, or fill the key in again."
        )
    )


def _stamp(account: SavedAccount) -> tuple[object, ...]:
    """What of an account its values depend on; hosts and CA file count, as they decide whether it can be used."""
    fields = tuple(sorted(account.fields.items()))
    return account.base, fields, account.secrets, account.kept, account.ca_file, account.certificate, account.hosts


def _service(service_id: str) -> Service | None:
    try:
        return catalogue.find(service_id)
    except (catalogue.UnknownServiceError, catalogue.ServiceFileError):
        return None
