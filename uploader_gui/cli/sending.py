"""One batch on its way, on the command line: gathered, asked about, sent, and told how it ended."""

import argparse
import contextlib
import dataclasses
import signal
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from uploader_gui.cli import exits, filling, gathering, output, running
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.cli.gathering import Refused
from uploader_gui.cli.output import Counts, JsonLines, Output, PlainLines
from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine import scope
from uploader_gui.engine.entry import shown
from uploader_gui.engine.events import Event, Troubled
from uploader_gui.engine.session import Account
from uploader_gui.services.flow import Flow

_SEEN_BY = {
    "me": "only you see it",
    "team": "your team sees it",
    "customer": "the customer sees it",
    "public": "everybody sees it",
}


def send(flow: Flow, filled: Mapping[str, Any], account: Account, options: argparse.Namespace) -> int:
    """Send files to a target whose inputs are filled in; gives the exit code.

    Raises:
        WrongUseError: Something is missing, there are too many files, or nobody can be asked whether to go on.
    """
    batch = Batch(
        id=str(uuid.uuid4()),
        service=flow.service.id,
        target=flow.target_id,
        inputs={},
        named={},
        created=datetime.now(UTC),
        attaches=flow.target.call is not None,
    )
    gathered = gathering.gather(flow, batch, options.files)
    uploads, problems = gathered.uploads, gathered.problems
    if not problems:
        _check_number(flow, len(uploads))
        inputs = filling.complete(flow, filled, scope.summary(batch.id, uploads))
        batch = dataclasses.replace(batch, inputs=inputs)
        problems = gathering.refused_by(flow, uploads)
    out = _output(options, flow.service.name)
    if problems:
        return _refuse(out, batch, problems, len(uploads))
    _check_may_send(flow, len(uploads), yes=options.yes)
    return _Sending(flow, batch, tuple(uploads), out, account, options).go()


def _output(options: argparse.Namespace, service: str) -> Output:
    if options.json:
        return JsonLines()
    if sys.stdout.isatty():
        from uploader_gui.cli.live import LiveLines  # noqa: PLC0415 - drawing takes time to import

        return LiveLines(service)
    return PlainLines(service)


def _check_number(flow: Flow, count: int) -> None:
    most = flow.max_files
    if most is not None and count > most:
        raise WrongUseError(
            f"the target “{flow.target_id}” takes {most} file{'s' if most > 1 else ''} at once, not {count}: "
            "send them one after the other."
        )


def _refuse(out: Output, batch: Batch, problems: Sequence[Refused], uploads: int) -> int:
    """Tell what was found before anything was sent."""
    for refused in problems:
        out.problem(batch, refused.given, refused.problem)
    missing = any(refused.problem.kind is Kind.FILE_MISSING for refused in problems)
    out.done(batch, Counts(files=uploads, problems=len(problems)))
    return exits.WRONG_USE if missing else exits.NEEDS_ATTENTION


def _what(flow: Flow, count: int, place: str) -> str:
    files = f"{count} file{'s' if count > 1 else ''}"
    return f"{flow.service.name}: {files} will be sent at once to {place} ({_SEEN_BY[flow.target.seen_by]})"


def _check_may_send(flow: Flow, count: int, *, yes: bool) -> None:
    """Raise WrongUseError if something would go out to other people and nobody can be asked."""
    if flow.target.sends and not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUseError(f"{_what(flow, count, f'“{flow.target.label}”')}. Add --yes if that is what you want.")


class _Sending:
    """One batch on its way."""

    def __init__(
        self,
        flow: Flow,
        batch: Batch,
        uploads: tuple[Upload, ...],
        out: Output,
        account: Account,
        options: argparse.Namespace,
    ) -> None:
        self._flow = flow
        self._batch = batch
        self._uploads = uploads
        self._out = out
        self._yes = options.yes
        self._engine = running.Engine(
            account,
            self._tell,
            output.say_pause,
            lanes=options.lanes,
            digests={"sha256"} if options.json else set(),
        )
        self._problems = 0
        self._interrupted = False
        self._broken: OSError | None = None

    def go(self) -> int:
        """Send, and tell how it ended."""
        named = self._named()
        if named is not None:
            self._batch = dataclasses.replace(self._batch, named=named)
            if self._agreed():
                self._run()
        code, counts = self._ended()
        if self._broken is not None:
            print(output.cut_short(self._batch, counts), file=sys.stderr)
            raise self._broken
        self._out.done(self._batch, counts, interrupted=self._interrupted)
        return code

    def _named(self) -> dict[str, str] | None:
        """What the inputs are called; None if there is no going on."""
        with self._stopping():
            try:
                return self._engine.name_inputs(self._flow, self._batch.inputs)
            except UploadError as error:
                if not self._interrupted:
                    self._problems += 1
                    self._out.problem(self._batch, None, error.problem)
            except running.StoppedError:
                pass
        return None

    def _agreed(self) -> bool:
        """Ask before something goes out to other people."""
        if self._interrupted:
            return False
        target = self._flow.target
        if not target.sends or self._yes:
            return True
        empty = dict.fromkeys(one.id for one in target.inputs)
        place = shown(target.place, {"named": {**empty, **self._batch.named}}) or target.label
        print(f"{_what(self._flow, len(self._uploads), place)}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
        try:
            answer = sys.stdin.readline()
        except KeyboardInterrupt:
            self._interrupted = True
            answer = ""
        if not answer.endswith("\n"):
            print(file=sys.stderr)
        return answer.strip().lower() in {"y", "yes"}

    def _run(self) -> None:
        queue = self._engine.queue
        with self._stopping():
            queue.add(self._batch, self._uploads, self._flow, self._engine.session)
            self._out.begin(self._uploads, queue.meters(self._batch.id))
            try:
                self._engine.start()
                told = False
                while self._engine.wait(0.1):
                    self._out.refresh()
                    if self._interrupted and not told and queue.batches()[0].state is BatchState.ATTACHING:
                        told = True
                        print(output.finishing(self._flow.service.name), file=sys.stderr)
            finally:
                self._out.end()

    def _tell(self, event: Event) -> None:
        """Pass an event on; output that cannot be written stops the batch, and is told at the end."""
        self._problems += isinstance(event, Troubled)
        if self._broken is not None:
            return
        try:
            self._out.tell(event)
        except OSError as error:
            self._broken = error
            self._stop_soon()

    def _stop_soon(self) -> None:
        # Neither a signal's handler nor a listener may wait for the queue's lock, which its own thread may hold.
        threading.Thread(target=self._engine.stop, name="stop", daemon=True).start()

    @contextlib.contextmanager
    def _stopping(self) -> Iterator[None]:
        """While inside, Ctrl-C and SIGTERM end the sending in good order."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            self._interrupted = True
            self._stop_soon()

        kept = [(number, signal.signal(number, handle)) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            yield
        finally:
            for number, former in kept:
                signal.signal(number, former)

    def _ended(self) -> tuple[int, Counts]:
        uploads: Sequence[Upload] = self._uploads
        state = BatchState.OPEN
        if batches := self._engine.queue.batches():
            uploads = self._engine.queue.uploads(self._batch.id)
            self._batch = batches[0]
            state = self._batch.state
        counts = Counts(
            files=len(uploads),
            stored=sum(upload.state is UploadState.STORED for upload in uploads),
            attached=len(uploads) if state is BatchState.ATTACHED else 0,
            problems=self._problems,
            unknown=len(uploads) if state is BatchState.ATTACH_UNKNOWN else 0,
        )
        if state in {BatchState.ATTACHED, BatchState.STORED}:
            return exits.DONE, counts
        if state is BatchState.ATTACH_UNKNOWN:
            return exits.UNKNOWN, counts
        return (exits.INTERRUPTED if self._interrupted else exits.NEEDS_ATTENTION), counts
