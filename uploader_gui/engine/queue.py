"""The scheduler: what runs next, who waits for whom, what an event changes. Pure Python, without a thread of its own.

Lanes (any threads) take work, do it, and tell how it ended. All state is behind one lock; events are told under it, so
that they come in order: a listener must be quick and must not wait for a lane.
"""

import dataclasses
import logging
import threading
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
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.ports import Clock, Ledger, LedgerError
from uploader_gui.core.problems import PASSING, Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.engine import scope
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.entry import Entry, Look, anew, as_found, shown, taken_up
from uploader_gui.engine.events import Event, Finished, Listener, StepChanged, StepState, Stored, Troubled
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Session
from uploader_gui.engine.source import Source
from uploader_gui.engine.verify import Looked, Sight
from uploader_gui.engine.work import AttachWork, DigestWork, UploadWork, VerifyWork, Work
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import Template

log = logging.getLogger(__name__)

RATE_LIMIT_TRIES = 30
ATTACH_SENT = "attach sent"
# After these nobody can go on where it stopped: the address is dead, or nobody knows whether it was confirmed.
BEGIN_ANEW = frozenset({Kind.CONFIRM_UNKNOWN, Kind.LINK_EXPIRED, Kind.STORAGE_REFUSED, Kind.FILE_CHANGED})


class Queue:
    """Batches on their way.

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
        looks: bool = False,
    ) -> None:
        self._looks = looks
        self._ledger = ledger
        self._broken: LedgerError | None = None
        self._clock = clock
        self._listener = listener
        self._policy = policy or Policy()
        self._idle_digests = idle_digests
        self._changed = threading.Condition(threading.RLock())
        self._entries: dict[str, Entry] = {}
        self._gates: dict[int, float] = {}
        self._claimed: set[tuple[tuple[int, str], str]] = set()
        self._digesting: DigestWork | None = None
        self._not_digested: set[str] = set()
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
            if self._ledger is not None:
                self._ledger.add(entry.batch, uploads, self._clock.utc())
            self._entries[batch.id] = entry
            self._settle(self._entries[batch.id])
            self._stop_digesting()
            self._changed.notify_all()

    def restore(
        self, batch: Batch, uploads: Sequence[Upload], flow: Flow, session: Session, *, attach_sent: bool
    ) -> None:
        """Take a batch up again as an earlier process left it.

        What ran goes back to its last finished step; times of another process's clock are forgotten.

        Args:
            batch: As it is in the ledger.
            uploads: Likewise, in order.
            flow: What happens with it.
            session: In whose name.
            attach_sent: Whether its journal ends with an attach that may have gone out.
        """
        with self._changed:
            if batch.state is BatchState.ATTACHING:
                batch = advance(batch, BatchEvent.CRASHED if attach_sent else BatchEvent.NOT_SENT)
            entry = Entry(batch, [taken_up(upload, flow) for upload in uploads], flow, session)
            self._entries[batch.id] = entry
            self._set(entry, entry.batch, "taken up")
            for before, upload in zip(uploads, entry.ordered, strict=True):
                if upload != before:
                    self._put(entry, upload, "taken up")
            self._settle(entry)
            self._changed.notify_all()

    def cancel(self, batch_id: str) -> bool:
        """Give a batch up. False if it is being attached or has ended: then it is too late."""
        with self._changed:
            entry = self._entries[batch_id]
            if entry.batch.state in {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN, *ENDED_BATCHES}:
                return False
            self._set(entry, advance(entry.batch, BatchEvent.CANCELLED), "cancelled")
            tokens = tuple(entry.running.values())
            for upload in entry.ordered:
                if upload.state is not UploadState.CANCELLED:
                    self._put(entry, advance(upload, UploadEvent.CANCELLED), "cancelled")
            self._stop_digesting()
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return True

    def pause(self, batch_id: str) -> bool:
        """Let a batch rest: what is being sent is broken off. False if it is too late, or nothing is left to pause."""
        with self._changed:
            entry = self._entries[batch_id]
            if (entry.batch.state, BatchEvent.PAUSED) not in BATCH_TRANSITIONS:
                return False
            self._set(entry, advance(entry.batch, BatchEvent.PAUSED, due=None), "paused")
            tokens = tuple(entry.running.values())
            for upload in entry.ordered:
                if (upload.state, UploadEvent.PAUSED) in UPLOAD_TRANSITIONS:
                    self._put(entry, advance(upload, UploadEvent.PAUSED, due=None), "paused")
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return True

    def resume(self, batch_id: str) -> bool:
        """Let a paused batch go on where it was. False if it is not paused."""
        with self._changed:
            entry = self._entries[batch_id]
            if entry.batch.state is not BatchState.PAUSED:
                return False
            self._set(entry, advance(entry.batch, BatchEvent.RESUMED), "resumed")
            for upload in entry.ordered:
                if upload.state is UploadState.PAUSED:
                    self._put(entry, advance(upload, UploadEvent.RESUMED), "resumed")
            self._settle(entry)
            self._changed.notify_all()
        return True

    def retry(self, batch_id: str, found: Mapping[str, Source] | None = None) -> bool:
        """Try again what needs a person's attention, from the step that failed.

        Args:
            batch_id: The batch.
            found: What the files are now, by upload id, where the person wants them as they are now.

        Returns:
            False if nothing of it needs attention. An unknown attach is settled, never retried.
        """
        with self._changed:
            entry = self._entries[batch_id]
            if entry.batch.state is not BatchState.NEEDS_ATTENTION:
                return False
            self._set(entry, advance(entry.batch, BatchEvent.RETRIED, problem=None, due=None), "retried")
            for upload in entry.ordered:
                if upload.state is UploadState.NEEDS_ATTENTION:
                    again = advance(upload, UploadEvent.RETRIED, problem=None)
                    self._put(entry, as_found(again, (found or {}).get(upload.id)), "retried")
            self._settle(entry)
            self._changed.notify_all()
        return True

    def settle(self, batch_id: str, *, attached: bool) -> bool:
        """Say what became of an attach nobody knows about: a person has looked. False if that is not open."""
        with self._changed:
            entry = self._entries[batch_id]
            if entry.batch.state is not BatchState.ATTACH_UNKNOWN:
                return False
            if attached:
                self._finish(entry, entry.batch, BatchEvent.FOUND_ATTACHED)
                self._tell_finished(entry, attached=True)
            else:
                absent = advance(entry.batch, BatchEvent.FOUND_ABSENT, problem=None, due=None)
                self._set(entry, absent, "found absent")
            self._changed.notify_all()
        return True

    def stop(self) -> None:
        """Let the lanes end: what is being sent is broken off, an attach under way is finished first.

        Not for a signal handler, which may interrupt a thread that holds the lock: let a thread of its own call it.
        """
        with self._changed:
            self._stopping = True
            tokens = [token for entry in self._entries.values() for token in entry.running.values()]
            self._stop_digesting()
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
                work, due = self._next()
                if work is not None:
                    return work
                if self._draining and due is None and not self._busy():
                    self._changed.notify_all()
                    return None
                seconds = None if due is None else max(0.0, due - self._clock.monotonic())
                self._clock.wait(self._changed, seconds)

    def began(self, batch: Batch, upload: Upload | None, step: Step) -> None:
        """A step begins."""
        with self._changed:
            entry = self._entries[batch.id]
            owner = upload.id if upload is not None else batch.id
            # Polling is one step to whoever watches, however often it asks.
            first = (owner, step) not in entry.began
            if step is Step.ATTACH:
                # The last moment before it goes out: from here on a crash leaves the attach unknown.
                self._keep(entry, None, ATTACH_SENT, durable=True)
            entry.began.setdefault((owner, step), self._clock.monotonic())
            entry.current[owner] = step
            if first:
                self._tell_step(entry, upload, step, StepState.STARTED, 0)

    def step_done(self, batch: Batch, upload: Upload, step: Step) -> None:
        """A step of an upload is done; `upload` is as it is now."""
        with self._changed:
            entry = self._entries[batch.id]
            if entry.uploads[upload.id].state is not UploadState.RUNNING:
                return
            running = dataclasses.replace(upload, state=UploadState.RUNNING)
            self._put(entry, advance(running, UploadEvent.STEP_DONE, problem=None), f"{step} done")
            self._tell_step(entry, upload, step, StepState.DONE, self._spent(entry, upload.id, step))

    def learned(self, batch: Batch) -> None:
        """A call before the attach was answered; `batch` has what it said."""
        with self._changed:
            entry = self._entries[batch.id]
            answers = {**entry.batch.answers, **batch.answers}
            self._set(entry, dataclasses.replace(entry.batch, answers=answers, there=batch.there), "prepared")

    def batch_step_done(self, batch: Batch, step: Step) -> None:
        """A step of a batch is done."""
        with self._changed:
            entry = self._entries[batch.id]
            self._tell_step(entry, None, step, StepState.DONE, self._spent(entry, batch.id, step))

    def stored(self, work: UploadWork, upload: Upload) -> None:
        """An upload has gone through all its steps."""
        with self._changed:
            entry = self._left(work)
            if entry.uploads[upload.id].state is UploadState.RUNNING:
                running = dataclasses.replace(upload, state=UploadState.RUNNING)
                now = self._clock.utc()
                upload = advance(running, UploadEvent.FINISHED, problem=None, tries=0, limited=0, stored_at=now)
                self._put(entry, upload, "stored")
                receipt = upload.receipt or Receipt(size=upload.size)
                result = self.result(entry.batch.id, upload.id)
                self._tell(Stored(batch=entry.batch, upload=upload, receipt=receipt, result=result))
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
                self._put(entry, waiting, "not ready yet")
            self._changed.notify_all()

    def failed(self, work: UploadWork, problem: Problem) -> None:
        """A step of an upload failed: try again in a while, or ask a person."""
        with self._changed:
            entry = self._left(work)
            upload = entry.uploads[work.upload.id]
            if upload.state is UploadState.RUNNING:
                step = entry.current.get(upload.id, upload.next_step)
                tried = _counted(upload, problem)
                wait = self._wait(problem, tried)
                if wait is None:
                    self._give_up(entry, upload, step, problem)
                else:
                    self._gate(entry, problem, wait)
                    due = self._clock.monotonic() + wait
                    upload = advance(upload, UploadEvent.MUST_WAIT, due=due, problem=problem, **tried)
                    self._put(entry, upload, f"{step} waits: {problem.kind}")
                    entry.began.pop((upload.id, step), None)
                    self._tell_step(entry, upload, step, StepState.WAITING, round(wait * 1000), problem)
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
                self._put(entry, upload, "stopped")
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
                self._finish(entry, batch, BatchEvent.ATTACHED)
                self._tell_finished(entry, attached=True)
            elif ended.verdict is Verdict.UNKNOWN:
                self._set(entry, advance(batch, BatchEvent.ANSWER_LOST, problem=problem), "attach unknown")
            elif ended.verdict is Verdict.REFUSED:
                self._set(entry, advance(batch, BatchEvent.REFUSED, problem=problem), "attach refused")
            else:
                self._attach_later(entry, batch, ended, step)
                problem = entry.batch.problem
            now = self._clock.monotonic()
            if entry.batch.state is BatchState.ATTACH_UNKNOWN and self._looks and entry.can_look:
                entry.look = Look(since=now, due=now)
            elif entry.batch.state in {BatchState.ATTACH_UNKNOWN, BatchState.NEEDS_ATTENTION} and problem is not None:
                spent = self._spent(entry, batch.id, step)
                self._tell_step(entry, None, step, StepState.FAILED, spent, problem)
                self._tell(Troubled(batch=entry.batch, upload=None, problem=problem))
            self._changed.notify_all()

    def looked(self, work: VerifyWork, seen: Looked | None, problem: Problem | None = None) -> None:
        """A look for an attach whose answer got lost has ended; None if it could not be had, and `problem` says why."""
        with self._changed:
            entry = self._entries[work.batch.id]
            look, verify = entry.look, entry.flow.target.verify
            if entry.batch.state is BatchState.ATTACH_UNKNOWN and look is not None and verify is not None:
                now = self._clock.monotonic()
                if seen is None:
                    look.failed += 1
                    wait = self._wait(problem, {"tries": look.failed, "limited": 0}) if problem is not None else None
                    look.due = None if wait is None else now + wait
                    settled = wait is not None
                elif seen.sight is Sight.FOUND:
                    settled = self._found(entry, seen)
                elif seen.sight is Sight.ABSENT:
                    settled = self._absent(entry, look, now, verify.settle)
                else:
                    settled = False
                if not settled:
                    self._ask_a_person(entry)
            self._changed.notify_all()

    def _found(self, entry: Entry, seen: Looked) -> bool:
        if seen.thing is not None:
            if (entry.record, seen.thing) in self._claimed:
                return False
            self._claimed.add((entry.record, seen.thing))
        entry.look = None
        self._finish(entry, entry.batch, BatchEvent.FOUND_ATTACHED)
        self._tell_step(entry, None, Step.VERIFY, StepState.DONE, self._spent(entry, entry.batch.id, Step.VERIFY))
        self._tell_finished(entry, attached=True)
        return True

    def _absent(self, entry: Entry, look: Look, now: float, settle: float) -> bool:
        """Not there: look a second time when the server has surely come to rest, then attach again if that is safe."""
        look.absent += 1
        look.failed = 0
        if look.absent == 1 or now < look.since + settle:
            look.due = max(now + 1, look.since + settle)
            return True
        if entry.flow.target.sends or entry.batch.tries + 1 >= self._policy.tries:
            return False
        entry.look = None
        again = advance(entry.batch, BatchEvent.FOUND_ABSENT, tries=entry.batch.tries + 1, problem=None)
        self._set(entry, again, "found absent")
        self._tell_step(entry, None, Step.VERIFY, StepState.DONE, self._spent(entry, entry.batch.id, Step.VERIFY))
        return True

    def _ask_a_person(self, entry: Entry) -> None:
        entry.look = None
        problem = entry.batch.problem
        if problem is not None:
            spent = self._spent(entry, entry.batch.id, Step.VERIFY)
            self._tell_step(entry, None, Step.VERIFY, StepState.FAILED, spent, problem)
            self._tell(Troubled(batch=entry.batch, upload=None, problem=problem))

    def digested(self, work: DigestWork, digests: Mapping[str, str] | None) -> None:
        """Digests nobody waited for are there; None if they could not be taken, or something else came first."""
        with self._changed:
            self._digesting = None
            entry = self._entries[work.batch_id]
            upload = entry.uploads[work.upload.id]
            if digests is None:
                if not work.cancel.cancelled:
                    self._not_digested.add(upload.id)
            elif upload.receipt is not None:
                receipt = dataclasses.replace(upload.receipt, sha256=digests.get("sha256", upload.receipt.sha256))
                known = dataclasses.replace(upload, digests={**upload.digests, **digests}, receipt=receipt)
                self._put(entry, known, "digested")
            self._changed.notify_all()

    def result(self, batch_id: str, upload_id: str) -> dict[str, Any]:
        """What a stored file is good for, as the service file says: its link, ids; without what is not there."""
        with self._changed:
            entry = self._entries[batch_id]
            upload = entry.uploads[upload_id]
            account = entry.session.account.public
            known = scope.of_upload(entry.flow, account, entry.batch, upload, self._clock.utc())
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

    @property
    def broken(self) -> LedgerError | None:
        """Why nothing goes on: the ledger could not keep a change. None while it can."""
        return self._broken

    # ------------------------------------------------------------------------------------------------ keeping
    def _put(self, entry: Entry, upload: Upload, happened: str) -> None:
        """Keep an upload as it is now, then act on it."""
        self._keep(entry, None, happened, upload)
        entry.put(upload)

    def _set(self, entry: Entry, batch: Batch, happened: str) -> None:
        """Keep a batch as it is now, then act on it."""
        self._keep(entry, batch, happened)
        entry.batch = batch

    def _finish(self, entry: Entry, batch: Batch, event: BatchEvent) -> None:
        """A batch has ended well: what only its calls needed is forgotten."""
        place, link = self._place(entry)
        ended = advance(batch, event, problem=None, ended=self._clock.utc(), place=place, link=link)
        self._set(entry, ended, event.value)

    def _keep(
        self, entry: Entry, batch: Batch | None, happened: str, upload: Upload | None = None, *, durable: bool = False
    ) -> None:
        """Keep a change. Where that fails everything stops: Cancelled unwinds the lane that asked."""
        if self._ledger is None or self._broken is not None:
            return
        line = (entry.batch.id, upload.id if upload is not None else None, happened)
        changed = () if upload is None else (upload,)
        try:
            self._ledger.save(batch, changed, self._clock.utc(), line, durable=durable)
        except LedgerError as error:
            self._broken = error
        if self._broken is not None:
            self._stopping = True
            for other in self._entries.values():
                for token in other.running.values():
                    token.cancel()
            self._changed.notify_all()
            raise Cancelled

    # ------------------------------------------------------------------------------------------------ inside
    def _next(self) -> tuple[Work | None, float | None]:
        """What to do now; else when something is due at the earliest. An attach comes before further bytes."""
        now = self._clock.monotonic()
        dues: list[float] = []
        chosen: tuple[Entry, Upload] | None = None
        taken = self._records_in_use()
        for entry in self._entries.values():
            if entry.batch.state in ENDED_BATCHES:
                continue
            self._wake(entry, now)
            dues += entry.waiting.values()
            if entry.look is not None and entry.look.due is not None:
                if entry.look.due <= now:
                    return self._verify_work(entry, entry.look), None
                dues.append(entry.look.due)
            gate = self._gates.get(id(entry.session), now)
            if entry.complete:
                due = max(gate, entry.batch.due or now)
                if entry.record in taken:
                    continue
                if due <= now:
                    return self._attach_work(entry), None
                dues.append(due)
                continue
            upload = entry.next_queued() if entry.batch.state is BatchState.OPEN else None
            if upload is not None and gate > now:
                dues.append(gate)
            elif upload is not None and chosen is None:
                chosen = (entry, upload)
        if chosen is not None:
            return self._upload_work(*chosen), None
        return (None, min(dues)) if dues else (self._digest_work(), None)

    def _records_in_use(self) -> set[tuple[int, str]]:
        """The records that are being attached to, or where nobody knows: the next attach to one of them waits."""
        held = {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN}
        return {entry.record for entry in self._entries.values() if entry.batch.state in held}

    def _wake(self, entry: Entry, now: float) -> None:
        for upload_id in [one for one, due in entry.waiting.items() if due <= now]:
            self._put(entry, advance(entry.uploads[upload_id], UploadEvent.DUE, due=None), "due")

    def _upload_work(self, entry: Entry, upload: Upload) -> UploadWork:
        upload = advance(upload, UploadEvent.STARTED)
        self._put(entry, upload, "started")
        entry.running[upload.id] = CancelToken()
        return UploadWork(
            batch=entry.batch,
            upload=upload,
            flow=entry.flow,
            session=entry.session,
            cancel=entry.running[upload.id],
            meter=entry.meters[upload.id],
        )

    def _attach_work(self, entry: Entry) -> AttachWork:
        self._set(entry, advance(entry.batch, BatchEvent.ATTACH_STARTED, due=None), "attaching")
        return AttachWork(
            batch=entry.batch,
            uploads=entry.ordered,
            flow=entry.flow,
            session=entry.session,
            cancel=CancelToken(),
            looks=self._looks,
        )

    def _verify_work(self, entry: Entry, look: Look) -> VerifyWork:
        look.due = None
        return VerifyWork(
            batch=entry.batch,
            uploads=entry.ordered,
            flow=entry.flow,
            session=entry.session,
            claimed=frozenset(thing for record, thing in self._claimed if record == entry.record),
            cancel=CancelToken(),
        )

    def _digest_work(self) -> DigestWork | None:
        if self._digesting is not None or not self._idle_digests:
            return None
        for entry in self._entries.values():
            for upload in entry.ordered:
                wanted = self._idle_digests - upload.digests.keys()
                if upload.state is UploadState.STORED and wanted and upload.id not in self._not_digested:
                    self._digesting = DigestWork(
                        batch_id=entry.batch.id, upload=upload, wanted=wanted, cancel=CancelToken()
                    )
                    return self._digesting
        return None

    def _stop_digesting(self) -> None:
        """Real work comes first; the file's turn comes again."""
        if self._digesting is not None:
            self._digesting.cancel.cancel()

    def _busy(self) -> bool:
        return any(
            entry.running or entry.batch.state is BatchState.ATTACHING or entry.look is not None
            for entry in self._entries.values()
        )

    def _left(self, work: UploadWork) -> Entry:
        entry = self._entries[work.batch.id]
        entry.running.pop(work.upload.id, None)
        return entry

    def _wait(self, problem: Problem, tried: Mapping[str, int]) -> float | None:
        """Seconds until it is worth another try; None if a person must look at it."""
        if problem.kind not in PASSING:
            return None
        if tried["tries"] >= self._policy.tries or tried["limited"] >= RATE_LIMIT_TRIES:
            return None
        own = self._policy.wait(max(tried["tries"], 1))
        # Never sooner than our own wait: "try again in 0 seconds" would be a storm.
        return own if problem.wait is None else max(own, problem.wait)

    def _gate(self, entry: Entry, problem: Problem, wait: float) -> None:
        """A service that asks to wait is asked nothing for that account until then; the others go on."""
        if problem.kind is Kind.RATE_LIMITED:
            key, until = id(entry.session), self._clock.monotonic() + wait
            self._gates[key] = max(until, self._gates.get(key, until))

    def _give_up(self, entry: Entry, upload: Upload, step: Step, problem: Problem) -> None:
        upload = advance(upload, UploadEvent.FAILED, problem=problem, tries=0, limited=0, polling_since=None)
        if problem.kind in BEGIN_ANEW:
            upload = anew(upload)
        self._put(entry, upload, f"{step} failed: {problem.kind}")
        spent = self._spent(entry, upload.id, step)
        self._tell_step(entry, upload, step, StepState.FAILED, spent, problem)
        self._tell(Troubled(batch=entry.batch, upload=upload, problem=problem))
        self._settle(entry)

    def _settle(self, entry: Entry) -> None:
        """See what an upload's end means for its batch."""
        if entry.batch.state is not BatchState.OPEN:
            return
        stored, stuck = entry.counts[UploadState.STORED], entry.counts[UploadState.NEEDS_ATTENTION]
        if stored == len(entry.uploads) and entry.flow.target.call is None:
            self._finish(entry, entry.batch, BatchEvent.STORED)
            self._tell_finished(entry, attached=False)
        elif stuck and stored + stuck == len(entry.uploads):
            self._set(entry, advance(entry.batch, BatchEvent.FAILED), "needs attention")

    def _attach_later(self, entry: Entry, batch: Batch, ended: Attached, step: Step) -> None:
        """Not attached, or harmless to attach again: once more in a while, else a person is asked."""
        problem = ended.problem
        tried = {"tries": batch.tries, "limited": batch.limited} if problem is None else _counted(batch, problem)
        wait = None if problem is None else self._wait(problem, tried)
        if problem is not None and wait is not None:
            self._gate(entry, problem, wait)
            due = self._clock.monotonic() + wait
            waiting = advance(batch, BatchEvent.NOT_SENT, due=due, problem=problem, **tried)
            self._set(entry, waiting, f"attach waits: {problem.kind}")
            entry.began.pop((batch.id, step), None)
            self._tell_step(entry, None, step, StepState.WAITING, round(wait * 1000), problem)
        elif ended.verdict is Verdict.REPEATABLE and problem is not None:
            problem = dataclasses.replace(problem, kind=Kind.ATTACH_UNKNOWN)
            lost = advance(batch, BatchEvent.ANSWER_LOST, problem=problem, tries=0, limited=0)
            self._set(entry, lost, "attach unknown")
        else:
            refused = advance(batch, BatchEvent.REFUSED, problem=problem, tries=0, limited=0)
            self._set(entry, refused, "attach refused")

    def _spent(self, entry: Entry, owner: str, step: Step) -> int:
        began = entry.began.pop((owner, step), self._clock.monotonic())
        return round((self._clock.monotonic() - began) * 1000)

    def _tell(self, event: Event) -> None:
        """Tell the listener. Its error must not stop a lane in the middle of a change."""
        try:
            self._listener(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not the queue's
            log.error("a listener raised %s", type(error).__name__)  # noqa: TRY400 - its text may hold anything

    def _tell_step(
        self,
        entry: Entry,
        upload: Upload | None,
        step: Step,
        state: StepState,
        milliseconds: int,
        problem: Problem | None = None,
    ) -> None:
        self._tell(
            StepChanged(
                batch=entry.batch, upload=upload, step=step, state=state, milliseconds=milliseconds, problem=problem
            )
        )

    def _tell_finished(self, entry: Entry, *, attached: bool) -> None:
        place = entry.batch.place or entry.flow.target.label
        self._tell(
            Finished(batch=entry.batch, uploads=entry.ordered, attached=attached, place=place, link=entry.batch.link)
        )

    def _place(self, entry: Entry) -> tuple[str, str | None]:
        """What the batch is attached to, in words, and its address."""
        target, uploads = entry.flow.target, entry.ordered
        known = scope.outer(entry.flow, entry.session.account.public, entry.batch.inputs, self._clock.utc())
        empty: dict[str, Any] = dict.fromkeys(one.id for one in target.inputs)
        known["named"] = {**empty, **entry.batch.named}
        known["batch"] = scope.summary(entry.batch.id, uploads)
        return shown(target.place, known) or target.label, shown(target.opens, known)


def _counted(thing: Upload | Batch, problem: Problem) -> dict[str, int]:
    """One more try of its class: being told to wait does not wear out the patience for failures."""
    if problem.kind is Kind.RATE_LIMITED:
        return {"tries": thing.tries, "limited": thing.limited + 1}
    return {"tries": thing.tries + 1, "limited": thing.limited}
