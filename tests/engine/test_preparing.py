"""What a call before the attach makes is made once: after a lost answer it is looked for, and only then made again."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.engine.fakes import FakeClock, Heard
from tests.engine.test_verify_cases import Bench
from uploader_gui.core.batch import Batch, BatchState, Upload
from uploader_gui.engine.events import Event, Finished
from uploader_gui.engine.preparing import NOTED
from uploader_gui.engine.queue import Queue
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.flow import Flow, flow

CONTENT = b"hello"
ASSISTANT = SAMPLES["haufe"]["assistant"]


class Threads(Bench):
    """Batches of one file, each to a new thread."""

    @property
    def flow(self) -> Flow:
        """What happens with them."""
        return flow(catalogue.find("haufe"), "new_thread")

    def put(self, name: str, title: str = "Offer") -> None:
        """Put a batch in."""
        inputs = {"assistant": ASSISTANT, "title": title, "text": "hi"}
        batch = Batch(id=name, service="haufe", target="new_thread", inputs=inputs, named={}, created=self.clock.utc())
        upload = dataclasses.replace(self._upload_of(CONTENT, name=f"{name}.txt"), id=f"{name}1", batch_id=name)
        self.queue.add(batch, [upload], self.flow, self.session("haufe"))

    def edit(self, name: str, **changes: str) -> bool:
        """Fill in something else."""
        [batch] = [one for one in self.queue.batches() if one.id == name]
        return self.queue.edit(name, {**batch.inputs, **changes}, batch.named)

    @property
    def titles(self) -> list[str]:
        """The titles of all threads, the newest first."""
        return [one["title"] for one in self._ask("GET", "")["items"]]

    def make(self, title: str) -> None:
        """Let somebody else make a thread."""
        self._ask("POST", "", {"assistant_id": ASSISTANT, "title": title, "user_id": self._account["user_id"]})

    def messages(self) -> list[int]:
        """How many messages the threads named "Offer" have, the newest first."""
        threads = [one["id"] for one in self._ask("GET", "")["items"] if one["title"] == "Offer"]
        return [len(self._ask("GET", f"/{one}/messages")["items"]) for one in threads]

    @property
    def _account(self) -> dict[str, str]:
        return self.practice.account("haufe")

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, list[dict[str, str]]]:
        headers = {"api-key": self._account["api_key"], "user-id": self._account["user_id"]}
        address = f"{self.practice.base('haufe')}/v1/threads{path}"
        answer = httpx.request(method, address, headers=headers, json=body)
        assert answer.is_success, answer.text
        found: dict[str, list[dict[str, str]]] = answer.json()
        return found


@pytest.fixture
def clock() -> FakeClock:
    """The program's time; the service's runs with it."""
    return FakeClock()


@pytest.fixture
def bench(clock: FakeClock, upload_of: Callable[..., Upload]) -> Iterator[Threads]:
    """A practice service whose time jumps with the program's, and batches for it."""
    with PracticeService(clock=lambda: 1_795_000_000 + clock.now) as service:
        yield Threads(service, clock, upload_of)
        assert not service.errors


@pytest.mark.parametrize("kind", ["server_error_after", "half_answer", "reset", "unavailable", "server_error"])
def test_made_once(kind: str, bench: Threads) -> None:
    """Whether it was made or not when its answer got lost: in the end there is one, with the file; nobody is asked."""
    bench.practice.misbehave(Fault(kind=kind, service="haufe", step="prepare"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.titles.count("Offer") == 1
    assert bench.messages() == [1]
    assert len(bench.practice.world.attachments("haufe")) == 1


def test_it_waits_until_the_server_has_come_to_rest(bench: Threads) -> None:
    """What is not there yet may still come: it is not made again before the time that the service file names."""
    bench.practice.misbehave(Fault(kind="unavailable", service="haufe", step="prepare"))
    bench.put("b")
    bench.run()
    [call] = bench.flow.target.prepare
    assert call.found is not None
    made = [one for one in bench.practice.world.requests if "prepare" in one.steps]
    assert len(made) == 2
    assert bench.clock.now - 1000 >= call.found.settle


def test_the_others_do_not_wait_for_that(bench: Threads) -> None:
    """It is this batch that waits until the server has come to rest: whatever else goes to the same host goes on."""
    began = bench.clock.now
    ended: dict[str, float] = {}

    def hear(event: Event) -> None:
        if isinstance(event, Finished):
            ended[event.batch.id] = bench.clock.now - began

    bench.queue = Queue(clock=bench.clock, listener=hear)
    bench.practice.misbehave(Fault(kind="unavailable", service="haufe", step="prepare"))
    bench.put("b")
    bench.put("c", title="Other")
    assert bench.run() == {"b": BatchState.ATTACHED, "c": BatchState.ATTACHED}
    [call] = bench.flow.target.prepare
    assert call.found is not None
    assert ended["c"] < call.found.settle <= ended["b"]


def test_not_allowed_to_read(bench: Threads) -> None:
    """To whom the list is not shown, a thread is made all the same."""
    bench.practice.misbehave(Fault(kind="redirect", service="haufe", step="lookup", times=0))
    bench.put("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    bench.practice.behave()
    assert bench.messages() == [1]


def test_lost_without_a_look(bench: Threads) -> None:
    """Where the list is not shown and the answer gets lost, a person is asked: it is not made again blindly."""
    bench.practice.misbehave(Fault(kind="redirect", service="haufe", step="lookup", times=0))
    bench.practice.misbehave(Fault(kind="server_error_after", service="haufe", step="prepare"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    bench.practice.behave()
    assert bench.titles.count("Offer") == 1


def test_lost_again_and_again(bench: Threads) -> None:
    """What is kept is what was noted before the last try: the time to come to rest counts from that one."""
    bench.practice.misbehave(Fault(kind="unavailable", service="haufe", step="prepare", times=0))
    bench.put("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    made = [one for one in bench.practice.world.requests if "prepare" in one.steps]
    assert len(made) > 2
    [noted] = bench.queue.batches()[0].answers[NOTED].values()
    assert datetime.fromisoformat(noted["at"]) == bench.clock.utc()
    bench.practice.behave()
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.titles.count("Offer") == 1


def test_an_answer_that_cannot_be_read(bench: Threads) -> None:
    """A person is told; tried again, what was made is found."""
    bench.practice.misbehave(Fault(kind="broken_json", service="haufe", step="prepare"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.titles.count("Offer") == 1


def test_a_refusal_is_no_loss(bench: Threads) -> None:
    """What was refused is not looked for: tried again it is made at once."""
    bench.practice.misbehave(Fault(kind="early_413", service="haufe", step="prepare"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    assert bench.queue.batches()[0].answers[NOTED] == {}
    before = bench.clock.now
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.clock.now == before


@pytest.mark.logs_errors
def test_a_mistake_of_ours_in_the_middle(bench: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was made, and then this program failed: what was noted before is not forgotten, and it is found."""
    bench.practice.misbehave(Fault(kind="early_413", service="haufe", step="prepare"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    with monkeypatch.context() as patch:
        patch.setattr("uploader_gui.engine.preparing._id", lambda *_: 1 / 0)
        assert bench.queue.retry("b")
        assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    assert bench.titles.count("Offer") == 1
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.titles.count("Offer") == 1
    assert bench.messages() == [1]


def test_two_batches_alike(bench: Threads) -> None:
    """What the other batch made meanwhile is passed over: each has its own, with its own file."""
    bench.practice.misbehave(Fault(kind="server_error_after", service="haufe", step="prepare"))
    bench.put("a")
    bench.put("b")
    assert bench.run() == {"a": BatchState.ATTACHED, "b": BatchState.ATTACHED}
    assert bench.titles.count("Offer") == 2
    assert bench.messages() == [1, 1]


def test_somebody_elses(bench: Threads) -> None:
    """One that is alike and that somebody else made meanwhile: nobody can tell, and the file goes to a third, alone."""
    bench.practice.misbehave(Fault(kind="broken_json", service="haufe", step="prepare"))
    bench.put("b")
    bench.run()
    bench.make("Offer")
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.messages() == [1, 0, 0]


def test_older_ones_are_passed_over(bench: Threads) -> None:
    """One that was alike before is not taken for what was made."""
    bench.make("Offer")
    bench.practice.misbehave(Fault(kind="unavailable", service="haufe", step="prepare"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.messages() == [1, 0]


def test_taken_up_by_another_process(bench: Threads) -> None:
    """What was noted is kept with the batch: another process finds what the first has made."""
    bench.practice.misbehave(Fault(kind="broken_json", service="haufe", step="prepare"))
    bench.put("b")
    bench.run()
    [batch], uploads = bench.queue.batches(), bench.queue.uploads("b")
    other = bench.queue = Queue(clock=bench.clock, listener=Heard())
    other.restore(batch, uploads, bench.flow, bench.session("haufe"), attach_sent=False)
    assert other.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.titles.count("Offer") == 1
    assert bench.messages() == [1]


def test_another_text_while_it_is_looked_for(bench: Threads) -> None:
    """The message is changed, the thread is the same: the one that was made is still found, and no second one made."""
    bench.practice.misbehave(Fault(kind="broken_json", service="haufe", step="prepare"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    assert bench.edit("b", text="better")
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.messages() == [1]


def test_another_title_waits_until_it_was_looked_for(bench: Threads) -> None:
    """Nobody knows yet whether the thread is there: another one cannot be asked for before that was seen."""
    bench.practice.misbehave(Fault(kind="broken_json", service="haufe", step="prepare"))
    bench.put("b")
    bench.run()
    assert not bench.edit("b", title="Other")
    bench.practice.misbehave(Fault(kind="early_413", service="haufe", step="attach"))
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    assert bench.edit("b", title="Other"), "it was found"
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert (bench.titles.count("Offer"), bench.titles.count("Other")) == (1, 1)


def test_another_title_while_it_waits_for_the_server(bench: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same while the batch waits by itself until the server has come to rest."""
    bench.practice.misbehave(Fault(kind="unavailable", service="haufe", step="prepare"))
    bench.put("b")
    asked: list[bool] = []

    def wait(condition: threading.Condition, seconds: float | None, pass_time: Any = bench.clock.wait) -> None:
        if bench.queue.batches()[0].answers.get(NOTED):
            asked.append(bench.edit("b", title="Other"))
        pass_time(condition, seconds)

    monkeypatch.setattr(bench.clock, "wait", wait)
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert asked
    assert not any(asked)
    assert bench.titles.count("Offer") == 1
    assert "Other" not in bench.titles


def test_another_text_for_what_was_made(bench: Threads) -> None:
    """The thread is there and the message was refused: said otherwise, it goes to the same thread."""
    bench.practice.misbehave(Fault(kind="early_413", service="haufe", step="attach"))
    bench.put("b")
    assert bench.run() == {"b": BatchState.NEEDS_ATTENTION}
    assert bench.edit("b", text="better")
    assert bench.queue.retry("b")
    assert bench.run() == {"b": BatchState.ATTACHED}
    assert bench.messages() == [1]
