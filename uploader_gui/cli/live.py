"""One live line a file on a terminal, with speed and time left. Drawn by rich."""

import sys
import time
from collections.abc import Mapping

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from uploader_gui.cli.output import PlainLines
from uploader_gui.core import words
from uploader_gui.core.batch import Step, Upload, UploadState
from uploader_gui.core.progress import ALL_SENT, Meter, Speed
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.events import Event, Finished, StepChanged, StepState, Stored, Troubled

_TAIL = 26  # "999.9 MB/s · 59 min 59 s", and a little air
_BAR = 16
_PERCENT = 5
_SPARE = 4  # between the columns, and the last one of the line
_NARROW = 60  # below this there is no room for a bar

_ENDED = {"stored", "trouble"}


class LiveLines(PlainLines):
    """Live lines while something is sent; what is worth keeping is written above them."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(file=sys.stdout, highlight=False)
        self._speeds: dict[TaskID, Speed] = {}
        self._tasks: dict[str, TaskID] = {}
        self._meters: Mapping[str, Meter] = {}
        self._progress: Progress | None = None
        self._before: set[TaskID] = set()

    def begin(self, uploads: tuple[Upload, ...], meters: Mapping[str, Meter]) -> None:
        """Show a line for each file; where there are more than the screen has, for those on their way."""
        self._meters = meters
        width, height = self._console.size
        names = {upload.id: words.plain(upload.given, width) for upload in uploads}
        wide = width >= _NARROW
        room = width - _TAIL - _PERCENT - _SPARE - (_BAR if wide else 0)
        longest = max(map(cell_len, names.values()), default=1)
        self._progress = Progress(
            TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(width=max(8, min(room, longest)), no_wrap=True, overflow="ellipsis"),
            ),
            *([BarColumn(bar_width=_BAR)] if wide else []),
            _Part(table_column=Column(width=_PERCENT, no_wrap=True)),
            _Words(self._speeds),
            console=self._console,
            transient=True,
            refresh_per_second=10,
        )
        self._few = len(uploads) < height - 1
        for upload in uploads:
            task = self._progress.add_task(
                names[upload.id], total=max(1, upload.size), state="queued", visible=self._few
            )
            self._tasks[upload.id] = task
            self._speeds[task] = Speed()
            self._done_before(upload)
        self._progress.start()

    def refresh(self) -> None:
        """Read the meters; called ten times a second."""
        if self._progress is None:
            return
        now = time.monotonic()
        for upload_id, task in self._tasks.items():
            meter = self._meters[upload_id]
            self._speeds[task].note(now, meter.sent)
            if meter.total and task not in self._before:
                self._progress.update(task, completed=meter.sent)

    def end(self) -> None:
        """Take the live lines away."""
        if self._progress is not None:
            self._progress.stop()

    def tell(self, event: Event) -> None:
        """Show what an event changes."""
        if isinstance(event, StepChanged):
            if event.upload is not None and event.state in {StepState.STARTED, StepState.WAITING}:
                self._state(event.upload, event.step if event.state is StepState.STARTED else "pause")
        elif isinstance(event, Stored):
            self._state(event.upload, "stored")
        elif isinstance(event, Troubled) and event.upload is not None:
            self._state(event.upload, "trouble")
        super().tell(event)
        if isinstance(event, Finished) and event.attached and event.link:
            # A person can click it; a script has it from --json.
            self._good(words.one_line(event.link))

    def _done_before(self, upload: Upload) -> None:
        """Show a file that an earlier command stored as stored: its meter has nothing to count."""
        if upload.state is UploadState.STORED:
            self._before.add(self._tasks[upload.id])
            self._state(upload, "stored")

    def _state(self, upload: Upload, state: str) -> None:
        task = self._tasks.get(upload.id)
        if task is None or self._progress is None:
            return
        visible = self._few or state not in _ENDED
        if state == "stored":
            # Also of an empty file, which has nothing to count.
            self._progress.update(task, state=state, visible=visible, completed=max(1, upload.size))
        else:
            self._before.discard(task)
            self._progress.update(task, state=state, visible=visible)

    def _good(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)

    def _bad(self, line: str) -> None:
        self._good(line)


class _Part(ProgressColumn):
    """How much of a file has gone out, in percent; 100 only once it is stored."""

    def render(self, task: Task) -> Text:
        """Draw the column."""
        most = 100 if task.fields["state"] == "stored" else ALL_SENT // 10
        return Text(f"{min(task.percentage, most):>3.0f} %")


class _Words(ProgressColumn):
    """What happens with the file now, with speed and time left while it is being sent."""

    def __init__(self, speeds: Mapping[TaskID, Speed]) -> None:
        super().__init__(table_column=Column(width=_TAIL, no_wrap=True, overflow="ellipsis"))
        self._speeds = speeds

    def render(self, task: Task) -> Text:
        """Draw the column."""
        state: str = task.fields["state"]
        speed = self._speeds.get(task.id)
        rate = speed.bytes_per_second if speed else None
        sent = task.total is None or task.completed >= task.total
        if state != Step.TRANSFER or not rate or speed is None or sent:
            return Text(_STATES[state]() if state in _STATES else state)
        left = speed.seconds_left((task.total or 0) - task.completed)
        tail = f" · {words.duration(left)}" if left is not None else ""
        return Text(f"{words.size(round(rate))}/s{tail}")


_STATES = {
    "queued": lambda: _("waiting"),
    "pause": lambda: _("waiting to try again"),
    Step.SIGN: lambda: _("asking where to"),
    Step.TRANSFER: lambda: _("sending"),
    Step.CONFIRM: lambda: _("confirming"),
    Step.READY: lambda: _("being processed"),
    "stored": lambda: _("✓ stored"),
    "trouble": lambda: _("! needs attention"),
}
