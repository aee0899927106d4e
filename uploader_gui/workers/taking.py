"""Taking up what earlier runs left: held, read again, and gone on with by whoever it was begun by, or ended."""

import dataclasses
from collections.abc import Iterator

from uploader_gui.core.batch import (
    ATTACH_SENT,
    ENDED_BATCHES,
    Batch,
    BatchEvent,
    BatchState,
    Upload,
    UploadEvent,
    UploadState,
    advance,
)
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import PASSING, Kind, Problem, UploadError
from uploader_gui.store.ledger import Ledger
from uploader_gui.workers.accounts import KnownAccount, fitting
from uploader_gui.workers.facts import Left, Why
from uploader_gui.workers.works import Works


def left_over(works: Works) -> list[Left]:
    """Hold what nobody else is at work on, and say how it was left. Raises StoreError."""
    found = []
    there = {batch.id for batch in works.queue.batches()}
    for listed in works.ledger.batches(ended=False):
        if listed.id in there or not works.ledger.hold(listed.id):
            continue
        # What was read before it was held may have changed meanwhile.
        batch = next(iter(works.ledger.batches(like=listed.id)), None)
        if batch is None or batch.state in ENDED_BATCHES:
            works.ledger.release(listed.id)
            continue
        uploads = works.ledger.uploads(batch.id)
        found.append(Left(batch=_as_left(works.ledger, batch), uploads=uploads, why=_why(works, batch)))
    return found


def anew(works: Works, left: Left) -> Left:
    """See again whether the account and the service file of a batch are there."""
    return Left(batch=left.batch, uploads=left.uploads, why=_why(works, left.batch))


def _why(works: Works, batch: Batch) -> Why:
    if (batch.service, batch.target) not in works.known.flows:
        return Why.NO_SERVICE
    return _why_of(works, batch, account_of(works, batch))


def _why_of(works: Works, batch: Batch, account: KnownAccount | None) -> Why:
    if account is not None:
        return Why.NOT_CHECKED if account.ready else Why.KEY_WAITS if account.waits else Why.NO_KEY
    mine = any(one.id == batch.account for one in works.known.accounts if one.id)
    return Why.OTHER_ADDRESS if mine else Why.NO_ACCOUNT


def account_of(works: Works, batch: Batch) -> KnownAccount | None:
    """The account a batch was begun with; None if it is gone."""
    return fitting(works.known.accounts, batch)


def checked(works: Works, left: list[Left], cancel: CancelToken) -> Iterator[Left]:
    """See for each whether it may be gone on with: those that may have no problem.

    Each account is asked once.
    """
    for one in left:
        account = account_of(works, one.batch)
        if one.why is not Why.NOT_CHECKED:
            yield one
            continue
        if account is None or not account.ready:
            why = _why_of(works, one.batch, account)
            yield Left(batch=one.batch, uploads=one.uploads, why=why)
            continue
        try:
            now = works.questions.whose(account, cancel)
        except UploadError as error:
            why = Why.NOT_CHECKED if error.problem.kind in PASSING else Why.PROBLEM
            yield Left(batch=one.batch, uploads=one.uploads, why=why, problem=error.problem)
            continue
        batch = one.batch
        if now is None:
            same = True
        elif batch.author is not None and now.author is not None:
            same = batch.author == now.author
        else:
            same = batch.whose is None or batch.whose == now.shown
        if same:
            yield one
        else:
            detail = batch.whose or batch.author or ""
            problem = Problem(kind=Kind.OTHER_ACCOUNT, service=account.service.name, detail=detail)
            yield Left(batch=batch, uploads=one.uploads, why=Why.PROBLEM, problem=problem)


def restore(works: Works, left: Left) -> None:
    """Put a batch back into the queue. Where its target sends, a person is asked again. Raises LedgerError."""
    if any(one.id == left.batch.id for one in works.queue.batches()):
        return  # it was looked at twice, as accounts came one after the other
    account = account_of(works, left.batch)
    flow = works.known.flows.get((left.batch.service, left.batch.target))
    stored = next(iter(works.ledger.batches(like=left.batch.id)), None)
    if account is None or not account.ready or flow is None or stored is None or stored.state in ENDED_BATCHES:
        return
    works.queue.restore(
        stored,
        left.uploads,
        flow,
        works.known.session(account),
        attach_sent=_attach_sent(works.ledger, stored),
        attach_began=any(event == ATTACH_SENT for _at, _upload, event in works.ledger.journal(stored.id)),
        held_back=flow.target.sends,
    )
    works.queued.show(stored.id)


def end(works: Works, batch: Batch, uploads: tuple[Upload, ...], event: BatchEvent) -> bool:
    """End a batch that is not in the queue, by a person's word alone. Raises StoreError.

    Returns:
        False if it came into the queue a moment before: then the person's word is the queue's to follow.
    """
    if any(one.id == batch.id for one in works.queue.batches()):
        if event is BatchEvent.CANCELLED:
            works.queue.cancel(batch.id)
        else:
            works.queue.settle(batch.id, attached=True)
        return False
    now = works.clock.utc()
    ended = advance(batch, event, problem=None, due=None, ended=now, answers={}, there=None)
    changed = [dataclasses.replace(upload, answers={}) for upload in uploads]
    if event is BatchEvent.CANCELLED:
        changed = [
            one if one.state is UploadState.CANCELLED else advance(one, UploadEvent.CANCELLED) for one in changed
        ]
    works.ledger.save(ended, changed, now, (batch.id, None, f"{event}, says a person"), durable=True)
    works.ledger.release(batch.id)
    works.queue.settled_elsewhere()
    return True


def _attach_sent(ledger: Ledger, batch: Batch) -> bool:
    if batch.state is not BatchState.ATTACHING:
        return False
    about_it = [event for _at, upload, event in ledger.journal(batch.id) if upload is None]
    # With a problem it is the second try of what is harmless twice: the first may have worked.
    return batch.problem is not None or about_it[-1:] == [ATTACH_SENT]


def _as_left(ledger: Ledger, batch: Batch) -> Batch:
    if batch.state is not BatchState.ATTACHING:
        return batch
    return advance(batch, BatchEvent.CRASHED if _attach_sent(ledger, batch) else BatchEvent.NOT_SENT)
