"""All batches of the queue behind one lock, and what can be asked of them.

What a person can wish of them is in `adding`, `editing`, `resting` and `deciding`; each wish takes the lock itself. One
that comes too late answers False and changes nothing; one about a batch that the queue has no more raises GoneError.
"""

import threading
from collections.abc import Mapping

from uploader_gui.core.batch import ENDED_BATCHES, Batch, GoneError, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, Ledger, LedgerError
from uploader_gui.core.progress import Meter
from uploader_gui.engine.choosing import Chooser
from uploader_gui.engine.entry import Entry
from uploader_gui.engine.events import Listener
from uploader_gui.engine.keeping import Changed, Keeper
from uploader_gui.engine.looking import Looking
from uploader_gui.engine.parting import Parting
from uploader_gui.engine.patience import Patience
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.telling import Teller


class Batches:
    """The state that all of the queue shares; `Queue` adds what a person can wish, and the lanes' side."""

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
        self._keeper = Keeper(clock, self._changed, ledger, self._halt, changed)
        self._looking = Looking(clock, self._keeper, self._teller, self._patience)
        self._chooser = Chooser(
            clock, self._keeper, self._teller, self._patience, self._entries, idle_digests=idle_digests, looks=looks
        )
        self._parting = Parting(self._keeper, self._teller, self._entries)
        self._cleaning: set[CancelToken] = set()
        self._stopping = False
        self._draining = False

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
        """Nothing can be kept any more: let everything come to an end. Called under the lock."""
        self._stopping = True
        for entry in self._entries.values():
            for token in entry.running.values():
                token.cancel()
        self._changed.notify_all()
