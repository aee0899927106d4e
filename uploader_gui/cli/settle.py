"""`uploader-gui settle`: a person has looked at the record and says whether the files are attached."""

import argparse
from collections.abc import Mapping

from uploader_gui.cli import choosing, ending, environment, exits, keeping, left, outcome, output
from uploader_gui.cli.holding import LeftAsItIsError, hold
from uploader_gui.cli.output import JsonLines, PlainLines
from uploader_gui.core.batch import Batch, BatchEvent, BatchState
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.events import Finished
from uploader_gui.store.ledger import Ledger


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    keys = environment.take_keys()
    if options.again:
        return _again(options, keys)
    with keeping.opened(writes=True) as ledger:
        [batch] = choosing.choose(ledger, options.batches)
        try:
            _attached(ledger, batch, json=options.json)
        except LeftAsItIsError as error:
            output.say(str(error))
            return exits.NEEDS_ATTENTION
    return exits.DONE


def _again(options: argparse.Namespace, keys: Mapping[str, str]) -> int:
    from uploader_gui.cli import resuming  # noqa: PLC0415 - brings the HTTP library

    return resuming.go_on(
        options,
        keys,
        wanted=resuming.UNKNOWN,
        begin=resuming.attach_again,
    )


def _attached(ledger: Ledger, chosen: Batch, *, json: bool) -> None:
    stored, uploads = hold(ledger, chosen.id)
    batch = left.as_left(ledger, stored)
    if batch.state is not BatchState.ATTACH_UNKNOWN:
        raise LeftAsItIsError(
            _("Batch {id} is not to be settled: it {state}. Go on with it: {ways}.").format(
                id=left.short(batch.id), state=left.state(batch), ways=outcome.ways(batch, uploads)
            )
        )
    ended, changed = ending.end(ledger, batch, uploads, BatchEvent.FOUND_ATTACHED)
    out = JsonLines() if json else PlainLines()
    out.tell(Finished(batch=ended, uploads=changed, attached=True, place=ended.place or "", link=ended.link))
    out.done(outcome.Ended(batch=ended, uploads=changed))
