"""A real proxy in a process of its own (proxy.py), which takes every name to this computer."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

ROOT = Path(__file__).parents[1]


class RealProxy:
    """A proxy on this computer.

    Args:
        sign_in: The name and password without which it takes nobody; None: it takes everybody.
    """

    def __init__(self, sign_in: tuple[str, str] | None = None) -> None:
        self._sign_in = sign_in
        self._home = tempfile.TemporaryDirectory(prefix="proxy-")
        self._asked = Path(self._home.name) / "asked"

    def __enter__(self) -> Self:
        number = Path(self._home.name) / "port"
        command = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0", "--port-file", str(number)]
        command += ["--num-acceptors", "1", "--num-workers", "1", "--log-level", "ERROR"]
        command += ["--plugins", "tests.proxied_near.Near"]
        if self._sign_in is not None:
            command += ["--basic-auth", ":".join(self._sign_in)]
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        env = {**os.environ, "HOME": self._home.name, "PYTHONPATH": path, "PROXY_ASKED": str(self._asked)}
        self._process = subprocess.Popen(command, env=env, cwd=self._home.name)
        until = time.monotonic() + 30
        while not (number.exists() and number.read_text().strip()):
            assert self._process.poll() is None, "the proxy has ended"
            assert time.monotonic() < until, "the proxy does not start"
            time.sleep(0.02)
        self.port = int(number.read_text().split()[0])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._home.cleanup()

    def address(self, sign_in: tuple[str, str] | None = None) -> str:
        """Its address as it stands in an environment, with a sign-in."""
        who = "" if sign_in is None else f"{quote(sign_in[0], safe='')}:{quote(sign_in[1], safe='')}@"
        return f"http://{who}127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        """Where it was asked to connect to, and let somebody: "name:port"."""
        return self._asked.read_text().splitlines() if self._asked.exists() else []
