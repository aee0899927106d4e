"""What holds for every test: nothing beyond loopback, no logged error, folders of its own, no keys of the user's."""

import gettext
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

GUARD = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD))

import network_guard  # noqa: E402

from uploader_gui.core import translation  # noqa: E402
from uploader_gui.practice import PracticeService  # noqa: E402

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whoever started the tests in the background of a script: the programs under test would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
network_guard.install()
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH", "")]))


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of tests that mean to log an error."""
    config.addinivalue_line("markers", "logs_errors: this test logs an error on purpose")
    config.addinivalue_line("markers", "leaves_loopback: this test tries to leave this computer on purpose, in vain")


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has folders of its own, and none of the user's keys or proxies; nor the user's keychain."""
    monkeypatch.setenv("UPLOADER_GUI_HOME", str(tmp_path_factory.mktemp("home")))
    # No keychain at all, on every system; tests/keychain.py has a real one for those that need it.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    # Nor is the computer kept awake by tests.
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    # English, whoever runs the tests; those about other languages say so.
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("LANGUAGE", raising=False)
    for name in tuple(os.environ):
        key = name.startswith("UPLOADER_") and name != "UPLOADER_GUI_HOME"
        if key or name.lower() in {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Whatever language a test speaks, the next one begins in English."""
    yield
    translation.use(gettext.NullTranslations())


@pytest.fixture(autouse=True)
def nothing_beyond_loopback(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail if the test wanted to leave this computer, even where the program took the refusal in its stride."""
    network_guard.refused.clear()
    yield
    if request.node.get_closest_marker("leaves_loopback") is None:
        assert not network_guard.refused


@pytest.fixture(autouse=True)
def no_logged_error(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail if anything logged an error."""
    yield
    if request.node.get_closest_marker("logs_errors") is None:
        logged = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
        assert not logged, [record.getMessage() for record in logged]


@pytest.fixture
def practice() -> Iterator[PracticeService]:
    """A fresh practice service that must not have had an error of its own."""
    with PracticeService() as service:
        yield service
        assert not service.errors
