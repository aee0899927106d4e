"""The scheduler: what runs next, who waits for whom, what an event changes. Pure Python, without a thread of its own.

Lanes (any threads) take work, do it, and tell how it ended. All state is behind one lock; events are told under it, so
that they come in order: a listener must be quick and must not wait for a lane.
"""

import dataclasses
import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from uploader_gui.core.batch import (
    BATCH_TRANSITIONS,
    ENDED_BATCHES,
    UPLOAD_TRANSITIONS,
    Batch,
    BatchEvent,
    BatchState,
    Receipt,
    Step,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)
from uploader_gui.core.ports import Clock, Ledger, LedgerError
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.engine import scope
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.choosing import Chooser
from uploader_gui.engine.entry import Entry, anew, as_found, good_until, parted, taken_up, with_files
from uploader_gui.engine.events import Listener, Stored
from uploader_gui.engine.keeping import Keeper
from uploader_gui.engine.looking import Looking
from uploader_gui.engine.patience import Patience, counted
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Session
from uploader_gui.engine.source import Source
from uploader_gui.engine.telling import Teller
from uploader_gui.engine.verify import Looked
from uploader_gui.engine.work import AttachWork, DigestWork, UploadWork, VerifyWork, Work
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import Template

# After these nobody can go on where it stopped: the address is dead, or nobody knows whether it was confirmed.
BEGIN_ANEW = frozenset({Kind.CONFIRM_UNKNOWN, Kind.LINK_EXPIRED, Kind.STORAGE_REFUSED, Kind.FILE_CHANGED})


class Queue:
    """Batches on their way.

    A change that the ledger cannot keep raises LedgerError, and everything stops: see `broken`.

    Args:
        clock: Time, and waiting for it.
        listener: Told what happens, in order.
        policy: When what failed is tried again.
        idle_digests: Digests that a lane takes of stored files when it has nothing else to do.
        looks: Whether the service is asked what became of an attach whose answer got lost, before a person is.
        ledger: Keeps every change before it is acted on; None: nothing outlives this queue.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        listener: Listener,
        policy: Policy | None = None,
        idle_digests: frozenset[str] = frozenset(),
        ledger: Ledger | None = None,
        looks: bool = True,
    ) -> None:
        self._clock = clock
        self._looks = looks
        self._changed = threading.Condition(threading.RLock())
        self._entries: dict[str, Entry] = {}
        self._patience = Patience(clock, policy or Policy())
        self._teller = Teller(clock, listener)
        self._keeper = Keeper(clock, ledger, self._halt)
        self._looking = Looking(clock, self._keeper, self._teller, self._patience)
        self._chooser = Chooser(
            clock, self._keeper, self._teller, self._patience, self._entries, idle_digests=idle_digests, looks=looks
        )
        self._stopping = False
        self._draining = False

    # ------------------------------------------------------------------------------------------ from a person
    def add(self, batch: Batch, uploads: Sequence[Upload], flow: Flow, session: Session) -> None:
        """Put a batch at the end of the queue.

        Raises:
            ValueError: It has no files, or is in the queue already.
            LedgerError: It cannot be kept; then it is not in the queue.
        """
        with self._changed:
            if not uploads or batch.id in self._entries:
                raise ValueError("a batch has files, and is added once")
            entry = Entry(batch, uploads, flow, session)
            self._keeper.new(entry)
            self._entries[batch.id] = entry
            self._settle(entry)
            self._chooser.stop_digesting()
            self._changed.notify_all()

    def restore(
        self, batch: Batch, uploads: Sequence[Upload], flow: Flow, session: Session, *, attach_sent: bool
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

        Raises:
            LedgerError: It cannot be kept.
        """
        with self._changed:
            if batch.state is BatchState.ATTACHING and attach_sent:
                unknown = Problem(kind=Kind.ATTACH_UNKNOWN, service=flow.service.name, step=Step.ATTACH)
                batch = advance(batch, BatchEvent.CRASHED, problem=unknown)
            elif batch.state is BatchState.ATTACHING:
                batch = advance(batch, BatchEvent.NOT_SENT)
            entry = Entry(batch, [taken_up(upload, flow) for upload in uploads], flow, session)
            self._entries[batch.id] = entry
            self._keeper.batch(entry, entry.batch, "taken up")
            for before, upload in zip(uploads, entry.ordered, strict=True):
                if upload != before:
                    self._keeper.upload(entry, upload, "taken up")
            if batch.state is BatchState.ATTACH_UNKNOWN and self._looks and entry.can_look:
                self._looking.begin(entry)
            self._settle(entry)
            self._changed.notify_all()

    def cancel(self, batch_id: str) -> bool:
        """Give a batch up. False if it is being attached or has ended: then it is too late."""
        with self._changed:
            entry = self._entries[batch_id]
            if entry.batch.state in {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN, *ENDED_BATCHES}:
                return False
            tokens = tuple(entry.running.values())
            given_up = [
                one if one.state is UploadState.CANCELLED else advance(one, UploadEvent.CANCELLED)
                for one in entry.ordered
            ]
            self._keeper.end(entry, entry.batch, BatchEvent.CANCELLED, given_up)
            self._chooser.stop_digesting()
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return True

    def leave_out(self, batch_id: str, upload_id: str) -> bool:
        """Give one file of a batch up; the others go on, and are attached without it.

        Returns:
            False if it is too late, or if it is the last one: then the batch is cancelled instead.
        """
        with self._changed:
            entry = self._entries[batch_id]
            upload = entry.uploads[upload_id]
            resting = {BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION}
            if entry.batch.state not in resting or upload not in entry.included or len(entry.included) == 1:
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
            entry = self._entries[batch_id]
            if upload_id is None:
                if (entry.batch.state, BatchEvent.PAUSED) not in BATCH_TRANSITIONS:
                    return False
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.PAUSED, due=None), "paused")
            resting = [
                upload
                for upload in entry.ordered
                if upload_id in {None, upload.id} and (upload.state, UploadEvent.PAUSED) in UPLOAD_TRANSITIONS
            ]
            tokens = [token for upload in resting if (token := entry.running.get(upload.id)) is not None]
            for upload in resting:
                self._keeper.upload(entry, advance(upload, UploadEvent.PAUSED, due=None), "paused")
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return upload_id is None or bool(resting)

    def resume(self, batch_id: str, upload_id: str | None = None) -> bool:
        """Let a paused batch, or one paused file of it, go on where it was. False if it is not paused."""
        with self._changed:
            entry = self._entries[batch_id]
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

    def retry(self, batch_id: str, found: Mapping[str, Source] | None = None) -> bool:
        """Try again what needs a person's attention, from the step that failed; its other files may still be going.

        Args:
            batch_id: The batch.
            found: What the files are now, by upload id, where the person wants them as they are now.

        Returns:
            False if nothing of it needs attention. An unknown attach is settled, never retried.
        """
        with self._changed:
            entry = self._entries[batch_id]
            stuck = [upload for upload in entry.ordered if upload.state is UploadState.NEEDS_ATTENTION]
            if entry.batch.state is BatchState.NEEDS_ATTENTION:
                again = advance(entry.batch, BatchEvent.RETRIED, problem=None, due=None)
                self._keeper.batch(entry, again, "retried")
            elif entry.batch.state is not BatchState.OPEN or not stuck:
                return False
            for upload in stuck:
                anew_or_not = as_found(advance(upload, UploadEvent.RETRIED, problem=None), (found or {}).get(upload.id))
                self._keeper.upload(entry, anew_or_not, "retried")
            self._settle(entry)
            self._changed.notify_all()
        return True

    def settle(self, batch_id: str, *, attached: bool) -> bool:
        """Say what became of an attach nobody knows about: a person has looked. False if that is not open."""
        with self._changed:
            entry = self._entries[batch_id]
            if entry.batch.state is not BatchState.ATTACH_UNKNOWN:
                return False
            entry.look = None
            if attached:
                self._keeper.end(entry, entry.batch, BatchEvent.FOUND_ATTACHED)
                self._teller.finished(entry, attached=True)
            else:
                absent = advance(entry.batch, BatchEvent.FOUND_ABSENT, problem=None, due=None)
                self._keeper.batch(entry, absent, "found absent, says a person")
            self._changed.notify_all()
        return True

    def part(self, batch_id: str) -> str | None:
        """Make the files of a batch that need attention a batch of their own; the others go on, and are attached.

        Returns:
            The new batch's id; None if none, or all, of the files need attention, or it is too late.
        """
        with self._changed:
            entry = self._entries[batch_id]
            parts = parted(entry, str(uuid.uuid4()))
            if parts is None:
                return None
            kept, new, uploads = parts
            self._keeper.part(entry, kept, new, uploads)
            self._entries[new.id] = Entry(new, uploads, entry.flow, entry.session)
            self._settle(entry)
            self._changed.notify_all()
            return new.id

    def stop(self) -> None:
        """Let the lanes end: what is being sent is broken off, an attach under way is finished first.

        Not for a signal handler, which may interrupt a thread that holds the lock: let a thread of its own call it.
        """
        with self._changed:
            self._stopping = True
            tokens = [token for entry in self._entries.values() for token in entry.running.values()]
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
            return self._entries[batch_id].ordered

    def meters(self, batch_id: str) -> Mapping[str, Meter]:
        """How far a batch's transfers are, by upload id."""
        with self._changed:
            return dict(self._entries[batch_id].meters)

    # --------------------------------------------------------------------------------------------- from a lane
    def take(self) -> Work | None:
        """Wait for something to do; None when the lane is to end."""
        with self._changed:
            while True:
                if self._stopping:
                    return None
                work, due = self._chooser.next()
                if work is not None:
                    return work
                if self._draining and due is None and not self._chooser.busy:
                    self._chooser.left_behind()
                    self._changed.notify_all()
                    return None
                seconds = None if due is None else max(0.0, due - self._clock.monotonic())
                self._clock.wait(self._changed, seconds)

    def began(self, batch: Batch, upload: Upload | None, step: Step) -> None:
        """A step begins."""
        with self._changed:
            entry = self._entries[batch.id]
            if step is Step.ATTACH:
                # The last moment before it goes out: from here on a crash leaves the attach unknown.
                self._keeper.attach_sent(entry)
            self._teller.began(entry, upload, step)

    def step_done(self, batch: Batch, upload: Upload, step: Step) -> None:
        """A step of an upload is done; `upload` is as it is now."""
        with self._changed:
            entry = self._entries[batch.id]
            if entry.uploads[upload.id].state is not UploadState.RUNNING:
                return
            running = dataclasses.replace(upload, state=UploadState.RUNNING)
            self._keeper.upload(entry, advance(running, UploadEvent.STEP_DONE, problem=None), f"{step} done")
            self._teller.done(entry, upload, step)

    def learned(self, batch: Batch) -> None:
        """A call before the attach was answered; `batch` has what it said."""
        with self._changed:
            entry = self._entries[batch.id]
            answers = {**entry.batch.answers, **batch.answers}
            self._keeper.batch(entry, dataclasses.replace(entry.batch, answers=answers, there=batch.there), "prepared")

    def batch_step_done(self, batch: Batch, step: Step) -> None:
        """A step of a batch is done."""
        with self._changed:
            entry = self._entries[batch.id]
            self._teller.done(entry, None, step)

    def stored(self, work: UploadWork, upload: Upload) -> None:
        """An upload has gone through all its steps."""
        with self._changed:
            entry = self._left(work)
            if entry.uploads[upload.id].state is UploadState.RUNNING:
                running = dataclasses.replace(upload, state=UploadState.RUNNING)
                now = self._clock.utc()
                facts = {"stored_at": now, "good_until": good_until(entry.flow, now)}
                result = self._result(entry, upload)
                upload = advance(
                    running, UploadEvent.FINISHED, problem=None, tries=0, limited=0, result=result, **facts
                )
                self._keeper.upload(entry, upload, "stored")
                receipt = upload.receipt or Receipt(size=upload.size)
                self._teller.event(Stored(batch=entry.batch, upload=upload, receipt=receipt, result=result))
                self._settle(entry)
            self._changed.notify_all()

    def later(self, work: UploadWork, upload: Upload, seconds: float) -> None:
        """The service is still busy with an upload: look again in a while."""
        with self._changed:
            entry = self._left(work)
            if entry.uploads[upload.id].state is UploadState.RUNNING:
                running = dataclasses.replace(upload, state=UploadState.RUNNING)
                due = self._clock.monotonic() + seconds
                waiting = advance(running, UploadEvent.MUST_WAIT, due=due, problem=None, tries=0, limited=0)
                self._keeper.upload(entry, waiting, "not ready yet")
            self._changed.notify_all()

    def failed(self, work: UploadWork, problem: Problem) -> None:
        """A step of an upload failed: try again in a while, or ask a person."""
        with self._changed:
            entry = self._left(work)
            upload = entry.uploads[work.upload.id]
            if upload.state is UploadState.RUNNING:
                step = entry.current.get(upload.id, upload.next_step)
                tried = counted(upload, problem)
                wait = self._patience.wait(problem, tried)
                if wait is None:
                    self._give_up(entry, upload, step, problem)
                else:
                    self._patience.gate(entry.session, problem, wait)
                    due = self._clock.monotonic() + wait
                    upload = advance(upload, UploadEvent.MUST_WAIT, due=due, problem=problem, **tried)
                    self._keeper.upload(entry, upload, f"{step} waits: {problem.kind}")
                    self._teller.waits(entry, upload, step, problem, wait)
            self._changed.notify_all()

    def stopped(self, work: UploadWork) -> None:
        """An upload was broken off because it was told to stop."""
        with self._changed:
            entry = self._left(work)
            upload = entry.uploads[work.upload.id]
            step = entry.current.get(upload.id)
            if upload.state is UploadState.RUNNING:
                upload = advance(upload, UploadEvent.CRASHED)
                confirm = entry.flow.confirm
                if step is Step.CONFIRM and confirm is not None and not confirm.repeat:
                    upload = anew(upload)
                self._keeper.upload(entry, upload, "stopped")
            if step is not None:
                entry.began.pop((upload.id, step), None)
            self._changed.notify_all()

    def attached(self, work: AttachWork, ended: Attached) -> None:
        """An attach has ended, one way or another."""
        with self._changed:
            entry = self._entries[work.batch.id]
            batch = dataclasses.replace(entry.batch, answers={**entry.batch.answers, **ended.batch.answers})
            problem = ended.problem
            step = entry.current.get(batch.id, Step.ATTACH)
            if ended.verdict is Verdict.ATTACHED:
                if ended.made is not None:
                    self._keeper.claim(entry, ended.made)
                self._keeper.end(entry, batch, BatchEvent.ATTACHED)
                self._teller.finished(entry, attached=True)
            elif ended.verdict is Verdict.UNKNOWN:
                lost = advance(batch, BatchEvent.ANSWER_LOST, problem=problem)
                self._keeper.batch(entry, lost, "attach unknown")
            elif ended.verdict is Verdict.REFUSED:
                self._keeper.batch(entry, advance(batch, BatchEvent.REFUSED, problem=problem), "attach refused")
            else:
                self._attach_later(entry, batch, ended, step)
                problem = entry.batch.problem
            if entry.batch.state is BatchState.ATTACH_UNKNOWN and self._looks and entry.can_look:
                self._looking.begin(entry)
            elif entry.batch.state in {BatchState.ATTACH_UNKNOWN, BatchState.NEEDS_ATTENTION} and problem is not None:
                self._teller.failed(entry, None, step, problem)
            self._changed.notify_all()

    def looked(self, work: VerifyWork, seen: Looked | None, problem: Problem | None = None) -> None:
        """A look for an attach whose answer got lost has ended; None if it could not be had, and `problem` says why."""
        with self._changed:
            self._looking.looked(self._entries[work.batch.id], seen, problem)
            self._changed.notify_all()

    def digested(self, work: DigestWork, digests: Mapping[str, str] | None) -> None:
        """Digests nobody waited for are there; None if they could not be taken, or something else came first."""
        with self._changed:
            self._chooser.digested(work, taken=digests is not None)
            entry = self._entries[work.batch_id]
            upload = entry.uploads.get(work.upload.id)
            if digests is not None and upload is not None and upload.receipt is not None:
                receipt = dataclasses.replace(upload.receipt, sha256=digests.get("sha256", upload.receipt.sha256))
                known = dataclasses.replace(upload, digests={**upload.digests, **digests}, receipt=receipt)
                self._keeper.upload(entry, known, "digested")
            self._changed.notify_all()

    @property
    def broken(self) -> LedgerError | None:
        """Why nothing goes on: the ledger could not keep a change. None while it can."""
        return self._keeper.broken

    # ------------------------------------------------------------------------------------------------- inside
    def _halt(self) -> None:
        """Nothing can be kept any more: let everything come to an end."""
        self._stopping = True
        for entry in self._entries.values():
            for token in entry.running.values():
                token.cancel()
        self._changed.notify_all()

    def _result(self, entry: Entry, upload: Upload) -> dict[str, Any]:
        """What a stored file is good for, as the service file says: its link, ids; without what is not there."""
        known = scope.of_upload(entry.flow, entry.session.account.public, entry.batch, upload, self._clock.utc())
        wanted: dict[str, Template] = dict(entry.flow.result.values)
        if entry.flow.result.link is not None:
            wanted["link"] = entry.flow.result.link
        found = {}
        for name, template in wanted.items():
            try:
                found[name] = template.value(known)
            except ExpressionError:
                continue
        return {name: value for name, value in found.items() if value is not None}

    def _left(self, work: UploadWork) -> Entry:
        entry = self._entries[work.batch.id]
        entry.running.pop(work.upload.id, None)
        return entry

    def _give_up(self, entry: Entry, upload: Upload, step: Step, problem: Problem) -> None:
        upload = advance(upload, UploadEvent.FAILED, problem=problem, tries=0, limited=0, polling_since=None)
        if problem.kind in BEGIN_ANEW:
            upload = anew(upload)
        self._keeper.upload(entry, upload, f"{step} failed: {problem.kind}")
        self._teller.failed(entry, upload, step, problem)
        self._settle(entry)

    def _settle(self, entry: Entry) -> None:
        """See what an upload's end means for its batch."""
        if entry.batch.state is not BatchState.OPEN:
            return
        ended = entry.counts[UploadState.STORED] + entry.counts[UploadState.CANCELLED]
        stuck = entry.counts[UploadState.NEEDS_ATTENTION]
        if entry.all_stored and entry.flow.target.call is None:
            self._keeper.end(entry, entry.batch, BatchEvent.STORED)
            self._teller.finished(entry, attached=False)
        elif stuck and ended + stuck == len(entry.uploads):
            self._keeper.batch(entry, advance(entry.batch, BatchEvent.FAILED), "needs attention")

    def _attach_later(self, entry: Entry, batch: Batch, ended: Attached, step: Step) -> None:
        """Not attached, or harmless to attach again: once more in a while, else a person is asked."""
        problem = ended.problem
        tried = {"tries": batch.tries, "limited": batch.limited} if problem is None else counted(batch, problem)
        wait = None if problem is None else self._patience.wait(problem, tried)
        if problem is not None and wait is not None:
            self._patience.gate(entry.session, problem, wait)
            due = self._clock.monotonic() + wait
            waiting = advance(batch, BatchEvent.NOT_SENT, due=due, problem=problem, **tried)
            self._keeper.batch(entry, waiting, f"attach waits: {problem.kind}")
            self._teller.waits(entry, None, step, problem, wait)
        elif ended.verdict is Verdict.REPEATABLE and problem is not None:
            problem = dataclasses.replace(problem, kind=Kind.ATTACH_UNKNOWN)
            lost = advance(batch, BatchEvent.ANSWER_LOST, problem=problem, tries=0, limited=0)
            self._keeper.batch(entry, lost, "attach unknown")
        else:
            refused = advance(batch, BatchEvent.REFUSED, problem=problem, tries=0, limited=0)
            self._keeper.batch(entry, refused, "attach refused")
