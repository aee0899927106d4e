"""Whether there is a network: what waits for one goes on the moment it is back."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QNetworkInformation

_THERE = frozenset({QNetworkInformation.Reachability.Online, QNetworkInformation.Reachability.Site})


class NetworkWatch(QObject):
    """Watches the system's own word. Where the system has none, the queue looks by itself now and then.

    Attributes:
        back: There is a network again.
    """

    back = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._there = True
        if QNetworkInformation.loadDefaultBackend():
            told = QNetworkInformation.instance()
            self._there = told.reachability() in _THERE
            told.reachabilityChanged.connect(self._changed)

    @Slot(object)
    def _changed(self, now: QNetworkInformation.Reachability) -> None:
        before, self._there = self._there, now in _THERE
        if self._there and not before:
            self.back.emit()
