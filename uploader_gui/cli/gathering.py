"""The files that are meant, and what is wrong with them before a byte is sent."""

import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.problems import Problem, UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine import limits
from uploader_gui.engine.media_type import media_type
from uploader_gui.engine.source import Source, find, unreadable
from uploader_gui.services.flow import Flow


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A problem with the file of this path as it was given; with all of them together if None."""

    given: str | None
    problem: Problem


@dataclass(kw_only=True)
class Gathered:
    """What was found. Nothing is sent while there is a problem."""

    uploads: list[Upload] = field(default_factory=list)
    problems: list[Refused] = field(default_factory=list)


def gather(flow: Flow, batch: Batch, given: Sequence[str]) -> Gathered:
    """Find all files, each once, in the order they were given.

    Raises:
        WrongUseError: There is no file in a folder.
    """
    gathered = Gathered()
    seen: set[Any] = set()
    for path in given:
        hidden: list[str] = []
        try:
            inside = list(find(path, hidden.append))
        except UploadError as error:
            gathered.problems.append(Refused(given=path, problem=error.problem))
            continue
        if hidden:
            print(f"{words.plain(path)}: {words.hidden(hidden)}", file=sys.stderr)
        if not inside:
            raise WrongUseError(_("there is no file to send in the folder “{path}”.").format(path=words.plain(path)))
        for source in inside:
            try:
                facts = source.path.stat()
                if (facts.st_dev, facts.st_ino) in seen:
                    print(
                        _("{given}: it is there twice and is sent once.").format(given=words.plain(source.given)),
                        file=sys.stderr,
                    )
                    continue
                seen.add((facts.st_dev, facts.st_ino))
                gathered.uploads.append(_upload(flow, batch, source))
            except OSError as error:
                gathered.problems.append(
                    Refused(given=source.given, problem=unreadable(error, source.name, source.path))
                )
    return gathered


def _upload(flow: Flow, batch: Batch, source: Source) -> Upload:
    size = None
    if flow.needs_image_size:
        from uploader_gui.engine.image_size import image_size  # noqa: PLC0415 - not needed for most targets

        size = image_size(source.path)
    return Upload(
        id=str(uuid.uuid4()),
        batch_id=batch.id,
        given=source.given,
        # Whoever goes on with it later may do so in another folder.
        file=str(source.path.absolute()),
        name=source.name,
        size=source.size,
        modified=source.modified,
        media_type=media_type(source.name),
        width=size[0] if size else None,
        height=size[1] if size else None,
    )


def refused_by(flow: Flow, uploads: Sequence[Upload]) -> list[Refused]:
    """Hold the files against the limits in the service file: each by itself, then all together."""
    problems = []
    for upload in uploads:
        # One at a time: two files in two folders may have the same name.
        alone = [problem for problem in limits.check_files(flow, [upload]) if problem.name]
        problems += [Refused(given=upload.given, problem=problem) for problem in alone]
    together = [problem for problem in limits.check_files(flow, uploads) if not problem.name]
    return problems + [Refused(given=None, problem=problem) for problem in together]
