"""One schedule: processes, services and people, and what befalls them, all drawn from one seed."""

import dataclasses
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from tests.simulation import fates, people
from tests.simulation.kinds import TARGETS, Target, account
from tests.simulation.process import Process
from tests.simulation.replay import Played
from tests.simulation.rules import Rules
from tests.simulation.shelf import Line, Shelf
from tests.simulation.trace import Trace, Wrong
from tests.simulation.truth import Truth
from uploader_gui.core.batch import Batch, ImpossibleTransitionError, Upload
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.engine.session import Account
from uploader_gui.engine.source import Source
from uploader_gui.services.flow import Flow

BEGINNING = datetime(2026, 11, 20, 12, tzinfo=UTC)
REST_STEPS = 3000


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How often what goes wrong; drawn anew for each schedule, so that each has its own.

    Attributes:
        lost: Answers, or requests, that get lost.
        refused: Statuses that mean no.
        kills: Processes that end at a write, or between two steps.
        power: All processes end, and what was not on the disk itself is lost.
        full: The ledger refuses.
        files: Files change on disk.
        lag: Lists, and attaches, that come late.
        others: What colleagues make, and edit.
        people: What the person at the program does.
        cuts: Answers of which only the status comes.
        interleaving: Another process goes on between two writes.
        nights: Hours pass, or the clock is set.
    """

    lost: float = 0.0
    refused: float = 0.0
    kills: float = 0.0
    power: float = 0.0
    full: float = 0.0
    files: float = 0.0
    lag: float = 0.0
    others: float = 0.0
    people: float = 0.0
    cuts: float = 0.0
    interleaving: float = 0.0
    nights: float = 0.0


_MOST = Weather(
    lost=0.4, refused=0.2, kills=0.03, power=0.02, full=0.03, files=0.05, lag=0.7, others=0.15, people=0.25, cuts=0.3,
    interleaving=0.1, nights=0.02,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Holes:
    """What the engine is known not to see: kept out of a schedule unless it is asked for.

    What is mended is set to True here, and so belongs to every schedule from then on. The first two cannot be mended:
    nobody could tell.

    Attributes:
        emptied: Somebody takes away all of our files before they were looked for.
        twins: A colleague adds a file of the same name and size to the thing that we add to.
        repeats: What is harmless twice is cancelled after a try of which nobody knows.
        retold: The same, where it is taken up again or was tried again meanwhile: an earlier try may have worked.
        unnoted: The ledger refuses another lane's write while an attach is about to go out.
        stale: A batch is resumed while the lanes that were told to stop are still ending.
        confirmed: A lane is told to stop just after a confirm that may not be repeated.
        nameless: Only the status of an attach's answer comes, and lists show what it made later.
        plain: A batch that attaches nothing is to be sent in a while.
        looking: A person settles an attach while it is being looked for.
        resting: A file is paused in the middle of a confirm that may not be repeated.
    """

    emptied: bool = False
    retold: bool = True
    twins: bool = False
    repeats: bool = True
    unnoted: bool = True
    stale: bool = True
    confirmed: bool = True
    nameless: bool = True
    plain: bool = True
    looking: bool = True
    resting: bool = True


def weather(chance: random.Random) -> Weather:
    """Draw how often what goes wrong."""
    return Weather(
        **{one.name: getattr(_MOST, one.name) * chance.choice((0, 0, 0.3, 1)) for one in dataclasses.fields(Weather)}
    )


@dataclass
class Disk:
    """The files of this computer: size, time of change, content."""

    files: dict[Path, tuple[int, bytes]] = field(default_factory=dict)

    def check(self, upload: Upload) -> None:
        """Raise UploadError if a file is not what it was."""
        modified, content = self.files[upload.path]
        if (len(content), modified) != (upload.size, upload.modified):
            raise UploadError(Problem(kind=Kind.FILE_CHANGED, name=upload.name))

    def source(self, upload: Upload) -> Source:
        """What a file is now."""
        modified, content = self.files[upload.path]
        return Source(given=upload.given, path=upload.path, name=upload.name, size=len(content), modified=modified)


class World:
    """Everything of one schedule.

    Args:
        seed: What it is drawn from.
        holes: What is not kept out.
        forced: How often what goes wrong, instead of what is drawn.
        target: Four batches that are all alike go to this kind of target, to one record; None: drawn.
    """

    def __init__(
        self, seed: int, *, holes: Holes | None = None, forced: Weather | None = None, target: str | None = None
    ) -> None:
        self.chance = random.Random(seed)
        self.holes = holes or Holes()
        self.weather = weather(self.chance)
        if forced is not None:
            self.weather = forced
        self.calm = False
        self.now = 0.0
        self.skew = 0.0
        self.trace = Trace()
        self.shelf = Shelf()
        self.truth = Truth(oldest_first=self.chance.random() < 0.5)
        self.flows: dict[str, Flow] = {}
        self.targets: dict[str, Target] = {}
        self.accounts: dict[str, Account] = {}
        self.rules = Rules(
            self.shelf,
            self.truth,
            self.flows,
            repeats=self.holes.repeats,
            confirmed=self.holes.confirmed,
            retold=self.holes.retold,
        )
        self.disk = Disk()
        self.processes: list[Process] = []
        self._nested = False
        self._numbers = 0
        self._batches_left = self.chance.choice((1, 2, 3, 3, 4))
        service = self.chance.choice(("close", "close", "circle", "kizen", "slow"))
        self._targets = [one for one in TARGETS if one.flow.service.id == service]
        self._records = ["at1"] if self.chance.random() < 0.7 else ["at1", "at2"]
        self._same_names = self.chance.random() < 0.7
        self._one_target = self.chance.choice(self._targets) if self.chance.random() < 0.6 else None
        if target is not None:
            self._one_target = next(one for one in TARGETS if one.name == target)
            self._records, self._same_names, self._batches_left = ["at1"], True, 4
        self._alike = target is not None

    # -------------------------------------------------------------------------------------------------- time
    def utc(self) -> datetime:
        """What the computer's clock says."""
        return BEGINNING + timedelta(milliseconds=round((self.now + self.skew) * 1000))

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.truth.advance(self.now)
        self.rules.utc = self.utc()

    def note(self, who: str, text: str, *facts: object) -> None:
        """Add a line to the trace."""
        self.trace.note(self.now, who, text, *facts)

    def often(self, share: float) -> bool:
        """Whether something happens that happens so often; never once people want everything to come to rest."""
        return not self.calm and share > 0 and self.chance.random() < share

    # ----------------------------------------------------------------------------------------------- schedule
    def run(self) -> None:
        """Play the whole schedule. Raises Wrong."""
        try:
            with mock.patch("uuid.uuid4", side_effect=lambda: f"b{self.number()}"):
                self._run()
        except ImpossibleTransitionError as error:
            raise Wrong(str(error)) from error

    def _run(self) -> None:
        self.pass_time(0)
        for _ in range(self.chance.randint(30, 160)):
            self.step()
            self.rules.always()
        self.calm = True
        self.note("", "— from here on nothing goes wrong any more —")
        for _ in range(REST_STEPS):
            if self._rest():
                break
            self.rules.always()
        else:
            raise Wrong(
                f"it does not come to rest: {[(one, self.shelf.batches[one]['state']) for one in self.shelf.open()]}"
            )
        self.rules.always()
        self.rules.at_rest()

    def step(self) -> None:
        """Let one thing happen."""
        chance = self.chance
        self.pass_time(chance.choice((0, 0.01, 0.2, 1)))
        if self.often(0.06):
            self.pass_time(chance.choice((2, 10, 31, 70)))
        if self.often(self.weather.others):
            people.colleague(self)
        if self.often(self.weather.files * 0.3):
            self._change_a_file()
        if self.often(self.weather.power * 0.3):
            self._lose_power()
        if self.often(self.weather.nights):
            self._night()
        alive = [one for one in self.processes if not one.dead]
        if not alive or (len(alive) < 2 and chance.random() < 0.05):
            alive = [*alive, self._start()]
        process = chance.choice(alive)
        if process.dead:
            return
        if self._batches_left and chance.random() < 0.3:
            self._batches_left -= 1
            self._add(process)
        elif self.often(self.weather.people):
            people.person(self, process)
        elif self.often(self.weather.kills * 0.5):
            process.die("killed between two steps")
        else:
            process.step()

    def _rest(self) -> bool:
        """Let things come to rest; whether they have."""
        alive = [one for one in self.processes if not one.dead]
        unheld = [one for one in self.shelf.open() if not self.alive(one)]
        if unheld:
            starts = alive[0] if alive and not alive[0].over and self.chance.random() < 0.5 else None
            (starts or Process(self)).take_up(unheld)
            return False
        idle = True
        for process in alive:
            idle = not process.step() and idle
        if idle and not self.shelf.open():
            return True
        if idle and not any(people.end(self, process) for process in alive if not process.dead):
            dues = [one.due for one in alive if one.due is not None]
            self.pass_time(min(dues) if dues else 31)
        else:
            self.pass_time(0.1)
        return False

    def alive(self, batch_id: str) -> bool:
        """Whether a process is at work on a batch."""
        return any(batch_id in one.holds for one in self.processes if not one.dead)

    def number(self) -> int:
        """A number nobody had before."""
        self._numbers += 1
        return self._numbers

    # ----------------------------------------------------------------------------------------------- what befalls
    def between(self, process: Process) -> None:
        """Another process goes on between two writes of this one."""
        others = [one for one in self.processes if one is not process and not one.dead]
        if others and not self._nested and self.often(self.weather.interleaving):
            self._nested = True
            self.note(process.name, "… another process goes on before the next write")
            try:
                self.chance.choice(others).step()
            finally:
                self._nested = False

    def _start(self) -> Process:
        process = Process(self)
        taken = [one for one in self.shelf.open() if not self.alive(one)]
        if taken:
            process.take_up([one for one in taken if self.chance.random() < 0.8])
        return process

    def _lose_power(self) -> None:
        for process in self.processes:
            if not process.dead:
                process.die("loses its power")
        lost = self.shelf.lose(self.chance.randint(0, 12))
        # That a step began is not on the disk itself: a confirm that may not be repeated can be, after this.
        self.truth.all_is_kept = self.truth.all_is_kept and not lost
        self.note("", "the last %s writes were not on the disk", lost)
        # What was only just added may be gone as a whole: it is given again.
        self.rules.given &= set(self.shelf.uploads)

    def _night(self) -> None:
        for process in self.processes:
            if not process.dead:
                process.die("killed for the night")
        self.pass_time(self.chance.choice((60, 3600, 90000)))
        if self.chance.random() < 0.5:
            self.skew += self.chance.choice((-30, -3, 3, 30)) * 3600
            self.pass_time(0)
        self.note("", "after a while it is %s", self.utc())

    def _change_a_file(self) -> None:
        path = self.chance.choice(sorted(self.disk.files) or [None])
        if path is not None:
            modified, content = self.disk.files[path]
            if self.chance.random() < 0.5:
                content = content[:-1] + b"?"
            else:
                content += b"!"
            self.disk.files[path] = (modified + 1_000_000, content)
            self.note("disk", "%s is changed", path)

    # ---------------------------------------------------------------------------------------------- new batches
    def _add(self, process: Process) -> None:
        chance = self.chance
        target = self._one_target or chance.choice(self._targets)
        record, author = self.record(), "user_1" if self._alike else chance.choice(("user_1", "user_1", "user_2"))
        batch_id = f"b{self.number()}"
        most = 1 if self._alike else min(target.flow.max_files or 3, 3)
        # Two batches with files of the same names, sizes and content are the hardest to tell apart.
        name = "f" if self._same_names else batch_id
        uploads = tuple(self.upload(batch_id, f"{name}{number}") for number in range(1, chance.randint(1, most) + 1))
        batch = Batch(
            id=batch_id,
            service=target.flow.service.id,
            target=target.flow.target_id,
            inputs=target.inputs(record),
            named={},
            created=self.utc(),
            attaches=target.flow.target.call is not None,
            author=author if self._alike or chance.random() < 0.9 else None,
            base=target.flow.service.account.base,
        )
        self.flows[batch_id], self.targets[batch_id] = target.flow, target
        self.accounts[batch_id] = account(target, author)
        self.note(process.name, "%s is added: %s on %s, by %s", batch_id, target.name, record, author)
        process.add(batch, uploads)

    def upload(self, batch_id: str, name: str) -> Upload:
        """A new file."""
        path = Path(f"/{batch_id}/{name}.png")
        self.disk.files[path] = (1_000_000, f"content of {name}".encode())
        return Upload(
            id=f"{batch_id}.{name}",
            batch_id=batch_id,
            given=str(path),
            file=str(path),
            name=f"{name}.png",
            size=len(self.disk.files[path][1]),
            modified=1_000_000,
            media_type="image/png",
            width=1,
            height=1,
        )

    def record(self) -> str:
        """One of the records."""
        return self.chance.choice(self._records)

    def parted(self, batch_id: str, new_id: str) -> None:
        """A batch has become two."""
        self.flows[new_id] = self.flows[batch_id]
        self.targets[new_id] = self.targets[batch_id]
        self.accounts[new_id] = self.accounts[batch_id]

    # ------------------------------------------------------------------------------------------------- lanes
    def decide(self, played: Played) -> None:
        """Decide what becomes of what a lane has sent."""
        fates.decide(self, played)

    def refuses(self, process: Process, line: Line) -> bool:
        """Whether the ledger refuses a write."""
        if not self.holes.unnoted and process.about_to_attach() - ({line[0]} if line[1] is None else set()):
            return False
        return self.often(self.weather.full * 0.3)

    def kills(self) -> bool:
        """Whether a process ends at a write."""
        return self.often(self.weather.kills)
