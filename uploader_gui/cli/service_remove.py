"""`uploader-gui services remove`: a service of the person's own goes; accounts and batches that need it are named."""

import argparse

from uploader_gui.cli import exits, left, output, saved
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import reasons, words
from uploader_gui.core.translation import gettext as _
from uploader_gui.services import catalogue


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    shown = words.plain(options.id)
    with saved.opened() as shelf:
        name = saved.service_name(options.id)
        try:
            catalogue.remove(options.id)
        except catalogue.BundledServiceError:
            raise WrongUseError(_("{name} comes with the program and cannot be removed.").format(name=name)) from None
        except catalogue.UnknownServiceError:
            own = ", ".join(words.plain(one) for one in catalogue.own()) or _("none")
            raise WrongUseError(
                _("there is no service “{shown}” of your own; there are {own}.").format(shown=shown, own=own)
            ) from None
        except OSError as error:
            why = reasons.of_system(error)
            raise FailedError(_("the service file cannot be removed: {why}.").format(why=why)) from None
        again = options.id in catalogue.bundled()
        print(
            _("Removed: {name}.").format(name=name)
            + (
                " "
                + _("{service_name} is the program's own again.").format(service_name=saved.service_name(options.id))
                if again
                else ""
            )
        )
        if again:
            return exits.DONE
        accounts = shelf.accounts.list(options.id)
        if accounts:
            names = ", ".join(words.quoted(one.name) for one in accounts)
            output.say(
                _("Its accounts stay until you remove them: {names} ({command})").format(
                    names=names, command=saved.command("remove", accounts[0])
                )
            )
        batches = [left.short(one.id) for one in shelf.ledger.batches(ended=False) if one.service == options.id]
        if batches:
            output.say(
                _("Without it these batches cannot go on: {batches} (see: uploader-gui queue)").format(
                    batches=", ".join(batches)
                )
            )
    return exits.DONE
