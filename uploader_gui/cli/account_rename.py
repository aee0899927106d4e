"""`uploader-gui accounts rename`: an account is called otherwise; batches begun with it stay with it."""

import argparse

from uploader_gui.cli import exits, saved
from uploader_gui.core.translation import gettext as _


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    with saved.opened() as shelf:
        before = saved.find(shelf.accounts, options.service, options.name)
        with saved.told(_("Nothing was changed.")):
            account = shelf.accounts.rename(before.id, options.new)
        print(_("“{name}” is now called “{new}”.").format(name=before.name, new=account.name))
    return exits.DONE
