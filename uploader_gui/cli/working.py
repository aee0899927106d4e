"""Batches on their way through one queue, told as they go: what `send`, `resume` and `retry` have in common."""

import argparse
import contextlib
import dataclasses
import logging
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from uploader_gui.cli import exits, left, naming, output, running, signals
from uploader_gui.cli.keeping import BrokenOffError
from uploader_gui.cli.outcome import Ended
from uploader_gui.cli.output import JsonLines, Output, PlainLines
from uploader_gui.core.batch import Batch, BatchEvent, BatchState, Upload, advance
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.events import Event, Troubled
from uploader_gui.engine.queue import Queue
from uploader_gui.store.database import StoreError, Trouble
from uploader_gui.store.ledger import Ledger

log = logging.getLogger(__name__)


def output_of(options: argparse.Namespace) -> Output:
    """Where a command writes: as JSON, as live lines on a terminal, or as plain lines."""
    if options.json:
        return JsonLines()
    if sys.stdout.isatty():
        from uploader_gui.cli.live import LiveLines  # noqa: PLC0415 - drawing takes time to import

        return LiveLines()
    return PlainLines()


class Working:
    """Works batches off, and tells how each of them ended.

    Args:
        out: Where it is told.
        ledger: Keeps what happens.
        options: The command's: `lanes` and `json`.

    Attributes:
        engine: Asks and sends.
        interrupted: Whether it was told to stop.
    """

    def __init__(self, out: Output, ledger: Ledger, options: argparse.Namespace) -> None:
        self.engine = running.Engine(
            self._tell,
            output.say_pause,
            ledger=ledger,
            lanes=options.lanes,
            digests={"sha256", "crc32c"} if options.json else set(),
        )
        self.interrupted = False
        self._out = out
        self._ledger = ledger
        self._problems: defaultdict[str, list[Problem]] = defaultdict(list)
        self._kept: set[str] = set()
        self._parted: set[str] = set()
        self._unkept: LedgerError | None = None
        self._cut: OSError | None = None

    def problem(self, batch: Batch, given: str | None, problem: Problem) -> None:
        """Tell a problem that the engine has not told."""
        self._problems[batch.id].append(problem)
        _log(batch, problem)
        self._write(lambda: self._out.problem(batch, given, problem))

    def taken_up(self, batch: Batch, uploads: tuple[Upload, ...]) -> None:
        """Tell that a batch of an earlier command is gone on with, or was to be."""
        self._kept.add(batch.id)
        self._write(lambda: self._out.taken_up(batch, uploads))

    def parted(self, batch: Batch, uploads: tuple[Upload, ...]) -> None:
        """Note that a batch was parted from another one: it is told at the end."""
        self._kept.add(batch.id)
        self._parted.add(batch.id)
        self._problems[batch.id] += [upload.problem for upload in uploads if upload.problem is not None]

    def put(self, batch: Batch, put: Callable[[Queue], object]) -> None:
        """Let `put` put a batch into the queue; once the ledger has failed, nothing more is put there."""
        if self._lost is not None:
            return
        try:
            put(self.engine.queue)
        except LedgerError as error:
            self._unkept = error
        else:
            self._kept.add(batch.id)

    def work(self) -> None:
        """Work off what is in the queue, until nothing can go on without a person, or it is told to stop."""
        queue = self.engine.queue
        if self._lost is not None or not queue.batches():
            return
        uploads = tuple(upload for batch in queue.batches() for upload in queue.uploads(batch.id))
        meters = {one: meter for batch in queue.batches() for one, meter in queue.meters(batch.id).items()}
        self._write(lambda: self._out.begin(uploads, meters))
        told: set[str] = set()
        try:
            self.engine.start()
            while self.engine.wait(0.1):
                self._write(self._out.refresh)
                for batch in queue.batches() if self.interrupted else ():
                    if batch.state is BatchState.ATTACHING and batch.id not in told:
                        told.add(batch.id)
                        output.say(output.finishing(naming.service_name(batch)))
        finally:
            self.engine.close()
            with contextlib.suppress(OSError):
                self._out.end()

    def end(self, begun: Sequence[tuple[Batch, Sequence[Upload]]]) -> int:
        """Tell what became of each batch; gives the exit code.

        Args:
            begun: The batches as they were before; those in the queue are told as they are now.

        Raises:
            BrokenOffError: The ledger has failed.
            OSError: The output cannot be written.
        """
        ended = [self._ended(batch, uploads) for batch, uploads in [*begun, *self._parted_by_itself(begun)]]
        for one in ended:
            self._done(one)
        code = exits.overall([one.code for one in ended])
        if self._lost is not None:
            raise BrokenOffError(self._lost, exits.UNKNOWN if code == exits.UNKNOWN else exits.NEEDS_ATTENTION)
        if self._cut is not None and not self.interrupted:
            raise self._cut
        return code

    def _parted_by_itself(
        self, begun: Sequence[tuple[Batch, Sequence[Upload]]]
    ) -> list[tuple[Batch, Sequence[Upload]]]:
        """What became a batch of its own because it could not be sent, and the others were to be attached."""
        queue, mine = self.engine.queue, {batch.id for batch, _uploads in begun}
        found = [(batch, queue.uploads(batch.id)) for batch in queue.batches() if batch.id not in mine]
        for batch, uploads in found:
            moved = [upload.problem for upload in uploads]
            for its in mine:  # told already, and theirs no longer
                self._problems[its] = [problem for problem in self._problems[its] if problem not in moved]
            self.parted(batch, uploads)
        return [*found]

    def _done(self, one: Ended) -> None:
        log.info("batch %s: %s", one.batch.id, one.batch.state)
        self._write(lambda: self._out.done(one))
        if self._cut is not None:
            output.say(output.cut_short(one))

    @contextlib.contextmanager
    def stopping(self) -> Iterator[None]:
        """While inside, the signals that mean the end let the work end in good order."""

        def stop() -> None:
            self.interrupted = True
            self.engine.stop()

        with signals.caught(stop):
            yield

    @property
    def _lost(self) -> LedgerError | None:
        return self._unkept or self.engine.queue.broken

    def _ended(self, batch: Batch, uploads: Sequence[Upload]) -> Ended:
        queue = self.engine.queue
        now = next((one for one in queue.batches() if one.id == batch.id), None)
        if now is not None:
            batch, uploads = now, queue.uploads(batch.id)
        if batch.state is BatchState.ATTACHING and now is not None:
            # Only the ledger's failing leaves it so.
            batch = advance(batch, BatchEvent.CRASHED if self._attach_sent(batch) else BatchEvent.NOT_SENT)
        if batch.state is BatchState.ATTACH_UNKNOWN and now is not None and not self._problems[batch.id]:
            # The service cannot be asked, or there was no time to: nobody has said yet what is the matter.
            unknown = Problem(kind=Kind.ATTACH_UNKNOWN, service=naming.service_name(batch), step="attach")
            batch = dataclasses.replace(batch, problem=batch.problem or unknown)
            if not self.interrupted:
                self.problem(batch, None, batch.problem or unknown)
        gone = isinstance(self._lost, StoreError) and self._lost.trouble is Trouble.DAMAGED
        return Ended(
            batch=batch,
            uploads=uploads,
            problems=self._problems[batch.id],
            interrupted=self.interrupted,
            begun=now is not None,
            kept=batch.id in self._kept and not gone,
            parted=batch.id in self._parted,
        )

    def _attach_sent(self, batch: Batch) -> bool:
        try:
            return left.attach_sent(self._ledger, batch)
        except StoreError:
            return True  # nobody can say that it was not

    def _tell(self, event: Event) -> None:
        """Pass an event on."""
        if isinstance(event, Troubled):
            self._problems[event.batch.id].append(event.problem)
            _log(event.batch, event.problem)
        self._write(lambda: self._out.tell(event))

    def _write(self, write: Callable[[], object]) -> None:
        """Output that cannot be written stops the batches, and is told at the end; nothing more is written then."""
        if self._cut is None:
            try:
                write()
            except OSError as error:
                self._cut = error
                self._stop_soon()

    def _stop_soon(self) -> None:
        # A listener may not wait for the queue's lock, which its own thread may hold.
        threading.Thread(target=self.engine.stop, name="stop", daemon=True).start()


def _log(batch: Batch, problem: Problem) -> None:
    log.info("batch %s: problem %s, step %s, status %s", batch.id, problem.kind, problem.step, problem.status)
