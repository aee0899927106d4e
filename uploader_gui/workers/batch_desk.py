"""What the window wants of batches that there are: resting, trying again, deciding, giving up."""

from collections.abc import Callable, Mapping
from typing import Any

from uploader_gui.core.batch import Partly
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.room import Room, Told, nobody


class BatchDesk:
    """Every call returns at once.

    Args:
        room: The engine room.
        disk: Where files are looked at.
        undo_seconds: How long what goes out to people can be undone, as it holds now.
    """

    def __init__(self, room: Room, disk: Errands, undo_seconds: Callable[[], float]) -> None:
        self._room = room
        self._disk = disk
        self._undo_seconds = undo_seconds

    def pause(self, batch_id: str, upload_id: str | None = None) -> None:
        """Let a batch, or one file of it, rest."""
        self._room.wish(lambda works: works.queue.pause(batch_id, upload_id))

    def resume(self, batch_id: str, upload_id: str | None = None) -> None:
        """Let a batch, or one file of it, go on."""
        self._room.wish(lambda works: works.queue.resume(batch_id, upload_id))

    def pause_all(self) -> None:
        """Let all batches rest."""
        self._room.wish(lambda works: works.queued.every(works.queue.pause))

    def resume_all(self) -> None:
        """Let all batches go on."""
        self._room.wish(lambda works: works.queued.every(works.queue.resume))

    def cancel(self, batch_id: str, then: Told = nobody) -> None:
        """Give a batch up."""
        self._room.wish(lambda works: works.queue.cancel(batch_id), then)

    def leave_out(self, batch_id: str, upload_id: str) -> None:
        """Give one file of a batch up; the last one takes the batch with it."""
        self._room.wish(lambda works: works.queue.leave_out(batch_id, upload_id))

    def forget(self, batch_id: str) -> None:
        """Let go of a batch that has ended; the history has it."""
        self._room.wish(lambda works: works.queue.forget(batch_id))

    def retry(self, batch_id: str, upload_id: str | None = None) -> None:
        """Try again what needs attention."""
        self._disk.ask(lambda _: self._room.there.solving.retry(batch_id, upload_id))

    def replace(self, batch_id: str, upload_id: str, path: str) -> None:
        """Take another file in the place of one that needs attention."""
        self._disk.ask(lambda _: self._room.there.solving.replace(batch_id, upload_id, path))

    def settle(self, batch_id: str, *, attached: bool) -> None:
        """Say what became of an attach nobody knows about."""
        self._room.wish(lambda works: works.queue.settle(batch_id, attached=attached))

    def part(self, batch_id: str) -> None:
        """Attach the files that worked; the others become a batch of their own."""
        self._room.wish(lambda works: works.queued.part(batch_id))

    def choose_partly(self, batch_id: str, partly: Partly) -> None:
        """Say what becomes of a batch if some of its files cannot be sent."""
        self._room.wish(lambda works: works.queue.choose_partly(batch_id, partly))

    def let_go(self, batch_id: str, *, longer: float = 1.0) -> None:
        """Send what goes out to people, after a while in which it can be undone.

        Args:
            batch_id: What is sent.
            longer: How many times as long as usual that is.
        """
        after = self._undo_seconds() * longer
        self._room.wish(lambda works: works.queue.let_go(batch_id, after=after))

    def hold_back(self, batch_id: str, then: Told = nobody) -> None:
        """Let a batch's attach wait: sending is undone, or its text is being edited."""
        self._room.wish(lambda works: works.queue.hold_back(batch_id), then)

    def edit(self, batch_id: str, inputs: Mapping[str, Any], named: Mapping[str, str], then: Told = nobody) -> None:
        """Change what is filled in, and try again what was wrong with it. Told False if it is too late."""
        self._room.wish(lambda works: works.solving.edit(batch_id, inputs, named), then)

    def go_on(self, batch_id: str) -> None:
        """Let a batch that was held back be attached."""
        self._room.wish(lambda works: works.queue.let_go(batch_id))
