"""Pictures that were pasted or dropped: written down in an errand, deleted when their batches have ended."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from uploader_gui.core.batch import ENDED_BATCHES
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.translation import gettext as _
from uploader_gui.workers.bridge import Bridge, Change
from uploader_gui.workers.errands import Errands

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from uploader_gui.workers.works import Works


class Pictures(QObject):
    """Keeps pictures until they are sent.

    Args:
        disk: Where files are written and deleted.
        bridge: Tells what becomes of batches.
        parent: Its owner.
    """

    def __init__(self, disk: Errands, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._disk = disk
        self._works: Works | None = None
        self._kept: frozenset[Path] = frozenset()
        self._mine: frozenset[Path] = frozenset()  # of those, what was pasted here and not given up
        bridge.arrived.connect(self._look)

    def open(self, works: "Works") -> None:
        """The ledger is open: what earlier runs left is looked through."""
        self._works = works
        self._tidy()

    def keep(
        self,
        picture: "QImage | bytes",
        name: str,
        at: datetime,
        then: Callable[[str], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Write a picture down as a PNG.

        Args:
            picture: The picture, or a PNG.
            name: What its file's name begins with; the time follows.
            at: The time, where the person is.
            then: Told the file's path.
            failed: Told an OSError.
        """

        def write(_cancel: CancelToken) -> Path:
            from uploader_gui.store import pasted  # noqa: PLC0415 - brings the store, after the first paint

            content = picture if isinstance(picture, bytes) else png(picture)
            return pasted.keep(content, f"{name} {at:%Y-%m-%d %H.%M.%S}", ".png")

        def written(path: Path) -> None:
            self._kept |= {path}
            self._mine |= {path}
            then(str(path))

        self._disk.ask(write, written, failed)

    def discard(self, paths: Sequence[str]) -> None:
        """These are not sent after all; whatever is no kept picture stays as it is."""
        works, pictures = self._works, self._kept & {Path(path) for path in paths}
        if pictures and works is not None:
            self._mine -= pictures
            self._disk.ask(lambda _: works.discard_pictures(pictures))

    @Slot(object)
    def _look(self, told: list[object]) -> None:
        if self._kept and any(isinstance(one, Change) and one.batch.state in ENDED_BATCHES for one in told):
            self._tidy()

    def _tidy(self) -> None:
        works = self._works
        if works is None:
            return
        before, mine = self._kept, self._mine

        def tidied(left: frozenset[Path]) -> None:
            # What was kept meanwhile was not looked at.
            self._kept = left | (self._kept - before)
            self._mine &= self._kept

        self._disk.ask(lambda _: works.tidy_pictures(mine), tidied, place="pictures")


def png(image: "QImage") -> bytes:
    """A picture as the bytes of a PNG. Raises OSError if it cannot be made."""
    from PySide6.QtCore import QBuffer, QIODevice  # noqa: PLC0415 - a window at rest has no pictures

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload] # its stub knows only paths
        raise OSError(0, _("the picture cannot be read"))
    return bytes(buffer.data().data())
