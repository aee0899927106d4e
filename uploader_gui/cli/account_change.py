"""`uploader-gui accounts change`: an account's key, address, open fields, certificates, and hosts."""

import argparse
import dataclasses

from uploader_gui.cli import (
    account_add,
    entering,
    environment,
    exits,
    filling,
    keychain,
    output,
    saved,
    signing,
    trying,
)
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import words
from uploader_gui.core.accounts import PASSPHRASE, SavedAccount
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.session import Account
from uploader_gui.engine.trust import wants_passphrase
from uploader_gui.services.schema import Service


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    files = (options.ca_file, options.no_ca_file, options.cert_file, options.cert_key, options.no_cert_file)
    asked = (options.base, options.key, options.set, *files, options.new_hosts)
    if not any(asked):
        raise WrongUseError(
            _(
                "say what to change: --key, --base, --set, --ca-file, --no-ca-file, --cert-file, --no-cert-file or "
                "--new-hosts. To call it otherwise: uploader-gui accounts rename"
            )
        )
    if options.ca_file and options.no_ca_file:
        raise WrongUseError(_("--ca-file and --no-ca-file are two things at once."))
    if options.cert_file and options.no_cert_file:
        raise WrongUseError(_("--cert-file and --no-cert-file are two things at once."))
    with saved.opened() as shelf:
        before = saved.find(shelf.accounts, options.service, options.name)
        service = filling.find_service(before.service)
        wanted = _wanted(service, before, options)
        anew = options.key or wanted.base != before.base
        passphrase = wanted.certificate is not None and wants_passphrase(wanted.certificate)
        if anew:
            # The old key never goes to another address; and where the new one goes is said before it is typed.
            keychain.expect(shelf.secrets, _("Nothing was changed."))
            account_add.say_hosts(service, wanted.base)
            wanted = dataclasses.replace(wanted, hosts=service.hosts)
            values = entering.enter(service, wanted.fields, from_stdin=options.stdin, passphrase=passphrase)
        else:
            signing.fits(service, before)
            values = {**wanted.fields, **_secrets(shelf, before)}
            if wanted.certificate != before.certificate:
                # Another certificate has another passphrase, or none: the key stays as it was.
                values.pop(PASSPHRASE, None)
                values |= entering.passphrase(from_stdin=options.stdin) if passphrase else {}
                anew = True
        account = signing.account_of(service, wanted, values)
        if not options.no_test:
            wanted = _tried(before, wanted, account)
        secret = service.account.secret
        wanted = dataclasses.replace(wanted, fields={name: one for name, one in values.items() if name not in secret})
        with saved.told(
            _("If the account does not work now: {command}").format(command=saved.command("change", before, "--key"))
        ):
            secrets = {name: one for name, one in values.items() if name in secret} if anew else None
            shelf.accounts.change(wanted, secrets=secrets)
        print(_("Changed: {title}.").format(title=saved.title(before)))
    return exits.DONE


def _wanted(service: Service, before: SavedAccount, options: argparse.Namespace) -> SavedAccount:
    """The account as it is to be, but for its secrets."""
    base = environment.checked_base(options.base) if options.base else before.base
    fields = {**before.fields, **entering.settings(service, options.set)}
    ca_file = None if options.no_ca_file else account_add.authority(options.ca_file) or before.ca_file
    certificate = None if options.no_cert_file else account_add.shown(options.cert_file, options.cert_key)
    if certificate is None and not options.no_cert_file:
        certificate = before.certificate
    return dataclasses.replace(
        before,
        base=base,
        fields={name: value for name, value in fields.items() if value},
        ca_file=ca_file,
        certificate=certificate,
        hosts=service.hosts if options.new_hosts else before.hosts,
    )


def _secrets(shelf: saved.Shelf, account: SavedAccount) -> dict[str, str]:
    values = signing.values(keychain.Keys(shelf.accounts), account)
    return {name: values[name] for name in account.secrets}


def _tried(before: SavedAccount, wanted: SavedAccount, account: Account) -> SavedAccount:
    """The account with whose it is now. Raises FailedError if it does not work."""
    answer = trying.tried(account, _("Nothing was changed. To change it all the same, add --no-test."))
    print(trying.signed_in(answer))
    known = (before.author, answer.author) if before.author and answer.author else (before.whose, answer.shown)
    if known[0] is not None and known[0] != known[1]:
        output.say(
            _(
                "That is somebody else than before ({whose}): batches begun with the former key are "
                "not gone on with by this one."
            ).format(whose=words.plain(before.whose or ""))
        )
    return dataclasses.replace(wanted, whose=answer.shown, author=answer.author)
