"""What the attach of a batch, and the calls before it, come to: kept as a lane tells it, tried again or asked about."""

import dataclasses

from uploader_gui.core.batch import Batch, BatchEvent, BatchState, Step, advance
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.batches import Batches
from uploader_gui.engine.entry import Entry
from uploader_gui.engine.patience import NETWORK_LOOK, counted
from uploader_gui.engine.preparing import NOTED
from uploader_gui.engine.verify import Looked
from uploader_gui.engine.work import AttachWork, VerifyWork


class Attaching(Batches):
    """What lanes tell of batches."""

    def learned(self, batch: Batch) -> None:
        """A call before the attach was answered; `batch` has what it said. Raises LedgerError: then nothing follows."""
        with self._changed:
            self._keeper.check()
            entry = self._entries[batch.id]
            answers = {**entry.batch.answers, **batch.answers}
            now = dataclasses.replace(entry.batch, answers=answers, there=batch.there)
            # What is noted before a call is there after a power cut too, as the attach's own line is.
            self._keeper.batch(entry, now, "prepared", durable=bool(batch.answers.get(NOTED)))

    def made(self, batch: Batch, call: str, thing: str) -> bool:
        """A call before the attach has made this for a batch; False if another batch has it."""
        with self._changed:
            return self._keeper.claim(self._entries[batch.id], thing, by=call)

    def made_by_others(self, batch: Batch, call: str) -> frozenset[str]:
        """What a call before the attach has made for other batches."""
        with self._changed:
            return self._keeper.claimed(self._entries[batch.id], by=call)

    def batch_step_done(self, batch: Batch, step: Step) -> None:
        """A step of a batch is done."""
        with self._changed:
            entry = self._entries[batch.id]
            self._teller.done(entry, None, step)

    def attached(self, work: AttachWork, ended: Attached) -> None:
        """An attach has ended, one way or another."""
        with self._changed:
            self._ended(self._entries[work.batch.id], ended)
            self._changed.notify_all()

    def looked(self, work: VerifyWork, seen: Looked | None, problem: Problem | None = None) -> None:
        """A look for an attach whose answer got lost has ended; None if it could not be had, and `problem` says why."""
        with self._changed:
            entry = self._entries.get(work.batch.id)
            if entry is not None:  # else a person has settled it, and let go of it, meanwhile
                self._looking.looked(entry, work.cancel, seen, problem)
            self._changed.notify_all()

    # ------------------------------------------------------------------------------------------------- inside
    def _ended(self, entry: Entry, ended: Attached) -> None:
        batch = dataclasses.replace(entry.batch, answers={**entry.batch.answers, **ended.batch.answers})
        problem = ended.problem
        step = entry.current.get(batch.id, Step.ATTACH)
        if ended.verdict is Verdict.ATTACHED:
            verify = entry.flow.target.verify
            if ended.made is not None or (verify is not None and verify.made is not None):
                self._keeper.claim(entry, ended.made)
            self._keeper.end(entry, batch, BatchEvent.ATTACHED)
            self._teller.finished(entry, attached=True)
        elif ended.verdict is Verdict.UNKNOWN:
            lost = advance(batch, BatchEvent.ANSWER_LOST, problem=problem)
            self._keeper.batch(entry, lost, "attach unknown")
        elif ended.verdict is Verdict.REFUSED:
            self._keeper.batch(entry, advance(batch, _said_no(batch), problem=problem), "attach refused")
        else:
            self._attach_later(entry, batch, ended, step)
            problem = entry.batch.problem
        if entry.batch.due is not None:
            pass  # it goes on by itself
        elif entry.batch.state is BatchState.ATTACH_UNKNOWN and self._looks and entry.can_look:
            self._looking.begin(entry)
        elif entry.batch.state in {BatchState.ATTACH_UNKNOWN, BatchState.NEEDS_ATTENTION} and problem is not None:
            self._teller.failed(entry, None, step, problem)

    def _attach_later(self, entry: Entry, batch: Batch, ended: Attached, step: Step) -> None:
        """Not attached, or harmless to attach again: once more in a while, else a person is asked."""
        problem = ended.problem
        if problem is not None:
            self._patience.met(problem)
        tried = {"tries": batch.tries, "limited": batch.limited} if problem is None else counted(batch, problem)
        wait = None if problem is None else self._patience.wait(problem, tried)
        if problem is not None and self._patience.offline(problem):
            tried, wait = {"tries": batch.tries, "limited": batch.limited}, NETWORK_LOOK
        if problem is not None and wait is not None:
            self._patience.gate(entry.session, problem, wait)
            due = self._clock.monotonic() + wait
            # What may have worked is not called open: it could be cancelled then, as if nothing were attached.
            unknown = ended.verdict is Verdict.REPEATABLE and problem.sent
            event = BatchEvent.ANSWER_LOST if unknown or _perhaps(batch) else BatchEvent.NOT_SENT
            waiting = advance(batch, event, due=due, problem=problem, **tried)
            self._keeper.batch(entry, waiting, f"attach waits: {problem.kind}")
            entry.offline = self._patience.offline(problem)
            self._teller.waits(entry, None, step, problem, wait)
        elif ended.verdict is Verdict.REPEATABLE and problem is not None:
            problem = dataclasses.replace(problem, kind=Kind.ATTACH_UNKNOWN)
            lost = advance(batch, BatchEvent.ANSWER_LOST, problem=problem, tries=0, limited=0)
            self._keeper.batch(entry, lost, "attach unknown")
        else:
            refused = advance(batch, _said_no(batch), problem=problem, tries=0, limited=0)
            self._keeper.batch(entry, refused, "attach refused")


def _perhaps(attaching: Batch) -> bool:
    """Whether an earlier try of an attach that is harmless twice may have worked."""
    return attaching.problem is not None


def _said_no(attaching: Batch) -> BatchEvent:
    """What a refusal means: that nothing is attached, unless an earlier try may have worked."""
    return BatchEvent.ANSWER_LOST if _perhaps(attaching) else BatchEvent.REFUSED
