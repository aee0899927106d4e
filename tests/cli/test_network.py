"""What is wrong with the way there is told in a sentence that names the host and the way out; nothing is attached."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from tests.cli.harness import CommandLine, Result, kept, keys
from uploader_gui.practice import SAMPLES, Fault

LEAD = f"lead={SAMPLES['close']['lead']}"
Serve = Callable[[Callable[[socket.socket], None]], int]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Some file."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(os.urandom(1000))
    return path


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Let a function deal with every connection to a port of this computer."""
    servers: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(deal: Callable[[socket.socket], None]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def loop() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=deal, args=(connection,), daemon=True))
                threads[-1].start()

        threads.append(threading.Thread(target=loop, daemon=True))
        threads[-1].start()
        port: int = server.getsockname()[1]
        return port

    yield start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
    for thread in threads:
        thread.join(5)


def send(cli: CommandLine, file: Path, base: str, target: str = "upload") -> Result:
    """Send a file to Close at another address."""
    cli.sign_in("close")
    inputs = ["--set", LEAD] if target == "note" else []
    return cli("send", str(file), "--service", "close", "--base", base, "--target", target, *inputs, "--json")


@pytest.mark.parametrize("target", ["upload", "note"])
def test_no_network(target: str, cli: CommandLine, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that cannot be resolved is tried again some times; then the network is named as what to check."""

    def nobody(*_arguments: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    result = send(cli, file, "https://service.test", target)
    assert (result.code, result.problems) == (1, ["no_network"])
    assert "service.test cannot be found from here. Check the network connection" in result.text
    assert cli.clock.skipped > 10, "it is tried again, further and further apart"


def test_connection_refused(cli: CommandLine, file: Path) -> None:
    """Where nobody listens, the host is named."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = send(cli, file, f"http://127.0.0.1:{port}")
    assert (result.code, result.problems) == (1, ["unreachable"])
    assert "127.0.0.1 does not take connections (refused)." in result.text


def shake(authority: trustme.CA) -> Callable[[socket.socket], ssl.SSLSocket | None]:
    """Make a function that begins TLS on a connection, as a server that this authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def begin(connection: socket.socket) -> ssl.SSLSocket | None:
        try:
            return context.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return None

    return begin


def test_untrusted_certificate(cli: CommandLine, file: Path, serve: Serve) -> None:
    """A certificate that this computer does not trust ends it at once, before the key was sent."""
    begin, heard = shake(trustme.CA()), []

    def deal(connection: socket.socket) -> None:
        if (secure := begin(connection)) is not None:
            with secure:
                heard.append(secure.recv(1))

    result = send(cli, file, f"https://127.0.0.1:{serve(deal)}")
    assert (result.code, result.problems) == (1, ["untrusted"])
    assert "a certificate that this computer does not trust" in result.text
    assert not b"".join(heard)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have their own stores")
def test_trusted_certificate(cli: CommandLine, file: Path, serve: Serve, tmp_path: Path) -> None:
    """A certificate of an authority the system was told about is trusted, and all goes through TLS."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    begin = shake(authority)
    practice = cli.practice

    def deal(connection: socket.socket) -> None:
        secure = begin(connection)
        if secure is None:
            return
        with secure, socket.create_connection(("127.0.0.1", practice.port)) as inner:
            back = threading.Thread(target=pump, args=(inner, secure, b"", b""))
            back.start()
            # The practice service answers to its own name only.
            pump(secure, inner, f"127.0.0.1:{port}".encode(), f"127.0.0.1:{practice.port}".encode())
            back.join()

    port = serve(deal)
    env = {**os.environ, **keys(practice, "close"), "SSL_CERT_FILE": str(tmp_path / "authority.pem")}
    base = f"https://127.0.0.1:{port}/close/api/v1"
    where = ["--service", "close", "--base", base, "--target", "note", "--set", LEAD]
    command = [sys.executable, "-m", "uploader_gui", "send", str(file), *where]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(practice.world.attachments("close")) == 1


def pump(source: socket.socket, sink: socket.socket, old: bytes, new: bytes) -> None:
    """Carry bytes from one socket to another, with one text in place of another."""
    try:
        while block := source.recv(65536):
            sink.sendall(block.replace(old, new) if old else block)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_refusing_proxy(cli: CommandLine, file: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that refuses is named with its status; the key never leaves."""
    heard: list[bytes] = []

    def deal(connection: socket.socket) -> None:
        with connection:
            heard.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{serve(deal)}")
    result = send(cli, file, "https://service.test")
    assert (result.code, result.problems) == (1, ["proxy"])
    assert "(127.0.0.1: status 403). Check its address in the environment (HTTPS_PROXY)" in result.text
    assert heard[0].startswith(b"CONNECT service.test:443 ")
    assert b"uthorization" not in b"".join(heard)


def test_account_that_cannot_be_named(cli: CommandLine, file: Path) -> None:
    """Whose the account is, is asked before anything is sent; an answer that does not say it is no reason to stop."""
    cli.practice.misbehave(Fault(kind="broken_json", service="close", step="check"))
    assert send(cli, file, cli.practice.base("close"), "note").code == 0
    assert [batch.whose for batch in kept(ended=True)] == [None]
    assert send(cli, file, cli.practice.base("close"), "note").code == 0
    assert kept(ended=True)[1].whose == "Ann Lee, Acme Sales"
    assert kept(ended=True)[1].base == cli.practice.base("close")


def test_account_that_cannot_be_asked(cli: CommandLine, file: Path) -> None:
    """Where the key would be sent elsewhere, nothing is begun and nothing is kept."""
    cli.practice.misbehave(Fault(kind="redirect", service="close", step="check"))
    result = send(cli, file, cli.practice.base("close"), "note")
    assert (result.code, result.problems) == (1, ["redirected"])
    assert kept() == []
    assert cli.asked("close", "sign") == 0
