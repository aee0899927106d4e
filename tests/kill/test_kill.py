"""Killed at any moment, gone on with, and in the end: nothing lost, nothing twice, every byte right.

SIGKILL meets a command at random moments, spread over every step, also between a request and its answer. Then `resume`
goes on until nothing is open; what it cannot know, a person settles who looks at the record.
"""

import itertools
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.harness import Print, attached, keys, print_of
from tests.contract.cases import Case
from tests.kill.commands import Blow, Commands, Struck
from uploader_gui.practice import SERVICES, PracticeService

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork"),
    pytest.mark.timeout(7200),
]

CASES = [
    (Case(service="close", target="note"), 3),
    (Case(service="close", target="email_draft_add"), 2),
    (Case(service="close", target="email_send"), 2),
    (Case(service="kizen", target="record_field"), 3),
    (Case(service="haufe", target="new_thread"), 1),
    (Case(service="circle", target="chat_message"), 2),
]
MOST_KILLS = 3  # of one batch


@dataclass(kw_only=True)
class Tally:
    """What the kills did."""

    kills: int = 0
    batches: int = 0
    settled: int = 0
    again: int = 0
    steps: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """All of it in two lines."""
        where = ", ".join(f"{step} {count}" for step, count in self.steps.most_common())
        return (
            f"{self.kills} kills of {self.batches} batches; a person settled {self.settled} as attached, "
            f"{self.again} as not attached; 0 lost, 0 twice, 0 wrong bytes\nlast request before the kill: {where}"
        )


@pytest.fixture
def commands(practice: PracticeService, tmp_path: Path) -> Iterator[Commands]:
    """Command lines that are signed in everywhere."""
    practice.world.processing_seconds = 0
    environment: dict[str, str] = {}
    for service in SERVICES:
        environment |= keys(practice, service, 1 if service == "circle" else 0)
    with Commands(practice, tmp_path / "home", environment) as commands:
        yield commands


def _send(practice: PracticeService, case: Case, paths: list[Path]) -> list[str]:
    where = ["--service", case.service, "--base", practice.base(case.service), "--target", case.target]
    for name, value in case.inputs.items():
        where += ["--set", f"{name}={value}"]
    return ["send", *map(str, paths), *where, "--json", "--yes"]


def _blow(luck: random.Random, lasts: float, requests: int) -> Blow:
    how = luck.random()
    delay = luck.choice([0, 0, luck.uniform(0, 0.004), luck.uniform(0, 0.03)])
    handled = bool(delay) or luck.random() < 0.6
    if how < 0.25:
        return Blow(seconds=luck.uniform(0, lasts))
    if how < 0.5:
        return Blow(request=1, step="attach", handled=handled, delay=delay)
    return Blow(request=luck.randint(1, max(1, requests)), handled=handled, delay=delay)


def _open(commands: Commands) -> list[dict[str, object]]:
    listed = commands.run(["queue", "--json"])
    assert listed.code == 0, listed.out
    return [json.loads(line) for line in listed.out.splitlines()]


def _mine(practice: PracticeService, case: Case, files: set[Print]) -> list[Counter[Print]]:
    """The attachments that hold any of these files."""
    return [found for found in attached(practice, case.service) if set(found) & files]


def _finish(practice: PracticeService, commands: Commands, case: Case, files: set[Print], tally: Tally) -> None:
    """Go on until nothing is open; a person settles what cannot be known, by looking."""
    last = Struck(code=0, out="")
    for _ in range(6):
        opened = _open(commands)
        if not opened:
            return
        [batch] = opened
        last = commands.run(["resume", "--json", "--yes"])
        if last.code == 0:
            continue
        assert last.code == 3, last.out
        there = bool(_mine(practice, case, files))
        tally.settled += there
        tally.again += not there
        answer = "--attached" if there else "--again"
        last = commands.run(["settle", str(batch["batch"]), answer, "--json", "--yes"])
        assert last.code == 0, last.out
    pytest.fail(f"it never came to an end: {last.out}")


def _one(
    practice: PracticeService, commands: Commands, folder: Path, luck: random.Random, usual: dict[Case, Struck]
) -> Tally:
    """One batch: sent, killed once or more, gone on with."""
    case, count = luck.choice(CASES)
    tally = Tally(batches=1)
    folder.mkdir()
    paths = [case.file(folder, f"Offer {number}") for number in range(count)]
    files = {print_of(path) for path in paths}
    if case not in usual:
        whole = commands.run(_send(practice, case, paths))
        assert whole.code == 0, whole.out
        usual[case] = whole
        return tally
    size = usual[case]
    struck = commands.run(_send(practice, case, paths), _blow(luck, size.lasted * 1.1, size.requests))
    for kill in itertools.count(1):
        if struck.code < 0:
            tally.kills += 1
            tally.steps[struck.steps[-1] if struck.steps else "none yet"] += 1
        if kill == MOST_KILLS or luck.random() < 0.6:
            break
        struck = commands.run(["resume", "--json", "--yes"], _blow(luck, size.lasted, size.requests))
    kept = bool(_open(commands)) or bool(_mine(practice, case, files))
    _finish(practice, commands, case, files, tally)
    found = _mine(practice, case, files)
    if kept:
        assert found == [Counter(files)], f"{case}: {len(found)} attaches"
    else:
        # Killed before it had noted anything: then nothing of it is anywhere, and sending it again is all there is.
        assert not found
    for path in paths:
        path.unlink()
    return tally


def _many(
    practice: PracticeService, commands: Commands, folder: Path, seed: int, kills: int, *, tell: bool = False
) -> Tally:
    luck, usual, total = random.Random(seed), dict[Case, Struck](), Tally()
    for number in itertools.count():
        if total.kills >= kills:
            return total
        before = luck.getstate()
        try:
            one = _one(practice, commands, folder / str(number), luck, usual)
        except BaseException:
            print(f"seed {seed}, batch {number}, {total}")
            luck.setstate(before)
            raise
        total.kills += one.kills
        total.batches += one.batches
        total.settled += one.settled
        total.again += one.again
        total.steps += one.steps
        if tell and number % 50 == 0:
            print(total, flush=True)
    raise AssertionError


def _folder(place: Path) -> Path:
    folder = place / "files"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_fifty_kills(practice: PracticeService, commands: Commands, tmp_path: Path) -> None:
    """Fifty kills at random moments: each file is attached exactly once, whole, and nothing stays open."""
    seed = random.SystemRandom().randrange(2**32)
    total = _many(practice, commands, _folder(tmp_path), seed, 50)
    print(total)
    assert not practice.errors


@pytest.mark.long
def test_a_thousand_kills(practice: PracticeService, commands: Commands, tmp_path: Path) -> None:
    """The same a thousand times; its figures are in the README."""
    seed = int(os.environ.get("UPLOADER_GUI_SEED", "0")) or random.SystemRandom().randrange(2**32)
    total = _many(practice, commands, _folder(tmp_path), seed, 1000, tell=True)
    print(f"seed {seed}: {total}")
    assert not practice.errors
