"""The window's tests: the real window on the practice service. A Qt warning, a thread left over, fails a test."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.vault import Vault
from uploader_gui.practice import PracticeService
from uploader_gui.store import secrets

if TYPE_CHECKING:
    from tests.gui.driver import Driver
    from tests.gui.needs import Scene

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

try:
    import PySide6.QtWidgets  # noqa: F401 - only whether it can be had
except ImportError:
    # Qt's libraries are not there: then only what needs none is collected. The full tests make sure that they are.
    collect_ignore = [
        str(path.relative_to(Path(__file__).parent))
        for path in Path(__file__).parent.rglob("test_*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("PySide6", "driver", "test_queue_model"))
    ]

# The offscreen platform says so of every window, and of every menu, that is shown.
HARMLESS = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


@pytest.fixture(autouse=True)
def no_qt_warning(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail if Qt warned of anything."""
    if request.node.get_closest_marker("slow") is None:
        yield
        return
    log: Any = request.getfixturevalue("qtlog")
    yield
    warned = [one.message for one in log.records if one.type_name != "QtDebugMsg" and one.message not in HARMLESS]
    assert not warned


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A keychain in memory, in the place of the system's."""
    made = Vault()
    monkeypatch.setattr(secrets, "system_keychain", lambda: made)
    return made


@pytest.fixture
def open_window(qapp: object) -> Iterator[Callable[..., "Driver"]]:
    """Open windows; all of them are closed at the end, and no thread of theirs is left."""
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 - where Qt is not there, the other tests still run

    from tests.gui.driver import Driver  # noqa: PLC0415 - likewise

    del qapp
    drivers: list[Driver] = []

    def opened(*arguments: Any, **options: Any) -> Driver:
        driver = Driver(*arguments, **options)
        drivers.append(driver)
        return driver.show()

    before = set(threading.enumerate())
    yield opened
    for driver in drivers:
        driver.close()
    # What a test copied is Python's: found still there when the process ends, it would take that down.
    QGuiApplication.clipboard().clear()
    # Threads of Qt's that ran Python leave a dummy behind, which is no thread.
    # The practice service may outlive the windows, and takes files in threads of its own; one for the whole process
    # watches deadlines.
    stays = ("Dummy", "practice", "deadlines")
    left = [one for one in set(threading.enumerate()) - before if not one.name.startswith(stays)]
    for thread in left:
        thread.join(5)  # told to end, they may need a moment for it
    assert not [one for one in left if one.is_alive()]


@pytest.fixture
def driver(open_window: Callable[..., "Driver"], practice: PracticeService) -> "Driver":
    """The window on a practice service."""
    from tests.gui.driver import practice_source  # noqa: PLC0415 - likewise

    return open_window(practice_source(practice))


@pytest.fixture
def scene(open_window: Callable[..., "Driver"], practice: PracticeService, vault: Vault, tmp_path: Path) -> "Scene":
    """A window with saved accounts of a practice service and one lane, so that files come in their order."""
    from tests.gui.needs import Scene, save_account  # noqa: PLC0415 - likewise
    from uploader_gui.practice import SERVICES  # noqa: PLC0415 - likewise

    del vault
    for service in SERVICES:
        save_account(practice, service)
    return Scene.opened(open_window, practice, tmp_path)
