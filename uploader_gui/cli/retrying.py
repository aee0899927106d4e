"""What `retry` does with one batch: all of it again with the files as they are now, or without those that failed."""

from uploader_gui.cli import gathering, left, outcome
from uploader_gui.cli.holding import LeftAsItIsError
from uploader_gui.cli.taking import Taken
from uploader_gui.core.batch import Partly, Upload, UploadState
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.entry import as_found
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.source import Source, look

# A person has done something about the file itself: it is taken as it is now.
_ABOUT_THE_FILE = frozenset(
    {
        Kind.FILE_CHANGED,
        Kind.FILE_CHANGING,
        Kind.FILE_LOCKED,
        Kind.FILE_IN_CLOUD,
        Kind.FILE_MISSING,
        Kind.FILE_UNREADABLE,
        Kind.FILE_TOO_LARGE,
        Kind.FILE_TOO_SMALL,
        Kind.PROCESSING_FAILED,
    }
)


class Retrying:
    """Tries a batch again from the step that failed."""

    def fits(self, taken: Taken) -> None:
        """See that the files as they are now may go there. Raises UploadError."""
        found = _found(taken)
        now = [as_found(upload, found.get(upload.id)) for upload in taken.uploads]
        refused = gathering.refused_by(taken.flow, now) if found else []
        if refused:
            raise UploadError(refused[0].problem)

    def begin(self, queue: Queue, taken: Taken) -> str | None:
        """Begin it. Raises LedgerError."""
        queue.retry(taken.batch.id, _found(taken))
        return None


class Splitting:
    """Attaches the files that are stored; those that need attention become a batch of their own."""

    def fits(self, taken: Taken) -> None:
        """See that there are both, and that it may be. Raises LeftAsItIsError."""
        if taken.batch.partly is Partly.NOTHING:
            raise LeftAsItIsError(
                _(
                    "Batch {id} cannot be split: it was begun with --partly nothing, so that its files are attached "
                    "all together or not at all. Go on with it: {command}."
                ).format(id=left.short(taken.batch.id), command=outcome.command("retry", taken.batch))
            )
        states = {upload.state for upload in taken.uploads}
        if not {UploadState.STORED, UploadState.NEEDS_ATTENTION} <= states:
            why = (
                _("none of its files needs attention")
                if UploadState.STORED in states
                else _("none of its files is stored")
            )
            raise LeftAsItIsError(
                _("Batch {id} cannot be split: {why}. Go on with it: {command}.").format(
                    id=left.short(taken.batch.id), why=why, command=outcome.command("retry", taken.batch)
                )
            )

    def begin(self, queue: Queue, taken: Taken) -> str | None:
        """Begin it; gives the new batch's id. Raises LedgerError."""
        return queue.part(taken.batch.id)


def _found(taken: Taken) -> dict[str, Source]:
    """The files that had something wrong with them as they are now; those that still are not there are left out."""
    found = {}
    for upload in taken.uploads:
        if _to_look_at(upload):
            try:
                found[upload.id] = look(upload.given, upload.path)
            except UploadError:
                continue  # the next try finds the same, and says so
    return found


def _to_look_at(upload: Upload) -> bool:
    stuck = upload.state is UploadState.NEEDS_ATTENTION
    return stuck and upload.problem is not None and upload.problem.kind in _ABOUT_THE_FILE
