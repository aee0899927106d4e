"""Files that are on their way to a record already are not sent there once more by mistake."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, kept, ledger
from uploader_gui.practice import SAMPLES, Fault

LEAD = {"lead": SAMPLES["close"]["lead"]}


@pytest.fixture
def batch(cli: CommandLine, offer: Path, plan: Path, interrupt: Interrupt) -> str:
    """Both files, interrupted on their way to a lead; the batch's short id."""
    interrupt(offer)
    assert cli.send("close", offer, plan, target="note", inputs=LEAD).code == 130
    return kept()[0].id[:8]


def test_refused(batch: str, cli: CommandLine, offer: Path, plan: Path) -> None:
    """The batch is named with its state and the ways out; nothing is asked of the service, and nothing is kept."""
    before = len(cli.practice.world.requests)
    result = cli.send("close", plan, offer, target="note", inputs={**LEAD, "text": "Something else"})
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"uploader-gui: the same files are on their way there already: batch {batch} waits to be gone on with. "
        f"Go on with it: uploader-gui resume {batch}. Give it up: uploader-gui cancel {batch}. "
        "Send them once more all the same: add --again.\n"
    )
    assert len(cli.practice.world.requests) == before
    assert len(kept()) == 1


@pytest.mark.usefixtures("batch")
def test_by_another_path(cli: CommandLine, offer: Path, plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the files that count, not how they are named: by another folder, or by a link."""
    monkeypatch.chdir(offer.parent)
    link = Path("link.pdf")
    link.symlink_to(plan)
    assert cli.send("close", "./Offer.pdf", link, target="note", inputs=LEAD).code == 2


def test_again(batch: str, cli: CommandLine, offer: Path, plan: Path) -> None:
    """With --again they are sent all the same, as a batch of their own."""
    result = cli.send("close", offer, plan, target="note", inputs=LEAD, more=("--again", "--json"))
    assert result.code == 0
    assert [one.id[:8] for one in kept()] == [batch]


@pytest.mark.parametrize(
    ("target", "inputs"),
    [("note", {"lead": "lead_initech"}), ("email_draft", LEAD), ("upload", {})],
    ids=["another record", "another target", "no record"],
)
def test_elsewhere(target: str, inputs: dict[str, str], batch: str, cli: CommandLine, offer: Path, plan: Path) -> None:
    """To another record or another target they may go at the same time."""
    assert cli.send("close", offer, plan, target=target, inputs=inputs).code == 0
    assert [one.id[:8] for one in kept()] == [batch]


def test_other_files(batch: str, cli: CommandLine, offer: Path, tmp_path: Path) -> None:
    """One of them alone, or with another file, is something else."""
    other = tmp_path / "Other.pdf"
    other.write_bytes(os.urandom(10))
    assert cli.send("close", offer, target="note", inputs=LEAD).code == 0
    assert cli.send("close", offer, other, target="note", inputs=LEAD).code == 0
    assert [one.id[:8] for one in kept()] == [batch]


def test_ended_batches_do_not_count(cli: CommandLine, offer: Path) -> None:
    """What is attached may be sent once more."""
    for _ in range(2):
        assert cli.send("close", offer, target="note", inputs=LEAD).code == 0
    assert len(cli.practice.world.attachments("close")) == 2


def test_being_sent(batch: str, cli: CommandLine, offer: Path, plan: Path) -> None:
    """While another process sends them there, that is said instead."""
    with ledger() as other:
        assert other.hold(kept()[0].id)
        result = cli.send("close", offer, plan, target="note", inputs=LEAD)
    assert result.code == 2
    assert f"are being sent there by another process, as batch {batch}. Add --again to send them once" in result.err


def test_unknown_is_not_to_be_cancelled(cli: CommandLine, offer: Path) -> None:
    """Where nobody knows whether they are attached, giving up is no way out, and is not named."""
    cli.practice.misbehave(Fault(kind="drop_after_attach", service="close"))
    cli.practice.misbehave(Fault(kind="redirect", service="close", step="verify", skip=1, times=0))
    assert cli.send("close", offer, target="note", inputs=LEAD).code == 3
    result = cli.send("close", offer, target="note", inputs=LEAD)
    assert result.code == 2
    assert "may or may not be attached. Go on with it: uploader-gui resume" in result.err
    assert "cancel" not in result.err
