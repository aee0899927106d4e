"""Deleting what has ended from the history."""

from collections.abc import Collection
from datetime import datetime

from uploader_gui.core.batch import ENDED_BATCHES
from uploader_gui.store.ledger import Ledger

PORTION = 100
"""So many batches are one transaction: what is being sent must not wait long."""


def forget_ended(ledger: Ledger, before: datetime, *, but: Collection[str] = ()) -> list[str]:
    """Delete batches that ended before a time, with all that belongs to them; gives their ids. Raises StoreError.

    Args:
        ledger: Where they are.
        before: In UTC.
        but: Ids of those that stay.
    """
    states = sorted(state.value for state in ENDED_BATCHES)
    at = before.isoformat(timespec="milliseconds")
    marks = ", ".join("?" for _ in states)
    # Values are bound; the text is made of nothing but question marks.
    question = f"SELECT id FROM batch WHERE state IN ({marks}) AND ended < ? ORDER BY number"  # noqa: S608  # nosec B608
    with ledger.reading() as connection:
        found = [str(row["id"]) for row in connection.execute(question, (*states, at))]
    gone = [one for one in found if one not in but]
    for start in range(0, len(gone), PORTION):
        ledger.remove(gone[start : start + PORTION])
    return gone
