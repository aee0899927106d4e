"""What the queue shows, as facts: each batch with its files, and how far what is being sent is. Knows no Qt."""

import bisect
import collections
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum, auto

from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState, Step, Upload, UploadState
from uploader_gui.core.problems import ACTIONS, Action, Problem
from uploader_gui.core.progress import ALL_SENT, Meter, Speed
from uploader_gui.workers.facts import Why

MOST_UNFOLDED = 50
"""Batches of more files than this come folded."""
_WAITING = frozenset({UploadState.QUEUED, UploadState.WAITING_NETWORK, UploadState.WAITING_RETRY})


class Group(StrEnum):
    """Where a batch belongs, for whoever looks for it."""

    ACTIVE = auto()
    NEEDS_YOU = auto()
    DONE = auto()


@dataclass(slots=True)
class Running:
    """A transfer that is under way.

    Attributes:
        meter: How far it is.
        speed: How fast.
        seen: Bytes that had gone out when it was looked at last.
        drawn: How far its bar was then, in steps that are seen.
    """

    meter: Meter
    speed: Speed = field(default_factory=Speed)
    seen: int = 0
    drawn: int = -1


class Node:
    """One batch with its files, as last told.

    Attributes:
        batch: As it is now.
        uploads: In order.
        sends: Whether its attach goes out to people; then it waits until it is let go.
        running: The transfers under way, by upload id.
        left: Why it is not in the queue, if an earlier run left it.
        problem: What is wrong with it beside that, if it is not gone on with.
        asks: Nobody but a person can say what became of its attach.
        busy: Another batch comes first.
        unfolded: Whether its files are shown.
        drawn: How far its bar was when it was looked at last, in steps that are seen.
        broken_off: How many of its files were broken off in the middle of being sent, and begin again.
    """

    def __init__(self, batch: Batch, *, sends: bool) -> None:
        self.batch = batch
        self.uploads: list[Upload] = []
        self.sends = sends
        self.running: dict[str, Running] = {}
        self.left: Why | None = None
        self.problem: Problem | None = None
        self.asks = False
        self.busy: Problem | None = None
        self.unfolded = len(batch.uploads) <= MOST_UNFOLDED
        self.drawn = -1
        self.counts: collections.Counter[UploadState] = collections.Counter()
        self.size = 0
        self.stored = 0
        self.retriable = 0  # files that need a person, and may be helped by trying again
        self.broken_off = 0
        self._where: dict[str, int] = {}
        self._found: list[int] | None = None

    # ------------------------------------------------------------------------------------------------- changes
    def put(self, upload: Upload, meter: Meter | None) -> bool:
        """Take an upload as it is now; whether it is new."""
        place = self._where.get(upload.id)
        if place is None:
            self._where[upload.id] = len(self.uploads)
            self.uploads.append(upload)
        else:
            before = self.uploads[place]
            self.counts[before.state] -= 1
            self.retriable -= _can_be_retried(before)
            self.size -= _counts(before)
            self.stored -= before.size * (before.state is UploadState.STORED)
            self.broken_off -= begins_again(before)
            self.uploads[place] = upload
        self.counts[upload.state] += 1
        self.retriable += _can_be_retried(upload)
        self.size += _counts(upload)
        self.stored += upload.size * (upload.state is UploadState.STORED)
        self.broken_off += begins_again(upload)
        if upload.state is UploadState.RUNNING and meter is not None:
            if upload.id not in self.running:
                self.running[upload.id] = Running(meter)
        else:
            self.running.pop(upload.id, None)
        return place is None

    def keep_only(self, upload_ids: Iterable[str]) -> bool:
        """Let go of files that have become another batch's; whether there were any."""
        kept = set(upload_ids)
        if len(kept) >= len(self.uploads):
            return False
        rest = [upload for upload in self.uploads if upload.id in kept]
        running = self.running
        self.uploads, self._where, self.running = [], {}, {}
        self.counts.clear()
        self.size = self.stored = self.retriable = self.broken_off = 0
        for upload in rest:
            self.put(upload, running[upload.id].meter if upload.id in running else None)
        return True

    # ------------------------------------------------------------------------------------------------ searching
    def search(self, text: str, title: str) -> bool:
        """Show only the files in whose name this text is; all of them if it is in the batch's. Whether there are any.

        Args:
            text: In small letters; "" shows everything.
            title: What people call the batch.
        """
        if not text or text in title.casefold():
            self._found = None
            return True
        self._found = [place for place, upload in enumerate(self.uploads) if text in upload.name.casefold()]
        return bool(self._found)

    @property
    def finds_all(self) -> bool:
        """Whether all of its files are shown."""
        return self._found is None

    def find(self, upload: Upload, text: str) -> None:
        """Take a new upload into what was searched for."""
        if self._found is not None and text in upload.name.casefold():
            self._found.append(self._where[upload.id])

    # --------------------------------------------------------------------------------------------------- rows
    @property
    def shown(self) -> int:
        """How many of its files are shown."""
        if not self.unfolded:
            return 0
        return len(self.uploads) if self._found is None else len(self._found)

    def at(self, row: int) -> Upload:
        """The file in this row beneath the batch, from 0."""
        return self.uploads[row if self._found is None else self._found[row]]

    def row_of(self, upload_id: str) -> int | None:
        """The row of a file beneath the batch; None if it is not shown."""
        place = self._where.get(upload_id)
        if place is None or not self.unfolded:
            return None
        if self._found is None:
            return place
        row = bisect.bisect_left(self._found, place)
        return row if row < len(self._found) and self._found[row] == place else None

    def upload(self, upload_id: str) -> Upload | None:
        """A file by its id."""
        place = self._where.get(upload_id)
        return None if place is None else self.uploads[place]

    # -------------------------------------------------------------------------------------------------- facts
    @property
    def count(self) -> int:
        """How many files it has that were not left out; of one that was given up, all."""
        if self.batch.state is BatchState.CANCELLED:
            return len(self.uploads)
        return len(self.uploads) - self.counts[UploadState.CANCELLED]

    @property
    def all_stored(self) -> bool:
        """Whether every file that was not left out is stored."""
        return 0 < self.counts[UploadState.STORED] == self.count

    @property
    def held_back(self) -> bool:
        """Whether it waits until a person lets it go out."""
        batch = self.batch
        return self.sends and batch.state is BatchState.OPEN and batch.problem is None and batch.due is None

    @property
    def waiting(self) -> int:
        """How many files wait for their turn, or for something to pass."""
        if self.left is not None or self.batch.state not in {BatchState.OPEN, BatchState.HELD}:
            return 0
        return sum(self.counts[state] for state in _WAITING)

    @property
    def sending(self) -> bool:
        """Whether something of it is being sent that would begin again if it were paused."""
        going = (self.upload(one) for one in self.running)
        return any(one is not None and one.next_step is Step.TRANSFER for one in going)

    @property
    def stuck(self) -> int:
        """How many files need a person."""
        return self.counts[UploadState.NEEDS_ATTENTION]

    @property
    def group(self) -> Group:
        """Where it belongs."""
        state = self.batch.state
        if state in ENDED_BATCHES:
            return Group.DONE
        if self.left is not None:
            return Group.ACTIVE if self.left in {Why.NOT_CHECKED, Why.KEY_WAITS} else Group.NEEDS_YOU
        asks = state is BatchState.ATTACH_UNKNOWN and self.asks
        ready = self.held_back and self.all_stored
        if state is BatchState.NEEDS_ATTENTION or asks or ready or self.stuck or self.busy is not None:
            return Group.NEEDS_YOU
        return Group.ACTIVE

    @property
    def sent(self) -> int:
        """Bytes that have gone out, of those that count."""
        return self.stored + sum(one.meter.sent for one in self.running.values())

    @property
    def per_mille(self) -> int:
        """How far its files are: 1000 once all of them are stored, and ALL_SENT at most before that."""
        if self.all_stored:
            return 1000
        return min(ALL_SENT, self.sent * 1000 // self.size) if self.size else 0

    @property
    def speed(self) -> float | None:
        """Bytes a second that go out; None while that cannot be told."""
        speeds = [one.speed.bytes_per_second for one in self.running.values()]
        known = [speed for speed in speeds if speed is not None]
        return sum(known) if known else None


def begins_again(upload: Upload) -> bool:
    """Whether a paused file was broken off in the middle: one request sends it whole, so it begins from its start."""
    return upload.state is UploadState.PAUSED and upload.next_step is Step.TRANSFER


def _counts(upload: Upload) -> int:
    """The bytes of an upload that count for its batch: not those that were left out."""
    return 0 if upload.state is UploadState.CANCELLED else upload.size


def _can_be_retried(upload: Upload) -> bool:
    """Whether a file needs a person, and trying again may be what it needs."""
    problem = upload.problem
    stuck = upload.state is UploadState.NEEDS_ATTENTION and problem is not None
    return stuck and problem is not None and Action.RETRY in ACTIONS[problem.kind]
