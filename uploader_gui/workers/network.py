"""Whether there is a network: what waits for one goes on the moment it is back."""

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

if TYPE_CHECKING:
    from PySide6.QtNetwork import QNetworkInformation


class Told(Protocol):
    """Where it is told: Qt's word for what the system knows."""

    reachabilityChanged: SignalInstance  # noqa: N815 - Qt's name

    def reachability(self) -> "QNetworkInformation.Reachability":
        """What it is now; unknown where the system does not say."""


class NetworkWatch(QObject):
    """Watches the system's own word. Where the system has none, the queue looks by itself now and then.

    Attributes:
        back: There is a network again.
        gone: There is none any more.
        there: Whether there is a network, as far as is known: what nobody says is not taken for "none".

    Args:
        parent: Its owner.
        told: Where it is told; None: by the system, if it does.
    """

    back = Signal()
    gone = Signal()

    def __init__(self, parent: QObject | None = None, *, told: Told | None = None) -> None:
        super().__init__(parent)
        self.there = True
        self._told = told
        self._watches = False

    @Slot()
    def begin(self) -> None:
        """Begin to watch: there is something that may wait for a network. Again: nothing."""
        if self._watches:
            return
        self._watches = True
        from PySide6.QtNetwork import QNetworkInformation  # noqa: PLC0415 - with its backend 7 MB, for a window at rest

        if self._told is None and QNetworkInformation.loadDefaultBackend():
            self._told = QNetworkInformation.instance()
        if self._told is not None:
            self._told.reachabilityChanged.connect(self._changed)
            self._changed(self._told.reachability())

    @Slot(object)
    def _changed(self, now: "QNetworkInformation.Reachability") -> None:
        kinds = type(now)
        if self.there and now in {kinds.Disconnected, kinds.Local}:
            self.there = False
            self.gone.emit()
        elif not self.there and now in {kinds.Online, kinds.Site}:
            self.there = True
            self.back.emit()
