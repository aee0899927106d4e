"""What the system says about the network, as the queue is told of it."""

from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

from uploader_gui.workers.network import NetworkWatch, Told

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]
Reachability = QNetworkInformation.Reachability
ONLINE, SITE, LOCAL = Reachability.Online, Reachability.Site, Reachability.Local
OFF, NOBODY_KNOWS = Reachability.Disconnected, Reachability.Unknown


class System(QObject):
    """A system that says what the test wants, as Qt hands it on."""

    reachabilityChanged = Signal(QNetworkInformation.Reachability)  # noqa: N815 - Qt's name

    def __init__(self, now: QNetworkInformation.Reachability) -> None:
        super().__init__()
        self.now = now

    def reachability(self) -> QNetworkInformation.Reachability:
        """What it says."""
        return self.now

    def says(self, now: QNetworkInformation.Reachability) -> None:
        """It changes."""
        self.now = now
        self.reachabilityChanged.emit(now)


def _watch(first: QNetworkInformation.Reachability) -> tuple[System, NetworkWatch, list[str]]:
    system, told = System(first), list[str]()
    watch = NetworkWatch(told=cast(Told, system))
    watch.back.connect(lambda: told.append("back"))
    watch.gone.connect(lambda: told.append("gone"))
    watch.begin()
    return system, watch, told


@pytest.mark.parametrize(
    ("said", "heard", "there"),
    [
        ([ONLINE, OFF, ONLINE], ["gone", "back"], True),
        ([ONLINE, OFF], ["gone"], False),
        ([OFF, SITE], ["gone", "back"], True),
        ([OFF, LOCAL, OFF], ["gone"], False),
        ([LOCAL, ONLINE, SITE, ONLINE], ["gone", "back"], True),
        ([ONLINE, LOCAL], ["gone"], False),
        ([NOBODY_KNOWS, ONLINE], [], True),
        ([ONLINE, NOBODY_KNOWS, ONLINE], [], True),
        ([OFF, NOBODY_KNOWS, ONLINE], ["gone", "back"], True),
        ([NOBODY_KNOWS, OFF, NOBODY_KNOWS], ["gone"], False),
    ],
)
def test_what_is_told(said: list[QNetworkInformation.Reachability], heard: list[str], there: bool) -> None:
    """Each going and coming is told once, none at the beginning as a going; that nobody knows is neither."""
    system, watch, told = _watch(said[0])
    for now in said[1:]:
        system.says(now)
    assert told == heard
    assert watch.there is there


def test_the_systems_own() -> None:
    """What Qt gives on this system is of the kind that is listened to, and is let go of with the watch."""
    watch = NetworkWatch()
    watch.begin()
    system = QNetworkInformation.instance()
    if system is None:
        assert not QNetworkInformation.loadDefaultBackend()
        assert watch.there, "where nobody says, nothing waits for a word"
        return
    assert watch.there is (system.reachability() not in {OFF, LOCAL})
    system.reachabilityChanged.emit(OFF)
    assert not watch.there
    system.reachabilityChanged.emit(ONLINE)
    assert watch.there
