"""Circle's protocol: what each call takes, refuses and answers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SAMPLES, PracticeService

S = SAMPLES["circle"]
API = "/api/headless/v1"
ROOM = f"{API}/messages/{S['room']}/chat_room_messages"
POSTS = f"{API}/spaces/{S['space']}/posts"
IMAGES = f"{API}/spaces/{S['image_space']}/images/posts"
Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]


def rich(text: str) -> dict[str, Any]:
    """A rich text of one paragraph."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"body": {"type": "doc", "content": [paragraph]}}


def refused(answer: httpx.Response) -> int:
    """The status of an error that has Circle's shape."""
    body = answer.json()
    assert body["success"] is False
    assert {*body} == {"success", "message", "error_details"}
    return answer.status_code


@pytest.mark.parametrize("way", [1, 2])
def test_tokens(practice: PracticeService, later: Callable[[float], None], way: int) -> None:
    """A headless token becomes a member's token for an hour, and a refresh token a new one for a month."""
    account = practice.account("circle", way)
    base, headless = practice.base("circle"), {"Authorization": f"Bearer {account['headless_token']}"}
    named: dict[str, Any] = {"email": account.get("email")}
    if way == 2:
        named = {"community_member_id": int(account["community_member_id"])}
    granted = httpx.post(f"{base}/api/v1/headless/auth_token", headers=headless, json=named).json()

    def me(token: str) -> httpx.Response:
        return httpx.get(f"{base}{API}/community_member", headers={"Authorization": f"Bearer {token}"})

    assert me(granted["access_token"]).json()["name"] == "Ann Lee"
    assert granted["access_token_expires_at"] == "2027-01-15T09:00:00.000Z"
    later(3600)
    assert me(granted["access_token"]).json()["message"] == "The access token is expired."
    renew = {"refresh_token": granted["refresh_token"]}
    url = f"{base}/api/v1/headless/access_token/refresh"
    renewed = httpx.patch(url, headers=headless, json=renew).json()
    assert me(renewed["access_token"]).status_code == 200
    later(31 * 24 * 3600)
    assert refused(httpx.patch(url, headers=headless, json=renew)) == 401
    assert refused(httpx.patch(url, headers=headless, json={"refresh_token": "no"})) == 401


def test_tokens_refused(practice: PracticeService, api: Api) -> None:
    """A wrong token, a token of the other kind, and an unclear member are refused."""
    assert api("circle").get(f"{API}/community_member").json()["email"] == "ann@acmesales.example"
    base, account = practice.base("circle"), practice.account("circle", 1)
    headless = {"Authorization": f"Bearer {account['headless_token']}"}
    assert refused(httpx.get(f"{base}{API}/spaces", headers=headless)) == 401
    assert httpx.get(f"{base}{API}/spaces").json()["message"] == "The access token is not found."
    exchange = f"{base}/api/v1/headless/auth_token"
    assert refused(api("circle").post("/api/v1/headless/auth_token", json={"email": account["email"]})) == 401
    assert refused(httpx.post(exchange, headers=headless, json={"email": "who@example.com"})) == 404
    assert refused(httpx.post(exchange, headers=headless, json={"community_member_id": "42001"})) == 404
    assert refused(httpx.post(exchange, headers=headless, json={})) == 422
    assert refused(httpx.post(exchange, headers=headless, json={"email": "a", "community_member_id": 1})) == 422


@pytest.mark.parametrize(
    "change",
    [
        {"key": None},
        {"filename": ""},
        {"filename": "a\r\nb"},
        {"content_type": 5},
        {"byte_size": "5"},
        {"byte_size": -1},
        {"byte_size": True},
        {"byte_size": 6 * 2**30},
        {"checksum": None},
    ],
)
def test_blob_fields(api: Api, change: dict[str, Any]) -> None:
    """Every field of a blob is asked for."""
    blob = {"key": "", "filename": "a", "content_type": "text/plain", "byte_size": 5, "checksum": "AAAA"} | change
    assert refused(api("circle").post(f"{API}/direct_uploads", json={"blob": blob})) == 422
    assert refused(api("circle").post(f"{API}/direct_uploads", json={})) == 400


def test_chat_message(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A chat takes several files, answers 202, and shows them by their signed ids."""
    files = [upload("circle", b"one", name="a b.txt"), upload("circle", b"two", name="ü.txt")]
    ids = [each["signed_id"] for each in files]
    answer = api("circle").post(ROOM, json={"rich_text_body": {**rich("hi"), "attachments": ids}})
    assert answer.status_code == 202
    assert {*answer.json()} == {"creation_uuid", "sent_at"}
    listed = api("circle").get(ROOM, params={"page": 1, "per_page": 60}).json()
    shown = listed["records"][0]["rich_text_body"]["attachments"]
    assert [(each["signed_id"], each["filename"]) for each in shown] == [*zip(ids, ["a b.txt", "ü.txt"], strict=True)]
    assert listed["has_next_page"] is False
    [attachment] = practice.world.attachments("circle")
    assert (attachment.kind, attachment.record_name, attachment.text) == ("chat_message", "General", "hi")
    assert [file.name for file in attachment.files] == ["a b.txt", "ü.txt"]
    download = httpx.get(shown[1]["url"])
    assert download.content == b"two"
    assert "attachment;" in download.headers["Content-Disposition"]


def test_signed_ids(api: Api, sign: Upload, upload: Upload) -> None:
    """A signed id that was changed, is an sgid, or names bytes that never came, is refused."""

    def say(signed_id: Any) -> int:
        return refused(api("circle").post(ROOM, json={"rich_text_body": {**rich("hi"), "attachments": [signed_id]}}))

    good = upload("circle")
    assert say("x" + good["signed_id"]) == 404
    assert say(good["signed_id"][:-1] + "z") == 404
    assert say(good["attachable_sgid"]) == 404
    assert say(None) == 404
    assert say(sign("circle", b"never")["signed_id"]) == 422


def test_post(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A post takes a cover image whose address ends with the file's name."""
    client = api("circle")
    cover = upload("circle", name="cover.png", kind="image/png")["signed_id"]
    body = {"name": "Title", "cover_image": cover, "tiptap_body": rich("text")}
    made = client.post(POSTS, json=body)
    assert made.status_code == 201
    listed = client.get(POSTS, params={"page": 1, "per_page": 60}).json()["records"][0]
    assert (listed["id"], listed["name"]) == (made.json()["id"], "Title")
    assert listed["cover_image_url"].endswith("/cover.png")
    assert practice.world.attachments()[0].text == "Title\ntext"
    text = upload("circle")["signed_id"]
    assert refused(client.post(POSTS, json={**body, "cover_image": text})) == 422
    assert refused(client.post(POSTS, json={"name": ""})) == 422
    assert refused(client.post(POSTS, json={"name": "T", "tiptap_body": "text"})) == 422
    assert refused(client.post(f"{API}/spaces/{S['closed_space']}/posts", json=body)) == 403
    assert refused(client.post(f"{API}/spaces/1/posts", json=body)) == 404
    assert refused(client.post(f"{API}/spaces/{S['image_space']}/posts", json=body)) == 422


def test_image_post(practice: PracticeService, api: Api, upload: Upload) -> None:
    """An image post belongs in an image space and needs each image's width and height."""
    client = api("circle")
    image = {"signed_id": upload("circle", kind="image/png")["signed_id"], "width": 10, "height": 20}

    def post(images: Any, path: str = IMAGES) -> httpx.Response:
        return client.post(path, json={"name": "T", "gallery_attributes": {"images_attributes": images}})

    assert post([image, image]).status_code == 201
    assert len(practice.world.attachments()[0].files) == 2
    wrongs: list[Any] = [[], {}, [{**image, "width": None}], [{**image, "height": 0}], [{**image, "height": "20"}]]
    for wrong in wrongs:
        assert refused(post(wrong)) == 422
    assert refused(post([image], f"{API}/spaces/{S['space']}/images/posts")) == 422


def test_avatar(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A profile picture set twice is one picture."""
    client = api("circle")
    picture = upload("circle", name="me.png", kind="image/png")["signed_id"]
    for _ in range(2):
        changed = client.put(f"{API}/profile", json={"community_member": {"avatar": picture}}).json()
        assert changed["avatar_url"].endswith("/me.png")
    assert [each.kind for each in practice.world.attachments()] == ["avatar"]
    assert refused(client.put(f"{API}/profile", json={})) == 400


def test_lists(api: Api) -> None:
    """Spaces come as a plain list, rooms and messages page by page, newest first."""
    client = api("circle")
    spaces = {str(each["id"]): each for each in client.get(f"{API}/spaces").json()}
    assert spaces[S["image_space"]]["space_type"] == "image"
    assert spaces[S["closed_space"]]["is_post_disabled"] is True
    rooms = client.get(f"{API}/messages", params={"page": 1, "per_page": 1}).json()
    assert rooms["records"][0]["chat_room"]["uuid"] == S["room"]
    assert rooms["has_next_page"] is True
    for text in ("first", "second"):
        assert client.post(ROOM, json={"rich_text_body": rich(text)}).status_code == 202
    page = client.get(ROOM, params={"page": 2, "per_page": 1}).json()
    assert (page["count"], page["has_next_page"]) == (2, False)
    assert page["records"][0]["rich_text_body"]["body"] == rich("first")["body"]
    assert refused(client.get(ROOM, params={"page": "x"})) == 400
    assert refused(client.post(ROOM, json={"rich_text_body": {}})) == 422
    assert refused(client.post(ROOM.replace(S["room"], "nowhere"), json={"rich_text_body": rich("hi")})) == 404
