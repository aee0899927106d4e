"""`uploader-gui cancel`: gives batches up."""

import argparse

from uploader_gui.cli import choosing, ending, environment, exits, keeping, left, naming, outcome, output
from uploader_gui.cli.holding import LeftAsItIsError, hold
from uploader_gui.cli.output import JsonLines
from uploader_gui.core.batch import BatchEvent, UploadState
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.ledger import Ledger


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    if bool(options.batches) == options.all:
        raise exits.WrongUseError(_("say which batches, by their ids, or --all (see: uploader-gui queue)."))
    codes = []
    with keeping.opened(writes=True) as ledger:
        batches = choosing.choose(ledger, options.batches)
        if not batches and not options.json:
            print(_("Nothing is on its way."))
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
            _("Batch {id} cannot be given up: nobody knows whether it is attached. Find out first: {ways}.").format(
                id=left.short(batch.id), ways=outcome.ways(batch, uploads)
            )
        )
    place = naming.title(batch, uploads)
    there = sum(upload.state is UploadState.STORED for upload in uploads)
    ended, _uploads = ending.end(ledger, batch, uploads, BatchEvent.CANCELLED)
    if json:
        # Counted as they were: what had been stored is not taken back.
        JsonLines().done(outcome.Ended(batch=ended, uploads=uploads))
        return
    attached = _("Nothing of it is attached.") + " " if batch.attaches else ""
    stays = (
        _("{there} of {files} had been stored at the service and may stay there.").format(
            there=there, files=left.files(len(uploads))
        )
        if there
        else ""
    )
    stays = stays or _("Nothing of it had been stored.")
    print(
        _("Batch {id} is given up: {place}. {attached}{stays}").format(
            id=left.short(batch.id), place=place, attached=attached, stays=stays
        )
    )
