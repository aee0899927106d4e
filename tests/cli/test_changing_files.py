"""A file that is not any more what it was when it was given is never attached, whenever it changes."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, FastClock, attached, kept, print_of
from uploader_gui.core.progress import Meter
from uploader_gui.engine import source
from uploader_gui.engine.digest import PIECE
from uploader_gui.engine.settling import SETTLE
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
    """A change after the first piece is noticed: it is sent anew as it is then, and attached so; gone, nothing is."""
    good, bad = tmp_path / "good.bin", tmp_path / "bad.bin"
    good.write_bytes(b"good")
    bad.write_bytes(os.urandom(SIZE))
    add, happens = Meter.add, [change]

    def adding(meter: Meter, count: int) -> None:
        add(meter, count)
        if meter.total == SIZE and meter.sent == PIECE and happens:
            happens.pop()(bad)

    monkeypatch.setattr(Meter, "add", adding)
    result = cli.send(service, good, bad, target=target, inputs=inputs)
    waits = [line["file"] for line in result.events("step") if line["state"] == "waiting"]
    assert waits == [str(bad)]
    if change is not vanish:
        assert result.code == 0, result.text
        assert attached(cli.practice, service) == [Counter([print_of(good), print_of(bad)])]
        return
    assert (result.code, result.problems) == (1, ["file_missing"]), result.text
    assert [line["file"] for line in result.events("problem")] == [str(bad)]
    assert (result.done["stored"], result.done["attached"]) == (1, 0)
    assert not cli.practice.world.attachments()


def test_a_file_that_does_not_come_to_rest(
    cli: CommandLine, clock: FastClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed whenever it is sent: three times it is begun anew by itself, then a person is asked; `retry` sends it."""
    path = tmp_path / "report.xlsx"
    path.write_bytes(os.urandom(SIZE))
    add, busy = Meter.add, True

    def adding(meter: Meter, count: int) -> None:
        add(meter, count)
        if busy and meter.sent == PIECE:
            grow(path)

    monkeypatch.setattr(Meter, "add", adding)
    before = clock.monotonic()
    result = cli.send("close", path, target="note", inputs=TARGETS[0][2])
    assert (result.code, result.problems) == (1, ["file_changing"])
    assert path.stat().st_size == SIZE + 4 * len(b"more")
    assert clock.monotonic() - before >= 3 * SETTLE
    assert not cli.practice.world.attachments()
    busy = False
    [batch] = kept()
    assert cli.signed_in("close", "retry", batch.id).code == 0
    assert attached(cli.practice, "close") == [Counter([print_of(path)])]


def test_what_it_has_become_is_held_against_the_limits(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grown beyond what the service takes while it was sent: told at once, and not begun anew."""
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(SIZE))
    add = Meter.add

    def adding(meter: Meter, count: int) -> None:
        add(meter, count)
        os.truncate(path, 40_000_000_000)

    monkeypatch.setattr(Meter, "add", adding)
    result = cli.send("close", path, target="note", inputs=TARGETS[0][2])
    assert (result.code, result.problems) == (1, ["file_too_large"]), result.text
    assert not [line for line in result.events("step") if line["state"] == "waiting"]


def test_a_person_reads_what_is_waited_for(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal: that the file is being changed, and that it goes on by itself."""
    path = tmp_path / "report.xlsx"
    path.write_bytes(os.urandom(SIZE))
    add = Meter.add

    def adding(meter: Meter, count: int) -> None:
        add(meter, count)
        if (meter.total, meter.sent) == (SIZE, PIECE):
            grow(path)

    monkeypatch.setattr(Meter, "add", adding)
    result = cli.send("close", path, target="note", inputs=TARGETS[0][2], more=("--yes",))
    assert result.code == 0
    assert f"{path}: File is being changed. Trying again in 3 s." in result.err


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


def test_one_whose_content_is_in_a_cloud(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told before anything is sent, with the way out; the same, where it was taken off this disk since, by `retry`."""
    path = tmp_path / "contract.pdf"
    path.write_bytes(os.urandom(SIZE))
    away = True
    monkeypatch.setattr(source, "elsewhere", lambda _facts, _name: away)
    result = cli.send("close", path, target="note", inputs=TARGETS[0][2])
    assert (result.code, result.problems) == (1, ["file_in_cloud"])
    assert "Open it once" in result.text
    assert not cli.practice.world.requests
    assert kept() == []

    away, add = False, Meter.add

    def adding(meter: Meter, count: int) -> None:
        nonlocal away
        add(meter, count)
        away = True

    monkeypatch.setattr(Meter, "add", adding)
    result = cli.send("close", path, target="note", inputs=TARGETS[0][2])
    assert (result.code, result.problems) == (1, ["file_in_cloud"])
    [batch] = kept()
    assert cli.signed_in("close", "retry", batch.id, "--json").problems == ["file_in_cloud"]
    away = False
    monkeypatch.setattr(Meter, "add", add)
    assert cli.signed_in("close", "retry", batch.id).code == 0
    assert attached(cli.practice, "close") == [Counter([print_of(path)])]
