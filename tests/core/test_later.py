"""Modules that are read when they are first used."""

import subprocess
import sys

import pytest

from uploader_gui.core.later import Later, later


def test_a_module_is_read_when_something_of_it_is_used() -> None:
    """Naming it reads nothing; using it does, once, in a process that has not read it yet."""
    program = (
        "import sys\n"
        "from uploader_gui.core.later import later\n"
        "wave = later('wave')\n"
        "before = 'wave' in sys.modules\n"
        "same = wave.Error is __import__('wave').Error\n"
        "print(before, same)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True)
    assert ran.stdout.split() == ["False", "True"]


def test_what_was_read_already_is_given_itself() -> None:
    """Nothing stands between a module that is there and whoever uses it."""
    assert later("subprocess") is subprocess


def test_what_is_put_in_a_place_of_a_name_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is kept: what another puts into the module is what is found."""
    stands = Later("subprocess")
    monkeypatch.setattr(subprocess, "PIPE", 7)
    assert stands.PIPE == 7


def test_a_window_at_rest_has_not_read_what_only_requests_need() -> None:
    """The engine room is there without httpx, TLS, the lock library and the pictures' library."""
    program = (
        "import sys\n"
        "from uploader_gui.workers import works\n"
        "print(*sorted({'httpx', 'ssl', 'truststore', 'filelock', 'imagesize', 'asyncio', 'rich', 'keyring', "
        "'aiohttp', 'PySide6.QtNetwork'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True)
    assert ran.stdout.split() == []
