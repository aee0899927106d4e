"""Every sentence a person reads about what happened. Facts come in, plain text goes out.

Each sentence says what happened and what to do. What a service said stands apart, as a quotation.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from uploader_gui.core.accounts import AccountTrouble
from uploader_gui.core.bidi import isolated
from uploader_gui.core.notation import decimal, grouped
from uploader_gui.core.ports import SecretsTrouble
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.reasons import in_words
from uploader_gui.core.translation import N_, ngettext
from uploader_gui.core.translation import gettext as _

MAX_QUOTATION = 300
MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What a person reads about a problem.

    Attributes:
        title: A few words, without a full stop.
        text: What happened and what to do.
        said: What the service said, as a quotation; "" if it said nothing.
    """

    title: str
    text: str
    said: str = ""

    @property
    def whole(self) -> str:
        """Title, text and quotation in one line."""
        return " ".join(part for part in (f"{self.title}.", self.text, self.said) if part)


def plain(text: str, limit: int = MAX_QUOTATION) -> str:
    """Make a stranger's text safe to show: `one_line`, held together where it may run against the words around it."""
    return isolated(one_line(text, limit))


def one_line(text: str, limit: int = MAX_QUOTATION) -> str:
    """Make a stranger's text harmless: to be kept, typed or compared; `plain` is for showing it.

    One line, no control or direction-changing characters, at most `limit` characters.
    """
    kept = "".join(" " if char.isspace() else char for char in text[: limit * 4])
    kept = "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def size(count: int) -> str:
    """Say a number of bytes with decimal units, as file managers and services do: 4.1 MB."""
    if count < 1000:
        return ngettext("{n} byte", "{n} bytes", count).format(n=count)
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.95 or unit == "TB":
            return isolated(f"{decimal(value)} {unit}")
    raise AssertionError


def exact_size(count: int) -> str:
    """Say a size so that two sizes one byte apart read differently: 4.1 MB (4,100,001 bytes)."""
    return size(count) if count < 1000 else f"{size(count)} ({grouped(count)} {_('bytes')})"


def duration(seconds: float) -> str:
    """Say a duration: 24 s, 3 min 5 s, 2 h 10 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min" if whole % 3600 // 60 else f"{whole // 3600} h"


def files_attached(service: str, count: int, place: str) -> str:
    """Say that files were attached: "Close: 3 files attached to the note on Globex Corporation"."""
    text = ngettext(
        "{service}: {n} file attached to {place}",
        "{service}: {n} files attached to {place}",
        count,
    )
    return text.format(service=service, n=count, place=plain(place))


def files_stored(service: str, count: int, place: str) -> str:
    """Say that files were stored by a target that attaches nothing."""
    text = ngettext("{service}: {n} file stored in {place}", "{service}: {n} files stored in {place}", count)
    return text.format(service=service, n=count, place=plain(place))


def describe(problem: Problem) -> Sentence:
    """Say a problem in words."""
    title, text = _SENTENCES[problem.kind]
    if problem.kind is Kind.FILE_TOO_LARGE and problem.limit is None:
        text = N_("{name} has {size}, and {service} takes no file of that size. Choose a smaller file or leave it out.")
    if problem.kind is Kind.FILE_TOO_SMALL and problem.limit is None:
        text = N_(
            "{name} has {size}, and {service} takes no file as small as that. Choose another file or leave it out."
        )
    cloud = _("a cloud") if problem.kind is Kind.FILE_IN_CLOUD else ""
    facts = {
        "service": problem.service or _("The service"),
        "name": plain(problem.name) or _("The file"),
        "host": plain(problem.host) or problem.service or _("the server"),
        "size": exact_size(problem.size) if problem.size is not None else _("of unknown size"),
        "limit": exact_size(problem.limit) if problem.limit is not None else _("less"),
        "number": problem.limit if problem.limit is not None else "",
        "detail": plain(in_words(problem.detail)) or cloud,
        "status": problem.status if problem.status is not None else _("none"),
        "step": _STEPS[problem.step]() if problem.step in _STEPS else problem.step,
    }
    said = plain(problem.said)
    return Sentence(
        title=_(title),
        text=" ".join(_(text).format(**facts).split()),
        said=_("{service} says: “{said}”").format(service=problem.service or _("The service"), said=said)
        if said
        else "",
    )


def hidden(names: Sequence[str]) -> str:
    """Say that what is hidden in a folder is left out, and how it is sent all the same."""
    shown, more = ", ".join(plain(one, 60) for one in names[:MOST_NAMED]), len(names) - MOST_NAMED
    if more <= 0:
        return _("Hidden files were left out: {names}. To send one, choose it by itself.").format(names=shown)
    return ngettext(
        "Hidden files were left out: {names} and {n} more. To send one, choose it by itself.",
        "Hidden files were left out: {names} and {n} more. To send one, choose it by itself.",
        more,
    ).format(names=shown, n=grouped(more))


def quoted(text: str) -> str:
    """Put a name that stands in a sentence between the language's quotation marks."""
    return _("“{text}”").format(text=text)


def seen_by(who: str) -> str:
    """Say in one word who sees what is attached; `who` as a service file has it."""
    called = {
        "me": _("me"),
        "team": _("team"),
        "members": _("members"),
        "customer": _("customer"),
        "public": _("public"),
    }
    return called.get(who, who)


def waiting_for_keychain() -> str:
    """Say that the keychain takes its time: it may be asking for its password."""
    return _("Waiting for your keychain… It may be asking for its password in a window of its own.")


def only_until_quit() -> str:
    """Say the one other place there is for a key that the keychain does not take."""
    return _("You can also keep the key only until you quit: it is then nowhere but in this program's memory.")


def address_refused() -> str:
    """Say which addresses a key may go to."""
    return _("The address must begin with https:// (http:// only on this computer).")


def only_until_quit_is_over() -> Sentence:
    """Say that a key was only kept until the program ended."""
    text = _("The key of this account was only kept until the program ended. Fill it in again.")
    return Sentence(title=_("Key is not there any more"), text=text)


def describe_keychain(trouble: SecretsTrouble, kind: str = "") -> Sentence:
    """Say what is wrong with the keychain; `kind` is the name of its own error."""
    title, text = _KEYCHAIN[trouble]
    return Sentence(title=_(title), text=_(text).format(kind=plain(kind) or _("unknown")))


def describe_account(trouble: AccountTrouble, name: str = "") -> str:
    """Say why an account cannot be saved so; `name` is what it was to be called."""
    return _(_ACCOUNT[trouble]).format(name=plain(name))


_STEPS = {
    "sign": lambda: _("asking for an upload address"),
    "transfer": lambda: _("sending the file"),
    "confirm": lambda: _("confirming the file"),
    "ready": lambda: _("waiting until the file is processed"),
    "prepare": lambda: _("preparing the attach"),
    "attach": lambda: _("attaching"),
    "verify": lambda: _("checking what is attached"),
    "check": lambda: _("testing the account"),
    "lookup": lambda: _("looking the record up"),
    "token": lambda: _("signing in"),
}

_SENTENCES: dict[Kind, tuple[str, str]] = {
    Kind.FILE_MISSING: (
        N_("File not found"),
        N_("{name} is not there. Put it back and try again, choose it where it lies now, or leave it out."),
    ),
    Kind.FILE_UNREADABLE: (
        N_("File cannot be read"),
        N_(
            "{name} cannot be read ({detail}). Close the program that uses it or change its permissions, then try again."
        ),
    ),
    Kind.FILE_CHANGED: (
        N_("File has changed"),
        N_(
            "{name} is no longer what it was when it was added, so nothing of it was used. "
            "Try again: it is then sent as it is now."
        ),
    ),
    Kind.FILE_CHANGING: (
        N_("File is being changed"),
        N_(
            "{name} was changed while it was on its way, so nothing of it was used. It is sent as it is then, once it "
            "has been saved and stays the same for a moment. If it does not come to rest, close the program that "
            "writes it, then try again."
        ),
    ),
    Kind.FILE_LOCKED: (
        N_("File is open elsewhere"),
        N_("{name} is open in another program, which lets nobody else read it. Close it there, then try again."),
    ),
    Kind.FILE_IN_CLOUD: (
        N_("File is not on this computer"),
        N_(
            "{name} lies in {detail}, and its content is not on this computer. Open it once, or choose “Always keep on "
            "this device” (or what it is called there) in its menu; then try again, or choose it anew if it is called "
            "otherwise then."
        ),
    ),
    Kind.FILE_TOO_LARGE: (
        N_("File is too large"),
        N_("{name} has {size}; {service} takes up to {limit} here. Choose a smaller file or leave it out."),
    ),
    Kind.FILE_TOO_SMALL: (
        N_("File is too small"),
        N_("{name} has {size}; {service} takes no less than {limit} here. Choose another file or leave it out."),
    ),
    Kind.FILE_TYPE: (
        N_("Type of file is not taken"),
        N_("{service} does not take {name} here: it takes {detail}. Choose another file or leave it out."),
    ),
    Kind.FILE_NOT_IMAGE: (
        N_("Not a picture"),
        N_(
            "{service} needs the width and height of {name}, and they cannot be read from it. Choose a PNG, JPEG, GIF or WebP file."
        ),
    ),
    Kind.BATCH_TOO_LARGE: (
        N_("Files are too large together"),
        N_("Together the files have {size}; {service} takes up to {limit} here. Leave some out."),
    ),
    Kind.TOO_MANY_FILES: (
        N_("Too many files"),
        N_("{service} takes {number} here at once. Leave some out, or send them one after the other."),
    ),
    Kind.NO_NETWORK: (
        N_("No connection"),
        N_("{host} cannot be found from here. Check the network connection, then try again."),
    ),
    Kind.UNREACHABLE: (
        N_("Server cannot be reached"),
        N_("{host} does not take connections ({detail}). Check the network and the address, or try again later."),
    ),
    Kind.UNTRUSTED: (
        N_("Certificate is not trusted"),
        N_(
            "{host} answered with a certificate that this computer does not trust ({detail}). If your company inspects "
            "traffic, have its certificate installed in the system, or give its file to the account; "
            "otherwise do not go on."
        ),
    ),
    Kind.OUT_OF_DATE: (
        N_("Certificate is out of date"),
        N_(
            "The certificate of {host} is not valid at this time ({detail}), so nothing was sent. Check this computer's "
            "date and time; if they are right, whoever runs {host} must renew it."
        ),
    ),
    Kind.WRONG_HOST: (
        N_("Certificate of another host"),
        N_(
            "What answered for {host} has a certificate for another name, so nothing was sent. Check the address. If "
            "this network asks for a sign-in, do that first, then try again; otherwise do not go on."
        ),
    ),
    Kind.NO_ENCRYPTION: (
        N_("No safe connection"),
        N_(
            "{host} offers no encryption that is safe enough ({detail}), so nothing was sent. Check the address and its "
            "port; otherwise whoever runs {host} must allow TLS 1.2 or newer."
        ),
    ),
    Kind.CERTIFICATE_WANTED: (
        N_("A certificate is wanted"),
        N_(
            "{host} lets nobody in who does not show a certificate that it knows ({detail}), so nothing was sent. Give "
            "the account the client certificate that your company made for you, or ask for a new one."
        ),
    ),
    Kind.PROXY: (
        N_("Proxy cannot be used"),
        N_(
            "The proxy between here and {host} cannot be used ({detail}). Check its address in the environment "
            "(HTTPS_PROXY) or in the system's settings, or ask who runs it to let {host} through."
        ),
    ),
    Kind.PROXY_SIGN_IN: (
        N_("Proxy wants a sign-in"),
        N_(
            "The proxy between here and {host} takes nobody without the right name and password ({detail}). Give them "
            "in the environment: HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT, with %40 for @, %3A for : and %25 for %."
        ),
    ),
    Kind.CONNECTION_LOST: (
        N_("Connection lost"),
        N_("The connection to {host} broke off while {step}. Try again."),
    ),
    Kind.STALLED: (
        N_("No answer"),
        N_("{host} was silent for too long while {step}. Try again."),
    ),
    Kind.SIGNED_OUT: (
        N_("Key is not accepted"),
        N_("{service} does not accept the key of this account. Check that it is copied whole and still valid."),
    ),
    Kind.FORBIDDEN: (
        N_("Not allowed"),
        N_(
            "{service} does not allow this to your account while {step}. Ask for the permission, then try again; or use "
            "another account."
        ),
    ),
    Kind.NOT_FOUND: (
        N_("Not found"),
        N_(
            "{service} does not know what was asked for while {step}. Check that the record is still there and yours to see."
        ),
    ),
    Kind.CONFLICT: (
        N_("Does not fit the record's state"),
        N_(
            "{service} cannot do this while {step}: something else is in the way. {detail} Look at the record, then try again."
        ),
    ),
    Kind.REFUSED: (
        N_("Refused"),
        N_(
            "{service} refused while {step} (status {status}). {detail} Check what is filled in and the file, then try again."
        ),
    ),
    Kind.RATE_LIMITED: (
        N_("Too many requests"),
        N_("{service} asks to wait before more is sent. Try again in a while."),
    ),
    Kind.SERVICE_DOWN: (
        N_("Service is in trouble"),
        N_("{host} had an error of its own while {step} (status {status}). Try again later."),
    ),
    Kind.UNEXPECTED_ANSWER: (
        N_("Answer is not as expected"),
        N_(
            "{service} answered otherwise than it should while {step}: {detail}. Try again; if it stays, the service has changed."
        ),
    ),
    Kind.REDIRECTED: (
        N_("Sent elsewhere"),
        N_(
            "{host} wants the request sent to another address while {step}. Keys are never sent on. If this network asks "
            "for a sign-in, do that first, then try again; if it stays, check the account's address."
        ),
    ),
    Kind.ADDRESS_REFUSED: (
        N_("Address is not safe"),
        N_(
            "The address for {step} is not one that may be used ({detail}), so nothing was sent there. Check the "
            "account's address, then try again; if it stays, whoever runs {service} must put it right."
        ),
    ),
    Kind.LINK_EXPIRED: (
        N_("Upload address expired"),
        N_(
            "The upload address for {name} expired, and so did a new one. Check the connection's speed, then try again."
        ),
    ),
    Kind.STORAGE_REFUSED: (
        N_("Storage refused the file"),
        N_(
            "{service}'s storage refused {name} (status {status}). Try again; if it stays, leave the file out. {detail}"
        ),
    ),
    Kind.DAMAGED: (
        N_("File arrived damaged"),
        N_("What arrived of {name} is not what was sent, so nothing of it was used. Try again."),
    ),
    Kind.CONFIRM_UNKNOWN: (
        N_("Not known whether it was confirmed"),
        N_("The answer of {service} got lost while confirming {name}. Try again: the file is then sent anew."),
    ),
    Kind.PROCESSING_FAILED: (
        N_("File was rejected"),
        N_("{service} took {name} and then rejected it. {detail} Choose another file or leave it out."),
    ),
    Kind.PROCESSING_SLOW: (
        N_("Still being processed"),
        N_("{service} has not finished with {name} yet. Try again later: the file is not sent again."),
    ),
    Kind.ATTACH_UNKNOWN: (
        N_("Not known whether it was attached"),
        N_(
            "{service} did not say clearly whether the files are attached. Look at the record before you send them again."
        ),
    ),
    Kind.APPEND_INCOMPLETE: (
        N_("Record is not as it should be"),
        N_("It is not certain that {service} has all files on the record now ({detail}). Look at the record."),
    ),
    Kind.RECORD_BUSY: (
        N_("Another batch comes first"),
        N_(
            "It is not known whether batch {detail} was attached to the same record, so nothing more is attached there. "
            "Settle that one first: this one goes on then."
        ),
    ),
    Kind.OTHER_ACCOUNT: (
        N_("Key of another account"),
        N_(
            "This batch was begun as {detail}; the key now given is not that account's. Use the key it was begun with, "
            "or give the batch up."
        ),
    ),
    Kind.DISK_FULL: (
        N_("Disk is full"),
        N_("There is no room left on this computer's disk ({detail}). Make room, then try again."),
    ),
    Kind.INTERNAL: (
        N_("Error in this program"),
        N_("Something went wrong in the program itself ({detail}). Try again; if it stays, please report it."),
    ),
}

_KEYCHAIN: dict[SecretsTrouble, tuple[str, str]] = {
    SecretsTrouble.NO_KEYCHAIN: (
        N_("No keychain"),
        N_(
            "No keychain is running on this computer, and a key is never written to a file. Start one, such as GNOME Keyring, KWallet or KeePassXC, then try again."
        ),
    ),
    SecretsTrouble.LOCKED: (
        N_("Keychain is locked"),
        N_("Its question may have been cancelled. Unlock it, then try again."),
    ),
    SecretsTrouble.NO_ANSWER: (
        N_("Keychain does not answer"),
        N_(
            "Your keychain gave no answer in time. If a window of it is open, answer it; otherwise restart the keychain, or sign out and in again. Then try again."
        ),
    ),
    SecretsTrouble.STOPPED: (
        N_("Keychain was not waited for"),
        N_(
            "You stopped waiting for your keychain, so it did not do what it was asked. If a window of it is open, answer it; then try again."
        ),
    ),
    SecretsTrouble.FAILED: (
        N_("Keychain has an error"),
        N_(
            "Your keychain failed with an error of its own ({kind}). Try again; if it stays, see whether the system's own program for passwords can open it."
        ),
    ),
    SecretsTrouble.GONE: (
        N_("Key is not in the keychain"),
        N_("The key of this account is not in your keychain, or not whole. Fill it in again."),
    ),
}

_ACCOUNT: dict[AccountTrouble, str] = {
    AccountTrouble.NAME_EMPTY: N_("An account needs a name. Give it one, such as your company's."),
    AccountTrouble.NAME_LONG: N_("The name is too long: up to 100 characters. Choose a shorter one."),
    AccountTrouble.NAME_SIGNS: N_("The name holds a line break or a hidden sign. Type it anew."),
    AccountTrouble.NAME_TAKEN: N_("There is an account “{name}” of this service already. Choose another name."),
    AccountTrouble.UNKNOWN: N_("This account is not there any more: it was removed elsewhere. Add it anew."),
    AccountTrouble.KEY_NEEDED: N_(
        "A key only goes to the address it was saved with. With another address, fill in the key again."
    ),
    AccountTrouble.CHANGED: N_("This account was changed elsewhere meanwhile. Look at it and try again."),
}
