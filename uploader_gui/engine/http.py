"""The only part that speaks HTTP, and where a library's error becomes a problem.

Two clients. The account client may talk to the account's own hosts and carries its credentials; the storage client
talks to whatever address the service gave and knows nothing that could be given away. Neither follows a redirect.
"""

import contextlib
import dataclasses
import errno
import functools
import json
import logging
import math
import re
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from uploader_gui import __version__
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.later import later
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.settings import SYSTEM
from uploader_gui.engine.origin import Origin, origin_of, safe
from uploader_gui.engine.proxies import Proxy, ProxyUnusableError, proxy_for
from uploader_gui.engine.sockets import Deadline, Sockets
from uploader_gui.engine.trace import Recording, Told, recording

if TYPE_CHECKING:
    import ssl
    from http.cookiejar import CookieJar

    import httpx
    import truststore
else:  # a window that sends nothing needs none of it
    httpx, ssl, truststore = later("httpx"), later("ssl"), later("truststore")
    # httpx brings a command line of its own where it can (click, rich, pygments: 8 MB). Here it cannot.
    sys.modules.setdefault("httpx._main", ModuleType("httpx._main"))

MAX_ANSWER = 8 * 1024 * 1024
USER_AGENT = f"uploader-gui/{__version__}"

# They write whole addresses, and a signed address is as good as a key.
for _name in ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks"))):
    logging.getLogger(_name).disabled = True


class Body(Protocol):
    """Bytes to send whose number is known beforehand, so that nothing is ever sent chunked."""

    length: int

    def __iter__(self) -> Iterator[bytes]:
        """Give the pieces, in order; may raise UploadError or Cancelled to break the request off."""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long is waited, in seconds.

    Attributes:
        connect: For a connection.
        stall: While no byte moves in either direction; after a file's last byte `answer` counts alone.
        answer: For the whole of an answer, from the request's last byte.
    """

    connect: float = 10
    stall: float = 60
    answer: float = 120


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. `step` and `service` are for what a person is told about it."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Body | bytes | None = field(default=None, repr=False)
    step: str
    service: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, read whole.

    Attributes:
        status: The HTTP status.
        headers: By name in small letters; of several equal ones, joined by a comma.
        body: At most MAX_ANSWER bytes.
        whole: False if the body was cut off or encoded in a way nobody asked for.
        host: Whose answer it is.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    whole: bool = True
    host: str = ""

    def json(self) -> Any:
        """The body as JSON. Raises ValueError if it is none."""
        if not self.whole:
            raise ValueError("not whole")
        try:
            return json.loads(self.body, parse_constant=_no_number, parse_float=_finite)
        except (UnicodeDecodeError, RecursionError):
            raise ValueError("no JSON") from None

    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("the number is too large")
    return number


@functools.cache
def system_trust() -> "ssl.SSLContext":
    """Certificates as the operating system trusts them. Made once: reading them takes a tenth of a second."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Client:
    """Sends requests for one lane. Connections are kept and used again.

    Args:
        may: Says whether a request may go to this origin; asked for every request.
        timing: How long is waited.
        trust: Which certificates are trusted, and what is shown.
        proxy_trust: The same for a proxy that is talked to by TLS; None: as `trust`.
        traced: Told of every request when it has ended, in the lane's thread: it must not block.
        route: How the network is reached, as `core.settings.Settings.proxy` says; asked for every request.
    """

    def __init__(
        self,
        may: Callable[[Origin], bool],
        *,
        timing: Timing | None = None,
        trust: Callable[[], "ssl.SSLContext"] = system_trust,
        proxy_trust: Callable[[], "ssl.SSLContext"] | None = None,
        traced: Told | None = None,
        route: Callable[[], str] = lambda: SYSTEM,
    ) -> None:
        self._may = may
        self._timing = timing or Timing()
        self._trust = trust
        self._proxy_trust = proxy_trust or trust
        self._traced = traced
        self._route = route
        self._sockets = Sockets()
        self._clients: dict[Proxy | None, httpx.Client] = {}
        self._proxies: dict[tuple[Origin, str], Proxy | None] = {}

    def send(self, request: Request, cancel: CancelToken, *, fresh: bool = False) -> Answer:
        """Send a request and read its answer, whatever its status.

        Args:
            request: What to send.
            cancel: Ends it from another thread.
            fresh: Use a new connection, so that a stale one cannot look like a lost answer.

        Raises:
            UploadError: There is no answer. Its problem's `sent` is False if certainly nothing was sent.
            Cancelled: It was told to stop.
        """
        with recording(request, self._traced, fresh=fresh) as record:
            record.answer = answer = self._send(request, cancel, record, fresh=fresh)
            return answer

    def _send(self, request: Request, cancel: CancelToken, record: Recording, *, fresh: bool) -> Answer:
        origin = self._goes_to(request)
        deadline = Deadline(self._timing.answer, self._sockets.shut)
        failure: UploadError
        proxy: Proxy | None = None
        with contextlib.ExitStack() as stack:
            stack.enter_context(cancel.freeing(self._sockets.shut))
            stack.callback(deadline.stop)
            try:
                proxy = self._proxy(origin)
                client = self._client(proxy, stack if fresh else None)
                return self._exchange(client, request, cancel, deadline, record)
            except _CutError as cut:
                failure = AnswerCutError(_problem(cut.error, request, origin, late=deadline.passed), cut.answer)
            except ProxyUnusableError as unusable:
                failure = UploadError(_told(request, origin, Kind.PROXY, unusable.why, sent=False))
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
                if record.going:
                    problem = _problem(error, request, origin, late=deadline.passed)
                else:
                    problem = _not_there(error, request, origin, proxy, late=deadline.passed)
                failure = UploadError(problem)
        cancel.check()
        # Raised out here: the library's error holds the request with its address and keys.
        raise failure

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _goes_to(self, request: Request) -> Origin:
        """Where a request goes; raises UploadError if it may not go there."""
        origin = origin_of(request.url)
        if origin is None or not safe(origin) or not self._may(origin):
            raise UploadError(_address_refused(request, origin))
        return origin

    def _proxy(self, origin: Origin) -> Proxy | None:
        """The proxy on the way; looked up once, as some systems ask the network for it."""
        way = origin, self._route()
        if way not in self._proxies:
            self._proxies[way] = proxy_for(*way)
        return self._proxies[way]

    def _client(self, proxy: Proxy | None, stack: contextlib.ExitStack | None) -> "httpx.Client":
        if stack is not None:
            return stack.enter_context(self._new_client(proxy))
        if proxy not in self._clients:
            self._clients[proxy] = self._new_client(proxy)
        return self._clients[proxy]

    def _new_client(self, proxy: Proxy | None) -> "httpx.Client":
        trust, way = self._trust(), None
        if proxy is not None:
            own = self._proxy_trust() if proxy.scheme == "https" else None
            way = httpx.Proxy(proxy.address, auth=proxy.sign_in, ssl_context=own)
        return httpx.Client(
            verify=trust, trust_env=False, proxy=way, follow_redirects=False, http2=False, cookies=_no_cookies()()
        )

    def _exchange(
        self, client: "httpx.Client", request: Request, cancel: CancelToken, deadline: Deadline, record: Recording
    ) -> Answer:
        timing = self._timing
        # What of a file was handed over may lie in buffers between here and there, and move on unseen.
        silence = timing.stall if isinstance(request.body, bytes | None) else max(timing.stall, timing.answer)
        timeout = httpx.Timeout(timing.stall, connect=timing.connect, read=silence)
        url = httpx.URL(request.url)
        outgoing = httpx.Request(
            request.method,
            url,
            headers=list(_headers(request, url)),
            stream=_pieces()(request.body) if request.body is not None else None,
            extensions={
                "timeout": timeout.as_dict(),
                "trace": record.watching(self._sockets.watch(cancel, deadline)),
            },
        )
        response = client.send(outgoing, stream=True, auth=None)
        host = outgoing.url.host
        try:
            body, whole = _read(response, cancel)
        except httpx.HTTPError as error:
            # The status has come, and only the rest is lost: whoever waits for an attach must know that.
            partial = Answer(status=response.status_code, headers=_joined(response), body=b"", whole=False, host=host)
            raise _CutError(error, partial) from None
        finally:
            response.close()
        return Answer(status=response.status_code, headers=_joined(response), body=body, whole=whole, host=host)


@functools.cache
def _no_cookies() -> "type[CookieJar]":
    from http.cookiejar import CookieJar  # noqa: PLC0415 - brings TLS along

    class NoCookies(CookieJar):
        """Keeps none, and does not look for any in answers."""

        def extract_cookies(self, response: object, request: object) -> None:
            """Leave them."""

    return NoCookies


class _CutError(Exception):
    def __init__(self, error: "httpx.HTTPError", answer: Answer) -> None:
        super().__init__()
        self.error = error
        self.answer = answer


class AnswerCutError(UploadError):
    """A status came, the rest of the answer did not.

    Attributes:
        answer: What came: status and headers.
    """

    def __init__(self, problem: Problem, answer: Answer) -> None:
        super().__init__(problem)
        self.answer = answer


@functools.cache
def _pieces() -> "Callable[[Body | bytes], httpx.SyncByteStream]":
    class Pieces(httpx.SyncByteStream):
        def __init__(self, body: Body | bytes) -> None:
            self._body = body

        def __iter__(self) -> Iterator[bytes]:
            if isinstance(self._body, bytes):
                yield self._body
            else:
                yield from self._body

    return Pieces


def _headers(request: Request, url: "httpx.URL") -> Iterator[tuple[bytes, bytes]]:
    given = {name.lower() for name, _value in request.headers}
    yield b"Host", url.netloc
    for name, value in request.headers:
        yield name.encode("ascii", "replace"), value.encode()
    if "user-agent" not in given:
        yield b"User-Agent", USER_AGENT.encode()
    if "accept" not in given:
        yield b"Accept", b"*/*"
    if "accept-encoding" not in given:
        # A compressed answer could unpack to anything; nobody compresses what was not asked for.
        yield b"Accept-Encoding", b"identity"
    if request.body is not None and "content-length" not in given:
        length = len(request.body) if isinstance(request.body, bytes) else request.body.length
        yield b"Content-Length", str(length).encode()
    elif request.body is None and request.method in {"POST", "PUT", "PATCH"}:
        yield b"Content-Length", b"0"


def _read(response: "httpx.Response", cancel: CancelToken) -> tuple[bytes, bool]:
    encoded = response.headers.get("content-encoding", "").lower() not in {"", "identity"}
    body = bytearray()
    for piece in response.iter_raw():
        cancel.check()
        body += piece
        if encoded or len(body) > MAX_ANSWER:
            return bytes(body[:MAX_ANSWER]), False
    return bytes(body), not encoded


def _joined(response: "httpx.Response") -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers.multi_items():
        low = name.lower()
        headers[low] = f"{headers[low]}, {value}" if low in headers else value
    return headers


def _address_refused(request: Request, origin: Origin | None) -> Problem:
    if origin is None:
        detail = "it is no web address"
    elif not safe(origin):
        detail = f"{origin[1]} is not encrypted (https)"
    else:
        detail = f"{origin[1]} is not one of the service's own hosts"
    return Problem(kind=Kind.ADDRESS_REFUSED, service=request.service, step=request.step, detail=detail, sent=False)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


UNREADY_PROXY = {"502", "503", "504"}


def _told(request: Request, origin: Origin, kind: Kind, detail: str = "", *, sent: bool = True) -> Problem:
    return Problem(kind=kind, service=request.service, step=request.step, host=origin[1], detail=detail, sent=sent)


def _problem(error: BaseException, request: Request, origin: Origin, *, late: bool) -> Problem:
    """Say what a library's or the system's error means. Its text is never used: it may hold an address."""
    if late:
        return _told(request, origin, Kind.STALLED)
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _told(request, origin, *_certificate(cause), sent=False)
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and _CERTIFICATE_ALERT.search(cause.reason or ""):
            # In TLS 1.3 it comes once our side is through, perhaps with the request: which is not looked at without it.
            what = cause.reason.rpartition("ALERT_")[2].replace("_", " ").lower()
            return _told(request, origin, Kind.CERTIFICATE_WANTED, what, sent=False)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        kind, detail = _why_not_connected(causes)
        return _told(request, origin, kind, detail, sent=False)
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        return _told(request, origin, Kind.STALLED)
    if isinstance(error, httpx.LocalProtocolError):
        return _told(request, origin, Kind.INTERNAL, "the request is malformed")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | UnicodeError):
        return _told(request, origin, Kind.ADDRESS_REFUSED, "it is no web address", sent=False)
    return _told(request, origin, Kind.CONNECTION_LOST)


def _not_there(error: BaseException, request: Request, origin: Origin, proxy: Proxy | None, *, late: bool) -> Problem:
    """Say what an error means while nothing of the request has gone out: on the way there, perhaps by a proxy."""
    problem = dataclasses.replace(_problem(error, request, origin, late=late), sent=False)
    if proxy is None or problem.kind in {Kind.UNTRUSTED, Kind.CERTIFICATE_WANTED, Kind.ADDRESS_REFUSED, Kind.INTERNAL}:
        return problem
    if isinstance(error, httpx.ProxyError) and (status := str(error)[:3]).isdecimal():
        if status in UNREADY_PROXY:
            said = f"the proxy {proxy.host}: status {status}"
            unready = _told(request, origin, Kind.UNREACHABLE, said, sent=False)
            return _by_proxy(dataclasses.replace(unready, status=int(status)))
        # tinyproxy says 401 where others say 407.
        kind = Kind.PROXY_SIGN_IN if status in {"401", "407"} else Kind.PROXY
        return _told(request, origin, kind, f"{proxy.host}: status {status}", sent=False)
    # Whatever else it is, it was the proxy that was talked to.
    what = problem.detail or {Kind.NO_NETWORK: "not found", Kind.STALLED: "no answer"}.get(problem.kind, "broke off")
    return _by_proxy(dataclasses.replace(problem, kind=Kind.UNREACHABLE, detail=f"the proxy {proxy.host}: {what}"))


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
