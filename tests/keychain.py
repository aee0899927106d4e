"""A keychain of a test's own: a real gnome-keyring on a bus of its own, with folders of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

# No folder of services: nothing is started by being called, no keychain and no window that asks for a password.
BUS = """<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
SECONDS = 20
PERSONAL = ("GNOME_KEYRING_", "XDG_", "DBUS_", "KEYRING_", "PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY")

needs_keychain = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("gnome-keyring-daemon") is None or shutil.which("dbus-daemon") is None,
    reason="not run: there is no gnome-keyring and dbus-daemon here to test with",
)


class Keychain:
    """A gnome-keyring that starts when told; its folders outlive its daemon.

    Attributes:
        home: All of its folders; nothing outside is written.
        environment: What leads a process to it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {"HOME": str(home)}
        for name in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR"):
            place = home / name.lower()
            place.mkdir(mode=0o700)
            self.environment[f"XDG_{name}"] = str(place)
        self._bus: subprocess.Popen[str] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None

    @property
    def whole_environment(self) -> dict[str, str]:
        """An environment for child processes, with nothing of the person's own keychain."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PERSONAL)}
        return {**kept, **self.environment}

    def start_bus(self) -> None:
        """Start the bus, on which there is nothing yet."""
        settings = self.home / "bus.conf"
        settings.write_text(BUS.format(folder=self.home), encoding="utf-8")
        self._bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={settings}", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.whole_environment,
            text=True,
        )
        assert self._bus.stdout is not None
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._bus.stdout.readline().strip()

    def start(self, *, password: str | None = "at sign-in") -> None:
        """Start the daemon and unlock it, as signing in does; with None it stays locked."""
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        self._daemon = subprocess.Popen(
            command if password is None else [*command, "--unlock"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.whole_environment,
        )
        assert self._daemon.stdin is not None
        self._daemon.stdin.write((password or "").encode())
        self._daemon.stdin.close()
        until = time.monotonic() + SECONDS
        while not self._owned():
            assert self._daemon.poll() is None, "gnome-keyring-daemon has ended"
            assert time.monotonic() < until, "gnome-keyring-daemon is not on the bus"
            time.sleep(0.01)

    def _owned(self) -> bool:
        """Whether somebody has the keychain's name on the bus."""
        from jeepney.bus_messages import message_bus  # noqa: PLC0415 - on Linux only
        from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - same

        with open_dbus_connection(self.environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
            return bool(Proxy(message_bus, connection).NameHasOwner("org.freedesktop.secrets")[0])

    def freeze(self) -> None:
        """Let the daemon hang."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._daemon is not None
        self._daemon.send_signal(number)

    def kill(self) -> None:
        """End the daemon, as kill -9 does."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait(SECONDS)
            self._daemon = None
            # The bus hears of it a little later: the next one to start would be taken for there before it is.
            until = time.monotonic() + SECONDS
            while self._owned():
                assert time.monotonic() < until, "gnome-keyring-daemon is still on the bus"
                time.sleep(0.01)

    def end(self) -> None:
        """End the daemon and the bus."""
        self.kill()
        if self._bus is not None:
            self._bus.kill()
            self._bus.wait(SECONDS)
            assert self._bus.stdout is not None
            self._bus.stdout.close()
            self._bus = None


@contextmanager
def keychain() -> Iterator[Keychain]:
    """A keychain whose bus runs; its daemon is started by `start`. All of it is gone afterwards."""
    # Not under pytest's folder: the path of a socket may only have some hundred characters.
    folder = tempfile.mkdtemp(prefix="keychain-")
    made = Keychain(Path(folder))
    try:
        made.start_bus()
        yield made
    finally:
        with suppress(ProcessLookupError):
            made.end()
        shutil.rmtree(folder)


def lead_to(made: Keychain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead this process to a keychain, and away from the person's."""
    for name in tuple(os.environ):
        if name.startswith(PERSONAL):
            monkeypatch.delenv(name)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
