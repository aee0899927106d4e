"""What other members do in Circle's posts and chats."""

from collections.abc import Mapping, Sequence
from typing import Any

from uploader_gui.practice.circle_chats import CircleChats
from uploader_gui.practice.circle_lists import Item
from uploader_gui.practice.circle_posts import CirclePosts
from uploader_gui.practice.history import History


class CirclePeople:
    """The other members of one community.

    Args:
        posts: What they post.
        chats: Where they talk.
    """

    def __init__(self, *, posts: CirclePosts, chats: CircleChats) -> None:
        self._posts = posts
        self._chats = chats

    def colleague_makes(
        self, kind: str, record: str, files: Sequence[tuple[str, bytes]], text: str, fields: Mapping[str, Any]
    ) -> str:
        """Let a colleague send a message or post something."""
        if unknown := {*fields} - ({"name"} if kind == "post" else set()):
            raise ValueError(f"What Circle keeps as {kind} has no {', '.join(sorted(unknown))}.")
        if kind == "chat_message":
            return self._chats.colleague_sends(record, files, text)
        if kind == "post":
            return self._posts.colleague_posts(record, files, text, str(fields.get("name", text)))
        raise ValueError(f"Nobody else makes a {kind!r} at Circle; there are chat_message and post.")

    def edit(self, made: str, text: str) -> None:
        """Change the words of a message or a post."""
        place, history, item = self._find(made)
        history.put(item["id"], place.reworded(item, text))

    def remove_file(self, made: str, name: str) -> None:
        """Take the files of this name off a message or a post."""
        place, history, item = self._find(made)
        changed = place.without(item, name)
        if changed == item:
            raise ValueError(f"{made} has no file {name!r}.")
        history.put(item["id"], changed)

    def delete(self, made: str) -> None:
        """Delete a message or a post."""
        _, history, item = self._find(made)
        history.remove(item["id"])

    def _find(self, made: str) -> tuple[CirclePosts | CircleChats, History[int, Item], Item]:
        for place in (self._posts, self._chats):
            for history in place.things():
                for item in history.values():
                    if str(item["id"]) == made:
                        return place, history, item
        raise ValueError(f"Circle has nothing with the id {made!r}.")
