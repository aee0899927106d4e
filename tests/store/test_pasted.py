"""Pasted pictures: each has a name of its own, and none outlives what it was pasted for."""

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
from uploader_gui.store import pasted
from uploader_gui.store.database import set_aside
from uploader_gui.store.ledger import Ledger

NOW = datetime.now(UTC)


def sample(path: Path) -> tuple[Batch, Upload]:
    """A batch of one picture."""
    batch = Batch(
        id="b", service="close", target="note", inputs={}, named={}, created=NOW, attaches=True, uploads=("u",)
    )
    upload = Upload(
        id="u",
        batch_id="b",
        given=path.name,
        file=str(path),
        name=path.name,
        size=1,
        modified=5,
        media_type="image/png",
    )
    return batch, upload


def test_names_of_their_own() -> None:
    """Many that are pasted in one second, by several threads, are all there, whole."""
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda number: pasted.keep(b"%d" % number, "Screenshot", ".png"), range(40)))
    assert len(set(paths)) == 40
    assert {path.read_bytes() for path in paths} == {b"%d" % number for number in range(40)}
    assert {path.name for path in paths} >= {"Screenshot.png", "Screenshot (2).png"}
    assert not [path for path in paths[0].parent.iterdir() if path.name.startswith(".")]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_nobody_else_sees_them() -> None:
    """A screenshot may show anything: only its owner may read it."""
    path = pasted.keep(b"x", "Screenshot", ".png")
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_else_is_deleted(tmp_path: Path) -> None:
    """Only what lies in the pictures' own folder is deleted."""
    other = tmp_path / "mine.png"
    other.write_bytes(b"x")
    kept = pasted.keep(b"x", "Screenshot", ".png")
    pasted.remove([other, kept, kept])
    assert other.exists()
    assert not kept.exists()


def test_what_belongs_to_no_batch(tmp_path: Path) -> None:
    """A picture that nobody sent stays for a day, in case it still waits for a record; then it is deleted."""
    kept = pasted.keep(b"x", "Screenshot", ".png")
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert pasted.tidy(ledger, NOW) == {kept}
        assert pasted.tidy(ledger, NOW + timedelta(days=2)) == frozenset()
    assert not kept.exists()


@pytest.mark.parametrize(
    ("batch_state", "digests", "stays"),
    [
        (BatchState.OPEN, {"sha256": "00"}, True),
        (BatchState.ATTACH_UNKNOWN, {"sha256": "00"}, True),
        (BatchState.ATTACHED, {}, True),
        (BatchState.ATTACHED, {"sha256": "00"}, False),
    ],
)
def test_as_long_as_its_batch(batch_state: BatchState, digests: dict[str, str], stays: bool, tmp_path: Path) -> None:
    """A picture stays while its batch is open or unclear, and until its digests are taken; then it is deleted."""
    kept = pasted.keep(b"x", "Screenshot", ".png")
    batch, upload = sample(kept)
    with Ledger(tmp_path / "ledger.db") as ledger:
        ended = NOW if batch_state is BatchState.ATTACHED else None
        ledger.add(
            dataclasses.replace(batch, state=batch_state, ended=ended),
            [dataclasses.replace(upload, state=UploadState.STORED, digests=digests)],
            NOW,
        )
        assert pasted.tidy(ledger, NOW) == ({kept} if stays else frozenset())
    assert kept.exists() is stays


def test_what_still_waits(tmp_path: Path) -> None:
    """A picture that the window still has to be sent stays, however long ago it was pasted: there is no other copy."""
    waits, gone = (pasted.keep(b"x", "Screenshot", ".png") for _ in range(2))
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert pasted.tidy(ledger, NOW + timedelta(days=3), but={waits}) == {waits}
    assert waits.exists()
    assert not gone.exists()


def test_given_up_though_it_is_on_its_way(tmp_path: Path) -> None:
    """Of pictures that are not sent after all, one that an open batch has is not deleted."""
    kept, other = pasted.keep(b"x", "Screenshot", ".png"), pasted.keep(b"x", "Screenshot", ".png")
    batch, upload = sample(kept)
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(batch, [upload], NOW)
        pasted.discard(ledger, [kept, other])
    assert kept.exists()
    assert not other.exists()


def test_what_only_a_set_aside_ledger_knows(tmp_path: Path) -> None:
    """While a damaged ledger lies there, pictures from its time stay, as they may be in one of its batches."""
    path = tmp_path / "ledger.db"
    before, after = (pasted.keep(b"x", "Screenshot", ".png") for _ in range(2))
    path.write_bytes(b"no database")
    aside = set_aside(path, NOW)
    os.utime(before, (NOW.timestamp(), NOW.timestamp()))
    os.utime(after, (NOW.timestamp() + 60, NOW.timestamp() + 60))
    later = NOW + timedelta(days=30)
    with Ledger(path) as ledger:
        assert pasted.tidy(ledger, later) == {before}
        assert not after.exists()
        aside.unlink()
        assert pasted.tidy(ledger, later) == frozenset()
    assert not before.exists()


def test_a_set_aside_ledger_keeps_nothing_that_has_ended(tmp_path: Path) -> None:
    """What is known to have been sent is deleted all the same."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"no database")
    set_aside(path, NOW)
    kept = pasted.keep(b"x", "Screenshot", ".png")
    batch, upload = sample(kept)
    with Ledger(path) as ledger:
        stored = dataclasses.replace(upload, state=UploadState.STORED, digests={"sha256": "00"})
        ledger.add(dataclasses.replace(batch, state=BatchState.ATTACHED, ended=NOW), [stored], NOW)
        assert pasted.tidy(ledger, NOW) == frozenset()
    assert not kept.exists()
