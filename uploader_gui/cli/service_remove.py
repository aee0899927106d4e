"""`uploader-gui services remove`: a service of the person's own goes; accounts and batches that need it are named."""

import argparse

from uploader_gui.cli import exits, left, output, saved
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import words
from uploader_gui.services import catalogue


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    shown = words.plain(options.id)
    with saved.opened() as shelf:
        name = saved.service_name(options.id)
        try:
            catalogue.remove(options.id)
        except catalogue.BundledServiceError:
            raise WrongUseError(f"{name} comes with the program and cannot be removed.") from None
        except catalogue.UnknownServiceError:
            own = ", ".join(words.plain(one) for one in catalogue.own()) or "none"
            raise WrongUseError(f"there is no service “{shown}” of your own; there are {own}.") from None
        except OSError as error:
            why = (error.strerror or "error").lower()
            raise FailedError(f"the service file cannot be removed: {why}.") from None
        again = options.id in catalogue.bundled()
        print(f"Removed: {name}." + (f" {saved.service_name(options.id)} is the program's own again." if again else ""))
        if again:
            return exits.DONE
        accounts = shelf.accounts.list(options.id)
        if accounts:
            names = ", ".join(f"“{one.name}”" for one in accounts)
            output.say(f"Its accounts stay until you remove them: {names} ({saved.command('remove', accounts[0])})")
        batches = [left.short(one.id) for one in shelf.ledger.batches(ended=False) if one.service == options.id]
        if batches:
            output.say(f"Without it these batches cannot go on: {', '.join(batches)} (see: uploader-gui queue)")
    return exits.DONE
