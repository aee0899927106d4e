"""Which proxy is on the way, and what a request through it means while it is not through."""

import socket
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator

import pytest
import trustme

from tests.engine.conftest import Handler, read_all, read_head
from tests.proxied import RealProxy
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.settings import NONE, SYSTEM
from uploader_gui.engine.http import Client, Request, Timing
from uploader_gui.engine.proxies import Proxy, ProxyUnusableError, proxy_for, read

Server = Callable[[Handler], str]
FAR = ("https", "service.test", 443)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("proxy:3128", Proxy(scheme="http", host="proxy", port=3128)),
        ("http://proxy.acme.test", Proxy(scheme="http", host="proxy.acme.test", port=80)),
        ("https://proxy/", Proxy(scheme="https", host="proxy", port=443)),
        ("http://[::1]:8080", Proxy(scheme="http", host="::1", port=8080)),
        ("ann:pass@proxy:80", Proxy(scheme="http", host="proxy", port=80, sign_in=("ann", "pass"))),
        ("http://A%5Cann:p%40s%3As@proxy", Proxy(scheme="http", host="proxy", port=80, sign_in=("A\\ann", "p@s:s"))),
        ("http://ann@proxy:80", Proxy(scheme="http", host="proxy", port=80, sign_in=("ann", ""))),
        ("http://ann:p@ss@proxy:80", Proxy(scheme="http", host="proxy", port=80, sign_in=("ann", "p@ss"))),
    ],
)  # fmt: skip
def test_addresses(address: str, proxy: Proxy) -> None:
    """As people write them; what signs in is not in a repr."""
    assert read(address) == proxy
    assert "pass" not in repr(read(address))


@pytest.mark.parametrize(
    "address",
    ["http://", "http://ann:sec/ret@proxy", "http://ann:sec#ret@proxy", "http://ann:sec?ret@proxy", "http://12:3/4@proxy",
     "http://proxy:x", "http://proxy:99999", "http://[secret", "socks5://ann:secret@proxy", "http://pro xy", "http://pröxy"],
)  # fmt: skip
def test_addresses_that_are_none(address: str) -> None:
    """What cannot be read is told without a piece of it: it may be one of a password."""
    with pytest.raises(ProxyUnusableError) as caught:
        read(address)
    assert "sec" not in caught.value.why
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("known", "host"),
    [
        ({"https": "one:1", "http": "two:2", "all": "three:3"}, "one"),
        ({"http": "two:2", "all": "three:3"}, "three"),
        ({"http": "two:2"}, None),
        ({}, None),
        ({"https": "one:1", "no": "other.test"}, "one"),
        ({"https": "one:1", "no": "service.test"}, None),
        ({"https": "one:1", "no": ".test"}, None),
        ({"https": "one:1", "no": "a.test, service.test:443"}, None),
        ({"https": "one:1", "no": "service.test:8443"}, "one"),
        ({"https": "one:1", "no": "*"}, None),
        ({"https": "one:1", "no": "a.test, *"}, None),
    ],
)
def test_environment(known: dict[str, str], host: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable of the scheme goes before that for all; exceptions are names, their ends, ports, or everything."""
    for name, value in known.items():
        monkeypatch.setenv(f"{name}_proxy", value)
    found = proxy_for(FAR)
    assert (None if found is None else found.host) == host


def test_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment has none, the system's is taken, with the exceptions that are set there."""
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": "https://system:8080"})
    asked: list[str] = []

    def exempted(host: str) -> bool:
        asked.append(host)
        return "inside" in host

    monkeypatch.setattr(urllib.request, "proxy_bypass", exempted)
    assert proxy_for(FAR) == Proxy(scheme="https", host="system", port=8080)
    assert proxy_for(("https", "inside.test", 8443)) is None
    assert asked == ["service.test:443", "inside.test:8443"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "0", "2130706433", "a.localhost"])
def test_this_computer(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is written, it is not even asked for."""
    monkeypatch.setattr(urllib.request, "getproxies", lambda: pytest.fail("it was asked for"))
    assert proxy_for(("https", host, 443)) is None


@pytest.mark.parametrize(
    ("route", "host"),
    [(SYSTEM, "system"), (NONE, None), ("http://own.test:3128", "own.test"), ("own.test:3128", "own.test")],
)
def test_the_settings(route: str, host: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person has chosen comes before what the system says: none at all, or one of their own."""
    monkeypatch.setenv("HTTPS_PROXY", "http://system:8080")
    found = proxy_for(FAR, route)
    assert (None if found is None else found.host) == host
    assert proxy_for(("https", "127.0.0.1", 443), route) is None


def test_the_settings_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next request takes the new way, although the connection of the old one is still there."""
    route = "http://127.0.0.1:9"
    client = Client(lambda _origin: True, timing=Timing(connect=5), route=lambda: route)
    request = Request(method="GET", url="https://service.test/", step="check", service="C")
    with RealProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        for way, asked in ((route, 0), (SYSTEM, 0), (proxy.address(), 1)):
            route = way
            with pytest.raises(UploadError):
                client.send(request, CancelToken())
            assert len(proxy.asked) == asked
    client.close()


# -------------------------------------------------------------------------------------------- on the way through it
def _problem(monkeypatch: pytest.MonkeyPatch, proxy: str, timing: Timing | None = None) -> Problem:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    client = Client(lambda _origin: True, timing=timing)
    with pytest.raises(UploadError) as caught:
        client.send(Request(method="POST", url="https://service.test/", step="attach", service="C"), CancelToken())
    client.close()
    return caught.value.problem


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\nX: ", "broke off"),
        (b"nonsense\r\n\r\n", "broke off"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "status 503"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "closed the connection"),
    ],
)
def test_it_hangs_up(said: bytes, what: str, raw_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the proxy is asked for the way nothing of the request is out: an attach may be sent again."""

    def handler(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(said)

    problem = _problem(monkeypatch, raw_server(handler))
    assert (problem.kind, problem.sent, problem.host) == (Kind.UNREACHABLE, False, "service.test")
    assert problem.proxied, "it may be the network that is not there"
    assert "proxy" in problem.detail
    assert what in problem.detail


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_it_says_nothing(drip: bytes, raw_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that never answers is given up, however it drips, and nothing was sent."""
    over = threading.Event()

    def handler(connection: socket.socket) -> None:
        read_head(connection)
        while not over.wait(0.05):
            connection.sendall(drip)

    problem = _problem(monkeypatch, raw_server(handler), Timing(connect=5, stall=0.3, answer=0.5))
    over.set()
    assert (problem.kind, problem.sent) == (Kind.UNREACHABLE, False)
    assert problem.detail == "the proxy 127.0.0.1: no answer"


class Slow:
    """A body that takes its time."""

    length = 3

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.length):
            threading.Event().wait(self._seconds)
            yield b"x"


def test_a_long_upload(raw_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for an answer counts from the last byte of the upload, and not from when the proxy was asked."""
    authority = trustme.CA()
    far, near = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("service.test").configure_cert(far)
    authority.configure_trust(near)

    def handler(connection: socket.socket) -> None:
        with far.wrap_socket(connection, server_side=True) as secure:
            assert read_all(secure).endswith(b"xxx")
            secure.sendall(OK)

    port = raw_server(handler).rpartition(":")[2].strip("/")
    with RealProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address())
        client = Client(lambda _origin: True, timing=Timing(connect=5, stall=5, answer=0.6), trust=lambda: near)
        request = Request(
            method="PUT", url=f"https://service.test:{port}/", body=Slow(0.5), step="transfer", service="C"
        )
        assert client.send(request, CancelToken()).text() == "ok"
        client.close()
        assert proxy.asked == [f"service.test:{port}"]
