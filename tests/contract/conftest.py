"""The fixtures of the command line's tests."""

from tests.cli.fixtures import cli, clock, pace, practice

__all__ = ["cli", "clock", "pace", "practice"]
