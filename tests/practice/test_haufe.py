"""Haufe Copilot's protocol: what each call takes, refuses and answers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SAMPLES, VIRUS, PracticeService

S = SAMPLES["haufe"]
MESSAGES = f"/v1/threads/{S['thread']}/messages"
Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]


def message(file: str) -> dict[str, Any]:
    """A message with a file."""
    return {"role": "user", "content": "hi", "attachments": [{"file_id": file}]}


def test_check(practice: PracticeService, api: Api) -> None:
    """The key is asked for everywhere; a user id must be a UUID."""
    assert S["assistant"] in [each["id"] for each in api("haufe").get("/v1/assistants").json()["items"]]
    url = practice.base("haufe") + "/v1/assistants"
    wrong = httpx.get(url, headers={"api-key": "no"})
    assert (wrong.status_code, wrong.json()["error_code"]) == (401, "unauthorized")
    key = practice.account("haufe")["api_key"]
    assert httpx.get(url, headers={"api-key": key}).status_code == 200
    bad = httpx.get(url, headers={"api-key": key, "user-id": "ann"})
    assert (bad.status_code, bad.json()["detail"][0]["loc"]) == (422, ["header", "user-id"])
    without = httpx.get(practice.base("haufe") + "/v1/files/signed-url?filename=a.txt", headers={"api-key": key})
    assert without.status_code == 422


def test_flow(
    practice: PracticeService, api: Api, sign: Upload, transfer: Upload, later: Callable[[float], None]
) -> None:
    """A file is refused until it is stored and processed, and then attached once to a thread."""
    client = api("haufe")
    signed = sign("haufe", b"")
    assert signed["expires_in"] == 600
    assert signed["file_limits"]["max_size"] == 10 * 2**20
    assert len(signed["file_limits"]["allowed_types"]) == 5
    status = f"/v1/files/{signed['file_id']}/status"
    assert (client.get(status).status_code, client.get(status).json()["error_code"]) == (409, "conflict")
    assert client.post(MESSAGES, json=message(signed["file_id"])).status_code == 409
    transfer("haufe", signed, b"hello")
    assert client.get(status).json()["processing_status"] == "PROCESSING"
    assert client.get(status).json()["processing_steps"][0]["status"] == "ANTIVIRUS_SCANNING"
    assert client.post(MESSAGES, json=message(signed["file_id"])).status_code == 409
    later(0.31)
    done = client.get(status).json()
    assert done["processing_status"] == "PROCESSED"
    assert done["warnings"] == {"empty": False, "infected": False, "length": False}
    made = client.post(MESSAGES, json=message(signed["file_id"])).json()
    listed = client.get(MESSAGES, params={"limit": 100}).json()
    assert listed["cursor"] is None
    assert listed["items"][0]["id"] == made["id"]
    assert listed["items"][0]["attachments"] == [{"file_id": signed["file_id"], "filename": "a.txt"}]
    [attachment] = practice.world.attachments("haufe")
    assert (attachment.record, attachment.record_name, attachment.text) == (S["thread"], "Parental leave", "hi")
    again = client.post(MESSAGES, json=message(signed["file_id"]))
    assert (again.status_code, again.json()["error_code"]) == (409, "attachment_not_unique")


@pytest.mark.parametrize("cut", [0, 1, 7, len(VIRUS)])
def test_infected(api: Api, upload: Upload, later: Callable[[float], None], cut: int) -> None:
    """The virus scan finds its marker wherever it lies, also across blocks of the transfer."""
    content = b"x" * (2**20 - cut) + VIRUS + b"x" * 100
    made = upload("haufe", content)["file_id"]
    later(1)
    client = api("haufe")
    assert client.get(f"/v1/files/{made}/status").json()["warnings"]["infected"] is True
    assert client.post(MESSAGES, json=message(made)).status_code == 409


@pytest.mark.parametrize(("content", "kind"), [(b"x" * (10 * 2**20 + 1), "text/plain"), (b"x", "image/png")])
def test_limits(api: Api, sign: Upload, later: Callable[[float], None], content: bytes, kind: str) -> None:
    """Storage takes what is too large or of another type, and processing refuses it."""
    signed = sign("haufe", b"", name="a.png" if kind == "image/png" else "a.txt")
    assert httpx.put(signed["file_url"], content=content, headers={"Content-Type": kind}).status_code == 200
    later(1)
    status = api("haufe").get(f"/v1/files/{signed['file_id']}/status")
    assert (status.status_code, status.json()["error_code"]) == (400, "attachment_document_raised_an_error")
    assert api("haufe").post(MESSAGES, json=message(signed["file_id"])).status_code == 400


def test_whose_file(api: Api, upload: Upload, later: Callable[[float], None]) -> None:
    """Another user's file is forbidden, an unknown one is not found, an unkept one is gone after 24 hours."""
    client = api("haufe")
    made = upload("haufe")["file_id"]
    later(1)
    other = {"user-id": "497f6eca-6276-4993-bfeb-53cbbbba6f08"}
    assert client.get(f"/v1/files/{made}/status", headers=other).json()["error_code"] == "attachment_access_forbidden"
    assert client.get("/v1/files/nothing/status").status_code == 404
    signed = client.get("/v1/files/signed-url", params={"filename": "a.txt", "persist": "false"}).json()
    httpx.put(signed["file_url"], content=b"hello", headers={"Content-Type": "text/plain"})
    later(24 * 3600)
    assert client.get(f"/v1/files/{signed['file_id']}/status").status_code == 404
    assert client.get(f"/v1/files/{made}/status").status_code == 200


def test_threads(practice: PracticeService, api: Api, upload: Upload, later: Callable[[float], None]) -> None:
    """A new thread is on top of the list, page by page, and takes a file."""
    client, user = api("haufe"), practice.account("haufe")["user_id"]
    made = client.post("/v1/threads", json={"assistant_id": S["assistant"], "user_id": user, "title": "New"}).json()
    first = client.get("/v1/threads", params={"user_id": user, "limit": 2}).json()
    assert first["items"][0]["id"] == made["id"]
    second = client.get("/v1/threads", params={"user_id": user, "limit": 2, "cursor": first["cursor"]}).json()
    assert len(second["items"]) == 2
    assert second["cursor"] is None
    file = upload("haufe")["file_id"]
    later(1)
    assert client.post(f"/v1/threads/{made['id']}/messages", json=message(file)).status_code == 200
    assert practice.world.attachments()[0].record_name == "New"
    for body, status in (
        ({}, 422),
        ({"assistant_id": "no"}, 404),
        ({"assistant_id": S["assistant"], "user_id": 1}, 422),
    ):
        assert client.post("/v1/threads", json=body).status_code == status


def test_messages(api: Api, upload: Upload, later: Callable[[float], None]) -> None:
    """A message needs a role and a text, and at most one file."""
    client = api("haufe")
    file = upload("haufe")["file_id"]
    later(1)
    for change, status in (
        ({"role": "boss"}, 422),
        ({"content": None}, 422),
        ({"attachments": file}, 422),
        ({"attachments": [file]}, 422),
        ({"attachments": [{"file_id": file}] * 2}, 409),
        ({"attachments": [{"file_id": "nothing"}]}, 404),
    ):
        assert client.post(MESSAGES, json=message(file) | change).status_code == status
    assert client.post("/v1/threads/nothing/messages", json=message(file)).status_code == 404
    assert client.post(MESSAGES, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
