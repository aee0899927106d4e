"""The bytes of a request: their number, their order, and what happens when the file changes."""

import base64
import email
import hashlib
import os
import threading
from collections.abc import Callable
from email.message import Message

import pytest

from uploader_gui.core.batch import Upload
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.core.progress import Meter
from uploader_gui.engine.body import LARGE, QUICK, SLOW, FileBody, FormBody, check_source, following
from uploader_gui.engine.digest import ALONE, BESIDE, PIECE, TOGETHER, Digests, base64_of

Maker = Callable[..., Upload]


def _body(upload: Upload, cancel: CancelToken | None = None) -> FileBody:
    return FileBody(upload, Digests({"md5", "sha256"}), Meter(upload.size), cancel or CancelToken())


@pytest.mark.parametrize(
    "size",
    [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7, ALONE + PIECE, ALONE + 9 * TOGETHER + 7],
)
def test_a_file_goes_out_as_it_is(upload_of: Maker, size: int) -> None:
    """Every byte once, as many as were promised, with their digests taken on the way."""
    content = os.urandom(size)
    body = _body(upload_of(content))
    assert b"".join(body) == content
    assert body.finished
    assert body.length == size
    digests = body.digests.hex()
    assert digests == {"md5": hashlib.md5(content).hexdigest(), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "00000000"),
        (b"123456789", "e3069283"),
        (bytes(32), "8a9136aa"),
        (b"\xff" * 32, "62a8ab43"),
        (bytes(range(32)), "46dd794e"),
        (bytes(range(31, -1, -1)), "113fdb5c"),
    ],
)
def test_crc32c(content: bytes, expected: str) -> None:
    """The values of RFC 3720, section B.4 (lowest byte first there), and the usual check value; in pieces as well."""
    whole, pieces = Digests({"crc32c"}), Digests({"crc32c", "md5"})
    whole.update(content)
    for byte in content:
        pieces.update(bytes([byte]))
    assert whole.hex()["crc32c"] == pieces.hex()["crc32c"] == expected


def test_base64_as_storage_wants_it() -> None:
    """What AWS's own example gives for x-amz-checksum-crc32c: four bytes, the highest first."""
    digests = Digests({"crc32c"})
    digests.update(b"123456789")
    assert base64_of(digests.hex()["crc32c"]) == base64.b64encode((0xE3069283).to_bytes(4, "big")).decode()


@pytest.mark.parametrize("end", ["cancelled", "closed", "changed"])
def test_nothing_runs_on_beside(upload_of: Maker, end: str) -> None:
    """Digests of large files are taken in a thread beside, which ends with the sending, however that ends."""
    upload, cancel = upload_of(bytes(ALONE + 8 * LARGE)), CancelToken()
    pieces = iter(_body(upload, cancel))
    for _ in range(ALONE // PIECE + 2):
        next(pieces)
    assert _beside()
    if end == "closed":
        pieces.close()  # type: ignore[attr-defined]
    else:
        if end == "cancelled":
            cancel.cancel()
        else:
            os.truncate(upload.path, PIECE)
        with pytest.raises((Cancelled, UploadError)):
            next(pieces)
    assert not _beside()


def _beside() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "digests"]


def test_only_few_have_a_thread_beside() -> None:
    """However many files go out at once, no more threads take digests than there are cores for.

    The rest do it themselves, and get a thread when one is free; all digests are right.
    """
    first = os.urandom(ALONE)
    block = os.urandom(TOGETHER)
    together = [Digests({"md5"}) for _ in range(BESIDE + 2)]
    for one in together:
        one.update(first)
        one.update(block)
    assert len(_beside()) == BESIDE
    for one in together[:BESIDE]:
        assert one.hex() == {"md5": hashlib.md5(first + block).hexdigest()}
    assert not _beside()
    last = together[-1]
    last.update(first)  # so much it goes on with by itself before it asks again
    last.update(block)
    assert len(_beside()) == 1
    assert last.hex() == {"md5": hashlib.md5(first + block + first + block).hexdigest()}
    together[-2].finish()
    assert not _beside()


@pytest.mark.parametrize(
    ("size", "seconds", "sent", "next_size"),
    [
        (PIECE, QUICK / 2, ALONE, 2 * PIECE),
        (LARGE // 2, QUICK / 2, ALONE, LARGE),
        (LARGE, QUICK / 2, ALONE, LARGE),
        (PIECE, QUICK / 2, ALONE - PIECE, PIECE),
        (PIECE, QUICK * 2, ALONE, PIECE),
        (LARGE, QUICK * 2, ALONE, LARGE),
        (LARGE, SLOW * 2, ALONE, PIECE),
    ],
)
def test_pieces_are_large_where_they_go_out_quickly(size: int, seconds: float, sent: int, next_size: int) -> None:
    """They grow beyond the first megabytes, which only fill buffers, and are small again on a slow line."""
    assert following(size, seconds, sent) == next_size


def test_progress_counts_what_has_gone_out(upload_of: Maker) -> None:
    """The meter counts a piece when it was taken, and starts over with each try."""
    upload = upload_of(bytes(PIECE * 2))
    meter = Meter(upload.size)
    body = FileBody(upload, Digests(()), meter, CancelToken())
    pieces = iter(body)
    next(pieces)
    assert meter.sent == 0
    next(pieces)
    assert meter.sent == PIECE
    assert list(FileBody(upload, Digests(()), meter, CancelToken()))
    assert meter.sent == 2 * PIECE


@pytest.mark.parametrize("change", ["grown", "shrunk", "rewritten", "replaced", "gone"])
def test_a_file_that_changes_breaks_it_off(upload_of: Maker, change: str) -> None:
    """Whatever happens to the file while it is being sent, its last piece never goes out."""
    upload = upload_of(os.urandom(PIECE * 4))
    sent = 0

    def send() -> None:
        nonlocal sent
        for number, piece in enumerate(_body(upload)):
            sent += len(piece)
            if number == 0:
                _change(upload, change)
        check_source(upload)

    with pytest.raises(UploadError) as caught:
        send()
    assert caught.value.problem.kind is (Kind.FILE_MISSING if change == "gone" else Kind.FILE_CHANGED)
    assert caught.value.problem.name == "a.txt"
    # Replaced or gone by name, the open file is still the old one, whole: only the look afterwards can tell.
    assert sent < upload.size or change in {"replaced", "gone"}


def _change(upload: Upload, change: str) -> None:
    if change == "grown":
        with upload.path.open("ab") as file:
            file.write(b"more")
    elif change == "shrunk":
        os.truncate(upload.path, PIECE * 2)
    elif change == "rewritten":
        upload.path.write_bytes(os.urandom(upload.size))
        os.utime(upload.path, ns=(upload.modified, upload.modified + 10_000_000))
    elif change == "replaced":
        new = upload.path.with_suffix(".new")
        new.write_bytes(bytes(upload.size))
        os.utime(new, ns=(upload.modified, upload.modified + 10_000_000))
        new.rename(upload.path)
    else:
        upload.path.unlink()


def test_a_file_that_changed_before_is_not_opened_for_long(upload_of: Maker) -> None:
    """Changed since it was added: not a single byte goes out."""
    upload = upload_of(b"old content")
    upload.path.write_bytes(b"new content, longer")
    with pytest.raises(UploadError) as caught:
        next(iter(_body(upload)))
    assert caught.value.problem.kind is Kind.FILE_CHANGED


def test_cancel_ends_it_between_two_pieces(upload_of: Maker) -> None:
    """Told to stop, no further piece is read."""
    cancel = CancelToken()
    pieces = iter(_body(upload_of(bytes(PIECE * 3)), cancel))
    next(pieces)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(pieces)


def _parsed(body: FormBody) -> list[Message]:
    whole = b"".join(body)
    assert len(whole) == body.length
    message = email.message_from_bytes(b"Content-Type: " + body.media_type.encode() + b"\r\n\r\n" + whole)
    parts = message.get_payload()
    assert isinstance(parts, list)
    return [part for part in parts if isinstance(part, Message)]


def test_a_form_keeps_order_and_repeats_and_ends_with_the_file(upload_of: Maker) -> None:
    """Fields verbatim and in their order, equal names too; the file last: S3 ignores what comes behind it."""
    fields = [
        ("key", "a/ü.txt"),
        ("x-amz-meta", "1"),
        ("x-amz-meta", "2"),
        ("policy", "abc=="),
        ("Content-Type", "t/p"),
    ]
    body = FormBody(fields, _body(upload_of(b"hello")), field="file", name="a.txt", media_type="text/plain")
    parts = _parsed(body)
    names = [part.get_param("name", header="content-disposition") for part in parts]
    assert names == ["key", "x-amz-meta", "x-amz-meta", "policy", "Content-Type", "file"]
    assert [part.get_payload(decode=True) for part in parts[:-1]] == [value.encode() for _name, value in fields]
    assert parts[-1].get_payload(decode=True) == b"hello"
    assert parts[-1].get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('say "hi".pdf', b'filename="say %22hi%22.pdf"'),
        ("two\r\nlines.pdf", b'filename="two%0D%0Alines.pdf"'),
        ("Angebot für 田中 🎉.pdf", 'filename="Angebot für 田中 🎉.pdf"'.encode()),
        ("100%.pdf", b'filename="100%.pdf"'),
    ],
)
def test_names_in_a_form_are_written_as_browsers_do(upload_of: Maker, name: str, written: bytes) -> None:
    """Quotes and line breaks cannot break out of the header; everything else stands as it is."""
    body = FormBody([], _body(upload_of(b"x")), field="file", name=name, media_type="application/pdf")
    assert written in b"".join(body)


def test_an_empty_file_is_a_form_too(upload_of: Maker) -> None:
    """Nothing in it, and still a part of its own with the right length."""
    body = FormBody([("a", "b")], _body(upload_of(b"")), field="file", name="e", media_type="text/plain")
    assert _parsed(body)[-1].get_payload(decode=True) == b""


def test_base64_of_a_digest() -> None:
    """RFC 1864's own example shape: the bytes, not the hexadecimal, in Base64."""
    assert base64_of(hashlib.md5(b"").hexdigest()) == "1B2M2Y8AsgTpgAmY7PhCfg=="
