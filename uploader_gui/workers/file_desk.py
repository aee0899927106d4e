"""What the window wants of files: sent to a target, added to a batch; pictures written down as files first."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from uploader_gui.core.ports import Clock
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.facts import Begun, Destination, NotYetError, Why
from uploader_gui.workers.pictures import Pictures
from uploader_gui.workers.room import Room, nobody

if TYPE_CHECKING:  # what this brings takes its time, and the window is to be seen first
    from PySide6.QtGui import QImage


class FileDesk:
    """Every call returns at once.

    Args:
        room: The engine room.
        wishes: Where the ledger is asked.
        disk: Where files are looked at.
        questions: Where servers are asked.
        pictures: Where pictures are kept.
        clock: Time.
        failed: Told of what went wrong, where nobody else is.
    """

    def __init__(
        self,
        room: Room,
        *,
        wishes: Errands,
        disk: Errands,
        questions: Errands,
        pictures: Pictures,
        clock: Clock,
        failed: Callable[[Exception], object],
    ) -> None:
        self._room = room
        self._wishes = wishes
        self._disk = disk
        self._questions = questions
        self._pictures = pictures
        self._clock = clock
        self._failed = failed

    def send(
        self,
        where: Destination,
        paths: Sequence[str],
        then: Callable[[Begun], object] = nobody,
        refused: Callable[[Exception], object] | None = None,
        *,
        again: bool = False,
        alone: bool = False,
    ) -> None:
        """Send files to a target: as one batch, or as one for each file.

        Args:
            where: Where they go.
            paths: Files and folders, as the person gave them.
            then: Told what was begun.
            refused: Told why nothing was, mostly by a NotYetError.
            again: Also if the same files are on their way there already.
            alone: One batch for each file.
        """
        from uploader_gui.workers.sending import Sending  # noqa: PLC0415 - see above

        if self._room.works is None:
            (refused or self._failed)(NotYetError(Why.NO_LEDGER, count=len(paths)))
            return
        sending = Sending(self._room.works, where, tuple(paths), again=again, alone=alone)
        failed = refused or self._failed

        def gathered(_: object) -> None:
            self._questions.ask(sending.introduce, introduced, failed)

        def introduced(_: object) -> None:
            self._wishes.ask(sending.begin, then, failed)

        self._disk.ask(sending.gather, gathered, failed)

    def extend(
        self,
        batch_id: str,
        paths: Sequence[str],
        then: Callable[[Begun], object] = nobody,
        refused: Callable[[Exception], object] | None = None,
    ) -> None:
        """Add files to a batch that is on its way."""
        self._disk.ask(lambda cancel: self._room.there.beginning.extend(batch_id, paths, cancel), then, refused)

    def keep_picture(
        self, picture: "QImage | bytes", name: str, then: Callable[[str], object], failed: Callable[[Exception], object]
    ) -> None:
        """Write a picture down as a file, to be sent; tells its path. It is deleted when its batch has ended."""
        self._pictures.keep(picture, name, self._clock.utc().astimezone(), then, failed)

    def discard_pictures(self, paths: Sequence[str]) -> None:
        """These are not sent after all: of them, what is such a picture is deleted."""
        self._pictures.discard(paths)
