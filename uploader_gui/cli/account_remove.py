"""`uploader-gui accounts remove`: an account goes, with its key."""

import argparse

from uploader_gui.cli import exits, keychain, left, output, person, saved
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import words
from uploader_gui.core.accounts import AccountsError, SavedAccount
from uploader_gui.core.ports import SecretsError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.store.ledger import Ledger


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    with saved.opened() as shelf:
        account = saved.find(shelf.accounts, options.service, options.name)
        lines = [_("{title} is removed with its key").format(title=saved.title(account)), *_open(shelf.ledger, account)]
        if not options.yes:
            if not person.can_ask():
                raise WrongUseError(_("{lines}. Add --yes if that is what you want.").format(lines=". ".join(lines)))
            answer = person.agrees([*lines[1:], lines[0]])
            if not answer:
                output.say(_("Nothing was removed."))
                return exits.INTERRUPTED if answer is None else exits.NEEDS_ATTENTION
        _remove(shelf, account, leave_key=options.leave_key)
        print(_("Removed: {title}.").format(title=saved.title(account)))
        if options.yes:
            for line in lines[1:]:
                output.say(f"{line}.")
        if options.leave_key:
            output.say(_("What the keychain has of it is called “uploader-gui {id}”.").format(id=account.id))
    return exits.DONE


def _open(ledger: Ledger, account: SavedAccount) -> list[str]:
    """What is on its way in the account's name, in a sentence; none if nothing is."""
    batches = [left.short(batch.id) for batch in ledger.batches(ended=False) if batch.account == account.id]
    if not batches:
        return []
    said = ngettext(
        "{n} open batch was begun with it and will need its key again ({batches})",
        "{n} open batches were begun with it and will need its key again ({batches})",
        len(batches),
    )
    return [said.format(n=len(batches), batches=", ".join(batches))]


def _remove(shelf: saved.Shelf, account: SavedAccount, *, leave_key: bool) -> None:
    try:
        shelf.accounts.remove(account.id, leave_secrets=leave_key)
    except SecretsError as error:
        way_out = saved.command("remove", account, "--leave-key")
        raise FailedError(
            _("{sentence} Nothing was removed. To remove the account and leave its key: {way_out}").format(
                sentence=keychain.sentence(error), way_out=way_out
            )
        ) from None
    except AccountsError as error:
        raise FailedError(words.describe_account(error.trouble, error.name)) from None
