"""The bytes of a request, piece by piece: a file by itself, or at the end of a form.

The length is known before the first byte, memory stays the same whatever the size, and what is read is watched: a file
that is not what it was when it was added breaks the request off.
"""

import os
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence

from uploader_gui.core.batch import Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.progress import Meter
from uploader_gui.engine.digest import ALONE, PIECE, Digests
from uploader_gui.engine.source import check_here, unchanged, unreadable

LARGE = 4 * PIECE
"""Bytes of a file's pieces where they go out quickly: each piece costs the same work in Python, whatever its size."""
QUICK = 0.02
"""Seconds: a piece that goes out faster is followed by one twice as large."""
SLOW = 0.2
"""Seconds: where a piece takes longer, the next ones are small again, so that it is seen how far it is."""


class FileBody:
    """A file's bytes, exactly as many as it had when it was added.

    Attributes:
        length: Bytes.
        digests: Of what was read so far.
        finished: Whether all of it was handed over.
    """

    def __init__(self, upload: Upload, digests: Digests, meter: Meter, cancel: CancelToken) -> None:
        self._upload = upload
        self._meter = meter
        self._cancel = cancel
        self.digests = digests
        self.length = upload.size
        self.finished = False

    def __iter__(self) -> Iterator[bytes]:
        """Give the file's bytes in pieces.

        Raises:
            UploadError: The file cannot be read or is not what it was.
            Cancelled: It was told to stop.
        """
        upload = self._upload
        self._meter.restart()
        try:
            with upload.path.open("rb", buffering=0) as file:
                left, most = upload.size, PIECE
                self._check(os.fstat(file.fileno()))
                while left:
                    self._cancel.check()
                    piece = file.read(min(most, left))
                    if not piece:
                        raise UploadError(Problem(kind=Kind.FILE_CHANGED, name=upload.name))
                    self.digests.update(piece)
                    left -= len(piece)
                    if not left:
                        # Before the last piece goes out: what has changed is never sent whole.
                        self._check(os.fstat(file.fileno()))
                    began = time.monotonic()
                    yield piece
                    self._meter.add(len(piece))
                    most = following(most, time.monotonic() - began, self._meter.sent)
                    self._check(os.fstat(file.fileno()))
                if file.read(1):
                    # Some files say they are empty and are not.
                    raise UploadError(Problem(kind=Kind.FILE_CHANGED, name=upload.name))
        except OSError as error:
            raise UploadError(unreadable(error, upload.name, upload.path)) from None
        finally:
            self.digests.finish()
        self.finished = True

    def _check(self, facts: os.stat_result) -> None:
        if not unchanged(facts, self._upload.size, self._upload.modified):
            raise UploadError(Problem(kind=Kind.FILE_CHANGED, name=self._upload.name))


def following(size: int, seconds: float, sent: int) -> int:
    """How many bytes the next piece of a file has at most.

    Args:
        size: What this one had at most.
        seconds: How long it took.
        sent: Bytes that have gone out with it.
    """
    if seconds > SLOW:
        return PIECE
    # What is sent first goes into the system's own buffers, however slow the line is.
    return min(2 * size, LARGE) if seconds < QUICK and sent >= ALONE else size


def check_source(upload: Upload) -> None:
    """Raise UploadError if the file at its path is not, by size and time, the one that was added, or is not here."""
    try:
        facts = upload.path.stat()
    except OSError as error:
        raise UploadError(unreadable(error, upload.name, upload.path)) from None
    check_here(facts, upload.path, upload.name)
    if not unchanged(facts, upload.size, upload.modified):
        raise UploadError(Problem(kind=Kind.FILE_CHANGED, name=upload.name))


def digests_of(upload: Upload, names: Iterable[str], cancel: CancelToken) -> dict[str, str]:
    """Take digests of an upload's file, without sending it.

    Raises:
        UploadError: The file cannot be read or is not what it was.
        Cancelled: It was told to stop.
    """
    check_source(upload)
    body = FileBody(upload, Digests(names), Meter(upload.size), cancel)
    for _piece in body:
        pass
    check_source(upload)
    return body.digests.hex()


class FormBody:
    """A multipart/form-data body (RFC 7578): the fields as given and in their order, the file last.

    httpx could write one as well, but from a mapping: equal names would fall together, and it reads in small pieces.

    Attributes:
        length: Bytes.
        media_type: What the request's Content-Type must say.
        digests: Of what was read of the file so far.
        fields: Names and values of all fields but the file, in their order.
        names: The names of all fields in their order, the file's last.
        file_type: The type of the file.
    """

    def __init__(
        self, fields: Sequence[tuple[str, str]], file: FileBody, *, field: str, name: str, media_type: str
    ) -> None:
        self._file = file
        self.digests = file.digests
        self.fields = tuple(fields)
        self.names = (*(key for key, _value in fields), field)
        self.file_type = media_type
        boundary = secrets.token_hex(16)
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(key)}"\r\n\r\n{value}\r\n'
            for key, value in fields
        )
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"; filename="{_quoted(name)}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        )
        self._head = head.encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.media_type = f"multipart/form-data; boundary={boundary}"
        self.length = len(self._head) + file.length + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        """Give the form in pieces."""
        before = self._head  # together with the file's first bytes: a small file needs few packets
        for piece in self._file:
            yield before + piece
            before = b""
        yield before + self._tail


def _quoted(text: str) -> str:
    """Escape a name as browsers do (WHATWG HTML, "multipart/form-data encoding algorithm")."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
