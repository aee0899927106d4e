"""Circle's file uploads: Rails' direct uploads, with ids that carry their own proof.

Sources: https://api.circle.so/apis/headless/member-api/file-uploads and, for what S3 is made to check,
https://github.com/rails/rails/blob/main/activestorage/lib/active_storage/service/s3_service.rb
"""

import base64
import hmac
import json
import mimetypes
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any, NoReturn

from uploader_gui.practice.answers import attachment_header, iso, path_part, refuse
from uploader_gui.practice.circle_members import COLLEAGUE
from uploader_gui.practice.samples import MEMBERS
from uploader_gui.practice.sigv4 import Signer, presigned_put
from uploader_gui.practice.storage import Storage
from uploader_gui.practice.world import StoredObject, World

_URL_LIVES = 300
_MOST = 5 * 2**30
_UNSAFE = str.maketrans(dict.fromkeys("\u202e%$|:;/\\", "-"))


@dataclass(frozen=True, kw_only=True)
class Blob:
    """A file from its signing on.

    Attributes:
        id: Its number.
        key: The object's key.
        name: The file name.
        type: The content type that was signed.
        signed_id: What most calls name it by.
    """

    id: int
    key: str
    name: str
    type: str
    signed_id: str


def unprocessable(message: str, details: Any = None) -> NoReturn:
    """Circle's 422."""
    circle_refuse(422, message, details)


def circle_refuse(status: int, message: str, details: Any = None) -> NoReturn:
    """An error in Circle's shape."""
    refuse(status, {"success": False, "message": message, "error_details": details})


class Blobs:
    """The files of one community.

    Args:
        world: Gives the time and the stored objects.
        origin: The server's own.
        signer: The storage key.
        storage: Keeps the bytes.
    """

    def __init__(self, *, world: World, origin: str, signer: Signer, storage: Storage) -> None:
        self._world = world
        self._origin = origin
        self._signer = signer
        self._storage = storage
        self._secret = secrets.token_bytes(32)
        self._blobs: dict[int, Blob] = {}

    def sign(self, wanted: Any) -> dict[str, Any]:
        """The answer to POST /direct_uploads for a `blob` of the body, whatever it is."""
        _check(wanted)
        blob = self._new(secrets.token_hex(14), _cleaned(wanted["filename"]), wanted["content_type"])
        self._world.announce("circle", blob.key, blob.name)
        headers = {
            "Content-Type": blob.type,
            "Content-MD5": wanted["checksum"],
            "Content-Disposition": attachment_header(blob.name, "inline"),
        }
        url = presigned_put(
            self._signer,
            path=f"/storage/circle/{blob.key}",
            now=self._world.clock(),
            seconds=_URL_LIVES,
            headers={**headers, "Content-Length": str(wanted["byte_size"])},
        )
        return {
            "id": blob.id,
            "key": blob.key,
            "filename": blob.name,
            "content_type": blob.type,
            "byte_size": wanted["byte_size"],
            "checksum": wanted["checksum"],
            "created_at": iso(self._world.clock()),
            "metadata": {"identified": True},
            "service_name": "amazon",
            "signed_id": blob.signed_id,
            "attachable_sgid": self._proof("attachable", blob.id),
            "direct_upload": {"url": url, "headers": headers},
            "url": self.url(blob),
        }

    def colleagues(self, name: str, content: bytes) -> tuple[Blob, StoredObject]:
        """A file that a colleague has uploaded."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        by = MEMBERS[COLLEAGUE][0]
        stored = self._storage.sample(service="circle", name=name, content_type=kind, content=content, by=by)
        self._world.store(stored)
        return self._new(stored.key, name, kind), stored

    def _new(self, key: str, name: str, kind: str) -> Blob:
        number = 7_000_001 + len(self._blobs)
        blob = Blob(id=number, key=key, name=name, type=kind, signed_id=self._proof("blob_id", number))
        self._blobs[number] = blob
        return blob

    def url(self, blob: Blob) -> str:
        """Where anyone who was given this address reads the file; it ends with its percent-encoded name."""
        return f"{self._origin}/circle/rails/active_storage/blobs/redirect/{blob.signed_id}/{path_part(blob.name)}"

    def find(self, signed_id: Any, *, image: bool = False) -> tuple[Blob, StoredObject]:
        """The file that a signed_id names.

        Args:
            signed_id: As sent, whatever it is.
            image: Whether it must be an image.

        Raises:
            Refusal: 404 when it was not signed here, or is an attachable_sgid; 422 when its bytes have not arrived.
        """
        blob = self._blobs.get(self._proven("blob_id", signed_id) or 0)
        if not blob:
            circle_refuse(404, "The file was not found.", "signed_id is not valid")
        stored = self._world.object("circle", blob.key)
        if not stored:
            unprocessable("The file has not been uploaded.", {"signed_id": ["is not in storage"]})
        if image and not blob.type.startswith("image/"):
            unprocessable("The file is not an image.", {"signed_id": ["must be an image"]})
        return blob, stored

    def _proof(self, purpose: str, number: int) -> str:
        message = {"_rails": {"message": str(number), "exp": None, "pur": purpose}}
        text = base64.urlsafe_b64encode(json.dumps(message).encode()).decode()
        return f"{text}--{hmac.digest(self._secret, text.encode(), 'sha256').hex()}"

    def _proven(self, purpose: str, proof: Any) -> int | None:
        text, _, signature = (proof if isinstance(proof, str) else "").partition("--")
        if not hmac.compare_digest(
            hmac.digest(self._secret, text.encode(), "sha256").hex().encode(), signature.encode()
        ):
            return None
        message = json.loads(base64.urlsafe_b64decode(text))["_rails"]
        return int(message["message"]) if message["pur"] == purpose else None


def _cleaned(name: str) -> str:
    """A file's name as Rails shows it (ActiveStorage::Filename#sanitized)."""
    return name.strip(" \t\r\n\f\v\0").translate(_UNSAFE)


def _check(wanted: Any) -> None:
    if not isinstance(wanted, dict):
        circle_refuse(400, "param is missing or the value is empty: blob")
    wrong: dict[str, list[str]] = {}
    for name in ("filename", "content_type", "checksum"):
        value = wanted.get(name)
        if not isinstance(value, str) or not value.strip() or any(unicodedata.category(char) == "Cc" for char in value):
            wrong[name] = ["can't be blank"]
    # Circle's page lists it as required; Rails passes over it, and Rails' own client does not send it.
    if not isinstance(wanted.get("key", ""), str):
        wrong["key"] = ["is invalid"]
    size = wanted.get("byte_size")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _MOST:
        wrong["byte_size"] = ["is not a number of bytes up to 5 GiB"]
    if not wrong and not wanted["content_type"].isascii():
        wrong["content_type"] = ["is invalid"]
    if wrong:
        unprocessable("The file could not be created.", wrong)
