"""`uploader-gui send`: files go to one target of one service, and are attached by one call."""

import argparse

from uploader_gui.cli import environment, filling


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    keys = environment.take_keys()
    service = filling.find_service(options.service)
    flow, linked = filling.choose(service, options.target, options.link)
    filled = filling.fill(flow, linked, options.set)

    from uploader_gui.cli import sending, signing  # noqa: PLC0415 - the HTTP library: what is mistyped is told at once

    return sending.send(flow, filled, signing.sign_in(service, keys, options), options)
