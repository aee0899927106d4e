"""`uploader-gui accounts default`: the account of a service that is used where none is named."""

import argparse

from uploader_gui.cli import exits, saved


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    with saved.opened() as shelf:
        account = saved.find(shelf.accounts, options.service, options.name)
        with saved.told("Nothing was changed."):
            shelf.accounts.make_default(account.id)
        print(f"“{account.name}” is used for {saved.service_name(account.service)} where no account is named.")
    return exits.DONE
