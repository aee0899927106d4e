"""What the doubles of vendors share: an aiohttp application on loopback, on a thread of its own.

Each double keeps what it got and is as strict as its vendor's pages say. Whatever it was not made for is an error of
the test: an address nobody knows, a key at storage, a body without its length.
"""

import asyncio
import hashlib
import socket
import threading
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Self
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from tests.cli.harness import Print

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
KEY = "k3y-Q7wLz9TnVx2RbEa4"
"""The key that every double takes."""

CREDENTIALS = ("Authorization", "X-Shopify-Access-Token", "Cookie")


def print_of(name: str, content: bytes) -> Print:
    """What identifies a file that arrived."""
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return name, len(content), md5, hashlib.sha256(content).hexdigest()


class Double:
    """A vendor on loopback.

    Attributes:
        origin: Such as "http://127.0.0.1:40123".
        errors: What should not have happened; a test ends by looking at it.
        seen: Every request, as "POST /path".
        lost: Paths whose next answer is lost after the work was done.
        attached: The files of each attachment, in the order they were made.
    """

    def __init__(self) -> None:
        self.origin = ""
        self.errors: list[str] = []
        self.seen: list[str] = []
        self.lost: set[str] = set()
        self.attached: list[list[Print]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
        self._listening = threading.Event()
        self._ended = asyncio.Event()

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers."""
        raise NotImplementedError

    @property
    def prints(self) -> list[Counter[Print]]:
        """The files of each attachment, whatever their order."""
        return [Counter(files) for files in self.attached]

    async def bytes_of(self, request: web.Request) -> bytes:
        """The body of a request to storage, which must know no key and say its length."""
        self.check_storage(request)
        return await request.read()

    async def form_of(self, request: web.Request) -> tuple[list[tuple[str, str]], str, bytes]:
        """A form sent to storage: its fields in their order, then the file's name and bytes, which must come last."""
        self.check_storage(request)
        fields: list[tuple[str, str]] = []
        file: tuple[str, bytes] | None = None
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            assert file is None, "something comes after the file"
            if part.filename is None:
                fields.append((part.name or "", await part.text()))
            else:
                assert part.name == "file"
                file = unquote(part.filename), bytes(await part.read())
        assert file is not None
        return fields, *file

    def check_storage(self, request: web.Request) -> None:
        """Refuse what no storage takes."""
        assert not [name for name in CREDENTIALS if name in request.headers], "a key was sent to storage"
        assert "Transfer-Encoding" not in request.headers
        assert request.content_length is not None

    def asked(self, call: str) -> int:
        """How often something was asked."""
        return self.seen.count(call)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listening.wait()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        app = web.Application(middlewares=[self._watched], client_max_size=2**24)
        app.add_routes(self.routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        await web.SockSite(runner, listening).start()
        self._listening.set()
        await self._ended.wait()
        await runner.cleanup()

    @web.middleware
    async def _watched(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.path}")
        try:
            answer = await handler(request)
        except web.HTTPException as refused:
            self.errors.append(f"{refused.status} {request.method} {request.path}")
            raise
        except Exception:
            self.errors.append(traceback.format_exc())
            raise
        if request.path in self.lost:
            self.lost.remove(request.path)
            assert request.transport is not None
            request.transport.abort()
        return answer
