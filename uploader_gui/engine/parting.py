"""What the state of its files means for a batch: that it is done, needs a person, or goes on without some of them."""

import uuid

from uploader_gui.core.batch import BatchEvent, BatchState, Partly, UploadState, advance
from uploader_gui.core.problems import FOR_GOOD
from uploader_gui.engine.entry import Entry, parted
from uploader_gui.engine.keeping import Keeper
from uploader_gui.engine.telling import Teller


class Parting:
    """Decides about batches, under the queue's lock.

    Args:
        keeper: Keeps changes.
        teller: Tells them.
        entries: All batches, in their order: what is parted is put at their end.

    Every method raises LedgerError if a change cannot be kept.
    """

    def __init__(self, keeper: Keeper, teller: Teller, entries: dict[str, Entry]) -> None:
        self._keeper = keeper
        self._teller = teller
        self._entries = entries

    def settle(self, entry: Entry) -> None:
        """See what an upload's end means for its batch."""
        if entry.batch.state not in {BatchState.OPEN, BatchState.HELD}:
            return
        if entry.all_stored and entry.flow.target.call is None:
            self._keeper.end(entry, entry.batch, BatchEvent.STORED)
            self._teller.finished(entry, attached=False)
        elif entry.rest_is_stuck:
            if entry.batch.state is BatchState.HELD:
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.UNDONE, due=None), "not sent yet")
                entry.held_back = True
            if not self.attach_others(entry):
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.FAILED), "needs attention")

    def attach_others(self, entry: Entry) -> bool:
        """Let the files that worked be attached without the others, if that was chosen, and none of these may pass."""
        stuck = [one.problem for one in entry.ordered if one.state is UploadState.NEEDS_ATTENTION]
        for_good = all(problem is not None and problem.kind in FOR_GOOD for problem in stuck)
        chosen = entry.batch.partly is Partly.OTHERS
        return chosen and for_good and self.part(entry, str(uuid.uuid4())) is not None

    def part(self, entry: Entry, new_id: str) -> str | None:
        """Make the files of a batch that need attention a batch of their own, at the end of the queue.

        Returns:
            The new batch's id; None if none, or all, of the files need attention, or it is too late.
        """
        parts = parted(entry, new_id)
        if parts is None:
            return None
        kept, new, uploads = parts
        self._keeper.part(entry, kept, new, uploads)
        self._entries[new.id] = Entry(new, uploads, entry.flow, entry.session)
        self._entries[new.id].held_back = entry.held_back
        self._entries[new.id].attach_began = entry.attach_began
        self.settle(entry)
        return new.id
