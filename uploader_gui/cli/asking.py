"""What is asked before anything is sent: of the service, whose account it is; of a person, what may go out."""

from collections.abc import Mapping
from typing import Any

from uploader_gui.cli import left, running
from uploader_gui.core.batch import Batch
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.entry import shown
from uploader_gui.engine.lookup import Whose
from uploader_gui.engine.session import Account
from uploader_gui.services.flow import Flow

_SEEN_BY = {
    "me": N_("only you see it"),
    "team": N_("your team sees it"),
    "members": N_("the members see it"),
    "customer": N_("the customer sees it"),
    "public": N_("everybody sees it"),
}
# An account that may write need not be allowed to ask who it is.
_NOT_KNOWN = frozenset({Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.UNEXPECTED_ANSWER, Kind.REFUSED})
_NOBODY = Whose(shown="", author=None)


class Accounts:
    """Whose the accounts are: each is asked once.

    Args:
        engine: Asks.
    """

    def __init__(self, engine: running.Engine) -> None:
        self._engine = engine
        self._answers: dict[object, Whose | Problem] = {}

    def whose(self, account: Account) -> Whose | None:
        """Whose an account is; None if the service does not say.

        Raises:
            UploadError: The key does not work, or the service cannot be asked.
            StoppedError: It was interrupted.
        """
        key = running.key_of(account)
        if key not in self._answers:
            try:
                self._answers[key] = self._engine.whose(account)
            except UploadError as error:
                self._answers[key] = _NOBODY if error.problem.kind in _NOT_KNOWN else error.problem
        answer = self._answers[key]
        if isinstance(answer, Problem):
            raise UploadError(answer)
        return None if answer is _NOBODY else answer

    def check(self, batch: Batch, account: Account) -> None:
        """See that a batch is gone on with by whom it was begun.

        Raises:
            UploadError: It is another one's key, it does not work, or the service cannot be asked.
            StoppedError: It was interrupted.
        """
        now = self.whose(account)
        if now is None:
            return
        if batch.author is not None and now.author is not None:
            same = batch.author == now.author
        else:
            same = batch.whose is None or batch.whose == now.shown
        if not same:
            detail = batch.whose or batch.author or ""
            raise UploadError(Problem(kind=Kind.OTHER_ACCOUNT, service=account.service.name, detail=detail))


def place(flow: Flow, named: Mapping[str, str]) -> str:
    """Where something goes to, in words, before it is sent."""
    known: dict[str, Any] = {"named": {**dict.fromkeys(one.id for one in flow.target.inputs), **named}}
    return shown(flow.target.place, known) or flow.target.label


def going_out(flow: Flow, count: int, where: str) -> str:
    """Say what will go out to whom: "Circle: 2 files will be sent at once to the message in General (…)"."""
    seen = _(_SEEN_BY[flow.target.seen_by])
    return _("{name}: {files} will be sent at once to {where} ({seen})").format(
        name=flow.service.name, files=left.files(count), where=where, seen=seen
    )
