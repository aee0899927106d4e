"""Reading multipart/form-data (RFC 7578) as a stream: small fields as text, the file block by block.

aiohttp's own reader hands out 8 KiB at a time; here a block is as large as what has come in.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

_PARAMETER = re.compile(r';\s*([A-Za-z*]+)=(?:"((?:\\.|[^"\\])*)"|([^;\s]*))')
_ESCAPED = re.compile(r"\\(.)")


class MalformedForm(Exception):  # noqa: N818 - the vocabulary of S3: MalformedPOSTRequest
    """The body is no well-formed multipart/form-data, or ends before its last boundary."""


class TooMuchBeforeFile(Exception):  # noqa: N818 - the vocabulary of S3: MaxPostPreDataLengthExceeded
    """Fields, headers and boundaries take more bytes than the reader was told to allow."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The head of one part.

    Attributes:
        name: The field's name, as sent.
        filename: The file's name; None for a part that is no file.
        type: The part's own Content-Type, or "".
    """

    name: str
    filename: str | None
    type: str


class FormReader:
    """Takes a form apart.

    Args:
        blocks: The raw body.
        boundary: As the request's Content-Type names it.
        small: Bytes that all that is not a file's content may take.
    """

    def __init__(self, blocks: AsyncIterator[bytes], boundary: str, *, small: int) -> None:
        self._blocks = blocks
        self._delimiter = b"\r\n--" + boundary.encode()
        self._small = self._left = small
        # The first boundary has no line break before it; with one put there it is found like all others.
        self._held = b"\r\n"
        self._started = False

    async def next_part(self) -> Part | None:
        """The next part's head, or None after the last part.

        Raises:
            MalformedForm: There is no part and no end where one of them must be.
            TooMuchBeforeFile: See `small`.
        """
        if not self._started:
            self._started = True
            if await self._until(self._delimiter):
                raise MalformedForm("something comes before the first boundary")
        line = await self._until(b"\r\n", end=b"--")
        if line is None:
            return None
        if line.strip(b" \t"):
            raise MalformedForm("a boundary has something after it")
        head: dict[str, str] = {}
        while line := await self._until(b"\r\n"):
            name, colon, value = _text(line).partition(":")
            if not colon:
                raise MalformedForm("a part's header has no colon")
            head[name.strip().lower()] = value.strip()
        disposition = head.get("content-disposition", "")
        named = {
            name.lower(): _ESCAPED.sub(r"\1", quoted) if quoted else plain
            for name, quoted, plain in _PARAMETER.findall(disposition)
        }
        if not disposition.lower().startswith("form-data") or "name" not in named:
            raise MalformedForm("a part has no name")
        return Part(name=named["name"], filename=named.get("filename"), type=head.get("content-type", ""))

    async def text(self) -> str:
        """The content of the part whose head has just been read."""
        content = await self._until(self._delimiter)
        return _text(content or b"")

    def size_within(self, length: int) -> int:
        """How large the file is at whose start the reader stands, in a body of `length` bytes that ends with it."""
        start = self._small - self._left - len(b"\r\n")
        return length - start - len(self._delimiter) - len(b"--\r\n")

    async def content(self) -> AsyncIterator[bytes]:
        """The content of the part whose head has just been read, block by block."""
        keep = len(self._delimiter) - 1
        while (at := self._held.find(self._delimiter)) < 0:
            if len(self._held) > keep:
                yield self._held[:-keep]
                self._held = self._held[-keep:]
            self._held += await self._more()
        if at:
            yield self._held[:at]
        self._held = self._held[at + len(self._delimiter) :]

    async def _until(self, mark: bytes, end: bytes | None = None) -> bytes | None:
        while True:
            if end and self._held.startswith(end):
                return None
            at = self._held.find(mark)
            if (at if at >= 0 else len(self._held)) > self._left:
                raise TooMuchBeforeFile
            if at >= 0:
                found, self._held = self._held[:at], self._held[at + len(mark) :]
                self._left -= at + len(mark)
                return found
            self._held += await self._more()

    async def _more(self) -> bytes:
        block = await anext(self._blocks, b"")
        if not block:
            raise MalformedForm("the body ends before its last boundary")
        return block


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise MalformedForm("the form is not UTF-8") from None
