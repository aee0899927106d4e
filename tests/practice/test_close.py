"""Close's protocol: what each call takes, refuses and answers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SAMPLES, PracticeService

S = SAMPLES["close"]
Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]


def item(signed: Any, **more: Any) -> dict[str, Any]:
    """An attachment as activities take it."""
    return {"url": signed["download"]["url"], "filename": "a.txt", **more}


def why(answer: httpx.Response) -> dict[str, str]:
    """The fields that a 400 names."""
    assert answer.status_code == 400, answer.text
    fields = answer.json()["field-errors"]
    assert isinstance(fields, dict)
    return fields


def test_check(practice: PracticeService, api: Api) -> None:
    """The key's owner is named; a wrong key, a password and another scheme are refused."""
    me = api("close").get("/me/").json()
    assert (me["first_name"], me["last_name"], me["organizations"][0]["name"]) == ("Ann", "Lee", "Acme Sales")
    url, key = practice.base("close") + "/me/", practice.account("close")["api_key"]
    assert key.startswith("api_")
    assert [
        httpx.get(url, auth=("api_no", "")).status_code,
        httpx.get(url, auth=(key, "x")).status_code,
        httpx.get(url, headers={"Authorization": f"Bearer {key}"}).status_code,
        httpx.get(url).status_code,
    ] == [401] * 4
    assert "error" in httpx.get(url).json()


def test_note(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A note takes several files, shows them, and is attached exactly once with what really arrived."""
    first, second = upload("close", b"one", name="a.txt"), upload("close", b"two", name="b.txt")
    body = {"lead_id": S["lead"], "note": "hi", "attachments": [item(first), item(second) | {"filename": "b.txt"}]}
    made = api("close").post("/activity/note/", json=body).json()
    [attachment] = practice.world.attachments("close")
    assert (attachment.kind, attachment.record, attachment.record_name) == ("note", S["lead"], "Globex Corporation")
    assert (attachment.id, attachment.text) == (made["id"], "hi")
    assert [(file.name, file.size) for file in attachment.files] == [("a.txt", 3), ("b.txt", 3)]
    assert practice.world.unattached("close") == []
    listed = api("close").get("/activity/note/", params={"lead_id": S["lead"]}).json()
    assert [each["id"] for each in listed["data"]] == [made["id"]]
    kept = listed["data"][0]["attachments"][1]
    assert (kept["filename"], kept["size"], kept["content_type"]) == ("b.txt", 3, "text/plain")
    download = api("close").get(kept["url"])
    assert download.content == b"two"
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert httpx.get(kept["url"]).status_code == 401
    assert httpx.get(kept["url"], params={"token": practice.token}).content == b"two"


def test_files_that_cannot_be_attached(api: Api, sign: Upload, upload: Upload, later: Callable[[float], None]) -> None:
    """A file must have arrived, be of Close's own, and be younger than 24 hours."""
    client = api("close")

    def note(*items: Any) -> httpx.Response:
        return client.post("/activity/note/", json={"lead_id": S["lead"], "attachments": list(items)})

    assert "not been uploaded" in why(note(item(sign("close", b""))))["attachments"]
    assert "Must begin with" in why(note({"url": "https://example.com/a", "filename": "a"}))["attachments"]
    good = upload("close")
    unknown = good["download"]["url"].replace("/user_AnnLee/", "/user_AnnLee/x")
    assert "no such file" in why(note({"url": unknown, "filename": "a"}))["attachments"]
    assert "filename" in why(note({"url": good["download"]["url"]}))["attachments"]
    later(24 * 3600 - 1)
    assert note(item(good)).status_code == 200
    later(1)
    assert "expired" in why(note(item(good)))["attachments"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/activity/note/", {}, "lead_id"),
        ("/activity/note/", {"lead_id": "lead_nobody"}, "lead_id"),
        ("/activity/note/", {"lead_id": S["lead"], "contact_id": "cont_initech_bill"}, "contact_id"),
        ("/activity/note/", {"lead_id": S["lead"], "attachments": {}}, "attachments"),
        ("/activity/email/", {"lead_id": S["lead"]}, "status"),
        ("/activity/email/", {"lead_id": S["lead"], "status": "posted"}, "status"),
        ("/activity/email/", {"lead_id": S["lead"], "status": "outbox"}, "sender"),
        ("/activity/email/", {"lead_id": S["lead"], "status": "outbox", "sender": "Ann"}, "sender"),
        ("/activity/email/", {"lead_id": S["lead"], "status": "draft", "to": "a@b"}, "to"),
        ("/activity/sms/", {"lead_id": S["lead"], "status": "draft"}, "local_phone"),
        ("/activity/whatsapp_message/", {"lead_id": S["lead"]}, "activity_at"),
        ("/opportunity/", {"lead_id": S["lead"], "status_id": "stat_none"}, "status_id"),
        ("/files/upload/", {"filename": "a"}, "content_type"),
        ("/files/upload/", {"filename": "", "content_type": "text/plain"}, "filename"),
    ],
)
def test_refused_fields(api: Api, path: str, body: dict[str, Any], field: str) -> None:
    """A field that is missing or wrong is named in `field-errors`."""
    assert [*why(api("close").post(path, json=body))] == [field]


def test_emails(practice: PracticeService, api: Api, upload: Upload) -> None:
    """An email's files need their size; drafts need no sender, sending does."""
    signed = upload("close")
    body = {"lead_id": S["lead"], "status": "draft", "attachments": [item(signed)]}
    assert "size" in why(api("close").post("/activity/email/", json=body))["attachments"]
    body["attachments"] = [item(signed, size=5)]
    made = api("close").post("/activity/email/", json=body).json()
    assert api("close").get(f"/activity/email/{made['id']}/").json()["attachments"][0]["size"] == 5
    body |= {"status": "outbox", "sender": S["sender"]}
    assert api("close").post("/activity/email/", json=body).status_code == 200
    assert [each.kind for each in practice.world.attachments()] == ["email", "email"]


def test_existing_draft(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A PUT replaces the whole list: what is not named again is gone, and only what is new was attached."""
    client, path = api("close"), f"/activity/email/{S['email']}/"
    old = client.get(path).json()["attachments"]
    assert [each["filename"] for each in old] == ["terms.txt"]
    both = client.put(path, json={"attachments": [*old, item(upload("close"), size=5)]}).json()["attachments"]
    assert [each["filename"] for each in both] == ["terms.txt", "a.txt"]
    assert both[0]["url"] == old[0]["url"]
    assert "/go/file/persisted/" in both[1]["url"]
    [attachment] = practice.world.attachments()
    assert (attachment.record, attachment.record_name) == (S["email"], "Our offer")
    assert [file.name for file in attachment.files] == ["a.txt"]
    assert client.put(path, json={"attachments": both[1:]}).json()["attachments"] == both[1:]
    assert len(practice.world.attachments()) == 1
    assert client.put(f"/activity/email/{S['sent_email']}/", json={"attachments": []}).status_code == 400
    assert client.get("/activity/email/acti_none/").status_code == 404


def test_text_messages(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A text message takes the types that carriers take."""
    body = {"lead_id": S["lead"], "status": "draft", "local_phone": S["local_phone"]}
    for kind, status in (("image/png", 200), ("application/pdf", 200), ("application/zip", 400)):
        files = [item(upload("close", kind=kind), content_type=kind)]
        assert api("close").post("/activity/sms/", json={**body, "attachments": files}).status_code == status
    files = [item(upload("close"))]
    assert (
        "content_type" in why(api("close").post("/activity/sms/", json={**body, "attachments": files}))["attachments"]
    )
    assert len(practice.world.attachments()) == 2


def test_whatsapp(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A WhatsApp message takes 25 MB in all, and one message is logged once."""
    body = {
        "lead_id": S["lead"],
        "contact_id": S["contact"],
        "direction": "incoming",
        "external_whatsapp_message_id": "wamid.1",
        "local_phone": S["local_phone"],
        "remote_phone": S["remote_phone"],
        "message_markdown": "hi",
        "activity_at": "2026-11-20T10:00:00Z",
    }
    big = [item(upload("close", b"x" * 13_000_000), content_type="text/plain") for _ in range(2)]
    client = api("close")
    assert "25 MB" in why(client.post("/activity/whatsapp_message/", json={**body, "attachments": big}))["attachments"]
    assert client.post("/activity/whatsapp_message/", json={**body, "attachments": big[:1]}).status_code == 200
    assert [*why(client.post("/activity/whatsapp_message/", json=body))] == ["external_whatsapp_message_id"]
    assert [each.kind for each in practice.world.attachments()] == ["whatsapp_message"]


def test_opportunity(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A new opportunity takes files."""
    body = {"lead_id": S["lead"], "status_id": S["status"], "attachments": [item(upload("close"))]}
    assert api("close").post("/opportunity/", json=body).status_code == 200
    assert api("close").get("/opportunity/", params={"lead_id": S["lead"]}).json()["data"][0]["attachments"]
    assert practice.world.attachments()[0].kind == "opportunity"


def test_lists(api: Api) -> None:
    """Lists are newest first and cut by `_skip` and `_limit`; searches find by words and in any case."""
    client = api("close")
    for number in range(3):
        client.post("/activity/note/", json={"lead_id": S["lead"], "note": str(number)})
    page = client.get("/activity/note/", params={"lead_id": S["lead"], "_limit": 2, "_skip": 0}).json()
    assert ([each["note"] for each in page["data"]], page["has_more"]) == (["2", "1"], True)
    page = client.get("/activity/note/", params={"lead_id": S["lead"], "_limit": 2, "_skip": 2}).json()
    assert ([each["note"] for each in page["data"]], page["has_more"]) == (["0"], False)
    assert client.get("/activity/note/", params={"lead_id": "lead_acme"}).json()["data"] == []
    assert client.get("/activity/note/", params={"_limit": 1000}).status_code == 400
    found = client.get("/lead/", params={"query": "ACME kg", "_fields": "id,display_name"}).json()["data"]
    assert found == [{"id": "lead_acme", "display_name": "Acme GmbH & Co. KG"}]
    assert client.get("/lead/").json()["has_more"]
    assert client.get("/lead/lead_acme/", params={"_fields": "id"}).json() == {"id": "lead_acme"}
    assert client.get("/lead/nobody/").status_code == 404
    contacts = client.get("/contact/", params={"lead_id": S["lead"]}).json()["data"]
    assert contacts[0]["id"] == S["contact"]
    assert client.get(f"/contact/{S['contact']}/").json()["phones"][0]["phone"] == S["remote_phone"]
    assert client.get("/status/opportunity/").json()["data"][0]["id"] == S["status"]
    sender = client.get("/connected_account/").json()["data"][0]["identities"][0]
    assert f'"{sender["name"]}" <{sender["email"]}>' == S["sender"]
    drafts = [each for each in client.get("/activity/email/").json()["data"] if each["status"] == "draft"]
    assert len(drafts) == 3


def test_bodies(api: Api) -> None:
    """Broken JSON, another type and more than 1 MiB are refused in Close's shape."""
    client = api("close")
    head = {"Content-Type": "application/json"}
    for content, headers, status in (
        (b"{", head, 400),
        (b"[]", head, 400),
        (b"{}", {"Content-Type": "text/plain"}, 400),
        (b" " * (2**20 + 1), head, 413),
    ):
        answer = client.post("/activity/note/", content=content, headers=headers)
        assert answer.status_code == status
        assert {*answer.json()} & {"error", "errors"}


def test_form_lives_a_minute(
    sign: Upload, transfer: Upload, code: Callable[..., Any], later: Callable[[float], None]
) -> None:
    """Close's form is refused 60 seconds after it was signed."""
    signed = sign("close", b"hello")
    later(60)
    assert code(transfer("close", signed, b"hello")) == (403, "AccessDenied")
