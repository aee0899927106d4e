"""Looking at the transfers that run: how much has gone out, how fast, and where that is seen. Knows no Qt."""

from collections.abc import Iterable, Iterator

from uploader_gui.core.batch import Upload, UploadState
from uploader_gui.core.progress import Speed
from uploader_gui.gui.rows import Node, Running

STEP = 5
"""The part of a bar, per mille, that is seen."""


class Meters:
    """All transfers together.

    Attributes:
        speed: How fast all of them are.
    """

    def __init__(self) -> None:
        self.speed = Speed()
        self._sent = 0

    def look(self, nodes: Iterable[Node], now: float) -> None:
        """Note how far everything is.

        Args:
            nodes: All batches.
            now: Monotonic seconds.
        """
        for node in nodes:
            for running in node.running.values():
                sent = running.meter.sent
                self._sent += max(0, sent - running.seen)
                running.seen = sent
                running.speed.note(now, sent)
        self.speed.note(now, self._sent)

    def end(self, node: Node, upload: Upload) -> None:
        """Before an upload is no longer running: what it had still to send at the last look has gone out as well."""
        running = node.running.get(upload.id)
        if running is not None and upload.state is not UploadState.RUNNING:
            done = upload.size if upload.state is UploadState.STORED else running.meter.sent
            self._sent += max(0, done - running.seen)


def rows(shown: Iterable[tuple[int, Node]], *, all_of_them: bool) -> Iterator[int]:
    """The rows in which something is being sent, in order.

    Args:
        shown: Each batch that is shown, with its row.
        all_of_them: Also those whose bar is not seen to have moved since they were asked for last.
    """
    for first, node in shown:
        if not node.running:
            continue
        if _moved(node, node.per_mille) or all_of_them:
            yield first
        beneath = [(row, one) for key, one in node.running.items() if (row := node.row_of(key)) is not None]
        for row, running in sorted(beneath, key=lambda pair: pair[0]):
            if _moved(running, running.meter.per_mille) or all_of_them:
                yield first + 1 + row


def together(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Rows in order, as the first and last of those that stand together."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = spans[-1][0], number
        else:
            spans.append((number, number))
    return spans


def _moved(bar: Node | Running, per_mille: int) -> bool:
    """Whether a bar is seen to have moved since it was asked for last."""
    before, bar.drawn = bar.drawn, per_mille // STEP
    return before != bar.drawn
