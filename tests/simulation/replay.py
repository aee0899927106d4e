"""The engine's own lanes, played in one thread: work that waits for an answer is left there, and gone on with later.

Nothing of the engine can be left in the middle of a call. So a lane's work is run from its beginning each time, with
what it was told so far read from a log: every call to the queue, every look at a clock, a file or a token is made once
and remembered, and where the log ends in a question the run is broken off until there is an answer.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from unittest import mock

from uploader_gui.core.batch import Step, Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock, LedgerError
from uploader_gui.core.progress import Meter
from uploader_gui.engine.digest import Digests
from uploader_gui.engine.http import Answer, Client, Request
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.session import Account
from uploader_gui.engine.source import Source
from uploader_gui.engine.work import AttachWork, CleanupWork, DigestWork, UploadWork, VerifyWork, Work

Given = TypeVar("Given")


class Suspended(BaseException):
    """The work waits for an answer: this run of it ends here."""


@dataclass
class Question:
    """What a piece of work waits for.

    Attributes:
        what: "request", "transfer", "pause" or "digest".
        request: The request.
        until: When the pause is over (monotonic).
        names: The digests that are wanted.
        reached: Whether what becomes of the request has been decided; then `good` and `answer` say how it ends.
        attach: Whether it is the attach itself.
        late: Called with the moment in which the connection ended, where it may arrive after that.
    """

    what: str
    request: Request | None = None
    until: float = 0.0
    names: frozenset[str] = frozenset()
    reached: bool = False
    good: bool = True
    answer: Any = None
    attach: bool = False
    late: Callable[[float], None] | None = None


class Files(Protocol):
    """The files of this computer."""

    def check(self, upload: Upload) -> None:
        """Raise UploadError if a file is not what it was."""

    def source(self, upload: Upload) -> Source:
        """What a file is now."""


@dataclass(eq=False)
class Played:
    """One piece of work in a lane.

    Attributes:
        queue: Told how it goes.
        work: As the queue gave it.
        clock: The process's.
        files: Those of this computer.
        question: What it waits for.
        step: The step it is in.
        ended: Whether it has.
    """

    queue: Queue
    work: Work
    clock: Clock
    files: Files
    question: Question | None = None
    step: Step | None = None
    ended: bool = False
    errors: list[BaseException] = field(default_factory=list)
    body: "Body | None" = None
    _log: list[tuple[bool, Any]] = field(default_factory=list)
    _at: int = 0

    def __post_init__(self) -> None:
        self._given = _with_token(self.work, Token(self))
        self._lane = PlayedLane(self)

    @property
    def name(self) -> str:
        """For the trace."""
        work = self.work
        if isinstance(work, UploadWork | DigestWork):
            return f"{type(work).__name__[:-4].lower()} {work.upload.id}"
        return f"{type(work).__name__[:-4].lower()} {work.batch.id}"

    def do(self, act: Callable[[], Given]) -> Given:
        """Do something once; later runs are given what came of it."""
        if self._at < len(self._log):
            return cast(Given, self._next())
        try:
            given = act()
        except Exception as error:
            self.errors.append(error)
            self._remember(good=False, what=error)
            raise
        self._remember(good=True, what=given)
        return given

    def ask(self, question: Question) -> Any:
        """Ask something; the run ends here until it is answered."""
        if self._at < len(self._log):
            return self._next()
        self.question = question
        raise Suspended

    def answered(self, answer: Any, *, good: bool = True) -> None:
        """Answer the question, and go on."""
        self._log.append((good, answer))
        self.question = None
        self.go()

    def go(self) -> None:
        """Run until the next question, or to the end."""
        self._at = 0
        self.body = None
        lane, given = self._lane, self._given
        with _current(self):
            try:
                if isinstance(given, UploadWork):
                    lane._upload(given)
                elif isinstance(given, AttachWork):
                    lane._attach(given)
                elif isinstance(given, VerifyWork):
                    lane._verify(given)
                elif isinstance(given, CleanupWork):
                    lane._clean(given)
                else:
                    lane._digest(given)
            except Suspended:
                return
            except LedgerError:
                pass  # as in Lane.run: the lane ends
        self.ended = True

    def real(self, one: Any) -> Any:
        """The work as the queue gave it, where the lane names it."""
        return self.work if one is self._given else one

    def _next(self) -> Any:
        good, what = self._log[self._at]
        self._at += 1
        if not good:
            raise what
        return what

    def _remember(self, *, good: bool, what: Any) -> None:
        self._log.append((good, what))
        self._at += 1


class Token(CancelToken):
    """A work's token: what it said once it says again when the work is run again."""

    def __init__(self, played: Played) -> None:
        super().__init__()
        self._played = played
        self._real = played.work.cancel

    @property
    def cancelled(self) -> bool:
        """Whether the work was told to stop."""
        return self._played.do(lambda: self._real.cancelled)

    def check(self) -> None:
        """Raise Cancelled if it was."""
        self._played.do(self._real.check)


class Told:
    """Stands before the queue: tells it each thing once."""

    def __init__(self, played: Played) -> None:
        self._played = played

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Tell the queue."""
        played = self._played

        def tell(*given: Any, **more: Any) -> Any:
            if name == "began":
                played.step = given[2]
            call = getattr(played.queue, name)
            return played.do(lambda: call(*[played.real(one) for one in given], **more))

        return tell


class LaneClock:
    """A lane's clock."""

    def __init__(self, played: Played) -> None:
        self._played = played

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return self._played.do(self._played.clock.monotonic)

    def utc(self) -> datetime:
        """The date."""
        return self._played.do(self._played.clock.utc)

    def wait(self, condition: object, seconds: float | None) -> None:
        """Wait."""
        del condition
        until = self._played.do(self._played.clock.monotonic) + (seconds or 0)
        self._played.ask(Question("pause", until=until))


class Line:
    """Stands for a client: what is sent waits until the world has decided what becomes of it."""

    def __init__(self, played: Played, *, storage: bool) -> None:
        self._played = played
        self._storage = storage

    def send(self, request: Request, cancel: CancelToken, *, fresh: bool = False) -> Answer:
        """Send a request."""
        del fresh
        cancel.check()
        body = self._played.body if self._storage else None
        attach = isinstance(self._played.work, AttachWork) and self._played.step is Step.ATTACH
        what = "transfer" if self._storage else "request"
        answer, sent = self._played.ask(Question(what, request=request, attach=attach))
        if body is not None and sent is not None:
            body.sent(sent)
        return cast(Answer, answer)


class PlayedLane(Lane):
    """The engine's lane, whose clients are lines."""

    def __init__(self, played: Played) -> None:
        super().__init__(cast(Queue, Told(played)), LaneClock(played))
        self._played = played

    def account_client(self, account: Account) -> Client:
        """The line to the service."""
        del account
        return cast(Client, Line(self._played, storage=False))

    def storage_client(self, account: Account) -> Client:
        """The line to storage."""
        del account
        return cast(Client, Line(self._played, storage=True))


class Body:
    """A file's bytes; they are known when they have been sent."""

    def __init__(self, upload: Upload, digests: Digests, meter: Meter, cancel: CancelToken) -> None:
        del meter, cancel
        self.length = upload.size
        self.finished = False
        self.digests = digests
        _playing().body = self

    def __iter__(self) -> Iterator[bytes]:
        """Nobody asks for them piece by piece."""
        yield b""

    def sent(self, content: bytes) -> None:
        """All of them are sent."""
        self.digests.update(content)
        self.finished = True


_NOW: list[Played] = []


def _playing() -> Played:
    return _NOW[-1]


@contextlib.contextmanager
def _current(played: Played) -> Iterator[None]:
    _NOW.append(played)
    try:
        yield
    finally:
        _NOW.pop()


def _with_token(work: Work, token: Token) -> Work:
    return dataclasses.replace(work, cancel=token)


def _check_source(upload: Upload) -> None:
    played = _playing()
    played.do(lambda: played.files.check(upload))


def _look(given: str, path: Path) -> Source:
    del given, path
    played = _playing()
    work = played.work
    assert isinstance(work, UploadWork)
    return played.do(lambda: played.files.source(work.upload))


def _digests_of(upload: Upload, names: Iterable[str], cancel: CancelToken) -> dict[str, str]:
    cancel.check()
    content = cast(bytes, _playing().ask(Question("digest", names=frozenset(names))))
    del upload
    digests = Digests(names)
    digests.update(content)
    return digests.hex()


@contextlib.contextmanager
def played_files() -> Iterator[None]:
    """While inside, the engine's files are those of the simulation."""
    with (
        mock.patch("uploader_gui.engine.upload.check_source", _check_source),
        mock.patch("uploader_gui.engine.transfer.check_source", _check_source),
        mock.patch("uploader_gui.engine.upload.look", _look),
        mock.patch("uploader_gui.engine.transfer.FileBody", Body),
        mock.patch("uploader_gui.engine.upload.digests_of", _digests_of),
        mock.patch("uploader_gui.engine.lane.digests_of", _digests_of),
    ):
        yield
