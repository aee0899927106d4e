"""tinyproxy: a real HTTP proxy, which alone knows the name of a host. So only through it can that host be reached."""

import os
from pathlib import Path

from tests.real_servers.running import Running, free_ports, listens, not_run, program

HOST = "uploads.example"
"""A host that the proxy finds on this computer, and that nobody else finds at all."""
USER, PASSWORD = "ann", "s3cret-of-the-proxy"
_SETTINGS = """
Port {port}
Listen 127.0.0.1
Timeout 60
MaxClients 40
LogLevel Connect
Allow 127.0.0.1
{more}
"""


class Proxy:
    """A running proxy.

    Args:
        folder: A folder of its own.
        sign_in: Whether it asks for a user and a password.
    """

    def __init__(self, folder: Path, *, sign_in: bool) -> None:
        self._folder = folder
        [self.port] = free_ports(1)
        more = f"BasicAuth {USER} {PASSWORD}" if sign_in else ""
        (folder / "proxy.conf").write_text(_SETTINGS.format(port=self.port, more=more), encoding="ascii")
        (folder / "hosts").write_text(f"127.0.0.1 {HOST}\n", encoding="ascii")
        self._running: Running | None = None

    def start(self) -> None:
        """Start it; returns when it listens."""
        wrapper = next(Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
        if wrapper is None:
            not_run("libnss_wrapper.so is not installed here")
        env = {**os.environ, "LD_PRELOAD": str(wrapper), "NSS_WRAPPER_HOSTS": str(self._folder / "hosts")}
        words: list[str | Path] = [program("tinyproxy"), "-d", "-c", self._folder / "proxy.conf"]
        self._running = Running("tinyproxy", self._folder, words, env)
        self._running.wait_until(listens(self.port))

    def stop(self) -> None:
        """End it."""
        if self._running:
            self._running.stop()

    @property
    def connects(self) -> int:
        """How many connections it was asked for in all."""
        assert self._running is not None
        return self._running.log.read_text(encoding="utf-8", errors="replace").count(f"CONNECT {HOST}")
