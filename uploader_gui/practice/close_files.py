"""Close's Files API: signing a form, and the addresses by which a file is named from then on.

Source: https://developer.close.com/api/resources/files/create: the form lives 60 seconds, the file 24 hours unless it
is attached, and a file that has not arrived cannot be attached.
"""

import mimetypes
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote

from uploader_gui.practice.answers import attachment_header, path_part, refuse
from uploader_gui.practice.post_policy import v2_form
from uploader_gui.practice.samples import USERS
from uploader_gui.practice.sigv4 import Signer
from uploader_gui.practice.storage import Storage
from uploader_gui.practice.world import StoredObject, World

USER, COLLEAGUE = USERS
_FORM_LIVES = 60
_FILE_LIVES = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file that an activity holds.

    Attributes:
        url: Where Close keeps its copy.
        name: The file name that the attaching call gave.
        stored: The bytes.
        new: Whether the call at hand brought it, rather than naming one that was attached before.
    """

    url: str
    name: str
    stored: StoredObject
    new: bool

    def as_json(self) -> dict[str, Any]:
        """As activities show it."""
        return {
            "url": self.url,
            "filename": self.name,
            "size": self.stored.size,
            "content_type": self.stored.type,
            "thumbnail_url": None,
        }


def invalid(field: str, why: str) -> NoReturn:
    """Close's answer to a field that it does not take."""
    refuse(400, {"errors": [], "field-errors": {field: why}})


class CloseFiles:
    """The files of one organization.

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
        self._addresses = f"{origin}/close/go/file/"
        self._temporary: dict[str, str] = {}
        self._persisted: dict[str, tuple[str, StoredObject]] = {}

    def sign(self, name: str, content_type: str) -> dict[str, Any]:
        """The answer to POST /files/upload/."""
        place = secrets.token_urlsafe(12)
        key = f"temporary/user/{USER}/{place}/{name}"
        self._world.announce("close", key, name)
        self._temporary[f"temporary/{USER}/{place}/{name}/"] = key
        form = v2_form(
            self._signer,
            fields={
                "Content-Disposition": attachment_header(name, "inline"),
                "Content-Type": content_type,
                "key": key,
                "success_action_status": "201",
            },
            expires=self._world.clock() + _FORM_LIVES,
        )
        return {
            "upload": {"url": f"{self._origin}/storage/close/", "fields": form},
            "download": {"url": f"{self._addresses}temporary/{USER}/{place}/{path_part(name)}/"},
        }

    def sample(self, name: str, content_type: str, content: bytes) -> Attached:
        """A file that is attached from the start."""
        stored = self._storage.sample(service="close", name=name, content_type=content_type, content=content)
        return self._persist(name, stored)

    def colleagues(self, name: str, content: bytes) -> Attached:
        """A file that a colleague has uploaded."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = self._storage.sample(
            service="close", name=name, content_type=kind, content=content, by=USERS[COLLEAGUE]
        )
        self._world.store(stored)
        return self._persist(name, stored)

    def attach(
        self, items: Any, *, needs: Collection[str] = (), types: Collection[str] | None = None
    ) -> list[Attached]:
        """Take the attachments of an activity.

        Args:
            items: The `attachments` of the body, whatever they are.
            needs: What each must have beside url and filename.
            types: The content types allowed; None: any.

        Raises:
            Refusal: 400, when one is no attachment of ours that has arrived and still lives.
        """
        if items is None:
            return []
        if not isinstance(items, list):
            invalid("attachments", "Must be a list.")
        return [self._attached(item, needs, types) for item in items]

    def find(self, place: str) -> tuple[str, StoredObject] | None:
        """The name and bytes at the end of one of our addresses."""
        place = unquote(place)
        if place in self._persisted:
            return self._persisted[place]
        stored = self._world.object("close", self._temporary.get(place, ""))
        if not stored or self._world.clock() >= stored.at + _FILE_LIVES:
            return None
        return stored.name, stored

    def _attached(self, item: Any, needs: Collection[str], types: Collection[str] | None) -> Attached:
        if not isinstance(item, dict):
            invalid("attachments", "Must be a list of objects.")
        for name in ("url", "filename", *needs):
            if name not in item:
                invalid("attachments", f"{name}: This field is required.")
            wanted = int if name == "size" else str
            if not isinstance(item[name], wanted) or isinstance(item[name], bool) or item[name] == "":
                invalid("attachments", f"{name}: Not a valid value.")
        if types is not None and item["content_type"].lower() not in types:
            invalid("attachments", f"content_type: {item['content_type']} cannot be sent in a text message.")
        url: str = item["url"]
        if not url.startswith(self._addresses):
            invalid("attachments", f"url: Must begin with {self._addresses}")
        place = unquote(url.removeprefix(self._addresses))
        if place not in self._persisted and place not in self._temporary:
            invalid("attachments", "url: There is no such file.")
        found = self.find(place)
        if not found:
            # Close itself does not say which; a person who practises is better off knowing.
            arrived = self._world.object("close", self._temporary[place])
            invalid("attachments", "url: The file has expired." if arrived else "url: The file has not been uploaded.")
        if place in self._persisted:
            return Attached(url=url, name=item["filename"], stored=found[1], new=False)
        return self._persist(item["filename"], found[1])

    def _persist(self, name: str, stored: StoredObject) -> Attached:
        """Close keeps a copy of its own, under another address, of what is attached."""
        place = secrets.token_urlsafe(12)
        self._persisted[f"persisted/{place}/{name}/"] = (name, stored)
        return Attached(
            url=f"{self._addresses}persisted/{place}/{path_part(name)}/", name=name, stored=stored, new=True
        )
