"""What is written while batches are on their way: JSON lines, plain lines, or live lines on a terminal.

Answers go to standard output, everything about trouble to standard error.
"""

import abc
import contextlib
import dataclasses
import json
import sys
from collections.abc import Mapping
from typing import Any

from uploader_gui.cli import left, naming
from uploader_gui.cli.outcome import Ended
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, Upload, UploadState
from uploader_gui.core.problems import PASSING, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.events import Event, Finished, StepChanged, StepState, Stored, Troubled

NOT_KNOWN = N_("It is not known whether the files are attached: look at the record before you send them again.")


class Output(abc.ABC):
    """Tells a person or a program what happens."""

    @abc.abstractmethod
    def tell(self, event: Event) -> None:
        """Tell one event of the engine."""

    @abc.abstractmethod
    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Tell a problem; `given` is the file's path as it was given, None if it concerns them all."""

    @abc.abstractmethod
    def done(self, ended: Ended) -> None:
        """Tell that it is over, and how a batch that has not ended is gone on with."""

    def taken_up(self, batch: Batch, uploads: tuple[Upload, ...]) -> None:  # noqa: B027 - most need not know
        """A batch of an earlier command is gone on with."""

    def begin(self, uploads: tuple[Upload, ...], meters: Mapping[str, Meter]) -> None:  # noqa: B027 - likewise
        """Sending begins."""

    def refresh(self) -> None:  # noqa: B027 - likewise
        """Called ten times a second while something is sent."""

    def end(self) -> None:  # noqa: B027 - likewise
        """Sending has ended."""


class JsonLines(Output):
    """One object a line on standard output."""

    def _line(self, batch: Batch, event: str, given: str | None, **facts: Any) -> None:
        # In ASCII: a name that is no valid text, and a terminal or a pipe that is not UTF-8, do no harm.
        _write(json.dumps({"event": event, "batch": batch.id, "file": given, **facts}))

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
                crc32c=receipt.crc32c,
                etag=receipt.etag,
                proof=receipt.proof,
                result=dict(event.result),
            )
        elif isinstance(event, Finished):
            if event.attached:
                files = [upload.given for upload in event.uploads]
                record, target = naming.record_name(event.batch), event.batch.target
                self._line(event.batch, "attached", None, target=target, files=files, link=event.link, record=record)
        else:
            self.problem(event.batch, event.upload.given if event.upload else None, event.problem)

    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Write a problem."""
        sentence = words.describe(problem)
        text = " ".join(part for part in (sentence.text, sentence.said) if part)
        self._line(batch, "problem", given, kind=problem.kind, title=sentence.title, text=text)

    def done(self, ended: Ended) -> None:
        """Write the last line of a batch."""
        self._line(ended.batch, "done", None, **dataclasses.asdict(ended.counts))


class PlainLines(Output):
    """A line when something is worth one."""

    def __init__(self) -> None:
        self._taken_up: dict[str, str] = {}

    def taken_up(self, batch: Batch, uploads: tuple[Upload, ...]) -> None:
        """Name a batch that is gone on with."""
        self._taken_up[batch.id] = words.plain(naming.place_and_link(batch, uploads)[0])
        stored = sum(upload.state is UploadState.STORED for upload in uploads)
        already = " " + _("({stored} stored already)").format(stored=stored) if stored else ""
        title = naming.title(batch, uploads)
        self._good(f"{left.short(batch.id)}  {title}: {left.files(len(uploads))}{already}")

    def tell(self, event: Event) -> None:
        """Write what a person wants to know of an event."""
        if isinstance(event, Finished):
            self._good(summary(naming.service_name(event.batch), event))
        elif isinstance(event, Troubled):
            self.problem(event.batch, event.upload.given if event.upload else None, event.problem)
        elif isinstance(event, Stored):
            for line in good_for(event):
                self._good(line)
        elif event.state is StepState.WAITING and event.problem is not None:
            who = words.plain(event.upload.given) if event.upload else event.problem.service
            self._bad(pausing(who, event.problem, event.milliseconds / 1000))

    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Write a problem."""
        sentence = words.describe(problem).whole
        self._bad(f"{words.plain(given)}: {sentence}" if given else f"{self._which(batch)}{sentence}")

    def done(self, ended: Ended) -> None:
        """Say what became of a batch that did not end well, and how it is gone on with."""
        for line in (ending(ended), ended.way_on):
            if line:
                self._bad(f"{self._which(ended.batch)}{line}")

    def _which(self, batch: Batch) -> str:
        """Which batch a line is about, where there are several."""
        place = self._taken_up.get(batch.id)
        return f"{left.short(batch.id)}, {place}: " if place is not None and len(self._taken_up) > 1 else ""

    def _good(self, line: str) -> None:
        _write(line)

    def _bad(self, line: str) -> None:
        say(line)


def say(line: str) -> None:
    """Say something on standard error; where that is gone (the terminal was closed), nobody is left to be told."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)


def pausing(who: str, problem: Problem, seconds: float) -> str:
    """Why something waits, and for how long, in one line."""
    return _("{who}: {title}. Trying again in {duration}.").format(
        who=who, title=words.describe(problem).title, duration=words.duration(max(1, seconds))
    )


def say_pause(problem: Problem, seconds: float) -> None:
    """Say why a question is asked again, and when."""
    say(pausing(problem.service, problem, seconds))


def finishing(service: str) -> str:
    """Why Ctrl-C does not end the program at once."""
    return _(
        "The files are being attached; waiting for {service}'s answer, so that it is known whether they are."
    ).format(service=service)


def summary(service: str, event: Finished) -> str:
    """What was achieved."""
    sentence = words.files_attached if event.attached else words.files_stored
    return sentence(service, len(event.uploads), event.place)


def good_for(event: Stored) -> list[str]:
    """What a stored file is good for, where its target attaches nothing: its link and ids, to be copied."""
    if event.batch.attaches:
        return []
    return [f"{words.plain(event.upload.given)}: {name} {value}" for name, value in event.result.items()]


def ending(ended: Ended) -> str:
    """The last word when not all went well; "" if it did, or if its problem has said it."""
    batch, counts = ended.batch, ended.counts
    said_so = counts.problems and not (batch.problem is not None and batch.problem.kind in PASSING)
    if counts.unknown and not said_so:
        return _(NOT_KNOWN)
    if counts.attached or counts.unknown or ended.parted:
        return ""
    if not batch.attaches:
        if counts.files and counts.stored == counts.files:
            return ""
        said = _("{stored} of {files} files stored.")
        if ended.interrupted:
            said = _("Interrupted: {stored} of {files} files stored.")
        return said.format(stored=counts.stored, files=counts.files)
    if ended.interrupted:
        return _("Interrupted: nothing was attached.")
    if ended.begun or counts.problems:
        return _("Nothing was attached.")
    return _("Nothing was sent.")


def cut_short(ended: Ended) -> str:
    """What became of a batch whose output could not be written any more."""
    if ended.counts.attached:
        end = _("All files are attached.")
    elif ended.counts.unknown:
        end = _(NOT_KNOWN)
    else:
        end = ending(dataclasses.replace(ended, interrupted=True))
    return " ".join(part for part in (_("uploader-gui: the output was cut off."), end, ended.way_on) if part)


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
