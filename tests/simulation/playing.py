"""Playing schedules by their seeds."""

import re

from tests.simulation.replay import played_files
from tests.simulation.trace import Wrong
from tests.simulation.world import Holes, Weather, World


def failure(
    seed: int, *, holes: Holes | None = None, forced: Weather | None = None, target: str | None = None
) -> str | None:
    """Play one schedule; what was wrong, with its seed and what happened before. None if nothing was."""
    with played_files():
        world = World(seed, holes=holes, forced=forced, target=target)
        try:
            world.run()
        except Wrong as wrong:
            return f"seed {seed}: {wrong}\n{world.trace.text()}\nseed {seed}: {wrong}"
        except Exception as error:
            error.add_note(f"seed {seed}\n{world.trace.text()}")
            raise
    return None


def first_failure(
    seeds: range, *, holes: Holes | None = None, forced: Weather | None = None, target: str | None = None
) -> str | None:
    """Play schedules until one fails."""
    for seed in seeds:
        found = failure(seed, holes=holes, forced=forced, target=target)
        if found is not None:
            return found
    return None


def kind_of(found: str) -> str:
    """What was wrong, without the names of this schedule."""
    return re.sub(r"\d+", "N", found.splitlines()[-1])
