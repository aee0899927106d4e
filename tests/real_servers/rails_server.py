"""Rails' own ActiveStorage on Puma: the upload half of Circle. See rails/config.ru for what is added to it."""

import os
import secrets
from pathlib import Path
from typing import Any

import requests

from tests.real_servers import ceph
from tests.real_servers.running import Running, free_ports, listens, program

BUCKET = "rails-uploads"
_RACK = Path(__file__).parent / "rails" / "config.ru"


class Rails:
    """A running server with two services: its own disk, and a bucket.

    Args:
        folder: An empty folder of its own.
        storage: The address of the S3 storage; it need not answer yet.

    Attributes:
        token: What is asked for before an upload is signed.
    """

    def __init__(self, folder: Path, storage: str) -> None:
        [self._port] = free_ports(1)
        self.token = secrets.token_urlsafe(24)
        self._folder = folder
        self._env = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "UPLOADS_FOLDER": str(folder),
            "UPLOADS_TOKEN": self.token,
            "UPLOADS_S3_ENDPOINT": storage,
            "UPLOADS_S3_BUCKET": BUCKET,
            "UPLOADS_S3_ACCESS_KEY": ceph.ACCESS_KEY,
            "UPLOADS_S3_SECRET_KEY": ceph.SECRET_KEY,
            "UPLOADS_S3_REGION": ceph.REGION,
        }
        self._running: Running | None = None

    def start(self) -> None:
        """Start it; returns when requests are answered."""
        puma = [program("puma"), "--quiet", "-e", "production", "-t", "4:16", "-b", f"tcp://127.0.0.1:{self._port}"]
        puma += ["-b", f"tcp://[::1]:{self._port}"]
        self._running = Running("rails", self._folder, [*puma, _RACK], self._env)
        self._running.wait_until(listens(self._port))

    def stop(self) -> None:
        """End it."""
        if self._running:
            self._running.stop()

    @property
    def origin(self) -> str:
        """Such as "http://127.0.0.1:20123"."""
        return f"http://127.0.0.1:{self._port}"

    def base(self, service: str) -> str:
        """The base address for an account of Circle's; the service is "disk" or "s3"."""
        return f"{self.origin}/{service}"

    def resolve(self, *, patience: float = 30, **named: str) -> requests.Response:
        """Let Rails find a blob by `signed_id` or `sgid` and read it back, as what is attached does."""
        with requests.Session() as session:
            session.trust_env = False
            return session.post(f"{self.origin}/resolve", json=named, timeout=patience)

    def found(self, *, patience: float = 30, **named: str) -> dict[str, Any]:
        """Name, type, size and digests of what `resolve` found."""
        answer = self.resolve(patience=patience, **named)
        assert answer.status_code == 201, answer.text
        facts: dict[str, Any] = answer.json()
        return facts
