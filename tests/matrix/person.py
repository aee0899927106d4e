"""Somebody who does what the program's own words say, until nothing is open."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cli.harness import Result
from tests.matrix.scene import Scene
from tests.matrix.truth import Truth
from uploader_gui.cli import output
from uploader_gui.core import words
from uploader_gui.core.batch import BatchState, Step
from uploader_gui.core.problems import Kind
from uploader_gui.engine.events import Event, StepChanged

TURNS = 8
_COMMAND = re.compile(r"Go on: .*?uploader-gui (resume|retry|settle) ([0-9a-f-]{8,})")
_STORE = {
    "there is no room for the queue": "queue_full",
    "the queue is damaged": "queue_damaged",
    "The queue was damaged": "queue_set_aside",
}
_PATH = re.compile(r"/\S+\.db")


@dataclass(kw_only=True)
class Outcome:
    """How a cell ended.

    Attributes:
        kinds: The problems the person saw, in order, each once.
        ways: What the person did, in order.
        tries: How often the step was asked for, until it was right; 1 if it was at once.
        looked: Whether the program looked for the attach by itself.
        sentences: What the person read, by kind.
    """

    kinds: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    tries: int = 1
    looked: bool = False
    sentences: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """In a few words."""
        if not self.ways:
            again = f" {self.tries}×" if self.tries > 1 else ""  # noqa: RUF001 - it means "times"
            return " ".join([f"ok{', looked' if self.looked else ''}{again}", *self.kinds])
        ways = list(dict.fromkeys(self.ways))
        kinds = [kind for kind in self.kinds if kind != "interrupted" or len(self.kinds) == 1]
        return " ".join(["+".join(ways), "+".join(kinds)]).strip()


class Person:
    """Works one cell off.

    Args:
        scene: The cell's world.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._truth = Truth(scene)
        self._outcome = Outcome()
        self._resumed = False
        self._looked = False
        scene.listeners.append(self._heard_event)
        self._kept = False

    def work(self) -> Outcome:
        """Send the files, and go on until they are where they are to be."""
        scene = self._scene
        result = self._done(scene.send())
        self._count(result)
        scene.first_ended()
        if scene.cell.always and scene.cell.row.early:
            # While the network is gone, the disk full, the file away, it does no harm to try.
            self._turn()
        scene.lift()
        for _ in range(TURNS):
            if not self._turn():
                break
        else:
            pytest.fail(f"it never comes to an end: {self._outcome}")
        self._truth.end()
        return self._outcome

    def _heard_event(self, event: Event) -> None:
        if isinstance(event, StepChanged) and event.step is Step.VERIFY:
            self._looked = self._looked or event.batch.state is BatchState.ATTACH_UNKNOWN

    def _count(self, result: Result) -> None:
        column, outcome = self._scene.column, self._outcome
        outcome.looked = self._looked
        if result.code == 0 and column.step != "look":
            outcome.tries = max(1, self._scene.wires.sent[column.asked] - column.usual + 1)

    # ------------------------------------------------------------------------------------------------ going on
    def _turn(self) -> bool:
        """Do the next thing there is to do. False if there is nothing."""
        listed = self._heard(self._scene.cli("queue", "--json"))
        if listed.code != 0:
            # What is wrong with the queue itself has been said; the next command may find it put right.
            return True
        opened = listed.lines
        if opened:
            self._go_on(opened[0])
            return True
        if self._truth.there:
            return False
        # Nothing is kept, and a look at the record shows that nothing is there.
        told = {"queue_damaged", "queue_set_aside"} & set(self._outcome.kinds)
        assert told or (self._scene.column.step == "ask" and not self._kept), "it was forgotten without a word"
        self._outcome.ways.append("send")
        self._done(self._scene.send())
        return True

    def _go_on(self, batch: dict[str, Any]) -> None:
        """Do what the queue says; a person settles who has looked at the record."""
        self._kept = True
        self._truth.in_queue(batch)
        command, which = self._told_way(batch)
        if command == "settle":
            answer = "--attached" if self._truth.there else "--again"
            self._outcome.ways.append("settle" if self._truth.there else "again")
            self._done(self._scene.go_on("settle", which, answer))
            return
        self._outcome.ways.append(command)
        self._done(self._scene.go_on(command, which))

    def _told_way(self, batch: dict[str, Any]) -> tuple[str, str]:
        """The command that the queue names."""
        told = self._scene.cli("queue").out
        found = _COMMAND.search(told)
        assert found is not None, told
        assert str(batch["batch"]).startswith(found[2])
        if batch["state"] != "attach_unknown" or found[1] == "settle":
            return found[1], found[2]
        # "resume looks for it again; once you have looked yourself, settle"
        assert f"uploader-gui settle {found[2]} --attached (or --again" in told
        first, self._resumed = not self._resumed, True
        return ("resume" if first else "settle"), found[2]

    # ------------------------------------------------------------------------------------------------ reading
    def _done(self, result: Result) -> Result:
        self._truth.after(result)
        return self._heard(result)

    def _heard(self, result: Result) -> Result:
        """Remember what was read about trouble."""
        for beginning, kind in _STORE.items():
            for line in result.err.splitlines():
                if beginning in line:
                    self._saw(kind, _PATH.sub("…", line.removeprefix("uploader-gui: ")))
        if self._scene.cell.json:
            for event in result.lines:
                if event["event"] == "problem":
                    self._saw(event["kind"], f"{event['title']}. {event['text']}")
        else:
            for line in result.err.splitlines():
                read = _kind_of(line)
                if read is not None:
                    self._saw(read, line[line.index(f"{_title(read)}. ") :])
        if result.code == 130:
            self._saw("interrupted", "Interrupted.")
        if output.NOT_KNOWN in result.err:
            self._saw("not_known", output.NOT_KNOWN)
        return result

    def _saw(self, kind: str, sentence: str) -> None:
        if kind not in self._outcome.kinds:
            self._outcome.kinds.append(kind)
            self._outcome.sentences[kind] = sentence


def _kind_of(line: str) -> Kind | None:
    """The kind of problem a line tells; None if it tells none, or only that something is tried again by itself."""
    if " Trying again in " in line:
        return None
    return next((kind for kind in Kind if f"{_title(kind)}. " in line), None)


def _title(kind: Kind) -> str:
    return words._SENTENCES[kind][0]
