"""What may be typed after `uploader-gui accounts`."""

import argparse
from typing import TypeAlias

from uploader_gui.core.translation import gettext as _

Actions: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - the type has no other name


def add_accounts(commands: Actions) -> None:
    """Add the command with its actions."""
    accounts = commands.add_parser(
        "accounts",
        help=_("the accounts whose keys are in your keychain"),
        description=_("List, add, test, change and remove accounts. Their keys lie in the system's keychain only."),
        allow_abbrev=False,
    )
    actions = accounts.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help=_("list the accounts (default)"), allow_abbrev=False)
    listing.add_argument("--json", action="store_true", help=_("one JSON object a line on standard output"))
    _add_add(actions)
    test = actions.add_parser(
        "test",
        help=_("see whether keys work, and whose they are"),
        description=_("Ask the services whose the accounts are: all of them, those of a service, or one."),
        allow_abbrev=False,
    )
    test.add_argument("name", nargs="?", metavar="NAME", help=_("the account (default: all)"))
    test.add_argument("--service", metavar="ID", help=_("the service it belongs to"))
    details = _("also look at the way there: proxy, name, encryption, clock")
    test.add_argument("--details", action="store_true", help=details)
    _add_change(actions)
    rename = _add_named(actions, "rename", _("give an account another name"))
    rename.add_argument("new", metavar="NEW", help=_("its new name"))
    _add_named(actions, "default", _("use an account where none is named"))
    remove = _add_named(actions, "remove", _("remove an account with its key"))
    remove.add_argument("--yes", action="store_true", help=_("do not ask"))
    leave = _("leave its key in the keychain, where that is of no use any more")
    remove.add_argument("--leave-key", action="store_true", help=leave)


def _add_add(actions: Actions) -> None:
    add = actions.add_parser(
        "add",
        help=_("add an account"),
        description=_(
            "Add an account. Its fields are asked for; what is secret does not show. Where "
            "standard input is no terminal, the secret fields are read from it, one a line."
        ),
        allow_abbrev=False,
    )
    add.add_argument("--service", required=True, metavar="ID", help=_("its service (see: uploader-gui services)"))
    add.add_argument("--name", metavar="NAME", help=_("what to call it (default: whose it is)"))
    _add_fields(add)


def _add_change(actions: Actions) -> None:
    change = _add_named(actions, "change", _("change an account's key, address or certificates"))
    change.add_argument("--key", action="store_true", help=_("ask for its key again"))
    _add_fields(change)
    change.add_argument("--no-ca-file", action="store_true", help=_("trust the system's certificates only"))
    change.add_argument("--no-cert-file", action="store_true", help=_("show no client certificate"))
    hosts = _("agree that its key goes to the hosts that the service file names now")
    change.add_argument("--new-hosts", action="store_true", help=hosts)


def _add_named(actions: Actions, action: str, what: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(action, help=what, description=f"{what.capitalize()}.", allow_abbrev=False)
    parser.add_argument("name", metavar="NAME", help=_("the account"))
    parser.add_argument("--service", required=True, metavar="ID", help=_("the service it belongs to"))
    return parser


def _add_fields(parser: argparse.ArgumentParser) -> None:
    """What adding and changing have in common."""
    parser.add_argument("--base", metavar="URL", help=_("the service's address (default: the service file's)"))
    field = _("a field that is no secret, such as email=ann@example.com; secrets are asked for")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help=field)
    authority = _("a certificate authority's file, trusted for this account beside the system's")
    parser.add_argument("--ca-file", metavar="PATH", help=authority)
    shown = _("a client certificate that this account shows to its service (PEM; its passphrase is asked for)")
    parser.add_argument("--cert-file", metavar="PATH", help=shown)
    key = _("the certificate's key, where that is in a file of its own")
    parser.add_argument("--cert-key", metavar="PATH", help=key)
    parser.add_argument("--no-test", action="store_true", help=_("save it without trying it first"))
    parser.add_argument(
        "--stdin", action="store_true", help=_("read the secret fields from standard input, one a line")
    )
