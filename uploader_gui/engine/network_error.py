"""What it means when there is no answer: an error of a library or of the system, as a problem for a person."""

import dataclasses
import errno
import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from uploader_gui.core.later import later
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.origin import Origin, safe
from uploader_gui.engine.proxies import Proxy

if TYPE_CHECKING:
    import ssl

    import httpx
else:  # a window that sends nothing needs none of it
    httpx, ssl = later("httpx"), later("ssl")

UNREADY_PROXY = frozenset({"502", "503", "504"})


class Asked(Protocol):
    """A request, as far as a problem needs it."""

    @property
    def step(self) -> str:
        """The step."""

    @property
    def service(self) -> str:
        """The service's name."""


def address_refused(asked: Asked, origin: Origin | None) -> Problem:
    """Why a request may not go where it was to go; None: what was given is no address."""
    if origin is None:
        detail = "it is no web address"
    elif not safe(origin):
        detail = f"{origin[1]} is not encrypted (https)"
    else:
        detail = f"{origin[1]} is not one of the service's own hosts"
    return Problem(kind=Kind.ADDRESS_REFUSED, service=asked.service, step=asked.step, detail=detail, sent=False)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def problem_with(asked: Asked, origin: Origin, kind: Kind, detail: str = "", *, sent: bool = True) -> Problem:
    """A problem with a request.

    Args:
        asked: The request.
        origin: Where it was to go.
        kind: What went wrong.
        detail: A plain fact of ours.
        sent: Whether anything of it may have gone out.
    """
    return Problem(kind=kind, service=asked.service, step=asked.step, host=origin[1], detail=detail, sent=sent)


def problem_of(error: BaseException, asked: Asked, origin: Origin, *, late: bool) -> Problem:
    """Say what a library's or the system's error means. Its text is never used: it may hold an address.

    Args:
        error: What was raised.
        asked: The request.
        origin: Where it was to go.
        late: Whether it was cut off because the answer took too long.
    """
    if late:
        return problem_with(asked, origin, Kind.STALLED)
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return problem_with(asked, origin, *_certificate(cause), sent=False)
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and _CERTIFICATE_ALERT.search(cause.reason or ""):
            # In TLS 1.3 it comes once our side is through, perhaps with the request: which is not looked at without it.
            what = cause.reason.rpartition("ALERT_")[2].replace("_", " ").lower()
            return problem_with(asked, origin, Kind.CERTIFICATE_WANTED, what, sent=False)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        kind, detail = _why_not_connected(causes)
        return problem_with(asked, origin, kind, detail, sent=False)
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        return problem_with(asked, origin, Kind.STALLED)
    if isinstance(error, httpx.LocalProtocolError):
        return problem_with(asked, origin, Kind.INTERNAL, "the request is malformed")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | UnicodeError):
        return problem_with(asked, origin, Kind.ADDRESS_REFUSED, "it is no web address", sent=False)
    return problem_with(asked, origin, Kind.CONNECTION_LOST)


def problem_before(error: BaseException, asked: Asked, origin: Origin, proxy: Proxy | None, *, late: bool) -> Problem:
    """Say what an error means while nothing of the request has gone out: on the way there, perhaps by a proxy.

    Args:
        error: What was raised.
        asked: The request.
        origin: Where it was to go.
        proxy: What is on the way; None: nothing.
        late: As `problem_of` has it.
    """
    found = dataclasses.replace(problem_of(error, asked, origin, late=late), sent=False)
    if proxy is None or found.kind in {Kind.UNTRUSTED, Kind.CERTIFICATE_WANTED, Kind.ADDRESS_REFUSED, Kind.INTERNAL}:
        return found
    if isinstance(error, httpx.ProxyError) and (status := str(error)[:3]).isdecimal():
        if status in UNREADY_PROXY:
            said = f"the proxy {proxy.host}: status {status}"
            unready = problem_with(asked, origin, Kind.UNREACHABLE, said, sent=False)
            return _by_proxy(dataclasses.replace(unready, status=int(status)))
        # tinyproxy says 401 where others say 407.
        kind = Kind.PROXY_SIGN_IN if status in {"401", "407"} else Kind.PROXY
        return problem_with(asked, origin, kind, f"{proxy.host}: status {status}", sent=False)
    # Whatever else it is, it was the proxy that was talked to.
    what = found.detail or {Kind.NO_NETWORK: "not found", Kind.STALLED: "no answer"}.get(found.kind, "broke off")
    return _by_proxy(dataclasses.replace(found, kind=Kind.UNREACHABLE, detail=f"the proxy {proxy.host}: {what}"))


def _by_proxy(problem: Problem) -> Problem:
    return dataclasses.replace(problem, proxied=True)


def _why_not_connected(causes: tuple[BaseException, ...]) -> tuple[Kind, str]:
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return Kind.NO_NETWORK, ""
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
            return Kind.UNREACHABLE, "closed the connection"
        if isinstance(cause, ssl.SSLError):
            return Kind.NO_ENCRYPTION, _why_no_encryption(cause)
    for cause in causes:
        if isinstance(cause, TimeoutError):
            return Kind.UNREACHABLE, "no answer"
        if isinstance(cause, OSError) and cause.errno:
            if cause.errno in _NO_WAY_OUT:
                return Kind.NO_NETWORK, ""
            return Kind.UNREACHABLE, "refused" if cause.errno == errno.ECONNREFUSED else "unreachable"
    return Kind.UNREACHABLE, "no connection"


# No way out of this computer: no interface is up, or none has an address or a way on. EHOSTUNREACH is not among them:
# it is also said of a server beside this one that is switched off, which nobody should wait for without being told.
_NO_WAY_OUT = {errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}


def _why_no_encryption(error: "ssl.SSLError") -> str:
    # What is no TLS at all looks like a version nobody has heard of: a port for plain HTTP, or another service's.
    if error.reason == "WRONG_VERSION_NUMBER":
        return "what answers there is not TLS"
    if (error.reason or "").endswith("ALERT_HANDSHAKE_FAILURE"):
        # Before TLS 1.3 a missing certificate has no alert of its own (RFC 5246, section 7.4.6): it looks like a cipher
        # or a name that is not there. That it was asked for is seen by OpenSSL alone; Python does not pass it on.
        return "it refuses without saying why; it may want a client certificate"
    return "no version in common"


# What a server says of our certificate (RFC 8446, section 6.2), as OpenSSL calls it.
_CERTIFICATE_ALERT = re.compile(r"ALERT_(?:.*CERTIFICATE|UNKNOWN_CA$|ACCESS_DENIED$)")

# What is wrong with a certificate, by the codes of OpenSSL, of Windows and of macOS.
_OUT_OF_DATE = {9, 10, 0x800B0101, -67818, -67819}
_WRONG_HOST = {62, 64, 0x800B010F, -67602}


def _certificate(error: "ssl.SSLCertVerificationError") -> tuple[Kind, str]:
    code = getattr(error, "verify_code", 0)
    kind = Kind.OUT_OF_DATE if code in _OUT_OF_DATE else Kind.WRONG_HOST if code in _WRONG_HOST else Kind.UNTRUSTED
    return kind, str(getattr(error, "verify_message", "") or "not trusted").rstrip(".")
