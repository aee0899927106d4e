"""One batch in the queue, with what belongs to it; and what an earlier process left of one."""

import collections
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from uploader_gui.core.batch import Batch, BatchEvent, BatchState, Step, Upload, UploadEvent, UploadState, advance
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.progress import Meter
from uploader_gui.engine import scope
from uploader_gui.engine.media_type import media_type
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.settling import Unrest
from uploader_gui.engine.source import Source
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import Template


@dataclasses.dataclass(kw_only=True)
class Look:
    """Looking for an attach whose answer got lost.

    Attributes:
        since: Monotonic seconds when it got lost, or when it was taken up.
        due: Monotonic seconds of the next look; None while one is under way.
        again: Whether it may be attached again when it is not there.
        under_way: The token of the look that is under way: one from before tells nothing.
        absent: How many looks in a row did not find it.
        failed: How many looks in a row could not be had.
        limited: How many of them in a row because the service asked to wait.
        offline: Whether the next one waits for a network.
    """

    since: float
    due: float | None
    again: bool
    under_way: CancelToken | None = None
    absent: int = 0
    failed: int = 0
    limited: int = 0
    offline: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Behind:
    """Another process's batch holds the record.

    Attributes:
        batch_id: Which.
        due: Monotonic seconds of the next try.
        alive: Whether that process is at work on it; else a person must settle it first.
    """

    batch_id: str
    due: float
    alive: bool


class Entry:
    """One batch in the queue, with what belongs to it. Every change of an upload goes through `put`."""

    def __init__(self, batch: Batch, uploads: Sequence[Upload], flow: Flow, session: Session) -> None:
        record = record_of(flow, batch, session.account)
        self.batch = dataclasses.replace(
            batch, uploads=tuple(upload.id for upload in uploads), record=record, service_name=flow.service.name
        )
        self.flow = flow
        self.session = session
        self.uploads: dict[str, Upload] = {}
        self.meters: dict[str, Meter] = {}
        self.running: dict[str, CancelToken] = {}
        self.began: dict[tuple[str, Step], float] = {}
        self.current: dict[str, Step] = {}
        self.unrest: dict[str, Unrest] = {}
        self.queued: collections.deque[str] = collections.deque()
        self.waiting: dict[str, float] = {}
        self.counts: collections.Counter[UploadState] = collections.Counter()
        self.look: Look | None = None
        self.behind: Behind | None = None
        self.held_back = False
        self.offline = False  # whether its attach waits for a network
        self.attach_began = False  # an attach may have gone out, in this process or before it was taken up
        self.attach_sent = False  # of the attach that is under way, if one is
        self.cleaning = 0  # files that are being deleted at the service
        for upload in uploads:
            self.put(upload)
        if self.batch.place is None:
            # Told from now on without the service file.
            place, link = place_of(self, batch.created)
            self.batch = dataclasses.replace(self.batch, place=place, link=link)

    def put(self, upload: Upload) -> None:
        """Take an upload as it is now."""
        before = self.uploads.get(upload.id)
        self.uploads[upload.id] = upload
        if before is not None:
            self.counts[before.state] -= 1
        self.counts[upload.state] += 1
        self.waiting.pop(upload.id, None)
        if upload.state in {UploadState.WAITING_RETRY, UploadState.WAITING_NETWORK} and upload.due is not None:
            self.waiting[upload.id] = upload.due
        elif upload.state is UploadState.QUEUED:
            self.queued.append(upload.id)

    def more(self, uploads: Iterable[Upload]) -> None:
        """Take further uploads."""
        for upload in uploads:
            self.put(upload)

    def meter(self, upload_id: str) -> Meter:
        """How far an upload's transfer is; a meter is made for what is looked at or sent, not for all that waits."""
        found = self.meters.get(upload_id)
        if found is None:
            found = self.meters[upload_id] = Meter(self.uploads[upload_id].size)
        return found

    def drop(self, upload_ids: Iterable[str]) -> None:
        """Forget uploads that have become another batch's."""
        for upload_id in upload_ids:
            self.counts[self.uploads.pop(upload_id).state] -= 1
            self.waiting.pop(upload_id, None)
            self.meters.pop(upload_id, None)
            self.unrest.pop(upload_id, None)

    def next_queued(self) -> Upload | None:
        """The first upload that may begin; those that have left the queue meanwhile are passed over.

        One that a lane was told to stop waits until that lane has ended: two never work on one file.
        """
        while self.queued and not self._waits(self.queued[0]):
            self.queued.popleft()
        ready = (one for one in self.queued if one not in self.running and self._waits(one))
        return next((self.uploads[one] for one in ready), None)

    def _waits(self, upload_id: str) -> bool:
        upload = self.uploads.get(upload_id)
        return upload is not None and upload.state is UploadState.QUEUED

    @property
    def ordered(self) -> tuple[Upload, ...]:
        """Its uploads, in the order the person gave."""
        return tuple(self.uploads[one] for one in self.batch.uploads)

    @property
    def included(self) -> tuple[Upload, ...]:
        """Its uploads without those that were left out."""
        return tuple(upload for upload in self.ordered if upload.state is not UploadState.CANCELLED)

    @property
    def all_stored(self) -> bool:
        """Whether every file that was not left out is stored."""
        stored = self.counts[UploadState.STORED]
        return stored > 0 and stored + self.counts[UploadState.CANCELLED] == len(self.uploads)

    @property
    def rest_is_stuck(self) -> bool:
        """Whether some of its files need a person, and nothing is left to do for the others."""
        stuck = self.counts[UploadState.NEEDS_ATTENTION]
        ended = self.counts[UploadState.STORED] + self.counts[UploadState.CANCELLED]
        return stuck > 0 and ended + stuck == len(self.uploads)

    @property
    def can_look(self) -> bool:
        """Whether the service can be asked what became of an attach, without a person."""
        verify = self.flow.target.verify
        if verify is None:
            return False
        return verify.items is None or self.flow.same_is_certain or self.batch.there is not None

    @property
    def asks(self) -> bool:
        """Whether nobody but a person can say what became of its attach."""
        return self.batch.state is BatchState.ATTACH_UNKNOWN and self.look is None and self.batch.due is None

    def confirming(self, upload_id: str) -> bool:
        """Whether an upload is in the middle of a confirm that may not be repeated."""
        confirm = self.flow.confirm
        return confirm is not None and not confirm.repeat and self.current.get(upload_id) is Step.CONFIRM

    @property
    def complete(self) -> bool:
        """Whether the batch is ready to be attached."""
        ready = self.batch.state is BatchState.HELD or (self.batch.state is BatchState.OPEN and not self.held_back)
        # Harmless twice: nobody knows of the first try, and the next one has its time.
        unknown = self.batch.state is BatchState.ATTACH_UNKNOWN
        again = unknown and bool(self.flow.target.repeat) and self.batch.due is not None
        return (ready or again) and self.flow.target.call is not None and self.all_stored


def record_of(flow: Flow, batch: Batch, account: Account) -> str:
    """What an attach changes: attaches to the same record run one at a time, whoever's account they use."""
    record = shown(flow.target.record, _outside(flow, batch, account.public, (), batch.created))
    return f"{flow.service.id} {batch.base or account.base} {record or f'target:{flow.target_id}'}"


def place_of(entry: Entry, now: datetime) -> tuple[str, str | None]:
    """What a batch is attached to, in words, and its address."""
    known = _outside(entry.flow, entry.batch, entry.session.account.public, entry.ordered, now)
    target = entry.flow.target
    return shown(target.place, known) or target.label, shown(target.opens, known)


def _outside(
    flow: Flow, batch: Batch, account: Mapping[str, Any], uploads: Sequence[Upload], now: datetime
) -> dict[str, Any]:
    """What is known without any answer of the service."""
    empty: dict[str, Any] = dict.fromkeys(one.id for one in flow.target.inputs)
    known = dict(scope.outer(flow, account, batch.inputs, now))
    return {**known, "named": {**empty, **batch.named}, "batch": scope.summary(batch.id, uploads)}


def good_until(flow: Flow, stored_at: datetime) -> datetime | None:
    """Until when what a stored file is good for is good; None: for ever, as far as the service file says."""
    lifetime = flow.result.lifetime
    return None if lifetime is None else stored_at + timedelta(seconds=lifetime)


def parted(entry: Entry, new_id: str) -> tuple[Batch, Batch, list[Upload]] | None:
    """Part a batch: the uploads that need attention become a batch of their own.

    Args:
        entry: The batch.
        new_id: The id of the new one.

    Returns:
        The batch that goes on, the new one, and its uploads; None where none, or all, of the files need attention.
    """
    stuck = [upload for upload in entry.ordered if upload.state is UploadState.NEEDS_ATTENTION]
    rest = [upload for upload in entry.ordered if upload.state is not UploadState.NEEDS_ATTENTION]
    if (
        not stuck
        or all(upload.state is UploadState.CANCELLED for upload in rest)
        or entry.batch.state not in {BatchState.OPEN, BatchState.NEEDS_ATTENTION}
    ):
        return None
    batch = entry.batch
    if batch.state is BatchState.NEEDS_ATTENTION:
        batch = advance(batch, BatchEvent.RETRIED, problem=None, due=None, tries=0, limited=0)
    kept = with_files(entry, batch, rest)
    new = dataclasses.replace(
        batch, id=new_id, state=BatchState.NEEDS_ATTENTION, answers={}, there=None, problem=None, due=None
    )
    moved = [dataclasses.replace(upload, batch_id=new_id) for upload in stuck]
    return kept, with_files(entry, new, moved), moved


def moved(entry: Entry, session: Session) -> tuple[Batch, Sequence[Upload]] | None:
    """A batch as it is at another address of its account, to begin with anew.

    Args:
        entry: The batch.
        session: Signed in at the other address.

    Returns:
        The batch and its uploads; None where something of it lies at the former address, or is on its way there.
    """
    resting = {BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION}
    unsent = {Step.SIGN, Step.TRANSFER}
    there = any(one.state is UploadState.STORED or one.next_step not in unsent for one in entry.included)
    if there or entry.running or entry.batch.answers or entry.batch.state not in resting:
        return None
    # Its place and its link may name the address.
    batch = dataclasses.replace(entry.batch, base=session.account.base, place=None)
    again = Entry(batch, [anew(one) for one in entry.ordered], entry.flow, session)
    return again.batch, again.ordered


def with_files(entry: Entry, batch: Batch, uploads: Sequence[Upload]) -> Batch:
    """The batch with only these files. A text that names the files by itself names only those not left out."""
    inputs = dict(batch.inputs)
    named = [upload for upload in uploads if upload.state is not UploadState.CANCELLED]
    for one in entry.flow.target.inputs:
        before, after = (_default(entry.flow, one, scope.summary(batch.id, files)) for files in (entry.included, named))
        if before is not None and inputs.get(one.id) == before:
            inputs[one.id] = after
    return dataclasses.replace(batch, inputs=inputs, uploads=tuple(upload.id for upload in uploads))


def _default(flow: Flow, one: schema.Input, summary: Mapping[str, Any]) -> Any:
    if one.default is None:
        return None
    try:
        return one.default.value({"batch": dict(summary), "constants": dict(flow.service.constants)})
    except ExpressionError:
        return None


def taken_up(upload: Upload, flow: Flow) -> Upload:
    """An upload of an earlier process, ready to go on."""
    upload = dataclasses.replace(upload, due=None, signed_until=None, polling_since=None)
    if upload.state is UploadState.RUNNING:
        confirm = flow.confirm
        if upload.next_step is Step.CONFIRM and confirm is not None and not confirm.repeat:
            # Nobody knows whether the confirm went out.
            upload = anew(upload)
        upload = advance(upload, UploadEvent.CRASHED)
    elif upload.state is UploadState.WAITING_RETRY:
        upload = advance(upload, UploadEvent.DUE)
    elif upload.state is UploadState.WAITING_NETWORK:
        upload = advance(upload, UploadEvent.NETWORK_BACK)
    if upload.state is UploadState.QUEUED and upload.next_step is Step.TRANSFER and flow.sign is not None:
        # How long its upload address still lives was known to that process only.
        upload = anew(upload)
    return upload


def anew(upload: Upload) -> Upload:
    """The next try begins with a new upload address."""
    return dataclasses.replace(
        upload,
        next_step=Step.SIGN,
        answers={},
        receipt=None,
        signed_until=None,
        stored_at=None,
        result={},
        good_until=None,
    )


def as_found(upload: Upload, found: Source | None) -> Upload:
    """An upload whose file is taken as it is now; unchanged if nothing was found or it is the same."""
    if found is None or (found.path, found.size, found.modified) == (upload.path, upload.size, upload.modified):
        return upload
    now = dataclasses.replace(
        upload,
        given=upload.given if found.path == upload.path else found.given,
        size=found.size,
        modified=found.modified,
        file=str(found.path),
        name=found.name,
        media_type=upload.media_type if found.name == upload.name else media_type(found.name),
        width=found.width,
        height=found.height,
        digests={},
    )
    return anew(now)


def begun_anew(upload: Upload, found: Source) -> Upload:
    """An upload whose file was changed on its way, as it is now; nothing of what was done with it counts."""
    # Its bytes may be others though size and time are the same: what is known of them is forgotten as well.
    return anew(dataclasses.replace(as_found(upload, found), digests={}))


def shown(template: Template | None, known: dict[str, Any]) -> str | None:
    """Fill in a text that is only shown; None where that cannot be done."""
    if template is None:
        return None
    try:
        return template.text(known)
    except ExpressionError:
        return None
