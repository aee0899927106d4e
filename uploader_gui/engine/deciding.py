"""What a person decides about a batch's attach: when it goes out, with which files, and whether it went through."""

import dataclasses
import uuid

from uploader_gui.core.batch import ENDED_BATCHES, BatchEvent, BatchState, Partly, advance
from uploader_gui.engine.batches import Batches


class Deciding(Batches):
    """Wishes about the attach."""

    def hold_back(self, batch_id: str) -> bool:
        """Let a batch's attach wait, while its text is being edited or until it is sent. False if it is too late."""
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state is BatchState.HELD:
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.UNDONE, due=None), "sending undone")
            elif entry.batch.state not in {BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION}:
                return False
            entry.held_back = True
            self._changed.notify_all()
        return True

    def let_go(self, batch_id: str, *, after: float = 0) -> bool:
        """Let a batch be attached once its files are stored. False if it is neither open nor needs attention.

        Args:
            batch_id: The batch.
            after: Seconds in which it can still be undone (`hold_back`).
        """
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state not in {BatchState.OPEN, BatchState.NEEDS_ATTENTION}:
                return False
            entry.held_back = False
            if entry.batch.state is BatchState.NEEDS_ATTENTION:
                return True  # what needs a person keeps it for now
            if after > 0 and entry.flow.target.call is not None:
                due = self._clock.monotonic() + after
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.HELD, due=due), "held")
            self._changed.notify_all()
        return True

    def part(self, batch_id: str, new_id: str | None = None) -> str | None:
        """Make the files of a batch that need attention a batch of their own; the others go on, and are attached.

        Args:
            batch_id: The batch.
            new_id: The new one's id, for whoever holds it before it is there to be seen.

        Returns:
            The new batch's id; None if none, or all, of the files need attention, it is too late, or it was chosen that
            only all of them are attached.
        """
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.partly is Partly.NOTHING:
                return None
            new = self._parting.part(entry, new_id or str(uuid.uuid4()))
            self._changed.notify_all()
            return new

    def choose_partly(self, batch_id: str, partly: Partly) -> bool:
        """Say what becomes of a batch if some of its files cannot be sent; of what waits for that, now.

        Returns:
            False if it is too late.
        """
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state in {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN, *ENDED_BATCHES}:
                return False
            self._keeper.batch(entry, dataclasses.replace(entry.batch, partly=partly), f"partly: {partly}")
            if entry.batch.state is BatchState.NEEDS_ATTENTION and entry.batch.problem is None and entry.rest_is_stuck:
                self._parting.attach_others(entry)
            self._changed.notify_all()
        return True

    def settle(self, batch_id: str, *, attached: bool) -> bool:
        """Say what became of an attach nobody knows about: a person has looked. False if that is not open."""
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state is not BatchState.ATTACH_UNKNOWN:
                return False
            entry.look = None
            if attached:
                self._keeper.claim(entry, None)
                self._keeper.end(entry, entry.batch, BatchEvent.FOUND_ATTACHED)
                self._teller.finished(entry, attached=True)
            else:
                absent = advance(entry.batch, BatchEvent.FOUND_ABSENT, problem=None, due=None)
                self._keeper.batch(entry, absent, "found absent, says a person")
            self._changed.notify_all()
        return True
