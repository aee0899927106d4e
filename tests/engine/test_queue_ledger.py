"""The scheduler and its ledger: kept before told, nothing done that cannot be kept, taken up where it was."""

import dataclasses
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime

import pytest

from tests.engine.stage import LOST, NOTE, Stage
from uploader_gui.core.batch import Batch, BatchState, Step, Upload, UploadState
from uploader_gui.core.cancel import Cancelled
from uploader_gui.core.ports import Holder, LedgerError
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.keeping import Unkept
from uploader_gui.engine.preparing import NOTED
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.work import AttachWork
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow


class Kept(Unkept):
    """A ledger in memory, which can be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.holder: Holder | None = None
        self.batches: dict[str, Batch] = {}
        self.kept: dict[str, Upload] = {}
        self.lines: list[str] = []
        self.durable: list[str] = []
        self.full = False
        self.slow: list[tuple[Callable[[], None], Future[None]]] | None = None

    def post(self, upload: Upload, at: datetime, line: tuple[str, str | None, str]) -> Future[None]:
        """Keep an upload, or not before `catch_up` while the disk is slow."""
        if self.slow is None:
            return super().post(upload, at, line)
        kept = Future[None]()
        self.slow.append((lambda: self.save(None, (upload,), at, line), kept))
        return kept

    def catch_up(self) -> None:
        """Keep what was posted."""
        for save, kept in self.slow or ():
            save()
            kept.set_result(None)

    def add(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a batch."""
        self.save(batch, uploads, at, (batch.id, None, "added"))

    def add_all(self, new: Sequence[tuple[Batch, Sequence[Upload]]], at: datetime) -> None:
        """Keep several."""
        for batch, uploads in new:
            self.add(batch, uploads, at)

    def save(
        self,
        batch: Batch | None,
        uploads: Iterable[Upload],
        at: datetime,
        line: tuple[str, str | None, str],
        *,
        durable: bool = False,
    ) -> None:
        """Keep a change."""
        del at
        if self.full:
            raise LedgerError
        if batch is not None:
            self.batches[batch.id] = batch
        for upload in uploads:
            self.kept[upload.id] = upload
        self.lines.append(line[2])
        if durable:
            self.durable.append(line[2])

    def begin_attach(self, batch: Batch, at: datetime, line: tuple[str, str | None, str]) -> Holder | None:
        """Keep it, unless somebody holds the record."""
        if self.holder is None:
            self.save(batch, (), at, line)
        return self.holder


def test_several_batches_are_added_as_one() -> None:
    """All of them or none: what cannot be kept is not in the queue, and nothing else is stopped by it."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    new = [(batch, uploads) for name in ("b", "c") for batch, uploads in [stage.made(name, 1)]]
    ledger.full = True
    with pytest.raises(LedgerError):
        stage.queue.add_all(new, NOTE, stage.session)
    assert not stage.queue.batches()
    assert stage.queue.broken is None
    ledger.full = False
    stage.queue.add_all(new, NOTE, stage.session, held_back=True)
    assert [batch.id for batch in stage.queue.batches()] == ["b", "c"]
    assert set(ledger.batches) == {"b", "c"}
    assert {stage.upload_work().upload.id for _ in range(2)} == {"b1", "c1"}
    for wrong in (new, [stage.made("d", 1), stage.made("d", 1)], [stage.made("e", 0)]):
        with pytest.raises(ValueError, match="added once"):
            stage.queue.add_all(wrong, NOTE, stage.session)


def test_every_change_is_kept_before_it_is_told() -> None:
    """Whatever a listener hears of is in the ledger, if it is quick; "attach sent" is on the disk before it is sent."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    differing: list[str] = []

    def hear(event: object) -> None:
        batch = stage.queue.batches()[0]
        kept = [ledger.kept[one] for one in batch.uploads]
        if ledger.batches[batch.id] != batch or kept != list(stage.queue.uploads(batch.id)):
            differing.append(repr(event))

    stage.queue._teller.listener = hear
    stage.add("b", 2)
    stage.queue.failed(stage.upload_work(), LOST)
    stage.store(stage.upload_work())
    stage.store(stage.upload_work())
    work = stage.attach_work()
    assert "attach sent" not in ledger.lines
    stage.queue.began(work.batch, None, Step.ATTACH)
    assert ledger.durable == ["attach sent"]
    stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch))
    assert not differing
    assert ledger.batches["b"].place == "the note on Globex Corporation"
    assert ledger.batches["b"].ended is not None


def test_what_cannot_be_kept_is_not_done() -> None:
    """A full disk before "attach sent": nothing is sent, everything stops, and what is in memory is what is kept."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    ledger.full = True
    with pytest.raises(LedgerError):
        stage.queue.began(work.batch, None, Step.ATTACH)
    assert stage.queue.broken is not None
    assert stage.queue.take() is None
    assert "attach sent" not in ledger.lines


def test_a_full_disk_stops_what_runs() -> None:
    """The other lanes are told to stop as well, and end in good order."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 2)
    first, second = stage.upload_work(), stage.upload_work()
    ledger.full = True
    with pytest.raises(LedgerError):
        stage.queue.later(first, first.upload, 1)
    assert second.cancel.cancelled
    stage.queue.stopped(second)
    assert stage.queue.take() is None
    with pytest.raises(LedgerError):
        stage.add("c", 1)


@pytest.mark.parametrize("what", ["a confirm", "a pause"])
def test_nothing_comes_before_what_was_posted_is_kept(what: str) -> None:
    """Lanes sign and send without waiting for the ledger; what may not be done twice, or is kept next, waits for it."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 3)
    first, second, _ = (stage.upload_work() for _ in range(3))
    ledger.slow = []
    signed = dataclasses.replace(first.upload, next_step=Step.TRANSFER)
    stage.queue.step_done(first.batch, signed, Step.SIGN)
    stage.queue.began(first.batch, signed, Step.TRANSFER)
    stage.store(second)
    acts: dict[str, Callable[[], object]] = {
        "a confirm": lambda: stage.queue.began(first.batch, signed, Step.CONFIRM),
        "a pause": lambda: stage.queue.pause("b"),
    }
    acting = threading.Thread(target=acts[what])
    acting.start()
    acting.join(0.1)
    assert acting.is_alive()
    assert not {"sign done", "stored", "paused"} & set(ledger.lines)
    ledger.catch_up()
    acting.join()
    assert ledger.lines[4:6] == ["sign done", "stored"]
    assert ("paused" in ledger.lines) is (what == "a pause")


@pytest.mark.parametrize("what", ["a confirm", "a step done"])
def test_what_could_not_be_kept_later_stops_everything(what: str) -> None:
    """A change that was posted and could not be kept: whoever comes next is stopped, and nothing more is kept."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 3)
    first, second = stage.upload_work(), stage.upload_work()
    ledger.full = True
    stage.store(first)
    ledger.full = False
    act = stage.queue.began if what == "a confirm" else stage.queue.step_done
    with pytest.raises(LedgerError):
        act(second.batch, second.upload, Step.CONFIRM)
    assert stage.queue.broken is not None
    assert second.cancel.cancelled
    stage.queue.stopped(second)
    assert stage.queue.take() is None
    assert not {"confirm done", "stored", "stopped"} & set(ledger.lines)


class Late(Future[None]):
    """A write that fails right after somebody has asked whether it is done."""

    def done(self) -> bool:
        """Say how it was a moment ago."""
        before = super().done()
        if not before:
            self.set_exception(LedgerError())
        return before


def test_what_fails_while_it_is_looked_at_is_not_passed_over() -> None:
    """A change that could not be kept stops everything, also where that comes between two looks at what was posted."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 3)
    first, second = stage.upload_work(), stage.upload_work()
    ledger.post = lambda *_: Late()  # type: ignore[method-assign]
    stage.queue.step_done(first.batch, first.upload, Step.SIGN)
    del ledger.post
    stage.queue.step_done(second.batch, second.upload, Step.SIGN)
    with pytest.raises(LedgerError):
        stage.queue.began(first.batch, first.upload, Step.CONFIRM)
    assert stage.queue.broken is not None


@pytest.mark.logs_errors
def test_a_mistake_in_what_was_posted_stops_everything() -> None:
    """It is not taken for a mistake with whatever somebody else was about to do, nor for kept."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 3)
    first, second = stage.upload_work(), stage.upload_work()
    ledger.slow = []
    stage.queue.step_done(first.batch, first.upload, Step.SIGN)
    [(_, posted)] = ledger.slow
    posted.set_exception(KeyError())
    with pytest.raises(LedgerError):
        stage.queue.step_done(second.batch, second.upload, Step.SIGN)
    assert stage.queue.broken is not None
    assert stage.queue.take() is None


def test_it_is_not_found_out_in_the_middle_of_a_change() -> None:
    """That nothing can be kept any more, which a lane hears of without the lock, waits for whoever has the lock.

    Else somebody could be told that it can be, pass over what is to be kept, and let an attach go out unnoted.
    """
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 3)
    first, second = stage.upload_work(), stage.upload_work()
    ledger.full = True
    stage.store(first)
    ended = list[type[Exception]]()

    def confirm() -> None:
        try:
            stage.queue.began(second.batch, second.upload, Step.CONFIRM)
        except LedgerError as error:
            ended.append(type(error))

    confirming = threading.Thread(target=confirm)
    with stage.queue._changed:
        confirming.start()
        confirming.join(0.1)
        assert stage.queue.broken is None
    confirming.join()
    assert stage.queue.broken is not None
    assert ended == [LedgerError]


def test_no_call_before_the_attach_goes_out_that_could_not_be_noted() -> None:
    """Also where another lane met the refusal first, and so has stopped everything."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.add("c", 1)
    stage.store(stage.upload_work())
    work, other = stage.attach_work(), stage.upload_work()
    stage.queue.began(work.batch, None, Step.PREPARE)
    ledger.full = True
    with pytest.raises(LedgerError):
        stage.queue.later(other, other.upload, 1)
    with pytest.raises(LedgerError):
        stage.queue.learned(dataclasses.replace(work.batch, answers={NOTED: {"thread": {"there": [], "at": "now"}}}))


@pytest.mark.parametrize("wish", ["a pause", "a pause that was taken back", "left out", "given up"])
def test_what_was_told_to_rest_begins_no_step(wish: str) -> None:
    """A pause that came while a lane waited to confirm: no confirm goes out, or going on would make it twice."""
    stage = Stage(ledger=Kept())
    stage.add("b", 2)
    work = stage.upload_work()
    sent = dataclasses.replace(work.upload, next_step=Step.CONFIRM)
    stage.queue.step_done(work.batch, sent, Step.TRANSFER)
    if wish == "left out":
        stage.queue.leave_out("b", "b1")
    elif wish == "given up":
        stage.queue.cancel("b")
    else:
        stage.queue.pause("b")
    if wish == "a pause that was taken back":
        stage.queue.resume("b")
    with pytest.raises(Cancelled):
        stage.queue.began(work.batch, sent, Step.CONFIRM)
    stage.queue.stopped(work)
    if wish == "a pause that was taken back":
        assert stage.upload_work().upload.next_step is Step.CONFIRM


def test_the_last_change_is_not_lost_unheard() -> None:
    """Also where no step follows: a lane that is to end waits until all is kept, and says so if it cannot be."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 2)
    work = stage.upload_work()
    ledger.full = True
    stage.store(work)
    stage.queue.stop()
    with pytest.raises(LedgerError):
        stage.queue.take()
    assert stage.queue.broken is not None


@pytest.mark.parametrize(
    ("kept", "step", "after", "begins"),
    [
        (UploadState.RUNNING, Step.SIGN, UploadState.QUEUED, Step.SIGN),
        (UploadState.RUNNING, Step.TRANSFER, UploadState.QUEUED, Step.SIGN),
        (UploadState.RUNNING, Step.READY, UploadState.QUEUED, Step.READY),
        (UploadState.WAITING_RETRY, Step.READY, UploadState.QUEUED, Step.READY),
        (UploadState.WAITING_NETWORK, Step.TRANSFER, UploadState.QUEUED, Step.SIGN),
        (UploadState.STORED, Step.READY, UploadState.STORED, Step.READY),
        (UploadState.NEEDS_ATTENTION, Step.TRANSFER, UploadState.NEEDS_ATTENTION, Step.TRANSFER),
        (UploadState.PAUSED, Step.SIGN, UploadState.PAUSED, Step.SIGN),
    ],
)
def test_what_ran_is_taken_up_where_it_was(kept: UploadState, step: Step, after: UploadState, begins: Step) -> None:
    """Another process left it so: it goes back to its last finished step, and nothing that is stored goes again."""
    stage = Stage(ledger=Kept())
    stage.add("b", 1)
    [upload] = stage.queue.uploads("b")
    upload = dataclasses.replace(upload, state=kept, next_step=step, due=99999.0, answers={"sign": {"x": 1}})
    other = Stage(ledger=Kept())
    other.queue.restore(stage.queue.batches()[0], [upload], NOTE, other.session, attach_sent=False)
    [taken] = other.queue.uploads("b")
    assert (taken.state, taken.next_step, taken.due) == (after, begins, None)


@pytest.mark.parametrize(("sent", "state"), [(True, BatchState.ATTACH_UNKNOWN), (False, BatchState.OPEN)])
def test_an_attach_that_was_under_way(sent: bool, state: BatchState) -> None:
    """Noted as sent: nobody knows. Not noted: it was certainly not sent, and goes on."""
    stage = Stage(ledger=Kept())
    stage.add("b", 1)
    stage.store(stage.upload_work())
    batch = stage.attach_work().batch
    other = Stage(ledger=Kept(), looks=False)
    other.queue.restore(batch, stage.queue.uploads("b"), NOTE, other.session, attach_sent=sent)
    assert other.state("b") is state
    other.queue.drain()
    work = other.queue.take()
    assert isinstance(work, AttachWork) is not sent


def test_an_attach_that_is_harmless_twice_is_simply_sent_again() -> None:
    """The same picture set twice is one picture: nobody is asked what became of the first try."""
    circle = catalogue.find("circle")
    avatar = flow(circle, "avatar")
    stage = Stage(ledger=Kept())
    account = Account(service=circle, base=circle.account.base, values={"access_token": "x"})
    batch = Batch(
        id="b", service="circle", target="avatar", inputs={}, named={}, created=stage.clock.utc(),
        state=BatchState.ATTACHING,
    )  # fmt: skip
    upload = Upload(
        id="u", batch_id="b", given="a.png", file="a.png", name="a.png", size=5, modified=0,
        media_type="image/png", state=UploadState.STORED, next_step=Step.READY,
    )  # fmt: skip
    stage.queue.restore(batch, [upload], avatar, Session(account, stage.clock), attach_sent=True)
    assert isinstance(stage.queue.take(), AttachWork)


def test_what_is_noted_before_a_call_is_on_the_disk() -> None:
    """A power cut after the call forgets it as little as the attach's own line; what came of it can be found again."""
    ledger = Kept()
    stage = Stage(ledger=ledger)
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    stage.queue.learned(dataclasses.replace(work.batch, answers={NOTED: {"thread": {"there": [], "at": "now"}}}))
    assert ledger.durable == ["prepared"]
    stage.queue.learned(dataclasses.replace(work.batch, answers={NOTED: {}, "thread": {"id": 1}}))
    assert ledger.durable == ["prepared"]
