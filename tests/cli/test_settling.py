"""Where nobody knows whether a batch is attached a person says so; what is not wanted any more is given up."""

from pathlib import Path

import pytest

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, kept, kept_uploads, rewrite
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.practice import SAMPLES, Fault

LEAD = {"lead": SAMPLES["close"]["lead"]}
PLACE = "Close, the note on Globex Corporation"


@pytest.fixture
def lost(cli: CommandLine, offer: Path) -> str:
    """A batch whose attach is not known, and whose record cannot be looked at; its short id."""
    cli.practice.misbehave(Fault(kind="drop_after_attach", service="close"))
    cli.practice.misbehave(Fault(kind="redirect", service="close", step="verify", skip=1, times=0))
    assert cli.send("close", offer, target="note", inputs=LEAD).code == 3
    return kept()[0].id[:8]


@pytest.mark.parametrize("service", ["close", "gone"])
def test_attached(service: str, lost: str, cli: CommandLine) -> None:
    """Said to be attached it has ended: without a request, without a key, and without its service file."""
    rewrite(kept()[0], service=service, place=None, link=None)
    before = len(cli.practice.world.requests)
    result = cli("settle", lost, "--attached")
    assert (result.code, result.err) == (0, "")
    named = "Close: 1 file attached to " + ("the note on Globex" if service == "close" else "“note”")
    assert result.out.startswith(named)
    assert len(cli.practice.world.requests) == before
    [batch] = kept(ended=True)
    assert (batch.state, batch.answers, batch.there) == (BatchState.ATTACHED, {}, None)
    assert batch.ended is not None
    assert (batch.link is not None) == (service == "close")
    assert not any(upload.answers for upload in kept_uploads(batch.id)), "signed addresses are forgotten"


def test_attached_json(lost: str, cli: CommandLine) -> None:
    """Under --json it is told in the lines of `send`."""
    result = cli("settle", lost, "--attached", "--json")
    assert [line["event"] for line in result.lines] == ["attached", "done"]
    assert (result.done["attached"], result.done["unknown"]) == (1, 0)


def test_again(lost: str, cli: CommandLine) -> None:
    """Said not to be there it is attached at once, without sending the file again."""
    cli.practice.behave()
    result = cli.signed_in("close", "settle", lost, "--again")
    assert result.code == 0, result.err
    assert cli.attach_calls("close") == 2
    assert cli.asked("close", "transfer") == 1


def test_again_without_a_key(lost: str, cli: CommandLine) -> None:
    """Without the key nothing is changed: it can still be said to be attached."""
    result = cli("settle", lost, "--again")
    assert result.code == 1
    assert f"Batch {lost} is left as it is: there is no key for Close. Set UPLOADER_CLOSE_API_KEY" in result.err
    assert kept()[0].state is BatchState.ATTACH_UNKNOWN
    assert cli.attach_calls("close") == 1


def test_what_goes_out_is_asked_about(cli: CommandLine, offer: Path) -> None:
    """Attaching again what goes out to people needs --yes where nobody can be asked; looking for it does not."""
    room = {"room": SAMPLES["circle"]["room"]}
    cli.practice.misbehave(Fault(kind="reset", service="circle", step="attach"))
    assert cli.send("circle", offer, target="chat_message", inputs=room).code == 3
    cli.practice.behave()
    batch = kept()[0].id[:8]
    assert cli.signed_in("circle", "resume").code == 3
    result = cli.signed_in("circle", "settle", batch, "--again")
    assert result.code == 1
    assert "will be sent at once to the message in General" in result.err
    assert cli.attach_calls("circle") == 1
    assert cli.signed_in("circle", "settle", batch, "--again", "--yes").code == 0
    assert len(cli.practice.world.attachments("circle")) == 1


def test_what_is_known_is_not_settled(cli: CommandLine, offer: Path, interrupt: Interrupt) -> None:
    """Of a batch that was never attached nothing is to be said; the way on is named."""
    interrupt(offer)
    cli.send("close", offer, target="note", inputs=LEAD)
    batch = kept()[0].id[:8]
    result = cli("settle", batch, "--attached")
    way_on = f"Go on with it: uploader-gui resume {batch}."
    assert result.code == 1
    assert result.err == f"Batch {batch} is not to be settled: it waits to be gone on with. {way_on}\n"
    result = cli.signed_in("close", "settle", batch, "--again")
    assert result.code == 1
    assert f"Go on with it: uploader-gui resume {batch}." in result.err
    assert cli.attach_calls("close") == 0


def test_cancel(cli: CommandLine, offer: Path, plan: Path) -> None:
    """Given up without a key or a request; how many files the service has already is told."""
    cli.practice.misbehave(Fault(kind="early_413", service="close"))
    cli.send("close", offer, plan, target="note", inputs=LEAD, more=("--lanes", "1"))
    batch = kept()[0].id[:8]
    before = len(cli.practice.world.requests)
    result = cli("cancel", batch)
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"Batch {batch} is given up: {PLACE}. Nothing of it is attached. "
        "1 of 2 files had been stored at the service and may stay there.\n"
    )
    assert len(cli.practice.world.requests) == before
    [ended] = kept(ended=True)
    assert ended.state is BatchState.CANCELLED
    assert {upload.state for upload in kept_uploads(ended.id)} == {UploadState.CANCELLED}
    assert not any(upload.answers for upload in kept_uploads(ended.id))
    assert cli("cancel", batch).err == (
        f"uploader-gui: batch {batch} has ended: it was given up (see: uploader-gui history).\n"
    )


def test_cancel_json(cli: CommandLine, offer: Path, plan: Path, interrupt: Interrupt) -> None:
    """Several at once, one `done` line each; a target that attaches nothing says nothing of attaching."""
    for path in (offer, plan):
        interrupt(path)
        cli.send("close", path)
    ids = [batch.id for batch in kept()]
    result = cli("cancel", *ids, "--json")
    assert result.code == 0
    assert [line["batch"] for line in result.events("done")] == ids
    assert all((line["files"], line["stored"], line["attached"]) == (1, 0, 0) for line in result.lines)
    interrupt(offer)
    cli.send("close", offer)
    assert cli("cancel", kept()[0].id).out.endswith(": Close, Close's file store. Nothing of it had been stored.\n")


def test_cancel_all(cli: CommandLine, offer: Path, plan: Path) -> None:
    """All are given up but what may be attached, which is named with the way on; said without ids only with --all."""
    nothing = cli("cancel", "--all")
    assert (nothing.code, nothing.out) == (0, "Nothing is on its way.\n")
    cli.practice.misbehave(Fault(kind="early_413", service="close", times=0))
    cli.send("close", offer, target="note", inputs=LEAD)
    cli.send("close", plan, target="note", inputs=LEAD)
    cli.practice.behave()
    cli.practice.misbehave(Fault(kind="drop_after_attach", service="close"))
    cli.practice.misbehave(Fault(kind="redirect", service="close", step="verify", skip=1, times=0))
    other = {"lead": "lead_initech"}
    assert cli.send("close", offer, target="note", inputs=other).code == 3
    for wrong in (["cancel"], ["cancel", "--all", kept()[0].id]):
        refused = cli(*wrong)
        assert refused.code == 2
        assert "say which batches" in refused.err
    result = cli("cancel", "--all")
    assert result.code == 1
    assert result.out.count("is given up") == 2
    assert "cannot be given up: nobody knows whether it is attached" in result.err
    assert [batch.state for batch in kept(ended=True)] == [BatchState.CANCELLED] * 2
    assert [batch.state for batch in kept()] == [BatchState.ATTACH_UNKNOWN]


def test_unknown_cannot_be_cancelled(lost: str, cli: CommandLine) -> None:
    """While nobody knows whether it is attached, it cannot be given up: the sentence says how to settle it."""
    result = cli("cancel", lost)
    assert result.code == 1
    assert result.err.startswith(f"Batch {lost} cannot be given up: nobody knows whether it is attached. Find out")
    assert f"uploader-gui settle {lost} --attached (or --again" in result.err
    assert kept()[0].state is BatchState.ATTACH_UNKNOWN
