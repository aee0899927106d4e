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
