"""What is on its way is listed quickly and without the network: each batch with its files and the way on."""

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, kept, ledger, rewrite
from uploader_gui.core.problems import Kind
from uploader_gui.practice import SAMPLES, Fault

LEAD = {"lead": SAMPLES["close"]["lead"]}
PLACE = "Close, the note on Globex Corporation"
KEYS = {
    "event", "batch", "service", "target", "record", "place", "state", "created", "files", "problem", "working",
    "account", "whose",
}  # fmt: skip


def test_empty(cli: CommandLine) -> None:
    """An empty queue is one friendly line, and no JSON at all."""
    result = cli("queue")
    assert (result.code, result.err) == (0, "")
    assert result.out == "Nothing is on its way. What was attached is told by: uploader-gui history\n"
    assert (cli("queue", "--json").code, cli.results[-1].out) == (0, "")


def test_what_is_shown(cli: CommandLine, offer: Path, plan: Path, interrupt: Interrupt) -> None:
    """A batch's short id, service, place and state; its files with theirs, a problem with its sentence."""
    cli.practice.misbehave(Fault(kind="early_413", service="close"))
    cli.send("close", offer, plan, target="note", inputs=LEAD, more=("--lanes", "1"))
    first = kept()[0].id[:8]
    interrupt(plan)
    cli.send("close", plan, target="note", inputs={**LEAD, "text": "Second"})
    second = kept()[1].id[:8]
    requests = len(cli.practice.world.requests)
    with ledger() as other:
        assert other.hold(kept()[1].id)
        result = cli("queue")
    lines = result.out.splitlines()
    assert lines[0] == f"{first}  {PLACE}: needs attention"
    assert lines[1].startswith(f"    {offer}  1.0 kB  needs attention: File is too large. Offer.pdf has 1.0 kB")
    assert lines[2] == f"    {plan}  2.0 kB  stored"
    assert lines[3].startswith(f"    Go on: uploader-gui retry {first} (with --split")
    assert lines[4:] == [f"{second}  {PLACE}: is being sent by another process", f"    {plan}  2.0 kB  waits"]
    assert len(cli.practice.world.requests) == requests


def test_json(cli: CommandLine, offer: Path, plan: Path) -> None:
    """One object a batch, with exactly the promised keys."""
    cli.practice.misbehave(Fault(kind="early_413", service="close", step="attach"))
    cli.send("close", offer, plan, target="note", inputs=LEAD)
    [line] = cli("queue", "--json").lines
    [batch] = kept()
    assert set(line) == KEYS
    assert line["problem"].pop("text").startswith("Close refused while attaching")
    assert line | {"created": None} == {
        "event": "batch",
        "batch": batch.id,
        "service": "close",
        "target": "note",
        "record": "Globex Corporation",
        "place": "the note on Globex Corporation",
        "account": None,
        "whose": "Ann Lee, Acme Sales",
        "state": "needs_attention",
        "created": None,
        "files": [
            {"file": str(offer), "state": "stored", "size": 1000, "problem": None},
            {"file": str(plan), "state": "stored", "size": 2000, "problem": None},
        ],
        "problem": {"kind": Kind.REFUSED, "title": "Refused"},
        "working": False,
    }


def test_service_file_is_gone(cli: CommandLine, offer: Path, interrupt: Interrupt) -> None:
    """Of a batch whose service file is gone it is shown what the service was called, else its id; and the target's."""
    interrupt(offer)
    cli.send("close", offer, target="note", inputs=LEAD)
    batch = rewrite(kept()[0], service="gone", place=None)
    assert cli("queue").out.startswith(f"{batch.id[:8]}  Close, “note”: waits to be gone on with\n")
    rewrite(batch, service_name="")
    assert cli("queue").out.startswith(f"{batch.id[:8]}  gone, “note”: waits to be gone on with\n")


def test_nothing_heavy(cli: CommandLine, offer: Path, interrupt: Interrupt) -> None:
    """Listing imports no HTTP library, whatever there is to list; of an empty queue, no service file is read either."""
    code = "import sys, uploader_gui.cli as c; c.main(['queue']); print(*sorted(sys.modules))"

    def modules() -> set[str]:
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
        return set(ended.stdout.splitlines()[-1].split())

    assert not modules() & {"httpx", "pydantic", "PySide6", "rich", "aiohttp", "keyring"}
    interrupt(offer)
    cli.send("close", offer, target="note", inputs=LEAD)
    assert not modules() & {"httpx", "PySide6", "rich", "aiohttp", "keyring"}
