"""What needs attention is tried again with the files as they are now, or the rest is attached without it."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, attached, kept, kept_uploads, print_of
from uploader_gui.core.batch import BatchState
from uploader_gui.practice import SAMPLES, Fault

LEAD = {"lead": SAMPLES["close"]["lead"]}


def fail(cli: CommandLine, *files: Path, kind: str = "early_413", skip: int = 0) -> str:
    """Send files so that one of them needs attention; gives the batch's short id."""
    cli.practice.misbehave(Fault(kind=kind, service="close", step="transfer", skip=skip))
    result = cli.send("close", *files, target="note", inputs=LEAD, more=("--lanes", "1"))
    cli.practice.behave()
    assert result.code == 1
    return kept()[0].id[:8]


def test_from_the_step_that_failed(cli: CommandLine, offer: Path, plan: Path) -> None:
    """The file that failed is sent again, the other is not, and one call attaches both."""
    batch = fail(cli, offer, plan)
    split = "(with --split, the files that are stored are attached without the others)"
    way_on = f"It is kept: uploader-gui retry {batch} {split}"
    assert cli.results[-1].err.splitlines()[1:] == ["Nothing was attached.", way_on]
    result = cli.signed_in("close", "retry", batch)
    assert (result.code, result.err) == (0, "")
    assert cli.asked("close", "transfer") == 3
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(offer), print_of(plan)]]


def test_changed_file(cli: CommandLine, offer: Path, plan: Path, interrupt: Interrupt) -> None:
    """A file that was changed is told as that when it is resumed; retried, it is taken as it is now."""
    interrupt(offer)
    assert cli.send("close", offer, plan, target="note", inputs=LEAD, more=("--lanes", "1")).code == 130
    offer.write_bytes(os.urandom(3000))
    result = cli.signed_in("close", "resume", "--json")
    assert (result.code, result.problems) == (1, ["file_changed"])
    batch = kept()[0].id
    result = cli.signed_in("close", "retry", batch[:8], "--json")
    assert result.code == 0, result.text
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(offer), print_of(plan)]]
    assert [line["size"] for line in result.events("stored")] == [3000]


def test_missing_file(cli: CommandLine, offer: Path, plan: Path, interrupt: Interrupt) -> None:
    """A file that is still missing stays in trouble with its sentence; once it is back, all are attached."""
    interrupt(offer)
    cli.send("close", offer, plan, target="note", inputs=LEAD, more=("--lanes", "1"))
    content = offer.read_bytes()
    offer.unlink()
    assert cli.signed_in("close", "resume", "--json").problems == ["file_missing"]
    result = cli.signed_in("close", "retry", "--json")
    assert (result.code, result.problems) == (1, ["file_missing"])
    assert result.events("problem")[0]["file"] == str(offer)
    assert result.done["stored"] == 1
    offer.write_bytes(content)
    assert cli.signed_in("close", "retry").code == 0
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(offer), print_of(plan)]]


def test_changed_beyond_a_limit(cli: CommandLine, offer: Path, interrupt: Interrupt) -> None:
    """A file that has become larger than the target takes is refused before a byte of it is sent."""
    where = {"object": "client_client", "record": "rec_ann", "field": "documents"}
    interrupt(offer)
    cli.send("kizen", offer, target="record_field", inputs=where)
    with offer.open("r+b") as file:
        file.truncate(10**7 + 1)
    assert cli.signed_in("kizen", "resume", "--json").problems == ["file_changed"]
    before = cli.asked("kizen", "sign")
    result = cli.signed_in("kizen", "retry", "--json")
    assert (result.code, result.problems) == (1, ["file_too_large"])
    assert cli.asked("kizen", "sign") == before
    assert kept()[0].state is BatchState.NEEDS_ATTENTION


def test_split(cli: CommandLine, offer: Path, plan: Path) -> None:
    """The files that are stored are attached; the other becomes a batch of its own, which is gone on with later."""
    batch = fail(cli, offer, plan)
    result = cli.signed_in("close", "retry", batch, "--split")
    assert result.code == 1
    [rest] = kept()
    assert result.out.splitlines()[1] == "Close: 1 file attached to the note on Globex Corporation"
    assert result.err == f"1 file became a batch of its own: uploader-gui retry {rest.id[:8]}\n"
    assert [upload.name for upload in kept_uploads(rest.id)] == ["Offer.pdf"]
    assert cli.signed_in("close", "retry").code == 0
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(plan)], [print_of(offer)]]
    assert cli.asked("close", "transfer") == 3


def test_split_json(cli: CommandLine, offer: Path, plan: Path) -> None:
    """Under --json both batches have their `done`, each with its own counts."""
    fail(cli, offer, plan)
    result = cli.signed_in("close", "retry", "--split", "--json")
    assert result.code == 1
    [rest] = kept()
    first, second = result.events("done")
    assert second["batch"] == rest.id
    names = ("files", "stored", "attached", "problems", "unknown")
    assert [first[name] for name in names] == [1, 1, 1, 0, 0]
    assert [second[name] for name in names] == [1, 0, 0, 1, 0]


def test_others_by_themselves(cli: CommandLine, offer: Path, plan: Path) -> None:
    """Begun with --partly others: the file that failed is a batch of its own, the other is attached, in one command."""
    cli.practice.misbehave(Fault(kind="early_413", service="close", step="transfer"))
    more = ("--lanes", "1", "--partly", "others", "--json")
    result = cli.send("close", offer, plan, target="note", inputs=LEAD, more=more)
    assert result.code == 1
    [rest] = kept()
    first, second = result.events("done")
    names = ("files", "stored", "attached", "problems", "unknown")
    assert [first[name] for name in names] == [1, 1, 1, 0, 0]
    assert [second[name] for name in names] == [1, 0, 0, 1, 0]
    assert second["batch"] == rest.id
    assert [upload.name for upload in kept_uploads(rest.id)] == ["Offer.pdf"]
    assert cli.signed_in("close", "retry").code == 0
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(plan)], [print_of(offer)]]


def test_others_at_once(cli: CommandLine, offer: Path, tmp_path: Path) -> None:
    """With --partly others a file that is not there is named, and the others are sent; without any nothing is."""
    gone = tmp_path / "gone.pdf"
    result = cli.send("close", offer, gone, target="note", inputs=LEAD, more=("--partly", "others", "--json"))
    assert (result.code, result.problems) == (1, ["file_missing"])
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(offer)]]
    assert kept() == []
    assert cli.send("close", gone, target="note", inputs=LEAD, more=("--partly", "others")).code == 2
    assert len(attached(cli.practice, "close")) == 1


def test_all_or_nothing(cli: CommandLine, offer: Path, plan: Path) -> None:
    """Begun with --partly nothing: splitting is neither offered nor done; retried, all are attached."""
    cli.practice.misbehave(Fault(kind="early_413", service="close", step="transfer"))
    more = ("--lanes", "1", "--partly", "nothing")
    assert cli.send("close", offer, plan, target="note", inputs=LEAD, more=more).code == 1
    batch = kept()[0].id[:8]
    assert "--split" not in cli("queue").out
    result = cli.signed_in("close", "retry", batch, "--split")
    assert result.code == 1
    assert f"Batch {batch} cannot be split: it was begun with --partly nothing" in result.err
    assert cli.signed_in("close", "retry", batch).code == 0
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(offer), print_of(plan)]]


def test_nothing_to_split(cli: CommandLine, offer: Path) -> None:
    """Where no file is stored there is nothing to attach: that is said, and nothing is changed."""
    batch = fail(cli, offer)
    result = cli.signed_in("close", "retry", batch, "--split")
    assert (result.code, result.err) == (
        1,
        f"Batch {batch} cannot be split: none of its files is stored. Go on with it: uploader-gui retry {batch}.\n",
    )


def test_refused_attach_is_tried_again(cli: CommandLine, offer: Path) -> None:
    """An attach that was refused is tried again without sending the file; it cannot be split."""
    cli.practice.misbehave(Fault(kind="early_413", service="close", step="attach"))
    assert cli.send("close", offer, target="note", inputs=LEAD).problems == ["refused"]
    batch = kept()[0].id[:8]
    assert "none of its files needs attention" in cli.signed_in("close", "retry", "--split").err
    assert cli.signed_in("close", "retry", batch).code == 0
    assert cli.asked("close", "transfer") == 1


def test_interrupted_with_one_in_trouble(cli: CommandLine, offer: Path, plan: Path, interrupt: Interrupt) -> None:
    """Where one file needs attention and another was interrupted, one `retry` goes on with both."""
    cli.practice.misbehave(Fault(kind="early_413", service="close"))
    interrupt(plan)
    result = cli.send("close", offer, plan, target="note", inputs=LEAD, more=("--lanes", "1"))
    batch = kept()[0].id[:8]
    assert result.code == 130
    assert result.err.endswith(f"It is kept: uploader-gui retry {batch}\n")
    assert cli.signed_in("close", "retry").code == 0
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(offer), print_of(plan)]]


@pytest.mark.parametrize("mode", [("--json",), ()], ids=["json", "plain"])
def test_what_needs_nobody(mode: tuple[str, ...], cli: CommandLine, offer: Path, interrupt: Interrupt) -> None:
    """A batch that can go on by itself is named with the command for that, when it was asked for by its id."""
    interrupt(offer)
    cli.send("close", offer, target="note", inputs=LEAD)
    batch = kept()[0].id[:8]
    result = cli.signed_in("close", "retry", batch, *mode)
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith(
        f"waits to be gone on with and is left as it is. Go on with it: uploader-gui resume {batch}.\n"
    )
    assert cli("retry").err == "Nothing needs attention.\n"
    assert json.loads(cli("queue", "--json").out)["state"] == "open"
