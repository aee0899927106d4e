"""A batch whose account has another address now: it begins there anew, unless something lies at the former one."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

import pytest

from tests.engine.stage import CLOSE, Stage
from tests.engine.test_queue_ledger import Kept
from uploader_gui.core.batch import Batch, BatchState, GoneError, Step, Upload, UploadState
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.session import Account, Session
from uploader_gui.services.flow import flow
from uploader_gui.services.template import Template

THERE = "https://eu.close.com"
FORBIDDEN = Problem(kind=Kind.FORBIDDEN, service="Close", step="transfer")
SIGNED = {"sign": {"upload": {"url": "https://us.storage.example/put"}}}


def elsewhere(stage: Stage) -> Session:
    """The same account at its other address."""
    return Session(Account(service=CLOSE, base=THERE, values={"api_key": "x"}), stage.clock)


def signed(stage: Stage, name: str = "b") -> None:
    """Let a batch's first file get its upload address, and then need a person."""
    work = stage.upload_work()
    assert work.batch.id == name
    stage.queue.began(work.batch, work.upload, Step.SIGN)
    known = dataclasses.replace(work.upload, next_step=Step.TRANSFER, answers=SIGNED)
    stage.queue.step_done(work.batch, known, Step.SIGN)
    stage.queue.failed(work, FORBIDDEN)


def test_it_begins_there_from_the_start() -> None:
    """The upload address of the former one counts no more; record and requests are those of the other address."""
    stage = Stage()
    stage.add("b", 1)
    session = elsewhere(stage)
    before = stage.queue.batches()[0].record
    assert stage.queue.move("b", session)
    [batch], [upload] = stage.queue.batches(), stage.queue.uploads("b")
    assert batch.base == THERE
    assert THERE in batch.record != before
    assert (upload.state, upload.next_step, upload.answers) == (UploadState.QUEUED, Step.SIGN, {})
    work = stage.upload_work()
    assert (work.session, work.batch.base) == (session, THERE)


def test_what_needs_a_person_still_does() -> None:
    """The move alone solves nothing; tried again, it begins with a new upload address."""
    stage = Stage()
    stage.add("b", 1)
    signed(stage)
    assert stage.queue.move("b", elsewhere(stage))
    assert stage.states("b") == [UploadState.NEEDS_ATTENTION]
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert stage.queue.retry("b")
    assert (stage.upload_work().upload.next_step, stage.queue.uploads("b")[0].answers) == (Step.SIGN, {})


@pytest.mark.parametrize("how", ["stored", "running", "being attached", "held"])
def test_too_late(how: str) -> None:
    """What lies at the former address, or is on its way there, is neither left there nor sent twice."""
    stage = Stage()
    stage.add("b", 2 if how == "stored" else 1)
    work = stage.upload_work()
    if how != "running":
        stage.store(work)
    if how == "being attached":
        stage.attach_work()
    elif how == "held":
        assert stage.queue.let_go("b", after=10)
    before = stage.queue.batches()[0]
    assert not stage.queue.move("b", elsewhere(stage))
    assert stage.queue.batches() == (before,)
    assert stage.queue._entries["b"].session is stage.session


def test_one_that_is_gone() -> None:
    """A batch that the queue has no more."""
    stage = Stage()
    with pytest.raises(GoneError):
        stage.queue.move("b", elsewhere(stage))


class Dying(Kept):
    """A ledger that keeps no more than so many changes: what a killed process leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None

    def save(
        self,
        batch: Batch | None,
        uploads: Iterable[Upload],
        at: datetime,
        line: tuple[str, str | None, str],
        *,
        durable: bool = False,
    ) -> None:
        """Keep a change, or end."""
        if self.left is not None:
            if not self.left:
                raise LedgerError
            self.left -= 1
        super().save(batch, uploads, at, line, durable=durable)


@pytest.mark.parametrize("changes", [0, 1, 2])
def test_killed_in_the_middle(changes: int) -> None:
    """Killed at any point: never a file of the new address whose upload address is the former one's."""
    ledger = Dying()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    signed(stage)
    ledger.left = changes
    try:
        stage.queue.move("b", elsewhere(stage))
    except LedgerError:
        assert changes == 0
    batch, upload = ledger.batches["b"], ledger.kept["b1"]
    assert (batch.base == THERE) == (changes > 0)
    assert bool(upload.answers) == (batch.base != THERE)


def test_its_place_is_the_new_one() -> None:
    """What is told of where it goes, and the link to it, are of the other address from then on."""
    field = CLOSE.account.fields[0].model_copy(update={"id": "site", "secret": False})
    account = CLOSE.account.model_copy(update={"fields": (*CLOSE.account.fields, field)})
    note = CLOSE.targets["note"].model_copy(
        update={"place": Template.read("${account.site}"), "opens": Template.read("https://${account.site}/x")}
    )
    service = CLOSE.model_copy(update={"account": account, "targets": {"note": note}})
    stage = Stage()

    def session(base: str, site: str) -> Session:
        return Session(Account(service=service, base=base, values={"api_key": "x", "site": site}), stage.clock)

    batch, uploads = stage.made("b", 1)
    stage.queue.add(batch, uploads, flow(service, "note"), session(CLOSE.account.base, "us.example"))
    assert stage.queue.move("b", session(THERE, "eu.example"))
    [now] = stage.queue.batches()
    assert (now.place, now.link) == ("eu.example", "https://eu.example/x")
