"""`uploader-gui accounts test`: whether keys work, and whose they are."""

import argparse
import dataclasses

from uploader_gui.cli import exits, filling, keychain, output, person, saved, signing, trying, way
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import words
from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.problems import UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.services.schema import Service


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    if options.name is not None and options.service is None:
        raise WrongUseError(_("say which service the account belongs to: --service ID."))
    with saved.opened() as shelf:
        if options.name is not None:
            accounts = [saved.find(shelf.accounts, options.service, options.name)]
        else:
            accounts = shelf.accounts.list(options.service)
        if not accounts:
            if options.service is None:
                raise FailedError(_("there is no account to test. Add one: uploader-gui accounts add --service ID"))
            said = _("there is no account of {service} to test. Add one: uploader-gui accounts add --service ID")
            raise FailedError(said.format(service=saved.service_name(options.service)))
        testing = _Testing(shelf, details=options.details)
        return exits.overall([testing.test(account) for account in accounts])


class _Testing:
    """Tests accounts, one after the other; with details of the way there."""

    def __init__(self, shelf: saved.Shelf, *, details: bool) -> None:
        self._details = details
        self._accounts = shelf.accounts
        self._keys = keychain.Keys(shelf.accounts)

    def test(self, account: SavedAccount) -> int:
        """Test one; gives its exit code. What it has found out is saved."""
        try:
            service = filling.find_service(account.service)
            signing.fits(service, account)
            values = signing.values(self._keys, account)
            account = self._agreed(service, account)
            made = signing.account_of(service, account, values)
            if self._details:
                print(
                    "\n".join(
                        [_("{title}: the way there").format(title=saved.title(account)), *way.lines(trying.way(made))]
                    ),
                    flush=True,
                )
            answer = trying.whose(made)
        except (WrongUseError, FailedError) as error:
            output.say(str(error) if saved.title(account) in str(error) else f"{saved.title(account)}: {error}")
            return exits.NEEDS_ATTENTION
        except UploadError as error:
            output.say(f"{saved.title(account)}: {words.describe(error.problem).whole}")
            return exits.NEEDS_ATTENTION
        print(f"{saved.title(account)}: {trying.signed_in(answer)}", flush=True)
        if (answer.shown, answer.author) != (account.whose, account.author):
            with saved.told(_("Whose it is was not saved.")):
                self._accounts.change(dataclasses.replace(account, whose=answer.shown, author=answer.author))
        return exits.DONE

    def _agreed(self, service: Service, account: SavedAccount) -> SavedAccount:
        """Ask about hosts that the service file names and nobody agreed to; without a person there it is said."""
        new = tuple(host for host in service.hosts if host not in account.hosts)
        if not new:
            return account
        if not person.can_ask():
            output.say(signing.new_hosts(service, account, new))
            return account
        line = _("{service}'s service file now sends the key of “{name}” also to {hosts}").format(
            service=service.name, name=account.name, hosts=", ".join(new)
        )
        answer = person.agrees([line], _("Agree?"))
        if answer is None:
            raise KeyboardInterrupt
        if not answer:
            output.say(_("The key does not go there."))
            return account
        with saved.told(_("Nothing was changed.")):
            return self._accounts.change(dataclasses.replace(account, hosts=(*account.hosts, *new)))
