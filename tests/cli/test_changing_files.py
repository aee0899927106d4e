"""A file that is not any more what it was when it was given is never attached, whenever it changes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine
from uploader_gui.core.progress import Meter
from uploader_gui.engine.digest import PIECE
from uploader_gui.practice import SAMPLES

SIZE = 4 * PIECE


def grow(path: Path) -> None:
    """Somebody goes on writing."""
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    """Somebody empties it."""
    os.truncate(path, PIECE)


def vanish(path: Path) -> None:
    """Somebody deletes it."""
    path.unlink()


def replace(path: Path) -> None:
    """Somebody saves it anew, as programs do: beside it, then in its place."""
    beside = path.with_suffix(".new")
    beside.write_bytes(os.urandom(SIZE))
    os.utime(beside, ns=(0, 0))
    beside.replace(path)


def overwrite(path: Path) -> None:
    """Somebody changes some bytes in it."""
    with path.open("r+b") as file:
        file.seek(SIZE - 1)
        file.write(b"x")
    os.utime(path, ns=(0, 0))


CHANGES = [grow, shrink, vanish, replace, overwrite]
TARGETS = [
    ("close", "note", {"lead": SAMPLES["close"]["lead"]}),
    ("circle", "chat_message", {"room": SAMPLES["circle"]["room"]}),
]


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
@pytest.mark.parametrize(("service", "target", "inputs"), TARGETS, ids=["form", "put"])
def test_while_it_is_sent(
    change: Callable[[Path], None],
    service: str,
    target: str,
    inputs: dict[str, str],
    cli: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change after the first piece is noticed; the good file beside it is stored, and nothing is attached."""
    good, bad = tmp_path / "good.bin", tmp_path / "bad.bin"
    good.write_bytes(b"good")
    bad.write_bytes(os.urandom(SIZE))
    add = Meter.add

    def adding(meter: Meter, count: int) -> None:
        add(meter, count)
        if meter.total == SIZE and meter.sent == PIECE:
            change(bad)

    monkeypatch.setattr(Meter, "add", adding)
    result = cli.send(service, good, bad, target=target, inputs=inputs)
    kind = "file_missing" if change is vanish else "file_changed"
    assert (result.code, result.problems) == (1, [kind]), result.text
    assert [line["file"] for line in result.events("problem")] == [str(bad)]
    assert (result.done["stored"], result.done["attached"]) == (1, 0)
    assert not cli.practice.world.attachments()


@pytest.mark.parametrize("change", CHANGES, ids=[change.__name__ for change in CHANGES])
def test_before_it_is_sent(
    change: Callable[[Path], None], cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change after the file was given and before its turn is noticed before a byte is sent."""
    path = tmp_path / "bad.bin"
    path.write_bytes(os.urandom(SIZE))
    reset = Meter.__init__

    def making(meter: Meter, total: int) -> None:
        reset(meter, total)
        change(path)

    monkeypatch.setattr(Meter, "__init__", making)
    result = cli.send("close", path, target="note", inputs=TARGETS[0][2])
    assert result.code == 1
    assert result.problems == ["file_missing" if change is vanish else "file_changed"]
    assert cli.asked("close", "transfer") == 0
