"""The way to an account's service, station by station: proxy, name, encryption, clock. Signs in nowhere."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import UploadError
from uploader_gui.core.settings import SYSTEM
from uploader_gui.engine.http import Client, Request
from uploader_gui.engine.origin import near, origin_of
from uploader_gui.engine.proxies import Proxy, ProxyUnusableError, proxy_for
from uploader_gui.engine.retry import http_date
from uploader_gui.engine.session import Account

SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Way:
    """What was found on the way to a service. None: it was not come to, or it is not there to be seen.

    Attributes:
        host: Where it leads, with the port.
        proxy: What is on it.
        proxy_trouble: Why the proxy that is set cannot be used.
        addresses: What the name leads to; empty: nothing. None where a proxy looks it up.
        lookup: Milliseconds until that was known.
        encryption: The version of TLS; "" on this very computer.
        issuer: Who vouches for the service, as it says.
        expires: Until when.
        behind: Seconds that this computer's clock is behind the service's.
        answered: Whether the service answered, and be it with a refusal.
    """

    host: str
    proxy: Proxy | None = None
    proxy_trouble: str = ""
    addresses: tuple[str, ...] | None = None
    lookup: int = 0
    encryption: str | None = None
    issuer: str = ""
    expires: datetime | None = None
    behind: float | None = None
    answered: bool = False


def look(
    account: Account,
    client: Client,
    now: Callable[[], datetime],
    trust: Callable[[], ssl.SSLContext],
    route: str = SYSTEM,
) -> Way:
    """Go the way to an account's service once, without its key.

    Args:
        account: Whose service.
        client: One that may go there.
        now: This computer's clock, in UTC.
        trust: Which certificates are trusted.
        route: How the network is reached, as the client does it.
    """
    origin = origin_of(account.base)
    if origin is None:
        return Way(host="")
    scheme, host, port = origin
    found: dict[str, Any] = {"host": f"{host}:{port}"}
    try:
        found["proxy"] = proxy_for(origin, route)
    except ProxyUnusableError as error:
        return Way(**found, proxy_trouble=error.why)
    if found["proxy"] is None:
        found |= _named(host, port)
        if scheme == "https" and found["addresses"]:
            found |= _encrypted(host, port, trust)
    if near(origin) and scheme == "http":
        found["encryption"] = ""
    with contextlib.suppress(UploadError):
        request = Request(method="GET", url=account.base, step="check", service=account.service.name)
        answer = client.send(request, CancelToken())
        at, theirs = now(), http_date(answer.headers.get("date", ""))
        found["answered"] = True
        found["behind"] = None if theirs is None else (theirs - at).total_seconds()
    return Way(**found)


def _named(host: str, port: int) -> dict[str, Any]:
    began = time.monotonic()
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        known = []
    addresses = dict.fromkeys(str(one[4][0]) for one in known)
    return {"addresses": tuple(addresses), "lookup": round((time.monotonic() - began) * 1000)}


def _encrypted(host: str, port: int, trust: Callable[[], ssl.SSLContext]) -> dict[str, Any]:
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as plain,
            trust().wrap_socket(plain, server_hostname=host) as secure,
        ):
            return {"encryption": secure.version() or "", **_vouched(secure.getpeercert() or {})}
    except (OSError, ValueError):
        return {}  # what is wrong there, the test of the account itself says


def _vouched(certificate: Mapping[str, Any]) -> dict[str, Any]:
    names = {key: value for row in certificate.get("issuer", ()) for key, value in row}
    issuer = str(names.get("organizationName") or names.get("commonName") or "")
    expires = None
    with contextlib.suppress(ValueError, OverflowError):
        seconds = ssl.cert_time_to_seconds(str(certificate.get("notAfter", "")))
        expires = datetime.fromtimestamp(seconds, UTC)
    return {"issuer": issuer, "expires": expires}
