"""What `send` writes while it works: JSON lines, plain lines, or live lines on a terminal.

Answers go to standard output, everything about trouble to standard error.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from uploader_gui.core import words
from uploader_gui.core.batch import Batch
from uploader_gui.core.problems import Problem
from uploader_gui.engine.events import Event, Finished, StepChanged, StepState, Stored, Troubled


class Output(Protocol):
    """Tells a person or a program what happens."""

    def tell(self, event: Event) -> None:
        """Tell one event of the engine."""

    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Tell a problem that was found before the engine began; `given` is the file's path as it was given."""

    def done(self, batch: Batch, counts: Mapping[str, int]) -> None:
        """Tell that it is over."""


class JsonLines:
    """One object a line on standard output."""

    def __init__(self) -> None:
        self._write = _writer()

    def _line(self, batch: Batch, event: str, given: str | None, **facts: Any) -> None:
        self._write(json.dumps({"event": event, "batch": batch.id, "file": given, **facts}, ensure_ascii=False))

    def tell(self, event: Event) -> None:
        """Write one event."""
        if isinstance(event, StepChanged):
            given = event.upload.given if event.upload else None
            self._line(event.batch, "step", given, step=event.step, state=event.state, ms=event.milliseconds)
        elif isinstance(event, Stored):
            receipt = event.receipt
            self._line(
                event.batch,
                "stored",
                event.upload.given,
                size=receipt.size,
                md5=receipt.md5,
                sha256=receipt.sha256,
                etag=receipt.etag,
                proof=receipt.proof,
                result=dict(event.result),
            )
        elif isinstance(event, Finished):
            if event.attached:
                files = [upload.given for upload in event.uploads]
                record = event.batch.named.get(_record_input(event.batch), "") or None
                target = event.batch.target
                self._line(event.batch, "attached", None, target=target, files=files, link=event.link, record=record)
        else:
            self.problem(event.batch, event.upload.given if event.upload else None, event.problem)

    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Write a problem."""
        sentence = words.describe(problem)
        text = " ".join(part for part in (sentence.text, sentence.said) if part)
        self._line(batch, "problem", given, kind=problem.kind, title=sentence.title, text=text)

    def done(self, batch: Batch, counts: Mapping[str, int]) -> None:
        """Write the last line."""
        self._line(batch, "done", None, **counts)


class PlainLines:
    """A line when something is worth one."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._write = _writer()

    def tell(self, event: Event) -> None:
        """Write what a person wants to know of an event."""
        if isinstance(event, Finished):
            for line in summary(self._service, event):
                self._write(line)
        elif isinstance(event, Troubled):
            self.problem(event.batch, event.upload.given if event.upload else None, event.problem)
        elif isinstance(event, Stored):
            for line in good_for(event):
                self._write(line)
        elif event.state is StepState.WAITING and event.problem is not None:
            print(waiting(event, event.problem), file=sys.stderr)

    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Write a problem to standard error."""
        del batch
        print(trouble(given, problem), file=sys.stderr)

    def done(self, batch: Batch, counts: Mapping[str, int]) -> None:
        """Say what became of a batch that is not attached."""
        del batch
        line = ending(counts)
        if line:
            print(line, file=sys.stderr)


def trouble(given: str | None, problem: Problem) -> str:
    """A problem in one line."""
    sentence = words.describe(problem).whole
    return f"{words.plain(given)}: {sentence}" if given else sentence


def waiting(event: StepChanged, problem: Problem) -> str:
    """Why something waits, and for how long, in one line."""
    who = words.plain(event.upload.given) if event.upload else problem.service
    pause = words.duration(event.milliseconds / 1000)
    return f"{who}: {words.describe(problem).title}. Trying again in {pause}."


def summary(service: str, event: Finished) -> list[str]:
    """What was achieved."""
    count = len(event.uploads)
    if event.attached:
        return [words.files_attached(service, count, event.place)]
    return [words.files_stored(service, count, event.place)]


def good_for(event: Stored) -> list[str]:
    """What a stored file is good for, where its target attaches nothing: its link and ids, to be copied."""
    if event.batch.attaches:
        return []
    return [f"{words.plain(event.upload.given)}: {name} {value}" for name, value in event.result.items()]


def ending(counts: Mapping[str, int]) -> str:
    """The last word when not all went well; "" if it did."""
    if counts["unknown"]:
        return "It is not known whether the files are attached: look at the record before you send them again."
    if counts["problems"] and not counts["attached"]:
        return "Nothing was attached."
    return ""


def _record_input(batch: Batch) -> str:
    """The input that names the record: the first of the target's."""
    return next(iter(batch.named), "")


def _writer() -> Callable[[str], None]:
    def write(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return write
