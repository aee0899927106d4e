"""The faults: what each does to the requests it hits, and how a person takes it away.

Those of the services are the practice service's; those of the network, the clock, the ledger and the files are made
here, on this computer.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.matrix.cell import Row, Strike
from tests.matrix.papers import Paper
from tests.matrix.scene import Scene
from uploader_gui.practice import Fault
from uploader_gui.store.opening import ledger_path

if sys.platform != "win32":
    import resource

HOURS = 3600.0


# ------------------------------------------------------------------------------------------------ of the services
def _served(kind: str, *, seconds: float = 0.0, after: int = 0) -> Strike:
    """A misbehaviour of the practice service, armed for the very next request of this step."""

    @contextmanager
    def strike(scene: Scene) -> Iterator[None]:
        body = after if scene.column.step == "transfer" else 0
        column = scene.column
        scene.practice.misbehave(
            Fault(kind=kind, service=column.service, step=column.served, seconds=seconds, after=body)
        )
        yield

    return strike


# --------------------------------------------------------------------------------------------------- of the network
def _cut(what: str) -> Strike:
    @contextmanager
    def strike(scene: Scene) -> Iterator[None]:
        if scene.cell.always:
            setattr(scene.wires, what, True)
            yield
            return
        with scene.wires.cut(what):
            yield

    return strike


def _mended(scene: Scene) -> None:
    scene.wires.offline = scene.wires.untrusted = False


# ----------------------------------------------------------------------------------------------------- of the clock
@contextmanager
def _set_back(scene: Scene) -> Iterator[None]:
    scene.clock.back = 5 * HOURS
    try:
        yield
    finally:
        if not scene.cell.always:
            scene.clock.back = 0.0


@contextmanager
def _set_back_between(scene: Scene) -> Iterator[None]:
    """Interrupted; by the time it is gone on with, the clock was set back. Once: only for a while."""
    scene.later = lambda: setattr(scene.clock, "back", 5 * HOURS)
    scene.wires.interrupt()
    yield


def _set_right(scene: Scene) -> None:
    if not scene.cell.always:
        scene.clock.back = 0.0


# ---------------------------------------------------------------------------------------------------- of the ledger
@contextmanager
def _full(_: Scene) -> Iterator[None]:
    """No file of this process may grow beyond the ledger's log as it is now: the next change has no room."""
    log = ledger_path().with_name(ledger_path().name + "-wal")
    with suppress(FileNotFoundError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, resource.RLIM_INFINITY))
    yield


def _emptied(_: Scene) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _damage(scene: Scene) -> None:
    """Write nonsense over the ledger: over one place in it, or over all but its beginning."""
    for ending, head in (("", 100), ("-wal", 32)):
        path = ledger_path().with_name(ledger_path().name + ending)
        with suppress(FileNotFoundError):
            size = path.stat().st_size
            begin, end = (head, size) if scene.cell.always else (size // 2, size // 2 + 6000)
            if end > begin:
                with path.open("r+b") as file:
                    file.seek(begin)
                    file.write(b"\xa5" * (min(end, size) - begin))


@contextmanager
def _damaged_now(scene: Scene) -> Iterator[None]:
    if not scene.damaged:
        scene.damaged = True
        _damage(scene)
    yield


@contextmanager
def _damaged_between(scene: Scene) -> Iterator[None]:
    def later() -> None:
        scene.damaged = True
        _damage(scene)

    scene.later = later
    scene.wires.interrupt()
    yield


# ----------------------------------------------------------------------------------------------------- of the files
def _happens(do: Callable[[Paper], None], *, comes_back: bool) -> Strike:
    """Something happens to a file: while it is read, where it is being sent, else before the request."""

    @contextmanager
    def strike(scene: Scene) -> Iterator[None]:
        try:
            if scene.column.step == "transfer":
                with scene.wires.at_first_piece(lambda: do(scene.victim)):
                    yield
            else:
                do(scene.victim)
                yield
        finally:
            if comes_back and not scene.cell.always:
                scene.victim.restore()

    return strike


def _put_back(scene: Scene) -> None:
    if scene.cell.always:
        scene.victim.restore()


_AFTER_STORING = frozenset({"sign", "transfer", "confirm", "ready"})
_AFTER_ATTACHING = frozenset({"prepare", "attach", "verify", "look"})
_WITH_BODY = frozenset({"sign", "transfer", "confirm", "attach"})
_TRANSFER = frozenset({"transfer"})
_LOOKS = frozenset({"verify", "look"})

ROWS = (
    Row(id="stall", name="stall", strike=_served("stall", after=1000), large=True, slow=True),
    Row(id="reset", name="reset in mid-body", strike=_served("reset", after=1000), large=True),
    Row(
        id="lost_after_storing",
        name="answer lost after storing",
        strike=_served("drop_after_store"),
        steps=_AFTER_STORING,
    ),
    Row(
        id="lost_after_attaching",
        name="answer lost after attaching",
        strike=_served("drop_after_attach"),
        steps=_AFTER_ATTACHING,
    ),
    Row(id="429_told", name="429 with Retry-After", strike=_served("rate_limit", seconds=90)),
    Row(id="429", name="429 without Retry-After", strike=_served("rate_limit_bare")),
    Row(id="503", name="503", strike=_served("unavailable")),
    Row(id="500", name="500, nothing done", strike=_served("server_error")),
    Row(id="500_done", name="500, and done", strike=_served("server_error_after")),
    Row(id="413", name="413 in mid-body", strike=_served("early_413", after=1000), steps=_WITH_BODY, large=True),
    Row(id="expired", name="expired form", strike=_served("expired"), steps=_TRANSFER),
    Row(id="etag", name="wrong ETag", strike=_served("wrong_etag"), steps=_TRANSFER),
    Row(id="size", name="wrong size", strike=_served("wrong_size"), steps=_LOOKS),
    Row(id="redirect", name="redirect to a foreign host", strike=_served("redirect")),
    Row(id="broken_json", name="broken JSON", strike=_served("broken_json")),
    Row(id="half", name="half an answer", strike=_served("half_answer")),
    Row(id="slow", name="slow answer", strike=_served("slow_answer")),
    Row(id="unresolved", name="name not resolved", strike=_cut("offline"), lift=_mended, early=True),
    Row(id="untrusted", name="untrusted certificate", strike=_cut("untrusted"), lift=_mended, early=True, tls=True),
    Row(id="clock_back", name="clock set back", strike=_set_back, lift=_set_right),
    Row(
        id="clock_back_between",
        name="clock set back before resume",
        strike=_set_back_between,
        lift=_set_right,
        interrupts=True,
    ),
    Row(id="store_full", name="disk full on the store", strike=_full, lift=_emptied, early=True, store=True),
    Row(id="store_damaged", name="store damaged", strike=_damaged_now, store=True),
    Row(
        id="store_damaged_between",
        name="store damaged before resume",
        strike=_damaged_between,
        store=True,
        interrupts=True,
    ),
    Row(
        id="changed",
        name="file changed",
        strike=_happens(Paper.change, comes_back=False),
        lift=_put_back,
        pieces=True,
    ),
    Row(
        id="shortened",
        name="file shortened",
        strike=_happens(Paper.shorten, comes_back=False),
        lift=_put_back,
        pieces=True,
    ),
    Row(
        id="deleted",
        name="file deleted",
        strike=_happens(Paper.delete, comes_back=True),
        lift=_put_back,
        early=True,
        pieces=True,
    ),
    Row(
        id="unreadable",
        name="file unreadable",
        strike=_happens(Paper.block, comes_back=True),
        lift=_put_back,
        early=True,
        pieces=True,
    ),
)
"""All faults."""
