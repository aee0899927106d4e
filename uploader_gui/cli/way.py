"""What is told of the way to a service: a line for each station, with what to do where something is wrong."""

from collections.abc import Iterator

from uploader_gui.core import notation, words
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.way import Way

FAR_OFF = 60.0
"""Seconds: signed addresses and codes live no longer than some minutes."""


def lines(way: Way) -> list[str]:
    """The lines."""
    return [f"  {what + ':':12}{words.plain(text)}" for what, text in _stations(way)]


def _stations(way: Way) -> Iterator[tuple[str, str]]:
    yield _("address"), way.host
    yield _("proxy"), _proxy(way)
    if not way.proxy_trouble:
        yield _("name"), _name(way)
        yield _("encryption"), _encryption(way)
        yield _("clock"), _clock(way)


def _proxy(way: Way) -> str:
    if way.proxy_trouble:
        return _("cannot be used: {why}").format(why=way.proxy_trouble)
    if way.proxy is None:
        return _("none")
    signs_in = _("with a name and password") if way.proxy.sign_in else _("without a name and password")
    return f"{way.proxy.host}:{way.proxy.port}, {signs_in}"


def _name(way: Way) -> str:
    if way.addresses is None:
        return _("looked up by the proxy")
    if not way.addresses:
        return _("leads nowhere: check the network connection and the address")
    return _("leads to {addresses} ({lookup} ms)").format(addresses=", ".join(way.addresses[:4]), lookup=way.lookup)


def _encryption(way: Way) -> str:
    if way.encryption == "":
        return _("none: it is this very computer")
    if way.encryption is None:
        return _("not looked at: it goes through the proxy") if way.proxy else _("not come to: see below")
    if not way.issuer:
        return way.encryption
    if way.expires is None:
        return _("{version}; {issuer} vouches for it").format(version=way.encryption, issuer=way.issuer)
    said = _("{version}; {issuer} vouches for it until {date}")
    return said.format(version=way.encryption, issuer=way.issuer, date=notation.day(way.expires))


def _clock(way: Way) -> str:
    if way.behind is None:
        return _("not told: the service did not answer") if not way.answered else _("not told by the service")
    if abs(way.behind) < FAR_OFF:
        return _("right, within {n} s").format(n=max(1, round(abs(way.behind))))
    said = _("{time} ahead of the service's: set this computer's clock")
    if way.behind > 0:
        said = _("{time} behind the service's: set this computer's clock")
    return said.format(time=words.duration(abs(way.behind)))
