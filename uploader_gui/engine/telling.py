"""What the scheduler tells whoever watches, and how long each step took."""

import logging

from uploader_gui.core.batch import Step, Upload
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import Problem
from uploader_gui.engine.entry import Entry
from uploader_gui.engine.events import Event, Finished, Listener, StepChanged, StepState, Troubled

log = logging.getLogger(__name__)


class Teller:
    """Tells a listener what happens.

    Args:
        clock: Time.
        listener: Told; its errors stop nothing.
    """

    def __init__(self, clock: Clock, listener: Listener) -> None:
        self._clock = clock
        self.listener = listener

    def event(self, event: Event) -> None:
        """Tell one event. The listener's error must not stop a lane in the middle of a change."""
        try:
            self.listener(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not the queue's
            log.error("a listener raised %s", type(error).__name__)  # noqa: TRY400 - its text may hold anything

    def began(self, entry: Entry, upload: Upload | None, step: Step) -> None:
        """A step begins. Polling is one step to whoever watches, however often it asks."""
        owner = upload.id if upload is not None else entry.batch.id
        first = (owner, step) not in entry.began
        entry.began.setdefault((owner, step), self._clock.monotonic())
        entry.current[owner] = step
        if first:
            self._changed(entry, upload, step, StepState.STARTED, 0, None)

    def done(self, entry: Entry, upload: Upload | None, step: Step) -> None:
        """A step ended well."""
        entry.current.pop(upload.id if upload is not None else entry.batch.id, None)
        self._changed(entry, upload, step, StepState.DONE, self._spent(entry, upload, step), None)

    def failed(self, entry: Entry, upload: Upload | None, step: Step, problem: Problem) -> None:
        """A step failed, and a person must look at it."""
        self._changed(entry, upload, step, StepState.FAILED, self._spent(entry, upload, step), problem)
        self.event(Troubled(batch=entry.batch, upload=upload, problem=problem))

    def waits(self, entry: Entry, upload: Upload | None, step: Step, problem: Problem, seconds: float) -> None:
        """A step waits for its next try."""
        self._spent(entry, upload, step)
        self._changed(entry, upload, step, StepState.WAITING, round(seconds * 1000), problem)

    def finished(self, entry: Entry, *, attached: bool) -> None:
        """A batch has ended well."""
        place = entry.batch.place or entry.flow.target.label
        self.event(
            Finished(batch=entry.batch, uploads=entry.included, attached=attached, place=place, link=entry.batch.link)
        )

    def _spent(self, entry: Entry, upload: Upload | None, step: Step) -> int:
        owner = upload.id if upload is not None else entry.batch.id
        began = entry.began.pop((owner, step), self._clock.monotonic())
        return round((self._clock.monotonic() - began) * 1000)

    def _changed(
        self, entry: Entry, upload: Upload | None, step: Step, state: StepState, ms: int, problem: Problem | None
    ) -> None:
        self.event(
            StepChanged(batch=entry.batch, upload=upload, step=step, state=state, milliseconds=ms, problem=problem)
        )
