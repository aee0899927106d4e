"""What may be typed after `uploader-gui`."""

import argparse
import functools
from typing import TypeAlias

from uploader_gui import __version__
from uploader_gui.cli import argparse_words
from uploader_gui.cli.account_arguments import add_accounts
from uploader_gui.core.batch import Partly
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _

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

_VARIABLES = N_(
    """\
  UPLOADER_CLOSE_API_KEY
  UPLOADER_KIZEN_API_KEY, UPLOADER_KIZEN_BUSINESS_ID, UPLOADER_KIZEN_USER_ID
  UPLOADER_HAUFE_API_KEY, UPLOADER_HAUFE_USER_ID
  UPLOADER_CIRCLE_ACCESS_TOKEN, or UPLOADER_CIRCLE_HEADLESS_TOKEN and UPLOADER_CIRCLE_EMAIL
  (or UPLOADER_CIRCLE_COMMUNITY_MEMBER_ID)
"""
)


def _keys() -> str:
    """Where keys come from, and what the exit codes mean."""
    where = _(
        "keys come from an account (uploader-gui accounts add), or from the environment, all fields of one way to "
        "sign in:"
    )
    codes = _(
        "exit codes: 0 all attached (or stored), 1 something needs attention, 2 wrong use,\n"
        "  3 not known whether it is attached, 130 interrupted"
    )
    return f"{where}\n{_(_VARIABLES)}\n{codes}\n"


@functools.cache
def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    argparse_words.translate()
    top = argparse.ArgumentParser(
        prog="uploader-gui",
        description=_("Attach files to a record of a web service: whole, once, proven."),
        epilog=_(
            "Without a command it opens the window, with the files that are named: uploader-gui [FILE ...]. "
            "Try it without an account: uploader-gui --practice (the window), uploader-gui practice (a server for "
            "these commands). It sends nothing about you anywhere: no telemetry, no crash reports, no search for "
            "updates."
        ),
        allow_abbrev=False,
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"uploader-gui {__version__}",
        help=_("show program's version number and exit"),
    )
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
        help=_("send files and attach them"),
        description=_("Send files to a service and attach all of them to one record by one call."),
        epilog=_keys(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    send.add_argument("files", nargs="+", metavar="FILE", help=_("a file, or a folder with all files in it"))
    _add_where(send)
    send.add_argument(
        "--target", metavar="KIND", help=_("what to attach to (see: uploader-gui targets); default: upload")
    )
    send.add_argument("--link", metavar="URL", help=_("the record's address, as copied from the browser"))
    partly = _(
        "if some files cannot be sent: ask (default) stops and says so, others attaches the others, nothing attaches "
        "none before all are stored"
    )
    send.add_argument("--partly", choices=[one.value for one in Partly], default=Partly.ASK.value, help=partly)
    send.add_argument("--again", action="store_true", help=_("also if the same files are on their way there already"))
    _add_how(send)


def _add_how(command: argparse.ArgumentParser) -> None:
    """What all commands that send something take."""
    lanes = _("how many files at once, 1 to 8 (default 3)")
    command.add_argument("--lanes", type=_lanes, default=3, metavar="N", help=lanes)
    command.add_argument("--yes", action="store_true", help=_("do not ask before something is sent to other people"))
    _add_json(command)


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help=_("one JSON object a line on standard output"))


def _add_batches(command: argparse.ArgumentParser, count: int | str, which: str) -> None:
    command.add_argument(
        "batches",
        nargs=count,
        metavar="BATCH",
        help=_("a batch's id or its first characters, four or more; {which}").format(which=which),
    )


def _add_queue(commands: Commands) -> None:
    queue = commands.add_parser(
        "queue",
        help=_("what is on its way or waits for you"),
        description=_("List the batches that have not ended, each with its files, and how it is gone on with."),
        allow_abbrev=False,
    )
    _add_json(queue)


def _add_resume(commands: Commands) -> None:
    resume = commands.add_parser(
        "resume",
        help=_("go on with what was interrupted"),
        description=_("Go on with batches where they were; what is stored is not sent again."),
        epilog=_keys(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_batches(resume, "*", _("default: all that need no person"))
    _add_how(resume)
    retry = commands.add_parser(
        "retry",
        help=_("try again what needs attention"),
        description=_("Try batches again from the step that failed, with changed files as they are now."),
        epilog=_keys(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_batches(retry, "*", _("default: all that need attention"))
    split = _("attach the files that are stored; those that need attention become a batch of their own")
    retry.add_argument("--split", action="store_true", help=split)
    _add_how(retry)


def _add_settle(commands: Commands) -> None:
    settle = commands.add_parser(
        "settle",
        help=_("say whether a batch is attached, where nobody knew"),
        description=_("Say what you found at the record, where the answer to an attach got lost."),
        epilog=_keys(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_batches(settle, 1, _("one whose attach is not known"))
    found = settle.add_mutually_exclusive_group(required=True)
    found.add_argument("--attached", action="store_true", help=_("the files are there: it has ended"))
    found.add_argument("--again", action="store_true", help=_("they are not there: attach them now"))
    _add_how(settle)
    cancel = commands.add_parser(
        "cancel",
        help=_("give batches up"),
        description=_("Give batches up. What an attach may have attached already cannot be given up: settle it."),
        allow_abbrev=False,
    )
    _add_batches(cancel, "*", _("any that has not ended"))
    everything = _("all that have not ended, but those that may be attached or that another process works on")
    cancel.add_argument("--all", action="store_true", help=everything)
    _add_json(cancel)


def _add_history(commands: Commands) -> None:
    history = commands.add_parser(
        "history",
        help=_("what was attached, with links and digests"),
        description=_("List the batches that have ended, newest first, with what their files are still good for."),
        allow_abbrev=False,
    )
    search = _("only those with this in a file's name, path or digest, or in the record's name")
    history.add_argument("--search", default="", metavar="TEXT", help=search)
    history.add_argument("--all", action="store_true", help=_("all of them, not only the newest 50"))
    form = history.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("one JSON object a line on standard output"))
    form.add_argument("--csv", action="store_true", help=_("a table with one row a file, for spreadsheets"))


def _add_targets(commands: Commands) -> None:
    targets = commands.add_parser(
        "targets",
        help=_("what a service's files can be attached to; find records"),
        description=_("List a service's targets, or find the records that an input of a target takes."),
        allow_abbrev=False,
    )
    _add_where(targets)
    targets.add_argument("--lookup", metavar="NAME", help=_("find records with this lookup"))
    targets.add_argument("--search", default="", metavar="TEXT", help=_("what to look for (default: all)"))
    targets.add_argument("--json", action="store_true", help=_("one JSON object a line on standard output"))


def _add_where(command: argparse.ArgumentParser) -> None:
    command.add_argument("--service", required=True, metavar="ID", help=_("close, kizen, haufe, circle, or your own"))
    command.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help=_("an input; NAME= leaves it empty")
    )
    account = _("the account to use (default: a key in the environment, else the service's default account)")
    command.add_argument("--account", metavar="NAME", help=account)
    command.add_argument(
        "--base", metavar="URL", help=_("another address of the service, for a key from the environment")
    )


def _add_services(commands: Commands) -> None:
    services = commands.add_parser(
        "services",
        help=_("which services there are; add one of your own"),
        description=_(
            "List the services, show one, add or remove one of your own, check or try a service "
            "file, or print the JSON Schema of such files."
        ),
        allow_abbrev=False,
    )
    actions = services.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help=_("list the services (default)"), allow_abbrev=False)
    show = actions.add_parser("show", help=_("show a service"), allow_abbrev=False)
    show.add_argument("id", metavar="ID")
    check = actions.add_parser("check", help=_("check a service file"), allow_abbrev=False)
    check.add_argument("file", metavar="FILE")
    _add_try(actions)
    add = actions.add_parser(
        "add",
        help=_("add a service of your own"),
        description=_("Show in plain words what a service file would do, ask, and add it."),
        allow_abbrev=False,
    )
    add.add_argument("file", metavar="FILE")
    add.add_argument("--replace", action="store_true", help=_("also in the place of one that comes with the program"))
    add.add_argument("--yes", action="store_true", help=_("do not ask"))
    hosts = _("with --yes: also if keys go to hosts to which they did not go before")
    add.add_argument("--new-hosts", action="store_true", help=hosts)
    remove = actions.add_parser("remove", help=_("remove a service of your own"), allow_abbrev=False)
    remove.add_argument("id", metavar="ID")
    actions.add_parser("schema", help=_("print the JSON Schema of service files"), allow_abbrev=False)


def _add_try(actions: Commands) -> None:
    tried = actions.add_parser(
        "try",
        help=_("play a service file through, without the service"),
        description=_(
            "Play one target of a service file through: every request as it would go out, what "
            "the service would have to answer, and what is kept of it. The answers are made up "
            "from what the file asks of them. Nothing leaves this computer, and no key is used."
        ),
        allow_abbrev=False,
    )
    tried.add_argument("file", metavar="SERVICE", help=_("a service file, or the id of a service"))
    tried.add_argument("files", nargs="*", metavar="FILE", help=_("files to send (default: a small example)"))
    tried.add_argument("--target", metavar="KIND", help=_("what to attach to; default: upload"))
    setting = _("an input; NAME= leaves it empty (default: something made up where one is needed)")
    tried.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=setting)
    tried.add_argument("--way", type=_way, default=1, metavar="N", help=_("which way to sign in (default: the first)"))
    answer = _("what the service really answers to a step, as a JSON file; such as sign=example-from-the-docs.json")
    tried.add_argument("--answer", action="append", default=[], metavar="STEP=FILE", help=answer)


def _way(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 99:
        return int(text)
    raise argparse.ArgumentTypeError(_("must be a number from 1 on"))


def _add_practice(commands: Commands) -> None:
    practice = commands.add_parser(
        "practice",
        help=_("run the practice service on this computer"),
        description=_("Run a server on this computer that speaks all services' protocols, to try the program with."),
        allow_abbrev=False,
    )
    practice.add_argument("--port", type=_port, default=0, metavar="N", help=_("its port (default: any that is free)"))


def _add_trace(commands: Commands) -> None:
    trace = commands.add_parser(
        "trace",
        help=_("the requests of a batch, without anything secret"),
        description=_(
            "Show which requests were sent for a batch, and what came back; keys, signed "
            "addresses and contents are left out."
        ),
        allow_abbrev=False,
    )
    trace.add_argument("batch", metavar="BATCH", help=_("a batch's id or its first characters, four or more"))
    curl = _("as curl commands, with variables in the place of what is left out")
    trace.add_argument("--curl", action="store_true", help=curl)
    diagnostics = commands.add_parser(
        "diagnostics",
        help=_("a text about this program, to read and send to whoever helps you"),
        description=_(
            "Print what somebody who helps you needs to know: versions, batches, requests, the "
            "log. No keys, signed addresses or contents of files. Read it before you send it."
        ),
        allow_abbrev=False,
    )
    diagnostics.add_argument("--out", metavar="FILE", help=_("write it to a new file that only you may read"))
    names = _("leave out names of files, records and people")
    diagnostics.add_argument("--without-names", action="store_true", help=names)


def _lanes(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 8:
        return int(text)
    raise argparse.ArgumentTypeError(_("must be a number from 1 to 8"))


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(_("must be a number from 0 to 65535"))
