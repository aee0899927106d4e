"""What a lane does next: an attach before further bytes, looks before both, digests when there is nothing else."""

import collections
import dataclasses
from collections.abc import Mapping

from uploader_gui.core.batch import (
    BatchEvent,
    BatchState,
    Step,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, Holder
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.entry import Behind, Entry, Look, anew
from uploader_gui.engine.keeping import Keeper
from uploader_gui.engine.patience import Patience
from uploader_gui.engine.telling import Teller
from uploader_gui.engine.work import AttachWork, CleanupWork, DigestWork, UploadWork, VerifyWork, Work

LOOK_AT_HOLDER = 1.0
"""Seconds after which it is looked again whether another process is done with a record."""
SPARE_SECONDS = 60.0
"""What a link must still live when it is attached."""
GOING = frozenset({BatchState.OPEN, BatchState.HELD, BatchState.ATTACH_UNKNOWN})
"""Of others nothing is begun: they have ended, are being attached, rest, or need a person."""


class Chooser:
    """Chooses, and begins what it chose.

    Args:
        clock: Time.
        keeper: Keeps changes.
        teller: Tells them.
        patience: Which accounts are asked nothing for now.
        entries: All batches, in their order.
        idle_digests: Digests taken of stored files when there is nothing else to do.
        looks: Whether an attach notes what is on the record before it.

    Attributes:
        at: The batch that was looked at last: where `next` raised, it did so over this one. None: over none of them.
    """

    def __init__(
        self,
        clock: Clock,
        keeper: Keeper,
        teller: Teller,
        patience: Patience,
        entries: Mapping[str, Entry],
        *,
        idle_digests: frozenset[str],
        looks: bool,
    ) -> None:
        self._clock = clock
        self._keeper = keeper
        self._teller = teller
        self._patience = patience
        self._entries = entries
        self._idle_digests = idle_digests
        self._looks = looks
        self._digesting: DigestWork | None = None
        self._not_digested: set[str] = set()
        self._cleanups: collections.deque[CleanupWork] = collections.deque()
        self.at: Entry | None = None

    def next(self) -> tuple[Work | None, float | None]:
        """What to do now; else when something is due at the earliest. Raises LedgerError."""
        self.at, now = None, self._clock.monotonic()
        dues: list[float] = []
        chosen: tuple[Entry, Upload] | None = None
        taken = self._records_in_use()
        for entry in self._entries.values():
            if entry.batch.state not in GOING or entry.asks:
                continue
            self.at = entry
            self._wake(entry, now)
            dues += entry.waiting.values()
            gate = self._patience.opens(entry.session, now)
            if entry.look is not None and entry.look.due is not None:
                look_due = max(gate, entry.look.due)
                if look_due <= now:
                    return self._verify(entry, entry.look), None
                dues.append(look_due)
            if entry.complete and not self._expire(entry):
                if self._is_free(entry, taken, now):
                    work, due = self._attach_when_due(entry, now, gate)
                    if work is not None:
                        return work, None
                    dues += [] if due is None else [due]
                continue
            upload = entry.next_queued() if entry.batch.state is not BatchState.ATTACH_UNKNOWN else None
            if upload is not None and gate > now:
                dues.append(gate)
            elif upload is not None and chosen is None:
                chosen = (entry, upload)
        self.at = None if chosen is None else chosen[0]
        if chosen is not None:
            return self._upload(*chosen), None
        if self._cleanups:
            return self._cleanups.popleft(), None
        return (None, min(dues)) if dues else (self._digest(), None)

    def clean(self, work: CleanupWork) -> None:
        """Have this deleted when nothing that is to be attached waits for a lane."""
        self._cleanups.append(work)

    @property
    def busy(self) -> bool:
        """Whether something is under way, or will be looked at."""
        return any(
            entry.running or entry.batch.state is BatchState.ATTACHING or entry.look is not None
            for entry in self._entries.values()
        )

    def left_behind(self) -> None:
        """Nothing goes on without a person: tell whose attach waits for another batch. Raises LedgerError."""
        taken = self._records_in_use()
        for entry in self._entries.values():
            if entry.complete and entry.behind is None and taken.get(entry.batch.record) not in {None, entry.batch.id}:
                self._fall_behind(entry, Holder(batch_id=taken[entry.batch.record], alive=False))

    # ---------------------------------------------------------------------------------------------- beginning
    def _records_in_use(self) -> dict[str, str]:
        """The records that are being attached to, or where nobody knows: the next attach to one of them waits."""
        held = {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN}
        return {entry.batch.record: entry.batch.id for entry in self._entries.values() if entry.batch.state in held}

    def _is_free(self, entry: Entry, taken: Mapping[str, str], now: float) -> bool:
        """Whether no other batch here holds a batch's record. One of which only a person knows is told of, once."""
        holder = self._entries.get(taken.get(entry.batch.record, entry.batch.id), entry)
        if holder is entry:
            if entry.behind is not None and entry.behind.batch_id in self._entries:
                entry.behind = None  # settled here, a moment ago
            return True
        if entry.behind is None and holder.asks:
            self._fall_behind(entry, Holder(batch_id=holder.batch.id, alive=False), now)
        return False

    def _wake(self, entry: Entry, now: float) -> None:
        for upload in [entry.uploads[one] for one, due in entry.waiting.items() if due <= now]:
            offline = upload.state is UploadState.WAITING_NETWORK
            event = UploadEvent.NETWORK_BACK if offline else UploadEvent.DUE
            self._keeper.upload(entry, advance(upload, event, due=None), "due")

    def _expire(self, entry: Entry) -> bool:
        """Send those files again whose links have run out since they were stored; whether there were any."""
        if entry.batch.state is BatchState.ATTACH_UNKNOWN:
            return False
        now = self._clock.utc().timestamp() + SPARE_SECONDS
        expired = [one for one in entry.included if one.good_until is not None and one.good_until.timestamp() <= now]
        for upload in expired:
            self._keeper.upload(entry, anew(advance(upload, UploadEvent.EXPIRED)), "its link has expired")
        return bool(expired)

    def _upload(self, entry: Entry, upload: Upload) -> UploadWork:
        work = UploadWork(
            batch=entry.batch,
            upload=advance(upload, UploadEvent.STARTED),
            flow=entry.flow,
            session=entry.session,
            cancel=CancelToken(),
            meter=entry.meter(upload.id),
            unsettled=upload.id in entry.unrest,
        )
        self._keeper.soon(entry, work.upload, "started")
        # The last of all: what runs and is not among these is at work nowhere.
        entry.running[upload.id] = work.cancel
        return work

    def _attach_when_due(self, entry: Entry, now: float, gate: float) -> tuple[AttachWork | None, float | None]:
        """Begin an attach; else say when it is worth another try, None if a person comes first."""
        due = max(gate, entry.batch.due or now, entry.behind.due if entry.behind else now)
        work = self._attach(entry, now) if due <= now else None
        if work is not None or entry.behind is None:
            return work, due
        return None, max(due, entry.behind.due) if entry.behind.alive else None

    def _attach(self, entry: Entry, now: float) -> AttachWork | None:
        if entry.batch.state is BatchState.ATTACH_UNKNOWN:
            # Its problem stays: the earlier try may have worked, whatever becomes of this one.
            begun = advance(entry.batch, BatchEvent.REPEATED, due=None)
        else:
            begun = advance(entry.batch, BatchEvent.ATTACH_STARTED, due=None, problem=None)
        holder = self._keeper.begin_attach(entry, begun)
        if holder is not None:
            self._fall_behind(entry, holder, now)
            return None
        entry.behind, entry.attach_sent, entry.offline = None, False, False
        return AttachWork(
            batch=entry.batch,
            uploads=entry.included,
            flow=entry.flow,
            session=entry.session,
            cancel=CancelToken(),
            looks=self._looks,
        )

    def _fall_behind(self, entry: Entry, holder: Holder, now: float | None = None) -> None:
        """Another batch has the record: wait for a process that is at work on it; else tell a person, once."""
        before = entry.behind
        due = (self._clock.monotonic() if now is None else now) + LOOK_AT_HOLDER
        entry.behind = Behind(batch_id=holder.batch_id, due=due, alive=holder.alive)
        if before is not None and (before.batch_id, before.alive) == (holder.batch_id, holder.alive):
            return
        problem = Problem(
            kind=Kind.RECORD_BUSY, service=entry.flow.service.name, step=Step.ATTACH, detail=holder.batch_id[:8]
        )
        if holder.alive:
            self._teller.waits(entry, None, Step.ATTACH, problem, LOOK_AT_HOLDER)
        else:
            self._keeper.batch(entry, dataclasses.replace(entry.batch, problem=problem), "waits for another batch")
            self._teller.failed(entry, None, Step.ATTACH, problem)

    def _verify(self, entry: Entry, look: Look) -> VerifyWork:
        claimed = self._keeper.claimed(entry)
        look.due, look.under_way = None, CancelToken()
        return VerifyWork(
            batch=entry.batch,
            uploads=entry.included,
            flow=entry.flow,
            session=entry.session,
            claimed=claimed,
            cancel=look.under_way,
        )

    # ------------------------------------------------------------------------------------------------ digests
    def _digest(self) -> DigestWork | None:
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

    def stop_digesting(self) -> None:
        """Real work comes first; the file's turn comes again."""
        if self._digesting is not None:
            self._digesting.cancel.cancel()

    def digested(self, work: DigestWork, *, taken: bool) -> None:
        """Digests are there, or could not be taken; what was broken off is tried again."""
        self._digesting = None
        if not taken and not work.cancel.cancelled:
            self._not_digested.add(work.upload.id)
