"""Which certificates are trusted beside the system's, and which one is shown: those of an account's own files."""

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.accounts import Certificate
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
    """A file of certificates cannot be used: an authority's, or what is to be shown.

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


@functools.cache
def trust_showing(ca_file: Path | None, certificate: Certificate, passphrase: str) -> "ssl.SSLContext":
    """Trust as `trust_with` does, and show a certificate to whoever asks for one.

    Only for the account's own hosts: whoever sees it learns whose it is. Read once, as a CA file is.

    Args:
        ca_file: A certificate authority's file of the account's own.
        certificate: What is shown.
        passphrase: Of its key; "" for none.

    Raises:
        AuthorityError: A file cannot be used, or the passphrase is not its key's.
    """
    context = system_trust.__wrapped__() if ca_file is None else trust_with.__wrapped__(ca_file)
    shown, key = _read_shown(certificate)
    if b"-----BEGIN CERTIFICATE-----" not in shown:
        raise AuthorityError(
            _(
                "There is no certificate in PEM form in the client certificate's file. One that ends in .p12 or .pfx "
                "is made so by: openssl pkcs12 -in FILE -out FILE.pem"
            )
        )
    if b"PRIVATE KEY-----" not in key:
        raise AuthorityError(_("The client certificate's key is not in its file. Choose the file of its key as well."))
    why: str | None = ""
    try:
        # Always a passphrase, so that OpenSSL never asks for one on a terminal.
        context.load_cert_chain(certificate.file, certificate.key, password=lambda: passphrase)
    except ssl.SSLError as error:
        why = error.reason
    except (OSError, ValueError):
        why = None
    else:
        return context
    if why == "KEY_VALUES_MISMATCH":
        raise AuthorityError(_("The client certificate and its key do not belong together. Choose the right files."))
    if b"ENCRYPTED" in key:
        raise AuthorityError(
            _("The key of the client certificate does not open with this passphrase. Fill in the right one.")
            if passphrase
            else _("The key of the client certificate wants its passphrase. Fill it in.")
        )
    raise AuthorityError(_("The client certificate or its key cannot be read. Choose other files."))


def wants_passphrase(certificate: Certificate) -> bool:
    """Whether a certificate's key is of no use without a passphrase. Raises AuthorityError."""
    return b"ENCRYPTED" in _read_shown(certificate)[1]


def _read_shown(certificate: Certificate) -> tuple[bytes, bytes]:
    """What is in a certificate's file, and in its key's. Raises AuthorityError."""
    shown = _content(certificate.file)
    return shown, shown if certificate.key is None else _content(certificate.key)


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            said = _("The file {name} of the client certificate is not there. Choose it where it lies now.")
            raise AuthorityError(said.format(name=path.name))
        with path.open("rb") as file:
            return file.read(MOST)
    except OSError:
        said = _("The file {name} of the client certificate cannot be read. Check its permissions.")
        raise AuthorityError(said.format(name=path.name)) from None
