"""The way to a service, station by station: what is right, what is wrong, and never the key."""

import socket
from pathlib import Path

import pytest
import trustme

from tests.cli.harness import CommandLine
from tests.cli.people import add, key_of, pipe
from tests.cli.tls import Tunnel
from tests.proxied import RealProxy
from tests.store.vault import Vault
from uploader_gui.core.settings import Settings
from uploader_gui.practice import PracticeService
from uploader_gui.store import settings


def details(cli: CommandLine) -> dict[str, str]:
    """The stations that `accounts test --details` tells of, by name."""
    result = cli("accounts", "test", "--details")
    told = [line.split(":", 1) for line in result.out.splitlines() if line.startswith("  ")]
    assert key_of(cli.practice) not in result.out + result.err
    return {what.strip(): text.strip() for what, text in told}


def far(cli: CommandLine, base: str, *more: str) -> None:
    """Add an account at another address, untested."""
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    assert cli("accounts", "add", "--service", "close", "--base", base, "--no-test", *more).code == 0


def test_on_this_computer(cli: CommandLine, vault: Vault) -> None:
    """Nothing is on the way; without the option nothing is told of it. Its own request carries no key."""
    del vault
    add(cli, "--name", "Work")
    assert "clock" not in cli("accounts", "test").out
    before = len(cli.practice.world.requests)
    found = details(cli)
    assert found["proxy"] == "none"
    assert found["name"].startswith("leads to 127.0.0.1 (")
    assert found["encryption"] == "none: it is this very computer"
    assert found["clock"].startswith("right, within ")
    looked, asked = cli.practice.world.requests[before:]
    assert "authorization" not in looked.headers
    assert "authorization" in asked.headers


@pytest.mark.parametrize(("seconds", "told", "which"), [(330, "5 min ", "behind"), (-7230, "2 h ", "ahead of")])
def test_a_wrong_clock(seconds: int, told: str, which: str, cli: CommandLine, vault: Vault) -> None:
    """It is told by how much this computer's is wrong, against what the service says."""
    del vault
    with PracticeService() as practice:
        add(cli, "--name", "Work", practice=practice)
        cli.clock.skipped -= seconds
        clock = details(cli)["clock"]
    assert clock.startswith(told)
    assert clock.endswith(f"{which} the service's: set this computer's clock")


def test_encrypted(cli: CommandLine, vault: Vault, tmp_path: Path) -> None:
    """Who vouches for it and until when; where nobody here trusts that, the account's test says so."""
    del vault
    authority = trustme.CA(organization_name="Acme Authority")
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with Tunnel(authority, cli.practice) as tunnel:
        base = f"https://127.0.0.1:{tunnel.port}/close/api/v1"
        far(cli, base, "--name", "Work", "--ca-file", str(tmp_path / "authority.pem"))
        assert details(cli)["encryption"].startswith("TLSv1.3; Acme Authority vouches for it until ")
        assert cli("accounts", "change", "Work", "--service", "close", "--no-ca-file", "--no-test").code == 0
        found = details(cli)
        assert found["encryption"] == "not come to: see below"
        assert found["clock"] == "not told: the service did not answer"


def test_nowhere(cli: CommandLine, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads nowhere."""
    del vault

    def nobody(*_arguments: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    far(cli, "https://service.test/api", "--name", "Work")
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    found = details(cli)
    assert found["address"] == "service.test:443"
    assert found["name"] == "leads nowhere: check the network connection and the address"


def test_through_a_proxy(cli: CommandLine, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which one, and whether it is told who we are; not what its password is. One that is none is told as that."""
    del vault
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with Tunnel(authority, cli.practice, "acme.tst") as tunnel, RealProxy(("ann", "secret4kP9")) as proxy:
        base = f"https://acme.tst:{tunnel.port}/close/api/v1"
        far(cli, base, "--name", "Work", "--ca-file", str(tmp_path / "authority.pem"))
        monkeypatch.setenv("HTTPS_PROXY", proxy.address(("ann", "secret4kP9")))
        result = cli("accounts", "test", "--details")
        assert result.code == 0, result.err
        assert f"127.0.0.1:{proxy.port}, with a name and password" in result.out
        assert "looked up by the proxy" in result.out
        assert "not looked at: it goes through the proxy" in result.out
        assert "right, within" in result.out
        monkeypatch.setenv("HTTPS_PROXY", "http://ann:secret4kP9@[x")
        told = cli("accounts", "test", "--details")
        assert "cannot be used: its address cannot be read" in told.out
        for one in (result, told):
            assert "secret4kP9" not in one.out + one.err


def test_through_the_settings_proxy(
    cli: CommandLine, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the way that files go: by the proxy that was chosen in the window, whatever the environment says."""
    del vault
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with Tunnel(authority, cli.practice, "acme.tst") as tunnel, RealProxy() as proxy:
        base = f"https://acme.tst:{tunnel.port}/close/api/v1"
        far(cli, base, "--name", "Work", "--ca-file", str(tmp_path / "authority.pem"))
        monkeypatch.setenv("HTTPS_PROXY", "http://ann:secret@[x")
        settings.write(Settings(proxy=proxy.address()))
        found = details(cli)
    assert found["proxy"] == f"127.0.0.1:{proxy.port}, without a name and password"
    assert found["name"] == "looked up by the proxy"
