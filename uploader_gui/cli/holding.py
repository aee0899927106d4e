"""Holding a batch: one process at a time works on it."""

from uploader_gui.cli.left import short
from uploader_gui.core.batch import ENDED_BATCHES, Batch, Upload
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.ledger import Ledger


class LeftAsItIsError(Exception):
    """A batch cannot be gone on with now. Its text is a sentence for the person."""


def hold(ledger: Ledger, batch_id: str) -> tuple[Batch, tuple[Upload, ...]]:
    """Hold a batch, then read it: what was read before may have changed meanwhile.

    Raises:
        LeftAsItIsError: Another process works on it, or it has ended meanwhile.
        StoreError: The ledger cannot be used.
    """
    if not ledger.hold(batch_id):
        raise LeftAsItIsError(
            _("Batch {batch_id} is being sent by another process; it is left to that.").format(batch_id=short(batch_id))
        )
    found = ledger.batches(like=batch_id)
    if not found or found[0].state in ENDED_BATCHES:
        ledger.release(batch_id)
        raise LeftAsItIsError(
            _("Batch {batch_id} has ended meanwhile (see: uploader-gui history).").format(batch_id=short(batch_id))
        )
    return found[0], ledger.uploads(batch_id)
