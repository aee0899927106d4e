"""`uploader-gui diagnostics`: what somebody who helps needs to know, to be read before it is sent."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from uploader_gui.cli import environment, exits
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import reasons, words
from uploader_gui.core.translation import gettext as _
from uploader_gui.services import catalogue
from uploader_gui.services.place import own_folder
from uploader_gui.store.diagnostics import Known, diagnostics
from uploader_gui.store.glance import account_counts
from uploader_gui.store.opening import ledger_path


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    keys = environment.take_keys()
    known = Known(accounts=account_counts(ledger_path()), own_services=_own(), secrets=tuple(keys.values()))
    text = diagnostics(datetime.now(UTC), known, without_names=options.without_names)
    if options.out is None:
        print(text, end="")
    else:
        _write(Path(options.out).expanduser(), text)
        print(_("Written to {out}. Read it before you send it to anybody.").format(out=words.plain(options.out, 1000)))
    return exits.DONE


def _own() -> dict[str, Path]:
    folder = own_folder()
    return {} if folder is None else {service: folder / f"{service}.toml" for service in catalogue.own()}


def _write(path: Path, text: str) -> None:
    """Write it to a new file that only its owner may read."""
    shown = words.plain(str(path), 1000)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WrongUseError(_("{shown} is there already. Name another file.").format(shown=shown)) from None
    except OSError as error:
        raise FailedError(
            _("{shown} cannot be written: {strerror}.").format(shown=shown, strerror=reasons.of_system(error))
        ) from None
    try:
        with os.fdopen(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise FailedError(
            _("{shown} cannot be written: {strerror}.").format(shown=shown, strerror=reasons.of_system(error))
        ) from None
