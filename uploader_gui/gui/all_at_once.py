"""What is done about all batches together: tried again, or given up, which is asked about first."""

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from uploader_gui.core.batch import UploadState
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import deeds, wording
from uploader_gui.gui.bars import Bar
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.doing import Doing
from uploader_gui.gui.queue_model import QueueModel, Row
from uploader_gui.gui.remains import remains
from uploader_gui.gui.rows import Node
from uploader_gui.workers.desk import Desk


class AllAtOnce(QObject):
    """Does it.

    Args:
        desk: Knows what happens with a batch's files.
        model: Has the batches.
        doing: Carries deeds out.
        window: The bar's owner.

    Attributes:
        bar: Asks whether everything is to be given up, and says what is lost; what is under way goes on meanwhile.
    """

    def __init__(self, desk: Desk, model: QueueModel, doing: Doing, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._model = model
        self._doing = doing
        self.bar = Bar("attention", _("Give everything up"), window)
        model.totals_changed.connect(self._look)

    def try_again(self, chosen: Sequence[Row] = ()) -> None:
        """Try again what needs a person and can be tried again: of these rows, else of everything."""
        rows = [(row, deed) for row in chosen if (deed := _again(row)) is not None]
        if not rows:
            rows = [(Row(node, None), deed) for node in self._model.nodes if (deed := deeds.again(node)) is not None]
        for row, deed in rows:
            self._doing.do(deed, [row])

    def ask(self) -> None:
        """Ask whether everything is to be given up."""
        if self._to_lose:
            self._say()
            self.bar.buttons[-1].setFocus()

    def stay(self) -> None:
        """Go on as if nobody had asked."""
        self.bar.hide()

    @property
    def _to_lose(self) -> list[Node]:
        """What can be given up: not what is being attached, as nobody can say then that nothing is."""
        return [node for node in self._model.nodes if deeds.can_be_given_up(node)]

    def _look(self) -> None:
        if not self.bar.isHidden():
            if self._to_lose:
                self._say()
            else:
                self.stay()

    def _say(self) -> None:
        lost = self._to_lose
        said = ngettext("Give up {n} batch with {files}?", "Give up {n} batches with {files}?", len(lost))
        parts = [said.format(n=len(lost), files=wording.files(sum(node.count for node in lost)))]
        parts.append(_("Nothing of it is attached then, and nothing of it can be gone on with."))
        sent = [node for node in lost if node.counts[UploadState.STORED]]
        if sent:
            parts.append(remains(self._desk.flow(node.batch) for node in sent))
        if any(deeds.is_attaching(node) for node in self._model.nodes):
            parts.append(_("What is being attached, or may be attached, stays."))
        self.bar.say(" ".join(parts), [(_("Give it up"), self._give_up), (_("Keep it"), self.stay)])

    def _give_up(self) -> None:
        self.bar.hide()
        self._doing.do(Deed.REMOVE, [Row(node, None) for node in self._to_lose])


def _again(row: Row) -> Deed | None:
    found = deeds.solving(row.node, row.upload)
    return next((one for one in (Deed.RETRY, Deed.TAKE_UP) if one in found), None)
