"""`uploader-gui services try`: a target of a service file played through, step by step, without the service."""

import argparse
import contextlib
import dataclasses
import json
import struct
import tempfile
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from uploader_gui.cli import exits, filling, gathering, keeping, service_check, tried
from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import reasons, words
from uploader_gui.core.batch import Batch
from uploader_gui.core.problems import UploadError
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.engine import rehearsal, scope
from uploader_gui.engine.media_type import fits, media_type
from uploader_gui.engine.session import Account
from uploader_gui.engine.upload import PollLater
from uploader_gui.services import catalogue, schema
from uploader_gui.services.assumed import Assumed, assumed
from uploader_gui.services.flow import Flow

MOST = 8 * 1024 * 1024
"""Bytes of an answer's file; as many as of an answer."""


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    try:
        service = _service(options.file)
    except catalogue.ServiceFileError as error:
        return service_check.tell(error)
    flow, _linked = filling.choose(service, options.target, None)
    account = _account(service, options.way)
    with _files(flow, options.files) as files:
        return _tried(flow, account, files, options)


def _tried(flow: Flow, account: Account, files: Sequence[str], options: argparse.Namespace) -> int:
    batch = Batch(
        id=str(uuid.uuid4()), service=flow.service.id, target=flow.target_id, inputs={}, named={},
        created=keeping.now(), attaches=flow.target.call is not None, base=account.base,
    )  # fmt: skip
    gathered = gathering.gather(flow, batch, files)
    refused = gathered.problems or gathering.refused_by(flow, gathered.uploads)
    if refused:
        for one in refused:
            tried.problem(one.problem)
        return exits.NEEDS_ATTENTION
    given = filling.fill(flow, {}, options.set)
    made_up = {one.id: _example(one) for one in flow.target.inputs if not one.optional and given.get(one.id) is None}
    inputs = filling.complete(flow, {**given, **made_up}, scope.summary(batch.id, gathered.uploads))
    batch = dataclasses.replace(batch, inputs=inputs, uploads=tuple(upload.id for upload in gathered.uploads))
    answers = assumed(flow, inputs, gathered.uploads[0].media_type)
    own = _own_answers(flow, options.answer, answers)
    tried.begin(flow, account, {key: value for key, value in made_up.items() if inputs.get(key) == value})
    steps = tried.Steps(account, own)
    try:
        rehearsal.rehearse(flow, account, batch, gathered.uploads, answers, steps.tell)
    except UploadError as error:
        tried.problem(error.problem)
        if error.problem.step:
            tried.say_how_to_answer(error.problem.step)
        return exits.NEEDS_ATTENTION
    except PollLater as later:
        print(
            "\n"
            + _("The file would not be ready yet: the service is asked again in {duration}.").format(
                duration=words.duration(later.seconds)
            )
        )
        return exits.DONE
    tried.end(flow)
    return exits.DONE


def _service(given: str) -> schema.Service:
    """A service by its file, or by its id. Raises WrongUseError, or ServiceFileError."""
    path = Path(given)
    if path.suffix != ".toml" and not path.is_file():
        return filling.find_service(given)
    return catalogue.read(path.name, service_check.content_of(path))


def _account(service: schema.Service, number: int) -> Account:
    """An account whose fields hold their own names. Raises WrongUseError."""
    ways = service.account.ways
    if number > len(ways):
        said = ngettext("{service} has {n} way to sign in.", "{service} has {n} ways to sign in.", len(ways))
        raise WrongUseError(said.format(service=service.name, n=len(ways)))
    secret = {one.id for one in service.account.fields if one.secret}
    values = {name: f"<{name}>" if name in secret else name for name in ways[number - 1].fields}
    return Account(service=service, base=service.account.base, values=values)


def _example(one: schema.Input) -> Any:
    """Something that an input takes."""
    value = one.choices[0].id if one.choices else one.id
    return [value] if one.list else value


def _own_answers(flow: Flow, given: Sequence[str], answers: Assumed) -> frozenset[str]:
    """Put what a person gave in the place of what was made up; gives whose these are. Raises WrongUseError."""
    known = ["check", "token", "sign", "transfer", "confirm", "ready", "attach"]
    known = [*known, *(call.id for call in flow.target.prepare), *_lookups(flow)]
    owners = set()
    for setting in given:
        owner, equals, path = setting.partition("=")
        if not equals or owner not in known:
            raise WrongUseError(
                _("--answer takes STEP=FILE, with one of {known} as its step.").format(known=", ".join(known))
            )
        content = _read(Path(path))
        answers.answers[owner] = {"body": content} if owner == "transfer" else content
        owners.add(owner)
    return frozenset(owners)


def _lookups(flow: Flow) -> Iterator[str]:
    for one in flow.target.inputs:
        if one.lookup is not None:
            yield f"lookups.{one.lookup}{'.one' if flow.service.lookups[one.lookup].one is not None else ''}"


def _read(path: Path) -> Any:
    shown = words.plain(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MOST + 1)
        if len(content) > MOST:
            raise WrongUseError(_("“{shown}” is too large for an answer.").format(shown=shown))
        return json.loads(content)
    except OSError as error:
        why = reasons.of_system(error)
    except (ValueError, RecursionError):
        why = _("it is not JSON")
    raise WrongUseError(_("“{shown}” cannot be read: {why}.").format(shown=shown, why=why))


@contextlib.contextmanager
def _files(flow: Flow, given: Sequence[str]) -> Iterator[Sequence[str]]:
    """The files that were given, else an example that the target takes."""
    if given:
        yield given
        return
    allowed = [kind for limits in (flow.service.limits, flow.target.limits) for kind in limits.types]
    examples: Mapping[str, bytes] = {
        "Example.pdf": b"%PDF-1.7\n% an example\n%%EOF\n",
        "Example.png": _picture(),
        "Example.txt": b"An example.\n",
    }
    fitting = [name for name in examples if all(fits(media_type(name), one) for one in allowed)]
    if flow.needs_image_size:
        fitting = ["Example.png"]
    name = next(iter(fitting), "Example.pdf")
    with tempfile.TemporaryDirectory(prefix="uploader-") as folder:
        path = Path(folder) / name
        path.write_bytes(examples[name])
        yield [str(path)]


def _picture() -> bytes:
    """A PNG of one grey pixel (https://www.w3.org/TR/png-3/)."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
