"""What is true, and what a command must not say against it."""

import itertools
import json
import re
from collections import Counter
from typing import Any

from tests.cli.harness import Print, Result, attached
from tests.matrix.scene import Scene
from uploader_gui.engine.events import Event, Finished, Stored

_NOT_THERE = re.compile(r"[Nn]othing was (?:attached|sent)\.")
_THERE = re.compile(r": \d+ files? attached to ")


class Truth:
    """Holds what the commands say against what the practice service knows."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._column = scene.column
        self._false: list[str] = []
        scene.listeners.append(self._heard)

    # ------------------------------------------------------------------------------------------ what is true
    @property
    def attached(self) -> list[Counter[Print]]:
        """All that is attached."""
        return attached(self._scene.practice, self._column.service)

    @property
    def there(self) -> bool:
        """Whether the files are where they are to be: what a person finds who looks."""
        if self._column.case.attaches:
            return bool(self.attached)
        return all(self._stored(paper.versions) for paper in self._scene.papers)

    def _stored(self, versions: list[Print]) -> int:
        """How often storage took a file, in any of its versions."""
        wanted = {version[2:] for version in versions}
        return sum((one.md5, one.sha256) in wanted for one in self._scene.practice.world.stored(self._column.service))

    def _whole(self, files: Counter[Print]) -> bool:
        """Whether these are all files, each once, each as it was at some time when it was whole."""
        versions = [paper.versions for paper in self._scene.papers]
        return any(Counter(chosen) == files for chosen in itertools.product(*versions))

    def _exactly_once(self) -> bool:
        if not self._column.case.attaches:
            return self.there
        found = self.attached
        return len(found) == 1 and self._whole(found[0])

    # ------------------------------------------------------------------------------------------ what is said
    def _heard(self, event: Event) -> None:
        """An event as the engine tells it: at that moment it must be true."""
        if isinstance(event, Finished):
            if not self._exactly_once():
                self._false.append(f"it says {'attached' if event.attached else 'stored'} while there is not all of it")
        elif isinstance(event, Stored):
            receipt = event.receipt
            stored = self._scene.practice.world.stored(self._column.service)
            if not any((one.md5, one.size) == (receipt.md5, receipt.size) for one in stored):
                self._false.append(f"it says stored while {event.upload.name} is not there")

    def after(self, result: Result) -> None:
        """Hold a command's last words against the truth."""
        assert len(self.attached) <= 1, f"attached {len(self.attached)} times"
        assert not self._false, self._false
        assert not self._scene.practice.errors
        if self.attached:
            assert self._whole(self.attached[0]), "what is attached is not what was given"
        if result.code == 0:
            assert self._exactly_once(), "it says that all is well, and not all of it is there"
        if self._scene.cell.json:
            self._after_json(result)
        else:
            self._after_words(result)

    def _after_json(self, result: Result) -> None:
        lines = result.lines
        for line in lines:
            if line["event"] == "attached" or (line["event"] == "done" and line["attached"]):
                assert self._exactly_once(), "it says attached, and not all of it is there"
            if line["event"] == "done" and not line["attached"] and not line["unknown"]:
                assert not self.attached, "it says that nothing was attached, and it is"

    def _after_words(self, result: Result) -> None:
        if _THERE.search(result.out):
            assert self._exactly_once(), "it says attached, and not all of it is there"
        if _NOT_THERE.search(result.err):
            assert not self.attached, "it says that nothing was attached, and it is"

    def in_queue(self, batch: dict[str, Any]) -> None:
        """Hold what the queue says of a batch against the truth."""
        if self.attached:
            assert batch["state"] == "attach_unknown", f"it is attached, and the queue says that it is {batch['state']}"

    # ------------------------------------------------------------------------------------------ in the end
    def end(self) -> None:
        """All is well: each file is there exactly once, whole; nothing is open; nothing was sent for nothing."""
        assert self._exactly_once(), "it is not attached exactly once, whole"
        for paper in self._scene.papers:
            count = self._stored(paper.versions)
            assert count >= 1
            if not self._may_be_sent_again(touched=paper.touched):
                assert count == 1, f"{paper.path.name} was stored {count} times for nothing"
        opened = self._scene.cli("queue", "--json")
        assert (opened.code, opened.out) == (0, ""), opened.out
        if not self._scene.damaged:
            self._in_history()

    def _may_be_sent_again(self, *, touched: bool) -> bool:
        row = self._scene.cell.row
        return self._column.step == "transfer" or row.store or touched

    def _in_history(self) -> None:
        listed = [json.loads(line) for line in self._scene.cli("history", "--json").out.splitlines()]
        state = "attached" if self._column.case.attaches else "stored"
        assert [line["state"] for line in listed] == [state], "the history does not say so"
