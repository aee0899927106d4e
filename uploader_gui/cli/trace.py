"""`uploader-gui trace`: the requests of a batch, as text or as curl commands; nothing in them is secret.

It asks no ledger: a trace is there also where that is damaged, or the batch has been removed from it.
"""

import argparse
import contextlib

from uploader_gui.cli import environment, exits
from uploader_gui.cli.choosing import LEAST
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import words
from uploader_gui.core.curl import curl
from uploader_gui.core.lines import visible
from uploader_gui.core.traces import Trace, as_text
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.traces import DAYS, Traces


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    for number, trace in enumerate(_found(options.batch)):
        if number and options.curl:
            print()
        print(_with_curl(trace) if options.curl else "\n".join(visible(line) for line in as_text(trace).split("\n")))
    return exits.DONE


def _with_curl(trace: Trace) -> str:
    return f"# {visible(as_text(trace).partition(chr(10))[0])}\n{curl(trace)}"


def _found(given: str) -> list[Trace]:
    """The traces of the one batch that is meant; raises WrongUseError or FailedError."""
    beginning, shown = given.strip().lower(), words.plain(given, 60)
    if len(beginning) < LEAST:
        raise WrongUseError(
            _("“{shown}” is too short: give at least the first {n} characters of a batch's id.").format(
                shown=shown, n=LEAST
            )
        )
    traces = Traces()
    ids: set[str] = set()
    with contextlib.suppress(OSError):
        names = (path.name.partition(".")[0] for path in traces.folder.glob("*.jsonl"))
        ids = {name for name in names if name.lower().startswith(beginning) and name != "none"}
    if len(ids) > 1:
        several = ", ".join(sorted(ids))
        raise WrongUseError(
            _("“{shown}” is the beginning of several batches: {several}. Give more of it.").format(
                shown=shown, several=several
            )
        )
    found = [trace for one in ids for trace in traces.read(one)]
    if not found:
        raise FailedError(
            _("there are no requests of a batch “{shown}”. They are kept for {n} days at most.").format(
                shown=shown, n=DAYS
            )
        )
    return found
