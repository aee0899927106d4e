"""Through a real proxy: signed in or told to, its password nowhere, and never to this computer itself."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.canaries import leaks
from tests.cli.harness import CommandLine, Result, attached, print_of
from tests.cli.people import pipe
from tests.cli.tls import Tunnel
from tests.proxied import RealProxy
from tests.store.vault import Vault
from uploader_gui.core.settings import Settings
from uploader_gui.practice import SAMPLES
from uploader_gui.store import settings
from uploader_gui.store.paths import places

NAME = "acme.tst"  # eight signs: see Tunnel
ANN = ("ACME\\änn", "p@ss:w/rd#4%kZ9")
LEAD = f"lead={SAMPLES['close']['lead']}"


@pytest.fixture(scope="module")
def proxy() -> Iterator[RealProxy]:
    """A proxy that takes Ann and nobody else."""
    with RealProxy(ANN) as running:
        yield running


@pytest.fixture
def far(cli: CommandLine, vault: Vault, tmp_path: Path) -> Iterator[str]:
    """The practice service at an address that only the proxy finds; gives the base."""
    del vault
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with Tunnel(authority, cli.practice, NAME) as tunnel:
        yield f"https://{NAME}:{tunnel.port}/close/api/v1"


def add(cli: CommandLine, base: str, authority: Path) -> Result:
    """Add an account at that address."""
    pipe(cli.environment, cli.practice.account("close")["api_key"])
    return cli("accounts", "add", "--service", "close", "--base", base, "--ca-file", str(authority))


def secret_forms() -> list[str]:
    """A proxy's password, alone and as it goes out."""
    return [ANN[1], base64.b64encode(":".join(ANN).encode()).decode()]


def check_nothing_kept(cli: CommandLine, *results: Result) -> None:
    """The proxy's password is in no file of ours and in nothing that was shown."""
    batches = {path.name.partition(".")[0] for path in (places().logs / "traces").glob("*.jsonl")} - {"none"}
    shown = [*results, cli("diagnostics"), *(cli("trace", batch, "--curl") for batch in batches)]
    for result in shown:
        assert not leaks((result.out + result.err).encode(), secret_forms())
    files = [path for path in places().data.parent.rglob("*") if path.is_file()]
    assert any(path.name.startswith("uploader-gui.log") for path in files)
    for path in files:
        assert not leaks(path.read_bytes(), secret_forms()), path


def test_signed_in(
    cli: CommandLine, far: str, proxy: RealProxy, offer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With name and password in the environment everything goes through it: service and storage, each whole."""
    monkeypatch.setenv("HTTPS_PROXY", proxy.address(ANN))
    before = len(proxy.asked)
    added = add(cli, far, tmp_path / "authority.pem")
    assert added.code == 0, added.err
    sent = cli("send", str(offer), "--service", "close", "--target", "note", "--set", LEAD, "--json")
    assert sent.code == 0, sent.out + sent.err
    assert [set(files) for files in attached(cli.practice, "close")] == [{print_of(offer)}]
    port = far.split(":")[2].partition("/")[0]
    asked = proxy.asked[before:]
    assert set(asked) == {f"{NAME}:{port}"}
    assert len(asked) >= 3, "the account, storage, and the attach, which has a connection of its own"
    # It is for the proxy alone: neither the service nor storage hears of it.
    assert not [one for one in cli.practice.world.requests if "proxy-authorization" in one.headers]
    check_nothing_kept(cli, added, sent)


@pytest.mark.parametrize("sign_in", [None, (ANN[0], "wrong-4kP9x")], ids=["nobody", "a wrong password"])
def test_not_signed_in(
    sign_in: tuple[str, str] | None,
    cli: CommandLine,
    far: str,
    proxy: RealProxy,
    offer: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """407 is told as what it is, with the way out; nothing has come to the service, and no password is shown."""
    monkeypatch.setenv("HTTPS_PROXY", proxy.address(ANN))
    assert add(cli, far, tmp_path / "authority.pem").code == 0
    monkeypatch.setenv("HTTPS_PROXY", proxy.address(sign_in))
    before = len(cli.practice.world.requests)
    sent = cli("send", str(offer), "--service", "close", "--target", "note", "--set", LEAD, "--json")
    assert (sent.code, sent.problems) == (1, ["proxy_sign_in"])
    assert "takes nobody without the right name and password (127.0.0.1: status 407)" in sent.text
    assert "HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT" in sent.text
    assert "wrong-4kP9x" not in sent.out + sent.err
    assert len(cli.practice.world.requests) == before
    check_nothing_kept(cli, sent)


def test_this_computer_never(cli: CommandLine, proxy: RealProxy, offer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on this computer is reached without it, whatever the environment says, and whatever it exempts."""
    before = len(proxy.asked)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.address(ANN))
    monkeypatch.setenv("no_proxy", "example.test")
    assert cli.send("close", offer, target="note", inputs={"lead": SAMPLES["close"]["lead"]}).code == 0
    assert proxy.asked[before:] == []


@pytest.mark.parametrize(
    ("address", "kind", "why"),
    [
        ("http://127.0.0.1:9", "unreachable", "(the proxy 127.0.0.1: refused)"),
        ("http://ann:pa#ss4kP9x@127.0.0.1:9", "proxy", "its address cannot be read: in a name or password @ is"),
        ("http://ann:pass4kP9x@[127", "proxy", "its address cannot be read"),
        ("http://ann:pass4kP9x@127.0.0.1:port", "proxy", "its address cannot be read"),
        ("socks4://ann:pass4kP9x@127.0.0.1:9", "proxy", "only HTTP proxies can be used"),
        ("quic://ann:pass4kP9x@127.0.0.1:9", "proxy", "only HTTP proxies can be used"),
    ],
)
def test_one_that_is_none(
    address: str, kind: str, why: str, cli: CommandLine, offer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is down or badly written is named as what is in the way; what is in its address is not shown."""
    monkeypatch.setenv("HTTPS_PROXY", address)
    cli.sign_in("close")
    sent = cli("send", str(offer), "--service", "close", "--base", "https://service.test", "--json")
    assert (sent.code, sent.problems) == (1, [kind])
    assert why in sent.text
    assert "4kP9x" not in sent.out + sent.err


def test_as_the_settings_say(
    cli: CommandLine, far: str, offer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that was chosen in the window's settings is used here too, whatever the environment says."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with RealProxy() as own:
        settings.write(Settings(proxy=own.address()))
        assert add(cli, far, tmp_path / "authority.pem").code == 0
        result = cli("send", str(offer), "--service", "close", "--target", "note", "--set", LEAD)
        assert result.code == 0, result.err
        assert own.asked
