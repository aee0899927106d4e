"""Short reasons inside sentences: the system's for what it refuses, and the engine's for what went wrong.

The engine keeps its reasons in English, in the ledger as well, and they are translated when they are shown.
"""

from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _

OF_SYSTEM = (
    N_("address already in use"),
    N_("bad file descriptor"),
    N_("broken pipe"),
    N_("device or resource busy"),
    N_("directory not empty"),
    N_("file exists"),
    N_("file name too long"),
    N_("input/output error"),
    N_("is a directory"),
    N_("no space left on device"),
    N_("no such file or directory"),
    N_("not a directory"),
    N_("operation not permitted"),
    N_("permission denied"),
    N_("read-only file system"),
    N_("too many open files"),
)
"""What Linux and macOS say (`strerror`), in small letters. Windows says it in the person's language by itself."""

OF_ENGINE = (
    N_("as its web server says"),
    N_("broke off"),
    N_("closed the connection"),
    N_("it could not be read again"),
    N_("it does not say whether there is more"),
    N_("it does not say whose account it is"),
    N_("it goes on and on"),
    N_("it holds what cannot be sent"),
    N_("it is neither seconds nor a date"),
    N_("it is no web address"),
    N_("it is not a file"),
    N_("it is not JSON"),
    N_("its parts cannot be told apart"),
    N_("no answer"),
    N_("no connection"),
    N_("no permission"),
    N_("it refuses without saying why; it may want a client certificate"),
    N_("no version in common"),
    N_("not found"),
    N_("not trusted"),
    N_("not whole"),
    N_("reading failed"),
    N_("refused"),
    N_("the number is too large"),
    N_("the record has no name"),
    N_("the request is malformed"),
    N_("the token holds signs that cannot be sent"),
    N_("the upload address, its fields or its headers are not usable"),
    N_("there is no list in it"),
    N_("there is no token in it"),
    N_("unreachable"),
    N_("what answers there is not TLS"),
)
"""What the engine says of itself; what it puts together from parts stays as it is."""

_STATUS, _PROXY = "status ", "the proxy "


def of_system(error: OSError) -> str:
    """Why the system refused something, for the middle of a sentence."""
    return in_words((error.strerror or "").lower()) or _("unknown error")


def in_words(detail: str) -> str:
    """A reason that the engine gave, in the person's language; other texts as they are."""
    if detail.startswith(_STATUS) and detail.removeprefix(_STATUS).isdecimal():
        return _("status {n}").format(n=detail.removeprefix(_STATUS))
    host, colon, what = detail.removeprefix(_PROXY).partition(": ")
    if detail.startswith(_PROXY) and colon:
        return _("the proxy {host}: {what}").format(host=host, what=in_words(what))
    return _(detail)
