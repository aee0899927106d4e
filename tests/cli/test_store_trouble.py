"""A ledger that cannot be used has its sentence and a way on; a damaged one is set aside and blocks nothing."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, kept, ledger
from uploader_gui.core.batch import BatchState
from uploader_gui.practice import SAMPLES
from uploader_gui.store import database
from uploader_gui.store import ledger as ledger_module
from uploader_gui.store.database import StoreError, Trouble
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.opening import ledger_path

LEAD = {"lead": SAMPLES["close"]["lead"]}
ELSEWHERE = "or set UPLOADER_GUI_HOME to another folder.\n"
COMMANDS = [["queue"], ["resume"], ["retry"], ["cancel", "abcd"], ["settle", "abcd", "--attached"], ["history"]]


def newer(path: Path) -> None:
    """A newer version of the program has been here."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def folder(path: Path) -> None:
    """Something else lies where it should be."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("command", COMMANDS, ids=[one[0] for one in COMMANDS])
def test_newer(command: list[str], cli: CommandLine) -> None:
    """Every command names the file and the way on, and ends with 1."""
    kept()
    newer(ledger_path())
    result = cli(*command)
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"uploader-gui: the queue {ledger_path()} was written by a newer version of this program. "
        f"Use that version, {ELSEWHERE}"
    )


def test_send(cli: CommandLine, offer: Path) -> None:
    """Nothing is sent that could not be kept."""
    kept()
    newer(ledger_path())
    result = cli.send("close", offer, target="note", inputs=LEAD)
    assert result.code == 1
    assert "a newer version" in result.err
    assert not cli.practice.world.requests


def test_locked(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds the file is named as what is in the way."""
    kept()
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with contextlib.closing(sqlite3.connect(ledger_path(), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE batch SET id = id")
        result = cli("resume")
    assert result.code == 1
    assert result.err.endswith(f" is in use by another program. Close that program and try again, {ELSEWHERE}")


def test_unreachable(cli: CommandLine) -> None:
    """Something else in its place is told as that."""
    kept()
    folder(ledger_path())
    result = cli("queue")
    assert result.code == 1
    assert f"the queue {ledger_path()} cannot be opened. See that its folder is there" in result.err


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (Trouble.FULL, "there is no room for the queue {path}. Make room on that disk and try again, "),
        (Trouble.READ_ONLY, "the queue {path} may not be written. Give yourself the permission to write it and its "),
    ],
)
def test_full_and_read_only(trouble: Trouble, sentence: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk and one that may not be written have sentences of their own."""

    def refuse(path: Path) -> None:
        raise StoreError(trouble, path)

    monkeypatch.setattr(database, "_make_private", refuse)
    result = cli("queue")
    assert result.code == 1
    assert sentence.format(path=ledger_path()) in result.err
    assert result.err.endswith(ELSEWHERE)


def test_damaged(cli: CommandLine, offer: Path) -> None:
    """A damaged one is set aside with its date, that is said, and the command goes on with an empty one."""
    kept()
    ledger_path().write_bytes(b"damaged" * 1000)
    result = cli.send("close", offer, target="note", inputs=LEAD)
    assert result.code == 0
    aside = re.fullmatch(
        r"The queue was damaged\. It was set aside as (.+), and an empty one was begun\. "
        r"Look at your records before you send its files again\.\n",
        result.err,
    )
    assert aside is not None
    assert Path(aside[1]).read_bytes().startswith(b"damaged")
    assert Path(aside[1]).parent == ledger_path().parent
    assert len(kept(ended=True)) == 1


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Trouble, str], None]:
    """Let the ledger refuse to keep what its journal would call so, and everything after it."""

    def arm(trouble: Trouble, event: str) -> None:
        note, broken = ledger_module._note, list[bool]()

        def noting(connection: sqlite3.Connection, batch: str, upload: str | None, at: datetime, line: str) -> None:
            if broken or line == event:
                broken.append(True)
                raise StoreError(trouble, ledger_path())
            note(connection, batch, upload, at, line)

        monkeypatch.setattr(ledger_module, "_note", noting)

    return arm


def test_full_in_the_middle(cli: CommandLine, offer: Path, refuse: Callable[[Trouble, str], None]) -> None:
    """A disk that is full in the middle stops everything before the attach; counts and `done` are still told."""
    refuse(Trouble.FULL, "stored")
    result = cli.send("close", offer, target="note", inputs=LEAD)
    assert result.code == 1
    assert (result.done["files"], result.done["attached"]) == (1, 0)
    assert result.err.startswith(f"uploader-gui: there is no room for the queue {ledger_path()}.")
    assert cli.attach_calls("close") == 0


def test_full_in_the_middle_is_kept(cli: CommandLine, offer: Path, refuse: Callable[[Trouble, str], None]) -> None:
    """What was kept before stays: once there is room again it goes on, and the person reads how."""
    refuse(Trouble.FULL, "stored")
    result = cli.send("close", offer, target="note", inputs=LEAD, more=())
    assert f"It is kept: uploader-gui resume {kept()[0].id[:8]}\n" in result.err
    assert kept()[0].state is BatchState.OPEN


def test_full_at_the_attach(cli: CommandLine, offer: Path, refuse: Callable[[Trouble, str], None]) -> None:
    """An attach whose end cannot be kept is unknown: exit code 3; one that could not be noted was not sent."""
    refuse(Trouble.FULL, "attached")
    result = cli.send("close", offer, target="note", inputs=LEAD)
    assert result.code == 3
    assert (result.done["attached"], result.done["unknown"]) == (0, 1)
    assert "there is no room" in result.err


def test_full_before_the_attach(cli: CommandLine, offer: Path, refuse: Callable[[Trouble, str], None]) -> None:
    """One that could not be noted was not sent, and is not called unknown."""
    refuse(Trouble.FULL, "attach sent")
    result = cli.send("close", offer, target="note", inputs=LEAD)
    assert result.code == 1
    assert result.done["unknown"] == 0
    assert cli.attach_calls("close") == 0


def test_nothing_can_be_added(cli: CommandLine, offer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even the batch can be kept nothing is sent, and its `done` is told."""

    def refuse(opened: Ledger, *_arguments: object) -> None:
        raise StoreError(Trouble.FULL, opened.path)

    monkeypatch.setattr(Ledger, "add", refuse)
    result = cli.send("close", offer, target="note", inputs=LEAD)
    assert (result.code, result.done["stored"]) == (1, 0)
    assert cli.asked("close", "sign") == 0


def test_damaged_in_the_middle(cli: CommandLine, offer: Path, refuse: Callable[[Trouble, str], None]) -> None:
    """Damage found on the way stops everything; then the file is set aside, and the next command begins anew."""
    refuse(Trouble.DAMAGED, "stored")
    result = cli.send("close", offer, target="note", inputs=LEAD, more=())
    assert result.code == 1
    lines = result.err.splitlines()
    assert lines[0] == "Nothing was attached."
    assert re.fullmatch(
        r"uploader-gui: the queue is damaged\. It was set aside as .+ledger-damaged-\d{4}-.+\.db; the next command "
        r"begins an empty one\. Look at your records before you send its files again\.",
        lines[1],
    )
    assert not ledger_path().exists()
    assert cli("queue").out.startswith("Nothing is on its way.")


def test_damaged_while_reading(cli: CommandLine, offer: Path) -> None:
    """A row that this program never wrote is damage, too, wherever it is found."""
    cli.send("close", offer, target="note", inputs=LEAD)
    with contextlib.closing(sqlite3.connect(ledger_path())) as connection:
        connection.execute("UPDATE upload SET receipt = 'nonsense'")
        connection.commit()
    result = cli("history")
    assert result.code == 1
    assert "the queue is damaged. It was set aside as" in result.err
    aside = [path.name for path in ledger_path().parent.iterdir() if path.name.startswith("ledger-damaged")]
    assert aside


@pytest.mark.skipif(os.name == "nt", reason="Windows moves files that are open in no other way")
def test_damaged_and_not_to_be_moved(cli: CommandLine, offer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be moved either, the person is told to."""
    cli.send("close", offer, target="note", inputs=LEAD)
    with ledger() as opened:
        path = opened.path

    def unreadable(*_arguments: object, **_named: object) -> None:
        raise StoreError(Trouble.DAMAGED, path)

    def unmovable(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Ledger, "uploads", unreadable)
    monkeypatch.setattr(Path, "rename", unmovable)
    result = cli("history")
    assert result.code == 1
    assert f"the queue {path} is damaged and cannot be moved out of the way. Move it yourself, " in result.err
