"""What the simulation has found in the engine, each as small as it gets. One that passes has been mended."""

import dataclasses
from collections.abc import Iterable

import pytest

from tests.engine.stage import LOST, NOTE, Stage
from tests.engine.test_queue_ledger import Kept
from tests.simulation.kinds import TARGETS, account
from tests.simulation.playing import first_failure
from tests.simulation.world import Holes, Weather
from uploader_gui.core.batch import Batch, BatchState, Step, Upload, UploadState
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.session import Session
from uploader_gui.engine.verify import Looked, Sight
from uploader_gui.engine.work import AttachWork, UploadWork, VerifyWork

UNKNOWN = Problem(kind=Kind.ATTACH_UNKNOWN, service="Close", step="attach")


def _lose(stage: Stage, work: AttachWork, there: tuple[str, ...] = ()) -> None:
    stage.queue.learned(dataclasses.replace(work.batch, there=there))
    stage.queue.attached(work, Attached(verdict=Verdict.UNKNOWN, batch=work.batch, problem=UNKNOWN))


def _look(stage: Stage) -> VerifyWork:
    work = stage.queue.take()
    assert isinstance(work, VerifyWork)
    return work


def _add(stage: Stage, target: str, files: Iterable[str]) -> None:
    """Put a batch "b" in for one of the simulation's targets."""
    kind = next(one for one in TARGETS if one.name == target)
    upload = stage_upload(stage)
    batch = Batch(
        id="b",
        service=kind.flow.service.id,
        target=kind.flow.target_id,
        inputs=kind.inputs("at1"),
        named={},
        created=stage.clock.utc(),
        attaches=kind.flow.target.call is not None,
    )
    uploads = [dataclasses.replace(upload, id=name, batch_id="b", name=name, width=1, height=1) for name in files]
    stage.queue.add(batch, uploads, kind.flow, Session(account(kind, "user_1"), stage.clock))


def stage_upload(stage: Stage) -> Upload:
    """Any upload."""
    other = Stage()
    other.add("x", 1)
    assert stage.queue.batches() == ()
    return other.queue.uploads("x")[0]


def test_an_attach_is_not_sent_once_the_ledger_is_broken() -> None:
    """Another lane met the full disk first: "attach sent" cannot be kept either, so the attach must not go out.

    It went out, unnoted; the next start took the batch for not sent, and attached it a second time.
    """
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.add("c", 1)
    stage.store(stage.upload_work())
    attach, other = stage.attach_work(), stage.upload_work()
    ledger.full = True
    with pytest.raises(LedgerError):
        stage.queue.later(other, other.upload, 1)
    with pytest.raises(LedgerError):
        stage.queue.began(attach.batch, None, Step.ATTACH)


def test_a_lane_that_was_told_to_stop_says_nothing_about_the_next_one() -> None:
    """Paused and resumed at once: the lane that still ends must not stop, or store, what the next one sends."""
    stage = Stage()
    stage.add("b", 1)
    first = stage.upload_work()
    stage.queue.pause("b")
    stage.queue.resume("b")
    with stage.queue._changed:
        assert stage.queue._chooser.next()[0] is None, "two lanes never work on one file"
    stage.queue.stopped(first)
    assert stage.states("b") == [UploadState.QUEUED]
    second = stage.upload_work()
    assert not second.cancel.cancelled
    stage.queue.stop()
    assert second.cancel.cancelled


def test_a_look_from_before_is_no_second_look() -> None:
    """A look that was under way when a person settled tells nothing about the attach that was begun after it.

    Counted as the first of two, it let a look from before the settling time be the second: attached twice.
    """
    stage = Stage(looks=True)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    _lose(stage, stage.attach_work())
    from_before = _look(stage)
    stage.queue.settle("b", attached=False)
    _lose(stage, stage.attach_work())
    first = _look(stage)
    stage.queue.looked(from_before, Looked(sight=Sight.ABSENT))
    stage.clock.now += 60
    stage.queue.looked(first, Looked(sight=Sight.ABSENT))
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN


def test_a_confirm_that_is_done_is_not_done_again() -> None:
    """Told to stop after the confirm and before the next step: what is stored and confirmed is not sent again."""
    stage = Stage()
    _add(stage, "slow upload", ["f"])
    work = stage.queue.take()
    assert isinstance(work, UploadWork)
    stage.queue.began(work.batch, work.upload, Step.CONFIRM)
    confirmed = dataclasses.replace(work.upload, next_step=Step.READY, answers={"confirm": {"id": "1"}})
    stage.queue.step_done(work.batch, confirmed, Step.CONFIRM)
    stage.queue.stopped(work)
    assert stage.queue.uploads("b")[0].next_step is Step.READY


def test_a_confirm_that_was_broken_off_is_not_repeated() -> None:
    """Paused in the middle of a confirm that may not be repeated: nobody knows whether it came, so it begins anew.

    A lane that is told to stop does so; one whose upload was paused did not, and the confirm was sent once more.
    """
    stage = Stage()
    _add(stage, "slow upload", ["f"])
    work = stage.queue.take()
    assert isinstance(work, UploadWork)
    stored = dataclasses.replace(work.upload, next_step=Step.CONFIRM, answers={"sign": {"id": "1"}})
    stage.queue.step_done(work.batch, stored, Step.TRANSFER)
    stage.queue.began(work.batch, stored, Step.CONFIRM)
    stage.queue.pause("b")
    stage.queue.stopped(work)
    stage.queue.resume("b")
    assert stage.queue.uploads("b")[0].next_step is Step.SIGN


def test_what_is_harmless_twice_is_not_called_cancelled_when_nobody_knows() -> None:
    """Its first try may have worked: cancelling the wait for the second must not say that nothing is attached."""
    stage = Stage()
    _add(stage, "circle avatar", ["f"])
    work = stage.queue.take()
    assert isinstance(work, UploadWork)
    stage.store(work)
    attach = stage.attach_work()
    stage.queue.attached(attach, Attached(verdict=Verdict.REPEATABLE, batch=attach.batch, problem=LOST))
    assert not stage.queue.cancel("b")


def test_a_refused_second_try_says_nothing_about_the_first() -> None:
    """Its first try may have worked: that the second was refused, or not sent, does not make it cancellable."""
    stage = Stage()
    _add(stage, "circle avatar", ["f"])
    work = stage.queue.take()
    assert isinstance(work, UploadWork)
    stage.store(work)
    attach = stage.attach_work()
    stage.queue.attached(attach, Attached(verdict=Verdict.REPEATABLE, batch=attach.batch, problem=LOST))
    again = stage.attach_work()
    refused = Problem(kind=Kind.FORBIDDEN, service="Circle", step="attach", status=403)
    stage.queue.attached(again, Attached(verdict=Verdict.REFUSED, batch=again.batch, problem=refused))
    assert not stage.queue.cancel("b")


def test_after_a_restart_what_may_be_attached_is_not_called_cancelled() -> None:
    """Taken up again, what is harmless twice is open till it is attached again: cancelled then, it may be attached."""
    stage = Stage()
    _add(stage, "circle avatar", ["f"])
    work = stage.queue.take()
    assert isinstance(work, UploadWork)
    stage.store(work)
    batch = stage.attach_work().batch
    other = Stage()
    other.queue.restore(batch, stage.queue.uploads("b"), work.flow, work.session, attach_sent=True)
    assert not other.queue.cancel("b")


def test_what_was_made_without_a_name_is_not_the_next_batchs() -> None:
    """The answer was cut after its status, and lists lag: what the first batch made must not be found for the second.

    Nothing claims the first one's thing, and it was not on the record when the second looked before its attach.
    """
    stage = Stage(looks=True)
    for name in ("b", "c"):
        stage.add(name, 1)
        stage.store(stage.upload_work())
        work = stage.attach_work()
        if name == "b":
            stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch))
        else:
            _lose(stage, work)
    stage.queue.looked(_look(stage), Looked(sight=Sight.FOUND, thing="made_for_b"))
    assert stage.state("c") is not BatchState.ATTACHED


def test_what_a_batch_has_claimed_itself_is_attached() -> None:
    """The process ended after the attach's answer was known and its thing claimed, before the batch was ended.

    The claim says that it is attached, whatever became of the thing since: edited meanwhile, it was attached once more.
    """
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.learned(dataclasses.replace(work.batch, there=()))
    stage.queue.began(work.batch, None, Step.ATTACH)
    [batch] = stage.queue.batches()
    ledger.claim(batch.record, "made_for_b", "b")
    other = Stage(ledger=ledger, looks=True)
    other.queue.restore(batch, stage.queue.uploads("b"), NOTE, other.session, attach_sent=True)
    other.queue.drain()
    while isinstance(look := other.queue.take(), VerifyWork):
        other.queue.looked(look, Looked(sight=Sight.ABSENT))
    assert other.state("b") is BatchState.ATTACHED


def test_what_attaches_nothing_can_be_let_go_in_a_while() -> None:
    """A plain upload that is to be sent in a while ends when its files are stored; it raised, and ended the lane."""
    stage = Stage()
    stage.add("b", 1, plain=True)
    stage.queue.let_go("b", after=10)
    stage.store(stage.upload_work())
    assert stage.state("b") is BatchState.STORED


HOLES = {
    "unnoted": (Weather(full=0.3, lost=0.1), None),
    "stale": (Weather(people=0.5), None),
    "confirmed": (Weather(people=0.5), None),
    "repeats": (Weather(lost=0.5, people=0.5), "circle avatar"),
    "nameless": (Weather(lost=0.3, cuts=0.6, lag=1), "close note"),
    "plain": (Weather(people=0.4), None),
}
"""Where each shows soon."""


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole(hole: str) -> None:
    """The same in whole schedules, where each showed soon before it was mended."""
    weather, target = HOLES[hole]
    assert first_failure(range(60), holes=Holes(**{hole: True}), forced=weather, target=target) is None
