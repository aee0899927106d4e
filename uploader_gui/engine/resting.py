"""Pausing, going on, trying again, giving up: whether a batch and its files are worked on."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from uploader_gui.core.batch import (
    BATCH_TRANSITIONS,
    ENDED_BATCHES,
    UPLOAD_TRANSITIONS,
    BatchEvent,
    BatchState,
    GoneError,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.progress import Meter
from uploader_gui.engine.batches import Batches
from uploader_gui.engine.entry import Entry, anew, as_found, with_files
from uploader_gui.engine.source import Source
from uploader_gui.engine.work import CleanupWork


class Resting(Batches):
    """Wishes about whether something goes on."""

    def pause(self, batch_id: str, upload_id: str | None = None) -> bool:
        """Let a batch, or one file of it, rest: what is being sent is broken off, and begins anew afterwards.

        Returns:
            False if it is too late, or nothing is left to pause.
        """
        with self._changed:
            entry = self._entry(batch_id)
            if upload_id is None:
                if (entry.batch.state, BatchEvent.PAUSED) not in BATCH_TRANSITIONS:
                    return False
                held = entry.batch.state is BatchState.HELD
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.PAUSED, due=None), "paused")
                # Whoever paused what was about to go out says it once more before it does.
                entry.held_back = entry.held_back or held
            resting = [
                upload
                for upload in entry.ordered
                if upload_id in {None, upload.id} and (upload.state, UploadEvent.PAUSED) in UPLOAD_TRANSITIONS
            ]
            tokens = [token for upload in resting if (token := entry.running.get(upload.id)) is not None]
            for upload in resting:
                paused = advance(upload, UploadEvent.PAUSED, due=None)
                entry.unrest.pop(upload.id, None)
                # Nobody will know whether the confirm came, should the program end before its lane does.
                self._keeper.upload(entry, anew(paused) if entry.confirming(upload.id) else paused, "paused")
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return upload_id is None or bool(resting)

    def resume(self, batch_id: str, upload_id: str | None = None) -> bool:
        """Let a paused batch, or one paused file of it, go on where it was. False if it is not paused."""
        with self._changed:
            entry = self._entry(batch_id)
            paused = [
                upload
                for upload in entry.ordered
                if upload_id in {None, upload.id} and upload.state is UploadState.PAUSED
            ]
            if entry.batch.state is BatchState.PAUSED and upload_id is None:
                self._keeper.batch(entry, advance(entry.batch, BatchEvent.RESUMED), "resumed")
            elif not paused:
                return False
            for upload in paused:
                self._keeper.upload(entry, advance(upload, UploadEvent.RESUMED), "resumed")
            self._parting.settle(entry)
            self._changed.notify_all()
        return True

    def retry(
        self, batch_id: str, found: Mapping[str, Source] | None = None, *, only: Collection[str] | None = None
    ) -> bool:
        """Try again what needs a person's attention, from the step that failed; its other files may still be going.

        Args:
            batch_id: The batch.
            found: What the files are now, by upload id, where the person wants them as they are now.
            only: The uploads that are tried again; None: all that need attention.

        Returns:
            False if nothing of it needs attention. An unknown attach is settled, never retried.
        """
        with self._changed:
            entry = self._entry(batch_id)
            stuck = [
                upload
                for upload in entry.ordered
                if upload.state is UploadState.NEEDS_ATTENTION and (only is None or upload.id in only)
            ]
            if only is not None and not stuck:
                return False
            self._look_at_holder(entry)
            if entry.batch.state is BatchState.NEEDS_ATTENTION:
                retried = advance(entry.batch, BatchEvent.RETRIED, problem=None, due=None)
                self._keeper.batch(entry, retried, "retried")
            elif entry.batch.state is not BatchState.OPEN or not (stuck or entry.behind):
                return False
            for upload in stuck:
                again = as_found(advance(upload, UploadEvent.RETRIED, problem=None), (found or {}).get(upload.id))
                entry.meters[upload.id] = Meter(again.size)
                self._keeper.upload(entry, again, "retried")
            self._parting.settle(entry)
            self._changed.notify_all()
        return True

    def settled_elsewhere(self) -> None:
        """A batch that is not in this queue was settled: what waits for its record looks again."""
        with self._changed:
            for entry in self._entries.values():
                self._look_at_holder(entry)
            self._changed.notify_all()

    def network(self, *, there: bool) -> None:
        """The system says whether there is a network: what waited for one goes on the moment it is back."""
        with self._changed:
            self._patience.network(there=there)
            now = self._clock.monotonic()
            for entry in self._entries.values() if there else ():
                for upload in entry.ordered:
                    if upload.state is UploadState.WAITING_NETWORK:
                        back = advance(upload, UploadEvent.NETWORK_BACK, due=None)
                        self._keeper.upload(entry, back, "the network is back")
                if entry.offline and entry.batch.due is not None:
                    # Unknown and due: of those targets only where doing it twice is harmless.
                    self._keeper.batch(entry, dataclasses.replace(entry.batch, due=now), "the network is back")
                if entry.look is not None and entry.look.offline and entry.look.due is not None:
                    entry.look.due = now
            self._changed.notify_all()

    def cancel(self, batch_id: str) -> bool:
        """Give a batch up. False if it is being attached or has ended: then it is too late."""
        with self._changed:
            entry = self._entry(batch_id)
            if entry.batch.state in {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN, *ENDED_BATCHES}:
                return False
            tokens = tuple(entry.running.values())
            left = entry.included
            self._keeper.end(entry, entry.batch, BatchEvent.CANCELLED, durable=entry.flow.cleanup is not None)
            self._clean(entry, left)
            self._chooser.stop_digesting()
            self._changed.notify_all()
        for token in tokens:
            token.cancel()
        return True

    def leave_out(self, batch_id: str, upload_id: str) -> bool:
        """Give one file of a batch up; the others go on, and are attached without it. The last one takes the batch.

        Returns:
            False if it is too late.

        Raises:
            GoneError: The file is not the batch's any more.
        """
        with self._changed:
            entry = self._entry(batch_id)
            upload = entry.uploads.get(upload_id)
            if upload is None:
                raise GoneError
            if entry.included == (upload,):
                return self.cancel(batch_id)
            resting = {BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION}
            if entry.batch.state not in resting or upload not in entry.included:
                return False
            left_out = advance(upload, UploadEvent.CANCELLED)
            rest = [left_out if one.id == upload_id else one for one in entry.ordered]
            batch = with_files(entry, entry.batch, rest)
            if batch.state is BatchState.NEEDS_ATTENTION and not any(
                one.state is UploadState.NEEDS_ATTENTION for one in rest
            ):
                batch = advance(batch, BatchEvent.RETRIED, problem=None, due=None)
            self._keeper.batch(entry, batch, "a file is left out")
            self._keeper.upload(entry, left_out, "left out", durable=entry.flow.cleanup is not None)
            self._clean(entry, [upload])
            token = entry.running.get(upload_id)
            self._parting.settle(entry)
            self._changed.notify_all()
        if token is not None:
            token.cancel()
        return True

    def _look_at_holder(self, entry: Entry) -> None:
        if entry.behind is not None:
            entry.behind = dataclasses.replace(entry.behind, due=self._clock.monotonic())

    def _clean(self, entry: Entry, uploads: Sequence[Upload]) -> None:
        """Have deleted at the service what these files left there: never what an attach may have taken.

        That they were given up is on the disk itself by then: or they came back after a power cut, and were attached.
        """
        left = tuple(upload for upload in uploads if upload.answers)
        if entry.flow.cleanup is None or entry.attach_began or not left or self._stopping:
            return
        entry.cleaning += len(left)
        cancel = CancelToken()
        self._cleaning.add(cancel)
        self._chooser.clean(
            CleanupWork(batch=entry.batch, uploads=left, flow=entry.flow, session=entry.session, cancel=cancel)
        )
