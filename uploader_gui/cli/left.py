"""What an earlier process left of a batch. Imports little: listing an empty queue is quick."""

import dataclasses

from uploader_gui.core.batch import (
    ATTACH_SENT,
    Batch,
    BatchEvent,
    BatchState,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)
from uploader_gui.core.translation import N_, ngettext
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.ledger import Ledger

SHORT = 8

NOT_TO_CANCEL = frozenset({BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN})
"""While a batch is so, nobody can say that nothing is attached."""

_STATES = {
    BatchState.OPEN: N_("waits to be gone on with"),
    BatchState.PAUSED: N_("is paused"),
    BatchState.HELD: N_("waits to be agreed to"),
    BatchState.ATTACHING: N_("is being attached"),
    BatchState.NEEDS_ATTENTION: N_("needs attention"),
    BatchState.ATTACH_UNKNOWN: N_("may or may not be attached"),
    BatchState.ATTACHED: N_("is attached"),
    BatchState.STORED: N_("is stored"),
    BatchState.CANCELLED: N_("was given up"),
}


def short(batch_id: str) -> str:
    """A batch's id as people read and type it."""
    return batch_id[:SHORT]


def files(count: int) -> str:
    """Say a number of files."""
    return ngettext("{n} file", "{n} files", count).format(n=count)


def attach_sent(ledger: Ledger, batch: Batch) -> bool:
    """Whether an attach that was begun may have gone out. Raises StoreError."""
    if batch.state is not BatchState.ATTACHING:
        return False
    about_it = [event for _at, upload, event in ledger.journal(batch.id) if upload is None]
    # With a problem it is the second try of what is harmless twice: the first may have worked.
    return batch.problem is not None or about_it[-1:] == [ATTACH_SENT]


def as_left(ledger: Ledger, batch: Batch) -> Batch:
    """A batch that no process works on, as it is gone on with. Raises StoreError."""
    if batch.state is not BatchState.ATTACHING:
        return batch
    return advance(batch, BatchEvent.CRASHED if attach_sent(ledger, batch) else BatchEvent.NOT_SENT)


def upload_as_left(upload: Upload) -> Upload:
    """An upload that no process works on: what ran when its process ended is queued."""
    if upload.state is UploadState.RUNNING:
        return advance(upload, UploadEvent.CRASHED)
    if upload.state in {UploadState.WAITING_RETRY, UploadState.WAITING_NETWORK}:
        return dataclasses.replace(upload, state=UploadState.QUEUED)
    return upload


def state(batch: Batch) -> str:
    """Where a batch is that no process works on: "needs attention"."""
    return _(_STATES[batch.state])
