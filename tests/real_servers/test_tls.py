"""TLS as nginx speaks it, proxies as tinyproxy is one: whole uploads to Rails through them, and what a person reads."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.cli.harness import CommandLine, Result
from tests.cli.people import pipe
from tests.real_servers.proxy import HOST, PASSWORD, USER, Proxy
from tests.real_servers.rails_server import Rails
from tests.real_servers.running import free_ports
from tests.store.vault import Vault

Serve = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class Company:
    """A certificate authority of a company's own, with Rails behind its certificates.

    Attributes:
        authority: It.
        ca_file: Its certificate.
        serve: Starts an nginx.
        folder: Where certificates are written.
        rails: The service.
    """

    authority: trustme.CA
    ca_file: Path
    serve: Serve
    folder: Path
    rails: Rails

    def open(self, name: str = "127.0.0.1", *, more: str = "", ends: dt.datetime | None = None) -> int:
        """Let nginx stand before Rails with a certificate for this name; gives its port."""
        [port] = free_ports(1)
        leaf = self.authority.issue_cert(name, not_after=ends)
        pem = self.folder / f"{port}.pem"
        leaf.private_key_and_cert_chain_pem.write_to_path(str(pem))
        self.serve(
            [port],
            http=f"""
            server {{
                listen 127.0.0.1:{port} ssl;
                ssl_certificate {pem};
                ssl_certificate_key {pem};
                {more}
                location / {{ proxy_pass {self.rails.origin}; }}
            }}""",
        )
        return port


@pytest.fixture
def company(serve: Serve, rails: Rails, tmp_path: Path) -> Company:
    """A company's own authority."""
    authority = trustme.CA()
    ca_file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return Company(authority=authority, ca_file=ca_file, serve=serve, folder=tmp_path, rails=rails)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of more than one piece."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(os.urandom(3_000_000))
    return path


def add(cli: CommandLine, company: Company, base: str, *more: str) -> Result:
    """Save an account at Rails; it is tried before."""
    pipe(cli.environment, f"{company.rails.token}\n")
    return cli("accounts", "add", "--service", "circle", "--base", base, *more)


def check_sent(cli: CommandLine, rails: Rails, file: Path) -> None:
    """Send a file by the saved account; Rails has exactly its bytes."""
    result = cli("send", str(file), "--service", "circle", "--target", "upload", "--json")
    assert (result.code, result.problems) == (0, []), result.text or result.err
    [stored] = result.events("stored")
    assert (
        rails.found(signed_id=stored["result"]["signed_id"])["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    )


def test_own_authority(cli: CommandLine, vault: Vault, company: Company, file: Path) -> None:
    """A company's own authority is trusted for the account that names its file, by both clients, and for no other."""
    del vault
    base = f"https://127.0.0.1:{company.open()}/disk"
    without = add(cli, company, base)
    assert without.code == 1
    assert (
        "Certificate is not trusted. 127.0.0.1 answered with a certificate that this computer does not" in without.err
    )
    assert "(unable to get local issuer certificate)" in without.err
    assert "--ca-file PATH" in without.err
    with_it = add(cli, company, base, "--ca-file", str(company.ca_file))
    assert with_it.code == 0, with_it.err
    assert "Signed in as Ann Lee" in with_it.out
    check_sent(cli, company.rails, file)


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        (
            "another.example",
            1,
            (
                "Certificate of another host. What answered for 127.0.0.1 has a certificate for another name, so "
                "nothing was sent. Check the address."
            ),
        ),
        (
            "127.0.0.1",
            -1,
            (
                "Certificate is out of date. The certificate of 127.0.0.1 is not valid at this time (certificate has "
                "expired), so nothing was sent. Check this computer's date and time"
            ),
        ),
    ],
    ids=["wrong name", "expired"],
)
def test_wrong_certificate(name: str, days: int, said: str, cli: CommandLine, vault: Vault, company: Company) -> None:
    """Of a trusted authority, and yet for another host or no longer good: told as that, before the key is sent."""
    del vault
    port = company.open(name, ends=dt.datetime.now(dt.UTC) + dt.timedelta(days=days))
    result = add(cli, company, f"https://127.0.0.1:{port}/disk", "--ca-file", str(company.ca_file))
    assert result.code == 1
    assert said in result.err
    assert "--ca-file PATH" not in result.err


def test_a_client_certificate(cli: CommandLine, vault: Vault, company: Company) -> None:
    """A server that lets nobody in without one: told as that, whatever is shown; with the right one it answers."""
    del vault
    port = company.open(more=f"ssl_client_certificate {company.ca_file}; ssl_verify_client on;")
    base, trusts = f"https://127.0.0.1:{port}/disk", ("--ca-file", str(company.ca_file))
    without = add(cli, company, base, *trusts)
    assert without.code == 1
    assert "A certificate is wanted. 127.0.0.1 lets nobody in who does not show a certificate that it" in without.err
    eve = company.folder / "eve.pem"
    trustme.CA().issue_cert("eve@other.example").private_key_and_cert_chain_pem.write_to_path(str(eve))
    another = add(cli, company, base, *trusts, "--cert-file", str(eve))
    assert another.code == 1
    assert "A certificate is wanted." in another.err
    ann = company.folder / "ann.pem"
    company.authority.issue_cert("ann@acme.example").private_key_and_cert_chain_pem.write_to_path(str(ann))
    with_it = add(cli, company, base, *trusts, "--cert-file", str(ann))
    assert with_it.code == 0, with_it.err
    assert "Signed in as Ann Lee" in with_it.out


def test_old_encryption(cli: CommandLine, vault: Vault, company: Company) -> None:
    """A server that speaks TLS 1.1 at most is not called untrusted: it is said what it must be able to do."""
    del vault
    port = company.open(more="ssl_protocols TLSv1.1; ssl_ciphers DEFAULT:@SECLEVEL=0;")
    result = add(cli, company, f"https://127.0.0.1:{port}/disk", "--ca-file", str(company.ca_file))
    assert result.code == 1
    assert "No safe connection. 127.0.0.1 offers no encryption that is safe enough (no version in common)" in result.err
    assert "must allow TLS 1.2 or newer" in result.err


def test_no_encryption_at_all(cli: CommandLine, vault: Vault, company: Company) -> None:
    """A port that speaks plain HTTP is told as what it is."""
    del vault
    base = company.rails.base("disk").replace("http:", "https:")
    result = add(cli, company, base, "--ca-file", str(company.ca_file))
    assert result.code == 1
    assert "(what answers there is not TLS), so nothing was sent. Check the address and its port" in result.err


# ----------------------------------------------------------------------------------------------------------- proxies
@pytest.fixture
def proxy(place: Callable[[str], Path]) -> Iterator[Callable[[bool], Proxy]]:
    """Start a proxy: `proxy(sign_in)`; it ends with the test."""
    started: list[Proxy] = []

    def start(sign_in: bool) -> Proxy:
        [port] = free_ports(1)
        started.append(Proxy(place(f"proxy-{port}"), sign_in=sign_in))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.mark.parametrize("sign_in", [False, True], ids=["open", "sign-in"])
def test_proxy(
    sign_in: bool, cli: CommandLine, vault: Vault, company: Company, proxy: Callable[[bool], Proxy], file: Path
) -> None:
    """Through a proxy, with its sign-in or without, everything goes: the keys to the service, the bytes to storage."""
    del vault
    server = proxy(sign_in)
    user = f"{USER}:{PASSWORD}@" if sign_in else ""
    cli.environment.setenv("HTTPS_PROXY", f"http://{user}127.0.0.1:{server.port}")
    base = f"https://{HOST}:{company.open(HOST)}/disk"
    added = add(cli, company, base, "--ca-file", str(company.ca_file))
    assert added.code == 0, added.err
    check_sent(cli, company.rails, file)
    assert server.connects >= 2
    assert PASSWORD not in "".join(result.out + result.err for result in cli.results)


@pytest.mark.parametrize(("user", "status"), [("", 407), (f"{USER}:wrong@", 401)], ids=["nobody", "wrong"])
def test_proxy_refuses(
    user: str, status: int, cli: CommandLine, vault: Vault, company: Company, proxy: Callable[[bool], Proxy]
) -> None:
    """A proxy that does not know who asks is named, with its status, and not the service behind it."""
    del vault
    server = proxy(True)
    cli.environment.setenv("HTTPS_PROXY", f"http://{user}127.0.0.1:{server.port}")
    result = add(cli, company, f"https://{HOST}:{company.open(HOST)}/disk", "--ca-file", str(company.ca_file))
    assert result.code == 1
    assert f"Proxy wants a sign-in. The proxy between here and {HOST} takes nobody without the right name" in result.err
    assert (
        f"(127.0.0.1: status {status}). Give them in the environment: HTTPS_PROXY=http://NAME:PASSWORD@" in result.err
    )
    assert "wrong" not in result.err


def test_proxy_is_not_asked_for_this_computer(
    cli: CommandLine, vault: Vault, company: Company, proxy: Callable[[bool], Proxy], file: Path
) -> None:
    """What is on this computer is reached directly, whatever the proxy; over IPv6 as well."""
    del vault
    server = proxy(True)
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        cli.environment.setenv(name, f"http://127.0.0.1:{server.port}")
    added = add(cli, company, company.rails.base("disk").replace("127.0.0.1", "[::1]"))
    assert added.code == 0, added.err
    check_sent(cli, company.rails, file)
    assert server.connects == 0
