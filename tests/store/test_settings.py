"""The settings' file: whole or not at all; what is damaged never stops the program, and is told."""

import dataclasses
import json
import os

import pytest

from uploader_gui.core.settings import Settings, is_proxy, usable
from uploader_gui.store import settings

OTHERS = Settings(
    lanes=5, undo_seconds=30, keep_days=90, notifies=False, language="de", proxy="http://proxy.example:8080"
)


def test_kept() -> None:
    """What was written is read again; without a file the usual settings hold, and nothing is damaged."""
    assert settings.read() == settings.Read(settings=Settings())
    settings.write(OTHERS)
    assert settings.read() == settings.Read(settings=OTHERS)
    assert [path.name for path in settings.settings_path().parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b" " * 100_000])
def test_damaged(content: bytes) -> None:
    """A file that cannot be read gives the usual settings and a word; the next change keeps it under another name."""
    path = settings.settings_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert settings.read() == settings.Read(settings=Settings(), damaged=True)
    settings.write(OTHERS)
    assert settings.read().settings == OTHERS
    assert path.with_name("settings.json.damaged").read_bytes() == content


def test_one_is_damaged() -> None:
    """A setting that cannot be used is as usual, and named; the others hold; what a newer version wrote stays."""
    path = settings.settings_path()
    path.parent.mkdir(parents=True)
    values = {
        "lanes": True,
        "undo_seconds": 30,
        "keep_days": -1,
        "language": "xx",
        "proxy": "socks5://a",
        "colour": "green",
    }
    path.write_text(json.dumps(values), encoding="utf-8")
    read = settings.read()
    assert (read.damaged, read.lost) == (True, ("lanes", "keep_days", "language", "proxy"))
    assert read.settings == Settings(undo_seconds=30)
    settings.write(read.settings)
    assert json.loads(path.read_text(encoding="utf-8")) == {"colour": "green", **dataclasses.asdict(read.settings)}


def test_it_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails the former file stays as it was, and nothing half-written lies about."""
    settings.write(OTHERS)

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        settings.write(Settings())
    assert settings.read().settings == OTHERS
    assert [path.name for path in settings.settings_path().parent.iterdir()] == ["settings.json"]


def test_it_cannot_be_read() -> None:
    """What cannot be opened at all, as here a folder, is like a damaged file."""
    settings.settings_path().mkdir(parents=True)
    assert settings.read() == settings.Read(settings=Settings(), damaged=True)


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("http://proxy.example:8080", True),
        ("http://10.0.0.1:3128/", True),
        ("https://proxy.example", True),
        ("proxy.example:8080", False),
        ("socks5://proxy.example:1080", False),
        ("http://ann:secret@proxy.example:8080", False),
        ("http://ann@proxy.example:8080", False),
        ("http://proxy.example:99999", False),
        ("http://proxy.example/path", False),
        ("http://", False),
        ("http://[::1", False),
        ("http://prøxy.example", False),
        ("http://a b", False),
        ("", False),
    ],
)
def test_proxies(address: str, good: bool) -> None:
    """A proxy is an HTTP proxy's address, and never one with a name or a password in it."""
    assert is_proxy(address) is good
    assert usable("proxy", address) is good


def test_every_setting_is_checked() -> None:
    """No setting takes anything at all, and the usual ones are all usable."""
    for field in dataclasses.fields(Settings):
        assert usable(field.name, field.default)
        assert not usable(field.name, object())
    assert not usable("colour", "green")
