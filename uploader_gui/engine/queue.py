"""The scheduler: what runs next, who waits for whom, what an event changes. Pure Python, without a thread of its own.

Lanes (any threads) take work, do it, and tell how it ended. All state is behind one lock; events are told under it, so
that they come in order: a listener must be quick and must not wait for a lane.
"""

import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

from uploader_gui.core.batch import (
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
from uploader_gui.core.cancel import Cancelled
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.engine import scope, settling
from uploader_gui.engine.adding import Adding
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.attaching import Attaching
from uploader_gui.engine.deciding import Deciding
from uploader_gui.engine.editing import Editing
from uploader_gui.engine.entry import Entry, anew, begun_anew, good_until
from uploader_gui.engine.events import Stored
from uploader_gui.engine.limits import grown_too_large
from uploader_gui.engine.patience import NETWORK_LOOK, counted
from uploader_gui.engine.resting import Resting
from uploader_gui.engine.source import Source
from uploader_gui.engine.work import CleanupWork, DigestWork, UploadWork, VerifyWork, Work

log = logging.getLogger(__name__)

# After these nobody can go on where it stopped: the address is dead or not safe, or nobody knows of the confirm.
BEGIN_ANEW = frozenset(
    {
        Kind.ADDRESS_REFUSED,
        Kind.CONFIRM_UNKNOWN,
        Kind.FILE_CHANGED,
        Kind.FILE_CHANGING,
        Kind.LINK_EXPIRED,
        Kind.STORAGE_REFUSED,
    }
)

# A signed address or a file's bytes that nobody remembers are left behind, and made again; these would be done twice.
NOT_TWICE = frozenset({Step.CONFIRM, Step.PREPARE, Step.ATTACH})

# Said of what is confirmed, not of the confirming: what storage has, or said of it, is not right, and stays so.
NOT_AS_STORED = frozenset({400, 404, 409, 410, 422})


class Queue(Adding, Editing, Resting, Deciding, Attaching):
    """Batches on their way.

    A change that the ledger cannot keep raises LedgerError, and everything stops: see `broken`.

    Args:
        clock: Time, and waiting for it.
        listener: Told what happens, in order.
        policy: When what failed is tried again.
        idle_digests: Digests that a lane takes of stored files when it has nothing else to do.
        looks: Whether the service is asked what became of an attach whose answer got lost, before a person is.
        ledger: Keeps every change before it is acted on; None: nothing outlives this queue.
        waits_for_network: What fails because there is no network waits until there is one: `network` tells, or a look
            now and then. Else it is tried again for a while, and then a person is asked.
        changed: Told of every batch and upload that is kept, under the lock, for whoever shows them.
    """

    # --------------------------------------------------------------------------------------------- from a lane
    def take(self) -> Work | None:
        """Wait for something to do; None when the lane is to end."""
        work = self._next()
        if work is None and self.broken is None:
            self._keeper.catch_up()  # or nobody would hear that something could not be kept
        return work

    def _next(self) -> Work | None:
        with self._changed:
            while True:
                if self._stopping:
                    return None
                try:
                    work, due = self._chooser.next()
                except LedgerError:
                    raise
                except Exception as mistake:
                    if self._chooser.at is None:
                        raise
                    self._stumbled(self._chooser.at, mistake)
                    continue
                if work is not None:
                    return work
                if self._draining and due is None and not self._chooser.busy:
                    self._chooser.left_behind()
                    self._changed.notify_all()
                    return None
                seconds = None if due is None else max(0.0, due - self._clock.monotonic())
                self._clock.wait(self._changed, seconds)

    def began(self, batch: Batch, upload: Upload | None, step: Step) -> None:
        """A step begins; what may not be done twice does so once all that led to it is kept.

        Raises:
            LedgerError: That cannot be kept.
            Cancelled: The upload was told to rest, or given up, a moment ago.
        """
        if step in NOT_TWICE:
            self._keeper.catch_up()
        with self._changed:
            if step is Step.VERIFY and batch.id not in self._entries:
                return  # a person has settled it, and let go of it, before its look began
            entry = self._entries[batch.id]
            now = None if upload is None else entry.uploads.get(upload.id)
            if upload is not None and (now is None or now.state is not UploadState.RUNNING):
                # Its token is cancelled a moment after the lock is let go of: what goes out now would go out again.
                raise Cancelled
            if step is Step.ATTACH:
                # The last moment before it goes out: from here on a crash leaves the attach unknown.
                entry.attach_sent = True
                self._keeper.attach_sent(entry)
                entry.attach_began = True
            self._teller.began(entry, upload, step)

    def step_done(self, batch: Batch, upload: Upload, step: Step) -> None:
        """A step of an upload is done; `upload` is as it is now."""
        with self._changed:
            entry = self._entries[batch.id]
            before = entry.uploads.get(upload.id)
            if before is not None and before.state is UploadState.RUNNING:
                running = dataclasses.replace(upload, state=UploadState.RUNNING)
                self._keeper.soon(entry, advance(running, UploadEvent.STEP_DONE, problem=None), f"{step} done")
                self._teller.done(entry, upload, step)
            elif before is not None and before.state in {UploadState.PAUSED, UploadState.QUEUED}:
                self._rests(entry, upload, before.state, step)

    def stored(self, work: UploadWork, upload: Upload) -> None:
        """An upload has gone through all its steps; the last one is kept with it."""
        with self._changed:
            entry = self._left(work)
            before = entry.uploads[upload.id].state
            step = entry.current.get(upload.id)
            if before is UploadState.RUNNING:
                running = dataclasses.replace(upload, state=UploadState.RUNNING)
                now = self._clock.utc()
                facts = {"stored_at": now, "good_until": good_until(entry.flow, now)}
                result = self._result(entry, upload)
                upload = advance(
                    running, UploadEvent.FINISHED, problem=None, tries=0, limited=0, result=result, **facts
                )
                self._keeper.soon(entry, upload, "stored")
                entry.unrest.pop(upload.id, None)
                if step is not None:
                    self._teller.done(entry, upload, step)
                receipt = upload.receipt or Receipt(size=upload.size)
                self._teller.event(Stored(batch=entry.batch, upload=upload, receipt=receipt, result=result))
                self._parting.settle(entry)
            elif before in {UploadState.PAUSED, UploadState.QUEUED} and step is not None:
                self._rests(entry, upload, before, step)
            elif before is UploadState.CANCELLED:
                self._clean(entry, [upload])  # it was too late to stop it: now there is something that can be deleted
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
                # A wait for something else may be long: what changes meanwhile is asked about.
                entry.unrest.pop(upload.id, None)
                self._patience.met(problem)
                tried = counted(upload, problem)
                wait = self._patience.wait(problem, tried)
                if self._patience.offline(problem):
                    self._patience.gate(entry.session, problem, NETWORK_LOOK)
                    due = self._clock.monotonic() + NETWORK_LOOK
                    upload = advance(upload, UploadEvent.NETWORK_LOST, due=due, problem=problem)
                    self._keeper.upload(entry, upload, f"{step} waits for the network")
                    self._teller.waits(entry, upload, step, problem, NETWORK_LOOK)
                elif wait is None:
                    self._give_up(entry, upload, step, problem)
                else:
                    self._patience.gate(entry.session, problem, wait)
                    due = self._clock.monotonic() + wait
                    if problem.kind is Kind.DAMAGED:
                        # What lies at the old address is left there, and never confirmed.
                        upload = dataclasses.replace(anew(upload), state=upload.state)
                    upload = advance(upload, UploadEvent.MUST_WAIT, due=due, problem=problem, **tried)
                    self._keeper.upload(entry, upload, f"{step} waits: {problem.kind}")
                    self._teller.waits(entry, upload, step, problem, wait)
            self._changed.notify_all()

    def changed(self, work: UploadWork, found: Source | None, *, sending: bool, why: Problem | None = None) -> None:
        """An upload's file was changed on its way: begun anew once it has come to rest; too often, a person is asked.

        Args:
            work: What was broken off.
            found: What the file is now; None if it is not there, or closed to others, for a moment: then nothing of it
                has changed so far, and its upload address stays.
            sending: Whether something of it was being sent; else it had not come to rest yet.
            why: Why it could not be read, where it is not known to have changed: what is told if that goes on.
        """
        with self._changed:
            entry = self._left(work)
            upload = entry.uploads[work.upload.id]
            if upload.state is UploadState.RUNNING:
                step = entry.current.get(upload.id, upload.next_step)
                now = self._clock.monotonic()
                again = upload if found is None else begun_anew(upload, found)
                files = [again if one.id == again.id else one for one in entry.included]
                refused = grown_too_large(entry.flow, again, files)
                unrest = settling.next_look(entry.unrest.pop(upload.id, None), now, sending=sending)
                problem = Problem(kind=Kind.FILE_CHANGING, name=upload.name, step=step)
                entry.meters[upload.id] = Meter(again.size)
                if refused is not None or unrest is None:
                    self._give_up(entry, again, step, refused or why or problem)
                else:
                    entry.unrest[upload.id] = unrest
                    due = now + settling.SETTLE
                    waiting = advance(again, UploadEvent.MUST_WAIT, due=due, problem=problem)
                    self._keeper.upload(entry, waiting, f"{step} waits: {problem.kind}")
                    self._teller.waits(entry, waiting, step, problem, settling.SETTLE)
            self._changed.notify_all()

    def stopped(self, work: UploadWork) -> None:
        """An upload was broken off because it was told to stop."""
        with self._changed:
            entry = self._left(work)
            upload = entry.uploads.get(work.upload.id)
            if upload is not None and upload.state is UploadState.RUNNING:
                stopped = advance(upload, UploadEvent.CRASHED)
                self._keeper.upload(entry, anew(stopped) if entry.confirming(upload.id) else stopped, "stopped")
            if upload is not None:
                step = entry.current.pop(upload.id, None)
                entry.began.pop((upload.id, step or upload.next_step), None)
            self._changed.notify_all()

    def digested(self, work: DigestWork, digests: Mapping[str, str] | None) -> None:
        """Digests nobody waited for are there; None if they could not be taken, or something else came first."""
        with self._changed:
            self._chooser.digested(work, taken=digests is not None)
            entry = self._entries.get(work.batch_id)
            upload = None if entry is None else entry.uploads.get(work.upload.id)
            # A batch that has ended may be let go of at any time.
            if entry is not None and digests is not None and upload is not None and upload.receipt is not None:
                found = {name: digests[name] for name in ("sha256", "crc32c") if name in digests}
                receipt = dataclasses.replace(upload.receipt, **found)  # type: ignore[arg-type]  # texts, by name
                known = dataclasses.replace(upload, digests={**upload.digests, **digests}, receipt=receipt)
                self._keeper.upload(entry, known, "digested")
            self._changed.notify_all()

    def cleaned(self, work: CleanupWork, happened: Mapping[str, str]) -> None:
        """What files left at the service was deleted, or could not be: what happened to each of them, by its id."""
        with self._changed:
            self._cleaning.discard(work.cancel)
            entry = self._entries[work.batch.id]
            entry.cleaning -= len(work.uploads)
            for upload_id, what in happened.items():
                self._keeper.note(entry, upload_id, what)
            self._changed.notify_all()

    def fell(self, work: Work, problem: Problem) -> None:
        """A mistake of this program's has ended a lane while it was at this: a person is told.

        An attach that may have gone out is looked for as any other, and never simply done again.
        """
        with self._changed:
            entry = self._entries.get(work.batch_id if isinstance(work, DigestWork) else work.batch.id)
            if isinstance(work, DigestWork):
                self._chooser.digested(work, taken=False)
            elif entry is None:
                pass  # it was let go of meanwhile
            elif isinstance(work, CleanupWork):
                self._cleaning.discard(work.cancel)
                entry.cleaning -= len(work.uploads)
            elif isinstance(work, UploadWork):
                self._fell_sending(entry, work, problem)
            elif isinstance(work, VerifyWork):
                self._looking.looked(entry, work.cancel, None, problem)
            elif entry.batch.state is BatchState.ATTACHING:
                verdict = Verdict.UNKNOWN if entry.attach_sent else Verdict.REFUSED
                if entry.attach_sent:
                    problem = dataclasses.replace(problem, kind=Kind.ATTACH_UNKNOWN)
                # As it is now: what its calls have told since they began is not forgotten.
                self._ended(entry, Attached(verdict=verdict, batch=entry.batch, problem=problem))
            self._changed.notify_all()

    # ------------------------------------------------------------------------------------------------- inside
    def _stumbled(self, entry: Entry, mistake: Exception) -> None:
        """A mistake of this program's keeps a batch from going on: a person is told, and the others go on."""
        # Only the kind of error: its text may hold anything.
        log.error("unexpected %s", type(mistake).__name__)
        problem = Problem(kind=Kind.INTERNAL, service=entry.flow.service.name, detail=type(mistake).__name__)
        begun = [one for one in entry.ordered if one.state is UploadState.RUNNING and one.id not in entry.running]
        for upload in begun:
            self._give_up(entry, upload, upload.next_step, problem)
        if entry.batch.state is BatchState.ATTACHING:
            # It was begun a moment ago, and nothing of it has gone out.
            self._ended(entry, Attached(verdict=Verdict.REFUSED, batch=entry.batch, problem=problem))
        elif entry.batch.state is BatchState.ATTACH_UNKNOWN:
            self._keeper.batch(entry, dataclasses.replace(entry.batch, due=None), "a person is asked")
            self._looking.ask_a_person(entry)
        elif not begun:
            if entry.batch.state is BatchState.HELD:
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.UNDONE), "not sent yet")
                entry.held_back = True
            failed = advance(entry.batch, BatchEvent.FAILED, problem=problem, due=None)
            self._keeper.batch(entry, failed, "needs attention")
            self._teller.failed(entry, None, Step.ATTACH, problem)

    def _fell_sending(self, entry: Entry, work: UploadWork, problem: Problem) -> None:
        entry.running.pop(work.upload.id, None)
        upload = entry.uploads.get(work.upload.id)
        if upload is not None and upload.state is UploadState.RUNNING:
            step = entry.current.get(upload.id, upload.next_step)
            self._give_up(entry, anew(upload) if entry.confirming(upload.id) else upload, step, problem)

    def _rests(self, entry: Entry, upload: Upload, state: UploadState, step: Step) -> None:
        """An upload was told to rest while a step ran: what was done is done."""
        entry.current.pop(upload.id, None)
        self._keeper.upload(entry, dataclasses.replace(upload, state=state), f"{step} done")

    def _result(self, entry: Entry, upload: Upload) -> dict[str, Any]:
        """What a stored file is good for, as the service file says: its link, ids; without what is not there."""
        account = entry.session.account.public
        return scope.result(entry.flow, scope.of_upload(entry.flow, account, entry.batch, upload, self._clock.utc()))

    def _left(self, work: UploadWork) -> Entry:
        entry = self._entries[work.batch.id]
        entry.running.pop(work.upload.id, None)
        return entry

    def _give_up(self, entry: Entry, upload: Upload, step: Step, problem: Problem) -> None:
        upload = advance(upload, UploadEvent.FAILED, problem=problem, tries=0, limited=0, polling_since=None)
        if problem.kind in BEGIN_ANEW or (step is Step.CONFIRM and problem.status in NOT_AS_STORED):
            upload = anew(upload)
        self._keeper.upload(entry, upload, f"{step} failed: {problem.kind}")
        self._teller.failed(entry, upload, step, problem)
        self._parting.settle(entry)
