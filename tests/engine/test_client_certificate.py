"""A certificate that an account shows: to its own hosts and to nobody else, and each mistake with its sentence."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.engine.conftest import Handler, read_head
from tests.engine.fakes import FakeClock
from uploader_gui.core import words
from uploader_gui.core.accounts import PASSPHRASE, Certificate
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import ACTIONS, Action, Kind, Problem, UploadError
from uploader_gui.engine.http import Client, Request
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account, AccountError, Session, check_account
from uploader_gui.engine.trust import wants_passphrase
from uploader_gui.services import catalogue

Server = Callable[[Handler], str]
CLOSE = catalogue.find("close")
SECRET = "a passphrase of Ärger"


class Company:
    """A company's authority, which vouches for servers and for people.

    Args:
        folder: Where files go.
    """

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.folder = folder
        self.ca_file = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(self.ca_file))
        self.seen: list[str] = []

    def certificate(self, name: str = "ann@acme.example", *, apart: bool = False, locked: bool = False) -> Certificate:
        """Somebody's certificate: with its key, the key apart, or the key under a passphrase."""
        leaf = self.authority.issue_cert(name)
        chain = b"".join(one.bytes() for one in leaf.cert_chain_pems)
        key = leaf.private_key_pem.bytes()
        if locked:
            plain = self.folder / "plain.key"
            plain.write_bytes(key)
            made = subprocess.run(
                ["openssl", "pkcs8", "-topk8", "-in", str(plain), "-passout", f"pass:{SECRET}"],
                capture_output=True,
                check=True,
            )
            key = made.stdout
            plain.unlink()
        stem = name.partition("@")[0]
        file, other = self.folder / f"{stem}.pem", self.folder / f"{stem}.key"
        file.write_bytes(chain if apart else key + chain)
        other.write_bytes(key)
        return Certificate(file=file, key=other if apart else None)

    def context(self, version: ssl.TLSVersion, *, asks: bool = True) -> ssl.SSLContext:
        """A server's side, which asks for a certificate of the authority's or lets nobody in."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("127.0.0.1").configure_cert(context)
        context.minimum_version = context.maximum_version = version
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            self.authority.configure_trust(context)
        else:
            context.verify_mode = ssl.CERT_OPTIONAL
            self.authority.configure_trust(context)
        return context

    def handler(self, context: ssl.SSLContext) -> Handler:
        """Answers who shows the right one, and notes who that was; "" for nobody."""

        def handle(connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secure:
                try:
                    secure.do_handshake()
                except ssl.SSLError:
                    # As servers do: what comes is read, so that the alert is not lost with a connection that is reset.
                    socket.socket.shutdown(secure, socket.SHUT_WR)
                    while socket.socket.recv(secure, 4096):
                        pass
                    return
                read_head(secure)
                shown: dict[str, Any] = dict(secure.getpeercert() or {})
                self.seen.append(",".join(name for _kind, name in shown.get("subjectAltName", ())))
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

        return handle


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company."""
    return Company(tmp_path)


@pytest.fixture
def lane() -> Iterator[Lane]:
    """A lane without work."""
    clock = FakeClock()
    made = Lane(Queue(clock=clock, listener=lambda _event: None), clock)
    yield made
    for client in made._clients.values():
        client.close()


def _account(company: Company, base: str, certificate: Certificate | None, passphrase: str = "") -> Account:
    values = {"api_key": "key", **({PASSPHRASE: passphrase} if passphrase else {})}
    return Account(service=CLOSE, base=base, values=values, ca_file=company.ca_file, certificate=certificate)


def _ask(client: Client, base: str) -> int:
    request = Request(method="GET", url=f"{base}/me/", step="check", service="Close")
    return client.send(request, CancelToken()).status


def _refused(client: Client, base: str) -> Problem:
    with pytest.raises(UploadError) as caught:
        _ask(client, base)
    return caught.value.problem


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("form", ["one file", "apart", "locked", "locked apart"])
def test_it_is_shown(form: str, version: ssl.TLSVersion, company: Company, lane: Lane, raw_server: Server) -> None:
    """The account's own client shows it, whatever the files are like; the server sees whose it is."""
    base = raw_server(company.handler(company.context(version))).replace("http:", "https:")
    locked = "locked" in form
    certificate = company.certificate(apart="apart" in form, locked=locked)
    assert wants_passphrase(certificate) is locked
    account = _account(company, base, certificate, SECRET if locked else "")
    check_account(account)
    assert _ask(lane.account_client(account), base) == 200
    assert company.seen == ["ann@acme.example"]


def test_storage_never_sees_it(company: Company, lane: Lane, raw_server: Server) -> None:
    """Storage that asks for one gets none, and neither does another account's client, nor one with another."""
    context = company.context(ssl.TLSVersion.TLSv1_3, asks=False)
    base = raw_server(company.handler(context)).replace("http:", "https:")
    ann = _account(company, base, company.certificate())
    bob = _account(company, base, company.certificate("bob@acme.example"))
    nobody = _account(company, base, None)
    for client in (
        lane.account_client(ann), lane.storage_client(ann), lane.account_client(nobody), lane.account_client(bob),
        lane.storage_client(nobody), lane.account_client(ann),
    ):  # fmt: skip
        assert _ask(client, base) == 200
    assert company.seen == ["ann@acme.example", "", "", "bob@acme.example", "", "ann@acme.example"]


def test_a_proxy_never_sees_it(
    company: Company, lane: Lane, raw_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that is talked to by TLS and asks for a certificate is shown none."""
    asked: list[object] = []
    context = company.context(ssl.TLSVersion.TLSv1_3, asks=False)

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            asked.append((read_head(secure)[:7], secure.getpeercert() or None))
            secure.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    proxy = raw_server(handle).replace("http:", "https:")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)
    base = "https://service.test"
    account = _account(company, base, company.certificate())
    assert _refused(lane.account_client(account), base).kind is Kind.PROXY
    assert asked == [(b"CONNECT", None)]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("whose", ["none", "of another company"])
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have words of their own")
def test_the_server_wants_another(
    whose: str, version: ssl.TLSVersion, company: Company, lane: Lane, raw_server: Server, tmp_path: Path
) -> None:
    """A server that lets nobody in without one says so in TLS: told as that, and nothing of the request was taken."""
    base = raw_server(company.handler(company.context(version))).replace("http:", "https:")
    other = tmp_path / "other"
    other.mkdir()
    certificate = None if whose == "none" else Company(other).certificate("eve@other.example")
    problem = _refused(lane.account_client(_account(company, base, certificate)), base)
    if whose == "none" and version is ssl.TLSVersion.TLSv1_2:
        # Before TLS 1.3 there was no alert of its own for it: it is told as what it may be.
        assert problem.kind is Kind.NO_ENCRYPTION
        assert "it may want a client certificate" in words.describe(problem).text
        assert Action.CHANGE_ACCOUNT in ACTIONS[problem.kind]
    else:
        assert problem.kind is Kind.CERTIFICATE_WANTED
        assert problem.detail == ("certificate required" if whose == "none" else "unknown ca")
    assert not problem.sent
    assert not company.seen


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("gone", "The file ann.pem of the client certificate is not there"),
        ("key gone", "The file ann.key of the client certificate is not there"),
        ("p12", "There is no certificate in PEM form"),
        ("no key", "key is not in its file"),
        ("another key", "do not belong together"),
        ("wrong passphrase", "does not open with this passphrase"),
        ("no passphrase", "wants its passphrase"),
        ("broken", "cannot be read. Choose other files"),
    ],
)
def test_each_mistake_has_its_sentence(kind: str, says: str, company: Company) -> None:
    """Before anything is sent, and without ever asking for a passphrase by itself."""
    locked = "passphrase" in kind
    certificate = company.certificate(apart=kind in {"key gone", "another key", "no key"}, locked=locked)
    match kind:
        case "gone":
            certificate.file.unlink()
        case "key gone":
            assert certificate.key is not None
            certificate.key.unlink()
        case "p12":
            certificate.file.write_bytes(b"\x30\x82\x0a\x00")
        case "no key":
            certificate = Certificate(file=certificate.file)
        case "another key":
            certificate = Certificate(
                file=certificate.file, key=company.certificate("bob@acme.example", apart=True).key
            )
        case "broken":
            content = certificate.file.read_bytes()
            certificate.file.write_bytes(content.replace(b"MII", b"MIJ"))
    account = _account(company, CLOSE.account.base, certificate, "wrong" if kind == "wrong passphrase" else "")
    with pytest.raises(AccountError) as caught:
        check_account(account)
    assert says in caught.value.sentence
    assert str(company.folder) not in caught.value.sentence


def test_the_passphrase_is_a_secret(company: Company) -> None:
    """Not known to a service file, in no text about the account, and struck out of whatever a service says."""
    account = _account(company, CLOSE.account.base, company.certificate(locked=True), SECRET)
    session = Session(account, FakeClock())
    assert SECRET not in str((account, account.public, session.scope(), session.account.way))
    assert SECRET in account.secrets
    assert SECRET not in session.scrubbed(f"it is {SECRET}")
    assert account.way.fields == ("api_key",)
