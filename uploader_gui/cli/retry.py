"""`uploader-gui retry`: tries again what needs attention, or attaches the rest without it."""

import argparse

from uploader_gui.cli import environment


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    keys = environment.take_keys()

    from uploader_gui.cli import resuming, retrying  # noqa: PLC0415 - brings the HTTP library

    how = retrying.Splitting() if options.split else retrying.Retrying()
    return resuming.go_on(options, keys, wanted=resuming.STUCK, begin=how.begin, fits=how.fits)
