"""In whose name a command talks to a service: a saved account's, or that of keys from the environment."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uploader_gui.cli import environment, keychain, output, saved
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import words
from uploader_gui.core.accounts import AccountsError, SavedAccount
from uploader_gui.core.batch import Batch
from uploader_gui.core.ports import SecretsError, SecretsTrouble
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.engine.session import Account, AccountError, check_account
from uploader_gui.services.schema import Service
from uploader_gui.store.accounts import Accounts


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """An account, ready to be used.

    Attributes:
        account: The account.
        saved_as: The saved account's id; "" for the environment's. Its name may change.
    """

    account: Account
    saved_as: str = ""


def sign_in(service: Service, keys: Mapping[str, str], options: argparse.Namespace) -> SignedIn:
    """Choose the account of a new command, by its options `account` and `base`.

    The account that is named, else the one in the environment, else the service's default.

    Raises:
        WrongUseError: There is none, or it cannot be used so.
        FailedError: Its key cannot be had.
    """
    if options.account is None:
        if options.base is not None:
            environment.checked_base(options.base)
        if environment.given(service, keys):
            return SignedIn(account=environment.account(service, keys, base=options.base))
    elif options.base is not None:
        raise WrongUseError(
            _(
                "--base is for keys from the environment: the key of an account only goes to the "
                "account's own address. Leave one of them out."
            )
        )
    with saved.opened() as shelf:
        if options.account is not None:
            found: SavedAccount | None = saved.find(shelf.accounts, service.id, options.account)
        else:
            found = shelf.accounts.find(service.id)
        if found is None:
            raise environment.no_key(service)
        if options.base is not None:
            raise WrongUseError(
                _(
                    "there is no key for {name} in the environment, and --base is for such keys: the key "
                    "of an account only goes to the account's own address. {how}"
                ).format(name=service.name, how=environment.how(service))
            )
        return SigningIn(keys, shelf.accounts).by(service, found)


class SigningIn:
    """Makes saved accounts ready, each once: a keychain may ask the person.

    Args:
        keys: The fields of all accounts, from the environment.
        accounts: The saved ones.
    """

    def __init__(self, keys: Mapping[str, str], accounts: Accounts) -> None:
        self._environment = keys
        self._accounts = accounts
        self._keys = keychain.Keys(accounts)
        self._made: dict[str, SignedIn | str] = {}

    def again(self, service: Service, batch: Batch) -> SignedIn:
        """The account that a batch was begun with, or another one of the same person at the same address.

        Whoever goes on with the batch asks the service whose it is.

        Raises:
            WrongUseError: There is none.
            FailedError: Its key cannot be had, or it cannot be used for this batch any more.
            StoreError: The ledger cannot be read.
        """
        there = self._accounts.list(service.id)
        mine = next((one for one in there if one.id == batch.account), None)
        if mine is not None and mine.base != batch.base:
            raise FailedError(
                _(
                    "its files went to {base}, and the account “{name}” has another address now. Give it "
                    "the former one again, or give the batch up."
                ).format(base=words.plain(batch.base), name=mine.name)
            )
        # Of the address of an account that is gone nobody has said that the environment's keys may go there.
        meant = not batch.account or batch.base == service.account.base
        if mine is None and meant and environment.given(service, self._environment):
            return SignedIn(account=environment.account(service, self._environment, base=batch.base))
        mine = mine or _same_person(there, batch)
        if mine is not None:
            return self.by(service, mine)
        if not batch.account:
            raise environment.no_key(service)
        at = "" if batch.base == service.account.base else f" --base {batch.base}"
        whose = f" ({words.plain(batch.whose)})" if batch.whose else ""
        raise WrongUseError(
            _("the account it was begun with{whose} is not there any more. Add it again: {how_to_add}{at}").format(
                whose=whose, how_to_add=environment.how_to_add(service), at=at
            )
        )

    def by(self, service: Service, account: SavedAccount) -> SignedIn:
        """Make a saved account ready.

        Raises:
            FailedError: Its key cannot be had, or it cannot be used.
            StoreError: The ledger cannot be read.
        """
        if account.id not in self._made:
            try:
                self._made[account.id] = self._ready(service, account)
            except FailedError as error:
                self._made[account.id] = str(error)
        made = self._made[account.id]
        if isinstance(made, str):
            raise FailedError(made)
        return made

    def _ready(self, service: Service, account: SavedAccount) -> SignedIn:
        fits(service, account)
        made = account_of(service, account, values(self._keys, account))
        if made.unagreed:
            output.say(new_hosts(service, account, made.unagreed))
        return SignedIn(account=made, saved_as=account.id)


def _same_person(there: Sequence[SavedAccount], batch: Batch) -> SavedAccount | None:
    """An account of the person who began a batch, at the batch's address; the default before others."""
    here = sorted((one for one in there if one.base == batch.base), key=lambda one: not one.default)
    if batch.author is None and batch.whose is None:
        return here[0] if here else None
    for one in here:
        known, wanted = (one.author, batch.author) if one.author and batch.author else (one.whose, batch.whose)
        if known is not None and known == wanted:
            return one
    return None


def values(keys: keychain.Keys, account: SavedAccount) -> dict[str, str]:
    """An account's filled fields, secrets included.

    Raises:
        FailedError: They cannot be had.
        StoreError: The ledger cannot be read.
    """
    try:
        return keys.values(account)
    except SecretsError as error:
        why = keychain.sentence(error)
        if error.trouble is SecretsTrouble.GONE:
            why += f" {saved.command('change', account, '--key')}"
    except AccountsError as error:
        why = words.describe_account(error.trouble, error.name)
    raise FailedError(f"{saved.title(account)}: {why}")


def fits(service: Service, account: SavedAccount) -> None:
    """See that what was filled in as a secret is one still: a service file could make it known everywhere.

    Raises:
        FailedError: It is not.
    """
    if not set(account.secrets) <= service.account.secret:
        raise FailedError(
            _(
                "{title}: the service file no longer has the fields of this account's key, or no "
                "longer treats them as secret. Its key is not used. Remove the account and add it "
                "anew, or put the former service file back."
            ).format(title=saved.title(account))
        )


def account_of(service: Service, account: SavedAccount, filled: Mapping[str, str]) -> Account:
    """A saved account with its values.

    Raises:
        FailedError: It cannot be used.
    """
    made = Account(
        service=service,
        base=account.base,
        values=dict(filled),
        ca_file=account.ca_file,
        certificate=account.certificate,
        agreed=frozenset(account.hosts),
    )
    try:
        check_account(made)
    except AccountError as error:
        raise FailedError(f"{saved.title(account)}: {error.sentence}") from None
    return made


def new_hosts(service: Service, account: SavedAccount, hosts: Sequence[str]) -> str:
    """Say that a service file names hosts that get no key."""
    said = ngettext(
        "{service}'s service file names a host that was not agreed to: {hosts}. The key of “{name}” does not go there. "
        "Agree: {command}",
        "{service}'s service file names hosts that were not agreed to: {hosts}. The key of “{name}” does not go there. "
        "Agree: {command}",
        len(hosts),
    )
    return said.format(
        service=service.name,
        hosts=", ".join(hosts),
        name=account.name,
        command=saved.command("change", account, "--new-hosts"),
    )
