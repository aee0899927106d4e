"""The simulation's ledger keeps what the real one keeps."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from unittest import mock

import pytest

from tests.simulation.replay import played_files
from tests.simulation.shelf import Kept, Line, Posted
from tests.simulation.world import Weather, World
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.ports import Holder
from uploader_gui.store.ledger import Ledger

NOTHING_IS_CUT_OFF = Weather(lost=0.4, refused=0.2, files=0.05, lag=0.5, others=0.1, people=0.25, cuts=0.2)


class Both(Kept):
    """Keeps everything twice."""

    ledger: Ledger

    def add(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a new batch with its uploads."""
        super().add(batch, uploads, at)
        self.ledger.add(batch, uploads, at)

    def save(
        self, batch: Batch | None, uploads: Iterable[Upload], at: datetime, line: Line, *, durable: bool = False
    ) -> None:
        """Keep a change."""
        changed = tuple(uploads)
        super().save(batch, changed, at, line, durable=durable)
        self.ledger.save(batch, changed, at, line, durable=durable)

    def post(self, upload: Upload, at: datetime, line: Line) -> Posted:
        """Have an upload kept."""
        self.ledger.post(upload, at, line)
        return super().post(upload, at, line)

    def begin_attach(self, batch: Batch, at: datetime, line: Line) -> Holder | None:
        """Keep a batch that begins to be attached, unless another one holds its record."""
        here, there = super().begin_attach(batch, at, line), self.ledger.begin_attach(batch, at, line)
        assert (here and here.batch_id) == (there and there.batch_id)
        return here

    def part(self, kept: Batch, parted: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a batch some of whose uploads become a batch of their own."""
        super().part(kept, parted, uploads, at)
        self.ledger.part(kept, parted, uploads, at)

    def extend(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep new uploads of a batch that is there already."""
        super().extend(batch, uploads, at)
        self.ledger.extend(batch, uploads, at)

    def claim(self, record: str, thing: str, batch_id: str) -> bool:
        """Claim what an attach made for one batch."""
        here, there = super().claim(record, thing, batch_id), self.ledger.claim(record, thing, batch_id)
        assert here == there
        return here


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger on disk."""
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


@pytest.mark.parametrize("seed", [1, 3, 4, 6])
def test_both_keep_the_same(ledger: Ledger, seed: int) -> None:
    """After a whole schedule: the same batches, uploads, last lines and claims."""
    both = type("BothHere", (Both,), {"ledger": ledger})
    with played_files(), mock.patch("tests.simulation.process.Kept", both):
        world = World(seed, forced=NOTHING_IS_CUT_OFF)
        world.run()
    batches = ledger.batches()
    assert batches
    assert len(batches) == len(world.shelf.batches)
    for batch in batches:
        assert world.shelf.read(batch.id) == (batch, ledger.uploads(batch.id))
        about_it = [event for _at, upload, event in ledger.journal(batch.id) if upload is None]
        assert about_it[-1] == world.shelf.last_line(batch.id)
        claims = {thing: of for (record, thing), of in world.shelf.claims.items() if record == batch.record}
        assert ledger.claimed(batch.record) == claims
