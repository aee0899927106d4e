"""Notifications on Linux, and what is pressed on them: org.freedesktop.Notifications, on a connection of its own.

A connection of its own, as somebody must listen on it all the time: some desktops tell what was pressed to nobody but
the connection that showed the notification. Desktop Notifications Specification 1.3.
"""

import contextlib
import html
from collections.abc import Callable
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.threading import DBusRouter, open_dbus_connection

from uploader_gui.workers.notes import Note, Press, Pressed

INTERFACE = "org.freedesktop.Notifications"
MOST = 50
"""So many notifications that are still to be seen are known; of older ones nothing is pressed any more."""
_SERVER = DBusAddress("/org/freedesktop/Notifications", bus_name=INTERFACE, interface=INTERFACE)
_DEFAULT = "default"
"""The key of what pressing the notification itself means."""


class _Router(DBusRouter):  # type: ignore[misc] # jeepney has no types
    """Sends and receives, and passes on what the desktop tells by itself."""

    def __init__(self, connection: Any, told: Callable[[Message], object]) -> None:
        self._told = told
        super().__init__(connection)

    def _dispatch(self, msg: Message) -> None:
        super()._dispatch(msg)
        if msg.header.message_type is MessageType.signal:
            self._told(msg)

    def _receiver(self) -> None:
        with contextlib.suppress(Exception):  # the bus went away: whoever asks next finds that nobody receives
            super()._receiver()


class LinuxNotes:
    """Shows notifications, and hears what is pressed on them.

    Args:
        name: As whom.
        entry: The name of the program's desktop entry.
        seconds: How long an answer is waited for.
        pressed: Told what was pressed; in a thread of its own.
    """

    def __init__(
        self, *, name: str, entry: str, seconds: Callable[[], float], pressed: Callable[[Pressed], object]
    ) -> None:
        self._name = name
        self._entry = entry
        self._seconds = seconds
        self._pressed = pressed
        self._router: _Router | None = None
        self._can: frozenset[str] | None = None
        self._shown: dict[int, str] = {}
        self._tokens: dict[int, str] = {}

    def show(self, note: Note) -> bool:
        """Show a notification; False if nobody takes it."""
        if self._can is None:
            capable = self._call("GetCapabilities")
            if capable is None:
                return False
            self._can = frozenset(capable[0])
        body = html.escape(note.text, quote=False) if "body-markup" in self._can else note.text
        hints = {"desktop-entry": ("s", self._entry)}
        actions = _actions(note) if "actions" in self._can else []
        given = self._name, 0, "", note.title, body, actions, hints, -1
        told = self._call("Notify", "susssasa{sv}i", given)
        if told is None:
            return False
        while len(self._shown) >= MOST:
            self._forget(next(iter(self._shown)))
        self._shown[told[0]] = note.about
        return True

    def close(self) -> None:
        """Leave the bus; nothing is heard any more."""
        router, self._router = self._router, None
        self._can = None
        self._shown.clear()
        self._tokens.clear()
        if router is not None:
            with contextlib.suppress(OSError):
                router.close()
            with contextlib.suppress(OSError):
                router.conn.close()

    def _call(self, method: str, signature: str | None = None, given: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        try:
            told = self._bus().send_and_get_reply(
                new_method_call(_SERVER, method, signature, given), timeout=self._seconds()
            )
        except TimeoutError:
            return None
        except Exception:  # noqa: BLE001 - whatever is wrong with the bus, it is left, and tried anew the next time
            self.close()
            return None
        return None if told.header.message_type is MessageType.error else tuple(told.body)

    def _bus(self) -> _Router:
        if self._router is None:
            connection = open_dbus_connection("SESSION", auth_timeout=self._seconds())
            self._router = _Router(connection, self._told)
            rule = MatchRule(type="signal", sender=INTERFACE, interface=INTERFACE)
            self._router.send_and_get_reply(message_bus.AddMatch(rule), timeout=self._seconds())
        return self._router

    # ---------------------------------------------------------------------------------- in the router's own thread
    def _told(self, told: Message) -> None:
        """Take what the desktop tells; what is not about a notification of ours is nothing to us."""
        fields, body = told.header.fields, tuple(told.body)
        if fields.get(HeaderFields.interface) != INTERFACE or not body or body[0] not in self._shown:
            return
        number, member = body[0], fields.get(HeaderFields.member)
        if member == "ActivationToken" and len(body) > 1:
            self._tokens[number] = str(body[1])
        elif member == "ActionInvoked" and len(body) > 1:
            press = Press.SHOW if body[1] == _DEFAULT else _press(body[1])
            if press is not None:
                token = self._tokens.pop(number, "")
                self._pressed(Pressed(about=self._shown[number], press=press, token=token))
        elif member == "NotificationClosed":
            self._forget(number)

    def _forget(self, number: int) -> None:
        self._shown.pop(number, None)
        self._tokens.pop(number, None)


def _actions(note: Note) -> list[str]:
    """What can be pressed, as the desktop takes it: keys and labels in turn."""
    shows = next((called for press, called in note.buttons if press is Press.SHOW), "")
    listed = [(_DEFAULT, shows), *((press.value, called) for press, called in note.buttons)]
    return [one for pair in listed for one in pair]


def _press(key: object) -> Press | None:
    return next((one for one in Press if one.value == key), None)
