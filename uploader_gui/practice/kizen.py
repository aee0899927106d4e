"""Kizen: signing a form, confirming it, and records and smart connectors that take files.

Sources: https://developer.kizen.com/api/s3, https://developer.kizen.com/docs/concepts/objects/record-operations and the
vendor's own command line, https://github.com/kizen/builder-cli. Errors are those of Django REST framework.
"""

import hmac
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qs
from xml.sax.saxutils import escape  # parses nothing  # nosec B406

from aiohttp import web

from uploader_gui.practice.answers import Refusal, Route, answer, iso, read_body, refuse
from uploader_gui.practice.kizen_records import KizenRecords
from uploader_gui.practice.post_policy import v4_form
from uploader_gui.practice.samples import stable_uuid
from uploader_gui.practice.sigv4 import Signer
from uploader_gui.practice.storage import download
from uploader_gui.practice.world import StoredObject, World

SOURCES = (
    "field_value",
    "form_field_value",
    "activity_field_value",
    "automation_value",
    "employee_import",
    "record_import",
    "meta_import",
    "smart_connector_import",
    "knowledge_source",
    "public_image",
    "third_party_image",
)
_FORM_LIVES = 300
_MOST_OF_A_FIELD = 10_000_000
_MOST = 100 * 2**20


@dataclass(kw_only=True)
class KizenFile:
    """A file from its signing on.

    Attributes:
        id: What attaching calls name it by.
        key: The object's key.
        name: The file name.
        type: The content type that was signed.
        source: What it is for.
        stored: The bytes, once confirmed.
        public: Whether anybody may read it.
    """

    id: str
    key: str
    name: str
    type: str
    source: str
    stored: StoredObject | None = None
    public: bool = False


class Kizen:
    """The vendor Kizen.

    Args:
        world: What is known so far.
        origin: The server's own.
        signer: The storage key.
        token: The page's token, which opens downloads too.
    """

    id = "kizen"
    prefix = "/kizen"

    def __init__(self, *, world: World, origin: str, signer: Signer, token: str) -> None:
        self._world = world
        self._origin = origin
        self._signer = signer
        self._token = token
        self._key = secrets.token_hex(20)
        self._business = stable_uuid("kizen:business")
        self._user = stable_uuid("kizen:user")
        self._files: dict[str, KizenFile] = {}
        self._records = KizenRecords(vendor=self, world=world, origin=origin, files=self._files)

    def account(self, way: int) -> dict[str, str]:
        """What to enter for the account; there is one way."""
        return [{"api_key": self._key, "business_id": self._business, "user_id": self._user}][way]

    def routes(self) -> Iterable[Route]:
        """All calls."""
        yield Route(method="GET", path="/api/s3/presigned-post", handler=self._sign, steps=("sign",))
        yield Route(method="POST", path="/api/s3/success", handler=self._confirm, steps=("confirm",))
        yield Route(method="GET", path="/api/files/{id}", handler=self._file)
        yield Route(method="DELETE", path="/api/files/{id}", handler=self._delete, steps=("cleanup",))
        yield Route(method="GET", path="/api/files/{id}/download", handler=self._download, guarded=False)
        yield from self._records.routes()

    def authorize(self, request: web.Request) -> None:
        """Three headers, all of them needed."""
        wanted = {"X-API-KEY": self._key, "X-BUSINESS-ID": self._business, "X-USER-ID": self._user}
        if any(name not in request.headers for name in wanted):
            refuse(401, {"code": "missing_business_context"})
        right = [hmac.compare_digest(request.headers[name].encode(), value.encode()) for name, value in wanted.items()]
        if not all(right):
            refuse(401, {"detail": "Invalid API key, business or user.", "code": "authentication_failed"})

    def refusal(self, status: int, message: str) -> Refusal:
        """{"detail": …}."""
        return Refusal(status, json.dumps({"detail": message}))

    # ------------------------------------------------------------------------------------------ calls
    async def _sign(self, request: web.Request) -> web.Response:
        query = request.query
        wrong = {
            name: "This field is required." for name in ("contenttype", "filename", "source") if not query.get(name)
        }
        source = query.get("source", "")
        if source and source not in SOURCES:
            wrong["source"] = f'"{source}" is not a valid choice.'
        if source.endswith("_image") and not query.get("contenttype", "").startswith("image/"):
            wrong["contenttype"] = "Must be an image."
        if wrong:
            refuse(400, {"detail": wrong})
        name = query["filename"]
        made = str(uuid.uuid4())
        extension = f".{name.rsplit('.', 1)[1]}" if "." in name else ""
        file = KizenFile(
            id=made,
            key=f"{self._business}/{source}/{made}{extension}",
            name=name,
            type=query["contenttype"],
            source=source,
        )
        self._files[made] = file
        self._world.announce("kizen", file.key, name)
        most = _MOST_OF_A_FIELD if source.endswith(("field_value", "_image")) else _MOST
        now = self._world.clock()
        tags = f"<Tagging><TagSet><Tag><Key>source</Key><Value>{escape(source)}</Value></Tag></TagSet></Tagging>"
        form = v4_form(
            self._signer,
            fields={"key": file.key, "Content-Type": file.type, "tagging": tags},
            now=now,
            expires=now + _FORM_LIVES,
            most=most,
        )
        return answer(
            {
                "url": f"{self._origin}/storage/kizen/",
                "fields": form,
                "s3object_id": made,
                "max_file_size": most,
                "expires_at": iso(now + _FORM_LIVES),
            }
        )

    async def _confirm(self, request: web.Request) -> web.Response:
        if request.content_type != "application/x-www-form-urlencoded":
            refuse(415, {"detail": f'Unsupported media type "{request.content_type}" in request.'})
        form = _form(await read_body(request, self))
        file = self._files.get(form.get("uuid", ""))
        if not file:
            _wrong("uuid", "There is no such S3 object.")
        if request.query.get("source") != file.source:
            _wrong("source", f"The file was signed for {file.source}.")
        if form.get("key") != file.key:
            _wrong("key", "The key is not that of the S3 object.")
        stored = self._world.object("kizen", file.key)
        if not stored:
            _wrong("key", "There is nothing in storage under this key.")
        # Quotes are not stripped here: the vendor's own client strips them.
        if form.get("etag") != stored.md5:
            _wrong("etag", "The ETag is not that of the S3 object.")
        if form.get("is_public", "false") not in ("true", "false"):
            _wrong("is_public", "Must be a valid boolean.")
        file.stored = stored
        file.name = form.get("name") or file.name
        file.public = form.get("is_public") == "true"
        return answer(self._shown(file, stored))

    async def _file(self, request: web.Request) -> web.Response:
        file, stored = self._confirmed(request.match_info["id"])
        return answer(self._shown(file, stored))

    async def _delete(self, request: web.Request) -> web.Response:
        """A real delete, as the vendor's own client relies on: https://github.com/kizen/builder-cli, api/files.py."""
        file, _stored = self._confirmed(request.match_info["id"])
        del self._files[file.id]
        return web.Response(status=204)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        named = self._files.get(request.match_info["id"])
        with_token = hmac.compare_digest(request.query.get("token", "").encode(), self._token.encode())
        if not with_token and not (named and named.public):
            self.authorize(request)
        file, stored = self._confirmed(request.match_info["id"])
        return download(stored, file.name)

    # ------------------------------------------------------------------------------------------ files
    def _confirmed(self, made: str) -> tuple[KizenFile, StoredObject]:
        file = self._files.get(made)
        if not file or not file.stored:
            refuse(404, {"detail": "Not found."})
        return file, file.stored

    def _shown(self, file: KizenFile, stored: StoredObject) -> dict[str, Any]:
        url = f"{self._origin}/kizen/api/files/{file.id}/download"
        return {
            "id": file.id,
            "created": iso(stored.at),
            "key": file.key,
            "name": file.name,
            "url": url,
            "thumbnail_url": url,
            "size_bytes": stored.size,
            "size_formatted": f"{stored.size / 1000:.1f} KB",
            "content_type": stored.type,
            "is_public": file.public,
            "common_key": None,
            "is_common": False,
        }


def _form(raw: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        refuse(400, {"detail": "Malformed form."})
    return {name: values[-1] for name, values in pairs.items()}


def _wrong(field: str, why: str) -> NoReturn:
    refuse(400, {field: [why]})
