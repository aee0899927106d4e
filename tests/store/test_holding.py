"""Who works on what: locks of batches, and records that one batch at a time may change, across processes."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from uploader_gui.core.batch import Batch, BatchEvent, BatchState, Upload, advance
from uploader_gui.core.ports import Holder
from uploader_gui.store.database import StoreError, Trouble
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.opening import ledger_path, open_ledger
from uploader_gui.store.paths import private_folder

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

HOLD = """
import sys, time
from pathlib import Path
from uploader_gui.store.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
print(ledger.hold("b"), flush=True)
sys.stdin.read()
ledger.close()
"""


def _batch(key: str, record: str = "lead", **more: object) -> Batch:
    facts = {
        "id": key, "service": "close", "target": "note", "inputs": {}, "named": {}, "created": NOW, "record": record,
    }  # fmt: skip
    return Batch(**{**facts, **more})  # type: ignore[arg-type]


def _upload(key: str, batch: str, **more: object) -> Upload:
    facts = {
        "id": key, "batch_id": batch, "given": "a", "file": "/a", "name": "a", "size": 1, "modified": 1,
        "media_type": "text/plain",
    }  # fmt: skip
    return Upload(**{**facts, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("end", [lambda process: process.kill(), lambda process: process.stdin.close()])
def test_two_processes_never_work_on_one_batch(tmp_path: Path, end: Callable[[subprocess.Popen[str]], None]) -> None:
    """The second is told so; when the first ends, in order or killed, the batch is free at once."""
    path = tmp_path / "ledger.db"
    with (
        Ledger(path) as ledger,
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other,
    ):
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert ledger.held("b")
        assert not ledger.hold("b")
        assert not ledger.held("c")
        end(other)
        other.wait(20)
        assert not ledger.held("b")
        assert ledger.hold("b")
        assert ledger.hold("b"), "what this process has, it has"
        ledger.release("b", "never held")
        assert not ledger.held("b")
        assert not list((tmp_path / "locks").iterdir()), "no file is left behind"


def test_a_record_is_one_batchs_at_a_time(tmp_path: Path) -> None:
    """What is being attached, or nobody knows of, keeps the record; who asks is told whose it is, and if that lives."""
    with Ledger(tmp_path / "ledger.db") as ledger, Ledger(tmp_path / "ledger.db") as other:
        for key, record in (("a", "lead"), ("b", "lead"), ("c", "another"), ("d", ""), ("e", "")):
            ledger.add(_batch(key, record), [_upload(f"u{key}", key)], NOW)
        begun = {key: advance(batch, BatchEvent.ATTACH_STARTED) for key, batch in _by_id(ledger).items()}

        def begin(which: Ledger, key: str) -> Holder | None:
            return which.begin_attach(begun[key], NOW, (key, None, "attaching"))

        assert begin(ledger, "a") is None
        assert begin(other, "b") == Holder(batch_id="a", alive=False)
        assert _by_id(ledger)["b"].state is BatchState.OPEN
        assert ledger.hold("a")
        assert begin(other, "b") == Holder(batch_id="a", alive=True)
        assert begin(other, "c") is None
        assert begin(other, "d") is begin(other, "e") is None, "no record, nothing to hold"
        lost = advance(begun["a"], BatchEvent.ANSWER_LOST)
        ledger.save(lost, [], NOW, ("a", None, "attach unknown"))
        ledger.release("a")
        assert begin(other, "b") == Holder(batch_id="a", alive=False)
        ledger.save(advance(lost, BatchEvent.FOUND_ATTACHED), [], NOW, ("a", None, "found"))
        assert begin(other, "b") is None


def _by_id(ledger: Ledger) -> dict[str, Batch]:
    return {batch.id: batch for batch in ledger.batches()}


def test_parting_is_one_change(tmp_path: Path) -> None:
    """Both batches and the files that moved are there, or nothing is changed."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(_batch("a"), [_upload("u", "a"), _upload("v", "a")], NOW)
        kept = _batch("a", uploads=("u",))
        parted = _batch("b", uploads=("v",), state=BatchState.NEEDS_ATTENTION)
        with pytest.raises(StoreError):
            ledger.part(kept, _batch("a"), [_upload("v", "a")], NOW)
        assert [one.id for one in ledger.uploads("a")] == ["u", "v"]
        ledger.part(kept, parted, [_upload("v", "b")], NOW)
        assert [one.id for one in ledger.uploads("a")] == ["u"]
        assert [one.id for one in ledger.uploads("b")] == ["v"]
        assert ledger.batches(like="b") == [parted]


def test_links_are_forgotten_when_they_are_good_no_longer(tmp_path: Path) -> None:
    """Of batches that have ended; what a batch on its way still needs stays."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        for key, state in (("a", BatchState.ATTACHED), ("b", BatchState.OPEN)):
            late = _upload(f"{key}1", key, result={"link": "x"}, good_until=NOW + timedelta(hours=1))
            over = _upload(f"{key}2", key, result={"link": "y"}, good_until=NOW - timedelta(hours=1))
            ever = _upload(f"{key}3", key, result={"link": "z"})
            ledger.add(_batch(key, state=state), [late, over, ever], NOW)
        ledger.forget_results(NOW)
        links = {key: [one.result.get("link") for one in ledger.uploads(key)] for key in "ab"}
        assert links == {"a": ["x", None, "z"], "b": ["x", "y", "z"]}


@pytest.mark.parametrize("damage", ["header", "middle", "row"])
def test_a_damaged_ledger_is_set_aside_and_an_empty_one_begun(damage: str) -> None:
    """It never keeps the program from starting; what was there lies beside it, under its date."""
    private_folder(ledger_path().parent)
    with Ledger(ledger_path()) as ledger:
        for number in range(50):
            ledger.add(_batch(f"b{number}"), [_upload(f"u{number}", f"b{number}")], NOW)
        if damage == "row":
            ledger.write(lambda connection: connection.execute("UPDATE batch SET state = 'open', inputs = '{'"))
    if damage != "row":
        content = bytearray(ledger_path().read_bytes())
        content[0 if damage == "header" else 4096 : 16 if damage == "header" else 40000] = b"\xa5" * (
            16 if damage == "header" else 40000 - 4096
        )
        ledger_path().write_bytes(content)
    opened = open_ledger(NOW)
    with opened.ledger as ledger:
        assert opened.aside is not None
        assert opened.aside.name == "ledger-damaged-2026-11-20-120000.db"
        assert opened.aside.stat().st_size > 0
        assert ledger.batches() == []
        ledger.add(_batch("new"), [_upload("u", "new")], NOW)
    again = open_ledger(NOW)
    with again.ledger as ledger:
        assert again.aside is None
        assert len(ledger.batches()) == 1


def test_a_newer_ledger_is_left_alone() -> None:
    """It is not damaged: only a newer program can read it, and it must find it as it was."""
    private_folder(ledger_path().parent)
    with Ledger(ledger_path()) as ledger:
        ledger.write(lambda connection: connection.execute("PRAGMA user_version = 99"))
    with pytest.raises(StoreError) as caught:
        open_ledger(NOW)
    assert caught.value.trouble is Trouble.NEWER


def test_opening_is_quick_to_give_up_a_lock(tmp_path: Path) -> None:
    """Closing lets all batches go."""
    with Ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.hold("a")
    with Ledger(tmp_path / "ledger.db") as ledger:
        began = time.monotonic()
        assert ledger.hold("a")
        assert time.monotonic() - began < 10
