"""Slack, as its pages describe it: refusals inside a 200, one message for all files, shared in the background.

https://docs.slack.dev/reference/methods/files.getUploadURLExternal/ and …/files.completeUploadExternal/
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.services.doubles.double import KEY, Double, print_of

ROOM, CLOSED, EMPTY = "C0MEMBER01", "C0OTHERS02", "C0MEMBER03"
PAGE = 2
"""Things on a page: few, so that there are several."""


@dataclass
class File:
    """A file that was announced."""

    name: str
    length: int
    content: bytes | None = None
    completed: bool = False


class Slack(Double):
    """One workspace.

    Attributes:
        limited: Methods whose next call is told to wait.
        fails: By method the error of its next call, which does its work all the same.
        lag: So many looks at a channel do not show what was shared last.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limited: set[str] = set()
        self.fails: dict[str, str] = {}
        self.lag = 0
        self.files: dict[str, File] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {ROOM: [], EMPTY: []}

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/upload/v1/{id}", self._take),
            web.route("*", "/api/{method}", self._call),
        ]

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if method in self.limited:
            self.limited.remove(method)
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "30"})
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            error = "invalid_auth" if "Authorization" in request.headers else "not_authed"
            return web.json_response({"ok": False, "error": error})
        known: dict[str, Any] = {
            "auth.test": self._who,
            "files.getUploadURLExternal": self._announce,
            "files.completeUploadExternal": self._complete,
            "conversations.list": self._rooms,
            "conversations.info": self._room,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
        }
        answer = known[method](await self._arguments(request))
        if method in self.fails:
            return web.json_response({"ok": False, "error": self.fails.pop(method)})
        return web.json_response(answer if "error" in answer else {"ok": True, **answer})

    async def _arguments(self, request: web.Request) -> Mapping[str, Any]:
        """Slack takes what stands in the address, a form or JSON; never a file here."""
        if request.method == "GET":
            return dict(request.query)
        if request.content_type == "application/json":
            return dict(await request.json())
        assert not request.can_read_body or request.content_type == "application/x-www-form-urlencoded"
        return dict(await request.post())

    def _who(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {"user": "ann", "user_id": "U0ANN", "team": "Acme", "team_id": "T0ACME"}

    def _announce(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        assert set(arguments) == {"filename", "length"}
        if not int(arguments["length"]):
            return {"ok": False, "error": "file_length_zero"}
        file_id = f"F0{len(self.files):06}"
        self.files[file_id] = File(name=arguments["filename"], length=int(arguments["length"]))
        return {"file_id": file_id, "upload_url": f"{self.origin}/upload/v1/{file_id}"}

    async def _take(self, request: web.Request) -> web.Response:
        file = self.files[request.match_info["id"]]
        content = await self.bytes_of(request)
        if file.content is not None or len(content) != file.length:
            return web.Response(status=400, text="Upload failed")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        wanted: list[dict[str, str]] = arguments["files"]
        room = arguments.get("channel_id")
        if room is not None and room not in self.messages:
            return {"ok": False, "error": "not_in_channel" if room == CLOSED else "channel_not_found"}
        for one in wanted:
            assert set(one) <= {"id", "title"}
            file = self.files.get(one["id"])
            if file is None or file.content is None or file.completed:
                return {"ok": False, "error": "file_not_found"}
        for one in wanted:
            self.files[one["id"]].completed = True
        self.attached.append([print_of(one["title"], self.files[one["id"]].content or b"") for one in wanted])
        if room is not None:
            self.messages[room].insert(
                0,
                {
                    "ts": f"17000000{len(self.messages[room]):02}.000100",
                    "thread_ts": arguments.get("thread_ts"),
                    "text": arguments.get("initial_comment", ""),
                    "user": "U0ANN",
                    "files": [{"id": one["id"]} for one in wanted],
                },
            )
        return {"files": [{"id": one["id"], "title": one["title"]} for one in wanted]}

    def say(self, room: str, text: str) -> str:
        """Somebody else's message; gives its ts."""
        ts = f"17000000{len(self.messages[room]):02}.000100"
        self.messages[room].insert(0, {"ts": ts, "text": text, "user": "U0BOB"})
        return ts

    def _rooms(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        rooms = [
            {"id": CLOSED, "name": "others", "is_member": False},
            {"id": EMPTY, "name": "random", "is_member": True},
            {"id": ROOM, "name": "general", "is_member": True},
        ]
        return self._page("channels", rooms, arguments)

    def _room(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if arguments["channel"] not in {*self.messages, CLOSED}:
            return {"ok": False, "error": "channel_not_found"}
        return {"channel": {"id": arguments["channel"], "name": "general"}}

    def _history(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        shown = [one for one in self.messages[arguments["channel"]] if not one.get("thread_ts")]
        if self.lag:
            self.lag -= 1
            shown = shown[1:]
        return self._page("messages", shown, arguments)

    def _replies(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        ts = arguments["ts"]
        shown = [one for one in self.messages[arguments["channel"]] if ts in {one["ts"], one.get("thread_ts")}]
        return self._page("messages", shown, arguments)

    def _page(self, name: str, things: list[dict[str, Any]], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A page; "" is the cursor of the last one."""
        first = int(arguments.get("cursor") or 0)
        after = first + PAGE
        cursor = str(after) if after < len(things) else ""
        return {name: things[first:after], "response_metadata": {"next_cursor": cursor}}
