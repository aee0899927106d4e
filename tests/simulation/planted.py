"""Bugs put into the engine or the ledger on purpose: what the simulation must find."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

from tests.simulation.shelf import Kept
from tests.simulation.world import Weather
from uploader_gui.core.batch import Upload
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine import adding, verify
from uploader_gui.engine.attach import Attached, Verdict
from uploader_gui.engine.entry import Entry, Look, anew
from uploader_gui.engine.entry import taken_up as taken_up_again
from uploader_gui.engine.keeping import Keeper
from uploader_gui.engine.looking import Looking
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.work import AttachWork
from uploader_gui.services.flow import Flow


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A bug.

    Attributes:
        plant: While inside, it is there.
        weather: In which it shows.
        target: Where it shows.
    """

    plant: Callable[[], contextlib.AbstractContextManager[Any]]
    weather: Weather
    target: str | None = None


@contextlib.contextmanager
def _no_claims() -> Iterator[None]:
    with (
        mock.patch.object(Keeper, "claimed", return_value=frozenset()),
        mock.patch.object(Keeper, "claim", return_value=True),
    ):
        yield


def _not_noted() -> contextlib.AbstractContextManager[Any]:
    return mock.patch.object(Keeper, "attach_sent", return_value=None)


def _blindly_again() -> contextlib.AbstractContextManager[Any]:
    right = Queue.attached

    def attached(self: Queue, work: AttachWork, ended: Attached) -> None:
        if ended.verdict is Verdict.UNKNOWN:
            lost = Problem(kind=Kind.CONNECTION_LOST)
            ended = dataclasses.replace(ended, verdict=Verdict.NOT_SENT, problem=lost)
        right(self, work, ended)

    return mock.patch.object(Queue, "attached", attached)


def _anybodys_is_ours() -> contextlib.AbstractContextManager[Any]:
    right = verify.look

    def look(*given: Any, **more: Any) -> verify.Looked:
        return right(*given, **{**more, "certain": True, "author": None})

    return mock.patch.object(verify, "look", look)


def _no_holder() -> contextlib.AbstractContextManager[Any]:
    return mock.patch.object(Kept, "_holder", return_value=None)


def _one_look() -> contextlib.AbstractContextManager[Any]:
    right = Looking._absent

    def absent(self: Looking, entry: Entry, look: Look) -> bool:
        look.absent, look.since = 1, 0.0
        return right(self, entry, look)

    return mock.patch.object(Looking, "_absent", absent)


def _always_anew() -> contextlib.AbstractContextManager[Any]:
    def taken_up(upload: Upload, flow: Flow) -> Upload:
        return anew(taken_up_again(upload, flow))

    return mock.patch.object(adding, "taken_up", taken_up)


def _not_kept() -> contextlib.AbstractContextManager[Any]:
    right = Keeper.soon

    def soon(self: Keeper, entry: Entry, one: Upload, happened: str) -> None:
        if happened.endswith("done"):
            entry.put(one)
        else:
            right(self, entry, one, happened)

    return mock.patch.object(Keeper, "soon", soon)


def _not_waited_for() -> contextlib.AbstractContextManager[Any]:
    return mock.patch.object(Keeper, "catch_up", return_value=None)


_LOSSES = Weather(lost=0.5, lag=0.8)
PLANTED = {
    "a look takes for its own what another batch has claimed": Planted(
        plant=_no_claims, weather=Weather(lost=0.4, lag=1.0), target="close note"
    ),
    "the ledger does not note that an attach goes out": Planted(plant=_not_noted, weather=Weather()),
    "an attach whose answer is lost is sent again at once": Planted(plant=_blindly_again, weather=_LOSSES),
    "a look takes a colleague's thing for ours": Planted(
        plant=_anybodys_is_ours, weather=Weather(lost=0.5, others=0.2), target="close note"
    ),
    "two processes attach to one record at once": Planted(plant=_no_holder, weather=_LOSSES, target="close note"),
    "one look that finds nothing is enough": Planted(
        plant=_one_look, weather=Weather(lost=0.6, lag=1.0), target="slow card"
    ),
    "after a restart everything is sent again": Planted(plant=_always_anew, weather=Weather(kills=0.03)),
    "a finished step is told, and not kept": Planted(plant=_not_kept, weather=Weather()),
    "a confirm goes out, and what led to it is not kept": Planted(plant=_not_waited_for, weather=Weather()),
}
"""By what they do."""
