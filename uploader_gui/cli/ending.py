"""Ending a batch by a person's word alone: without the network, a key, or its service file."""

import dataclasses

from uploader_gui.cli import keeping, naming
from uploader_gui.core.batch import Batch, BatchEvent, Upload, ended, nameless
from uploader_gui.store.ledger import Ledger


def end(
    ledger: Ledger, batch: Batch, uploads: tuple[Upload, ...], event: BatchEvent
) -> tuple[Batch, tuple[Upload, ...]]:
    """Keep that a batch has ended; gives it and its uploads as they are then.

    As when the engine ends one, what only its steps and calls needed is forgotten.

    Args:
        ledger: Where it lies; this process holds it.
        batch: As it is left, see `left.as_left`.
        uploads: In order.
        event: It was cancelled, or found attached.

    Raises:
        StoreError: It cannot be kept.
    """
    now = keeping.now()
    place, link = naming.place_and_link(batch, uploads)
    after, changed = ended(dataclasses.replace(batch, place=place, link=link), uploads, event, now)
    if event is BatchEvent.FOUND_ATTACHED:
        # Whatever it is on the record: no other batch is to find it as its own.
        ledger.claim(batch.record, nameless(batch.id), batch.id)
    ledger.save(after, changed, now, (batch.id, None, f"{event}, says a person"), durable=True)
    return after, changed
