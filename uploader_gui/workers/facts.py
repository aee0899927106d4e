"""What passes between the window and the engine room: plain facts. Importing it brings nothing that takes time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto
from pathlib import Path
from typing import Any

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.problems import Problem


class Why(StrEnum):
    """Why something is not begun, or not gone on with, until a person says more."""

    NO_LEDGER = auto()
    NO_ACCOUNT = auto()
    NO_KEY = auto()
    KEY_WAITS = auto()
    OTHER_ADDRESS = auto()
    NO_SERVICE = auto()
    NOT_CHECKED = auto()
    NOTHING = auto()
    TOO_MANY = auto()
    SAME_FILES = auto()
    PROBLEM = auto()
    TOO_LATE = auto()


class NotYetError(Exception):
    """Nothing was begun: a person must say more.

    Attributes:
        why: Why.
        problem: What is wrong, if it is a problem.
        count: How many files it is about.
        most: How many are taken at once, if that is why.
        fitting: The paths of those that would go together; without any, that is not why.
        left_out: The names of the others, which are the largest; where there is nothing else, of what is hidden.
        place: The batch or record it is about, in words, if that is why.
        said: Why, in words, where that is known.
    """

    def __init__(
        self,
        why: Why,
        *,
        problem: Problem | None = None,
        count: int = 0,
        most: int | None = None,
        fitting: Sequence[str] = (),
        left_out: Sequence[str] = (),
        place: str = "",
        said: str = "",
    ) -> None:
        super().__init__(why.value)
        self.why = why
        self.problem = problem
        self.count = count
        self.most = most
        self.fitting = tuple(fitting)
        self.left_out = tuple(left_out)
        self.place = place
        self.said = said


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where files are to go.

    Attributes:
        account: The account's key.
        service: The service's id.
        target: The target kind's id.
        inputs: What is filled in, by input id.
        named: The same as people read it, as far as that is known.
        remembered: The same as it was called at an earlier time; the service has not been asked since.
    """

    account: str
    service: str
    target: str
    inputs: Mapping[str, Any]
    named: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Batches that are in the queue now.

    Attributes:
        batches: Their ids.
        twice: Files that were given more than once, and are sent once.
        empty: Folders in which there was nothing.
        hidden: Hidden files and folders in folders, which are left out.
    """

    batches: tuple[str, ...]
    twice: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Left:
    """A batch of an earlier run that is in the ledger and not in the queue.

    Attributes:
        batch: As it will be gone on with.
        uploads: In order.
        why: Why it is not gone on with.
        problem: What is wrong, if that is why.
    """

    batch: Batch
    uploads: tuple[Upload, ...]
    why: Why
    problem: Problem | None = None


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A batch is not in the queue any more: it was given up without it."""

    batch_id: str


@dataclass(frozen=True, kw_only=True)
class Asks:
    """Nobody looks any more what became of a batch's attach: a person must say."""

    batch_id: str


@dataclass(frozen=True, kw_only=True)
class Busy:
    """Another batch holds the record: this one waits until a person has settled that."""

    batch_id: str
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class BadServiceFile:
    """A service file is left out.

    Attributes:
        name: The file's name.
        mistakes: What is wrong with it, a line each; none if it is not named as its id says.
    """

    name: str
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SettingsLost:
    """The settings' file, or some of what is in it, could not be used; the usual settings hold in its place.

    Attributes:
        path: The file.
        names: Which settings; none: all of them.
    """

    path: Path
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the program's own things lie.

    Attributes:
        ledger: What was and is to be sent; without secrets.
        settings: The settings.
        services: The person's own service files; None where there is no place for them.
        logs: The log, and the requests.
    """

    ledger: Path
    settings: Path
    services: Path | None
    logs: Path


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """The ledger was damaged: it lies here now, and an empty one takes its place."""

    path: Path
