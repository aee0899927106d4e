"""`uploader-gui resume`: goes on with the batches that need no person."""

import argparse

from uploader_gui.cli import environment


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    keys = environment.take_keys()

    from uploader_gui.cli import resuming  # noqa: PLC0415 - brings the HTTP library

    return resuming.go_on(
        options,
        keys,
        wanted=resuming.RESTING | resuming.UNKNOWN,
        begin=resuming.where_it_was,
    )
