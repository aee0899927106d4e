"""Opening the ledger where the program keeps it, whatever state the file is in."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from uploader_gui.store.database import StoreError, Trouble, explained, set_aside
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.paths import places, private_folder

NAME = "ledger.db"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An open ledger. `aside` is where a damaged one was put, of which it takes the place."""

    ledger: Ledger
    aside: Path | None = None


def ledger_path() -> Path:
    """Where the ledger lies."""
    return places().data / NAME


def open_ledger(now: datetime) -> Opened:
    """Open the ledger, made if it is not there. A damaged one is set aside, and an empty one takes its place.

    Raises:
        StoreError: It cannot be used, and is not damaged.
    """
    path = ledger_path()
    with explained(path):
        private_folder(path.parent)
    try:
        return Opened(ledger=_tried(path))
    except StoreError as error:
        if error.trouble is not Trouble.DAMAGED:
            raise
    with explained(path):
        aside = set_aside(path, now)
    return Opened(ledger=Ledger(path), aside=aside)


def _tried(path: Path) -> Ledger:
    """Open it, and read what is open: what is wrong with it is best known before anything is begun."""
    ledger = Ledger(path)
    try:
        for batch in ledger.batches(ended=False):
            ledger.uploads(batch.id)
    except BaseException:
        ledger.close()
        raise
    return ledger
