"""Which proxy a request goes through: the settings', the environment's, else the system's; none to this computer."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from uploader_gui.core.later import later
from uploader_gui.core.settings import NONE, SYSTEM
from uploader_gui.engine.origin import Origin, near

if TYPE_CHECKING:
    from urllib import request
else:  # it brings TLS along
    request = later("urllib.request")


class ProxyUnusableError(Exception):
    """A proxy is set that cannot be used.

    Attributes:
        why: In words, without its address: that may hold a password.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """One proxy.

    Attributes:
        scheme: How it is talked to itself, http or https; what goes through it is encrypted either way.
        host: Its name.
        port: Its port.
        sign_in: Name and password; None: it is not told who we are.
    """

    scheme: str
    host: str
    port: int
    sign_in: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where it is, without the sign-in."""
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def proxy_for(origin: Origin, route: str = SYSTEM) -> Proxy | None:
    """The proxy on the way to an address; None: there is none on it.

    Args:
        origin: Where it goes.
        route: How the network is reached, as `core.settings.Settings.proxy` says.

    Raises:
        ProxyUnusableError: One is set that cannot be used.
    """
    scheme, host, port = origin
    if near(origin) or route == NONE:
        return None
    if route != SYSTEM:
        return read(route)
    known = request.getproxies()
    address = known.get(scheme) or known.get("all")
    if not address or "*" in (name.strip() for name in known.get("no", "").split(",")):
        return None
    # As the system sets its exceptions, where it is the system that names the proxy.
    return None if request.proxy_bypass(f"{host}:{port}") else read(address)


def read(address: str) -> Proxy:
    """Read a proxy's address: `proxy:3128`, `http://name:password@proxy:3128`.

    Raises:
        ProxyUnusableError: It cannot be read, or is that of another kind of proxy.
    """
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            host = None  # perhaps what is left of a password
    except ValueError:
        host = port = None  # its text may hold a piece of the password
    if host and parts.scheme not in {"http", "https"}:
        raise ProxyUnusableError("only HTTP proxies can be used")
    if not host or port == 0 or not host.isascii() or any(char <= " " for char in host):
        raise ProxyUnusableError(
            "its address cannot be read: in a name or password @ is written %40, : %3A, / %2F, # %23, % %25"
        )
    signs_in = parts.username is not None
    return Proxy(
        scheme=parts.scheme,
        host=host,
        port=port or (443 if parts.scheme == "https" else 80),
        sign_in=(unquote(parts.username or ""), unquote(parts.password or "")) if signs_in else None,
    )
