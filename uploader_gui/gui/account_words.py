"""What the window says about accounts. Facts come in, plain text goes out. Knows no Qt."""

from urllib.parse import urlsplit

from uploader_gui.core import words
from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.translation import gettext as _
from uploader_gui.workers.accounts import AccountFace, Origin
from uploader_gui.workers.drafts import Tested


def title(face: AccountFace) -> str:
    """What an account is called in the list: "Close · Acme Sales (default)"."""
    label = words.plain(face.label)
    if face.origin is Origin.ENVIRONMENT and not face.name:
        return _("{service} · from the environment").format(service=label)
    return _("{account} (default)").format(account=label) if face.default else label


def now(face: AccountFace) -> str:
    """How it is with an account, in a few words."""
    if face.waits:
        return _("Waiting for your keychain…")
    if face.trouble is not None:
        return face.trouble.sentence.title
    if face.origin is Origin.PRACTICE:
        return _("On this computer, to try things out")
    if face.origin is Origin.ENVIRONMENT:
        return _("Its key came with the program's start")
    only = " · " + _("only until you quit") if face.only_now else ""
    if face.whose is None:
        return _("Not tested") + only
    return _("Signed in as {whose}").format(whose=words.plain(face.whose)) + only


def sign(face: AccountFace) -> str:
    """The sign beside the words; also the icon's name."""
    if face.waits:
        return "waiting"
    if face.trouble is not None:
        return "attention"
    return "done" if face.whose is not None else "account"


def about(face: AccountFace) -> str:
    """What else there is to know of an account: what is wrong and what to do, and where its key goes."""
    lines = []
    if face.trouble is not None:
        lines.append(face.trouble.sentence.whole)
        if face.trouble.fill_in:
            lines.append(_("“Change…” is where to fill it in."))
    elif face.origin is Origin.ENVIRONMENT:
        lines.append(_("Its key is in the environment that the program was started with. It is changed there."))
    hosts = [urlsplit(face.base).netloc, *(one for one in face.service.hosts if one not in face.unagreed)]
    lines.append(_("The key goes to: {hosts}").format(hosts=", ".join(words.plain(one) for one in hosts)))
    if face.unagreed:
        said = _("The service file also names {hosts}. Nobody has agreed to that, so the key does not go there.")
        lines.append(said.format(hosts=", ".join(words.plain(one) for one in face.unagreed)))
    if face.ca_file is not None:
        lines.append(_("Trusts also: {path}").format(path=words.plain(str(face.ca_file), 1000)))
    if face.certificate is not None:
        lines.append(_("Shows the certificate: {path}").format(path=words.plain(str(face.certificate.file), 1000)))
    return "\n".join(lines)


def trouble(face: AccountFace, others: int) -> str:
    """Say, above the queue, that accounts cannot be used now.

    Args:
        face: One of them.
        others: How many more there are.
    """
    label = words.plain(face.label)
    assert face.trouble is not None  # noqa: S101 - that is what it is about
    reason = face.trouble.sentence.whole
    if others:
        text = _("{account} and {n} more cannot be used now. {reason}")
        return text.format(account=label, n=others, reason=reason)
    return _("{account} cannot be used now. {reason}").format(account=label, reason=reason)


def signed_in(tested: Tested) -> str:
    """Say as whom one is signed in."""
    shown = words.plain(tested.shown) or _("somebody the service does not name")
    said = _("Signed in as {whose}.").format(whose=shown)
    if not tested.before:
        return said
    other = _(
        "That is somebody else than before ({before}): batches begun with the former key are not gone on with by "
        "this one."
    )
    return f"{said} {other.format(before=words.plain(tested.before))}"


def saved(account: SavedAccount, tested: Tested | None, *, only_now: bool) -> str:
    """Say that an account is saved, and as whom one is signed in."""
    said = _("“{name}” is there until you quit.") if only_now else _("“{name}” is saved.")
    said = said.format(name=words.plain(account.name))
    return said if tested is None else f"{said} {signed_in(tested)}"
