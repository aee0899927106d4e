"""Which certificates are trusted beside the system's: those of an account's own file."""

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.later import later
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.http import system_trust

if TYPE_CHECKING:
    import ssl
else:
    ssl = later("ssl")

MOST = 1024 * 1024
"""Bytes; the whole list of a system's authorities has less."""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


class AuthorityError(Exception):
    """A certificate authority's file cannot be used.

    Attributes:
        sentence: What is wrong and what to do.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@functools.cache
def trust_with(ca_file: Path) -> "ssl.SSLContext":
    """Trust the system's certificates, and those in a file: PEM, one or several, or DER.

    Read once: a file that is gone in the middle of a batch changes nothing.

    Raises:
        AuthorityError: There is no certificate to be had from it.
    """
    try:
        if not ca_file.is_file():
            raise AuthorityError(_("The file of the certificate authority is not there. Choose it where it lies now."))
        with ca_file.open("rb") as file:
            content = file.read(MOST + 1)
    except OSError:
        said = _("The file of the certificate authority cannot be read. Check its permissions.")
        raise AuthorityError(said) from None
    if len(content) > MOST:
        raise AuthorityError(_("The file of the certificate authority is too large for one. Choose another file."))
    found = _CERTIFICATE.findall(content)
    # Made anew: what `system_trust` gives is everybody's.
    context = system_trust.__wrapped__()
    try:
        # What else is in such a file, a key or a comment, is passed over.
        context.load_verify_locations(cadata=b"\n".join(found).decode("ascii") if found else content)
    except (ssl.SSLError, ValueError):
        raise AuthorityError(_("There is no certificate in the file of the certificate authority.")) from None
    return context
