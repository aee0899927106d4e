"""Canvas, as its pages describe it: a form nobody may look into, and a Location that must be asked for with the key.

https://developerdocs.instructure.com/services/canvas/readme_basics/file_uploads
"""

import secrets
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.services.doubles.double import KEY, Double, Handler, print_of

COURSE, ASSIGNMENT, PERSON = "21", "77", "500"


class Canvas(Double):
    """One school.

    Attributes:
        created: Storage answers 201, as Canvas's newer one does; else it redirects, and until the redirect is
            asked for the file is not there.
        closed: The assignment takes nothing any more.
        submissions: What was handed in, oldest first.
        courses: How many courses there are.
    """

    def __init__(self, *, created: bool = True) -> None:
        super().__init__()
        self.created = created
        self.closed = False
        self.courses = 1
        self.files: dict[int, dict[str, Any]] = {}
        self.submissions: list[dict[str, Any]] = []

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers."""
        work = f"/api/v1/courses/{COURSE}/assignments/{ASSIGNMENT}"
        return [
            web.get("/api/v1/users/self", self._keyed(self._who)),
            web.post("/api/v1/users/self/files", self._keyed(self._announce)),
            web.get("/api/v1/courses", self._keyed(self._courses)),
            web.get(f"/api/v1/courses/{COURSE}", self._keyed(self._course)),
            web.post(f"/api/v1/courses/{COURSE}/files", self._keyed(self._announce)),
            web.get(work, self._keyed(self._assignment)),
            web.post(f"{work}/submissions/self/files", self._keyed(self._announce)),
            web.post(f"{work}/submissions", self._keyed(self._submit)),
            web.get(f"{work}/submissions/self", self._keyed(self._submission)),
            web.get("/api/v1/search/recipients", self._keyed(self._people)),
            web.post("/api/v1/conversations", self._keyed(self._message)),
            web.post("/files_api", self._take),
            web.get("/api/v1/files/{id}", self._keyed(self._file)),
            web.get("/api/v1/files/{id}/create_success", self._keyed(self._confirm)),
        ]

    def _keyed(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                return web.json_response({"errors": [{"message": "Invalid access token."}]}, status=401)
            return await handler(request)

        return checked

    async def _who(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": 9, "name": "Ann Lee"})

    async def _announce(self, request: web.Request) -> web.Response:
        form = await request.post()
        allowed = {"name", "size", "content_type", "parent_folder_path", "on_duplicate"}
        assert set(form) <= allowed
        for_work = "/assignments/" in request.path
        assert not for_work or "parent_folder_path" not in form, "this context has no folders"
        number = len(self.files) + 1
        parameters = {"key": f"account/{number}", "x-odd": secrets.token_hex(4), "Signature": secrets.token_hex(8)}
        self.files[number] = {
            "id": number,
            "name": form["name"],
            "size": int(str(form["size"])),
            "folder": form.get("parent_folder_path", ""),
            "where": request.path,
            "parameters": parameters,
            "there": False,
        }
        # Not among them: filename, content type. Nobody may look into them, nor add to them.
        return web.json_response({"upload_url": f"{self.origin}/files_api", "upload_params": parameters})

    async def _take(self, request: web.Request) -> web.Response:
        fields, name, content = await self.form_of(request)
        file = next((one for one in self.files.values() if fields == list(one["parameters"].items())), None)
        if file is None or "content" in file or name != file["name"] or len(content) != file["size"]:
            return web.Response(status=400, text="bad signature")
        file["content"] = content
        if self.created:
            file["there"] = True
            return web.Response(status=201, headers={"Location": f"{self.origin}/api/v1/files/{file['id']}"})
        location = f"{self.origin}/api/v1/files/{file['id']}/create_success?uuid=AbC"
        return web.Response(status=303, headers={"Location": location})

    async def _file(self, request: web.Request) -> web.Response:
        file = self.files[int(request.match_info["id"])]
        assert file["there"]
        return self._shown(file)

    async def _confirm(self, request: web.Request) -> web.Response:
        assert request.query["uuid"] == "AbC"
        file = self.files[int(request.match_info["id"])]
        file["there"] = True
        return self._shown(file)

    def _shown(self, file: dict[str, Any]) -> web.Response:
        link = f"https://canvas.example/files/{file['id']}/download"
        return web.json_response({"id": file["id"], "display_name": file["name"], "size": file["size"], "url": link})

    async def _courses(self, request: web.Request) -> web.Response:
        assert request.query["enrollment_state"] == "active"
        size, page = int(request.query["per_page"]), int(request.query["page"])
        known = [{"id": int(COURSE) + number, "name": f"Course {number}"} for number in range(self.courses)]
        return web.json_response(known[size * (page - 1) : size * page])

    async def _course(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": int(COURSE), "name": "Chemistry"})

    async def _assignment(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": int(ASSIGNMENT), "name": "Essay", "submission_types": ["online_upload"]})

    async def _people(self, request: web.Request) -> web.Response:
        assert request.query["type"] == "user"
        return web.json_response([{"id": PERSON, "name": "Bob Ray"}])

    async def _submit(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.closed:
            errors = {"base": [{"message": "The assignment is locked"}]}
            return web.json_response({"errors": errors}, status=400)
        assert form["submission[submission_type]"] == "online_upload"
        files = [self.files[int(str(one))] for one in form.getall("submission[file_ids][]")]
        if not all(one["there"] and "/assignments/" in one["where"] for one in files):
            errors = {"file_ids": [{"message": "No valid file ids given"}]}
            return web.json_response({"errors": errors}, status=400)
        made = {
            "id": 1,
            "attempt": len(self.submissions) + 1,
            "comment": form.get("comment[text_comment]"),
            "attachments": [{"id": one["id"]} for one in files],
        }
        self.submissions.append(made)
        self.attached.append([print_of(one["name"], one["content"]) for one in files])
        return web.json_response(made, status=201)

    async def _submission(self, request: web.Request) -> web.Response:
        assert request.query["include[]"] == "submission_history"
        unsubmitted: dict[str, Any] = {"id": 1, "attempt": None, "attachments": []}
        return web.json_response({**unsubmitted, "submission_history": self.submissions or [unsubmitted]})

    async def _message(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["recipients[]"] == PERSON
        files = [self.files[int(str(one))] for one in form.getall("attachment_ids[]")]
        assert all(one["there"] and one["folder"] == "conversation attachments" for one in files)
        self.attached.append([print_of(one["name"], one["content"]) for one in files])
        return web.json_response([{"id": 1}], status=201)
