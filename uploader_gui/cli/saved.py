"""The saved accounts: opening them, finding one as a person calls it, naming it in sentences and commands."""

import contextlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from uploader_gui.cli import keeping, keychain
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import words
from uploader_gui.core.accounts import AccountsError, SavedAccount
from uploader_gui.core.ports import SecretsError
from uploader_gui.core.translation import gettext as _
from uploader_gui.services import catalogue
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.secrets import Secrets


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What the commands about accounts need."""

    ledger: Ledger
    secrets: Secrets
    accounts: Accounts


@contextlib.contextmanager
def opened() -> Iterator[Shelf]:
    """Open the saved accounts for as long as a command needs them. Raises FailedError, inside as well."""
    with keeping.opened(writes=False) as ledger:
        secrets = keychain.secrets()
        yield Shelf(ledger=ledger, secrets=secrets, accounts=Accounts(ledger, secrets))


def find(accounts: Accounts, service: str, name: str) -> SavedAccount:
    """Find an account by its name.

    Raises:
        WrongUseError: There is none, or no such service.
        StoreError: The ledger cannot be read.
    """
    found = accounts.find(service, name)
    if found is not None:
        return found
    there = accounts.list(service)
    if not there and service not in catalogue.known():
        raise WrongUseError(
            _("there is no service “{service}”; there are {known}.").format(service=words.plain(service), known=known())
        )
    names = (
        _("there are {there}").format(there=", ".join(words.quoted(one.name) for one in there))
        if there
        else _("there is none")
    )
    raise WrongUseError(
        _(
            "{service_name} has no account “{name}”; {names}. Add one: uploader-gui accounts add --service {service}"
        ).format(service_name=service_name(service), name=words.plain(name), names=names, service=service)
    )


def known() -> str:
    """The ids of all services, as a list in a sentence."""
    return ", ".join(words.plain(one) for one in catalogue.known())


def service_name(service: str) -> str:
    """What people call a service; its id if its file is gone."""
    try:
        return catalogue.find(service).name
    except (catalogue.UnknownServiceError, catalogue.ServiceFileError):
        return words.plain(service)


def title(account: SavedAccount) -> str:
    """Name an account: "Close, “Acme Sales”"."""
    return f"{service_name(account.service)}, {words.quoted(account.name)}"


def command(action: str, account: SavedAccount, *more: str) -> str:
    """A command about an account, as it is typed."""
    return " ".join(["uploader-gui accounts", action, shlex.quote(account.name), "--service", account.service, *more])


@contextlib.contextmanager
def told(nothing: str) -> Iterator[None]:
    """Turn what cannot be saved into a sentence; `nothing` says what did not happen.

    Raises:
        FailedError: It could not be saved.
    """
    try:
        yield
    except AccountsError as error:
        raise FailedError(f"{words.describe_account(error.trouble, error.name)} {nothing}") from None
    except SecretsError as error:
        raise FailedError(f"{keychain.sentence(error)} {nothing}") from None
