"""The command line's fixtures, and servers that mean ill."""

from tests.cli.fixtures import cli, clock, pace, practice
from tests.hostile.server import ill

__all__ = ["cli", "clock", "ill", "pace", "practice"]
