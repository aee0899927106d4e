"""The form reader gives the same, however the bytes are cut into blocks."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from uploader_gui.practice.form_data import FormReader, MalformedForm, TooMuchBeforeFile

CONTENT = b"\r\n--B\r\r\n-\r\n--\r\n--C\r\n" * 3
FORM = (
    b'--B\r\nContent-Disposition: form-data; name="k\\"ey"\r\n\r\nvalue\r\n'
    b"--B \r\ncontent-disposition: form-data; name=plain\r\n\r\n\r\n"
    b'--B\r\nContent-Disposition: form-data; name="file"; filename="\xc3\xbc.txt"\r\nContent-Type: text/plain\r\n\r\n'
    + CONTENT.replace(b"--B", b"--b")
    + b"\r\n--B--\r\nafter"
)


async def blocks(raw: bytes, size: int) -> AsyncIterator[bytes]:
    """The bytes in blocks of a size."""
    for at in range(0, len(raw), size):
        yield raw[at : at + size]


async def read(raw: bytes, size: int, small: int = 1000) -> list[tuple[str, str | None, str, bytes]]:
    """All parts: name, file name, type, content."""
    reader, parts = FormReader(blocks(raw, size), "B", small=small), []
    while part := await reader.next_part():
        if part.filename is None:
            content = (await reader.text()).encode()
        else:
            content = b"".join([block async for block in reader.content()])
        parts.append((part.name, part.filename, part.type, content))
    return parts


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 10_000])
def test_any_cut(size: int) -> None:
    """Boundaries are found across blocks, and what only looks like one is content."""
    assert asyncio.run(read(FORM, size)) == [
        ('k"ey', None, "", b"value"),
        ("plain", None, "", b""),
        ("file", "ü.txt", "text/plain", CONTENT.replace(b"--B", b"--b")),
    ]


def test_cut_off() -> None:
    """A form that ends anywhere before its last boundary is malformed."""
    whole = FORM.index(b"--B--") + len(b"--B--")
    for end in range(whole):
        with pytest.raises(MalformedForm):
            asyncio.run(read(FORM[:end], 50))


@pytest.mark.parametrize("size", [1, 10_000])
def test_too_much(size: int) -> None:
    """What is not a file's content may take so many bytes and no more."""
    with pytest.raises(TooMuchBeforeFile):
        asyncio.run(read(FORM, size, small=100))


def test_not_utf8() -> None:
    """A form in another encoding is malformed."""
    with pytest.raises(MalformedForm):
        asyncio.run(read(b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--B--', 50))
