"""If some of a batch's files cannot be sent: what then, is chosen beforehand. Ask, attach the others, or nothing."""

import pytest

from tests.engine.stage import BROKEN, LOST, NOTE, Stage
from tests.engine.test_queue_ledger import Kept
from uploader_gui.core.batch import BatchState, Partly, UploadState
from uploader_gui.core.problems import FOR_GOOD, PASSING, Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict


def others(stage: Stage) -> list[str]:
    """The ids of the batches that were parted off."""
    return [batch.id for batch in stage.queue.batches() if batch.id != "b"]


def fail_one(stage: Stage, files: int = 3, problem: Problem = BROKEN) -> None:
    """All files are stored but the second."""
    works = [stage.upload_work() for _number in range(files)]
    for number, work in enumerate(works):
        if number == 1:
            stage.queue.failed(work, problem)
        else:
            stage.store(work)


def test_ask() -> None:
    """Where nothing was chosen a person is asked, as ever."""
    stage = Stage()
    stage.add("b", 3)
    fail_one(stage)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert others(stage) == []


def test_others() -> None:
    """The others are attached once all of them are stored, not before; what failed is a batch that needs a person."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 3, partly=Partly.OTHERS)
    works = [stage.upload_work() for _number in range(3)]
    stage.queue.failed(works[1], BROKEN)
    stage.store(works[0])
    assert others(stage) == [], "one is still on its way"
    stage.store(works[2])
    work = stage.attach_work()
    assert [one.id for one in work.uploads] == ["b1", "b3"]
    stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch))
    [new] = others(stage)
    assert stage.state("b") is BatchState.ATTACHED
    assert stage.state(new) is BatchState.NEEDS_ATTENTION
    assert [(one.id, one.state) for one in stage.queue.uploads(new)] == [("b2", UploadState.NEEDS_ATTENTION)]
    assert stage.queue.retry(new)
    assert stage.upload_work().upload.id == "b2"


def test_none_works() -> None:
    """Where no file could be sent there is nothing to attach: a person is asked."""
    stage = Stage()
    stage.add("b", 2, partly=Partly.OTHERS)
    for work in [stage.upload_work(), stage.upload_work()]:
        stage.queue.failed(work, BROKEN)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert others(stage) == []


@pytest.mark.parametrize("kind", sorted(PASSING | {Kind.SIGNED_OUT, Kind.DISK_FULL, Kind.PROXY}))
def test_what_may_pass(kind: Kind) -> None:
    """What goes away by itself, or is not about the file, is no reason to leave a file out: a person is asked."""
    stage = Stage(tries=1)
    stage.add("b", 3, partly=Partly.OTHERS)
    fail_one(stage, problem=Problem(kind=kind, service="Close", step="transfer", wait=None))
    for _try in range(200):
        if stage.state("b") is not BatchState.OPEN:
            break
        stage.clock.now += 3600
        stage.queue.failed(stage.upload_work(), Problem(kind=kind, service="Close", step="transfer"))
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert others(stage) == []
    assert kind not in FOR_GOOD


def test_passes_then_fails() -> None:
    """A file that waits for something to pass holds the others up, until it is sent or has failed for good."""
    stage = Stage()
    stage.add("b", 3, partly=Partly.OTHERS)
    fail_one(stage, problem=LOST)
    assert others(stage) == []
    stage.clock.now += 3600
    stage.store(stage.upload_work())
    assert len(stage.attach_work().uploads) == 3


def test_nothing() -> None:
    """All or nothing: nobody parts it, by mistake or otherwise; once the file is there all are attached."""
    stage = Stage()
    stage.add("b", 3, partly=Partly.NOTHING)
    fail_one(stage)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert stage.queue.part("b") is None
    assert stage.queue.retry("b")
    stage.store(stage.upload_work())
    assert len(stage.attach_work().uploads) == 3


def test_chosen_when_it_waits() -> None:
    """Chosen while a person is asked, it holds at once; when it is being attached it is too late."""
    stage = Stage()
    stage.add("b", 3)
    fail_one(stage)
    assert stage.queue.choose_partly("b", Partly.NOTHING)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert stage.queue.choose_partly("b", Partly.OTHERS)
    work = stage.attach_work()
    assert [one.id for one in work.uploads] == ["b1", "b3"]
    assert not stage.queue.choose_partly("b", Partly.ASK)


def test_survives_a_restart() -> None:
    """It is kept with the batch: taken up by another process, the others are attached."""
    stage = Stage()
    stage.add("b", 3, partly=Partly.OTHERS)
    works = [stage.upload_work() for _number in range(3)]
    stage.queue.failed(works[1], BROKEN)
    stage.store(works[0])
    [batch], uploads = stage.queue.batches(), stage.queue.uploads("b")
    again = Stage()
    again.queue.restore(batch, uploads, NOTE, again.session, attach_sent=False)
    again.store(again.upload_work())
    assert [one.id for one in again.attach_work().uploads] == ["b1", "b3"]


def test_what_was_about_to_go_out_asks_again() -> None:
    """What a person had sent off goes out with other files than they saw: then it waits for their word once more."""
    stage = Stage()
    stage.add("b", 3, partly=Partly.OTHERS)
    works = [stage.upload_work() for _number in range(3)]
    assert stage.queue.let_go("b", after=10_000)
    assert stage.state("b") is BatchState.HELD
    stage.store(works[0])
    stage.store(works[2])
    stage.queue.failed(works[1], BROKEN)
    assert len(others(stage)) == 1
    assert stage.state("b") is BatchState.OPEN
    stage.clock.now += 20_000
    stage.queue.drain()
    assert stage.queue.take() is None
    assert stage.queue.let_go("b")


def test_upload_only() -> None:
    """Where nothing is attached the others have ended, and what failed is a batch of its own."""
    stage = Stage()
    stage.add("b", 3, plain=True)
    assert stage.queue.choose_partly("b", Partly.OTHERS)
    fail_one(stage)
    assert stage.state("b") is BatchState.STORED
    assert [stage.state(one) for one in others(stage)] == [BatchState.NEEDS_ATTENTION]


def test_of_a_batch_that_was_edited() -> None:
    """A choice is a fact of the batch like the others: editing what is filled in leaves it."""
    stage = Stage()
    stage.add("b", 2, partly=Partly.NOTHING)
    assert stage.queue.edit("b", {"lead": "lead_globex", "text": "Other"}, {"lead": "Globex"})
    [batch] = stage.queue.batches()
    assert batch.partly is Partly.NOTHING
