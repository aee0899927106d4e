"""What the window tells beside its rows: why nothing was begun, what became of the ledger. Knows no Qt."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from uploader_gui.core import reasons, words
from uploader_gui.core.accounts import AccountsError
from uploader_gui.core.ports import LedgerError, SecretsError
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import wording
from uploader_gui.workers.drafts import UnusableError
from uploader_gui.workers.facts import NotYetError, Why

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing that is told.

    Attributes:
        text: A sentence or two, plain text.
        urgent: Something does not work; else it is only good to know.
    """

    text: str
    urgent: bool = True


def of_error(error: Exception) -> Notice:
    """What to say about something that could not be done."""
    if isinstance(error, NotYetError):
        return Notice(text=refusal(error))
    if isinstance(error, UploadError):
        return Notice(text=words.describe(error.problem).whole)
    if isinstance(error, SecretsError):
        return Notice(text=words.describe_keychain(error.trouble, error.kind).whole)
    if isinstance(error, AccountsError):
        return Notice(text=words.describe_account(error.trouble, error.name))
    if isinstance(error, UnusableError):
        return Notice(text=error.sentence)
    if isinstance(error, LedgerError):
        trouble, path = getattr(error, "trouble", ""), getattr(error, "path", Path())
        return ledger(str(trouble), path)
    if isinstance(error, OSError) and error.errno in _FULL:
        full = Problem(kind=Kind.DISK_FULL, detail=error.strerror or "")
        return Notice(text=words.describe(full).whole)
    if isinstance(error, OSError):
        return Notice(text=_("This could not be done: {reason}.").format(reason=reasons.of_system(error)))
    return Notice(text=_("Something went wrong in the program itself. Try again; if it stays, please report it."))


def refusal(error: NotYetError) -> str:
    """Why nothing was begun, and what to do."""
    if error.problem is not None:
        return words.describe(error.problem).whole
    if error.said:
        return error.said
    if error.why is Why.TOO_MANY:
        return ngettext(
            "This target takes {most} file at once; here are {n}.",
            "This target takes {most} files at once; here are {n}.",
            error.most or 0,
        ).format(most=error.most, n=error.count)
    if error.why is Why.NOTHING:
        said = _("There is no file to send in {place}.").format(place=error.place or _("what was dropped"))
        return f"{said} {words.hidden(error.left_out)}" if error.left_out else said
    return {
        Why.SAME_FILES: _("The same files are on their way to {place} already.").format(place=error.place),
        Why.NO_ACCOUNT: _("This account is not there any more. Choose another one."),
        Why.NO_SERVICE: _("The service file of this batch is not there any more. Add it again in “Service files”."),
        Why.NO_LEDGER: _("Nothing can be sent now: the queue could not be opened."),
        Why.TOO_LATE: _("It is too late for that: the batch is being attached, or has ended. Make a new one."),
    }.get(error.why, _("This cannot be done now."))


def unknown_address() -> str:
    """An address is of no record that is known."""
    return _("This is not the address of a record of any of your accounts. Find the record by typing its name.")


def begun(twice: tuple[str, ...], empty: tuple[str, ...], hidden: tuple[str, ...] = ()) -> Notice | None:
    """What is good to know about files that were taken; None if nothing is."""
    parts = []
    if len(twice) == 1:
        parts.append(_("{name} is there twice and is sent once.").format(name=words.plain(twice[0])))
    elif twice:
        parts.append(_("{files} are there twice and are sent once.").format(files=wording.files(len(twice))))
    parts += [_("The folder {name} holds no file to send.").format(name=words.plain(one)) for one in empty]
    parts += [words.hidden(hidden)] if hidden else []
    return Notice(text=" ".join(parts), urgent=False) if parts else None


def no_browser() -> Notice:
    """What to say where an address could not be opened."""
    return Notice(text=_("No browser could be opened. The address was copied instead."), urgent=False)


def gone(paths: Sequence[Path]) -> Notice:
    """What to say about files that are to be shown and are not there any more."""
    path = paths[0]
    text = ngettext(
        "{name} is not in {folder} any more.", "{name} and the others are not in {folder} any more.", len(paths)
    )
    folder = words.plain(str(path.parent), 1000)
    return Notice(text=text.format(name=words.plain(path.name), folder=folder), urgent=False)


def ledger(trouble: str, path: Path) -> Notice:
    """What is wrong with the queue's file, and the way on.

    Args:
        trouble: As the store names it; "" if it does not.
        path: The file.
    """
    where = words.plain(str(path), 1000)
    said = {
        "newer": _("The queue {path} was written by a newer version of this program. Use that version."),
        "locked": _("The queue {path} is in use by another program. Close that program, then try again."),
        "full": _("There is no room for the queue {path}. Make room on that disk, then try again."),
        "read_only": _("The queue {path} may not be written. Give yourself the permission, then try again."),
        "unreachable": _("The queue {path} cannot be opened. See that its folder is there, then try again."),
        "damaged": _("The queue {path} is damaged. Close this window and open it again: an empty one is begun then."),
    }.get(trouble, _("The queue {path} cannot be used. Try again; if it stays, please report it."))
    return Notice(text=said.format(path=where) + " " + _("Nothing is sent until then."))


def set_aside(aside: Path) -> Notice:
    """A damaged ledger was put aside."""
    said = _(
        "The queue was damaged. It was set aside as {path}, and an empty one was begun. "
        "Look at your records before you send its files again. Pictures that were pasted for it are kept as long as it "
        "lies there."
    )
    return Notice(text=said.format(path=words.plain(str(aside), 1000)))


def not_open() -> str:
    """What is asked for needs the queue."""
    return _("This cannot be done while the queue is not open.")


def bad_service_file(name: str, mistakes: Sequence[str]) -> Notice:
    """A service file of the person's own is left out."""
    if not mistakes:
        said = _(
            "The service file {name} is not named as its id says, and is left out. Add it again in “Service files”."
        )
        return Notice(text=said.format(name=words.plain(name)))
    said = ngettext(
        "The service file {name} has {n} mistake and is left out: see “Service files”.",
        "The service file {name} has {n} mistakes and is left out: see “Service files”.",
        len(mistakes),
    )
    return Notice(text=said.format(name=words.plain(name), n=len(mistakes)))


def settings_lost(path: Path, names: Sequence[str]) -> Notice:
    """The settings, or some of them, could not be read."""
    where = words.plain(str(path), 1000)
    if not names:
        said = _("The settings {path} could not be read. The usual ones hold until you choose others.")
        return Notice(text=said.format(path=where))
    which = ", ".join(called for name, called in setting_names().items() if name in names)
    said = _("Some settings in {path} could not be used, and are as usual: {which}.")
    return Notice(text=said.format(path=where, which=which))


def setting_names() -> dict[str, str]:
    """What the settings are called, by their names in the file."""
    return {
        "lanes": _("uploads at once"),
        "undo_seconds": _("time to undo"),
        "keep_days": _("how long the history is kept"),
        "notifies": _("notifications"),
        "language": _("the language"),
        "partly": _("what happens if a file cannot be sent"),
        "proxy": _("proxy"),
    }
