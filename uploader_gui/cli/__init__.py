"""The command line: one small module a command. Imports nothing before it is needed, and Qt never."""

import contextlib
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from uploader_gui.cli.arguments import COMMANDS, parser
from uploader_gui.cli.exits import INTERRUPTED, NEEDS_ATTENTION, WRONG_USE, FailedError, WrongUseError
from uploader_gui.core.translation import gettext as _
from uploader_gui.services.place import look_in
from uploader_gui.store import unexpected


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.

    Returns:
        The exit code: see `uploader_gui.cli.exits`.
    """
    code = _run(arguments)
    for stream in (sys.stdout, sys.stderr):
        # Where the terminal is gone Python's own flush at exit would fail, and say so by an exit code of its own.
        try:
            stream.flush()
        except OSError:
            _abandon(stream)
    return code


def _run(arguments: Sequence[str]) -> int:
    logging.getLogger("uploader_gui").addHandler(logging.NullHandler())
    unexpected.install()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe or a terminal that is not UTF-8 must not end a command over the name of a file.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        options = parser().parse_args(list(arguments))
    except SystemExit as ended:  # argparse has printed help, or what is wrong
        return WRONG_USE if ended.code else 0
    if options.command is None:
        parser().print_help()
        return WRONG_USE
    code: int = NEEDS_ATTENTION
    from uploader_gui.store.paths import places  # noqa: PLC0415 - what is mistyped needs no folders

    look_in(places().config / "services")
    try:
        module = importlib.import_module(COMMANDS[options.command])
        code = module.run(options)
        sys.stdout.flush()
    except WrongUseError as error:
        _say(f"uploader-gui: {error}")
        return WRONG_USE
    except FailedError as error:
        _say(f"uploader-gui: {error}")
        return error.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        # What a command reads it guards itself: what is left is output that cannot be written.
        _abandon(sys.stdout)
        if code == INTERRUPTED:  # the terminal was closed, and that is why it ended
            return INTERRUPTED
        if not isinstance(error, BrokenPipeError):
            from uploader_gui.core import reasons  # noqa: PLC0415 - likewise

            _say(_("uploader-gui: the output cannot be written: {strerror}.").format(strerror=reasons.of_system(error)))
        return NEEDS_ATTENTION
    return code or (NEEDS_ATTENTION if unexpected.seen() else 0)


def _say(text: str) -> None:
    from uploader_gui.core.lines import visible  # noqa: PLC0415 - only where something is wrong

    # It may repeat what was pasted into the command: nothing of that acts on the terminal.
    with contextlib.suppress(OSError):
        print("\n".join(visible(line) for line in text.split("\n")), file=sys.stderr)


def _abandon(stream: TextIO) -> None:
    """Let Python's own flush at exit succeed: what could not be written is lost, and that has been said."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
