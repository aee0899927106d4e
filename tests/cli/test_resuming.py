"""What was interrupted goes on where it was: nothing is sent twice, and what stands in the way is told by name."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.children import environment, reached, start, wait_until
from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, attached, kept, kept_uploads, ledger, print_of, rewrite
from uploader_gui.core.batch import ATTACH_SENT, BatchState, UploadState
from uploader_gui.practice import SAMPLES, Fault, PracticeService

LEAD = {"lead": SAMPLES["close"]["lead"]}
CHAT = {"room": SAMPLES["circle"]["room"]}
PLACE = "Close, the note on Globex Corporation"


def short() -> str:
    """The only open batch's id, as people type it."""
    [batch] = kept()
    return batch.id[:8]


def stop_in(cli: CommandLine, interrupt: Interrupt, *files: Path, last: Path, more: tuple[str, ...] = ()) -> str:
    """Send files, interrupted while the last of them is sent; gives the batch's short id."""
    interrupt(last)
    result = cli.send("close", *files, last, target="note", inputs=LEAD, more=("--lanes", "1", *more))
    assert result.code == 130
    return short()


def lose_attach(cli: CommandLine, *files: Path, service: str = "close") -> str:
    """Send files so that nobody knows whether they are attached; gives the batch's short id."""
    target, inputs = ("note", LEAD) if service == "close" else ("chat_message", CHAT)
    cli.practice.misbehave(Fault(kind="drop_after_attach", service=service))
    cli.practice.misbehave(Fault(kind="redirect", service=service, step="verify", skip=1, times=0))
    result = cli.send(service, *files, target=target, inputs=inputs)
    assert result.code == 3, result.text
    cli.practice.behave()
    return short()


def test_where_it_was(cli: CommandLine, interrupt: Interrupt, offer: Path, plan: Path) -> None:
    """An interrupted batch says how to go on; resumed, what was stored is not sent again, and one call attaches all."""
    batch = stop_in(cli, interrupt, offer, last=plan)
    assert cli.results[-1].err == f"Interrupted: nothing was attached.\nIt is kept: uploader-gui resume {batch}\n"
    assert [upload.state for upload in kept_uploads(kept()[0].id)] == [UploadState.STORED, UploadState.QUEUED]
    before = cli.asked("close", "transfer")
    result = cli.signed_in("close", "resume")
    assert result.code == 0, result.err
    assert result.out.splitlines() == [
        f"{batch}  {PLACE}: 2 files (1 stored already)",
        "Close: 2 files attached to the note on Globex Corporation",
    ]
    assert cli.asked("close", "transfer") == before + 1
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(offer), print_of(plan)]]
    assert cli.attach_calls("close") == 1
    assert kept() == []


def test_from_another_folder(
    cli: CommandLine, interrupt: Interrupt, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was given by a path of its folder is found from another one."""
    monkeypatch.chdir(plan.parent)
    interrupt(plan)
    assert cli.send("close", plan.name, target="note", inputs=LEAD).code == 130
    monkeypatch.chdir("/")
    assert cli.signed_in("close", "resume", "--json").events("attached")[0]["files"] == [plan.name]


def test_json(cli: CommandLine, interrupt: Interrupt, offer: Path, plan: Path) -> None:
    """Two batches in one go: the events of `send`, each with its batch's id, and one `done` line for each."""
    first = stop_in(cli, interrupt, last=offer)
    interrupt(plan)
    assert cli.send("close", plan, target="note", inputs=LEAD).code == 130
    result = cli.signed_in("close", "resume", "--json")
    assert (result.code, result.err) == (0, "")
    ids = [batch.id for batch in kept(ended=True)]
    assert ids[0].startswith(first)
    assert [line["batch"] for line in result.events("done")] == ids
    assert {line["batch"] for line in result.events("attached")} == set(ids)
    counts = {"files": 1, "stored": 1, "attached": 1, "problems": 0, "unknown": 0}
    assert all({name: line[name] for name in counts} == counts for line in result.events("done"))
    assert cli.asked("close", "check") == 3, "once for each send, once for both batches of the account"


def test_nothing_to_do(cli: CommandLine) -> None:
    """Where nothing waits, that is said, and all is well."""
    assert (cli("resume").code, cli.results[-1].err) == (0, "Nothing waits to be sent.\n")
    assert (cli("retry").code, cli.results[-1].err) == (0, "Nothing needs attention.\n")


def test_ids(cli: CommandLine, interrupt: Interrupt, offer: Path, plan: Path) -> None:
    """A batch is meant by the beginning of its id; what is unknown, too short, ambiguous or ended is told as that."""
    batch = stop_in(cli, interrupt, last=offer)
    interrupt(plan)
    cli.send("close", plan, target="note", inputs=LEAD)
    other = next(one for one in kept() if not one.id.startswith(batch))
    # Never in the ledger by themselves: ids are random.
    with ledger() as opened:
        for ending in ("0", "1"):
            opened.add(rewrite(other, id=f"abcd{ending}"), [], other.created)
    said = [
        ("abc", "“abc” is too short: give at least the first 4 characters of a batch's id (see: uploader-gui queue)."),
        ("ffff-none", "there is no batch “ffff-none” (see: uploader-gui queue)."),
        ("abcd", "“abcd” is the beginning of several batches: abcd0, abcd1. Give more of it."),
    ]
    for given, sentence in said:
        result = cli.signed_in("close", "resume", given)
        assert (result.code, result.err) == (2, f"uploader-gui: {sentence}\n")
    assert cli.signed_in("close", "resume", batch[:5].upper()).code == 0
    result = cli.signed_in("close", "resume", batch)
    assert result.code == 2
    assert result.err == f"uploader-gui: batch {batch} has ended: its files are attached (see: uploader-gui history).\n"


def test_attention_is_named(cli: CommandLine, interrupt: Interrupt, offer: Path, plan: Path) -> None:
    """What needs a person is named with the way on and not touched; the others go on, and the exit code is 1."""
    cli.practice.misbehave(Fault(kind="early_413", service="close"))
    assert cli.send("close", offer, target="note", inputs=LEAD).code == 1
    batch = short()
    interrupt(plan)
    cli.send("close", plan, target="note", inputs=LEAD)
    result = cli.signed_in("close", "resume")
    assert result.code == 1
    way_on = f"Go on with it: uploader-gui retry {batch}."
    assert result.err == f"Batch {batch} ({PLACE}) needs attention and is left as it is. {way_on}\n"
    assert "Close: 1 file attached" in result.out
    assert [one.id[:8] for one in kept()] == [batch]
    assert cli.asked("close", "transfer") == 3


def test_key_is_missing_for_one(cli: CommandLine, interrupt: Interrupt, offer: Path, plan: Path) -> None:
    """A batch whose key is not there is left with a sentence; the other one is attached."""
    interrupt(offer)
    assert cli.send("circle", offer, target="chat_message", inputs=CHAT, more=("--yes",)).code == 130
    batch = short()
    interrupt(plan)
    cli.send("close", plan, target="note", inputs=LEAD)
    result = cli.signed_in("close", "resume")
    assert result.code == 1
    assert result.err.startswith(f"Batch {batch} is left as it is: there is no key for Circle. Set UPLOADER_CIRCLE_")
    assert len(cli.practice.world.attachments("close")) == 1
    assert short() == batch


def test_service_file_is_gone(cli: CommandLine, interrupt: Interrupt, offer: Path) -> None:
    """A batch whose service file is gone is left with a sentence that says how to go on."""
    batch = stop_in(cli, interrupt, last=offer)
    rewrite(kept()[0], service="gone")
    result = cli.signed_in("close", "resume")
    assert result.code == 1
    assert f"Batch {batch} is for the target “note” of the service “gone”, and its service file is gone" in result.err
    assert f"uploader-gui cancel {batch}." in result.err


@pytest.mark.parametrize(
    "changes", [{"author": "user_other", "whose": "Bo Nguyen, Acme"}, {"whose": "Bo Nguyen, Acme"}]
)
def test_key_of_another_account(changes: dict[str, str], cli: CommandLine, interrupt: Interrupt, offer: Path) -> None:
    """A batch that was begun as somebody else is not gone on with: only whose the key is was asked."""
    batch = stop_in(cli, interrupt, last=offer)
    rewrite(kept()[0], **{"author": None, **changes})
    before = len(cli.practice.world.requests)
    result = cli.signed_in("close", "resume", "--json")
    assert (result.code, result.problems) == (1, ["other_account"])
    assert "This batch was begun as Bo Nguyen, Acme; the key now given is not that account's." in result.text
    assert result.done["problems"] == 1
    assert [request.steps for request in cli.practice.world.requests[before:]] == [("check",)]
    assert cli.signed_in("close", "resume").err.endswith(f"with the key of its account: uploader-gui resume {batch}\n")


def test_wrong_key(cli: CommandLine, interrupt: Interrupt, offer: Path) -> None:
    """A key that does not work is told once, with the batch it was for; the batch stays as it is."""
    stop_in(cli, interrupt, last=offer)
    cli.environment.setenv("UPLOADER_CLOSE_API_KEY", "api_wrong")
    result = cli("resume", "--json")
    assert (result.code, result.problems) == (1, ["signed_out"])
    assert kept()[0].state is BatchState.OPEN


def test_held_by_another_process(cli: CommandLine, interrupt: Interrupt, offer: Path) -> None:
    """A batch that is being worked on is left to that process by every command, and nothing is asked."""
    batch = stop_in(cli, interrupt, last=offer)
    before = len(cli.practice.world.requests)
    with ledger() as other:
        assert other.hold(kept()[0].id)
        sentence = f"Batch {batch} is being sent by another process; it is left to that.\n"
        for command in (["resume"], ["retry"], ["cancel"], ["settle", "--attached"], ["settle", "--again"]):
            result = cli.signed_in("close", *command, batch)
            assert (result.code, result.err) == (1, sentence), command
        result = cli.signed_in("close", "resume")
        assert (result.code, result.err) == (0, sentence)
    assert len(cli.practice.world.requests) == before
    assert cli.signed_in("close", "resume", batch).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_two_processes(cli: CommandLine, practice: PracticeService, plan: Path) -> None:
    """While one process sends, another one says so; when the first dies without a word, its batch is gone on with."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1, times=0))
    with start(practice, "close", [plan]) as process:
        wait_until(lambda: reached(practice, "transfer"))
        batch = short()
        result = cli.signed_in("close", "resume", batch)
        assert (result.code, result.err) == (
            1,
            f"Batch {batch} is being sent by another process; it is left to that.\n",
        )
        assert json.loads(cli("queue", "--json").out)["working"] is True
        process.kill()
        process.wait(10)
    practice.behave()
    assert json.loads(cli("queue", "--json").out)["files"][0]["state"] == "queued"
    assert cli.signed_in("close", "resume").code == 0
    assert len(practice.world.attachments()) == 1


def test_lost_attach_is_looked_for(cli: CommandLine, offer: Path) -> None:
    """An attach nobody knew about is found at the service: it is not sent again."""
    batch = lose_attach(cli, offer)
    result = cli.signed_in("close", "resume")
    assert result.code == 0, result.err
    assert result.out.splitlines()[1] == "Close: 1 file attached to the note on Globex Corporation"
    assert cli.attach_calls("close") == 1
    assert kept(ended=True)[0].id.startswith(batch)


def test_lost_attach_stays_unknown(cli: CommandLine, offer: Path) -> None:
    """Where the look cannot be had, it stays unknown: exit code 3, and both ways on are named."""
    batch = lose_attach(cli, offer)
    cli.practice.misbehave(Fault(kind="redirect", service="close", step="verify", times=0))
    result = cli.signed_in("close", "resume")
    assert result.code == 3
    looks = f"uploader-gui resume {batch} looks for it again; once you have looked yourself, "
    settles = f"uploader-gui settle {batch} --attached (or --again, if the files are not there)"
    assert result.err.splitlines()[-1] == f"It is kept: {looks}{settles}"


def test_dead_in_the_attach(cli: CommandLine, offer: Path) -> None:
    """A process that died when its attach may have gone out leaves it unknown: it is looked for, then sent once."""
    batch = lose_attach(cli, offer)
    rewrite(kept()[0], "attaching", ATTACH_SENT, state=BatchState.ATTACHING, problem=None)
    assert json.loads(cli("queue", "--json").out)["state"] == "attach_unknown"
    assert cli.signed_in("close", "cancel", batch).code == 1
    assert cli.signed_in("close", "resume").code == 0
    assert cli.attach_calls("close") == 1


def test_dead_before_the_attach(cli: CommandLine, interrupt: Interrupt, offer: Path) -> None:
    """One that died before it went out leaves nothing unknown: it is attached without a look."""
    stop_in(cli, interrupt, last=offer)
    rewrite(kept()[0], "attaching", state=BatchState.ATTACHING)
    assert json.loads(cli("queue", "--json").out)["state"] == "open"
    assert cli.signed_in("close", "resume").code == 0
    assert cli.attach_calls("close") == 1


def test_paused(cli: CommandLine, interrupt: Interrupt, offer: Path) -> None:
    """A batch that somebody paused goes on, too."""
    stop_in(cli, interrupt, last=offer)
    rewrite(kept()[0], state=BatchState.PAUSED)
    assert cli.signed_in("close", "resume").code == 0
    assert len(cli.practice.world.attachments("close")) == 1


def test_another_batch_comes_first(cli: CommandLine, offer: Path, plan: Path) -> None:
    """While one attach to a record is unknown the next one there waits; once that is settled, it goes on."""
    unknown = lose_attach(cli, offer)
    result = cli.send("close", plan, target="note", inputs=LEAD, more=())
    assert result.code == 1
    batch = kept()[1].id[:8]
    assert f"It is not known whether batch {unknown} was attached to the same record" in result.err
    assert result.err.endswith(f"It is kept; once that one is settled: uploader-gui resume {batch}\n")
    assert cli("settle", unknown, "--attached").code == 0
    assert cli.signed_in("close", "resume", batch).code == 0
    assert cli.attach_calls("close") == 2


def test_what_goes_out_is_asked_about(cli: CommandLine, interrupt: Interrupt, offer: Path, plan: Path) -> None:
    """Where nobody can be asked, what goes out to people is left with a sentence, and the rest goes on; --yes sends."""
    interrupt(offer)
    cli.send("circle", offer, target="chat_message", inputs=CHAT, more=("--yes",))
    batch = short()
    interrupt(plan)
    cli.send("close", plan, target="note", inputs=LEAD)
    cli.sign_in("circle")
    result = cli.signed_in("close", "resume")
    assert result.code == 1
    assert result.err == (
        f"Batch {batch} is left as it is. Circle: 1 file will be sent at once to the message in General "
        "(the members see it). Add --yes if that is what you want.\n"
    )
    assert len(cli.practice.world.attachments("close")) == 1
    assert not cli.practice.world.attachments("circle")
    assert cli.signed_in("circle", "resume", batch, "--yes").code == 0
    assert len(cli.practice.world.attachments("circle")) == 1


def test_interrupted_while_asking(cli: CommandLine, interrupt: Interrupt, offer: Path) -> None:
    """Interrupted before anything was begun, the batch stays as it was; the command ends with 130 and its `done`."""
    stop_in(cli, interrupt, last=offer)
    cli.practice.misbehave(Fault(kind="rate_limit", service="close", step="check", seconds=1))
    cli.clock.wait = lambda *_arguments: os.kill(os.getpid(), signal.SIGTERM)  # type: ignore[method-assign]
    result = cli.signed_in("close", "resume", "--json")
    assert result.code == 130
    assert result.done["attached"] == 0
    assert kept()[0].state is BatchState.OPEN


def test_live_lines_count_what_is_stored(practice: PracticeService, offer: Path, plan: Path) -> None:
    """On a terminal a file that was stored before is shown as stored while the other is sent."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals of this kind")
    from tests.cli.terminal import Terminal  # noqa: PLC0415 - not on Windows

    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1, skip=1, times=0))
    with start(practice, "close", [offer, plan], "--lanes", "1") as process:
        wait_until(lambda: len(practice.world.stored()) == 1 and kept_uploads(kept()[0].id)[0].state == "stored")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    practice.behave()
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1, times=0))
    run = [sys.executable, "-m", "uploader_gui", "resume"]
    with Terminal(run, environment(practice, "close"), columns=160) as terminal:
        wait_until(lambda: any("100 % ✓ stored" in line for line in terminal.screen.text))
        practice.behave()
        assert terminal.end() == 0
    assert terminal.screen.text[1] == "Close: 2 files attached to the note on Globex Corporation"
