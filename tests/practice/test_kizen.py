"""Kizen's protocol: what each call takes, refuses and answers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from uploader_gui.practice import SAMPLES, PracticeService

S = SAMPLES["kizen"]
RECORD = f"/api/records/{S['object']}/{S['record']}"
Api = Callable[..., httpx.Client]
Upload = Callable[..., Any]


def test_check(practice: PracticeService, api: Api) -> None:
    """All three headers are needed, and all must be right."""
    url = practice.base("kizen") + "/api/custom-objects"
    assert api("kizen").get("/api/custom-objects", params={"page_size": 1}).json()["next"]
    headers = dict(api("kizen").headers)
    for name in ("x-api-key", "x-business-id", "x-user-id"):
        missing = httpx.get(url, headers={key: value for key, value in headers.items() if key != name})
        assert (missing.status_code, missing.json()) == (401, {"code": "missing_business_context"})
        assert httpx.get(url, headers={**headers, name: "wrong"}).status_code == 401


def test_sign(api: Api) -> None:
    """All three values are asked for and a source must be one of the list; errors are an object under `detail`."""
    ask = {"contenttype": "text/plain", "filename": "a.txt", "source": "field_value"}
    for change, field in (
        ({"source": "elsewhere"}, "source"),
        ({"filename": ""}, "filename"),
        ({"source": "public_image"}, "contenttype"),
    ):
        answer = api("kizen").get("/api/s3/presigned-post", params=ask | change)
        assert (answer.status_code, [*answer.json()["detail"]]) == (400, [field])
    signed = api("kizen").get("/api/s3/presigned-post", params=ask).json()
    assert {*signed} == {"url", "fields", "s3object_id", "max_file_size", "expires_at"}
    assert signed["expires_at"] == "2027-01-15T08:05:00.000Z"
    assert signed["max_file_size"] == 10_000_000


def test_form(sign: Upload, transfer: Upload, code: Callable[..., Any], later: Callable[[float], None]) -> None:
    """Storage enforces the size that the answer names, and the five minutes."""
    signed = sign("kizen", b"")
    assert code(transfer("kizen", signed, b"x" * 10_000_001)) == (400, "EntityTooLarge")
    assert transfer("kizen", signed, b"x" * 10_000_000).status_code == 204
    later(300)
    assert code(transfer("kizen", signed, b"x")) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("change", "source", "field"),
    [
        ({"uuid": "no"}, "field_value", "uuid"),
        ({"key": "no"}, "field_value", "key"),
        ({"etag": "no"}, "field_value", "etag"),
        ({"etag": '"5d41402abc4b2a76b9719d911017c592"'}, "field_value", "etag"),
        ({"is_public": "maybe"}, "field_value", "is_public"),
        ({}, "knowledge_source", "source"),
    ],
)
def test_confirm_must_match(
    api: Api, sign: Upload, transfer: Upload, change: dict[str, str], source: str, field: str
) -> None:
    """What is confirmed must be what is stored, and for the purpose it was signed for."""
    signed = sign("kizen", b"hello")
    form = {"uuid": signed["s3object_id"], "key": signed["fields"]["key"], "etag": "5d41402abc4b2a76b9719d911017c592"}
    client = api("kizen")
    early = client.post("/api/s3/success", params={"source": "field_value"}, data=form)
    assert (early.status_code, [*early.json()]) == (400, ["key"])
    transfer("kizen", signed, b"hello")
    wrong = client.post("/api/s3/success", params={"source": source}, data=form | change)
    assert (wrong.status_code, [*wrong.json()]) == (400, [field])
    as_json = client.post("/api/s3/success", params={"source": "field_value"}, json=form)
    assert as_json.status_code == 415
    right = client.post("/api/s3/success", params={"source": "field_value"}, data=form).json()
    assert (right["id"], right["size_bytes"], right["is_public"]) == (signed["s3object_id"], 5, False)


def test_record_field(practice: PracticeService, api: Api, sign: Upload, upload: Upload) -> None:
    """A PATCH replaces a field's files; only confirmed files of the right source are taken."""
    client = api("kizen")
    first, second = upload("kizen", b"one")["id"], upload("kizen", b"two", name="b.txt")["id"]

    def patch(value: Any, name: str = S["field"]) -> httpx.Response:
        return client.patch(RECORD, json={"fields": [{"name": name, "value": value}]})

    assert patch([first]).status_code == 200
    assert patch([first, second]).status_code == 200
    record = client.get(RECORD).json()
    assert (record["id"], record["name"]) == ("rec_ann", "Ann Lee")
    assert {"name": S["field"], "field_type": "files", "value": [first, second]} in record["fields"]
    assert [[file.name for file in each.files] for each in practice.world.attachments()] == [["a.txt"], ["b.txt"]]
    assert practice.world.attachments()[0].record_name == "Ann Lee"
    unconfirmed = sign("kizen", b"")["s3object_id"]
    import_file = upload("kizen", source="smart_connector_import")["id"]
    for value, code in (
        (["nothing"], "does_not_exist"),
        ([unconfirmed], "does_not_exist"),
        ([import_file], "invalid_source"),
        (first, "invalid"),
        ([first, first], "invalid"),
    ):
        answer = patch(value)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert patch([first], "name").status_code == 400
    assert client.get(RECORD).json() == record


def test_delete(api: Api, sign: Upload, upload: Upload) -> None:
    """A confirmed file is deleted for good; one that was only signed is no file yet, and once gone it is not found."""
    signed = sign("kizen", b"hello")
    assert api("kizen").delete(f"/api/files/{signed['s3object_id']}").status_code == 404
    made = upload("kizen", b"hello")["id"]
    assert api("kizen").get(f"/api/files/{made}").status_code == 200
    assert api("kizen").delete(f"/api/files/{made}").status_code == 204
    assert api("kizen").get(f"/api/files/{made}").status_code == 404
    assert api("kizen").delete(f"/api/files/{made}").status_code == 404


def test_smart_connector(practice: PracticeService, api: Api, upload: Upload) -> None:
    """A smart connector takes one confirmed import file; the same file again changes nothing."""
    client, path = api("kizen"), f"/api/smart-connectors/{S['connector']}"
    file = upload("kizen", source="smart_connector_import")["id"]
    for _ in range(2):
        assert client.patch(path, json={"source_file_id": file}).json()["source_file_id"] == file
    assert client.get(path).json()["source_file_id"] == file
    assert [each.kind for each in practice.world.attachments()] == ["connector_input"]
    assert client.patch(path, json={"source_file_id": upload("kizen")["id"]}).status_code == 400
    assert client.patch(path, json={}).status_code == 400


def test_public_image(practice: PracticeService, api: Api, sign: Upload, transfer: Upload) -> None:
    """A public image is read by anybody at its address; other files need the account or the page's token."""
    for source, public in (("public_image", True), ("field_value", False)):
        signed = sign("kizen", b"hello", name="a.png", kind="image/png", source=source)
        etag = transfer("kizen", signed, b"hello").headers["ETag"].strip('"')
        form = {"uuid": signed["s3object_id"], "key": signed["fields"]["key"], "etag": etag}
        form["is_public"] = str(public).lower()
        url = api("kizen").post("/api/s3/success", params={"source": source}, data=form).json()["url"]
        assert httpx.get(url).status_code == (200 if public else 401)
        assert httpx.get(url, params={"token": practice.token}).content == b"hello"
        assert api("kizen").get(url).headers["Content-Type"] == "image/png"


def test_lists(api: Api) -> None:
    """Objects, fields, records and connectors can be found, page by page."""
    client = api("kizen")
    page = client.get("/api/custom-objects", params={"page_size": 2, "page": 1}).json()
    assert page["results"][0]["object_name"] == S["object"]
    assert len(client.get(page["next"]).json()["results"]) == 1
    assert client.get("/api/custom-objects", params={"page": 9}).status_code == 404
    fields = client.get(f"/api/custom-objects/{S['object']}/fields").json()
    assert S["field"] in [each["name"] for each in fields if each["field_type"] == "files"]
    query = {"query": [], "and": True, "field_names": ["name"]}
    found = client.post(f"/api/records/{S['object']}/search", params={"search": "ann"}, json=query).json()
    assert found["results"][0]["id"] == S["record"]
    assert client.post("/api/records/nothing/search", json=query).status_code == 404
    assert client.get(f"/api/records/deals/{S['record']}").status_code == 404
    assert client.get("/api/smart-connectors", params={"page_size": 100}).json()["results"][0]["id"] == S["connector"]
    assert client.get("/api/smart-connectors/nothing").json() == {"detail": "Not found."}
