"""Deleting from the history: what has ended, by its age, and nothing else."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState
from uploader_gui.store.clearing import PORTION, forget_ended
from uploader_gui.store.ledger import Ledger

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger(tmp_path / "ledger.db") as made:
        yield made


def batch(number: int, state: BatchState, days: float) -> Batch:
    """A batch that is so, and was left so many days ago."""
    at = NOW - timedelta(days=days)
    ended = at if state in ENDED_BATCHES else None
    made = Batch(
        id=f"batch-{number}", service="close", target="note", inputs={}, named={}, created=at, attaches=True, base="b"
    )
    return dataclasses.replace(made, state=state, ended=ended)


def test_only_what_has_ended(ledger: Ledger) -> None:
    """Every state that is no end stays, however old; of the others what ended before the time goes, except some."""
    for number, state in enumerate(BatchState):
        ledger.add(batch(number, state, 400), (), NOW)
    ledger.add(batch(100, BatchState.ATTACHED, 1), (), NOW)
    ended = [f"batch-{number}" for number, state in enumerate(BatchState) if state in ENDED_BATCHES]
    assert len(ended) > 1
    assert forget_ended(ledger, NOW - timedelta(days=30), but={ended[0]}) == ended[1:]
    there = {one.id for one in ledger.batches()}
    assert there == {f"batch-{number}" for number in range(len(BatchState))} - set(ended[1:]) | {"batch-100"}
    assert forget_ended(ledger, NOW) == [ended[0], "batch-100"]
    assert all(one.state not in ENDED_BATCHES for one in ledger.batches())


def test_many(ledger: Ledger) -> None:
    """More than one portion goes as well, with its journal."""
    for number in range(PORTION + 5):
        ledger.add(batch(number, BatchState.STORED, 2), (), NOW)
    assert len(forget_ended(ledger, NOW)) == PORTION + 5
    assert ledger.batches() == []
    assert ledger.journal("batch-0") == []


def test_what_another_process_shows(ledger: Ledger, tmp_path: Path) -> None:
    """What another window still has in its queue stays: it may have something to write about it yet."""
    for number in range(3):
        ledger.add(batch(number, BatchState.ATTACHED, 2), (), NOW)
    with Ledger(tmp_path / "ledger.db") as other:
        assert other.hold("batch-1")
        assert ledger.hold("batch-2")  # held here, by whoever clears
        assert forget_ended(ledger, NOW) == ["batch-0", "batch-2"]
        later = dataclasses.replace(batch(1, BatchState.ATTACHED, 2), place="the note")
        other.save(later, (), NOW, ("batch-1", None, "digested"))
    assert forget_ended(ledger, NOW) == ["batch-1"]


@pytest.mark.parametrize("state", sorted(set(BatchState) - ENDED_BATCHES))
def test_what_others_must_not_take_for_theirs(state: BatchState, ledger: Ledger) -> None:
    """What an attach has claimed stays known while another one on that record is looked for: it must not find it."""
    first = dataclasses.replace(batch(1, BatchState.ATTACHED, 2), record="close lead")
    second = dataclasses.replace(batch(2, state, 1), record="close lead")
    for one in (first, second, dataclasses.replace(batch(3, BatchState.ATTACHED, 2), record="close other")):
        ledger.add(one, (), NOW)
        assert one is second or ledger.claim(one.record, f"note of {one.id}", one.id)
    if state not in {BatchState.ATTACHING, BatchState.ATTACH_UNKNOWN}:
        assert forget_ended(ledger, NOW) == ["batch-1", "batch-3"]
        return
    assert forget_ended(ledger, NOW) == ["batch-3"]
    assert not ledger.claim("close lead", "note of batch-1", "batch-2")
    ledger.save(
        dataclasses.replace(second, state=BatchState.CANCELLED, ended=NOW), (), NOW, ("batch-2", None, "cancelled")
    )
    assert forget_ended(ledger, NOW + timedelta(seconds=1)) == ["batch-1", "batch-2"]
