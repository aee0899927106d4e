"""Tells the desktop of a batch that is done, or needs a person, while the window is not in front: once each."""

from collections.abc import Callable
from enum import StrEnum, auto

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from uploader_gui.core import words
from uploader_gui.core.batch import BatchState
from uploader_gui.core.problems import Action
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import wording
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.rows import Group, Node
from uploader_gui.workers.notes import Note, Press

TOGETHER = 700
"""Milliseconds in which what happens is collected."""
MOST = 3
"""More than this at once are told in one sentence."""


class Outcome(StrEnum):
    """What is worth telling of a batch."""

    DONE = auto()
    NEEDS_YOU = auto()


def outcome(node: Node) -> Outcome | None:
    """What is worth telling of a batch now."""
    if node.batch.state in {BatchState.ATTACHED, BatchState.STORED}:
        return Outcome.DONE
    return Outcome.NEEDS_YOU if node.group is Group.NEEDS_YOU else None


def in_front() -> bool:
    """Whether one of this program's windows is the one that is worked in."""
    return QApplication.activeWindow() is not None


class Notifying(QObject):
    """Follows the batches.

    Args:
        model: Has them.
        wanted: Whether notifications are wanted.
        front: Whether the window is in front.
        parent: Its owner.

    Attributes:
        told: A notification is to be shown: a Note.
    """

    told = Signal(object)

    def __init__(
        self,
        model: QueueModel,
        *,
        wanted: Callable[[], bool],
        front: Callable[[], bool] = in_front,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._wanted = wanted
        self._front = front
        self._seen: dict[str, Outcome | None] = {}
        self._told: set[tuple[str, Outcome]] = set()
        self._waiting: dict[str, Outcome] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TOGETHER)
        self._soon.timeout.connect(self.tell)
        model.changed.connect(self._changed)

    def _changed(self, batch_id: str) -> None:
        nodes = self._model.nodes if not batch_id else filter(None, [self._model.node(batch_id)])
        for node in nodes:
            self._look(node)

    def _look(self, node: Node) -> None:
        its, now = node.batch.id, outcome(node)
        if self._seen.get(its) is now:
            return
        self._seen[its] = now
        self._waiting.pop(its, None)
        if now is not None and (its, now) not in self._told:
            self._told.add((its, now))
            if self._wanted() and not self._front():
                self._waiting[its] = now
                self._soon.start()

    def tell(self) -> None:
        """Tell what has happened and still is so."""
        self._soon.stop()
        waiting, self._waiting = self._waiting, {}
        nodes = [node for its in waiting if (node := self._model.node(its)) is not None]
        if self._front():
            return
        if len(nodes) > MOST:
            self.told.emit(summary(nodes))
            return
        for node in nodes:
            self.told.emit(about(node, self._model.now()))


def about(node: Node, now: float) -> Note:
    """What is told of one batch, and what can be pressed there."""
    place, shows = wording.title(node.batch), (Press.SHOW, _("Show"))
    if outcome(node) is not Outcome.DONE:
        said = _("Needs you: {place}").format(place=place)
        text = words.plain(wording.batch_now(node, now))
        return Note(title=said, text=text, about=node.batch.id, buttons=(shows,))
    attached = node.batch.state is BatchState.ATTACHED
    sent = _("Sent: {place}") if node.sends else _("Attached: {place}")
    said = sent if attached else _("Stored: {place}")
    opens = ((Press.OPEN_RECORD, wording.action(Action.OPEN_RECORD)),) if attached and node.batch.link else ()
    return Note(
        title=said.format(place=place), text=wording.files(node.count), about=node.batch.id, buttons=(*opens, shows)
    )


def summary(nodes: list[Node]) -> Note:
    """What is told of many batches at once."""
    done = sum(outcome(node) is Outcome.DONE for node in nodes)
    waiting = sum(outcome(node) is Outcome.NEEDS_YOU for node in nodes)
    parts = []
    if done:
        parts.append(ngettext("{n} batch is done", "{n} batches are done", done).format(n=done))
    if waiting:
        parts.append(ngettext("{n} needs you", "{n} need you", waiting).format(n=waiting))
    return Note(title=_("Uploader"), text=" · ".join(parts), buttons=((Press.SHOW, _("Show")),))
