"""What is wrong on the way to a service, solved in the window: certificates, encryption, proxies, silence."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from tests.cli.tls import Tunnel
from tests.gui.driver import Driver
from tests.gui.needs import LEAD, NOTE, Scene, Trouble, drive, fault, params, save_account
from tests.proxied import RealProxy
from tests.store.vault import Vault
from uploader_gui.core.problems import Action, Kind
from uploader_gui.core.settings import Settings
from uploader_gui.practice import PracticeService, RequestSeen

pytestmark = pytest.mark.slow
NAME = "acme.tst"  # eight signs: see Tunnel
ANN = ("ann", "right-4kP9x")


class Way:
    """A way to the practice service that can be spoilt, and mended.

    Args:
        tunnel: The TLS on it.
        folder: Where certificates are written.
    """

    def __init__(self, tunnel: Tunnel, authority: trustme.CA, folder: Path) -> None:
        self.tunnel = tunnel
        self.authority = authority
        self.folder = folder
        self.proxies: dict[str, str] = {}

    def fine(self) -> None:
        """Let everything be fine."""
        self.tunnel.vouch(self.authority)

    def later(self, scene: Scene, spoil: Callable[[], object]) -> None:
        """Spoil it once the window has asked who the account is: the first file meets it."""

        def asked(request: RequestSeen) -> None:
            if "check" in request.steps:
                scene.practice.world.on_request = None
                spoil()

        scene.practice.world.on_request = asked
        scene.drop(NOTE, LEAD, scene.files())


WAYS: dict[Scene, Way] = {}


def way(scene: Scene) -> Way:
    """The way of this scene."""
    return WAYS[scene]


def mended(scene: Scene) -> None:
    """It is put right over there."""
    way(scene).fine()


def untrusted(scene: Scene) -> None:
    """Vouched for by an authority that nobody here knows."""
    other = trustme.CA()
    other.cert_pem.write_to_path(str(way(scene).folder / "other.pem"))
    way(scene).later(scene, lambda: way(scene).tunnel.vouch(other))


def trust_it(scene: Scene) -> None:
    """The account trusts that authority too."""
    scene.hand.form.more.authority.setText(str(way(scene).folder / "other.pem"))


def expired(scene: Scene) -> None:
    """A certificate that is over."""
    ends = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    way(scene).later(scene, lambda: way(scene).tunnel.vouch(way(scene).authority, ends=ends))


def misnamed(scene: Scene) -> None:
    """A certificate for another name."""
    way(scene).later(scene, lambda: way(scene).tunnel.vouch(way(scene).authority, name="another.example"))


def closed_to_strangers(scene: Scene) -> None:
    """Nobody is let in without a certificate of the company's."""
    there = way(scene)
    there.later(scene, lambda: there.tunnel.vouch(there.authority, asks=True))


def show_one(scene: Scene) -> None:
    """The account shows one, which the company has made for Ann; the key is filled in for it."""
    file = way(scene).folder / "ann.pem"
    way(scene).authority.issue_cert("ann@acme.example").private_key_and_cert_chain_pem.write_to_path(str(file))
    scene.hand.form.more.shown.setText(str(file))
    scene.hand.fill(scene.practice.account("close"))


def unencrypted(scene: Scene) -> None:
    """No TLS at all."""
    way(scene).later(scene, way(scene).tunnel.unlock)


def closed(scene: Scene) -> None:
    """Nobody listens."""
    way(scene).later(scene, way(scene).tunnel.shut)


def open_again(scene: Scene) -> None:
    """Somebody listens again."""
    way(scene).tunnel.listen()


def moved(scene: Scene) -> None:
    """The account's address is put right: it is the practice service's own, and the key is filled in for it."""
    scene.hand.form.more.base.setText(scene.practice.base("close"))
    scene.hand.fill(scene.practice.account("close"))


AT_TLS = [
    Trouble(kind=Kind.UNTRUSTED, bring=untrusted, mend=mended, account=trust_it),
    Trouble(kind=Kind.OUT_OF_DATE, bring=expired, mend=mended, account=moved),
    Trouble(kind=Kind.WRONG_HOST, bring=misnamed, mend=mended, account=moved),
    Trouble(kind=Kind.NO_ENCRYPTION, bring=unencrypted, mend=mended, account=moved),
    Trouble(kind=Kind.CERTIFICATE_WANTED, bring=closed_to_strangers, mend=mended, account=show_one),
    Trouble(kind=Kind.UNREACHABLE, bring=closed, mend=open_again),
]


@pytest.fixture
def over_tls(
    open_window: Callable[..., Driver], practice: PracticeService, vault: Vault, tmp_path: Path
) -> Iterator[Scene]:
    """A window whose account is at an address that speaks TLS, of an authority that the account trusts."""
    yield from at("127.0.0.1", open_window, practice, vault, tmp_path)


def at(
    name: str, open_window: Callable[..., Driver], practice: PracticeService, vault: Vault, folder: Path
) -> Iterator[Scene]:
    """A window whose account is at this name."""
    del vault
    authority, ca_file = trustme.CA(), folder / "authority.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with Tunnel(authority, practice, name) as tunnel:
        save_account(practice, "close", base=f"https://{name}:{tunnel.port}/close/api/v1", ca_file=ca_file)
        scene = Scene.opened(open_window, practice, folder)
        WAYS[scene] = Way(tunnel, authority, folder)
        yield scene
        del WAYS[scene]
        scene.driver.close()


@pytest.mark.parametrize(("trouble", "action"), params(AT_TLS))
def test_solved_over_tls(trouble: Trouble, action: Action, over_tls: Scene) -> None:
    """Its row and its details say it, with a way out; the way out leads there."""
    drive(over_tls, trouble, action)


# ----------------------------------------------------------------------------------------------------------- proxies
@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[str, str]]:
    """A proxy that takes everybody, one that takes Ann and nobody else, and one that is none."""
    with RealProxy() as open_one, RealProxy(ANN) as strict:
        yield {"open": open_one.address(), "strict": strict.address(), "none": "socks4://127.0.0.1:9"}


@pytest.fixture
def by_proxy(
    open_window: Callable[..., Driver],
    practice: PracticeService,
    vault: Vault,
    tmp_path: Path,
    proxies: dict[str, str],
) -> Iterator[Scene]:
    """A window whose account is at an address that only a proxy finds."""
    for scene in at(NAME, open_window, practice, vault, tmp_path):
        way(scene).proxies = proxies
        through(scene, "open")
        yield scene


def through(scene: Scene, which: str) -> None:
    """The settings name this proxy now."""
    works = scene.driver.desk._works
    assert works is not None
    works.settings = Settings(proxy=way(scene).proxies[which])


def no_proxy(scene: Scene) -> None:
    """What is named is no proxy."""
    way(scene).later(scene, lambda: through(scene, "none"))


def strict_proxy(scene: Scene) -> None:
    """The proxy wants to know who one is."""
    way(scene).later(scene, lambda: through(scene, "strict"))


def by_the_open_one(scene: Scene) -> None:
    """The settings are put right."""
    through(scene, "open")


BY_PROXY = [
    Trouble(kind=Kind.PROXY, bring=no_proxy, mend=by_the_open_one),
    Trouble(kind=Kind.PROXY_SIGN_IN, bring=strict_proxy, mend=by_the_open_one),
]


@pytest.mark.parametrize(("trouble", "action"), params(BY_PROXY))
def test_solved_by_proxy(trouble: Trouble, action: Action, by_proxy: Scene) -> None:
    """Its row and its details say it, with a way out; the way out leads there."""
    drive(by_proxy, trouble, action)


# ----------------------------------------------------------------------------------------------------------- silence
@pytest.fixture
def impatient(open_window: Callable[..., Driver], practice: PracticeService, vault: Vault, tmp_path: Path) -> Scene:
    """A window that puts up with a moment of silence."""
    del vault
    save_account(practice, "close")
    return Scene.opened(open_window, practice, tmp_path, stall=0.1)


SILENT = [Trouble(kind=Kind.STALLED, bring=fault("stall", "sign", times=0))]


@pytest.mark.parametrize(("trouble", "action"), params(SILENT))
def test_solved_after_silence(trouble: Trouble, action: Action, impatient: Scene) -> None:
    """Its row and its details say it, with a way out; the way out leads there."""
    drive(impatient, trouble, action)


TROUBLES = [*AT_TLS, *BY_PROXY, *SILENT]
