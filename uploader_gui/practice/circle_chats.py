"""Circle's chat rooms and the messages in them.

Sources: https://api.circle.so/get-started/concepts/rich-text-body and, for what a message shows, the schema
chat_room_message of https://api-headless.circle.so/api/headless_client/v1/swagger.yaml
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import Vendor, answer, iso, read_object
from uploader_gui.practice.circle_blobs import Blob, Blobs, circle_refuse, unprocessable
from uploader_gui.practice.circle_lists import Item, listing, paragraph, window, words
from uploader_gui.practice.circle_members import COLLEAGUE, ME, participant, sender
from uploader_gui.practice.history import History
from uploader_gui.practice.samples import MEMBERS, ROOMS
from uploader_gui.practice.world import StoredObject, World

_WINDOW = {"id", "previous_per_page", "next_per_page"}


class CircleChats:
    """All chats of one community.

    Args:
        vendor: Gives errors their shape.
        world: Where attachments are written down.
        blobs: The files.
        numbers: Gives ids.
    """

    def __init__(self, *, vendor: Vendor, world: World, blobs: Blobs, numbers: Iterator[int]) -> None:
        self._vendor = vendor
        self._world = world
        self._blobs = blobs
        self._numbers = numbers
        self._messages: dict[str, History[int, Item]] = {room: History(world.clock) for room in ROOMS}

    # ------------------------------------------------------------------------------------------ calls
    async def rooms(self, request: web.Request) -> web.Response:
        """The rooms."""
        rooms = [
            {"chat_room": {"uuid": room, "chat_room_name": name, "chat_room_kind": "group_chat"}}
            for room, name in ROOMS.items()
        ]
        return listing(request, rooms)

    async def messages(self, request: web.Request) -> web.Response:
        """The messages of a room.

        The specification knows a window around an id and nothing else. Who asks for pages gets pages all the same,
        newest first; Circle itself would give the newest 21 whatever the page.
        """
        messages = self._messages[_room(request)].values()
        if _WINDOW & {*request.query}:
            return window(request, messages, most=self._world.page_size)
        return listing(request, messages[::-1], most=self._world.page_size)

    async def send(self, request: web.Request) -> web.Response:
        """A new message in a room."""
        room = _room(request)
        body = await read_object(request, self._vendor)
        rich = body.get("rich_text_body")
        if not isinstance(rich, dict):
            unprocessable("The message could not be created.", {"rich_text_body": ["can't be blank"]})
        attachments = rich.get("attachments") or []
        if not isinstance(attachments, list):
            unprocessable("The message could not be created.", {"attachments": ["must be a list of signed ids"]})
        if not words(rich) and not attachments:
            unprocessable("The message could not be created.", {"rich_text_body": ["can't be blank"]})
        files = [self._blobs.find(each) for each in attachments]
        message = self._sent(room, rich, files, by=ME)
        return answer({name: message[name] for name in ("creation_uuid", "sent_at")}, 202)

    # ------------------------------------------------------------------------------------------ what people do
    def colleague_sends(self, room: str, files: Sequence[tuple[str, bytes]], text: str) -> str:
        """Let a colleague send a message; gives its id."""
        if room not in ROOMS:
            raise ValueError(f"There is no chat room {room!r}.")
        blobs = [self._blobs.colleagues(name, content) for name, content in files]
        return str(self._sent(room, paragraph(text), blobs, by=COLLEAGUE)["id"])

    def things(self) -> Iterable[History[int, Item]]:
        """The messages of every room."""
        return self._messages.values()

    def reworded(self, message: Item, text: str) -> Item:
        """A message with other words."""
        rich = {**message["rich_text_body"], **paragraph(text)}
        return {**message, "body": text, "rich_text_body": rich, "edited_at": iso(self._world.clock())}

    def without(self, message: Item, name: str) -> Item:
        """A message without the files of this name."""
        rich = message["rich_text_body"]
        kept = [each for each in rich["attachments"] if each["filename"] != name]
        return {**message, "rich_text_body": {**rich, "attachments": kept}}

    # ------------------------------------------------------------------------------------------ messages
    def _sent(self, room: str, rich: Mapping[str, Any], files: Sequence[tuple[Blob, StoredObject]], *, by: int) -> Item:
        now, text = iso(self._world.clock()), words(rich)
        shown = [
            {
                "signed_id": blob.signed_id,
                "filename": blob.name,
                "content_type": stored.type,
                "byte_size": stored.size,
                "url": self._blobs.url(blob),
            }
            for blob, stored in files
        ]
        message: Item = {
            "id": next(self._numbers),
            "creation_uuid": str(uuid.uuid4()),
            "chat_room_uuid": room,
            "chat_room_participant_id": participant(by),
            "sender": sender(by),
            "body": text,
            "rich_text_body": {"body": rich.get("body"), "attachments": shown},
            "sent_at": now,
            "created_at": now,
            "edited_at": None,
        }
        self._messages[room].put(message["id"], message)
        self._world.attach(
            "circle",
            "chat_message",
            record=(room, ROOMS[room]),
            made=str(message["id"]),
            files=[(blob.name, stored) for blob, stored in files],
            text=text,
            by="" if by == ME else MEMBERS[by][0],
        )
        return message


def _room(request: web.Request) -> str:
    room = request.match_info["room"]
    if room not in ROOMS:
        circle_refuse(404, "The chat room was not found.")
    return room
