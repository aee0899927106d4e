"""Trying an account before it is saved: whose it is, as its service says."""

from uploader_gui.cli import output, running
from uploader_gui.cli.exits import FailedError
from uploader_gui.core import words
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.lookup import Whose
from uploader_gui.engine.session import Account
from uploader_gui.engine.way import Way


def whose(account: Account) -> Whose:
    """Ask the service whose an account is.

    Raises:
        UploadError: The key does not work, or the service cannot be asked.
    """
    return running.Engine(waits=output.say_pause).whose(account)


def way(account: Account) -> Way:
    """Look at the way to an account's service."""
    return running.Engine().way(account)


def tried(account: Account, otherwise: str) -> Whose:
    """The same, before something is saved; `otherwise` says what did not happen, and what can be done.

    Raises:
        FailedError: The key does not work, or the service cannot be asked.
    """
    try:
        return whose(account)
    except UploadError as error:
        why = words.describe(error.problem).whole
        if error.problem.kind is Kind.UNTRUSTED and account.ca_file is None:
            why += " " + _("If you have that certificate authority's file: --ca-file PATH.")
    raise FailedError(f"{why} {otherwise}")


def signed_in(answer: Whose) -> str:
    """Say as whom one is signed in."""
    return _("Signed in as {whose}.").format(whose=words.plain(answer.shown) or _("somebody the service does not name"))
