"""Which batch the queue points to: one that just came, or one that is asked for elsewhere, as in a notification."""

from PySide6.QtCore import QObject

from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.details_panel import DetailsPanel
from uploader_gui.gui.doing import Doing
from uploader_gui.gui.filter_row import FilterRow
from uploader_gui.gui.queue_model import QueueModel, Row
from uploader_gui.gui.queue_view import QueueView
from uploader_gui.gui.rows import Group


class Pointing(QObject):
    """Chooses rows and brings them up, where that is in nobody's way.

    Args:
        model: Has the batches.
        queue: Where they are chosen.
        filters: Which of them are shown.
        details: Whether a person reads elsewhere.
        doing: Opens a batch's record.
        parent: Its owner.
    """

    def __init__(
        self,
        model: QueueModel,
        queue: QueueView,
        filters: FilterRow,
        details: DetailsPanel,
        doing: Doing,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._queue = queue
        self._filters = filters
        self._details = details
        self._doing = doing
        self._before: tuple[str, str] | None = None  # the current row, when files were taken last

    def remember(self) -> None:
        """Files are taken: whoever has gone on elsewhere until they are in the queue is left there."""
        self._before = self._current

    def choose_new(self, batch_id: str) -> None:
        """What just came is what the next key is about, unless a person reads, or has gone on, elsewhere."""
        if self._details.isHidden() and self._current in {None, self._before}:
            self._queue.choose(batch_id)
            self._before = self._current
        self._bring_up(batch_id)

    def show_batch(self, batch_id: str) -> None:
        """Choose a batch, whatever is shown; "": show those that need a person, if some do."""
        if self._model.node(batch_id) is not None:
            self._filters.show_all()
            self._queue.choose(batch_id)
            self._bring_up(batch_id)
        elif not batch_id and self._model.totals.needs_you:
            self._filters.choose(Group.NEEDS_YOU)

    def open_record(self, batch_id: str) -> None:
        """Open the record of a batch."""
        node = self._model.node(batch_id)
        if node is not None:
            self._doing.do(Deed.OPEN_RECORD, [Row(node, None)])

    @property
    def _current(self) -> tuple[str, str] | None:
        row = self._queue.current
        return None if row is None else (row.node.batch.id, row.upload.id if row.upload else "")

    def _bring_up(self, batch_id: str) -> None:
        row = self._model.row_of(batch_id)
        if row is not None:
            self._queue.scrollTo(self._model.index(row, 0))
