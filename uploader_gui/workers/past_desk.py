"""What the window wants to know of what happened: a batch's journal, the history, and that as a file."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.room import Room


class PastDesk:
    """Every call returns at once.

    Args:
        room: The engine room.
        disk: Where it is read.
    """

    def __init__(self, room: Room, disk: Errands) -> None:
        self._room = room
        self._disk = disk

    def journal(
        self, batch_id: str, upload_id: str | None, then: Callable[[list[tuple[datetime, str]]], object]
    ) -> None:
        """When what happened to a batch itself, or to one of its uploads."""
        if self._room.works is not None:
            self._disk.ask(lambda _: self._room.there.past.journal(batch_id, upload_id), then, place="journal")

    def history(
        self, search: str, newest: int, then: Callable[[list[tuple[Batch, tuple[Upload, ...]]]], object]
    ) -> None:
        """The batches that have ended."""
        if self._room.works is not None:
            self._disk.ask(lambda _: self._room.there.past.history(search, newest), then, place="history")

    def export(self, path: Path, search: str, then: Callable[[int], object]) -> None:
        """Write the history to a file, JSON or CSV by its name; tells the number of batches."""
        from uploader_gui.workers import exporting  # noqa: PLC0415 - see above

        if self._room.works is not None:
            self._disk.ask(lambda _: exporting.export(self._room.there, path, search), then)
