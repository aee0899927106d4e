"""What somebody who helps needs to know, as a text that can be read line by line before it is sent.

It is put together of facts that are named here, one by one; nothing is copied into it as a whole. Names of files,
records and people can be left out: each becomes "file 1", "record 2", the same one everywhere.
"""

import contextlib
import hashlib
import importlib.metadata
import locale
import os
import platform
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from uploader_gui import __version__
from uploader_gui.core.harmless import harmless
from uploader_gui.core.lines import told, visible
from uploader_gui.core.places import resources
from uploader_gui.core.redaction import mark
from uploader_gui.core.scrub import Scrubber
from uploader_gui.core.traces import as_text
from uploader_gui.services import catalogue
from uploader_gui.store.glance import BatchSeen, ProblemSeen, glance
from uploader_gui.store.logs import last_lines
from uploader_gui.store.opening import ledger_path
from uploader_gui.store.paths import places
from uploader_gui.store.traces import Traces

BATCHES = 20
FILES = 20
LINES = 300
TRACED_BATCHES = 10
TRACES = 30
MOST_NAME = 120
PARTS = ("PySide6-Essentials", "httpx", "truststore", "keyring", "pydantic", "jmespath", "aiohttp", "filelock", "rich")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What only the caller knows.

    Attributes:
        settings: Those that are not secret. Texts are shown as far as they are words.
        accounts: How many accounts each service has, by its id.
        own_services: The service files of the person's own, by id.
        secrets: Values that are struck out wherever they are, should one have come in all the same.
    """

    settings: Mapping[str, bool | float | str] = field(default_factory=dict)
    accounts: Mapping[str, int] = field(default_factory=dict)
    own_services: Mapping[str, Path] = field(default_factory=dict)
    secrets: Iterable[str] = field(default=(), repr=False)


def diagnostics(now: datetime, known: Known | None = None, *, without_names: bool = False) -> str:
    """Put the diagnostics together. Raises nothing: what cannot be found out is said to be so.

    Args:
        now: In UTC.
        known: What the caller knows.
        without_names: Leave out names of files, records and people.

    Returns:
        Lines of plain text.
    """
    known = known or Known()
    names = _Names(hidden=without_names)
    # The batches first: whatever they name is left out of all the other sections.
    sections: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("Batches", lambda: _batches(names)),
        ("Program", _program),
        ("Folders", _folders),
        ("Settings", lambda: _settings(known.settings)),
        ("Services", lambda: _services(known.own_services)),
        ("Accounts", lambda: _accounts(known.accounts)),
        ("Requests", _requests),
        ("Log", lambda: iter(last_lines(LINES))),
    ]
    written = {title: _section(title, lines) for title, lines in sections}
    batches = written.pop("Batches")
    text = "\n\n".join([_head(now, without_names=without_names), *written.values()])
    return Scrubber(known.secrets)(f"{names.without(text)}\n\n{batches}\n")


def write(path: Path, text: str) -> None:
    """Write diagnostics to a file that only its owner may read. Raises OSError."""
    path.unlink(missing_ok=True)  # one that is there keeps the rights it has
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


class _Names:
    """Names as they are shown: as they are, or as "file 1" where they are left out."""

    def __init__(self, *, hidden: bool) -> None:
        self._hidden = hidden
        self._shown: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def show(self, kind: str, name: str) -> str:
        if not self._hidden:
            return visible(name)[:MOST_NAME]
        if name not in self._shown:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._shown[name] = f"{kind} {self._counts[kind]}"
            if kind == "file":
                self._shown.setdefault(Path(name).stem, self._shown[name])
        return self._shown[name]

    def without(self, text: str) -> str:
        """A text without the names known by now, should it hold one of them."""
        for name, shown in sorted(self._shown.items(), key=lambda pair: -len(pair[0])):
            if len(name) >= 4:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", shown, text)
        return text


def _head(now: datetime, *, without_names: bool) -> str:
    names = "Names of files, records and people are left out." if without_names else "It names files and records."
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    return f"Uploader diagnostics, {at}\nNo keys, tokens, signed addresses or contents of files are in it. {names}"


def _section(title: str, lines: Callable[[], Iterator[str]]) -> str:
    found: list[str] = []
    try:
        found += lines()
    except Exception as error:  # noqa: BLE001 - what is broken is what the diagnostics are for; only its kind is told
        found.append(f"(cannot be told: {type(error).__name__})")
    return "\n".join([f"== {title}", *(found or ["(none)"])])


def _program() -> Iterator[str]:
    yield f"version: {__version__}"
    yield f"python: {platform.python_version()} ({platform.python_implementation()}), {sys.platform}"
    yield f"system: {_fact(platform.system())} {_fact(platform.release())}, {_fact(platform.machine())}"
    frozen = bool(getattr(sys, "frozen", False))
    yield f"installed: {'as a program' if frozen else 'as a package'}"
    for part in PARTS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield f"{part}: {_fact(importlib.metadata.version(part))}"
    yield f"language: {_fact(locale.getlocale()[0] or 'none')}, {_fact(locale.getpreferredencoding())}"
    yield f"time zone: {time.strftime('%z')}"
    proxies = sorted(name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy"})
    yield f"proxies in the environment: {', '.join(proxies) or 'none'}"


def _fact(text: str) -> str:
    """What the system says about itself: a version, a name. Harmless by where it comes from, as long as it is short."""
    return text if re.fullmatch(r"[\w .,+()~-]{1,60}", text, re.ASCII) else mark(len(text))


def _folders() -> Iterator[str]:
    found = places()
    for name in ("data", "config", "cache", "logs"):
        folder: Path = getattr(found, name)
        state = "not there yet"
        if folder.is_dir():
            state = "there" if os.access(folder, os.W_OK) else "there, but not to be written"
        yield f"{name}: {_place(folder)}, {state}"


def _place(path: Path) -> str:
    """A folder without the names of people: below the home folder with ~, elsewhere not said."""
    try:
        return f"~/{'/'.join(told(part) for part in path.relative_to(Path.home()).parts)}"
    except (ValueError, RuntimeError):
        return "outside the home folder"


def _settings(settings: Mapping[str, bool | float | str]) -> Iterator[str]:
    for name, value in sorted(settings.items()):
        yield f"{told(name)}: {told(value) if isinstance(value, str) else value}"


def _services(own: Mapping[str, Path]) -> Iterator[str]:
    bundled = {service: resources() / "services" / f"{service}.toml" for service in catalogue.bundled()}
    for kind, files in (("bundled", bundled), ("own", own)):
        for service, path in sorted(files.items()):
            try:
                checksum = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            except OSError as error:
                checksum = f"cannot be read ({type(error).__name__})"
            yield f"{told(service)}: {kind}, sha256 {checksum}"


def _accounts(accounts: Mapping[str, int]) -> Iterator[str]:
    for service, count in sorted(accounts.items()):
        yield f"{told(service)}: {count}"


def _requests() -> Iterator[str]:
    for traces in Traces().newest(TRACED_BATCHES):
        for trace in traces[-TRACES:]:
            yield f"batch {_id(trace.batch)}" + (f", upload {_id(trace.upload)}" if trace.upload else "")
            yield from (visible(line) for line in as_text(trace).split("\n"))


def _batches(names: _Names) -> Iterator[str]:
    try:
        seen = glance(ledger_path(), batches=BATCHES, files=FILES)
    except sqlite3.Error as error:
        yield f"the ledger cannot be read: {type(error).__name__}, {getattr(error, 'sqlite_errorname', 'no code')}"
        return
    yield f"the ledger's version: {seen.version}"
    for table, counts in seen.counts.items():
        states = ", ".join(f"{told(state)} {count}" for state, count in sorted(counts.items()))
        yield f"{table}: {states or 'none'}"
    for batch in seen.batches:
        yield from _batch(batch, names)


def _batch(batch: BatchSeen, names: _Names) -> Iterator[str]:
    target = f"{told(batch.service)} {told(batch.target)}"
    yield f"batch {_id(batch.id)}, {_date(batch.created)}: {target}, {told(batch.state)}"
    if batch.records:
        yield f"  records: {', '.join(names.show('record', record) for record in batch.records)}"
    if batch.person:
        yield f"  account of: {names.show('person', batch.person)}"
    if batch.tries:
        yield f"  failed in a row: {batch.tries}"
    if batch.problem is not None:
        yield f"  problem: {_trouble(batch.problem)}"
    for file in batch.files:
        name = names.show("file", file.name)
        yield f"  {name}: {file.size} bytes, {told(file.state)}, next step {told(file.next_step)}, tries {file.tries}"
        if file.problem is not None:
            yield f"    problem: {_trouble(file.problem)}"


def _trouble(problem: ProblemSeen) -> str:
    status = "" if problem.status is None else f", status {problem.status}"
    host = f", {'.'.join(told(label) for label in problem.host.split('.'))}" if problem.host else ""
    return f"{told(problem.kind)}{f' in {told(problem.step)}' if problem.step else ''}{status}{host}"


def _id(text: str) -> str:
    """The beginning of an id of our own: enough to find it in the history."""
    return text[:8] if re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", text) or harmless(text) else mark(len(text))


def _date(text: str) -> str:
    return text if re.fullmatch(r"[\d:T.+-]{10,32}Z?", text, re.ASCII) else mark(len(text))
