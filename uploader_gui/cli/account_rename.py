"""`uploader-gui accounts rename`: an account is called otherwise; batches begun with it stay with it."""

import argparse

from uploader_gui.cli import exits, saved


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    with saved.opened() as shelf:
        before = saved.find(shelf.accounts, options.service, options.name)
        with saved.told("Nothing was changed."):
            account = shelf.accounts.rename(before.id, options.new)
        print(f"“{before.name}” is now called “{account.name}”.")
    return exits.DONE
