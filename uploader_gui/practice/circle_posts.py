"""Circle's posts.

Sources: https://api.circle.so/apis/headless/member-api and, for what a post shows, the schemas basic_post and
image_post of https://api-headless.circle.so/api/headless_client/v1/swagger.yaml
"""

from collections.abc import Iterable, Iterator, Sequence

from aiohttp import web

from uploader_gui.practice.answers import Vendor, answer, iso, path_part, read_object, whole_number
from uploader_gui.practice.circle_blobs import Blob, Blobs, circle_refuse, unprocessable
from uploader_gui.practice.circle_lists import Item, listing, paragraph, words
from uploader_gui.practice.circle_members import COLLEAGUE, ME, author
from uploader_gui.practice.history import History
from uploader_gui.practice.samples import MEMBERS, SPACES
from uploader_gui.practice.world import StoredObject, World


class CirclePosts:
    """All posts of one community.

    Args:
        vendor: Gives errors their shape.
        world: Where attachments are written down.
        origin: The server's own.
        blobs: The files.
        numbers: Gives ids.
    """

    def __init__(self, *, vendor: Vendor, world: World, origin: str, blobs: Blobs, numbers: Iterator[int]) -> None:
        self._vendor = vendor
        self._world = world
        self._origin = origin
        self._blobs = blobs
        self._numbers = numbers
        self._posts: dict[int, History[int, Item]] = {space: History(world.clock) for space in SPACES}

    # ------------------------------------------------------------------------------------------ calls
    async def posts(self, request: web.Request) -> web.Response:
        """The posts of a space, newest first."""
        return listing(request, self._posts[_space(request)].values()[::-1], most=self._world.page_size)

    async def make_post(self, request: web.Request) -> web.Response:
        """A new post, with or without a cover image."""
        space, body = await self._post_in(request, "basic")
        files = [self._blobs.find(body["cover_image"], image=True)] if body.get("cover_image") else []
        return answer(self._posted(space, "post", body, files, self._cover(files)), 201)

    async def make_image_post(self, request: web.Request) -> web.Response:
        """A new post of images."""
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
        more = {"gallery": {"images": shown}, **self._cover([])}
        return answer(self._posted(space, "image_post", body, files, more), 201)

    # ------------------------------------------------------------------------------------------ what people do
    def colleague_posts(self, space: str, files: Sequence[tuple[str, bytes]], text: str, title: str) -> str:
        """Let a colleague post something with a cover image at most; gives its id."""
        if space not in map(str, SPACES):
            raise ValueError(f"There is no space {space!r}.")
        if len(files) > 1:
            raise ValueError("A post has one cover image.")
        blobs = [self._blobs.colleagues(name, content) for name, content in files]
        body = {"name": title, "tiptap_body": paragraph(text)}
        return str(self._posted(int(space), "post", body, blobs, self._cover(blobs), by=COLLEAGUE)["id"])

    def things(self) -> Iterable[History[int, Item]]:
        """The posts of every space."""
        return self._posts.values()

    def reworded(self, post: Item, text: str) -> Item:
        """A post with other words."""
        return {**post, "tiptap_body": paragraph(text), "updated_at": iso(self._world.clock())}

    def without(self, post: Item, name: str) -> Item:
        """A post without the files of this name."""
        changed = dict(post)
        if (post["cover_image"] or "").endswith(f"/{path_part(name)}"):
            changed |= self._cover([])
        if "gallery" in post:
            changed["gallery"] = {"images": [each for each in post["gallery"]["images"] if each["filename"] != name]}
        return changed

    # ------------------------------------------------------------------------------------------ posts
    def _cover(self, files: Sequence[tuple[Blob, StoredObject]]) -> Item:
        # The specification's posts have a cover_image, those that a search finds a cover_image_url.
        cover = self._blobs.url(files[0][0]) if files else None
        return {"cover_image": cover, "cover_image_url": cover}

    async def _post_in(self, request: web.Request, kind: str) -> tuple[int, Item]:
        space = _space(request)
        body = await read_object(request, self._vendor)
        _, of, closed = SPACES[space]
        if closed:
            circle_refuse(403, "You are not allowed to post in this space.")
        if of != kind:
            unprocessable(f"This space does not take {kind} posts.")
        if not isinstance(body.get("name"), str) or not body["name"].strip():
            unprocessable("The post could not be created.", {"name": ["can't be blank"]})
        words(body.get("tiptap_body"))
        return space, body

    def _posted(
        self,
        space: int,
        kind: str,
        body: Item,
        files: Sequence[tuple[Blob, StoredObject]],
        more: Item,
        *,
        by: int = ME,
    ) -> Item:
        name, now = SPACES[space][0], iso(self._world.clock())
        made = next(self._numbers)
        post = {
            "id": made,
            "name": body["name"],
            "slug": f"post-{made}",
            "status": "published",
            "space": {"id": space, "name": name},
            "tiptap_body": body.get("tiptap_body"),
            "url": f"{self._origin}/circle/c/space-{space}/post-{made}",
            "author": author(by),
            "created_at": now,
            "updated_at": now,
            **more,
        }
        self._posts[space].put(made, post)
        text = "\n".join(filter(None, [body["name"], words(body.get("tiptap_body"))]))
        self._world.attach(
            "circle",
            kind,
            record=(str(space), name),
            made=str(made),
            files=[(blob.name, stored) for blob, stored in files],
            text=text,
            by="" if by == ME else MEMBERS[by][0],
        )
        return post


def _space(request: web.Request) -> int:
    space = whole_number(request.match_info["space"], default=0, most=10**9)
    if space is None or space not in SPACES:
        circle_refuse(404, "The space was not found.")
    return space
