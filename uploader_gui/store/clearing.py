"""Deleting what has ended from the history."""

from collections.abc import Collection, Sequence
from datetime import datetime

from uploader_gui.core.batch import ENDED_BATCHES, BatchState
from uploader_gui.store.ledger import Ledger

PORTION = 100
"""So many batches are one transaction: what is being sent must not wait long."""
_ENDED = sorted(state.value for state in ENDED_BATCHES)
# With a batch go its claims. While it is looked for what became of another one's attach to that record, they tell what
# is not its own.
_LOOKING = (BatchState.ATTACHING.value, BatchState.ATTACH_UNKNOWN.value)
_QUESTION = (
    f"SELECT id FROM batch WHERE state IN ({', '.join('?' for _ in _ENDED)}) AND ended < ? AND id NOT IN "  # noqa: S608  # nosec B608 - nothing but question marks
    "(SELECT claim.batch FROM batch AS other JOIN claim ON claim.record = other.record WHERE other.state IN (?, ?)) "
    "ORDER BY number"
)


def forgettable(ledger: Ledger, before: datetime) -> list[str]:
    """The ids of batches that ended before a time, and that nobody needs any more; oldest first. Raises StoreError.

    What another process has in its queue stays: it may have something to write about it yet.

    Args:
        ledger: Where they are.
        before: In UTC.
    """
    at = before.isoformat(timespec="milliseconds")
    with ledger.reading() as connection:
        found = [str(row["id"]) for row in connection.execute(_QUESTION, (*_ENDED, at, *_LOOKING))]
    return [one for one in found if not ledger.held_elsewhere(one)]


def forget(ledger: Ledger, batch_ids: Sequence[str]) -> None:
    """Delete batches with all that belongs to them. Raises StoreError."""
    for start in range(0, len(batch_ids), PORTION):
        portion = batch_ids[start : start + PORTION]
        ledger.remove(portion)
        ledger.release(*portion)


def forget_ended(ledger: Ledger, before: datetime, *, but: Collection[str] = ()) -> list[str]:
    """Delete batches that ended before a time; gives their ids. Raises StoreError.

    Args:
        ledger: Where they are.
        before: In UTC.
        but: Ids of those that stay.
    """
    gone = [one for one in forgettable(ledger, before) if one not in but]
    forget(ledger, gone)
    return gone
