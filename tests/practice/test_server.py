"""The server itself: who may ask, how it starts and ends, and what a long body costs."""

import errno
import hashlib
import html
import os
import re
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SERVICES, Fault, PracticeService
from uploader_gui.practice.storage import Incoming

Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]


@pytest.mark.parametrize("path", ["/", "/close/api/v1/me/", "/storage/close/", "/faults", "/nothing"])
def test_host(practice: PracticeService, path: str) -> None:
    """A request that names another host, as after DNS rebinding, gets nothing."""
    for host in ("evil.example", f"evil.example:{practice.port}", "127.0.0.1", f"127.0.0.1:{practice.port + 1}"):
        answer = httpx.get(practice.origin + path, params={"token": practice.token}, headers={"Host": host})
        assert answer.status_code == 421
    here = {"Host": f"localhost:{practice.port}"}
    assert httpx.get(practice.origin + path, params={"token": practice.token}, headers=here).status_code != 421


def test_loopback_only(practice: PracticeService) -> None:
    """Nobody else in the network reaches it."""
    with socket.socket() as probe:
        probe.settimeout(1)
        with pytest.raises(OSError, match=r"refused|assign|timed out"):
            probe.connect(("127.0.0.2", practice.port))


def test_unknown_addresses(practice: PracticeService) -> None:
    """What is not there is a 404 in the shape of whoever would have it."""
    shapes = {"/nothing": "detail", "/close/nothing": "error", "/kizen/x": "detail", "/haufe/agents/x": "error_code"}
    for path, key in (shapes | {"/circle/x": "message"}).items():
        answer = httpx.get(practice.origin + path)
        assert (answer.status_code, key in answer.json()) == (404, True)
    assert "<Code>NoSuchKey</Code>" in httpx.get(f"{practice.origin}/storage/close/x").text


def test_requests_hold_no_secrets(practice: PracticeService, upload: Upload) -> None:
    """What is on record of requests are names, never values."""
    upload("haufe")
    said = repr(practice.world.requests)
    assert "signed-url" in said
    assert practice.account("haufe")["api_key"] not in said
    [transfer] = [each for each in practice.world.requests if each.steps == ("transfer",)]
    assert "X-Amz-Signature" in transfer.query
    assert (transfer.method, transfer.status, "api-key" in transfer.headers) == ("PUT", 200, False)


def test_page(practice: PracticeService, api: Api, upload: Upload) -> None:
    """The page needs the token, escapes what it shows, and forbids all that it does not need."""
    name = '<script>"x"</script> & ü.txt'
    attached = upload("close", b"one", name=name)
    upload("circle", b"three", name="loose.txt")
    files = [{"url": attached["download"]["url"], "filename": name}]
    body = {"lead_id": "lead_acme", "note": "<b>bold</b>", "attachments": files}
    assert api("close").post("/activity/note/", json=body).status_code == 200
    page = httpx.get(practice.page)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in page.headers
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text
    assert "<b>bold" not in page.text
    for shown in (html.escape(name), "Acme GmbH &amp; Co. KG", "loose.txt", hashlib.md5(b"one").hexdigest()):
        assert shown in page.text
    links = [html.unescape(each) for each in re.findall(r'href="([^"]+)"', page.text)]
    downloads = [httpx.get(practice.origin + each) for each in links]
    assert [each.content for each in downloads] == [b"one", b"three"]
    assert all(each.headers["X-Content-Type-Options"] == "nosniff" for each in downloads)
    assert all("sandbox" in each.headers["Content-Security-Policy"] for each in downloads)
    assert httpx.get(practice.origin + links[0].partition("?")[0]).status_code == 403
    assert [httpx.get(f"{practice.origin}/{query}").status_code for query in ("", "?token=", "?token=no")] == [403] * 3


def test_buttons(practice: PracticeService, api: Api) -> None:
    """Each button arms a fault, and one makes it behave again."""
    url, token = f"{practice.origin}/button", {"token": practice.token}
    for number in range(8):
        assert httpx.post(url, params=token, data={"button": str(number)}).status_code == 303
    assert httpx.get(practice.page).text.count("Waiting:") == 8
    httpx.post(url, params=token, data={"button": "behave"})
    assert "Waiting:" not in httpx.get(practice.page).text
    assert api("close").get("/me/").status_code == 200
    assert httpx.post(url, data={"button": "0"}).status_code == 403


def test_date_is_the_clocks(practice: PracticeService, later: Callable[[float], None]) -> None:
    """Answers carry the time that everything expires by."""
    assert httpx.get(practice.page).headers["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"
    later(60)
    assert httpx.get(practice.page).headers["Date"] == "Fri, 15 Jan 2027 08:01:00 GMT"


def test_life(tmp_path: Path) -> None:
    """The folder is its owner's alone and gone at the end; a second stop does no harm; secrets are new each time."""
    threads = threading.active_count()
    first, second = PracticeService(folder=tmp_path), PracticeService(folder=tmp_path)
    first.stop()
    with first, second:
        assert first.folder
        assert os.name == "nt" or stat.S_IMODE(first.folder.stat().st_mode) == 0o700
        assert first.port != second.port
        assert first.base("haufe") == f"http://127.0.0.1:{first.port}/haufe/agents"
        for service in SERVICES:
            assert first.account(service) != second.account(service)
        with pytest.raises(RuntimeError):
            first.start()
        taken = PracticeService(port=first.port, folder=tmp_path)
        with pytest.raises(OSError, match=r"[Aa]ddress already in use|10048"):
            taken.start()
        taken.stop()
    first.stop()
    assert [*tmp_path.iterdir()] == []
    assert threading.active_count() == threads


def test_stop_with_hanging_connections(practice: PracticeService, sign: Upload, until: Callable[..., None]) -> None:
    """It ends at once, whatever hangs: a stalled request, a half-sent body, a slow answer, an idle connection."""
    practice.misbehave(Fault(kind="stall", step="check"))
    practice.misbehave(Fault(kind="slow_answer", step="lookup", seconds=60))
    url = httpx.URL(sign("haufe", b"")["file_url"])
    host = f"Host: 127.0.0.1:{practice.port}\r\n"
    key = f"api-key: {practice.account('haufe')['api_key']}\r\n"
    threads = f"GET /haufe/agents/v1/threads HTTP/1.1\r\n{host}{key}\r\n"
    stalled = f"GET /haufe/agents/v1/assistants HTTP/1.1\r\n{host}{key}\r\n"
    half = f"PUT {url.raw_path.decode()} HTTP/1.1\r\n{host}Content-Length: 9\r\n\r\nhalf"
    before = len(practice.world.requests)
    connections = [socket.create_connection(("127.0.0.1", practice.port)) for _ in range(4)]
    for connection, request in zip(connections, (stalled, threads, half, ""), strict=True):
        connection.sendall(request.encode())
    until(lambda: len(practice.world.requests) == before + 3)
    began = time.monotonic()
    practice.stop()
    assert time.monotonic() - began < 1
    for connection in connections:
        connection.close()


def test_mistakes_are_kept(moment: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of the practice service is a 500 in the vendor's shape and on record."""
    with PracticeService(clock=lambda: moment[0]) as practice:

        def broken() -> None:
            raise ZeroDivisionError

        head = {"Authorization": f"Bearer {practice.account('circle')['access_token']}"}
        monkeypatch.setattr(practice._vendors["circle"], "_member", broken)
        answer = httpx.get(practice.base("circle") + "/api/headless/v1/community_member", headers=head)
        assert (answer.status_code, answer.json()["success"]) == (500, False)
        assert "ZeroDivisionError" in practice.errors[0]


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EIO, "did not take")])
def test_disk_full(
    practice: PracticeService,
    sign: Upload,
    transfer: Upload,
    code: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    words: str,
) -> None:
    """A disk that takes no more is an S3 error that says so; nothing is stored and nothing is left."""

    def fail(*_: Any) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(Incoming, "_save", fail)
    answer = transfer("circle", sign("circle", b"x" * 3_000_000), b"x" * 3_000_000)
    assert code(answer) == (500, "InternalError")
    assert words in answer.text
    assert practice.world.stored() == []
    assert practice.folder
    assert not [*practice.folder.glob("incoming*")]


def _put(practice: PracticeService, url: str, block: bytes, times: int) -> int:
    target = httpx.URL(url)
    head = f"PUT {target.raw_path.decode()} HTTP/1.1\r\nHost: {target.netloc.decode()}\r\n"
    with socket.create_connection(("127.0.0.1", practice.port), timeout=60) as connection:
        connection.sendall(f"{head}Content-Length: {len(block) * times}\r\n\r\n".encode())
        for _ in range(times):
            connection.sendall(block)
        return int(connection.recv(1000).split()[1])


@pytest.mark.parametrize("mebibytes", [96, pytest.param(1024, marks=pytest.mark.slow)])
def test_constant_memory(practice: PracticeService, sign: Upload, mebibytes: int) -> None:
    """However long a body is, it takes a few mebibytes of memory, and its digests are right."""
    resource = pytest.importorskip("resource")
    block = os.urandom(2**20)
    assert _put(practice, sign("haufe", b"")["file_url"], block, 8) == 200
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _put(practice, sign("haufe", b"")["file_url"], block, mebibytes) == 200
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024
    digest = hashlib.sha256()
    for _ in range(mebibytes):
        digest.update(block)
    stored = practice.world.stored("haufe")[-1]
    assert (stored.size, stored.sha256) == (mebibytes * 2**20, digest.hexdigest())
