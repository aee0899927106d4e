"""Circle: tokens, spaces, chats and the profile of one member.

Sources: https://api.circle.so/apis/headless/quick-start and https://api.circle.so/apis/headless/member-api
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import Refusal, Route, answer, iso, page_of, read_object, whole_number
from uploader_gui.practice.circle_blobs import Blob, Blobs, circle_refuse, unprocessable
from uploader_gui.practice.circle_tokens import MEMBER, CircleTokens
from uploader_gui.practice.samples import ROOMS, SPACES
from uploader_gui.practice.sigv4 import Signer
from uploader_gui.practice.storage import download
from uploader_gui.practice.world import StoredObject, World

_API = "/api/headless/v1"
_PARAGRAPHS = 100

Item = dict[str, Any]


class Circle:
    """The vendor Circle.

    Args:
        world: What is known so far.
        origin: The server's own.
        signer: The storage key.
    """

    id = "circle"
    prefix = "/circle"

    def __init__(self, *, world: World, origin: str, signer: Signer) -> None:
        self._world = world
        self._origin = origin
        self._tokens = CircleTokens(vendor=self, clock=world.clock)
        self._blobs = Blobs(world=world, origin=origin, signer=signer)
        self._posts: dict[int, list[Item]] = {space: [] for space in SPACES}
        self._messages: dict[str, list[Item]] = {room: [] for room in ROOMS}
        self._avatar: Blob | None = None
        self._made = 500_000

    def account(self, way: int) -> dict[str, str]:
        """What to enter for the account: a pasted token (0), or a headless token with email (1) or member's id (2)."""
        return self._tokens.account(way)

    def routes(self) -> Iterable[Route]:
        """All calls."""
        posts = f"{_API}/spaces/{{space}}/posts"
        messages = f"{_API}/messages/{{room}}/chat_room_messages"
        yield from self._tokens.routes()
        yield Route(method="POST", path=f"{_API}/direct_uploads", handler=self._sign, steps=("sign",))
        yield Route(method="GET", path=f"{_API}/community_member", handler=self._me, steps=("check",))
        yield Route(method="GET", path=f"{_API}/spaces", handler=self._spaces, steps=("lookup",))
        yield Route(method="GET", path=posts, handler=self._list_posts, steps=("verify",))
        yield Route(method="POST", path=posts, handler=self._make_post, steps=("attach",))
        yield Route(
            method="POST",
            path=f"{_API}/spaces/{{space}}/images/posts",
            handler=self._make_image_post,
            steps=("attach",),
        )
        yield Route(method="GET", path=f"{_API}/messages", handler=self._rooms, steps=("lookup",))
        yield Route(method="GET", path=messages, handler=self._list_messages, steps=("verify",))
        yield Route(method="POST", path=messages, handler=self._make_message, steps=("attach",))
        yield Route(method="PUT", path=f"{_API}/profile", handler=self._change_profile, steps=("attach",))
        # Rails asks nothing here: the signed id is the proof that one was given the address.
        blob = "/rails/active_storage/blobs/redirect/{signed_id}/{name}"
        yield Route(method="GET", path=blob, handler=self._download, guarded=False)

    def authorize(self, request: web.Request) -> None:
        """A member's access token as Bearer."""
        self._tokens.authorize(request)

    def refusal(self, status: int, message: str) -> Refusal:
        """{"success": false, "message", "error_details"}."""
        return Refusal(status, json.dumps({"success": False, "message": message, "error_details": None}))

    # ------------------------------------------------------------------------------------------ files and the member
    async def _sign(self, request: web.Request) -> web.Response:
        body = await read_object(request, self)
        return answer(self._blobs.sign(body.get("blob")))

    async def _me(self, _: web.Request) -> web.Response:
        return answer(self._member())

    async def _change_profile(self, request: web.Request) -> web.Response:
        body = await read_object(request, self)
        member = body.get("community_member")
        if not isinstance(member, dict) or "avatar" not in member:
            circle_refuse(400, "param is missing or the value is empty: community_member")
        blob, stored = self._blobs.find(member["avatar"], image=True)
        new = blob != self._avatar
        self._avatar = blob
        made = str(MEMBER["id"])
        files = [(blob.name, stored)] if new else []
        self._world.attach("circle", "avatar", record=(made, str(MEMBER["name"])), made=made, files=files)
        return answer(self._member())

    async def _download(self, request: web.Request) -> web.StreamResponse:
        blob, stored = self._blobs.find(request.match_info["signed_id"])
        return download(stored, blob.name)

    def _member(self) -> Item:
        return {**MEMBER, "avatar_url": self._blobs.url(self._avatar) if self._avatar else None}

    # ------------------------------------------------------------------------------------------ posts
    async def _spaces(self, _: web.Request) -> web.Response:
        return answer(
            [
                {
                    "id": space,
                    "name": name,
                    "slug": f"space-{space}",
                    "space_type": kind,
                    "post_type": kind,
                    "is_post_disabled": closed,
                }
                for space, (name, kind, closed) in SPACES.items()
            ]
        )

    async def _list_posts(self, request: web.Request) -> web.Response:
        return _listing(request, list(reversed(self._posts[_space(request)])))

    async def _make_post(self, request: web.Request) -> web.Response:
        space, body = await self._post_in(request, "basic")
        files = [self._blobs.find(body["cover_image"], image=True)] if body.get("cover_image") else []
        cover = self._blobs.url(files[0][0]) if files else None
        return self._posted(space, "post", body, files, {"cover_image_url": cover})

    async def _make_image_post(self, request: web.Request) -> web.Response:
        space, body = await self._post_in(request, "image")
        gallery = body.get("gallery_attributes")
        images = gallery.get("images_attributes") if isinstance(gallery, dict) else None
        if not isinstance(images, list) or not images or not all(isinstance(each, dict) for each in images):
            unprocessable("The post could not be created.", {"gallery_attributes": ["needs images_attributes"]})
        for each in images:
            if not all(type(each.get(side)) is int and each[side] > 0 for side in ("width", "height")):
                unprocessable("The post could not be created.", {"images_attributes": ["need width and height"]})
        files = [self._blobs.find(each.get("signed_id"), image=True) for each in images]
        shown = [
            {
                "signed_id": blob.signed_id,
                "filename": blob.name,
                "url": self._blobs.url(blob),
                "width": each["width"],
                "height": each["height"],
            }
            for each, (blob, _) in zip(images, files, strict=True)
        ]
        return self._posted(space, "image_post", body, files, {"gallery": {"images": shown}, "cover_image_url": None})

    async def _post_in(self, request: web.Request, kind: str) -> tuple[int, Item]:
        space = _space(request)
        body = await read_object(request, self)
        _, of, closed = SPACES[space]
        if closed:
            circle_refuse(403, "You are not allowed to post in this space.")
        if of != kind:
            unprocessable(f"This space does not take {kind} posts.")
        if not isinstance(body.get("name"), str) or not body["name"].strip():
            unprocessable("The post could not be created.", {"name": ["can't be blank"]})
        _text(body.get("tiptap_body"))
        return space, body

    def _posted(
        self, space: int, kind: str, body: Item, files: Sequence[tuple[Blob, StoredObject]], more: Item
    ) -> web.Response:
        name = SPACES[space][0]
        made = self._next()
        post = {
            "id": made,
            "name": body["name"],
            "slug": f"post-{made}",
            "status": "published",
            "space": {"id": space, "name": name},
            "tiptap_body": body.get("tiptap_body"),
            "url": f"{self._origin}/circle/c/space-{space}/post-{made}",
            "created_at": iso(self._world.clock()),
            **more,
        }
        self._posts[space].append(post)
        text = "\n".join(filter(None, [body["name"], _text(body.get("tiptap_body"))]))
        self._world.attach(
            "circle",
            kind,
            record=(str(space), name),
            made=str(made),
            files=[(blob.name, stored) for blob, stored in files],
            text=text,
        )
        return answer(post, 201)

    # ------------------------------------------------------------------------------------------ chats
    async def _rooms(self, request: web.Request) -> web.Response:
        rooms = [
            {"chat_room": {"uuid": room, "chat_room_name": name, "chat_room_kind": "group_chat"}}
            for room, name in ROOMS.items()
        ]
        return _listing(request, rooms)

    async def _list_messages(self, request: web.Request) -> web.Response:
        return _listing(request, list(reversed(self._messages[_room(request)])))

    async def _make_message(self, request: web.Request) -> web.Response:
        room = _room(request)
        body = await read_object(request, self)
        rich = body.get("rich_text_body")
        if not isinstance(rich, dict):
            unprocessable("The message could not be created.", {"rich_text_body": ["can't be blank"]})
        text = _text(rich)
        attachments = rich.get("attachments") or []
        if not isinstance(attachments, list):
            unprocessable("The message could not be created.", {"attachments": ["must be a list of signed ids"]})
        if not text and not attachments:
            unprocessable("The message could not be created.", {"rich_text_body": ["can't be blank"]})
        files = [self._blobs.find(each) for each in attachments]
        made = self._next()
        sent = {"creation_uuid": str(uuid.uuid4()), "sent_at": iso(self._world.clock())}
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
        self._messages[room].append(
            {"id": made, **sent, "rich_text_body": {"body": rich.get("body"), "attachments": shown}}
        )
        self._world.attach(
            "circle",
            "chat_message",
            record=(room, ROOMS[room]),
            made=str(made),
            files=[(blob.name, stored) for blob, stored in files],
            text=text,
        )
        return answer(sent, 202)

    def _next(self) -> int:
        self._made += 1
        return self._made


def _space(request: web.Request) -> int:
    space = whole_number(request.match_info["space"], default=0, most=10**9)
    if space is None or space not in SPACES:
        circle_refuse(404, "The space was not found.")
    return space


def _room(request: web.Request) -> str:
    room = request.match_info["room"]
    if room not in ROOMS:
        circle_refuse(404, "The chat room was not found.")
    return room


def _listing(request: web.Request, records: Sequence[Mapping[str, Any]]) -> web.Response:
    size = whole_number(request.query.get("per_page"), default=20, least=1, most=100)
    number = whole_number(request.query.get("page"), default=1, least=1, most=10**6)
    if size is None or number is None:
        circle_refuse(400, "page and per_page must be whole numbers; at most 100 per page.")
    page = page_of(records, number=number, size=size)
    return answer(
        {
            "page": number,
            "per_page": size,
            "has_next_page": page.more,
            "count": page.count,
            "page_count": -(-page.count // size),
            "records": list(page.items),
        }
    )


def _text(rich: Any) -> str:
    """The words of a rich text; if there is one it must be {"body": {"type": "doc", "content": [paragraphs]}}."""
    if rich is None:
        return ""
    body = rich.get("body") if isinstance(rich, dict) else None
    content = body.get("content", []) if isinstance(body, dict) and body.get("type") == "doc" else None
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        unprocessable("The text is not valid.", {"body": ["must be a doc with a list of nodes"]})
    inside = [node for each in content[:_PARAGRAPHS] for node in each.get("content") or [] if isinstance(node, dict)]
    return " ".join(str(node["text"]) for node in inside if node.get("type") == "text" and node.get("text"))
