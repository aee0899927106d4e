"""Bytes on disk: written as they arrive, in constant memory, and kept only when they are whole."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from aiohttp import web

from uploader_gui.practice.answers import attachment_header
from uploader_gui.practice.world import StoredObject, World

VIRUS = b"PRACTICE-VIRUS"
"""Bytes that the practice virus scan takes for a virus; the real test string would alarm this computer's scanner."""

_BLOCK = 2**20
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Stall:
    """A fault that stops reading a body until it is released.

    Attributes:
        after: Bytes of the body that are still read.
        released: Set when reading may go on.
    """

    after: int
    released: asyncio.Event


# aiohttp answers each request in a task of its own, so this is a value of one request.
stall: ContextVar[Stall | None] = ContextVar("stall", default=None)
"""The stall of the request that is being answered, if there is one."""


async def body_of(request: web.Request) -> AsyncIterator[bytes]:
    """The raw bytes of a body as they come in.

    `Expect: 100-continue` is answered here and not before, so that a request which is refused for what its headers say
    never sends its bytes (RFC 9110, section 10.1.1).
    """
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what was written is no part of the answer
    held_up = stall.get()
    read = 0
    while block := await request.content.readany():
        read += len(block)
        if held_up and read >= held_up.after:
            await held_up.released.wait()
        yield block


def download(stored: StoredObject, name: str) -> web.FileResponse:
    """Hand out an object so that no browser runs what is in it.

    Args:
        stored: The object.
        name: What the file is to be called.
    """
    return web.FileResponse(
        stored.path,
        headers={
            "Content-Type": stored.type if _TYPE.fullmatch(stored.type) else "application/octet-stream",
            "Content-Disposition": attachment_header(name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


class Storage:
    """The folder that holds the objects' bytes.

    Args:
        folder: An empty folder of our own; whoever made it removes it.
        world: Where a whole object is entered.
    """

    def __init__(self, folder: Path, world: World) -> None:
        self._folder = folder
        self._world = world
        self._count = 0
        self._samples = 0
        # Digests and writing release the interpreter's lock: beside the event loop they cost no throughput.
        self._disk = ThreadPoolExecutor(max_workers=4, thread_name_prefix="practice-disk")

    def incoming(self) -> "Incoming":
        """A place for bytes that are about to arrive."""
        self._count += 1
        return Incoming(self._folder / f"incoming-{self._count}", self._disk)

    def keep(
        self, incoming: "Incoming", *, service: str, key: str, content_type: str, disposition: str = ""
    ) -> StoredObject:
        """Make a whole body an object of its bucket, all at once."""
        sha256 = incoming.sha256
        path = self._folder / sha256
        incoming.move_to(path)
        stored = StoredObject(
            service=service,
            key=key,
            name=self._world.name_of(service, key),
            type=content_type,
            size=incoming.size,
            md5=incoming.md5,
            sha256=sha256,
            disposition=disposition,
            infected=incoming.infected,
            at=self._world.clock(),
            path=path,
        )
        self._world.store(stored)
        return stored

    def sample(self, *, service: str, name: str, content_type: str, content: bytes, by: str = "") -> StoredObject:
        """Bytes that did not come in through a signed request; they lie in no bucket unless they are entered there.

        Args:
            service: Whose they are.
            name: The file's name.
            content_type: Its type.
            content: Its bytes; a few, since they are written while nothing else is answered.
            by: The colleague's name; "" for what is there from the start.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._folder / sha256
        if not path.exists():  # it may be the account's own, and somebody may be reading it
            path.write_bytes(content)
        self._samples += 1
        return StoredObject(
            service=service,
            key=f"sample/{self._samples}/{name}",
            name=name,
            type=content_type,
            size=len(content),
            md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
            sha256=sha256,
            disposition="",
            infected=False,
            at=self._world.clock(),
            path=path,
            by=by,
        )

    def close(self) -> None:
        """End the disk threads."""
        self._disk.shutdown(wait=True, cancel_futures=True)


class Incoming:
    """A body on its way to disk; leaving its `async with` without `Storage.keep` deletes it.

    Args:
        path: Where it is written.
        disk: Runs the digests and the writing.
    """

    def __init__(self, path: Path, disk: ThreadPoolExecutor) -> None:
        self.size = 0
        self.infected = False
        self._path = path
        self._disk = disk
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self._tail = b""
        self._blocks: list[bytes] = []
        self._gathered = 0
        self._writing: asyncio.Future[None] | None = None
        self._file: BinaryIO | None = None

    async def __aenter__(self) -> Self:
        self._file = self._path.open("xb", buffering=0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writing:
            # The disk thread may still be writing; closing the file under it would be a second mistake.
            await asyncio.wait([self._writing])
            self._writing.exception()
        if self._file:
            self._file.close()
        self._path.unlink(missing_ok=True)

    @property
    def md5(self) -> str:
        """Hex, of all that was taken in; call `flush` before."""
        return self._md5.hexdigest()

    @property
    def sha256(self) -> str:
        """Hex, of all that was taken in; call `flush` before."""
        return self._sha256.hexdigest()

    async def write(self, block: bytes) -> None:
        """Take in some bytes; at most two blocks of a mebibyte wait for the disk.

        Raises:
            OSError: The disk did not take what was written before.
        """
        self.size += len(block)
        self._gathered += len(block)
        self._blocks.append(block)
        if self._gathered >= _BLOCK:
            await self._hand_over()

    async def flush(self) -> None:
        """Wait until every byte is written and digested.

        Raises:
            OSError: The disk did not take them.
        """
        await self._hand_over()
        await self._written()

    def move_to(self, path: Path) -> None:
        """Give the finished file its name; until then nothing can be read under it."""
        if self._file:
            self._file.close()
        self._path.replace(path)

    async def _hand_over(self) -> None:
        await self._written()
        blocks, self._blocks, self._gathered = self._blocks, [], 0
        self._writing = asyncio.get_running_loop().run_in_executor(self._disk, self._to_disk, blocks)

    async def _written(self) -> None:
        if self._writing:
            writing, self._writing = self._writing, None
            await writing

    def _to_disk(self, blocks: list[bytes]) -> None:
        for block in blocks:
            self._md5.update(block)
            self._sha256.update(block)
            self.infected = self.infected or VIRUS in self._tail + block[: len(VIRUS)] or VIRUS in block
            self._tail = (self._tail + block[-len(VIRUS) :])[-len(VIRUS) :]
            self._save(block)

    def _save(self, block: bytes) -> None:
        view = memoryview(block)
        while view and self._file:
            view = view[self._file.write(view) :]
