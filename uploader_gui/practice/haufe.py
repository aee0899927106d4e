"""Haufe Copilot via API: signing a PUT, the virus scan, and threads whose messages take a file.

Sources: https://docs.haufe.ai/docs/guides/uploading-files and https://docs.haufe.ai/api-reference/files/
"""

import hmac
import json
import mimetypes
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from aiohttp import web

from uploader_gui.practice.answers import Refusal, Route, answer, iso, path_part, read_object, refuse, whole_number
from uploader_gui.practice.history import History
from uploader_gui.practice.samples import ASSISTANTS, THREADS, stable_uuid
from uploader_gui.practice.sigv4 import Signer, presigned_put
from uploader_gui.practice.world import StoredObject, World

TYPES = (
    "text/csv",
    "text/plain",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_MOST = 10 * 2**20
_URL_LIVES = 600
_UNKEPT_LIVES = 24 * 3600
_TEXTS = {
    "attachment_document_raised_an_error": (400, "The file attachment service has raised an error. "),
    "unauthorized": (401, "Missing or invalid API key"),
    "attachment_access_forbidden": (403, "You do not have permission to access this attachment."),
    "attachment_document_does_not_exist": (
        404,
        "Document with `file_id` is not available for the user with `user_id` on the document server.",
    ),
    "not_found": (404, "Not found"),
    "conflict": (409, "Conflict - File is infected with a virus or it's still being processed"),
    "attachment_not_unique": (409, "A thread can contain only a single attachment."),
}
_CODES = {400: "bad_request", 404: "not_found", 413: "payload_too_large", 500: "internal_server_error"}


@dataclass(frozen=True, kw_only=True)
class _File:
    id: str
    key: str
    name: str
    user: str
    kept: bool


@dataclass(frozen=True, kw_only=True)
class _Thread:
    id: str
    title: str
    assistant: str
    user: str
    at: float


class Haufe:
    """The vendor Haufe.

    Args:
        world: What is known so far.
        signer: The storage key.
    """

    id = "haufe"
    prefix = "/haufe/agents"

    def __init__(self, *, world: World, signer: Signer) -> None:
        self._world = world
        self._signer = signer
        self._key = secrets.token_urlsafe(32)
        self._user = stable_uuid("haufe:user")
        self._files: dict[str, _File] = {}
        self._messages: dict[str, History[str, dict[str, Any]]] = {}
        self._threads = {
            each: _Thread(id=each, title=title, assistant=next(iter(ASSISTANTS)), user=self._user, at=world.clock())
            for each, title in THREADS.items()
        }

    def account(self, way: int) -> dict[str, str]:
        """What to enter for the account; there is one way."""
        return [{"api_key": self._key, "user_id": self._user}][way]

    def routes(self) -> Iterable[Route]:
        """All calls."""
        messages = "/v1/threads/{id}/messages"
        yield Route(method="GET", path="/v1/files/signed-url", handler=self._sign, steps=("sign",))
        yield Route(method="GET", path="/v1/files/{id}/status", handler=self._status, steps=("ready",))
        yield Route(method="GET", path="/v1/assistants", handler=self._assistants, steps=("check", "lookup"))
        yield Route(method="GET", path="/v1/threads", handler=self._list_threads, steps=("lookup",))
        yield Route(method="POST", path="/v1/threads", handler=self._make_thread, steps=("prepare",))
        yield Route(method="GET", path=messages, handler=self._list_messages, steps=("verify",))
        yield Route(method="POST", path=messages, handler=self._make_message, steps=("attach",))

    def authorize(self, request: web.Request) -> None:
        """The header api-key; a user-id must be a UUID wherever it comes."""
        if not hmac.compare_digest(request.headers.get("api-key", "").encode(), self._key.encode()):
            _refuse("unauthorized")
        if "user-id" in request.headers:
            _uuid(request.headers["user-id"], "header", "user-id")

    def refusal(self, status: int, message: str) -> Refusal:
        """{"error_code", "detail"}; a 429 has only a message."""
        if status == 429:
            return Refusal(429, json.dumps({"message": "Rate limit exceeded!"}))
        return Refusal(status, json.dumps({"error_code": _CODES.get(status, "error"), "detail": message}))

    # ------------------------------------------------------------------------------------------ files
    async def _sign(self, request: web.Request) -> web.Response:
        user = _user(request)
        name = request.query.get("filename", "")
        if not name:
            _invalid("query", "filename", "Field required", "missing")
        kept = request.query.get("persist", "true").lower()
        if kept not in ("true", "false"):
            _invalid("query", "persist", "Input should be a valid boolean", "bool_parsing")
        made = str(uuid.uuid4())
        file = _File(id=made, key=f"{user}/{made}/{name}", name=name, user=user, kept=kept == "true")
        self._files[made] = file
        self._world.announce("haufe", file.key, name)
        url = presigned_put(
            self._signer,
            path=f"/storage/haufe/{user}/{made}/{path_part(name)}",
            now=self._world.clock(),
            seconds=_URL_LIVES,
            headers={},
        )
        limits = {"allowed_types": list(TYPES), "max_size": _MOST}
        return answer({"file_url": url, "file_id": made, "expires_in": _URL_LIVES, "file_limits": limits})

    async def _status(self, request: web.Request) -> web.Response:
        stored = self._stored(request.match_info["id"], _user(request))
        done = self._processed(stored)
        ended = stored.at + self._world.processing_seconds
        step = {
            "status": "ANTIVIRUS_SCANNING",
            "createdAt": iso(stored.at),
            "endedAt": iso(ended) if done else None,
        }
        warnings = {"empty": stored.size == 0, "infected": done and stored.infected, "length": False}
        return answer(
            {
                "processing_status": "PROCESSED" if done else "PROCESSING",
                "processing_steps": [step],
                "warnings": warnings,
            }
        )

    def _stored(self, made: str, user: str) -> StoredObject:
        file = self._files.get(made)
        if not file:
            _refuse("attachment_document_does_not_exist")
        if file.user != user:
            _refuse("attachment_access_forbidden")
        stored = self._world.object("haufe", file.key)
        if not stored:
            _refuse("conflict")
        if not file.kept and self._world.clock() >= stored.at + _UNKEPT_LIVES:
            _refuse("attachment_document_does_not_exist")
        kind = stored.type.partition(";")[0].strip().lower()
        if kind not in TYPES and mimetypes.guess_type(file.name, strict=True)[0] not in TYPES:
            _refuse("attachment_document_raised_an_error", f"The type {kind} is not allowed.")
        if stored.size > _MOST:
            _refuse("attachment_document_raised_an_error", f"The file is larger than {_MOST} bytes.")
        return stored

    def _processed(self, stored: StoredObject) -> bool:
        return self._world.clock() >= stored.at + self._world.processing_seconds

    # ------------------------------------------------------------------------------------------ threads
    async def _assistants(self, _: web.Request) -> web.Response:
        return answer({"items": [{"id": each, "name": name} for each, name in ASSISTANTS.items()]})

    async def _list_threads(self, request: web.Request) -> web.Response:
        user = request.query.get("user_id")
        if user is not None:
            _uuid(user, "query", "user_id")
        newest = reversed(self._threads.values())
        return _listing(request, [_shown(each) for each in newest if user in (None, each.user)])

    async def _make_thread(self, request: web.Request) -> web.Response:
        body = await read_object(request, self)
        assistant, user, title = body.get("assistant_id"), body.get("user_id"), body.get("title")
        if not isinstance(assistant, str):
            _invalid("body", "assistant_id", "Field required", "missing")
        if assistant not in ASSISTANTS:
            _refuse("not_found", "There is no such assistant.")
        if user is not None:
            _uuid(user, "body", "user_id")
        if title is not None and not isinstance(title, str):
            _invalid("body", "title", "Input should be a valid string", "string_type")
        thread = _Thread(
            id=str(uuid.uuid4()),
            title=title or "",
            assistant=assistant,
            user=str(user or request.headers.get("user-id", self._user)),
            at=self._world.clock(),
        )
        self._threads[thread.id] = thread
        return answer(_shown(thread))

    async def _list_messages(self, request: web.Request) -> web.Response:
        thread = self._thread(request)
        return _listing(request, self._of(thread).values()[::-1], most=self._world.page_size)

    async def _make_message(self, request: web.Request) -> web.Response:
        thread = self._thread(request)
        body = await read_object(request, self)
        if body.get("role") not in ("user", "assistant"):
            _invalid("body", "role", "Input should be 'user' or 'assistant'", "enum")
        if not isinstance(body.get("content"), str):
            _invalid("body", "content", "Input should be a valid string", "string_type")
        attachments = body.get("attachments", [])
        if not isinstance(attachments, list) or not all(
            isinstance(each, dict) and isinstance(each.get("file_id"), str) for each in attachments
        ):
            _invalid("body", "attachments", "Input should be a list of objects with a file_id", "list_type")
        messages = self._of(thread)
        if attachments and (len(attachments) > 1 or any(each["attachments"] for each in messages.values())):
            _refuse("attachment_not_unique")
        pairs = [self._attachable(each["file_id"], _user(request)) for each in attachments]
        message = {
            "id": str(uuid.uuid4()),
            "role": body["role"],
            "content": body["content"],
            "attachments": [
                {"file_id": each["file_id"], "filename": name}
                for each, (name, _) in zip(attachments, pairs, strict=True)
            ],
            "created_at": iso(self._world.clock()),
        }
        messages.put(str(message["id"]), message)
        record = (thread.id, thread.title)
        self._world.attach("haufe", "message", record=record, made=message["id"], files=pairs, text=body["content"])
        return answer(message)

    def _thread(self, request: web.Request) -> _Thread:
        thread = self._threads.get(request.match_info["id"])
        if not thread:
            _refuse("not_found", "There is no such thread.")
        return thread

    def _of(self, thread: _Thread) -> History[str, dict[str, Any]]:
        return self._messages.setdefault(thread.id, History(self._world.clock))

    def _attachable(self, made: str, user: str) -> tuple[str, StoredObject]:
        stored = self._stored(made, user)
        if stored.infected or not self._processed(stored):
            _refuse("conflict")
        return self._files[made].name, stored


def _shown(thread: _Thread) -> dict[str, Any]:
    return {
        "id": thread.id,
        "title": thread.title,
        "assistant_id": thread.assistant,
        "user_id": thread.user,
        "created_at": iso(thread.at),
    }


def _listing(request: web.Request, items: Sequence[Mapping[str, Any]], *, most: int | None = None) -> web.Response:
    limit = whole_number(request.query.get("limit"), default=100, least=1, most=100)
    # A cursor is the vendor's own affair; here it is the place in the list.
    start = whole_number(request.query.get("cursor"), default=0, most=10**9)
    if limit is None or start is None:
        _invalid("query", "limit" if limit is None else "cursor", "Input should be a valid integer", "int_parsing")
    limit = min(limit, most or limit)
    more = start + limit < len(items)
    return answer({"items": items[start : start + limit], "cursor": str(start + limit) if more else None})


def _user(request: web.Request) -> str:
    if "user-id" not in request.headers:
        _invalid("header", "user-id", "Field required", "missing")
    return _uuid(request.headers["user-id"], "header", "user-id")


def _uuid(text: Any, place: str, name: str) -> str:
    try:
        return str(uuid.UUID(text))
    except (ValueError, AttributeError, TypeError):
        _invalid(place, name, "Input should be a valid UUID", "uuid_parsing")


def _invalid(place: str, name: str, message: str, kind: str) -> NoReturn:
    refuse(422, {"detail": [{"loc": [place, name], "msg": message, "type": kind}]})


def _refuse(code: str, detail: str | None = None) -> NoReturn:
    status, text = _TEXTS[code]
    refuse(status, {"error_code": code, "detail": detail or text.strip()})
