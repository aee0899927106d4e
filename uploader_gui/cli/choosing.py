"""Which batches are meant: by their ids, or the beginnings of them."""

from collections.abc import Sequence

from uploader_gui.cli.exits import WrongUseError
from uploader_gui.cli.left import short
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, BatchState
from uploader_gui.store.ledger import Ledger

LEAST = 4
_ENDS = {
    BatchState.ATTACHED: "its files are attached",
    BatchState.STORED: "its files are stored",
    BatchState.CANCELLED: "it was given up",
}


def choose(ledger: Ledger, given: Sequence[str]) -> list[Batch]:
    """Find open batches, each once, in the order they were given; all open ones if none is given.

    Raises:
        WrongUseError: One is not there, has ended, or could be several.
        StoreError: The ledger cannot be read.
    """
    if not given:
        return ledger.batches(ended=False)
    found = [_one(ledger, beginning) for beginning in given]
    return list({batch.id: batch for batch in found}.values())


def _one(ledger: Ledger, given: str) -> Batch:
    beginning, shown = given.strip().lower(), words.plain(given, 60)
    if len(beginning) < LEAST:
        raise WrongUseError(
            f"“{shown}” is too short: give at least the first {LEAST} signs of a batch's id (see: uploader-gui queue)."
        )
    # The open ones first: among thousands that have ended, four signs are soon the beginning of several.
    found = ledger.batches(ended=False, like=beginning)
    if len(found) == 1:
        return found[0]
    if found:
        same = len({short(batch.id) for batch in found}) < len(found)
        ids = ", ".join(batch.id if same else short(batch.id) for batch in found)
        raise WrongUseError(f"“{shown}” is the beginning of several batches: {ids}. Give more of it.")
    ended = ledger.batches(ended=True, like=beginning, newest=1)
    if ended:
        raise WrongUseError(
            f"batch {short(ended[0].id)} has ended: {_ENDS[ended[0].state]} (see: uploader-gui history)."
        )
    raise WrongUseError(f"there is no batch “{shown}” (see: uploader-gui queue).")
