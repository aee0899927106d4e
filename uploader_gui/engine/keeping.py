"""Every change of the scheduler's batches and uploads: kept by the ledger first, then acted on.

What a lane does to an upload is posted (`soon`), so that no lane waits for the writes of all others: it is kept in its
order, before anything else is, and before anything goes out that may not be done twice (`catch_up`).
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime

from uploader_gui.core.batch import ATTACH_SENT, Batch, BatchEvent, Upload, ended, nameless
from uploader_gui.core.ports import Clock, Holder, Ledger, LedgerError
from uploader_gui.engine.entry import Entry

log = logging.getLogger(__name__)

Changed = Callable[[Batch, Upload | None], None]
"""Told of a batch as it is now, or of one of its uploads."""


class Unkept:
    """Stands where a ledger is not wanted: nothing outlives this process."""

    def __init__(self) -> None:
        self._claims: dict[tuple[str, str], str] = {}

    def add(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Forget it."""

    def add_all(self, new: Sequence[tuple[Batch, Sequence[Upload]]], at: datetime) -> None:
        """Forget them."""

    def save(
        self,
        batch: Batch | None,
        uploads: Iterable[Upload],
        at: datetime,
        line: tuple[str, str | None, str],
        *,
        durable: bool = False,
    ) -> None:
        """Forget it."""

    def post(self, upload: Upload, at: datetime, line: tuple[str, str | None, str]) -> Future[None]:
        """Forget it, as soon as `save` has."""
        kept = Future[None]()
        try:
            self.save(None, (upload,), at, line)
        except LedgerError as error:
            kept.set_exception(error)
        else:
            kept.set_result(None)
        return kept

    def begin_attach(self, batch: Batch, at: datetime, line: tuple[str, str | None, str]) -> Holder | None:
        """There is nobody else."""

    def part(self, kept: Batch, parted: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Forget it."""

    def extend(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Forget it."""

    def claim(self, record: str, thing: str, batch_id: str) -> bool:
        """Claim a thing among this process's batches."""
        return self._claims.setdefault((record, thing), batch_id) == batch_id

    def claimed(self, record: str) -> Mapping[str, str]:
        """What they claimed."""
        return {thing: batch for (of, thing), batch in self._claims.items() if of == record}


class Keeper:
    """Keeps changes. When one cannot be kept it is not acted on, and everything is stopped.

    Args:
        clock: Time.
        lock: What all but `catch_up` is called under.
        ledger: Where; None: nowhere.
        broke: Told when the ledger first refuses; after that nothing is kept any more, so that what runs can end.
        changed: Told of everything that was kept.
    """

    def __init__(
        self,
        clock: Clock,
        lock: AbstractContextManager[object],
        ledger: Ledger | None,
        broke: Callable[[], None],
        changed: Changed | None = None,
    ) -> None:
        self._clock = clock
        self._lock = lock
        self._ledger = ledger or Unkept()
        self._broke = broke
        self._changed = changed or (lambda _batch, _upload: None)
        self.broken: LedgerError | None = None
        self._posted: tuple[Future[None], ...] = ()

    def new(self, entry: Entry) -> None:
        """Keep a new batch. Raises LedgerError: then nothing has begun, and nothing is stopped."""
        self._ledger.add(entry.batch, entry.ordered, self._clock.utc())
        self._show(entry, entry.ordered)

    def new_ones(self, entries: Sequence[Entry]) -> None:
        """Keep several new batches, all or none. Raises LedgerError: then nothing has begun, and nothing is stopped."""
        self._ledger.add_all([(entry.batch, entry.ordered) for entry in entries], self._clock.utc())
        for entry in entries:
            self._show(entry, entry.ordered)

    def upload(self, entry: Entry, upload: Upload, happened: str, *, durable: bool = False) -> None:
        """Keep an upload as it is now; durable: on the disk itself before this returns. Raises LedgerError."""
        self._save(None, (upload,), (entry.batch.id, upload.id, happened), durable=durable)
        entry.put(upload)
        self._changed(entry.batch, upload)

    def soon(self, entry: Entry, upload: Upload, happened: str) -> None:
        """As `upload`, but without waiting: a process that ends before it is kept does it again. Raises LedgerError."""
        if self.broken is None:
            with self._stopping():
                waiting = []
                for one in self._posted:
                    if one.done():
                        _is_kept(one)
                    else:
                        waiting.append(one)  # asked once: what ends from here on is looked at the next time
                posted = self._ledger.post(upload, self._clock.utc(), (entry.batch.id, upload.id, happened))
            self._posted = *waiting, posted
        entry.put(upload)
        self._changed(entry.batch, upload)

    def catch_up(self) -> None:
        """Wait until everything that was posted is kept; not under the lock, or everybody waits. Raises LedgerError."""
        self.check()
        with self._in_order():
            pass

    def batch(self, entry: Entry, batch: Batch, happened: str, *, durable: bool = False) -> None:
        """Keep a batch as it is now; durable: on the disk itself before this returns. Raises LedgerError."""
        self._save(batch, (), (batch.id, None, happened), durable=durable)
        entry.batch = batch
        self._changed(batch, None)

    def moved(self, entry: Entry, batch: Batch, uploads: Sequence[Upload]) -> None:
        """Keep a batch that begins anew elsewhere, with its uploads: all of it or nothing. Raises LedgerError."""
        self._save(batch, uploads, (batch.id, None, "goes to another address"))
        entry.batch = batch
        for upload in uploads:
            entry.put(upload)
        self._show(entry, uploads)

    def note(self, entry: Entry, upload_id: str, happened: str) -> None:
        """Note in the journal what happened to an upload that stays as it is. Raises LedgerError."""
        self._save(None, (), (entry.batch.id, upload_id, happened))
        self._changed(entry.batch, entry.uploads.get(upload_id))

    def attach_sent(self, entry: Entry) -> None:
        """Note that the attach goes out: on the disk itself before it does. Raises LedgerError."""
        self.check()
        self._save(None, (), (entry.batch.id, None, ATTACH_SENT), durable=True)

    def begin_attach(self, entry: Entry, batch: Batch) -> Holder | None:
        """Keep a batch that begins to be attached, unless another one holds its record. Raises LedgerError."""
        self.check()
        with self._in_order():
            holder = self._ledger.begin_attach(batch, self._clock.utc(), (batch.id, None, "attaching"))
        if holder is None:
            entry.batch = batch
            self._changed(batch, None)
        return holder

    def end(self, entry: Entry, batch: Batch, event: BatchEvent, *, durable: bool = False) -> None:
        """Keep a batch that has ended; durable: on the disk itself before this returns. Raises LedgerError."""
        now = self._clock.utc()
        after, uploads = ended(batch, entry.ordered, event, now)
        self._save(after, uploads, (batch.id, None, event.value), durable=durable)
        entry.batch = after
        for upload in uploads:
            entry.put(upload)
        self._show(entry, uploads)

    def part(self, entry: Entry, kept: Batch, parted: Batch, uploads: Sequence[Upload]) -> None:
        """Keep a batch some of whose uploads become a batch of their own. Raises LedgerError."""
        with self._in_order():
            self._ledger.part(kept, parted, uploads, self._clock.utc())
        entry.batch = kept
        entry.drop(upload.id for upload in uploads)
        self._changed(kept, None)
        self._changed(parted, None)
        for upload in uploads:
            self._changed(parted, upload)

    def extend(self, entry: Entry, batch: Batch, uploads: Sequence[Upload]) -> None:
        """Keep new uploads of a batch that is there already. Raises LedgerError."""
        with self._in_order():
            self._ledger.extend(batch, uploads, self._clock.utc())
        entry.batch = batch
        entry.more(uploads)
        self._show(entry, uploads)

    def claim(self, entry: Entry, thing: str | None, *, by: str = "") -> bool:
        """Claim what an attach made, or something of which the id is not known; False if it is another batch's.

        Args:
            entry: For whom.
            thing: What.
            by: The call before the attach that made it; "": the attach.

        Raises:
            LedgerError: It cannot be kept.
        """
        thing = thing or nameless(entry.batch.id)
        with self._in_order():
            return self._ledger.claim(_record(entry, by), thing, entry.batch.id)

    def claimed(self, entry: Entry, *, by: str = "") -> frozenset[str]:
        """What other batches' attaches, or calls before them, made on a batch's record. Raises LedgerError."""
        with self._stopping():
            claims = self._ledger.claimed(_record(entry, by))
        return frozenset(thing for thing, owner in claims.items() if owner != entry.batch.id)

    def check(self) -> None:
        """Let nothing go out that could not be noted, whoever met the ledger's refusal first. Raises LedgerError."""
        if self.broken is not None:
            raise self.broken

    def _show(self, entry: Entry, uploads: Sequence[Upload]) -> None:
        self._changed(entry.batch, None)
        for upload in uploads:
            self._changed(entry.batch, upload)

    def has_claimed(self, entry: Entry) -> bool:
        """Whether a batch has claimed something itself: then its attach went through. Raises LedgerError."""
        with self._stopping():
            return entry.batch.id in self._ledger.claimed(entry.batch.record).values()

    def _save(
        self,
        batch: Batch | None,
        uploads: Sequence[Upload],
        line: tuple[str, str | None, str],
        *,
        durable: bool = False,
    ) -> None:
        if self.broken is None:
            with self._in_order():
                self._ledger.save(batch, uploads, self._clock.utc(), line, durable=durable)

    @contextlib.contextmanager
    def _in_order(self) -> Iterator[None]:
        """Keep nothing before what was posted is kept, and stop everything when the ledger refuses."""
        with self._stopping():
            for posted in self._posted:
                _is_kept(posted)
            yield

    @contextlib.contextmanager
    def _stopping(self) -> Iterator[None]:
        """Stop everything when the ledger refuses."""
        try:
            yield
        except LedgerError as error:
            # `catch_up` may find it out while somebody else has the lock, and would break in between two lines of
            # theirs: what was to be kept before it goes out would be passed over.
            with self._lock:
                if self.broken is None:
                    self.broken = error
                    self._broke()
            raise


def _is_kept(posted: Future[None]) -> None:
    """Wait for what was posted. Raises LedgerError if it cannot be kept, also where that is a mistake of our own.

    Whoever waits is hardly ever the one it is about: as any other error it would be taken for theirs, again and again.
    """
    mistake: Exception
    try:
        posted.result()
    except LedgerError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not kept
        mistake = error
    else:
        return
    log.error("unexpected %s", type(mistake).__name__)  # its text may hold anything
    raise LedgerError


def _record(entry: Entry, by: str) -> str:
    """Where a claim is kept: what a call before the attach made says nothing of the attach."""
    return f"{entry.batch.record} by {by}" if by else entry.batch.record
