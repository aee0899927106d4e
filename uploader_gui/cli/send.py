"""`uploader-gui send`: files go to one target of one service, and are attached by one call."""

import argparse
import contextlib
import dataclasses
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

from uploader_gui.cli import environment, exits, filling, running
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.cli.output import JsonLines, Output, PlainLines
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
from uploader_gui.core.ports import SystemClock
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.engine import limits, scope
from uploader_gui.engine.media_type import media_type
from uploader_gui.engine.source import Source, find, unreadable
from uploader_gui.services.flow import Flow


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    service = filling.find_service(options.service)
    flow, linked = filling.choose(service, options.target, options.link)
    filled = filling.fill(flow, linked, options.set)
    account = environment.account(service, base=options.base, name=options.account)
    clock = SystemClock()
    batch = Batch(
        id=str(uuid.uuid4()),
        service=service.id,
        target=flow.target_id,
        inputs={},
        named={},
        created=clock.utc(),
        attaches=flow.target.call is not None,
    )
    out = _output(options, service.name)
    try:
        sources = find_all(options.files)
        uploads = make_uploads(flow, batch, sources)
    except UploadError as error:
        missing = error.problem.kind is Kind.FILE_MISSING
        return _refuse(out, batch, [error.problem], 0, exits.WRONG_USE if missing else exits.NEEDS_ATTENTION)
    most = flow.max_files
    if most is not None and len(uploads) > most:
        raise WrongUseError(
            f"the target “{flow.target_id}” takes {most} file{'s' if most > 1 else ''} at once, not {len(uploads)}: "
            "send them one after the other."
        )
    inputs = filling.complete(flow, filled, scope.summary(batch.id, uploads))
    batch = dataclasses.replace(batch, inputs=inputs)
    problems = list(limits.check_files(flow, uploads))
    if problems:
        return _refuse(out, batch, problems, len(uploads), exits.NEEDS_ATTENTION, uploads)
    _ask(flow, len(uploads), yes=options.yes)
    return _Sending(flow, batch, uploads, out, clock, account).go(options)


def find_all(given: Sequence[str]) -> list[Source]:
    """Find all files, each once, in the order they were given.

    Raises:
        UploadError: One is not there or cannot be read.
        WrongUseError: There is none.
    """
    found: dict[Any, Source] = {}
    for path in given:
        inside = list(find(path))
        if not inside:
            raise WrongUseError(f"there is no file to send in the folder “{words.plain(path)}”.")
        for source in inside:
            try:
                facts = source.path.stat()
            except OSError as error:
                raise UploadError(unreadable(error, source.name)) from None
            if found.setdefault((facts.st_dev, facts.st_ino), source) is not source:
                print(f"{words.plain(source.given)}: it is there twice and is sent once.", file=sys.stderr)
    return list(found.values())


def make_uploads(flow: Flow, batch: Batch, sources: Sequence[Source]) -> tuple[Upload, ...]:
    """Make an upload of each file. Raises UploadError if one cannot be read."""
    return tuple(_upload(flow, batch, source) for source in sources)


def _upload(flow: Flow, batch: Batch, source: Source) -> Upload:
    size = None
    if flow.needs_image_size:
        from uploader_gui.engine.image_size import image_size  # noqa: PLC0415 - not needed for most targets

        try:
            size = image_size(source.path)
        except OSError as error:
            raise UploadError(unreadable(error, source.name)) from None
    return Upload(
        id=str(uuid.uuid4()),
        batch_id=batch.id,
        given=source.given,
        path=source.path,
        name=source.name,
        size=source.size,
        modified=source.modified,
        media_type=media_type(source.name),
        width=size[0] if size else None,
        height=size[1] if size else None,
    )


def _output(options: argparse.Namespace, service: str) -> Output:
    if options.json:
        return JsonLines()
    if sys.stdout.isatty():
        from uploader_gui.cli.live import LiveLines  # noqa: PLC0415 - drawing takes time to import

        return LiveLines(service)
    return PlainLines(service)


def _refuse(
    out: Output, batch: Batch, problems: Sequence[Problem], files: int, code: int, uploads: Sequence[Upload] = ()
) -> int:
    """Tell what was found before anything was sent."""
    given = {upload.name: upload.given for upload in uploads}
    for problem in problems:
        out.problem(batch, given.get(problem.name), problem)
    counts = {"files": files, "stored": 0, "attached": 0, "problems": len(problems), "unknown": 0}
    out.done(batch, counts)
    return code


_SEEN_BY = {
    "me": "only you see it",
    "team": "your team sees it",
    "customer": "the customer sees it",
    "public": "everybody sees it",
}


def _ask(flow: Flow, count: int, *, yes: bool) -> None:
    """Ask before something goes out to other people. Raises WrongUseError if nobody can be asked or says no."""
    if not flow.target.sends or yes:
        return
    what = f"{flow.service.name}, {flow.target.label}: {count} file{'s' if count > 1 else ''} will be sent at once"
    seen = _SEEN_BY[flow.target.seen_by]
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUseError(f"{what} ({seen}). Add --yes if that is what you want.")
    print(f"{what} ({seen}). Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise WrongUseError("nothing was sent.")


class _Sending:
    """One batch on its way, on the command line."""

    def __init__(
        self,
        flow: Flow,
        batch: Batch,
        uploads: tuple[Upload, ...],
        out: Output,
        clock: SystemClock,
        account: Any,
    ) -> None:
        self._flow = flow
        self._batch = batch
        self._uploads = uploads
        self._out = out
        self._clock = clock
        self._account = account
        self._problems = 0
        self._interrupted = threading.Event()
        self._broken: OSError | None = None

    def go(self, options: argparse.Namespace) -> int:
        """Send, and tell how it ended."""
        engine = running.Engine(
            self._account, self._clock, self._tell, lanes=options.lanes, digests={"sha256"} if options.json else set()
        )
        with self._stopping(engine.stop):
            try:
                named = engine.name_inputs(self._flow, self._batch.inputs)
            except UploadError as error:
                if not self._interrupted.is_set():
                    self._problems += 1
                    self._out.problem(self._batch, None, error.problem)
            except running.StoppedError:
                pass
            else:
                self._batch = dataclasses.replace(self._batch, named=named)
                self._run(engine)
        if self._broken is not None:
            raise self._broken
        code, counts = self._ended(engine)
        self._out.done(self._batch, counts)
        return code

    def _run(self, engine: running.Engine) -> None:
        engine.queue.add(self._batch, self._uploads, self._flow, engine.session)
        live: Any = self._out if hasattr(self._out, "refresh") else None
        if live is not None:
            live.begin(self._uploads, engine.queue.meters(self._batch.id))
        try:
            engine.start()
            while engine.wait(0.1):
                if live is not None:
                    live.refresh()
        finally:
            if live is not None:
                live.end()

    def _tell(self, event: Any) -> None:
        """Pass an event on; output that cannot be written stops the batch, and is told at the end."""
        self._problems += hasattr(event, "problem") and not hasattr(event, "step")
        if self._broken is not None:
            return
        try:
            self._out.tell(event)
        except OSError as error:
            self._broken = error
            self._stop_soon()

    def _stop_soon(self) -> None:
        # Not from inside the queue's own lock, and not twice.
        threading.Thread(target=self._interrupt, daemon=True).start()

    @contextlib.contextmanager
    def _stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """While inside, Ctrl-C and SIGTERM end the sending in good order."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            self._interrupted.set()
            stop()

        self._interrupt = stop
        kept = [(number, signal.signal(number, handle)) for number in (signal.SIGINT, signal.SIGTERM)]
        try:
            yield
        finally:
            for number, former in kept:
                signal.signal(number, former)

    def _ended(self, engine: running.Engine) -> tuple[int, dict[str, int]]:
        uploads = self._uploads
        state = None
        if engine.queue.batches():
            uploads = engine.queue.uploads(self._batch.id)
            state = engine.queue.batches()[0].state
        counts = {
            "files": len(uploads),
            "stored": sum(upload.state is UploadState.STORED for upload in uploads),
            "attached": len(uploads) if state is BatchState.ATTACHED else 0,
            "problems": self._problems,
            "unknown": len(uploads) if state is BatchState.ATTACH_UNKNOWN else 0,
        }
        if state in {BatchState.ATTACHED, BatchState.STORED}:
            return exits.DONE, counts
        if state is BatchState.ATTACH_UNKNOWN:
            return exits.UNKNOWN, counts
        return (exits.INTERRUPTED if self._interrupted.is_set() else exits.NEEDS_ATTENTION), counts
