"""What a person has done about what needed them: it is tried again, with that."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState, GoneError, Upload, UploadState
from uploader_gui.core.problems import ACTIONS, Action, Kind, Problem, UploadError
from uploader_gui.engine.entry import as_found
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.source import Source
from uploader_gui.services.flow import Flow
from uploader_gui.workers import gathering
from uploader_gui.workers.accounts import KnownAccount, same_person
from uploader_gui.workers.facts import NotYetError, Why
from uploader_gui.workers.known import Known
from uploader_gui.workers.questions import Questions
from uploader_gui.workers.queued import Queued

# A person has done something about the file itself: it is taken as it is now.
_ABOUT_THE_FILE = frozenset(
    {
        Kind.FILE_MISSING,
        Kind.FILE_UNREADABLE,
        Kind.FILE_CHANGED,
        Kind.FILE_CHANGING,
        Kind.FILE_LOCKED,
        Kind.FILE_IN_CLOUD,
        Kind.FILE_TOO_LARGE,
        Kind.FILE_TOO_SMALL,
        Kind.FILE_TYPE,
        Kind.FILE_NOT_IMAGE,
        Kind.PROCESSING_FAILED,
    }
)


class Solving:
    """Goes on with what needed a person.

    Args:
        queue: Tries again.
        queued: What is in the queue.
        known: Services and accounts.
        questions: Asks whose an account is.
    """

    def __init__(self, queue: Queue, queued: Queued, known: Known, questions: Questions) -> None:
        self._queue = queue
        self._queued = queued
        self._known = known
        self._questions = questions
        self._mended: set[str] = set()

    def read_accounts(self) -> tuple[KnownAccount, ...]:
        """Ask anew which accounts there are; what was begun with one whose key is another now goes on with that."""
        accounts = self._known.read_accounts()
        for account in accounts:
            if account.id and account.ready:
                if account.id in self._mended:
                    self._questions.forget_whose(account)  # it may be somebody else's now
                self._go_on_with(account)
                self._mended.discard(account.id)
        return accounts

    def mended(self, account_id: str) -> None:
        """A person has saved an account anew: once it is read, what needed that is tried again. In any thread."""
        self._mended.add(account_id)

    def _go_on_with(self, account: KnownAccount) -> None:
        mended = account.id in self._mended
        for batch in self._queue.batches():
            mine = batch.account == account.id and batch.state not in ENDED_BATCHES
            if not mine or not same_person(batch, account):
                continue
            with contextlib.suppress(GoneError):  # it was let go of meanwhile
                if batch.base == account.base:
                    solved = self._queue.sign_in(batch.id, self._known.session(account)) or mended
                else:
                    # Its record is not looked for at an address of which nobody knows whose it is.
                    known = batch.author is not None or batch.whose is not None
                    solved = mended and known and self._queue.move(batch.id, self._known.session(account))
                if solved:
                    self._retry_solved(batch, Action.CHANGE_ACCOUNT)

    def _retry_solved(self, batch: Batch, by: Action) -> None:
        """Try again what an action solves that a person has just taken."""
        uploads = self._queue.uploads(batch.id)
        stuck = {one.id for one in uploads if one.state is UploadState.NEEDS_ATTENTION and _solves(by, one.problem)}
        if stuck or (batch.state is BatchState.NEEDS_ATTENTION and _solves(by, batch.problem)):
            self._queue.retry(batch.id, only=stuck or None)

    def retry(self, batch_id: str, only: str | None = None) -> bool:
        """Try again what needs attention, with files as they are now. Raises NotYetError if none may go there."""
        batch = self._queued.batch(batch_id)
        what = self._known.flow_of(batch)
        stuck = [
            one
            for one in self._queue.uploads(batch_id)
            if one.state is UploadState.NEEDS_ATTENTION and only in {None, one.id}
        ]
        if not stuck:
            return self._queue.retry(batch_id)
        found: dict[str, Source] = {}
        problems: list[Problem] = []
        for upload in stuck:
            about_it = upload.problem is not None and upload.problem.kind in _ABOUT_THE_FILE
            try:
                if about_it:
                    found[upload.id] = self._fitting(what, upload, upload.given, upload.path)
            except UploadError as error:
                problems.append(error.problem)
        fine = {one.id for one in stuck} - {one.id for one in stuck if _still(one, found)}
        if not fine:
            raise NotYetError(Why.PROBLEM, problem=next(iter(problems), None))
        return self._queue.retry(batch_id, found, only=fine)

    def replace(self, batch_id: str, upload_id: str, path: str) -> bool:
        """Take another file in the place of one that needs attention. Raises UploadError if it may not go there."""
        batch = self._queued.batch(batch_id)
        what = self._known.flow_of(batch)
        upload = next((one for one in self._queue.uploads(batch_id) if one.id == upload_id), None)
        if upload is None:
            raise NotYetError(Why.TOO_LATE)
        source = self._fitting(what, upload, path, Path(path).absolute())
        return self._queue.retry(batch_id, {upload_id: source}, only={upload_id})

    def edit(self, batch_id: str, inputs: Mapping[str, Any], named: Mapping[str, str]) -> bool:
        """Change what is filled in; what was wrong with it is tried again. False if it is too late."""
        batch = self._queued.batch(batch_id)
        if not self._queue.edit(batch_id, inputs, named):
            return False
        self._retry_solved(batch, Action.CHANGE_TARGET)
        return True

    def _fitting(self, what: Flow, upload: Upload, given: str, path: Path) -> Source:
        source = gathering.looked_at(what, given, path)
        now = as_found(upload, source)
        beside = [one for one in self._queue.uploads(upload.batch_id) if one.state is not UploadState.CANCELLED]
        problem = gathering.refused(what, now, [now if one.id == now.id else one for one in beside])
        if problem is not None:
            raise UploadError(problem)
        return source


def _still(upload: Upload, found: Mapping[str, Source]) -> bool:
    """Whether what is wrong with a file is as wrong as before."""
    return upload.problem is not None and upload.problem.kind in _ABOUT_THE_FILE and upload.id not in found


def _solves(action: Action, problem: Problem | None) -> bool:
    """Whether an action is a way out of a problem."""
    return problem is not None and action in ACTIONS[problem.kind]
