"""A new batch: gathered, held against what is on its way already, asked about, kept, and sent."""

import argparse
import collections
import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from uploader_gui.cli import asking, exits, filling, gathering, keeping, left, outcome, person, running
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.cli.gathering import Refused
from uploader_gui.cli.output import Output
from uploader_gui.cli.signing import SignedIn
from uploader_gui.cli.working import Working, output_of
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, Partly, Upload
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine import scope
from uploader_gui.engine.entry import record_of
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account
from uploader_gui.services.flow import Flow
from uploader_gui.store.ledger import Ledger


def send(flow: Flow, filled: Mapping[str, Any], signed: SignedIn, options: argparse.Namespace) -> int:
    """Send files to a target whose inputs are filled in; gives the exit code.

    Raises:
        WrongUseError: Something is missing, there are too many files, nobody can be asked whether to go on, or the
            same files are on their way there already.
        FailedError: The ledger cannot be used.
    """
    account = signed.account
    batch = Batch(
        id=str(uuid.uuid4()),
        service=flow.service.id,
        target=flow.target_id,
        inputs={},
        named={},
        created=keeping.now(),
        attaches=flow.target.call is not None,
        base=account.base,
        account=signed.saved_as,
        partly=Partly(options.partly),
    )
    gathered = gathering.gather(flow, batch, options.files)
    uploads, problems, left_out = tuple(gathered.uploads), gathered.problems, list[Refused]()
    if batch.partly is Partly.OTHERS:
        uploads, problems, left_out = _others(flow, uploads, problems)
    if not problems:
        _check_number(flow, len(uploads))
        inputs = filling.complete(flow, filled, scope.summary(batch.id, uploads))
        batch = dataclasses.replace(batch, inputs=inputs, uploads=tuple(upload.id for upload in uploads))
        problems = gathering.refused_by(flow, uploads)
    out = output_of(options)
    if problems:
        return _refuse(out, batch, problems, uploads)
    if flow.target.sends and not options.yes and not person.can_ask():
        what = asking.going_out(flow, len(uploads), words.quoted(flow.target.label))
        raise WrongUseError(_("{what}. Add --yes if that is what you want.").format(what=what))
    with keeping.opened(writes=True) as ledger:
        if not options.again:
            _check_new(ledger, flow, batch, uploads, account)
        for one in left_out:
            out.problem(batch, one.given, one.problem)
        code = _Sending(flow, batch, uploads, account, Working(out, ledger, options), ledger).go(yes=options.yes)
    return exits.overall([code, exits.NEEDS_ATTENTION] if left_out else [code])


def _others(
    flow: Flow, uploads: tuple[Upload, ...], problems: list[Refused]
) -> tuple[tuple[Upload, ...], list[Refused], list[Refused]]:
    """Leave out what cannot be sent: the files that can, what is wrong with all of them, and what is left out."""
    alone = [*problems, *(one for one in gathering.refused_by(flow, uploads) if one.given is not None)]
    given = {one.given for one in alone}
    fitting = tuple(one for one in uploads if one.given not in given)
    return (fitting, [], alone) if fitting else (uploads, problems, [])


def _check_number(flow: Flow, count: int) -> None:
    most = flow.max_files
    if most is not None and count > most:
        raise WrongUseError(
            _("the target “{target_id}” takes {files} at once, not {count}: send them one after the other.").format(
                target_id=flow.target_id, files=left.files(most), count=count
            )
        )


def _refuse(out: Output, batch: Batch, refused: Sequence[Refused], uploads: Sequence[Upload]) -> int:
    """Tell what was found before anything was sent."""
    for one in refused:
        out.problem(batch, one.given, one.problem)
    problems = [one.problem for one in refused]
    out.done(outcome.Ended(batch=batch, uploads=uploads, problems=problems, kept=False))
    missing = any(problem.kind is Kind.FILE_MISSING for problem in problems)
    return exits.WRONG_USE if missing else exits.NEEDS_ATTENTION


def _check_new(ledger: Ledger, flow: Flow, batch: Batch, uploads: Sequence[Upload], account: Account) -> None:
    """Raise WrongUseError if the same files are on their way to the same record already."""
    record, files = record_of(flow, batch, account), _paths(uploads)
    for other in ledger.batches(ended=False):
        if (other.service, other.target, other.record) != (batch.service, batch.target, record):
            continue
        theirs = ledger.uploads(other.id)
        if _paths(theirs) != files:
            continue
        if ledger.held(other.id):
            raise WrongUseError(
                _(
                    "the same files are being sent there by another process, as batch {id}. Add --again "
                    "to send them once more all the same."
                ).format(id=left.short(other.id))
            )
        now = left.as_left(ledger, other)
        raise WrongUseError(
            _("the same files are on their way there already: batch {id} {state}. Go on with it: {ways}.").format(
                id=left.short(now.id), state=left.state(now), ways=outcome.ways(now, theirs)
            )
            + " "
            + (
                ""
                if now.state in left.NOT_TO_CANCEL
                else _("Give it up: {command}.").format(command=outcome.command("cancel", now)) + " "
            )
            + _("Send them once more all the same: add --again.")
        )


def _paths(uploads: Sequence[Upload]) -> collections.Counter[str]:
    return collections.Counter(str(upload.path.resolve()) for upload in uploads)


class _Sending:
    """One new batch."""

    def __init__(
        self,
        flow: Flow,
        batch: Batch,
        uploads: tuple[Upload, ...],
        account: Account,
        working: Working,
        ledger: Ledger,
    ) -> None:
        self._flow = flow
        self._batch = batch
        self._uploads = uploads
        self._account = account
        self._working = working
        self._ledger = ledger

    def go(self, *, yes: bool) -> int:
        """Send, and tell how it ended."""
        working = self._working
        if self._introduced() and self._agreed(yes=yes):
            with working.stopping():
                working.put(self._batch, self._add)
                working.work()
        return working.end([(self._batch, self._uploads)])

    def _add(self, queue: Queue) -> None:
        # Held before it is there to be seen: nobody else takes it up.
        self._ledger.hold(self._batch.id)
        queue.add(self._batch, self._uploads, self._flow, self._working.engine.session(self._account))

    def _introduced(self) -> bool:
        """Learn whose the account is and what the inputs are called; False if there is no going on."""
        engine, account = self._working.engine, self._account
        with self._working.stopping():
            try:
                whose = asking.Accounts(engine).whose(account)
                named = engine.name_inputs(account, self._flow, self._batch.inputs)
            except UploadError as error:
                if not self._working.interrupted:
                    self._working.problem(self._batch, None, error.problem)
                return False
            except running.StoppedError:
                return False
        shown, author = (None, None) if whose is None else (whose.shown, whose.author)
        self._batch = dataclasses.replace(self._batch, named=named, whose=shown, author=author)
        return not self._working.interrupted

    def _agreed(self, *, yes: bool) -> bool:
        """Ask before something goes out to other people."""
        if not self._flow.target.sends or yes:
            return True
        where = asking.place(self._flow, self._batch.named)
        answer = person.agrees([asking.going_out(self._flow, len(self._uploads), where)])
        self._working.interrupted = answer is None
        return bool(answer)
