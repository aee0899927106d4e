"""The lists in which a lost attach is looked for: they lag on demand, and their pages may be small."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SAMPLES, Fault, PracticeService

CLOSE, KIZEN = SAMPLES["close"], SAMPLES["kizen"]
ROOM = f"/api/headless/v1/messages/{SAMPLES['circle']['room']}/chat_room_messages"
POSTS = f"/api/headless/v1/spaces/{SAMPLES['circle']['space']}/posts"
MESSAGES = f"/v1/threads/{SAMPLES['haufe']['thread']}/messages"
RECORD = f"/api/records/{KIZEN['object']}/{KIZEN['record']}"
EMAIL = f"/activity/email/{CLOSE['email']}/"
LISTS = [
    ("close", "/activity/note/", {"lead_id": CLOSE["lead"], "note": "hi"}),
    ("close", "/activity/email/", {"lead_id": "lead_001", "status": "draft"}),
    ("close", "/activity/sms/", {"lead_id": CLOSE["lead"], "status": "draft", "local_phone": CLOSE["local_phone"]}),
    (
        "close",
        "/activity/whatsapp_message/",
        {
            "activity_at": "2027-01-15T08:00:00Z",
            "contact_id": CLOSE["contact"],
            "direction": "incoming",
            "external_whatsapp_message_id": "x",
            "lead_id": CLOSE["lead"],
            "local_phone": CLOSE["local_phone"],
            "message_markdown": "hi",
            "remote_phone": CLOSE["remote_phone"],
        },
    ),
    ("close", "/opportunity/", {"lead_id": CLOSE["lead"]}),
    ("haufe", MESSAGES, {"role": "user", "content": "hi"}),
    ("circle", ROOM, {"rich_text_body": {"body": {"type": "doc", "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]}}}),
    ("circle", POSTS, {"name": "hi"}),
]  # fmt: skip
Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]
Later = Callable[[float], None]


def listed(client: httpx.Client, path: str, body: dict[str, Any], **query: Any) -> list[Any]:
    """What a list holds that this body went to."""
    if "lead_id" in body:
        query["lead_id"] = body["lead_id"]
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    content = answer.json()
    found = content.get("data", content.get("items", content.get("records")))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("service", "path", "body"), LISTS, ids=lambda each: str(each)[:40])
def test_lists_lag(
    practice: PracticeService, api: Api, later: Later, service: str, path: str, body: dict[str, Any]
) -> None:
    """What was made is left out until the seconds have passed by the practice clock, however often one looks."""
    client = api(service)
    practice.misbehave(Fault(kind="lag", service=service, step="verify", times=0, seconds=5))
    assert client.post(path, json=body).is_success
    assert listed(client, path, body) == []
    later(4.5)
    assert listed(client, path, body) == []
    later(0.5)
    assert len(listed(client, path, body)) == 1


def test_lag_hits_looks_only(practice: PracticeService, api: Api) -> None:
    """It belongs to the step verify, hits as many looks as it says, and ends when told to behave."""
    client, body = api("close"), {"lead_id": CLOSE["lead"], "note": "hi"}
    practice.misbehave(Fault(kind="lag", times=2, seconds=5))
    assert client.post("/activity/note/", json=body).json()["note"] == "hi"
    assert [len(listed(client, "/activity/note/", body)) for _ in range(3)] == [0, 0, 1]
    practice.misbehave(Fault(kind="lag", times=0, seconds=5, skip=1))
    assert [len(listed(client, "/activity/note/", body)) for _ in range(3)] == [1, 0, 0]
    practice.behave()
    assert len(listed(client, "/activity/note/", body)) == 1


def test_what_was_always_there_does_not_lag(practice: PracticeService, api: Api) -> None:
    """The samples are in a list that lags, right after the start."""
    practice.misbehave(Fault(kind="lag", times=0, seconds=60))
    emails = api("close").get("/activity/email/", params={"lead_id": CLOSE["lead"]}).json()["data"]
    assert [each["id"] for each in emails] == [CLOSE["email"], CLOSE["sent_email"]]


def test_parts_lag(practice: PracticeService, api: Api, upload: Upload, later: Later) -> None:
    """A file that was added to an email or a record is not on it yet; the answer to the change shows it."""
    close, kizen = api("close"), api("kizen")
    old = close.get(EMAIL).json()["attachments"]
    new = {"url": upload("close")["download"]["url"], "filename": "a.txt", "size": 5}
    file = upload("kizen")["id"]
    practice.misbehave(Fault(kind="lag", times=0, seconds=5))

    def seen() -> tuple[int, list[str]]:
        fields = kizen.get(RECORD).json()["fields"]
        return len(close.get(EMAIL).json()["attachments"]), fields[1]["value"]

    assert len(close.put(EMAIL, json={"attachments": [*old, new]}).json()["attachments"]) == 2
    changed = kizen.patch(RECORD, json={"fields": [{"name": "documents", "value": [file]}]})
    assert changed.json()["fields"][1]["value"] == [file]
    assert seen() == (1, [])
    later(5)
    assert seen() == (2, [file])


def test_changes_lag(practice: PracticeService, api: Api, later: Later) -> None:
    """A change and a deletion do not show either until the seconds have passed."""
    client, body = api("close"), {"lead_id": CLOSE["lead"], "note": "hi"}
    note = client.post("/activity/note/", json=body).json()["id"]
    later(10)
    practice.misbehave(Fault(kind="lag", times=0, seconds=5))
    practice.edit("close", note, text="changed")
    assert listed(client, "/activity/note/", body)[0]["note"] == "hi"
    later(5)
    assert listed(client, "/activity/note/", body)[0]["note"] == "changed"
    practice.delete("close", note)
    assert len(listed(client, "/activity/note/", body)) == 1
    later(5)
    assert listed(client, "/activity/note/", body) == []


@pytest.mark.parametrize(("service", "path", "body"), LISTS, ids=lambda each: str(each)[:40])
def test_small_pages(practice: PracticeService, api: Api, service: str, path: str, body: dict[str, Any]) -> None:
    """A page holds no more than `page_size`, whatever is asked for, and the next one is reached the vendor's way."""
    client = api(service)
    for number in range(3):
        again = {**body, "external_whatsapp_message_id": str(number)} if "message_markdown" in body else body
        assert client.post(path, json=again).is_success
    everything = listed(client, path, body)
    practice.world.page_size = 2
    filters = {"lead_id": body["lead_id"]} if "lead_id" in body else {}
    first = {"close": {"_limit": 100, "_skip": 0}, "haufe": {"limit": 100}, "circle": {"page": 1, "per_page": 60}}
    one = client.get(path, params={**first[service], **filters}).json()
    then = {"close": {"_limit": 100, "_skip": 2}, "haufe": {"cursor": one.get("cursor")}, "circle": {"page": 2}}
    two = client.get(path, params={**then[service], **filters}).json()
    items = {"close": "data", "haufe": "items", "circle": "records"}[service]
    assert one[items] + two[items] == everything
    assert [len(one[items]), len(two[items])] == [2, 1]
    more = {"close": "has_more", "haufe": "cursor", "circle": "has_next_page"}[service]
    assert (bool(one[more]), bool(two[more])) == (True, False)


def test_other_lists_keep_their_pages(practice: PracticeService, api: Api) -> None:
    """Lists that are only chosen from are as long as ever."""
    practice.world.page_size = 1
    assert len(api("close").get("/contact/").json()["data"]) > 1
    assert len(api("circle").get("/api/headless/v1/messages").json()["records"]) > 1
    assert len(api("haufe").get("/v1/threads").json()["items"]) > 1


def test_windows_of_a_chat(practice: PracticeService, api: Api) -> None:
    """Around an id, as Circle's specification has it: by default the newest, backwards by the first id."""
    client, body = api("circle"), LISTS[6][2]
    empty = client.get(ROOM, params={"previous_per_page": 2}).json()
    assert (empty["records"], empty["has_previous_page"], empty["first_id"]) == ([], False, None)
    for _ in range(5):
        assert client.post(ROOM, json=body).status_code == 202
    ids = [each["id"] for each in listed(client, ROOM, {})][::-1]
    newest = client.get(ROOM, params={"previous_per_page": 2}).json()
    assert [each["id"] for each in newest["records"]] == ids[2:]
    assert (newest["has_previous_page"], newest["has_next_page"], newest["total_count"]) == (True, False, 5)
    assert (newest["first_id"], newest["last_id"]) == (ids[2], ids[4])
    before = client.get(ROOM, params={"id": newest["first_id"], "previous_per_page": 9, "next_per_page": 0}).json()
    assert [each["id"] for each in before["records"]] == ids[:3]
    assert (before["has_previous_page"], before["has_next_page"]) == (False, True)
    practice.world.page_size = 1
    small = client.get(ROOM, params={"previous_per_page": 100}).json()
    assert [each["id"] for each in small["records"]] == ids[3:]
    assert client.get(ROOM, params={"previous_per_page": "x"}).status_code == 400
