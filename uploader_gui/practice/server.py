"""The HTTP server: its thread, its life, and what every request goes through before a vendor sees it."""

import asyncio
import atexit
import contextlib
import logging
import secrets
import shutil
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web

from uploader_gui.practice.answers import MAX_BODY, Handler, Refusal, Route, Vendor
from uploader_gui.practice.bucket import Bucket
from uploader_gui.practice.circle import Circle
from uploader_gui.practice.close import Close
from uploader_gui.practice.fault import Fault
from uploader_gui.practice.faults import Faults
from uploader_gui.practice.haufe import Haufe
from uploader_gui.practice.kizen import Kizen
from uploader_gui.practice.page import PracticePage
from uploader_gui.practice.people import People
from uploader_gui.practice.sigv4 import Signer
from uploader_gui.practice.storage import Storage
from uploader_gui.practice.world import RequestSeen, World

SERVICES = ("close", "kizen", "haufe", "circle")
"""The ids of the services that are played."""

_BASES = {"close": "/close/api/v1", "kizen": "/kizen", "haufe": "/haufe/agents", "circle": "/circle"}
_READ = 2**20  # bytes: with the default of 64 KiB the loop, not the disk, sets the pace
_AHEAD = 2**20  # bytes of a request that may wait in the system before they are read
_LINGER = 1.0  # seconds in which a client may still send after it was refused, and so get to read the answer

_PATIENCE = 10.0  # seconds until the server's thread has done what another one asks for

_Done = TypeVar("_Done")

_silent = logging.getLogger(f"{__name__}.silent")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False


class PracticeService:
    """Four vendors and their storage on one loopback port, on a thread and an event loop of their own.

    Args:
        port: The port to listen on; 0 takes a free one.
        clock: Gives seconds since the epoch; all that expires does so by it.
        folder: Where the temporary folder is made; the system's place for such by default.
    """

    def __init__(self, *, port: int = 0, clock: Callable[[], float] = time.time, folder: Path | None = None) -> None:
        self.port = port
        self.token = secrets.token_urlsafe(24)
        self.world = World(clock)
        self._parent = folder
        self._folder: Path | None = None
        self._faults = Faults()
        self._vendors: dict[str, Close | Kizen | Haufe | Circle] = {}
        self._people: dict[str, People] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._failure: Exception | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen; returns when requests are answered.

        Raises:
            OSError: The port is taken, or the temporary folder cannot be made.
            RuntimeError: It was started before, or could not start.
        """
        with self._lock:
            if self._folder:
                raise RuntimeError("A practice service is started once.")
            listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
            # Some systems keep 33 MB for a receiver that does not read: then a file has "gone out" that nobody has got.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _AHEAD)
            try:
                # mkdtemp makes it for its owner alone (0700).
                folder = Path(tempfile.mkdtemp(prefix="uploader-practice-", dir=self._parent))
            except BaseException:
                listening.close()
                raise
            self._folder = folder
            self.port = listening.getsockname()[1]
            ready = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(listening, folder, ready), name="practice", daemon=True
            )
            self._thread.start()
        atexit.register(self.stop)  # a program that forgets to stop it leaves no files behind
        ready.wait()
        if self._failure:
            self.stop()
            raise RuntimeError("The practice service could not start.") from self._failure

    def stop(self) -> None:
        """End every connection, however it hangs, and delete the temporary folder. May be called again."""
        with self._lock:
            thread, self._thread = self._thread, None
        if not thread:
            return
        atexit.unregister(self.stop)
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._ended.set)
        thread.join()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ------------------------------------------------------------------------------------------ what others need
    @property
    def origin(self) -> str:
        """Such as "http://127.0.0.1:40123"."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def page(self) -> str:
        """The address of the page that shows what was attached where."""
        return f"{self.origin}/?token={self.token}"

    @property
    def folder(self) -> Path | None:
        """The temporary folder, once started."""
        return self._folder

    @property
    def errors(self) -> list[str]:
        """Tracebacks of what went wrong inside; empty unless the practice service itself has a mistake."""
        return self.world.errors

    def base(self, service: str) -> str:
        """The base address to enter for a service's account."""
        return self.origin + _BASES[service]

    def account(self, service: str, way: int = 0) -> dict[str, str]:
        """The account fields to enter for a service.

        Args:
            service: One of `SERVICES`.
            way: Which of the ways to sign in: Circle has a pasted token (0), a headless token with an email (1) or with
                a member's id (2); the others have one way.
        """
        return self._vendors[service].account(way)

    def misbehave(self, fault: Fault) -> None:
        """Let a fault wait for its requests."""
        self._faults.add(fault)

    def behave(self) -> None:
        """Forget all faults, and let everything go on that one of them holds up."""
        self._faults.clear()

    # ------------------------------------------------------------------------------------------ what other people do
    def as_colleague(
        self, *, service: str, kind: str, record: str, files: Sequence[tuple[str, bytes]], text: str = "", **fields: Any
    ) -> str:
        """Make a thing like one of the account's, by another user: a person who did the same at the same time.

        It is in the vendor's lists at once, with its own author and its own copies of the files. `World.attachments`
        and `World.stored` have it only if everyone's are asked for. Like the three methods below it may be called from
        any thread, and from `World.on_request`.

        Args:
            service: "close" or "circle"; what the others take shows no author.
            kind: For Close "note", "email", "sms", "whatsapp_message" or "opportunity"; for Circle "chat_message" or
                "post".
            record: For Close the lead's id; for Circle the chat room's or the space's.
            files: Each file's name and bytes. A post has one at most, its cover image.
            text: The words that go with them.
            fields: What else the thing is to hold, such as `subject="Offer"` for an email or `name="News"` for a post.

        Returns:
            The id of what was made.

        Raises:
            ValueError: There is no such service, kind, record or field.
            RuntimeError: The practice service is not running.
        """
        return self._there(lambda: self._of(service).colleague_makes(kind, record, files, text, fields))

    def edit(self, service: str, thing_id: str, *, text: str) -> None:
        """Change a thing's words, as a colleague would in the browser.

        Args:
            service: "close" or "circle".
            thing_id: As lists show it, and `Attachment.id`.
            text: The new words.

        Raises:
            ValueError: There is no such service or thing.
            RuntimeError: The practice service is not running.
        """
        self._there(lambda: self._of(service).edit(thing_id, text))

    def remove_file(self, service: str, thing_id: str, name: str) -> None:
        """Take the files of this name off a thing, as a colleague would in the browser; raises as `edit` does."""
        self._there(lambda: self._of(service).remove_file(thing_id, name))

    def delete(self, service: str, thing_id: str) -> None:
        """Delete a thing, as a colleague would in the browser; raises as `edit` does."""
        self._there(lambda: self._of(service).delete(thing_id))

    def _of(self, service: str) -> People:
        if service not in self._people:
            raise ValueError(f"Nobody else does anything at {service!r}, only at {', '.join(self._people)}.")
        return self._people[service]

    def _there(self, do: Callable[[], _Done]) -> _Done:
        """Do something on the server's thread: nothing else may touch what the vendors hold."""
        if not self._thread or not self._loop:
            raise RuntimeError("The practice service is not running.")
        if threading.current_thread() is self._thread:
            return do()  # it is `on_request`, and waiting for ourselves would take for ever

        async def done() -> _Done:
            return do()

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(_PATIENCE)

    # ------------------------------------------------------------------------------------------ on the server's thread
    def _run(self, listening: socket.socket, folder: Path, ready: threading.Event) -> None:
        try:
            with listening:
                asyncio.run(self._serve(listening, folder, ready))
        except Exception as error:  # noqa: BLE001 - `start` raises it where somebody hears it
            self._failure = error
        finally:
            ready.set()

    async def _serve(self, listening: socket.socket, folder: Path, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(lambda _, context: self.world.failed(repr(context)))
        self._faults.run_on(self._loop)
        storage = Storage(folder, self.world)
        runner = web.AppRunner(
            self._application(storage),
            access_log=None,
            logger=_silent,
            read_bufsize=_READ,
            lingering_time=_LINGER,
            auto_decompress=False,
            shutdown_timeout=0.1,
        )
        try:
            await runner.setup()
            await web.SockSite(runner, listening).start()
            ready.set()
            await self._ended.wait()
        finally:
            self._faults.clear()
            await runner.cleanup()
            storage.close()

    def _application(self, storage: Storage) -> web.Application:
        buckets: dict[str, Bucket] = {}
        signers: dict[str, Signer] = {}
        for service in SERVICES:
            signers[service] = Signer(
                access_key="AKIA" + secrets.token_hex(8).upper(),
                secret=secrets.token_urlsafe(30),
                bucket=f"{service}-practice-files",
                origin=self.origin,
            )
            buckets[service] = Bucket(
                service,
                signer=signers[service],
                world=self.world,
                storage=storage,
                forms=service in ("close", "kizen"),
            )
        world, origin = self.world, self.origin
        close = Close(world=world, origin=origin, signer=signers["close"], token=self.token, storage=storage)
        circle = Circle(world=world, origin=origin, signer=signers["circle"], storage=storage)
        self._vendors = {
            "close": close,
            "kizen": Kizen(world=world, origin=origin, signer=signers["kizen"], token=self.token),
            "haufe": Haufe(world=world, signer=signers["haufe"]),
            "circle": circle,
        }
        self._people = {"close": close.activities, "circle": circle.people}
        application = web.Application(client_max_size=MAX_BODY)
        application.on_response_prepare.append(self._sign_off)
        vendors: list[Vendor] = [*buckets.values(), *self._vendors.values()]
        vendors.append(PracticePage(world=self.world, faults=self._faults, token=self.token, services=SERVICES))
        for vendor in vendors:
            for route in vendor.routes():
                self._add(application, vendor, route)
            self._add(
                application, vendor, Route(method="*", path="/{rest:.*}", handler=_nowhere(vendor), guarded=False)
            )
        return application

    def _add(self, application: web.Application, vendor: Vendor, route: Route) -> None:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, vendor, route)

        application.router.add_route(route.method, vendor.prefix + route.path, handle, expect_handler=_wait)

    async def _handle(self, request: web.Request, vendor: Vendor, route: Route) -> web.StreamResponse:
        seen = RequestSeen(
            method=request.method,
            path=request.raw_path.partition("?")[0],
            query=tuple(name for name, _ in parse_qsl(request.raw_path.partition("?")[2], keep_blank_values=True)),
            headers=tuple(name.lower() for name in request.headers),
            service=vendor.id,
            steps=route.steps,
        )
        number = self.world.seen(seen)
        self._tell(seen)
        response: web.StreamResponse | None
        if request.headers.get("Host") not in (f"127.0.0.1:{self.port}", f"localhost:{self.port}"):
            # A page elsewhere whose name was made to point here (DNS rebinding) sends its own name.
            response = web.json_response(
                {"detail": "This server answers for 127.0.0.1 and localhost only."}, status=421
            )
        elif fault := self._faults.take(vendor.id, route.steps):
            response = await self._faults.strike(fault, request, vendor, lambda: self._do(request, vendor, route))
        else:
            response = await self._do(request, vendor, route)
        if response is None or request.transport is None:
            return web.Response(status=400)  # the connection is gone, so this reaches nobody
        self.world.answered(number, response.status)
        return response

    def _tell(self, seen: RequestSeen) -> None:
        try:
            if self.world.on_request:
                self.world.on_request(seen)
        except Exception:  # noqa: BLE001 - the request is answered all the same; whoever looks into `errors` hears of it
            self.world.failed(traceback.format_exc())

    async def _do(self, request: web.Request, vendor: Vendor, route: Route) -> web.StreamResponse:
        try:
            if route.guarded:
                vendor.authorize(request)
            return await route.handler(request)
        except Refusal as refusal:
            return refusal.response()
        except (ConnectionError, web.PayloadAccessError, web.RequestPayloadError):
            return web.Response(status=400)  # the client went away, or its body was no HTTP
        except Exception:  # noqa: BLE001 - whatever it is, it must end in `errors` and not in a log
            self.world.failed(traceback.format_exc())
            return vendor.refusal(500, "The practice service made a mistake. Please report it.").response()

    async def _sign_off(self, _: web.BaseRequest, response: web.StreamResponse) -> None:
        # Clients reckon with the server's time, so it must be the clock that everything expires by.
        response.headers["Date"] = formatdate(self.world.clock(), usegmt=True)
        response.headers["Server"] = "practice"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")


async def _wait(_: web.Request) -> None:
    """Say nothing to `Expect: 100-continue` yet; see `storage.body_of`."""


def _nowhere(vendor: Vendor) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        raise vendor.refusal(404, "There is nothing at this address.")

    return handle
