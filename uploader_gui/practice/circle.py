"""Circle: tokens, spaces, chats and the profile of one member.

Sources: https://api.circle.so/apis/headless/quick-start and https://api.circle.so/apis/headless/member-api
"""

import itertools
import json
from collections.abc import Iterable

from aiohttp import web

from uploader_gui.practice.answers import Refusal, Route, answer, read_object
from uploader_gui.practice.circle_blobs import Blob, Blobs, circle_refuse
from uploader_gui.practice.circle_chats import CircleChats
from uploader_gui.practice.circle_lists import Item
from uploader_gui.practice.circle_members import MEMBER
from uploader_gui.practice.circle_people import CirclePeople
from uploader_gui.practice.circle_posts import CirclePosts
from uploader_gui.practice.circle_tokens import CircleTokens
from uploader_gui.practice.samples import SPACES
from uploader_gui.practice.sigv4 import Signer
from uploader_gui.practice.storage import Storage, download
from uploader_gui.practice.world import World

_API = "/api/headless/v1"


class Circle:
    """The vendor Circle.

    Args:
        world: What is known so far.
        origin: The server's own.
        signer: The storage key.
        storage: Keeps the bytes.
    """

    id = "circle"
    prefix = "/circle"

    def __init__(self, *, world: World, origin: str, signer: Signer, storage: Storage) -> None:
        self._world = world
        self._tokens = CircleTokens(vendor=self, clock=world.clock)
        self._blobs = Blobs(world=world, origin=origin, signer=signer, storage=storage)
        numbers = itertools.count(500_001)
        self._posts = CirclePosts(vendor=self, world=world, origin=origin, blobs=self._blobs, numbers=numbers)
        self._chats = CircleChats(vendor=self, world=world, blobs=self._blobs, numbers=numbers)
        self.people = CirclePeople(posts=self._posts, chats=self._chats)
        self._avatar: Blob | None = None

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
        yield Route(method="GET", path=posts, handler=self._posts.posts, steps=("verify",))
        yield Route(method="POST", path=posts, handler=self._posts.make_post, steps=("attach",))
        yield Route(
            method="POST",
            path=f"{_API}/spaces/{{space}}/images/posts",
            handler=self._posts.make_image_post,
            steps=("attach",),
        )
        yield Route(method="GET", path=f"{_API}/messages", handler=self._chats.rooms, steps=("lookup",))
        yield Route(method="GET", path=messages, handler=self._chats.messages, steps=("verify",))
        yield Route(method="POST", path=messages, handler=self._chats.send, steps=("attach",))
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

    # ------------------------------------------------------------------------------------------ spaces
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
