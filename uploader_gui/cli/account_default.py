"""`uploader-gui accounts default`: the account of a service that is used where none is named."""

import argparse

from uploader_gui.cli import exits, saved
from uploader_gui.core.translation import gettext as _


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    with saved.opened() as shelf:
        account = saved.find(shelf.accounts, options.service, options.name)
        with saved.told(_("Nothing was changed.")):
            shelf.accounts.make_default(account.id)
        print(
            _("“{name}” is used for {service_name} where no account is named.").format(
                name=account.name, service_name=saved.service_name(account.service)
            )
        )
    return exits.DONE
