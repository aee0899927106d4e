"""What Circle's posts and chats have in common: pages, and rich text."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import answer, page_of, whole_number
from uploader_gui.practice.circle_blobs import circle_refuse, unprocessable

Item = dict[str, Any]

_PARAGRAPHS = 100


def listing(request: web.Request, records: Sequence[Mapping[str, Any]], *, most: int | None = None) -> web.Response:
    """A list cut by `page` and `per_page`; at most `most` records at once."""
    size = whole_number(request.query.get("per_page"), default=20, least=1, most=100)
    number = whole_number(request.query.get("page"), default=1, least=1, most=10**6)
    if size is None or number is None:
        circle_refuse(400, "page and per_page must be whole numbers; at most 100 per page.")
    size = min(size, most or size)
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


def window(request: web.Request, records: Sequence[Mapping[str, Any]], *, most: int | None = None) -> web.Response:
    """The records, oldest first, around the one whose `id` is named, else around the newest.

    The specification does not say whether the named one is among them. It is: else the newest would never be seen.

    Args:
        request: Says how many before it (`previous_per_page`) and after it (`next_per_page`).
        records: All of them, oldest first.
        most: As many before and after it at most.
    """
    query = request.query
    before = whole_number(query.get("previous_per_page"), default=20, most=100)
    after = whole_number(query.get("next_per_page"), default=20, most=100)
    named = whole_number(query.get("id"), default=records[-1]["id"] if records else 0, most=10**9)
    if before is None or after is None or named is None:
        circle_refuse(400, "id, previous_per_page and next_per_page must be whole numbers; at most 100.")
    at = sum(each["id"] < named for each in records)
    start = max(0, at - min(before, most or before))
    end = at + 1 + min(after, most or after)
    shown = records[start:end]
    return answer(
        {
            "id": named,
            "has_previous_page": start > 0,
            "has_next_page": end < len(records),
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
            "total_count": len(records),
            "records": shown,
        }
    )


def paragraph(text: str) -> Item:
    """The rich text of these words."""
    inside = [{"type": "text", "text": text}] if text else []
    return {"body": {"type": "doc", "content": [{"type": "paragraph", "content": inside}]}}


def words(rich: Any) -> str:
    """The words of a rich text; if there is one it must be {"body": {"type": "doc", "content": [paragraphs]}}."""
    if rich is None:
        return ""
    body = rich.get("body") if isinstance(rich, dict) else None
    content = body.get("content", []) if isinstance(body, dict) and body.get("type") == "doc" else None
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        unprocessable("The text is not valid.", {"body": ["must be a doc with a list of nodes"]})
    inside = [node for each in content[:_PARAGRAPHS] for node in each.get("content") or [] if isinstance(node, dict)]
    return " ".join(str(node["text"]) for node in inside if node.get("type") == "text" and node.get("text"))
