"""Circle's members, and the two ways in which what they made names them.

Source: the schemas current_community_member, chat_room_message and shared_community_member of
https://api-headless.circle.so/api/headless_client/v1/swagger.yaml
"""

from collections.abc import Mapping
from typing import Any

from uploader_gui.practice.samples import MEMBERS, stable_uuid

ME, COLLEAGUE = MEMBERS

MEMBER: Mapping[str, Any] = {
    "id": ME,
    "user_id": 90_000 + ME,
    "public_uid": stable_uuid(f"member:{ME}")[:8],
    "name": MEMBERS[ME][0],
    "email": MEMBERS[ME][1],
    "headline": "Sales",
    "community_id": 301,
}
"""The account's member."""


def author(member: int) -> dict[str, Any]:
    """Who made a post.

    The schema does not say of what this is the id. It is taken for the member's: the schema has the name of a member,
    and an id of its own for the user wherever there is one.
    """
    return {
        "id": member,
        "name": MEMBERS[member][0],
        "headline": "Sales",
        "avatar_url": None,
        "roles": {"admin": False, "moderator": False},
    }


def sender(member: int) -> dict[str, Any]:
    """Who sent a chat message: the member has an id of his own in every room, which is not the one to compare."""
    return {
        "id": participant(member),
        "community_member_id": member,
        "user_public_uid": stable_uuid(f"member:{member}")[:8],
        "name": MEMBERS[member][0],
        "avatar_url": None,
    }


def participant(member: int) -> int:
    """The id of a member as one who takes part in a chat."""
    return 800_000 + member
