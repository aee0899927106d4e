"""One batch in the queue, with what belongs to it; and what an earlier process left of one."""

import collections
import dataclasses
from collections.abc import Sequence
from typing import Any

from uploader_gui.core.batch import Batch, BatchState, Step, Upload, UploadEvent, UploadState, advance
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.progress import Meter
from uploader_gui.engine import scope
from uploader_gui.engine.session import Session
from uploader_gui.engine.source import Source
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import Template


@dataclasses.dataclass(kw_only=True)
class Look:
    """Looking for an attach whose answer got lost.

    Attributes:
        since: Monotonic seconds when it got lost.
        due: Monotonic seconds of the next look; None while one is under way.
        absent: How many looks in a row did not find it.
        failed: How many looks in a row could not be had.
    """

    since: float
    due: float | None
    absent: int = 0
    failed: int = 0


class Entry:
    """One batch in the queue, with what belongs to it. Every change of an upload goes through `put`."""

    def __init__(self, batch: Batch, uploads: Sequence[Upload], flow: Flow, session: Session) -> None:
        self.batch = dataclasses.replace(batch, uploads=tuple(upload.id for upload in uploads))
        self.flow = flow
        self.session = session
        self.uploads: dict[str, Upload] = {}
        self.meters = {upload.id: Meter(upload.size) for upload in uploads}
        self.running: dict[str, CancelToken] = {}
        self.began: dict[tuple[str, Step], float] = {}
        self.current: dict[str, Step] = {}
        self.queued: collections.deque[str] = collections.deque()
        self.waiting: dict[str, float] = {}
        self.counts: collections.Counter[UploadState] = collections.Counter()
        self.record = record_of(flow, batch, session)
        self.look: Look | None = None
        for upload in uploads:
            self.put(upload)

    def put(self, upload: Upload) -> None:
        """Take an upload as it is now."""
        before = self.uploads.get(upload.id)
        self.uploads[upload.id] = upload
        if before is not None:
            self.counts[before.state] -= 1
        self.counts[upload.state] += 1
        self.waiting.pop(upload.id, None)
        if upload.state is UploadState.WAITING_RETRY and upload.due is not None:
            self.waiting[upload.id] = upload.due
        elif upload.state is UploadState.QUEUED:
            self.queued.append(upload.id)

    def next_queued(self) -> Upload | None:
        """The first upload that may begin; those that have left the queue meanwhile are passed over."""
        while self.queued:
            upload = self.uploads[self.queued[0]]
            if upload.state is UploadState.QUEUED:
                return upload
            self.queued.popleft()
        return None

    @property
    def ordered(self) -> tuple[Upload, ...]:
        """Its uploads, in the order the person gave."""
        return tuple(self.uploads[one] for one in self.batch.uploads)

    @property
    def can_look(self) -> bool:
        """Whether the service can be asked what became of an attach, without a person."""
        verify = self.flow.target.verify
        return verify is not None and (verify.items is None or self.batch.there is not None)

    @property
    def complete(self) -> bool:
        """Whether the batch is ready to be attached."""
        return (
            self.batch.state is BatchState.OPEN
            and self.flow.target.call is not None
            and self.counts[UploadState.STORED] == len(self.uploads)
        )


def record_of(flow: Flow, batch: Batch, session: Session) -> tuple[int, str]:
    """What an attach changes: attaches to the same record of the same account run one at a time."""
    known = scope.outer(flow, session.account.public, batch.inputs, batch.created)
    named: dict[str, Any] = dict.fromkeys(one.id for one in flow.target.inputs)
    known |= {"named": {**named, **batch.named}, "batch": scope.summary(batch.id, ())}
    return id(session), shown(flow.target.record, known) or f"target:{flow.target_id}"


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
    return dataclasses.replace(upload, next_step=Step.SIGN, answers={}, receipt=None, signed_until=None)


def as_found(upload: Upload, found: Source | None) -> Upload:
    """An upload whose file is taken as it is now; unchanged if nothing was found or it is the same."""
    if found is None or (found.size, found.modified) == (upload.size, upload.modified):
        return upload
    now = dataclasses.replace(
        upload, size=found.size, modified=found.modified, path=found.path, name=found.name, digests={}
    )
    return anew(now)


def shown(template: Template | None, known: dict[str, Any]) -> str | None:
    """Fill in a text that is only shown; None where that cannot be done."""
    if template is None:
        return None
    try:
        return template.text(known)
    except ExpressionError:
        return None
