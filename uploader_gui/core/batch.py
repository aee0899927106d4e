"""A batch of files that go to one target together, each file's upload, and what may follow what.

Both have one transition table and one function, `advance`; what is not in the table cannot happen.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from pathlib import Path
from types import MappingProxyType
from typing import Any, overload

from uploader_gui.core.problems import Problem


class Step(StrEnum):
    """What a flow does: the first four for each file, the others for the whole batch."""

    SIGN = auto()
    TRANSFER = auto()
    CONFIRM = auto()
    READY = auto()
    PREPARE = auto()
    ATTACH = auto()
    VERIFY = auto()


ATTACH_SENT = "attach sent"
"""The journal's line before an attach goes out: a batch whose last line it is may be attached, or may not."""

CLEANED = "deleted at the service"
"""The journal's line about a file that is not attached after all: what it had left at the service is gone."""
NOT_CLEANED = "not deleted at the service"
"""Likewise: it could not be deleted. Why follows."""

UPLOAD_STEPS = (Step.SIGN, Step.TRANSFER, Step.CONFIRM, Step.READY)


class Proof(StrEnum):
    """How well it is proven that what is stored is what lies here, best first."""

    CHECKED = auto()  # the server was given a checksum and checked it
    ETAG = auto()  # the ETag it gave is the MD5
    SIZE = auto()  # it took exactly as many bytes as the file has
    NONE = auto()  # nothing is stored yet


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What can be proven about a stored file. Digests in hexadecimal; None means not known."""

    size: int
    md5: str | None = None
    sha256: str | None = None
    crc32c: str | None = None
    etag: str | None = None
    proof: Proof = Proof.NONE


class UploadState(StrEnum):
    """Where an upload is."""

    QUEUED = auto()
    RUNNING = auto()
    STORED = auto()
    PAUSED = auto()
    WAITING_NETWORK = auto()
    WAITING_RETRY = auto()
    NEEDS_ATTENTION = auto()
    CANCELLED = auto()


class GoneError(LookupError):
    """The queue has no such batch, or the batch no such upload: it was let go of, or parted, a moment ago."""


class UploadEvent(StrEnum):
    """What can happen to an upload."""

    STARTED = auto()
    STEP_DONE = auto()
    FINISHED = auto()
    MUST_WAIT = auto()
    NETWORK_LOST = auto()
    FAILED = auto()
    DUE = auto()
    NETWORK_BACK = auto()
    PAUSED = auto()
    RESUMED = auto()
    RETRIED = auto()
    EXPIRED = auto()
    CANCELLED = auto()
    CRASHED = auto()


class BatchState(StrEnum):
    """Where a batch is."""

    OPEN = auto()
    HELD = auto()
    ATTACHING = auto()
    ATTACHED = auto()
    STORED = auto()  # all files are stored, and the target attaches nothing
    ATTACH_UNKNOWN = auto()
    NEEDS_ATTENTION = auto()
    PAUSED = auto()
    CANCELLED = auto()


class Partly(StrEnum):
    """What becomes of a batch some of whose files cannot be sent, chosen beforehand."""

    ASK = auto()  # a person is asked
    OTHERS = auto()  # the others are attached; those that failed become a batch of their own
    NOTHING = auto()  # nothing is attached before all files are stored


class BatchEvent(StrEnum):
    """What can happen to a batch."""

    HELD = auto()
    UNDONE = auto()
    ATTACH_STARTED = auto()
    REPEATED = auto()
    ATTACHED = auto()
    STORED = auto()
    NOT_SENT = auto()
    ANSWER_LOST = auto()
    REFUSED = auto()
    FAILED = auto()
    FOUND_ATTACHED = auto()
    FOUND_ABSENT = auto()
    PAUSED = auto()
    RESUMED = auto()
    RETRIED = auto()
    CANCELLED = auto()
    CRASHED = auto()


_U, _UE = UploadState, UploadEvent
UPLOAD_TRANSITIONS: Mapping[tuple[UploadState, UploadEvent], UploadState] = {
    (_U.QUEUED, _UE.STARTED): _U.RUNNING,
    (_U.RUNNING, _UE.STEP_DONE): _U.RUNNING,
    (_U.RUNNING, _UE.FINISHED): _U.STORED,
    (_U.RUNNING, _UE.MUST_WAIT): _U.WAITING_RETRY,
    (_U.RUNNING, _UE.NETWORK_LOST): _U.WAITING_NETWORK,
    (_U.RUNNING, _UE.FAILED): _U.NEEDS_ATTENTION,
    (_U.RUNNING, _UE.CRASHED): _U.QUEUED,
    (_U.QUEUED, _UE.FAILED): _U.NEEDS_ATTENTION,
    (_U.WAITING_RETRY, _UE.DUE): _U.QUEUED,
    (_U.WAITING_NETWORK, _UE.NETWORK_BACK): _U.QUEUED,
    (_U.STORED, _UE.EXPIRED): _U.QUEUED,
    (_U.NEEDS_ATTENTION, _UE.RETRIED): _U.QUEUED,
    (_U.PAUSED, _UE.RESUMED): _U.QUEUED,
    **{(state, _UE.PAUSED): _U.PAUSED for state in (_U.QUEUED, _U.RUNNING, _U.WAITING_RETRY, _U.WAITING_NETWORK)},
    **{
        (state, _UE.CANCELLED): _U.CANCELLED
        for state in (
            _U.QUEUED,
            _U.RUNNING,
            _U.STORED,
            _U.PAUSED,
            _U.WAITING_RETRY,
            _U.WAITING_NETWORK,
            _U.NEEDS_ATTENTION,
        )
    },
}

_B, _BE = BatchState, BatchEvent
BATCH_TRANSITIONS: Mapping[tuple[BatchState, BatchEvent], BatchState] = {
    (_B.OPEN, _BE.STORED): _B.STORED,
    (_B.OPEN, _BE.HELD): _B.HELD,
    (_B.OPEN, _BE.ATTACH_STARTED): _B.ATTACHING,
    (_B.OPEN, _BE.FAILED): _B.NEEDS_ATTENTION,
    (_B.HELD, _BE.ATTACH_STARTED): _B.ATTACHING,
    (_B.HELD, _BE.UNDONE): _B.OPEN,
    (_B.ATTACHING, _BE.ATTACHED): _B.ATTACHED,
    (_B.ATTACHING, _BE.NOT_SENT): _B.OPEN,
    (_B.ATTACHING, _BE.ANSWER_LOST): _B.ATTACH_UNKNOWN,
    (_B.ATTACHING, _BE.CRASHED): _B.ATTACH_UNKNOWN,
    (_B.ATTACHING, _BE.REFUSED): _B.NEEDS_ATTENTION,
    (_B.ATTACH_UNKNOWN, _BE.REPEATED): _B.ATTACHING,  # only where the target says that twice is harmless
    (_B.ATTACH_UNKNOWN, _BE.FOUND_ATTACHED): _B.ATTACHED,
    (_B.ATTACH_UNKNOWN, _BE.FOUND_ABSENT): _B.OPEN,
    (_B.HELD, _BE.CRASHED): _B.HELD,
    (_B.NEEDS_ATTENTION, _BE.RETRIED): _B.OPEN,
    (_B.OPEN, _BE.PAUSED): _B.PAUSED,
    (_B.HELD, _BE.PAUSED): _B.PAUSED,
    (_B.PAUSED, _BE.RESUMED): _B.OPEN,
    # Never while attaching or unknown: nobody can say then that nothing is attached.
    **{(state, _BE.CANCELLED): _B.CANCELLED for state in (_B.OPEN, _B.HELD, _B.PAUSED, _B.NEEDS_ATTENTION)},
}

ENDED_UPLOADS = frozenset({UploadState.STORED, UploadState.CANCELLED})
ENDED_BATCHES = frozenset({BatchState.ATTACHED, BatchState.STORED, BatchState.CANCELLED})

Answers = Mapping[str, Any]
NOTHING: Answers = MappingProxyType({})


def _nothing() -> Answers:
    """The same empty mapping for all: a hundred thousand of three each would take twenty megabytes."""
    return NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One file of a batch on its way.

    Attributes:
        id: Unlike any other upload's.
        batch_id: Its batch's.
        given: The path as the person gave it; what messages and events name.
        file: Where it lies, as a text: a Path takes four times as much room.
        name: The name it gets at the service.
        size: Bytes, when it was added.
        modified: Nanoseconds since 1970, when it was added.
        media_type: Its type, from the bundled table.
        width, height: A picture's, in pixels, where something asks for them.
        state: Where it is.
        next_step: The step to begin with; those before it are done and never repeated.
        answers: By step, what later steps need of its answer.
        digests: Of the whole file, by name ("md5", "sha256", "crc32c"), in hexadecimal, as far as known.
        receipt: What is proven about it once it is stored.
        stored_at: When it was stored, in UTC.
        result: What it is good for once it is stored: its link, ids. Forgotten when it is good no longer.
        good_until: Until when that is so, in UTC; None: for ever, as far as is known.
        tries: How often in a row it failed with something that may pass.
        limited: How often in a row it was told to wait.
        signed_until: Monotonic seconds until which the upload address is good, if known.
        polling_since: Monotonic seconds since when the service is being asked whether it is ready.
        due: Monotonic seconds from which it may go on, while waiting.
        problem: Why it waits or needs attention.
    """

    id: str
    batch_id: str
    given: str
    file: str
    name: str
    size: int
    modified: int
    media_type: str
    width: int | None = None
    height: int | None = None
    state: UploadState = UploadState.QUEUED
    next_step: Step = Step.SIGN
    answers: Answers = field(default_factory=_nothing, repr=False)
    digests: Mapping[str, str] = field(default_factory=_nothing)
    receipt: Receipt | None = None
    stored_at: datetime | None = None
    result: Answers = field(default_factory=_nothing, repr=False)
    good_until: datetime | None = None
    tries: int = 0
    limited: int = 0
    signed_until: float | None = None
    polling_since: float | None = None
    due: float | None = None
    problem: Problem | None = None

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return Path(self.file)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Files that go to one target together, by exactly one attach call.

    Attributes:
        id: A stable UUID.
        service: The service's id.
        target: The target kind's id.
        inputs: What was filled in, by input id.
        named: The same as people read it: a record's name instead of its id.
        attaches: Whether its target attaches; else storing the files is all.
        service_name: What people call the service. The engine fills it in.
        base: The address its account is for.
        account: The saved account's id; "" for the environment's keys.
        whose: Who the account was when the batch was made, as its check said: "Ann Lee, Acme Sales".
        author: The same as the service itself names it: the id that what this account makes carries.
        record: What its attach changes, the same for all accounts: one attach at a time may change it.
        there: The ids of what was on the record before the attach, once that was looked at.
        ended: When it ended.
        place: What it is attached to, in words: "the note on Globex Corporation". The engine fills it in.
        link: The record's address. Likewise.
        state: Where it is.
        uploads: The ids of its uploads, in the order the person gave.
        answers: What the attach needs of the calls before it, by id.
        tries: How often the attach failed in a row before anything was sent.
        limited: How often in a row it was told to wait.
        due: Monotonic seconds from which the attach may be tried again.
        problem: Why it needs attention.
        created: When it was made.
        partly: What becomes of it if some of its files cannot be sent.
    """

    id: str
    service: str
    target: str
    inputs: Mapping[str, Any]
    named: Mapping[str, str]
    created: datetime
    attaches: bool = True
    service_name: str = ""
    base: str = ""
    account: str = ""
    whose: str | None = None
    author: str | None = None
    record: str = ""
    there: tuple[str, ...] | None = None
    ended: datetime | None = None
    place: str | None = None
    link: str | None = None
    state: BatchState = BatchState.OPEN
    uploads: tuple[str, ...] = ()
    answers: Answers = field(default_factory=dict, repr=False)
    tries: int = 0
    limited: int = 0
    due: float | None = None
    problem: Problem | None = None
    partly: Partly = Partly.ASK


class ImpossibleTransitionError(Exception):
    """An event came that cannot happen in this state: an error in this program."""


@overload
def advance(thing: Upload, event: UploadEvent, **changes: Any) -> Upload: ...
@overload
def advance(thing: Batch, event: BatchEvent, **changes: Any) -> Batch: ...
def advance(thing: Upload | Batch, event: UploadEvent | BatchEvent, **changes: Any) -> Upload | Batch:
    """Give the upload or batch as it is after the event, with `changes` to its other facts.

    Raises:
        ImpossibleTransitionError: The event cannot happen in its state.
    """
    table: Mapping[Any, Any] = UPLOAD_TRANSITIONS if isinstance(thing, Upload) else BATCH_TRANSITIONS
    state = table.get((thing.state, event))
    if state is None:
        raise ImpossibleTransitionError(
            f"{event} cannot happen to {type(thing).__name__} {thing.id} while {thing.state}"
        )
    return dataclasses.replace(thing, state=state, **changes)


def nameless(batch_id: str) -> str:
    """What a batch claims on a record when the service did not say what its attach made."""
    return f"?{batch_id}"


def ended(batch: Batch, uploads: Sequence[Upload], event: BatchEvent, at: datetime) -> tuple[Batch, tuple[Upload, ...]]:
    """Give a batch and its uploads as they are when it has ended: what only its steps and calls needed is forgotten.

    Args:
        batch: As it is before the event.
        uploads: Its uploads.
        event: How it ended; when it is cancelled, so are they.
        at: When.

    Raises:
        ImpossibleTransitionError: It cannot end so in its state.
    """
    after = advance(batch, event, problem=None, due=None, ended=at, answers={}, there=None)
    changed = tuple(dataclasses.replace(upload, answers={}) for upload in uploads)
    if event is BatchEvent.CANCELLED:
        changed = tuple(
            one if one.state is UploadState.CANCELLED else advance(one, UploadEvent.CANCELLED) for one in changed
        )
    return after, changed
