"""`uploader-gui cancel`: gives batches up."""

import argparse

from uploader_gui.cli import choosing, ending, environment, exits, keeping, left, naming, outcome, output
from uploader_gui.cli.holding import LeftAsItIsError, hold
from uploader_gui.cli.output import JsonLines
from uploader_gui.core.batch import BatchEvent, UploadState
from uploader_gui.store.ledger import Ledger


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    if bool(options.batches) == options.all:
        raise exits.WrongUseError("say which batches, by their ids, or --all (see: uploader-gui queue).")
    codes = []
    with keeping.opened(writes=True) as ledger:
        batches = choosing.choose(ledger, options.batches)
        if not batches and not options.json:
            print("Nothing is on its way.")
        for batch in batches:
            try:
                _give_up(ledger, batch.id, json=options.json)
            except LeftAsItIsError as error:
                output.say(str(error))
                codes.append(exits.NEEDS_ATTENTION)
            finally:
                ledger.release(batch.id)
    return exits.overall(codes)


def _give_up(ledger: Ledger, batch_id: str, *, json: bool) -> None:
    stored, uploads = hold(ledger, batch_id)
    batch = left.as_left(ledger, stored)
    if batch.state in left.NOT_TO_CANCEL:
        raise LeftAsItIsError(
            f"Batch {left.short(batch.id)} cannot be given up: nobody knows whether it is attached. "
            f"Find out first: {outcome.ways(batch, uploads)}."
        )
    place = naming.title(batch, uploads)
    there = sum(upload.state is UploadState.STORED for upload in uploads)
    ended, _uploads = ending.end(ledger, batch, uploads, BatchEvent.CANCELLED)
    if json:
        # Counted as they were: what had been stored is not taken back.
        JsonLines().done(outcome.Ended(batch=ended, uploads=uploads))
        return
    attached = "Nothing of it is attached. " if batch.attaches else ""
    stays = f"{there} of {left.files(len(uploads))} had been stored at the service and may stay there." if there else ""
    stays = stays or "Nothing of it had been stored."
    print(f"Batch {left.short(batch.id)} is given up: {place}. {attached}{stays}")
