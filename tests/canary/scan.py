"""Canaries in whole sessions: what the practice service was sent and handed out, and where it is looked for."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from tests.canaries import leaks
from tests.engine.test_canaries import CONTENT, OPEN, Secrets
from uploader_gui.practice import PracticeService

MACHINERY = {"host", "user-agent", "accept", "accept-encoding", "connection", "content-type", "content-length",
             "content-md5", "content-disposition", "expect"}  # fmt: skip
SIGNED_FIELDS = ("policy", "signature", "credential", "security-token", "awsaccesskeyid")
LEDGER = ("ledger.db", "ledger.db-wal", "ledger.db-shm")


@dataclass
class Canaries:
    """Every secret of the sessions so far.

    Attributes:
        keys: What signs in: keys, tokens, headers made of them; and the contents of files. Nowhere, ever.
        signed: What signs an upload. In the row of a batch on its way; nowhere when it has ended.
        given: All else a service gave when it signed, such as ids. Never in what may be shown to others.
        public: Fields of the accounts that are no secrets: ids of users, though they are sent as headers.
    """

    keys: Secrets = field(default_factory=lambda: Secrets(found={CONTENT}))
    signed: Secrets = field(default_factory=Secrets)
    given: Secrets = field(default_factory=Secrets)
    public: set[str] = field(default_factory=set)

    def came_in(self, request: web.Request, *, transfer: bool) -> None:
        """Note a request's secrets."""
        wanted = self.signed if transfer else self.keys
        for name, value in request.headers.items():
            if name.lower() not in MACHINERY and name.lower() not in OPEN:
                wanted.add(value, *value.split(" "))
        if transfer:
            self.signed.add(*(value for name, value in parse_qsl(request.query_string) if name.lower() not in OPEN))
            if request.query_string:
                self.signed.add(str(request.url), request.raw_path)

    def goes_out(self, body: bytes, step: str) -> None:
        """Note what the service hands out."""
        try:
            content = json.loads(body)
        except ValueError:
            return
        if step == "token":
            self._texts(
                content, lambda name, value: self.keys.add(value) if "token" in name and len(value) > 20 else None
            )
        else:
            self.given._json(content, "")
            self._texts(content, self._field)

    def _field(self, name: str, value: str) -> None:
        if any(part in name.lower() for part in SIGNED_FIELDS) and name.lower() not in OPEN:
            self.signed.add(value)

    def _texts(self, value: Any, told: Callable[[str, str], object], name: str = "") -> None:
        if isinstance(value, dict):
            for key, one in value.items():
                self._texts(one, told, str(key))
        elif isinstance(value, list):
            for one in value:
                self._texts(one, told, name)
        elif isinstance(value, str):
            told(name, value)

    def listen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Note all that comes to the practice service from now on, and what it hands out."""
        real: Callable[..., Awaitable[web.StreamResponse]] = PracticeService._handle

        async def handle(service: PracticeService, request: web.Request, vendor: Any, route: Any) -> Any:
            self.came_in(request, transfer="transfer" in route.steps)
            answered = await real(service, request, vendor, route)
            step = next((one for one in ("token", "sign") if one in route.steps), "")
            if step and isinstance(answered, web.Response) and isinstance(answered.body, bytes):
                self.goes_out(answered.body, step)
            return answered

        monkeypatch.setattr(PracticeService, "_handle", handle)

    # ------------------------------------------------------------------------------------------------- looking
    def check(self, home: Path, shown: dict[str, str], *, ended: bool) -> None:
        """Fail if a secret is where none may be.

        Args:
            home: The program's folders.
            shown: What it printed, by the command.
            ended: Whether no batch is on its way any more.
        """
        files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        assert any(path.name == "ledger.db" for path in files)
        assert any(path.suffix == ".jsonl" for path in files), "no traces"
        assert any(path.name.startswith("uploader-gui.log") for path in files), "no log"
        for path, data in files.items():
            kept = path.name in LEDGER
            for_others = "traces" in path.parts or path.name.startswith("uploader-gui.log")
            self._none(f"{path.relative_to(home)}", data, ended=ended or not kept, given=for_others)
        for command, text in shown.items():
            self._none(
                command, text.encode("utf-8", "replace"), ended=True, given=command.startswith(("diag", "trace"))
            )

    def _none(self, place: str, data: bytes, *, ended: bool, given: bool) -> None:
        wanted = set(self.keys.found)
        wanted |= self.signed.found if ended else set()
        wanted |= self.given.found if given else set()
        found = leaks(data, wanted - self.public)
        assert not found, "\n".join([place, *found])
