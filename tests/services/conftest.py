"""The fixtures of tests that send something by the command line to a service of one's own."""

from tests.cli.fixtures import cli, clock, pace, practice

__all__ = ["cli", "clock", "pace", "practice"]
