"""Signed PUTs, case by case. See storage_cases."""

import hashlib
import re
import socket
from typing import Any
from urllib.parse import urlsplit

from tests.real_servers.sides import Fields, Side, said, send
from tests.real_servers.storage_cases import DENIED, HELLO, MD5, NOTHING, V2, case, kept

UNSIGNED = "Ceph 16 does not look for headers that were not signed"
SIGNED: dict[str, Any] = {"ContentType": "text/plain", "ContentMD5": MD5, "ContentLength": 5}
SENT = {"Content-Type": "text/plain", "Content-MD5": MD5}
MISMATCH = f"403 SignatureDoesNotMatch, {NOTHING}"


def put(side: Side, url: str, headers: Fields | None = None, content: bytes = HELLO) -> str:
    """Send a PUT; what was answered, and what was stored."""
    answer = send("PUT", url, data=content, headers=SENT if headers is None else headers)
    return f"{said(answer)}, {kept(side)}"


@case("PUT type, MD5 and length signed", "200, 5 bytes of text/plain, ETag right")
def _(side: Side) -> str:
    answer = send("PUT", side.put_url(**SIGNED), data=HELLO, headers=SENT)
    right = answer.headers.get("ETag") == f'"{hashlib.md5(HELLO, usedforsecurity=False).hexdigest()}"'
    return f"{said(answer)}, {kept(side)}, ETag {'right' if right else 'wrong'}"


@case("PUT nothing signed but the host", "200, 5 bytes of text/plain")
def _(side: Side) -> str:
    return put(side, side.put_url(), {"Content-Type": "text/plain"})


@case("PUT body not of its Content-MD5", f"400 BadDigest, {NOTHING}")
def _(side: Side) -> str:
    return put(side, side.put_url(**SIGNED), content=b"HELLO")


@case("PUT Content-MD5 no MD5", f"400 InvalidDigest, {NOTHING}")
def _(side: Side) -> str:
    none = hashlib.md5(HELLO, usedforsecurity=False).hexdigest()
    return put(side, side.put_url(**{**SIGNED, "ContentMD5": none}), {**SENT, "Content-MD5": none})


@case("PUT signed Content-MD5 not sent", MISMATCH)
def _(side: Side) -> str:
    return put(side, side.put_url(**SIGNED), {"Content-Type": "text/plain"})


@case("PUT other Content-Type than signed", MISMATCH)
def _(side: Side) -> str:
    return put(side, side.put_url(**SIGNED), {**SENT, "Content-Type": "image/png"})


@case("PUT other Content-Length than signed", MISMATCH)
def _(side: Side) -> str:
    url = side.put_url(ContentType="text/plain", ContentLength=5)
    return put(side, url, {"Content-Type": "text/plain"}, b"hello!")


@case("PUT other key than signed", MISMATCH)
def _(side: Side) -> str:
    return put(side, side.put_url(**SIGNED).replace("/there/a.txt?", "/there/b.txt?", 1))


@case("PUT unsigned x-amz- header", f"{DENIED}, {NOTHING}", radosgw=("200, 5 bytes of text/plain", UNSIGNED))
def _(side: Side) -> str:
    return put(side, side.put_url(**SIGNED), {**SENT, "x-amz-meta-note": "hello"})


@case("PUT Content-MD5 that was not signed", f"{DENIED}, {NOTHING}", radosgw=("200, 5 bytes of text/plain", UNSIGNED))
def _(side: Side) -> str:
    return put(side, side.put_url(ContentType="text/plain"), SENT)


@case(
    "PUT Content-MD5 that was not signed, other bytes",
    f"{DENIED}, {NOTHING}",
    radosgw=(f"400 BadDigest, {NOTHING}", UNSIGNED),
)
def _(side: Side) -> str:
    return put(side, side.put_url(ContentType="text/plain"), SENT, b"HELLO")


@case(
    "PUT header of an account's key",
    "200, 5 bytes of text/plain",
    practice=(f"400 InvalidArgument, {NOTHING}", "no key has any business at a storage, so it is pointed out"),
)
def _(side: Side) -> str:
    return put(side, side.put_url(**SIGNED), {**SENT, "X-API-KEY": "secret"})


@case("PUT Authorization beside the signature", f"400 InvalidArgument, {NOTHING}")
def _(side: Side) -> str:
    return put(side, side.put_url(**SIGNED), {**SENT, "Authorization": "Bearer secret"})


@case(
    "PUT signed by Signature Version 2",
    "200, 5 bytes of text/plain",
    practice=(f"{DENIED}, {NOTHING}", "of the four services those with a PUT sign it by Version 4"),
)
def _(side: Side) -> str:
    return put(side, side.put_url(signature=V2, ContentType="text/plain"), {"Content-Type": "text/plain"})


@case("PUT signature changed", MISMATCH)
def _(side: Side) -> str:
    return put(side, re.sub("Signature=.", "Signature=g", side.put_url(**SIGNED)))


@case("PUT expired", f"{DENIED}, {NOTHING}")
def _(side: Side) -> str:
    return put(side, side.put_url(seconds=60, ago=120, **SIGNED))


@case(
    "PUT chunked, no Content-Length",
    f"501 NotImplemented, {NOTHING}",
    radosgw=(f"411 MissingContentLength, {NOTHING}", "AWS's table of errors has both; Ceph gives the other one"),
)
def _(side: Side) -> str:
    answer = send("PUT", side.put_url(), data=iter([HELLO]))
    return f"{said(answer)}, {kept(side)}"


@case("PUT Expect: 100-continue", "100 then 200")
def _(side: Side) -> str:
    with _connection(side, len(HELLO), "Expect: 100-continue\r\n") as connection:
        asked = connection.recv(4096).split()[1].decode()
        connection.sendall(HELLO)
        answered = connection.recv(4096).split()[1].decode()
    return f"{asked} then {answered}"


@case("PUT cut in mid-body", "nothing stored")
def _(side: Side) -> str:
    with _connection(side, 1000) as connection:
        connection.sendall(HELLO)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass  # until it has said what it makes of that, and closed
    return kept(side)


@case("PUT twice", "200, 5 bytes of text/plain then 200, 5 bytes of text/plain")
def _(side: Side) -> str:
    url = side.put_url(**SIGNED)
    return f"{put(side, url)} then {put(side, url)}"


@case("PUT other bytes, then the right ones", f"400 BadDigest, {NOTHING} then 200, 5 bytes of text/plain")
def _(side: Side) -> str:
    url = side.put_url(**SIGNED)
    return f"{put(side, url, content=b'HELLO')} then {put(side, url)}"


def _connection(side: Side, length: int, more: str = "") -> socket.socket:
    """A connection on which the head of a signed PUT has been sent."""
    url = urlsplit(side.put_url())
    connection = socket.create_connection((url.hostname, url.port), timeout=20)
    head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {length}\r\n{more}\r\n"
    connection.sendall(head.encode())
    return connection
