"""What of all that changes is said to whoever listens instead of looking: gathered, seldom, never twice. Knows no Qt.

Five hundred files of a batch are one sentence, five hundred batches another. How far something is stands in its row's
sentence, to be asked for; of the only batch that is under way each quarter is said, where nothing else was for a while.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum, auto

from uploader_gui.core import words
from uploader_gui.core.batch import ENDED_BATCHES, BatchState, UploadState
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import deeds, wording
from uploader_gui.gui.rows import Group, Node

TOGETHER = 0.4
"""Seconds in which what happens is gathered."""
GAP = 2.5
"""Seconds from one announcement to the next, at least: one is to be heard out."""
QUIET = 10.0
"""Seconds without any announcement after which a quarter of the way is worth one."""
MOST = 3
"""More batches than this at once are told in one sentence."""
NETWORK = "the network"
PROGRESS = "how far it is"


class Stage(StrEnum):
    """What is worth saying of a batch."""

    BEGUN = auto()
    NEEDS_YOU = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said.

    Attributes:
        text: Sentences, plain text.
        urgent: It does not wait until something else is read out: it is about to happen, or does not work.
    """

    text: str
    urgent: bool = False


def stage(node: Node) -> Stage | None:
    """What is worth saying of a batch as it is now. What is about to go out has a bar of its own, which is said."""
    if node.batch.state in {BatchState.ATTACHED, BatchState.STORED}:
        return Stage.DONE
    if node.group is Group.NEEDS_YOU:
        return Stage.NEEDS_YOU
    going = node.left is None and (node.running or node.batch.state is BatchState.ATTACHING)
    return Stage.BEGUN if going else None


class Spoken:
    """Follows what happens, and gives what is to be said, when it is time.

    Args:
        now: Monotonic seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._seen: dict[str, Stage | None] = {}
        self._begun: set[str] = set()
        self._nodes: dict[str, Node] = {}
        self._texts: dict[str, Announcement] = {}
        self._told: dict[str, str] = {}
        self._away: dict[str, int] = {}
        self._back = False
        self._quarters: dict[str, int] = {}
        self._since: float | None = None
        self._last = now() - GAP

    # ----------------------------------------------------------------------------------------------- what happens
    def tell(self, key: str, text: str, *, urgent: bool = False) -> None:
        """Something is to be said in these words.

        Args:
            key: What says it. It says nothing twice, and only the last thing if there was no time for those before.
            text: What it says.
            urgent: See Announcement.
        """
        if text == self._told.get(key):
            self._texts.pop(key, None)
        else:
            self._texts[key] = Announcement(text, urgent)
            self._wait()

    def forget(self, key: str) -> None:
        """What was said is put away: nothing of it is said any more, and once it comes again it is said again."""
        self._texts.pop(key, None)
        self._told.pop(key, None)

    def look(self, node: Node) -> None:
        """A batch is not what it was."""
        its, now = node.batch.id, stage(node)
        self._look_at_network(node)
        if now is self._seen.get(its):
            return
        self._seen[its] = now
        self._nodes.pop(its, None)
        if now is None or (now is Stage.BEGUN and its in self._begun):
            return
        self._begun.add(its)
        self._nodes[its] = node
        self._wait()

    def gone(self, batch_id: str) -> None:
        """A batch is not shown any more."""
        self._nodes.pop(batch_id, None)
        self._seen.pop(batch_id, None)
        self._quarters.pop(batch_id, None)
        self._begun.discard(batch_id)
        if self._away.pop(batch_id, None) is not None:
            self._online()

    def tick(self, nodes: Iterable[Node]) -> None:
        """Bytes go out: see how far everything is."""
        going = [node for node in nodes if node.left is None and node.running]
        if self._away:
            for node in going:
                self._look_at_network(node)
        if len(going) != 1:
            return
        node = going[0]
        quarter = node.per_mille // 250
        if quarter > self._quarters.get(node.batch.id, 0):
            self._quarters[node.batch.id] = quarter
            if self._now() - self._last >= QUIET:
                percent = wording.percent(node.per_mille)
                self.tell(PROGRESS, _("{percent} of {place}.").format(percent=percent, place=wording.title(node.batch)))

    def _look_at_network(self, node: Node) -> None:
        """Note that there is no connection; and that there is one again, once something has gone out by it."""
        its, state = node.batch.id, node.batch.state
        if node.counts[UploadState.WAITING_NETWORK]:
            if not self._away:
                self._back = False
                self.tell(NETWORK, _("There is no connection. Everything goes on when it is back."))
            self._away.setdefault(its, node.sent)
        elif its in self._away:
            came = node.sent > self._away[its] or node.all_stored
            if came or state in ENDED_BATCHES or state is BatchState.PAUSED or node.group is Group.NEEDS_YOU:
                del self._away[its]
                self._back |= came
                self._online()

    def _online(self) -> None:
        if self._away:
            return
        unheard = self._texts.pop(NETWORK, None) is not None
        self._told.pop(NETWORK, None)
        if self._back and not unheard:
            self.tell(NETWORK, _("The connection is back."))

    # ------------------------------------------------------------------------------------------------ what is said
    def _wait(self) -> None:
        if self._since is None:
            self._since = self._now()

    @property
    def due(self) -> float | None:
        """Seconds until something is to be said; None if there is nothing."""
        if self._since is None:
            return None
        return max(0.0, self._since + TOGETHER - self._now(), self._last + GAP - self._now())

    def take(self) -> Announcement | None:
        """What is to be said now; None if there is nothing any more."""
        texts, self._texts = self._texts, {}
        nodes, self._nodes = self._nodes, {}
        self._since = None
        if nodes:
            texts.pop(PROGRESS, None)
        self._told |= {key: one.text for key, one in texts.items() if key != PROGRESS}
        parts = [one.text for one in texts.values()]
        if len(nodes) > MOST:
            parts.append(_summary([self._seen[its] for its in nodes]))
        else:
            parts += [about(node, self._now()) for node in nodes.values()]
        if not parts:
            return None
        self._last = self._now()
        return Announcement(" ".join(parts), urgent=any(one.urgent for one in texts.values()))


def about(node: Node, now: float) -> str:
    """What is said of a batch, in a sentence or two."""
    facts = {"place": wording.title(node.batch), "files": wording.files(node.count)}
    match stage(node):
        case Stage.NEEDS_YOU:
            return _("Needs you: {place}. {why}").format(place=facts["place"], why=_why(node, now))
        case Stage.DONE if node.batch.state is BatchState.ATTACHED and node.sends:
            return _("Sent: {place}, {files}.").format(**facts)
        case Stage.DONE if node.batch.state is BatchState.ATTACHED:
            return _("Attached: {place}, {files}.").format(**facts)
        case Stage.DONE:
            return _("Stored: {place}, {files}.").format(**facts)
    if node.sends:
        return _("Uploading: {place}, {files}.").format(**facts)
    return _("Sending: {place}, {files}.").format(**facts)


def _why(node: Node, now: float) -> str:
    """Why a batch needs a person: the whole sentence where one thing is wrong."""
    problem = deeds.problem_of(node, None)
    if problem is not None:
        return words.describe(problem).whole
    if node.left is None and node.stuck == 1:
        one = next(upload for upload in node.uploads if upload.state is UploadState.NEEDS_ATTENTION)
        if one.problem is not None:
            return words.describe(one.problem).whole
    return f"{wording.batch_now(node, now)}."


def _summary(stages: list[Stage | None]) -> str:
    """What is said of many batches at once."""
    done, waiting, begun = (stages.count(one) for one in (Stage.DONE, Stage.NEEDS_YOU, Stage.BEGUN))
    parts = []
    if done:
        parts.append(ngettext("{n} batch is done", "{n} batches are done", done).format(n=done))
    if waiting:
        parts.append(ngettext("{n} needs you", "{n} need you", waiting).format(n=waiting))
    if begun:
        parts.append(ngettext("{n} batch is being sent", "{n} batches are being sent", begun).format(n=begun))
    return ", ".join(parts) + "."
