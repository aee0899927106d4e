"""A certificate authority's file of an account's own: trusted beside the system's, for this account only."""

import os
import socket
import ssl
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.cli.tls import Tunnel
from tests.engine.conftest import Handler, read_head
from tests.engine.fakes import FakeClock
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine.http import Client, Request, system_trust
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account
from uploader_gui.engine.trust import MOST, AuthorityError, trust_with
from uploader_gui.practice import PracticeService
from uploader_gui.services import catalogue


@pytest.fixture
def authority() -> trustme.CA:
    """An authority that no system knows."""
    return trustme.CA()


@pytest.fixture
def lane() -> Iterator[Lane]:
    """A lane without work."""
    clock = FakeClock()
    made = Lane(Queue(clock=clock, listener=lambda _event: None), clock)
    yield made
    for client in made._clients.values():
        client.close()


def _der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.decode())


def _given(context: ssl.SSLContext) -> list[bytes]:
    """The certificates that were put into a context."""
    inner: ssl.SSLContext = getattr(context, "_ctx")  # noqa: B009 - truststore's own, which mypy does not know
    return inner.get_ca_certs(binary_form=True)


@pytest.mark.parametrize("form", ["pem", "der", "several", "with more"])
def test_its_forms(form: str, authority: trustme.CA, tmp_path: Path) -> None:
    """As companies hand it out; the system's own list is trusted as well and not changed."""
    pem, other = authority.cert_pem.bytes(), trustme.CA().cert_pem.bytes()
    content, count = {
        "pem": (pem, 1),
        "der": (_der(pem), 1),
        "several": (other + pem, 2),
        "with more": ("Die Zertifizierungsstelle für alle\n".encode() + pem + b"-----BEGIN PRIVATE KEY-----\nx", 1),
    }[form]
    path = tmp_path / "authority"
    path.write_bytes(content)
    context = trust_with(path)
    assert len(_given(context)) == count
    assert _der(pem) in _given(context)
    assert _der(pem) not in _given(system_trust())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "There is no certificate in the file"),
        (b"no certificate", "There is no certificate in the file"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "There is no certificate in the file"),
        (b"x" * (MOST + 1), "too large"),
        (None, "is not there"),
    ],
    ids=["empty", "text", "broken", "large", "missing"],
)
def test_what_is_none(content: bytes | None, why: str, tmp_path: Path) -> None:
    """It has its sentence; a pipe that nobody writes to is not waited for."""
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AuthorityError) as caught:
        trust_with(path)
    assert why in caught.value.sentence
    if hasattr(os, "mkfifo"):
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        with pytest.raises(AuthorityError):
            trust_with(pipe)


@pytest.mark.parametrize("kind", ["account_client", "storage_client"])
def test_for_this_account_only(
    kind: str, lane: Lane, authority: trustme.CA, practice: PracticeService, tmp_path: Path
) -> None:
    """Both clients of a lane trust it for the account that names it; those of the next account do not."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    with Tunnel(authority, practice) as tunnel:
        base = f"https://127.0.0.1:{tunnel.port}/close/api/v1"
        service, values = catalogue.find("close"), practice.account("close")
        request = Request(method="GET", url=f"{base}/me/", step="check", service="Close")
        account = Account(service=service, base=base, values=values, ca_file=path)
        assert getattr(lane, kind)(account).send(request, CancelToken()).status == 401, "nobody has signed in"
        path.unlink()
        assert getattr(lane, kind)(account).send(request, CancelToken(), fresh=True).status == 401
        with pytest.raises(UploadError) as caught:
            getattr(lane, kind)(Account(service=service, base=base, values=values)).send(request, CancelToken())
        assert caught.value.problem.kind is Kind.UNTRUSTED


TODAY = datetime.now(UTC)
CERTIFICATES = {
    "another name": ("service.test", -1, 1, Kind.WRONG_HOST, "mismatch"),
    "another address": ("127.0.0.2", -1, 1, Kind.WRONG_HOST, "mismatch"),
    "expired": ("127.0.0.1", -2, -1, Kind.OUT_OF_DATE, "expired"),
    "not yet": ("127.0.0.1", 1, 2, Kind.OUT_OF_DATE, "not yet valid"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems check in words of their own")
@pytest.mark.parametrize("kind", CERTIFICATES)
def test_trusted_and_yet_not(
    kind: str, authority: trustme.CA, raw_server: Callable[[Handler], str], tmp_path: Path
) -> None:
    """An authority that is trusted vouches for a name and for a time: else it is said why, and nothing was sent."""
    name, first, last, problem, why = CERTIFICATES[kind]
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    first_day, last_day = TODAY + timedelta(days=first), TODAY + timedelta(days=last)
    authority.issue_cert(name, not_before=first_day, not_after=last_day).configure_cert(context)
    heard: list[bytes] = []

    def handler(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            heard.append(read_head(secure))

    client = Client(lambda _origin: True, trust=lambda: trust_with(path))
    url = raw_server(handler).replace("http://", "https://")
    with pytest.raises(UploadError) as caught:
        client.send(Request(method="GET", url=url, step="check", service="Close"), CancelToken())
    client.close()
    assert (caught.value.problem.kind, caught.value.problem.sent) == (problem, False)
    assert why in caught.value.problem.detail
    assert not b"".join(heard)
