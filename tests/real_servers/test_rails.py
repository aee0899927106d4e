"""Circle's upload half is Rails' own ActiveStorage: the practice service and the program, held to the real one."""

import pytest

from tests.real_servers.rails_cases import CASES, Case, Side
from tests.real_servers.rails_server import Rails
from tests.real_servers.sides import send
from uploader_gui.practice import SAMPLES, PracticeService


def of_rails(rails: Rails, service: str) -> Side:
    """Rails with one of its services."""

    def attach(signed_id: str) -> str:
        return {201: "attached", 404: "not found", 422: "not uploaded"}[rails.resolve(signed_id=signed_id).status_code]

    return Side(base=rails.base(service), token=rails.token, attach=attach)


def of_practice(practice: PracticeService) -> Side:
    """The practice service, where attaching is a chat message."""
    token = practice.account("circle")["access_token"]
    base = practice.base("circle")

    def attach(signed_id: str) -> str:
        url = f"{base}/api/headless/v1/messages/{SAMPLES['circle']['room']}/chat_room_messages"
        body = {"rich_text_body": {"attachments": [signed_id], "body": {"type": "doc", "content": []}}}
        answer = send("POST", url, json=body, headers={"Authorization": f"Bearer {token}"})
        return {202: "attached", 404: "not found", 422: "not uploaded"}[answer.status_code]

    return Side(base=base, token=token, attach=attach)


every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@pytest.mark.parametrize("service", ["disk", "s3"])
@every_case
def test_rails(case: Case, service: str, rails: Rails) -> None:
    """Rails answers as the case says: the cases are right."""
    assert case.do(of_rails(rails, service)) == case.expected(service)


@every_case
def test_practice(case: Case, practice: PracticeService) -> None:
    """The practice service answers as Rails on S3 does, or as the case says of it and why."""
    assert case.do(of_practice(practice)) == case.expected("practice")
