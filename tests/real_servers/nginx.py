"""nginx: TLS as tests want it, and the faults that stand before a real service or storage."""

import os
from collections.abc import Sequence
from pathlib import Path

from tests.real_servers.running import Running, listens, program

_SETTINGS = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
load_module {modules}/ngx_stream_module.so;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # As large as may be, and passed on while it comes in.
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
{http}
}}
stream {{
{stream}
}}
"""
_MODULES = Path("/usr/lib/nginx/modules")


class Nginx:
    """A running nginx.

    Args:
        folder: A folder of its own.
        ports: Where it listens.
        http: Servers of the http block.
        stream: Servers of the stream block.
    """

    def __init__(self, folder: Path, ports: Sequence[int], *, http: str = "", stream: str = "") -> None:
        self._ports = ports
        # Its worker would be somebody who may not read our folder.
        user = "user root;" if os.geteuid() == 0 else ""
        settings = _SETTINGS.format(folder=folder, user=user, modules=_MODULES, http=http, stream=stream)
        self._folder = folder
        (folder / "nginx.conf").write_text(settings, encoding="utf-8")
        self._running: Running | None = None

    def start(self) -> None:
        """Start it; returns when it listens everywhere."""
        words: list[str | Path] = [
            program("nginx"),
            "-p",
            self._folder,
            "-c",
            self._folder / "nginx.conf",
            "-e",
            "stderr",
        ]
        self._running = Running("nginx", self._folder, words)
        for port in self._ports:
            self._running.wait_until(listens(port))

    def stop(self) -> None:
        """End it."""
        if self._running:
            self._running.stop()
