"""One live line a file on a terminal, with speed and time left. Drawn by rich."""

import sys
import time
from collections.abc import Mapping

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from uploader_gui.cli import output
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, Step, Upload
from uploader_gui.core.problems import Problem
from uploader_gui.core.progress import Meter, Speed
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.events import Event, Finished, StepChanged, StepState, Stored, Troubled


class _Words(ProgressColumn):
    """What happens with the file now, with speed and time left while it is being sent."""

    def __init__(self, speeds: Mapping[TaskID, Speed]) -> None:
        super().__init__()
        self._speeds = speeds

    def render(self, task: Task) -> Text:
        """Draw the column."""
        state: str = task.fields["state"]
        speed = self._speeds.get(task.id)
        rate = speed.bytes_per_second if speed else None
        if state != Step.TRANSFER or not rate or speed is None:
            return Text(_STATES[state]() if state in _STATES else state)
        left = speed.seconds_left((task.total or 0) - task.completed) if task.total else None
        tail = f" · {words.duration(left)} {_('left')}" if left is not None else ""
        return Text(f"{words.size(round(rate))}/s{tail}")


_STATES = {
    "queued": lambda: _("waiting"),
    Step.SIGN: lambda: _("asking where to"),
    Step.TRANSFER: lambda: _("sending"),
    Step.CONFIRM: lambda: _("confirming"),
    Step.READY: lambda: _("being processed"),
    "stored": lambda: _("✓ stored"),
    "trouble": lambda: _("! needs attention"),
}


class LiveLines:
    """Live lines while something is sent; what is worth keeping is written above them."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._console = Console(file=sys.stdout, highlight=False)
        self._speeds: dict[TaskID, Speed] = {}
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %", markup=False),
            _Words(self._speeds),
            console=self._console,
            transient=True,
            refresh_per_second=10,
        )
        self._tasks: dict[str, TaskID] = {}
        self._meters: Mapping[str, Meter] = {}

    def begin(self, uploads: tuple[Upload, ...], meters: Mapping[str, Meter]) -> None:
        """Show a line for each file."""
        self._meters = meters
        for upload in uploads:
            name = words.plain(upload.given, 40)
            task = self._progress.add_task(name, total=max(1, upload.size), state="queued")
            self._tasks[upload.id] = task
            self._speeds[task] = Speed()
        self._progress.start()

    def refresh(self) -> None:
        """Read the meters; called ten times a second."""
        now = time.monotonic()
        for upload_id, task in self._tasks.items():
            meter = self._meters[upload_id]
            self._speeds[task].note(now, meter.sent)
            self._progress.update(task, completed=meter.sent if meter.total else 0)

    def end(self) -> None:
        """Take the live lines away."""
        self._progress.stop()

    def tell(self, event: Event) -> None:
        """Show what an event changes."""
        if isinstance(event, StepChanged):
            if event.state is StepState.WAITING and event.problem is not None:
                self._print(output.waiting(event, event.problem))
            elif event.upload is not None and event.state is StepState.STARTED:
                self._state(event.upload, event.step)
        elif isinstance(event, Stored):
            self._state(event.upload, "stored")
            for line in output.good_for(event):
                self._print(line)
        elif isinstance(event, Finished):
            for line in output.summary(self._service, event):
                self._print(line)
        elif isinstance(event, Troubled):
            if event.upload is not None:
                self._state(event.upload, "trouble")
            self.problem(event.batch, event.upload.given if event.upload else None, event.problem)

    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Write a problem."""
        del batch
        self._print(output.trouble(given, problem))

    def done(self, batch: Batch, counts: Mapping[str, int]) -> None:
        """Say what became of a batch that is not attached."""
        del batch
        line = output.ending(counts)
        if line:
            self._print(line)

    def _state(self, upload: Upload, state: str) -> None:
        task = self._tasks.get(upload.id)
        if task is not None:
            self._progress.update(task, state=state)

    def _print(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)
