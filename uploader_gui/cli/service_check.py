"""`uploader-gui services check`: every mistake in a service file."""

import argparse
import shlex
import sys
from pathlib import Path

from uploader_gui.cli import exits
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import words
from uploader_gui.services import catalogue


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    path = Path(options.file)
    try:
        service = catalogue.read(path.name, content_of(path))
    except catalogue.ServiceFileError as error:
        return tell(error)
    count = len(service.targets)
    targets = f"{count} target{'s' if count > 1 else ''}"
    print(f"{words.plain(path.name)}: {service.name} is all right, with {targets}.")
    # Where a service has no plain upload, one of its targets has to be named.
    target = "" if "upload" in service.targets else f" --target {next(iter(service.targets))}"
    print(f"See what it would send: uploader-gui services try {shlex.quote(words.plain(options.file))}{target}")
    return exits.DONE


def content_of(path: Path) -> bytes:
    """A service file's bytes. Raises WrongUseError."""
    try:
        return catalogue.content_of(path)
    except OSError as error:
        why = (error.strerror or "error").lower()
    raise WrongUseError(f"“{words.plain(str(path))}” cannot be read: {why}.")


def tell(error: catalogue.ServiceFileError) -> int:
    """Tell every mistake in a service file; gives the exit code."""
    for mistake in error.mistakes:
        print(f"{words.plain(error.name)}: {mistake}", file=sys.stderr)
    count = len(error.mistakes)
    print(f"{count} mistake{'s' if count > 1 else ''}.", file=sys.stderr)
    return exits.NEEDS_ATTENTION
