"""The strictness of signed PUTs, case by case as AWS answers them."""

import base64
import hashlib
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from uploader_gui.practice import PracticeService

Code = Callable[[httpx.Response], tuple[int, str]]
WRONG = (403, "SignatureDoesNotMatch")
MD5 = base64.b64encode(hashlib.md5(b"hello", usedforsecurity=False).digest()).decode()


@pytest.mark.parametrize(
    ("change", "content", "expected"),
    [
        ({}, b"hello", None),
        ({}, b"HELLO", (400, "BadDigest")),
        ({}, b"hell", WRONG),
        ({}, b"hello!", WRONG),
        ({"Content-MD5": "AAAA"}, b"hello", WRONG),
        ({"Content-MD5": None}, b"hello", WRONG),
        ({"Content-Type": "image/png"}, b"hello", WRONG),
        ({"Content-Type": "text/plain; charset=utf-8"}, b"hello", WRONG),
        ({"Content-Type": None}, b"hello", WRONG),
        ({"Content-Disposition": None}, b"hello", WRONG),
        ({"Content-Disposition": "attachment"}, b"hello", WRONG),
        ({"x-amz-meta-note": "hello"}, b"hello", (403, "AccessDenied")),
        ({"x-amz-acl": "public-read"}, b"hello", (403, "AccessDenied")),
        ({"Authorization": "Bearer secret"}, b"hello", (400, "InvalidArgument")),
        ({"api-key": "secret"}, b"hello", (400, "InvalidArgument")),
    ],
)
def test_headers_and_bytes(
    practice: PracticeService,
    sign: Callable[..., Any],
    code: Code,
    change: dict[str, str | None],
    content: bytes,
    expected: tuple[int, str] | None,
) -> None:
    """Exactly the returned headers and exactly the declared bytes are taken; a refusal leaves the address good."""
    direct = sign("circle", b"hello")["direct_upload"]
    headers = {name: value for name, value in (direct["headers"] | change).items() if value is not None}
    answer = httpx.put(direct["url"], content=content, headers=headers)
    assert (None if answer.status_code == 200 else code(answer)) == expected
    assert len(practice.world.stored("circle")) == (expected is None)
    again = httpx.put(direct["url"], content=b"hello", headers=direct["headers"])
    assert again.status_code == 200
    assert again.headers["ETag"] == f'"{hashlib.md5(b"hello", usedforsecurity=False).hexdigest()}"'
    assert len(practice.world.stored("circle")) == 1


def test_checksum_that_is_no_md5(api: Callable[..., httpx.Client], code: Code) -> None:
    """A checksum declared in hex is signed by Rails as it is, and refused by S3 as no MD5."""
    checksum = hashlib.md5(b"hello", usedforsecurity=False).hexdigest()
    blob = {"key": "", "filename": "a", "content_type": "text/plain", "byte_size": 5, "checksum": checksum}
    signed = api("circle").post("/api/headless/v1/direct_uploads", json={"blob": blob}).json()["direct_upload"]
    answer = httpx.put(signed["url"], content=b"hello", headers=signed["headers"])
    assert code(answer) == (400, "InvalidDigest")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("/storage/circle/", "/storage/circle/x", WRONG),
        ("X-Amz-Expires=300", "X-Amz-Expires=3000", WRONG),
        ("X-Amz-Signature=", "X-Amz-Signature=0", WRONG),
        ("X-Amz-Signature=", "X-Amz-Nothing=", (403, "AccessDenied")),
        ("AKIA", "AKIB", (403, "InvalidAccessKeyId")),
        ("content-md5%3B", "", WRONG),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=none", (400, "InvalidArgument")),
    ],
)
def test_changed_address(sign: Callable[..., Any], code: Code, old: str, new: str, expected: tuple[int, str]) -> None:
    """An address that was altered is refused."""
    direct = sign("circle", b"hello")["direct_upload"]
    assert old in direct["url"]
    answer = httpx.put(direct["url"].replace(old, new, 1), content=b"hello", headers=direct["headers"])
    assert code(answer) == expected


@pytest.mark.parametrize(("service", "seconds"), [("circle", 300), ("haufe", 600)])
def test_expired(
    sign: Callable[..., Any],
    transfer: Callable[..., httpx.Response],
    code: Code,
    later: Callable[[float], None],
    service: str,
    seconds: int,
) -> None:
    """An address works until its last second and not after."""
    signed = sign(service, b"hello")
    later(seconds - 1)
    assert transfer(service, signed, b"hello").status_code == 200
    later(1)
    answer = transfer(service, signed, b"hello")
    assert code(answer) == (403, "AccessDenied")
    assert "Request has expired" in answer.text


def test_chunked(sign: Callable[..., Any], code: Code) -> None:
    """A body of unknown length is refused."""
    url = sign("haufe", b"hello")["file_url"]
    assert code(httpx.put(url, content=iter([b"hello"]))) == (501, "NotImplemented")


def test_type_is_recorded(
    practice: PracticeService, sign: Callable[..., Any], transfer: Callable[..., httpx.Response]
) -> None:
    """Where the type is not signed, storage takes any and records it."""
    transfer("haufe", sign("haufe", b"", name="Größe (1) +&%.txt"), b"hello")
    [stored] = practice.world.stored("haufe")
    assert (stored.type, stored.name) == ("text/plain", "Größe (1) +&%.txt")


def test_expect_continue(practice: PracticeService, sign: Callable[..., Any]) -> None:
    """A client that asks first is told to go on, and one that would be refused is spared sending the bytes."""
    target = urlsplit(sign("haufe", b"hello")["file_url"])
    head = f"PUT {target.path}?{target.query} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Length: 5\r\n"
    head += "Expect: 100-continue\r\n"
    with socket.create_connection(("127.0.0.1", practice.port), timeout=5) as connection:
        connection.sendall(f"{head}\r\n".encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    with socket.create_connection(("127.0.0.1", practice.port), timeout=5) as connection:
        connection.sendall(f"{head}api-key: secret\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_cut_in_mid_body(
    practice: PracticeService, sign: Callable[..., Any], raw: Callable[..., bytes], until: Callable[..., None]
) -> None:
    """A PUT whose connection ends before its body is never stored, and leaves nothing on the disk."""
    target = urlsplit(sign("haufe", b"hello")["file_url"])
    head = f"PUT {target.path}?{target.query} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Length: 9999999\r\n\r\n"
    assert raw(head.encode() + b"x" * 3_000_000) == b""
    folder = practice.folder
    assert folder
    until(lambda: not [*folder.glob("incoming*")])
    assert practice.world.stored("haufe") == []
    assert practice.world.requests[-1].status is None
