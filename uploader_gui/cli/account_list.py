"""`uploader-gui accounts list`: the accounts, without anything of their keys."""

import argparse
import json
from enum import StrEnum

from uploader_gui.cli import exits, keychain, output, saved
from uploader_gui.core import words
from uploader_gui.core.accounts import AccountsError, SavedAccount
from uploader_gui.core.ports import SecretsError, SecretsTrouble
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _
from uploader_gui.services import catalogue


class Key(StrEnum):
    """Where an account's key is."""

    KEYCHAIN = "keychain"
    GONE = "gone"
    UNKNOWN = "unknown"


_SAID = {
    Key.KEYCHAIN: N_("key in the keychain"),
    Key.GONE: N_("its key is gone from the keychain"),
    Key.UNKNOWN: N_("the keychain could not be asked for its key"),
}


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    as_json = getattr(options, "json", False)
    with saved.opened() as shelf:
        accounts = shelf.accounts.list()
        keys, told = keychain.Keys(shelf.accounts), set[str]()
        for account in accounts:
            key, why = _key(keys, account)
            if why and why not in told:
                told.add(why)
                output.say(why)
            print(json.dumps(_as_json(account, key)) if as_json else _line(account, key))
        if not accounts and not as_json:
            print(_("There is no account yet. Add one: uploader-gui accounts add --service ID"))
    return exits.DONE


def _key(keys: keychain.Keys, account: SavedAccount) -> tuple[Key, str]:
    """Where an account's key is; and what is wrong with the keychain, if anything."""
    try:
        keys.values(account)
    except SecretsError as error:
        return (Key.GONE, "") if error.trouble is SecretsTrouble.GONE else (Key.UNKNOWN, keychain.sentence(error))
    except AccountsError:  # removed or changed at this very moment
        return Key.UNKNOWN, ""
    return Key.KEYCHAIN, ""


def _line(account: SavedAccount, key: Key) -> str:
    remarks = [_("default")] if account.default else []
    if account.whose is not None and words.one_line(account.whose) != account.name:
        remarks.append(_("signed in as {whose}").format(whose=words.plain(account.whose)))
    elif account.whose is None:
        remarks.append(_("not tested"))
    base = _own_base(account)
    if base is None:
        remarks.append(_("its service file is gone or has mistakes"))
    if account.base != base:
        remarks.append(_("at {address}").format(address=words.plain(account.base)))
    if account.ca_file is not None:
        remarks.append(_("trusts {file}").format(file=words.plain(str(account.ca_file))))
    if account.certificate is not None:
        remarks.append(_("shows {file}").format(file=words.plain(str(account.certificate.file))))
    return f"{words.plain(account.service):10} {account.name:30} {'; '.join([*remarks, _(_SAID[key])])}"


def _own_base(account: SavedAccount) -> str | None:
    """The service's own address; None if its file is gone."""
    try:
        return catalogue.find(account.service).account.base
    except (catalogue.UnknownServiceError, catalogue.ServiceFileError):
        return None


def _as_json(account: SavedAccount, key: Key) -> dict[str, object]:
    return {
        "event": "account",
        "account": account.id,
        "service": account.service,
        "name": account.name,
        "default": account.default,
        "whose": account.whose,
        "base": account.base,
        "hosts": list(account.hosts),
        "ca_file": None if account.ca_file is None else str(account.ca_file),
        "cert_file": None if account.certificate is None else str(account.certificate.file),
        "key": key,
    }
