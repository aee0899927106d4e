"""What may be typed after `uploader-gui accounts`."""

import argparse
from typing import TypeAlias

Actions: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - the type has no other name


def add_accounts(commands: Actions) -> None:
    """Add the command with its actions."""
    accounts = commands.add_parser(
        "accounts",
        help="the accounts whose keys are in your keychain",
        description="List, add, test, change and remove accounts. Their keys lie in the system's keychain only.",
        allow_abbrev=False,
    )
    actions = accounts.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help="list the accounts (default)", allow_abbrev=False)
    listing.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    _add_add(actions)
    test = actions.add_parser(
        "test",
        help="see whether keys work, and whose they are",
        description="Ask the services whose the accounts are: all of them, those of a service, or one.",
        allow_abbrev=False,
    )
    test.add_argument("name", nargs="?", metavar="NAME", help="the account (default: all)")
    test.add_argument("--service", metavar="ID", help="the service it belongs to")
    details = "also look at the way there: proxy, name, encryption, clock"
    test.add_argument("--details", action="store_true", help=details)
    _add_change(actions)
    rename = _add_named(actions, "rename", "call an account otherwise")
    rename.add_argument("new", metavar="NEW", help="its new name")
    _add_named(actions, "default", "use an account where none is named")
    remove = _add_named(actions, "remove", "remove an account with its key")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    leave = "leave its key in the keychain, where that is of no use any more"
    remove.add_argument("--leave-key", action="store_true", help=leave)


def _add_add(actions: Actions) -> None:
    add = actions.add_parser(
        "add",
        help="add an account",
        description="Add an account. Its fields are asked for; what is secret does not show. Where standard input is "
        "no terminal, the secret fields are read from it, one a line.",
        allow_abbrev=False,
    )
    add.add_argument("--service", required=True, metavar="ID", help="its service (see: uploader-gui services)")
    add.add_argument("--name", metavar="NAME", help="what to call it (default: whose it is)")
    _add_fields(add)


def _add_change(actions: Actions) -> None:
    change = _add_named(actions, "change", "change an account's key, address or certificate authority")
    change.add_argument("--key", action="store_true", help="ask for its key again")
    _add_fields(change)
    change.add_argument("--no-ca-file", action="store_true", help="trust the system's certificates only")
    hosts = "agree that its key goes to the hosts that the service file names now"
    change.add_argument("--new-hosts", action="store_true", help=hosts)


def _add_named(actions: Actions, action: str, what: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(action, help=what, description=f"{what.capitalize()}.", allow_abbrev=False)
    parser.add_argument("name", metavar="NAME", help="the account")
    parser.add_argument("--service", required=True, metavar="ID", help="the service it belongs to")
    return parser


def _add_fields(parser: argparse.ArgumentParser) -> None:
    """What adding and changing have in common."""
    parser.add_argument("--base", metavar="URL", help="the service's address (default: the service file's)")
    field = "a field that is no secret, such as email=ann@example.com; secrets are asked for"
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help=field)
    authority = "a certificate authority's file, trusted for this account beside the system's"
    parser.add_argument("--ca-file", metavar="PATH", help=authority)
    parser.add_argument("--no-test", action="store_true", help="save it without trying it first")
    parser.add_argument("--stdin", action="store_true", help="read the secret fields from standard input, one a line")
