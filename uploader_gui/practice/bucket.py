"""A vendor's storage: an S3 bucket that takes signed POST forms or signed PUTs, as strictly as S3 does."""

import base64
import binascii
import errno
from collections.abc import AsyncIterator, Iterable, Mapping
from email.message import Message
from urllib.parse import quote
from xml.sax.saxutils import escape  # parses nothing  # nosec B406

from aiohttp import web

from uploader_gui.practice.answers import Refusal, Route
from uploader_gui.practice.form_data import FormReader, MalformedForm, TooMuchBeforeFile
from uploader_gui.practice.post_policy import SizeRange, check_form
from uploader_gui.practice.s3_errors import s3_refusal
from uploader_gui.practice.sigv4 import Signer, check_presigned_put
from uploader_gui.practice.storage import Incoming, Storage, body_of
from uploader_gui.practice.world import StoredObject, World

_BEFORE_FILE = 20_000  # "form data and boundaries, without the file": S3's HTTP POST forms page
_LARGEST = 5 * 2**30  # of one PUT or one form
_DEFAULT_TYPE = "binary/octet-stream"
_CREDENTIALS = ("authorization", "x-api-key", "x-business-id", "x-user-id", "api-key", "user-id", "cookie")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CODES = {
    404: "NoSuchKey",
    405: "MethodNotAllowed",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}


class Bucket:
    """One service's bucket.

    Args:
        service: The service's id.
        signer: The key that the service signs with.
        world: Gives the time and the names.
        storage: Keeps the bytes.
        forms: Whether it takes POST forms, else PUTs.
    """

    def __init__(self, service: str, *, signer: Signer, world: World, storage: Storage, forms: bool) -> None:
        self.id = service
        self.prefix = f"/storage/{service}"
        self._signer = signer
        self._world = world
        self._storage = storage
        self._forms = forms

    def routes(self) -> Iterable[Route]:
        """One call: the transfer."""
        if self._forms:
            return [Route(method="POST", path="/", handler=self._post, steps=("transfer",))]
        return [Route(method="PUT", path="/{key:.+}", handler=self._put, steps=("transfer",))]

    def authorize(self, request: web.Request) -> None:
        """Refuse a request that carries an account's credentials: they have no business here.

        S3 itself says so of Authorization only ("Only one auth mechanism allowed").
        """
        for name in _CREDENTIALS:
            if name in request.headers:
                raise s3_refusal(
                    "InvalidArgument",
                    "Only one auth mechanism allowed; an account's credentials do not belong in a storage request.",
                    ArgumentName=name,
                )

    def refusal(self, status: int, message: str) -> Refusal:
        """An S3 error with this status."""
        if status in _CODES:
            return s3_refusal(_CODES[status], message)
        return s3_refusal("InvalidArgument", message)

    # ------------------------------------------------------------------------------------------ POST
    async def _post(self, request: web.Request) -> web.StreamResponse:
        if request.content_length is None:
            raise s3_refusal("MissingContentLength")
        boundary = _boundary(request)
        reader = FormReader(body_of(request), boundary, small=_BEFORE_FILE)
        try:
            fields, filename = await _fields_before_file(reader)
            key = fields.get("key")
            if not key:
                raise s3_refusal(
                    "InvalidArgument",
                    "Bucket POST must contain a field named 'key'.  "
                    "If it is specified, please check the order of the fields.",
                    ArgumentName="key",
                )
            allowed = check_form(self._signer, fields, now=self._world.clock())
            stored = await self._receive(
                _in_range(reader.content(), allowed, reader.size_within(request.content_length)),
                key=key.replace("${filename}", filename),
                headers={
                    "content-type": fields.get("content-type", _DEFAULT_TYPE),
                    "content-disposition": fields.get("content-disposition", ""),
                    "content-md5": fields.get("content-md5"),
                },
                least=allowed.least,
            )
        except MalformedForm:
            raise s3_refusal("MalformedPOSTRequest") from None
        except TooMuchBeforeFile:
            raise s3_refusal("MaxPostPreDataLengthExceeded", MaxPostPreDataLengthAllowed=_BEFORE_FILE) from None
        while await request.content.readany():
            pass  # what follows the file counts for nothing, but the connection can be used again
        return self._posted(stored, fields.get("success_action_status", ""))

    def _posted(self, stored: StoredObject, wanted: str) -> web.Response:
        location = f"{self._signer.origin}{self.prefix}/{quote(stored.key)}"
        headers = {"ETag": stored.etag, "Location": location}
        if wanted != "201":
            return web.Response(status=200 if wanted == "200" else 204, headers=headers)
        inside = {"Location": location, "Bucket": self._signer.bucket, "Key": stored.key, "ETag": stored.etag}
        elements = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in inside.items())
        return web.Response(
            status=201,
            text=f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{elements}</PostResponse>',
            content_type="application/xml",
            headers=headers,
        )

    # ------------------------------------------------------------------------------------------ PUT
    async def _put(self, request: web.Request) -> web.StreamResponse:
        if "Transfer-Encoding" in request.headers:
            raise s3_refusal("NotImplemented", Header="Transfer-Encoding")
        if request.content_length is None:
            raise s3_refusal("MissingContentLength")
        check_presigned_put(self._signer, target=request.raw_path, headers=request.headers, now=self._world.clock())
        if request.content_length > _LARGEST:
            raise s3_refusal("EntityTooLarge", ProposedSize=request.content_length, MaxSizeAllowed=_LARGEST)
        headers = {name.lower(): value for name, value in request.headers.items()}
        stored = await self._receive(body_of(request), key=request.match_info["key"], headers=headers)
        return web.Response(headers={"ETag": stored.etag})

    # ------------------------------------------------------------------------------------------ both
    async def _receive(
        self, blocks: AsyncIterator[bytes], *, key: str, headers: Mapping[str, str | None], least: int = 0
    ) -> StoredObject:
        declared = _md5(headers.get("content-md5"))
        try:
            async with self._storage.incoming() as incoming:
                async for block in blocks:
                    await incoming.write(block)
                await incoming.flush()
                _check_whole(incoming, declared, least)
                return self._storage.keep(
                    incoming,
                    service=self.id,
                    key=key,
                    content_type=headers.get("content-type") or _DEFAULT_TYPE,
                    disposition=headers.get("content-disposition") or "",
                )
        except ConnectionError:
            raise  # the client went away: nothing was stored and nobody is left to answer
        except OSError as error:
            why = "the disk is full" if error.errno in _FULL else "the disk did not take the bytes"
            raise s3_refusal("InternalError", f"The practice service could not store this file: {why}.") from error


def _boundary(request: web.Request) -> str:
    head = Message()
    head["Content-Type"] = request.headers.get("Content-Type", "")
    boundary = head.get_boundary()
    if not boundary or head.get_content_type() != "multipart/form-data":
        raise s3_refusal(
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            Condition="Bucket POST must be of the enclosure-type multipart/form-data",
        )
    return boundary


async def _fields_before_file(reader: FormReader) -> tuple[dict[str, str], str]:
    fields: dict[str, str] = {}
    while part := await reader.next_part():
        name = part.name.lower()
        if name == "file":
            return fields, part.filename or ""
        if name in fields:
            raise s3_refusal("InvalidArgument", f"POST has more than one {part.name}.", ArgumentName=part.name)
        fields[name] = await reader.text()
    raise s3_refusal(
        "InvalidArgument", "POST requires exactly one file upload per request.", ArgumentName="file", ArgumentValue=0
    )


async def _in_range(blocks: AsyncIterator[bytes], allowed: SizeRange, proposed: int) -> AsyncIterator[bytes]:
    size = 0
    async for block in blocks:
        size += len(block)
        if size > allowed.most:
            raise s3_refusal("EntityTooLarge", ProposedSize=proposed, MaxSizeAllowed=allowed.most)
        yield block


def _check_whole(incoming: Incoming, declared: str | None, least: int) -> None:
    if incoming.size < least:
        raise s3_refusal("EntityTooSmall", ProposedSize=incoming.size, MinSizeAllowed=least)
    if declared not in (None, incoming.md5):
        raise s3_refusal("BadDigest", ExpectedDigest=str(declared), CalculatedDigest=incoming.md5)


def _md5(declared: str | None) -> str | None:
    if declared is None:
        return None
    try:
        raw = base64.b64decode(declared, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != 16:
        raise s3_refusal("InvalidDigest", **{"Content-MD5": declared})
    return raw.hex()
