"""What the four vendors and their storage have in common: routes, refusals and reading a request."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn, Protocol
from urllib.parse import quote

from aiohttp import web

MAX_BODY = 2**20
"""Bytes that the API side reads of a body; files go to storage, never through here."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One call of a vendor.

    Attributes:
        method: Such as "POST".
        path: Below the vendor's prefix, with `{name}` for one segment and `{name:.+}` for several.
        handler: Answers it.
        steps: Which steps of an upload or a batch the call may be; a fault for a step hits it.
        guarded: Whether the vendor's credentials are asked for before the handler runs.
    """

    method: str
    path: str
    handler: Handler
    steps: tuple[str, ...] = ()
    guarded: bool = True


class Refusal(Exception):  # noqa: N818 - it is an answer, not a mistake of ours
    """A handler's answer that is not a success, in the vendor's shape."""

    def __init__(
        self,
        status: int,
        body: str,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.content_type = content_type
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """The answer to send."""
        return web.Response(status=self.status, text=self.body, content_type=self.content_type, headers=self.headers)


class Vendor(Protocol):
    """One vendor's API, or one vendor's storage."""

    @property
    def id(self) -> str:
        """The service's id."""

    @property
    def prefix(self) -> str:
        """The path under which all its routes lie, such as "/close"."""

    def routes(self) -> Iterable[Route]:
        """All its calls."""

    def authorize(self, request: web.Request) -> None:
        """Raise the vendor's 401 unless the request carries the account's credentials."""

    def refusal(self, status: int, message: str) -> Refusal:
        """An error with this status in the vendor's own shape."""


def refuse(status: int, body: object, headers: Mapping[str, str] | None = None) -> NoReturn:
    """Answer with this status and JSON body."""
    raise Refusal(status, json.dumps(body, ensure_ascii=False), headers=headers)


def answer(body: object, status: int = 200) -> web.Response:
    """A success with a JSON body, written in UTF-8 as all four vendors do."""
    return web.json_response(body, status=status, dumps=_dumps)


def _dumps(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)


def iso(seconds: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def path_part(text: str) -> str:
    """A text as one segment of an address (RFC 3986, section 2.3)."""
    return quote(text, safe="")


def attachment_header(name: str, kind: str = "attachment") -> str:
    """A Content-Disposition that any file name survives (RFC 6266, section 4.3).

    Args:
        name: The file's name.
        kind: "attachment" or "inline".
    """
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    if plain == name:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def read_object(request: web.Request, vendor: Vendor) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        Refusal: 400 when it is no JSON object, or not said to be JSON; 413 when it is over 1 MiB.
    """
    if request.content_type != "application/json":
        raise vendor.refusal(400, f"The body must be application/json, not {request.content_type}.")
    raw = await read_body(request, vendor)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise vendor.refusal(400, "The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise vendor.refusal(400, "The body must be a JSON object.")
    return body


async def read_body(request: web.Request, vendor: Vendor) -> bytes:
    """The whole body of an API call; 413 when it is over 1 MiB."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise vendor.refusal(413, "The body is larger than 1 MiB.") from None


def whole_number(text: str | None, *, default: int, least: int = 0, most: int) -> int | None:
    """A number out of a query: the default when it is not given, None when it is no number in the range."""
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        return None
    return int(text)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list.

    Attributes:
        items: What is on it.
        number: From 1.
        count: Items on all pages.
        more: Whether another page follows.
    """

    items: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    number: int
    count: int
    more: bool


def page_of(items: Sequence[Mapping[str, Any]], *, number: int, size: int) -> Page:
    """Page `number` (from 1) of a list cut into pages of `size`."""
    start = (number - 1) * size
    return Page(items=items[start : start + size], number=number, count=len(items), more=start + size < len(items))
