"""What is told of the way to a service: a line for each station, with what to do where something is wrong."""

from collections.abc import Iterator

from uploader_gui.core import words
from uploader_gui.engine.way import Way

FAR_OFF = 60.0
"""Seconds: signed addresses and codes live no longer than some minutes."""


def lines(way: Way) -> list[str]:
    """The lines."""
    return [f"  {what + ':':12}{words.plain(text)}" for what, text in _stations(way)]


def _stations(way: Way) -> Iterator[tuple[str, str]]:
    yield "address", way.host
    yield "proxy", _proxy(way)
    if not way.proxy_trouble:
        yield "name", _name(way)
        yield "encryption", _encryption(way)
        yield "clock", _clock(way)


def _proxy(way: Way) -> str:
    if way.proxy_trouble:
        return f"cannot be used: {way.proxy_trouble}"
    if way.proxy is None:
        return "none"
    signs_in = "with a name and password" if way.proxy.sign_in else "without a name and password"
    return f"{way.proxy.host}:{way.proxy.port}, {signs_in}"


def _name(way: Way) -> str:
    if way.addresses is None:
        return "looked up by the proxy"
    if not way.addresses:
        return "leads nowhere: check the network connection and the address"
    return f"leads to {', '.join(way.addresses[:4])} ({way.lookup} ms)"


def _encryption(way: Way) -> str:
    if way.encryption == "":
        return "none: it is this very computer"
    if way.encryption is None:
        return "not looked at: it goes through the proxy" if way.proxy else "not come to: see below"
    vouched = f"; {way.issuer} vouches for it" if way.issuer else ""
    until = f" until {way.expires.date().isoformat()}" if vouched and way.expires else ""
    return f"{way.encryption}{vouched}{until}"


def _clock(way: Way) -> str:
    if way.behind is None:
        return "not told: the service did not answer" if not way.answered else "not told by the service"
    if abs(way.behind) < FAR_OFF:
        return f"right, within {max(1, round(abs(way.behind)))} s"
    which = "behind" if way.behind > 0 else "ahead of"
    return f"{words.duration(abs(way.behind))} {which} the service's: set this computer's clock"
