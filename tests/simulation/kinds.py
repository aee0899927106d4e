"""The targets that are played: those that add things, send, append, only store, or may be done twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uploader_gui.core.batch import Upload
from uploader_gui.engine.session import Account
from uploader_gui.services import catalogue, schema
from uploader_gui.services.flow import Flow, flow

_SERVICES: dict[str, schema.Service] = {
    **{name: catalogue.find(name) for name in ("close", "circle", "kizen")},
    "slow": catalogue.read_file(Path(__file__).parent / "slow.toml"),
}
_FIELDS: dict[str, Callable[[str], dict[str, str]]] = {
    "close": lambda who: {"api_key": who},
    "circle": lambda who: {"access_token": who},
    "kizen": lambda who: {"api_key": who, "business_id": "1", "user_id": "2"},
    "slow": lambda who: {"key": who},
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """One kind of target.

    Attributes:
        flow: What happens.
        inputs: What is filled in, for a record.
        list: The list in which its things are seen, for a record; "" if it adds to a thing or makes none.
        document: The thing it adds to, for a record; "" likewise.
        part: What a colleague's thing with the same file has.
    """

    flow: Flow
    inputs: Callable[[str], dict[str, Any]]
    list: str = ""
    document: str = ""
    part: Callable[[str, Upload], Any] = lambda sid, _upload: {"id": sid}

    @property
    def name(self) -> str:
        """For the trace."""
        return f"{self.flow.service.id} {self.flow.target_id}"


def account(target: Target, author: str) -> Account:
    """An account; its key is its author."""
    service = target.flow.service
    return Account(service=service, base=service.account.base, values=_FIELDS[service.id](author))


def _close_part(sid: str, upload: Upload) -> Mapping[str, Any]:
    url = f"https://app.close.com/go/file/{sid}/"
    return {"url": url, "filename": upload.name, "content_type": upload.media_type, "size": upload.size}


def _target(service: str, target: str, inputs: Callable[[str], dict[str, Any]], **more: Any) -> Target:
    return Target(flow=flow(_SERVICES[service], target), inputs=inputs, **more)


TARGETS: tuple[Target, ...] = (
    _target("close", "note", lambda at: {"lead": at, "text": "x"}, list="note ", part=_close_part),
    _target("close", "email_send", lambda at: {"lead": at, "sender": "a"}, list="email ", part=_close_part),
    _target("close", "email_draft_add", lambda at: {"email": at}, document=" ", part=_close_part),
    _target("close", "upload", lambda _at: {}),
    _target(
        "circle", "chat_message", lambda at: {"room": at}, list="room ", part=lambda sid, _file: {"signed_id": sid}
    ),
    _target("circle", "avatar", lambda _at: {}),
    _target("kizen", "connector_input", lambda at: {"connector": at}),
    _target(
        "kizen",
        "record_field",
        lambda at: {"object": "thing", "record": at, "field": "files"},
        document=" ",
        part=lambda sid, _file: sid,
    ),
    _target("kizen", "public_image", lambda _at: {}),
    _target("slow", "card", lambda at: {"board": at}, list="board "),
    _target("slow", "upload", lambda _at: {}),
)
