"""What the practice service knows: stored objects, what was attached where, and who asked for what.

The server's thread writes it and tests, the window and the page read it, so every access takes one lock and hands out
frozen values only.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

REQUESTS_KEPT = 20_000
"""The newest requests that are remembered; a person may leave the practice service running for days."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """Bytes that arrived whole, with digests taken while they arrived.

    Attributes:
        service: The service whose bucket holds them.
        key: The object's key in that bucket.
        name: The name that was given when the place was signed.
        type: The Content-Type that storage recorded.
        size: Bytes.
        md5: Hex.
        sha256: Hex.
        disposition: The Content-Disposition that storage recorded.
        infected: Whether the bytes hold the marker that the practice virus scan looks for.
        at: Seconds since the epoch.
        path: The file on disk.
        by: The name of the colleague who uploaded it; "" when the account did.
    """

    service: str
    key: str
    name: str
    type: str
    size: int
    md5: str
    sha256: str
    disposition: str
    infected: bool
    at: float
    path: Path
    by: str = ""

    @property
    def etag(self) -> str:
        """The ETag as S3 writes it for an object that was sent in one piece: the MD5, in quotes."""
        return f'"{self.md5}"'


@dataclass(frozen=True, kw_only=True)
class AttachedFile:
    """One file of an attachment; size and digests are those of the bytes that arrived, not of what a client said."""

    name: str
    type: str
    size: int
    md5: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Files that one call tied to one record.

    Attributes:
        service: Such as "close".
        kind: What was made or changed, such as "note".
        record: The id of the record it belongs to.
        record_name: What a person calls that record.
        id: The id of the thing that was made or changed.
        files: The files that this call added, in its order.
        text: The words that went with them.
        at: Seconds since the epoch.
        by: The name of the colleague who did it; "" when the account did.
    """

    service: str
    kind: str
    record: str
    record_name: str
    id: str
    files: tuple[AttachedFile, ...]
    text: str
    at: float
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class RequestSeen:
    """One request, without anything secret: names of query values and headers, never the values.

    Attributes:
        method: Such as "POST".
        path: As sent, without the query.
        query: The names in the query, in order.
        headers: The names of the headers, in small letters, in order.
        service: The service that was asked, or "".
        steps: The steps of an upload or a batch that this call may be.
        status: The status answered; None while it is being answered, or when no answer was sent.
    """

    method: str
    path: str
    query: tuple[str, ...]
    headers: tuple[str, ...]
    service: str
    steps: tuple[str, ...]
    status: int | None = None


class World:
    """All that happened since the start.

    Args:
        clock: Gives seconds since the epoch; everything that expires does so by it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.processing_seconds = 0.3
        """How long Haufe's virus scan takes, by the clock."""
        self.page_size: int | None = None
        """The most items on one page of the lists in which a thing is looked for; None: as many as the vendor gives."""
        self.on_request: Callable[[RequestSeen], None] | None = None
        """Called with each request that has come in, before anything is done about it.

        It runs on the server's thread, which answers nothing else meanwhile; what it raises is found in `errors`.
        """
        self._lock = threading.RLock()
        self._names: dict[tuple[str, str], str] = {}
        self._objects: dict[tuple[str, str], StoredObject] = {}
        self._attachments: list[Attachment] = []
        self._used: set[tuple[str, str]] = set()
        self._requests: dict[int, RequestSeen] = {}
        self._errors: list[str] = []
        self._count = 0

    # ------------------------------------------------------------------------------------------ for whoever looks on
    def attachments(self, service: str | None = None, *, everyone: bool = False) -> list[Attachment]:
        """What the account attached, in the order of the calls.

        Args:
            service: Only this service's; None: of every service.
            everyone: Also what colleagues attached.
        """
        with self._lock:
            return [each for each in self._attachments if service in (None, each.service) and (everyone or not each.by)]

    def stored(self, service: str | None = None, *, everyone: bool = False) -> list[StoredObject]:
        """The objects that the account has in a service's bucket, oldest first.

        Args:
            service: Only this service's; None: of every service.
            everyone: Also the colleagues'.
        """
        with self._lock:
            return [
                each for each in self._objects.values() if service in (None, each.service) and (everyone or not each.by)
            ]

    def unattached(self, service: str) -> list[StoredObject]:
        """The stored objects that no attachment names yet."""
        with self._lock:
            return [each for each in self.stored(service) if (service, each.key) not in self._used]

    @property
    def requests(self) -> list[RequestSeen]:
        """The requests, oldest first."""
        with self._lock:
            return list(self._requests.values())

    @property
    def errors(self) -> list[str]:
        """Tracebacks of what went wrong inside the practice service itself."""
        with self._lock:
            return list(self._errors)

    # ------------------------------------------------------------------------------------------ for the server
    def announce(self, service: str, key: str, name: str) -> None:
        """Remember what the file is called whose place has just been signed."""
        with self._lock:
            self._names[service, key] = name

    def name_of(self, service: str, key: str) -> str:
        """The announced name, else the last part of the key."""
        with self._lock:
            return self._names.get((service, key), key.rsplit("/", 1)[-1])

    def store(self, stored: StoredObject) -> None:
        """Put an object into its bucket; one with the same key is replaced, as in S3."""
        with self._lock:
            self._objects[stored.service, stored.key] = stored

    def object(self, service: str, key: str) -> StoredObject | None:
        """The object with this key, if it has been stored."""
        with self._lock:
            return self._objects.get((service, key))

    def attach(
        self,
        service: str,
        kind: str,
        *,
        record: tuple[str, str],
        made: str,
        files: Iterable[tuple[str, StoredObject]],
        text: str = "",
        by: str = "",
    ) -> None:
        """Write down one attach.

        Args:
            service: Such as "close".
            kind: Such as "note".
            record: The record's id and name.
            made: The id of what was made or changed.
            files: Each file's name and bytes. With none, nothing was attached and nothing is written down.
            text: The words that went with them.
            by: The colleague's name; "" for the account.
        """
        pairs = list(files)
        if not pairs:
            return
        with self._lock:
            self._used.update((service, stored.key) for _, stored in pairs)
            self._attachments.append(
                Attachment(
                    service=service,
                    kind=kind,
                    record=record[0],
                    record_name=record[1],
                    id=made,
                    files=tuple(
                        AttachedFile(
                            name=name, type=stored.type, size=stored.size, md5=stored.md5, sha256=stored.sha256
                        )
                        for name, stored in pairs
                    ),
                    text=text,
                    at=self.clock(),
                    by=by,
                )
            )

    def seen(self, request: RequestSeen) -> int:
        """Remember a request that has just come in, and give its number for `answered`."""
        with self._lock:
            self._count += 1
            self._requests[self._count] = request
            self._requests.pop(self._count - REQUESTS_KEPT, None)
            return self._count

    def answered(self, number: int, status: int | None) -> None:
        """Add how a request was answered."""
        with self._lock:
            if number in self._requests:
                self._requests[number] = replace(self._requests[number], status=status)

    def failed(self, traceback: str) -> None:
        """Remember a mistake of the practice service itself."""
        with self._lock:
            self._errors.append(traceback)
