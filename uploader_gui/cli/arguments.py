"""What may be typed after `uploader-gui`."""

import argparse
import functools
from typing import TypeAlias

from uploader_gui import __version__
from uploader_gui.cli.account_arguments import add_accounts

COMMANDS = {
    "send": "uploader_gui.cli.send",
    "queue": "uploader_gui.cli.queue",
    "resume": "uploader_gui.cli.resume",
    "retry": "uploader_gui.cli.retry",
    "settle": "uploader_gui.cli.settle",
    "cancel": "uploader_gui.cli.cancel",
    "history": "uploader_gui.cli.history",
    "targets": "uploader_gui.cli.targets",
    "accounts": "uploader_gui.cli.accounts",
    "services": "uploader_gui.cli.services",
    "practice": "uploader_gui.cli.practice",
    "trace": "uploader_gui.cli.trace",
    "diagnostics": "uploader_gui.cli.diagnostics",
}

_KEYS = """\
keys come from an account (uploader-gui accounts add), or from the environment, all fields of one way to sign in:
  UPLOADER_CLOSE_API_KEY
  UPLOADER_KIZEN_API_KEY, UPLOADER_KIZEN_BUSINESS_ID, UPLOADER_KIZEN_USER_ID
  UPLOADER_HAUFE_API_KEY, UPLOADER_HAUFE_USER_ID
  UPLOADER_CIRCLE_ACCESS_TOKEN, or UPLOADER_CIRCLE_HEADLESS_TOKEN and UPLOADER_CIRCLE_EMAIL
  (or UPLOADER_CIRCLE_COMMUNITY_MEMBER_ID)

exit codes: 0 all attached (or stored), 1 something needs attention, 2 wrong use,
  3 not known whether it is attached, 130 interrupted
"""


@functools.cache
def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="uploader-gui",
        description="Attach files to a record of a web service: whole, once, proven.",
        epilog="Try it without an account: uploader-gui practice. It sends nothing about you anywhere: no telemetry, "
        "no crash reports, no search for updates.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"uploader-gui {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _add_send(commands)
    _add_queue(commands)
    _add_resume(commands)
    _add_settle(commands)
    _add_history(commands)
    _add_targets(commands)
    add_accounts(commands)
    _add_services(commands)
    _add_practice(commands)
    _add_trace(commands)
    return top


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - the type has no other name


def _add_send(commands: Commands) -> None:
    send = commands.add_parser(
        "send",
        help="send files and attach them",
        description="Send files to a service and attach all of them to one record by one call.",
        epilog=_KEYS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    send.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder with all files in it")
    _add_where(send)
    send.add_argument("--target", metavar="KIND", help="what to attach to (see: uploader-gui targets); default: upload")
    send.add_argument("--link", metavar="URL", help="the record's address, as copied from the browser")
    send.add_argument("--again", action="store_true", help="also if the same files are on their way there already")
    _add_how(send)


def _add_how(command: argparse.ArgumentParser) -> None:
    """What all commands that send something take."""
    lanes = "how many files at once, 1 to 8 (default 3)"
    command.add_argument("--lanes", type=_lanes, default=3, metavar="N", help=lanes)
    command.add_argument("--yes", action="store_true", help="do not ask before something is sent to other people")
    _add_json(command)


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON object a line on standard output")


def _add_batches(command: argparse.ArgumentParser, count: int | str, which: str) -> None:
    command.add_argument(
        "batches", nargs=count, metavar="BATCH", help=f"a batch's id or its first signs, four or more; {which}"
    )


def _add_queue(commands: Commands) -> None:
    queue = commands.add_parser(
        "queue",
        help="what is on its way or waits for you",
        description="List the batches that have not ended, each with its files, and how it is gone on with.",
        allow_abbrev=False,
    )
    _add_json(queue)


def _add_resume(commands: Commands) -> None:
    resume = commands.add_parser(
        "resume",
        help="go on with what was interrupted",
        description="Go on with batches where they were; what is stored is not sent again.",
        epilog=_KEYS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_batches(resume, "*", "default: all that need no person")
    _add_how(resume)
    retry = commands.add_parser(
        "retry",
        help="try again what needs attention",
        description="Try batches again from the step that failed, with changed files as they are now.",
        epilog=_KEYS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_batches(retry, "*", "default: all that need attention")
    split = "attach the files that are stored; those that need attention become a batch of their own"
    retry.add_argument("--split", action="store_true", help=split)
    _add_how(retry)


def _add_settle(commands: Commands) -> None:
    settle = commands.add_parser(
        "settle",
        help="say whether a batch is attached, where nobody knew",
        description="Say what you found at the record, where the answer to an attach got lost.",
        epilog=_KEYS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_batches(settle, 1, "one whose attach is not known")
    found = settle.add_mutually_exclusive_group(required=True)
    found.add_argument("--attached", action="store_true", help="the files are there: it has ended")
    found.add_argument("--again", action="store_true", help="they are not there: attach them now")
    _add_how(settle)
    cancel = commands.add_parser(
        "cancel",
        help="give batches up",
        description="Give batches up. What an attach may have attached already cannot be given up: settle it.",
        allow_abbrev=False,
    )
    _add_batches(cancel, "*", "any that has not ended")
    everything = "all that have not ended, but those that may be attached or that another process works on"
    cancel.add_argument("--all", action="store_true", help=everything)
    _add_json(cancel)


def _add_history(commands: Commands) -> None:
    history = commands.add_parser(
        "history",
        help="what was attached, with links and digests",
        description="List the batches that have ended, newest first, with what their files are still good for.",
        allow_abbrev=False,
    )
    search = "only those with this in a file's name, path or digest, or in the record's name"
    history.add_argument("--search", default="", metavar="TEXT", help=search)
    history.add_argument("--all", action="store_true", help="all of them, not only the newest 50")
    form = history.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    form.add_argument("--csv", action="store_true", help="a table with one row a file, for spreadsheets")


def _add_targets(commands: Commands) -> None:
    targets = commands.add_parser(
        "targets",
        help="what a service's files can be attached to; find records",
        description="List a service's targets, or find the records that an input of a target takes.",
        allow_abbrev=False,
    )
    _add_where(targets)
    targets.add_argument("--lookup", metavar="NAME", help="find records with this lookup")
    targets.add_argument("--search", default="", metavar="TEXT", help="what to look for (default: all)")
    targets.add_argument("--json", action="store_true", help="one JSON object a line on standard output")


def _add_where(command: argparse.ArgumentParser) -> None:
    command.add_argument("--service", required=True, metavar="ID", help="close, kizen, haufe, circle, or your own")
    command.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="an input; NAME= leaves it empty"
    )
    account = "the account to use (default: a key in the environment, else the service's default account)"
    command.add_argument("--account", metavar="NAME", help=account)
    command.add_argument("--base", metavar="URL", help="another address of the service, for a key from the environment")


def _add_services(commands: Commands) -> None:
    services = commands.add_parser(
        "services",
        help="which services there are; add one of your own",
        description="List the services, show one, add or remove one of your own, check or try a service file, or print "
        "the JSON Schema of such files.",
        allow_abbrev=False,
    )
    actions = services.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="list the services (default)", allow_abbrev=False)
    show = actions.add_parser("show", help="show a service", allow_abbrev=False)
    show.add_argument("id", metavar="ID")
    check = actions.add_parser("check", help="check a service file", allow_abbrev=False)
    check.add_argument("file", metavar="FILE")
    _add_try(actions)
    add = actions.add_parser(
        "add",
        help="add a service of your own",
        description="Show in plain words what a service file would do, ask, and add it.",
        allow_abbrev=False,
    )
    add.add_argument("file", metavar="FILE")
    add.add_argument("--replace", action="store_true", help="also in the place of one that comes with the program")
    add.add_argument("--yes", action="store_true", help="do not ask")
    hosts = "with --yes: also if keys go to hosts to which they did not go before"
    add.add_argument("--new-hosts", action="store_true", help=hosts)
    remove = actions.add_parser("remove", help="remove a service of your own", allow_abbrev=False)
    remove.add_argument("id", metavar="ID")
    actions.add_parser("schema", help="print the JSON Schema of service files", allow_abbrev=False)


def _add_try(actions: Commands) -> None:
    tried = actions.add_parser(
        "try",
        help="play a service file through, without the service",
        description="Play one target of a service file through: every request as it would go out, what the service "
        "would have to answer, and what is kept of it. The answers are made up from what the file asks of them. "
        "Nothing leaves this computer, and no key is used.",
        allow_abbrev=False,
    )
    tried.add_argument("file", metavar="SERVICE", help="a service file, or the id of a service")
    tried.add_argument("files", nargs="*", metavar="FILE", help="files to send (default: a small example)")
    tried.add_argument("--target", metavar="KIND", help="what to attach to; default: upload")
    setting = "an input; NAME= leaves it empty (default: something made up where one is needed)"
    tried.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=setting)
    tried.add_argument("--way", type=_way, default=1, metavar="N", help="which way to sign in (default: the first)")
    answer = "what the service really answers to a step, as a JSON file; such as sign=example-from-the-docs.json"
    tried.add_argument("--answer", action="append", default=[], metavar="STEP=FILE", help=answer)


def _way(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 99:
        return int(text)
    raise argparse.ArgumentTypeError("must be a number from 1 on")


def _add_practice(commands: Commands) -> None:
    practice = commands.add_parser(
        "practice",
        help="run the practice service on this computer",
        description="Run a server on this computer that speaks all services' protocols, to try the program with.",
        allow_abbrev=False,
    )
    practice.add_argument("--port", type=_port, default=0, metavar="N", help="its port (default: any that is free)")


def _add_trace(commands: Commands) -> None:
    trace = commands.add_parser(
        "trace",
        help="the requests of a batch, without anything secret",
        description="Show which requests were sent for a batch, and what came back; keys, signed addresses and "
        "contents are left out.",
        allow_abbrev=False,
    )
    trace.add_argument("batch", metavar="BATCH", help="a batch's id or its first signs, four or more")
    curl = "as curl commands, with variables in the place of what is left out"
    trace.add_argument("--curl", action="store_true", help=curl)
    diagnostics = commands.add_parser(
        "diagnostics",
        help="a text about this program, to read and send to who helps you",
        description="Print what somebody who helps you needs to know: versions, batches, requests, the log. No keys, "
        "signed addresses or contents of files. Read it before you send it.",
        allow_abbrev=False,
    )
    diagnostics.add_argument("--out", metavar="FILE", help="write it to a new file that only you may read")
    names = "leave out names of files, records and people"
    diagnostics.add_argument("--without-names", action="store_true", help=names)


def _lanes(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 8:
        return int(text)
    raise argparse.ArgumentTypeError("must be a number from 1 to 8")


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError("must be a number from 0 to 65535")
