"""What the status line says of all batches together. Knows no Qt."""

from collections.abc import Collection
from dataclasses import dataclass

from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.gui import deeds
from uploader_gui.gui.rows import Group, Node


@dataclass(frozen=True, slots=True)
class Totals:
    """What the status line says.

    Attributes:
        sending: Files that are being sent.
        waiting: Files that wait.
        needs_you: Batches that need a person.
        done: Batches that have ended.
        paused: Batches that rest.
        attaching: Batches that are being attached, or looked for.
        held: Batches that go out soon, unless that is undone.
        again: Batches that need a person and can be tried again.
        losable: Batches that can be given up.
        speed: Bytes a second that go out; None while that cannot be told.
        left: Seconds until what is under way has gone out; likewise.
    """

    sending: int = 0
    waiting: int = 0
    needs_you: int = 0
    done: int = 0
    paused: int = 0
    attaching: int = 0
    held: int = 0
    again: int = 0
    losable: int = 0
    speed: float | None = None
    left: float | None = None

    @property
    def busy(self) -> bool:
        """Whether something is under way, or will be by itself."""
        return bool(self.sending or self.waiting or self.attaching or self.held)


def total(nodes: Collection[Node], speed: float | None) -> Totals:
    """Count.

    Args:
        nodes: All batches.
        speed: Bytes a second that go out, if something does.
    """
    rest = sum(node.size - node.sent for node in nodes if node.waiting or node.running)
    groups = [node.group for node in nodes]
    return Totals(
        sending=sum(len(node.running) for node in nodes),
        waiting=sum(node.waiting for node in nodes),
        needs_you=groups.count(Group.NEEDS_YOU),
        done=groups.count(Group.DONE),
        paused=sum(node.batch.state is BatchState.PAUSED for node in nodes),
        attaching=sum(_attaching(node) for node in nodes),
        held=sum(node.batch.state is BatchState.HELD and node.left is None for node in nodes),
        again=sum(
            group is Group.NEEDS_YOU and deeds.again(node) is not None
            for node, group in zip(nodes, groups, strict=True)
        ),
        losable=sum(deeds.can_be_given_up(node) for node in nodes),
        speed=speed,
        left=rest / speed if speed else None,
    )


def waits(node: Node) -> bool:
    """Whether something of a batch goes on at a time that is counted down to."""
    counted = node.counts[UploadState.WAITING_RETRY] or node.batch.due is not None
    return bool(counted) or node.batch.state is BatchState.HELD


def _attaching(node: Node) -> bool:
    """Whether a batch goes on by itself although none of its files does."""
    state = node.batch.state
    if node.left is not None:
        return False
    unknown = state is BatchState.ATTACH_UNKNOWN and not node.asks
    ready = state is BatchState.OPEN and node.all_stored and not node.held_back and node.busy is None
    return state is BatchState.ATTACHING or unknown or ready
