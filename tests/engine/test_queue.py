"""The scheduler by itself: lanes are played by the tests, and time is theirs."""

import dataclasses
import random
import threading

import pytest

from tests.engine.stage import BROKEN, LIMITED, LOST, Stage
from uploader_gui.core.batch import BatchState, Receipt, Step, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.work import AttachWork, DigestWork, UploadWork


def test_a_batch_is_attached_when_all_its_files_are_stored() -> None:
    """Not before, and by one attach with all of them in the given order, whoever was first."""
    stage = Stage()
    stage.add("b", 3)
    works = [stage.upload_work() for _ in range(3)]
    for work in reversed(works):
        assert not stage.heard.finished
        stage.store(work)
    attach = stage.attach_work()
    assert [upload.id for upload in attach.uploads] == ["b1", "b2", "b3"]
    stage.queue.attached(attach, Attached(verdict=Verdict.ATTACHED, batch=attach.batch))
    assert stage.state("b") is BatchState.ATTACHED
    [finished] = stage.heard.finished
    assert finished.place == "the note on Globex Corporation"
    assert finished.link == "https://app.close.com/lead/lead_globex/"


def test_a_target_that_attaches_nothing_ends_when_all_is_stored() -> None:
    """A plain upload is finished without an attach, and says what each file is good for."""
    stage = Stage()
    stage.add("b", 1, plain=True)
    stage.store(stage.upload_work())
    assert stage.state("b") is BatchState.STORED
    assert not stage.heard.finished[0].attached
    assert stage.heard.stored[0].result == {"link": "https://app.close.com/go/file/x/"}


def test_one_bad_file_and_nothing_is_attached() -> None:
    """The others are still brought to their end, then the batch asks."""
    stage = Stage()
    stage.add("b", 2)
    first, second = stage.upload_work(), stage.upload_work()
    stage.queue.failed(first, BROKEN)
    assert stage.state("b") is BatchState.OPEN
    stage.store(second)
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    assert [event.problem for event in stage.heard.troubled] == [BROKEN]
    stage.queue.drain()
    assert stage.queue.take() is None


def test_what_passes_is_tried_again_with_growing_waits() -> None:
    """A lost connection: 1, 2, 4, 8 seconds, then a person is asked."""
    stage = Stage()
    stage.add("b", 1)
    began = stage.clock.now
    waits = []
    for _ in range(4):
        stage.queue.failed(stage.upload_work(), LOST)
        assert stage.states("b") == [UploadState.WAITING_RETRY]
        before = stage.clock.now
        work = stage.upload_work()
        waits.append(round(stage.clock.now - before))
        stage.queue.stopped(work)
    assert waits == [1, 2, 4, 8]
    assert stage.clock.now - began == pytest.approx(15, abs=0.1)
    stage.queue.failed(stage.upload_work(), LOST)
    assert stage.states("b") == [UploadState.NEEDS_ATTENTION]


def test_an_attach_that_was_not_sent_is_tried_again() -> None:
    """Refused connections leave nothing behind; after the last try a person is asked."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    nobody = Problem(kind=Kind.UNREACHABLE, service="Close", step="attach", sent=False)
    for _ in range(5):
        work = stage.attach_work()
        stage.queue.attached(work, Attached(verdict=Verdict.NOT_SENT, batch=work.batch, problem=nobody))
    assert stage.state("b") is BatchState.NEEDS_ATTENTION
    stage.queue.drain()
    assert stage.queue.take() is None


@pytest.mark.parametrize(
    ("verdict", "state"), [(Verdict.UNKNOWN, BatchState.ATTACH_UNKNOWN), (Verdict.REFUSED, BatchState.NEEDS_ATTENTION)]
)
def test_an_attach_is_never_blindly_repeated(verdict: Verdict, state: BatchState) -> None:
    """Unknown or refused: nobody takes it up again by itself."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    problem = Problem(kind=Kind.ATTACH_UNKNOWN, service="Close", step="attach")
    stage.queue.attached(work, Attached(verdict=verdict, batch=work.batch, problem=problem))
    assert stage.state("b") is state
    stage.queue.drain()
    assert stage.queue.take() is None


def test_what_is_harmless_twice_ends_as_unknown_when_it_never_answers() -> None:
    """Tried again and again, and nobody ever said whether it worked: that is not "not attached"."""
    stage = Stage()
    stage.add("b", 1, harmless=True)
    stage.store(stage.upload_work())
    for _ in range(5):
        work = stage.attach_work()
        stage.queue.attached(work, Attached(verdict=Verdict.REPEATABLE, batch=work.batch, problem=LOST))
    assert stage.state("b") is BatchState.ATTACH_UNKNOWN
    assert [event.problem.kind for event in stage.heard.troubled] == [Kind.ATTACH_UNKNOWN]


def test_cancel_stops_what_runs() -> None:
    """The running transfer is told, and its late end changes nothing."""
    stage = Stage()
    stage.add("b", 2)
    work = stage.upload_work()
    assert stage.queue.cancel("b")
    assert work.cancel.cancelled
    stage.store(work)
    stage.queue.failed(work, LOST)
    stage.queue.stopped(work)
    assert stage.states("b") == [UploadState.CANCELLED] * 2
    assert stage.state("b") is BatchState.CANCELLED


def test_an_attach_under_way_cannot_be_cancelled() -> None:
    """It is too late to say that nothing is attached."""
    stage = Stage()
    stage.add("b", 1)
    stage.store(stage.upload_work())
    work = stage.attach_work()
    assert not stage.queue.cancel("b")
    stage.queue.stop()
    assert not work.cancel.cancelled
    stage.queue.attached(work, Attached(verdict=Verdict.ATTACHED, batch=work.batch))
    assert stage.state("b") is BatchState.ATTACHED


def test_stop_ends_waiting_lanes() -> None:
    """A lane that waits for work is let go."""
    stage = Stage()
    ended = threading.Event()

    def lane() -> None:
        stage.queue.take()
        ended.set()

    thread = threading.Thread(target=lane)
    thread.start()
    stage.queue.stop()
    assert ended.wait(10)
    thread.join()


def test_idle_lanes_take_digests() -> None:
    """With nothing else to do, a stored file gets the digest nobody waits for, once."""
    stage = Stage(idle_digests=frozenset({"sha256", "crc32c"}))
    stage.add("b", 1, plain=True)
    stage.store(stage.upload_work())
    work = stage.queue.take()
    assert isinstance(work, DigestWork)
    assert work.wanted == {"sha256", "crc32c"}
    stage.queue.digested(work, {"sha256": "ab", "crc32c": "cd"})
    receipt = stage.queue.uploads("b")[0].receipt
    assert receipt is not None
    assert (receipt.sha256, receipt.crc32c) == ("ab", "cd")
    stage.queue.drain()
    assert stage.queue.take() is None


def test_polling_is_one_step_to_whoever_watches() -> None:
    """However often the service is asked whether it is ready: one beginning, one end."""
    stage = Stage()
    stage.add("b", 1)
    for _ in range(3):
        work = stage.upload_work()
        stage.queue.began(work.batch, work.upload, Step.READY)
        stage.queue.later(work, dataclasses.replace(work.upload, next_step=Step.READY), 2)
    work = stage.upload_work()
    stage.queue.began(work.batch, work.upload, Step.READY)
    stage.queue.step_done(work.batch, work.upload, Step.READY)
    assert stage.heard.steps() == [("b1", "ready", "started"), ("b1", "ready", "done")]


def test_the_last_step_is_kept_with_the_whole() -> None:
    """One change is kept for both, and what was done is told then; a pause that comes between loses nothing of it."""
    stage = Stage()
    stage.add("b", 2)
    first, second = stage.upload_work(), stage.upload_work()
    for work in (first, second):
        stage.queue.began(work.batch, work.upload, Step.TRANSFER)
    stage.store(first)
    assert stage.heard.steps()[-1] == ("b1", "transfer", "done")
    stage.queue.pause("b")
    stage.store(second)
    rests = stage.queue.uploads("b")[1]
    assert (rests.state, rests.next_step, rests.receipt) == (UploadState.PAUSED, Step.READY, Receipt(size=5))
    assert ("b2", "transfer", "done") not in stage.heard.steps()
    stage.queue.resume("b")
    stage.store(stage.upload_work())
    assert stage.states("b") == [UploadState.STORED, UploadState.STORED]


@pytest.mark.parametrize("told", [0.0, None])
def test_now_is_not_at_once(told: float | None) -> None:
    """A service that says "again in 0 seconds" is not stormed: our own waits hold."""
    stage = Stage()
    stage.add("b", 1)
    began = stage.clock.now
    problem = Problem(kind=Kind.SERVICE_DOWN, service="Close", step="sign", wait=told)
    for _ in range(5):
        stage.queue.failed(stage.upload_work(), problem)
    assert stage.states("b") == [UploadState.NEEDS_ATTENTION]
    assert stage.clock.now - began >= 14


def test_being_told_to_wait_is_no_failure() -> None:
    """Many 429 and then one lost connection: that is its first try, not its last."""
    stage = Stage()
    stage.add("b", 1)
    for problem in [LIMITED] * 10 + [LOST]:
        stage.queue.failed(stage.upload_work(), problem)
    assert stage.states("b") == [UploadState.WAITING_RETRY]


def test_a_look_that_worked_starts_the_count_anew() -> None:
    """Polling for long with a hiccup now and then: only failures in a row count."""
    stage = Stage()
    stage.add("b", 1)
    for _ in range(12):
        stage.queue.failed(stage.upload_work(), LOST)
        work = stage.upload_work()
        stage.queue.later(work, work.upload, 2)
    assert stage.states("b") == [UploadState.WAITING_RETRY]


def test_attaches_to_one_record_run_one_at_a_time() -> None:
    """Two batches read, append and write the same lead: the second begins when the first has ended."""
    stage = Stage()
    stage.add("b", 1)
    stage.add("c", 1)
    for work in [stage.upload_work(), stage.upload_work()]:
        stage.store(work)
    first = stage.attach_work()
    assert _poll(stage) is None
    stage.queue.attached(first, Attached(verdict=Verdict.ATTACHED, batch=first.batch))
    assert stage.attach_work().batch.id == "c"


def test_what_is_unknown_holds_the_next_one_back() -> None:
    """Nobody knows what is on the record: the next attach to it waits, one to another record does not."""
    stage = Stage()
    for name in "bcd":
        stage.add(name, 1, lead="lead_other" if name == "d" else "lead_globex")
    for work in [stage.upload_work() for _ in range(3)]:
        stage.store(work)
    first = stage.attach_work()
    stage.queue.attached(first, Attached(verdict=Verdict.UNKNOWN, batch=first.batch, problem=LOST))
    assert stage.attach_work().batch.id == "d"
    assert _poll(stage) is None


def test_an_attach_does_not_wait_for_other_batches_files() -> None:
    """A long batch in front does not hold back a short one that only lacks its attach."""
    stage = Stage()
    stage.add("long", 5)
    stage.add("short", 1, lead="lead_other")
    works = [stage.upload_work() for _ in range(6)]
    stage.store(next(work for work in works if work.batch.id == "short"))
    assert stage.attach_work().batch.id == "short"


def test_real_work_comes_before_digests() -> None:
    """A digest nobody waits for is given up for a new batch, and taken later."""
    stage = Stage(idle_digests=frozenset({"sha256"}))
    stage.add("b", 1, plain=True)
    stage.store(stage.upload_work())
    idle = stage.queue.take()
    assert isinstance(idle, DigestWork)
    stage.add("c", 1, plain=True)
    assert idle.cancel.cancelled
    stage.queue.digested(idle, None)
    stage.store(stage.upload_work())
    assert isinstance(stage.queue.take(), DigestWork)


@pytest.mark.logs_errors
def test_a_listener_that_raises_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Its error is noted by its kind, and the batch goes its way."""
    stage = Stage()

    def broken(_event: object) -> None:
        raise OSError("s3cret")

    stage.queue._teller.listener = broken
    stage.add("b", 1, plain=True)
    stage.store(stage.upload_work())
    assert stage.state("b") is BatchState.STORED
    assert "OSError" in caplog.text
    assert "s3cret" not in caplog.text
    caplog.clear()


@pytest.mark.parametrize("kind", [Kind.LINK_EXPIRED, Kind.STORAGE_REFUSED, Kind.CONFIRM_UNKNOWN])
def test_after_some_problems_the_next_try_begins_anew(kind: Kind) -> None:
    """A dead address, or a confirm nobody knows of: a person's retry asks for a new address."""
    stage = Stage()
    stage.add("b", 1)
    work = stage.upload_work()
    stage.queue.step_done(work.batch, dataclasses.replace(work.upload, next_step=Step.TRANSFER), Step.SIGN)
    stage.queue.failed(work, Problem(kind=kind, name="a"))
    [upload] = stage.queue.uploads("b")
    assert (upload.next_step, dict(upload.answers)) == (Step.SIGN, {})


def test_a_batch_has_files_and_is_added_once() -> None:
    """An empty note is nothing to attach; the same batch twice would be two attaches."""
    stage = Stage()
    with pytest.raises(ValueError, match="has files"):
        stage.add("b", 0)
    stage.add("b", 1)
    with pytest.raises(ValueError, match="once"):
        stage.add("b", 1)


@pytest.mark.parametrize("seed", range(300))
def test_any_luck_ends_well(seed: int) -> None:
    """Random outcomes, lanes and cancels: everything comes to rest, and no attach is begun twice without need."""
    luck = random.Random(seed)
    stage = Stage()
    for number in range(luck.randint(1, 4)):
        stage.add(f"b{number}", luck.randint(1, 4), plain=luck.random() < 0.3)
    stage.queue.drain()
    running: list[UploadWork | AttachWork] = []
    begun: dict[str, int] = {}
    certain: dict[str, int] = {}
    for _ in range(2000):
        if len(running) < 3:
            # A lane may only wait while others work: with none running, `take` must say something by itself.
            work = _poll(stage) if running else stage.queue.take()
            if work is None and not running:
                break
            if isinstance(work, AttachWork):
                begun[work.batch.id] = begun.get(work.batch.id, 0) + 1
            if isinstance(work, UploadWork | AttachWork):
                running.append(work)
                continue
        if luck.random() < 0.05:
            stage.queue.cancel(luck.choice(stage.queue.batches()).id)
        _end(stage, running.pop(luck.randrange(len(running))), luck, certain)
    else:
        pytest.fail("it never came to rest")
    for name, count in begun.items():
        assert count <= certain.get(name, 0) + 1
    unknown = [batch for batch in stage.queue.batches() if batch.state is BatchState.ATTACH_UNKNOWN]
    for batch in stage.queue.batches():
        # Only what waits for a record nobody knows about may still be open.
        assert batch.state is not BatchState.ATTACHING
        assert batch.state is not BatchState.OPEN or unknown


def _poll(stage: Stage) -> object:
    """Take what is there now, without waiting."""
    with stage.queue._changed:
        return stage.queue._chooser.next()[0]


def _end(stage: Stage, work: UploadWork | AttachWork, luck: random.Random, certain: dict[str, int]) -> None:
    if isinstance(work, AttachWork):
        verdict = luck.choice(list(Verdict))
        problem = None if verdict is Verdict.ATTACHED else luck.choice([LOST, LIMITED, BROKEN])
        if verdict in {Verdict.NOT_SENT, Verdict.REPEATABLE}:
            certain[work.batch.id] = certain.get(work.batch.id, 0) + 1
        stage.queue.attached(work, Attached(verdict=verdict, batch=work.batch, problem=problem))
        return
    how = luck.random()
    if how < 0.5:
        stage.store(work)
    elif how < 0.6:
        stage.queue.later(work, work.upload, luck.random() * 10)
    elif how < 0.65:
        stage.queue.stopped(work)
    else:
        stage.queue.failed(work, luck.choice([LOST, LIMITED, BROKEN]))
