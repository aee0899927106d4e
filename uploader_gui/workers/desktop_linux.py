"""The desktop on Linux, by D-Bus: notifications, sleep, the launcher's progress. Spoken by jeepney.

Not by Qt's own D-Bus module: from Python it cannot say which kind of number an argument is, and each of these calls
has one that desktops refuse to take for another.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MessageFlag, MessageType, new_method_call, new_signal
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from uploader_gui.workers.notes import Note, Pressed
from uploader_gui.workers.notes_linux import LinuxNotes

NAME = "Uploader"
ENTRY = "uploader-gui"
SECONDS = 2.0
BEGINNING = 10.0
"""Seconds that a program has which the bus may have to start first."""
_POWER = DBusAddress(
    "/org/freedesktop/PowerManagement/Inhibit",
    bus_name="org.freedesktop.PowerManagement",
    interface="org.freedesktop.PowerManagement.Inhibit",
)
_GNOME = DBusAddress(
    "/org/gnome/SessionManager", bus_name="org.gnome.SessionManager", interface="org.gnome.SessionManager"
)
_LOGIND = DBusAddress(
    "/org/freedesktop/login1", bus_name="org.freedesktop.login1", interface="org.freedesktop.login1.Manager"
)
_FILES = DBusAddress(
    "/org/freedesktop/FileManager1",
    bus_name="org.freedesktop.FileManager1",
    interface="org.freedesktop.FileManager1",
)
"""https://wiki.freedesktop.org/www/Specifications/file-manager-interface"""
_LAUNCHER = DBusAddress("/com/canonical/unity/launcherentry/1", interface="com.canonical.Unity.LauncherEntry")
_NO_SUSPEND = 4
"""org.gnome.SessionManager: the flag for suspending."""


class LinuxHost:
    """Talks over the session's bus, and the system's where the session has nobody who keeps it awake.

    Args:
        pressed: Told what is pressed on notifications, in a thread of its own.
    """

    def __init__(self, pressed: Callable[[Pressed], object] = lambda _pressed: None) -> None:
        self._buses: dict[str, DBusConnection] = {}
        self._release: Callable[[], object] | None = None
        self._notes = LinuxNotes(name=NAME, entry=ENTRY, seconds=lambda: SECONDS, pressed=pressed)

    def notify(self, note: Note) -> bool:
        """Show a notification; False if nobody takes it."""
        return self._notes.show(note)

    def hold(self, why: str) -> bool:
        """Ask whoever minds the power: KDE and Xfce, GNOME, or the system itself."""
        self.release()
        told = self._call("SESSION", _POWER, "Inhibit", "ss", (NAME, why), wakes=False)
        if told is not None:
            cookie = told[0]
            self._release = lambda: self._call("SESSION", _POWER, "UnInhibit", "u", (cookie,))
            return True
        told = self._call("SESSION", _GNOME, "Inhibit", "susu", (NAME, 0, why, _NO_SUSPEND), wakes=False)
        if told is not None:
            cookie = told[0]
            self._release = lambda: self._call("SESSION", _GNOME, "Uninhibit", "u", (cookie,))
            return True
        told = self._call("SYSTEM", _LOGIND, "Inhibit", "ssss", ("sleep", NAME, why, "block"), wakes=False)
        if told is not None:
            # It sleeps again when this is closed, however the program ends.
            self._release = told[0].close
            return True
        return False

    def release(self) -> None:
        """Let it sleep again."""
        release, self._release = self._release, None
        if release is not None:
            with contextlib.suppress(OSError):
                release()

    def progress(self, part: float | None, waiting: int) -> None:
        """Tell docks that know how: Ubuntu's, KDE's, and others that took it over."""
        facts = {
            "progress": ("d", part or 0.0),
            "progress-visible": ("b", part is not None),
            "count": ("x", waiting),
            "count-visible": ("b", waiting > 0),
        }
        told = new_signal(_LAUNCHER, "Update", "sa{sv}", (f"application://{ENTRY}.desktop", facts))
        bus = self._bus("SESSION")
        if bus is not None:
            try:
                bus.send(told)
            except OSError:
                self._drop("SESSION")

    def show(self, paths: Sequence[Path]) -> bool:
        """Ask the file manager, which the bus starts if need be; False if there is none that can."""
        given = [path.absolute().as_uri() for path in paths], ""
        return self._call("SESSION", _FILES, "ShowItems", "ass", given, seconds=BEGINNING) is not None

    def close(self) -> None:
        """Let it sleep, and leave the buses."""
        self.release()
        self._notes.close()
        for name in tuple(self._buses):
            self._drop(name)

    # ------------------------------------------------------------------------------------------------- the bus
    def _call(
        self,
        bus_name: str,
        whom: DBusAddress,
        method: str,
        signature: str | None = None,
        given: tuple[Any, ...] = (),
        *,
        wakes: bool = True,
        seconds: float | None = None,
    ) -> tuple[Any, ...] | None:
        """Call something; None if nobody is there, it says no, or it does not answer in time.

        Args:
            bus_name: "SESSION" or "SYSTEM".
            whom: Who is asked.
            method: What.
            signature: The types of what is given.
            given: What is given.
            wakes: Whether the bus may start somebody who is not there.
            seconds: How long the answer is waited for; None: as usual.
        """
        bus = self._bus(bus_name)
        if bus is None:
            return None
        asked = new_method_call(whom, method, signature, given)
        if not wakes:
            asked.header.flags |= MessageFlag.no_auto_start
        try:
            told = bus.send_and_get_reply(asked, timeout=SECONDS if seconds is None else seconds)
        except TimeoutError:
            return None  # the bus is well: left, it would end what keeps the computer awake
        except Exception:  # noqa: BLE001 - whatever is wrong with the bus, it is left, and tried anew the next time
            self._drop(bus_name)
            return None
        return None if told.header.message_type is MessageType.error else tuple(told.body)

    def _bus(self, name: str) -> DBusConnection | None:
        if name not in self._buses:
            try:
                self._buses[name] = open_dbus_connection(name, enable_fds=name == "SYSTEM", auth_timeout=SECONDS)
            except Exception:  # noqa: BLE001 - there is no bus, or none that can be used
                return None
        return self._buses[name]

    def _drop(self, name: str) -> None:
        bus = self._buses.pop(name, None)
        if bus is not None:
            with contextlib.suppress(OSError):
                bus.close()
