"""`uploader-gui accounts add`: an account is asked for, tried, and saved with its key in the keychain."""

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from uploader_gui.cli import entering, environment, exits, filling, keeping, keychain, output, saved, trying
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import words
from uploader_gui.core.accounts import AccountsError, AccountTrouble, Certificate, checked_name, folded
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.lookup import Whose
from uploader_gui.engine.session import Account, AccountError, check_account
from uploader_gui.engine.trust import AuthorityError, trust_with, wants_passphrase
from uploader_gui.services import catalogue
from uploader_gui.services.schema import Service
from uploader_gui.store.accounts import Accounts

_LONGEST = 90
"""Signs of a name that is made up: there is room for a number after it."""


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    service = filling.find_service(options.service)
    base = environment.address_of(service, options.base)
    given = {name: value for name, value in entering.settings(service, options.set).items() if value}
    ca_file = authority(options.ca_file)
    certificate = shown(options.cert_file, options.cert_key)
    with saved.opened() as shelf:
        if options.name is not None:
            _check_name(shelf.accounts, service, options.name)
        otherwise = _("Keys can also come from the environment. {how}").format(how=environment.how(service))
        keychain.expect(shelf.secrets, otherwise)
        say_hosts(service, base)
        passphrase = certificate is not None and wants_passphrase(certificate)
        values = entering.enter(service, given, from_stdin=options.stdin, passphrase=passphrase)
        account = Account(service=service, base=base, values=values, ca_file=ca_file, certificate=certificate)
        checked(account)
        answer = None
        if not options.no_test:
            answer = trying.tried(account, _("Nothing was saved. To save it all the same, add --no-test."))
            print(trying.signed_in(answer))
        secret = service.account.secret
        with saved.told(_("Nothing was saved.")):
            made = shelf.accounts.add(
                service=service.id,
                name=options.name or _made_up(shelf.accounts, service, answer),
                base=base,
                fields={name: value for name, value in values.items() if name not in secret},
                secrets={name: value for name, value in values.items() if name in secret},
                at=keeping.now(),
                whose=answer.shown if answer else None,
                author=answer.author if answer else None,
                ca_file=ca_file,
                certificate=certificate,
                hosts=service.hosts,
            )
        default = (
            " " + _("It is used for {name} where no account is named.").format(name=service.name)
            if made.default
            else ""
        )
        print(_("Saved as “{name}”, with its key in the keychain.{default}").format(name=made.name, default=default))
    return exits.DONE


def authority(path: str | None) -> Path | None:
    """The file of a certificate authority that was given. Raises WrongUseError."""
    if path is None:
        return None
    ca_file = Path(path).expanduser().absolute()
    try:
        trust_with(ca_file)
    except AuthorityError as error:
        raise WrongUseError(
            _("--ca-file {path}: {sentence}").format(path=words.plain(path), sentence=error.sentence)
        ) from None
    return ca_file


def shown(file: str | None, key: str | None) -> Certificate | None:
    """The client certificate that was given. Raises WrongUseError."""
    if file is None:
        if key is not None:
            raise WrongUseError(_("--cert-key is the key of a --cert-file: give both."))
        return None
    found = [None if path is None else Path(path).expanduser().absolute() for path in (file, key)]
    assert found[0] is not None  # noqa: S101 - it is given
    certificate = Certificate(file=found[0], key=found[1])
    try:
        wants_passphrase(certificate)
    except AuthorityError as error:
        raise WrongUseError(
            _("--cert-file {path}: {sentence}").format(path=words.plain(file), sentence=error.sentence)
        ) from None
    return certificate


def checked(account: Account) -> None:
    """See that an account can be used. Raises WrongUseError."""
    try:
        check_account(account)
    except AccountError as error:
        raise WrongUseError(error.sentence) from None


def say_hosts(service: Service, base: str) -> None:
    """Say where the key goes, unless it goes where everybody's does."""
    if service.id in catalogue.own() or base != service.account.base or service.hosts:
        hosts = dict.fromkeys((urlsplit(base).netloc, *service.hosts))
        output.say(_("The key goes to: {hosts}").format(hosts=", ".join(hosts)))


def _check_name(accounts: Accounts, service: Service, name: str) -> None:
    """Raise WrongUseError if an account cannot be called so: told before anybody types a key."""
    try:
        wanted = checked_name(name)
    except AccountsError as error:
        raise WrongUseError(words.describe_account(error.trouble, error.name)) from None
    if accounts.find(service.id, wanted) is not None:
        raise WrongUseError(words.describe_account(AccountTrouble.NAME_TAKEN, wanted))


def _made_up(accounts: Accounts, service: Service, answer: Whose | None) -> str:
    """A name that no other account of the service has: whose it is, else the service's."""
    taken = {folded(one.name) for one in accounts.list(service.id)}
    wanted = words.one_line(answer.shown if answer else "", _LONGEST) or words.one_line(service.name, _LONGEST)
    name, number = wanted, 1
    while folded(name) in taken:
        number += 1
        name = f"{wanted} {number}"
    return name
