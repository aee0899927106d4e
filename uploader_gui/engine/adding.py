"""How batches come into the queue: new, with further files, or as an earlier process left them."""

import dataclasses
from collections.abc import Sequence

from uploader_gui.core.batch import Batch, BatchEvent, BatchState, Step, Upload, advance
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.batches import Batches
from uploader_gui.engine.entry import Entry, taken_up, with_files
from uploader_gui.engine.session import Session
from uploader_gui.services.flow import Flow


class Adding(Batches):
    """Wishes that bring something new."""

    def add(
        self, batch: Batch, uploads: Sequence[Upload], flow: Flow, session: Session, *, held_back: bool = False
    ) -> None:
        """Put a batch at the end of the queue. Held back, its files go at once, and its attach when it is let go.

        Raises:
            ValueError: It has no files, or is in the queue already.
            LedgerError: It cannot be kept; then it is not in the queue.
        """
        with self._changed:
            if not uploads or batch.id in self._entries:
                raise ValueError("a batch has files, and is added once")
            entry = Entry(batch, uploads, flow, session)
            entry.held_back = held_back
            self._keeper.new(entry)
            self._entries[batch.id] = entry
            self._parting.settle(entry)
            self._chooser.stop_digesting()
            self._changed.notify_all()

    def add_all(
        self,
        new: Sequence[tuple[Batch, Sequence[Upload]]],
        flow: Flow,
        session: Session,
        *,
        held_back: bool = False,
    ) -> None:
        """Put several batches at the end of the queue, as `add` does one: all of them or, with LedgerError, none."""
        with self._changed:
            ids = {batch.id for batch, _uploads in new}
            if len(ids) < len(new) or ids & self._entries.keys() or not all(uploads for _batch, uploads in new):
                raise ValueError("a batch has files, and is added once")
            entries = [Entry(batch, uploads, flow, session) for batch, uploads in new]
            for entry in entries:
                entry.held_back = held_back
            self._keeper.new_ones(entries)
            self._entries |= {entry.batch.id: entry for entry in entries}
            for entry in entries:
                self._parting.settle(entry)
            self._chooser.stop_digesting()
            self._changed.notify_all()

    def restore(
        self,
        batch: Batch,
        uploads: Sequence[Upload],
        flow: Flow,
        session: Session,
        *,
        attach_sent: bool,
        attach_began: bool = True,
        held_back: bool = False,
    ) -> None:
        """Take a batch up again as an earlier process left it.

        What ran goes back to its last finished step; times of another process's clock are forgotten. An attach that may
        have gone out is looked for, where the service can be asked.

        Args:
            batch: As it is in the ledger.
            uploads: Likewise, in order.
            flow: What happens with it.
            session: In whose name.
            attach_sent: Whether its journal ends with an attach that may have gone out.
            attach_began: Whether one was ever begun: then nothing is deleted of what an attach may have taken.
            held_back: Its attach waits until it is let go.

        Raises:
            LedgerError: It cannot be kept.
        """
        with self._changed:
            if batch.state is BatchState.ATTACHING and (attach_sent or batch.problem is not None):
                unknown = Problem(kind=Kind.ATTACH_UNKNOWN, service=flow.service.name, step=Step.ATTACH)
                batch = advance(batch, BatchEvent.CRASHED, problem=unknown)
            elif batch.state is BatchState.ATTACHING:
                batch = advance(batch, BatchEvent.NOT_SENT)
            elif batch.state is BatchState.HELD:
                batch = advance(batch, BatchEvent.UNDONE)
            entry = Entry(batch, [taken_up(upload, flow) for upload in uploads], flow, session)
            entry.held_back = held_back
            entry.attach_began = attach_began
            self._entries[batch.id] = entry
            self._keeper.batch(entry, entry.batch, "taken up")
            for before, upload in zip(uploads, entry.ordered, strict=True):
                if upload != before:
                    self._keeper.upload(entry, upload, "taken up")
            if batch.state is BatchState.ATTACH_UNKNOWN:
                self._ask_again(entry)
            self._parting.settle(entry)
            self._changed.notify_all()

    def extend(self, batch_id: str, uploads: Sequence[Upload]) -> bool:
        """Add files to a batch that is not being attached yet; a text that names its files names these too.

        Returns:
            False if it is too late.
        """
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state not in {BatchState.OPEN, BatchState.PAUSED}:
                return False
            self._keeper.extend(entry, with_files(entry, entry.batch, [*entry.ordered, *uploads]), uploads)
            self._changed.notify_all()
        return True

    def _ask_again(self, entry: Entry) -> None:
        """Nobody knows whether an attach of an earlier process went through."""
        if self._keeper.has_claimed(entry):
            # It ended between claiming what its attach made and saying so.
            self._keeper.end(entry, entry.batch, BatchEvent.FOUND_ATTACHED)
            self._teller.finished(entry, attached=True)
        elif entry.flow.target.repeat:
            again = dataclasses.replace(entry.batch, due=self._clock.monotonic())
            self._keeper.batch(entry, again, "again, as it is harmless twice")
        elif self._looks and entry.can_look:
            self._looking.begin(entry)
