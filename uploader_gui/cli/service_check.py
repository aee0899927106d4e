"""`uploader-gui services check`: every mistake in a service file."""

import argparse
import shlex
import sys
from pathlib import Path

from uploader_gui.cli import exits
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import reasons, words
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.services import catalogue
from uploader_gui.services.language import lacking


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    path = Path(options.file)
    try:
        service = catalogue.read(path.name, content_of(path))
    except catalogue.ServiceFileError as error:
        return tell(error)
    count = len(service.targets)
    targets = ngettext("{n} target", "{n} targets", count).format(n=count)
    print(
        _("{file}: {service} is all right, with {targets}.").format(
            file=words.plain(path.name), service=service.name, targets=targets
        )
    )
    # Where a service has no plain upload, one of its targets has to be named.
    target = "" if "upload" in service.targets else f" --target {next(iter(service.targets))}"
    for language in service.words:
        for text in lacking(service, language):
            print(_("[words.{language}] has no word for “{text}”.").format(language=language, text=words.plain(text)))
    print(
        _("See what it would send: uploader-gui services try {file}{target}").format(
            file=shlex.quote(words.one_line(options.file)), target=target
        )
    )
    return exits.DONE


def content_of(path: Path) -> bytes:
    """A service file's bytes. Raises WrongUseError."""
    try:
        return catalogue.content_of(path)
    except OSError as error:
        why = reasons.of_system(error)
    raise WrongUseError(_("“{path}” cannot be read: {why}.").format(path=words.plain(str(path)), why=why))


def tell(error: catalogue.ServiceFileError) -> int:
    """Tell every mistake in a service file; gives the exit code."""
    for mistake in error.mistakes:
        print(f"{words.plain(error.name)}: {mistake}", file=sys.stderr)
    count = len(error.mistakes)
    print(ngettext("{n} mistake.", "{n} mistakes.", count).format(n=count), file=sys.stderr)
    return exits.NEEDS_ATTENTION
