"""The practice service serves clients that are not ours: what works there works with what the vendors publish.

`requests` and the vendor's own `closeio` as Close's page shows them, requests as Kizen's, Haufe's and Circle's pages
describe it, and Rails' own upload client in a browser's stead. boto3's signatures are held to it in test_storage.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from closeio_api import APIError, Client, ValidationError

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import node_packages

from tests.cli.harness import attached, print_of
from tests.contract.cases import picture
from tests.real_servers.rails_server import Rails
from tests.real_servers.running import not_run, program
from uploader_gui.practice import SAMPLES, PracticeService

ROOT = Path(__file__).resolve().parents[2]
LEAD = SAMPLES["close"]["lead"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a name that is no plain one."""
    path = tmp_path / "Größe 契約.pdf"
    path.write_bytes(b"%PDF-1.7\r\n\0" + os.urandom(100_000))
    return path


# ------------------------------------------------------------------------------------------------------------ Close
@pytest.fixture
def close(practice: PracticeService) -> Client:
    """Close's own client. Its address can only be changed after it is made."""
    client = Client(practice.account("close")["api_key"])
    client.base_url = f"{practice.base('close')}/"
    return client


def test_closes_sample(close: Client, practice: PracticeService, file: Path) -> None:
    """Close's own client asks for a form, requests sends it, and the file is on the email: as Close's page shows it."""
    signed = close.post("files/upload", {"filename": file.name, "content_type": "application/pdf"})
    with file.open("rb") as content:
        stored = requests.post(
            signed["upload"]["url"],
            data=signed["upload"]["fields"],
            files={"file": (file.name, content, "application/pdf")},
            timeout=10,
        )
    assert stored.status_code == 201
    attachment = {
        "url": signed["download"]["url"],
        "filename": file.name,
        "size": file.stat().st_size,
        "content_type": "application/pdf",
    }
    email = close.post(
        "activity/email",
        data={"attachments": [attachment], "lead_id": LEAD, "status": "draft", "direction": "outgoing"},
    )
    assert [list(files) for files in attached(practice, "close")] == [[print_of(file)]]
    again = close.get(f"activity/email/{email['id']}")
    assert [one["filename"] for one in again["attachments"]] == [file.name]
    assert not practice.errors


def test_closes_client_understands_the_errors(close: Client, practice: PracticeService) -> None:
    """Close's own client reads the practice service's refusals as it reads Close's: by field, or by status."""
    with pytest.raises(ValidationError) as invalid:
        close.post("files/upload", {"filename": "a.pdf"})
    assert invalid.value.field_errors == {"content_type": "This field is required."}
    address = "https://elsewhere.test/a.pdf"
    with pytest.raises(ValidationError) as unknown:
        close.post("activity/note", {"lead_id": LEAD, "attachments": [{"url": address, "filename": "a.pdf"}]})
    assert "url: Must begin with" in unknown.value.field_errors["attachments"]
    with pytest.raises(APIError) as missing:
        close.get("lead/lead_nobody")
    assert missing.value.response.status_code == 404
    stranger = Client("api_wrong")
    stranger.base_url = f"{practice.base('close')}/"
    with pytest.raises(APIError) as refused:
        stranger.get("me")
    assert refused.value.response.status_code == 401


# ------------------------------------------------------------------------------------------------------------ Kizen
def test_kizens_steps(practice: PracticeService, file: Path) -> None:
    """Kizen's three steps, as its page numbers them, end with the File it describes."""
    account = practice.account("kizen")
    keys = {
        "X-API-KEY": account["api_key"],
        "X-BUSINESS-ID": account["business_id"],
        "X-USER-ID": account["user_id"],
    }
    base = practice.base("kizen")
    query = {"contenttype": "application/pdf", "filename": file.name, "source": "field_value"}
    signed = requests.get(f"{base}/api/s3/presigned-post", params=query, headers=keys, timeout=10).json()
    assert {"url", "s3object_id", "max_file_size", "expires_at"} <= set(signed)
    uuid.UUID(signed["s3object_id"])
    with file.open("rb") as content:
        stored = requests.post(signed["url"], data=signed["fields"], files={"file": content}, timeout=10)
    assert stored.status_code == 204
    told = requests.post(
        f"{base}/api/s3/success",
        params={"source": "field_value"},
        data={
            "uuid": signed["s3object_id"],
            "key": signed["fields"]["key"],
            "name": file.name,
            "etag": stored.headers["ETag"].strip('"'),
        },
        headers=keys,
        timeout=10,
    )
    assert told.status_code == 200, told.text
    documented = (
        "id created key name url thumbnail_url size_bytes size_formatted content_type is_public common_key is_common"
    )
    assert set(told.json()) == set(documented.split())
    assert (told.json()["name"], told.json()["size_bytes"]) == (file.name, file.stat().st_size)
    got = requests.get(told.json()["url"], headers=keys, timeout=10)
    assert got.content == file.read_bytes()
    assert not practice.errors


# ------------------------------------------------------------------------------------------------------------ Haufe
def test_haufes_steps(practice: PracticeService, file: Path) -> None:
    """Haufe's steps as its page tells them: an address, a PUT, asking until it is processed, a message with the id."""
    account = practice.account("haufe")
    keys = {"api-key": account["api_key"], "user-id": account["user_id"]}
    base = practice.base("haufe")
    practice.world.processing_seconds = 0
    signed = requests.get(
        f"{base}/v1/files/signed-url", params={"filename": file.name}, headers=keys, timeout=10
    ).json()
    assert set(signed) == {"expires_in", "file_id", "file_limits", "file_url"}
    assert set(signed["file_limits"]) == {"allowed_types", "max_size"}
    with file.open("rb") as content:
        stored = requests.put(signed["file_url"], data=content, headers={"Content-Type": "application/pdf"}, timeout=10)
    assert stored.status_code == 200
    status = requests.get(f"{base}/v1/files/{signed['file_id']}/status", headers=keys, timeout=10).json()
    assert status["processing_status"] == "PROCESSED"
    message = {"role": "user", "content": "See this.", "attachments": [{"file_id": signed["file_id"]}]}
    thread = SAMPLES["haufe"]["thread"]
    sent = requests.post(f"{base}/v1/threads/{thread}/messages", json=message, headers=keys, timeout=10)
    assert sent.ok, sent.text
    assert [list(files) for files in attached(practice, "haufe")] == [[print_of(file)]]
    assert not practice.errors


# ----------------------------------------------------------------------------------------------------------- Circle
def test_circles_sample(practice: PracticeService, file: Path) -> None:
    """Circle's sample, with requests in the place of fetch: a checksum, a PUT with the headers that came, a message."""
    content = file.read_bytes()
    checksum = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    # As the sample has it: with an empty key, and the size twice.
    blob = {
        "key": "",
        "filename": file.name,
        "byte_size": len(content),
        "checksum": checksum,
        "content_type": "application/pdf",
        "size": len(content),
    }
    keys = {"Authorization": f"Bearer {practice.account('circle')['access_token']}"}
    base = f"{practice.base('circle')}/api/headless/v1"
    signed = requests.post(f"{base}/direct_uploads", json={"blob": blob}, headers=keys, timeout=10).json()
    direct = signed["direct_upload"]
    stored = requests.put(direct["url"], data=content, headers=direct["headers"], timeout=10)
    assert stored.status_code == 200
    body = {"rich_text_body": {"attachments": [signed["signed_id"]], "body": {"type": "doc", "content": []}}}
    room = SAMPLES["circle"]["room"]
    sent = requests.post(f"{base}/messages/{room}/chat_room_messages", json=body, headers=keys, timeout=10)
    assert sent.status_code == 202, sent.text
    assert [list(files) for files in attached(practice, "circle")] == [[print_of(file)]]
    assert not practice.errors


def browser_upload(path: Path, address: str, token: str) -> Any:
    """Upload a PNG by Rails' own client in a browser's stead, and give the blob it got."""
    packages = node_packages.folder(ROOT)
    if not packages.exists():
        not_run("Rails' own upload client has not been fetched by npm")
    script = Path(__file__).parent / "browser" / "upload.cjs"
    words = [program("node"), script, packages, path, path.name, "image/png", address, token]
    answer = subprocess.run(list(map(str, words)), check=False, capture_output=True, text=True, timeout=60)
    assert (answer.returncode, answer.stderr) == (0, "")
    said = json.loads(answer.stdout)
    assert said["error"] is None
    return said["blob"]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A picture."""
    path = tmp_path / "Größe 契約 😀.png"
    path.write_bytes(picture(4, 3) + os.urandom(50_000))
    return path


def test_rails_client(practice: PracticeService, image: Path) -> None:
    """Rails' own upload client gets on with the practice service, and what it uploads can be attached."""
    token = practice.account("circle")["access_token"]
    base = f"{practice.base('circle')}/api/headless/v1"
    blob = browser_upload(image, f"{base}/direct_uploads", token)
    keys = {"Authorization": f"Bearer {token}"}
    body = {"community_member": {"avatar": blob["signed_id"]}}
    assert requests.put(f"{base}/profile", json=body, headers=keys, timeout=10).status_code == 200
    assert [list(files) for files in attached(practice, "circle")] == [[print_of(image)]]
    assert not practice.errors


def test_rails_client_with_rails(rails: Rails, image: Path) -> None:
    """The same client uploads to Rails itself in the same way: the test above is about the real thing."""
    blob = browser_upload(image, f"{rails.base('disk')}/api/headless/v1/direct_uploads", rails.token)
    found = rails.found(signed_id=blob["signed_id"])
    assert (found["filename"], found["byte_size"], found["md5"], found["sha256"]) == print_of(image)
