"""What a lane can be given to do."""

from dataclasses import dataclass

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.progress import Meter
from uploader_gui.engine.session import Session
from uploader_gui.services.flow import Flow


@dataclass(frozen=True, kw_only=True)
class UploadWork:
    """Run an upload's remaining steps.

    Attributes:
        unsettled: Whether it is waited for its file to come to rest.
    """

    batch: Batch
    upload: Upload
    flow: Flow
    session: Session
    cancel: CancelToken
    meter: Meter
    unsettled: bool = False


@dataclass(frozen=True, kw_only=True)
class AttachWork:
    """Attach a batch whose files are all stored. Never aborted once it is under way."""

    batch: Batch
    uploads: tuple[Upload, ...]
    flow: Flow
    session: Session
    cancel: CancelToken
    looks: bool


@dataclass(frozen=True, kw_only=True)
class VerifyWork:
    """Look whether an attach went through whose answer got lost.

    Attributes:
        claimed: What other batches' attaches have made on this record.
    """

    batch: Batch
    uploads: tuple[Upload, ...]
    flow: Flow
    session: Session
    claimed: frozenset[str]
    cancel: CancelToken


@dataclass(frozen=True, kw_only=True)
class DigestWork:
    """Take the digests of a stored file that nobody waits for."""

    batch_id: str
    upload: Upload
    wanted: frozenset[str]
    cancel: CancelToken


@dataclass(frozen=True, kw_only=True)
class CleanupWork:
    """Delete what files of a batch have left at the service, as they are not attached after all.

    Attributes:
        uploads: As they were when that was decided, with what their steps left behind.
    """

    batch: Batch
    uploads: tuple[Upload, ...]
    flow: Flow
    session: Session
    cancel: CancelToken


Work = UploadWork | AttachWork | VerifyWork | DigestWork | CleanupWork
