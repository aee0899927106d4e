"""Refuses every connection beyond loopback, in the tests and in the processes they start."""

import ipaddress
import sys
from typing import Any

refused: list[str] = []


class BeyondLoopbackError(RuntimeError):
    """Something wanted to leave this computer."""


def _near(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
    elif event == "socket.getaddrinfo":
        address = (arguments[0],)
    else:
        return
    if not isinstance(address, tuple) or address[0] is None:
        return  # a Unix socket, or any address of this computer
    host = address[0].decode("ascii", "replace") if isinstance(address[0], bytes) else str(address[0])
    if not _near(host):
        refused.append(f"{event} {host}")
        raise BeyondLoopbackError(f"{event} to {host}: tests stay on this computer")


def install() -> None:
    """Guard this process, for good."""
    sys.addaudithook(_hook)
