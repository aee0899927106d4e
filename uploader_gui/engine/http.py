"""The only part that speaks HTTP. What a library's error means is `engine.network_error`.

Two clients. The account client may talk to the account's own hosts and carries its credentials; the storage client
talks to whatever address the service gave and knows nothing that could be given away. Neither follows a redirect.
"""

import contextlib
import functools
import json
import logging
import math
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
from uploader_gui.engine.network_error import address_refused, problem_before, problem_of, problem_with
from uploader_gui.engine.origin import Origin, origin_of, safe
from uploader_gui.engine.proxies import Proxy, ProxyUnusableError, proxy_for
from uploader_gui.engine.sockets import Deadline, Sockets
from uploader_gui.engine.trace import Recording, Told, recording

if TYPE_CHECKING:
    import ssl

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
        self._transports: dict[Proxy | None, httpx.HTTPTransport] = {}
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
                transport = self._transport(proxy, stack if fresh else None)
                return self._exchange(transport, request, cancel, deadline, record)
            except _CutError as cut:
                failure = AnswerCutError(problem_of(cut.error, request, origin, late=deadline.passed), cut.answer)
            except ProxyUnusableError as unusable:
                failure = UploadError(problem_with(request, origin, Kind.PROXY, unusable.why, sent=False))
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
                if record.going:
                    problem = problem_of(error, request, origin, late=deadline.passed)
                else:
                    problem = problem_before(error, request, origin, proxy, late=deadline.passed)
                failure = UploadError(problem)
        cancel.check()
        # Raised out here: the library's error holds the request with its address and keys.
        raise failure

    def close(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def _goes_to(self, request: Request) -> Origin:
        """Where a request goes; raises UploadError if it may not go there."""
        origin = origin_of(request.url)
        if origin is None or not safe(origin) or not self._may(origin):
            raise UploadError(address_refused(request, origin))
        return origin

    def _proxy(self, origin: Origin) -> Proxy | None:
        """The proxy on the way; looked up once, as some systems ask the network for it."""
        way = origin, self._route()
        if way not in self._proxies:
            self._proxies[way] = proxy_for(*way)
        return self._proxies[way]

    def _transport(self, proxy: Proxy | None, stack: contextlib.ExitStack | None) -> "httpx.HTTPTransport":
        if stack is not None:
            return stack.enter_context(self._new_transport(proxy))
        if proxy not in self._transports:
            self._transports[proxy] = self._new_transport(proxy)
        return self._transports[proxy]

    def _new_transport(self, proxy: Proxy | None) -> "httpx.HTTPTransport":
        # httpx's own client would do more than is wanted: cookies, redirects, sign-in, the environment's proxies.
        trust, way = self._trust(), None
        if proxy is not None:
            own = self._proxy_trust() if proxy.scheme == "https" else None
            way = httpx.Proxy(proxy.address, auth=proxy.sign_in, ssl_context=own)
        return httpx.HTTPTransport(verify=trust, trust_env=False, proxy=way, http2=False)

    def _exchange(
        self,
        transport: "httpx.HTTPTransport",
        request: Request,
        cancel: CancelToken,
        deadline: Deadline,
        record: Recording,
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
        response = transport.handle_request(outgoing)
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
