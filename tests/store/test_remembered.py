"""Remembered targets: the last ten, the pinned ones, each once; and no text of anybody's among them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from uploader_gui.core.remembered import Remembered
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.remembered import forget, remember, remembered, unpin

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def target(lead: str, minutes: int = 0, *, pinned: bool = False) -> Remembered:
    """A note on a lead."""
    return Remembered(
        service="close",
        service_name="Close",
        base="https://api.close.com/api/v1",
        account="6f2a6c1e",
        account_name="Acme",
        target="note",
        inputs={"lead": lead},
        named={"lead": lead.title()},
        place=f"the note on {lead.title()}",
        pinned=pinned,
        used=START + timedelta(minutes=minutes),
    )


def test_the_last_ten_and_the_pinned(tmp_path: Path) -> None:
    """Of those that were used the last ten stay, the newest first; pinned ones stay all, by name, before them."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        for name in ("zeta", "alpha"):
            remember(ledger, target(name, pinned=True))
        for number in range(15):
            remember(ledger, target(f"lead{number}", number + 1))
        found = remembered(ledger)
        names = [one.inputs["lead"] for one in found]
        assert names == ["alpha", "zeta", *(f"lead{number}" for number in range(14, 4, -1))]
        with ledger.reading() as connection:
            assert connection.execute("SELECT count(*) FROM remembered").fetchone()[0] == 12
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert remembered(ledger) == found


def test_used_again(tmp_path: Path) -> None:
    """What is used again moves up and is called as it is now; its pin stays until it is taken back."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        remember(ledger, target("ann", 1, pinned=True))
        remember(ledger, target("bo", 2))
        remember(ledger, target("ann", 3))
        assert [(one.inputs["lead"], one.pinned) for one in remembered(ledger)] == [("ann", True), ("bo", False)]
        unpin(ledger, target("ann", 4))
        assert [(one.inputs["lead"], one.pinned) for one in remembered(ledger)] == [("ann", False), ("bo", False)]
        assert remembered(ledger)[0] == target("ann", 3)
        forget(ledger, target("ann"))
        assert [one.inputs["lead"] for one in remembered(ledger)] == ["bo"]
