"""Requests on real sockets: what is sent, what an answer means, and that nothing hangs."""

import errno
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable

import pytest
import trustme

from tests.engine.conftest import Handler, read_all, read_head
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine import http
from uploader_gui.engine.http import AnswerCutError, Client, Request, Timing
from uploader_gui.engine.network_error import _certificate
from uploader_gui.engine.origin import near, origin_of, safe

Server = Callable[[Handler], str]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
QUICK = Timing(connect=5, stall=0.2, answer=0.5)


def _client(timing: Timing | None = None) -> Client:
    return Client(lambda _origin: True, timing=timing)


def _request(url: str, **more: object) -> Request:
    return Request(**{"method": "GET", "url": url, "step": "sign", "service": "Close", **more})  # type: ignore[arg-type]


def _problem(client: Client, request: Request) -> tuple[Kind, bool]:
    with pytest.raises(UploadError) as caught:
        client.send(request, CancelToken())
    client.close()
    return caught.value.problem.kind, caught.value.problem.sent


def test_exactly_the_given_headers_go_out(raw_server: Server) -> None:
    """Beside the given headers only those that HTTP needs: a signed upload refuses what was not signed."""
    seen: list[bytes] = []

    def handler(connection: socket.socket) -> None:
        seen.append(read_all(connection))
        connection.sendall(OK)

    client = _client()
    headers = (("Content-Type", "image/png"), ("Content-MD5", "abc="))
    client.send(_request(raw_server(handler), method="PUT", headers=headers, body=b"hello"), CancelToken())
    client.close()
    names = [line.split(b":")[0].lower() for line in seen[0].split(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    assert sorted(names) == [
        b"accept", b"accept-encoding", b"content-length", b"content-md5", b"content-type", b"host", b"user-agent",
    ]  # fmt: skip
    assert seen[0].endswith(b"\r\n\r\nhello")


def test_an_empty_post_has_a_length(raw_server: Server) -> None:
    """A POST without a body says so: nothing is ever sent chunked."""
    seen: list[bytes] = []

    def handler(connection: socket.socket) -> None:
        seen.append(read_head(connection))
        connection.sendall(OK)

    client = _client()
    client.send(_request(raw_server(handler), method="POST"), CancelToken())
    client.close()
    assert b"content-length: 0" in seen[0].lower()
    assert b"transfer-encoding" not in seen[0].lower()


def test_no_redirect_is_followed(raw_server: Server) -> None:
    """A 307 is an answer like any other: nothing goes where it points."""
    count = 0

    def handler(connection: socket.socket) -> None:
        nonlocal count
        count += 1
        read_all(connection)
        connection.sendall(b"HTTP/1.1 307 Temporary\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    client = _client()
    answer = client.send(_request(raw_server(handler), headers=(("X-API-KEY", "secret"),)), CancelToken())
    client.close()
    assert (answer.status, count) == (307, 1)


def test_cookies_are_not_kept(raw_server: Server) -> None:
    """What one answer sets is not sent with the next request."""
    seen: list[bytes] = []

    def handler(connection: socket.socket) -> None:
        for _ in range(2):
            seen.append(read_all(connection))
            connection.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok")

    client, url = _client(), raw_server(handler)
    for _ in range(2):
        client.send(_request(url), CancelToken())
    client.close()
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


def test_connections_are_kept_and_a_fresh_one_is_fresh(raw_server: Server) -> None:
    """Requests share a connection, except where a fresh one is asked for."""
    ports: list[int] = []

    def handler(connection: socket.socket) -> None:
        while read_head(connection):
            ports.append(connection.getpeername()[1])
            connection.sendall(OK)

    client, url = _client(), raw_server(handler)
    for fresh in (False, False, True):
        client.send(_request(url), CancelToken(), fresh=fresh)
    client.close()
    assert ports[0] == ports[1] != ports[2]


def test_silence_is_a_stall(raw_server: Server) -> None:
    """A server that says nothing is given up after the stall time; the request may have arrived."""
    hold = threading.Event()

    def handler(connection: socket.socket) -> None:
        read_all(connection)
        hold.wait(5)

    assert _problem(_client(QUICK), _request(raw_server(handler))) == (Kind.STALLED, True)
    hold.set()


def test_a_peer_that_reads_nothing_is_a_stall(raw_server: Server) -> None:
    """A server that does not take the bytes is given up as well."""
    hold = threading.Event()

    def handler(connection: socket.socket) -> None:
        read_head(connection)
        hold.wait(5)

    request = _request(raw_server(handler), method="PUT", body=bytes(50_000_000))
    assert _problem(_client(QUICK), request) == (Kind.STALLED, True)
    hold.set()


def test_a_closed_connection_is_lost(raw_server: Server) -> None:
    """No answer at all: lost, and perhaps the request arrived."""
    assert _problem(_client(), _request(raw_server(read_all_and_close))) == (Kind.CONNECTION_LOST, True)


def read_all_and_close(connection: socket.socket) -> None:
    """Read a request and say nothing."""
    read_all(connection)


def test_nobody_there() -> None:
    """A refused connection: certainly nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert _problem(_client(), _request(f"http://127.0.0.1:{port}/")) == (Kind.UNREACHABLE, False)


def test_an_unknown_name_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that cannot be resolved: certainly nothing was sent."""

    def nowhere(*_arguments: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert _problem(_client(), _request("https://api.close.example/")) == (Kind.NO_NETWORK, False)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENETUNREACH, Kind.NO_NETWORK),
        (errno.ENETDOWN, Kind.NO_NETWORK),
        (errno.EADDRNOTAVAIL, Kind.NO_NETWORK),
        (errno.EHOSTUNREACH, Kind.UNREACHABLE),
        (errno.ECONNREFUSED, Kind.UNREACHABLE),
    ],
)
def test_no_way_out_is_no_network(monkeypatch: pytest.MonkeyPatch, number: int, kind: Kind) -> None:
    """Where this computer has no way out a network is waited for; a server that is not there is another matter."""

    def connect(*_arguments: object, **_more: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "create_connection", connect)
    assert _problem(_client(), _request("https://127.0.0.1/")) == (kind, False)


def test_a_status_whose_body_is_cut_is_told(raw_server: Server) -> None:
    """The status came and the rest did not: whoever attaches needs to know the status."""

    def handler(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{")

    client = _client()
    with pytest.raises(AnswerCutError) as caught:
        client.send(_request(raw_server(handler)), CancelToken())
    client.close()
    assert caught.value.answer.status == 201


def test_an_early_refusal_is_read(raw_server: Server) -> None:
    """A server that answers 413 in mid-body and closes is heard."""

    def handler(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge")
        while connection.recv(1 << 20):
            pass

    client = _client()
    answer = client.send(_request(raw_server(handler), method="PUT", body=bytes(20_000_000)), CancelToken())
    client.close()
    assert (answer.status, answer.body) == (413, b"large")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(http.MAX_ANSWER + 10),
    ],
)
def test_what_nobody_asked_for_is_not_read(raw_server: Server, answer: bytes) -> None:
    """Compressed or endless answers are cut off, and said not to be whole."""

    def handler(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(answer)

    client = _client()
    got = client.send(_request(raw_server(handler)), CancelToken())
    client.close()
    assert not got.whole
    assert len(got.body) <= http.MAX_ANSWER
    with pytest.raises(ValueError, match="not whole"):
        got.json()


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
    ],
)
def test_a_dripping_answer_ends(raw_server: Server, first: bytes, drip: bytes) -> None:
    """A byte now and then is no stall, but an answer has a time of its own: headers, 1xx and chunks included."""

    def handler(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(first)
        while True:
            connection.sendall(drip)
            time.sleep(0.02)

    assert _problem(_client(QUICK), _request(raw_server(handler))) == (Kind.STALLED, True)


@pytest.mark.parametrize("moment", ["handshake", "closed"])
def test_a_handshake_that_fails_is_no_question_of_trust(raw_server: Server, moment: str) -> None:
    """A peer that hangs or hangs up while encryption begins: nothing was sent, and cancel frees it."""
    arrived, hold = threading.Event(), threading.Event()

    def handler(connection: socket.socket) -> None:
        connection.recv(1)
        arrived.set()
        if moment == "handshake":
            hold.wait(20)

    url = raw_server(handler).replace("http://", "https://")
    client, token = _client(), CancelToken()
    if moment == "closed":
        assert _problem(client, _request(url)) == (Kind.UNREACHABLE, False)
        return
    stopper = _cancelling(token, arrived)
    with pytest.raises(Cancelled):
        client.send(_request(url), token)
    stopper.join()
    client.close()
    hold.set()


def test_addresses_are_not_logged(raw_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """A signed address is as good as a key: neither the library's logs nor our own repr show it."""
    caplog.set_level("DEBUG")

    def handler(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(OK)

    client = _client()
    request = _request(raw_server(handler) + "/?X-Amz-Signature=s3cret")
    client.send(request, CancelToken())
    client.close()
    assert "s3cret" not in caplog.text + repr(request)


def test_a_problem_does_not_drag_the_request_along(raw_server: Server) -> None:
    """The library's error holds the request with its keys; ours does not hold the library's."""
    client = _client()
    with pytest.raises(UploadError) as caught:
        client.send(_request(raw_server(read_all_and_close), headers=(("X-API-KEY", "s3cret"),)), CancelToken())
    client.close()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", '{"a": 1e400}'])
def test_numbers_that_are_none(text: str) -> None:
    """JSON has no such numbers, and nobody can send them on."""
    with pytest.raises(ValueError, match=r"JSON|large"):
        http.Answer(status=200, headers={}, body=text.encode()).json()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0.0.0.0",
        "a.localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
    ],
)
def test_this_computer_however_it_is_written(host: str) -> None:
    """Storage must not be led back to this computer by another spelling."""
    origin = origin_of(f"https://{host}/")
    assert origin is not None
    assert near(origin)


@pytest.mark.parametrize("host", ["storage.example", "128.0.0.1", "10.0.0.1", "localhost.example", "[2001:db8::1]"])
def test_other_computers(host: str) -> None:
    """What only looks like it is not this computer."""
    origin = origin_of(f"https://{host}/")
    assert origin is not None
    assert not near(origin)


def _cancelling(token: CancelToken, after: threading.Event) -> threading.Thread:
    def stop() -> None:
        after.wait(10)
        token.cancel()

    thread = threading.Thread(target=stop)
    thread.start()
    return thread


@pytest.mark.parametrize("where", ["no answer", "no reading"])
def test_cancel_frees_a_blocked_request(raw_server: Server, where: str) -> None:
    """Told to stop, a request that waits for a silent peer ends at once, not after the stall time."""
    arrived, hold = threading.Event(), threading.Event()

    def handler(connection: socket.socket) -> None:
        read_all(connection) if where == "no answer" else read_head(connection)
        arrived.set()
        hold.wait(20)

    client, token = _client(), CancelToken()
    body = b"x" if where == "no answer" else bytes(50_000_000)
    request = _request(raw_server(handler), method="PUT", body=body)
    stopper = _cancelling(token, arrived)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        client.send(request, token)
    assert time.monotonic() - began < 15  # the stall time is 60 s
    stopper.join()
    client.close()
    hold.set()


def test_cancel_frees_an_encrypted_request(raw_server: Server) -> None:
    """The same through TLS: the socket below is shut, the layer above survives it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    arrived, hold = threading.Event(), threading.Event()

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            read_head(secure)
            arrived.set()
            hold.wait(20)

    url = raw_server(handler).replace("http://", "https://")
    client, token = Client(lambda _origin: True, trust=lambda: trust), CancelToken()
    stopper = _cancelling(token, arrived)
    with pytest.raises(Cancelled):
        client.send(_request(url), token)
    stopper.join()
    client.close()
    hold.set()


def test_an_untrusted_certificate_is_told_apart(raw_server: Server) -> None:
    """A certificate nobody here trusts is said to be that, not "no connection"; nothing was sent."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            read_head(secure)

    url = raw_server(handler).replace("http://", "https://")
    assert _problem(_client(), _request(url)) == (Kind.UNTRUSTED, False)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10, Kind.OUT_OF_DATE),
        (0x800B0101, Kind.OUT_OF_DATE),
        (-67818, Kind.OUT_OF_DATE),
        (62, Kind.WRONG_HOST),
        (0x800B010F, Kind.WRONG_HOST),
        (-67602, Kind.WRONG_HOST),
        (20, Kind.UNTRUSTED),
        (0, Kind.UNTRUSTED),
    ],
)
def test_what_is_wrong_with_a_certificate(code: int, kind: Kind) -> None:
    """By the codes of Linux, Windows and macOS; what none of them names is not trusted, and nothing more is claimed."""
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "Hostname mismatch, it is for 'a.example'."
    assert _certificate(error) == (kind, "Hostname mismatch, it is for 'a.example'")
    assert _certificate(ssl.SSLCertVerificationError()) == (Kind.UNTRUSTED, "not trusted")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://storage.example/x",
        "https://user:password@storage.example/",
        "https://storage.example\\@evil.example/",
        "https://storage.example/a b",
        "https://storage.example/\r\nX: y",
        "https://[::1/",
        "https://storage.example:99999/",
        "javascript:alert(1)",
        "",
        "https:///x",
        "https://storage.example:0/",
        "https://.storage.example/",
        "https://storage.example./",
        "https://stor\u00e4ge.example/",
    ],
)
def test_odd_addresses_are_none(url: str) -> None:
    """What is no plain web address is refused before anything happens."""
    assert origin_of(url) is None
    assert _problem(_client(), _request(url)) == (Kind.ADDRESS_REFUSED, False)


def test_only_encrypted_or_near() -> None:
    """Http goes to this computer only."""
    assert not safe(("http", "storage.example", 80))
    assert safe(("https", "storage.example", 443))
    assert safe(("http", "127.0.0.1", 8080))
    assert _problem(_client(), _request("http://storage.example/")) == (Kind.ADDRESS_REFUSED, False)


def test_a_client_goes_only_where_it_may(raw_server: Server) -> None:
    """A host that is not the account's own never hears of it."""
    url = raw_server(lambda connection: connection.sendall(OK))
    client = Client(lambda _origin: False)
    assert _problem(client, _request(url)) == (Kind.ADDRESS_REFUSED, False)
