"""What a person can wish of the queue: that batches come, go on, rest, go, or are not sent yet.

All state is behind one lock. A wish that comes too late answers False and changes nothing; one about a batch that the
queue has no more raises GoneError.
"""

import dataclasses
import threading
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from uploader_gui.core.batch import (
    BATCH_TRANSITIONS,
    ENDED_BATCHES,
    UPLOAD_TRANSITIONS,
    Batch,
    BatchEvent,
    BatchState,
    GoneError,
    Partly,
    Step,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, Ledger, LedgerError
from uploader_gui.core.problems import FOR_GOOD, Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.engine.choosing import Chooser
from uploader_gui.engine.entry import Entry, anew, as_found, moved, parted, taken_up, with_files
from uploader_gui.engine.events import Listener
from uploader_gui.engine.keeping import Changed, Keeper
from uploader_gui.engine.looking import Looking
from uploader_gui.engine.patience import Patience
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Session
from uploader_gui.engine.source import Source
from uploader_gui.engine.telling import Teller
from uploader_gui.engine.work import CleanupWork
from uploader_gui.services.flow import Flow


class Wishes:
    """The person's side of the queue; `Queue` adds the lanes' side."""

    def __init__(
        self,
        *,
        clock: Clock,
        listener: Listener,
        policy: Policy | None = None,
        idle_digests: frozenset[str] = frozenset(),
        ledger: Ledger | None = None,
        looks: bool = True,
        waits_for_network: bool = False,
        changed: Changed | None = None,
    ) -> None:
        self._clock = clock
        self._looks = looks
        self._changed = threading.Condition(threading.RLock())
        self._entries: dict[str, Entry] = {}
        self._patience = Patience(clock, policy or Policy(), waits_for_network=waits_for_network)
        self._teller = Teller(clock, listener)
        self._keeper = Keeper(clock, ledger, self._halt, changed)
        self._looking = Looking(clock, self._keeper, self._teller, self._patience)
        self._chooser = Chooser(
            clock, self._keeper, self._teller, self._patience, self._entries, idle_digests=idle_digests, looks=looks
        )
        self._cleaning: set[CancelToken] = set()
        self._stopping = False
        self._draining = False

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
            self._settle(entry)
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
                self._settle(entry)
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
            self._settle(entry)
            self._changed.notify_all()

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

    def edit(self, batch_id: str, inputs: Mapping[str, Any], named: Mapping[str, str]) -> bool:
        """Change what is filled in. False if it is too late, or if a file was already sent by one of these inputs."""
        with self._changed:
            entry = self._entry(batch_id)
            locked = any(inputs.get(one) != entry.batch.inputs.get(one) for one in entry.flow.locked_inputs)
            if locked or entry.batch.state not in {BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION}:
                return False
            changes: dict[str, Any] = {
                "inputs": dict(inputs),
                "named": dict(named),
                "answers": {},
                "there": None,
                "place": None,
            }
            edited = Entry(dataclasses.replace(entry.batch, **changes), entry.ordered, entry.flow, entry.session)
            self._keeper.batch(entry, edited.batch, "edited")
            self._changed.notify_all()
        return True

    def sign_in(self, batch_id: str, session: Session) -> bool:
        """Go on with a batch by another key of the same person at the same address; what runs ends with the former.

        Returns:
            False if it goes on so already.
        """
        with self._changed:
            entry = self._entry(batch_id)
            if entry.session is session:
                return False
            if entry.session.account.base != session.account.base:
                raise ValueError("a batch goes on at the address it was begun at")
            entry.session = session
            self._changed.notify_all()
        return True

    def move(self, batch_id: str, session: Session) -> bool:
        """Go on with a batch at another address of its account, from the start.

        Returns:
            False if something of it lies at the former address already, or is on its way there.
        """
        with self._changed:
            entry = self._entry(batch_id)
            found = moved(entry, session)
            if found is None:
                return False
            self._keeper.moved(entry, *found)
            entry.session = session
            self._changed.notify_all()
        return True

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

    def network(self, *, there: bool) -> None:
        """The system says whether there is a network: what waited for one goes on the moment it is back."""
        with self._changed:
            self._patience.network(there=there)
            now = self._clock.monotonic()
            for entry in self._entries.values() if there else ():
                for upload in entry.ordered:
                    if upload.state is UploadState.WAITING_NETWORK:
                        back = advance(upload, UploadEvent.NETWORK_BACK, due=None)
                        self._keeper.upload(entry, back, "the network is back")
                if entry.offline and entry.batch.due is not None:
                    # Unknown and due: of those targets only where doing it twice is harmless.
                    self._keeper.batch(entry, dataclasses.replace(entry.batch, due=now), "the network is back")
                if entry.look is not None and entry.look.offline and entry.look.due is not None:
                    entry.look.due = now
            self._changed.notify_all()

    def cancel(self, batch_id: str) -> bool:
        """Give a batch up. False if it is being attached or has ended: then it is too late."""
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state in {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN, *ENDED_BATCHES}:
                return False
            tokens = tuple(entry.running.values())
            left = entry.included
            self._keeper.end(entry, entry.batch, BatchEvent.CANCELLED)
            self._clean(entry, left)
            self._chooser.stop_digesting()
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return True

    def leave_out(self, batch_id: str, upload_id: str) -> bool:
        """Give one file of a batch up; the others go on, and are attached without it. The last one takes the batch.

        Returns:
            False if it is too late.

        Raises:
            GoneError: The file is not the batch's any more.
        """
        with self._changed:
            entry = self._entry(batch_id)
            upload = entry.uploads.get(upload_id)
            if upload is None:
                raise GoneError
            if entry.included == (upload,):
                return self.cancel(batch_id)
            resting = {BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION}
            if entry.batch.state not in resting or upload not in entry.included:
                return False
            left_out = advance(upload, UploadEvent.CANCELLED)
            rest = [left_out if one.id == upload_id else one for one in entry.ordered]
            batch = with_files(entry, entry.batch, rest)
            if batch.state is BatchState.NEEDS_ATTENTION and not any(
                one.state is UploadState.NEEDS_ATTENTION for one in rest
            ):
                batch = advance(batch, BatchEvent.RETRIED, problem=None, due=None)
            self._keeper.batch(entry, batch, "a file is left out")
            self._keeper.upload(entry, left_out, "left out")
            self._clean(entry, [upload])
            token = entry.running.get(upload_id)
            self._settle(entry)
            self._changed.notify_all()
        if token is not None:
            token.cancel()
        return True

    def pause(self, batch_id: str, upload_id: str | None = None) -> bool:
        """Let a batch, or one file of it, rest: what is being sent is broken off, and begins anew afterwards.

        Returns:
            False if it is too late, or nothing is left to pause.
        """
        with self._changed:
            entry = self._entry(batch_id)
            if upload_id is None:
                if (entry.batch.state, BatchEvent.PAUSED) not in BATCH_TRANSITIONS:
                    return False
                held = entry.batch.state is BatchState.HELD
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.PAUSED, due=None), "paused")
                # Whoever paused what was about to go out says it once more before it does.
                entry.held_back = entry.held_back or held
            resting = [
                upload
                for upload in entry.ordered
                if upload_id in {None, upload.id} and (upload.state, UploadEvent.PAUSED) in UPLOAD_TRANSITIONS
            ]
            tokens = [token for upload in resting if (token := entry.running.get(upload.id)) is not None]
            for upload in resting:
                paused = advance(upload, UploadEvent.PAUSED, due=None)
                entry.unrest.pop(upload.id, None)
                # Nobody will know whether the confirm came, should the program end before its lane does.
                self._keeper.upload(entry, anew(paused) if entry.confirming(upload.id) else paused, "paused")
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return upload_id is None or bool(resting)

    def resume(self, batch_id: str, upload_id: str | None = None) -> bool:
        """Let a paused batch, or one paused file of it, go on where it was. False if it is not paused."""
        with self._changed:
            entry = self._entry(batch_id)
            paused = [
                upload
                for upload in entry.ordered
                if upload_id in {None, upload.id} and upload.state is UploadState.PAUSED
            ]
            if entry.batch.state is BatchState.PAUSED and upload_id is None:
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.RESUMED), "resumed")
            elif not paused:
                return False
            for upload in paused:
                self._keeper.upload(entry, advance(upload, UploadEvent.RESUMED), "resumed")
            self._settle(entry)
            self._changed.notify_all()
        return True

    def retry(
        self, batch_id: str, found: Mapping[str, Source] | None = None, *, only: Collection[str] | None = None
    ) -> bool:
        """Try again what needs a person's attention, from the step that failed; its other files may still be going.

        Args:
            batch_id: The batch.
            found: What the files are now, by upload id, where the person wants them as they are now.
            only: The uploads that are tried again; None: all that need attention.

        Returns:
            False if nothing of it needs attention. An unknown attach is settled, never retried.
        """
        with self._changed:
            entry = self._entry(batch_id)
            stuck = [
                upload
                for upload in entry.ordered
                if upload.state is UploadState.NEEDS_ATTENTION and (only is None or upload.id in only)
            ]
            if only is not None and not stuck:
                return False
            self._look_at_holder(entry)
            if entry.batch.state is BatchState.NEEDS_ATTENTION:
                retried = advance(entry.batch, BatchEvent.RETRIED, problem=None, due=None)
                self._keeper.batch(entry, retried, "retried")
            elif entry.batch.state is not BatchState.OPEN or not (stuck or entry.behind):
                return False
            for upload in stuck:
                again = as_found(advance(upload, UploadEvent.RETRIED, problem=None), (found or {}).get(upload.id))
                entry.meters[upload.id] = Meter(again.size)
                self._keeper.upload(entry, again, "retried")
            self._settle(entry)
            self._changed.notify_all()
        return True

    def settled_elsewhere(self) -> None:
        """A batch that is not in this queue was settled: what waits for its record looks again."""
        with self._changed:
            for entry in self._entries.values():
                self._look_at_holder(entry)
            self._changed.notify_all()

    def _look_at_holder(self, entry: Entry) -> None:
        if entry.behind is not None:
            entry.behind = dataclasses.replace(entry.behind, due=self._clock.monotonic())

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
            new = self._part(entry, new_id or str(uuid.uuid4()))
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
                self._attach_others(entry)
            self._changed.notify_all()
        return True

    def stop(self) -> None:
        """Let the lanes end: what is being sent is broken off, an attach under way is finished first.

        Not for a signal handler written in Python, which may interrupt a thread that holds the lock.
        """
        with self._changed:
            self._stopping = True
            tokens = [token for entry in self._entries.values() for token in entry.running.values()]
            tokens += self._cleaning
            self._chooser.stop_digesting()
            self._changed.notify_all()
        for token in tokens:
            token.cancel()

    def drain(self) -> None:
        """Let the lanes end as soon as nothing can go on without a person."""
        with self._changed:
            self._draining = True
            self._changed.notify_all()

    def batches(self) -> tuple[Batch, ...]:
        """All batches as they are now, in the order they were added."""
        with self._changed:
            return tuple(entry.batch for entry in self._entries.values())

    def uploads(self, batch_id: str) -> tuple[Upload, ...]:
        """A batch's uploads as they are now, in order."""
        with self._changed:
            return self._entry(batch_id).ordered

    def meters(self, batch_id: str) -> Mapping[str, Meter]:
        """How far a batch's transfers are, by upload id."""
        with self._changed:
            entry = self._entry(batch_id)
            return {upload_id: entry.meter(upload_id) for upload_id in entry.uploads}

    def meter(self, batch_id: str, upload_id: str) -> Meter | None:
        """How far one transfer is; None if the upload is not the batch's."""
        with self._changed:
            entry = self._entry(batch_id)
            return entry.meter(upload_id) if upload_id in entry.uploads else None

    def looks_for(self, batch_id: str) -> bool:
        """Whether the service is still being asked what became of a batch's attach; else a person must look."""
        with self._changed:
            return self._entry(batch_id).look is not None

    def forget(self, batch_id: str) -> bool:
        """Let go of a batch that has ended; the ledger still has it. False if it has not."""
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state not in ENDED_BATCHES or entry.running or entry.cleaning:
                return False
            del self._entries[batch_id]
        return True

    @property
    def broken(self) -> LedgerError | None:
        """Why nothing goes on: the ledger could not keep a change. None while it can."""
        return self._keeper.broken

    def _entry(self, batch_id: str) -> Entry:
        entry = self._entries.get(batch_id)
        if entry is None:
            raise GoneError
        return entry

    def _halt(self) -> None:
        """Nothing can be kept any more: let everything come to an end."""
        self._stopping = True
        for entry in self._entries.values():
            for token in entry.running.values():
                token.cancel()
        self._changed.notify_all()

    def _settle(self, entry: Entry) -> None:
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
            if not self._attach_others(entry):
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.FAILED), "needs attention")

    def _clean(self, entry: Entry, uploads: Sequence[Upload]) -> None:
        """Have deleted at the service what these files left there: never what an attach may have taken."""
        left = tuple(upload for upload in uploads if upload.answers)
        if entry.flow.cleanup is None or entry.attach_began or not left or self._stopping:
            return
        entry.cleaning += len(left)
        cancel = CancelToken()
        self._cleaning.add(cancel)
        self._chooser.clean(
            CleanupWork(batch=entry.batch, uploads=left, flow=entry.flow, session=entry.session, cancel=cancel)
        )

    def _attach_others(self, entry: Entry) -> bool:
        """Let the files that worked be attached without the others, if that was chosen, and none of these may pass."""
        stuck = [one.problem for one in entry.ordered if one.state is UploadState.NEEDS_ATTENTION]
        for_good = all(problem is not None and problem.kind in FOR_GOOD for problem in stuck)
        chosen = entry.batch.partly is Partly.OTHERS
        return chosen and for_good and self._part(entry, str(uuid.uuid4())) is not None

    def _part(self, entry: Entry, new_id: str) -> str | None:
        parts = parted(entry, new_id)
        if parts is None:
            return None
        kept, new, uploads = parts
        self._keeper.part(entry, kept, new, uploads)
        self._entries[new.id] = Entry(new, uploads, entry.flow, entry.session)
        self._entries[new.id].held_back = entry.held_back
        self._entries[new.id].attach_began = entry.attach_began
        self._settle(entry)
        return new.id
