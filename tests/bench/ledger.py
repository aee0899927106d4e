"""Benchmark: starting and `queue` with ten thousand batches in the ledger, against an empty one, and a bare Python.

    .venv/bin/python tests/bench/ledger.py

Prints medians and ratios of one run; the runs take turns, so that a busy machine is busy for all of them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from uploader_gui.core.batch import Batch, BatchState, Proof, Receipt, Step, Upload, UploadState
from uploader_gui.store.ledger import Ledger

BATCHES = 10_000
OPEN = 20
RUNS = 25
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def fill(home: Path, ended: int, still_open: int) -> None:
    """Make a ledger with so many batches, two files each."""
    data = home / "data"
    data.mkdir(parents=True)
    with Ledger(data / "ledger.db") as ledger:
        for number in range(ended + still_open):
            state = BatchState.ATTACHED if number < ended else BatchState.NEEDS_ATTENTION
            key = f"{number:08}-0000-4000-8000-000000000000"
            batch = Batch(
                id=key,
                service="close",
                target="note",
                inputs={"lead": "lead_globex", "text": "Offer.pdf, Terms.pdf"},
                named={"lead": "Globex Corporation"},
                created=NOW,
                base="https://api.close.com/api/v1",
                state=state,
                ended=NOW if number < ended else None,
                place="the note on Globex Corporation",
                service_name="Close",
                record=f"close https://api.close.com/api/v1 lead:{number}",
            )
            uploads = [
                Upload(
                    id=f"{key}{name}",
                    batch_id=key,
                    given=name,
                    file=f"/home/ann/{name}",
                    name=name,
                    size=100_000,
                    modified=1,
                    media_type="application/pdf",
                    state=UploadState.STORED if number < ended else UploadState.NEEDS_ATTENTION,
                    next_step=Step.READY,
                    digests={"md5": "0" * 32},
                    receipt=Receipt(size=100_000, md5="0" * 32, proof=Proof.ETAG),
                    stored_at=NOW,
                )
                for name in ("Offer.pdf", "Terms.pdf")
            ]
            ledger.add(batch, uploads, NOW)


def seconds(command: list[str], home: Path) -> float:
    """Run a command once."""
    began = time.perf_counter()
    subprocess.run(command, env={**os.environ, "UPLOADER_GUI_HOME": str(home)}, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    program = [sys.executable, "-m", "uploader_gui"]
    with tempfile.TemporaryDirectory(prefix="uploader-bench-") as name:
        empty, few, full = Path(name) / "empty", Path(name) / "few", Path(name) / "full"
        fill(empty, 0, 0)
        fill(few, 0, OPEN)
        fill(full, BATCHES, OPEN)
        rows = {
            "python -c pass": ([sys.executable, "-c", "pass"], empty),
            "queue, empty": ([*program, "queue"], empty),
            f"queue, {OPEN} open": ([*program, "queue"], few),
            f"queue, {OPEN} open, {BATCHES} ended": ([*program, "queue"], full),
            "history, empty": ([*program, "history"], empty),
            f"history, {BATCHES} ended": ([*program, "history"], full),
        }
        took: dict[str, list[float]] = {row: [] for row in rows}
        for _ in range(RUNS):
            for row, (command, home) in rows.items():
                took[row].append(seconds(command, home))
    medians = {row: statistics.median(times) for row, times in took.items()}
    bare, nothing = medians["python -c pass"], medians["queue, empty"]
    print(f"{'':<34}{'median':>9}{'of Python':>11}{'of empty queue':>16}")
    for row, median in medians.items():
        print(f"{row:<34}{median * 1000:>6.0f} ms{median / bare:>10.1f}x{median / nothing:>15.2f}x")


if __name__ == "__main__":
    main()
