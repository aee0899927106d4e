"""Files that were gathered become batches in the queue, or are added to one."""

import collections
import contextlib
import dataclasses
import uuid
from collections.abc import Callable, Sequence

from uploader_gui.core.batch import Batch, Partly, Upload, UploadState
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, LedgerError
from uploader_gui.engine.entry import record_of
from uploader_gui.engine.lookup import Whose
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account
from uploader_gui.services.flow import Flow
from uploader_gui.store.ledger import Ledger
from uploader_gui.workers import gathering
from uploader_gui.workers.accounts import KnownAccount
from uploader_gui.workers.facts import Begun, Destination, NotYetError, Why
from uploader_gui.workers.known import Known
from uploader_gui.workers.memory import Memory
from uploader_gui.workers.plan import complete, place
from uploader_gui.workers.queued import Queued


class Beginning:
    """Begins batches.

    Args:
        ledger: Keeps them.
        queue: Takes them.
        queued: What is in the queue.
        known: Services and accounts.
        memory: Told where files go.
        clock: Time.
        partly: What becomes of a batch if some of its files cannot be sent, as the settings say now.
    """

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        queued: Queued,
        known: Known,
        memory: Memory,
        clock: Clock,
        *,
        partly: Callable[[], Partly],
    ) -> None:
        self._ledger = ledger
        self._queue = queue
        self._queued = queued
        self._known = known
        self._memory = memory
        self._clock = clock
        self._partly = partly

    def begin(
        self,
        where: Destination,
        who: Whose | None,
        portions: Sequence[gathering.Gathered],
        *,
        again: bool = False,
    ) -> tuple[str, ...]:
        """Put gathered files into the queue, a batch each; gives their ids. Where a target sends, it waits for a word.

        Args:
            where: Where they go.
            who: Whose the account is, if that is known.
            portions: The files of each batch.
            again: Also if the same files are on their way there already.

        Raises:
            NotYetError: A person must say more first.
            LedgerError: It cannot be kept.
        """
        account, what = self._known.account(where.account), self._known.flows[where.service, where.target]
        session = self._known.session(account)
        made = [self._made(where, who, account, what, portion) for portion in portions]
        if not again:
            self._check_new(what, made, session.account)
        ids = [batch.id for batch, _uploads in made]
        try:
            for batch_id in ids:
                # Held before it is there to be seen: nobody else takes it up.
                self._ledger.hold(batch_id)
            self._queue.add_all(made, what, session, held_back=what.target.sends)
        except LedgerError:
            # None of them is there: a disk that is full leaves no half of a drop behind.
            self._ledger.release(*ids)
            raise
        with contextlib.suppress(LedgerError):  # a convenience: what it is about is in the queue
            self._memory.remember(where, pinned=False)
        return tuple(ids)

    def _made(
        self, where: Destination, who: Whose | None, account: KnownAccount, what: Flow, found: gathering.Gathered
    ) -> tuple[Batch, tuple[Upload, ...]]:
        """A batch of gathered files, that nobody knows of yet. Raises NotYetError."""
        batch = Batch(
            id=found.batch_id or str(uuid.uuid4()),
            service=where.service,
            target=where.target,
            inputs={},
            named=dict(where.named),
            created=self._clock.utc(),
            attaches=what.target.call is not None,
            base=account.base,
            account=account.id,
            whose=None if who is None else who.shown,
            author=None if who is None else who.author,
            partly=self._partly(),
        )
        uploads = found.uploads
        if not found.batch_id:
            uploads = tuple(dataclasses.replace(one, batch_id=batch.id) for one in uploads)
        return complete(what, where.inputs, batch, uploads), uploads

    def _check_new(self, what: Flow, made: Sequence[tuple[Batch, tuple[Upload, ...]]], account: Account) -> None:
        """Raise NotYetError if one of these has the same files as one that is on its way to the same record."""
        wanted = [(batch, record_of(what, batch, account), uploads) for batch, uploads in made]
        records = {record for _batch, record, _uploads in wanted}
        for other in self._ledger.batches(ended=False):
            if other.record not in records:
                continue
            there = self._ledger.uploads(other.id)
            for batch, record, uploads in wanted:
                same = (other.service, other.target, other.record) == (batch.service, batch.target, record)
                if same and _same_files(there, uploads):
                    where = other.place or place(what, batch.named)
                    raise NotYetError(Why.SAME_FILES, count=len(uploads), place=where)

    def extend(self, batch_id: str, given: Sequence[str], cancel: CancelToken) -> Begun:
        """Add files to a batch. Raises NotYetError if it is too late, or they do not fit."""
        batch = self._queued.batch(batch_id)
        what = self._known.flow_of(batch)
        beside = [one for one in self._queue.uploads(batch_id) if one.state is not UploadState.CANCELLED]
        found = gathering.gather(what, batch_id, given, beside=beside, cancel=cancel)
        if found.together:
            most = what.max_files
            raise NotYetError(Why.PROBLEM, problem=found.together[0], count=len(found.uploads), most=most)
        if found.uploads and not self._queue.extend(batch_id, found.uploads):
            raise NotYetError(Why.TOO_LATE, count=len(found.uploads))
        return Begun(batches=(batch_id,), twice=found.twice, empty=found.empty, hidden=found.hidden)


def _same_files(some: Sequence[Upload], others: Sequence[Upload]) -> bool:
    # Where links lead asks the disk several times for each file: only where it may make a difference.
    return len(some) == len(others) and _paths(some) == _paths(others)


def _paths(uploads: Sequence[Upload]) -> collections.Counter[str]:
    return collections.Counter(str(upload.path.resolve()) for upload in uploads)
