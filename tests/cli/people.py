"""A person at the command line, or a program in their place: what they type and pipe, and their keychain."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.canaries import leaks
from tests.cli.harness import CommandLine, Result, ledger, secrets_of
from uploader_gui.cli import person
from uploader_gui.core.accounts import SavedAccount
from uploader_gui.core.places import resources
from uploader_gui.practice import PracticeService
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.paths import places
from uploader_gui.store.secrets import Secrets

Add = Callable[..., Result]


class Pipe(io.TextIOWrapper):
    """Standard input that is no terminal."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")


def pipe(monkeypatch: pytest.MonkeyPatch, content: str | bytes) -> None:
    """Let a command read this from standard input."""
    raw = content if isinstance(content, bytes) else content.encode()
    monkeypatch.setattr(sys, "stdin", Pipe(raw))


def types(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let a person at a terminal type these; gives the questions as they come."""
    questions: list[str] = []
    left = iter(answers)

    def asked(prompt: str) -> str:
        questions.append(prompt)
        try:
            return next(left)
        except StopIteration:
            raise person.GoneError from None

    monkeypatch.setattr(person, "can_type", lambda: True)
    monkeypatch.setattr(person, "can_ask", lambda: True)
    monkeypatch.setattr(person, "asked", asked)
    monkeypatch.setattr(person, "asked_in_secret", asked)
    return questions


def agrees(monkeypatch: pytest.MonkeyPatch, answer: bool | None) -> list[str]:
    """Let a person at a terminal answer every question so; gives what they were asked."""
    questions: list[str] = []

    def agreeing(lines: list[str], question: str = "Go on?") -> bool | None:
        questions.append(" ".join([*lines, question]))
        return answer

    monkeypatch.setattr(person, "can_ask", lambda: True)
    monkeypatch.setattr(person, "agrees", agreeing)
    return questions


def key_of(practice: PracticeService, service: str = "close") -> str:
    """The key that a practice service takes."""
    return practice.account(service)[{"circle": "access_token"}.get(service, "api_key")]


def add(cli: CommandLine, *more: str, practice: PracticeService | None = None, key: str | None = None) -> Result:
    """Add an account of Close, its key by a pipe."""
    at = practice or cli.practice
    pipe(cli.environment, f"{key or key_of(at)}\n")
    return cli("accounts", "add", "--service", "close", "--base", at.base("close"), *more)


def accounts() -> list[SavedAccount]:
    """The saved accounts."""
    with ledger() as opened:
        return Accounts(opened, Secrets()).list()


def written() -> Iterator[tuple[Path, bytes]]:
    """Every file of the program's own."""
    for path in places().data.parent.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def nothing_leaked(*practices: PracticeService) -> bool:
    """Whether no secret is in any file of the program's, in whatever form."""
    found = [leak for one in practices for _path, content in written() for leak in leaks(content, secrets_of(one))]
    assert not found
    return True


def own_service(practice: PracticeService, folder: Path, *changes: tuple[str, str], service_id: str = "acme") -> Path:
    """A service file of a person's own: Close's under another id, at the practice service."""
    text = (resources() / "services" / "close.toml").read_text("utf-8")
    for old, new in (
        ('id      = "close"', f'id      = "{service_id}"'),
        ('name    = "Close"', 'name    = "Acme"'),
        ('base = "https://api.close.com/api/v1"', f'base = "{practice.base("close")}"'),
        *changes,
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / f"{service_id}.toml"
    path.write_text(text, encoding="utf-8")
    return path
