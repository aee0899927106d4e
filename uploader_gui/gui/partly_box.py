"""What becomes of a batch if some of its files cannot be sent, to be chosen beforehand."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from uploader_gui.core.batch import Partly
from uploader_gui.core.translation import gettext as _


class PartlyBox(QComboBox):
    """The choice.

    Args:
        now: What is chosen.
        parent: Its owner.

    Attributes:
        picked: A person has chosen something else: a Partly.
    """

    picked = Signal(object)

    def __init__(self, now: Partly, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("If a file cannot be sent"))
        for called, partly in (
            (_("Ask me"), Partly.ASK),
            (_("Attach the others"), Partly.OTHERS),
            (_("Attach nothing before all are there"), Partly.NOTHING),
        ):
            self.addItem(called, partly.value)
        self.setCurrentIndex(self.findData(now.value))
        self.activated.connect(lambda _index: self.picked.emit(self.chosen))

    @property
    def is_open(self) -> bool:
        """Whether its list is shown."""
        return self.view().isVisible()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """What lies around it is scrolled: nobody chooses by chance."""
        event.ignore()

    @property
    def chosen(self) -> Partly:
        """What is chosen."""
        return Partly(self.currentData())
