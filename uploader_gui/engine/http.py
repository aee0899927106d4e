"""The only part that speaks HTTP, and where a library's error becomes a problem.

Two clients. The account client may talk to the account's own hosts and carries its credentials; the storage client
talks to whatever address the service gave and knows nothing that could be given away. Neither follows a redirect.
"""

import contextlib
import errno
import functools
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import truststore

from uploader_gui import __version__
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.problems import Kind, Problem, UploadError

MAX_ANSWER = 8 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
USER_AGENT = f"uploader-gui/{__version__}"


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
        stall: While no byte moves in either direction.
        answer: For the whole of an answer, from its first byte.
    """

    connect: float = 20
    stall: float = 60
    answer: float = 120


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. `step` and `service` are for what a person is told about it."""

    method: str
    url: str
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
            return json.loads(self.body)
        except (UnicodeDecodeError, RecursionError):
            raise ValueError("no JSON") from None

    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")


Origin = tuple[str, str, int]


def origin_of(url: str) -> Origin | None:
    """Scheme, host and port of an address; None if it is none that may be used at all."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    if any(char <= " " or char == "\\" for char in url):
        return None
    return parts.scheme, parts.hostname.lower(), port or (443 if parts.scheme == "https" else 80)


def safe(origin: Origin) -> bool:
    """Whether bytes may go there at all: encrypted, or to this very computer."""
    return origin[0] == "https" or origin[1] in LOOPBACK


@functools.cache
def system_trust() -> ssl.SSLContext:
    """Certificates as the operating system trusts them. Made once: reading them takes a tenth of a second."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Sockets:
    """The connections one lane has open, so that another thread can shut them when it is told to stop."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()

    def watch(self, cancel: CancelToken) -> Callable[[str, Mapping[str, Any]], None]:
        """Give a listener for httpx's trace events that remembers each new socket."""

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
                self._open = {sock for sock in self._open if sock.fileno() != -1}
                self._open.add(info["return_value"].get_extra_info("socket"))
            if not event.endswith((".failed", "_closed.started", "_closed.complete")):
                cancel.check()

        return trace

    def shut(self) -> None:
        """Shut every connection, from any thread: whoever reads or writes on one is freed at once.

        `socket.socket.shutdown(sock)`, not `sock.shutdown()`: an SSLSocket's own would drop its TLS layer under the
        feet of the thread that uses it.
        """
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Client:
    """Sends requests for one lane. Connections are kept and used again.

    Args:
        may: Says whether a request may go to this origin; asked for every request.
        timing: How long is waited.
        trust: Which certificates are trusted.
    """

    def __init__(
        self,
        may: Callable[[Origin], bool],
        *,
        timing: Timing | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
    ) -> None:
        self._may = may
        self._timing = timing or Timing()
        self._trust = trust
        self._sockets = Sockets()
        self._clients: dict[bool, httpx.Client] = {}

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
        origin = origin_of(request.url)
        if origin is None or not safe(origin) or not self._may(origin):
            raise UploadError(_address_refused(request, origin))
        with contextlib.ExitStack() as stack:
            client = self._client(near=origin[1] in LOOPBACK, stack=stack if fresh else None)
            stack.enter_context(cancel.freeing(self._sockets.shut))
            try:
                return self._exchange(client, request, origin, cancel)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
                cancel.check()
                raise UploadError(_problem(error, request, origin)) from None

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _client(self, *, near: bool, stack: contextlib.ExitStack | None) -> httpx.Client:
        if stack is not None:
            return stack.enter_context(self._new_client(near=near))
        if near not in self._clients:
            self._clients[near] = self._new_client(near=near)
        return self._clients[near]

    def _new_client(self, *, near: bool) -> httpx.Client:
        # What is on this computer is never reached through a proxy.
        return httpx.Client(verify=self._trust(), trust_env=not near, follow_redirects=False, http1=True, http2=False)

    def _exchange(self, client: httpx.Client, request: Request, origin: Origin, cancel: CancelToken) -> Answer:
        timing = self._timing
        timeout = httpx.Timeout(timing.stall, connect=timing.connect)
        outgoing = httpx.Request(
            request.method,
            request.url,
            headers=list(_headers(request)),
            stream=_Pieces(request.body) if request.body is not None else None,
            extensions={"timeout": timeout.as_dict(), "trace": self._sockets.watch(cancel)},
        )
        response = client.send(outgoing, stream=True, auth=None)
        try:
            body, whole = _read(response, timing.answer, cancel)
        except httpx.HTTPError as error:
            # The status has come, and only the rest is lost: whoever waits for an attach must know that.
            cancel.check()
            partial = _problem(error, request, origin)
            raise AnswerCutError(partial, response.status_code) from None
        finally:
            response.close()
        return Answer(status=response.status_code, headers=_joined(response), body=body, whole=whole, host=origin[1])


class AnswerCutError(UploadError):
    """A status came, the rest of the answer did not."""

    def __init__(self, problem: Problem, status: int) -> None:
        super().__init__(problem)
        self.status = status


class _Pieces(httpx.SyncByteStream):
    def __init__(self, body: Body | bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        if isinstance(self._body, bytes):
            yield self._body
        else:
            yield from self._body


def _headers(request: Request) -> Iterator[tuple[bytes, bytes]]:
    given = {name.lower() for name, _value in request.headers}
    yield b"Host", httpx.URL(request.url).netloc
    for name, value in request.headers:
        yield name.encode("ascii", "replace"), value.encode()
    if "user-agent" not in given:
        yield b"User-Agent", USER_AGENT.encode()
    if "accept" not in given:
        yield b"Accept", b"*/*"
    # A compressed answer could unpack to anything; nobody compresses what was not asked for.
    yield b"Accept-Encoding", b"identity"
    if request.body is not None and "content-length" not in given:
        length = len(request.body) if isinstance(request.body, bytes) else request.body.length
        yield b"Content-Length", str(length).encode()
    elif request.body is None and request.method in {"POST", "PUT", "PATCH"}:
        yield b"Content-Length", b"0"


def _read(response: httpx.Response, seconds: float, cancel: CancelToken) -> tuple[bytes, bool]:
    encoded = response.headers.get("content-encoding", "identity").lower() != "identity"
    until = time.monotonic() + seconds
    body = bytearray()
    for piece in response.iter_raw():
        cancel.check()
        body += piece
        if encoded or len(body) > MAX_ANSWER or time.monotonic() > until:
            return bytes(body[:MAX_ANSWER]), False
    return bytes(body), not encoded


def _joined(response: httpx.Response) -> dict[str, str]:
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


def _problem(error: BaseException, request: Request, origin: Origin) -> Problem:
    """Say what a library's or the system's error means. Its text is never used: it may hold an address."""
    host = origin[1]

    def problem(kind: Kind, detail: str = "", *, sent: bool = True) -> Problem:
        return Problem(kind=kind, service=request.service, step=request.step, host=host, detail=detail, sent=sent)

    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return problem(Kind.UNTRUSTED, _certificate_detail(cause), sent=False)
    if isinstance(error, httpx.ProxyError):
        status = str(error)[:3]
        return problem(Kind.PROXY, f"status {status}" if status.isdecimal() else "no answer", sent=False)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return _not_connected(causes, problem)
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        return problem(Kind.STALLED)
    if isinstance(error, httpx.LocalProtocolError):
        return problem(Kind.INTERNAL, "the request is malformed")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return problem(Kind.ADDRESS_REFUSED, "it is no web address", sent=False)
    return problem(Kind.CONNECTION_LOST)


def _not_connected(causes: tuple[BaseException, ...], problem: Callable[..., Problem]) -> Problem:
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return problem(Kind.NO_NETWORK, sent=False)
        if isinstance(cause, ssl.SSLError):
            return problem(Kind.UNTRUSTED, "no common encryption", sent=False)
    for cause in causes:
        if isinstance(cause, TimeoutError):
            return problem(Kind.UNREACHABLE, "no answer", sent=False)
        if isinstance(cause, OSError) and cause.errno:
            if cause.errno in {errno.ENETUNREACH, errno.ENETDOWN}:
                return problem(Kind.NO_NETWORK, sent=False)
            refused = cause.errno == errno.ECONNREFUSED
            return problem(Kind.UNREACHABLE, "refused" if refused else "unreachable", sent=False)
    return problem(Kind.UNREACHABLE, "no connection", sent=False)


def _certificate_detail(error: ssl.SSLCertVerificationError) -> str:
    reason = getattr(error, "verify_message", "") or "not trusted"
    return str(reason)


__all__ = [
    "Answer", "AnswerCutError", "Body", "Cancelled", "Client", "Origin", "Request", "Timing", "origin_of", "safe",
]  # fmt: skip
