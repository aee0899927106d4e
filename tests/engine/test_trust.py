"""A certificate authority's file of an account's own: trusted beside the system's, for this account only."""

import os
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.cli.tls import Tunnel
from tests.engine.fakes import FakeClock
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine.http import Request, system_trust
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
