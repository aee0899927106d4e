"""Whether there is a network: what waits for one goes on the moment it is back."""

from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot
from PySide6.QtNetwork import QNetworkInformation

Reachability = QNetworkInformation.Reachability
_GONE = frozenset({Reachability.Disconnected, Reachability.Local})
_THERE = frozenset({Reachability.Online, Reachability.Site})


class Told(Protocol):
    """Where it is told: Qt's word for what the system knows."""

    reachabilityChanged: SignalInstance  # noqa: N815 - Qt's name

    def reachability(self) -> QNetworkInformation.Reachability:
        """What it is now; unknown where the system does not say."""


class NetworkWatch(QObject):
    """Watches the system's own word. Where the system has none, the queue looks by itself now and then.

    Attributes:
        back: There is a network again.
        gone: There is none any more.

    Args:
        parent: Its owner.
        told: Where it is told; None: by the system, if it does.
    """

    back = Signal()
    gone = Signal()

    def __init__(self, parent: QObject | None = None, *, told: Told | None = None) -> None:
        super().__init__(parent)
        self.there = True
        """Whether there is a network, as far as is known: what nobody says is not taken for "none"."""
        if told is None and QNetworkInformation.loadDefaultBackend():
            told = QNetworkInformation.instance()
        if told is not None:
            self.there = told.reachability() not in _GONE
            told.reachabilityChanged.connect(self._changed)

    @Slot(object)
    def _changed(self, now: QNetworkInformation.Reachability) -> None:
        before = self.there
        if now in _GONE and before:
            self.there = False
            self.gone.emit()
        elif now in _THERE and not before:
            self.there = True
            self.back.emit()
