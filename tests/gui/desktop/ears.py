"""What a screen reader would hear: the accessibility bus of the test's own, and the announcements that come by it."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from tests.gui.desktop.screen import PATIENCE, until
from tests.keychain import BUS

LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
launcher = next((one for one in LAUNCHERS if Path(one).is_file()), None)
needs_ears = pytest.mark.skipif(
    sys.platform != "linux" or launcher is None or shutil.which("dbus-daemon") is None,
    reason="not run: there is no at-spi2-core and dbus-daemon here to listen with",
)
POLITE, ASSERTIVE = 1, 2
"""What AT-SPI calls them: AtspiLive."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One announcement.

    Attributes:
        text: What was said.
        urgent: What was being read out was broken off for it.
    """

    text: str
    urgent: bool


class Ears:
    """Listens as a screen reader does.

    Args:
        env: The environment of the screen's programs.
        folder: Where its files may lie.
    """

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env = dict(env)
        self._folder = folder
        self._programs: list[subprocess.Popen[str]] = []
        self._heard: list[Heard] = []
        self._ends = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="ears")
        self._address = ""

    @property
    def more(self) -> dict[str, str]:
        """What the environment of a program must have that is to be heard."""
        return {"DBUS_SESSION_BUS_ADDRESS": self._env["DBUS_SESSION_BUS_ADDRESS"]}

    @property
    def heard(self) -> list[Heard]:
        """What was said so far."""
        return list(self._heard)

    @property
    def texts(self) -> list[str]:
        """The same as texts alone."""
        return [one.text for one in self._heard]

    def hear(self, text: str) -> None:
        """Wait until something is said that has this in it."""
        until(lambda: any(text in one for one in self.texts), text, lambda: self.texts)

    def _start(self, *command: str) -> subprocess.Popen[str]:
        # Where descriptors cannot be raised in number the daemons say so; nothing else is of interest.
        program = subprocess.Popen(command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._programs.append(program)
        return program

    def __enter__(self) -> Self:
        """Start a bus, the accessibility bus beside it, and listen there."""
        from jeepney import DBusAddress, new_method_call  # noqa: PLC0415 - on Linux only
        from jeepney.bus_messages import message_bus  # noqa: PLC0415 - same
        from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - same

        settings = self._folder / "ears.conf"
        settings.write_text(BUS.format(folder=self._folder), encoding="utf-8")
        bus = self._start("dbus-daemon", f"--config-file={settings}", "--nofork", "--nopidfile", "--print-address=1")
        assert bus.stdout is not None
        self._env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        self._start(str(launcher), "--launch-immediately", "--a11y=1", "--screen-reader=1")
        with open_dbus_connection(self._env["DBUS_SESSION_BUS_ADDRESS"]) as connection:
            asked = Proxy(message_bus, connection)
            until(lambda: asked.NameHasOwner("org.a11y.Bus")[0], "the accessibility bus")
            where = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
            self._address = str(connection.send_and_get_reply(new_method_call(where, "GetAddress")).body[0])
        self._listener.start()
        return self

    def _listen(self) -> None:
        from jeepney import DBusAddress, MatchRule, new_method_call  # noqa: PLC0415 - on Linux only
        from jeepney.bus_messages import message_bus  # noqa: PLC0415 - same
        from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 - same

        registry = DBusAddress(
            "/org/a11y/atspi/registry",
            bus_name="org.a11y.atspi.Registry",
            interface="org.a11y.atspi.Registry",
        )
        with open_dbus_connection(self._address) as connection:
            said = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object", member="Announcement")
            Proxy(message_bus, connection).AddMatch(said)
            connection.send_and_get_reply(
                new_method_call(registry, "RegisterEvent", "sass", ("object:announcement", [], ""))
            )
            while not self._ends.is_set():
                try:
                    message = connection.receive(timeout=0.2)
                except TimeoutError:
                    continue
                if said.matches(message):
                    _detail, live, _other, (_kind, text), *_rest = message.body
                    self._heard.append(Heard(text=text, urgent=live == ASSERTIVE))

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        self._ends.set()
        self._listener.join(PATIENCE)
        for program in reversed(self._programs):
            program.terminate()
            program.wait(PATIENCE)
            if program.stdout is not None:
                program.stdout.close()
