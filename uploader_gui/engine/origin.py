"""Where a request goes: scheme, host and port; and which of these may be used at all."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Origin = tuple[str, str, int]
_ODD = re.compile(r"[\x00-\x20\\]")


def origin_of(url: str) -> Origin | None:
    """Scheme, host and port of an address; None if it is none that may be used at all."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    if _ODD.search(url):
        return None
    labels = parts.hostname.split(".")
    if not parts.netloc.isascii() or not all(0 < len(label) < 64 for label in labels):
        return None
    return parts.scheme, parts.hostname.lower(), port or (443 if parts.scheme == "https" else 80)


def safe(origin: Origin) -> bool:
    """Whether bytes may go there at all: encrypted, or to this very computer."""
    return origin[0] == "https" or origin[1] in LOOPBACK


def near(origin: Origin) -> bool:
    """Whether an address is this very computer, however it is written."""
    host = origin[1]
    if host in LOOPBACK or host.endswith(".localhost"):
        return True
    try:
        # What the C library takes for an IPv4 address: 127.1, 0x7f.1, 2130706433, 0.
        address = ipaddress.ip_address(socket.inet_aton(host))
    except OSError:
        try:
            found = ipaddress.ip_address(host)
        except ValueError:
            return False
        address = getattr(found, "ipv4_mapped", None) or found
    return address.is_loopback or address.is_unspecified
