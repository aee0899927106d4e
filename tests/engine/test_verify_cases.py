"""What happens on a record while an attach is lost: never a second one, never a false "attached"."""

import contextlib
import dataclasses
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.fakes import FakeClock, Heard
from uploader_gui.core.batch import Batch, BatchState, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.lookup import whose
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account, Session
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.practice.world import RequestSeen
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow

LEAD = SAMPLES["close"]["lead"]
ROOM = SAMPLES["circle"]["room"]
CONTENT = b"hello"
DONE = Fault(kind="drop_after_attach")
NOT_DONE = Fault(kind="server_error", step="attach")
# Where things are told apart by who made them, and where by ids of their files.
TARGETS = {"close": ("note", {"lead": LEAD, "text": "hi"}), "circle": ("chat_message", {"room": ROOM, "text": "hi"})}


@pytest.fixture
def clock() -> FakeClock:
    """The program's time; the service's runs with it."""
    return FakeClock()


@pytest.fixture
def practice(clock: FakeClock) -> Iterator[PracticeService]:
    """A practice service whose time jumps with the program's."""
    with PracticeService(clock=lambda: 1_795_000_000 + clock.now) as service:
        yield service
        assert not service.errors


class Bench:
    """Batches of equal files to one record."""

    def __init__(self, practice: PracticeService, clock: FakeClock, upload_of: Callable[..., Upload]) -> None:
        self.practice = practice
        self.clock = clock
        self.heard = Heard()
        self._upload_of = upload_of
        self.queue = Queue(clock=clock, listener=self.heard)
        self._sessions: dict[str, Session] = {}
        self._files: dict[str, Upload] = {}

    def session(self, service_id: str) -> Session:
        """The account."""
        if service_id not in self._sessions:
            service = catalogue.find(service_id)
            values = self.practice.account(service_id)
            account = Account(service=service, base=self.practice.base(service_id), values=values)
            self._sessions[service_id] = Session(account, self.clock)
        return self._sessions[service_id]

    def author(self, service_id: str) -> str | None:
        """Who that is."""
        session = self.session(service_id)
        with contextlib.closing(Lane(self.queue, self.clock).account_client(session.account)) as client:
            return whose(Conversation(session, client, CancelToken()), self.clock.utc()).author

    def add(self, name: str, service_id: str = "close", *, author: str | None = "", files: int = 1) -> None:
        """Put a batch in."""
        target, inputs = TARGETS[service_id]
        batch = Batch(
            id=name,
            service=service_id,
            target=target,
            inputs=inputs,
            named={},
            created=self.clock.utc(),
            author=self.author(service_id) if author == "" else author,
        )
        uploads = [
            dataclasses.replace(self._file(f"a{number}.txt"), id=f"{name}{number}", batch_id=name)
            for number in range(files)
        ]
        self.queue.add(batch, uploads, flow(catalogue.find(service_id), target), self.session(service_id))

    def _file(self, name: str) -> Upload:
        """A file; the same one each time."""
        if name not in self._files:
            self._files[name] = self._upload_of(CONTENT, name=name)
        return self._files[name]

    def run(self) -> dict[str, BatchState]:
        """Let one lane work until nothing goes on by itself; say where the batches are."""
        self.queue.drain()
        thread = threading.Thread(target=Lane(self.queue, self.clock).run)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()
        return {batch.id: batch.state for batch in self.queue.batches()}

    def before(self, step: str, number: int, do: Callable[[], object]) -> None:
        """Do something just before the service gets the n-th request of a step."""
        seen: Counter[str] = Counter()

        def hear(request: RequestSeen) -> None:
            if step in request.steps and request.method == ("GET" if step == "verify" else "POST"):
                seen[step] += 1
                if seen[step] == number:
                    do()

        self.practice.world.on_request = hear

    def ours(self, service_id: str = "close") -> int:
        """How many things this account has attached."""
        return len(self.practice.world.attachments(service_id))

    def colleague(self, service_id: str = "close") -> str:
        """A colleague makes the same."""
        target, inputs = TARGETS[service_id]
        return self.practice.as_colleague(
            service=service_id,
            kind=target,
            record=inputs.get("lead") or inputs["room"],
            files=[("a0.txt", CONTENT)],
            text="hi",
        )


@pytest.fixture
def bench(practice: PracticeService, clock: FakeClock, upload_of: Callable[..., Upload]) -> Bench:
    """Batches of equal files to one record."""
    return Bench(practice, clock, upload_of)


# The first look notes what was there (only where files have no ids of their own), the next ones look for ours.
FIRST_LOOK = {"close": 2, "circle": 1}


@pytest.mark.parametrize(("lost", "again"), [(DONE, 0), (NOT_DONE, 1)])
@pytest.mark.parametrize("service", ["close", "circle"])
def test_an_identical_older_thing_is_not_taken_for_ours(bench: Bench, service: str, lost: Fault, again: int) -> None:
    """Ours and a colleague's, of the same files, have been there before."""
    bench.add("older", service)
    assert bench.run() == {"older": BatchState.ATTACHED}
    bench.colleague(service)
    other = Bench(bench.practice, bench.clock, bench._upload_of)
    other.add("b", service)
    bench.practice.misbehave(lost)
    state = other.run()["b"]
    person = service == "circle" and bool(again)  # it sends: absent is a person's to say
    assert state is (BatchState.ATTACH_UNKNOWN if person else BatchState.ATTACHED)
    assert bench.ours(service) == (1 if person else 2)


@pytest.mark.parametrize(("lost", "again"), [(DONE, 0), (NOT_DONE, 1)])
@pytest.mark.parametrize("service", ["close", "circle"])
def test_a_colleagues_identical_thing_made_meanwhile(bench: Bench, service: str, lost: Fault, again: int) -> None:
    """Made between our attach and the look: passed over, whether ours is there or not."""
    bench.add("b", service)
    bench.practice.misbehave(lost)
    bench.before("verify", FIRST_LOOK[service], lambda: bench.colleague(service))
    state = bench.run()["b"]
    person = service == "circle" and bool(again)
    assert state is (BatchState.ATTACH_UNKNOWN if person else BatchState.ATTACHED)
    assert bench.ours(service) == (0 if person else 1)


def test_without_an_author_an_identical_thing_is_a_persons(bench: Bench) -> None:
    """The account's check told no id, and something with our files is new: nobody can say whose it is."""
    bench.add("b", author=None)
    bench.practice.misbehave(NOT_DONE)
    bench.before("verify", 2, bench.colleague)
    assert bench.run() == {"b": BatchState.ATTACH_UNKNOWN}
    assert bench.ours() == 0
    assert len(bench.heard.troubled) == 1


@pytest.mark.parametrize("service", ["close", "circle"])
@pytest.mark.parametrize("lag", [0, 20])
def test_two_of_our_batches_with_equal_files(bench: Bench, service: str, lag: int) -> None:
    """The first went through and the second did not; the list may show the first one late. Two things, one each."""
    if lag:
        bench.practice.misbehave(Fault(kind="lag", service=service, times=0, seconds=lag))
    bench.add("b", service)
    bench.add("c", service)
    bench.practice.misbehave(Fault(kind="server_error", step="attach", skip=1))
    states = bench.run()
    if service == "circle":
        assert states == {"b": BatchState.ATTACHED, "c": BatchState.ATTACH_UNKNOWN}
        assert bench.ours(service) == 1
    else:
        assert states == {"b": BatchState.ATTACHED, "c": BatchState.ATTACHED}
        assert bench.ours(service) == 2


def test_two_lost_batches_with_equal_files(bench: Bench) -> None:
    """Both went through, both answers got lost: each finds its own, and nothing is made a third time."""
    bench.add("b")
    bench.add("c")
    bench.practice.misbehave(Fault(kind="drop_after_attach", times=2))
    assert bench.run() == {"b": BatchState.ATTACHED, "c": BatchState.ATTACHED}
    assert bench.ours() == 2


@pytest.mark.parametrize("service", ["close", "circle"])
def test_a_thing_edited_meanwhile_is_still_ours(bench: Bench, service: str) -> None:
    """A colleague has changed its text before the look: found by its files."""
    bench.add("b", service)
    bench.practice.misbehave(DONE)

    def edit() -> None:
        [made] = bench.practice.world.attachments(service)
        bench.practice.edit(service, made.id, text="changed")

    bench.before("verify", FIRST_LOOK[service], edit)
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.ours(service) == 1


def test_a_thing_whose_files_were_changed_is_a_persons(bench: Bench) -> None:
    """One of two files was taken off before the look: neither called attached nor attached again."""
    bench.add("b", files=2)
    bench.practice.misbehave(DONE)

    def remove() -> None:
        [made] = bench.practice.world.attachments("close")
        bench.practice.remove_file("close", made.id, "a0.txt")

    bench.before("verify", 2, remove)
    assert bench.run() == {"b": BatchState.ATTACH_UNKNOWN}
    assert bench.ours() == 1
    assert len(bench.heard.troubled) == 1


@pytest.mark.parametrize("service", ["close", "circle"])
def test_a_list_that_lags(bench: Bench, service: str) -> None:
    """Not there at the first look, there at the second: not made again."""
    bench.practice.misbehave(Fault(kind="lag", service=service, times=0, seconds=20))
    bench.add("b", service)
    bench.practice.misbehave(DONE)
    began = bench.clock.now
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.ours(service) == 1
    assert bench.clock.now - began >= 20


@pytest.mark.parametrize("service", ["close", "circle"])
@pytest.mark.parametrize("lost", [DONE, NOT_DONE])
def test_a_thing_on_another_page(bench: Bench, service: str, lost: Fault) -> None:
    """One thing a page, and newer ones before ours: all pages are read."""
    bench.practice.world.page_size = 1
    for _ in range(2):
        bench.colleague(service)
    bench.add("b", service)
    bench.practice.misbehave(lost)
    bench.before("verify", 4 if service == "close" else 1, lambda: [bench.colleague(service) for _ in range(2)])
    state = bench.run()["b"]
    person = service == "circle" and lost is NOT_DONE
    assert state is (BatchState.ATTACH_UNKNOWN if person else BatchState.ATTACHED)
    assert bench.ours(service) == (0 if person else 1)


@pytest.mark.parametrize("hours", [-7, 9])
@pytest.mark.parametrize("lost", [DONE, NOT_DONE])
def test_a_clock_hours_off(bench: Bench, hours: int, lost: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer's clock is wrong: nothing is told by times."""
    monkeypatch.setattr(bench.clock, "utc", lambda: datetime(2026, 11, 20, tzinfo=UTC) + timedelta(hours=hours))
    bench.colleague()
    bench.add("b")
    bench.practice.misbehave(lost)
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.ours() == 1
