"""Acme, the service of the example in resources/services/README.md."""

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.services.doubles.double import KEY, Double, Handler, print_of

DEAL = "7"
PAGE = 1


class Acme(Double):
    """One deal.

    Attributes:
        notes: Those on the deal, oldest first.
        infected: Files whose names hold this are found to be.
    """

    def __init__(self) -> None:
        super().__init__()
        self.infected = "virus"
        self.uploads: dict[str, dict[str, Any]] = {}
        self.notes: list[dict[str, Any]] = []

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers."""
        return [
            web.get("/v1/me", self._keyed(self._who)),
            web.post("/v1/uploads", self._keyed(self._announce)),
            web.get("/v1/uploads/{id}", self._keyed(self._upload)),
            web.post("/v1/uploads/{id}/done", self._keyed(self._done)),
            web.get("/v1/deals", self._keyed(self._deals)),
            web.get("/v1/deals/{deal}", self._keyed(self._deal)),
            web.get("/v1/deals/{deal}/notes", self._keyed(self._notes)),
            web.post("/v1/deals/{deal}/notes", self._keyed(self._note)),
            web.put("/store/{id}", self._take),
        ]

    def _keyed(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if request.headers.get("X-Api-Key") != KEY:
                return web.json_response({"message": "Who are you?"}, status=401)
            return await handler(request)

        return checked

    async def _who(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": 1, "name": "Ann Lee"})

    async def _announce(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        assert set(wanted) == {"name", "type", "size", "md5"}
        number = f"u{len(self.uploads)}"
        headers = {"Content-Type": wanted["type"], "Content-MD5": wanted["md5"]}
        self.uploads[number] = {**wanted, "state": "new", "looks": 1}
        url = f"{self.origin}/store/{number}"
        return web.json_response({"id": number, "url": url, "headers": headers, "expires_in": 60})

    async def _take(self, request: web.Request) -> web.Response:
        upload = self.uploads[request.match_info["id"]]
        content = await self.bytes_of(request)
        md5 = hashlib.md5(content, usedforsecurity=False)
        right = base64.b64encode(md5.digest()).decode() == upload["md5"] == request.headers.get("Content-MD5")
        if not right or request.headers.get("Content-Type") != upload["type"] or len(content) != upload["size"]:
            return web.Response(status=400, text="<Error><Code>BadDigest</Code></Error>")
        upload.update(content=content, etag=md5.hexdigest())
        return web.Response(headers={"ETag": f'"{md5.hexdigest()}"'})

    async def _done(self, request: web.Request) -> web.Response:
        upload = self.uploads[request.match_info["id"]]
        assert (await request.json()) == {"etag": upload["etag"]}
        upload["state"] = "scanning"
        return web.json_response({})

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self.uploads[request.match_info["id"]]
        if upload["state"] == "scanning" and not upload["looks"]:
            upload["state"] = "infected" if self.infected in upload["name"] else "clean"
        upload["looks"] -= 1
        return web.json_response({"state": upload["state"]})

    async def _deals(self, request: web.Request) -> web.Response:
        assert set(request.query) == {"q", "page"}
        return web.json_response({"deals": [{"id": DEAL, "title": "Globex"}], "has_more": False})

    async def _deal(self, request: web.Request) -> web.Response:
        if request.match_info["deal"] != DEAL:
            return web.json_response({"message": "There is no such deal"}, status=404)
        return web.json_response({"id": DEAL, "title": "Globex"})

    async def _notes(self, request: web.Request) -> web.Response:
        page = int(request.query["page"])
        shown = self.notes[PAGE * (page - 1) : PAGE * page]
        return web.json_response({"notes": shown, "has_more": PAGE * page < len(self.notes)})

    async def _note(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        assert set(wanted) == {"text", "files"}
        uploads = [self.uploads[one["id"]] for one in wanted["files"]]
        assert all(one["state"] == "clean" for one in uploads)
        self.notes.append({"id": len(self.notes) + 1, **wanted})
        titles = [one["title"] for one in wanted["files"]]
        self.attached.append([print_of(title, one["content"]) for title, one in zip(titles, uploads, strict=True)])
        return web.json_response({"id": len(self.notes)}, status=201)
