"""Making a trace of an exchange while it happens. What is told of it is redacted when it is made."""

import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from uploader_gui.core import redacted_headers, redaction
from uploader_gui.core.cancel import Cancelled
from uploader_gui.core.problems import UploadError
from uploader_gui.core.traces import Trace

log = logging.getLogger(__name__)
Told = Callable[[Trace], None]
_numbers = itertools.count(1)


class Asked(Protocol):
    """A request, as far as a trace needs it."""

    @property
    def method(self) -> str:
        """Such as "POST"."""

    @property
    def url(self) -> str:
        """Where to."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What was given."""

    @property
    def body(self) -> Any:
        """Bytes, or something that has a `length`."""

    @property
    def step(self) -> str:
        """The step."""

    @property
    def service(self) -> str:
        """The service's name."""


class Came(Protocol):
    """An answer, as far as a trace needs it."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """By name."""

    @property
    def body(self) -> bytes:
        """What was read of it."""


class Recording:
    """One exchange under way. Notes times and nothing else until `trace` is called."""

    def __init__(self, request: Asked, *, fresh: bool) -> None:
        self._request = request
        self._fresh = fresh
        self._at = datetime.now(UTC)
        self._began = time.monotonic()
        self._first: float | None = None
        self._connected = False
        self.going = False
        """Whether the request itself has begun to go out: not while a proxy is asked to let it through."""
        self.answer: Came | None = None

    def watching(self, listener: Callable[[str, Mapping[str, Any]], None]) -> Callable[[str, Mapping[str, Any]], None]:
        """Give a listener for httpx's trace events that notes times and hands each event on."""

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith(".connect_tcp.complete"):
                self._connected = True
            elif event.endswith(".send_request_headers.started"):
                self.going = self.going or info["request"].method != b"CONNECT"
            elif event.endswith(".receive_response_headers.complete"):
                self._first = time.monotonic()
            listener(event, info)

        return trace

    def trace(self, problem: str) -> Trace:
        """What is told of it, redacted."""
        request, answer = self._request, self.answer
        kind, shape, sent = _body(request)
        answered: redacted_headers.Headers = ()
        if answer is not None:
            struck = redacted_headers.struck_of(request.url, request.headers)
            answered = redacted_headers.headers(answer.headers.items(), answered=True, struck=struck)
        return Trace(
            number=next(_numbers),
            at=self._at,
            service=request.service,
            step=request.step,
            method=request.method,
            address=redaction.address(request.url),
            headers=redacted_headers.headers(request.headers),
            kind=kind,
            shape=shape,
            sent=sent,
            media_type=redacted_headers.media_type(getattr(request.body, "file_type", "")),
            fresh=self._fresh,
            connected=self._connected,
            status=None if answer is None else answer.status,
            answered=answered,
            answer="" if answer is None else redaction.shape_of(answer.body),
            received=0 if answer is None else len(answer.body),
            first=None if self._first is None else round((self._first - self._began) * 1000),
            spent=round((time.monotonic() - self._began) * 1000),
            problem=problem,
        )


@contextlib.contextmanager
def recording(request: Asked, told: Told | None, *, fresh: bool) -> Iterator[Recording]:
    """Record an exchange, however it ends; whoever listens is told once, in this thread.

    Args:
        request: What is about to be sent.
        told: Must not block: the lane waits for it. Its errors stop nothing. None: nobody listens, and nothing is made.
        fresh: Whether a new connection was asked for.
    """
    record, problem = Recording(request, fresh=fresh), ""
    try:
        yield record
    except UploadError as error:
        problem = error.problem.kind.value
        record.answer = getattr(error, "answer", None)
        raise
    except Cancelled:
        problem = "cancelled"
        raise
    except BaseException:
        problem = "internal"
        raise
    finally:
        if told is not None:
            _tell(record, told, problem)


def _tell(record: Recording, told: Told, problem: str) -> None:
    try:
        told(record.trace(problem))
    except Exception as error:  # noqa: BLE001 - a request must not fail because it cannot be described
        log.error("a trace raised %s", type(error).__name__)  # noqa: TRY400 - its text may hold anything


def _body(request: Asked) -> tuple[str, str, int]:
    """Kind, shape and bytes of a request's body."""
    body = request.body
    if body is None:
        return "", "", 0
    if not isinstance(body, bytes):
        names: Iterable[str] = getattr(body, "names", ())
        shape = redaction.fields(names)
        return ("multipart" if shape else "file"), shape, body.length
    media_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    if media_type.startswith("application/x-www-form-urlencoded"):
        names = [pair.partition("=")[0] for pair in body.decode("ascii", "replace").split("&")]
        return "form", redaction.fields(names), len(body)
    shape = redaction.shape_of(body)
    return ("json" if shape or "json" in media_type else "bytes"), shape, len(body)
