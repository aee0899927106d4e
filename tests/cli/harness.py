"""Runs the command line in this process, against the practice service and by a clock that needs no waiting.

After every run it is checked that no secret was written and that no credential was sent to storage.
"""

import dataclasses
import functools
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from uploader_gui.cli import main
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.practice import SERVICES, PracticeService
from uploader_gui.services import catalogue, schema
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.opening import open_ledger

CREDENTIALS = {"authorization", "x-api-key", "x-business-id", "x-user-id", "api-key", "user-id", "cookie"}
"""The names of all headers that any service signs in with."""


PATIENCE = 6 * 3600
"""Seconds after which a wait has lasted too long, by the fast clock."""


class FastClock:
    """A clock that jumps over every wait. The practice service goes by it too."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic() + self.skipped

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.skipped

    def utc(self) -> datetime:
        """Now, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Give the others a moment; then it is as late as was wished for."""
        if seconds is None:
            condition.wait()
            return
        until = self.monotonic() + seconds
        assert self.skipped < PATIENCE, "it goes on for ever"
        if not condition.wait(min(seconds, 0.005)):
            self.skipped += max(0.0, until - self.monotonic())


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def events(self, event: str) -> list[dict[str, Any]]:
        """Its JSON lines of one kind."""
        return [line for line in self.lines if line["event"] == event]

    @property
    def done(self) -> dict[str, Any]:
        """Its last JSON line."""
        last = self.lines[-1]
        assert last["event"] == "done"
        return last

    @property
    def problems(self) -> list[str]:
        """The kinds of its problems."""
        return [line["kind"] for line in self.events("problem")]

    @property
    def text(self) -> str:
        """The sentences of its problems."""
        return " ".join(f"{line['title']}. {line['text']}" for line in self.events("problem"))


def keys(practice: PracticeService, service: str, way: int = 0) -> dict[str, str]:
    """The environment variables that hold a service's account."""
    return {f"UPLOADER_{service}_{name}".upper(): value for name, value in practice.account(service, way).items()}


def secrets_of(practice: PracticeService) -> set[str]:
    """Every secret of every account."""
    return {
        value
        for service in SERVICES
        for way in range(len(_accounts()[service].ways))
        for name, value in practice.account(service, way).items()
        if name in {field.id for field in _accounts()[service].fields if field.secret}
    }


@functools.cache
def _accounts() -> dict[str, schema.Account]:
    return {service: catalogue.find(service).account for service in SERVICES}


@dataclass(kw_only=True)
class CommandLine:
    """Runs commands.

    Attributes:
        practice: The practice service.
        clock: The clock of both.
        environment: Sets the account's variables.
        captured: Gives what was written.
        way: Which way to sign in.
        front: The origin of what stands before the practice service, if anything does.
        ended: Called when a command has ended.
    """

    practice: PracticeService
    clock: FastClock
    environment: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]
    way: int = 0
    front: str | None = None
    ended: Callable[[], None] | None = None
    results: list[Result] = field(default_factory=list)

    def __call__(self, *arguments: str) -> Result:
        """Run a command with the environment as it is."""
        self.captured.readouterr()
        code = main(list(arguments))
        if self.ended:
            self.ended()
        written = self.captured.readouterr()
        result = Result(code=code, out=written.out, err=written.err)
        self.results.append(result)
        for secret in secrets_of(self.practice):
            assert secret not in result.out + result.err
        assert "Traceback" not in result.err
        for request in self.practice.world.requests:
            assert "transfer" not in request.steps or not CREDENTIALS & set(request.headers)
        return result

    def base(self, service: str) -> str:
        """The base address of a service."""
        base = self.practice.base(service)
        return base.replace(self.practice.origin, self.front) if self.front else base

    def sign_in(self, service: str) -> None:
        """Set the variables that hold a service's account."""
        for name, value in keys(self.practice, service, self.way).items():
            self.environment.setenv(name, value)

    def signed_in(self, service: str, *arguments: str) -> Result:
        """Run a command, signed in."""
        self.sign_in(service)
        return self(*arguments)

    def send(
        self,
        service: str,
        *files: Path | str,
        target: str | None = None,
        inputs: Mapping[str, str] | None = None,
        more: tuple[str, ...] = ("--json", "--yes"),
    ) -> Result:
        """Send files, signed in."""
        self.sign_in(service)
        where = ["--service", service, "--base", self.base(service)]
        if target is not None:
            where += ["--target", target]
        for name, value in (inputs or {}).items():
            where += ["--set", f"{name}={value}"]
        return self("send", *map(str, files), *where, *more)

    def attach_calls(self, service: str) -> int:
        """How many attach calls have reached the service."""
        return sum(
            request.service == service and "attach" in request.steps and request.method != "GET"
            for request in self.practice.world.requests
        )

    def asked(self, service: str, step: str) -> int:
        """How many requests of a step have reached the service."""
        return sum(request.service == service and step in request.steps for request in self.practice.world.requests)


Print = tuple[str, int, str, str]
"""What identifies a file: its name, size, MD5 and SHA-256."""


def print_of(path: Path, name: str | None = None) -> Print:
    """Identify a file on disk."""
    content = path.read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return name or path.name, len(content), md5, hashlib.sha256(content).hexdigest()


def attached(practice: PracticeService, service: str) -> list[Counter[Print]]:
    """The files of each attachment, by what arrived."""
    return [
        Counter((file.name, file.size, file.md5, file.sha256) for file in attachment.files)
        for attachment in practice.world.attachments(service)
    ]


def ledger() -> Ledger:
    """The ledger, as another process has it open."""
    return open_ledger(datetime.now(UTC)).ledger


def kept(*, ended: bool | None = False) -> list[Batch]:
    """The batches in the ledger: those that have not ended, those that have, or all."""
    with ledger() as opened:
        return opened.batches(ended=ended)


def kept_uploads(batch_id: str) -> tuple[Upload, ...]:
    """A batch's uploads in the ledger."""
    with ledger() as opened:
        return opened.uploads(batch_id)


def rewrite(batch: Batch, *lines: str, **changes: Any) -> Batch:
    """Change a batch in the ledger behind the program's back, and add lines to its journal."""
    changed = dataclasses.replace(batch, **changes)
    with ledger() as opened:
        for line in lines or ("rewritten",):
            opened.save(changed, [], datetime.now(UTC), (batch.id, None, line))
    return changed
