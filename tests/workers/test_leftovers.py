"""What earlier runs left is taken up once, in whatever order the threads come along."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from uploader_gui.core.batch import Batch
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.workers import taking
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.facts import Left, Why
from uploader_gui.workers.leftovers import Leftovers
from uploader_gui.workers.works import Works

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]
BATCH = Batch(
    id="b", service="close", target="note", inputs={}, named={}, created=datetime(2026, 11, 20, tzinfo=UTC),
)  # fmt: skip
LEFT = Left(batch=BATCH, uploads=(), why=Why.NOT_CHECKED)


@dataclass
class Played:
    """An errand thread whose calls are made, and whose answers are delivered, when the test says so."""

    calls: list[tuple[Callable[[CancelToken], Any], Callable[[Any], object]]] = field(default_factory=list)

    def ask(
        self,
        do: Callable[[CancelToken], Any],
        then: Callable[[Any], object] = lambda _given: None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Keep a call."""
        del failed
        self.calls.append((do, then))

    def call(self) -> Callable[[], object]:
        """Make the oldest call; gives what delivers its answer."""
        do, then = self.calls.pop(0)
        given = do(CancelToken())
        return lambda: then(given)


@dataclass
class Stage:
    """Everything around the leftovers, played."""

    wishes: Played = field(default_factory=Played)
    questions: Played = field(default_factory=Played)
    told: list[Left] = field(default_factory=list)
    restored: list[Left] = field(default_factory=list)
    answer: Left = LEFT

    def tell(self, left: Left) -> None:
        """What the window hears."""
        self.told.append(left)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """One batch is left over until it is restored."""
    made = Stage()
    monkeypatch.setattr(taking, "left_over", lambda _works: [] if made.restored else [LEFT])
    monkeypatch.setattr(taking, "checked", lambda _works, left, _cancel: [made.answer for _ in left])
    monkeypatch.setattr(taking, "restore", lambda _works, left: made.restored.append(left))
    return made


def leftovers(stage: Stage) -> Leftovers:
    """What is tested."""
    wishes, questions = cast(Errands, stage.wishes), cast(Errands, stage.questions)

    def failed(error: Exception) -> None:
        raise error

    return Leftovers(wishes, questions, cast(Bridge, stage), failed)


def test_a_look_that_is_told_late_changes_nothing(stage: Stage) -> None:
    """What a second look saw before the first one had put the batch back is not shown afterwards.

    Accounts come one after the other, so it is looked twice; the row would say "being taken up" for ever.
    """
    both, works = leftovers(stage), cast(Works, object())
    both.take_up(works)
    stage.wishes.call()()
    both.take_up(works)
    second = stage.wishes.call()
    stage.questions.call()()
    restored = stage.wishes.call()
    second()
    restored()
    stage.wishes.call()()
    assert (stage.told, stage.restored) == ([LEFT], [LEFT])
    assert not stage.wishes.calls
    assert not stage.questions.calls


def test_a_look_that_came_between_is_made_once_more(stage: Stage) -> None:
    """The keychain answered while the account was still waited for: what it said is told after all."""
    both, works = leftovers(stage), cast(Works, object())
    waits, refused = dataclasses.replace(LEFT, why=Why.KEY_WAITS), dataclasses.replace(LEFT, why=Why.NO_KEY)
    stage.answer = waits
    both.take_up(works)
    stage.wishes.call()()
    both.take_up(works)
    stage.wishes.call()()
    stage.questions.call()()
    assert stage.told[-1] == waits
    stage.answer = refused
    stage.wishes.call()()
    stage.questions.call()()
    assert stage.told[-1] == refused
    assert not stage.wishes.calls


def test_what_could_not_be_taken_up_is_looked_at_again(stage: Stage) -> None:
    """It is shown with its reason, and the next look may find that it goes now."""
    both, works = leftovers(stage), cast(Works, object())
    offline = Left(batch=BATCH, uploads=(), why=Why.NOT_CHECKED, problem=Problem(kind=Kind.NO_NETWORK, service="Close"))
    stage.answer = offline
    both.take_up(works)
    stage.wishes.call()()
    stage.questions.call()()
    assert stage.told == [LEFT, offline]
    stage.answer = LEFT
    both.look_again()
    stage.questions.call()()
    stage.wishes.call()()
    assert stage.restored == [LEFT]
    both.stop()
