"""One record, several batches: of this queue, and of other processes."""

import pytest

from tests.engine.stage import BROKEN, LOST, Stage
from tests.engine.test_queue_ledger import Kept
from uploader_gui.core.batch import BatchState
from uploader_gui.core.ports import Holder
from uploader_gui.core.problems import Kind
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.events import StepChanged, StepState


def _ready(ledger: Kept) -> Stage:
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    return stage


def test_another_process_on_the_record_is_waited_for() -> None:
    """While it is at work the attach waits, says so once, and comes when the record is free."""
    ledger = Kept()
    ledger.holder = Holder(batch_id="0123456789", alive=True)
    stage = _ready(ledger)
    began = stage.clock.now

    def wait(condition: object, seconds: float | None) -> None:
        del condition
        assert seconds is not None
        stage.clock.now += seconds
        if stage.clock.now > began + 60:
            ledger.holder = None

    stage.clock.wait = wait  # type: ignore[method-assign]
    stage.queue.drain()
    assert stage.attach_work().batch.id == "b"
    waits = [one for one in stage.heard.events if isinstance(one, StepChanged) and one.state is StepState.WAITING]
    assert [one.problem.kind for one in waits if one.problem] == [Kind.RECORD_BUSY]
    assert not stage.heard.troubled


def test_a_dead_process_on_the_record_is_a_persons() -> None:
    """Nobody is at work on it, nobody knows what became of it: nothing more goes there, and a person is told which."""
    ledger = Kept()
    ledger.holder = Holder(batch_id="0123456789", alive=False)
    stage = _ready(ledger)
    stage.queue.drain()
    assert stage.queue.take() is None
    [told] = stage.heard.troubled
    assert (told.problem.kind, told.problem.detail) == (Kind.RECORD_BUSY, "01234567")
    assert stage.state("b") is BatchState.OPEN, "it goes on by itself once that one is settled"


def test_who_waits_for_a_batch_of_the_same_queue_is_told() -> None:
    """Of two batches to one lead the first is unknown: the second is not attached, and the person hears why."""
    stage = Stage()
    stage.add("b", 1)
    stage.add("c", 1)
    for work in [stage.upload_work(), stage.upload_work()]:
        stage.store(work)
    first = stage.attach_work()
    stage.queue.attached(first, Attached(verdict=Verdict.UNKNOWN, batch=first.batch, problem=LOST))
    stage.queue.drain()
    assert stage.queue.take() is None
    assert [(one.batch.id, one.problem.kind) for one in stage.heard.troubled][1:] == [("c", Kind.RECORD_BUSY)]
    stage.queue.settle("b", attached=False)
    assert stage.attach_work().batch.id == "b"


@pytest.mark.parametrize("made", ["note_1", None])
def test_what_an_attach_made_is_claimed(made: str | None) -> None:
    """Its answer names the new note: no other batch can take it for its own, also when a list shows it late."""
    ledger = Kept()
    stage = _ready(ledger)
    work = stage.attach_work()
    stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch, made=made))
    claims = ledger.claimed(work.batch.record)
    assert claims == {made or "?b": "b"}, "what has no name keeps others from finding it as theirs"


SETTLED = Holder(batch_id="0123456789", alive=False)


def test_settled_elsewhere() -> None:
    """A batch that is not in this queue held the record; once a person has settled it, what waits goes at once."""
    ledger = Kept()
    ledger.holder = SETTLED
    stage = _ready(ledger)
    stage.queue.drain()
    assert stage.queue.take() is None
    stage.queue.settled_elsewhere()
    assert stage.queue.take() is None, "it looks, and it is still held"
    assert len(stage.heard.troubled) == 1, "which is no news"
    ledger.holder = None
    assert stage.queue.take() is None, "nobody has told it"
    before = stage.clock.now
    stage.queue.settled_elsewhere()
    assert stage.attach_work().batch.id == "b"
    assert stage.clock.now == before
    assert stage.queue.batches()[0].problem is None


def test_settled_elsewhere_is_no_word_of_what_waits_for_nobody() -> None:
    """What is held back, or still being sent, is not attached by it."""
    stage = Stage(ledger=Kept())
    stage.add("b", 1)
    stage.add("c", 1)
    for work in [stage.upload_work(), stage.upload_work()]:
        assert stage.queue.hold_back(work.batch.id)
        if work.batch.id == "b":
            stage.store(work)
    stage.queue.settled_elsewhere()
    assert stage.queue._chooser.next() == (None, None)


def test_tried_again_behind_another_batch() -> None:
    """While it waits for a record, a file that was added needs a person: tried again, it goes on."""
    ledger = Kept()
    ledger.holder = SETTLED
    stage = _ready(ledger)
    stage.queue.drain()
    assert stage.queue.take() is None
    stage.queue.extend("b", stage.made("c", 1)[1])
    stage.queue.failed(stage.upload_work(), BROKEN)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    ledger.holder = None
    assert stage.queue.retry("b")
    stage.store(stage.upload_work())
    assert stage.attach_work().batch.id == "b"
