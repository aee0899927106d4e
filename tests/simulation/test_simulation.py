"""Thousands of schedules of the scheduler, each drawn from its seed: nothing is lost, nothing is attached twice.

A failure names its seed and tells what happened; `failure(seed)` plays it again.
"""

import time
from collections import Counter

import pytest

from tests.simulation.planted import PLANTED
from tests.simulation.playing import failure, first_failure
from tests.simulation.replay import played_files
from tests.simulation.world import World

CHUNKS, SEEDS = 20, 50
LONG_FIRST, LONG_MANY = 1_000_000, 200_000
HAPPENINGS = (
    "attach sent",
    "attach unknown",
    "found_attached",
    "found absent",
    "the attach arrives late",
    "the attach never",
    "the attach came",
    "the attach gateway",
    "claims thing",
    "is killed before it keeps",
    "is killed after it kept",
    "loses its power",
    "cannot keep",
    "takes up",
    "attaching, sent",
    "another process goes on",
    "a colleague makes",
    "takes 1 files away",
    "its link has expired",
    "failed: file_changed",
    "transfer waits: file_changing",
    "failed: confirm_unknown",
    "parted from",
    "left out",
    "files more",
    "edited",
    "held",
    "sending undone",
    "waits for the network",
    "record_busy",
    "retried",
    "resumed",
    "digested",
    "not ready yet",
    "found absent, says a person",
    "is broken off",
)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_schedules(chunk: int) -> None:
    """Whatever happens in them, everything comes to rest with every file in its place, and every attach made once."""
    found = first_failure(range(chunk * SEEDS, (chunk + 1) * SEEDS))
    assert found is None, found


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    """The simulation can fail: what is broken on purpose shows within some schedules."""
    planted = PLANTED[bug]
    with planted.plant():
        assert first_failure(range(300), forced=planted.weather, target=planted.target) is not None


def test_a_seed_is_one_schedule() -> None:
    """The same seed gives the same schedule, to the last line, so that a failure can be looked at again."""
    traces = []
    for _ in range(2):
        with played_files():
            world = World(11)
            world.run()
            traces.append(world.trace.text(100_000))
    assert traces[0] == traces[1]


def test_everything_happens() -> None:
    """In some hundred schedules there is each of the things that they are about."""
    missing = set(HAPPENINGS)
    seen: Counter[str] = Counter()
    for seed in range(500):
        with played_files():
            world = World(seed)
            world.run()
            text = world.trace.text(100_000)
        missing = {one for one in missing if one not in text}
        seen += world.rules.seen
        if not missing:
            break
    assert not missing
    assert all(seen[one] for one in ("transfers", "attaches", "finished", "sent again"))


@pytest.mark.long
@pytest.mark.timeout(0)
def test_many_schedules(capsys: pytest.CaptureFixture[str]) -> None:
    """Hours of them: what happens once in a hundred thousand schedules."""
    began = time.monotonic()
    for number in range(LONG_MANY):
        found = failure(LONG_FIRST + number)
        assert found is None, found
        if number % 5000 == 4999:
            with capsys.disabled():
                rate = (number + 1) / (time.monotonic() - began) * 60
                print(f"\n{number + 1} schedules, {rate:.0f} a minute", flush=True)  # noqa: T201
