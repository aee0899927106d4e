"""The scheduler: what runs next, who waits for whom, what an event changes. Pure Python, without a thread of its own.

Lanes (any threads) take work, do it, and tell how it ended. All state is behind one lock; events are told under it, so
that they come in order: a listener must be quick and must not wait for a lane.
"""

import dataclasses
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uploader_gui.core.batch import (
    ENDED_BATCHES,
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
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.engine import scope
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.events import Finished, Listener, StepChanged, StepState, Stored, Troubled
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Session
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import Template

RATE_LIMIT_TRIES = 30


@dataclass(frozen=True, kw_only=True)
class UploadWork:
    """Run an upload's remaining steps."""

    batch: Batch
    upload: Upload
    flow: Flow
    session: Session
    cancel: CancelToken
    meter: Meter


@dataclass(frozen=True, kw_only=True)
class AttachWork:
    """Attach a batch whose files are all stored. Never aborted once it is under way."""

    batch: Batch
    uploads: tuple[Upload, ...]
    flow: Flow
    session: Session
    cancel: CancelToken


@dataclass(frozen=True, kw_only=True)
class DigestWork:
    """Take the digests of a stored file that nobody waits for."""

    upload: Upload
    wanted: frozenset[str]
    cancel: CancelToken


Work = UploadWork | AttachWork | DigestWork


@dataclass(kw_only=True)
class _Entry:
    """One batch in the queue, with what belongs to it."""

    batch: Batch
    flow: Flow
    session: Session
    uploads: dict[str, Upload]
    meters: dict[str, Meter]
    running: dict[str, CancelToken] = field(default_factory=dict)
    began: dict[tuple[str, Step], float] = field(default_factory=dict)
    current: dict[str, Step] = field(default_factory=dict)

    @property
    def ordered(self) -> tuple[Upload, ...]:
        return tuple(self.uploads[one] for one in self.batch.uploads)


class Queue:
    """Batches on their way.

    Args:
        clock: Time, and waiting for it.
        listener: Told what happens, in order.
        policy: When what failed is tried again.
        idle_digests: Digests that a lane takes of stored files when it has nothing else to do.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        listener: Listener,
        policy: Policy | None = None,
        idle_digests: frozenset[str] = frozenset(),
    ) -> None:
        self._clock = clock
        self._listener = listener
        self._policy = policy or Policy()
        self._idle_digests = idle_digests
        self._changed = threading.Condition(threading.RLock())
        self._entries: dict[str, _Entry] = {}
        self._gates: dict[int, float] = {}
        self._digesting: set[str] = set()
        self._stopping = False
        self._draining = False

    # ------------------------------------------------------------------------------------------ from a person
    def add(self, batch: Batch, uploads: Sequence[Upload], flow: Flow, session: Session) -> None:
        """Put a batch at the end of the queue."""
        with self._changed:
            self._entries[batch.id] = _Entry(
                batch=dataclasses.replace(batch, uploads=tuple(upload.id for upload in uploads)),
                flow=flow,
                session=session,
                uploads={upload.id: upload for upload in uploads},
                meters={upload.id: Meter(upload.size) for upload in uploads},
            )
            self._settle(self._entries[batch.id])
            self._changed.notify_all()

    def cancel(self, batch_id: str) -> bool:
        """Give a batch up. False if it is being attached or has ended: then it is too late."""
        with self._changed:
            entry = self._entries[batch_id]
            if entry.batch.state in {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN, *ENDED_BATCHES}:
                return False
            entry.batch = advance(entry.batch, BatchEvent.CANCELLED)
            tokens = tuple(entry.running.values())
            for upload in entry.ordered:
                if upload.state is not UploadState.CANCELLED:
                    entry.uploads[upload.id] = advance(upload, UploadEvent.CANCELLED)
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return True

    def stop(self) -> None:
        """Let the lanes end: what is being sent is broken off, an attach under way is finished first."""
        with self._changed:
            self._stopping = True
            tokens = [token for entry in self._entries.values() for token in entry.running.values()]
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
            entry.began.setdefault((owner, step), self._clock.monotonic())
            entry.current[owner] = step
            if first:
                self._tell_step(entry, upload, step, StepState.STARTED, 0)

    def step_done(self, batch: Batch, upload: Upload, step: Step) -> None:
        """A step of an upload is done; `upload` is as it is now."""
        with self._changed:
            entry = self._entries[batch.id]
            if entry.uploads[upload.id].state is UploadState.RUNNING:
                entry.uploads[upload.id] = advance(
                    dataclasses.replace(upload, state=UploadState.RUNNING), UploadEvent.STEP_DONE
                )
            self._tell_step(entry, upload, step, StepState.DONE, self._spent(entry, upload.id, step))

    def batch_step_done(self, batch: Batch, step: Step) -> None:
        """A step of a batch is done; `batch` has what it found out."""
        with self._changed:
            entry = self._entries[batch.id]
            entry.batch = dataclasses.replace(entry.batch, answers=batch.answers)
            self._tell_step(entry, None, step, StepState.DONE, self._spent(entry, batch.id, step))

    def stored(self, work: UploadWork, upload: Upload) -> None:
        """An upload has gone through all its steps."""
        with self._changed:
            entry = self._left(work)
            if entry.uploads[upload.id].state is UploadState.RUNNING:
                upload = advance(
                    dataclasses.replace(upload, state=UploadState.RUNNING), UploadEvent.FINISHED, problem=None, tries=0
                )
                entry.uploads[upload.id] = upload
                receipt = upload.receipt or Receipt(size=upload.size)
                self._listener(
                    Stored(
                        batch=entry.batch, upload=upload, receipt=receipt, result=self.result(entry.batch.id, upload.id)
                    )
                )
                self._settle(entry)
            self._changed.notify_all()

    def later(self, work: UploadWork, upload: Upload, seconds: float) -> None:
        """The service is still busy with an upload: look again in a while."""
        with self._changed:
            entry = self._left(work)
            if entry.uploads[upload.id].state is UploadState.RUNNING:
                entry.uploads[upload.id] = advance(
                    dataclasses.replace(upload, state=UploadState.RUNNING),
                    UploadEvent.MUST_WAIT,
                    due=self._clock.monotonic() + seconds,
                )
            self._changed.notify_all()

    def failed(self, work: UploadWork, problem: Problem) -> None:
        """A step of an upload failed: try again in a while, or ask a person."""
        with self._changed:
            entry = self._left(work)
            upload = entry.uploads[work.upload.id]
            if upload.state is UploadState.RUNNING:
                step = entry.current.get(upload.id, upload.next_step)
                wait = self._wait(problem, upload.tries + 1)
                if wait is None:
                    self._give_up(entry, upload, step, problem)
                else:
                    self._gate(entry, problem, wait)
                    due = self._clock.monotonic() + wait
                    upload = advance(upload, UploadEvent.MUST_WAIT, tries=upload.tries + 1, due=due, problem=problem)
                    entry.uploads[upload.id] = upload
                    entry.began.pop((upload.id, step), None)
                    self._tell_step(entry, upload, step, StepState.WAITING, round(wait * 1000), problem)
            self._changed.notify_all()

    def stopped(self, work: UploadWork) -> None:
        """An upload was broken off because it was told to stop."""
        with self._changed:
            entry = self._left(work)
            upload = entry.uploads[work.upload.id]
            if upload.state is UploadState.RUNNING:
                entry.uploads[upload.id] = advance(upload, UploadEvent.CRASHED)
            self._changed.notify_all()

    def attached(self, work: AttachWork, ended: Attached) -> None:
        """An attach has ended, one way or another."""
        with self._changed:
            entry = self._entries[work.batch.id]
            entry.running.pop(work.batch.id, None)
            batch = dataclasses.replace(entry.batch, answers=ended.batch.answers)
            problem = ended.problem
            step = entry.current.get(batch.id, Step.ATTACH)
            if ended.verdict is Verdict.ATTACHED:
                entry.batch = advance(batch, BatchEvent.ATTACHED, problem=None)
                self._tell_finished(entry, attached=True)
            elif ended.verdict is Verdict.UNKNOWN:
                entry.batch = advance(batch, BatchEvent.ANSWER_LOST, problem=problem)
            elif ended.verdict is Verdict.REFUSED:
                entry.batch = advance(batch, BatchEvent.REFUSED, problem=problem)
            else:
                self._not_sent(entry, batch, problem, step)
            if entry.batch.state in {BatchState.ATTACH_UNKNOWN, BatchState.NEEDS_ATTENTION} and problem is not None:
                spent = self._spent(entry, batch.id, step)
                self._tell_step(entry, None, step, StepState.FAILED, spent, problem)
                self._listener(Troubled(batch=entry.batch, upload=None, problem=problem))
            self._changed.notify_all()

    def digested(self, work: DigestWork, digests: Mapping[str, str] | None) -> None:
        """Digests nobody waited for are there; None if the file could not be read any more."""
        with self._changed:
            for entry in self._entries.values():
                upload = entry.uploads.get(work.upload.id)
                if upload is None or digests is None or upload.receipt is None:
                    continue
                receipt = dataclasses.replace(upload.receipt, sha256=digests.get("sha256", upload.receipt.sha256))
                entry.uploads[upload.id] = dataclasses.replace(
                    upload, digests={**upload.digests, **digests}, receipt=receipt
                )
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

    # ------------------------------------------------------------------------------------------------ inside
    def _next(self) -> tuple[Work | None, float | None]:
        """What to do now; else when something is due at the earliest."""
        now = self._clock.monotonic()
        soonest: float | None = None
        for entry in self._entries.values():
            gate = self._gates.get(id(entry.session), now)
            for due in self._waiting(entry, now):
                soonest = due if soonest is None else min(soonest, due)
            if gate > now:
                if any(upload.state is UploadState.QUEUED for upload in entry.uploads.values()) or self._complete(
                    entry
                ):
                    soonest = gate if soonest is None else min(soonest, gate)
                continue
            if self._complete(entry):
                if entry.batch.due is None or entry.batch.due <= now:
                    return self._attach_work(entry), None
                soonest = entry.batch.due if soonest is None else min(soonest, entry.batch.due)
            upload = next((one for one in entry.ordered if one.state is UploadState.QUEUED), None)
            if upload is not None and entry.batch.state is BatchState.OPEN:
                return self._upload_work(entry, upload), None
        if soonest is None:
            return self._digest_work(), None
        return None, soonest

    def _waiting(self, entry: _Entry, now: float) -> Iterator[float]:
        """Put back what is due, and tell when the rest will be."""
        for upload in entry.ordered:
            if upload.state is not UploadState.WAITING_RETRY or upload.due is None:
                continue
            if upload.due <= now:
                entry.uploads[upload.id] = advance(upload, UploadEvent.DUE, due=None)
            else:
                yield upload.due

    def _upload_work(self, entry: _Entry, upload: Upload) -> UploadWork:
        upload = advance(upload, UploadEvent.STARTED)
        entry.uploads[upload.id] = upload
        entry.running[upload.id] = CancelToken()
        return UploadWork(
            batch=entry.batch,
            upload=upload,
            flow=entry.flow,
            session=entry.session,
            cancel=entry.running[upload.id],
            meter=entry.meters[upload.id],
        )

    def _attach_work(self, entry: _Entry) -> AttachWork:
        entry.batch = advance(entry.batch, BatchEvent.ATTACH_STARTED, due=None)
        return AttachWork(
            batch=entry.batch,
            uploads=entry.ordered,
            flow=entry.flow,
            session=entry.session,
            cancel=CancelToken(),
        )

    def _digest_work(self) -> DigestWork | None:
        for entry in self._entries.values():
            for upload in entry.ordered:
                wanted = self._idle_digests - upload.digests.keys()
                if upload.state is UploadState.STORED and wanted and upload.id not in self._digesting:
                    self._digesting.add(upload.id)
                    return DigestWork(upload=upload, wanted=wanted, cancel=CancelToken())
        return None

    def _complete(self, entry: _Entry) -> bool:
        """Whether a batch is ready to be attached."""
        return (
            entry.batch.state is BatchState.OPEN
            and entry.flow.target.call is not None
            and all(upload.state is UploadState.STORED for upload in entry.uploads.values())
        )

    def _busy(self) -> bool:
        return any(entry.running or entry.batch.state is BatchState.ATTACHING for entry in self._entries.values())

    def _left(self, work: UploadWork) -> _Entry:
        entry = self._entries[work.batch.id]
        entry.running.pop(work.upload.id, None)
        return entry

    def _wait(self, problem: Problem, tried: int) -> float | None:
        """Seconds until it is worth another try; None if a person must look at it."""
        if problem.kind not in PASSING:
            return None
        most = RATE_LIMIT_TRIES if problem.kind is Kind.RATE_LIMITED else self._policy.tries
        if tried >= most:
            return None
        return problem.wait if problem.wait is not None else self._policy.wait(tried)

    def _gate(self, entry: _Entry, problem: Problem, wait: float) -> None:
        """A service that asks to wait is asked nothing for that account until then; the others go on."""
        if problem.kind is Kind.RATE_LIMITED:
            key, until = id(entry.session), self._clock.monotonic() + wait
            self._gates[key] = max(until, self._gates.get(key, until))

    def _give_up(self, entry: _Entry, upload: Upload, step: Step, problem: Problem) -> None:
        upload = advance(upload, UploadEvent.FAILED, problem=problem)
        if problem.kind is Kind.CONFIRM_UNKNOWN:
            # Nobody can say whether it was confirmed: the next try begins anew.
            upload = dataclasses.replace(upload, next_step=Step.SIGN, answers={}, receipt=None)
        entry.uploads[upload.id] = upload
        spent = self._spent(entry, upload.id, step)
        self._tell_step(entry, upload, step, StepState.FAILED, spent, problem)
        self._listener(Troubled(batch=entry.batch, upload=upload, problem=problem))
        self._settle(entry)

    def _settle(self, entry: _Entry) -> None:
        """See what an upload's end means for its batch."""
        states = {upload.state for upload in entry.uploads.values()}
        if entry.batch.state is not BatchState.OPEN:
            return
        if states <= {UploadState.STORED} and entry.flow.target.call is None:
            entry.batch = advance(entry.batch, BatchEvent.STORED)
            self._tell_finished(entry, attached=False)
        elif UploadState.NEEDS_ATTENTION in states and states <= {UploadState.STORED, UploadState.NEEDS_ATTENTION}:
            entry.batch = advance(entry.batch, BatchEvent.FAILED)

    def _not_sent(self, entry: _Entry, batch: Batch, problem: Problem | None, step: Step) -> None:
        """Certainly not attached: again in a while, or ask a person."""
        wait = None if problem is None else self._wait(problem, batch.tries + 1)
        if problem is None or wait is None:
            entry.batch = advance(batch, BatchEvent.REFUSED, problem=problem)
            return
        self._gate(entry, problem, wait)
        due = self._clock.monotonic() + wait
        entry.batch = advance(batch, BatchEvent.NOT_SENT, tries=batch.tries + 1, due=due, problem=problem)
        entry.began.pop((batch.id, step), None)
        self._tell_step(entry, None, step, StepState.WAITING, round(wait * 1000), problem)

    def _spent(self, entry: _Entry, owner: str, step: Step) -> int:
        began = entry.began.pop((owner, step), self._clock.monotonic())
        return round((self._clock.monotonic() - began) * 1000)

    def _tell_step(
        self,
        entry: _Entry,
        upload: Upload | None,
        step: Step,
        state: StepState,
        milliseconds: int,
        problem: Problem | None = None,
    ) -> None:
        self._listener(
            StepChanged(
                batch=entry.batch, upload=upload, step=step, state=state, milliseconds=milliseconds, problem=problem
            )
        )

    def _tell_finished(self, entry: _Entry, *, attached: bool) -> None:
        target, uploads = entry.flow.target, entry.ordered
        account = entry.session.account.public
        known = scope.outer(entry.flow, account, entry.batch.inputs, self._clock.utc())
        empty: dict[str, Any] = dict.fromkeys(one.id for one in target.inputs)
        known["named"] = {**empty, **entry.batch.named}
        known["batch"] = scope.summary(entry.batch.id, uploads)
        place = shown(target.place, known) or target.label
        link = shown(target.opens, known)
        self._listener(Finished(batch=entry.batch, uploads=uploads, attached=attached, place=place, link=link))


def shown(template: Template | None, known: dict[str, Any]) -> str | None:
    """Fill in a text that is only shown; None where that cannot be done."""
    if template is None:
        return None
    try:
        return template.text(known)
    except ExpressionError:
        return None
